/* SPDX-License-Identifier: Apache-2.0 */
/* What both back ends need of P-256's scalars and neither library offers in constant time. Only src/crypto includes this. */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include "crypto/crypto.h"

/* p256_scalar_reduce: 32 big-endian bytes modulo n, in place. Constant time. */
void p256_scalar_reduce(uint8_t v[32]);

/*
 * p256_sign_scalar: the second half of an ECDSA signature, s = k^-1 (z + r d) mod n. k, r and d in 1 .. n-1, z the digest's 32 bytes.
 * s may be 0 (with probability 2^-256), which the caller refuses. Constant time in k, d and z.
 */
void p256_sign_scalar(
    uint8_t out_s[32], const uint8_t k[32], const uint8_t r[32], const uint8_t z[32], const struct p256_private *d);

/*
 * p256_verify_scalars_vartime: what a verifier multiplies with, out_u1 = z/s and out_u2 = r/s mod n, for r and s in 1 .. n-1 and z the digest's 32
 * bytes (FIPS 186-4, 6.4; SEC 1, 4.1.4). Time depends on s: for signatures, which are public, alone.
 */
void p256_verify_scalars_vartime(
    uint8_t out_u1[32], uint8_t out_u2[32], const uint8_t r[32], const uint8_t s[32], const uint8_t z[32]);

/* p256_scalar_ok: whether 32 big-endian bytes are in 1 .. n-1. Constant time. */
MUST_USE bool p256_scalar_ok(const uint8_t d[32]);

#endif
