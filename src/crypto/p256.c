/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/p256.h"

#include "core/ct.h"

#define LIMBS 4

/* The order of the group, least significant limb first (SEC 2, 2.4.2); its low limb is odd, so n-1 needs no borrow. */
static const uint64_t order[LIMBS] = {
	0xf3b9cac2fc632551ull,
	0xbce6faada7179e84ull,
	0xffffffffffffffffull,
	0xffffffff00000000ull,
};

/* subtract: out = a - b mod 2^256; the borrow (0 or 1). Every operand fits 64 bits, so the borrow is the top bit of the formula. */
static uint64_t
subtract(uint64_t out[LIMBS], const uint64_t a[LIMBS], const uint64_t b[LIMBS])
{
	uint64_t borrow = 0;

	for (int i = 0; i < LIMBS; i++) {
		uint64_t x = a[i], y = b[i], diff = x - y - borrow;

		borrow = ((~x & y) | ((~x | y) & diff)) >> 63;
		out[i] = diff;
	}
	return borrow;
}

static void
load(uint64_t out[LIMBS], const uint8_t in[32])
{
	for (int i = 0; i < LIMBS; i++) {
		uint64_t v = 0;

		for (int j = 0; j < 8; j++)
			v = v << 8 | in[(LIMBS - 1 - i) * 8 + j];
		out[i] = v;
	}
}

static void
store(uint8_t out[32], const uint64_t in[LIMBS])
{
	for (int i = 0; i < LIMBS; i++) {
		for (int j = 0; j < 8; j++)
			out[(LIMBS - 1 - i) * 8 + j] = (uint8_t)(in[i] >> (56 - 8 * j));
	}
}

bool
p256_scalar_ok(const uint8_t d[32])
{
	uint64_t v[LIMBS], unused[LIMBS], below;
	bool zero = ct_is_zero(d, 32);

	load(v, d);
	below = subtract(unused, v, order);
	wipe(v, sizeof v);
	wipe(unused, sizeof unused);
	return (bool)((unsigned)below & (zero ? 0u : 1u));
}

/*
 * double_and_reduce: r = (2r + bit) mod m. With r < m before, 2r + bit < 2m < 2^257: `carry` is the bit 2^256, and one subtraction
 * brings it below m. It is taken if the carry is set or nothing was borrowed.
 */
static void
double_and_reduce(uint64_t r[LIMBS], uint64_t bit, const uint64_t m[LIMBS])
{
	uint64_t carry = bit, reduced[LIMBS], take;

	for (int i = 0; i < LIMBS; i++) {
		uint64_t top = r[i] >> 63;

		r[i] = r[i] << 1 | carry;
		carry = top;
	}
	take = carry | (subtract(reduced, r, m) ^ 1);
	ct_select(r, reduced, r, sizeof reduced, (unsigned)take);
	wipe(reduced, sizeof reduced);
}

jurat_rc
p256_from_seed(struct p256_private *out, const uint8_t seed[48])
{
	static const uint64_t one_negated[LIMBS] = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };
	uint64_t m[LIMBS], r[LIMBS] = { 0 };

	for (int i = 0; i < LIMBS; i++)
		m[i] = order[i];
	m[0] -= 1;
	for (int i = 0; i < 48; i++) {
		for (int bit = 7; bit >= 0; bit--)
			double_and_reduce(r, (uint64_t)(seed[i] >> bit) & 1, m);
	}
	(void)subtract(r, r, one_negated); /* r + 1 <= n - 1: no overflow */
	store(out->d, r);
	wipe(r, sizeof r);
	return JURAT_OK;
}
