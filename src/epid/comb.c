/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/comb.h"

#include "core/ct.h"
#include "epid/constants.h"
#include "epid/digits.h"
/* Windows whose multiples are made together: batches of at most 13 * 8 inversions. */
#define GROUP 13
_Static_assert(COMB_WINDOWS % GROUP == 0, "groups are whole");

/* Denominator and numerator of the slope of a chord, or of the tangent if a is b itself. */
static void
slope_parts(struct fq *den, struct fq *num, const struct g1_affine *a, const struct g1_affine *b)
{
	if (a == b) {
		fq_add(den, &a->y, &a->y);
		fq_sqr(num, &a->x);
		fq_times(num, num, 3);
	} else {
		fq_sub(den, &a->x, &b->x);
		fq_sub(num, &a->y, &b->y);
	}
}

static void
add_with_slope(struct g1_affine *out, const struct g1_affine *a, const struct g1_affine *b, const struct fq *slope)
{
	struct fq t;

	fq_sqr(&t, slope);
	fq_sub(&t, &t, &a->x);
	fq_sub(&out->x, &t, &b->x);
	fq_sub(&t, &a->x, &out->x);
	fq_mul(&t, &t, slope);
	fq_sub(&out->y, &t, &a->y);
}

/*
 * Multiples have + 1 to 2 have of the points of a group of windows from the multiples 1 to have, in affine coordinates with one inversion. have P + j P
 * for j < have is a chord (2 have < p), for j = have a tangent. For P = identity, x = y = 0, slopes are 0/0 = 0 and the sums stay 0.
 */
static void
double_the_table(struct g1_affine (*point)[COMB_POINTS], size_t have)
{
	struct fq den[GROUP * COMB_POINTS / 2], num[GROUP * COMB_POINTS / 2], scratch[GROUP * COMB_POINTS / 2];
	size_t n = 0;

	for (size_t w = 0; w < GROUP; w++)
		for (size_t j = 0; j < have; j++, n++)
			slope_parts(&den[n], &num[n], &point[w][have - 1], &point[w][j]);
	fq_inv_batch(den, scratch, n);
	n = 0;
	for (size_t w = 0; w < GROUP; w++)
		for (size_t j = 0; j < have; j++, n++) {
			fq_mul(&num[n], &num[n], &den[n]);
			add_with_slope(&point[w][have + j], &point[w][have - 1], &point[w][j], &num[n]);
		}
	wipe(den, sizeof den); /* the point may be a member's A */
	wipe(num, sizeof num);
	wipe(scratch, sizeof scratch);
}

EPID_FN void
comb_init(struct comb_points *out, const struct g1_affine *p)
{
	struct g1 base[COMB_WINDOWS];
	struct g1_affine affine[COMB_WINDOWS];

	g1_from_affine(&base[0], p);
	for (size_t i = 1; i < COMB_WINDOWS; i++) {
		g1_double(&base[i], &base[i - 1]);
		for (int j = 1; j < COMB_BITS; j++)
			g1_double(&base[i], &base[i]);
	}
	g1_to_affine_batch(affine, base, COMB_WINDOWS);
	for (size_t i = 0; i < COMB_WINDOWS; i++)
		out->point[i][0] = affine[i];
	for (size_t i = 0; i < COMB_WINDOWS; i += GROUP)
		for (size_t have = 1; have < COMB_POINTS; have *= 2)
			double_the_table(&out->point[i], have);
	wipe(base, sizeof base);
	wipe(affine, sizeof affine);
}

static void
scan_affine(struct g1_affine *out, const struct g1_affine *table, unsigned size, int d)
{
	unsigned negative, m = magnitude(d, &negative);
	struct fq minus;

	*out = (struct g1_affine){ FQ_ZERO, FQ_ZERO };
	for (unsigned j = 0; j < size; j++) {
		unsigned hit = same(m, j + 1);

		fq_select(&out->x, &table[j].x, &out->x, hit);
		fq_select(&out->y, &table[j].y, &out->y, hit);
	}
	fq_neg(&minus, &out->y);
	fq_select(&out->y, &minus, &out->y, negative);
}

/* The signed digits of one half of a scalar, with its sign, the lowest first. */
struct half {
	uint64_t k[2];
	int minus; /* 0 or -1 */
	unsigned carry;
};

static int
next_digit(struct half *h, int i)
{
	return (signed_digit(h->k, 2, i, COMB_BITS, &h->carry) ^ h->minus) - h->minus;
}

static void
halves_of(struct half out[2], const struct fr *k)
{
	struct fr_halves halves;

	fr_split(&halves, k);
	for (int h = 0; h < 2; h++)
		out[h] = (struct half){ { halves.k[h][0], halves.k[h][1] }, 0 - (int)halves.negative[h], 0 };
	wipe(&halves, sizeof halves);
}

EPID_FN void
comb_add(struct g1 *acc, const struct comb_points *comb, const struct fr *k)
{
	struct half half[2];
	struct g1_affine t;

	halves_of(half, k);
	for (int i = 0; i < COMB_WINDOWS; i++)
		for (int h = 0; h < 2; h++) {
			scan_affine(&t, comb->point[i], COMB_POINTS, next_digit(&half[h], i));
			if (h == 1)
				fq_mul(&t.x, &t.x, &fq_beta3);
			g1_add_affine(acc, acc, &t);
		}
	wipe(half, sizeof half);
	wipe(&t, sizeof t);
}

/* acc += d P, of the half that belongs to lambda d lambda P. */
static void
add_multiple_vartime(struct g1 *acc, const struct g1_affine *table, int d, int h)
{
	struct g1_affine t;

	if (d == 0)
		return;
	t = table[(d < 0 ? -d : d) - 1];
	if (d < 0)
		fq_neg(&t.y, &t.y);
	if (h == 1)
		fq_mul(&t.x, &t.x, &fq_beta3);
	g1_add_affine(acc, acc, &t);
}

EPID_FN void
comb_add_vartime(struct g1 *acc, const struct comb_points *comb, const struct fr *k)
{
	struct half half[2];

	halves_of(half, k);
	for (int i = 0; i < COMB_WINDOWS; i++)
		for (int h = 0; h < 2; h++)
			add_multiple_vartime(acc, comb->point[i], next_digit(&half[h], i), h);
}

EPID_FN void
comb_of_generator_vartime(struct g1 *out, const struct fr *k)
{
	struct half half[2];
	int digit[COMB_WINDOWS][2];

	halves_of(half, k);
	for (int i = 0; i < COMB_WINDOWS; i++)
		for (int h = 0; h < 2; h++)
			digit[i][h] = next_digit(&half[h], i);
	*out = g1_identity;
	for (int pass = GENERATOR_PASSES - 1; pass >= 0; pass--) {
		for (int j = 0; j < COMB_BITS && pass != GENERATOR_PASSES - 1; j++)
			g1_double(out, out);
		for (int i = pass; i < COMB_WINDOWS; i += GENERATOR_PASSES)
			for (int h = 0; h < 2; h++)
				add_multiple_vartime(out, comb_generator.point[i / GENERATOR_PASSES], digit[i][h], h);
	}
}
