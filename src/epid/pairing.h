/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The optimal Ate pairing e: G1 x G2 -> GT, GT the subgroup of order p of Fq12, written multiplicatively.
 *
 * EPID only ever pairs with points of G2 that stay the same: g2 and the group's w. The lines of the Miller loop depend on the point of G2 alone,
 * so they are computed once. At the point (x, y) of G1 a line, divided by y (the final exponentiation sends Fq to 1), is
 *   1 - lambda (x/y) w + mu (1/y) w^3,   and x/y = X/Y, 1/y = Z/Y in homogeneous coordinates:
 * there is one inversion, of Y, which is never 0; for the identity all lines are 1 and so is the pairing.
 */
#ifndef EPID_PAIRING_H
#define EPID_PAIRING_H

#include "epid/fq12.h"
#include "epid/g1.h"
#include "epid/g2.h"

/* 65 doublings and 16 additions of the loop over 6|u| - 2, and the two steps with the Frobenius images. */
#define PAIRING_LINES 83

struct pairing_line {
	struct fq2 lambda, mu;
};

struct pairing_lines {
	struct pairing_line line[PAIRING_LINES];
};

/* pairing_lines_init_vartime: the lines of q, a public point of G2 other than the identity, in the subgroup. */
EPID_FN void pairing_lines_init_vartime(struct pairing_lines *out, const struct g2_affine *q);
/* pairing_generator_lines: those of g2, constants. */
extern const struct pairing_lines pairing_generator_lines;

/* pairing_miller: the product over i of f_{S,Q_i}(P_i), n at most 2. Constant time in the points of G1. */
EPID_FN void pairing_miller(struct fq12 *out, const struct g1 *p, const struct pairing_lines *const *lines, size_t n);
/* pairing_final: f^((q^12 - 1)/p), exactly: the value is hashed. */
EPID_FN void pairing_final(struct fq12 *out, const struct fq12 *f);
/* pairing_product: the product of e(P_i, Q_i). Constant time in the points of G1. */
EPID_FN void pairing_product(struct fq12 *out, const struct g1 *p, const struct pairing_lines *const *lines, size_t n);

#endif
