/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/fq12.h"

#include "epid/constants.h"
#include "epid/wide.h"

/* Bounds in this file are wide.h's units, for inputs that are reduced. */
struct wide6 {
	struct wide2 c[3];
};

EPID_FN void
fq6_add(struct fq6 *out, const struct fq6 *a, const struct fq6 *b)
{
	for (int i = 0; i < 3; i++)
		fq2_add(&out->c[i], &a->c[i], &b->c[i]);
}

EPID_FN void
fq6_sub(struct fq6 *out, const struct fq6 *a, const struct fq6 *b)
{
	for (int i = 0; i < 3; i++)
		fq2_sub(&out->c[i], &a->c[i], &b->c[i]);
}

EPID_FN void
fq6_neg(struct fq6 *out, const struct fq6 *a)
{
	for (int i = 0; i < 3; i++)
		fq2_neg(&out->c[i], &a->c[i]);
}

/* (a_i + a_j)(b_i + b_j) - v_i - v_j = a_i b_j + a_j b_i modulo q; as the sums are reduced the number itself is only known to be in (-4, 3). */
static void
wide6_cross(struct wide2 *out, const struct fq6 *a, const struct fq6 *b, int i, int j, const struct wide2 v[3])
{
	struct fq2 s, t;

	fq2_add(&s, &a->c[i], &a->c[j]);
	fq2_add(&t, &b->c[i], &b->c[j]);
	wide2_mul(out, &s, &t);
	wide2_sub(out, out, &v[i]);
	wide2_sub(out, out, &v[j]);
}

/* Karatsuba: six multiplications in Fq2. v^3 = xi. Below 2 + 3 * 4 = 14, 4 + 3 * 2 = 10 and 4 + 2 = 6. */
static void
wide6_mul(struct wide6 *out, const struct fq6 *a, const struct fq6 *b)
{
	struct wide2 v[3], t;

	for (int i = 0; i < 3; i++)
		wide2_mul(&v[i], &a->c[i], &b->c[i]);
	wide6_cross(&t, a, b, 1, 2, v);
	wide2_mul_xi(&t, &t);
	wide2_add(&out->c[0], &v[0], &t);
	wide6_cross(&out->c[1], a, b, 0, 1, v);
	wide2_mul_xi(&t, &v[2]);
	wide2_add(&out->c[1], &out->c[1], &t);
	wide6_cross(&out->c[2], a, b, 0, 2, v);
	wide2_add(&out->c[2], &out->c[2], &v[1]);
}

static void
wide6_add(struct wide6 *out, const struct wide6 *a, const struct wide6 *b)
{
	for (int i = 0; i < 3; i++)
		wide2_add(&out->c[i], &a->c[i], &b->c[i]);
}

static void
wide6_sub(struct wide6 *out, const struct wide6 *a, const struct wide6 *b)
{
	for (int i = 0; i < 3; i++)
		wide2_sub(&out->c[i], &a->c[i], &b->c[i]);
}

static void
wide6_mul_v(struct wide6 *out, const struct wide6 *a)
{
	struct wide2 top = a->c[2];

	out->c[2] = a->c[1];
	out->c[1] = a->c[0];
	wide2_mul_xi(&out->c[0], &top);
}

static void
wide6_reduce(struct fq6 *out, const struct wide6 *a)
{
	for (int i = 0; i < 3; i++)
		wide2_reduce(&out->c[i], &a->c[i]);
}

EPID_FN void
fq6_mul(struct fq6 *out, const struct fq6 *a, const struct fq6 *b)
{
	struct wide6 t;

	wide6_mul(&t, a, b);
	wide6_reduce(out, &t);
}

EPID_FN void
fq6_sqr(struct fq6 *out, const struct fq6 *a)
{
	fq6_mul(out, a, a);
}

EPID_FN void
fq6_mul_v(struct fq6 *out, const struct fq6 *a)
{
	struct fq2 top = a->c[2];

	out->c[2] = a->c[1];
	out->c[1] = a->c[0];
	fq2_mul_xi(&out->c[0], &top);
}

/* The adjoint over Fq2, divided by the norm: A = a0^2 - xi a1 a2, B = xi a2^2 - a0 a1, C = a1^2 - a0 a2, norm = a0 A + xi (a2 B + a1 C). */
EPID_FN void
fq6_inv(struct fq6 *out, const struct fq6 *a)
{
	struct fq2 sq[3], m01, m12, m02, n, t;
	struct fq6 adj;

	for (int i = 0; i < 3; i++)
		fq2_sqr(&sq[i], &a->c[i]);
	fq2_mul(&m01, &a->c[0], &a->c[1]);
	fq2_mul(&m12, &a->c[1], &a->c[2]);
	fq2_mul(&m02, &a->c[0], &a->c[2]);
	fq2_mul_xi(&t, &m12);
	fq2_sub(&adj.c[0], &sq[0], &t);
	fq2_mul_xi(&t, &sq[2]);
	fq2_sub(&adj.c[1], &t, &m01);
	fq2_sub(&adj.c[2], &sq[1], &m02);
	fq2_mul(&n, &a->c[2], &adj.c[1]);
	fq2_mul(&t, &a->c[1], &adj.c[2]);
	fq2_add(&n, &n, &t);
	fq2_mul_xi(&n, &n);
	fq2_mul(&t, &a->c[0], &adj.c[0]);
	fq2_add(&n, &n, &t);
	fq2_inv(&n, &n);
	for (int i = 0; i < 3; i++)
		fq2_mul(&out->c[i], &adj.c[i], &n);
}

EPID_FN bool
fq12_read(struct fq12 *out, const uint8_t in[FQ12_LEN])
{
	struct fq12 t;

	for (int i = 0; i < 3; i++)
		if (!fq2_read(&t.c0.c[i], in + i * FQ2_LEN) || !fq2_read(&t.c1.c[i], in + (i + 3) * FQ2_LEN))
			return false;
	*out = t;
	return true;
}

EPID_FN void
fq12_write(uint8_t out[FQ12_LEN], const struct fq12 *a)
{
	for (int i = 0; i < 3; i++) {
		fq2_write(out + i * FQ2_LEN, &a->c0.c[i]);
		fq2_write(out + (i + 3) * FQ2_LEN, &a->c1.c[i]);
	}
}

EPID_FN bool
fq12_equal(const struct fq12 *a, const struct fq12 *b)
{
	bool same = true;

	for (int i = 0; i < 3; i++)
		same = and_both(same, and_both(fq2_equal(&a->c0.c[i], &b->c0.c[i]), fq2_equal(&a->c1.c[i], &b->c1.c[i])));
	return same;
}

/* Karatsuba again: below 3 * 14 = 42 for c1, 14 + 3 * 6 = 32 for c0. */
EPID_FN void
fq12_mul(struct fq12 *out, const struct fq12 *a, const struct fq12 *b)
{
	struct wide6 v0, v1, cross;
	struct fq6 s, t;

	wide6_mul(&v0, &a->c0, &b->c0);
	wide6_mul(&v1, &a->c1, &b->c1);
	fq6_add(&s, &a->c0, &a->c1);
	fq6_add(&t, &b->c0, &b->c1);
	wide6_mul(&cross, &s, &t);
	wide6_sub(&cross, &cross, &v0);
	wide6_sub(&cross, &cross, &v1);
	wide6_mul_v(&v1, &v1);
	wide6_add(&v0, &v0, &v1);
	wide6_reduce(&out->c0, &v0);
	wide6_reduce(&out->c1, &cross);
}

/* Complex squaring: (c0 + c1)(c0 + v c1) - (1 + v) c0 c1 + 2 c0 c1 w. Below 14 + 14 + 3 * 6 = 46, and 28. */
EPID_FN void
fq12_sqr(struct fq12 *out, const struct fq12 *a)
{
	struct wide6 m, w;
	struct fq6 s, t;

	wide6_mul(&m, &a->c0, &a->c1);
	fq6_add(&s, &a->c0, &a->c1);
	fq6_mul_v(&t, &a->c1);
	fq6_add(&t, &t, &a->c0);
	wide6_mul(&w, &s, &t);
	wide6_sub(&w, &w, &m);
	wide6_reduce(&out->c1, &m);
	fq6_add(&out->c1, &out->c1, &out->c1);
	wide6_mul_v(&m, &m);
	wide6_sub(&w, &w, &m);
	wide6_reduce(&out->c0, &w);
}

/* out = a (l1 + l3 v), sum = l1 + l3: five multiplications in Fq2. Below 2 + 3 * 2 = 8, 4 and 4. */
static void
wide6_mul_line(struct wide6 *out, const struct fq6 *a, const struct fq2 *l1, const struct fq2 *l3, const struct fq2 *sum)
{
	struct wide2 v0, v1, t;
	struct fq2 s;

	wide2_mul(&v0, &a->c[0], l1);
	wide2_mul(&v1, &a->c[1], l3);
	fq2_add(&s, &a->c[0], &a->c[1]);
	wide2_mul(&out->c[1], &s, sum);
	wide2_sub(&out->c[1], &out->c[1], &v0);
	wide2_sub(&out->c[1], &out->c[1], &v1);
	wide2_mul(&t, &a->c[2], l3);
	wide2_mul_xi(&t, &t);
	wide2_add(&out->c[0], &v0, &t);
	wide2_mul(&t, &a->c[2], l1);
	wide2_add(&out->c[2], &v1, &t);
}

/* (c0 + c1 w)(1 + L w), L = l1 + l3 v: c0 + v L c1 + (c1 + L c0) w. */
EPID_FN void
fq12_mul_line(struct fq12 *out, const struct fq12 *a, const struct fq2 *l1, const struct fq2 *l3)
{
	struct wide6 s, t;
	struct fq6 r;
	struct fq2 sum;

	fq2_add(&sum, l1, l3);
	wide6_mul_line(&s, &a->c1, l1, l3, &sum);
	wide6_mul_line(&t, &a->c0, l1, l3, &sum);
	wide6_mul_v(&s, &s);
	wide6_reduce(&r, &s);
	fq6_add(&out->c0, &a->c0, &r);
	wide6_reduce(&r, &t);
	fq6_add(&out->c1, &a->c1, &r);
}

/* (c0 - c1 w)/(c0^2 - v c1^2) */
EPID_FN void
fq12_inv(struct fq12 *out, const struct fq12 *a)
{
	struct fq6 n, t;

	fq6_sqr(&n, &a->c0);
	fq6_sqr(&t, &a->c1);
	fq6_mul_v(&t, &t);
	fq6_sub(&n, &n, &t);
	fq6_inv(&n, &n);
	fq6_mul(&out->c0, &a->c0, &n);
	fq6_mul(&t, &a->c1, &n);
	fq6_neg(&out->c1, &t);
}

EPID_FN void
fq12_conj(struct fq12 *out, const struct fq12 *a)
{
	out->c0 = a->c0;
	fq6_neg(&out->c1, &a->c1);
}

/* The coefficient of w^k goes to its conjugate (for odd e) times xi^(k(q^e - 1)/6). */
EPID_FN void
fq12_frobenius(struct fq12 *out, const struct fq12 *a, unsigned e)
{
	const struct fq2 *gamma = e == 1 ? fq12_gamma1 : e == 2 ? fq12_gamma2 : fq12_gamma3;
	struct fq2 t;

	for (int i = 0; i < 6; i++) {
		const struct fq2 *from = i % 2 == 0 ? &a->c0.c[i / 2] : &a->c1.c[i / 2];
		struct fq2 *to = i % 2 == 0 ? &out->c0.c[i / 2] : &out->c1.c[i / 2];

		if (e % 2 == 1)
			fq2_conj(&t, from);
		else
			t = *from;
		fq2_mul(to, &t, &gamma[i]);
	}
}

/* (c0 + c1)(c0 - c1) + 2 c0 c1 i, in [0, 1) and [0, 2). */
static void
wide2_sqr(struct wide2 *out, const struct fq2 *a)
{
	struct fq s, d;

	fq_add(&s, &a->c0, &a->c1);
	fq_sub(&d, &a->c0, &a->c1);
	wide_mul(&out->c0, &s, &d);
	wide_mul(&out->c1, &a->c0, &a->c1);
	wide_add(&out->c1, &out->c1, &out->c1);
}

/* (x + y s)^2 = x^2 + xi y^2 + 2 x y s in Fq4 = Fq2[s]/(s^2 - xi), 2 x y = (x + y)^2 - x^2 - y^2. Below 2 + 3 * 2 = 8, and 4. */
static void
fq4_sqr(struct fq2 *out0, struct fq2 *out1, const struct fq2 *x, const struct fq2 *y)
{
	struct wide2 x2, y2, w;
	struct fq2 s;

	wide2_sqr(&x2, x);
	wide2_sqr(&y2, y);
	fq2_add(&s, x, y);
	wide2_sqr(&w, &s);
	wide2_sub(&w, &w, &x2);
	wide2_sub(&w, &w, &y2);
	wide2_reduce(out1, &w);
	wide2_mul_xi(&y2, &y2);
	wide2_add(&x2, &x2, &y2);
	wide2_reduce(out0, &x2);
}

/* 3 t - 2 a, or 3 t + 2 a. */
static void
thrice_less_twice(struct fq2 *out, const struct fq2 *t, const struct fq2 *a)
{
	struct fq2 d;

	fq2_sub(&d, t, a);
	fq2_add(&d, &d, &d);
	fq2_add(out, &d, t);
}

static void
thrice_and_twice(struct fq2 *out, const struct fq2 *t, const struct fq2 *a)
{
	struct fq2 d;

	fq2_add(&d, t, a);
	fq2_add(&d, &d, &d);
	fq2_add(out, &d, t);
}

/* Granger and Scott, eprint 2009/565: three squarings in Fq4, with s = w^3. The pairs are the coefficients of (w^0, w^3), (w^2, w^5), (w^4, w^1) . */
EPID_FN void
gt_sqr(struct fq12 *out, const struct fq12 *a)
{
	struct fq2 a0, a1, b0, b1, c0, c1;

	fq4_sqr(&a0, &a1, &a->c0.c[0], &a->c1.c[1]);
	fq4_sqr(&b0, &b1, &a->c1.c[0], &a->c0.c[2]);
	fq4_sqr(&c0, &c1, &a->c0.c[1], &a->c1.c[2]);
	fq2_mul_xi(&c1, &c1);
	thrice_less_twice(&out->c0.c[0], &a0, &a->c0.c[0]);
	thrice_less_twice(&out->c0.c[1], &b0, &a->c0.c[1]);
	thrice_less_twice(&out->c0.c[2], &c0, &a->c0.c[2]);
	thrice_and_twice(&out->c1.c[0], &c1, &a->c1.c[0]);
	thrice_and_twice(&out->c1.c[1], &a1, &a->c1.c[1]);
	thrice_and_twice(&out->c1.c[2], &b1, &a->c1.c[2]);
}
