/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exponentiations in G1 of a fixed base by a table of its multiples: a comb, the portable set's layout of struct g1_comb.
 * Constant time in points and scalars unless the name ends in _vartime.
 */
#ifndef EPID_COMB_H
#define EPID_COMB_H

#include "epid/g1.h"

/* point[i][j] = (j + 1) 2^(5i) P: signed digits of five bits, 26 of them for half scalars below 2^127.1 and the last carry; lambda P has the same x times
 * beta3. */
#define COMB_BITS 5
#define COMB_WINDOWS 26
#define COMB_POINTS 16
struct comb_points {
	struct g1_affine point[COMB_WINDOWS][COMB_POINTS];
};

/*
 * Of g1, a constant: point[w][j] = (j + 1) 2^(20 w) g1, every fourth window. The digits between them are added in passes, 5 doublings apart: some time
 * for 20 KB of every library.
 */
#define GENERATOR_PASSES 4
#define GENERATOR_WINDOWS ((COMB_WINDOWS + GENERATOR_PASSES - 1) / GENERATOR_PASSES)
struct generator_points {
	struct g1_affine point[GENERATOR_WINDOWS][COMB_POINTS];
};

EPID_FN void comb_init(struct comb_points *out, const struct g1_affine *p);
/* comb_add: acc += k * P. */
EPID_FN void comb_add(struct g1 *acc, const struct comb_points *comb, const struct fr *k);
EPID_FN void comb_add_vartime(struct g1 *acc, const struct comb_points *comb, const struct fr *k);
/* comb_of_generator_vartime: out = k * g1. */
EPID_FN void comb_of_generator_vartime(struct g1 *out, const struct fr *k);

#endif
