/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight elements of the tower in eight lanes, for batches: the structure of fq12.h over struct fq8. Elements are folded (<= 1.01, fq8.h). `_raw`
 * results are sums that are neither carried nor reduced: limbs are signed, values stay within the (-2^8 q, 2^8 q) that fq8_fold takes.
 */
#ifndef EPID_FQ12X8_H
#define EPID_FQ12X8_H

#include "epid/comb8.h"
#include "epid/fq8.h"

struct fq2x8 {
	struct fq8 c0, c1;
};

struct fq6x8 {
	struct fq2x8 c[3];
};

struct fq12x8 {
	struct fq6x8 c0, c1;
};

LANE_INLINE void
fq2x8_add_raw(struct fq2x8 *r, const struct fq2x8 *a, const struct fq2x8 *b)
{
	fq8_add_raw(&r->c0, &a->c0, &b->c0);
	fq8_add_raw(&r->c1, &a->c1, &b->c1);
}

LANE_INLINE void
fq2x8_sub_raw(struct fq2x8 *r, const struct fq2x8 *a, const struct fq2x8 *b)
{
	fq8_sub_raw(&r->c0, &a->c0, &b->c0);
	fq8_sub_raw(&r->c1, &a->c1, &b->c1);
}

/* Of values that are not negative. */
LANE_CALL void
fq2x8_add(struct fq2x8 *r, const struct fq2x8 *a, const struct fq2x8 *b)
{
	fq2x8_add_raw(r, a, b);
	fq8_carry(&r->c0);
	fq8_carry(&r->c1);
}

LANE_CALL void
fq2x8_fold(struct fq2x8 *r)
{
	fq8_fold(&r->c0);
	fq8_fold(&r->c1);
}

/* xi a, three times a's bound */
LANE_INLINE void
fq2x8_times_xi_raw(struct fq2x8 *r, const struct fq2x8 *a)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		const lanes re = a->c0.l[i], im = a->c1.l[i];

		r->c0.l[i] = lanes_sub(lanes_add(re, re), im);
		r->c1.l[i] = lanes_add(lanes_add(im, im), re);
	}
}

/* a, b <= 4.1, carried: (4.1·4.1 + 5·4.1)/16 + 1.8 <= 4.2 */
LANE_CALL void
fq2x8_mul(struct fq2x8 *r, const struct fq2x8 *a, const struct fq2x8 *b)
{
	struct fq8 minus, re;

	fq8_neg(&minus, &a->c1, 5);
	fq8_mul2(&re, &a->c0, &b->c0, &minus, &b->c1);
	fq8_mul2(&r->c1, &a->c0, &b->c1, &a->c1, &b->c0);
	r->c0 = re;
}

/* (a0 + a1)(a0 - a1), 2 a0 a1; a <= 2.1, carried: 4.2·5.1/16 + 1.8 <= 3.2 */
LANE_CALL void
fq2x8_sqr(struct fq2x8 *r, const struct fq2x8 *a)
{
	struct fq8 sum, difference, twice;

	fq8_add(&sum, &a->c0, &a->c1);
	fq8_sub(&difference, &a->c0, &a->c1, 3);
	fq8_add(&twice, &a->c0, &a->c0);
	fq8_mul(&r->c1, &twice, &a->c1);
	fq8_mul(&r->c0, &sum, &difference);
}

LANE_INLINE void
fq6x8_add_raw(struct fq6x8 *r, const struct fq6x8 *a, const struct fq6x8 *b)
{
	for (int i = 0; i < 3; i++)
		fq2x8_add_raw(&r->c[i], &a->c[i], &b->c[i]);
}

LANE_INLINE void
fq6x8_sub_raw(struct fq6x8 *r, const struct fq6x8 *a, const struct fq6x8 *b)
{
	for (int i = 0; i < 3; i++)
		fq2x8_sub_raw(&r->c[i], &a->c[i], &b->c[i]);
}

LANE_INLINE void
fq6x8_add(struct fq6x8 *r, const struct fq6x8 *a, const struct fq6x8 *b)
{
	for (int i = 0; i < 3; i++)
		fq2x8_add(&r->c[i], &a->c[i], &b->c[i]);
}

LANE_INLINE void
fq6x8_fold(struct fq6x8 *r)
{
	for (int i = 0; i < 3; i++)
		fq2x8_fold(&r->c[i]);
}

/* v a = (xi a2, a0, a1) */
LANE_INLINE void
fq6x8_times_v_raw(struct fq6x8 *r, const struct fq6x8 *a)
{
	struct fq2x8 xi;

	fq2x8_times_xi_raw(&xi, &a->c[2]);
	r->c[2] = a->c[1];
	r->c[1] = a->c[0];
	r->c[0] = xi;
}

/* (ai + aj)(bi + bj) - ti - tj = ai bj + aj bi. Up to 4.2 - 0, down to -8.4. */
LANE_INLINE void
fq6x8_cross_raw(struct fq2x8 *r, const struct fq6x8 *a, const struct fq6x8 *b, const struct fq2x8 t[3], int i, int j)
{
	struct fq2x8 sum_a, sum_b;

	fq2x8_add(&sum_a, &a->c[i], &a->c[j]);
	fq2x8_add(&sum_b, &b->c[i], &b->c[j]);
	fq2x8_mul(r, &sum_a, &sum_b);
	fq2x8_sub_raw(r, r, &t[i]);
	fq2x8_sub_raw(r, r, &t[j]);
}

/* a, b <= 2.05, carried; result within (-34, 34): t0 + xi (a1 b2 + a2 b1), a0 b1 + a1 b0 + xi t2, a0 b2 + a2 b0 + t1. */
LANE_CALL void
fq6x8_mul_raw(struct fq6x8 *r, const struct fq6x8 *a, const struct fq6x8 *b)
{
	struct fq2x8 t[3], x, y, z;

	for (int i = 0; i < 3; i++)
		fq2x8_mul(&t[i], &a->c[i], &b->c[i]);
	fq6x8_cross_raw(&x, a, b, t, 1, 2);
	fq6x8_cross_raw(&y, a, b, t, 0, 1);
	fq6x8_cross_raw(&z, a, b, t, 0, 2);
	fq2x8_times_xi_raw(&x, &x);
	fq2x8_add_raw(&r->c[0], &x, &t[0]);
	fq2x8_times_xi_raw(&x, &t[2]);
	fq2x8_add_raw(&r->c[1], &y, &x);
	fq2x8_add_raw(&r->c[2], &z, &t[1]);
}

/* a (b0 + b1 v) with five products; b <= 2.05, carried. Bounds as fq6x8_mul_raw. */
LANE_CALL void
fq6x8_mul_sparse_raw(struct fq6x8 *r, const struct fq6x8 *a, const struct fq2x8 *b0, const struct fq2x8 *b1)
{
	struct fq2x8 t0, t1, sum_a, sum_b, x, y;

	fq2x8_mul(&t0, &a->c[0], b0);
	fq2x8_mul(&t1, &a->c[1], b1);
	fq2x8_mul(&x, &a->c[2], b1);
	fq2x8_mul(&y, &a->c[2], b0);
	fq2x8_add(&sum_a, &a->c[0], &a->c[1]);
	fq2x8_add(&sum_b, b0, b1);
	fq2x8_times_xi_raw(&x, &x);
	fq2x8_add_raw(&r->c[0], &x, &t0);
	fq2x8_add_raw(&r->c[2], &y, &t1);
	fq2x8_mul(&x, &sum_a, &sum_b);
	fq2x8_sub_raw(&x, &x, &t0);
	fq2x8_sub_raw(&r->c[1], &x, &t1);
}

/* Karatsuba: sums are within 34 + 3·34 and 3·34. */
LANE_CALL void
fq12x8_mul(struct fq12x8 *r, const struct fq12x8 *a, const struct fq12x8 *b)
{
	struct fq6x8 t0, t1, t2, s, t;

	fq6x8_mul_raw(&t0, &a->c0, &b->c0);
	fq6x8_mul_raw(&t1, &a->c1, &b->c1);
	fq6x8_add(&s, &a->c0, &a->c1);
	fq6x8_add(&t, &b->c0, &b->c1);
	fq6x8_mul_raw(&t2, &s, &t);
	fq6x8_sub_raw(&t2, &t2, &t0);
	fq6x8_sub_raw(&r->c1, &t2, &t1);
	fq6x8_times_v_raw(&t1, &t1);
	fq6x8_add_raw(&r->c0, &t0, &t1);
	fq6x8_fold(&r->c0);
	fq6x8_fold(&r->c1);
}

/* (a0 + a1)(a0 + v a1) - t - v t and 2t, t = a0 a1: within 34 + 34 + 3·34 = 170 */
LANE_CALL void
fq12x8_sqr(struct fq12x8 *r, const struct fq12x8 *a)
{
	struct fq6x8 t, s, u;

	fq6x8_mul_raw(&t, &a->c0, &a->c1);
	fq6x8_times_v_raw(&u, &a->c1);
	fq6x8_add_raw(&u, &u, &a->c0);
	fq6x8_fold(&u);
	fq6x8_add(&s, &a->c0, &a->c1);
	fq6x8_mul_raw(&s, &s, &u);
	fq6x8_sub_raw(&s, &s, &t);
	fq6x8_times_v_raw(&u, &t);
	fq6x8_sub_raw(&r->c0, &s, &u);
	fq6x8_add_raw(&r->c1, &t, &t);
	fq6x8_fold(&r->c0);
	fq6x8_fold(&r->c1);
}

/* a (1 + l1 w + l3 w^3) = a0 + v l a1 and a1 + l a0, l = l1 + l3 v. l1, l3 <= 2.05, carried. */
LANE_CALL void
fq12x8_mul_line(struct fq12x8 *r, const struct fq12x8 *a, const struct fq2x8 *l1, const struct fq2x8 *l3)
{
	struct fq6x8 low, high;

	fq6x8_mul_sparse_raw(&high, &a->c1, l1, l3);
	fq6x8_mul_sparse_raw(&low, &a->c0, l1, l3);
	fq6x8_times_v_raw(&high, &high);
	fq6x8_add_raw(&r->c0, &a->c0, &high);
	fq6x8_add_raw(&r->c1, &a->c1, &low);
	fq6x8_fold(&r->c0);
	fq6x8_fold(&r->c1);
}

/* s = x^2 + xi y^2, p = 2 x y = (x + y)^2 - x^2 - y^2. Within 3.2 + 3·3.2 and 3.2 + 6.4. */
LANE_INLINE void
fq4x8_sqr_raw(struct fq2x8 *s, struct fq2x8 *p, const struct fq2x8 *x, const struct fq2x8 *y)
{
	struct fq2x8 xx, yy;

	fq2x8_add(p, x, y);
	fq2x8_sqr(p, p);
	fq2x8_sqr(&xx, x);
	fq2x8_sqr(&yy, y);
	fq2x8_sub_raw(p, p, &xx);
	fq2x8_sub_raw(p, p, &yy);
	fq2x8_times_xi_raw(&yy, &yy);
	fq2x8_add_raw(s, &xx, &yy);
}

/* 3 t + 2 a or 3 t - 2 a, folded: within 3·30 + 2.1 */
LANE_INLINE void
gtx8_combine(struct fq2x8 *r, const struct fq2x8 *t, const struct fq2x8 *a, bool plus)
{
	struct fq2x8 x;

	if (plus)
		fq2x8_add_raw(&x, t, a);
	else
		fq2x8_sub_raw(&x, t, a);
	fq2x8_add_raw(&x, &x, &x);
	fq2x8_add_raw(r, &x, t);
	fq2x8_fold(r);
}

/* a^2 for a of norm 1 over Fq6 and Fq4: fq12v.h has the formula. */
LANE_CALL void
gtx8_sqr(struct fq12x8 *r, const struct fq12x8 *a)
{
	const struct fq2x8 *x[3] = { &a->c0.c[0], &a->c1.c[0], &a->c0.c[1] }, *y[3] = { &a->c1.c[1], &a->c0.c[2], &a->c1.c[2] };
	struct fq2x8 s[3], p[3];

	for (int i = 0; i < 3; i++)
		fq4x8_sqr_raw(&s[i], &p[i], x[i], y[i]);
	fq2x8_times_xi_raw(&p[2], &p[2]);
	for (int i = 0; i < 3; i++)
		gtx8_combine(&r->c0.c[i], &s[i], &a->c0.c[i], false);
	gtx8_combine(&r->c1.c[0], &p[2], &a->c1.c[0], true);
	gtx8_combine(&r->c1.c[1], &p[0], &a->c1.c[1], true);
	gtx8_combine(&r->c1.c[2], &p[1], &a->c1.c[2], true);
}

/* a^(q^6) */
LANE_CALL void
fq12x8_conj(struct fq12x8 *r, const struct fq12x8 *a)
{
	struct fq6x8 zero;

	memset(&zero, 0, sizeof zero);
	r->c0 = a->c0;
	fq6x8_sub_raw(&r->c1, &zero, &a->c1);
	fq6x8_fold(&r->c1);
}

/* One coefficient of a^(q^e): its constant stands in lanes 2j and 2j + 1 of fq12v.h's. */
LANE_INLINE void
fq2x8_frobenius(struct fq2x8 *r, const struct fq2x8 *a, const uint64_t constants[2][5 * 8], unsigned j, unsigned e)
{
	struct fq2x8 x = *a, by;

	for (int i = 0; i < 5; i++) {
		by.c0.l[i] = lanes_set1(constants[0][8 * i + (int)(2 * j)]);
		by.c1.l[i] = lanes_set1(constants[1][8 * i + (int)(2 * j) + 1]);
	}
	if (e & 1)
		fq8_neg(&x.c1, &x.c1, 2);
	fq2x8_mul(r, &x, &by);
	fq2x8_fold(r);
}

/* a^(q^e), e = 1 to 3 */
LANE_CALL void
fq12x8_frobenius(struct fq12x8 *r, const struct fq12x8 *a, unsigned e)
{
	for (unsigned j = 0; j < 3; j++) {
		fq2x8_frobenius(&r->c0.c[j], &a->c0.c[j], frobenius_lanes[e - 1][0], j, e);
		fq2x8_frobenius(&r->c1.c[j], &a->c1.c[j], frobenius_lanes[e - 1][1], j, e);
	}
}

/* 1/a in Fq2: conj(a)/(a0^2 + a1^2), the inversion in Fq shared by the lanes. a <= 1.01; result <= 2.2. */
LANE_CALL void
fq2x8_inv(struct fq2x8 *r, const struct fq2x8 *a)
{
	struct fq8 norm, scratch;

	fq8_mul2(&norm, &a->c0, &a->c0, &a->c1, &a->c1);
	fq8_invert_all(&norm, &scratch, 1);
	fq8_mul(&r->c0, &a->c0, &norm);
	fq8_neg(&scratch, &a->c1, 2);
	fq8_mul(&r->c1, &scratch, &norm);
}

/* r = x y - xi z w or, without xi, x y - z w; folded. Factors <= 1.01. */
LANE_INLINE void
fq2x8_minor(struct fq2x8 *r, const struct fq2x8 *x, const struct fq2x8 *y, const struct fq2x8 *z, const struct fq2x8 *w, bool xi)
{
	struct fq2x8 t;

	fq2x8_mul(r, x, y);
	fq2x8_mul(&t, z, w);
	if (xi)
		fq2x8_times_xi_raw(&t, &t);
	fq2x8_sub_raw(r, r, &t);
	fq2x8_fold(r);
}

/* 1/a in Fq6 by its cofactors: m0 = a0^2 - xi a1 a2, m1 = xi a2^2 - a0 a1, m2 = a1^2 - a0 a2, over a0 m0 + xi (a2 m1 + a1 m2). */
LANE_CALL void
fq6x8_inv(struct fq6x8 *r, const struct fq6x8 *a)
{
	const struct fq2x8 *a0 = &a->c[0], *a1 = &a->c[1], *a2 = &a->c[2];
	struct fq2x8 m[3], xi_a2, t, u;

	fq2x8_minor(&m[0], a0, a0, a1, a2, true);
	fq2x8_times_xi_raw(&xi_a2, a2);
	fq2x8_fold(&xi_a2);
	fq2x8_minor(&m[1], &xi_a2, a2, a0, a1, false);
	fq2x8_minor(&m[2], a1, a1, a0, a2, false);
	fq2x8_mul(&t, a2, &m[1]);
	fq2x8_mul(&u, a1, &m[2]);
	fq2x8_add_raw(&t, &t, &u);
	fq2x8_times_xi_raw(&t, &t);
	fq2x8_mul(&u, a0, &m[0]);
	fq2x8_add_raw(&t, &t, &u);
	fq2x8_fold(&t);
	fq2x8_inv(&t, &t);
	for (int i = 0; i < 3; i++) {
		fq2x8_mul(&r->c[i], &m[i], &t);
		fq2x8_fold(&r->c[i]);
	}
}

/* 1/a = (a0 - a1 w)/(a0^2 - v a1^2) */
LANE_CALL void
fq12x8_inv(struct fq12x8 *r, const struct fq12x8 *a)
{
	struct fq12x8 conj;
	struct fq6x8 t, u;

	fq12x8_conj(&conj, a);
	fq6x8_mul_raw(&t, &a->c0, &a->c0);
	fq6x8_mul_raw(&u, &a->c1, &a->c1);
	fq6x8_times_v_raw(&u, &u);
	fq6x8_sub_raw(&t, &t, &u);
	fq6x8_fold(&t);
	fq6x8_inv(&t, &t);
	fq6x8_mul_raw(&r->c0, &conj.c0, &t);
	fq6x8_mul_raw(&r->c1, &conj.c1, &t);
	fq6x8_fold(&r->c0);
	fq6x8_fold(&r->c1);
}

LANE_CALL void
fq12x8_one(struct fq12x8 *r)
{
	memset(r, 0, sizeof *r);
	fq8_broadcast(&r->c0.c[0].c0, fq8_one);
}

/* Lane k of a to out[k], n lanes. */
LANE_CALL void
fq12x8_to_fq12(struct fq12 *const *out, const struct fq12x8 *a, unsigned n)
{
	const struct fq6x8 *half[2] = { &a->c0, &a->c1 };
	struct fq *to[8];

	for (unsigned i = 0; i < 12; i++) {
		const struct fq2x8 *c = &half[i / 6]->c[i % 6 / 2];

		for (unsigned k = 0; k < n; k++) {
			struct fq6 *h = i < 6 ? &out[k]->c0 : &out[k]->c1;

			to[k] = i & 1 ? &h->c[i % 6 / 2].c1 : &h->c[i % 6 / 2].c0;
		}
		fq8_to_fq(to, i & 1 ? &c->c1 : &c->c0, n);
	}
}

#endif
