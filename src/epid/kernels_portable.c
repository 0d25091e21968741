/* SPDX-License-Identifier: Apache-2.0 */
/* The portable set: kernels.h in terms of comb.h and pairing.h. Compiled twice, see build.h. */
#include "epid/kernels.h"

#include "core/ct.h"
#include "epid/comb.h"
#include "epid/constants.h"
#include "epid/exp.h"

#ifndef KERNELS_NAME
#define KERNELS_NAME kernels_portable
#define KERNELS_TEXT "portable"
#endif

_Static_assert(sizeof(struct comb_points) <= KERNEL_COMB_LEN, "a comb fits");
_Static_assert(sizeof(struct pairing_lines) <= KERNEL_LINES_LEN, "lines fit");
_Static_assert(KERNEL_BASES_MAX <= G1_BASES_MAX, "bases fit");

static const struct comb_points *
points(const struct g1_comb *comb)
{
	return (const void *)comb->opaque;
}

static void
multi_exp(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	g1_multi_exps(out, p, n, k, 1);
}

static void
multi_exp_vartime(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	g1_multi_exps_vartime(out, p, n, k, 1);
}

static void
exp_each(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n)
{
	g1_multi_exps(out, p, 1, k, n);
}

static void
comb_fill(struct g1_comb *out, const struct g1_affine *p)
{
	comb_init((void *)out->opaque, p);
}

static void
comb_sum(struct g1 *out, const struct g1_comb *const *comb, const struct fr *k, size_t n)
{
	struct g1 r = g1_identity;

	for (size_t i = 0; i < n; i++)
		comb_add(&r, points(comb[i]), &k[i]);
	*out = r;
	wipe(&r, sizeof r);
}

static void
comb_sum_vartime(struct g1 *out, const struct g1_comb *const *comb, const struct fr *k, size_t n)
{
	*out = g1_identity;
	for (size_t i = 0; i < n; i++)
		comb_add_vartime(out, points(comb[i]), &k[i]);
}

static size_t
hash_point_vartime(struct g1_affine *out, const struct fq *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!g1_from_x(out, &x[i]))
			continue;
		if (fq_montgomery_odd(&out->y))
			fq_neg(&out->y, &out->y);
		return i;
	}
	return n;
}

static void
lines_fill_vartime(struct g2_lines *out, const struct g2_affine *q)
{
	pairing_lines_init_vartime((void *)out->opaque, q);
}

static void
pairing_of_two(struct fq12 *out, const struct g1 *p1, const struct g1 *p2, const struct g2_lines *w)
{
	const struct pairing_lines *const lines[2] = { &pairing_generator_lines, (const void *)w->opaque };
	struct g1 p[2] = { *p1, *p2 };

	pairing_product(out, p, lines, 2);
	wipe(p, sizeof p);
}

/* r2's two points of G1. T occurs in both, with different scalars. */
static void
verify_one_vartime(struct signature_commitments *out, const struct group_tables *g, const struct signature_values *in)
{
	const struct g1_affine bk[2] = { in->b, in->k };
	struct fr sf_c[2] = { in->sf }, sx_c[2];
	struct g1 r1, t[2], p1, p2;

	fr_neg(&sf_c[1], &in->c);
	g1_multi_exps_vartime(&r1, bk, 2, sf_c, 1);
	g1_to_affine(&out->r1, &r1);
	fr_neg(&sx_c[0], &in->sx);
	sx_c[1] = sf_c[1];
	g1_multi_exps_vartime(t, &in->t, 1, sx_c, 2);
	comb_of_generator_vartime(&p1, &in->c);
	g1_add(&p1, &p1, &t[0]);
	p2 = t[1];
	comb_add_vartime(&p1, points(g->h1), &in->sf);
	comb_add_vartime(&p1, points(g->h2), &in->sb);
	comb_add_vartime(&p2, points(g->h2), &in->sa);
	pairing_of_two(&out->r2, &p1, &p2, g->w);
}

static void
verify_vartime(struct signature_commitments *out, const struct group_tables *g, const struct signature_values *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		verify_one_vartime(&out[i], g, &in[i]);
}

static void
presign(struct g1_affine *out_t, struct fq12 *out_r2, const struct group_tables *g, const struct g1_comb *a, const struct presign_values *in)
{
	struct g1 p1 = g1_identity, p2 = g1_identity, t;
	struct fr k;

	g1_from_affine(&t, &points(a)->point[0][0]);
	comb_add(&t, points(g->h2), &in->a);
	g1_to_affine(out_t, &t);
	fr_neg(&k, &in->rx);
	comb_add(&p1, points(a), &k);
	comb_add(&p1, points(g->h1), &in->rf);
	fr_mul(&k, &k, &in->a);
	fr_add(&k, &k, &in->rb);
	comb_add(&p1, points(g->h2), &k);
	comb_add(&p2, points(g->h2), &in->ra);
	pairing_of_two(out_r2, &p1, &p2, g->w);
	wipe(&p1, sizeof p1);
	wipe(&p2, sizeof p2);
	wipe(&k, sizeof k);
}

static void
nr_verify_vartime(struct nr_commitments *out, const struct g1_comb *comb_b, const struct g1_comb *comb_k, const struct nr_values *in, size_t n)
{
	struct g1 r[2 * KERNEL_BATCH] = { { FQ_ZERO } };
	struct g1_affine affine[2 * KERNEL_BATCH];

	for (size_t i = 0; i < n; i++) {
		const struct g1_affine base[3] = { in[i].k, in[i].b, in[i].t };
		struct fr k[3] = { in[i].smu, in[i].snu };

		fr_neg(&k[2], &in[i].c);
		g1_multi_exps_vartime(&r[2 * i + 1], base, 3, k, 1);
		r[2 * i] = g1_identity;
		comb_add_vartime(&r[2 * i], points(comb_k), &in[i].smu);
		comb_add_vartime(&r[2 * i], points(comb_b), &in[i].snu);
	}
	g1_to_affine_batch(affine, r, 2 * n);
	for (size_t i = 0; i < n; i++) {
		out[i].r1 = affine[2 * i];
		out[i].r2 = affine[2 * i + 1];
	}
}

static void
nr_prove(struct nr_proof_points *out, const struct g1_comb *comb_b, const struct g1_comb *comb_k, const struct nr_secrets *in, size_t n)
{
	struct g1 r[3 * KERNEL_BATCH] = { { FQ_ZERO } };
	struct g1_affine affine[3 * KERNEL_BATCH];

	for (size_t i = 0; i < n; i++) {
		const struct g1_affine base[2] = { in[i].k, in[i].b };
		struct fr k[4] = { in[i].mu, in[i].nu, in[i].rmu, in[i].rnu };

		g1_multi_exps(&r[3 * i], base, 2, k, 2);
		r[3 * i + 2] = g1_identity;
		comb_add(&r[3 * i + 2], points(comb_k), &in[i].rmu);
		comb_add(&r[3 * i + 2], points(comb_b), &in[i].rnu);
		wipe(k, sizeof k);
	}
	g1_to_affine_batch(affine, r, 3 * n);
	for (size_t i = 0; i < n; i++) {
		out[i].t = affine[3 * i];
		out[i].r2 = affine[3 * i + 1];
		out[i].r1 = affine[3 * i + 2];
	}
	wipe(r, sizeof r);
}

static unsigned
key_is_revoked_vartime(const struct g1_comb *comb_b, const struct g1_affine *k, const struct fr *f, size_t n)
{
	unsigned hits = 0;

	for (size_t i = 0; i < n; i++) {
		struct g1 r = g1_identity;

		comb_add_vartime(&r, points(comb_b), &f[i]);
		hits |= (unsigned)g1_equal_affine(&r, k) << i;
	}
	return hits;
}

const struct epid_kernels KERNELS_NAME = {
	.name = KERNELS_TEXT,
	.g1_multi_exp = multi_exp,
	.g1_multi_exp_vartime = multi_exp_vartime,
	.g1_exp_each = exp_each,
	.g1_comb_init = comb_fill,
	.g1_comb_sum = comb_sum,
	.g1_comb_sum_vartime = comb_sum_vartime,
	.g1_hash_point_vartime = hash_point_vartime,
	.g2_lines_init_vartime = lines_fill_vartime,
	.pairing2 = pairing_of_two,
	.verify_vartime = verify_vartime,
	.presign = presign,
	.nr_verify_vartime = nr_verify_vartime,
	.nr_prove = nr_prove,
	.key_is_revoked_vartime = key_is_revoked_vartime,
};
