/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fq and fr have in common: four 64-bit limbs, least significant first, modulo an odd m with 2^256 - 2^210 < m < 2^256 (both are 2^256 - c with c
 * below 2^210), and Montgomery's reduction. Everything is inline and without branches; with a constant modulus the compiler folds it in.
 */
#ifndef EPID_LIMBS_H
#define EPID_LIMBS_H

#include "epid/build.h"

typedef unsigned __int128 uint128_t;

struct modulus {
	uint64_t m[4]; /* the modulus */
	uint64_t c[4]; /* 2^256 - m, below 2^210 */
	uint64_t n0;   /* -1/m mod 2^64 */
};

/* acc + a * b + *carry; at most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1, so that nothing is lost. */
ALWAYS_INLINE uint64_t
mac(uint64_t acc, uint64_t a, uint64_t b, uint64_t *carry)
{
	uint128_t t = (uint128_t)a * b + acc + *carry;

	*carry = (uint64_t)(t >> 64);
	return (uint64_t)t;
}

/*
 * Addition and subtraction with carry and borrow, 0 or 1 before and after. The compiler's builtins keep the carry in the processor's flag, which it does
 * not find by itself in portable C.
 */
#if defined(__x86_64__)
ALWAYS_INLINE uint64_t
adc(uint64_t a, uint64_t b, uint64_t *carry)
{
	unsigned long long t;

	*carry = __builtin_ia32_addcarryx_u64((unsigned char)*carry, a, b, &t);
	return t;
}

#if defined(__clang__)
#define SUBTRACT_WITH_BORROW __builtin_ia32_subborrow_u64
#else
#define SUBTRACT_WITH_BORROW __builtin_ia32_sbb_u64
#endif
ALWAYS_INLINE uint64_t
sbb(uint64_t a, uint64_t b, uint64_t *borrow)
{
	unsigned long long t;

	*borrow = SUBTRACT_WITH_BORROW((unsigned char)*borrow, a, b, &t);
	return t;
}
#else
ALWAYS_INLINE uint64_t
adc(uint64_t a, uint64_t b, uint64_t *carry)
{
	uint128_t t = (uint128_t)a + b + *carry;

	*carry = (uint64_t)(t >> 64);
	return (uint64_t)t;
}

ALWAYS_INLINE uint64_t
sbb(uint64_t a, uint64_t b, uint64_t *borrow)
{
	uint128_t t = (uint128_t)a - b - *borrow;

	*borrow = (uint64_t)(t >> 64) & 1;
	return (uint64_t)t;
}
#endif

/*
 * out = top * 2^256 + t, less m if it is m or more. Demands top * 2^256 + t < 2m; top is 0 or 1.
 * Adding c is subtracting m modulo 2^256; it overflows exactly if t >= m, and if top is 1 the difference is the answer anyway.
 */
ALWAYS_INLINE void
limbs_once(uint64_t out[4], const uint64_t t[4], uint64_t top, const struct modulus *m)
{
	uint64_t carry = 0, s[4], mask;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		s[i] = adc(t[i], m->c[i], &carry);
	mask = 0 - (carry | top);
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		out[i] = t[i] ^ ((t[i] ^ s[i]) & mask);
}

/* a, b < m: a + b < 2m. */
ALWAYS_INLINE void
limbs_add(uint64_t out[4], const uint64_t a[4], const uint64_t b[4], const struct modulus *m)
{
	uint64_t carry = 0, t[4];

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		t[i] = adc(a[i], b[i], &carry);
	limbs_once(out, t, carry, m);
}

/* a, b < m. A borrow left 2^256 too much, of which c is taken away again: a - b + 2^256 - c = a - b + m. */
ALWAYS_INLINE void
limbs_sub(uint64_t out[4], const uint64_t a[4], const uint64_t b[4], const struct modulus *m)
{
	uint64_t borrow = 0, t[4], mask;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		t[i] = sbb(a[i], b[i], &borrow);
	mask = 0 - borrow;
	borrow = 0;
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		out[i] = sbb(t[i], m->c[i] & mask, &borrow);
}

#if defined(EPID_BMI2)
#include "epid/limbs_bmi2.h"
#else
/* out = a * b, eight limbs. */
ALWAYS_INLINE void
limbs_mul_wide(uint64_t out[8], const uint64_t a[4], const uint64_t b[4])
{
	uint64_t carry = 0;

#pragma GCC unroll 4
	for (int j = 0; j < 4; j++)
		out[j] = mac(0, a[j], b[0], &carry);
	out[4] = carry;
#pragma GCC unroll 4
	for (int i = 1; i < 4; i++) {
		carry = 0;
#pragma GCC unroll 4
		for (int j = 0; j < 4; j++)
			out[i + j] = mac(out[i + j], a[j], b[i], &carry);
		out[i + 4] = carry;
	}
}

/*
 * out[0..3] and the returned top limb: (t + k m) / 2^256 with 0 <= k < 2^256, which is t / 2^256 modulo m. t is destroyed.
 * For t < b * 2^256 the value is below b + m.
 */
ALWAYS_INLINE uint64_t
limbs_redc(uint64_t out[4], uint64_t t[8], const struct modulus *m)
{
	uint64_t top = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		uint64_t k = t[i] * m->n0, carry = 0;

#pragma GCC unroll 4
		for (int j = 0; j < 4; j++)
			t[i + j] = mac(t[i + j], k, m->m[j], &carry);
		t[i + 4] = adc(t[i + 4], carry, &top);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		out[i] = t[i + 4];
	return top;
}
#endif

/* a, b < m, or at least a * b < m * 2^256: then the reduction is below 2m. */
ALWAYS_INLINE void
limbs_mul(uint64_t out[4], const uint64_t a[4], const uint64_t b[4], const struct modulus *m)
{
	uint64_t t[8], r[4], top;

	limbs_mul_wide(t, a, b);
	top = limbs_redc(r, t, m);
	limbs_once(out, r, top, m);
}

/* The number in big-endian bytes; whether it is below m. */
ALWAYS_INLINE bool
limbs_read(uint64_t out[4], const uint8_t *in, const struct modulus *m)
{
	uint64_t borrow = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		out[3 - i] = 0;
		for (int j = 0; j < 8; j++)
			out[3 - i] = out[3 - i] << 8 | in[8 * i + j];
	}
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		(void)sbb(out[i], m->m[i], &borrow);
	return borrow == 1;
}

ALWAYS_INLINE void
limbs_write(uint8_t *out, const uint64_t a[4])
{
	for (int i = 0; i < 32; i++)
		out[31 - i] = (uint8_t)(a[i / 8] >> (8 * (i % 8)));
}

ALWAYS_INLINE void
limbs_select(uint64_t out[4], const uint64_t a[4], const uint64_t b[4], unsigned flag)
{
	uint64_t mask = 0 - (uint64_t)(flag & 1u);

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		out[i] = b[i] ^ ((a[i] ^ b[i]) & mask);
}

/* 1 if all limbs are equal, without a branch. */
ALWAYS_INLINE unsigned
limbs_equal(const uint64_t a[4], const uint64_t b[4])
{
	uint64_t d = (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]);

	return (unsigned)(((d | (0 - d)) >> 63) ^ 1);
}

#endif
