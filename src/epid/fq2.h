/* SPDX-License-Identifier: Apache-2.0 */
/* Fq2 = Fq[i]/(i^2 + 1): c0 + c1 i. Rules as in fq.h. */
#ifndef EPID_FQ2_H
#define EPID_FQ2_H

#include "epid/fq.h"

#define FQ2_LEN 64

struct fq2 {
	struct fq c0, c1;
};

extern const struct fq2 fq2_one;

EPID_FN MUST_USE bool fq2_read(struct fq2 *out, const uint8_t in[FQ2_LEN]);
EPID_FN void fq2_write(uint8_t out[FQ2_LEN], const struct fq2 *a);
EPID_FN void fq2_add(struct fq2 *out, const struct fq2 *a, const struct fq2 *b);
EPID_FN void fq2_sub(struct fq2 *out, const struct fq2 *a, const struct fq2 *b);
EPID_FN void fq2_neg(struct fq2 *out, const struct fq2 *a);
EPID_FN void fq2_conj(struct fq2 *out, const struct fq2 *a);
EPID_FN void fq2_mul(struct fq2 *out, const struct fq2 *a, const struct fq2 *b);
EPID_FN void fq2_mul_fq(struct fq2 *out, const struct fq2 *a, const struct fq *b);
/* fq2_mul_xi: times xi = 2 + i, of which w in Fq12 is the sixth root. */
EPID_FN void fq2_mul_xi(struct fq2 *out, const struct fq2 *a);
EPID_FN void fq2_sqr(struct fq2 *out, const struct fq2 *a);
EPID_FN void fq2_inv(struct fq2 *out, const struct fq2 *a);
EPID_FN MUST_USE bool fq2_is_zero(const struct fq2 *a);
EPID_FN MUST_USE bool fq2_equal(const struct fq2 *a, const struct fq2 *b);
EPID_FN void fq2_select(struct fq2 *out, const struct fq2 *a, const struct fq2 *b, unsigned flag);

#endif
