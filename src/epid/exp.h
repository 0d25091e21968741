/* SPDX-License-Identifier: Apache-2.0 */
/* Exponentiations in G1 of any bases: the endomorphism lambda (x, y) = (beta3 x, y) halves the scalars. Constant time in points and scalars unless _vartime. */
#ifndef EPID_EXP_H
#define EPID_EXP_H

#include "epid/g1.h"

/* out[i] = the sum over b of k[i * n + b] * p[b], for i below num: sums over the same n (at most G1_BASES_MAX) bases. */
#define G1_BASES_MAX 8
EPID_FN void g1_multi_exps(struct g1 *out, const struct g1_affine *p, size_t n, const struct fr *k, size_t num);
EPID_FN void g1_multi_exps_vartime(struct g1 *out, const struct g1_affine *p, size_t n, const struct fr *k, size_t num);

#endif
