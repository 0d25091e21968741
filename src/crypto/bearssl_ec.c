/* SPDX-License-Identifier: Apache-2.0 */
/* The enclaves' back end: NIST P-256 by BearSSL's constant-time m31 code; ECDSA with RFC 6979 nonces. */
#include <string.h>

#include <bearssl.h>

#include "core/ct.h"
#include "crypto/p256.h"

#define POINT_LEN 65 /* SEC 1: 04 || x || y */

static void
point_octets(uint8_t out[POINT_LEN], const struct p256_public *pub)
{
	out[0] = 4;
	memcpy(out + 1, pub->x, 32);
	memcpy(out + 33, pub->y, 32);
}

jurat_rc
p256_public_of(struct p256_public *out, const struct p256_private *key)
{
	uint8_t point[POINT_LEN];

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	if (br_ec_p256_m31.mulgen(point, key->d, sizeof key->d, BR_EC_secp256r1) != POINT_LEN)
		return JURAT_E_INTERNAL;
	memcpy(out->x, point + 1, 32);
	memcpy(out->y, point + 33, 32);
	return JURAT_OK;
}

/* p256_check: BearSSL checks range and curve equation when it decodes a factor; times 1 is its cheapest multiplication. */
jurat_rc
p256_check(const struct p256_public *pub)
{
	static const uint8_t one[1] = { 1 };
	uint8_t point[POINT_LEN];

	point_octets(point, pub);
	return br_ec_p256_m31.mul(point, sizeof point, one, sizeof one, BR_EC_secp256r1) == 1 ? JURAT_OK : JURAT_E_CRYPTO;
}

jurat_rc
p256_ecdh(uint8_t out_x[32], const struct p256_private *key, const struct p256_public *peer)
{
	uint8_t point[POINT_LEN];
	jurat_rc rc = JURAT_E_CRYPTO;

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	point_octets(point, peer);
	if (br_ec_p256_m31.mul(point, sizeof point, key->d, sizeof key->d, BR_EC_secp256r1) == 1) {
		memcpy(out_x, point + 1, 32);
		rc = JURAT_OK;
	}
	wipe(point, sizeof point);
	return rc;
}

/* nonce_source: RFC 6979 §3.2 a-g: HMAC_DRBG with SHA-256 over the key and the digest modulo n. */
static void
nonce_source(br_hmac_drbg_context *drbg, const struct p256_private *key, const uint8_t digest[SHA256_LEN])
{
	uint8_t seed[64];

	memcpy(seed, key->d, 32);
	memcpy(seed + 32, digest, 32);
	p256_scalar_reduce(seed + 32);
	br_hmac_drbg_init(drbg, &br_sha256_vtable, seed, sizeof seed);
	wipe(seed, sizeof seed);
}

/* try_nonce: false if this k does not serve (RFC 6979 §3.2 h.3; ECDSA's r or s is 0): then the next one is tried. */
static bool
try_nonce(struct p256_signature *sig, const uint8_t k[32], const struct p256_private *key, const uint8_t digest[SHA256_LEN])
{
	uint8_t point[POINT_LEN];
	bool usable = p256_scalar_ok(k) && br_ec_p256_m31.mulgen(point, k, 32, BR_EC_secp256r1) == POINT_LEN;

	if (!usable)
		return false;
	memcpy(sig->r, point + 1, 32);
	p256_scalar_reduce(sig->r);
	p256_sign_scalar(sig->s, k, sig->r, digest, key);
	return p256_scalar_ok(sig->r) && p256_scalar_ok(sig->s);
}

/*
 * ecdsa_sign: not br_ecdsa_i31_sign_raw: that one reads the nonce into a number whose length in words is the nonce's own, so that the
 * count of instructions tells whether its upper 8 bits are zero (br_ecdsa_i31_bits2int, br_i31_rshift). Who steps an enclave
 * instruction by instruction sees that, and a few thousand signatures then give the key. `make ct` found it.
 */
jurat_rc
ecdsa_sign(struct p256_signature *out, const struct p256_private *key, const uint8_t digest[SHA256_LEN])
{
	br_hmac_drbg_context drbg;
	struct p256_signature sig;
	uint8_t k[32];

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	nonce_source(&drbg, key, digest);
	do
		br_hmac_drbg_generate(&drbg, k, sizeof k); /* one that does not serve comes once in 2^32 */
	while (!try_nonce(&sig, k, key, digest));
	*out = sig;
	wipe(k, sizeof k);
	wipe(&drbg, sizeof drbg);
	return JURAT_OK;
}

jurat_rc
ecdsa_verify_vartime(const struct p256_signature *sig, const struct p256_public *pub, const uint8_t digest[SHA256_LEN])
{
	uint8_t point[POINT_LEN], raw[64];
	br_ec_public_key pk = { BR_EC_secp256r1, point, sizeof point };

	if (!p256_scalar_ok(sig->r) || !p256_scalar_ok(sig->s))
		return JURAT_E_CRYPTO;
	point_octets(point, pub);
	memcpy(raw, sig->r, 32);
	memcpy(raw + 32, sig->s, 32);
	if (br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, digest, SHA256_LEN, &pk, raw, sizeof raw) != 1)
		return JURAT_E_CRYPTO;
	return JURAT_OK;
}
