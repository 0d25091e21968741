/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars as signed digits, in constant time: for exp.c and comb.c. */
#ifndef EPID_DIGITS_H
#define EPID_DIGITS_H

#include "epid/build.h"

/*
 * Digit i of a number in signed digits of BITS bits, -2^(BITS-1) < d <= 2^(BITS-1): window i and the carry out of window i - 1, which is one
 * exactly if window i - 1 with its own carry is above 2^(BITS-1). *carry is kept by the caller from digit to digit, the lowest first.
 */
ALWAYS_INLINE int
signed_digit(const uint64_t *k, int limbs, int i, int bits, unsigned *carry)
{
	int at = i * bits, limb = at / 64, shift = at % 64;
	uint64_t w = limb < limbs ? k[limb] >> shift : 0;
	uint32_t d, over;

	if (shift + bits > 64 && limb + 1 < limbs)
		w |= k[limb + 1] << (64 - shift);
	d = ((uint32_t)w & ((1u << bits) - 1u)) + *carry;
	over = ((1u << (bits - 1)) - d) >> 31; /* d > 2^(bits-1) */
	*carry = over;
	return (int)d - (int)(over << bits);
}

/* Constant time: |d|, and 1 if d is negative. */
ALWAYS_INLINE unsigned
magnitude(int d, unsigned *out_negative)
{
	unsigned sign = (unsigned)d >> 31;

	*out_negative = sign;
	return ((unsigned)d ^ (0u - sign)) + sign;
}

/* 1 if a == b, for small numbers. */
ALWAYS_INLINE unsigned
same(unsigned a, unsigned b)
{
	return ((a ^ b) - 1u) >> 31;
}

#endif
