/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight elements of the base field in eight lanes: five limbs of 52 bits, Montgomery's form with R = 2^260.
 *
 * Representation. The value of a lane is the sum of l[i]·2^(52 i), and stands for itself modulo q. It is *carried* when every limb is in
 * [0, 2^52): then it is below 2^260 < 16.01 q, and may be multiplied (the multiplier reads 52 bits of a limb and no more). Sums and
 * differences are taken limb by limb, with limbs as signed numbers, and carried before they are multiplied.
 *
 * Bounds are given in comments as multiples of q: `a <= 4` says that the carried value of a is at most 4q. The rules:
 *
 *   fq8_mul, fq8_sqr    a·b/16 + 1.8      R/q > 15.99 gives a·b/15.99; 1.8 is shown at fq8_reduce
 *   fq8_mul2            (a·b + c·d)/16 + 1.8
 *   fq8_add             a + b
 *   fq8_sub             a + K for a K >= b that is given as an argument (a constant): a - b + K q
 *   fq8_fold            1.01, for any value in (-2^8 q, 2^8 q)
 *
 * so that from a, b, c, d <= 4 a product, or the sum of two, is again <= 3.8. All functions allow r to be an argument. Nothing here
 * branches on a value. Accumulators are 64 bits and take 2^12 products of 52 bits; none below takes more than 130.
 */
#ifndef EPID_FQ8_H
#define EPID_FQ8_H

#include "epid/fq.h"
#include "epid/ifma_constants.h"
#include "epid/lanes.h"

struct fq8 {
	lanes l[5];
};

/* The product of two carried values before reduction, and sums of such: limbs 0 to 9, each below 2^64. */
struct fq8_wide {
	lanes t[10];
};

LANE_INLINE void
fq8_broadcast(struct fq8 *r, const uint64_t limbs[5])
{
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_set1(limbs[i]);
}

LANE_INLINE void
fq8_zero(struct fq8 *r)
{
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_zero();
}

/* Moves each limb's bits from 52 up into the next limb, with their sign. The value must not be negative and must be below 2^260. */
LANE_INLINE void
fq8_carry(struct fq8 *r)
{
	const lanes mask = lanes_set1(LIMB_MASK);

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		r->l[i + 1] = lanes_add(r->l[i + 1], lanes_sar(r->l[i], LIMB_BITS));
		r->l[i] = lanes_and(r->l[i], mask);
	}
}

/* Sums that are not carried yet. */
LANE_INLINE void
fq8_add_raw(struct fq8 *r, const struct fq8 *a, const struct fq8 *b)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_add(a->l[i], b->l[i]);
}

LANE_INLINE void
fq8_sub_raw(struct fq8 *r, const struct fq8 *a, const struct fq8 *b)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_sub(a->l[i], b->l[i]);
}

/* r + k q, k a small constant */
LANE_INLINE void
fq8_add_q_raw(struct fq8 *r, uint64_t k)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_add(r->l[i], lanes_set1(fq8_q[i] * k));
}

LANE_INLINE void
fq8_add(struct fq8 *r, const struct fq8 *a, const struct fq8 *b)
{
	fq8_add_raw(r, a, b);
	fq8_carry(r);
}

/* a - b + k q, for b <= k */
LANE_INLINE void
fq8_sub(struct fq8 *r, const struct fq8 *a, const struct fq8 *b, uint64_t k)
{
	fq8_sub_raw(r, a, b);
	fq8_add_q_raw(r, k);
	fq8_carry(r);
}

/* k q - a, for a <= k */
LANE_INLINE void
fq8_neg(struct fq8 *r, const struct fq8 *a, uint64_t k)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_sub(lanes_set1(fq8_q[i] * k), a->l[i]);
	fq8_carry(r);
}

/*
 * Any value in (-2^8 q, 2^8 q), carried or not (limbs below 2^60 in absolute value), brought to [0, 1.01 q), carried.
 *
 * With 2^8 q added the value is h·2^256 + rest, 0 <= rest < 2^256 and 0 <= h < 2^9. As 2^256 = q + c it equals rest + h·c modulo q, and
 * c < 2^210 makes that less than 2^256 + 2^219 < 1.01 q.
 */
LANE_INLINE void
fq8_fold(struct fq8 *r)
{
	lanes h;

	fq8_add_q_raw(r, 256);
	fq8_carry(r);
	h = lanes_shr(r->l[4], 48);
	r->l[4] = lanes_and(r->l[4], lanes_set1((UINT64_C(1) << 48) - 1));
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_madd_lo(r->l[i], h, lanes_set1(fq8_c[i]));
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		r->l[i + 1] = lanes_madd_hi(r->l[i + 1], h, lanes_set1(fq8_c[i]));
	fq8_carry(r);
}

/* t += a·b·2^(52 i) for one limb a of a multiplicand */
LANE_INLINE void
fq8_row(lanes t[10], int i, lanes a, const lanes b[5])
{
#pragma GCC unroll 5
	for (int j = 0; j < 5; j++)
		t[i + j] = lanes_madd_lo(t[i + j], a, b[j]);
#pragma GCC unroll 5
	for (int j = 0; j < 5; j++)
		t[i + j + 1] = lanes_madd_hi(t[i + j + 1], a, b[j]);
}

LANE_INLINE void
fq8_row_constant(lanes t[10], int i, lanes a, const uint64_t b[5])
{
#pragma GCC unroll 5
	for (int j = 0; j < 5; j++)
		t[i + j] = lanes_madd_lo(t[i + j], a, lanes_set1(b[j]));
#pragma GCC unroll 5
	for (int j = 0; j < 5; j++)
		t[i + j + 1] = lanes_madd_hi(t[i + j + 1], a, lanes_set1(b[j]));
}

LANE_INLINE void
fq8_wide_zero(lanes t[10])
{
#pragma GCC unroll 10
	for (int i = 0; i < 10; i++)
		t[i] = lanes_zero();
}

/*
 * r = t / 2^260 modulo q, carried. t < m·q·2^256 gives r < (m/16 + 1.8) q.
 *
 * Let k = -1/q mod 2^52, so that k q = 2^52 q' - 1, with q' = (k q + 1)/2^52 < 0.787 q. Adding m k q, m the lowest limb, clears that limb and
 * adds m q' to the limbs above it: no multiplication stands between one round and the next but the product itself. Four rounds so; each leaves
 * t < (t before)/2^52 + 2^52 q'. The fifth adds m q with m = (lowest limb)·k mod 2^52, as usual: in all
 * r < t/2^260 + q' (1 + 2^-52 + ...) + q < t/2^260 + 1.79 q.
 */
LANE_INLINE void
fq8_reduce(struct fq8 *r, lanes t[10])
{
	lanes m;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		m = t[i];
		t[i + 1] = lanes_add(t[i + 1], lanes_shr(m, LIMB_BITS));
		fq8_row_constant(t, i + 1, m, fq8_q_prime);
	}
	m = lanes_madd_lo(lanes_zero(), t[4], lanes_set1(fq8_k));
	fq8_row_constant(t, 4, m, fq8_q);
	t[5] = lanes_add(t[5], lanes_shr(t[4], LIMB_BITS));
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = t[i + 5];
	fq8_carry(r);
}

LANE_INLINE void
fq8_wide_mul(lanes t[10], const struct fq8 *a, const struct fq8 *b)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		fq8_row(t, i, a->l[i], b->l);
}

LANE_INLINE void
fq8_mul_inline(struct fq8 *r, const struct fq8 *a, const struct fq8 *b)
{
	lanes t[10];

	fq8_wide_zero(t);
	fq8_wide_mul(t, a, b);
	fq8_reduce(r, t);
}

LANE_CALL void
fq8_mul(struct fq8 *r, const struct fq8 *a, const struct fq8 *b)
{
	fq8_mul_inline(r, a, b);
}

/* r = a b + c d */
LANE_CALL void
fq8_mul2(struct fq8 *r, const struct fq8 *a, const struct fq8 *b, const struct fq8 *c, const struct fq8 *d)
{
	lanes t[10];

	fq8_wide_zero(t);
	fq8_wide_mul(t, a, b);
	fq8_wide_mul(t, c, d);
	fq8_reduce(r, t);
}

/* The products of different limbs are added up once and doubled in the accumulators: a doubled limb would have 53 bits. */
LANE_INLINE void
fq8_sqr_inline(struct fq8 *r, const struct fq8 *a)
{
	lanes t[10];

	fq8_wide_zero(t);
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
#pragma GCC unroll 4
		for (int j = i + 1; j < 5; j++) {
			t[i + j] = lanes_madd_lo(t[i + j], a->l[i], a->l[j]);
			t[i + j + 1] = lanes_madd_hi(t[i + j + 1], a->l[i], a->l[j]);
		}
	}
#pragma GCC unroll 10
	for (int i = 0; i < 10; i++)
		t[i] = lanes_add(t[i], t[i]);
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		t[2 * i] = lanes_madd_lo(t[2 * i], a->l[i], a->l[i]);
		t[2 * i + 1] = lanes_madd_hi(t[2 * i + 1], a->l[i], a->l[i]);
	}
	fq8_reduce(r, t);
}

LANE_CALL void
fq8_sqr(struct fq8 *r, const struct fq8 *a)
{
	fq8_sqr_inline(r, a);
}

/* a^(2^n) */
LANE_CALL void
fq8_sqr_times(struct fq8 *r, const struct fq8 *a, unsigned n)
{
	struct fq8 x = *a;

	while (n-- != 0)
		fq8_sqr_inline(&x, &x);
	*r = x;
}

/* 9 a, folded; a <= 28 */
LANE_INLINE void
fq8_times_9(struct fq8 *r, const struct fq8 *a)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_add(lanes_shl(a->l[i], 3), a->l[i]);
	fq8_fold(r);
}

LANE_INLINE void
fq8_select(struct fq8 *r, lane_mask m, const struct fq8 *a, const struct fq8 *b)
{
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_select(m, a->l[i], b->l[i]);
}

/* a <= 2^8, carried or not, to [0, q). */
LANE_CALL void
fq8_canonical(struct fq8 *r, const struct fq8 *a)
{
	struct fq8 x = *a, y;
	lane_mask below;

	fq8_fold(&x);
	/* x < 2 q. y = x + c = x - q + 2^256: bit 256 says that x >= q, and what is below it is then x - q. */
	for (int i = 0; i < 5; i++)
		y.l[i] = lanes_add(x.l[i], lanes_set1(fq8_c[i]));
	fq8_carry(&y);
	below = lanes_equal(lanes_shr(y.l[4], 48), lanes_zero());
	y.l[4] = lanes_and(y.l[4], lanes_set1((UINT64_C(1) << 48) - 1));
	fq8_select(r, below, &y, &x);
}

/* Lanes in which a, a canonical value, is zero. */
LANE_INLINE lane_mask
fq8_is_zero(const struct fq8 *a)
{
	lanes any = a->l[0];

	for (int i = 1; i < 5; i++)
		any = lanes_or(any, a->l[i]);
	return lanes_equal(any, lanes_zero());
}

/* ---- to and from fq.h's form: four limbs of 64 bits, R = 2^256 ---- */

LANE_INLINE void
fq8_set_lane_raw(struct fq8 *r, unsigned k, const uint64_t x[4])
{
	const uint64_t l[5] = { x[0] & LIMB_MASK, (x[0] >> 52 | x[1] << 12) & LIMB_MASK, (x[1] >> 40 | x[2] << 24) & LIMB_MASK,
		(x[2] >> 28 | x[3] << 36) & LIMB_MASK, x[3] >> 16 };

	for (int i = 0; i < 5; i++)
		memcpy((uint8_t *)&r->l[i] + 8 * k, &l[i], 8);
}

LANE_INLINE void
fq8_get_lane_raw(uint64_t x[4], const struct fq8 *a, unsigned k)
{
	uint64_t l[5];

	for (int i = 0; i < 5; i++)
		memcpy(&l[i], (const uint8_t *)&a->l[i] + 8 * k, 8);
	x[0] = l[0] | l[1] << 52;
	x[1] = l[1] >> 12 | l[2] << 40;
	x[2] = l[2] >> 24 | l[3] << 28;
	x[3] = l[3] >> 36 | l[4] << 16;
}

/* Lane k becomes in[k]; lanes from n up become zero. Result <= 1.9. */
LANE_CALL void
fq8_from_fq(struct fq8 *r, const struct fq *const *in, unsigned n)
{
	struct fq8 x, by;

	fq8_zero(&x);
	for (unsigned k = 0; k < n; k++)
		fq8_set_lane_raw(&x, k, in[k]->v);
	fq8_broadcast(&by, fq8_two_264); /* (a 2^256)·2^264 / 2^260 */
	fq8_mul(r, &x, &by);
}

/* out[k] = lane k, n lanes; a <= 4 */
LANE_CALL void
fq8_to_fq(struct fq *const *out, const struct fq8 *a, unsigned n)
{
	struct fq8 x;

	fq8_broadcast(&x, fq8_two_256); /* (a 2^260)·2^256 / 2^260 */
	fq8_mul(&x, a, &x);
	fq8_canonical(&x, &x);
	for (unsigned k = 0; k < n; k++)
		fq8_get_lane_raw(out[k]->v, &x, k);
}

/* ---- powers with fixed exponents ---- */

/* a^e, e of 256 bits and public: windows of four bits. a <= 4. */
LANE_CALL void
fq8_power(struct fq8 *r, const struct fq8 *a, const uint64_t e[4])
{
	struct fq8 table[16], x;

	fq8_broadcast(&table[0], fq8_one);
	table[1] = *a;
	for (int i = 2; i < 16; i++)
		fq8_mul(&table[i], &table[i - 1], a);
	x = table[e[3] >> 60];
	for (int i = 62; i >= 0; i--) {
		unsigned digit = (unsigned)(e[i / 16] >> (4 * (i % 16))) & 15;

		fq8_sqr_times(&x, &x, 4);
		if (digit != 0)
			fq8_mul(&x, &x, &table[digit]);
	}
	*r = x;
}

#endif
