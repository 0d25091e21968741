/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/collateral_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dcap/collateral.h"
#include "dcap/saved_response.h"
#include "host/file.h"
#include "json/json.h"
#include "json/write.h"

/* What a folder holds; the names are those of a collateral file's members. */
enum document { TCB_INFO, QE_IDENTITY, ROOT_CA_CRL, PCK_CRL, PCK_CERTIFICATE, NUM_DOCUMENTS };

static const char *const tcb_headers[] = { "TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain", NULL };
static const char *const identity_headers[] = { "SGX-Enclave-Identity-Issuer-Chain", NULL };
static const char *const crl_headers[] = { "SGX-PCK-CRL-Issuer-Chain", NULL };
static const char *const pck_headers[] = { "SGX-PCK-Certificate-Issuer-Chain", NULL };
static const char *const no_headers[] = { NULL };

static const struct {
	const char *name;
	bool optional;
	const char *const *headers;   /* where an answer has the issuer chain; names of PCS version 4 before those of version 3 */
	const char *chain;            /* the chain's own file; its name is also the member's */
	bool chain_optional;
	const char *signed_member;    /* of an answer's body */
	const char *signature_member;
	const char *signature;        /* the signature's own file, and the member */
} documents[NUM_DOCUMENTS] = {
	[TCB_INFO] = { "tcb_info", false, tcb_headers, "tcb_info_issuer_chain", false, "tcb_info.tcbInfo", "tcb_info.signature",
	    "tcb_info_signature" },
	[QE_IDENTITY] = { "qe_identity", false, identity_headers, "qe_identity_issuer_chain", false, "qe_identity.enclaveIdentity",
	    "qe_identity.signature", "qe_identity_signature" },
	[ROOT_CA_CRL] = { "root_ca_crl", false, no_headers, NULL, true, NULL, NULL, NULL },
	[PCK_CRL] = { "pck_crl", false, crl_headers, "pck_crl_issuer_chain", true, NULL, NULL, NULL },
	[PCK_CERTIFICATE] = { "pck_certificate", true, pck_headers, "pck_certificate_chain", true, NULL, NULL, NULL },
};

/* One document: the file's body, and the texts that belong to it. Strings are the caller's to free. */
struct found {
	struct blob file;
	const char *body; /* in file */
	size_t body_len;
	char *chain, *text, *signature;
};

static void
found_clear(struct found *f)
{
	for (size_t i = 0; i < NUM_DOCUMENTS; i++) {
		blob_clear(&f[i].file);
		free(f[i].chain);
		free(f[i].text);
		free(f[i].signature);
	}
}

/* read_any: NAME alone or with one of the endings that people give it; exactly one of them. Absent: JURAT_E_NOT_FOUND, and d is untouched. */
static jurat_rc
read_any(struct blob *out, const char *dir, const char *name, struct jurat_diag *d)
{
	static const char *const endings[] = { "", ".json", ".der", ".crl", ".pem", ".hex", ".txt", ".http" };
	bool is_found = false;

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		char file[64];
		struct file_kind kind = { .field = name, .max = JURAT_COLLATERAL_MAX_LEN };
		struct blob one = { 0 };
		struct jurat_diag this = { 0 };
		char *path;
		jurat_rc rc;

		snprintf(file, sizeof file, "%s%s", name, endings[i]);
		path = path_join(dir, file);
		rc = path != NULL ? file_read_stored(&one, path, &kind, &this) : JURAT_E_MEMORY;
		free(path);
		if (rc == JURAT_E_NOT_FOUND)
			continue;
		if (rc == JURAT_OK && is_found)
			rc = JURAT_E_DUPLICATE;
		if (rc != JURAT_OK) {
			blob_clear(&one);
			return jurat_fail(d, rc, name, this.code != JURAT_OK ? this.offset : NO_OFFSET, this.wanted, this.got);
		}
		blob_clear(out);
		*out = one;
		is_found = true;
	}
	return is_found ? JURAT_OK : JURAT_E_NOT_FOUND;
}

/* check_text: a NUL would hide from every reader of strings what stands after it. */
static jurat_rc
check_text(const char *p, size_t len, const char *field, struct jurat_diag *d)
{
	const char *nul = len != 0 ? memchr(p, '\0', len) : NULL;

	return nul == NULL ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, field, (size_t)(nul - p), 0, 0);
}

/* trimmed: a fresh string without white space at the end, as editors and shells leave it behind. */
static char *
trimmed(const char *p, size_t len)
{
	while (len != 0 && (p[len - 1] == '\n' || p[len - 1] == '\r' || p[len - 1] == ' '))
		len--;
	return strndup(p, len);
}

/* read_text: a small file of its own; *out stays NULL if there is none. */
static jurat_rc
read_text(char **out, const char *dir, const char *name, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	jurat_rc rc = read_any(&file, dir, name, d);

	if (rc != JURAT_OK)
		return rc == JURAT_E_NOT_FOUND ? JURAT_OK : rc;
	rc = check_text((const char *)file.p, file.len, name, d);
	if (rc != JURAT_OK)
		return rc;
	*out = trimmed((const char *)file.p, file.len);
	return *out != NULL ? JURAT_OK : jurat_fail(d, JURAT_E_MEMORY, name, NO_OFFSET, 0, 0);
}

/* open_response: the body of an answer, and its issuer chain; a plain file is all body. */
static jurat_rc
open_response(struct found *f, enum document i, struct jurat_diag *d)
{
	const struct response_header *h;
	struct saved_response r;
	jurat_rc rc;

	f->body = (const char *)f->file.p;
	f->body_len = f->file.len;
	if (!response_is_one(f->body, f->body_len))
		return JURAT_OK;
	rc = response_parse(&r, f->body, f->body_len, documents[i].name, d);
	if (rc != JURAT_OK)
		return rc;
	f->body = r.body;
	f->body_len = r.body_len;
	h = response_header(&r, documents[i].headers);
	if (h == NULL)
		return JURAT_OK;
	rc = check_text(h->value, h->value_len, documents[i].chain, d);
	if (rc != JURAT_OK)
		return rc;
	f->chain = strndup(h->value, h->value_len);
	if (f->chain == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, documents[i].name, NO_OFFSET, h->value_len, 0);
	if (!response_unescape(f->chain))
		return jurat_fail(d, JURAT_E_FORMAT, documents[i].chain, NO_OFFSET, 0, 0);
	return JURAT_OK;
}

/* split_signed: {"tcbInfo": {…}, "signature": "…"} to its two members; a text without them is the signed text itself. */
static jurat_rc
split_signed(struct found *f, enum document i, struct jurat_diag *d)
{
	CLEANUP(json_clear) struct json_value *document = NULL;
	const char *member = strchr(documents[i].signed_member, '.') + 1;
	const char *names[] = { member, "signature" };
	const char *raw, *signature;
	size_t raw_len = 0;
	jurat_rc rc = json_parse(&document, f->body, f->body_len, JURAT_COLLATERAL_MAX_LEN, documents[i].name, d);

	if (rc != JURAT_OK)
		return rc;
	if (json_member(document, member) == NULL) {
		f->text = trimmed(f->body, f->body_len);
		return f->text != NULL ? JURAT_OK : jurat_fail(d, JURAT_E_MEMORY, documents[i].name, NO_OFFSET, 0, 0);
	}
	rc = json_only(document, names, ARRAY_LEN(names), documents[i].name, d);
	if (rc == JURAT_OK)
		rc = json_raw_member(&raw, &raw_len, f->body, f->body_len, documents[i].signed_member, d);
	if (rc == JURAT_OK)
		rc = json_get_string(document, documents[i].signature_member, &signature, d);
	if (rc != JURAT_OK)
		return rc;
	f->text = strndup(raw, raw_len);
	f->signature = strdup(signature);
	if (f->text == NULL || f->signature == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, documents[i].name, NO_OFFSET, 0, 0);
	return JURAT_OK;
}

/* read_beside: what the document did not bring along, from files of its own. Both is one too many. */
static jurat_rc
read_beside(char **text, const char *dir, const char *name, bool optional, struct jurat_diag *d)
{
	char *own = NULL;
	jurat_rc rc = read_text(&own, dir, name, d);

	if (rc == JURAT_OK && own != NULL && *text != NULL)
		rc = jurat_fail(d, JURAT_E_DUPLICATE, name, NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && own == NULL && *text == NULL && !optional)
		rc = jurat_fail(d, JURAT_E_MISSING, name, NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && own != NULL) {
		*text = own;
		own = NULL;
	}
	free(own);
	return rc;
}

static jurat_rc
read_document(struct found *f, enum document i, const char *dir, struct jurat_diag *d)
{
	jurat_rc rc = read_any(&f->file, dir, documents[i].name, d);
	bool is_absent = rc == JURAT_E_NOT_FOUND;

	if (is_absent)
		rc = documents[i].optional ? JURAT_OK : jurat_fail(d, JURAT_E_MISSING, documents[i].name, NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && !is_absent)
		rc = open_response(f, i, d);
	if (rc == JURAT_OK && !is_absent && documents[i].signed_member != NULL)
		rc = split_signed(f, i, d);
	if (rc == JURAT_OK && documents[i].signature != NULL)
		rc = read_beside(&f->signature, dir, documents[i].signature, false, d);
	if (rc == JURAT_OK && documents[i].chain != NULL)
		rc = read_beside(&f->chain, dir, documents[i].chain, documents[i].chain_optional, d);
	return rc;
}

static jurat_rc
put_crl(struct json_out *o, const struct found *f, enum document i, struct jurat_diag *d)
{
	const char *body = f->body;
	size_t len = f->body_len, der_len = 0;
	char *text = NULL;
	uint8_t *der = NULL;
	jurat_rc rc;

	if (len != 0 && (uint8_t)body[0] != DER_SEQUENCE) { /* text, which may end in a line end */
		rc = check_text(body, len, documents[i].name, d);
		if (rc != JURAT_OK)
			return rc;
		text = trimmed(body, len);
		if (text == NULL)
			return jurat_fail(d, JURAT_E_MEMORY, documents[i].name, NO_OFFSET, len, 0);
		body = text;
		len = strlen(text);
	}
	rc = crl_decode(&der, &der_len, body, len, documents[i].name, d);
	if (rc == JURAT_OK)
		json_out_hex(o, documents[i].name, der, der_len);
	free(der);
	free(text);
	return rc;
}

/* put_pck_chain: an answer is the leaf, and its header the rest; a file of its own is the whole chain. */
static jurat_rc
put_pck_chain(struct json_out *o, const struct found *f, struct jurat_diag *d)
{
	char *whole;
	jurat_rc rc = check_text(f->body, f->body_len, documents[PCK_CERTIFICATE].name, d);

	if (rc != JURAT_OK || (f->chain == NULL && f->body == NULL))
		return rc;
	if (asprintf(&whole, "%.*s%s", (int)f->body_len, f->body != NULL ? f->body : "", f->chain != NULL ? f->chain : "") < 0)
		return jurat_fail(d, JURAT_E_MEMORY, "pck_certificate", NO_OFFSET, 0, 0);
	json_out_string(o, "pck_certificate_chain", whole);
	free(whole);
	return JURAT_OK;
}

static jurat_rc
write_all(struct json_out *o, const struct found f[NUM_DOCUMENTS], struct jurat_diag *d)
{
	jurat_rc rc;

	json_out_begin(o, NULL, '{');
	json_out_string(o, "pck_crl_issuer_chain", f[PCK_CRL].chain != NULL ? f[PCK_CRL].chain : "");
	rc = put_crl(o, &f[ROOT_CA_CRL], ROOT_CA_CRL, d);
	if (rc == JURAT_OK)
		rc = put_crl(o, &f[PCK_CRL], PCK_CRL, d);
	for (enum document i = TCB_INFO; i <= QE_IDENTITY; i++) {
		json_out_string(o, documents[i].chain, f[i].chain);
		json_out_string(o, documents[i].name, f[i].text);
		json_out_string(o, documents[i].signature, f[i].signature);
	}
	if (rc == JURAT_OK)
		rc = put_pck_chain(o, &f[PCK_CERTIFICATE], d);
	json_out_end(o, '}');
	return rc;
}

jurat_rc
collateral_folder_read(char **out, const char *dir, struct jurat_diag *d)
{
	struct found f[NUM_DOCUMENTS] = { 0 };
	struct json_out o;
	char *text = NULL;
	jurat_rc rc = JURAT_OK;

	for (enum document i = 0; rc == JURAT_OK && i < NUM_DOCUMENTS; i++)
		rc = read_document(&f[i], i, dir, d);
	if (rc == JURAT_OK) {
		json_out_init(&o);
		rc = write_all(&o, f, d);
		if (json_out_finish(&o, &text) != JURAT_OK && rc == JURAT_OK)
			rc = jurat_fail(d, JURAT_E_MEMORY, "collateral", NO_OFFSET, 0, 0);
	}
	found_clear(f);
	if (rc == JURAT_OK)
		*out = text;
	else
		free(text);
	return rc;
}
