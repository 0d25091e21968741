/* SPDX-License-Identifier: Apache-2.0 */
/* The probe: an enclave over the real runtime that misbehaves on request (enclave_probe.h). Never installed. */
#include "enclave_probe.h"
#include "enclave.h"

void *__memcpy_chk(void *restrict to, const void *restrict from, size_t n, size_t to_len);

static uint8_t somewhere[64];

static jurat_rc
state(uint8_t *out, size_t out_cap, size_t *out_len)
{
	uint16_t fenv[14]; /* FNSTENV, 28 bytes */
	uint64_t flags, rsp, canary;
	uint32_t mxcsr;
	struct writer w;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	__asm__ volatile("fnstenv %0" : "=m"(fenv));
	__asm__ volatile("mov %%rsp, %0" : "=r"(rsp));
	__asm__ volatile("mov %%fs:0x28, %0" : "=r"(canary));
	writer_init(&w, out, out_cap);
	writer_u64le(&w, flags);
	writer_u32le(&w, mxcsr);
	writer_u16le(&w, fenv[0]);
	writer_u16le(&w, fenv[2]);
	writer_u16le(&w, fenv[4]);
	writer_u64le(&w, rsp);
	writer_u64le(&w, canary);
	writer_u64le(&w, (uint64_t)(uintptr_t)somewhere);
	*out_len = w.len;
	return writer_check(&w, "probe.state", NULL);
}

__attribute__((noinline)) static jurat_rc
dirty(const uint8_t *in, size_t in_len)
{
	uint8_t stack[8192];
	uint64_t half;

	if (in_len != 16)
		return JURAT_E_FORMAT;
	for (size_t i = 0; i < sizeof stack; i++)
		stack[i] = in[i % 16];
	__builtin_memcpy(&half, in, sizeof half);
	__asm__ volatile("movdqu (%0), %%xmm0; movdqa %%xmm0, %%xmm1; movdqa %%xmm0, %%xmm5; movdqa %%xmm0, %%xmm8; movdqa %%xmm0, %%xmm15;"
	                 "fldl (%0); fldl (%0); fldl (%0); fldl (%0); fldl (%0); fldl (%0); fldl (%0); fldl (%0);"
	                 "mov %1, %%r8; mov %1, %%r9; mov %1, %%r10; mov %1, %%r11; mov %1, %%rdx"
	                 :
	                 : "r"(stack), "a"(half)
	                 : "memory", "xmm0", "xmm1", "xmm5", "xmm8", "xmm15", "r8", "r9", "r10", "r11", "rdx");
	return JURAT_OK;
}

__attribute__((noinline)) static jurat_rc
smash(size_t n)
{
	uint8_t small[16];
	volatile uint8_t *p = small;

	for (size_t i = 0; i < n; i++)
		p[i] = 0x41;
	return p[3] == 0x41 ? JURAT_OK : JURAT_E_INTERNAL;
}

__attribute__((noinline)) static unsigned
deep(unsigned n)
{
	volatile uint8_t frame[1024];

	frame[n % sizeof frame] = (uint8_t)n;
	return n == 0 ? 0 : deep(n + 1) + frame[(n + 1) % sizeof frame];
}

static jurat_rc
spin(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	if (in_len != 16 || out_cap < 8)
		return JURAT_E_FORMAT;
	for (volatile uint64_t left = load64le(in); left != 0; left--)
		;
	__builtin_memcpy(out, in + 8, 8);
	*out_len = 8;
	return JURAT_OK;
}

static jurat_rc
unseal(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	const uint8_t *aad;
	size_t aad_len;

	return enclave_unseal(out, out_cap, out_len, SGX_POLICY_MRSIGNER, &aad, &aad_len, in, in_len);
}

static jurat_rc
random_out(uint8_t *out, size_t out_cap, size_t *out_len)
{
	if (out_cap < 32)
		return JURAT_E_TOO_LARGE;
	*out_len = 32;
	return crypto_random(out, 32);
}

jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	switch (op) {
	case PROBE_STATE:
		return state(out, out_cap, out_len);
	case PROBE_DIRTY:
		return dirty(in, in_len);
	case PROBE_UD:
		__asm__ volatile("ud2");
		return JURAT_OK;
	case PROBE_SMASH:
		return smash(in_len);
	case PROBE_DEEP:
		return deep(1) == 7 ? JURAT_OK : JURAT_E_INTERNAL;
	case PROBE_CHECKED:
		(void)__memcpy_chk(somewhere, in, in_len, sizeof somewhere);
		return JURAT_OK;
	case PROBE_SPIN:
		return spin(in, in_len, out, out_cap, out_len);
	case PROBE_SEAL:
		return enclave_seal(out, out_cap, out_len, SGX_POLICY_MRSIGNER, NULL, 0, in, in_len);
	case PROBE_UNSEAL:
		return unseal(in, in_len, out, out_cap, out_len);
	case PROBE_RANDOM:
		return random_out(out, out_cap, out_len);
	default:
		return JURAT_E_UNSUPPORTED;
	}
}
