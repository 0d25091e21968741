/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels over eight lanes. Compiled twice: for AVX-512 IFMA as kernels_ifma, and over the portable lanes as kernels_ifma_portable, which
 * tests and `make ct` run on any processor. Nothing here looks up by a digit: even what may be _vartime compares with every entry.
 */
#include "epid/batch_ifma.h"
#include "epid/kernels.h"

#ifdef EPID_LANES_PORTABLE
#define IFMA_SET kernels_ifma_portable
#define IFMA_NAME "AVX-512 IFMA, its lanes in C"
#else
#define IFMA_SET kernels_ifma
#define IFMA_NAME "AVX-512 IFMA"
#endif

/* ---- exponentiations with variable bases ---- */

/* Half scalars of up to four bases in the eight lanes: lane 2i is the first half of k[i], lane 2i + 1 the half that belongs to lambda. */
static void
half_digits(struct digits8 *d, const struct fr *const *k, unsigned n)
{
	struct fr_halves halves;

	digits8_zero(d);
	for (unsigned i = 0; i < n; i++) {
		fr_split(&halves, k[i]);
		digits8_set(d, 2 * i, halves.k[0], halves.negative[0], 4, DIGITS_4);
		digits8_set(d, 2 * i + 1, halves.k[1], halves.negative[1], 4, DIGITS_4);
	}
	wipe(&halves, sizeof halves);
}

/* The matching bases: p[i] in lanes 2i and 2i + 1, times lambda in the latter. */
static void
half_bases(struct g1x8_table *t, const struct g1_affine *const *p, unsigned n)
{
	const struct g1_affine *twice[8];
	struct g1x8 base;

	for (unsigned i = 0; i < 2 * n; i++)
		twice[i] = p[i / 2];
	g1x8_from_affine(&base, twice, 2 * n);
	g1x8_times_lambda(&base.x, 0xaa);
	g1x8_table_init(t, &base);
}

static void
multi_exp(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	struct g1x8_table table[2];
	const struct g1x8_table *tables[2] = { &table[0], &table[1] };
	struct digits8 digits[2];
	struct g1x8 sum;
	unsigned groups = 0;

	for (size_t i = 0; i < n; i += 4, groups++) {
		const unsigned m = n - i < 4 ? (unsigned)(n - i) : 4;
		const struct g1_affine *base[4];
		const struct fr *scalar[4];

		for (unsigned j = 0; j < m; j++)
			base[j] = &p[i + j], scalar[j] = &k[i + j];
		half_bases(&table[groups], base, m);
		half_digits(&digits[groups], scalar, m);
	}
	g1x8_multi_exp(&sum, tables, digits, groups);
	g1x8_sum(&sum, &sum);
	g1x8_to_g1(&out, &sum, 1);
	wipe(digits, sizeof digits);
	wipe(&sum, sizeof sum);
}

/* Even lanes plus odd lanes: the two halves of each of four scalars, in lanes 0, 2, 4, 6. */
static const uint64_t odd_lanes[8] = { 1, 1, 3, 3, 5, 5, 7, 7 };

static void
exp_each(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	const struct g1_affine *base[4] = { p, p, p, p };
	const uint64_t even_first[8] = { 0, 2, 4, 6, 0, 2, 4, 6 };
	struct g1x8_table table;
	const struct g1x8_table *tables[1] = { &table };
	struct digits8 digits;
	struct g1x8 sum, odd;

	half_bases(&table, base, 4);
	for (size_t i = 0; i < n; i += 4) {
		const unsigned m = n - i < 4 ? (unsigned)(n - i) : 4;
		const struct fr *scalar[4];
		struct g1 *to[4];

		for (unsigned j = 0; j < m; j++)
			scalar[j] = &k[i + j], to[j] = &out[i + j];
		half_digits(&digits, scalar, m);
		g1x8_multi_exp(&sum, tables, &digits, 1);
		g1x8_pick(&odd, &sum, &sum, odd_lanes);
		g1x8_add(&sum, &sum, &odd);
		g1x8_pick(&sum, &sum, &sum, even_first);
		g1x8_to_g1(to, &sum, m);
	}
	wipe(&digits, sizeof digits);
	wipe(&sum, sizeof sum);
	wipe(&odd, sizeof odd);
}

/* ---- combs ---- */

static void
comb_of_point(struct g1_comb *out, const struct g1_affine *p)
{
	comb8_init((uint64_t *)(void *)out->opaque, p);
}

static void
comb_sum(struct g1 *out, const struct g1_comb *const *comb, const struct fr *k, size_t n)
{
	struct comb8_sums s;
	struct g1x8 sum;

	comb8_begin(&s);
	for (size_t i = 0; i < n; i++)
		comb8_add_spread(&s, comb_words(comb[i]), &k[i]);
	comb8_end(&sum, &s);
	g1x8_sum(&sum, &sum);
	g1x8_to_g1(&out, &sum, 1);
	wipe(&s, sizeof s);
	wipe(&sum, sizeof sum);
}

/* ---- points of hashes ---- */

/* Lanes in which x^3 + 3 is a square; y is its root there. */
static lane_mask
curve_roots(struct fq8 *y, const struct fq8 *x)
{
	struct fq8 z, three, square;

	fq8_broadcast(&three, fq8_three);
	fq8_sqr(&z, x);
	fq8_mul(&z, &z, x);
	fq8_add(&z, &z, &three);
	fq8_fold(&z);
	fq8_power(y, &z, fq8_sqrt_exponent);
	fq8_sqr(&square, y);
	fq8_sub_raw(&z, &z, &square);
	fq8_canonical(&z, &z);
	return fq8_is_zero(&z);
}

static size_t
hash_point_vartime(struct g1_affine *out, const struct fq *x, size_t n)
{
	for (size_t i = 0; i < n; i += NUM_LANES) {
		const unsigned m = n - i < NUM_LANES ? (unsigned)(n - i) : NUM_LANES;
		const struct fq *from[NUM_LANES];
		struct fq root[NUM_LANES], *to[NUM_LANES];
		struct fq8 x8, y8;
		unsigned good;

		for (unsigned k = 0; k < m; k++)
			from[k] = &x[i + k], to[k] = &root[k];
		fq8_from_fq(&x8, from, m);
		good = curve_roots(&y8, &x8) & ((1u << m) - 1);
		if (good == 0)
			continue;
		fq8_to_fq(to, &y8, m);
		for (unsigned k = 0; k < m; k++) {
			if ((good >> k & 1) == 0)
				continue;
			out->x = x[i + k];
			out->y = root[k];
			if (fq_montgomery_odd(&out->y))
				fq_neg(&out->y, &out->y);
			return i + k;
		}
	}
	return n;
}

/* ---- pairings ---- */

static void
lines_init_vartime(struct g2_lines *out, const struct g2_affine *q)
{
	struct pairing_lines lines;

	pairing_lines_init_vartime(&lines, q);
	pairing_lines_store((uint64_t *)(void *)out->opaque, &lines);
}

/*
 * What a signature needs after its sums: of P1 and P2 the arguments of the lines, of a third point its affine coordinates, for one inversion.
 * All Y and Z are inverted together; Z of the identity is 0 and gives x = y = 0.
 */
static void
line_arguments(struct fq8 *at, struct g1_affine *affine, const struct g1 *p1, const struct g1 *p2, const struct g1 *third)
{
	struct fq inverse[3] = { p1->y, p2->y, third->z }, room[3], value[4];
	const struct fq *from[8] = { &value[0], &value[0], &value[1], &value[1], &value[2], &value[2], &value[3], &value[3] };

	fq_inv_batch(inverse, room, 3);
	fq_mul(&value[0], &p1->x, &inverse[0]);
	fq_neg(&value[0], &value[0]);
	fq_mul(&value[1], &p1->z, &inverse[0]);
	fq_mul(&value[2], &p2->x, &inverse[1]);
	fq_neg(&value[2], &value[2]);
	fq_mul(&value[3], &p2->z, &inverse[1]);
	fq_mul(&affine->x, &third->x, &inverse[2]);
	fq_mul(&affine->y, &third->y, &inverse[2]);
	fq8_from_fq(at, from, 8);
	wipe(inverse, sizeof inverse);
	wipe(room, sizeof room);
	wipe(value, sizeof value);
}

static void
pairing_at(struct fq12 *out, const struct g2_lines *w, const struct fq8 *at)
{
	struct fq12v f;

	fq12v_miller(&f, line_words(w), at);
	fq12v_final(out, &f);
	wipe(&f, sizeof f);
}

static void
pairing2(struct fq12 *out, const struct g1 *p1, const struct g1 *p2, const struct g2_lines *w)
{
	struct g1_affine unused;
	struct fq8 at;

	line_arguments(&at, &unused, p1, p2, &g1_identity);
	pairing_at(out, w, &at);
	wipe(&at, sizeof at);
}

/* ---- signatures ---- */

/*
 * One signature. Lanes of the variable bases: 0, 1 -sx T; 2, 3 -c T; 4, 5 sf B; 6, 7 -c K. The combs' sums for P1 and P2 are spread over eight lanes
 * each and come together with them in four additions:
 *   first the combs' lanes by halves (to four each); then those by halves while the variable bases' halves join; then
 *   two and two; then P1 and P2 take what T gave them.
 */
static void
verify_sums(struct g1 out[3], const struct g1x8 *variable, const struct g1x8 *comb1, const struct g1x8 *comb2)
{
	static const uint64_t a[4][2][8] = {
		{ { 0, 1, 2, 3, 8, 9, 10, 11 }, { 4, 5, 6, 7, 12, 13, 14, 15 } },
		{ { 0, 1, 4, 5, 8, 10, 12, 14 }, { 2, 3, 6, 7, 9, 11, 13, 15 } },
		{ { 0, 2, 6, 0, 0, 0, 0, 0 }, { 1, 3, 7, 0, 0, 0, 0, 0 } },
		{ { 0, 1, 0, 0, 0, 0, 0, 0 }, { 12, 13, 8, 8, 8, 8, 8, 8 } },
	};
	struct g1 *to[3] = { &out[0], &out[1], &out[2] };
	struct g1x8 x, y, s;

	g1x8_pick(&x, comb1, comb2, a[0][0]);
	g1x8_pick(&y, comb1, comb2, a[0][1]);
	g1x8_add(&s, &x, &y);
	g1x8_pick(&x, &s, variable, a[1][0]);
	g1x8_pick(&y, &s, variable, a[1][1]);
	g1x8_add(&s, &x, &y); /* 0, 1 P1; 2, 3 P2; 4, 5 T's shares; 6, 7 R1 */
	g1x8_pick(&x, &s, &s, a[2][0]);
	g1x8_pick(&y, &s, &s, a[2][1]);
	g1x8_add(&x, &x, &y); /* 0 P1, 1 P2, 2 R1 */
	g1x8_pick(&y, &x, &s, a[3][1]);
	g1x8_add(&s, &x, &y);
	g1x8_select(&s, 4, &s, &x);
	g1x8_to_g1(to, &s, 3);
}

static void
verify_one_vartime(struct signature_commitments *out, const struct group_tables *g, const struct signature_values *in)
{
	const struct g1_affine *base[4] = { &in->t, &in->t, &in->b, &in->k };
	struct fr minus_sx, minus_c;
	const struct fr *scalar[4] = { &minus_sx, &minus_c, &in->sf, &minus_c };
	struct g1x8_table table;
	const struct g1x8_table *tables[1] = { &table };
	struct digits8 digits;
	struct comb8_sums sums[2];
	struct g1x8 variable, comb[2];
	struct g1 point[3];
	struct fq8 at;

	fr_neg(&minus_sx, &in->sx);
	fr_neg(&minus_c, &in->c);
	half_bases(&table, base, 4);
	half_digits(&digits, scalar, 4);
	g1x8_multi_exp(&variable, tables, &digits, 1);
	comb8_begin(&sums[0]);
	comb8_generator_spread_vartime(&sums[0].half[0], &in->c);
	comb8_add_spread(&sums[0], comb_words(g->h1), &in->sf);
	comb8_add_spread(&sums[0], comb_words(g->h2), &in->sb);
	comb8_begin(&sums[1]);
	comb8_add_spread(&sums[1], comb_words(g->h2), &in->sa);
	comb8_end(&comb[0], &sums[0]);
	comb8_end(&comb[1], &sums[1]);
	verify_sums(point, &variable, &comb[0], &comb[1]);
	line_arguments(&at, &out->r1, &point[0], &point[1], &point[2]);
	pairing_at(&out->r2, g->w, &at);
}

/* From how many on eight lanes of different signatures beat one after another. */
#define VERIFY_LANES_FROM 6

static void
verify_vartime(struct signature_commitments *out, const struct group_tables *g, const struct signature_values *in, size_t n)
{
	if (n >= VERIFY_LANES_FROM) {
		verify_lanes_vartime(out, g, in, (unsigned)n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		verify_one_vartime(&out[i], g, &in[i]);
}

/* P1 = -rx A + rf h1 + (rb - a rx) h2, P2 = ra h2, T = A + a h2 */
static void
presign(struct g1_affine *out_t, struct fq12 *out_r2, const struct group_tables *g, const struct g1_comb *a, const struct presign_values *in)
{
	const struct g1_comb *p1_combs[3] = { a, g->h1, g->h2 }, *h2[1] = { g->h2 }, *t_combs[2] = { a, g->h2 };
	struct fr p1_scalars[3], t_scalars[2] = { fr_one, in->a };
	struct g1 p1, p2, t;
	struct fq8 at;

	fr_neg(&p1_scalars[0], &in->rx);
	p1_scalars[1] = in->rf;
	fr_mul(&p1_scalars[2], &in->a, &in->rx);
	fr_sub(&p1_scalars[2], &in->rb, &p1_scalars[2]);
	comb_sum(&p1, p1_combs, p1_scalars, 3);
	comb_sum(&p2, h2, &in->ra, 1);
	comb_sum(&t, t_combs, t_scalars, 2);
	line_arguments(&at, out_t, &p1, &p2, &t);
	pairing_at(out_r2, g->w, &at);
	wipe(p1_scalars, sizeof p1_scalars);
	wipe(t_scalars, sizeof t_scalars);
	wipe(&p1, sizeof p1);
	wipe(&p2, sizeof p2);
	wipe(&t, sizeof t);
	wipe(&at, sizeof at);
}

const struct epid_kernels IFMA_SET = {
	.name = IFMA_NAME,
	.g1_multi_exp = multi_exp,
	.g1_multi_exp_vartime = multi_exp,
	.g1_exp_each = exp_each,
	.g1_comb_init = comb_of_point,
	.g1_comb_sum = comb_sum,
	.g1_comb_sum_vartime = comb_sum,
	.g1_hash_point_vartime = hash_point_vartime,
	.g2_lines_init_vartime = lines_init_vartime,
	.pairing2 = pairing2,
	.verify_vartime = verify_vartime,
	.presign = presign,
	.nr_verify_vartime = nr_verify_vartime,
	.nr_prove = nr_prove,
	.key_is_revoked_vartime = key_is_revoked_vartime,
};
