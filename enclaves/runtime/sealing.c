/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed data in the Intel SDK's form (sgx/seal.h), with its masks. */
#include "enclave.h"

/*
 * The SDK's masks (sgx_attributes.h, TSEAL_DEFAULT_FLAGSMASK): DEBUG is among them, so that a debug build, whose memory can be read,
 * never gets a production build's key.
 */
#define SEAL_FLAGS_MASK 0xff0000000000000bull
#define SEAL_MISC_MASK 0xf0000000u
#define SEAL_KSS_POLICY (SGX_POLICY_CONFIGID | SGX_POLICY_ISVFAMILYID | SGX_POLICY_ISVEXTPRODID)

static bool
policy_known(uint16_t policy)
{
	return policy == SGX_POLICY_MRENCLAVE || policy == SGX_POLICY_MRSIGNER;
}

static jurat_rc
seal_request(struct sgx_keyrequest *out, uint16_t policy)
{
	static const uint8_t nothing[SGX_REPORT_DATA_LEN];
	struct sgx_report self;
	jurat_rc rc = enclave_report(&self, NULL, nothing);

	if (rc != JURAT_OK)
		return rc;
	*out = (struct sgx_keyrequest){
	    .key_name = SGX_KEY_SEAL,
	    .key_policy = (uint16_t)(policy | SEAL_KSS_POLICY),
	    .isv_svn = self.body.isv_svn,
	    .config_svn = self.body.config_svn,
	    .attribute_mask = {.flags = SEAL_FLAGS_MASK},
	    .misc_mask = SEAL_MISC_MASK,
	};
	__builtin_memcpy(out->cpusvn, self.body.cpusvn, sizeof out->cpusvn);
	return crypto_random(out->key_id, sizeof out->key_id);
}

jurat_rc
enclave_seal(uint8_t *out, size_t cap, size_t *out_len, uint16_t policy, const void *aad, size_t aad_len, const uint8_t *plain,
    size_t len)
{
	struct sgx_keyrequest request;
	struct aes128_key key;
	jurat_rc rc;

	if (!policy_known(policy))
		return JURAT_E_USAGE;
	if (cap < SEAL_HEAD_LEN || len > cap - SEAL_HEAD_LEN || aad_len > cap - SEAL_HEAD_LEN - len)
		return JURAT_E_TOO_LARGE;
	rc = seal_request(&request, policy);
	if (rc != JURAT_OK)
		return rc;
	rc = enclave_key(&key, &request);
	if (rc == JURAT_OK)
		rc = sealed_make(out, &request, &key, aad, aad_len, plain, len);
	if (rc == JURAT_OK)
		*out_len = SEAL_HEAD_LEN + len + aad_len;
	wipe(&key, sizeof key);
	return rc;
}

/* Everything in the request that widens the circle of those who can derive the key is ours to say, not the blob's. */
static jurat_rc
request_check(const struct sgx_keyrequest *request, uint16_t policy)
{
	if (request->key_name != SGX_KEY_SEAL || request->key_policy != (policy | SEAL_KSS_POLICY) ||
	    request->attribute_mask.flags != SEAL_FLAGS_MASK || request->attribute_mask.xfrm != 0 ||
	    request->misc_mask != SEAL_MISC_MASK || request->cet_attributes_mask != 0)
		return JURAT_E_POLICY;
	return JURAT_OK;
}

jurat_rc
enclave_unseal(uint8_t *out, size_t cap, size_t *out_len, uint16_t policy, const uint8_t **out_aad, size_t *out_aad_len,
    const uint8_t *blob, size_t len)
{
	struct sealed_view view;
	struct aes128_key key;
	jurat_rc rc = sealed_parse(&view, blob, len, NULL);

	if (rc != JURAT_OK)
		return rc;
	rc = request_check(&view.request, policy);
	if (rc != JURAT_OK)
		return rc;
	if (view.cipher_len > cap)
		return JURAT_E_TOO_LARGE;
	rc = enclave_key(&key, &view.request);
	if (rc == JURAT_OK)
		rc = sealed_open(out, &view, &key);
	wipe(&key, sizeof key);
	if (rc != JURAT_OK)
		return rc;
	*out_len = view.cipher_len;
	*out_aad = view.aad;
	*out_aad_len = view.aad_len;
	return JURAT_OK;
}
