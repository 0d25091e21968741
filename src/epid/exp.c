/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/exp.h"

#include "core/ct.h"
#include "epid/constants.h"
#include "epid/digits.h"
#include "epid/limbs.h"
/*
 * Half scalars are below 2^127.1: 33 digits of 4 bits hold them and the last carry. A base may be split: its multiples by 2^(32 s) get tables of
 * their own, which costs doublings once and saves them for each scalar. The tables are the multiples 1 to 8 of the point.
 */
#define HALF_BITS 4
#define HALF_DIGITS 33
#define HALF_POINTS 8
#define SPLITS_MAX 4
#define COLUMNS_MAX G1_BASES_MAX

struct column {
	struct g1 multiple[HALF_POINTS];
};

/* The digits of a scalar's halves, with their signs. */
struct half_digits {
	int8_t d[2][HALF_DIGITS];
};

static void
columns_init(struct column *out, const struct g1_affine *p, size_t splits)
{
	struct g1 next;

	g1_from_affine(&next, p);
	for (size_t s = 0; s < splits; s++) {
		out[s].multiple[0] = next;
		for (size_t j = 1; j < HALF_POINTS; j++)
			g1_add(&out[s].multiple[j], &out[s].multiple[j - 1], &next);
		for (size_t j = 0; s + 1 < splits && j < 128 / splits; j++)
			g1_double(&next, &next);
	}
}

static void
half_digits_of(struct half_digits *out, const struct fr *k)
{
	struct fr_halves halves;

	fr_split(&halves, k);
	for (int h = 0; h < 2; h++) {
		unsigned carry = 0;
		int minus = 0 - (int)halves.negative[h];

		for (int i = 0; i < HALF_DIGITS; i++)
			out->d[h][i] = (int8_t)((signed_digit(halves.k[h], 2, i, HALF_BITS, &carry) ^ minus) - minus);
	}
	wipe(&halves, sizeof halves);
}

/* out = d * P, every entry read; 0 gives the identity. */
static void
column_scan(struct g1 *out, const struct column *c, int d)
{
	unsigned negative, m = magnitude(d, &negative);
	struct fq minus;

	*out = g1_identity;
	for (unsigned j = 0; j < HALF_POINTS; j++)
		g1_select(out, &c->multiple[j], out, same(m, j + 1));
	fq_neg(&minus, &out->y);
	fq_select(&out->y, &minus, &out->y, negative);
}

/* acc += d[0] P + d[1] lambda P, d digits at place i. */
static void
column_add(struct g1 *acc, const struct column *c, const struct half_digits *d, size_t i)
{
	struct g1 t;

	column_scan(&t, c, d->d[0][i]);
	g1_add(acc, acc, &t);
	column_scan(&t, c, d->d[1][i]);
	fq_mul(&t.x, &t.x, &fq_beta3);
	g1_add(acc, acc, &t);
	wipe(&t, sizeof t);
}

/* out = the sum over n bases of k_b P_b; c has n * splits columns. The last split has one digit more. */
static void
columns_sum(struct g1 *out, const struct column *c, size_t n, size_t splits, const struct half_digits *digits)
{
	size_t chunk = (HALF_DIGITS - 1) / splits;
	struct g1 r = g1_identity;

	for (size_t b = 0; b < n; b++)
		column_add(&r, &c[b * splits + splits - 1], &digits[b], HALF_DIGITS - 1);
	for (size_t i = chunk; i-- > 0;) {
		for (int j = 0; j < HALF_BITS; j++)
			g1_double(&r, &r);
		for (size_t b = 0; b < n; b++)
			for (size_t s = 0; s < splits; s++)
				column_add(&r, &c[b * splits + s], &digits[b], s * chunk + i);
	}
	*out = r;
	wipe(&r, sizeof r);
}

EPID_FN void
g1_multi_exps(struct g1 *out, const struct g1_affine *p, size_t n, const struct fr *k, size_t num)
{
	struct column column[COLUMNS_MAX];
	struct half_digits digits[G1_BASES_MAX];
	size_t splits = n == 1 && num > 1 ? SPLITS_MAX : 1;

	for (size_t b = 0; b < n; b++)
		columns_init(&column[b * splits], &p[b], splits);
	for (size_t i = 0; i < num; i++) {
		for (size_t b = 0; b < n; b++)
			half_digits_of(&digits[b], &k[i * n + b]);
		columns_sum(&out[i], column, n, splits, digits);
	}
	wipe(column, n * splits * sizeof column[0]);
	wipe(digits, n * sizeof digits[0]);
}

/* ---- for public scalars ---- */

/* Non-adjacent form of width 5: odd digits up to 15 in absolute value, with at least four zeros between two of them. Split as above. */
#define NAF_DIGITS 130
#define NAF_POINTS 8

struct naf_column {
	struct g1 multiple[2][NAF_POINTS]; /* 1, 3, ... 15 times P, and lambda P */
};

struct naf_digits {
	int8_t d[2][NAF_DIGITS];
};

static void
naf_digits_of_vartime(struct naf_digits *out, const struct fr *scalar)
{
	struct fr_halves halves;

	fr_split(&halves, scalar);
	for (int h = 0; h < 2; h++) {
		uint128_t k = (uint128_t)halves.k[h][1] << 64 | halves.k[h][0];

		for (int i = 0; i < NAF_DIGITS; i++) {
			int d = 0;

			if (k & 1) {
				d = (int)(k & 31);
				d -= d > 16 ? 32 : 0;
				k = d > 0 ? k - (unsigned)d : k + (unsigned)-d;
			}
			out->d[h][i] = (int8_t)(halves.negative[h] ? -d : d);
			k >>= 1;
		}
	}
}

static void
naf_columns_init_vartime(struct naf_column *out, const struct g1_affine *p, size_t splits)
{
	struct g1 next, twice;

	g1_from_affine(&next, p);
	for (size_t s = 0; s < splits; s++) {
		g1_double(&twice, &next);
		out[s].multiple[0][0] = next;
		for (size_t j = 1; j < NAF_POINTS; j++)
			g1_add(&out[s].multiple[0][j], &out[s].multiple[0][j - 1], &twice);
		for (size_t j = 0; j < NAF_POINTS; j++) {
			out[s].multiple[1][j] = out[s].multiple[0][j];
			fq_mul(&out[s].multiple[1][j].x, &out[s].multiple[0][j].x, &fq_beta3);
		}
		for (size_t j = 0; s + 1 < splits && j < 128 / splits; j++)
			g1_double(&next, &next);
	}
}

static void
naf_add_vartime(struct g1 *r, const struct g1 *multiple, int d)
{
	struct g1 t;

	if (d > 0) {
		g1_add(r, r, &multiple[d / 2]);
	} else if (d < 0) {
		g1_neg(&t, &multiple[-d / 2]);
		g1_add(r, r, &t);
	}
}

/* The last split has the two digits more that 128 bits and a carry need. */
static void
naf_sum_vartime(struct g1 *out, const struct naf_column *c, size_t n, size_t splits, const struct naf_digits *digits)
{
	size_t chunk = 128 / splits;
	struct g1 r = g1_identity;

	for (size_t i = chunk + NAF_DIGITS - 128; i-- > 0;) {
		g1_double(&r, &r);
		for (size_t b = 0; b < n; b++)
			for (size_t s = i < chunk ? 0 : splits - 1; s < splits; s++)
				for (int h = 0; h < 2; h++)
					naf_add_vartime(&r, c[b * splits + s].multiple[h], digits[b].d[h][s * chunk + i]);
	}
	*out = r;
}

EPID_FN void
g1_multi_exps_vartime(struct g1 *out, const struct g1_affine *p, size_t n, const struct fr *k, size_t num)
{
	struct naf_column column[COLUMNS_MAX];
	struct naf_digits digits[G1_BASES_MAX];
	size_t splits = n == 1 && num > 1 ? SPLITS_MAX : 1;

	for (size_t b = 0; b < n; b++)
		naf_columns_init_vartime(&column[b * splits], &p[b], splits);
	for (size_t i = 0; i < num; i++) {
		for (size_t b = 0; b < n; b++)
			naf_digits_of_vartime(&digits[b], &k[i * n + b]);
		naf_sum_vartime(&out[i], column, n, splits, digits);
	}
}
