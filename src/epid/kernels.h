/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between protocol and arithmetic: whole operations, of which there are several sets for different processors. All sets give the same
 * values (tests hold them against each other). A set is a constant; whoever keeps tables made by a set keeps its pointer beside them and uses
 * no other set on them. Functions are constant time in points and scalars unless their name ends in _vartime; n is always public.
 * No function fails: points have been read and checked before. Outputs may not overlap inputs.
 *
 * EPID's values are named as in docs/epid.md: h1, h2, w of the group; A, x, f of a member; B, K, T, c, sx, sf, sa, sb of a signature.
 */
#ifndef EPID_KERNELS_H
#define EPID_KERNELS_H

#include "epid/fq12.h"
#include "epid/g1.h"
#include "epid/g2.h"

/* Most bases of one exponentiation, entries of one batch. */
#define KERNEL_BASES_MAX 8
#define KERNEL_BATCH 8

/* What a set keeps about a point of G1 (multiples of it), and about one of G2 (its lines). Only the set that filled it knows the layout. */
#define KERNEL_COMB_LEN 73728
#define KERNEL_LINES_LEN 26624
struct g1_comb {
	_Alignas(64) uint8_t opaque[KERNEL_COMB_LEN];
};
struct g2_lines {
	_Alignas(64) uint8_t opaque[KERNEL_LINES_LEN];
};

/* Of a group: w is in the subgroup, none is the identity. Pointers, because split signatures have another h1 and share the rest. */
struct group_tables {
	const struct g1_comb *h1, *h2;
	const struct g2_lines *w;
};

/* From a signature to what its challenge was hashed from:
 * r1 = sf B - c K, r2 = e(-sx T + sf h1 + sb h2 + c g1, g2) e(-c T + sa h2, w). c is what the equations use (hash(nonce || c) in split mode). */
struct signature_values {
	struct g1_affine b, k, t;
	struct fr c, sx, sf, sa, sb;
};
struct signature_commitments {
	struct g1_affine r1;
	struct fq12 r2;
};

/* A signature before its message: t = A + a h2, r2 = e(-rx A + rf h1 + (rb - a rx) h2, g2) e(ra h2, w). */
struct presign_values {
	struct fr a, rx, rf, ra, rb;
};

/* One entry (b, k) of a signature revocation list and the verifier's values: r1 = smu K + snu B, r2 = smu k + snu b - c t. */
struct nr_values {
	struct g1_affine b, k, t;
	struct fr c, smu, snu;
};
struct nr_commitments {
	struct g1_affine r1, r2;
};

/* The prover's: t = mu k + nu b, r1 = rmu K + rnu B, r2 = rmu k + rnu b. */
struct nr_secrets {
	struct g1_affine b, k;
	struct fr mu, nu, rmu, rnu;
};
struct nr_proof_points {
	struct g1_affine t, r1, r2;
};

struct epid_kernels {
	const char *name;

	/* out = the sum of k[i] * p[i], n at most KERNEL_BASES_MAX; 0 gives the identity. */
	void (*g1_multi_exp)(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n);
	void (*g1_multi_exp_vartime)(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n);
	/* out[i] = k[i] * p, n at most KERNEL_BASES_MAX: K = f B and R1 = rf B. */
	void (*g1_exp_each)(struct g1 *out, const struct g1_affine *p, const struct fr *k, size_t n);

	/* Fixed bases: the sum of k[i] * the point of comb[i], n at most KERNEL_BASES_MAX. The points of combs are public (but A, which is only
	 * ever used with g1_comb_sum and presign). */
	void (*g1_comb_init)(struct g1_comb *out, const struct g1_affine *p);
	void (*g1_comb_sum)(struct g1 *out, const struct g1_comb *const *comb, const struct fr *k, size_t n);
	void (*g1_comb_sum_vartime)(struct g1 *out, const struct g1_comb *const *comb, const struct fr *k, size_t n);

	/* The first i < n with x[i]^3 + 3 a square, and the point of G1.hash there (the y whose Montgomery form is even). Returns n if there is none. */
	size_t (*g1_hash_point_vartime)(struct g1_affine *out, const struct fq *x, size_t n);

	/* q is in the subgroup and not the identity. */
	void (*g2_lines_init_vartime)(struct g2_lines *out, const struct g2_affine *q);
	/* out = e(p1, g2) e(p2, w). */
	void (*pairing2)(struct fq12 *out, const struct g1 *p1, const struct g1 *p2, const struct g2_lines *w);

	/* n at most KERNEL_BATCH, here and below. */
	void (*verify_vartime)(struct signature_commitments *out, const struct group_tables *g, const struct signature_values *in, size_t n);
	void (*presign)(struct g1_affine *out_t, struct fq12 *out_r2, const struct group_tables *g, const struct g1_comb *a,
	    const struct presign_values *in);

	/* comb_b, comb_k: of the signature's B and K. */
	void (*nr_verify_vartime)(struct nr_commitments *out, const struct g1_comb *comb_b, const struct g1_comb *comb_k,
	    const struct nr_values *in, size_t n);
	void (*nr_prove)(struct nr_proof_points *out, const struct g1_comb *comb_b, const struct g1_comb *comb_k,
	    const struct nr_secrets *in, size_t n);
	/* Bit i: f[i] * (the point of comb_b) == k. */
	unsigned (*key_is_revoked_vartime)(const struct g1_comb *comb_b, const struct g1_affine *k, const struct fr *f, size_t n);
};

/* C for any processor. */
extern const struct epid_kernels kernels_portable;
#if defined(__x86_64__)
/* The same C, built for BMI2 and ADX. */
extern const struct epid_kernels kernels_bmi2;
/* Eight lanes of AVX-512 IFMA (kernels_ifma.c); host only. May run only where kernels_ifma_runs_here. */
extern const struct epid_kernels kernels_ifma;
#endif
/* The source of kernels_ifma over lanes in C: slow, for tests, which link epid_ifma_portable. */
extern const struct epid_kernels kernels_ifma_portable;

/* kernels_ifma_runs_here: whether processor and operating system offer what kernels_ifma needs. Host only. */
bool kernels_ifma_runs_here(void);

/*
 * kernels_best: the fastest set that this processor can run. On the host (kernels_host.c) it asks CPUID; inside enclaves (kernels_enclave.c) it is
 * kernels_portable.
 */
const struct epid_kernels *kernels_best(void);

#endif
