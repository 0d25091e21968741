/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/g1.h"

#include "core/ct.h"
#include "epid/constants.h"
#include "epid/decide.h"

EPID_FN bool
g1_read(struct g1_affine *out, const uint8_t in[G1_LEN])
{
	struct g1_affine t;
	struct fq l, r;

	if (!fq_read(&t.x, in) || !fq_read(&t.y, in + FQ_LEN))
		return false;
	fq_sqr(&l, &t.y);
	fq_sqr(&r, &t.x);
	fq_mul(&r, &r, &t.x);
	fq_add(&r, &r, &fq_three);
	if (!epid_decide(or_both(fq_equal(&l, &r), ct_is_zero(in, G1_LEN))))
		return false;
	*out = t;
	wipe(&t, sizeof t); /* it may be a member's A */
	return true;
}

EPID_FN void
g1_write(uint8_t out[G1_LEN], const struct g1_affine *a)
{
	fq_write(out, &a->x);
	fq_write(out + FQ_LEN, &a->y);
}

EPID_FN bool
g1_from_x(struct g1_affine *out, const struct fq *x)
{
	struct fq r, y;

	fq_sqr(&r, x);
	fq_mul(&r, &r, x);
	fq_add(&r, &r, &fq_three);
	if (!epid_decide(fq_sqrt(&y, &r)))
		return false;
	out->x = *x;
	out->y = y;
	return true;
}

EPID_FN bool
g1_affine_is_identity(const struct g1_affine *a)
{
	return and_both(fq_is_zero(&a->x), fq_is_zero(&a->y));
}

EPID_FN void
g1_from_affine(struct g1 *out, const struct g1_affine *a)
{
	const struct g1 t = { a->x, a->y, fq_one };

	g1_select(out, &g1_identity, &t, g1_affine_is_identity(a));
}

/* The identity's Z is 0, whose inverse is 0 here, which gives x = y = 0 as it should be. */
EPID_FN void
g1_to_affine(struct g1_affine *out, const struct g1 *a)
{
	struct fq z;

	fq_inv(&z, &a->z);
	fq_mul(&out->x, &a->x, &z);
	fq_mul(&out->y, &a->y, &z);
}

EPID_FN void
g1_to_affine_batch(struct g1_affine *out, const struct g1 *in, size_t n)
{
	struct fq z[G1_BATCH_MAX], scratch[G1_BATCH_MAX];

	for (size_t i = 0; i < n; i++)
		z[i] = in[i].z;
	fq_inv_batch(z, scratch, n);
	for (size_t i = 0; i < n; i++) {
		fq_mul(&out[i].x, &in[i].x, &z[i]);
		fq_mul(&out[i].y, &in[i].y, &z[i]);
	}
	wipe(z, n * sizeof z[0]); /* Z tells of the scalar that made the point */
	wipe(scratch, n * sizeof scratch[0]);
}

/*
 * The end of addition, 3 b = 9, from the products
 *   xx = X1 X2, yy = Y1 Y2, zz = Z1 Z2, xy = X1 Y2 + X2 Y1, yz = Y1 Z2 + Y2 Z1, xz = X1 Z2 + X2 Z1:
 *   X3 = xy (yy - 9 zz) - yz (9 xz), Y3 = (yy + 9 zz)(yy - 9 zz) + (3 xx)(9 xz), Z3 = yz (yy + 9 zz) + xy (3 xx).
 */
static void
add_finish(struct g1 *out, struct fq *xx, const struct fq *yy, struct fq *zz, const struct fq *xy, const struct fq *yz, struct fq *xz)
{
	struct fq plus, minus;

	fq_times(zz, zz, 9);
	fq_times(xz, xz, 9);
	fq_times(xx, xx, 3);
	fq_add(&plus, yy, zz);
	fq_sub(&minus, yy, zz);
	fq_mul_sub_mul(&out->x, xy, &minus, yz, xz);
	fq_mul_add_mul(&out->y, &plus, &minus, xx, xz);
	fq_mul_add_mul(&out->z, yz, &plus, xy, xx);
}

EPID_FN void
g1_add(struct g1 *out, const struct g1 *a, const struct g1 *b)
{
	struct fq xx, yy, zz, xy, yz, xz;

	fq_mul(&xx, &a->x, &b->x);
	fq_mul(&yy, &a->y, &b->y);
	fq_mul(&zz, &a->z, &b->z);
	fq_mul_add_mul(&xy, &a->x, &b->y, &a->y, &b->x);
	fq_mul_add_mul(&yz, &a->y, &b->z, &a->z, &b->y);
	fq_mul_add_mul(&xz, &a->x, &b->z, &a->z, &b->x);
	add_finish(out, &xx, &yy, &zz, &xy, &yz, &xz);
}

/* Z2 = 1; the affine identity has no such coordinates: then the answer is a, chosen without a branch. */
EPID_FN void
g1_add_affine(struct g1 *out, const struct g1 *a, const struct g1_affine *b)
{
	struct fq xx, yy, zz = a->z, xy, yz, xz;
	const struct g1 keep = *a;
	unsigned nothing = g1_affine_is_identity(b);

	fq_mul(&xx, &a->x, &b->x);
	fq_mul(&yy, &a->y, &b->y);
	fq_mul_add_mul(&xy, &a->x, &b->y, &a->y, &b->x);
	fq_mul(&yz, &b->y, &a->z);
	fq_add(&yz, &yz, &a->y);
	fq_mul(&xz, &b->x, &a->z);
	fq_add(&xz, &xz, &a->x);
	add_finish(out, &xx, &yy, &zz, &xy, &yz, &xz);
	g1_select(out, &keep, out, nothing);
}

/* X3 = 2 XY (Y^2 - 27 Z^2), Y3 = (Y^2 - 27 Z^2)(Y^2 + 9 Z^2) + 72 Y^2 Z^2, Z3 = 8 Y^3 Z. */
EPID_FN void
g1_double(struct g1 *out, const struct g1 *a)
{
	struct fq yy, yy8, yz, zz, zz9, xy, t;

	fq_sqr(&yy, &a->y);
	fq_mul(&yz, &a->y, &a->z);
	fq_sqr(&zz, &a->z);
	fq_mul(&xy, &a->x, &a->y);
	fq_times(&zz9, &zz, 9);
	fq_times(&yy8, &yy, 8);
	fq_times(&t, &zz, 27);
	fq_sub(&t, &yy, &t);
	fq_add(&xy, &xy, &xy);
	fq_add(&yy, &yy, &zz9);
	fq_mul(&out->x, &t, &xy);
	fq_mul_add_mul(&out->y, &t, &yy, &yy8, &zz9);
	fq_mul(&out->z, &yz, &yy8);
}

EPID_FN void
g1_neg(struct g1 *out, const struct g1 *a)
{
	out->x = a->x;
	fq_neg(&out->y, &a->y);
	out->z = a->z;
}

EPID_FN bool
g1_is_identity(const struct g1 *a)
{
	return fq_is_zero(&a->z);
}

/* Cross products. Y is never 0, so that the identity equals itself alone: its X and Z are 0. */
EPID_FN bool
g1_equal(const struct g1 *a, const struct g1 *b)
{
	struct fq l, r, s, t, u, v;

	fq_mul(&l, &a->x, &b->y);
	fq_mul(&r, &b->x, &a->y);
	fq_mul(&s, &a->z, &b->y);
	fq_mul(&t, &b->z, &a->y);
	fq_mul(&u, &a->x, &b->z);
	fq_mul(&v, &b->x, &a->z);
	return and_both(fq_equal(&l, &r), and_both(fq_equal(&s, &t), fq_equal(&u, &v)));
}

EPID_FN bool
g1_equal_affine(const struct g1 *a, const struct g1_affine *b)
{
	struct g1 t;

	g1_from_affine(&t, b);
	return g1_equal(a, &t);
}

EPID_FN void
g1_select(struct g1 *out, const struct g1 *a, const struct g1 *b, unsigned flag)
{
	fq_select(&out->x, &a->x, &b->x, flag);
	fq_select(&out->y, &a->y, &b->y, flag);
	fq_select(&out->z, &a->z, &b->z, flag);
}
