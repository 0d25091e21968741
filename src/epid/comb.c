/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/comb.h"

#include "core/ct.h"
#include "epid/constants.h"
#include "epid/limbs.h"

/*
 * Digit i of a number in signed digits of BITS bits, -2^(BITS-1) < d <= 2^(BITS-1): window i and the carry out of window i - 1, which is one
 * exactly if window i - 1 with its own carry is above 2^(BITS-1). *carry is kept by the caller from digit to digit, the lowest first.
 */
static int
signed_digit(const uint64_t *k, int limbs, int i, int bits, unsigned *carry)
{
	int at = i * bits, limb = at / 64, shift = at % 64;
	uint64_t w = limb < limbs ? k[limb] >> shift : 0;
	uint32_t d, over;

	if (shift + bits > 64 && limb + 1 < limbs)
		w |= k[limb + 1] << (64 - shift);
	d = ((uint32_t)w & ((1u << bits) - 1u)) + *carry;
	over = ((1u << (bits - 1)) - d) >> 31; /* d > 2^(bits-1) */
	*carry = over;
	return (int)d - (int)(over << bits);
}

/* Constant time: |d|, and 1 if d is negative. */
static unsigned
magnitude(int d, unsigned *out_negative)
{
	unsigned sign = (unsigned)d >> 31;

	*out_negative = sign;
	return ((unsigned)d ^ (0u - sign)) + sign;
}

/* 1 if a == b, for small numbers. */
static unsigned
same(unsigned a, unsigned b)
{
	return ((a ^ b) - 1u) >> 31;
}

/* out = d * (table[0] = P, table[1] = 2P, ...), every entry read; 0 gives the identity. */
static void
scan(struct g1 *out, const struct g1 *table, unsigned size, int d)
{
	unsigned negative, m = magnitude(d, &negative);
	struct fq minus;

	*out = g1_identity;
	for (unsigned j = 0; j < size; j++)
		g1_select(out, &table[j], out, same(m, j + 1));
	fq_neg(&minus, &out->y);
	fq_select(&out->y, &minus, &out->y, negative);
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

/* Half scalars are below 2^127.1: 33 digits of 4 bits hold them and the last carry. */
#define HALF_BITS 4
#define HALF_DIGITS 33
#define HALF_POINTS 8

/* The multiples 1 to 8 of s0 P and s1 lambda P, s0, s1 the signs of the half scalars. */
struct half_base {
	struct g1 table[2][HALF_POINTS];
	int8_t digit[2][HALF_DIGITS];
};

static void
half_base_init(struct half_base *out, const struct g1_affine *p, const struct fr *k)
{
	struct fr_halves halves;
	struct g1_affine negated = *p;
	unsigned carry;

	fr_split(&halves, k);
	fq_neg(&negated.y, &p->y);
	fq_select(&negated.y, &negated.y, &p->y, halves.negative[0]);
	g1_from_affine(&out->table[0][0], &negated);
	for (size_t j = 1; j < HALF_POINTS; j++)
		g1_add_affine(&out->table[0][j], &out->table[0][j - 1], &negated);
	for (size_t j = 0; j < HALF_POINTS; j++) {
		struct g1 *t = &out->table[1][j];
		struct fq minus;

		*t = out->table[0][j];
		fq_mul(&t->x, &t->x, &fq_beta3);
		fq_neg(&minus, &t->y);
		fq_select(&t->y, &minus, &t->y, halves.negative[0] ^ halves.negative[1]);
	}
	for (int h = 0; h < 2; h++) {
		carry = 0;
		for (int i = 0; i < HALF_DIGITS; i++)
			out->digit[h][i] = (int8_t)signed_digit(halves.k[h], 2, i, HALF_BITS, &carry);
	}
	wipe(&halves, sizeof halves);
}

EPID_FN void
g1_multi_exp(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	struct half_base base[G1_BASES_MAX];
	struct g1 r = g1_identity, t;

	for (size_t b = 0; b < n; b++)
		half_base_init(&base[b], &p[b], &k[b]);
	for (int i = HALF_DIGITS - 1; i >= 0; i--) {
		for (int j = 0; j < HALF_BITS && i < HALF_DIGITS - 1; j++)
			g1_double(&r, &r);
		for (size_t b = 0; b < n; b++)
			for (int h = 0; h < 2; h++) {
				scan(&t, base[b].table[h], HALF_POINTS, base[b].digit[h][i]);
				g1_add(&r, &r, &t);
			}
	}
	*out = r;
	wipe(base, n * sizeof base[0]);
	wipe(&r, sizeof r);
	wipe(&t, sizeof t);
}

/* Non-adjacent form of width 5: odd digits up to 15 in absolute value, with at least four zeros between two of them. */
#define NAF_WIDTH 5
#define NAF_DIGITS 130
#define NAF_POINTS 8

struct naf_base {
	struct g1 table[2][NAF_POINTS]; /* 1, 3, ... 15 times */
	int8_t digit[2][NAF_DIGITS];
};

static void
naf_digits_vartime(int8_t out[NAF_DIGITS], const uint64_t half[2])
{
	uint128_t k = (uint128_t)half[1] << 64 | half[0];

	for (int i = 0; i < NAF_DIGITS; i++) {
		int d = 0;

		if (k & 1) {
			d = (int)(k & 31);
			d -= d > 16 ? 32 : 0;
			k = d > 0 ? k - (unsigned)d : k + (unsigned)-d;
		}
		out[i] = (int8_t)d;
		k >>= 1;
	}
}

static void
naf_base_init_vartime(struct naf_base *out, const struct g1_affine *p, const struct fr *k)
{
	struct fr_halves halves;
	struct g1 twice;

	fr_split(&halves, k);
	g1_from_affine(&out->table[0][0], p);
	if (halves.negative[0])
		g1_neg(&out->table[0][0], &out->table[0][0]);
	g1_double(&twice, &out->table[0][0]);
	for (size_t j = 1; j < NAF_POINTS; j++)
		g1_add(&out->table[0][j], &out->table[0][j - 1], &twice);
	for (size_t j = 0; j < NAF_POINTS; j++) {
		struct g1 *t = &out->table[1][j];

		*t = out->table[0][j];
		fq_mul(&t->x, &t->x, &fq_beta3);
		if (halves.negative[0] != halves.negative[1])
			g1_neg(t, t);
	}
	for (int h = 0; h < 2; h++)
		naf_digits_vartime(out->digit[h], halves.k[h]);
}

static void
naf_add_vartime(struct g1 *r, const struct g1 *table, int d)
{
	struct g1 t;

	if (d > 0) {
		g1_add(r, r, &table[d / 2]);
	} else if (d < 0) {
		g1_neg(&t, &table[-d / 2]);
		g1_add(r, r, &t);
	}
}

EPID_FN void
g1_multi_exp_vartime(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	struct naf_base base[G1_BASES_MAX];
	struct g1 r = g1_identity;

	for (size_t b = 0; b < n; b++)
		naf_base_init_vartime(&base[b], &p[b], &k[b]);
	for (int i = NAF_DIGITS - 1; i >= 0; i--) {
		g1_double(&r, &r);
		for (size_t b = 0; b < n; b++)
			for (int h = 0; h < 2; h++)
				naf_add_vartime(&r, base[b].table[h], base[b].digit[h][i]);
	}
	*out = r;
}

EPID_FN void
comb_init(struct comb_points *out, const struct g1_affine *p)
{
	struct g1 row[COMB_POINTS], next;

	g1_from_affine(&next, p);
	for (size_t i = 0; i < COMB_WINDOWS; i++) {
		row[0] = next;
		for (size_t j = 1; j < COMB_POINTS; j++)
			g1_add(&row[j], &row[j - 1], &next);
		g1_double(&next, &row[COMB_POINTS - 1]);
		g1_to_affine_batch(out->point[i], row, COMB_POINTS);
	}
}

EPID_FN void
comb_add(struct g1 *acc, const struct comb_points *comb, const struct fr *k)
{
	struct g1_affine t;
	uint64_t n[4];
	unsigned carry = 0;

	fr_limbs(n, k);
	for (int i = 0; i < COMB_WINDOWS; i++) {
		scan_affine(&t, comb->point[i], COMB_POINTS, signed_digit(n, 4, i, COMB_BITS, &carry));
		g1_add_affine(acc, acc, &t);
	}
	wipe(n, sizeof n);
	wipe(&t, sizeof t);
}

EPID_FN void
comb_add_vartime(struct g1 *acc, const struct comb_points *comb, const struct fr *k)
{
	struct g1_affine t;
	uint64_t n[4];
	unsigned carry = 0;

	fr_limbs(n, k);
	for (int i = 0; i < COMB_WINDOWS; i++) {
		int d = signed_digit(n, 4, i, COMB_BITS, &carry);

		if (d == 0)
			continue;
		t = comb->point[i][(d < 0 ? -d : d) - 1];
		if (d < 0)
			fq_neg(&t.y, &t.y);
		g1_add_affine(acc, acc, &t);
	}
}
