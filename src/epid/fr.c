/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/fr.h"

#include "core/ct.h"
#include "epid/constants.h"
#include "epid/decide.h"
#include "epid/inverse.h"
#include "epid/limbs.h"

/* p */
static const struct modulus fr_modulus = {
	.m = { 0xF62D536CD10B500D, 0x0CDC65FB1299921A, 0x46E5F25EEE71A49E, 0xFFFFFFFFFFFCF0CD },
	.c = { 0x09D2AC932EF4AFF3, 0xF3239A04ED666DE5, 0xB91A0DA1118E5B61, 0x0000000000030F32 },
	.n0 = 0x09826627C9C6813B,
};

bool
fr_read(struct fr *out, const uint8_t in[FR_LEN])
{
	struct fr t;
	bool below = epid_decide(limbs_read(t.v, in, &fr_modulus));

	if (below)
		fr_mul(out, &t, &fr_r2);
	wipe(&t, sizeof t);
	return below;
}

void
fr_write(uint8_t out[FR_LEN], const struct fr *a)
{
	uint64_t t[4];

	fr_limbs(t, a);
	limbs_write(out, t);
	wipe(t, sizeof t);
}

/* As fq_reduce. */
void
fr_reduce(struct fr *out, const uint8_t *in, size_t len)
{
	struct fr r = FR_ZERO, d = FR_ZERO;

	for (size_t i = 0; i < len; i += 8) {
		d.v[0] = 0;
		for (size_t j = 0; j < 8; j++)
			d.v[0] = d.v[0] << 8 | in[i + j];
		fr_mul(&r, &r, &fr_two64);
		fr_add(&r, &r, &d);
	}
	fr_mul(out, &r, &fr_r2);
	wipe(&d, sizeof d);
	wipe(&r, sizeof r);
}

/*
 * modulo p - 1, which is even, so that Montgomery does not help: with n = h * 2^256 + l and 2^256 = c' mod (p - 1), c' = c + 1 < 2^210, fold
 * h * c' + l; h has 128 bits, so the first fold leaves 2^338 + 2^256, i.e. a high part below 2^83, the second below 2^256 + 2^293 - hence three
 * folds (83 + 210 - 256 = 37 bits, then 247 bits: no more than one carry), a last conditional one for that carry, and one subtraction.
 */
void
fr_from_seed(struct fr *out, const uint8_t seed[FR_SEED_LEN])
{
	const uint64_t c[4] = { fr_modulus.c[0] + 1, fr_modulus.c[1], fr_modulus.c[2], fr_modulus.c[3] };
	struct modulus less = fr_modulus;
	uint64_t n[8] = { 0 }, t[8], carry;
	struct fr r;

	less.m[0] -= 1;
	less.c[0] += 1;
	for (size_t i = 0; i < FR_SEED_LEN; i++)
		n[i / 8] |= (uint64_t)seed[FR_SEED_LEN - 1 - i] << (8 * (i % 8));
	for (int fold = 0; fold < 4; fold++) {
		limbs_mul_wide(t, n + 4, c);
		carry = 0;
		for (int i = 0; i < 4; i++)
			n[i] = adc(n[i], t[i], &carry);
		for (int i = 4; i < 8; i++)
			n[i] = adc(0, t[i], &carry);
	}
	limbs_once(r.v, n, 0, &less);
	fr_mul(&r, &r, &fr_r2);
	fr_add(out, &r, &fr_one);
	wipe(n, sizeof n);
	wipe(t, sizeof t);
	wipe(&r, sizeof r);
}

void
fr_order(uint8_t out[FR_LEN])
{
	limbs_write(out, fr_modulus.m);
}

void
fr_add(struct fr *out, const struct fr *a, const struct fr *b)
{
	limbs_add(out->v, a->v, b->v, &fr_modulus);
}

void
fr_sub(struct fr *out, const struct fr *a, const struct fr *b)
{
	limbs_sub(out->v, a->v, b->v, &fr_modulus);
}

void
fr_neg(struct fr *out, const struct fr *a)
{
	const struct fr zero = FR_ZERO;

	limbs_sub(out->v, zero.v, a->v, &fr_modulus);
}

void
fr_mul(struct fr *out, const struct fr *a, const struct fr *b)
{
	limbs_mul(out->v, a->v, b->v, &fr_modulus);
}

static const struct inverse_modulus fr_inverse_modulus = {
	.m = { 0x362D536CD10B500D, 0x337197EC4A66486B, 0x2E5F25EEE71A49E0, 0x3FFFFFFFFF3C3351, 0x00000000000000FF },
	.inverse62 = 0x367D99D836397EC5,
};

/* As fq_inv. */
void
fr_inv(struct fr *out, const struct fr *a)
{
	struct fr t;

	inverse(t.v, a->v, &fr_inverse_modulus);
	fr_mul(out, &t, &fr_r3);
	wipe(&t, sizeof t);
}

bool
fr_is_zero(const struct fr *a)
{
	const struct fr zero = FR_ZERO;

	return limbs_equal(a->v, zero.v);
}

bool
fr_equal(const struct fr *a, const struct fr *b)
{
	return limbs_equal(a->v, b->v);
}

void
fr_limbs(uint64_t out[4], const struct fr *a)
{
	const uint64_t one[4] = { 1, 0, 0, 0 };

	limbs_mul(out, a->v, one, &fr_modulus);
}

/*
 * The lattice of (i, j) with i + j lambda = 0 mod p has the basis (A, B), (-B, C) with
 *   A = 6u^2 + 2u, B = -(2u + 1), C = 6u^2 + 4u + 1, all positive, A < 2^128, B < 2^64, C < 2^128, and p = AC + B^2.
 * Babai: y1 = round(k C / p), y2 = round(k B / p), k0 = k - A y1 - B y2, k1 = C y2 - B y1.
 * The quotients are taken as round(k G / 2^320), G = round(2^320 C/p): off by at most 1/2 + 2^-64, so |k0|, |k1| <= (1/2 + 2^-64)(A + B) < 2^127.1.
 */
static const uint64_t split_a[2] = { 0x0bf5eeee7c669004, 0xfffffffffffe7867 };
static const uint64_t split_b = 0xd105eb8061615001;
static const uint64_t split_c[2] = { 0x3af0036e1b054003, 0xfffffffffffe7866 };

/* out = (k g + 2^319) / 2^320, which is below 2^128: k and g are below 2^256 and 2^193. */
static void
round_quotient(uint64_t out[2], const uint64_t k[4], const uint64_t g[4])
{
	uint64_t t[8] = { 0 }, carry;

	t[4] = (uint64_t)1 << 63;
	for (int i = 0; i < 4; i++) {
		carry = 0;
		for (int j = 0; j < 4; j++)
			t[i + j] = mac(t[i + j], g[i], k[j], &carry);
		for (int j = i + 4; j < 8; j++)
			t[j] = mac(t[j], 0, 0, &carry);
	}
	out[0] = t[5];
	out[1] = t[6];
	wipe(t, sizeof t);
}

/* acc -= a * b modulo 2^192, a of two limbs and b of two. */
static void
less_product(uint64_t acc[3], const uint64_t a[2], const uint64_t b[2])
{
	uint64_t t[3], carry = 0, borrow = 0;

	t[0] = mac(0, a[0], b[0], &carry);
	t[1] = mac(0, a[1], b[0], &carry);
	t[2] = carry;
	carry = 0;
	t[1] = mac(t[1], a[0], b[1], &carry);
	t[2] += a[1] * b[1] + carry;
	for (int i = 0; i < 3; i++)
		acc[i] = sbb(acc[i], t[i], &borrow);
	wipe(t, sizeof t);
}

/* From two's complement of 192 bits to sign and 128-bit absolute value. */
static void
absolute(uint64_t out[2], unsigned *out_negative, const uint64_t a[3])
{
	uint64_t mask = 0 - (a[2] >> 63), carry = mask & 1;

	out[0] = adc(a[0] ^ mask, 0, &carry);
	out[1] = adc(a[1] ^ mask, 0, &carry);
	*out_negative = (unsigned)(mask & 1);
}

void
fr_split(struct fr_halves *out, const struct fr *a)
{
	static const uint64_t gc[4] = { 0xca13df5cee129701, 0xf40a1113da9e04d4, 0x0000000000018798, 0x0000000000000001 },
	    gb[4] = { 0x859835ddce889a09, 0xd105eb806163cf7b, 0x0000000000000000, 0x0000000000000000 };
	const uint64_t b[2] = { split_b, 0 };
	uint64_t k[4], y1[2], y2[2], k0[3], k1[3] = { 0, 0, 0 };

	fr_limbs(k, a);
	round_quotient(y1, k, gc);
	round_quotient(y2, k, gb);
	for (int i = 0; i < 3; i++)
		k0[i] = k[i];
	less_product(k0, split_a, y1);
	less_product(k0, b, y2);
	less_product(k1, split_c, y2); /* -k1 + 0: the sign is turned below */
	for (int i = 0; i < 3; i++)
		k1[i] = ~k1[i];
	for (uint64_t carry = 1, i = 0; i < 3; i++)
		k1[i] = adc(k1[i], 0, &carry);
	less_product(k1, b, y1);
	absolute(out->k[0], &out->negative[0], k0);
	absolute(out->k[1], &out->negative[1], k1);
	wipe(k, sizeof k);
	wipe(y1, sizeof y1);
	wipe(y2, sizeof y2);
	wipe(k0, sizeof k0);
	wipe(k1, sizeof k1);
}
