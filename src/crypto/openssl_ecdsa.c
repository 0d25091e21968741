/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's back end: ECDSA verification. EVP would build a key object and parse DER for every signature, which takes a third of the
 * verification's own time; the point multiplication under it is the same.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "crypto/ecdsa.h"
#include "crypto/p256.h"

#define POINT_LEN 65 /* SEC 1: 04 || x || y */

struct ecdsa {
	EC_GROUP *group;
	EC_POINT *key, *sum;
	BIGNUM *u1, *u2, *x;
	BN_CTX *scratch;
};

struct ecdsa *
ecdsa_new(void)
{
	struct ecdsa *e = calloc(1, sizeof *e);

	if (e == NULL)
		return NULL;
	e->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	if (e->group != NULL) {
		e->key = EC_POINT_new(e->group);
		e->sum = EC_POINT_new(e->group);
	}
	e->u1 = BN_new();
	e->u2 = BN_new();
	e->x = BN_new();
	e->scratch = BN_CTX_new();
	if (e->key != NULL && e->sum != NULL && e->u1 != NULL && e->u2 != NULL && e->x != NULL && e->scratch != NULL)
		return e;
	ecdsa_free(e);
	return NULL;
}

void
ecdsa_free(struct ecdsa *e)
{
	if (e == NULL)
		return;
	BN_CTX_free(e->scratch);
	BN_free(e->x);
	BN_free(e->u2);
	BN_free(e->u1);
	EC_POINT_free(e->sum);
	EC_POINT_free(e->key);
	EC_GROUP_free(e->group);
	free(e);
}

/* load_key: the decoder refuses coordinates that are not below p, and points that are not on the curve. */
static bool
load_key(struct ecdsa *e, const struct p256_public *pub)
{
	uint8_t octets[POINT_LEN];

	octets[0] = 4;
	memcpy(octets + 1, pub->x, 32);
	memcpy(octets + 33, pub->y, 32);
	return EC_POINT_oct2point(e->group, e->key, octets, sizeof octets, e->scratch) == 1;
}

/* abscissa: of u1 G + u2 Q, modulo n; false if the sum has none, being the point at infinity. */
static jurat_rc
abscissa(struct ecdsa *e, uint8_t out[32], const uint8_t u1[32], const uint8_t u2[32])
{
	if (BN_bin2bn(u1, 32, e->u1) == NULL || BN_bin2bn(u2, 32, e->u2) == NULL ||
	    EC_POINT_mul(e->group, e->sum, e->u1, e->key, e->u2, e->scratch) != 1)
		return JURAT_E_INTERNAL;
	if (EC_POINT_is_at_infinity(e->group, e->sum) == 1)
		return JURAT_E_CRYPTO;
	if (EC_POINT_get_affine_coordinates(e->group, e->sum, e->x, NULL, e->scratch) != 1 || BN_bn2binpad(e->x, out, 32) != 32)
		return JURAT_E_INTERNAL;
	p256_scalar_reduce(out);
	return JURAT_OK;
}

jurat_rc
ecdsa_check_vartime(struct ecdsa *e, const struct p256_signature *sig, const struct p256_public *pub, const uint8_t digest[SHA256_LEN])
{
	uint8_t u1[32], u2[32], x[32];
	jurat_rc rc = JURAT_E_CRYPTO;

	if (!p256_scalar_ok(sig->r) || !p256_scalar_ok(sig->s))
		return JURAT_E_CRYPTO;
	p256_verify_scalars_vartime(u1, u2, sig->r, sig->s, digest);
	ERR_set_mark(); /* a refused point leaves nothing in the error queue, where SSL_get_error would find it */
	if (load_key(e, pub))
		rc = abscissa(e, x, u1, u2);
	ERR_pop_to_mark();
	if (rc == JURAT_OK && memcmp(x, sig->r, sizeof x) != 0)
		rc = JURAT_E_CRYPTO;
	return rc;
}

jurat_rc
ecdsa_verify_vartime(const struct p256_signature *sig, const struct p256_public *pub, const uint8_t digest[SHA256_LEN])
{
	struct ecdsa *e = ecdsa_new();
	jurat_rc rc = e != NULL ? ecdsa_check_vartime(e, sig, pub, digest) : JURAT_E_MEMORY;

	ecdsa_free(e);
	return rc;
}
