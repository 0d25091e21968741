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

jurat_rc
ecdsa_sign(struct p256_signature *out, const struct p256_private *key, const uint8_t digest[SHA256_LEN])
{
	uint8_t d[32], sig[64];
	br_ec_private_key sk = { BR_EC_secp256r1, d, sizeof d }; /* takes a pointer to non-const */
	size_t len;

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	memcpy(d, key->d, sizeof d);
	len = br_ecdsa_i31_sign_raw(&br_ec_p256_m31, &br_sha256_vtable, digest, &sk, sig);
	wipe(d, sizeof d);
	if (len != sizeof sig)
		return JURAT_E_INTERNAL;
	memcpy(out->r, sig, 32);
	memcpy(out->s, sig + 32, 32);
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
