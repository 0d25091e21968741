/* SPDX-License-Identifier: Apache-2.0 */
/*
 * KEYDEP: every input of a key of the processor, by the names of the SDM's table "Key Derivation" (vol. 3D, EGETKEY). A field that
 * the table does not list for a key stays zero. Encoded in a fixed layout (docs/formats/machine.md) and put through AES-CMAC.
 */
#ifndef MACHINE_KEYDEP_H
#define MACHINE_KEYDEP_H

#include "machine/processor.h"

#define KEYDEP_LEN 304

struct keydep {
	uint16_t key_name, key_policy;
	uint16_t isv_prod_id, isv_svn, config_svn;
	uint8_t cet_attributes, cet_attributes_mask; /* always zero: no CET */
	uint32_t miscselect, misc_mask;
	struct sgx_attributes attributes, attribute_mask;
	uint8_t owner_epoch[16];
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint8_t isv_family_id[SGX_EXTID_LEN], isv_ext_prod_id[SGX_EXTID_LEN];
	uint8_t mrenclave[SGX_HASH_LEN], mrsigner[SGX_HASH_LEN];
	uint8_t key_id[SGX_KEYID_LEN];
	uint8_t config_id[SGX_CONFIGID_LEN];
};

/* keydep_encode: exposed for the test against the independent model. */
void keydep_encode(uint8_t out[KEYDEP_LEN], const struct keydep *dep);

/* keydep_key: PROVISION under root_provision, all others under root_seal. The caller wipes *out. */
MUST_USE jurat_rc keydep_key(struct aes128_key *out, const struct processor *cpu, const struct keydep *dep);

/* keydep_report: inputs of the report key of the enclave that TARGETINFO describes, as EREPORT and EGETKEY share them. */
void keydep_report(struct keydep *out, const struct processor *cpu, const struct sgx_target *target,
    const uint8_t key_id[SGX_KEYID_LEN]);

/* keydep_einittoken: inputs of the launch key, from what a token says about its launch enclave. */
void keydep_einittoken(struct keydep *out, const struct processor *cpu, const struct sgx_einittoken *token,
    const uint8_t launch_signer[SGX_HASH_LEN]);

/* cpusvn_covers: whether each component of `want` is at most the one of `have`. */
bool cpusvn_covers(const uint8_t have[SGX_CPUSVN_LEN], const uint8_t want[SGX_CPUSVN_LEN]);

#endif
