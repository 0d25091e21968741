/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars: integers modulo the prime order of G1, G2 and GT. Intel calls the order p (and the base field's prime q); papers do the opposite.
 * Here it is `fr` everywhere, and p only in formulas that quote Intel's.
 *
 *   p = 36u^4 + 36u^3 + 18u^2 + 6u + 1
 *
 * Kept as fq.h keeps its elements: Montgomery's form with 2^256, reduced, constant time unless the name ends in _vartime. Secrets are scalars:
 * whoever holds one wipes it.
 */
#ifndef EPID_FR_H
#define EPID_FR_H

#include "epid/build.h"

#define FR_LEN 32
#define FR_SEED_LEN 48

struct fr {
	uint64_t v[4];
};

#define FR_ZERO { { 0, 0, 0, 0 } }
extern const struct fr fr_one;

/* fr_read: from 32 bytes, big endian. false, and out untouched, if the number is not below p. */
MUST_USE bool fr_read(struct fr *out, const uint8_t in[FR_LEN]);
void fr_write(uint8_t out[FR_LEN], const struct fr *a);
/* fr_reduce: a big-endian number of len bytes (a multiple of 8, at most 64) modulo p: what a hash gives. */
void fr_reduce(struct fr *out, const uint8_t *in, size_t len);
/* fr_from_seed: (48 random bytes mod (p - 1)) + 1: never zero, and Intel's way from bytes to a scalar. */
void fr_from_seed(struct fr *out, const uint8_t seed[FR_SEED_LEN]);
/* fr_order: p itself, 32 bytes big endian: it is hashed. */
void fr_order(uint8_t out[FR_LEN]);

void fr_add(struct fr *out, const struct fr *a, const struct fr *b);
void fr_sub(struct fr *out, const struct fr *a, const struct fr *b);
void fr_neg(struct fr *out, const struct fr *a);
void fr_mul(struct fr *out, const struct fr *a, const struct fr *b);
/* fr_inv: 1/a; 0 for 0. */
void fr_inv(struct fr *out, const struct fr *a);

MUST_USE bool fr_is_zero(const struct fr *a);
MUST_USE bool fr_equal(const struct fr *a, const struct fr *b);

/* fr_limbs: the number itself, out of Montgomery's form, least significant limb first. */
void fr_limbs(uint64_t out[4], const struct fr *a);

/*
 * fr_split: a = k[0] + k[1] * lambda mod p, where lambda * (x, y) = (beta3 * x, y): the two half scalars of an exponentiation in G1. The
 * absolute values are below 2^128 (two limbs each), negative[i] is 0 or 1. Constant time.
 */
struct fr_halves {
	uint64_t k[2][2];
	unsigned negative[2];
};
void fr_split(struct fr_halves *out, const struct fr *a);

#endif
