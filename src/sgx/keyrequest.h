/* SPDX-License-Identifier: Apache-2.0 */
/* KEYREQUEST (SDM vol. 3D, EGETKEY). Freestanding. */
#ifndef SGX_KEYREQUEST_H
#define SGX_KEYREQUEST_H

#include "sgx/types.h"

#define SGX_KEYREQUEST_LEN 512

struct sgx_keyrequest {
	uint16_t key_name; /* enum sgx_key_name, but anything may arrive */
	uint16_t key_policy;
	uint16_t isv_svn;
	uint8_t cet_attributes_mask;
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	struct sgx_attributes attribute_mask;
	uint8_t key_id[SGX_KEYID_LEN];
	uint32_t misc_mask;
	uint16_t config_svn;
};

/* keyrequest_parse: JURAT_E_FORMAT for a non-zero reserved byte (EGETKEY answers that with #GP). */
MUST_USE jurat_rc keyrequest_parse(struct sgx_keyrequest *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void keyrequest_encode(uint8_t out[SGX_KEYREQUEST_LEN], const struct sgx_keyrequest *request);

#endif
