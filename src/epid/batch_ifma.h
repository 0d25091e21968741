/* SPDX-License-Identifier: Apache-2.0 */
/* Batches over eight lanes: an entry of a list, a key or a signature in each lane. Part of kernels_ifma.c. */
#ifndef EPID_BATCH_IFMA_H
#define EPID_BATCH_IFMA_H

#include "core/ct.h"
#include "epid/comb8.h"
#include "epid/pairing_ifma.h"

static inline const uint64_t *
comb_words(const struct g1_comb *c)
{
	return (const uint64_t *)(const void *)c->opaque;
}

static inline const uint64_t *
line_words(const struct g2_lines *l)
{
	return (const uint64_t *)(const void *)l->opaque;
}

/* A base of each lane's own, and lambda times it. */
struct lane_tables {
	struct g1x8_table base, lambda;
};

LANE_CALL void
lane_tables_init(struct lane_tables *t, const struct g1_affine *const *p, unsigned n)
{
	struct g1x8 base;

	g1x8_from_affine(&base, p, n);
	g1x8_table_init(&t->base, &base);
	g1x8_table_times_lambda(&t->lambda, &t->base);
}

/* r = the sum over n of k[i][lane] · the lane's base of tables[i], in each of num lanes. */
#define LANE_TERMS_MAX 3
struct lane_exp {
	const struct lane_tables *tables;
	const struct fr *k[NUM_LANES];
};

LANE_CALL void
exp_lanes(struct g1x8 *r, const struct lane_exp *term, unsigned n, unsigned num)
{
	const struct g1x8_table *tables[2 * LANE_TERMS_MAX];
	struct digits8 d[2 * LANE_TERMS_MAX];
	struct fr_halves halves;

	for (unsigned i = 0; i < n; i++) {
		tables[2 * i] = &term[i].tables->base;
		tables[2 * i + 1] = &term[i].tables->lambda;
		digits8_zero(&d[2 * i]);
		digits8_zero(&d[2 * i + 1]);
		for (unsigned lane = 0; lane < num; lane++) {
			fr_split(&halves, term[i].k[lane]);
			digits8_set(&d[2 * i], lane, halves.k[0], halves.negative[0], 4, DIGITS_4);
			digits8_set(&d[2 * i + 1], lane, halves.k[1], halves.negative[1], 4, DIGITS_4);
		}
	}
	g1x8_multi_exp(r, tables, d, 2 * n);
	wipe(d, sizeof d);
	wipe(&halves, sizeof halves);
}

/* n points of each of num vectors to affine, with one inversion. */
LANE_CALL void
to_affine_each(struct g1_affine *const out[][NUM_LANES], const struct g1x8 *p, unsigned num, unsigned n)
{
	struct fq8 z[3], scratch[3], t;

	for (unsigned i = 0; i < num; i++)
		z[i] = p[i].z;
	fq8_invert_all(z, scratch, num);
	for (unsigned i = 0; i < num; i++) {
		struct fq *x[NUM_LANES], *y[NUM_LANES];

		for (unsigned k = 0; k < n; k++)
			x[k] = &out[i][k]->x, y[k] = &out[i][k]->y;
		fq8_mul(&t, &p[i].x, &z[i]);
		fq8_to_fq(x, &t, n);
		fq8_mul(&t, &p[i].y, &z[i]);
		fq8_to_fq(y, &t, n);
	}
}

static void
nr_verify_vartime(struct nr_commitments *out, const struct g1_comb *comb_b, const struct g1_comb *comb_k, const struct nr_values *in, size_t n)
{
	struct lane_tables tk, tb, tt;
	struct lane_exp term[3] = { { &tk, { NULL } }, { &tb, { NULL } }, { &tt, { NULL } } };
	struct comb8_term comb[2] = { { comb_words(comb_k), { NULL } }, { comb_words(comb_b), { NULL } } };
	const struct g1_affine *k[NUM_LANES], *b[NUM_LANES], *t[NUM_LANES];
	struct g1_affine *to[2][NUM_LANES];
	struct fr minus_c[NUM_LANES];
	struct g1x8 r[2];

	for (unsigned i = 0; i < n; i++) {
		fr_neg(&minus_c[i], &in[i].c);
		k[i] = &in[i].k, b[i] = &in[i].b, t[i] = &in[i].t;
		term[0].k[i] = comb[0].k[i] = &in[i].smu;
		term[1].k[i] = comb[1].k[i] = &in[i].snu;
		term[2].k[i] = &minus_c[i];
		to[0][i] = &out[i].r1, to[1][i] = &out[i].r2;
	}
	lane_tables_init(&tk, k, (unsigned)n);
	lane_tables_init(&tb, b, (unsigned)n);
	lane_tables_init(&tt, t, (unsigned)n);
	comb8_each(&r[0], comb, 2, (unsigned)n);
	exp_lanes(&r[1], term, 3, (unsigned)n);
	to_affine_each(to, r, 2, (unsigned)n);
}

static void
nr_prove(struct nr_proof_points *out, const struct g1_comb *comb_b, const struct g1_comb *comb_k, const struct nr_secrets *in, size_t n)
{
	struct lane_tables tk, tb;
	struct lane_exp t[2] = { { &tk, { NULL } }, { &tb, { NULL } } }, r2[2];
	struct comb8_term comb[2] = { { comb_words(comb_k), { NULL } }, { comb_words(comb_b), { NULL } } };
	const struct g1_affine *k[NUM_LANES], *b[NUM_LANES];
	struct g1_affine *to[3][NUM_LANES];
	struct g1x8 r[3];

	r2[0] = t[0];
	r2[1] = t[1];
	for (unsigned i = 0; i < n; i++) {
		k[i] = &in[i].k, b[i] = &in[i].b;
		t[0].k[i] = &in[i].mu, t[1].k[i] = &in[i].nu;
		r2[0].k[i] = comb[0].k[i] = &in[i].rmu;
		r2[1].k[i] = comb[1].k[i] = &in[i].rnu;
		to[0][i] = &out[i].t, to[1][i] = &out[i].r1, to[2][i] = &out[i].r2;
	}
	lane_tables_init(&tk, k, (unsigned)n);
	lane_tables_init(&tb, b, (unsigned)n);
	exp_lanes(&r[0], t, 2, (unsigned)n);
	comb8_each(&r[1], comb, 2, (unsigned)n);
	exp_lanes(&r[2], r2, 2, (unsigned)n);
	to_affine_each(to, r, 3, (unsigned)n);
	wipe(r, sizeof r);
}

/* f B == K without an inversion: X = x Z and Y = y Z, where Z = 0 (f B the identity) needs K = (0, 0), the identity, too. */
static unsigned
key_is_revoked_vartime(const struct g1_comb *comb_b, const struct g1_affine *k, const struct fr *f, size_t n)
{
	const struct g1_affine *all[NUM_LANES] = { k, k, k, k, k, k, k, k };
	struct comb8_term comb = { comb_words(comb_b), { NULL } };
	struct g1x8 p, want;
	struct fq8 a, b;
	lane_mask same;

	for (unsigned i = 0; i < n; i++)
		comb.k[i] = &f[i];
	comb8_each(&p, &comb, 1, (unsigned)n);
	g1x8_from_affine(&want, all, NUM_LANES);
	same = (lane_mask)((1u << n) - 1);
	fq8_mul(&a, &want.x, &p.z);
	fq8_mul(&b, &want.z, &p.x);
	fq8_sub_raw(&a, &a, &b);
	fq8_canonical(&a, &a);
	same &= fq8_is_zero(&a);
	fq8_mul(&a, &want.y, &p.z);
	fq8_mul(&b, &want.z, &p.y);
	fq8_sub_raw(&a, &a, &b);
	fq8_canonical(&a, &a);
	return same & fq8_is_zero(&a);
}

/* ---- eight signatures ---- */

/* All but the combs: R1, and T's shares of P1 and P2. */
LANE_CALL void
verify_lanes_variable(struct g1x8 r[3], const struct signature_values *in, unsigned n)
{
	struct lane_tables tt, tb, tk;
	struct lane_exp p1 = { &tt, { NULL } }, p2 = p1;
	struct lane_exp r1[2] = { { &tb, { NULL } }, { &tk, { NULL } } };
	const struct g1_affine *t[NUM_LANES], *b[NUM_LANES], *k[NUM_LANES];
	struct fr minus_sx[NUM_LANES], minus_c[NUM_LANES];

	for (unsigned i = 0; i < n; i++) {
		fr_neg(&minus_sx[i], &in[i].sx);
		fr_neg(&minus_c[i], &in[i].c);
		t[i] = &in[i].t, b[i] = &in[i].b, k[i] = &in[i].k;
		p1.k[i] = &minus_sx[i];
		p2.k[i] = r1[1].k[i] = &minus_c[i];
		r1[0].k[i] = &in[i].sf;
	}
	lane_tables_init(&tt, t, n);
	lane_tables_init(&tb, b, n);
	lane_tables_init(&tk, k, n);
	exp_lanes(&r[0], &p1, 1, n);
	exp_lanes(&r[1], &p2, 1, n);
	exp_lanes(&r[2], r1, 2, n);
}

LANE_CALL void
verify_lanes_combs(struct g1x8 r[2], const struct group_tables *g, const struct signature_values *in, unsigned n)
{
	struct comb8_term p1[2] = { { comb_words(g->h1), { NULL } }, { comb_words(g->h2), { NULL } } };
	struct comb8_term p2 = { comb_words(g->h2), { NULL } };
	const struct fr *c[NUM_LANES];
	struct g1x8 of_g1;

	for (unsigned i = 0; i < n; i++) {
		p1[0].k[i] = &in[i].sf;
		p1[1].k[i] = &in[i].sb;
		c[i] = &in[i].c;
		p2.k[i] = &in[i].sa;
	}
	comb8_each(&r[0], p1, 2, n);
	comb8_generator_each_vartime(&of_g1, c, n);
	g1x8_add(&r[0], &r[0], &of_g1);
	comb8_each(&r[1], &p2, 1, n);
}

static void
verify_lanes_vartime(struct signature_commitments *out, const struct group_tables *g, const struct signature_values *in, unsigned n)
{
	struct miller8_point at[2];
	struct g1x8 p[3], comb[2];
	struct fq8 z[3], scratch[3];
	struct fq12x8 f;
	struct fq12 *r2[NUM_LANES];
	struct fq *x[NUM_LANES], *y[NUM_LANES];

	verify_lanes_variable(p, in, n);
	verify_lanes_combs(comb, g, in, n);
	for (int i = 0; i < 2; i++) {
		g1x8_add(&p[i], &p[i], &comb[i]);
		z[i] = p[i].y;
	}
	z[2] = p[2].z;
	fq8_invert_all(z, scratch, 3);
	for (int i = 0; i < 2; i++) {
		fq8_mul(&scratch[0], &p[i].x, &z[i]);
		fq8_neg(&at[i].minus_x_y, &scratch[0], 3);
		fq8_fold(&at[i].minus_x_y);
		fq8_mul(&at[i].one_y, &p[i].z, &z[i]);
		fq8_fold(&at[i].one_y);
	}
	for (unsigned k = 0; k < n; k++)
		x[k] = &out[k].r1.x, y[k] = &out[k].r1.y, r2[k] = &out[k].r2;
	fq8_mul(&scratch[0], &p[2].x, &z[2]);
	fq8_mul(&scratch[1], &p[2].y, &z[2]);
	fq8_to_fq(x, &scratch[0], n);
	fq8_to_fq(y, &scratch[1], n);
	fq12x8_miller(&f, line_words(g->w), at);
	fq12x8_final(&f, &f);
	fq12x8_to_fq12(r2, &f, n);
}

#endif
