/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The software processor: the only code that sees root keys. Measures (EADD, EEXTEND), decides (EINIT), reports (EREPORT) and
 * derives keys (EGETKEY) by the rules of SDM vol. 3D. Pure: no I/O, no clock; it runs inside the key process
 * (machine/key_process.h), which is the only one to call it outside tests.
 *
 * Key derivation is ours (Intel's is not public): key = AES-CMAC(root, KEYDEP), KEYDEP being every input of the SDM's table in a
 * fixed layout. Nothing inside an enclave can tell the difference.
 */
#ifndef MACHINE_PROCESSOR_H
#define MACHINE_PROCESSOR_H

#include "crypto/crypto.h"
#include "image/image.h"
#include "sgx/keyrequest.h"
#include "sgx/report.h"
#include "sgx/sigstruct.h"
#include "sgx/tcs.h"

/* What a processor is born with and what its firmware state is. Stored in the machine's folder (fuses.h). */
struct processor {
	struct aes128_key root_provision; /* survives a change of owner */
	struct aes128_key root_seal;      /* mixed with owner_epoch */
	uint8_t owner_epoch[16];
	uint8_t report_key_id[32];        /* fresh at every start of the key process (CR_REPORT_KEYID) */
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint8_t launch_signer[32];        /* IA32_SGXLEPUBKEYHASH; all zero: flexible launch control, any signer may launch */
	uint8_t provision_signer[32];     /* whose enclaves may have PROVISIONKEY, as /dev/sgx_provision decides on Linux */
};

enum secs_state { SECS_CREATED, SECS_INITIALISED, SECS_FAILED };

struct secs {
	enum secs_state state;
	uint64_t size, base;
	uint32_t ssa_frame_pages;
	struct sgx_report_body id; /* cpusvn and report_data unused; attributes, mrenclave, mrsigner ... as in SECS */
	struct measurement measurement;
};

/* What the host asks for when it creates an enclave. */
struct secs_request {
	uint64_t size, base;
	uint32_t ssa_frame_pages;
	uint32_t miscselect;
	struct sgx_attributes attributes; /* INIT must be 0 */
	uint8_t config_id[SGX_CONFIGID_LEN];
	uint16_t config_svn;
};

/* ECREATE: size a power of two, base aligned to it, SSA frame large enough for XFRM and MISCSELECT, known bits only, CONFIGID
 * zero without KSS. */
MUST_USE jurat_rc processor_ecreate(struct secs *out, const struct secs_request *request, struct jurat_diag *d);

/* EADD of `count` equal pages (data NULL: zeros) with EEXTEND of the chunks in `extended`. TCS rules checked; data is 4096 bytes. */
MUST_USE jurat_rc processor_eadd(struct secs *s, const struct image_page *page, struct jurat_diag *d);

/*
 * EINIT: *out_error is the SDM's code (enum sgx_error); the rc tells the same as JURAT_E_CRYPTO, _MISMATCH, _ATTRIBUTES, _DENIED
 * with the field's name in d. token may be NULL. sigstruct is the encoded form.
 */
MUST_USE jurat_rc processor_einit(const struct processor *cpu, struct secs *s, const uint8_t *sigstruct, size_t sigstruct_len,
    const struct sgx_einittoken *token, enum sgx_error *out_error, struct jurat_diag *d);

/* EREPORT. The operands' alignment and place are the engine's business. */
MUST_USE jurat_rc processor_ereport(const struct processor *cpu, const struct secs *s, const struct sgx_target *target,
    const uint8_t report_data[SGX_REPORT_DATA_LEN], struct sgx_report *out);

/* EGETKEY: JURAT_OK with *out_error set; the key only with SGX_SUCCESS. JURAT_E_FORMAT where the processor raises #GP. */
MUST_USE jurat_rc processor_egetkey(const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *request,
    struct aes128_key *out, enum sgx_error *out_error, struct jurat_diag *d);

#endif
