/* SPDX-License-Identifier: Apache-2.0 */
/* kernels_compare.h. Nothing here needs more than support.h: it also runs without an operating system (tests/emulated). */
#include "support.h"

#include "kernels_compare.h"

/* xorshift64*: values are random enough to compare two implementations, and the same in every run. */
struct random {
	uint64_t state;
};

static void
random_bytes(struct random *r, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		r->state ^= r->state >> 12;
		r->state ^= r->state << 25;
		r->state ^= r->state >> 27;
		out[i] = (uint8_t)((r->state * UINT64_C(0x2545f4914f6cdd1d)) >> 56);
	}
}

static void
random_fr(struct random *r, struct fr *out)
{
	uint8_t seed[FR_SEED_LEN];

	random_bytes(r, seed, sizeof seed);
	fr_from_seed(out, seed);
}

static void
random_point(struct random *r, struct g1_affine *out)
{
	struct fr k;
	struct g1 p;

	random_fr(r, &k);
	kernels_portable.g1_multi_exp(&p, &g1_generator, &k, 1);
	g1_to_affine(out, &p);
}

/* 0, 1, -1, the bounds of the halves, and then random scalars. */
static void
some_fr(struct random *r, struct fr *out, unsigned which)
{
	static const uint8_t low[32] = { [15] = 1 }, high[32] = { [16] = 0x80 }, ones[32] = { [16] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	memset(out, 0, sizeof *out);
	switch (which) {
	case 0:
		break;
	case 1:
		*out = fr_one;
		break;
	case 2:
		fr_neg(out, &fr_one);
		break;
	case 3:
		assert_true(fr_read(out, low));
		break;
	case 4:
		assert_true(fr_read(out, high));
		break;
	case 5:
		assert_true(fr_read(out, ones));
		break;
	default:
		random_fr(r, out);
	}
}

static const struct epid_kernels *
under_test(void **state)
{
	return *state;
}

static const struct g1_affine identity = { FQ_ZERO, FQ_ZERO };

static void
multi_exp_agrees(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 1 };
	struct g1_affine p[KERNEL_BASES_MAX];
	struct fr scalar[KERNEL_BASES_MAX];
	struct g1 want, got;

	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = 0; i < KERNEL_BASES_MAX; i++) {
			if (i == 3 && round > 3)
				p[i] = p[0]; /* equal bases, and bases whose sum is the identity */
			else if (i == 4 && round > 3)
				p[i].x = p[1].x, fq_neg(&p[i].y, &p[1].y);
			else if (i == 5 && round > 6)
				p[i] = identity;
			else
				random_point(&r, &p[i]);
			some_fr(&r, &scalar[i], (i + round) % 12);
		}
		if (round == 11)
			scalar[3] = scalar[4] = scalar[0] = scalar[1];
		for (size_t n = 1; n <= KERNEL_BASES_MAX; n++) {
			kernels_portable.g1_multi_exp_vartime(&want, p, scalar, n);
			k->g1_multi_exp(&got, p, scalar, n);
			assert_true(g1_equal(&want, &got));
		}
	}
}

static void
exp_each_agrees(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 2 };
	struct g1_affine p;
	struct fr scalar[KERNEL_BASES_MAX];
	struct g1 want[KERNEL_BASES_MAX], got[KERNEL_BASES_MAX];

	for (unsigned round = 0; round < 4; round++) {
		random_point(&r, &p);
		if (round == 3)
			p = identity;
		for (unsigned i = 0; i < KERNEL_BASES_MAX; i++)
			some_fr(&r, &scalar[i], i + round);
		for (size_t n = 1; n <= KERNEL_BASES_MAX; n += 2) {
			kernels_portable.g1_exp_each(want, &p, scalar, n);
			k->g1_exp_each(got, &p, scalar, n);
			for (size_t i = 0; i < n; i++)
				assert_true(g1_equal(&want[i], &got[i]));
		}
	}
}

struct combs {
	struct g1_affine p[3];
	struct g1_comb comb[3];
};

static struct combs *
combs_new(const struct epid_kernels *k, struct random *r)
{
	struct combs *c = aligned_alloc(64, sizeof *c);

	assert_non_null(c);
	for (int i = 0; i < 3; i++) {
		random_point(r, &c->p[i]);
		k->g1_comb_init(&c->comb[i], &c->p[i]);
	}
	return c;
}

static void
comb_sum_agrees(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 3 };
	struct combs *c = combs_new(k, &r);
	const struct g1_comb *comb[3] = { &c->comb[0], &c->comb[1], &c->comb[2] };
	struct fr scalar[3];
	struct g1 want, got;

	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = 0; i < 3; i++)
			some_fr(&r, &scalar[i], round + i);
		for (size_t n = 1; n <= 3; n++) {
			kernels_portable.g1_multi_exp_vartime(&want, c->p, scalar, n);
			k->g1_comb_sum(&got, comb, scalar, n);
			assert_true(g1_equal(&want, &got));
		}
	}
	k->g1_comb_init(&c->comb[0], &identity);
	k->g1_comb_sum(&got, comb, scalar, 1);
	assert_true(g1_is_identity(&got));
	free(c);
}

static void
hash_point_agrees(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 4 };
	struct fq x[20];
	struct g1_affine want, got;
	uint8_t bytes[32];

	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < ARRAY_LEN(x); i++) {
			random_bytes(&r, bytes, sizeof bytes);
			fq_reduce(&x[i], bytes, sizeof bytes);
		}
		for (size_t n = 0; n <= ARRAY_LEN(x); n += n < 4 ? 1 : 8) {
			memset(&want, 0, sizeof want);
			memset(&got, 0, sizeof got);
			assert_int_equal(k->g1_hash_point_vartime(&got, x, n), kernels_portable.g1_hash_point_vartime(&want, x, n));
			assert_memory_equal(&got, &want, sizeof want);
		}
	}
}

/* A group of the set under test and the same of the portable one. */
struct groups {
	struct g1_affine h1, h2;
	struct g2_affine w;
	struct g1_comb comb[2][2];
	struct g2_lines lines[2];
	struct group_tables tables[2];
};

static struct groups *
groups_new(const struct epid_kernels *k, struct random *r)
{
	const struct epid_kernels *set[2] = { &kernels_portable, k };
	struct groups *g = aligned_alloc(64, sizeof *g);
	struct g2 w;
	struct fr gamma;

	assert_non_null(g);
	random_fr(r, &gamma);
	g2_mul(&w, &g2_generator, &gamma);
	g2_to_affine(&g->w, &w);
	random_point(r, &g->h1);
	random_point(r, &g->h2);
	for (int i = 0; i < 2; i++) {
		set[i]->g1_comb_init(&g->comb[i][0], &g->h1);
		set[i]->g1_comb_init(&g->comb[i][1], &g->h2);
		set[i]->g2_lines_init_vartime(&g->lines[i], &g->w);
		g->tables[i] = (struct group_tables){ &g->comb[i][0], &g->comb[i][1], &g->lines[i] };
	}
	return g;
}

static void
pairing_agrees(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 5 };
	struct groups *g = groups_new(k, &r);
	struct g1_affine p1, p2;
	struct g1 q1, q2;
	struct fq12 want, got;

	for (unsigned round = 0; round < 5; round++) {
		random_point(&r, &p1);
		random_point(&r, &p2);
		g1_from_affine(&q1, &p1);
		g1_from_affine(&q2, &p2);
		if (round != 0)
			g1_double(&q1, &q1); /* Z other than 1 */
		if (round == 2 || round == 4)
			q1 = g1_identity;
		if (round == 3 || round == 4)
			q2 = g1_identity;
		kernels_portable.pairing2(&want, &q1, &q2, &g->lines[0]);
		k->pairing2(&got, &q1, &q2, &g->lines[1]);
		assert_true(fq12_equal(&want, &got));
	}
	assert_true(fq12_equal(&got, &fq12_one));
	free(g);
}

static void
signature_values_random(struct random *r, struct signature_values *v, unsigned which)
{
	random_point(r, &v->b);
	random_point(r, &v->k);
	random_point(r, &v->t);
	some_fr(r, &v->c, which + 2);
	some_fr(r, &v->sx, which + 3);
	some_fr(r, &v->sf, which + 4);
	some_fr(r, &v->sa, which + 5);
	some_fr(r, &v->sb, which);
	if (which == 1)
		v->k = identity;
	if (which == 2)
		v->k = v->b;
	if (which == 3) /* R1 and P2 are the identity */
		v->c = v->sf = v->sa = (struct fr)FR_ZERO;
	if (which == 4)
		v->t = v->b;
}

static void
verify_agrees_for_one_and_for_many(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 6 };
	struct groups *g = groups_new(k, &r);
	struct signature_values in[KERNEL_BATCH];
	struct signature_commitments want[KERNEL_BATCH], got[KERNEL_BATCH];

	for (unsigned i = 0; i < KERNEL_BATCH; i++)
		signature_values_random(&r, &in[i], i);
	kernels_portable.verify_vartime(want, &g->tables[0], in, KERNEL_BATCH);
	for (size_t n = 1; n <= KERNEL_BATCH; n += n < 5 ? 4 : 1) {
		memset(got, 0, sizeof got);
		k->verify_vartime(got, &g->tables[1], in, n);
		for (size_t i = 0; i < n; i++) {
			assert_memory_equal(&got[i].r1, &want[i].r1, sizeof want[i].r1);
			assert_true(fq12_equal(&got[i].r2, &want[i].r2));
		}
	}
	free(g);
}

static void
presign_agrees(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 7 };
	struct groups *g = groups_new(k, &r);
	struct g1_affine a, want_t, got_t;
	struct g1_comb *comb = aligned_alloc(64, 2 * sizeof *comb);
	struct presign_values in;
	struct fq12 want, got;

	assert_non_null(comb);
	random_point(&r, &a);
	kernels_portable.g1_comb_init(&comb[0], &a);
	k->g1_comb_init(&comb[1], &a);
	for (unsigned round = 0; round < 6; round++) {
		some_fr(&r, &in.a, round);
		some_fr(&r, &in.rx, round + 1);
		some_fr(&r, &in.rf, round + 2);
		some_fr(&r, &in.ra, round + 3);
		some_fr(&r, &in.rb, round + 4);
		kernels_portable.presign(&want_t, &want, &g->tables[0], &comb[0], &in);
		k->presign(&got_t, &got, &g->tables[1], &comb[1], &in);
		assert_memory_equal(&got_t, &want_t, sizeof want_t);
		assert_true(fq12_equal(&got, &want));
	}
	free(comb);
	free(g);
}

static void
revocation_proofs_agree(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 8 }, again = { 8 };
	struct combs *portable = combs_new(&kernels_portable, &r), *c = combs_new(k, &again);
	struct nr_values v[KERNEL_BATCH];
	struct nr_secrets s[KERNEL_BATCH];
	struct nr_commitments want[KERNEL_BATCH], got[KERNEL_BATCH];
	struct nr_proof_points want_proof[KERNEL_BATCH], got_proof[KERNEL_BATCH];

	for (unsigned i = 0; i < KERNEL_BATCH; i++) {
		random_point(&r, &v[i].b);
		random_point(&r, &v[i].k);
		random_point(&r, &v[i].t);
		if (i == 1)
			v[i].k = v[i].b;
		if (i == 2)
			v[i].b = v[i].k = c->p[0];
		some_fr(&r, &v[i].c, i + 1);
		some_fr(&r, &v[i].smu, i + 2);
		some_fr(&r, &v[i].snu, i);
		s[i] = (struct nr_secrets){ v[i].b, v[i].k, v[i].c, v[i].smu, v[i].snu, v[i].c };
		if (i == 1)
			fr_neg(&s[i].nu, &s[i].mu); /* t is the identity: revoked */
	}
	for (size_t n = 1; n <= KERNEL_BATCH; n += 7) {
		kernels_portable.nr_verify_vartime(want, &portable->comb[0], &portable->comb[1], v, n);
		k->nr_verify_vartime(got, &c->comb[0], &c->comb[1], v, n);
		assert_memory_equal(got, want, n * sizeof want[0]);
		kernels_portable.nr_prove(want_proof, &portable->comb[0], &portable->comb[1], s, n);
		k->nr_prove(got_proof, &c->comb[0], &c->comb[1], s, n);
		assert_memory_equal(got_proof, want_proof, n * sizeof want_proof[0]);
	}
	free(c);
	free(portable);
}

static void
revoked_keys_are_found_in_their_places(void **state)
{
	const struct epid_kernels *k = under_test(state);
	struct random r = { 9 };
	struct combs *c = combs_new(k, &r);
	struct fr f[KERNEL_BATCH];
	struct g1 p;
	struct g1_affine key;

	for (unsigned i = 0; i < KERNEL_BATCH; i++)
		some_fr(&r, &f[i], i);
	for (unsigned i = 0; i < KERNEL_BATCH; i++) {
		kernels_portable.g1_multi_exp(&p, &c->p[0], &f[i], 1);
		g1_to_affine(&key, &p);
		assert_int_equal(k->key_is_revoked_vartime(&c->comb[0], &key, f, KERNEL_BATCH), 1u << i);
		assert_int_equal(k->key_is_revoked_vartime(&c->comb[0], &key, f, i), 0);
		fq_neg(&key.y, &key.y); /* -K has the same x; -1 and 1 are both in the list, 0 is its own opposite */
		assert_int_equal(k->key_is_revoked_vartime(&c->comb[0], &key, f, KERNEL_BATCH), i == 0 ? 1 : i == 1 ? 4 : i == 2 ? 2 : 0);
	}
	f[6] = f[7];
	assert_int_equal(k->key_is_revoked_vartime(&c->comb[0], &c->p[1], f, KERNEL_BATCH), 0);
	free(c);
}

int
kernels_compare(const char *name, const struct epid_kernels *set)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(multi_exp_agrees),
		cmocka_unit_test(exp_each_agrees),
		cmocka_unit_test(comb_sum_agrees),
		cmocka_unit_test(hash_point_agrees),
		cmocka_unit_test(pairing_agrees),
		cmocka_unit_test(verify_agrees_for_one_and_for_many),
		cmocka_unit_test(presign_agrees),
		cmocka_unit_test(revocation_proofs_agree),
		cmocka_unit_test(revoked_keys_are_found_in_their_places),
	};

	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tests[i].initial_state = (void *)(uintptr_t)set;
	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
