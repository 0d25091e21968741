/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/fq.h"

#include "epid/constants.h"
#include "epid/decide.h"
#include "epid/inverse.h"
#include "epid/wide.h"

EPID_FN bool
fq_read(struct fq *out, const uint8_t in[FQ_LEN])
{
	struct fq t;

	if (!epid_decide(limbs_read(t.v, in, &fq_modulus)))
		return false;
	fq_mul(out, &t, &fq_r2);
	return true;
}

EPID_FN void
fq_write(uint8_t out[FQ_LEN], const struct fq *a)
{
	const struct fq number_one = { { 1, 0, 0, 0 } };
	struct fq t;

	fq_mul(&t, a, &number_one);
	limbs_write(out, t.v);
}

/* 64 bits at a time, the most significant first: r = r * 2^64 + d. A product with 2^64's Montgomery form is r * 2^64. */
EPID_FN void
fq_reduce(struct fq *out, const uint8_t *in, size_t len)
{
	struct fq r = FQ_ZERO;

	for (size_t i = 0; i < len; i += 8) {
		struct fq d = FQ_ZERO;

		for (size_t j = 0; j < 8; j++)
			d.v[0] = d.v[0] << 8 | in[i + j];
		fq_mul(&r, &r, &fq_two64);
		fq_add(&r, &r, &d);
	}
	fq_mul(out, &r, &fq_r2);
}

EPID_FN void
fq_add(struct fq *out, const struct fq *a, const struct fq *b)
{
	limbs_add(out->v, a->v, b->v, &fq_modulus);
}

EPID_FN void
fq_sub(struct fq *out, const struct fq *a, const struct fq *b)
{
	limbs_sub(out->v, a->v, b->v, &fq_modulus);
}

EPID_FN void
fq_neg(struct fq *out, const struct fq *a)
{
	const struct fq zero = FQ_ZERO;

	limbs_sub(out->v, zero.v, a->v, &fq_modulus);
}

/* k a = top * 2^256 + low = top * c + low modulo q with top < 2^32, so below 2^256 + 2^242 < 2q. */
EPID_FN void
fq_times(struct fq *out, const struct fq *a, unsigned k)
{
	uint64_t t[4], top = 0, carry = 0;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		t[i] = mac(0, a->v[i], k, &top);
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		t[i] = mac(t[i], top, fq_modulus.c[i], &carry);
	limbs_once(out->v, t, carry, &fq_modulus);
}

EPID_FN void
fq_mul(struct fq *out, const struct fq *a, const struct fq *b)
{
	limbs_mul(out->v, a->v, b->v, &fq_modulus);
}

EPID_FN void
fq_sqr(struct fq *out, const struct fq *a)
{
	limbs_mul(out->v, a->v, a->v, &fq_modulus);
}

EPID_FN void
fq_mul_add_mul(struct fq *out, const struct fq *a, const struct fq *b, const struct fq *c, const struct fq *d)
{
	struct wide s, t;

	wide_mul(&s, a, b);
	wide_mul(&t, c, d);
	wide_add(&s, &s, &t);
	wide_reduce_small(out, &s);
}

EPID_FN void
fq_mul_sub_mul(struct fq *out, const struct fq *a, const struct fq *b, const struct fq *c, const struct fq *d)
{
	struct wide s, t;

	wide_mul(&s, a, b);
	wide_mul(&t, c, d);
	wide_sub(&s, &s, &t);
	wide_reduce(out, &s);
}

/* a^e for a public exponent, by windows of four bits. */
static void
fq_pow(struct fq *out, const struct fq *a, const uint64_t e[4])
{
	struct fq table[16], r = fq_one;

	table[0] = fq_one;
	for (int i = 1; i < 16; i++)
		fq_mul(&table[i], &table[i - 1], a);
	for (int i = 63; i >= 0; i--) {
		unsigned digit = (unsigned)(e[i / 16] >> (4 * (i % 16))) & 15u;

		for (int j = 0; j < 4; j++)
			fq_sqr(&r, &r);
		if (digit != 0)
			fq_mul(&r, &r, &table[digit]);
	}
	*out = r;
}

static const struct inverse_modulus fq_inverse_modulus = {
	.m = { 0x13292DDBAED33013, 0x337197EC4A602A0B, 0x2E5F25EEE71A49F0, 0x3FFFFFFFFF3C3351, 0x00000000000000FF },
	.inverse62 = 0x129369B1FAC81A1B,
};

/* 1/(a 2^256) times 2^768/2^256. */
EPID_FN void
fq_inv(struct fq *out, const struct fq *a)
{
	struct fq t;

	inverse(t.v, a->v, &fq_inverse_modulus);
	fq_mul(out, &t, &fq_r3);
}

/* Montgomery's trick. A zero is left out of the products: one takes its place. */
EPID_FN void
fq_inv_batch(struct fq *in, struct fq *scratch, size_t n)
{
	const struct fq zero = FQ_ZERO;
	struct fq acc = fq_one, a;

	for (size_t i = 0; i < n; i++) {
		scratch[i] = acc;
		fq_select(&a, &fq_one, &in[i], fq_is_zero(&in[i]));
		fq_mul(&acc, &acc, &a);
	}
	fq_inv(&acc, &acc);
	for (size_t i = n; i-- > 0;) {
		unsigned is_zero = fq_is_zero(&in[i]);

		fq_select(&a, &fq_one, &in[i], is_zero);
		fq_mul(&in[i], &acc, &scratch[i]);
		fq_select(&in[i], &zero, &in[i], is_zero);
		fq_mul(&acc, &acc, &a);
	}
}

EPID_FN bool
fq_sqrt(struct fq *out, const struct fq *a)
{
	static const uint64_t e[4] = { 0xB4CA4B76EBB4CC05, 0xC337197EC4A602A0, 0x51B97C97BB9C6927, 0x3FFFFFFFFFFF3C33 };
	struct fq r, check;

	fq_pow(&r, a, e);
	fq_sqr(&check, &r);
	*out = r;
	return fq_equal(&check, a);
}

EPID_FN bool
fq_is_zero(const struct fq *a)
{
	const struct fq zero = FQ_ZERO;

	return limbs_equal(a->v, zero.v);
}

EPID_FN bool
fq_equal(const struct fq *a, const struct fq *b)
{
	return limbs_equal(a->v, b->v);
}

EPID_FN void
fq_select(struct fq *out, const struct fq *a, const struct fq *b, unsigned flag)
{
	limbs_select(out->v, a->v, b->v, flag);
}

EPID_FN unsigned
fq_montgomery_odd(const struct fq *a)
{
	return (unsigned)(a->v[0] & 1);
}
