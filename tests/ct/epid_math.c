/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic under EPID's protocols, function by function, with field elements, points and scalars undefined under valgrind: the fields, the curves,
 * the pairing, and the constant-time kernels of the portable set in both of its builds. epid.c beside it runs the protocols over them.
 */
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <string.h>

#include "rig.h"
#include "epid/comb.h"
#include "epid/exp.h"
#include "epid/kernels.h"
#include "epid/pairing.h"

/* What the code itself makes public: whether a number was in range, whether there is a point. */
bool __wrap_epid_decide(bool b);

bool
__wrap_epid_decide(bool b)
{
	publish(&b, sizeof b);
	return b;
}

static bool
publish_bool(bool b)
{
	publish(&b, sizeof b);
	return b;
}

static void
secret_fr(struct fr *k, size_t n)
{
	uint8_t seed[FR_SEED_LEN];

	for (size_t i = 0; i < n; i++) {
		memset(seed, (int)(23 * i + 5), sizeof seed);
		hide(seed, sizeof seed);
		fr_from_seed(&k[i], seed);
	}
}

static void
secret_fq(struct fq *a, uint8_t fill)
{
	uint8_t wide[64];

	memset(wide, fill, sizeof wide);
	hide(wide, sizeof wide);
	fq_reduce(a, wide, sizeof wide);
}

static bool
path_scalars(void)
{
	struct fr k[2], r;
	struct fr_halves halves;
	uint8_t b[FR_LEN];
	bool below;

	secret_fr(k, 2);
	fr_add(&r, &k[0], &k[1]);
	fr_sub(&r, &r, &k[0]);
	fr_neg(&r, &r);
	fr_mul(&r, &r, &k[1]);
	fr_inv(&r, &r);
	fr_split(&halves, &r);
	fr_write(b, &r);
	below = fr_read(&r, b);
	return publish_bool(below) && !publish_bool(fr_is_zero(&r)) && !publish_bool(fr_equal(&k[0], &k[1]));
}

static bool
path_base_field(void)
{
	struct fq a, b, r, batch[3], scratch[3];
	uint8_t bytes[FQ_LEN];

	secret_fq(&a, 7);
	secret_fq(&b, 9);
	fq_add(&r, &a, &b);
	fq_sub(&r, &r, &a);
	fq_neg(&r, &r);
	fq_times(&r, &r, 9);
	fq_mul(&r, &r, &b);
	fq_sqr(&r, &r);
	(void)publish_bool(fq_sqrt(&r, &r));
	fq_mul_add_mul(&r, &r, &a, &b, &a);
	fq_mul_sub_mul(&r, &r, &a, &b, &a);
	fq_inv(&r, &r);
	batch[0] = a;
	fq_sub(&batch[1], &a, &a);
	batch[2] = b;
	fq_inv_batch(batch, scratch, 3);
	fq_select(&r, &a, &b, fq_montgomery_odd(&r));
	fq_write(bytes, &r);
	return publish_bool(fq_read(&r, bytes)) && publish_bool(fq_is_zero(&batch[1])) && !publish_bool(fq_equal(&a, &b));
}

static bool
path_tower(void)
{
	struct fq12 a, r, s;

	for (int i = 0; i < 6; i++) {
		struct fq2 *c = i < 3 ? &a.c0.c[i] : &a.c1.c[i - 3];

		secret_fq(&c->c0, (uint8_t)(2 * i + 1));
		secret_fq(&c->c1, (uint8_t)(2 * i + 2));
	}
	fq12_sqr(&r, &a);
	fq12_mul(&s, &a, &a);
	fq12_mul_line(&s, &s, &a.c0.c[0], &a.c1.c[0]);
	gt_sqr(&s, &s);
	fq12_frobenius(&s, &s, 1);
	fq12_conj(&s, &s);
	fq12_inv(&s, &s);
	fq12_mul(&s, &a, &a);
	return publish_bool(fq12_equal(&r, &s));
}

/* The whole group law, the identity and equal points among its inputs. */
static bool
path_curves(void)
{
	struct g1 p, q, minus;
	struct g1_affine a;
	struct g2 t;
	struct g2_affine u;
	struct fr k;

	a = g1_generator;
	hide(&a, sizeof a);
	secret_fr(&k, 1);
	g1_from_affine(&p, &a);
	g1_double(&q, &p);
	g1_add(&q, &q, &p);
	g1_add_affine(&q, &q, &a);
	g1_neg(&minus, &q);
	g1_add(&minus, &minus, &q);
	g1_select(&q, &q, &minus, 1);
	g1_to_affine(&a, &q);
	g2_mul(&t, &g2_generator, &k);
	g2_to_affine(&u, &t);
	return publish_bool(g1_is_identity(&minus)) && publish_bool(g1_equal_affine(&q, &a)) && !publish_bool(g1_equal(&p, &q)) &&
	    !publish_bool(g2_affine_is_identity(&u));
}

static bool
path_pairing(void)
{
	const struct pairing_lines *const lines[2] = { &pairing_generator_lines, &pairing_generator_lines };
	struct g1 p[2];
	struct fq12 e;

	g1_from_affine(&p[0], &g1_generator);
	g1_neg(&p[1], &p[0]);
	hide(p, sizeof p);
	pairing_product(&e, p, lines, 2);
	return publish_bool(fq12_equal(&e, &fq12_one)); /* e(P, Q) e(-P, Q) */
}

/* ---- kernels ---- */

static struct g1_comb comb_h, comb_a;
static struct g2_lines lines;

static bool
kernel_exponents(const struct epid_kernels *set)
{
	struct g1_affine p[3] = { g1_generator, g1_generator, g1_generator };
	struct fr k[3], sum;
	struct g1 out[3], one;

	hide(p, sizeof p);
	secret_fr(k, 3);
	set->g1_multi_exp(&one, p, k, 3);
	set->g1_exp_each(out, p, k, 3);
	fr_add(&sum, &k[0], &k[1]);
	fr_add(&sum, &sum, &k[2]);
	set->g1_exp_each(out, p, &sum, 1);
	return publish_bool(g1_equal(&one, out));
}

static bool
kernel_combs(const struct epid_kernels *set)
{
	const struct g1_comb *const combs[2] = { &comb_h, &comb_a };
	struct g1_affine a = g1_generator;
	struct fr k[2], sum;
	struct g1 r, want;

	set->g1_comb_init(&comb_h, &a);
	hide(&a, sizeof a);
	set->g1_comb_init(&comb_a, &a);
	secret_fr(k, 2);
	set->g1_comb_sum(&r, combs, k, 2);
	fr_add(&sum, &k[0], &k[1]);
	set->g1_multi_exp(&want, &a, &sum, 1);
	return publish_bool(g1_equal(&r, &want));
}

static bool
kernel_presign(const struct epid_kernels *set)
{
	struct group_tables group = { &comb_h, &comb_h, &lines };
	struct presign_values in;
	struct fr k[5];
	struct g1_affine t;
	struct fq12 r2;

	set->g2_lines_init_vartime(&lines, &g2_generator);
	secret_fr(k, 5);
	in = (struct presign_values){ k[0], k[1], k[2], k[3], k[4] };
	set->presign(&t, &r2, &group, &comb_a, &in);
	return !publish_bool(g1_affine_is_identity(&t)) && !publish_bool(fq12_equal(&r2, &fq12_one));
}

static bool
kernel_nr_prove(const struct epid_kernels *set)
{
	struct nr_secrets in[2];
	struct nr_proof_points out[2];
	struct fr k[4];

	secret_fr(k, 4);
	for (int i = 0; i < 2; i++)
		in[i] = (struct nr_secrets){ g1_generator, g1_generator, k[i], k[i + 1], k[i + 2], k[3] };
	set->nr_prove(out, &comb_h, &comb_a, in, 2);
	return !publish_bool(g1_affine_is_identity(&out[1].t));
}

/* ---- the run ---- */

static bool
planted_leak(void)
{
	struct fq a;
	volatile unsigned taken = 0;

	secret_fq(&a, 3);
	if (a.v[0] & 1)
		taken++;
	return true;
}

static int
judge(const char *name, const char *set, bool right, unsigned before, bool leaks)
{
	bool quiet = (unsigned)VALGRIND_COUNT_ERRORS == before, ok = right && quiet != leaks;

	printf("%s epid arithmetic: %s%s%s%s\n", ok ? "ok    " : "NOT OK", name, set, right ? "" : " (wrong answer)", quiet ? "" : " (reported)");
	(void)fflush(stdout);
	return !ok;
}

/* valgrind translates ADX as well, though the processor that it shows does not have it. */
#if defined(__x86_64__)
static bool
shows_bmi2(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_BMI2);
}
#endif

static int
run_functions(void)
{
	static const struct {
		const char *name;
		bool (*run)(void);
	} paths[] = { { "scalars", path_scalars }, { "base field", path_base_field }, { "tower", path_tower }, { "curves", path_curves },
		{ "pairing", path_pairing } };
	int bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;

		bad += judge(paths[i].name, "", paths[i].run(), before, false);
	}
	return bad;
}

static int
run_kernels(const struct epid_kernels *set, const char *name)
{
	static const struct {
		const char *name;
		bool (*run)(const struct epid_kernels *);
	} paths[] = { { "multi-exponentiation", kernel_exponents }, { "combs", kernel_combs }, { "presign", kernel_presign },
		{ "nr_prove", kernel_nr_prove } };
	int bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;

		bad += judge(paths[i].name, name, paths[i].run(set), before, false);
	}
	return bad;
}

int
main(void)
{
	int bad;
	unsigned before;

	if (!is_watched())
		return 1;
	bad = run_functions() + run_kernels(&kernels_portable, ", plain build");
#if defined(__x86_64__)
	if (shows_bmi2())
		bad += run_kernels(&kernels_bmi2, ", BMI2 and ADX");
	else
		puts("NOT RUN: kernels for BMI2 and ADX: valgrind shows a processor without BMI2");
#endif
	before = (unsigned)VALGRIND_COUNT_ERRORS;
	bad += judge("planted leak (must be caught)", "", planted_leak(), before, true);
	return bad != 0;
}
