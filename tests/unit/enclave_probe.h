/* SPDX-License-Identifier: Apache-2.0 */
/* What the probe enclave does: one operation for each thing that the runtime promises. Freestanding. */
#ifndef TESTS_ENCLAVE_PROBE_H
#define TESTS_ENCLAVE_PROBE_H

enum probe_op {
	PROBE_STATE = 1, /* out: RFLAGS u64 | MXCSR u32 | x87 control, status, tag word u16 each | RSP u64 | canary u64 | .bss address u64 */
	PROBE_DIRTY = 2, /* in: 16 bytes; fills stack, SSE and x87 registers with them and returns */
	PROBE_UD = 3,    /* executes an undefined instruction */
	PROBE_SMASH = 4, /* writes over the end of an array on the stack */
	PROBE_DEEP = 5,  /* recurses without end */
	PROBE_CHECKED = 6, /* calls a checked copy that does not fit */
	PROBE_SPIN = 7,  /* in: u64 rounds | 8 bytes; counts, then gives the 8 bytes back */
	PROBE_SEAL = 8,  /* in: bytes; out: sealed to MRSIGNER */
	PROBE_UNSEAL = 9,
	PROBE_RANDOM = 10, /* out: 32 bytes */
};

#endif
