/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The base field: integers modulo q, Intel's name for the prime of the curve's coordinates (the order of the groups is p, see fr.h).
 *
 *   q = 36u^4 + 36u^3 + 24u^2 + 6u + 1, u = -0x6882F5C030B0A801;  q = 2^256 - c with c < 2^210;  q = 3 mod 8
 *
 * An element a is kept as a * 2^256 mod q (Montgomery's form), four 64-bit limbs, the least significant first, always fully reduced.
 * Every function takes and gives reduced elements, allows out to be an input, and takes the same time for all values, unless its name
 * ends in _vartime. Freestanding; names and linkage: build.h.
 */
#ifndef EPID_FQ_H
#define EPID_FQ_H

#include "epid/build.h"

#define FQ_LEN 32

struct fq {
	uint64_t v[4];
};

#define FQ_ZERO { { 0, 0, 0, 0 } }
extern const struct fq fq_one;

/* fq_read: from 32 bytes, big endian. false, and out untouched, if the number is not below q. */
EPID_FN MUST_USE bool fq_read(struct fq *out, const uint8_t in[FQ_LEN]);
EPID_FN void fq_write(uint8_t out[FQ_LEN], const struct fq *a);
/* fq_reduce: a big-endian number of len bytes (a multiple of 8, at most 64) modulo q: what a hash gives. */
EPID_FN void fq_reduce(struct fq *out, const uint8_t *in, size_t len);

EPID_FN void fq_add(struct fq *out, const struct fq *a, const struct fq *b);
EPID_FN void fq_sub(struct fq *out, const struct fq *a, const struct fq *b);
EPID_FN void fq_neg(struct fq *out, const struct fq *a);
/* fq_times: k a for a small k (below 2^32), as quick as two additions. */
EPID_FN void fq_times(struct fq *out, const struct fq *a, unsigned k);
EPID_FN void fq_mul(struct fq *out, const struct fq *a, const struct fq *b);
EPID_FN void fq_sqr(struct fq *out, const struct fq *a);
/* fq_mul_add_mul, fq_mul_sub_mul: out = a b + c d, a b - c d, with one reduction. */
EPID_FN void fq_mul_add_mul(struct fq *out, const struct fq *a, const struct fq *b, const struct fq *c, const struct fq *d);
EPID_FN void fq_mul_sub_mul(struct fq *out, const struct fq *a, const struct fq *b, const struct fq *c, const struct fq *d);
/* fq_inv: 1/a; 0 for 0. */
EPID_FN void fq_inv(struct fq *out, const struct fq *a);
/* fq_inv_batch: in[i] becomes 1/in[i] for n elements with one inversion; 0 stays 0. scratch: room for n elements. */
EPID_FN void fq_inv_batch(struct fq *in, struct fq *scratch, size_t n);
/* fq_sqrt: a^((q+1)/4); whether that is a root, i.e. whether a is a square. Which root it is, is not said. */
EPID_FN MUST_USE bool fq_sqrt(struct fq *out, const struct fq *a);

EPID_FN MUST_USE bool fq_is_zero(const struct fq *a);
EPID_FN MUST_USE bool fq_equal(const struct fq *a, const struct fq *b);
/* fq_select: out = flag ? a : b, without a branch. flag is 0 or 1. */
EPID_FN void fq_select(struct fq *out, const struct fq *a, const struct fq *b, unsigned flag);
/* fq_montgomery_odd: the lowest bit of a * 2^256 mod q, by which G1.hash chooses between y and -y. */
EPID_FN unsigned fq_montgomery_odd(const struct fq *a);

#endif
