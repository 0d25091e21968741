/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enclaves without an engine: their sources are compiled for the host and call the software processor directly in place of ENCLU.
 * The logic is the enclaves' own and runs under sanitizers; edge, entry code and back end are tested on the engine.
 */
#ifndef TESTS_ENCLAVE_STUB_H
#define TESTS_ENCLAVE_STUB_H

#include "machine/processor.h"
#include "support.h"

/* What one enclave is. stub_enter: who executes ENCLU from now on. Both are borrowed until the next stub_enter. */
void stub_enter(const struct processor *cpu, const struct secs *secs);

/* A processor whose roots follow from `seed`, CPUSVN of all ones; an initialised enclave, MODE64BIT and KSS, whose measurement is
 * 32 times `mrenclave` and whose signer is 32 times `mrsigner`. */
struct processor stub_processor(uint8_t seed);
struct secs stub_secs(uint8_t mrenclave, uint8_t mrsigner, uint16_t isv_prod_id, uint16_t isv_svn);

/* enclave_main of each enclave, renamed. */
jurat_rc certification_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc quoting_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc vault_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);

/* A machine with its platform enclaves, enrolled with a chain that nobody checks. */
struct stub_platform {
	struct processor cpu;
	struct secs certification, quoting;
	uint8_t pck_x_y[64];
	uint8_t sealed_key[4096];
	size_t sealed_key_len;
	uint8_t qe_signature[64];
};
void stub_platform_start(struct stub_platform *p, uint8_t seed);
jurat_rc stub_platform_target(const struct stub_platform *p, uint8_t out[SGX_TARGETINFO_LEN]);
/* stub_platform_quote: out gets u32 length | quote | QE REPORT. */
jurat_rc stub_platform_quote(const struct stub_platform *p, const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16],
    uint8_t *out, size_t cap, size_t *out_len);

#endif
