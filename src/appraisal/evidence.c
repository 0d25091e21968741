/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the quote itself and of the certificates that it brings along. */
#include <string.h>

#include "appraisal/appraise.h"
#include "core/ct.h"

void
judge_quote(struct appraisal *a)
{
	struct verdict *v = a->v;
	struct jurat_diag d = { 0 };
	jurat_rc rc = quote_parse(&a->quote, a->request->quote, a->request->quote_len, &d);

	verdict_record(v, CHECK_QUOTE_FORMAT, rc, &d);
	if (rc != JURAT_OK)
		return;
	v->has_quote = true;
	v->body = a->quote.body;
	if (a->quote.trailing_len != 0)
		verdict_fail(v, CHECK_QUOTE_PADDING, JURAT_E_TRAILING, "nothing",
		    verdict_note(v, "%zu bytes after the quote", a->quote.trailing_len));
	else
		verdict_pass(v, CHECK_QUOTE_PADDING, "");
	if (memcmp(a->quote.header.qe_vendor_id, quote_vendor_intel, sizeof quote_vendor_intel) != 0)
		verdict_fail(v, CHECK_QUOTE_QE_VENDOR, JURAT_E_FORMAT, verdict_hex(v, quote_vendor_intel, 16),
		    verdict_hex(v, a->quote.header.qe_vendor_id, 16));
	else
		verdict_pass(v, CHECK_QUOTE_QE_VENDOR, "");
}

static void
judge_sgx_extension(struct appraisal *a)
{
	struct verdict *v = a->v;
	struct jurat_diag d = { 0 };
	bool by_platform_ca = trust_has_name(a->request->root, ROLE_PLATFORM_CA, &a->roles.ca->subject);
	jurat_rc rc = pck_extension_parse(&v->pck, a->roles.leaf->sgx, &d);

	/* only the platform CA knows instance and configuration, and it always does */
	if (rc == JURAT_OK && v->pck.has_platform != by_platform_ca)
		rc = jurat_fail(&d, JURAT_E_MISMATCH, "pck.sgx_extension.members", NO_OFFSET, by_platform_ca ? 7 : 5,
		    v->pck.has_platform ? 7 : 5);
	verdict_record(v, CHECK_PCK_SGX_EXTENSION, rc, &d);
	v->has_pck = rc == JURAT_OK;
	v->pck_serial = verdict_hex(v, a->roles.leaf->serial.p, a->roles.leaf->serial.len);
}

void
judge_pck_chain(struct appraisal *a)
{
	struct verdict *v = a->v;
	const struct trust_root *root = a->request->root;
	struct jurat_diag d[4] = { 0 };
	jurat_rc rc;

	if (!v->has_quote)
		return;
	if (a->quote.cert_type != QUOTE_CERT_PCK_CHAIN) {
		verdict_fail(v, CHECK_PCK_CHAIN_FORMAT, JURAT_E_UNSUPPORTED, "certification data type 5",
		    verdict_note(v, "type %u", a->quote.cert_type));
		return;
	}
	rc = chain_parse(&a->chain, (const char *)a->quote.cert_data.p, a->quote.cert_data.len, "quote.cert_data", &d[0]);
	verdict_record(v, CHECK_PCK_CHAIN_FORMAT, rc, &d[0]);
	a->has_chain = rc == JURAT_OK;
	if (!a->has_chain)
		return;
	rc = chain_assign(&a->roles, &a->chain, CHAIN_PCK, root, &d[1]);
	verdict_record(v, CHECK_PCK_CHAIN_ROLES, rc, &d[1]);
	a->has_roles = rc == JURAT_OK;
	if (!a->has_roles)
		return;
	verdict_record(v, CHECK_PCK_CHAIN_ROOT, chain_check_root(&a->roles, root, &d[2]), &d[2]);
	rc = chain_check_signatures(&a->roles, root, a->collateral != NULL ? a->collateral->memo : NULL, &d[3]);
	verdict_record(v, CHECK_PCK_CHAIN_SIGNATURES, rc, &d[3]);
	judge_sgx_extension(a);
}

static void
judge_qe_report(struct appraisal *a)
{
	const struct quote *q = &a->quote;
	struct jurat_diag d = { 0 };
	uint8_t want[SGX_REPORT_DATA_LEN] = { 0 }, digest[SHA256_LEN];

	if (a->has_roles) {
		sha256_once(digest, q->qe_report_bytes.p, q->qe_report_bytes.len);
		verdict_record(a->v, CHECK_QE_REPORT_SIGNATURE,
		    ecdsa_verify_vartime(&q->qe_report_signature, &a->roles.leaf->key, digest), NULL);
	}
	quote_qe_binding(want, &q->attestation_key, q->qe_auth_data.p, q->qe_auth_data.len);
	if (ct_equal(want, q->qe_report.report_data, sizeof want))
		verdict_pass(a->v, CHECK_QE_REPORT_BINDING, "");
	else
		verdict_fail(a->v, CHECK_QE_REPORT_BINDING, JURAT_E_MISMATCH, verdict_hex(a->v, want, sizeof want),
		    verdict_hex(a->v, q->qe_report.report_data, sizeof want));
	if (a->collateral != NULL && a->collateral->qe_identity_part.rc == JURAT_OK)
		verdict_record(a->v, CHECK_QE_IDENTITY_MATCHES, identity_check(&a->collateral->qe_identity, &q->qe_report, &d), &d);
}

void
judge_bindings(struct appraisal *a)
{
	uint8_t digest[SHA256_LEN];

	if (!a->v->has_quote)
		return;
	judge_qe_report(a);
	sha256_once(digest, a->quote.signed_bytes.p, a->quote.signed_bytes.len);
	verdict_record(a->v, CHECK_QUOTE_SIGNATURE,
	    ecdsa_verify_vartime(&a->quote.signature, &a->quote.attestation_key, digest), NULL);
}

/*
 * Signers whose private keys stand in public repositories: whoever has the SDK can sign with them. The values are the hashes of the
 * published keys, as real quotes carry them.
 */
static const struct {
	const char *whose;
	uint8_t mrsigner[SGX_HASH_LEN];
} public_signers[] = {
	{ "the Intel SGX SDK's sample key", { 0x83, 0xd7, 0x19, 0xe7, 0x7d, 0xea, 0xca, 0x14, 0x70, 0xf6, 0xba, 0xf6, 0x2a, 0x4d, 0x77, 0x43,
	                                        0x03, 0xc8, 0x99, 0xdb, 0x69, 0x02, 0x0f, 0x9c, 0x70, 0xee, 0x1d, 0xfc, 0x08, 0xc7, 0xce, 0x9e } },
	{ "Fortanix EDP's dummy key", { 0x9a, 0xff, 0xcf, 0xae, 0x47, 0xb8, 0x48, 0xec, 0x2c, 0xaf, 0x1c, 0x49, 0xb4, 0xb2, 0x83, 0x53, 0x1e,
	                                  0x1c, 0xc4, 0x25, 0xf9, 0x35, 0x82, 0xb3, 0x68, 0x06, 0xe5, 0x2a, 0x43, 0xd7, 0x8d, 0x1a } },
	{ "Open Enclave's debug key", { 0xca, 0x9a, 0xd7, 0x33, 0x14, 0x48, 0x98, 0x0a, 0xa2, 0x88, 0x90, 0xce, 0x73, 0xe4, 0x33, 0x63, 0x83,
	                                  0x77, 0xf1, 0x79, 0xab, 0x44, 0x56, 0xb2, 0xfe, 0x23, 0x71, 0x93, 0x19, 0x3a, 0x8d, 0x0a } },
};

static void
judge_public_signer(struct verdict *v)
{
	for (size_t i = 0; i < ARRAY_LEN(public_signers); i++) {
		if (memcmp(public_signers[i].mrsigner, v->body.mrsigner, SGX_HASH_LEN) != 0)
			continue;
		verdict_fail(v, CHECK_SIGNER_NOT_PUBLIC, JURAT_E_POLICY, "a signing key that its owner keeps", public_signers[i].whose);
		return;
	}
	verdict_pass(v, CHECK_SIGNER_NOT_PUBLIC, "");
}

void
judge_request(struct appraisal *a)
{
	struct verdict *v = a->v;
	const uint8_t *want = a->request->report_data;

	if (want == NULL)
		verdict_unasked(v, CHECK_REPORT_DATA, "the caller expects none");
	if (!v->has_quote)
		return;
	judge_public_signer(v);
	if (want == NULL)
		return;
	if (ct_equal(want, v->body.report_data, SGX_REPORT_DATA_LEN))
		verdict_pass(v, CHECK_REPORT_DATA, "");
	else
		verdict_fail(v, CHECK_REPORT_DATA, JURAT_E_MISMATCH, verdict_hex(v, want, SGX_REPORT_DATA_LEN),
		    verdict_hex(v, v->body.report_data, SGX_REPORT_DATA_LEN));
}
