/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Platform software: what AESM is on a real machine. Launches the quoting and certification enclaves from the machine's folder
 * (DIR/enclaves/quoting.so, certification.so), keeps the sealed attestation key and the PCK chain in DIR/state, and turns reports into
 * quotes. In process, or behind a UNIX socket (`jurat platform serve`), with the same interface.
 *
 * Socket protocol: request  u32 length | u16 version (1) | u16 op | body; answer u32 length | u32 jurat_rc | body.
 *   PLATFORM_TARGET 1: in nothing, out TARGETINFO 512 of the quoting enclave
 *   PLATFORM_QUOTE  2: in REPORT 432 | nonce 16, out quote u32 length and bytes | QE REPORT 432
 *   PLATFORM_INFO   3: in nothing, out PPID 16 | PCK public key 64 | CPUSVN 16 | PCE SVN u16 | QE identity (REPORT body 384)
 */
#ifndef MACHINE_PLATFORM_H
#define MACHINE_PLATFORM_H

#include "machine/machine.h"
#include "machine/ops.h"

struct platform;

struct platform_info {
	uint8_t ppid[16];
	struct p256_public pck;
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint16_t pce_svn;
	struct sgx_report_body qe; /* identity of the quoting enclave */
};

/* platform_start: loads both enclaves on m (borrowed), with these options, of which an eavesdropper makes sense; NULL: none. platform_connect: joins a served one. Both are freed by platform_free. */
MUST_USE jurat_rc platform_start(
    struct platform **out, struct machine *m, const struct enclave_options *options, struct jurat_diag *d);
MUST_USE jurat_rc platform_connect(struct platform **out, const char *socket_path, struct jurat_diag *d);
void platform_free(struct platform *p);

MUST_USE jurat_rc platform_info(struct platform_info *out, struct platform *p, struct jurat_diag *d);
MUST_USE jurat_rc platform_target(struct sgx_target *out, struct platform *p, struct jurat_diag *d);

/*
 * platform_quote: quote into a fresh buffer that the caller frees; qe_report addresses the enclave that made `report`.
 * JURAT_E_MISSING if the machine has not been enrolled (no PCK chain): hint names `jurat world enrol`.
 */
MUST_USE jurat_rc platform_quote(uint8_t **out_quote, size_t *out_len, uint8_t out_qe_report[SGX_REPORT_LEN],
    struct platform *p, const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16], struct jurat_diag *d);

/* platform_serve: answers on a UNIX socket (0600 folder permissions are the caller's) until SIGTERM. ready_fd >= 0: a byte is written to it when listening. */
MUST_USE jurat_rc platform_serve(struct platform *p, const char *socket_path, int ready_fd, struct jurat_diag *d);

#endif
