/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fq6 = Fq2[v]/(v^3 - xi), Fq12 = Fq6[w]/(w^2 - v), so that w^6 = xi = 2 + i. Rules as in fq.h.
 *
 * An element of Fq12 is c0 + c1 w with c0, c1 in Fq6; c0 holds the coefficients of w^0, w^2, w^4, c1 those of w^1, w^3, w^5: the order of
 * Intel's GtElemStr.
 */
#ifndef EPID_FQ12_H
#define EPID_FQ12_H

#include "epid/fq2.h"

#define FQ12_LEN 384

struct fq6 {
	struct fq2 c[3];
};

struct fq12 {
	struct fq6 c0, c1;
};

EPID_FN void fq6_add(struct fq6 *out, const struct fq6 *a, const struct fq6 *b);
EPID_FN void fq6_sub(struct fq6 *out, const struct fq6 *a, const struct fq6 *b);
EPID_FN void fq6_neg(struct fq6 *out, const struct fq6 *a);
EPID_FN void fq6_mul(struct fq6 *out, const struct fq6 *a, const struct fq6 *b);
EPID_FN void fq6_sqr(struct fq6 *out, const struct fq6 *a);
/* fq6_mul_v: times v. */
EPID_FN void fq6_mul_v(struct fq6 *out, const struct fq6 *a);
EPID_FN void fq6_inv(struct fq6 *out, const struct fq6 *a);

extern const struct fq12 fq12_one;

EPID_FN MUST_USE bool fq12_read(struct fq12 *out, const uint8_t in[FQ12_LEN]);
EPID_FN void fq12_write(uint8_t out[FQ12_LEN], const struct fq12 *a);
EPID_FN MUST_USE bool fq12_equal(const struct fq12 *a, const struct fq12 *b);
EPID_FN void fq12_mul(struct fq12 *out, const struct fq12 *a, const struct fq12 *b);
EPID_FN void fq12_sqr(struct fq12 *out, const struct fq12 *a);
/* fq12_mul_line: a * (1 + l1 w + l3 w^3). */
EPID_FN void fq12_mul_line(struct fq12 *out, const struct fq12 *a, const struct fq2 *l1, const struct fq2 *l3);
EPID_FN void fq12_inv(struct fq12 *out, const struct fq12 *a);
/* fq12_conj: a^(q^6), which is 1/a for elements of GT. */
EPID_FN void fq12_conj(struct fq12 *out, const struct fq12 *a);
/* fq12_frobenius: a^(q^e), e = 1, 2 or 3. */
EPID_FN void fq12_frobenius(struct fq12 *out, const struct fq12 *a, unsigned e);

/* The rest holds for elements of GT, and more generally of norm 1 over Fq6 and over Fq4 (what the easy part of the final exponentiation gives). */
EPID_FN void gt_sqr(struct fq12 *out, const struct fq12 *a);

#endif
