/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lazy reduction: products in Fq are summed as integers and reduced once. A struct wide is a signed number of 576 bits in two's complement. Bounds are
 * counted in units of q^2: a product of reduced elements is in [0, 1), a sum of k terms with signs in (-k, k). wide_reduce takes up to WIDE_MAX units,
 * of which no formula here needs half; each says what it needs.
 */
#ifndef EPID_WIDE_H
#define EPID_WIDE_H

#include "epid/fq2.h"
#include "epid/fq_modulus.h"

#define WIDE_MAX 64

struct wide {
	uint64_t v[9];
};

struct wide2 {
	struct wide c0, c1;
};

ALWAYS_INLINE void
wide_mul(struct wide *out, const struct fq *a, const struct fq *b)
{
	limbs_mul_wide(out->v, a->v, b->v);
	out->v[8] = 0;
}

ALWAYS_INLINE void
wide_add(struct wide *out, const struct wide *a, const struct wide *b)
{
	uint64_t carry = 0;

#pragma GCC unroll 9
	for (int i = 0; i < 9; i++)
		out->v[i] = adc(a->v[i], b->v[i], &carry);
}

ALWAYS_INLINE void
wide_sub(struct wide *out, const struct wide *a, const struct wide *b)
{
	uint64_t borrow = 0;

#pragma GCC unroll 9
	for (int i = 0; i < 9; i++)
		out->v[i] = sbb(a->v[i], b->v[i], &borrow);
}

/*
 * out = t / 2^256 mod q for |t| <= WIDE_MAX q^2. With s = t + 64 q 2^256, which is not negative and congruent: Montgomery's step leaves (s + k q)/2^256 < 128 q + q
 * in limbs and a top limb below 2^8. 2^256 = c mod q folds that top: top * c < 2^218, so that the sum is below 2^256 + 2^218 < 2q, and limbs_once ends it.
 */
ALWAYS_INLINE void
wide_reduce(struct fq *out, const struct wide *t)
{
	/* 64 q */
	static const uint64_t offset[5] = { 0xCA4B76EBB4CC04C0, 0x37197EC4A602A0B4, 0xB97C97BB9C6927C3, 0xFFFFFFFFFF3C3351, 0x3F };
	uint64_t low[8], r[4], top, carry = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		low[i] = t->v[i];
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		low[i + 4] = adc(t->v[i + 4], offset[i], &carry);
	top = t->v[8] + offset[4] + carry;
	top += limbs_redc(r, low, &fq_modulus);
	carry = 0;
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		r[i] = mac(r[i], top, fq_modulus.c[i], &carry);
	limbs_once(out->v, r, carry, &fq_modulus);
}

/* The same for 0 <= t < 2 q^2, as a sum of two products is: Montgomery's step leaves less than 3q, that is a top limb of at most 2. */
ALWAYS_INLINE void
wide_reduce_small(struct fq *out, const struct wide *t)
{
	uint64_t low[8], r[4], top, carry = 0;

#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		low[i] = t->v[i];
	top = t->v[8] + limbs_redc(r, low, &fq_modulus);
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		r[i] = mac(r[i], top, fq_modulus.c[i], &carry);
	limbs_once(out->v, r, carry, &fq_modulus);
}

ALWAYS_INLINE void
wide2_add(struct wide2 *out, const struct wide2 *a, const struct wide2 *b)
{
	wide_add(&out->c0, &a->c0, &b->c0);
	wide_add(&out->c1, &a->c1, &b->c1);
}

ALWAYS_INLINE void
wide2_sub(struct wide2 *out, const struct wide2 *a, const struct wide2 *b)
{
	wide_sub(&out->c0, &a->c0, &b->c0);
	wide_sub(&out->c1, &a->c1, &b->c1);
}

/* The product of reduced a and b: c0 in (-1, 1), c1 in [0, 2). */
EPID_FN void wide2_mul(struct wide2 *out, const struct fq2 *a, const struct fq2 *b);
/* Times xi = 2 + i: (2 c0 - c1) + (c0 + 2 c1) i; three times the bound. */
EPID_FN void wide2_mul_xi(struct wide2 *out, const struct wide2 *a);
EPID_FN void wide2_reduce(struct fq2 *out, const struct wide2 *a);

#endif
