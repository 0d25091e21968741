/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many ECDSA P-256 verifications by one thread (host only): what OpenSSL needs for each of them is made once. The curve alone costs a sixth of a
 * verification to set up, and a key object as much again. One context belongs to one thread at a time; it keeps nothing of a check.
 */
#ifndef CRYPTO_ECDSA_H
#define CRYPTO_ECDSA_H

#include "crypto/crypto.h"

struct ecdsa;

/* ecdsa_new: NULL without memory. ecdsa_free(NULL) is fine. */
struct ecdsa *ecdsa_new(void);
void ecdsa_free(struct ecdsa *e);

/* ecdsa_check_vartime: as ecdsa_verify_vartime, whose contract in crypto.h is this one's. JURAT_E_INTERNAL if OpenSSL fails, e.g. without memory. */
MUST_USE jurat_rc ecdsa_check_vartime(struct ecdsa *e, const struct p256_signature *sig, const struct p256_public *pub,
    const uint8_t digest[SHA256_LEN]);

#endif
