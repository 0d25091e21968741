/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine and the enclaves that run on it. Named like a TPM's TCTI: "sw:DIR" is the software machine in folder DIR; "sgx:" the
 * Linux driver (refused by name where there is none, and for now everywhere).
 *
 * The folder (0700) holds fuses (0600: root keys and what else a processor is born with; only the key process reads it), enclaves/
 * and state/ (sealed attestation key, PCK chain). Root keys never enter the process that calls this interface: a key process does
 * ECREATE … EGETKEY behind a socket, and answers only for enclaves that were measured over the same connection.
 */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include "sgx/report.h"
#include "sgx/types.h"

struct machine;
struct enclave;

struct machine_birth {
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint8_t provision_signer[32]; /* MRSIGNER whose enclaves may have PROVISIONKEY */
	uint8_t fmspc[6];
	uint8_t pce_id[2];
	const char *enclaves_dir;     /* its quoting.so and certification.so are copied to DIR/enclaves; NULL: none */
};

/*
 * machine_create: a new folder with fresh random root keys. JURAT_E_EXISTS if dir is there. Whole or not at all: it is made under
 * another name and renamed.
 */
MUST_USE jurat_rc machine_create(const char *dir, const struct machine_birth *birth, struct jurat_diag *d);

/*
 * machine_open: starts a key process of its own over a socket pair (or joins `jurat machine serve` through DIR/keys.socket when that
 * is there). machine_close ends it; NULL is fine. All enclaves must be unloaded before.
 * The program of the key process is the running one if that is jurat, else the installed one. machine_open_program names it
 * instead (never the environment): for tests, and for applications that install jurat elsewhere. NULL: as machine_open.
 */
MUST_USE jurat_rc machine_open(struct machine **out, const char *name, struct jurat_diag *d);
MUST_USE jurat_rc machine_open_program(struct machine **out, const char *name, const char *program, struct jurat_diag *d);
void machine_close(struct machine *m);

struct machine_facts {
	const char *dir;
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint8_t provision_signer[32];
	uint8_t fmspc[6];
	uint8_t pce_id[2];
};
void machine_describe(struct machine_facts *out, const struct machine *m);

struct enclave_options {
	bool debug;         /* ask for DEBUG; refused by EINIT if SIGSTRUCT's mask forbids it */
	uint64_t xfrm;      /* 0: the least that SIGSTRUCT allows, 3 where possible */
	uint64_t extra_flags; /* attribute flags beyond SIGSTRUCT's, e.g. to ask for PROVISIONKEY in a test */
	uint8_t config_id[SGX_CONFIGID_LEN];
	uint16_t config_svn;
	const uint8_t *sigstruct; /* 1808 bytes, or NULL for the one in the file */
	const uint8_t *einittoken; /* 304 bytes, a launch enclave's, for a machine with launch control; NULL: none */
	/* called around every enclave_call with the bytes that crossed the edge: in (out NULL) before, out (in NULL) after. For
	 * `--eavesdrop`; may be NULL. */
	void (*eavesdrop)(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len);
	void *eavesdrop_ctx;
};

/*
 * enclave_load: measures, maps and initialises an enclave file (any kind of image/image.h that can be loaded). options may be NULL.
 * Signals wait while the key process is asked, since their handlers may call enclaves that ask it, too: at EINIT that is for as long as
 * it still measures pages that were streamed to it (a heap of a gigabyte that is measured: seconds).
 */
MUST_USE jurat_rc enclave_load(struct enclave **out, struct machine *m, const uint8_t *image, size_t len,
    const struct enclave_options *options, struct jurat_diag *d);
/*
 * enclave_unload: NULL is fine. Calls that are inside (an OCALL may be what unloads) run to their end, and the last of them frees the
 * memory; new ones are refused. A call that was left by longjmp or with its thread never ends. No call may begin after it, and the machine stays open until the last has ended.
 */
void enclave_unload(struct enclave *e);

/* enclave_identity: measurement, signer, attributes … of a loaded enclave (report_data zero). */
void enclave_identity(struct sgx_report_body *out, const struct enclave *e);

/*
 * enclave_call: one ECALL of our own enclaves (enclaves/runtime/include/enclave.h): op and in go in, at most out_cap bytes come
 * out. The enclave's own answer is its jurat_rc (JURAT_E_… of the refused operation, with *out_len 0); JURAT_E_STATE if every TCS is busy or the
 * enclave has crashed. Thread-safe: each call takes a free TCS.
 */
MUST_USE jurat_rc enclave_call(struct enclave *e, uint32_t op, const void *in, size_t in_len, void *out, size_t out_cap,
    size_t *out_len, struct jurat_diag *d);

#define ENCLAVE_CALL_IN_MAX_LEN (128u * 1024u)
#define ENCLAVE_CALL_OUT_MAX_LEN (128u * 1024u)

/*
 * enclave_ecall: the SDK's entry ABI underneath: EENTER with RDI=index, RSI=ms on a free TCS, OCALLs dispatched to the table.
 * *out_status is what the enclave returned in RSI. For images that are not ours. A call out of an OCALL, on the same thread and of the
 * same enclave, goes in on the TCS that waits for the OCALL, as with the SDK; out of an exception's OCALL it takes a free one.
 */
typedef uint64_t (*enclave_ocall)(void *ctx, uint64_t index, void *ms);
MUST_USE jurat_rc enclave_ecall(struct enclave *e, int64_t index, void *ms, enclave_ocall ocall, void *ctx,
    uint64_t *out_status, struct jurat_diag *d);

#endif
