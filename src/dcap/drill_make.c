/* SPDX-License-Identifier: Apache-2.0 */
/* From a recipe to a quote, its collateral and a policy. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "core/hex.h"
#include "dcap/drill_recipe.h"
#include "json/write.h"

#define YEAR_S (365 * DRILL_DAY_S)

static const uint8_t fmspc[6] = { 'D', 'R', 'I', 'L', 'L', 0 };

static void
serial_of(uint8_t out[PKI_SERIAL_LEN], enum drill_cert which)
{
	memset(out, 0x11, PKI_SERIAL_LEN);
	out[0] = (uint8_t)(0x40 + which);
}

/* ---- everything right ---- */

static void
init_certs(struct drill_recipe *r)
{
	const struct drill_world *w = r->w;
	int64_t begin = r->now - DRILL_DAY_S, end = r->now + 10 * YEAR_S;

	r->cert[CERT_ROOT] = (struct drill_cert_plan){ PKI_ROOT, &w->names, &w->root, &w->root, begin, end };
	r->cert[CERT_CA] = (struct drill_cert_plan){ PKI_PLATFORM_CA, &w->names, &w->root, &w->platform, begin, end };
	r->cert[CERT_LEAF] = (struct drill_cert_plan){ PKI_PCK, &w->names, &w->platform, &w->pck, begin, end };
	r->cert[CERT_SIGNER] = (struct drill_cert_plan){ PKI_TCB_SIGNING, &w->names, &w->root, &w->signing, begin, end };
	r->chain[0] = CERT_LEAF;
	r->chain[1] = CERT_CA;
	r->chain[2] = CERT_ROOT;
	r->num_chain = 3;
}

static void
init_collateral(struct drill_recipe *r)
{
	const struct drill_world *w = r->w;
	int64_t begin = r->now - DRILL_DAY_S, end = r->now + 29 * DRILL_DAY_S;
	struct drill_json_plan plan = { .signer = &w->signing, .chain = { CERT_SIGNER, CERT_ROOT }, .num_chain = 2 };

	r->root_crl = (struct drill_crl_plan){ PKI_ROOT, &w->names, &w->root, begin, end, -1 };
	r->pck_crl = (struct drill_crl_plan){ PKI_PLATFORM_CA, &w->names, &w->platform, begin, end, -1 };
	r->tcb = (struct pki_tcb_info){ .dates = { begin, end }, .evaluation_number = 18, .tcb_date = begin, .pce_svn = 5,
		.status = TCB_UP_TO_DATE };
	memset(r->tcb.components, 4, sizeof r->tcb.components);
	memcpy(r->tcb.fmspc, fmspc, sizeof fmspc);
	r->identity = (struct pki_qe_identity){ .dates = { begin, end }, .evaluation_number = 18, .tcb_date = begin,
		.attributes = { SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT, SGX_XFRM_LEGACY }, .isv_prod_id = 1, .isv_svn = 8 };
	memset(r->identity.mrsigner, 0xa5, sizeof r->identity.mrsigner);
	r->tcb_plan = r->identity_plan = plan;
}

static void
init_quote(struct drill_recipe *r, uint16_t version)
{
	struct quote *q = &r->quote;

	q->header = (struct quote_header){ .version = version, .att_key_type = QUOTE_ATT_KEY_ECDSA_P256, .qe_svn = 8, .pce_svn = 5 };
	q->body_type = QUOTE_BODY_SGX;
	memcpy(q->header.qe_vendor_id, quote_vendor_intel, sizeof quote_vendor_intel);
	q->body.attributes = (struct sgx_attributes){ SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT, SGX_XFRM_LEGACY };
	memset(q->body.mrenclave, 0x77, sizeof q->body.mrenclave);
	memset(q->body.mrsigner, 0x88, sizeof q->body.mrsigner);
	q->body.isv_prod_id = 7;
	q->body.isv_svn = 3;
	q->qe_report.attributes = r->identity.attributes;
	memcpy(q->qe_report.mrsigner, r->identity.mrsigner, sizeof q->qe_report.mrsigner);
	q->qe_report.isv_prod_id = 1;
	q->qe_report.isv_svn = 8;
	q->cert_type = QUOTE_CERT_PCK_CHAIN;
}

void
drill_recipe_init(struct drill_recipe *r, const struct drill_world *w, int64_t now, uint16_t version)
{
	*r = (struct drill_recipe){ .w = w, .now = now, .report_signer = &w->pck, .attestation = &w->attestation, .cut_to = SIZE_MAX };
	r->sgx = (struct pck_extension){ .pce_svn = 5, .has_platform = true, .dynamic_platform = PCK_FALSE, .cached_keys = PCK_FALSE,
		.smt_enabled = PCK_FALSE };
	memset(r->sgx.components, 4, sizeof r->sgx.components);
	memset(r->sgx.cpusvn, 4, sizeof r->sgx.cpusvn);
	memset(r->sgx.ppid, 0x9d, sizeof r->sgx.ppid);
	memcpy(r->sgx.fmspc, fmspc, sizeof fmspc);
	r->other_names = w->names;
	memcpy(r->other_names.common_name[PKI_ROOT], "Another SGX Root CA", sizeof "Another SGX Root CA");
	memcpy(r->other_names.common_name[PKI_PLATFORM_CA], "Another SGX PCK Platform CA", sizeof "Another SGX PCK Platform CA");
	init_certs(r);
	init_collateral(r);
	init_quote(r, version);
}

/* ---- making ---- */

/* edit: *text with the replacement made, in fresh memory; false if there is nothing to replace, or no memory. */
static bool
edit(char **text, const struct drill_edit *e)
{
	char *at, *out;
	size_t before, len;

	if (e->find == NULL)
		return true;
	at = strstr(*text, e->find);
	if (at == NULL)
		return false;
	before = (size_t)(at - *text);
	len = strlen(*text) - strlen(e->find) + strlen(e->put);
	out = malloc(len + 1);
	if (out == NULL)
		return false;
	memcpy(out, *text, before);
	memcpy(out + before, e->put, strlen(e->put));
	memcpy(out + before + strlen(e->put), at + strlen(e->find), strlen(at + strlen(e->find)) + 1);
	free(*text);
	*text = out;
	return true;
}

/* Everything that is made on the way. */
struct making {
	const struct drill_recipe *r;
	char *cert[CERT_NUM];
	char *quote_chain, *tcb_chain, *identity_chain, *tcb_info, *identity;
	char tcb_signature[PKI_SIGNATURE_HEX_LEN + 1], identity_signature[PKI_SIGNATURE_HEX_LEN + 1];
	uint8_t *root_crl, *pck_crl;
	size_t root_crl_len, pck_crl_len;
};

static void
making_clear(struct making *m)
{
	for (size_t i = 0; i < CERT_NUM; i++)
		free(m->cert[i]);
	free(m->quote_chain);
	free(m->tcb_chain);
	free(m->identity_chain);
	free(m->tcb_info);
	free(m->identity);
	free(m->root_crl);
	free(m->pck_crl);
}

static jurat_rc
make_certs(struct making *m, struct jurat_diag *d)
{
	const struct drill_recipe *r = m->r;
	jurat_rc rc = JURAT_OK;

	for (unsigned i = 0; rc == JURAT_OK && i < CERT_NUM; i++) {
		const struct drill_cert_plan *plan = &r->cert[i];
		struct pki_cert_request request = { .role = plan->role, .names = plan->names, .issuer = plan->issuer,
			.subject = plan->subject->pub, .not_before = plan->not_before, .not_after = plan->not_after,
			.sgx = plan->role == PKI_PCK ? &r->sgx : NULL };

		/* the root that travels along is the trusted one, unless the defect is in it */
		if (i == CERT_ROOT && plan->subject == &r->w->root) {
			m->cert[i] = strdup(r->w->root_pem);
			rc = m->cert[i] != NULL ? JURAT_OK : JURAT_E_MEMORY;
			continue;
		}
		serial_of(request.serial, i);
		rc = pki_cert_make(&m->cert[i], &request, d);
	}
	return rc;
}

static char *
join(const struct making *m, const enum drill_cert *chain, size_t num)
{
	size_t len = 0;
	char *out;

	for (size_t i = 0; i < num; i++)
		len += strlen(m->cert[chain[i]]);
	out = calloc(len + 1, 1);
	for (size_t i = 0; out != NULL && i < num; i++)
		strcat(out, m->cert[chain[i]]);
	return out;
}

static jurat_rc
make_crl(uint8_t **out, size_t *out_len, const struct drill_crl_plan *plan, struct jurat_diag *d)
{
	uint8_t serial[1][PKI_SERIAL_LEN];
	struct pki_crl_request request = { .issuer_role = plan->role, .names = plan->names, .issuer = plan->issuer,
		.this_update = plan->this_update, .next_update = plan->next_update, .number = 1, .serials = serial,
		.num_serials = plan->revoked >= 0 ? 1 : 0 };

	if (plan->revoked >= 0)
		serial_of(serial[0], (enum drill_cert)plan->revoked);
	return pki_crl_make(out, out_len, &request, d);
}

/* sign_text: edits, signature, edits; the signature is over the text between the two. */
static jurat_rc
sign_text(char **text, char signature[PKI_SIGNATURE_HEX_LEN + 1], const struct drill_json_plan *plan, struct jurat_diag *d)
{
	jurat_rc rc;

	(*text)[strcspn(*text, "\n")] = '\0'; /* signed documents end with their bracket */
	if (!edit(text, &plan->before))
		return jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
	rc = pki_text_sign(signature, plan->signer, *text);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "drill.signature", NO_OFFSET, 0, 0);
	if (plan->signature_xor != 0)
		signature[40] = signature[40] == '0' ? '1' : '0';
	return edit(text, &plan->after) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
}

static jurat_rc
make_documents(struct making *m, struct jurat_diag *d)
{
	const struct drill_recipe *r = m->r;
	jurat_rc rc = make_crl(&m->root_crl, &m->root_crl_len, &r->root_crl, d);

	if (rc == JURAT_OK)
		rc = make_crl(&m->pck_crl, &m->pck_crl_len, &r->pck_crl, d);
	if (rc == JURAT_OK)
		rc = pki_tcb_info_make(&m->tcb_info, &r->tcb);
	if (rc == JURAT_OK)
		rc = sign_text(&m->tcb_info, m->tcb_signature, &r->tcb_plan, d);
	if (rc == JURAT_OK)
		rc = pki_qe_identity_make(&m->identity, &r->identity);
	if (rc == JURAT_OK)
		rc = sign_text(&m->identity, m->identity_signature, &r->identity_plan, d);
	if (rc != JURAT_OK)
		return rc;
	m->quote_chain = join(m, r->chain, r->num_chain);
	m->tcb_chain = join(m, r->tcb_plan.chain, r->tcb_plan.num_chain);
	m->identity_chain = join(m, r->identity_plan.chain, r->identity_plan.num_chain);
	if (m->quote_chain == NULL || m->tcb_chain == NULL || m->identity_chain == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.chain", NO_OFFSET, 0, 0);
	return edit(&m->quote_chain, &r->chain_edit) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
}

static jurat_rc
write_collateral(char **out, const struct making *m, struct jurat_diag *d)
{
	struct json_out o;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "pck_crl_issuer_chain", m->cert[CERT_CA]);
	json_out_hex(&o, "root_ca_crl", m->root_crl, m->root_crl_len);
	json_out_hex(&o, "pck_crl", m->pck_crl, m->pck_crl_len);
	json_out_string(&o, "tcb_info_issuer_chain", m->tcb_chain);
	json_out_string(&o, "tcb_info", m->tcb_info);
	json_out_string(&o, "tcb_info_signature", m->tcb_signature);
	json_out_string(&o, "qe_identity_issuer_chain", m->identity_chain);
	json_out_string(&o, "qe_identity", m->identity);
	json_out_string(&o, "qe_identity_signature", m->identity_signature);
	json_out_end(&o, '}');
	if (json_out_finish(&o, out) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.collateral", NO_OFFSET, 0, 0);
	return edit(out, &m->r->collateral_edit) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
}

/* write_policy: what every quote of the drill satisfies unless it is the one that does not. */
static jurat_rc
write_policy(char **out, const struct making *m, struct jurat_diag *d)
{
	static const char text[] =
	    "{\"version\":1,\"name\":\"drill\",\"identities\":[{\"mrenclave\":"
	    "\"7777777777777777777777777777777777777777777777777777777777777777\"}],"
	    "\"tcb_statuses\":[{\"status\":\"UpToDate\"}],\"min_tcb_evaluation_data_number\":18,\"max_collateral_age_s\":864000}\n";

	*out = strdup(text);
	if (*out == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.policy", NO_OFFSET, 0, 0);
	return edit(out, &m->r->policy_edit) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
}

static jurat_rc
sign_bytes(struct p256_signature *out, const struct pki_key *key, const void *p, size_t len)
{
	uint8_t digest[SHA256_LEN];

	sha256_once(digest, p, len);
	return ecdsa_sign(out, &key->secret, digest);
}

/* damage: what the recipe does to the finished quote. len is at most the buffer's less append_len. */
static void
damage(uint8_t *quote, size_t *len, const struct drill_recipe *r)
{
	for (size_t i = 0; i < r->flip.len && r->flip.off + i < *len; i++)
		quote[r->flip.off + i] = (uint8_t)(quote[r->flip.off + i] ^ r->flip.xor_with[i]);
	if (r->cut_to < *len)
		*len = r->cut_to;
	memset(quote + *len, r->append_byte, r->append_len);
	*len += r->append_len;
	if (r->fix_auth_len)
		store32le(quote + QUOTE_SIGNED_V3_LEN, (uint32_t)(*len - QUOTE_SIGNED_V3_LEN - 4));
}

static jurat_rc
write_quote(struct drill_made *out, const struct making *m, struct jurat_diag *d)
{
	const struct drill_recipe *r = m->r;
	uint8_t head[QUOTE_SIGNED_MAX_LEN], report[SGX_REPORT_BODY_LEN];
	struct quote q = r->quote;
	size_t len = 0, head_len = 0;
	uint8_t *buf = malloc(DRILL_QUOTE_MAX_LEN);
	jurat_rc rc;

	if (buf == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.quote", NO_OFFSET, 0, 0);
	q.attestation_key = r->attestation->pub;
	if (!r->keep_report_data)
		quote_qe_binding(q.qe_report.report_data, &r->w->attestation.pub, r->qe_auth, sizeof r->qe_auth);
	report_body_encode(report, &q.qe_report);
	q.qe_auth_data = (struct quote_span){ r->qe_auth, sizeof r->qe_auth, 0 };
	q.cert_data = (struct quote_span){ (const uint8_t *)m->quote_chain, strlen(m->quote_chain), 0 };
	rc = quote_encode_signed(head, sizeof head, &head_len, &q, d);
	if (rc == JURAT_OK)
		rc = sign_bytes(&q.signature, &r->w->attestation, head, head_len);
	if (rc == JURAT_OK)
		rc = sign_bytes(&q.qe_report_signature, r->report_signer, report, sizeof report);
	if (rc == JURAT_OK)
		rc = quote_encode(buf, DRILL_QUOTE_MAX_LEN - r->append_len, &len, &q, d);
	if (rc != JURAT_OK) {
		free(buf);
		return jurat_fail(d, rc, "drill.quote", NO_OFFSET, 0, 0);
	}
	damage(buf, &len, r);
	out->quote = buf;
	out->quote_len = len;
	return JURAT_OK;
}

void
drill_made_clear(struct drill_made *m)
{
	free(m->quote);
	free(m->collateral);
	free(m->policy);
	*m = (struct drill_made){ 0 };
}

jurat_rc
drill_make(struct drill_made *out, const struct drill_recipe *r, struct jurat_diag *d)
{
	CLEANUP(making_clear) struct making m = { .r = r };
	struct drill_made made = { 0 };
	jurat_rc rc = make_certs(&m, d);

	if (rc == JURAT_OK)
		rc = make_documents(&m, d);
	if (rc == JURAT_OK)
		rc = write_collateral(&made.collateral, &m, d);
	if (rc == JURAT_OK)
		rc = write_policy(&made.policy, &m, d);
	if (rc == JURAT_OK)
		rc = write_quote(&made, &m, d);
	if (rc != JURAT_OK) {
		drill_made_clear(&made);
		return rc;
	}
	*out = made;
	return JURAT_OK;
}
