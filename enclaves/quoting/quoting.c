/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quoting enclave: checks by local attestation that a report was made on this processor, and signs it with an attestation key
 * of its own, which exists only here and in a sealed blob. Stateless between calls; the contract is machine/ops.h.
 */
#include "enclave.h"

#include "machine/ops.h"

static const uint8_t nobody[SGX_REPORT_DATA_LEN];
static const char seal_label[11] = {'j', 'u', 'r', 'a', 't', '/', 'q', 'e', '/', 'v', '1'};
#define SEALED_AAD_LEN (QUOTING_SEALED_KEY_LEN - SEAL_HEAD_LEN - 32)

/* What a sealed blob holds. */
struct attestation_key {
	struct p256_private secret;
	struct p256_public pub;
	uint8_t qe_auth[QUOTING_QE_AUTH_LEN];
	uint16_t pce_svn;
	struct sgx_report_body qe_report;
};

static jurat_rc
answer_target(uint8_t *out, size_t out_cap, size_t *out_len)
{
	struct sgx_report self;
	struct sgx_target target;
	jurat_rc rc = enclave_report(&self, NULL, nobody);

	if (rc != JURAT_OK)
		return rc;
	if (out_cap < SGX_TARGETINFO_LEN)
		return JURAT_E_TOO_LARGE;
	target_of(&target, &self.body);
	target_encode(out, &target);
	*out_len = SGX_TARGETINFO_LEN;
	return JURAT_OK;
}

/* ---- the key ---- */

static jurat_rc
key_generate(struct attestation_key *out)
{
	uint8_t seed[48];
	jurat_rc rc = crypto_random(seed, sizeof seed);

	if (rc == JURAT_OK)
		rc = p256_from_seed(&out->secret, seed);
	wipe(seed, sizeof seed);
	if (rc == JURAT_OK)
		rc = p256_public_of(&out->pub, &out->secret);
	if (rc == JURAT_OK)
		rc = crypto_random(out->qe_auth, sizeof out->qe_auth);
	return rc;
}

static jurat_rc
key_seal(uint8_t out[QUOTING_SEALED_KEY_LEN], const struct attestation_key *key)
{
	uint8_t aad[SEALED_AAD_LEN], body[SGX_REPORT_BODY_LEN];
	struct writer w;
	size_t len;

	report_body_encode(body, &key->qe_report);
	writer_init(&w, aad, sizeof aad);
	writer_copy(&w, seal_label, sizeof seal_label);
	writer_copy(&w, key->pub.x, sizeof key->pub.x);
	writer_copy(&w, key->pub.y, sizeof key->pub.y);
	writer_copy(&w, key->qe_auth, sizeof key->qe_auth);
	writer_u16le(&w, key->pce_svn);
	writer_copy(&w, body, sizeof body);
	return enclave_seal(out, QUOTING_SEALED_KEY_LEN, &len, SGX_POLICY_MRSIGNER, aad, w.len, key->secret.d, sizeof key->secret.d);
}

static jurat_rc
key_unseal(struct attestation_key *out, const uint8_t *blob)
{
	const uint8_t *aad;
	size_t len = 0, aad_len = 0;
	struct reader r;
	bool labelled;
	jurat_rc rc = enclave_unseal(out->secret.d, sizeof out->secret.d, &len, SGX_POLICY_MRSIGNER, &aad, &aad_len, blob,
	    QUOTING_SEALED_KEY_LEN);

	if (rc != JURAT_OK)
		return rc;
	reader_init(&r, aad, aad_len);
	labelled = len == sizeof out->secret.d && aad_len == SEALED_AAD_LEN &&
	    ct_equal(reader_take(&r, sizeof seal_label), seal_label, sizeof seal_label);
	if (!labelled)
		return JURAT_E_FORMAT;
	reader_copy(&r, out->pub.x, sizeof out->pub.x);
	reader_copy(&r, out->pub.y, sizeof out->pub.y);
	reader_copy(&r, out->qe_auth, sizeof out->qe_auth);
	out->pce_svn = reader_u16le(&r);
	return report_body_parse(&out->qe_report, reader_take(&r, SGX_REPORT_BODY_LEN), SGX_REPORT_BODY_LEN, NULL);
}

static jurat_rc
new_key_write(struct attestation_key *key, const struct sgx_target *certification, uint8_t *out, size_t out_cap, size_t *out_len)
{
	uint8_t report_data[SGX_REPORT_DATA_LEN] = {0}, encoded[SGX_REPORT_LEN], sealed[QUOTING_SEALED_KEY_LEN];
	struct sgx_report report;
	struct writer w;
	jurat_rc rc;

	quote_qe_binding(report_data, &key->pub, key->qe_auth, sizeof key->qe_auth);
	rc = enclave_report(&report, certification, report_data);
	if (rc != JURAT_OK)
		return rc;
	key->qe_report = report.body;
	rc = key_seal(sealed, key);
	if (rc != JURAT_OK)
		return rc;
	report_encode(encoded, &report);
	writer_init(&w, out, out_cap);
	writer_copy(&w, key->pub.x, sizeof key->pub.x);
	writer_copy(&w, key->pub.y, sizeof key->pub.y);
	writer_copy(&w, encoded, sizeof encoded);
	writer_copy(&w, sealed, sizeof sealed);
	*out_len = w.len;
	return writer_check(&w, "quoting.new_key", NULL);
}

static jurat_rc
answer_new_key(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	struct attestation_key key = {.pce_svn = 0};
	struct sgx_target certification;
	const uint8_t *target;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, in, in_len);
	target = reader_take(&r, SGX_TARGETINFO_LEN);
	key.pce_svn = reader_u16le(&r);
	rc = reader_end(&r, "quoting.new_key", NULL);
	if (rc == JURAT_OK)
		rc = target_parse(&certification, target, SGX_TARGETINFO_LEN, NULL);
	if (rc == JURAT_OK)
		rc = key_generate(&key);
	if (rc == JURAT_OK)
		rc = new_key_write(&key, &certification, out, out_cap, out_len);
	wipe(&key, sizeof key);
	return rc;
}

/* ---- the quote ---- */

struct quote_request {
	const uint8_t *sealed;
	struct p256_signature qe_signature;
	struct sgx_report report;
	const uint8_t *nonce;
	const uint8_t *chain;
	uint32_t chain_len;
};

static jurat_rc
request_parse(struct quote_request *out, const uint8_t *in, size_t in_len)
{
	const uint8_t *report;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, in, in_len);
	out->sealed = reader_take(&r, QUOTING_SEALED_KEY_LEN);
	reader_copy(&r, out->qe_signature.r, sizeof out->qe_signature.r);
	reader_copy(&r, out->qe_signature.s, sizeof out->qe_signature.s);
	report = reader_take(&r, SGX_REPORT_LEN);
	out->nonce = reader_take(&r, 16);
	out->chain_len = reader_u32le(&r);
	if (out->chain_len > OPS_PCK_CHAIN_MAX_LEN)
		return JURAT_E_TOO_LARGE;
	out->chain = reader_take(&r, out->chain_len);
	rc = reader_end(&r, "quoting.quote", NULL);
	return rc == JURAT_OK ? report_parse(&out->report, report, SGX_REPORT_LEN, NULL) : rc;
}

/*
 * QE_ID: the same for every quote of this machine under this signer and owner, another one after a change of owner; it does not
 * follow from the PPID, nor the PPID from it. Lowest versions, so that it outlives a TCB recovery.
 */
static jurat_rc
qe_id(uint8_t out[16])
{
	static const char label[] = "jurat/qe-id/v1";
	struct sgx_keyrequest request = {.key_name = SGX_KEY_SEAL, .key_policy = SGX_POLICY_MRSIGNER};
	struct aes128_key key;
	jurat_rc rc = enclave_key(&key, &request);

	if (rc == JURAT_OK)
		rc = cmac_aes128(out, &key, label, sizeof label - 1);
	wipe(&key, sizeof key);
	return rc;
}

static jurat_rc
quote_make(uint8_t *out, size_t cap, size_t *out_len, const struct attestation_key *key, const struct quote_request *request)
{
	struct quote quote = {
	    .header = {.version = 3, .att_key_type = QUOTE_ATT_KEY_ECDSA_P256, .qe_svn = key->qe_report.isv_svn, .pce_svn = key->pce_svn},
	    .body = request->report.body,
	    .attestation_key = key->pub,
	    .qe_report = key->qe_report,
	    .qe_report_signature = request->qe_signature,
	    .qe_auth_data = {.p = key->qe_auth, .len = sizeof key->qe_auth},
	    .cert_type = QUOTE_CERT_PCK_CHAIN,
	    .cert_data = {.p = request->chain, .len = request->chain_len},
	};
	uint8_t head[QUOTE_SIGNED_V3_LEN], digest[SHA256_LEN];
	jurat_rc rc = qe_id(quote.header.user_data);

	if (rc != JURAT_OK)
		return rc;
	__builtin_memcpy(quote.header.qe_vendor_id, quote_vendor_intel, sizeof quote.header.qe_vendor_id);
	quote_encode_head(head, &quote.header, &quote.body);
	sha256_once(digest, head, sizeof head);
	rc = ecdsa_sign(&quote.signature, &key->secret, digest);
	return rc == JURAT_OK ? quote_encode(out, cap, out_len, &quote, NULL) : rc;
}

/* The report that tells the application's enclave: this quote came from the quoting enclave on your own processor. */
static jurat_rc
receipt_make(uint8_t out[SGX_REPORT_LEN], const struct quote_request *request, const uint8_t *quote, size_t quote_len)
{
	uint8_t report_data[SGX_REPORT_DATA_LEN] = {0};
	struct sgx_target application;
	struct sgx_report report;
	struct sha256 h;
	jurat_rc rc;

	sha256_init(&h);
	sha256_update(&h, request->nonce, 16);
	sha256_update(&h, quote, quote_len);
	sha256_final(&h, report_data);
	target_of(&application, &request->report.body);
	rc = enclave_report(&report, &application, report_data);
	if (rc == JURAT_OK)
		report_encode(out, &report);
	return rc;
}

static jurat_rc
answer_quote(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	struct quote_request request;
	struct attestation_key key = {.pce_svn = 0};
	size_t quote_len = 0;
	jurat_rc rc = request_parse(&request, in, in_len);

	if (rc != JURAT_OK)
		return rc;
	if (out_cap < 4 + SGX_REPORT_LEN)
		return JURAT_E_TOO_LARGE;
	rc = enclave_check_report(&request.report, NULL);
	if (rc == JURAT_OK)
		rc = key_unseal(&key, request.sealed);
	if (rc == JURAT_OK)
		rc = quote_make(out + 4, out_cap - 4 - SGX_REPORT_LEN, &quote_len, &key, &request);
	wipe(&key, sizeof key);
	if (rc == JURAT_OK)
		rc = receipt_make(out + 4 + quote_len, &request, out + 4, quote_len);
	if (rc != JURAT_OK)
		return rc;
	store32le(out, (uint32_t)quote_len);
	*out_len = 4 + quote_len + SGX_REPORT_LEN;
	return JURAT_OK;
}

jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	switch (op) {
	case QUOTING_TARGET:
		return in_len == 0 ? answer_target(out, out_cap, out_len) : JURAT_E_TRAILING;
	case QUOTING_NEW_KEY:
		return answer_new_key(in, in_len, out, out_cap, out_len);
	case QUOTING_QUOTE:
		return answer_quote(in, in_len, out, out_cap, out_len);
	default:
		return JURAT_E_UNSUPPORTED;
	}
}
