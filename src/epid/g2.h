/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G2: the subgroup of order p of the twist y^2 = x^3 + 3/xi over Fq2 (cofactor 2q - p). Homogeneous coordinates and complete formulas as in g1.h: the
 * order of the whole twist is odd too, so that they hold for all its points.
 */
#ifndef EPID_G2_H
#define EPID_G2_H

#include "epid/fq2.h"
#include "epid/fr.h"

#define G2_LEN 128

struct g2 {
	struct fq2 x, y, z;
};

struct g2_affine {
	struct fq2 x, y;
};

extern const struct g2 g2_identity;
extern const struct g2_affine g2_generator;

/* g2_read: x0 || x1 || y0 || y1; all zero is the identity. false, and out untouched, for a coordinate not below q or a point off the twist. The
 * subgroup is not checked: g2_in_subgroup_vartime. */
EPID_FN MUST_USE bool g2_read(struct g2_affine *out, const uint8_t in[G2_LEN]);
EPID_FN void g2_write(uint8_t out[G2_LEN], const struct g2_affine *a);
EPID_FN MUST_USE bool g2_affine_is_identity(const struct g2_affine *a);
/* g2_in_subgroup_vartime: whether a, a point of the twist, has order p (or is the identity). a is public. */
EPID_FN MUST_USE bool g2_in_subgroup_vartime(const struct g2_affine *a);

EPID_FN void g2_from_affine(struct g2 *out, const struct g2_affine *a);
EPID_FN void g2_to_affine(struct g2_affine *out, const struct g2 *a);
EPID_FN void g2_double(struct g2 *out, const struct g2 *a);
EPID_FN void g2_add(struct g2 *out, const struct g2 *a, const struct g2 *b);
EPID_FN void g2_neg(struct g2 *out, const struct g2 *a);
EPID_FN MUST_USE bool g2_is_identity(const struct g2 *a);
EPID_FN MUST_USE bool g2_equal(const struct g2 *a, const struct g2 *b);
/* g2_mul: k * a, constant time in both: the issuer's w = gamma * g2. */
EPID_FN void g2_mul(struct g2 *out, const struct g2_affine *a, const struct fr *k);

#endif
