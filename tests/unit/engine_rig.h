/* SPDX-License-Identifier: Apache-2.0 */
/* A machine and the probe enclave (tests/enclaves-asm/probe.S) for the tests of the engine. */
#ifndef TESTS_ENGINE_RIG_H
#define TESTS_ENGINE_RIG_H

#include "machine/engine.h"
#include "machine/machine_internal.h"
#include "support.h"

/* The probe's layout: per thread TCS, 3 pages of SSA, 1 page of data; then 4 pages of code, one read-only page, and nothing. */
enum {
	PROBE_NUM_TCS = 3,
	PROBE_STRIDE = 0x5000,
	PROBE_SSA = 0x1000,
	PROBE_DATA = 0x4000,
	PROBE_CODE = 0x10000,
	PROBE_READ_ONLY = 0x14000,
	PROBE_ABSENT = 0x15000,
	PROBE_SIZE = 0x20000,
};

/* The probe's operations: see the file. */
enum { PROBE_ECHO, PROBE_ENCLU, PROBE_FAULT, PROBE_OCALL, PROBE_SPIN, PROBE_ASTRAY, PROBE_BASES, PROBE_SPOIL, PROBE_WAIT };
enum { FAULT_UD, FAULT_BP, FAULT_DE, FAULT_READ, FAULT_WRITE, FAULT_SYSCALL, FAULT_GP, FAULT_MF, FAULT_XM, FAULT_STEP };

struct probe_settings {
	uint64_t xfrm;
	uint32_t miscselect;
	uint32_t nssa;
	bool kss;
	uint64_t flags;      /* attributes beyond MODE64BIT */
	uint64_t flags_free; /* attributes that SIGSTRUCT's mask leaves open, beside DEBUG */
	uint64_t oentry;     /* 0: where the probe's code is */
	uint64_t tcs_flags;  /* in the file; with DBGOPTIN go STATE, CSSA and AEP, none of which is measured: EADD clears them */
};

/* rig_up, rig_down: group setup and teardown: one machine, one signing key. rig_machine: that machine. */
int rig_up(void **state);
int rig_down(void **state);
struct machine *rig_machine(void);

/* probe_load: a fresh probe; fails the test if it does not load. settings NULL: XFRM 3, no EXINFO, two SSA frames. */
struct enclave *probe_load(const struct probe_settings *settings);
/* probe_try: the same, whatever comes of it. */
jurat_rc probe_try(struct enclave **out, const struct probe_settings *settings, struct jurat_diag *d);
/* probe_image: its sgxs bytes (the caller frees) and its SIGSTRUCT. */
uint8_t *probe_image(size_t *out_len, uint8_t out_sigstruct[SGX_SIGSTRUCT_LEN], const struct probe_settings *settings);

/* probe_call: one ECALL of the probe; fails the test unless it returns status 0. */
void probe_call(struct enclave *e, int64_t op, uint64_t *ms);

#endif
