/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/pki_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/ct.h"
#include "core/diag.h"

#define POINT_LEN 65
#define KEY_PEM_MAX_LEN 65536u

jurat_rc
pki_key_new(struct pki_key *out, struct jurat_diag *d)
{
	struct pki_key key;
	uint8_t seed[48];
	jurat_rc rc = crypto_random(seed, sizeof seed);

	if (rc == JURAT_OK)
		rc = p256_from_seed(&key.secret, seed);
	if (rc == JURAT_OK)
		rc = p256_public_of(&key.pub, &key.secret);
	wipe(seed, sizeof seed);
	if (rc == JURAT_OK)
		*out = key;
	wipe(&key, sizeof key);
	return rc == JURAT_OK ? JURAT_OK : jurat_fail(d, rc, "key", NO_OFFSET, 0, 0);
}

void
pki_key_clear(struct pki_key *key)
{
	wipe(key, sizeof *key);
}

static void
point_of(uint8_t out[POINT_LEN], const struct p256_public *pub)
{
	out[0] = 4;
	memcpy(out + 1, pub->x, 32);
	memcpy(out + 33, pub->y, 32);
}

/* A SubjectPublicKeyInfo for P-256 is a constant and the point (RFC 5480). */
EVP_PKEY *
pki_evp_public(const struct p256_public *pub)
{
	static const uint8_t head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00 };
	uint8_t spki[sizeof head + POINT_LEN];
	const unsigned char *at = spki;

	memcpy(spki, head, sizeof head);
	point_of(spki + sizeof head, pub);
	return d2i_PUBKEY(NULL, &at, sizeof spki);
}

/* An ECPrivateKey in PKCS#8 with both halves is a constant frame too (RFC 5915, RFC 5208). */
EVP_PKEY *
pki_evp_private(const struct pki_key *key)
{
	static const uint8_t head[] = { 0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
		0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04,
		0x20 };
	static const uint8_t middle[] = { 0xa1, 0x44, 0x03, 0x42, 0x00 };
	uint8_t der[sizeof head + 32 + sizeof middle + POINT_LEN];
	const unsigned char *at = der;
	EVP_PKEY *pkey;

	memcpy(der, head, sizeof head);
	memcpy(der + sizeof head, key->secret.d, 32);
	memcpy(der + sizeof head + 32, middle, sizeof middle);
	point_of(der + sizeof head + 32 + sizeof middle, &key->pub);
	pkey = d2i_AutoPrivateKey(NULL, &at, sizeof der);
	wipe(der, sizeof der);
	return pkey;
}

jurat_rc
pki_key_to_pem(char **out, size_t *out_len, const struct pki_key *key, struct jurat_diag *d)
{
	EVP_PKEY *pkey = pki_evp_private(key);
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text = NULL, *copy = NULL;
	long len = 0;

	if (pkey != NULL && bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) == 1)
		len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		copy = strndup(text, (size_t)len);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	if (copy == NULL)
		return jurat_fail(d, JURAT_E_INTERNAL, "key", NO_OFFSET, 0, 0);
	*out = copy;
	*out_len = (size_t)len;
	return JURAT_OK;
}

/* no_passphrase: without it OpenSSL would ask on the terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf, (void)size, (void)rwflag, (void)ctx;
	return -1;
}

static bool
secret_of(struct p256_private *out, const EVP_PKEY *pkey)
{
	char group[32] = "";
	BIGNUM *n = NULL;
	bool ok = EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
	    strcmp(group, "prime256v1") == 0 && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &n) == 1 &&
	    BN_bn2binpad(n, out->d, 32) == 32;

	BN_clear_free(n);
	return ok;
}

jurat_rc
pki_key_from_pem(struct pki_key *out, const char *pem, size_t len, struct jurat_diag *d)
{
	BIO *bio = len <= KEY_PEM_MAX_LEN ? BIO_new_mem_buf(pem, (int)len) : NULL;
	struct pki_key key = { 0 };
	EVP_PKEY *pkey;
	bool ok;

	ERR_set_mark();
	pkey = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	ok = pkey != NULL && secret_of(&key.secret, pkey) && p256_public_of(&key.pub, &key.secret) == JURAT_OK;
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	ERR_pop_to_mark();
	if (ok)
		*out = key;
	wipe(&key, sizeof key);
	return ok ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, "key", NO_OFFSET, 0, 0);
}

bool
pki_key_id(uint8_t out[PKI_KEY_ID_LEN], const struct p256_public *pub)
{
	uint8_t point[POINT_LEN];

	point_of(point, pub);
	return EVP_Digest(point, sizeof point, out, NULL, EVP_sha1(), NULL) == 1;
}

static bool
add_entry(X509_NAME *name, const char *field, const char *value)
{
	return value == NULL ||
	    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

X509_NAME *
pki_x509_name(const struct pki_names *names, enum pki_role role)
{
	X509_NAME *name = X509_NAME_new();

	if (name != NULL && add_entry(name, "CN", names->common_name[role]) && add_entry(name, "O", names->organization) &&
	    add_entry(name, "L", names->locality) && add_entry(name, "ST", names->state) && add_entry(name, "C", names->country))
		return name;
	X509_NAME_free(name);
	return NULL;
}

AUTHORITY_KEYID *
pki_authority_key_id(const struct p256_public *issuer)
{
	AUTHORITY_KEYID *aki = AUTHORITY_KEYID_new();
	uint8_t id[PKI_KEY_ID_LEN];

	if (aki != NULL && pki_key_id(id, issuer) && (aki->keyid = ASN1_OCTET_STRING_new()) != NULL &&
	    ASN1_OCTET_STRING_set(aki->keyid, id, sizeof id) == 1)
		return aki;
	AUTHORITY_KEYID_free(aki);
	return NULL;
}

ASN1_INTEGER *
pki_asn1_serial(const uint8_t serial[PKI_SERIAL_LEN])
{
	BIGNUM *n = BN_bin2bn(serial, PKI_SERIAL_LEN, NULL);
	ASN1_INTEGER *out = n != NULL ? BN_to_ASN1_INTEGER(n, NULL) : NULL;

	BN_free(n);
	return out;
}
