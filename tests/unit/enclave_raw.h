/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile host's own EENTER: every register, flag and floating-point setting as the attacker likes, and what came back. */
#ifndef TESTS_ENCLAVE_RAW_H
#define TESTS_ENCLAVE_RAW_H

#include "core/compiler.h"

/* enclave_raw.S knows these offsets. */
struct raw_entry {
	uint64_t tcs;          /* 0 */
	uint64_t rdi, rsi;     /* 8, 16 */
	uint64_t poison;       /* 24: every other general register, RBP among them */
	uint64_t flags;        /* 32: OR-ed into RFLAGS */
	uint32_t mxcsr;        /* 40 */
	uint16_t fcw, mmx;     /* 44, 46: mmx not 0: x87 is left in MMX mode */
	uint64_t nested;       /* 48: at the first asynchronous exit, enter once more, on nested_tcs */
	uint64_t nested_rdi, nested_rsi; /* 56, 64: in; then what that entry returned */
	uint64_t num_aex;      /* 72: asynchronous exits */
	uint64_t out_flags;    /* 80 */
	uint64_t out[16];      /* 88: RAX RBX RCX RDX RSI RDI RBP R8..R15, then RSP after minus RSP before */
	uint64_t out_nested[4]; /* 216: RDI, RSI, RSP difference, RBP of the nested exit */
	uint64_t nested_tcs;   /* 248 */
	_Alignas(16) uint8_t fx[512]; /* 256: FXSAVE at the exit */
};
_Static_assert(offsetof(struct raw_entry, out) == 88 && offsetof(struct raw_entry, fx) == 256, "enclave_raw.S");

void raw_enter(struct raw_entry *r);

#endif
