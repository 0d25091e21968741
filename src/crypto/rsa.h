/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA-3072 with exponent 3, as SIGSTRUCT uses it: PKCS#1 v1.5, SHA-256. Host only (src/crypto/openssl_rsa.c).
 * Numbers are 384 bytes little-endian, as in SIGSTRUCT.
 */
#ifndef CRYPTO_RSA_H
#define CRYPTO_RSA_H

#include "core/compiler.h"

#define RSA3072_LEN 384

struct rsa3072_key; /* a private key; owns an EVP_PKEY */

/* rsa3072_key_new: a fresh key with e = 3. Takes about a second. The caller frees with rsa3072_key_free (NULL is fine). */
MUST_USE jurat_rc rsa3072_key_new(struct rsa3072_key **out, struct jurat_diag *d);

/* rsa3072_key_from_pem: reads a PKCS#8 or PKCS#1 PEM without a passphrase. JURAT_E_FORMAT unless 3072 bits and e = 3. */
MUST_USE jurat_rc rsa3072_key_from_pem(struct rsa3072_key **out, const char *pem, size_t len, struct jurat_diag *d);

/* rsa3072_key_to_pem: PKCS#8 PEM into a fresh NUL-terminated string; the caller wipes and frees it. */
MUST_USE jurat_rc rsa3072_key_to_pem(const struct rsa3072_key *key, char **out, size_t *out_len, struct jurat_diag *d);
void rsa3072_key_free(struct rsa3072_key *key);

/* rsa3072_modulus: 384 bytes little-endian. */
MUST_USE jurat_rc rsa3072_modulus(uint8_t out[RSA3072_LEN], const struct rsa3072_key *key);

/* rsa3072_sign: over a SHA-256 digest; signature little-endian. */
MUST_USE jurat_rc rsa3072_sign(
    uint8_t out[RSA3072_LEN], const struct rsa3072_key *key, const uint8_t digest[32], struct jurat_diag *d);

/* rsa3072_verify_vartime: strict padding. JURAT_E_CRYPTO if it does not verify. modulus and sig little-endian. */
MUST_USE jurat_rc rsa3072_verify_vartime(
    const uint8_t modulus[RSA3072_LEN], const uint8_t sig[RSA3072_LEN], const uint8_t digest[32]);

/*
 * rsa3072_quotients: Q1 = floor(S^2/N), Q2 = floor((S^3 - Q1*S*N)/N), little-endian (SDM vol. 3D, SIGSTRUCT).
 * JURAT_E_FORMAT if S >= N or N is even.
 */
MUST_USE jurat_rc rsa3072_quotients(uint8_t out_q1[RSA3072_LEN], uint8_t out_q2[RSA3072_LEN], const uint8_t modulus[RSA3072_LEN],
    const uint8_t sig[RSA3072_LEN]);

#endif
