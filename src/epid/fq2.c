/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/fq2.h"

#include "epid/wide.h"

EPID_FN bool
fq2_read(struct fq2 *out, const uint8_t in[FQ2_LEN])
{
	struct fq2 t;

	if (!fq_read(&t.c0, in) || !fq_read(&t.c1, in + FQ_LEN))
		return false;
	*out = t;
	return true;
}

EPID_FN void
fq2_write(uint8_t out[FQ2_LEN], const struct fq2 *a)
{
	fq_write(out, &a->c0);
	fq_write(out + FQ_LEN, &a->c1);
}

EPID_FN void
fq2_add(struct fq2 *out, const struct fq2 *a, const struct fq2 *b)
{
	fq_add(&out->c0, &a->c0, &b->c0);
	fq_add(&out->c1, &a->c1, &b->c1);
}

EPID_FN void
fq2_sub(struct fq2 *out, const struct fq2 *a, const struct fq2 *b)
{
	fq_sub(&out->c0, &a->c0, &b->c0);
	fq_sub(&out->c1, &a->c1, &b->c1);
}

EPID_FN void
fq2_neg(struct fq2 *out, const struct fq2 *a)
{
	fq_neg(&out->c0, &a->c0);
	fq_neg(&out->c1, &a->c1);
}

EPID_FN void
fq2_conj(struct fq2 *out, const struct fq2 *a)
{
	out->c0 = a->c0;
	fq_neg(&out->c1, &a->c1);
}

/* Four products: Karatsuba's three with their additions take as long. */
EPID_FN void
wide2_mul(struct wide2 *out, const struct fq2 *a, const struct fq2 *b)
{
	struct wide t;

	wide_mul(&out->c0, &a->c0, &b->c0);
	wide_mul(&t, &a->c1, &b->c1);
	wide_sub(&out->c0, &out->c0, &t);
	wide_mul(&out->c1, &a->c0, &b->c1);
	wide_mul(&t, &a->c1, &b->c0);
	wide_add(&out->c1, &out->c1, &t);
}

EPID_FN void
wide2_mul_xi(struct wide2 *out, const struct wide2 *a)
{
	struct wide c0 = a->c0, twice;

	wide_add(&twice, &a->c0, &a->c0);
	wide_sub(&out->c0, &twice, &a->c1);
	wide_add(&twice, &a->c1, &a->c1);
	wide_add(&out->c1, &c0, &twice);
}

EPID_FN void
wide2_reduce(struct fq2 *out, const struct wide2 *a)
{
	wide_reduce(&out->c0, &a->c0);
	wide_reduce(&out->c1, &a->c1);
}

EPID_FN void
fq2_mul(struct fq2 *out, const struct fq2 *a, const struct fq2 *b)
{
	struct wide2 t;

	wide2_mul(&t, a, b);
	wide2_reduce(out, &t);
}

EPID_FN void
fq2_mul_fq(struct fq2 *out, const struct fq2 *a, const struct fq *b)
{
	fq_mul(&out->c0, &a->c0, b);
	fq_mul(&out->c1, &a->c1, b);
}

/* (2 + i)(c0 + c1 i) = 2 c0 - c1 + (c0 + 2 c1) i. */
EPID_FN void
fq2_mul_xi(struct fq2 *out, const struct fq2 *a)
{
	struct fq2 twice;
	struct fq c0 = a->c0;

	fq2_add(&twice, a, a);
	fq_sub(&out->c0, &twice.c0, &a->c1);
	fq_add(&out->c1, &twice.c1, &c0);
}

/* (c0 + c1)(c0 - c1) + 2 c0 c1 i. */
EPID_FN void
fq2_sqr(struct fq2 *out, const struct fq2 *a)
{
	struct fq s, d, p;

	fq_add(&s, &a->c0, &a->c1);
	fq_sub(&d, &a->c0, &a->c1);
	fq_mul(&p, &a->c0, &a->c1);
	fq_mul(&out->c0, &s, &d);
	fq_add(&out->c1, &p, &p);
}

EPID_FN void
fq2_inv(struct fq2 *out, const struct fq2 *a)
{
	struct fq n, t;

	fq_sqr(&n, &a->c0);
	fq_sqr(&t, &a->c1);
	fq_add(&n, &n, &t);
	fq_inv(&n, &n);
	fq2_conj(out, a);
	fq2_mul_fq(out, out, &n);
}

EPID_FN bool
fq2_is_zero(const struct fq2 *a)
{
	return and_both(fq_is_zero(&a->c0), fq_is_zero(&a->c1));
}

EPID_FN bool
fq2_equal(const struct fq2 *a, const struct fq2 *b)
{
	return and_both(fq_equal(&a->c0, &b->c0), fq_equal(&a->c1, &b->c1));
}

EPID_FN void
fq2_select(struct fq2 *out, const struct fq2 *a, const struct fq2 *b, unsigned flag)
{
	fq_select(&out->c0, &a->c0, &b->c0, flag);
	fq_select(&out->c1, &a->c1, &b->c1, flag);
}
