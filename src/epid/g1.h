/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G1: the curve y^2 = x^3 + 3 over Fq, of prime order p, generator (1, 2). The group is written additively.
 *
 * Points are computed on in homogeneous coordinates (X : Y : Z), x = X/Z, y = Y/Z, identity (0 : 1 : 0), with the complete formulas of Renes,
 * Costello and Batina (eprint 2015/1060, algorithms 7 to 9 for a = 0): as the order is odd they hold for all pairs of points, so that there
 * is no exceptional case to meet, equal points and the identity included. Y is never 0.
 *
 * Affine points are what is read, written and kept in tables; their identity is x = y = 0, as in Intel's files.
 */
#ifndef EPID_G1_H
#define EPID_G1_H

#include "epid/fq.h"
#include "epid/fr.h"

#define G1_LEN 64

struct g1 {
	struct fq x, y, z;
};

struct g1_affine {
	struct fq x, y;
};

extern const struct g1 g1_identity;
extern const struct g1_affine g1_generator;

/* g1_read: 64 bytes x || y; all zero is the identity. false, and out untouched, if a coordinate is not below q or the point is off the curve. */
EPID_FN MUST_USE bool g1_read(struct g1_affine *out, const uint8_t in[G1_LEN]);
EPID_FN void g1_write(uint8_t out[G1_LEN], const struct g1_affine *a);
/* g1_from_x: a point with this x, either root; false, out untouched, if there is none. */
EPID_FN MUST_USE bool g1_from_x(struct g1_affine *out, const struct fq *x);
EPID_FN MUST_USE bool g1_affine_is_identity(const struct g1_affine *a);

EPID_FN void g1_from_affine(struct g1 *out, const struct g1_affine *a);
EPID_FN void g1_to_affine(struct g1_affine *out, const struct g1 *a);
/* g1_to_affine_batch: n points (at most G1_BATCH_MAX) with one inversion. */
#define G1_BATCH_MAX 64
EPID_FN void g1_to_affine_batch(struct g1_affine *out, const struct g1 *in, size_t n);

EPID_FN void g1_double(struct g1 *out, const struct g1 *a);
EPID_FN void g1_add(struct g1 *out, const struct g1 *a, const struct g1 *b);
EPID_FN void g1_add_affine(struct g1 *out, const struct g1 *a, const struct g1_affine *b);
EPID_FN void g1_neg(struct g1 *out, const struct g1 *a);
EPID_FN MUST_USE bool g1_is_identity(const struct g1 *a);
EPID_FN MUST_USE bool g1_equal(const struct g1 *a, const struct g1 *b);
/* g1_equal_affine: without an inversion. */
EPID_FN MUST_USE bool g1_equal_affine(const struct g1 *a, const struct g1_affine *b);
EPID_FN void g1_select(struct g1 *out, const struct g1 *a, const struct g1 *b, unsigned flag);

#endif
