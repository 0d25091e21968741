/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of src/epid against what Intel's SDK was recorded to compute: epid/vectors/math_*.json. Every vector must be run. */
#include "support.h"

#include "crypto/crypto.h"
#include "epid/kernels.h"
#include "epid/pairing.h"
#include "epid_corpus.h"

#define RC_REFUSED (-954)

static const struct epid_kernels *const sets[] = {
	&kernels_portable,
#if defined(__x86_64__)
	&kernels_bmi2,
#endif
};

/* A set of kernels that this machine cannot run is not tested here; kernels_best() says what it can. */
static size_t
num_sets(void)
{
	return kernels_best() == &kernels_portable ? 1 : ARRAY_LEN(sets);
}

static void
equal_to(const struct json_value *v, const char *key, const void *p, size_t len)
{
	struct epid_member m = epid_member(v, key);

	assert_int_equal(m.len, len);
	assert_memory_equal(m.p, p, len);
	epid_member_clear(&m);
}

static void
bytes_of(const struct json_value *v, const char *key, void *out, size_t len)
{
	struct epid_member m = epid_member(v, key);

	assert_int_equal(m.len, len);
	memcpy(out, m.p, len);
	epid_member_clear(&m);
}

static void
g1_of(const struct json_value *v, const char *key, struct g1_affine *out)
{
	uint8_t b[G1_LEN];

	bytes_of(v, key, b, sizeof b);
	assert_true(g1_read(out, b));
}

static void
g2_of(const struct json_value *v, const char *key, struct g2_affine *out)
{
	uint8_t b[G2_LEN];

	bytes_of(v, key, b, sizeof b);
	assert_true(g2_read(out, b));
}

static void
is_g1(const struct json_value *v, const char *key, const struct g1 *p)
{
	struct g1_affine a;
	uint8_t b[G1_LEN];

	g1_to_affine(&a, p);
	g1_write(b, &a);
	equal_to(v, key, b, sizeof b);
}

static void
is_g2(const struct json_value *v, const char *key, const struct g2 *p)
{
	struct g2_affine a;
	uint8_t b[G2_LEN];

	g2_to_affine(&a, p);
	g2_write(b, &a);
	equal_to(v, key, b, sizeof b);
}

static bool
is_fr(const struct json_value *v)
{
	uint8_t prime[FR_LEN], order[FR_LEN];

	bytes_of(v, "prime", prime, sizeof prime);
	fr_order(order);
	return memcmp(prime, order, FR_LEN) == 0;
}

static void
try_mul(const struct json_value *v)
{
	int64_t degree = epid_integer(v, "deg");
	uint8_t a[FQ12_LEN], b[FQ12_LEN], out[FQ12_LEN];
	size_t len = (size_t)degree * FQ_LEN;

	bytes_of(v, "a", a, len);
	bytes_of(v, "b", b, len);
	if (degree == 1 && is_fr(v)) {
		struct fr x, y;

		assert_true(fr_read(&x, a) && fr_read(&y, b));
		fr_mul(&x, &x, &y);
		fr_write(out, &x);
	} else if (degree == 1) {
		struct fq x, y;

		assert_true(fq_read(&x, a) && fq_read(&y, b));
		fq_mul(&x, &x, &y);
		fq_write(out, &x);
	} else {
		struct fq12 x, y;

		assert_int_equal(degree, 12);
		assert_true(fq12_read(&x, a) && fq12_read(&y, b));
		fq12_mul(&x, &x, &y);
		fq12_write(out, &x);
	}
	equal_to(v, "out", out, len);
}

static void
try_inv(const struct json_value *v)
{
	int64_t degree = epid_integer(v, "deg");
	uint8_t a[FQ2_LEN], out[FQ2_LEN];
	size_t len = (size_t)degree * FQ_LEN;

	bytes_of(v, "a", a, len);
	if (degree == 1 && is_fr(v)) {
		struct fr x;

		assert_true(fr_read(&x, a));
		fr_inv(&x, &x);
		fr_write(out, &x);
	} else if (degree == 1) {
		struct fq x, y;

		assert_true(fq_read(&x, a));
		fq_inv(&y, &x);
		fq_inv(&x, &x);
		assert_true(fq_equal(&x, &y));
		fq_write(out, &x);
	} else {
		struct fq2 x;

		assert_int_equal(degree, 2);
		assert_true(fq2_read(&x, a));
		fq2_inv(&x, &x);
		fq2_write(out, &x);
	}
	equal_to(v, "out", out, len);
}

static void
try_read_point(const struct json_value *v)
{
	struct epid_member in = epid_member(v, "in");
	int64_t rc = epid_integer(v, "rc");
	struct g1_affine p;
	struct g2_affine q;
	bool ok;

	if (epid_integer(v, "deg") == 1) {
		assert_int_equal(in.len, G1_LEN);
		ok = g1_read(&p, in.p);
	} else {
		assert_int_equal(in.len, G2_LEN);
		ok = g2_read(&q, in.p);
	}
	assert_true(rc == 0 || rc == RC_REFUSED);
	assert_int_equal(ok, rc == 0);
	epid_member_clear(&in);
}

static void
try_add(const struct json_value *v)
{
	if (epid_integer(v, "deg") == 1) {
		struct g1_affine a, b;
		struct g1 p, q, sum, mixed;

		g1_of(v, "a", &a);
		g1_of(v, "b", &b);
		g1_from_affine(&p, &a);
		g1_from_affine(&q, &b);
		g1_add(&sum, &p, &q);
		g1_add_affine(&mixed, &p, &b);
		is_g1(v, "out", &sum);
		is_g1(v, "out", &mixed);
	} else {
		struct g2_affine a, b;
		struct g2 p, q;

		g2_of(v, "a", &a);
		g2_of(v, "b", &b);
		g2_from_affine(&p, &a);
		g2_from_affine(&q, &b);
		g2_add(&p, &p, &q);
		is_g2(v, "out", &p);
	}
}

/* Every way that a set has to compute k * a. */
static void
try_g1_exp(const struct json_value *v, const char *key, const struct epid_kernels *set, const struct g1_affine *a, const struct fr *k)
{
	static struct g1_comb comb;
	const struct g1_comb *const combs[1] = { &comb };
	struct g1 p;

	set->g1_multi_exp(&p, a, k, 1);
	is_g1(v, key, &p);
	set->g1_multi_exp_vartime(&p, a, k, 1);
	is_g1(v, key, &p);
	set->g1_exp_each(&p, a, k, 1);
	is_g1(v, key, &p);
	set->g1_comb_init(&comb, a);
	set->g1_comb_sum(&p, combs, k, 1);
	is_g1(v, key, &p);
	set->g1_comb_sum_vartime(&p, combs, k, 1);
	is_g1(v, key, &p);
}

static void
try_exp(const struct json_value *v)
{
	uint8_t bytes[FR_LEN];
	struct fr k;

	bytes_of(v, "k", bytes, sizeof bytes);
	fr_reduce(&k, bytes, sizeof bytes);
	if (epid_integer(v, "deg") == 1) {
		struct g1_affine a;

		g1_of(v, "a", &a);
		for (size_t i = 0; i < num_sets(); i++)
			try_g1_exp(v, "out", sets[i], &a, &k);
	} else {
		struct g2_affine a;
		struct g2 p;

		g2_of(v, "a", &a);
		g2_mul(&p, &a, &k);
		is_g2(v, "out", &p);
	}
}

static size_t
exponents(const struct json_value *v, struct fr *out, size_t max)
{
	const struct json_value *list = json_member(v, "exps");
	size_t n = json_count(list);

	assert_true(n <= max && n == json_count(json_member(v, "bases")));
	for (size_t i = 0; i < n; i++) {
		size_t len;
		uint8_t *b = test_hex(json_text(json_at(list, i)), &len);

		assert_int_equal(len, FR_LEN);
		fr_reduce(&out[i], b, len);
		free(b);
	}
	return n;
}

/* The bytes of base i, of exactly len. */
static void
base_at(const struct json_value *v, size_t i, uint8_t *out, size_t len)
{
	size_t got;
	uint8_t *b = test_hex(json_text(json_at(json_member(v, "bases"), i)), &got);

	assert_int_equal(got, len);
	memcpy(out, b, len);
	free(b);
}

static void
try_multi_exp_g1(const struct json_value *v, const struct fr *k, size_t n)
{
	struct g1_affine a[KERNEL_BASES_MAX];
	uint8_t b[G1_LEN];
	struct g1 p;

	for (size_t i = 0; i < n; i++) {
		base_at(v, i, b, sizeof b);
		assert_true(g1_read(&a[i], b));
	}
	for (size_t i = 0; i < num_sets(); i++) {
		sets[i]->g1_multi_exp(&p, a, k, n);
		is_g1(v, "out", &p);
		sets[i]->g1_multi_exp_vartime(&p, a, k, n);
		is_g1(v, "out", &p);
	}
}

static void
try_multi_exp(const struct json_value *v)
{
	struct fr k[KERNEL_BASES_MAX];
	size_t n = exponents(v, k, KERNEL_BASES_MAX);
	uint8_t b[G2_LEN];
	struct g2_affine a;
	struct g2 sum = g2_identity, p;

	if (epid_integer(v, "deg") == 1) {
		try_multi_exp_g1(v, k, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		base_at(v, i, b, sizeof b);
		assert_true(g2_read(&a, b));
		g2_mul(&p, &a, &k[i]);
		g2_add(&sum, &sum, &p);
	}
	is_g2(v, "out", &sum);
}

/* The product has no function of ours: exponents of GT are moved into G1. Here the plain way, bit by bit. */
static void
try_gt_multi_exp(const struct json_value *v)
{
	struct fr k[KERNEL_BASES_MAX];
	size_t n = exponents(v, k, KERNEL_BASES_MAX);
	struct fq12 product = fq12_one, base;
	uint8_t b[FQ12_LEN];
	uint64_t e[4];

	for (size_t i = 0; i < n; i++) {
		struct fq12 r = fq12_one;

		base_at(v, i, b, sizeof b);
		assert_true(fq12_read(&base, b));
		fr_limbs(e, &k[i]);
		for (int bit = 255; bit >= 0; bit--) {
			fq12_sqr(&r, &r);
			if (e[bit / 64] >> (bit % 64) & 1)
				fq12_mul(&r, &r, &base);
		}
		fq12_mul(&product, &product, &r);
	}
	fq12_write(b, &product);
	equal_to(v, "out", b, sizeof b);
}

static void
try_pairing(const struct json_value *v)
{
	static struct g2_lines kernel_lines;
	struct pairing_lines lines;
	const struct pairing_lines *const p_lines[1] = { &lines };
	struct g1_affine a;
	struct g2_affine q;
	struct g1 p;
	struct fq12 e;
	uint8_t b[FQ12_LEN];

	g1_of(v, "a", &a);
	g2_of(v, "b", &q);
	g1_from_affine(&p, &a);
	pairing_lines_init_vartime(&lines, &q);
	pairing_product(&e, &p, p_lines, 1);
	fq12_write(b, &e);
	equal_to(v, "out", b, sizeof b);
	for (size_t i = 0; i < num_sets(); i++) {
		sets[i]->g2_lines_init_vartime(&kernel_lines, &q);
		sets[i]->pairing2(&e, &g1_identity, &p, &kernel_lines);
		fq12_write(b, &e);
		equal_to(v, "out", b, sizeof b);
	}
}

/* Digest of prefix || message by Intel's number of the algorithm; its length. */
static size_t
digest(uint8_t out[SHA512_LEN], int64_t alg, const uint8_t *prefix, size_t prefix_len, const struct epid_member *m)
{
	static void (*const init[])(struct sha512 *) = { NULL, sha384_init, sha512_init, sha512_256_init };
	static const size_t len[] = { SHA256_LEN, SHA384_LEN, SHA512_LEN, SHA512_256_LEN };
	struct sha256 small;
	struct sha512 large;

	assert_true(alg >= 0 && alg <= 3);
	if (alg == 0) {
		sha256_init(&small);
		sha256_update(&small, prefix, prefix_len);
		sha256_update(&small, m->p, m->len);
		sha256_final(&small, out);
	} else {
		init[alg](&large);
		sha512_update(&large, prefix, prefix_len);
		sha512_update(&large, m->p, m->len);
		sha512_final(&large, out);
	}
	return len[alg];
}

static void
try_field_hash(const struct json_value *v)
{
	struct epid_member m = epid_member(v, "msg");
	uint8_t d[SHA512_LEN], out[FR_LEN];
	size_t len = digest(d, epid_integer(v, "hash_alg"), d, 0, &m);
	struct fr r;
	struct fq q;

	if (is_fr(v)) {
		fr_reduce(&r, d, len);
		fr_write(out, &r);
	} else {
		fq_reduce(&q, d, len);
		fq_write(out, &q);
	}
	equal_to(v, "out", out, sizeof out);
	epid_member_clear(&m);
}

static void
try_ec_hash(const struct json_value *v)
{
	struct epid_member m = epid_member(v, "msg");
	uint8_t d[SHA512_LEN], out[G1_LEN], count[4] = { 0 };
	struct g1_affine p;
	struct fq x[64];

	for (uint8_t i = 0; i < ARRAY_LEN(x); i++) {
		count[3] = i;
		fq_reduce(&x[i], d, digest(d, epid_integer(v, "hash_alg"), count, sizeof count, &m));
	}
	for (size_t i = 0; i < num_sets(); i++) {
		assert_int_equal(sets[i]->g1_hash_point_vartime(&p, x, ARRAY_LEN(x)), epid_integer(v, "iterations"));
		g1_write(out, &p);
		equal_to(v, "out", out, sizeof out);
	}
	epid_member_clear(&m);
}

static void
run(const char *name, size_t num, void (*try)(const struct json_value *))
{
	struct epid_set set;
	const struct json_value *v;

	if (!corpus_or_skip())
		return;
	epid_set_open(&set, name);
	assert_int_equal(set.num, num);
	while ((v = epid_set_next(&set)) != NULL)
		try(v);
	epid_set_close(&set);
}

#define SET(TEST, NAME, NUM, TRY) \
	static void TEST(void **state) \
	{ \
		(void)state; \
		run(NAME, NUM, TRY); \
	}

SET(field_multiplication_is_intels, "math_field_mul", 400, try_mul)
SET(field_inversion_is_intels, "math_field_inv", 33, try_inv)
SET(points_are_read_as_intel_reads_them, "math_read_point", 121, try_read_point)
SET(group_addition_is_intels, "math_ec_add", 104, try_add)
SET(exponentiation_is_intels, "math_ec_exp", 248, try_exp)
SET(multi_exponentiation_is_intels, "math_ec_multiexp", 10, try_multi_exp)
SET(multi_exponentiation_in_gt_is_intels, "math_gt_multiexp", 36, try_gt_multi_exp)
SET(the_pairing_is_intels, "math_pairing", 64, try_pairing)
SET(hashing_to_the_fields_is_intels, "math_fphash", 288, try_field_hash)
SET(hashing_to_points_is_intels, "math_echash", 57, try_ec_hash)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field_multiplication_is_intels),
		cmocka_unit_test(field_inversion_is_intels),
		cmocka_unit_test(points_are_read_as_intel_reads_them),
		cmocka_unit_test(group_addition_is_intels),
		cmocka_unit_test(exponentiation_is_intels),
		cmocka_unit_test(multi_exponentiation_is_intels),
		cmocka_unit_test(multi_exponentiation_in_gt_is_intels),
		cmocka_unit_test(the_pairing_is_intels),
		cmocka_unit_test(hashing_to_the_fields_is_intels),
		cmocka_unit_test(hashing_to_points_is_intels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
