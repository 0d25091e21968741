/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA-3072 with exponent 3. The key and expected numbers in vectors/rsa.h are made by tests/vectors/make_rsa.py with Python's integers
 * alone: an implementation that shares nothing with OpenSSL's.
 */
#include "support.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/ct.h"
#include "crypto/crypto.h"
#include "crypto/rsa.h"
#include "vectors/rsa.h"

static void
signature_made_by_python_verifies_and_any_flipped_byte_does_not(void **state)
{
	uint8_t sig[RSA3072_LEN], modulus[RSA3072_LEN], digest[SHA256_LEN];

	(void)state;
	sha256_once(digest, rsa_message, strlen(rsa_message));
	assert_int_equal(rsa3072_verify_vartime(rsa_modulus, rsa_signature, digest), JURAT_OK);
	for (size_t i = 0; i < RSA3072_LEN; i++) {
		memcpy(sig, rsa_signature, sizeof sig);
		sig[i] ^= 1;
		assert_int_equal(rsa3072_verify_vartime(rsa_modulus, sig, digest), JURAT_E_CRYPTO);
		memcpy(modulus, rsa_modulus, sizeof modulus);
		modulus[i] ^= 2;
		assert_int_equal(rsa3072_verify_vartime(modulus, rsa_signature, digest), JURAT_E_CRYPTO);
	}
	digest[0] ^= 1;
	assert_int_equal(rsa3072_verify_vartime(rsa_modulus, rsa_signature, digest), JURAT_E_CRYPTO);
	assert_int_equal(ERR_peek_error(), 0); /* nothing is left for SSL_get_error to stumble over */
}

static void
verification_refuses_loose_padding(void **state)
{
	uint8_t digest[SHA256_LEN];

	(void)state;
	sha256_once(digest, rsa_message, strlen(rsa_message));
	for (size_t i = 0; i < ARRAY_LEN(rsa_bad_padding); i++)
		assert_int_equal(rsa3072_verify_vartime(rsa_modulus, rsa_bad_padding[i], digest), JURAT_E_CRYPTO);
}

static void
signature_not_below_the_modulus_is_refused(void **state)
{
	uint8_t digest[SHA256_LEN] = { 0 }, ones[RSA3072_LEN], q1[RSA3072_LEN], q2[RSA3072_LEN];

	(void)state;
	memset(ones, 0xff, sizeof ones);
	memset(q1, 7, sizeof q1);
	assert_int_equal(rsa3072_verify_vartime(rsa_modulus, rsa_modulus, digest), JURAT_E_CRYPTO);
	assert_int_equal(rsa3072_verify_vartime(rsa_modulus, ones, digest), JURAT_E_CRYPTO);
	assert_int_equal(rsa3072_quotients(q1, q2, rsa_modulus, rsa_modulus), JURAT_E_FORMAT);
	assert_int_equal(rsa3072_quotients(q1, q2, rsa_modulus, ones), JURAT_E_FORMAT);
	assert_int_equal(q1[0], 7);
}

static void
zero_or_even_modulus_is_refused(void **state)
{
	uint8_t zero[RSA3072_LEN] = { 0 }, even[RSA3072_LEN], digest[SHA256_LEN] = { 0 }, q1[RSA3072_LEN], q2[RSA3072_LEN];

	(void)state;
	memcpy(even, rsa_modulus, sizeof even);
	even[0] &= 0xfe;
	assert_int_equal(rsa3072_quotients(q1, q2, even, rsa_signature), JURAT_E_FORMAT);
	assert_int_equal(rsa3072_quotients(q1, q2, zero, zero), JURAT_E_FORMAT);
	assert_int_equal(rsa3072_verify_vartime(zero, zero, digest), JURAT_E_CRYPTO);
}

static void
quotients_are_those_of_pythons_integers(void **state)
{
	uint8_t q1[RSA3072_LEN], q2[RSA3072_LEN], one[RSA3072_LEN] = { 1 };

	(void)state;
	assert_int_equal(rsa3072_quotients(q1, q2, rsa_modulus, rsa_signature), JURAT_OK);
	assert_memory_equal(q1, rsa_q1, RSA3072_LEN);
	assert_memory_equal(q2, rsa_q2, RSA3072_LEN);
	assert_int_equal(rsa3072_quotients(q1, q2, rsa_modulus, one), JURAT_OK);
	assert_true(ct_is_zero(q1, sizeof q1) && ct_is_zero(q2, sizeof q2));
}

static void
fresh_key_signs_and_survives_its_file(void **state)
{
	struct rsa3072_key *key = NULL, *again = NULL;
	uint8_t modulus[RSA3072_LEN], sig[RSA3072_LEN], sig_again[RSA3072_LEN], digest[SHA256_LEN] = { 5 };
	struct jurat_diag d = { 0 };
	char *pem = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(rsa3072_key_new(&key, &d), JURAT_OK);
	assert_int_equal(rsa3072_modulus(modulus, key), JURAT_OK);
	assert_true(modulus[RSA3072_LEN - 1] & 0x80);
	assert_int_equal(rsa3072_sign(sig, key, digest, &d), JURAT_OK);
	assert_int_equal(rsa3072_verify_vartime(modulus, sig, digest), JURAT_OK);
	assert_int_equal(rsa3072_key_to_pem(key, &pem, &len, &d), JURAT_OK);
	assert_int_equal(strlen(pem), len);
	assert_int_equal(rsa3072_key_from_pem(&again, pem, len, &d), JURAT_OK);
	assert_int_equal(rsa3072_sign(sig_again, again, digest, &d), JURAT_OK);
	assert_memory_equal(sig, sig_again, sizeof sig); /* PKCS#1 v1.5 is deterministic */
	assert_int_equal(rsa3072_key_from_pem(&again, pem, len / 2, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "rsa.key");
	wipe(pem, len);
	free(pem);
	rsa3072_key_free(key);
	rsa3072_key_free(again);
}

/* refused_pem: writes the key as PEM, encrypted or not, and expects the field's name; frees the key. */
static void
refused_pem(EVP_PKEY *pkey, const EVP_CIPHER *cipher, const char *field)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct rsa3072_key *key = NULL;
	struct jurat_diag d = { 0 };
	char *pem = NULL, *exact;
	long len;

	assert_non_null(pkey);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, "x", cipher != NULL ? 1 : 0, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &pem);
	exact = (char *)test_copy(pem, (size_t)len);
	assert_int_equal(rsa3072_key_from_pem(&key, exact, (size_t)len, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, field);
	assert_null(key);
	free(exact);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}

static void
keys_of_other_kinds_are_refused_by_name(void **state)
{
	static const char empty[] = "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n";
	struct rsa3072_key *key = NULL;

	(void)state;
	refused_pem(EVP_RSA_gen(2048), NULL, "rsa.key.bits");
	refused_pem(EVP_RSA_gen(3072), NULL, "rsa.key.exponent");
	refused_pem(EVP_EC_gen("P-256"), NULL, "rsa.key");
	refused_pem(EVP_EC_gen("P-256"), EVP_aes_128_cbc(), "rsa.key"); /* and nobody is asked for a passphrase */
	assert_int_equal(rsa3072_key_from_pem(&key, empty, strlen(empty), NULL), JURAT_E_FORMAT);
	assert_int_equal(rsa3072_key_from_pem(&key, "", 0, NULL), JURAT_E_FORMAT);
	assert_int_equal(ERR_peek_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_made_by_python_verifies_and_any_flipped_byte_does_not),
		cmocka_unit_test(verification_refuses_loose_padding),
		cmocka_unit_test(signature_not_below_the_modulus_is_refused),
		cmocka_unit_test(zero_or_even_modulus_is_refused),
		cmocka_unit_test(quotients_are_those_of_pythons_integers),
		cmocka_unit_test(fresh_key_signs_and_survives_its_file),
		cmocka_unit_test(keys_of_other_kinds_are_refused_by_name),
	};

	return cmocka_run_group_tests_name("rsa", tests, NULL, NULL);
}
