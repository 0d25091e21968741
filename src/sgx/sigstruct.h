/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSTRUCT and EINITTOKEN (SDM vol. 3D, EINIT). The signed message is bytes 0..127 and 900..1027. Parsing decides form alone;
 * the RSA check is in src/image (host) since it needs crypto/rsa.h. Freestanding.
 */
#ifndef SGX_SIGSTRUCT_H
#define SGX_SIGSTRUCT_H

#include "sgx/types.h"
#include "crypto/crypto.h"

#define SGX_SIGSTRUCT_LEN 1808
#define SGX_EINITTOKEN_LEN 304
#define SGX_RSA_LEN 384
#define SGX_VENDOR_INTEL 0x8086u

struct sgx_sigstruct {
	uint32_t vendor;      /* 0 or 0x8086 */
	uint32_t date;        /* BCD yyyymmdd by the manual; see sigstruct_date_is_bcd */
	uint32_t sw_defined;
	uint8_t modulus[SGX_RSA_LEN]; /* little-endian, as all numbers below */
	uint32_t exponent;    /* 3 */
	uint8_t signature[SGX_RSA_LEN];
	uint32_t miscselect, misc_mask;
	uint8_t cet_attributes, cet_attributes_mask;
	uint8_t isv_family_id[SGX_EXTID_LEN];
	struct sgx_attributes attributes, attribute_mask;
	uint8_t enclave_hash[SGX_HASH_LEN];
	uint8_t isv_ext_prod_id[SGX_EXTID_LEN];
	uint16_t isv_prod_id, isv_svn;
	uint8_t q1[SGX_RSA_LEN], q2[SGX_RSA_LEN];
};

/*
 * sigstruct_parse: JURAT_E_FORMAT naming the field for a wrong header constant, vendor, exponent or reserved byte. The date is not
 * judged, as EINIT does not judge it: real signatures (Gramine's of 2019 to 2023) carry binary days and years.
 */
MUST_USE jurat_rc sigstruct_parse(struct sgx_sigstruct *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void sigstruct_encode(uint8_t out[SGX_SIGSTRUCT_LEN], const struct sgx_sigstruct *s);

/* sigstruct_date_is_bcd: a date as the manual wants it, month 1-12 and day 1-31, or zero. Who signs asks it. */
bool sigstruct_date_is_bcd(uint32_t date);

/* sigstruct_digest: SHA-256 of the signed message, from the encoded form. */
void sigstruct_digest(uint8_t out[SHA256_LEN], const uint8_t encoded[SGX_SIGSTRUCT_LEN]);

/* sigstruct_mrsigner: SHA-256 of the modulus as stored, little-endian. */
void sigstruct_mrsigner(uint8_t out[SHA256_LEN], const struct sgx_sigstruct *s);

struct sgx_einittoken {
	uint32_t valid; /* bit 0 */
	struct sgx_attributes attributes;
	uint8_t mrenclave[SGX_HASH_LEN];
	uint8_t mrsigner[SGX_HASH_LEN];
	uint8_t cpusvn_le[SGX_CPUSVN_LEN];
	uint16_t isv_prod_id_le, isv_svn_le;
	uint32_t masked_miscselect_le;
	struct sgx_attributes masked_attributes_le;
	uint8_t key_id[SGX_KEYID_LEN];
	uint8_t mac[16]; /* AES-CMAC under the EINITTOKEN key over bytes 0..191 */
};

MUST_USE jurat_rc einittoken_parse(struct sgx_einittoken *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void einittoken_encode(uint8_t out[SGX_EINITTOKEN_LEN], const struct sgx_einittoken *token);

#endif
