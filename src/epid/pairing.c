/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/pairing.h"

#include "core/ct.h"
#include "epid/constants.h"

/* Digits of 6|u| - 2 below its highest, 2^65, in non-adjacent form: 65 of them, 16 not zero. */
#define LOOP_BITS 65
static const uint64_t loop_plus[2] = { 0x8412028124240004, 0x0000000000000000 }, loop_minus[2] = { 0x1100400000001000, 0x0000000000000000 };

static int
loop_digit(int i)
{
	return (int)(loop_plus[i / 64] >> (i % 64) & 1) - (int)(loop_minus[i / 64] >> (i % 64) & 1);
}

/*
 * The lines are computed as fractions, (lambda, mu) = (line->lambda, line->mu)/den, and all denominators inverted at once.
 * With x = X/Z, y = Y/Z, b' = 3/xi: tangent lambda = 3 x^2/(2 y) = 3 X^2/(2 Y Z), mu = lambda x - y = (y^2 - 3 b')/(2 y) = (Y^2 - 3 b' Z^2)/(2 Y Z).
 */
static void
double_step(struct pairing_line *line, struct fq2 *den, struct g2 *t)
{
	struct fq2 a;

	fq2_sqr(&a, &t->x);
	fq2_add(&line->lambda, &a, &a);
	fq2_add(&line->lambda, &line->lambda, &a);
	fq2_sqr(&a, &t->z);
	fq2_mul(&a, &a, &g2_3b);
	fq2_sqr(&line->mu, &t->y);
	fq2_sub(&line->mu, &line->mu, &a);
	fq2_mul(den, &t->y, &t->z);
	fq2_add(den, den, den);
	g2_double(t, t);
}

/* Chord through T and the affine q: lambda = (Y - y Z)/(X - x Z), mu = lambda x - y. X = x Z only if q = T or -T, which a point of order p never meets here. */
static void
add_step(struct pairing_line *line, struct fq2 *den, struct g2 *t, const struct g2_affine *q)
{
	struct fq2 a, b;
	struct g2 other;

	fq2_mul(&a, &q->y, &t->z);
	fq2_sub(&line->lambda, &t->y, &a);
	fq2_mul(&a, &q->x, &t->z);
	fq2_sub(den, &t->x, &a);
	fq2_mul(&a, &line->lambda, &q->x);
	fq2_mul(&b, den, &q->y);
	fq2_sub(&line->mu, &a, &b);
	g2_from_affine(&other, q);
	g2_add(t, t, &other);
}

/* (lambda, mu) times conj(den)/norm(den). */
static void
divide_lines_vartime(struct pairing_lines *lines, const struct fq2 *den)
{
	struct fq norm[PAIRING_LINES], scratch[PAIRING_LINES], t;
	struct fq2 inv;

	for (size_t i = 0; i < PAIRING_LINES; i++) {
		fq_sqr(&norm[i], &den[i].c0);
		fq_sqr(&t, &den[i].c1);
		fq_add(&norm[i], &norm[i], &t);
	}
	fq_inv_batch(norm, scratch, PAIRING_LINES);
	for (size_t i = 0; i < PAIRING_LINES; i++) {
		fq2_conj(&inv, &den[i]);
		fq2_mul_fq(&inv, &inv, &norm[i]);
		fq2_mul(&lines->line[i].lambda, &lines->line[i].lambda, &inv);
		fq2_mul(&lines->line[i].mu, &lines->line[i].mu, &inv);
	}
}

EPID_FN void
pairing_lines_init_vartime(struct pairing_lines *out, const struct g2_affine *q)
{
	struct fq2 den[PAIRING_LINES];
	struct g2_affine image, minus = *q;
	struct g2 t;
	size_t n = 0;

	fq2_neg(&minus.y, &q->y);
	g2_from_affine(&t, q);
	for (int i = LOOP_BITS - 1; i >= 0; i--) {
		double_step(&out->line[n], &den[n], &t);
		n++;
		if (loop_digit(i) != 0) {
			add_step(&out->line[n], &den[n], &t, loop_digit(i) > 0 ? q : &minus);
			n++;
		}
	}
	g2_neg(&t, &t); /* u < 0 */
	fq2_conj(&image.x, &q->x);
	fq2_mul(&image.x, &image.x, &fq12_gamma1[2]);
	fq2_conj(&image.y, &q->y);
	fq2_mul(&image.y, &image.y, &fq12_gamma1[3]);
	add_step(&out->line[n], &den[n], &t, &image);
	n++;
	fq2_mul(&image.x, &q->x, &fq12_gamma2[2]);
	fq2_mul(&image.y, &q->y, &fq12_gamma2[3]);
	fq2_neg(&image.y, &image.y);
	add_step(&out->line[n], &den[n], &t, &image);
	divide_lines_vartime(out, den);
}

/* -X/Y and Z/Y of a point of G1. */
struct at_point {
	struct fq minus_x, inv_y;
};

static void
mul_lines(struct fq12 *f, const struct at_point *at, const struct pairing_lines *const *lines, size_t n, size_t i)
{
	struct fq2 l1, l3;

	for (size_t k = 0; k < n; k++) {
		fq2_mul_fq(&l1, &lines[k]->line[i].lambda, &at[k].minus_x);
		fq2_mul_fq(&l3, &lines[k]->line[i].mu, &at[k].inv_y);
		fq12_mul_line(f, f, &l1, &l3);
	}
}

EPID_FN void
pairing_miller(struct fq12 *out, const struct g1 *p, const struct pairing_lines *const *lines, size_t n)
{
	struct at_point at[2];
	struct fq inv[2], scratch[2];
	struct fq12 f = fq12_one;
	size_t next = 0;

	for (size_t k = 0; k < n; k++)
		inv[k] = p[k].y;
	fq_inv_batch(inv, scratch, n);
	for (size_t k = 0; k < n; k++) {
		fq_mul(&at[k].minus_x, &p[k].x, &inv[k]);
		fq_neg(&at[k].minus_x, &at[k].minus_x);
		fq_mul(&at[k].inv_y, &p[k].z, &inv[k]);
	}
	for (int i = LOOP_BITS - 1; i >= 0; i--) {
		fq12_sqr(&f, &f);
		mul_lines(&f, at, lines, n, next++);
		if (loop_digit(i) != 0)
			mul_lines(&f, at, lines, n, next++);
	}
	fq12_conj(&f, &f); /* u < 0 */
	mul_lines(&f, at, lines, n, next++);
	mul_lines(&f, at, lines, n, next++);
	*out = f;
	wipe(&f, sizeof f);
	wipe(at, sizeof at);
	wipe(inv, sizeof inv);
	wipe(scratch, sizeof scratch);
}

/* a^u, u = -0x6882F5C030B0A801, in non-adjacent form below 2^63: the inverse of an element of GT is its conjugate. */
static void
gt_pow_u(struct fq12 *out, const struct fq12 *a)
{
	static const uint64_t plus = 0x88400004100A801, minus = 0x20010A4010500000;
	struct fq12 r = *a, inv;

	fq12_conj(&inv, a);
	for (int i = 62; i >= 0; i--) {
		gt_sqr(&r, &r);
		if ((plus | minus) >> i & 1)
			fq12_mul(&r, &r, plus >> i & 1 ? a : &inv);
	}
	fq12_conj(out, &r);
}

/*
 * The hard part, (q^4 - q^2 + 1)/p, by Scott, Benger, Charlemagne, Perez and Kachisa (eprint 2008/490):
 * y0 y1^2 y2^6 y3^12 y4^18 y5^30 y6^36 with y0 = f^q f^(q^2) f^(q^3), y1 = 1/f, y2 = (f^(u^2))^(q^2), y3 = 1/(f^u)^q,
 * y4 = 1/(f^u (f^(u^2))^q), y5 = 1/f^(u^2), y6 = 1/(f^(u^3) (f^(u^3))^q), and an addition chain for the exponents.
 */
static void
final_hard(struct fq12 *out, const struct fq12 *f)
{
	struct fq12 fu, fu2, fu3, y, t0, t1;

	gt_pow_u(&fu, f);
	gt_pow_u(&fu2, &fu);
	gt_pow_u(&fu3, &fu2);
	fq12_frobenius(&y, &fu3, 1);
	fq12_mul(&y, &y, &fu3);
	fq12_conj(&y, &y); /* y6 */
	gt_sqr(&t0, &y);
	fq12_frobenius(&y, &fu2, 1);
	fq12_mul(&y, &y, &fu);
	fq12_conj(&y, &y); /* y4 */
	fq12_mul(&t0, &t0, &y);
	fq12_conj(&y, &fu2); /* y5 */
	fq12_mul(&t0, &t0, &y);
	fq12_frobenius(&t1, &fu, 1);
	fq12_conj(&t1, &t1); /* y3 */
	fq12_mul(&t1, &t1, &y);
	fq12_mul(&t1, &t1, &t0);
	fq12_frobenius(&y, &fu2, 2); /* y2 */
	fq12_mul(&t0, &t0, &y);
	gt_sqr(&t1, &t1);
	fq12_mul(&t1, &t1, &t0);
	gt_sqr(&t1, &t1);
	fq12_conj(&y, f); /* y1 */
	fq12_mul(&t0, &t1, &y);
	fq12_frobenius(&y, f, 1); /* y0, factor by factor */
	fq12_mul(&t1, &t1, &y);
	fq12_frobenius(&y, f, 2);
	fq12_mul(&t1, &t1, &y);
	fq12_frobenius(&y, f, 3);
	fq12_mul(&t1, &t1, &y);
	gt_sqr(&t0, &t0);
	fq12_mul(out, &t0, &t1);
}

/* The easy part, (q^6 - 1)(q^2 + 1), first. */
EPID_FN void
pairing_final(struct fq12 *out, const struct fq12 *f)
{
	struct fq12 g, inv;

	fq12_inv(&inv, f);
	fq12_conj(&g, f);
	fq12_mul(&g, &g, &inv);
	fq12_frobenius(&inv, &g, 2);
	fq12_mul(&g, &g, &inv);
	final_hard(out, &g);
}

EPID_FN void
pairing_product(struct fq12 *out, const struct g1 *p, const struct pairing_lines *const *lines, size_t n)
{
	struct fq12 f;

	pairing_miller(&f, p, lines, n);
	pairing_final(out, &f);
	wipe(&f, sizeof f);
}
