/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One element of Fq12 in two vectors: what a single signature needs, where eight lanes of different elements would have no work.
 *
 * Layout: even holds the coefficients of w^0, w^2, w^4 (an element of Fq6 = Fq2[v]/(v^3 - xi), v = w^2), odd those of w^1, w^3, w^5, each
 * coefficient as real part in an even lane and imaginary part in the next: lanes 0 to 5, in the order of struct fq12. Lanes 6 and 7 hold nothing that is
 * ever read; what stands there stays in bounds like any other lane. Elements are folded (<= 1.01, see fq8.h).
 */
#ifndef EPID_FQ12V_H
#define EPID_FQ12V_H

#include "core/ct.h"
#include "epid/fq12.h"
#include "epid/fq8.h"

struct fq12v {
	struct fq8 even, odd;
};

#define REAL_LANES 0x55

/* The parts of each coefficient exchanged. */
LANE_INLINE void
fq6v_swap(struct fq8 *r, const struct fq8 *a)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_swap(a->l[i]);
}

/* xi a = (2 re - im) + (2 im + re) i; not carried */
LANE_INLINE void
fq6v_times_xi_raw(struct fq8 *r, const struct fq8 *a)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		const lanes s = lanes_swap(a->l[i]), d = lanes_add(a->l[i], a->l[i]);

		r->l[i] = lanes_select(REAL_LANES, lanes_add(d, s), lanes_sub(d, s));
	}
}

/* i a = -im + re i; not carried */
LANE_INLINE void
fq6v_times_i_raw(struct fq8 *r, const struct fq8 *a)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		const lanes s = lanes_swap(a->l[i]);

		r->l[i] = lanes_select(REAL_LANES, s, lanes_sub(lanes_zero(), s));
	}
}

/* k q in the lanes where a term was subtracted */
LANE_INLINE void
fq6v_add_q_raw(struct fq8 *r, lane_mask m, uint64_t k)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_add(r->l[i], lanes_select(m, lanes_zero(), lanes_set1(fq8_q[i] * k)));
}

/* v a = (xi a2, a0, a1); not carried, limbs at most three times a's and signed */
LANE_INLINE void
fq6v_times_v_raw(struct fq8 *r, const struct fq8 *a)
{
	static const uint64_t rotate[8] = { 4, 5, 8, 9, 10, 11, 6, 7 }; /* of (xi a, a) */
	const lanes which = lanes_load(rotate);
	struct fq8 xi;

	fq6v_times_xi_raw(&xi, a);
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		r->l[i] = lanes_permute2(xi.l[i], which, a->l[i]);
}

/*
 * A factor of Fq6 made ready: for each limb a line of words in memory, xi b in words 0 to 5 and b in 6 to 11; and the same of i b. The eight words from
 * 6 - 2k on are the lanes of v^k b, for k = 0 to 3.
 */
struct fq6v_table {
	_Alignas(64) uint64_t word[2][5][16];
};

LANE_INLINE void
fq6v_table_line(uint64_t line[5][16], const struct fq8 *b, const struct fq8 *xi_b)
{
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		lanes_store(&line[i][0], xi_b->l[i]);
		lanes_store(&line[i][6], b->l[i]);
	}
}

/* b <= 2.1: xi b + 3q <= 7.2 in the real lanes, 6.3 in the others; i b <= 3; i xi b <= 8. Of b <= 1.01: 4.1, 3.1, 2 and 4. */
LANE_INLINE void
fq6v_table_init(struct fq6v_table *t, const struct fq8 *b, uint64_t bound)
{
	struct fq8 xi, ib, ixi;

	fq6v_times_xi_raw(&xi, b);
	fq6v_add_q_raw(&xi, REAL_LANES, bound);
	fq8_carry(&xi);
	fq6v_table_line(t->word[0], b, &xi);
	fq6v_times_i_raw(&ib, b);
	fq6v_add_q_raw(&ib, REAL_LANES, bound);
	fq8_carry(&ib);
	fq6v_times_i_raw(&ixi, &xi);
	fq6v_add_q_raw(&ixi, REAL_LANES, 3 * bound);
	fq8_carry(&ixi);
	fq6v_table_line(t->word[1], &ib, &ixi);
}

/* Lane c of each limb of a times the lanes of v^(c/2 + shift) b: what one real or imaginary part of a contributes to v^shift a b. */
LANE_INLINE void
fq6v_part(lanes t[10], const struct fq8 *a, unsigned lane, const struct fq6v_table *b, unsigned part, unsigned shift)
{
	const uint64_t *limb = (const uint64_t *)&a->l[0] + lane;
	lanes w[5];

#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		w[i] = lanes_load(&b->word[part & 1][i][6 - 2 * (part / 2 + shift)]);
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++)
		fq8_row(t, i, lanes_set1(limb[8 * i]), w);
}

/* r = a b in Fq6. a <= 2.1 with table entries <= 8: 6·2.1·8/16 + 1.8 = 8.1; a <= 1.01 with entries <= 4.1: 3.4. */
LANE_CALL void
fq6v_mul(struct fq8 *r, const struct fq8 *a, const struct fq6v_table *b)
{
	lanes t[10];

	fq8_wide_zero(t);
#pragma GCC unroll 1
	for (unsigned part = 0; part < 6; part++)
		fq6v_part(t, a, part, b, part, 0);
	fq8_reduce(r, t);
}

/* Karatsuba: a0 b0 + v a1 b1, (a0 + a1)(b0 + b1) - a0 b0 - a1 b1. Before folding: 3.4 + 3·3.4, and 8.1 - 6.8 .. 8.1. */
LANE_CALL void
fq12v_mul(struct fq12v *r, const struct fq12v *a, const struct fq12v *b)
{
	struct fq6v_table table;
	struct fq8 low, high, sum, v_high;

	fq6v_table_init(&table, &b->even, 2);
	fq6v_mul(&low, &a->even, &table);
	fq6v_table_init(&table, &b->odd, 2);
	fq6v_mul(&high, &a->odd, &table);
	fq8_add(&sum, &b->even, &b->odd);
	fq6v_table_init(&table, &sum, 3);
	fq8_add(&sum, &a->even, &a->odd);
	fq6v_mul(&sum, &sum, &table);
	fq6v_times_v_raw(&v_high, &high);
	fq8_add_raw(&r->even, &low, &v_high);
	fq8_fold(&r->even);
	fq8_sub_raw(&sum, &sum, &low);
	fq8_sub_raw(&r->odd, &sum, &high);
	fq8_fold(&r->odd);
}

/* (a0 + a1)(a0 + v a1) - t - v t and 2t, t = a0 a1 */
LANE_CALL void
fq12v_sqr(struct fq12v *r, const struct fq12v *a)
{
	struct fq6v_table table;
	struct fq8 t, u, sum;

	fq6v_table_init(&table, &a->odd, 2);
	fq6v_mul(&t, &a->even, &table);
	fq6v_times_v_raw(&u, &a->odd);
	fq8_add_raw(&u, &u, &a->even);
	fq8_fold(&u);
	fq6v_table_init(&table, &u, 2);
	fq8_add(&sum, &a->even, &a->odd);
	fq6v_mul(&sum, &sum, &table);
	fq6v_times_v_raw(&u, &t);
	fq8_sub_raw(&sum, &sum, &t);
	fq8_sub_raw(&r->even, &sum, &u);
	fq8_fold(&r->even);
	fq8_add_raw(&r->odd, &t, &t);
	fq8_fold(&r->odd);
}

/*
 * a (1 + l1 w + l3 w^3): with l = l1 + l3 v in Fq6, a0 + v l a1 and a1 + l a0. l1 and l3 are the lanes from `first` to `first` + 3 of l, <= 2.1:
 * 4·2.1·4.1/16 + 1.8 = 4.
 */
LANE_CALL void
fq12v_mul_line(struct fq12v *r, const struct fq12v *a, const struct fq8 *l, unsigned first)
{
	struct fq6v_table even, odd;
	struct fq8 x, y;
	lanes t[10], s[10];

	fq6v_table_init(&even, &a->even, 2);
	fq6v_table_init(&odd, &a->odd, 2);
	fq8_wide_zero(t);
#pragma GCC unroll 1
	for (unsigned part = 0; part < 4; part++)
		fq6v_part(t, l, first + part, &odd, part, 1);
	fq8_reduce(&x, t);
	fq8_wide_zero(s);
#pragma GCC unroll 1
	for (unsigned part = 0; part < 4; part++)
		fq6v_part(s, l, first + part, &even, part, 0);
	fq8_reduce(&y, s);
	fq8_add_raw(&r->even, &a->even, &x);
	fq8_fold(&r->even);
	fq8_add_raw(&r->odd, &a->odd, &y);
	fq8_fold(&r->odd);
}

/* What both squares and products of gt_sqr are made of: the coefficients w^0, w^1, w^2 and w^3, w^4, w^5, and their parts in both lanes. */
struct gtv_halves {
	struct fq8 x, y, x_swap, y_swap, x_re, x_im, y_re, y_im;
};

LANE_INLINE void
gtv_halves_init(struct gtv_halves *h, const struct fq12v *a)
{
	static const uint64_t x_from[8] = { 0, 1, 8, 9, 2, 3, 6, 7 }, y_from[8] = { 10, 11, 4, 5, 12, 13, 6, 7 };
	const lanes xf = lanes_load(x_from), yf = lanes_load(y_from);

#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		h->x.l[i] = lanes_permute2(a->even.l[i], xf, a->odd.l[i]);
		h->y.l[i] = lanes_permute2(a->even.l[i], yf, a->odd.l[i]);
		h->x_swap.l[i] = lanes_swap(h->x.l[i]);
		h->y_swap.l[i] = lanes_swap(h->y.l[i]);
		h->x_re.l[i] = lanes_select(REAL_LANES, h->x_swap.l[i], h->x.l[i]);
		h->x_im.l[i] = lanes_select(REAL_LANES, h->x.l[i], h->x_swap.l[i]);
		h->y_re.l[i] = lanes_select(REAL_LANES, h->y_swap.l[i], h->y.l[i]);
		h->y_im.l[i] = lanes_select(REAL_LANES, h->y.l[i], h->y_swap.l[i]);
	}
}

/*
 * X^2 + xi Y^2, coefficient by coefficient, as one sum of three products a lane:
 *   re: (x0 + x1)(x0 - x1) + y0·2(y0 - y1) + y1·(-2 y1)      im: 2 x1·x0 + y0·(y0 + 4 y1) + y1·(-y1)
 * From x, y <= 1.01: (2.02·3.02 + 1.01·6.1 + 1.01·4)/16 + 1.8 = 2.9.
 */
LANE_INLINE void
gtv_squares(struct fq8 *r, const struct gtv_halves *h)
{
	struct fq8 u, v, v2, v3;
	lanes t[10];

#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		const lanes x = h->x.l[i], xs = h->x_swap.l[i], y = h->y.l[i], ys = h->y_swap.l[i];
		const lanes minus_y1 = lanes_sub(lanes_set1(fq8_q[i] * 4), h->y_im.l[i]);
		const lanes d = lanes_sub(y, ys);

		u.l[i] = lanes_add(x, h->x_im.l[i]);
		v.l[i] = lanes_select(REAL_LANES, xs, lanes_add(lanes_sub(x, xs), lanes_set1(fq8_q[i] * 2)));
		v2.l[i] = lanes_select(REAL_LANES, lanes_add(ys, lanes_shl(y, 2)), lanes_add(lanes_add(d, d), lanes_set1(fq8_q[i] * 4)));
		v3.l[i] = lanes_select(REAL_LANES, minus_y1, lanes_sub(minus_y1, h->y_im.l[i]));
	}
	fq8_carry(&u);
	fq8_carry(&v);
	fq8_carry(&v2);
	fq8_carry(&v3);
	fq8_wide_zero(t);
	fq8_wide_mul(t, &u, &v);
	fq8_wide_mul(t, &h->y_re, &v2);
	fq8_wide_mul(t, &h->y_im, &v3);
	fq8_reduce(r, t);
}

/* 2 X Y: re: x0·2y0 + x1·(-2y1), im: x0·2y1 + x1·2y0. (1.01·2.02 + 1.01·4)/16 + 1.8 = 2.2. */
LANE_INLINE void
gtv_products(struct fq8 *r, const struct gtv_halves *h)
{
	struct fq8 u, v;
	lanes t[10];

#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		const lanes s = lanes_add(h->y_swap.l[i], h->y_swap.l[i]);

		u.l[i] = lanes_add(h->y.l[i], h->y.l[i]);
		v.l[i] = lanes_select(REAL_LANES, s, lanes_sub(lanes_set1(fq8_q[i] * 4), s));
	}
	fq8_carry(&u);
	fq8_carry(&v);
	fq8_wide_zero(t);
	fq8_wide_mul(t, &h->x_re, &u);
	fq8_wide_mul(t, &h->x_im, &v);
	fq8_reduce(r, t);
}

/*
 * a^2 for a of norm 1 over Fq6 and Fq4 (Granger and Scott). With X = (w^0, w^1, w^2) and Y = (w^3, w^4, w^5), coefficient by coefficient:
 *   even = 3 (X^2 + xi Y^2) - 2 even, odd = 3 v (2 X Y) + 2 odd
 */
LANE_CALL void
gtv_sqr(struct fq12v *r, const struct fq12v *a)
{
	struct gtv_halves h;
	struct fq8 s, p, vp;

	gtv_halves_init(&h, a);
	gtv_squares(&s, &h);
	gtv_products(&p, &h);
	fq6v_times_v_raw(&vp, &p);
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		const lanes e = lanes_sub(s.l[i], a->even.l[i]), o = lanes_add(vp.l[i], a->odd.l[i]);

		r->even.l[i] = lanes_add(lanes_add(e, e), s.l[i]);
		r->odd.l[i] = lanes_add(lanes_add(o, o), vp.l[i]);
	}
	fq8_fold(&r->even);
	fq8_fold(&r->odd);
}

/* a^(q^6) */
LANE_CALL void
fq12v_conj(struct fq12v *r, const struct fq12v *a)
{
	struct fq8 zero;

	fq8_zero(&zero);
	r->even = a->even;
	fq8_sub_raw(&r->odd, &zero, &a->odd);
	fq8_fold(&r->odd);
}

/* One half of a^(q^e): coefficients conjugated for odd e, then multiplied by constants. (1.01 + 2)/16 + 1.8 = 2. */
LANE_INLINE void
fq6v_frobenius(struct fq8 *r, const struct fq8 *a, const uint64_t constants[2][5 * 8], unsigned e)
{
	struct fq8 x = *a, s, re, im;

	if (e & 1) {
#pragma GCC unroll 5
		for (int i = 0; i < 5; i++)
			x.l[i] = lanes_select(REAL_LANES, lanes_sub(lanes_set1(fq8_q[i] * 2), x.l[i]), x.l[i]);
		fq8_carry(&x);
	}
	fq6v_swap(&s, &x);
#pragma GCC unroll 5
	for (int i = 0; i < 5; i++) {
		re.l[i] = lanes_load(constants[0] + 8 * i);
		im.l[i] = lanes_load(constants[1] + 8 * i);
	}
	fq8_mul2(r, &x, &re, &s, &im);
	fq8_fold(r);
}

/* a^(q^e), e = 1 to 3 */
LANE_CALL void
fq12v_frobenius(struct fq12v *r, const struct fq12v *a, unsigned e)
{
	fq6v_frobenius(&r->even, &a->even, frobenius_lanes[e - 1][0], e);
	fq6v_frobenius(&r->odd, &a->odd, frobenius_lanes[e - 1][1], e);
}

LANE_CALL void
fq12v_one(struct fq12v *r)
{
	struct fq8 one;

	fq8_broadcast(&one, fq8_one);
	fq8_zero(&r->odd);
	fq8_select(&r->even, 1, &r->odd, &one);
}

/* ---- to and from struct fq12, whose twelve coordinates stand in the same order ---- */

static inline void
fq12_coordinates(struct fq *out[12], struct fq12 *a)
{
	for (unsigned i = 0; i < 6; i++) {
		struct fq2 *low = &a->c0.c[i / 2], *high = &a->c1.c[i / 2];

		out[i] = i & 1 ? &low->c1 : &low->c0;
		out[i + 6] = i & 1 ? &high->c1 : &high->c0;
	}
}

LANE_CALL void
fq12v_to_fq12(struct fq12 *out, const struct fq12v *a)
{
	struct fq *to[12];

	fq12_coordinates(to, out);
	fq8_to_fq(to, &a->even, 6);
	fq8_to_fq(to + 6, &a->odd, 6);
}

LANE_CALL void
fq12v_from_fq12(struct fq12v *r, const struct fq12 *a)
{
	struct fq12 copy = *a;
	struct fq *at[12];
	const struct fq *from[12];

	fq12_coordinates(at, &copy);
	for (unsigned i = 0; i < 12; i++)
		from[i] = at[i];
	fq8_from_fq(&r->even, from, 6);
	fq8_from_fq(&r->odd, from + 6, 6);
	fq8_fold(&r->even);
	fq8_fold(&r->odd);
	wipe(&copy, sizeof copy);
}

#endif
