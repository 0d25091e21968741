/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/rsa.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"

#define RSA3072_BITS 3072
#define SIGSTRUCT_EXPONENT 3
#define PEM_MAX_LEN 65536u

struct rsa3072_key {
	EVP_PKEY *pkey;
};

void
rsa3072_key_free(struct rsa3072_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* take_pkey: wraps it and owns it, also on failure. */
static jurat_rc
take_pkey(struct rsa3072_key **out, EVP_PKEY *pkey, struct jurat_diag *d)
{
	struct rsa3072_key *key = malloc(sizeof *key);

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return jurat_fail(d, JURAT_E_MEMORY, "rsa.key", NO_OFFSET, 0, 0);
	}
	key->pkey = pkey;
	*out = key;
	return JURAT_OK;
}

jurat_rc
rsa3072_key_new(struct rsa3072_key **out, struct jurat_diag *d)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *pkey = NULL;
	bool ok = ctx != NULL && e != NULL && BN_set_word(e, SIGSTRUCT_EXPONENT) == 1 && EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, RSA3072_BITS) == 1 && EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1 &&
	    EVP_PKEY_generate(ctx, &pkey) == 1;

	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return jurat_fail(d, JURAT_E_INTERNAL, "rsa.key", NO_OFFSET, 0, 0);
	return take_pkey(out, pkey, d);
}

/* no_passphrase: without it OpenSSL would ask on the terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf, (void)size, (void)rwflag, (void)ctx;
	return -1;
}

static bool
exponent_is_three(const EVP_PKEY *pkey)
{
	BIGNUM *e = NULL;
	bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_word(e, SIGSTRUCT_EXPONENT);

	BN_free(e);
	return ok;
}

jurat_rc
rsa3072_key_from_pem(struct rsa3072_key **out, const char *pem, size_t len, struct jurat_diag *d)
{
	BIO *bio = len <= PEM_MAX_LEN ? BIO_new_mem_buf(pem, (int)len) : NULL;
	EVP_PKEY *pkey;

	ERR_set_mark();
	pkey = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	BIO_free(bio);
	ERR_pop_to_mark();
	if (pkey == NULL || !EVP_PKEY_is_a(pkey, "RSA")) {
		EVP_PKEY_free(pkey);
		return jurat_fail(d, JURAT_E_FORMAT, "rsa.key", NO_OFFSET, 0, 0);
	}
	if (EVP_PKEY_get_bits(pkey) != RSA3072_BITS) {
		int bits = EVP_PKEY_get_bits(pkey);

		EVP_PKEY_free(pkey);
		return jurat_fail(d, JURAT_E_FORMAT, "rsa.key.bits", NO_OFFSET, RSA3072_BITS, bits > 0 ? (uint64_t)bits : 0);
	}
	if (!exponent_is_three(pkey)) {
		EVP_PKEY_free(pkey);
		return jurat_fail(d, JURAT_E_FORMAT, "rsa.key.exponent", NO_OFFSET, SIGSTRUCT_EXPONENT, 0);
	}
	return take_pkey(out, pkey, d);
}

jurat_rc
rsa3072_key_to_pem(const struct rsa3072_key *key, char **out, size_t *out_len, struct jurat_diag *d)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL, *copy = NULL;
	long len = 0;

	if (bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1)
		len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		copy = strndup(text, (size_t)len);
	BIO_free(bio);
	if (copy == NULL)
		return jurat_fail(d, JURAT_E_INTERNAL, "rsa.key", NO_OFFSET, 0, 0);
	*out = copy;
	*out_len = (size_t)len;
	return JURAT_OK;
}

jurat_rc
rsa3072_modulus(uint8_t out[RSA3072_LEN], const struct rsa3072_key *key)
{
	BIGNUM *n = NULL;
	bool ok = EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    BN_bn2lebinpad(n, out, RSA3072_LEN) == RSA3072_LEN;

	BN_free(n);
	return ok ? JURAT_OK : JURAT_E_INTERNAL;
}

static bool
pkcs1_sha256(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1;
}

jurat_rc
rsa3072_sign(uint8_t out[RSA3072_LEN], const struct rsa3072_key *key, const uint8_t digest[32], struct jurat_diag *d)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	uint8_t sig[RSA3072_LEN];
	size_t len = sizeof sig;
	bool ok = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && pkcs1_sha256(ctx) &&
	    EVP_PKEY_sign(ctx, sig, &len, digest, 32) == 1 && len == sizeof sig;

	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		return jurat_fail(d, JURAT_E_INTERNAL, "rsa.signature", NO_OFFSET, 0, 0);
	bytes_reverse(out, sig, sizeof sig);
	return JURAT_OK;
}

static EVP_PKEY *
public_key(const uint8_t modulus[RSA3072_LEN])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_lebin2bn(modulus, RSA3072_LEN, NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (bld != NULL && n != NULL && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_RSA_E, SIGSTRUCT_EXPONENT) == 1)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	return pkey;
}

jurat_rc
rsa3072_verify_vartime(const uint8_t modulus[RSA3072_LEN], const uint8_t sig[RSA3072_LEN], const uint8_t digest[32])
{
	uint8_t big_endian[RSA3072_LEN];
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *pkey;
	bool ok;

	ERR_set_mark(); /* a refused signature leaves nothing in the error queue, where SSL_get_error would find it */
	pkey = public_key(modulus);
	ctx = pkey != NULL ? EVP_PKEY_CTX_new(pkey, NULL) : NULL;
	bytes_reverse(big_endian, sig, RSA3072_LEN);
	ok = ctx != NULL && EVP_PKEY_get_bits(pkey) == RSA3072_BITS && EVP_PKEY_verify_init(ctx) == 1 && pkcs1_sha256(ctx) &&
	    EVP_PKEY_verify(ctx, big_endian, sizeof big_endian, digest, 32) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	ERR_pop_to_mark();
	return ok ? JURAT_OK : JURAT_E_CRYPTO;
}

/*
 * With S^2 = Q1*N + r, r < N: S^3 - Q1*S*N = S*r, so Q2 = floor(S*r/N) < S. Both quotients fit the field because S < N.
 */
static bool
quotients(BIGNUM *q1, BIGNUM *q2, const BIGNUM *n, const BIGNUM *s, BN_CTX *ctx)
{
	BIGNUM *t = BN_CTX_get(ctx), *r = BN_CTX_get(ctx), *unused = BN_CTX_get(ctx);

	return unused != NULL && BN_sqr(t, s, ctx) == 1 && BN_div(q1, r, t, n, ctx) == 1 && BN_mul(t, s, r, ctx) == 1 &&
	    BN_div(q2, unused, t, n, ctx) == 1;
}

jurat_rc
rsa3072_quotients(uint8_t out_q1[RSA3072_LEN], uint8_t out_q2[RSA3072_LEN], const uint8_t modulus[RSA3072_LEN],
    const uint8_t sig[RSA3072_LEN])
{
	BN_CTX *ctx = BN_CTX_new();
	uint8_t q[2][RSA3072_LEN];
	BIGNUM *n, *s, *q1, *q2;
	jurat_rc rc = JURAT_E_INTERNAL;

	if (ctx == NULL)
		return JURAT_E_MEMORY;
	BN_CTX_start(ctx);
	n = BN_CTX_get(ctx), s = BN_CTX_get(ctx), q1 = BN_CTX_get(ctx), q2 = BN_CTX_get(ctx);
	if (q2 != NULL && BN_lebin2bn(modulus, RSA3072_LEN, n) != NULL && BN_lebin2bn(sig, RSA3072_LEN, s) != NULL) {
		if (!BN_is_odd(n) || BN_cmp(s, n) >= 0)
			rc = JURAT_E_FORMAT;
		else if (quotients(q1, q2, n, s, ctx) && BN_bn2lebinpad(q1, q[0], RSA3072_LEN) == RSA3072_LEN &&
		    BN_bn2lebinpad(q2, q[1], RSA3072_LEN) == RSA3072_LEN)
			rc = JURAT_OK;
	}
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	if (rc != JURAT_OK)
		return rc;
	memcpy(out_q1, q[0], RSA3072_LEN);
	memcpy(out_q2, q[1], RSA3072_LEN);
	return JURAT_OK;
}
