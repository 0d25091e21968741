/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product e(P1, g2) e(P2, w) of pairing.h over lanes: of one pair of points (fq12v.h), and of eight pairs at once (fq12x8.h).
 *
 * Lines of a point of G2 are kept as uint64_t [83][limb][4]: lambda (re, im) and mu (re, im), canonical. At (x, y) a line is
 * 1 - lambda (x/y) w + mu (1/y) w^3.
 */
#ifndef EPID_PAIRING_IFMA_H
#define EPID_PAIRING_IFMA_H

#include "epid/fq12v.h"
#include "epid/fq12x8.h"
#include "epid/pairing.h"

#define LINE_WORDS 20

_Static_assert(sizeof g2_generator_lines == sizeof(uint64_t) * LINE_WORDS * PAIRING_LINES, "g2's lines have this layout");
_Static_assert(sizeof g2_generator_lines <= KERNEL_LINES_LEN, "room for the lines of a point");

LANE_CALL void
pairing_lines_store(uint64_t *out, const struct pairing_lines *lines)
{
	for (unsigned n = 0; n < PAIRING_LINES; n++) {
		const struct pairing_line *line = &lines->line[n];
		const struct fq *from[4] = { &line->lambda.c0, &line->lambda.c1, &line->mu.c0, &line->mu.c1 };
		struct fq8 x;
		uint64_t word[8];

		fq8_from_fq(&x, from, 4);
		fq8_canonical(&x, &x);
		for (unsigned i = 0; i < 5; i++) {
			lanes_store(word, x.l[i]);
			memcpy(out + n * LINE_WORDS + 4 * i, word, 4 * sizeof word[0]);
		}
	}
}

/* ---- one pair ---- */

/* f times both lines number n. at: lanes 0 to 3 are -x/y, -x/y, 1/y, 1/y of P1, 4 to 7 of P2, <= 2.1. */
LANE_INLINE void
miller_step(struct fq12v *f, const uint64_t *w_lines, unsigned n, const struct fq8 *at)
{
	const size_t line = (size_t)n * LINE_WORDS;
	struct fq8 l;

	for (unsigned i = 0; i < 5; i++)
		l.l[i] = lanes_load_halves(g2_generator_lines + line + 4 * i, w_lines + line + 4 * i);
	fq8_mul(&l, &l, at);
	fq12v_mul_line(f, f, &l, 0);
	fq12v_mul_line(f, f, &l, 4);
}

LANE_CALL void
fq12v_miller(struct fq12v *f, const uint64_t *w_lines, const struct fq8 *at)
{
	unsigned n = 0;

	fq12v_one(f);
	for (unsigned i = 1; i < sizeof loop_digits; i++) {
		if (i != 1)
			fq12v_sqr(f, f);
		miller_step(f, w_lines, n++, at);
		if (loop_digits[i] != 0)
			miller_step(f, w_lines, n++, at);
	}
	fq12v_conj(f, f); /* u < 0 */
	miller_step(f, w_lines, n++, at);
	miller_step(f, w_lines, n, at);
}

/* a^u for a of norm 1, where conj is the inverse */
LANE_CALL void
gtv_exp_u(struct fq12v *r, const struct fq12v *a)
{
	struct fq12v inverse, x = *a;

	fq12v_conj(&inverse, a);
	for (unsigned i = 1; i < sizeof u_digits; i++) {
		gtv_sqr(&x, &x);
		if (u_digits[i] != 0)
			fq12v_mul(&x, &x, u_digits[i] > 0 ? a : &inverse);
	}
	fq12v_conj(r, &x);
}

/* What the hard part is made of: with a_n = a^(u^n), the factors y0 to y6 of a^((q^4 - q^2 + 1)/p) = y0 y1^2 y2^6 y3^12 y4^18 y5^30 y6^36. */
LANE_INLINE void
gtv_hard_factors(struct fq12v y[7], const struct fq12v *a)
{
	struct fq12v a1, a2, a3, t;

	gtv_exp_u(&a1, a);
	gtv_exp_u(&a2, &a1);
	gtv_exp_u(&a3, &a2);
	fq12v_frobenius(&y[0], a, 1);
	fq12v_frobenius(&t, a, 2);
	fq12v_mul(&y[0], &y[0], &t);
	fq12v_frobenius(&t, a, 3);
	fq12v_mul(&y[0], &y[0], &t);
	fq12v_conj(&y[1], a);
	fq12v_frobenius(&y[2], &a2, 2);
	fq12v_frobenius(&t, &a1, 1);
	fq12v_conj(&y[3], &t);
	fq12v_frobenius(&t, &a2, 1);
	fq12v_mul(&t, &t, &a1);
	fq12v_conj(&y[4], &t);
	fq12v_conj(&y[5], &a2);
	fq12v_frobenius(&t, &a3, 1);
	fq12v_mul(&t, &t, &a3);
	fq12v_conj(&y[6], &t);
}

/* a^((q^4 - q^2 + 1)/p), exactly, for a of norm 1 (Scott and others, "On the final exponentiation"). */
LANE_CALL void
gtv_hard_part(struct fq12v *r, const struct fq12v *a)
{
	struct fq12v y[7], t0, t1;

	gtv_hard_factors(y, a);
	gtv_sqr(&t0, &y[6]);
	fq12v_mul(&t0, &t0, &y[4]);
	fq12v_mul(&t0, &t0, &y[5]);
	fq12v_mul(&t1, &y[3], &y[5]);
	fq12v_mul(&t1, &t1, &t0);
	fq12v_mul(&t0, &t0, &y[2]);
	gtv_sqr(&t1, &t1);
	fq12v_mul(&t1, &t1, &t0);
	gtv_sqr(&t1, &t1);
	fq12v_mul(&t0, &t1, &y[1]);
	fq12v_mul(&t1, &t1, &y[0]);
	gtv_sqr(&t0, &t0);
	fq12v_mul(r, &t1, &t0);
}

/* f^((q^12 - 1)/p). The inversion is the portable one: one element has nothing for the other lanes to do. */
LANE_CALL void
fq12v_final(struct fq12 *out, const struct fq12v *f)
{
	struct fq12 x;
	struct fq12v a, b;

	fq12v_to_fq12(&x, f);
	fq12_inv(&x, &x);
	fq12v_from_fq12(&b, &x);
	fq12v_conj(&a, f);
	fq12v_mul(&a, &a, &b);
	fq12v_frobenius(&b, &a, 2);
	fq12v_mul(&a, &a, &b);
	gtv_hard_part(&a, &a);
	fq12v_to_fq12(out, &a);
	wipe(&x, sizeof x);
	wipe(&a, sizeof a);
	wipe(&b, sizeof b);
}

/* ---- eight pairs ---- */

/* Lanes of -x/y and 1/y of one point each, <= 2.1. */
struct miller8_point {
	struct fq8 minus_x_y, one_y;
};

LANE_INLINE void
miller8_line(struct fq12x8 *f, const uint64_t *line, const struct miller8_point *at)
{
	struct fq8 part[4];

	for (unsigned j = 0; j < 4; j++) {
		for (unsigned i = 0; i < 5; i++)
			part[j].l[i] = lanes_set1(line[4 * i + j]);
		fq8_mul(&part[j], &part[j], j < 2 ? &at->minus_x_y : &at->one_y);
	}
	fq12x8_mul_line(f, f, &(struct fq2x8){ part[0], part[1] }, &(struct fq2x8){ part[2], part[3] });
}

LANE_INLINE void
miller8_step(struct fq12x8 *f, const uint64_t *w_lines, unsigned n, const struct miller8_point at[2])
{
	miller8_line(f, g2_generator_lines + (size_t)n * LINE_WORDS, &at[0]);
	miller8_line(f, w_lines + (size_t)n * LINE_WORDS, &at[1]);
}

LANE_CALL void
fq12x8_miller(struct fq12x8 *f, const uint64_t *w_lines, const struct miller8_point at[2])
{
	unsigned n = 0;

	fq12x8_one(f);
	for (unsigned i = 1; i < sizeof loop_digits; i++) {
		if (i != 1)
			fq12x8_sqr(f, f);
		miller8_step(f, w_lines, n++, at);
		if (loop_digits[i] != 0)
			miller8_step(f, w_lines, n++, at);
	}
	fq12x8_conj(f, f);
	miller8_step(f, w_lines, n++, at);
	miller8_step(f, w_lines, n, at);
}

LANE_CALL void
gtx8_exp_u(struct fq12x8 *r, const struct fq12x8 *a)
{
	struct fq12x8 inverse, x = *a;

	fq12x8_conj(&inverse, a);
	for (unsigned i = 1; i < sizeof u_digits; i++) {
		gtx8_sqr(&x, &x);
		if (u_digits[i] != 0)
			fq12x8_mul(&x, &x, u_digits[i] > 0 ? a : &inverse);
	}
	fq12x8_conj(r, &x);
}

LANE_INLINE void
gtx8_hard_factors(struct fq12x8 y[7], const struct fq12x8 *a)
{
	struct fq12x8 a1, a2, a3, t;

	gtx8_exp_u(&a1, a);
	gtx8_exp_u(&a2, &a1);
	gtx8_exp_u(&a3, &a2);
	fq12x8_frobenius(&y[0], a, 1);
	fq12x8_frobenius(&t, a, 2);
	fq12x8_mul(&y[0], &y[0], &t);
	fq12x8_frobenius(&t, a, 3);
	fq12x8_mul(&y[0], &y[0], &t);
	fq12x8_conj(&y[1], a);
	fq12x8_frobenius(&y[2], &a2, 2);
	fq12x8_frobenius(&t, &a1, 1);
	fq12x8_conj(&y[3], &t);
	fq12x8_frobenius(&t, &a2, 1);
	fq12x8_mul(&t, &t, &a1);
	fq12x8_conj(&y[4], &t);
	fq12x8_conj(&y[5], &a2);
	fq12x8_frobenius(&t, &a3, 1);
	fq12x8_mul(&t, &t, &a3);
	fq12x8_conj(&y[6], &t);
}

/* The chain of gtv_hard_part. */
LANE_CALL void
gtx8_hard_part(struct fq12x8 *r, const struct fq12x8 *a)
{
	struct fq12x8 y[7], t0, t1;

	gtx8_hard_factors(y, a);
	gtx8_sqr(&t0, &y[6]);
	fq12x8_mul(&t0, &t0, &y[4]);
	fq12x8_mul(&t0, &t0, &y[5]);
	fq12x8_mul(&t1, &y[3], &y[5]);
	fq12x8_mul(&t1, &t1, &t0);
	fq12x8_mul(&t0, &t0, &y[2]);
	gtx8_sqr(&t1, &t1);
	fq12x8_mul(&t1, &t1, &t0);
	gtx8_sqr(&t1, &t1);
	fq12x8_mul(&t0, &t1, &y[1]);
	fq12x8_mul(&t1, &t1, &y[0]);
	gtx8_sqr(&t0, &t0);
	fq12x8_mul(r, &t1, &t0);
}

LANE_CALL void
fq12x8_final_vartime(struct fq12x8 *r, const struct fq12x8 *f)
{
	struct fq12x8 a, b;

	fq12x8_inv_vartime(&b, f);
	fq12x8_conj(&a, f);
	fq12x8_mul(&a, &a, &b);
	fq12x8_frobenius(&b, &a, 2);
	fq12x8_mul(&a, &a, &b);
	gtx8_hard_part(r, &a);
}

#endif
