/* SPDX-License-Identifier: Apache-2.0 */
/* From a recipe and its parts to a quote, its collateral and a policy. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "core/hex.h"
#include "dcap/drill_recipe.h"
#include "json/write.h"

static char *
join(const struct drill_parts *parts, const enum drill_cert *chain, size_t num)
{
	size_t len = 0;
	char *out;

	for (size_t i = 0; i < num; i++)
		len += strlen(parts->cert[chain[i]]);
	out = calloc(len + 1, 1);
	for (size_t i = 0; out != NULL && i < num; i++)
		strcat(out, parts->cert[chain[i]]);
	return out;
}

static jurat_rc
put_chain(struct json_out *o, const char *name, const struct drill_parts *parts, const enum drill_cert *certs, size_t num, struct jurat_diag *d)
{
	char *chain = join(parts, certs, num);

	if (chain == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.chain", NO_OFFSET, 0, 0);
	json_out_string(o, name, chain);
	free(chain);
	return JURAT_OK;
}

static jurat_rc
write_collateral(char **out, const struct drill_recipe *r, const struct drill_parts *p, struct jurat_diag *d)
{
	static const enum drill_cert beside[] = { CERT_LEAF, CERT_CA, CERT_ROOT };
	struct json_out o;
	jurat_rc rc;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "pck_crl_issuer_chain", p->cert[CERT_CA]);
	json_out_hex(&o, "root_ca_crl", p->root_crl, p->root_crl_len);
	json_out_hex(&o, "pck_crl", p->pck_crl, p->pck_crl_len);
	rc = put_chain(&o, "tcb_info_issuer_chain", p, r->tcb_plan.chain, r->tcb_plan.num_chain, d);
	json_out_string(&o, "tcb_info", p->tcb_info);
	json_out_string(&o, "tcb_info_signature", p->tcb_signature);
	if (rc == JURAT_OK)
		rc = put_chain(&o, "qe_identity_issuer_chain", p, r->identity_plan.chain, r->identity_plan.num_chain, d);
	json_out_string(&o, "qe_identity", p->identity);
	json_out_string(&o, "qe_identity_signature", p->identity_signature);
	if (rc == JURAT_OK && r->chain_beside)
		rc = put_chain(&o, "pck_certificate_chain", p, beside, ARRAY_LEN(beside), d);
	json_out_end(&o, '}');
	if (rc != JURAT_OK) {
		json_out_clear(&o);
		return rc;
	}
	if (json_out_finish(&o, out) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.collateral", NO_OFFSET, 0, 0);
	return drill_edit(out, &r->collateral_edit) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
}

#define H16(BYTE) BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE BYTE
#define H48(BYTE) H16(BYTE) H16(BYTE) H16(BYTE)
#define POLICY(IDENTITY) \
	"{\"version\":1,\"name\":\"drill\",\"identities\":[{" IDENTITY \
	"}],\"tcb_statuses\":[{\"status\":\"UpToDate\"}],\"min_tcb_evaluation_data_number\":18,\"max_collateral_age_s\":864000}\n"

/* write_policy: what every quote of the drill satisfies unless it is the one that does not. */
static jurat_rc
write_policy(char **out, const struct drill_recipe *r, struct jurat_diag *d)
{
	static const char enclave[] = POLICY("\"mrenclave\":\"7777777777777777777777777777777777777777777777777777777777777777\"");
	static const char td[] = POLICY("\"mr_td\":\"" H48("77") "\",\"rtmr0\":\"" H48("10") "\",\"rtmr1\":\"" H48("11") "\",\"rtmr2\":\"" H48("12")
	    "\",\"rtmr3\":\"" H48("13") "\",\"mr_seam\":\"" H48("5a") "\",\"mr_config_id\":\"" H48("00") "\",\"mr_owner\":\"" H48("00")
	    "\",\"mr_owner_config\":\"" H48("00") "\",\"xfam\":\"00000000000000e7\"");

	*out = strdup(r->shape->body_type == QUOTE_BODY_SGX ? enclave : td);
	if (*out == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.policy", NO_OFFSET, 0, 0);
	return drill_edit(out, &r->policy_edit) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
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
	if (r->fix_outer_len) {
		uint8_t *outer = quote + drill_signed_len(r) + DRILL_OUTER_OFF + 2;

		store32le(outer, load32le(outer) + (uint32_t)r->append_len);
	}
	if (r->fix_auth_len)
		store32le(quote + drill_signed_len(r), (uint32_t)(*len - drill_signed_len(r) - 4));
}

/* quote_of: what the recipe's quote has, but for the signatures. chain must outlive it. */
static struct quote
quote_of(const struct drill_recipe *r, const char *chain)
{
	struct quote q = r->quote;
	const struct p256_public *bound = r->attestation_point != NULL ? r->attestation_point : &r->w->attestation.pub;

	q.attestation_key = r->attestation_point != NULL ? *r->attestation_point : r->attestation->pub;
	if (!r->keep_report_data)
		quote_qe_binding(q.qe_report.report_data, bound, r->qe_auth, r->qe_auth_len);
	q.qe_auth_data = (struct quote_span){ r->qe_auth, r->qe_auth_len, 0 };
	if (r->cert_data.is_chain)
		q.cert_data = (struct quote_span){ (const uint8_t *)chain, strlen(chain), 0 };
	else
		q.cert_data = (struct quote_span){ r->cert_data.bytes, r->cert_data.len, 0 };
	return q;
}

static jurat_rc
sign_quote(struct quote *q, const struct drill_recipe *r, struct jurat_diag *d)
{
	uint8_t head[QUOTE_SIGNED_MAX_LEN], report[SGX_REPORT_BODY_LEN];
	size_t len = 0;
	jurat_rc rc = quote_encode_signed(head, sizeof head, &len, q, d);

	if (rc == JURAT_OK)
		rc = sign_bytes(&q->signature, &r->w->attestation, head, len);
	report_body_encode(report, &q->qe_report);
	if (rc == JURAT_OK)
		rc = sign_bytes(&q->qe_report_signature, r->report_signer, report, sizeof report);
	if (rc != JURAT_OK)
		return rc;
	drill_bend(&q->signature, &r->signature_bend);
	drill_bend(&q->qe_report_signature, &r->report_bend);
	return JURAT_OK;
}

static jurat_rc
write_quote(struct drill_made *out, const struct drill_recipe *r, const char *chain, struct jurat_diag *d)
{
	struct quote q = quote_of(r, chain);
	size_t len = 0;
	uint8_t *buf = malloc(DRILL_QUOTE_MAX_LEN);
	jurat_rc rc;

	if (buf == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill.quote", NO_OFFSET, 0, 0);
	rc = sign_quote(&q, r, d);
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
drill_make(struct drill_made *out, const struct drill_recipe *r, const struct drill_parts *parts, struct jurat_diag *d)
{
	struct drill_made made = { 0 };
	char *chain = join(parts, r->chain, r->num_chain);
	jurat_rc rc = chain != NULL ? JURAT_OK : jurat_fail(d, JURAT_E_MEMORY, "drill.chain", NO_OFFSET, 0, 0);

	if (rc == JURAT_OK && !drill_edit(&chain, &r->chain_edit))
		rc = jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = write_collateral(&made.collateral, r, parts, d);
	if (rc == JURAT_OK)
		rc = write_policy(&made.policy, r, d);
	if (rc == JURAT_OK)
		rc = write_quote(&made, r, chain, d);
	free(chain);
	if (rc != JURAT_OK) {
		drill_made_clear(&made);
		return rc;
	}
	*out = made;
	return JURAT_OK;
}
