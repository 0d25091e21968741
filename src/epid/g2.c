/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/g2.h"

#include "core/ct.h"
#include "epid/constants.h"

EPID_FN bool
g2_read(struct g2_affine *out, const uint8_t in[G2_LEN])
{
	struct g2_affine t;
	struct fq2 l, r;

	if (!fq2_read(&t.x, in) || !fq2_read(&t.y, in + FQ2_LEN))
		return false;
	fq2_sqr(&l, &t.y);
	fq2_sqr(&r, &t.x);
	fq2_mul(&r, &r, &t.x);
	fq2_add(&r, &r, &g2_b);
	if (!fq2_equal(&l, &r) && !ct_is_zero(in, G2_LEN))
		return false;
	*out = t;
	return true;
}

EPID_FN void
g2_write(uint8_t out[G2_LEN], const struct g2_affine *a)
{
	fq2_write(out, &a->x);
	fq2_write(out + FQ2_LEN, &a->y);
}

EPID_FN bool
g2_affine_is_identity(const struct g2_affine *a)
{
	return and_both(fq2_is_zero(&a->x), fq2_is_zero(&a->y));
}

EPID_FN void
g2_from_affine(struct g2 *out, const struct g2_affine *a)
{
	unsigned nothing = g2_affine_is_identity(a);

	fq2_select(&out->x, &g2_identity.x, &a->x, nothing);
	fq2_select(&out->y, &g2_identity.y, &a->y, nothing);
	fq2_select(&out->z, &g2_identity.z, &fq2_one, nothing);
}

EPID_FN void
g2_to_affine(struct g2_affine *out, const struct g2 *a)
{
	struct fq2 z;

	fq2_inv(&z, &a->z);
	fq2_mul(&out->x, &a->x, &z);
	fq2_mul(&out->y, &a->y, &z);
}

static void
g2_cross(struct fq2 *out, const struct fq2 *a, const struct fq2 *b, const struct fq2 *c, const struct fq2 *d, const struct fq2 *ac,
    const struct fq2 *bd)
{
	struct fq2 s, t;

	fq2_add(&s, a, b);
	fq2_add(&t, c, d);
	fq2_mul(&s, &s, &t);
	fq2_sub(&s, &s, ac);
	fq2_sub(out, &s, bd);
}

/* The formulas of g1.c with 3b = 9/xi in the place of 9. */
EPID_FN void
g2_add(struct g2 *out, const struct g2 *a, const struct g2 *b)
{
	struct fq2 xx, yy, zz, xy, yz, xz, plus, minus, t;

	fq2_mul(&xx, &a->x, &b->x);
	fq2_mul(&yy, &a->y, &b->y);
	fq2_mul(&zz, &a->z, &b->z);
	g2_cross(&xy, &a->x, &a->y, &b->x, &b->y, &xx, &yy);
	g2_cross(&yz, &a->y, &a->z, &b->y, &b->z, &yy, &zz);
	g2_cross(&xz, &a->x, &a->z, &b->x, &b->z, &xx, &zz);
	fq2_mul(&zz, &zz, &g2_3b);
	fq2_mul(&xz, &xz, &g2_3b);
	fq2_add(&t, &xx, &xx);
	fq2_add(&xx, &xx, &t);
	fq2_add(&plus, &yy, &zz);
	fq2_sub(&minus, &yy, &zz);
	fq2_mul(&out->x, &xy, &minus);
	fq2_mul(&t, &yz, &xz);
	fq2_sub(&out->x, &out->x, &t);
	fq2_mul(&out->y, &plus, &minus);
	fq2_mul(&t, &xx, &xz);
	fq2_add(&out->y, &out->y, &t);
	fq2_mul(&out->z, &yz, &plus);
	fq2_mul(&t, &xy, &xx);
	fq2_add(&out->z, &out->z, &t);
}

EPID_FN void
g2_double(struct g2 *out, const struct g2 *a)
{
	struct fq2 yy, y8, yz, zz, xy, t, s;

	fq2_sqr(&yy, &a->y);
	fq2_mul(&yz, &a->y, &a->z);
	fq2_sqr(&zz, &a->z);
	fq2_mul(&xy, &a->x, &a->y);
	fq2_mul(&zz, &zz, &g2_3b);
	fq2_add(&y8, &yy, &yy);
	fq2_add(&y8, &y8, &y8);
	fq2_add(&y8, &y8, &y8);
	fq2_mul(&out->z, &yz, &y8);
	fq2_add(&t, &zz, &zz);
	fq2_add(&t, &t, &zz);
	fq2_sub(&t, &yy, &t);
	fq2_add(&s, &yy, &zz);
	fq2_mul(&s, &s, &t);
	fq2_mul(&y8, &y8, &zz);
	fq2_add(&out->y, &s, &y8);
	fq2_mul(&t, &t, &xy);
	fq2_add(&out->x, &t, &t);
}

EPID_FN void
g2_neg(struct g2 *out, const struct g2 *a)
{
	out->x = a->x;
	fq2_neg(&out->y, &a->y);
	out->z = a->z;
}

EPID_FN bool
g2_is_identity(const struct g2 *a)
{
	return fq2_is_zero(&a->z);
}

EPID_FN bool
g2_equal(const struct g2 *a, const struct g2 *b)
{
	struct fq2 l, r, s, t, u, v;

	fq2_mul(&l, &a->x, &b->y);
	fq2_mul(&r, &b->x, &a->y);
	fq2_mul(&s, &a->z, &b->y);
	fq2_mul(&t, &b->z, &a->y);
	fq2_mul(&u, &a->x, &b->z);
	fq2_mul(&v, &b->x, &a->z);
	return and_both(fq2_equal(&l, &r), and_both(fq2_equal(&s, &t), fq2_equal(&u, &v)));
}

/* Double and always add, then keep one of the two: once in a group's life. */
EPID_FN void
g2_mul(struct g2 *out, const struct g2_affine *a, const struct fr *k)
{
	struct g2 base, r = g2_identity, sum;
	uint64_t n[4];

	fr_limbs(n, k);
	g2_from_affine(&base, a);
	for (int i = 255; i >= 0; i--) {
		unsigned bit = (unsigned)(n[i / 64] >> (i % 64)) & 1u;

		g2_double(&r, &r);
		g2_add(&sum, &r, &base);
		fq2_select(&r.x, &sum.x, &r.x, bit);
		fq2_select(&r.y, &sum.y, &r.y, bit);
		fq2_select(&r.z, &sum.z, &r.z, bit);
	}
	*out = r;
	wipe(n, sizeof n);
	wipe(&r, sizeof r);
	wipe(&sum, sizeof sum);
}

/* psi = untwist, Frobenius, twist: (conj(x) xi^((q-1)/3), conj(y) xi^((q-1)/2)). */
static void
psi(struct g2 *out, const struct g2 *a)
{
	struct fq2 t;

	fq2_conj(&t, &a->x);
	fq2_mul(&out->x, &t, &fq12_gamma1[2]);
	fq2_conj(&t, &a->y);
	fq2_mul(&out->y, &t, &fq12_gamma1[3]);
	fq2_conj(&out->z, &a->z);
}

/* u Q, u = -0x6882F5C030B0A801 in non-adjacent form below 2^63. */
static void
mul_u_vartime(struct g2 *out, const struct g2 *q)
{
	static const uint64_t plus = 0x88400004100A801, minus = 0x20010A4010500000;
	struct g2 r = *q, minus_q;

	g2_neg(&minus_q, q);
	for (int i = 62; i >= 0; i--) {
		g2_double(&r, &r);
		if ((plus | minus) >> i & 1)
			g2_add(&r, &r, plus >> i & 1 ? q : &minus_q);
	}
	g2_neg(out, &r);
}

/*
 * (u + 1) Q + psi(u Q) + psi^2(u Q) = psi^3(2 u Q) holds on the subgroup, where psi is multiplication by q mod p (Dai, Lin, Zhao and Zhou, eprint 2022/348).
 * Conversely: psi^2 - t psi + q = 0 on the twist makes the difference of the sides (a + b psi) Q with integers a, b, and a + b psi divides the integer
 * N = a^2 + a b t + b^2 q; so N Q = 0, and as Q's order divides p (2q - p) too, it divides gcd(N, p (2q - p)), which is p: tests/vectors/epid_math.py
 * computes it.
 */
EPID_FN bool
g2_in_subgroup_vartime(const struct g2_affine *a)
{
	struct g2 q, uq, left, image;

	g2_from_affine(&q, a);
	mul_u_vartime(&uq, &q);
	g2_add(&left, &q, &uq);
	psi(&image, &uq);
	g2_add(&left, &left, &image);
	psi(&image, &image);
	g2_add(&left, &left, &image);
	psi(&image, &image);
	g2_double(&image, &image);
	return g2_equal(&left, &image);
}
