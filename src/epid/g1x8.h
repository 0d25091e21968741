/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight points of G1 in eight lanes: homogeneous coordinates and the complete formulas of g1.h, so that no lane ever meets an exceptional case
 * and none has to be told apart. Coordinates are <= 4.6 (bounds as in fq8.h: multiples of q), those of affine points in tables <= 1.01.
 */
#ifndef EPID_G1X8_H
#define EPID_G1X8_H

#include "epid/fq8.h"
#include "epid/g1.h"

struct g1x8 {
	struct fq8 x, y, z;
};

struct g1x8_affine {
	struct fq8 x, y;
};

LANE_INLINE void
g1x8_identity(struct g1x8 *r)
{
	fq8_zero(&r->x);
	fq8_broadcast(&r->y, fq8_one);
	fq8_zero(&r->z);
}

LANE_INLINE void
g1x8_select(struct g1x8 *r, lane_mask m, const struct g1x8 *a, const struct g1x8 *b)
{
	fq8_select(&r->x, m, &a->x, &b->x);
	fq8_select(&r->y, m, &a->y, &b->y);
	fq8_select(&r->z, m, &a->z, &b->z);
}

/* -a in the lanes of m. Result y <= 5: of a table's entry, not of a sum. */
LANE_INLINE void
g1x8_negate(struct fq8 *y, lane_mask m)
{
	struct fq8 minus;

	fq8_neg(&minus, y, 5);
	fq8_select(y, m, y, &minus);
}

/* Lane k from lane index[k] of a (0 to 7) or b (8 to 15). */
LANE_INLINE void
g1x8_pick(struct g1x8 *r, const struct g1x8 *a, const struct g1x8 *b, const uint64_t index[8])
{
	const lanes which = lanes_load(index);
	struct g1x8 t;

	for (int i = 0; i < 5; i++) {
		t.x.l[i] = lanes_permute2(a->x.l[i], which, b->x.l[i]);
		t.y.l[i] = lanes_permute2(a->y.l[i], which, b->y.l[i]);
		t.z.l[i] = lanes_permute2(a->z.l[i], which, b->z.l[i]);
	}
	*r = t;
}

/*
 * 2a, algorithm 9. With s = Y^2, t = 9 Z^2:
 *   X' = 2 (s - 3t) X Y, Y' = (s - 3t)(s + t) + 8 s t, Z' = 8 s Y Z
 * From coordinates <= 4.6: s, XY, YZ <= 3.13; t, 8s folded; s - 3t + 4q <= 7.13, s + t <= 4.14;
 * X' <= 7.13·6.26/16 + 1.8 = 4.59, Y' <= (7.13·4.14 + 1.01·1.01)/16 + 1.8 = 3.8, Z' <= 2.
 */
LANE_CALL void
g1x8_double(struct g1x8 *r, const struct g1x8 *a)
{
	struct fq8 s, t, s8, xy, yz, minus, plus;

	fq8_sqr(&s, &a->y);
	fq8_sqr(&t, &a->z);
	fq8_mul(&xy, &a->x, &a->y);
	fq8_mul(&yz, &a->y, &a->z);
	fq8_times_9(&t, &t);
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		s8.l[i] = lanes_shl(s.l[i], 3);
		minus.l[i] = lanes_sub(lanes_sub(s.l[i], t.l[i]), lanes_add(t.l[i], t.l[i]));
		xy.l[i] = lanes_add(xy.l[i], xy.l[i]);
	}
	fq8_fold(&s8);
	fq8_add_q_raw(&minus, 4);
	fq8_carry(&minus);
	fq8_carry(&xy);
	fq8_add(&plus, &s, &t);
	fq8_mul(&r->x, &minus, &xy);
	fq8_mul2(&r->y, &minus, &plus, &s8, &t);
	fq8_mul(&r->z, &s8, &yz);
}

/*
 * The second half of both additions. t0 = X1 X2, t1 = Y1 Y2, t2 = 9 Z1 Z2 folded, t3 = X1 Y2 + X2 Y1, t4 = Y1 Z2 + Y2 Z1,
 * t5 = 9 (X1 Z2 + X2 Z1) folded:
 *   X = t3 (t1 - t2) - t4 t5, Y = (t1 - t2)(t1 + t2) + 3 t0 t5, Z = (t1 + t2) t4 + 3 t0 t3
 * For t0, t1 <= 3.13, t3 <= 4.45, t4 <= 6.7: t1 - t2 + 2q <= 5.13, t1 + t2 <= 4.14, 2q - t5 <= 2, 3 t0 folded;
 * X <= (4.45·5.13 + 6.7·2)/16 + 1.8 = 4.1, Y <= (5.13·4.14 + 1.01·1.01)/16 + 1.8 = 3.2, Z <= (4.14·6.7 + 1.01·4.45)/16 + 1.8 = 3.9.
 */
LANE_INLINE void
g1x8_add_finish(struct g1x8 *r, struct fq8 *t0, const struct fq8 *t1, const struct fq8 *t2, const struct fq8 *t3, const struct fq8 *t4,
    const struct fq8 *t5)
{
	struct fq8 minus, plus, minus_t5;

#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		t0->l[i] = lanes_add(lanes_add(t0->l[i], t0->l[i]), t0->l[i]);
	fq8_fold(t0);
	fq8_sub(&minus, t1, t2, 2);
	fq8_add(&plus, t1, t2);
	fq8_neg(&minus_t5, t5, 2);
	fq8_mul2(&r->x, t3, &minus, t4, &minus_t5);
	fq8_mul2(&r->y, &minus, &plus, t0, t5);
	fq8_mul2(&r->z, &plus, t4, t0, t3);
}

/* a + b, algorithm 7. Coordinates <= 5 (a negated entry's y): t0, t1, Z1 Z2 <= 3.13 for 4.6·4.6 and 4.6·5 alike: 23.1/16 + 1.8 <= 3.25;
 * t3, t4, X1 Z2 + X2 Z1 <= 2·23/16 + 1.8 = 4.7. What g1x8_add_finish makes of these stays below 4.6: 4.7·5.25/16 + 2·4.7/16 + 1.8 = 3.94,
 * 5.25·4.26/16 + 0.07 + 1.8 = 3.27, (4.26 + 1.01)·4.7/16 + 1.8 = 3.35. */
LANE_CALL void
g1x8_add(struct g1x8 *r, const struct g1x8 *a, const struct g1x8 *b)
{
	struct fq8 t0, t1, t2, t3, t4, t5;

	fq8_mul(&t0, &a->x, &b->x);
	fq8_mul(&t1, &a->y, &b->y);
	fq8_mul(&t2, &a->z, &b->z);
	fq8_mul2(&t3, &a->x, &b->y, &b->x, &a->y);
	fq8_mul2(&t4, &a->y, &b->z, &b->y, &a->z);
	fq8_mul2(&t5, &a->x, &b->z, &b->x, &a->z);
	fq8_times_9(&t2, &t2);
	fq8_times_9(&t5, &t5);
	g1x8_add_finish(r, &t0, &t1, &t2, &t3, &t4, &t5);
}

/* a + b for affine b other than the identity, algorithm 8. b.y <= 5, b.x <= 1.01: t0 <= 2.1, t1 <= 3.25, t3 <= 3.6, t4 <= 3.25 + 4.6 = 7.9;
 * X <= (3.6·5.25 + 7.9·2)/16 + 1.8 = 4, Y <= 3.3, Z <= (4.26·7.9 + 1.01·3.6)/16 + 1.8 = 4.2. */
LANE_CALL void
g1x8_add_affine(struct g1x8 *r, const struct g1x8 *a, const struct g1x8_affine *b)
{
	struct fq8 t0, t1, t2, t3, t4, t5;

	fq8_mul(&t0, &a->x, &b->x);
	fq8_mul(&t1, &a->y, &b->y);
	fq8_mul2(&t3, &a->x, &b->y, &b->x, &a->y);
	fq8_mul(&t4, &b->y, &a->z);
	fq8_add(&t4, &t4, &a->y);
	fq8_mul(&t5, &b->x, &a->z);
	fq8_add_raw(&t5, &t5, &a->x);
	fq8_times_9(&t2, &a->z);
	fq8_times_9(&t5, &t5);
	g1x8_add_finish(r, &t0, &t1, &t2, &t3, &t4, &t5);
}

/* (x, y) -> (beta x, y) in the lanes of m: times lambda. x <= 4.6 before and after. */
LANE_INLINE void
g1x8_times_lambda(struct fq8 *x, lane_mask m)
{
	struct fq8 by;

	fq8_broadcast(&by, fq8_beta);
	fq8_mul(&by, &by, x);
	fq8_select(x, m, x, &by);
}

/* ---- to and from g1.h ---- */

/* Lane k is p[k]; the identity, which is x = y = 0 in an affine point, becomes (0 : 1 : 0). Lanes from n up are the identity. */
LANE_CALL void
g1x8_from_affine(struct g1x8 *r, const struct g1_affine *const *p, unsigned n)
{
	const struct fq *x[8], *y[8];
	struct fq8 one;
	lane_mask identity;

	for (unsigned k = 0; k < n; k++) {
		x[k] = &p[k]->x;
		y[k] = &p[k]->y;
	}
	fq8_from_fq(&r->x, x, n);
	fq8_from_fq(&r->y, y, n);
	/* no point has y = 0 but the identity's stand-in, and 0 times anything is reduced to 0 */
	identity = fq8_is_zero(&r->y);
	fq8_broadcast(&one, fq8_one);
	fq8_select(&r->y, identity, &r->y, &one);
	fq8_zero(&r->z);
	fq8_select(&r->z, identity, &one, &r->z);
}

LANE_CALL void
g1x8_to_g1(struct g1 *const *out, const struct g1x8 *a, unsigned n)
{
	struct fq *x[8], *y[8], *z[8];
	struct fq8 folded[3] = { a->x, a->y, a->z };

	for (unsigned k = 0; k < n; k++) {
		x[k] = &out[k]->x;
		y[k] = &out[k]->y;
		z[k] = &out[k]->z;
	}
	fq8_to_fq(x, &folded[0], n);
	fq8_to_fq(y, &folded[1], n);
	fq8_to_fq(z, &folded[2], n);
}

/* The sum of all eight lanes, in every lane. */
LANE_CALL void
g1x8_sum(struct g1x8 *r, const struct g1x8 *a)
{
	static const uint64_t step[3][8] = { { 4, 5, 6, 7, 0, 1, 2, 3 }, { 2, 3, 0, 1, 6, 7, 4, 5 }, { 1, 0, 3, 2, 5, 4, 7, 6 } };
	struct g1x8 other;

	*r = *a;
	for (int i = 0; i < 3; i++) {
		g1x8_pick(&other, r, r, step[i]);
		g1x8_add(r, r, &other);
	}
}

/* ---- scalars as signed digits ---- */

/* What eight half scalars of at most 128 bits look like in signed digits of `bits` bits, -2^(bits-1) to 2^(bits-1): magnitude and sign of each, the
 * lowest digit first. Secret: wiped by whoever made it. */
#define DIGITS_MAX 33
struct digits8 {
	uint64_t magnitude[DIGITS_MAX][8];
	uint64_t negative[DIGITS_MAX][8]; /* 0 or all ones */
};

#define DIGITS_4 33 /* 32 digits of 4 bits and a carry */
#define DIGITS_5 26 /* 130 bits: the last digit has 3 bits and takes the carry */

/* One lane's digits. A digit above 2^(bits-1) becomes negative and carries. Constant time. */
static inline void
digits8_set(struct digits8 *out, unsigned lane, const uint64_t k[2], unsigned negative, unsigned bits, unsigned num)
{
	const uint64_t half = UINT64_C(1) << (bits - 1), sign = 0 - (uint64_t)negative;
	uint64_t low = k[0], high = k[1], carry = 0;

	for (unsigned i = 0; i < num; i++) {
		uint64_t d = (low & (2 * half - 1)) + carry, over;

		low = low >> bits | high << (64 - bits);
		high >>= bits;
		carry = (half - d) >> 63;
		over = 0 - carry;
		out->magnitude[i][lane] = (d & ~over) | ((2 * half - d) & over);
		out->negative[i][lane] = over ^ sign;
	}
}

static inline void
digits8_zero(struct digits8 *out)
{
	memset(out, 0, sizeof *out);
}

/* ---- variable bases ---- */

#define TABLE_ENTRIES 8 /* 1 to 8 times the base */
struct g1x8_table {
	struct g1x8 entry[TABLE_ENTRIES];
};

LANE_CALL void
g1x8_table_init(struct g1x8_table *t, const struct g1x8 *base)
{
	t->entry[0] = *base;
	for (int i = 1; i < TABLE_ENTRIES; i++) {
		if (i & 1)
			g1x8_double(&t->entry[i], &t->entry[i / 2]);
		else
			g1x8_add(&t->entry[i], &t->entry[i - 1], base);
	}
}

/* The table of lambda times the base, from the base's, in the lanes of m. */
LANE_CALL void
g1x8_table_times_lambda(struct g1x8_table *out, const struct g1x8_table *t)
{
	*out = *t;
	for (int i = 0; i < TABLE_ENTRIES; i++)
		g1x8_times_lambda(&out->entry[i].x, 0xff);
}

/* acc + digit · base: each lane's digit chooses by looking at all entries. */
LANE_CALL void
g1x8_table_add(struct g1x8 *acc, const struct g1x8_table *t, const struct digits8 *d, unsigned digit)
{
	const lanes magnitude = lanes_load(d->magnitude[digit]);
	struct g1x8 p;

	g1x8_identity(&p);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		g1x8_select(&p, lanes_equal(magnitude, lanes_set1(i + 1)), &p, &t->entry[i]);
	g1x8_negate(&p.y, (lane_mask)~lanes_equal(lanes_load(d->negative[digit]), lanes_zero()));
	g1x8_add(acc, acc, &p);
}

/* acc = the sum over n of digits[i] · the base of table[i], lane by lane: digits of 4 bits. */
LANE_CALL void
g1x8_multi_exp(struct g1x8 *acc, const struct g1x8_table *const *table, const struct digits8 *digits, unsigned n)
{
	g1x8_identity(acc);
	for (unsigned digit = DIGITS_4; digit-- != 0;) {
		if (digit != DIGITS_4 - 1) {
			for (int i = 0; i < 4; i++)
				g1x8_double(acc, acc);
		}
		for (unsigned i = 0; i < n; i++)
			g1x8_table_add(acc, table[i], &digits[i], digit);
	}
}

#endif
