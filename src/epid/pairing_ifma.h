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

#define GT(NAME) gtx8_##NAME
#define FQ12(NAME) fq12x8_##NAME
#define FQ12_ELEMENT struct fq12x8
#include "epid/hard_part.h"

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
