/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of src/epid: against plain Python (tests/vectors/epid_math.py), and against its own laws on inputs that are new in every run. A failed
 * law is repeated by nothing but luck; the seed that is printed at the start makes it certain (JURAT_SEED).
 */
#include "vectors.h"

#include <stdio.h>

#include "crypto/crypto.h"
#include "epid/comb.h"
#include "epid/constants.h"
#include "epid/exp.h"
#include "epid/kernels.h"
#include "epid/pairing.h"

#define VECTORS "epid/math.txt"
#define NUM_FIELD 24
#define NUM_GROUP 12
#define NUM_PAIRING 4
#define ROUNDS 20

static const struct epid_kernels *const sets[] = {
	&kernels_portable,
#if defined(__x86_64__)
	&kernels_bmi2,
#endif
};

/* A set that this processor cannot run is left out. */
static size_t
num_sets(void)
{
	return kernels_best() == &kernels_portable ? 1 : ARRAY_LEN(sets);
}

/* ---- vectors ---- */

static void
get(const char *kind, int i, const char *member, void *out, size_t len)
{
	char name[64];

	snprintf(name, sizeof name, "%s.%d.%s", kind, i, member);
	vector_copy(out, len, VECTORS, name);
}

static void
the_base_field_computes_as_python_does(void **state)
{
	uint8_t in[64], out[128], got[32], wide[64], reduced[32];
	struct fq a, b, r;

	(void)state;
	for (int i = 0; i < NUM_FIELD; i++) {
		get("fq", i, "in", in, sizeof in);
		get("fq", i, "out", out, sizeof out);
		assert_true(fq_read(&a, in) && fq_read(&b, in + 32));
		fq_add(&r, &a, &b);
		fq_write(got, &r);
		assert_memory_equal(got, out, 32);
		fq_sub(&r, &a, &b);
		fq_write(got, &r);
		assert_memory_equal(got, out + 32, 32);
		fq_mul(&r, &a, &b);
		fq_write(got, &r);
		assert_memory_equal(got, out + 64, 32);
		fq_inv(&r, &a);
		fq_write(got, &r);
		assert_memory_equal(got, out + 96, 32);
		get("fq", i, "wide", wide, sizeof wide);
		get("fq", i, "reduced", reduced, sizeof reduced);
		fq_reduce(&r, wide, sizeof wide);
		fq_write(got, &r);
		assert_memory_equal(got, reduced, 32);
	}
}

static void
scalars_compute_as_python_does(void **state)
{
	uint8_t in[64], out[128], got[32], wide[64], reduced[32], seed[48];
	struct fr a, b, r;

	(void)state;
	for (int i = 0; i < NUM_FIELD; i++) {
		get("fr", i, "in", in, sizeof in);
		get("fr", i, "out", out, sizeof out);
		assert_true(fr_read(&a, in) && fr_read(&b, in + 32));
		fr_add(&r, &a, &b);
		fr_write(got, &r);
		assert_memory_equal(got, out, 32);
		fr_sub(&r, &a, &b);
		fr_write(got, &r);
		assert_memory_equal(got, out + 32, 32);
		fr_mul(&r, &a, &b);
		fr_write(got, &r);
		assert_memory_equal(got, out + 64, 32);
		fr_inv(&r, &a);
		fr_write(got, &r);
		assert_memory_equal(got, out + 96, 32);
		get("fr", i, "wide", wide, sizeof wide);
		get("fr", i, "reduced", reduced, sizeof reduced);
		fr_reduce(&r, wide, sizeof wide);
		fr_write(got, &r);
		assert_memory_equal(got, reduced, 32);
		get("seed", i, "in", seed, sizeof seed);
		get("seed", i, "out", reduced, sizeof reduced);
		fr_from_seed(&r, seed);
		fr_write(got, &r);
		assert_memory_equal(got, reduced, 32);
	}
}

/* y^2 is compared: the root may be either. */
static void
decompression_finds_the_points_and_only_them(void **state)
{
	uint8_t x[32], y2[32], got[32];
	struct g1_affine p;
	struct fq a, square;
	int found = 0;

	(void)state;
	for (int i = 0; i < NUM_FIELD; i++) {
		get("decompress", i, "x", x, sizeof x);
		get("decompress", i, "y2", y2, sizeof y2);
		assert_true(fq_read(&a, x));
		if (!g1_from_x(&p, &a)) {
			for (int j = 0; j < 32; j++)
				assert_int_equal(y2[j], 0);
			continue;
		}
		found++;
		assert_true(fq_equal(&p.x, &a));
		fq_sqr(&square, &p.y);
		fq_write(got, &square);
		assert_memory_equal(got, y2, 32);
	}
	assert_true(found > 0 && found < NUM_FIELD);
}

static void
get_fr(const char *kind, int i, const char *member, struct fr *out)
{
	uint8_t b[FR_LEN];

	get(kind, i, member, b, sizeof b);
	assert_true(fr_read(out, b));
}

static void
get_g1(const char *kind, int i, const char *member, struct g1_affine *out)
{
	uint8_t b[G1_LEN];

	get(kind, i, member, b, sizeof b);
	assert_true(g1_read(out, b));
}

static void
is_affine(const struct g1 *p, const struct g1_affine *want)
{
	assert_true(g1_equal_affine(p, want));
}

static void
exponents_in_g1_are_as_python_has_them(void **state)
{
	static struct g1_comb comb[2];
	const struct g1_comb *const combs[2] = { &comb[0], &comb[1] };
	struct g1_affine base[2], kp, sum;
	struct fr k[2];
	struct g1 r;

	(void)state;
	base[1] = g1_generator;
	for (int i = 0; i < NUM_GROUP; i++)
		for (size_t s = 0; s < num_sets(); s++) {
			get_g1("g1", i, "p", &base[0]);
			get_g1("g1", i, "kp", &kp);
			get_g1("g1", i, "kp_lg", &sum);
			get_fr("g1", i, "k", &k[0]);
			get_fr("g1", i, "l", &k[1]);
			sets[s]->g1_exp_each(&r, base, k, 1);
			is_affine(&r, &kp);
			sets[s]->g1_multi_exp(&r, base, k, 2);
			is_affine(&r, &sum);
			sets[s]->g1_multi_exp_vartime(&r, base, k, 2);
			is_affine(&r, &sum);
			sets[s]->g1_comb_init(&comb[0], &base[0]);
			sets[s]->g1_comb_init(&comb[1], &base[1]);
			sets[s]->g1_comb_sum(&r, combs, k, 2);
			is_affine(&r, &sum);
			sets[s]->g1_comb_sum_vartime(&r, combs, k, 2);
			is_affine(&r, &sum);
		}
}

static void
exponents_in_g2_are_as_python_has_them(void **state)
{
	uint8_t want[G2_LEN], got[G2_LEN];
	struct g2_affine a;
	struct g2 r;
	struct fr k;

	(void)state;
	for (int i = 0; i < NUM_GROUP; i++) {
		get_fr("g2", i, "k", &k);
		get("g2", i, "kg", want, sizeof want);
		g2_mul(&r, &g2_generator, &k);
		g2_to_affine(&a, &r);
		g2_write(got, &a);
		assert_memory_equal(got, want, sizeof got);
		assert_true(g2_in_subgroup_vartime(&a));
	}
}

/* Points of the twist outside G2, among them those whose order divides the cofactor. */
static void
the_subgroup_check_refuses_the_rest_of_the_twist(void **state)
{
	uint8_t b[G2_LEN];
	struct g2_affine a, small;
	struct g2 sum, g;

	(void)state;
	for (int i = 0; i < NUM_GROUP; i++) {
		get("twist", i, "stray", b, sizeof b);
		assert_true(g2_read(&a, b));
		assert_false(g2_in_subgroup_vartime(&a));
		get("twist", i, "small", b, sizeof b);
		assert_true(g2_read(&small, b));
		assert_false(g2_in_subgroup_vartime(&small));
		g2_from_affine(&g, &g2_generator);
		g2_from_affine(&sum, &small);
		g2_add(&sum, &sum, &g);
		g2_to_affine(&a, &sum);
		assert_false(g2_in_subgroup_vartime(&a));
	}
}

static void
fq12_computes_as_python_does(void **state)
{
	uint8_t in[2 * FQ12_LEN], out[4 * FQ12_LEN], got[FQ12_LEN];
	struct fq12 a, b, r;

	(void)state;
	for (int i = 0; i < NUM_GROUP; i++) {
		get("fq12", i, "in", in, sizeof in);
		get("fq12", i, "out", out, sizeof out);
		assert_true(fq12_read(&a, in) && fq12_read(&b, in + FQ12_LEN));
		fq12_mul(&r, &a, &b);
		fq12_write(got, &r);
		assert_memory_equal(got, out, sizeof got);
		fq12_sqr(&r, &a);
		fq12_write(got, &r);
		assert_memory_equal(got, out + FQ12_LEN, sizeof got);
		fq12_frobenius(&r, &a, 1);
		fq12_write(got, &r);
		assert_memory_equal(got, out + 2 * FQ12_LEN, sizeof got);
		fq12_conj(&r, &a);
		fq12_write(got, &r);
		assert_memory_equal(got, out + 3 * FQ12_LEN, sizeof got);
	}
}

static void
products_of_pairings_are_as_python_has_them(void **state)
{
	static struct g2_lines lines;
	uint8_t points[2 * G1_LEN + G2_LEN], want[FQ12_LEN], got[FQ12_LEN];
	struct g1_affine a[2];
	struct g2_affine w;
	struct g1 p[2];
	struct fq12 e;

	(void)state;
	for (int i = 0; i < NUM_PAIRING; i++)
		for (size_t s = 0; s < num_sets(); s++) {
			get("pairing", i, "points", points, sizeof points);
			get("pairing", i, "out", want, sizeof want);
			assert_true(g1_read(&a[0], points) && g1_read(&a[1], points + G1_LEN) && g2_read(&w, points + 2 * G1_LEN));
			g1_from_affine(&p[0], &a[0]);
			g1_from_affine(&p[1], &a[1]);
			sets[s]->g2_lines_init_vartime(&lines, &w);
			sets[s]->pairing2(&e, &p[0], &p[1], &lines);
			fq12_write(got, &e);
			assert_memory_equal(got, want, sizeof got);
		}
}

/* ---- laws ---- */

static struct sha512 stream;

/* The bytes of this run: a hash chain over the seed. */
static void
random_bytes(uint8_t *out, size_t len)
{
	uint8_t block[SHA512_LEN];
	struct sha512 copy = stream;

	assert_true(len <= sizeof block);
	sha512_final(&copy, block);
	sha512_update(&stream, "x", 1);
	memcpy(out, block, len);
}

static void
random_fr(struct fr *out)
{
	uint8_t seed[FR_SEED_LEN];

	random_bytes(seed, sizeof seed);
	fr_from_seed(out, seed);
}

static void
random_fq(struct fq *out)
{
	uint8_t wide[64];

	random_bytes(wide, sizeof wide);
	fq_reduce(out, wide, sizeof wide);
}

static void
random_point(struct g1_affine *out)
{
	struct fq x;

	do
		random_fq(&x);
	while (!g1_from_x(out, &x));
}

static void
random_g1(struct g1 *out)
{
	struct g1_affine a;

	random_point(&a);
	g1_from_affine(out, &a);
}

static void
random_fq12(struct fq12 *out)
{
	for (int i = 0; i < 3; i++) {
		random_fq(&out->c0.c[i].c0);
		random_fq(&out->c0.c[i].c1);
		random_fq(&out->c1.c[i].c0);
		random_fq(&out->c1.c[i].c1);
	}
}

/* The plain way, with the group law alone. */
static void
multiple(struct g1 *out, const struct g1_affine *p, const uint64_t k[4])
{
	*out = g1_identity;
	for (int i = 255; i >= 0; i--) {
		g1_double(out, out);
		if (k[i / 64] >> (i % 64) & 1)
			g1_add_affine(out, out, p);
	}
}

static void
inverses_are_inverses_and_zero_stays_zero(void **state)
{
	struct fq a[9], in[9], scratch[9], t;
	struct fr r, s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		random_fq(&a[i]);
	a[4] = (struct fq)FQ_ZERO;
	memcpy(in, a, sizeof a);
	fq_inv_batch(in, scratch, ARRAY_LEN(a));
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		fq_inv(&t, &a[i]);
		assert_true(fq_equal(&t, &in[i]));
		fq_mul(&t, &t, &a[i]);
		assert_true(i == 4 ? fq_is_zero(&t) : fq_equal(&t, &fq_one));
	}
	for (int i = 0; i < ROUNDS; i++) {
		random_fr(&r);
		fr_inv(&s, &r);
		fr_mul(&s, &s, &r);
		assert_true(fr_equal(&s, &fr_one));
	}
	fr_sub(&r, &r, &r);
	fr_inv(&s, &r);
	assert_true(fr_is_zero(&s));
}

static void
reading_refuses_what_is_not_below_the_modulus(void **state)
{
	uint8_t b[FQ_LEN], order[FR_LEN];
	struct fq q, q_before;
	struct fr r, r_before;

	(void)state;
	fr_order(order);
	random_fr(&r_before);
	r = r_before;
	assert_false(fr_read(&r, order));
	assert_memory_equal(&r, &r_before, sizeof r);
	order[31]--;
	assert_true(fr_read(&r, order));
	random_fq(&q_before);
	q = q_before;
	memset(b, 0xff, sizeof b);
	assert_false(fq_read(&q, b));
	assert_memory_equal(&q, &q_before, sizeof q);
	fq_neg(&q, &fq_one);
	fq_write(b, &q);
	b[31]++; /* q */
	assert_false(fq_read(&q, b));
	b[31]--;
	assert_true(fq_read(&q, b));
}

/* A point has no bit to spare: with any one turned it is off the curve or its coordinate not below q. */
static void
a_point_with_any_bit_turned_is_refused(void **state)
{
	uint8_t b1[G1_LEN], b2[G2_LEN];
	struct g1_affine p, p_before;
	struct g2_affine q;

	(void)state;
	random_point(&p);
	p_before = p;
	g1_write(b1, &p);
	for (size_t i = 0; i < 8 * sizeof b1; i++) {
		b1[i / 8] ^= (uint8_t)(1u << (i % 8));
		assert_false(g1_read(&p, b1));
		b1[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	assert_memory_equal(&p, &p_before, sizeof p);
	assert_true(g1_read(&p, b1));
	g2_write(b2, &g2_generator);
	for (size_t i = 0; i < 8 * sizeof b2; i++) {
		b2[i / 8] ^= (uint8_t)(1u << (i % 8));
		assert_false(g2_read(&q, b2));
		b2[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	memset(b1, 0, sizeof b1);
	memset(b2, 0, sizeof b2);
	assert_true(g1_read(&p, b1) && g1_affine_is_identity(&p));
	assert_true(g2_read(&q, b2) && g2_affine_is_identity(&q) && g2_in_subgroup_vartime(&q));
}

static void
half_scalars_make_the_scalar_and_are_short(void **state)
{
	static const uint8_t lambda_bytes[FR_LEN] = { 0, 0, 0, 0, 0, 0, 0, 0x02, 0x73, 0x11, 0xC2, 0x81, 0x24, 0x20, 0x30, 0xCE, 0x37, 0x9B, 0xAF, 0x3B,
		0xE3, 0x21, 0xC3, 0x70, 0x67, 0x08, 0x1E, 0x93, 0x98, 0x53, 0x30, 0x16 };
	struct fr k, lambda, sum, half[2];
	struct fr_halves h;
	uint8_t b[FR_LEN];

	(void)state;
	assert_true(fr_read(&lambda, lambda_bytes));
	for (int i = 0; i < 50 * ROUNDS; i++) {
		random_fr(&k);
		fr_split(&h, &k);
		for (int j = 0; j < 2; j++) {
			memset(b, 0, sizeof b);
			for (int n = 0; n < 16; n++)
				b[31 - n] = (uint8_t)(h.k[j][n / 8] >> (8 * (n % 8)));
			assert_true(fr_read(&half[j], b));
			if (h.negative[j])
				fr_neg(&half[j], &half[j]);
		}
		fr_mul(&sum, &half[1], &lambda);
		fr_add(&sum, &sum, &half[0]);
		assert_true(fr_equal(&sum, &k));
	}
}

static void
the_group_law_has_no_exceptions(void **state)
{
	struct g1 p, q, r, s, t;
	struct g1_affine a;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		random_g1(&p);
		random_g1(&q);
		random_g1(&r);
		g1_add(&s, &p, &q); /* (p + q) + r = p + (q + r) */
		g1_add(&s, &s, &r);
		g1_add(&t, &q, &r);
		g1_add(&t, &p, &t);
		assert_true(g1_equal(&s, &t));
		g1_add(&s, &p, &p);
		g1_double(&t, &p);
		assert_true(g1_equal(&s, &t));
		g1_to_affine(&a, &t);
		g1_add_affine(&s, &t, &a);
		g1_double(&t, &t);
		assert_true(g1_equal(&s, &t));
		g1_neg(&q, &p);
		g1_add(&s, &p, &q);
		assert_true(g1_is_identity(&s) && g1_equal(&s, &g1_identity) && !g1_equal(&s, &p));
		g1_to_affine(&a, &s);
		assert_true(g1_affine_is_identity(&a) && g1_equal_affine(&s, &a) && !g1_equal_affine(&p, &a));
		g1_add(&s, &s, &p);
		assert_true(g1_equal(&s, &p));
		g1_add(&s, &p, &g1_identity);
		assert_true(g1_equal(&s, &p));
		g1_add_affine(&s, &p, &a);
		assert_true(g1_equal(&s, &p));
		g1_double(&s, &g1_identity);
		assert_true(g1_is_identity(&s));
	}
}

static void
points_have_the_order_p(void **state)
{
	struct g1_affine a;
	struct g1 r;
	struct fr one = fr_one, minus, zero;
	uint64_t k[4];
	struct g2 g, m;

	(void)state;
	random_point(&a);
	fr_neg(&minus, &one);
	fr_limbs(k, &minus);
	multiple(&r, &a, k); /* (p - 1) a = -a */
	g1_neg(&r, &r);
	assert_true(g1_equal_affine(&r, &a));
	fr_add(&zero, &minus, &one);
	assert_true(fr_is_zero(&zero));
	g2_mul(&m, &g2_generator, &minus);
	g2_neg(&m, &m);
	g2_from_affine(&g, &g2_generator);
	assert_true(g2_equal(&m, &g));
	g2_neg(&m, &m);
	g2_add(&m, &m, &g);
	assert_true(g2_is_identity(&m));
}

static void
small_fr(struct fr *out, uint8_t n)
{
	const uint8_t b[FR_LEN] = { [31] = n };

	assert_true(fr_read(out, b));
}

/* Small multiples meet windows of zero, the largest digit and carries; equal and opposite bases meet each other. */
static void
exponentiation_agrees_with_the_group_law(void **state)
{
	struct g1_affine p[8];
	struct fr k[8];
	uint64_t n[4];
	struct g1 sum, term, r;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		sum = g1_identity;
		for (int j = 0; j < 8; j++) {
			random_fr(&k[j]);
			random_point(&p[j]);
			if (j == 1)
				p[1] = p[0];
			if (j == 2)
				fq_neg(&p[2].y, &p[2].y);
			if (j == 3) {
				p[3] = p[0];
				fq_neg(&p[3].y, &p[0].y);
				k[3] = k[0];
			}
			if (j == 4)
				p[4] = (struct g1_affine){ FQ_ZERO, FQ_ZERO };
			if (j == 5)
				small_fr(&k[5], (uint8_t)i);
			fr_limbs(n, &k[j]);
			multiple(&term, &p[j], n);
			g1_add(&sum, &sum, &term);
		}
		for (size_t s = 0; s < num_sets(); s++) {
			sets[s]->g1_multi_exp(&r, p, k, 8);
			assert_true(g1_equal(&r, &sum));
			sets[s]->g1_multi_exp_vartime(&r, p, k, 8);
			assert_true(g1_equal(&r, &sum));
		}
	}
}

static void
exponents_of_one_base_share_its_tables(void **state)
{
	struct g1_affine p;
	struct fr k[5];
	struct g1 each[5], one, vartime[5];

	(void)state;
	random_point(&p);
	for (int i = 0; i < 5; i++)
		random_fr(&k[i]);
	fr_sub(&k[3], &k[3], &k[3]);
	fr_neg(&k[4], &fr_one);
	g1_multi_exps(each, &p, 1, k, 5);
	g1_multi_exps_vartime(vartime, &p, 1, k, 5);
	for (int i = 0; i < 5; i++) {
		g1_multi_exps(&one, &p, 1, &k[i], 1);
		assert_true(g1_equal(&one, &each[i]));
		assert_true(g1_equal(&one, &vartime[i]));
	}
}

static void
a_comb_of_the_identity_is_the_identity(void **state)
{
	static struct comb_points comb;
	const struct g1_affine nothing = { FQ_ZERO, FQ_ZERO };
	struct g1 r;
	struct fr k;

	(void)state;
	random_fr(&k);
	random_g1(&r);
	comb_init(&comb, &nothing);
	r = g1_identity;
	comb_add(&r, &comb, &k);
	assert_true(g1_is_identity(&r));
	comb_add_vartime(&r, &comb, &k);
	assert_true(g1_is_identity(&r));
}

static void
the_comb_of_the_generator_holds_every_fourth_window_and_gives_its_multiples(void **state)
{
	static struct comb_points all;
	struct fr k[6] = { FR_ZERO, fr_one };
	struct g1 got, want;

	(void)state;
	comb_init(&all, &g1_generator);
	for (size_t w = 0; w < GENERATOR_WINDOWS; w++)
		assert_memory_equal(comb_generator.point[w], all.point[w * GENERATOR_PASSES], sizeof all.point[0]);
	fr_neg(&k[2], &fr_one);
	for (size_t i = 3; i < ARRAY_LEN(k); i++)
		random_fr(&k[i]);
	for (size_t i = 0; i < ARRAY_LEN(k); i++) {
		comb_of_generator_vartime(&got, &k[i]);
		g1_multi_exps(&want, &g1_generator, 1, &k[i], 1);
		assert_true(g1_equal(&got, &want));
	}
}

static void
fq12_is_a_field(void **state)
{
	struct fq12 a, b, c, l, r;
	struct fq2 l1, l3;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		random_fq12(&a);
		random_fq12(&b);
		random_fq12(&c);
		fq12_mul(&l, &a, &b);
		fq12_mul(&l, &l, &c);
		fq12_mul(&r, &b, &c);
		fq12_mul(&r, &a, &r);
		assert_true(fq12_equal(&l, &r));
		fq12_inv(&l, &a);
		fq12_mul(&l, &l, &a);
		assert_true(fq12_equal(&l, &fq12_one));
		fq12_frobenius(&l, &a, 1);
		fq12_frobenius(&l, &l, 1);
		fq12_frobenius(&r, &a, 2);
		assert_true(fq12_equal(&l, &r));
		fq12_frobenius(&l, &l, 1);
		fq12_frobenius(&r, &a, 3);
		assert_true(fq12_equal(&l, &r));
		fq12_frobenius(&l, &l, 3);
		fq12_conj(&r, &a);
		assert_true(fq12_equal(&l, &r));
		l1 = b.c0.c[0];
		l3 = b.c0.c[1];
		c = fq12_one;
		c.c1.c[0] = l1;
		c.c1.c[1] = l3;
		fq12_mul(&l, &a, &c);
		fq12_mul_line(&r, &a, &l1, &l3);
		assert_true(fq12_equal(&l, &r));
		fq6_sqr(&l.c0, &a.c0);
		fq6_mul(&r.c0, &a.c0, &a.c0);
		assert_memory_equal(&l.c0, &r.c0, sizeof l.c0);
	}
}

static const struct pairing_lines *const generator_lines[1] = { &pairing_generator_lines };

/* e(k P, l Q) = e(P, Q)^(k l), and what follows from it. */
static void
the_pairing_is_bilinear(void **state)
{
	static struct pairing_lines lines;
	const struct pairing_lines *const other[1] = { &lines };
	struct g1_affine a;
	struct g2_affine q;
	struct g2 lq;
	struct g1 p, r;
	struct fr k, l, kl;
	struct fq12 left, right;

	(void)state;
	for (int i = 0; i < 5; i++) {
		random_point(&a);
		random_fr(&k);
		random_fr(&l);
		fr_mul(&kl, &k, &l);
		g2_mul(&lq, &g2_generator, &l);
		g2_to_affine(&q, &lq);
		pairing_lines_init_vartime(&lines, &q);
		g1_multi_exps(&p, &a, 1, &k, 1);
		g1_multi_exps(&r, &a, 1, &kl, 1);
		pairing_product(&left, &p, other, 1);
		pairing_product(&right, &r, generator_lines, 1);
		assert_true(fq12_equal(&left, &right));
		assert_false(fq12_equal(&left, &fq12_one));
	}
	pairing_product(&left, &g1_identity, other, 1);
	assert_true(fq12_equal(&left, &fq12_one));
}

static void
pairings_have_the_order_p_and_square_as_gt(void **state)
{
	struct fq12 e, f, g = fq12_one;
	struct g1 p;
	struct fr minus;
	uint64_t k[4];

	(void)state;
	random_g1(&p);
	pairing_product(&e, &p, generator_lines, 1);
	gt_sqr(&f, &e);
	fq12_sqr(&g, &e);
	assert_true(fq12_equal(&f, &g));
	fr_neg(&minus, &fr_one);
	fr_limbs(k, &minus);
	g = fq12_one;
	for (int i = 255; i >= 0; i--) {
		gt_sqr(&g, &g);
		if (k[i / 64] >> (i % 64) & 1)
			fq12_mul(&g, &g, &e);
	}
	fq12_conj(&f, &e); /* e^(p - 1) = 1/e = conj(e) */
	assert_true(fq12_equal(&f, &g));
}

static void
the_lines_of_the_generator_are_computed_as_the_constants_say(void **state)
{
	static struct pairing_lines lines;

	(void)state;
	pairing_lines_init_vartime(&lines, &g2_generator);
	assert_memory_equal(&lines, &pairing_generator_lines, sizeof lines);
}

static int
seed_the_run(void **state)
{
	const char *seed = getenv("JURAT_SEED");
	uint8_t fresh[16];
	char text[33];

	(void)state;
	if (seed == NULL) {
		if (crypto_random(fresh, sizeof fresh) != JURAT_OK)
			return 1;
		for (size_t i = 0; i < sizeof fresh; i++)
			snprintf(text + 2 * i, 3, "%02x", fresh[i]);
		seed = text;
	}
	printf("JURAT_SEED=%s\n", seed);
	sha512_init(&stream);
	sha512_update(&stream, seed, strlen(seed));
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_base_field_computes_as_python_does),
		cmocka_unit_test(scalars_compute_as_python_does),
		cmocka_unit_test(decompression_finds_the_points_and_only_them),
		cmocka_unit_test(exponents_in_g1_are_as_python_has_them),
		cmocka_unit_test(exponents_in_g2_are_as_python_has_them),
		cmocka_unit_test(the_subgroup_check_refuses_the_rest_of_the_twist),
		cmocka_unit_test(fq12_computes_as_python_does),
		cmocka_unit_test(products_of_pairings_are_as_python_has_them),
		cmocka_unit_test(inverses_are_inverses_and_zero_stays_zero),
		cmocka_unit_test(reading_refuses_what_is_not_below_the_modulus),
		cmocka_unit_test(a_point_with_any_bit_turned_is_refused),
		cmocka_unit_test(half_scalars_make_the_scalar_and_are_short),
		cmocka_unit_test(the_group_law_has_no_exceptions),
		cmocka_unit_test(points_have_the_order_p),
		cmocka_unit_test(exponentiation_agrees_with_the_group_law),
		cmocka_unit_test(exponents_of_one_base_share_its_tables),
		cmocka_unit_test(a_comb_of_the_identity_is_the_identity),
		cmocka_unit_test(the_comb_of_the_generator_holds_every_fourth_window_and_gives_its_multiples),
		cmocka_unit_test(fq12_is_a_field),
		cmocka_unit_test(the_pairing_is_bilinear),
		cmocka_unit_test(pairings_have_the_order_p_and_square_as_gt),
		cmocka_unit_test(the_lines_of_the_generator_are_computed_as_the_constants_say),
	};

	return cmocka_run_group_tests(tests, seed_the_run, NULL);
}
