/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cryptography: one contract, two back ends. src/crypto/openssl.c serves the host (OpenSSL 3, EVP only), src/crypto/bearssl.c
 * serves enclaves (BearSSL, freestanding, no CPUID, no system call). tests/unit/test_crypto.c holds both against published
 * vectors and against each other.
 *
 * Byte order: everything here is big-endian, as FIPS 186-4 and SEC 1 write it. SGX's little-endian forms are turned in
 * src/exchange and src/sgx, with bytes_reverse.
 *
 * Secrets have their own types (struct aes128_key, struct p256_private …); whoever holds one wipes it with wipe().
 * Functions return JURAT_E_CRYPTO when a check fails and JURAT_E_INTERNAL when the library under them does.
 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "core/compiler.h"

#define SHA256_LEN 32
#define SHA384_LEN 48
#define SHA512_LEN 64
#define SHA512_256_LEN 32
#define CMAC_LEN 16
#define GCM_TAG_LEN 16
#define GCM_IV_LEN 12

struct aes128_key {
	uint8_t b[16];
};

struct aes256_key {
	uint8_t b[32];
};

/* ---- hashes. Contexts are plain memory: copying one forks the hash; sha256_clear wipes. Constant time. ---- */
struct sha256 {
	_Alignas(16) uint8_t opaque[128];
};

void sha256_init(struct sha256 *h);
void sha256_update(struct sha256 *h, const void *p, size_t n);
/* sha256_final: writes the digest and wipes h. */
void sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN]);
void sha256_once(uint8_t out[SHA256_LEN], const void *p, size_t n);
/* sha512_once2: SHA-512 over a then b (b may be NULL with b_len 0). */
void sha512_once2(uint8_t out[SHA512_LEN], const void *a, size_t a_len, const void *b, size_t b_len);

/*
 * The 64-bit family of FIPS 180-4 as a stream: SHA-384, SHA-512 and SHA-512/256 differ in where they begin and in how much of the end counts.
 * sha512_final writes all 64 bytes and wipes h: the digest is the first SHA384_LEN, SHA512_LEN or SHA512_256_LEN of them.
 */
struct sha512 {
	_Alignas(16) uint8_t opaque[256];
};

void sha384_init(struct sha512 *h);
void sha512_init(struct sha512 *h);
void sha512_256_init(struct sha512 *h);
void sha512_update(struct sha512 *h, const void *p, size_t n);
void sha512_final(struct sha512 *h, uint8_t out[SHA512_LEN]);

/* ---- AES ---- */
/* cmac_aes128: NIST SP 800-38B over one message. Constant time. */
MUST_USE jurat_rc cmac_aes128(uint8_t out[CMAC_LEN], const struct aes128_key *key, const void *msg, size_t len);

/*
 * gcm_seal, gcm_open: AES-128-GCM, 12-byte IV, 16-byte tag. in and out may be the same buffer, else they do not overlap.
 * The caller guarantees that an IV never repeats under a key. gcm_open returns JURAT_E_CRYPTO and zeroes out if the tag is
 * wrong. len and aad_len up to 2^31. The 256-bit pair is the same with a longer key, for data at rest.
 */
MUST_USE jurat_rc gcm_seal(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct aes128_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len);
MUST_USE jurat_rc gcm_open(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct aes128_key *key,
    const uint8_t iv[GCM_IV_LEN], const void *aad, size_t aad_len, const uint8_t *in, size_t len);
MUST_USE jurat_rc gcm256_seal(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct aes256_key *key,
    const uint8_t iv[GCM_IV_LEN], const void *aad, size_t aad_len, const uint8_t *in, size_t len);
MUST_USE jurat_rc gcm256_open(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct aes256_key *key,
    const uint8_t iv[GCM_IV_LEN], const void *aad, size_t aad_len, const uint8_t *in, size_t len);

/* ---- NIST P-256 ---- */
struct p256_private {
	uint8_t d[32]; /* big-endian, 1 .. n-1 */
};

struct p256_public {
	uint8_t x[32], y[32]; /* big-endian; p256_check says whether it is a point */
};

struct p256_signature {
	uint8_t r[32], s[32]; /* big-endian */
};

/* p256_from_seed: a private key from 48 uniform bytes, d = 1 + (seed mod (n-1)) (FIPS 186-4 B.4.1). Constant time. */
MUST_USE jurat_rc p256_from_seed(struct p256_private *out, const uint8_t seed[48]);

/* p256_public_of: d*G. JURAT_E_CRYPTO if d is 0 or not below n. Constant time in d. */
MUST_USE jurat_rc p256_public_of(struct p256_public *out, const struct p256_private *key);

/* p256_check: JURAT_E_CRYPTO unless coordinates are below p and the point lies on the curve. */
MUST_USE jurat_rc p256_check(const struct p256_public *pub);

/* p256_ecdh: x coordinate of d*peer, after p256_check(peer). Constant time in d. The caller wipes out_x. */
MUST_USE jurat_rc p256_ecdh(uint8_t out_x[32], const struct p256_private *key, const struct p256_public *peer);

/*
 * ecdsa_sign: ECDSA over a SHA-256 digest. The in-enclave back end is deterministic (RFC 6979), OpenSSL's is random; both
 * verify alike. ecdsa_verify_vartime: JURAT_E_CRYPTO unless r, s in 1 .. n-1 and the signature is right; the high s is accepted
 * (ECDSA is malleable: never use a signature as an identifier).
 */
MUST_USE jurat_rc ecdsa_sign(struct p256_signature *out, const struct p256_private *key, const uint8_t digest[SHA256_LEN]);
MUST_USE jurat_rc ecdsa_verify_vartime(
    const struct p256_signature *sig, const struct p256_public *pub, const uint8_t digest[SHA256_LEN]);

/* ---- randomness ---- */
/* crypto_random: n bytes from the operating system (host), or RDRAND mixed with a processor seed (enclave). n <= 256. */
MUST_USE jurat_rc crypto_random(void *out, size_t n);

#endif
