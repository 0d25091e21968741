/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REPORT and TARGETINFO (SDM vol. 3D, EREPORT). Readers refuse non-zero reserved bytes in TARGETINFO (EREPORT does) and keep
 * them out of REPORT's struct; a REPORT with non-zero reserved bytes is refused with JURAT_E_FORMAT. Freestanding.
 */
#ifndef SGX_REPORT_H
#define SGX_REPORT_H

#include "sgx/types.h"
#include "crypto/crypto.h"

#define SGX_REPORT_BODY_LEN 384
#define SGX_REPORT_LEN 432
#define SGX_TARGETINFO_LEN 512

struct sgx_report_body {
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint32_t miscselect;
	uint8_t cet_attributes;
	uint8_t isv_ext_prod_id[SGX_EXTID_LEN];
	struct sgx_attributes attributes;
	uint8_t mrenclave[SGX_HASH_LEN];
	uint8_t mrsigner[SGX_HASH_LEN];
	uint8_t config_id[SGX_CONFIGID_LEN];
	uint16_t isv_prod_id;
	uint16_t isv_svn;
	uint16_t config_svn;
	uint8_t isv_family_id[SGX_EXTID_LEN];
	uint8_t report_data[SGX_REPORT_DATA_LEN];
};

struct sgx_report {
	struct sgx_report_body body;
	uint8_t key_id[SGX_KEYID_LEN];
	uint8_t mac[16];
};

struct sgx_target {
	uint8_t mrenclave[SGX_HASH_LEN];
	struct sgx_attributes attributes;
	uint8_t cet_attributes;
	uint16_t config_svn;
	uint32_t miscselect;
	uint8_t config_id[SGX_CONFIGID_LEN];
};

/* report_body_parse: exactly the fields at their offsets; JURAT_E_FORMAT for a non-zero reserved byte. len must be 384. */
MUST_USE jurat_rc report_body_parse(struct sgx_report_body *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void report_body_encode(uint8_t out[SGX_REPORT_BODY_LEN], const struct sgx_report_body *body);

MUST_USE jurat_rc report_parse(struct sgx_report *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void report_encode(uint8_t out[SGX_REPORT_LEN], const struct sgx_report *report);

MUST_USE jurat_rc target_parse(struct sgx_target *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void target_encode(uint8_t out[SGX_TARGETINFO_LEN], const struct sgx_target *target);

/* target_of: the TARGETINFO that makes EREPORT address the enclave which this body describes. */
void target_of(struct sgx_target *out, const struct sgx_report_body *body);

/* report_mac: AES-CMAC over the encoded body (REPORT bytes 0..383); KEYID is not covered. */
MUST_USE jurat_rc report_mac(uint8_t out[16], const struct aes128_key *report_key, const struct sgx_report_body *body);

/* report_check_mac: JURAT_E_CRYPTO unless the report's MAC is right under this report key. Constant time. */
MUST_USE jurat_rc report_check_mac(
    const struct sgx_report *report, const struct aes128_key *report_key, struct jurat_diag *d);

#endif
