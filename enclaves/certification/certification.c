/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certification enclave: holds the platform's certification key (PCK) without storing it. It derives key and platform identity
 * from the processor at every call; the contract is machine/ops.h.
 */
#include "enclave.h"

#include "machine/ops.h"

/*
 * Both derivations come from the PROVISION key: bound to signer and product, not to the owner, and given only to an enclave whose
 * launch was granted PROVISIONKEY. The masks keep DEBUG and INIT in (EGETKEY adds them), so a debug build has another platform.
 */
#define ATTRIBUTE_MASK 0xff0000000000000bull

static const uint8_t nobody[SGX_REPORT_DATA_LEN];

/* derive: out = CMAC(PROVISION key at this security version, counter u8 || label) for as many blocks as fit. */
static jurat_rc
derive(uint8_t *out, size_t num_blocks, const struct sgx_keyrequest *request, const char *label, size_t label_len)
{
	uint8_t message[33];
	struct aes128_key key;
	jurat_rc rc = enclave_key(&key, request);

	for (size_t i = 0; rc == JURAT_OK && i < num_blocks; i++) {
		struct writer w;

		writer_init(&w, message, sizeof message);
		writer_u8(&w, (uint8_t)(i + 1));
		writer_copy(&w, label, label_len);
		rc = writer_check(&w, "certification.label", NULL);
		if (rc == JURAT_OK)
			rc = cmac_aes128(out + CMAC_LEN * i, &key, message, w.len);
	}
	wipe(&key, sizeof key);
	return rc;
}

/* The PCK key belongs to one CPUSVN and one SVN of this enclave: after a TCB recovery it is another key. */
static jurat_rc
pck_derive(struct p256_private *out, const struct sgx_report_body *self)
{
	static const char label[] = "jurat/pck/v1";
	struct sgx_keyrequest request = {
	    .key_name = SGX_KEY_PROVISION, .isv_svn = self->isv_svn, .attribute_mask = {.flags = ATTRIBUTE_MASK}};
	uint8_t seed[48];
	jurat_rc rc;

	__builtin_memcpy(request.cpusvn, self->cpusvn, sizeof request.cpusvn);
	rc = derive(seed, sizeof seed / CMAC_LEN, &request, label, sizeof label - 1);
	if (rc == JURAT_OK)
		rc = p256_from_seed(out, seed);
	wipe(seed, sizeof seed);
	return rc;
}

/* The PPID names the machine, whatever its versions are: lowest CPUSVN, lowest SVN. */
static jurat_rc
ppid_derive(uint8_t out[16])
{
	static const char label[] = "jurat/ppid/v1";
	struct sgx_keyrequest request = {.key_name = SGX_KEY_PROVISION, .attribute_mask = {.flags = ATTRIBUTE_MASK}};

	return derive(out, 1, &request, label, sizeof label - 1);
}

static jurat_rc
answer_info(const struct sgx_report_body *self, uint8_t *out, size_t out_cap, size_t *out_len)
{
	uint8_t target[SGX_TARGETINFO_LEN], ppid[16];
	struct sgx_target own;
	struct p256_private key;
	struct p256_public pck;
	struct writer w;
	jurat_rc rc = pck_derive(&key, self);

	if (rc == JURAT_OK)
		rc = p256_public_of(&pck, &key);
	wipe(&key, sizeof key);
	if (rc == JURAT_OK)
		rc = ppid_derive(ppid);
	if (rc != JURAT_OK)
		return rc;
	target_of(&own, self);
	target_encode(target, &own);
	writer_init(&w, out, out_cap);
	writer_copy(&w, target, sizeof target);
	writer_copy(&w, ppid, sizeof ppid);
	writer_copy(&w, pck.x, sizeof pck.x);
	writer_copy(&w, pck.y, sizeof pck.y);
	writer_copy(&w, self->cpusvn, sizeof self->cpusvn);
	writer_u16le(&w, self->isv_svn);
	*out_len = w.len;
	return writer_check(&w, "certification.info", NULL);
}

/*
 * Whom this enclave certifies: a production enclave of its own signer with PROVISIONKEY on this very processor. Nobody else can
 * have a quoting key certified.
 */
static jurat_rc
requester_check(const struct sgx_report *report, const struct sgx_report_body *self)
{
	jurat_rc rc = enclave_check_report(report, NULL);

	if (rc != JURAT_OK)
		return rc;
	if ((report->body.attributes.flags & SGX_FLAGS_PROVISIONKEY) == 0 || (report->body.attributes.flags & SGX_FLAGS_DEBUG) != 0)
		return JURAT_E_DENIED;
	return ct_equal(report->body.mrsigner, self->mrsigner, sizeof self->mrsigner) ? JURAT_OK : JURAT_E_DENIED;
}

static jurat_rc
answer_sign(const struct sgx_report_body *self, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	uint8_t body[SGX_REPORT_BODY_LEN], digest[SHA256_LEN];
	struct p256_private key;
	struct p256_signature signature;
	struct sgx_report report;
	struct writer w;
	jurat_rc rc = report_parse(&report, in, in_len, NULL);

	if (rc == JURAT_OK)
		rc = requester_check(&report, self);
	if (rc != JURAT_OK)
		return rc;
	report_body_encode(body, &report.body);
	sha256_once(digest, body, sizeof body);
	rc = pck_derive(&key, self);
	if (rc == JURAT_OK)
		rc = ecdsa_sign(&signature, &key, digest);
	wipe(&key, sizeof key);
	if (rc != JURAT_OK)
		return rc;
	writer_init(&w, out, out_cap);
	writer_copy(&w, signature.r, sizeof signature.r);
	writer_copy(&w, signature.s, sizeof signature.s);
	*out_len = w.len;
	return writer_check(&w, "certification.signature", NULL);
}

jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	struct sgx_report self;
	jurat_rc rc = enclave_report(&self, NULL, nobody);

	if (rc != JURAT_OK)
		return rc;
	switch (op) {
	case CERTIFICATION_INFO:
		return in_len == 0 ? answer_info(&self.body, out, out_cap, out_len) : JURAT_E_TRAILING;
	case CERTIFICATION_SIGN:
		return answer_sign(&self.body, in, in_len, out, out_cap, out_len);
	default:
		return JURAT_E_UNSUPPORTED;
	}
}
