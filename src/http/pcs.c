/* SPDX-License-Identifier: Apache-2.0 */
#include "http/pcs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "core/hex.h"
#include "dcap/collateral.h"
#include "dcap/saved_response.h"
#include "json/json.h"
#include "json/write.h"

#define PATH_MAX_LEN 160u
#define CHAIN_MAX_LEN (24u * 1024u)
#define SIGNATURE_HEX_LEN 128u

/* ---- one request ---- */

/* wait_of: what Retry-After asks for in seconds (its other form, a date, counts as absent, and so do more than 63 digits); more than PCS_WAIT_MAX_S: do not wait. */
static unsigned
wait_of(const struct http_reply *r, unsigned attempt)
{
	char text[64], *end;
	unsigned long v;

	if (r == NULL || !http_reply_header(r, "retry-after", text, sizeof text) || text[0] < '0' || text[0] > '9')
		return 1u << attempt;
	v = strtoul(text, &end, 10);
	return *end == '\0' && v <= PCS_WAIT_MAX_S ? (unsigned)v : PCS_WAIT_MAX_S + 1;
}

static bool
may_pass(int status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

static jurat_rc
fail_of(int status, const char *field, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_E_FORMAT;
	const char *hint = "the service answered with another status than 200";

	if (status == 404) {
		rc = JURAT_E_NOT_FOUND;
		hint = "the service has nothing for this platform: is it Intel's service, or a cache that knows the platform?";
	} else if (status == 410) {
		rc = JURAT_E_NOT_FOUND;
		hint = "the service keeps this TCB evaluation no longer";
	} else if (status == 401 || status == 403) {
		rc = JURAT_E_AUTH;
		hint = "the service wants a key, which this command has none of";
	} else if (may_pass(status)) {
		(void)jurat_fail(d, JURAT_E_IO, field, NO_OFFSET, 0, 0); /* got would be taken for errno */
		jurat_hint(d, "the service is busy or broken: try again later");
		return JURAT_E_IO;
	}
	(void)jurat_fail(d, rc, field, NO_OFFSET, 200, (uint64_t)status);
	jurat_hint(d, hint);
	return rc;
}

/* get: one answer with status 200, after as many attempts as are allowed. field names what is asked for. */
static jurat_rc
get(struct http_reply *out, const struct pcs_service *service, struct http_client *client, const char *path, const char *field,
    struct jurat_diag *d)
{
	for (unsigned attempt = 0;; attempt++) {
		struct jurat_diag this = { 0 };
		struct http_reply r = { 0 };
		jurat_rc rc = http_get(client, &r, path, PCS_BODY_MAX_LEN, &this);
		bool is_answer = rc == JURAT_OK;
		unsigned seconds = wait_of(is_answer ? &r : NULL, attempt);
		int status = r.status;

		if (is_answer && status == 200) {
			*out = r;
			return JURAT_OK;
		}
		http_reply_clear(&r);
		if ((is_answer ? may_pass(status) : rc == JURAT_E_IO) && attempt + 1 < PCS_ATTEMPTS && seconds <= PCS_WAIT_MAX_S) {
			service->wait(service->wait_ctx, seconds);
			continue;
		}
		if (is_answer)
			return fail_of(status, field, d);
		(void)jurat_fail(d, rc, this.field, this.offset, this.wanted, this.got);
		jurat_hint(d, this.hint);
		return rc;
	}
}

/* ---- the parts ---- */

/* What the answers say, in the words of a collateral file. */
struct parts {
	char *tcb_info, *identity; /* the signed texts */
	char tcb_info_signature[SIGNATURE_HEX_LEN + 1], identity_signature[SIGNATURE_HEX_LEN + 1];
	char *tcb_info_chain, *identity_chain, *crl_chain;
	uint8_t *pck_crl, *root_crl;
	size_t pck_crl_len, root_crl_len;
};

static void
parts_clear(struct parts *p)
{
	free(p->tcb_info);
	free(p->identity);
	free(p->tcb_info_chain);
	free(p->identity_chain);
	free(p->crl_chain);
	free(p->pck_crl);
	free(p->root_crl);
}

/* read_chain: an issuer chain in a header; names: what the header is called, newest first, NULL at the end. */
static jurat_rc
read_chain(char **out, const struct http_reply *r, const char *const names[], const char *field, struct jurat_diag *d)
{
	char *text = malloc(CHAIN_MAX_LEN);
	size_t i = 0;

	if (text == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, CHAIN_MAX_LEN, 0);
	while (names[i] != NULL && !http_reply_header(r, names[i], text, CHAIN_MAX_LEN))
		i++;
	if (names[i] == NULL) {
		free(text);
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	}
	if (!response_unescape(text)) {
		free(text);
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	}
	*out = text;
	return JURAT_OK;
}

static const char *const tcb_chain_names[] = { "TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain", NULL };
static const char *const identity_chain_names[] = { "SGX-Enclave-Identity-Issuer-Chain", NULL };
static const char *const crl_chain_names[] = { "SGX-PCK-CRL-Issuer-Chain", NULL };

/* read_signed: {"KEY": {...}, "signature": "..."}: the member's text byte for byte, and the signature beside it. */
static jurat_rc
read_signed(char **out, char out_signature[SIGNATURE_HEX_LEN + 1], const struct http_reply *r, const char *key_field,
    const char *signature_field, struct jurat_diag *d)
{
	CLEANUP(json_clear) struct json_value *document = NULL;
	const char *keys[] = { strrchr(key_field, '.') + 1, "signature" };
	const char *raw, *signature;
	size_t len = 0;
	char *copy;
	jurat_rc rc = json_parse(&document, (const char *)r->body.p, r->body.len, PCS_BODY_MAX_LEN, key_field, d);

	if (rc == JURAT_OK)
		rc = json_only(document, keys, ARRAY_LEN(keys), key_field, d);
	if (rc == JURAT_OK)
		rc = json_raw_member(&raw, &len, (const char *)r->body.p, r->body.len, key_field, d);
	if (rc == JURAT_OK)
		rc = json_get_string(document, signature_field, &signature, d);
	if (rc == JURAT_OK && strlen(signature) != SIGNATURE_HEX_LEN)
		rc = jurat_fail(d, JURAT_E_FORMAT, signature_field, NO_OFFSET, SIGNATURE_HEX_LEN, strlen(signature));
	if (rc != JURAT_OK)
		return rc;
	copy = strndup(raw, len);
	if (copy == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, key_field, NO_OFFSET, len, 0);
	memcpy(out_signature, signature, SIGNATURE_HEX_LEN + 1);
	*out = copy;
	return JURAT_OK;
}

/* Services and caches before the parameter existed serve the standard set without it. */
static const char *
update_query(const struct pcs_want *want, const char *separator, char out[24])
{
	snprintf(out, 24, "%s", want->update == PCS_EARLY ? separator : "");
	if (want->update == PCS_EARLY)
		snprintf(out + strlen(out), 24 - strlen(out), "update=early");
	return out;
}

static jurat_rc
fetch_tcb_info(struct parts *p, const struct pcs_service *service, const struct pcs_want *want, struct jurat_diag *d)
{
	CLEANUP(http_reply_clear) struct http_reply r = { 0 };
	char path[PATH_MAX_LEN], fmspc[13], query[24];
	jurat_rc rc;

	hex_encode(fmspc, want->fmspc, sizeof want->fmspc);
	snprintf(path, sizeof path, "/%s/certification/v4/tcb?fmspc=%s%s", want->is_tdx ? "tdx" : "sgx", fmspc,
	    update_query(want, "&", query));
	rc = get(&r, service, service->client, path, "pcs.tcb", d);
	if (rc == JURAT_OK)
		rc = read_signed(&p->tcb_info, p->tcb_info_signature, &r, "pcs.tcb.tcbInfo", "pcs.tcb.signature", d);
	return rc == JURAT_OK ? read_chain(&p->tcb_info_chain, &r, tcb_chain_names, "pcs.tcb.issuer_chain", d) : rc;
}

static jurat_rc
fetch_identity(struct parts *p, const struct pcs_service *service, const struct pcs_want *want, struct jurat_diag *d)
{
	CLEANUP(http_reply_clear) struct http_reply r = { 0 };
	char path[PATH_MAX_LEN], query[24];
	jurat_rc rc;

	snprintf(path, sizeof path, "/%s/certification/v4/qe/identity%s", want->is_tdx ? "tdx" : "sgx", update_query(want, "?", query));
	rc = get(&r, service, service->client, path, "pcs.identity", d);
	if (rc == JURAT_OK)
		rc = read_signed(&p->identity, p->identity_signature, &r, "pcs.identity.enclaveIdentity", "pcs.identity.signature", d);
	return rc == JURAT_OK ? read_chain(&p->identity_chain, &r, identity_chain_names, "pcs.identity.issuer_chain", d) : rc;
}

static jurat_rc
fetch_crls(struct parts *p, const struct pcs_service *service, const struct pcs_want *want, struct jurat_diag *d)
{
	CLEANUP(http_reply_clear) struct http_reply pck = { 0 }, root = { 0 };
	char path[PATH_MAX_LEN];
	jurat_rc rc;

	snprintf(path, sizeof path, "/sgx/certification/v4/pckcrl?ca=%s&encoding=der", want->is_processor_ca ? "processor" : "platform");
	rc = get(&pck, service, service->client, path, "pcs.pckcrl", d);
	if (rc == JURAT_OK)
		rc = crl_decode(&p->pck_crl, &p->pck_crl_len, pck.body.p, pck.body.len, "pcs.pckcrl", d);
	if (rc == JURAT_OK)
		rc = read_chain(&p->crl_chain, &pck, crl_chain_names, "pcs.pckcrl.issuer_chain", d);
	if (rc == JURAT_OK)
		rc = get(&root, service, service->root_client, service->root_path, "pcs.rootcacrl", d);
	return rc == JURAT_OK ? crl_decode(&p->root_crl, &p->root_crl_len, root.body.p, root.body.len, "pcs.rootcacrl", d) : rc;
}

static jurat_rc
write_parts(char **out, const struct parts *p, struct jurat_diag *d)
{
	struct json_out o;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "pck_crl_issuer_chain", p->crl_chain);
	json_out_hex(&o, "root_ca_crl", p->root_crl, p->root_crl_len);
	json_out_hex(&o, "pck_crl", p->pck_crl, p->pck_crl_len);
	json_out_string(&o, "tcb_info_issuer_chain", p->tcb_info_chain);
	json_out_string(&o, "tcb_info", p->tcb_info);
	json_out_string(&o, "tcb_info_signature", p->tcb_info_signature);
	json_out_string(&o, "qe_identity_issuer_chain", p->identity_chain);
	json_out_string(&o, "qe_identity", p->identity);
	json_out_string(&o, "qe_identity_signature", p->identity_signature);
	json_out_end(&o, '}');
	if (json_out_finish(&o, out) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "pcs", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

jurat_rc
pcs_fetch(char **out, const struct pcs_service *service, const struct pcs_want *want, struct jurat_diag *d)
{
	CLEANUP(parts_clear) struct parts p = { 0 };
	jurat_rc rc = fetch_tcb_info(&p, service, want, d);

	if (rc == JURAT_OK)
		rc = fetch_identity(&p, service, want, d);
	if (rc == JURAT_OK)
		rc = fetch_crls(&p, service, want, d);
	return rc == JURAT_OK ? write_parts(out, &p, d) : rc;
}
