/* SPDX-License-Identifier: Apache-2.0 */
/* The host's back end: NIST P-256, all but verification (openssl_ecdsa.c). */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "core/ct.h"
#include "crypto/p256.h"

#define POINT_LEN 65 /* SEC 1: 04 || x || y */
#define DER_SIGNATURE_MAX_LEN 80

static void
point_octets(uint8_t out[POINT_LEN], const struct p256_public *pub)
{
	out[0] = 4;
	memcpy(out + 1, pub->x, 32);
	memcpy(out + 33, pub->y, 32);
}

/* public_key: NULL if the coordinates are no point; OpenSSL checks both range and equation when it decodes. */
static EVP_PKEY *
public_key(const struct p256_public *pub)
{
	static char group[] = "prime256v1";
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t point[POINT_LEN];
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
		OSSL_PARAM_construct_end(),
	};

	ERR_set_mark(); /* a refused point leaves nothing in the error queue, where SSL_get_error would find it */
	point_octets(point, pub);
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	ERR_pop_to_mark();
	return key;
}

/* private_params: a BIGNUM in OSSL_PARAM form needs native byte order; the builder sees to it and keeps secrets in secure memory. */
static OSSL_PARAM *
private_params(const struct p256_private *secret)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *d = BN_secure_new();
	OSSL_PARAM *params = NULL;

	if (bld != NULL && d != NULL && BN_bin2bn(secret->d, 32, d) != NULL) {
		BN_set_flags(d, BN_FLG_CONSTTIME);
		if (OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
		    OSSL_PARAM_BLD_push_BN_pad(bld, OSSL_PKEY_PARAM_PRIV_KEY, d, 32) == 1)
			params = OSSL_PARAM_BLD_to_param(bld);
	}
	OSSL_PARAM_BLD_free(bld);
	BN_clear_free(d);
	return params;
}

static EVP_PKEY *
private_key(const struct p256_private *secret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = private_params(secret);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* ---- points ---- */

static bool
multiply_base(uint8_t out[POINT_LEN], const EC_GROUP *group, const BIGNUM *d, EC_POINT *r)
{
	return EC_POINT_mul(group, r, d, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(group, r, POINT_CONVERSION_UNCOMPRESSED, out, POINT_LEN, NULL) == POINT_LEN;
}

jurat_rc
p256_public_of(struct p256_public *out, const struct p256_private *key)
{
	EC_GROUP *group;
	EC_POINT *r = NULL;
	BIGNUM *d;
	uint8_t octets[POINT_LEN];
	jurat_rc rc = JURAT_E_INTERNAL;

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	d = BN_secure_new();
	if (group != NULL && d != NULL && BN_bin2bn(key->d, 32, d) != NULL && (r = EC_POINT_new(group)) != NULL) {
		BN_set_flags(d, BN_FLG_CONSTTIME);
		if (multiply_base(octets, group, d, r))
			rc = JURAT_OK;
	}
	if (rc == JURAT_OK) {
		memcpy(out->x, octets + 1, 32);
		memcpy(out->y, octets + 33, 32);
	}
	EC_POINT_clear_free(r);
	BN_clear_free(d);
	EC_GROUP_free(group);
	return rc;
}

jurat_rc
p256_check(const struct p256_public *pub)
{
	EVP_PKEY *key = public_key(pub);

	if (key == NULL)
		return JURAT_E_CRYPTO;
	EVP_PKEY_free(key);
	return JURAT_OK;
}

static bool
derive(uint8_t out_x[32], EVP_PKEY *own, EVP_PKEY *peer)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	size_t len = 32;
	bool ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
	    EVP_PKEY_derive(ctx, out_x, &len) == 1 && len == 32;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

jurat_rc
p256_ecdh(uint8_t out_x[32], const struct p256_private *key, const struct p256_public *peer)
{
	EVP_PKEY *own, *other;
	uint8_t x[32];
	jurat_rc rc = JURAT_E_CRYPTO;

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	own = private_key(key);
	other = public_key(peer);
	if (own == NULL)
		rc = JURAT_E_INTERNAL;
	else if (other != NULL && derive(x, own, other))
		rc = JURAT_OK;
	if (rc == JURAT_OK)
		memcpy(out_x, x, 32);
	wipe(x, sizeof x);
	EVP_PKEY_free(own);
	EVP_PKEY_free(other);
	return rc;
}

/* ---- signatures ---- */

static bool
signature_from_der(struct p256_signature *out, const uint8_t *der, size_t len)
{
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
	bool ok = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out->r, 32) == 32 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), out->s, 32) == 32;

	ECDSA_SIG_free(sig);
	return ok;
}

jurat_rc
ecdsa_sign(struct p256_signature *out, const struct p256_private *key, const uint8_t digest[SHA256_LEN])
{
	struct p256_signature made;
	uint8_t der[DER_SIGNATURE_MAX_LEN];
	size_t der_len = sizeof der;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *pkey;
	bool ok;

	if (!p256_scalar_ok(key->d))
		return JURAT_E_CRYPTO;
	pkey = private_key(key);
	ctx = pkey != NULL ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
	ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &der_len, digest, SHA256_LEN) == 1 &&
	    signature_from_der(&made, der, der_len);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	if (!ok)
		return JURAT_E_INTERNAL;
	*out = made;
	return JURAT_OK;
}
