/* SPDX-License-Identifier: Apache-2.0 */
/* What both back ends need of P-256's scalars and neither library offers in constant time. Only src/crypto includes this. */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include "crypto/crypto.h"

/* p256_scalar_ok: whether 32 big-endian bytes are in 1 .. n-1. Constant time. */
MUST_USE bool p256_scalar_ok(const uint8_t d[32]);

#endif
