/* SPDX-License-Identifier: Apache-2.0 */
/* Reports and keys in the structures of src/sgx. */
#include "enclave.h"
#include "runtime.h"

static jurat_rc
report_for(struct sgx_report *out, const struct sgx_target *target, const uint8_t report_data[SGX_REPORT_DATA_LEN])
{
	uint8_t encoded_target[SGX_TARGETINFO_LEN], encoded[SGX_REPORT_LEN];

	target_encode(encoded_target, target);
	leaf_report(encoded, encoded_target, report_data);
	return report_parse(out, encoded, sizeof encoded, NULL) == JURAT_OK ? JURAT_OK : JURAT_E_INTERNAL;
}

jurat_rc
enclave_report(struct sgx_report *out, const struct sgx_target *target, const uint8_t report_data[SGX_REPORT_DATA_LEN])
{
	struct sgx_target self = {.miscselect = 0};
	jurat_rc rc;

	/* Targets come from the host, and EREPORT faults on this one where the processor has no CET: that would kill us. */
	if (target != NULL && target->cet_attributes != 0)
		return JURAT_E_UNSUPPORTED;
	if (target != NULL)
		return report_for(out, target, report_data);
	/* A report for nobody in particular tells us who we are. */
	rc = report_for(out, &self, report_data);
	if (rc != JURAT_OK)
		return rc;
	target_of(&self, &out->body);
	return report_for(out, &self, report_data);
}

jurat_rc
enclave_key(struct aes128_key *out, const struct sgx_keyrequest *request)
{
	uint8_t encoded[SGX_KEYREQUEST_LEN];

	keyrequest_encode(encoded, request);
	return leaf_key(out->b, encoded) ? JURAT_OK : JURAT_E_DENIED;
}

jurat_rc
enclave_check_report(const struct sgx_report *report, struct jurat_diag *d)
{
	struct sgx_keyrequest request = {.key_name = SGX_KEY_REPORT};
	struct aes128_key key;
	jurat_rc rc;

	__builtin_memcpy(request.key_id, report->key_id, sizeof request.key_id);
	rc = enclave_key(&key, &request);
	if (rc == JURAT_OK)
		rc = report_check_mac(report, &key, d);
	wipe(&key, sizeof key);
	return rc;
}
