/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constant-time kernels of src/epid/kernels_ifma.c over their portable lanes, with secret scalars and points marked undefined under valgrind, as
 * paths.c does it for what enclaves run. What the compiler makes of the same source for AVX-512 is read by tools/ifma-scan.
 */
#include <string.h>

#include "rig.h"
#include "epid/kernels.h"

static const struct epid_kernels *const set = &kernels_ifma_portable;

static struct {
	struct g1_comb h1, h2, a;
	struct g2_lines w;
	struct group_tables group;
} tables;

static void
secret_scalars(struct fr *k, size_t n)
{
	uint8_t seed[FR_SEED_LEN];

	for (size_t i = 0; i < n; i++) {
		memset(seed, (int)(17 * i + 3), sizeof seed);
		fr_from_seed(&k[i], seed);
	}
	hide(k, n * sizeof *k);
}

static bool
path_comb_init(void)
{
	struct g1_affine p = g1_generator;

	hide(&p, sizeof p);
	set->g1_comb_init(&tables.a, &p);
	return true;
}

static bool
path_multi_exp(void)
{
	struct g1_affine p[5] = { g1_generator, g1_generator, g1_generator, g1_generator, g1_generator };
	struct fr k[5];
	struct g1 out[5], want;

	secret_scalars(k, 5);
	set->g1_multi_exp(out, p, k, 5);
	set->g1_exp_each(out, p, k, 5);
	publish(k, sizeof k);
	publish(out, sizeof out);
	kernels_portable.g1_multi_exp_vartime(&want, p, &k[4], 1);
	return g1_equal(&want, &out[4]);
}

static bool
path_comb_sum(void)
{
	const struct g1_comb *combs[2] = { &tables.h1, &tables.h2 };
	struct g1 out;
	struct fr k[2];

	secret_scalars(k, 2);
	set->g1_comb_sum(&out, combs, k, 2);
	return true;
}

static bool
path_pairing(void)
{
	struct g1 p, q;
	struct fq12 out;

	g1_from_affine(&p, &g1_generator);
	g1_double(&q, &p);
	hide(&p, sizeof p);
	hide(&q, sizeof q);
	set->pairing2(&out, &p, &q, &tables.w);
	return true;
}

static bool
path_presign(void)
{
	struct presign_values in;
	struct g1_affine t;
	struct fq12 r2;

	secret_scalars(&in.a, 5);
	set->presign(&t, &r2, &tables.group, &tables.a, &in);
	return true;
}

static bool
path_nr_prove(void)
{
	struct nr_secrets in[3];
	struct nr_proof_points out[3];

	for (int i = 0; i < 3; i++) {
		in[i].b = in[i].k = g1_generator;
		secret_scalars(&in[i].mu, 4);
	}
	set->nr_prove(out, &tables.h1, &tables.h2, in, 3);
	return true;
}

/* The planted leak: a kernel that may vary, on secrets: which of the points exists. If it is not reported, the rig is broken. */
static bool
path_planted(void)
{
	struct fq x[3] = { g1_generator.x, g1_generator.y, g1_generator.x };
	struct g1_affine out;

	hide(x, sizeof x);
	return set->g1_hash_point_vartime(&out, x, 3) < 3;
}

static const struct path paths[] = {
	{ "lanes: g1_comb_init", path_comb_init, false },
	{ "lanes: g1_multi_exp, g1_exp_each", path_multi_exp, false },
	{ "lanes: g1_comb_sum", path_comb_sum, false },
	{ "lanes: pairing2", path_pairing, false },
	{ "lanes: presign", path_presign, false },
	{ "lanes: nr_prove", path_nr_prove, false },
	{ "lanes: planted leak, g1_hash_point_vartime (must be caught)", path_planted, true },
};

int
main(void)
{
	if (!is_watched())
		return 1;
	set->g1_comb_init(&tables.h1, &g1_generator);
	set->g1_comb_init(&tables.h2, &g1_generator);
	set->g2_lines_init_vartime(&tables.w, &g2_generator);
	tables.group = (struct group_tables){ &tables.h1, &tables.h2, &tables.w };
	return run_paths(paths, ARRAY_LEN(paths));
}
