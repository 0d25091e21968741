/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product e(P1, g2) e(P2, w) of pairing.h over lanes: of one pair of points (fq12v.h), and of eight pairs at once (fq12x8.h).
 *
 * Lines are kept as uint64_t [83][limb][lane], canonical: lanes 0 to 3 are lambda (re, im) and mu (re, im) of g2's line, 4 to 7 those of w's. At (x, y) a
 * line is 1 - lambda (x/y) w + mu (1/y) w^3.
 */
#ifndef EPID_PAIRING_IFMA_H
#define EPID_PAIRING_IFMA_H

#include "epid/fq12v.h"
#include "epid/fq12x8.h"
#include "epid/pairing.h"

#define LINE_WORDS (5 * NUM_LANES)

_Static_assert(PAIRING_LINES * LINE_WORDS * sizeof(uint64_t) <= KERNEL_LINES_LEN, "room for the lines");

/* The lines of w, beside which g2's are put. */
LANE_CALL void
pairing_lines_store(uint64_t *out, const struct pairing_lines *w)
{
	for (unsigned n = 0; n < PAIRING_LINES; n++) {
		const struct pairing_line *g = &pairing_generator_lines.line[n], *l = &w->line[n];
		const struct fq *from[NUM_LANES] = { &g->lambda.c0, &g->lambda.c1, &g->mu.c0, &g->mu.c1, &l->lambda.c0, &l->lambda.c1, &l->mu.c0,
			&l->mu.c1 };
		struct fq8 x;

		fq8_from_fq(&x, from, NUM_LANES);
		fq8_canonical(&x, &x);
		for (unsigned i = 0; i < 5; i++)
			lanes_store(out + n * LINE_WORDS + NUM_LANES * i, x.l[i]);
	}
}

/* ---- one pair ---- */

/* f times both lines number n. at: lanes 0 to 3 are -x/y, -x/y, 1/y, 1/y of P1, 4 to 7 of P2, <= 2.1. */
LANE_INLINE void
miller_step(struct fq12v *f, const uint64_t *lines, unsigned n, const struct fq8 *at)
{
	struct fq8 l;

	for (unsigned i = 0; i < 5; i++)
		l.l[i] = lanes_load(lines + (size_t)n * LINE_WORDS + NUM_LANES * i);
	fq8_mul(&l, &l, at);
	fq12v_mul_line(f, f, &l, 0);
	fq12v_mul_line(f, f, &l, 4);
}

LANE_CALL void
fq12v_miller(struct fq12v *f, const uint64_t *lines, const struct fq8 *at)
{
	unsigned n = 0;

	fq12v_one(f);
	for (unsigned i = 1; i < sizeof loop_digits; i++) {
		if (i != 1)
			fq12v_sqr(f, f);
		miller_step(f, lines, n++, at);
		if (loop_digits[i] != 0)
			miller_step(f, lines, n++, at);
	}
	fq12v_conj(f, f); /* u < 0 */
	miller_step(f, lines, n++, at);
	miller_step(f, lines, n, at);
}

#define GT(NAME) gtv_##NAME
#define FQ12(NAME) fq12v_##NAME
#define FQ12_ELEMENT struct fq12v
#include "epid/hard_part.h"

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
			part[j].l[i] = lanes_set1(line[NUM_LANES * i + j]);
		fq8_mul(&part[j], &part[j], j < 2 ? &at->minus_x_y : &at->one_y);
	}
	fq12x8_mul_line(f, f, &(struct fq2x8){ part[0], part[1] }, &(struct fq2x8){ part[2], part[3] });
}

LANE_INLINE void
miller8_step(struct fq12x8 *f, const uint64_t *lines, unsigned n, const struct miller8_point at[2])
{
	miller8_line(f, lines + (size_t)n * LINE_WORDS, &at[0]);
	miller8_line(f, lines + (size_t)n * LINE_WORDS + 4, &at[1]);
}

LANE_CALL void
fq12x8_miller(struct fq12x8 *f, const uint64_t *lines, const struct miller8_point at[2])
{
	unsigned n = 0;

	fq12x8_one(f);
	for (unsigned i = 1; i < sizeof loop_digits; i++) {
		if (i != 1)
			fq12x8_sqr(f, f);
		miller8_step(f, lines, n++, at);
		if (loop_digits[i] != 0)
			miller8_step(f, lines, n++, at);
	}
	fq12x8_conj(f, f);
	miller8_step(f, lines, n++, at);
	miller8_step(f, lines, n, at);
}

#define GT(NAME) gtx8_##NAME
#define FQ12(NAME) fq12x8_##NAME
#define FQ12_ELEMENT struct fq12x8
#include "epid/hard_part.h"

LANE_CALL void
fq12x8_final(struct fq12x8 *r, const struct fq12x8 *f)
{
	struct fq12x8 a, b;

	fq12x8_inv(&b, f);
	fq12x8_conj(&a, f);
	fq12x8_mul(&a, &a, &b);
	fq12x8_frobenius(&b, &a, 2);
	fq12x8_mul(&a, &a, &b);
	gtx8_hard_part(r, &a);
}

#endif
