/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCS page, SSA frame and SECINFO shapes (SDM vol. 3D, "Enclave Access Control and Data Structures"). Freestanding.
 * SSA frame i of a thread starts at BASE + OSSA + i * SSAFRAMESIZE * 4096: XSAVE area first; GPRSGX are its last 184 bytes; the
 * MISC region (EXINFO) ends where GPRSGX begin.
 */
#ifndef SGX_TCS_H
#define SGX_TCS_H

#include "sgx/types.h"

#define SGX_TCS_LEN 4096
#define SGX_TCS_TEMPLATE_LEN 72 /* the meaningful head; the rest is reserved and zero */
#define SGX_TCS_DBGOPTIN 0x1ull
#define SGX_TCS_AEXNOTIFY 0x2ull

struct sgx_tcs {
	uint64_t state; /* processor's */
	uint64_t flags;
	uint64_t ossa;  /* offset from BASE */
	uint32_t cssa;  /* processor's */
	uint32_t nssa;
	uint64_t oentry;
	uint64_t aep;   /* processor's */
	uint64_t ofsbase, ogsbase;
	uint32_t fslimit, gslimit;
};

/* tcs_parse: a whole page; JURAT_E_FORMAT for a non-zero reserved byte or unknown flag. Alignment rules are EADD's, not its. */
MUST_USE jurat_rc tcs_parse(struct sgx_tcs *out, const uint8_t *p, size_t len, struct jurat_diag *d);
/* tcs_eadd: clears in a page what EADD clears before EEXTEND can measure it: STATE, FLAGS.DBGOPTIN, CSSA, AEP (SDM vol. 3D, "EADD"). */
void tcs_eadd(uint8_t page[SGX_TCS_TEMPLATE_LEN]);
void tcs_encode(uint8_t out[SGX_TCS_TEMPLATE_LEN], const struct sgx_tcs *tcs);

/* GPRSGX: as it lies in memory (natural alignment makes it exactly 184 bytes). The engine and exception handlers use it. */
#define SGX_GPRSGX_LEN 184
struct sgx_gprsgx {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rflags, rip, ursp, urbp;
	uint32_t exitinfo; /* vector 7:0, type 10:8 (3 hardware, 6 software), valid 31 */
	uint8_t reserved[3];
	uint8_t aexnotify;
	uint64_t fsbase, gsbase;
};
_Static_assert(sizeof(struct sgx_gprsgx) == SGX_GPRSGX_LEN, "SDM vol. 3D, GPRSGX");

#define SGX_EXITINFO_VALID 0x80000000u
#define SGX_EXITINFO_HARDWARE 0x300u
#define SGX_EXITINFO_SOFTWARE 0x600u

#endif
