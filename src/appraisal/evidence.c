/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the quote itself and of the certificates that it brings along. */
#include <string.h>

#include "appraisal/appraise.h"
#include "core/ct.h"

static void
judge_padding(struct appraisal *a)
{
	const struct jurat_request *r = a->request;
	size_t num = a->quote.trailing_len;
	bool allowed = (r->flags & JURAT_ALLOW_PADDING) != 0, zeros = true;

	for (size_t i = r->quote_len - num; i < r->quote_len; i++)
		zeros = zeros && r->quote[i] == 0;
	if (num == 0)
		verdict_pass(a->v, CHECK_QUOTE_PADDING, "");
	else if (allowed && zeros)
		verdict_pass(a->v, CHECK_QUOTE_PADDING, verdict_note(a->v, "%zu zero bytes after the quote, as allowed", num));
	else
		verdict_fail(a->v, CHECK_QUOTE_PADDING, JURAT_E_TRAILING, allowed ? "nothing or zeros" : "nothing",
		    verdict_note(a->v, "%zu %sbytes after the quote", num, zeros ? "zero " : ""));
}

void
judge_quote(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	struct jurat_diag d = { 0 };
	jurat_rc rc = quote_parse(&a->quote, a->request->quote, a->request->quote_len, &d);

	verdict_record(v, CHECK_QUOTE_FORMAT, rc, &d);
	if (rc != JURAT_OK)
		return;
	v->has_quote = true;
	v->quote_version = a->quote.header.version;
	v->qe_isv_svn = a->quote.qe_report.isv_svn;
	v->is_td = a->quote.body_type != QUOTE_BODY_SGX;
	v->body = a->quote.body;
	v->td = a->quote.td;
	judge_padding(a);
	if (memcmp(a->quote.header.qe_vendor_id, quote_vendor_intel, sizeof quote_vendor_intel) != 0)
		verdict_fail(v, CHECK_QUOTE_QE_VENDOR, JURAT_E_FORMAT, verdict_hex(v, quote_vendor_intel, 16),
		    verdict_hex(v, a->quote.header.qe_vendor_id, 16));
	else
		verdict_pass(v, CHECK_QUOTE_QE_VENDOR, "");
}

/* judge_sgx_extension: whether it says what it must. */
static jurat_rc
judge_sgx_extension(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	struct jurat_diag d = { 0 };
	bool by_platform_ca = trust_has_name(a->request->root, ROLE_PLATFORM_CA, &a->roles.ca->subject);
	jurat_rc rc = pck_extension_parse(&v->pck, a->roles.leaf->sgx, &d);

	/* only the platform CA knows instance and configuration, and it always does */
	if (rc == JURAT_OK && v->pck.has_platform != by_platform_ca)
		rc = jurat_fail(&d, JURAT_E_MISMATCH, "pck.sgx_extension.members", NO_OFFSET, by_platform_ca ? 7 : 5,
		    v->pck.has_platform ? 7 : 5);
	record_certificate(v, CHECK_PCK_SGX_EXTENSION, rc, &d, a->chain, a->roles.leaf);
	v->has_pck = rc == JURAT_OK;
	return rc;
}

/* judge_certification_data: whether the PCK chain is in the quote, or must be and is in the collateral. */
static bool
judge_certification_data(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	const struct quote *q = &a->quote;
	struct quote_ppid_data data;
	struct jurat_diag d = { 0 };
	const char *what = verdict_note(v, "type %u, %s", q->cert_type, quote_cert_type_name(q->cert_type));
	jurat_rc rc = JURAT_OK;

	if (q->cert_type < QUOTE_CERT_PPID_PLAIN || q->cert_type > QUOTE_CERT_PCK_CHAIN) {
		verdict_fail(v, CHECK_CERTIFICATION_DATA, JURAT_E_UNSUPPORTED, "type 1 to 5", what);
		return false;
	}
	if (q->cert_type <= QUOTE_CERT_PPID_RSA3072)
		rc = quote_ppid_data_parse(&data, q, &d);
	if (rc != JURAT_OK)
		verdict_record(v, CHECK_CERTIFICATION_DATA, rc, &d);
	else if (q->cert_type != QUOTE_CERT_PCK_CHAIN && (a->collateral == NULL || !a->collateral->has_pck_chain))
		verdict_fail(v, CHECK_CERTIFICATION_DATA, JURAT_E_MISSING, "a PCK chain in the quote or in the collateral (pck_certificate_chain)",
		    what);
	else
		verdict_pass(v, CHECK_CERTIFICATION_DATA, what);
	return verdict_passed(v, CHECK_CERTIFICATION_DATA);
}

/* find_chain: the PCK chain to judge, and what was wrong with it if it could not be read. */
static jurat_rc
find_chain(struct appraisal *a, struct jurat_diag *d)
{
	const struct quote *q = &a->quote;
	jurat_rc rc;

	if (q->cert_type == QUOTE_CERT_PCK_CHAIN || q->cert_type == QUOTE_CERT_PCK_LEAF) {
		rc = chain_parse(&a->own_chain, (const char *)q->cert_data.p, q->cert_data.len, "quote.cert_data", d);
		if (rc == JURAT_OK && q->cert_type == QUOTE_CERT_PCK_LEAF && a->own_chain.num != 1)
			rc = jurat_fail(d, JURAT_E_FORMAT, "quote.cert_data", NO_OFFSET, 1, a->own_chain.num);
		a->chain = &a->own_chain;
		if (rc != JURAT_OK || q->cert_type == QUOTE_CERT_PCK_CHAIN)
			return rc;
	}
	a->chain = &a->collateral->pck_chain;
	*d = a->collateral->pck_chain_part.diag;
	return a->collateral->pck_chain_part.rc;
}

/* judge_pck_match: collateral's PCK certificate is the very one for the platform and TCB that the quote names. */
static void
judge_pck_match(struct appraisal *a)
{
	const struct pck_extension *pck = &a->v->pck;
	struct quote_ppid_data data;
	struct x509_span leaf;
	bool same;

	if (a->quote.cert_type == QUOTE_CERT_PCK_CHAIN) {
		verdict_unasked(a->v, CHECK_PCK_MATCHES, "the quote brought its own");
		return;
	}
	if (a->quote.cert_type == QUOTE_CERT_PCK_LEAF) {
		leaf = a->own_chain.cert[0].der;
		same = span_equal(leaf, a->roles.leaf->der);
	} else if (!a->v->has_pck || quote_ppid_data_parse(&data, &a->quote, NULL) != JURAT_OK) {
		return;
	} else {
		same = memcmp(data.cpusvn, pck->cpusvn, sizeof data.cpusvn) == 0 && data.pce_svn == pck->pce_svn &&
		    memcmp(data.pce_id, pck->pce_id, sizeof data.pce_id) == 0 &&
		    (a->quote.cert_type != QUOTE_CERT_PPID_PLAIN || memcmp(data.ppid.p, pck->ppid, sizeof pck->ppid) == 0);
	}
	if (same)
		verdict_pass(a->v, CHECK_PCK_MATCHES, "");
	else
		verdict_fail(a->v, CHECK_PCK_MATCHES, JURAT_E_MISMATCH, "the PCK certificate that the quote's certification data names",
		    "another platform's or another TCB's");
}

/* recall: a chain that was found right before: its five checks pass again with what it said. */
static bool
recall(struct appraisal *a, const uint8_t key[SHA256_LEN])
{
	static const enum check_id passed[] = { CHECK_PCK_CHAIN_FORMAT, CHECK_PCK_CHAIN_ROLES, CHECK_PCK_CHAIN_ROOT, CHECK_PCK_CHAIN_SIGNATURES,
		CHECK_PCK_SGX_EXTENSION };

	if (!platforms_find(a->request->platforms, key, &a->known))
		return false;
	known_restore(&a->own_chain, &a->roles, &a->known, a->request->root);
	a->chain = &a->own_chain;
	a->v->pck = a->known.pck;
	a->has_chain = a->has_roles = a->v->has_pck = true;
	for (size_t i = 0; i < ARRAY_LEN(passed); i++)
		verdict_pass(a->v, passed[i], "");
	return true;
}

/* judge_certificates: whether every check of the chain passed. */
static bool
judge_certificates(struct appraisal *a)
{
	const struct jurat_trust *root = a->request->root;
	struct memo *memo = a->collateral != NULL ? a->collateral->memo : NULL;
	const struct x509_cert *culprit;
	struct jurat_diag d[4] = { 0 };
	jurat_rc rc = find_chain(a, &d[0]), at_root;

	verdict_record(a->v, CHECK_PCK_CHAIN_FORMAT, rc, &d[0]);
	a->has_chain = rc == JURAT_OK;
	if (!a->has_chain)
		return false;
	rc = chain_assign(&a->roles, a->chain, CHAIN_PCK, root, &culprit, &d[1]);
	record_certificate(a->v, CHECK_PCK_CHAIN_ROLES, rc, &d[1], a->chain, culprit);
	a->has_roles = rc == JURAT_OK;
	if (!a->has_roles)
		return false;
	at_root = chain_check_root(&a->roles, root, &d[2]);
	record_certificate(a->v, CHECK_PCK_CHAIN_ROOT, at_root, &d[2], a->chain, a->roles.root);
	rc = chain_check_signatures(&a->roles, root, memo, a->v->ecdsa, &culprit, &d[3]);
	record_certificate(a->v, CHECK_PCK_CHAIN_SIGNATURES, rc, &d[3], a->chain, culprit);
	return judge_sgx_extension(a) == JURAT_OK && at_root == JURAT_OK && rc == JURAT_OK;
}

void
judge_pck_chain(struct appraisal *a)
{
	const struct quote *q = &a->quote;
	struct jurat_verdict *v = a->v;
	uint8_t key[SHA256_LEN];
	bool keeps = a->request->platforms != NULL && q->cert_type == QUOTE_CERT_PCK_CHAIN, is_right;

	if (!v->has_quote || !judge_certification_data(a))
		return;
	if (keeps)
		known_key(key, a->request->root, q->cert_data.p, q->cert_data.len);
	if (!keeps || !recall(a, key)) {
		is_right = judge_certificates(a);
		if (is_right && keeps) {
			known_take(&a->known, &a->roles, a->request->root, &v->pck);
			platforms_add(a->request->platforms, key, &a->known);
		}
		if (!a->has_roles)
			return;
	}
	v->pck_serial = verdict_hex(v, a->roles.leaf->serial.p, a->roles.leaf->serial.len);
	judge_pck_match(a);
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
		    ecdsa_check_vartime(a->v->ecdsa, &q->qe_report_signature, &a->roles.leaf->key, digest), NULL);
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
	    ecdsa_check_vartime(a->v->ecdsa, &a->quote.signature, &a->quote.attestation_key, digest), NULL);
}

void
judge_request(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	const uint8_t *want = a->request->report_data;

	if (want == NULL)
		verdict_unasked(v, CHECK_REPORT_DATA, "the caller expects none");
	if (!v->has_quote)
		return;
	judge_public_signer(v);
	if (want == NULL)
		return;
	if (ct_equal(want, verdict_report_data(v), SGX_REPORT_DATA_LEN))
		verdict_pass(v, CHECK_REPORT_DATA, "");
	else
		verdict_fail(v, CHECK_REPORT_DATA, JURAT_E_MISMATCH, verdict_hex(v, want, SGX_REPORT_DATA_LEN),
		    verdict_hex(v, verdict_report_data(v), SGX_REPORT_DATA_LEN));
}
