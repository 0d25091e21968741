/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/p256.h"

#include <string.h>

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

void
p256_scalar_reduce(uint8_t v[32])
{
	uint64_t a[LIMBS], reduced[LIMBS], borrow;

	load(a, v);
	borrow = subtract(reduced, a, order); /* 2^256 < 2n: once is enough */
	ct_select(a, a, reduced, sizeof a, (unsigned)borrow);
	store(v, a);
	wipe(a, sizeof a);
	wipe(reduced, sizeof reduced);
}

/* ---- arithmetic modulo n for signatures: Montgomery form, R = 2^256 ---- */

#define ORDER_NEGATED_INVERSE 0xccd1c8aaee00bc4full /* -n^-1 mod 2^64 */

static const uint64_t r_squared[LIMBS] = {
	0x83244c95be79eea2ull,
	0x4699799c49bd6fa6ull,
	0x2845b2392b6bec59ull,
	0x66e12d94f3d95620ull,
};

/* multiply_add: *low = a*b + c + *carry, *carry its upper half. (2^64-1)^2 + 2(2^64-1) = 2^128 - 1: never too large. */
static void
multiply_add(uint64_t *low, uint64_t *carry, uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 v = (unsigned __int128)a * b + c + *carry;

	*low = (uint64_t)v;
	*carry = (uint64_t)(v >> 64);
}

/*
 * multiply: out = a*b/R mod n, the CIOS method. With a, b < n the running sum t stays below 2n at the end of each round, so it fits five
 * limbs and one subtraction brings it below n. out may be a or b.
 */
static void
multiply(uint64_t out[LIMBS], const uint64_t a[LIMBS], const uint64_t b[LIMBS])
{
	uint64_t t[LIMBS + 2] = { 0 }, reduced[LIMBS], borrow, unused;

	for (int i = 0; i < LIMBS; i++) {
		uint64_t carry = 0, m;

		for (int j = 0; j < LIMBS; j++)
			multiply_add(&t[j], &carry, a[j], b[i], t[j]);
		t[LIMBS] += carry;
		t[LIMBS + 1] = t[LIMBS] < carry;
		m = t[0] * ORDER_NEGATED_INVERSE;
		carry = 0;
		multiply_add(&unused, &carry, m, order[0], t[0]);
		for (int j = 1; j < LIMBS; j++)
			multiply_add(&t[j - 1], &carry, m, order[j], t[j]);
		t[LIMBS - 1] = t[LIMBS] + carry;
		t[LIMBS] = t[LIMBS + 1] + (t[LIMBS - 1] < carry);
	}
	borrow = subtract(reduced, t, order);
	ct_select(out, reduced, t, sizeof reduced, (unsigned)(t[LIMBS] | (borrow ^ 1)));
	wipe(t, sizeof t);
	wipe(reduced, sizeof reduced);
}

/* add: out = a + b mod n for a, b < n: a - (n - b), and n again where that borrowed. */
static void
add(uint64_t out[LIMBS], const uint64_t a[LIMBS], const uint64_t b[LIMBS])
{
	uint64_t t[LIMBS], wrapped[LIMBS], minus_b[LIMBS], borrow, negated_order[LIMBS];
	static const uint64_t zero[LIMBS] = { 0 };

	(void)subtract(minus_b, order, b); /* in 1 .. n: b = 0 gives n, and a - n wraps to a again below */
	borrow = subtract(t, a, minus_b);
	(void)subtract(negated_order, zero, order);
	(void)subtract(wrapped, t, negated_order); /* t + n modulo 2^256 */
	ct_select(out, wrapped, t, sizeof t, (unsigned)borrow);
	wipe(t, sizeof t);
	wipe(wrapped, sizeof wrapped);
	wipe(minus_b, sizeof minus_b);
}

/* invert: a^(n-2) by Fermat, in Montgomery form. The exponent is public, so its bits may branch. */
static void
invert(uint64_t out[LIMBS], const uint64_t a[LIMBS])
{
	uint64_t base[LIMBS], r[LIMBS];

	for (int i = 0; i < LIMBS; i++)
		base[i] = r[i] = a[i];
	for (int bit = 254; bit >= 0; bit--) { /* the top bit, 255, is r = a */
		uint64_t limb = order[bit / 64] - (bit < 64 ? 2 : 0);

		multiply(r, r, r);
		if (limb >> (bit & 63) & 1)
			multiply(r, r, base);
	}
	for (int i = 0; i < LIMBS; i++)
		out[i] = r[i];
	wipe(base, sizeof base);
	wipe(r, sizeof r);
}

void
p256_sign_scalar(uint8_t out_s[32], const uint8_t k[32], const uint8_t r[32], const uint8_t z[32], const struct p256_private *d)
{
	uint64_t a[LIMBS], b[LIMBS], e[LIMBS];
	uint8_t digest[32];

	memcpy(digest, z, sizeof digest);
	p256_scalar_reduce(digest);
	load(e, digest);
	load(a, r);
	load(b, d->d);
	multiply(a, a, r_squared); /* r R */
	multiply(a, a, b);         /* r d */
	add(e, e, a);
	load(b, k);
	multiply(b, b, r_squared); /* k R */
	invert(b, b);              /* k^-1 R */
	multiply(e, e, b);         /* (z + r d) k^-1 */
	store(out_s, e);
	wipe(a, sizeof a);
	wipe(b, sizeof b);
	wipe(e, sizeof e);
}

/* ---- verification: public numbers, time may depend on them ---- */

/*
 * halve_vartime: while a is even, a = a/2 and u = u/2 mod n, up to 63 bits at a time. u + m n is divisible by 2^t for m = -u/n mod 2^t, and
 * (u + m n) / 2^t < (n + (2^t - 1) n) / 2^t = n: no reduction. The sum fits five limbs. a is not 0.
 */
static void
halve_vartime(uint64_t a[LIMBS], uint64_t u[LIMBS])
{
	while ((a[0] & 1) == 0) {
		int t = a[0] != 0 ? __builtin_ctzll(a[0]) : 63;
		uint64_t m = (u[0] * ORDER_NEGATED_INVERSE) & (((uint64_t)1 << t) - 1), top = 0;

		for (int i = 0; i < LIMBS; i++)
			multiply_add(&u[i], &top, m, order[i], u[i]);
		for (int i = 0; i < LIMBS; i++) {
			a[i] = a[i] >> t | (i + 1 < LIMBS ? a[i + 1] << (64 - t) : 0);
			u[i] = u[i] >> t | (i + 1 < LIMBS ? u[i + 1] : top) << (64 - t);
		}
	}
}

static bool
is_one(const uint64_t a[LIMBS])
{
	return ((a[0] ^ 1) | a[1] | a[2] | a[3]) == 0;
}

/* below_vartime: a < b. */
static bool
below_vartime(const uint64_t a[LIMBS], const uint64_t b[LIMBS])
{
	int i = LIMBS - 1;

	while (i > 0 && a[i] == b[i])
		i--;
	return a[i] < b[i];
}

/* subtract_vartime: u = u - v mod n, both below n. */
static void
subtract_vartime(uint64_t u[LIMBS], const uint64_t v[LIMBS])
{
	uint64_t carry = 0;

	if (subtract(u, u, v) == 0)
		return;
	for (int i = 0; i < LIMBS; i++)
		multiply_add(&u[i], &carry, order[i], 1, u[i]); /* + n modulo 2^256 */
}

/*
 * invert_vartime: 1/s mod n for s in 1 .. n-1, by the binary Euclidean algorithm (Knuth, TAOCP vol. 2, 4.5.2 and its exercise 39). a = u s
 * and b = v s mod n hold throughout; a and b are odd and coprime, since n is prime, and a + b shrinks with every round.
 */
static void
invert_vartime(uint64_t out[LIMBS], const uint64_t s[LIMBS])
{
	uint64_t number[2][LIMBS], factor[2][LIMBS] = { { 1 }, { 0 } };
	int larger = 0;

	memcpy(number[0], s, sizeof number[0]);
	memcpy(number[1], order, sizeof number[1]);
	halve_vartime(number[0], factor[0]);
	while (!is_one(number[0]) && !is_one(number[1])) {
		larger = below_vartime(number[0], number[1]) ? 1 : 0;
		(void)subtract(number[larger], number[larger], number[1 - larger]);
		subtract_vartime(factor[larger], factor[1 - larger]);
		halve_vartime(number[larger], factor[larger]);
	}
	memcpy(out, is_one(number[0]) ? factor[0] : factor[1], sizeof factor[0]);
}

void
p256_verify_scalars_vartime(
    uint8_t out_u1[32], uint8_t out_u2[32], const uint8_t r[32], const uint8_t s[32], const uint8_t z[32])
{
	uint64_t w[LIMBS], v[LIMBS];
	uint8_t digest[32];

	load(v, s);
	invert_vartime(w, v);
	multiply(w, w, r_squared); /* w R */
	memcpy(digest, z, sizeof digest);
	p256_scalar_reduce(digest);
	load(v, digest);
	multiply(v, v, w);
	store(out_u1, v);
	load(v, r);
	multiply(v, v, w);
	store(out_u2, v);
}
