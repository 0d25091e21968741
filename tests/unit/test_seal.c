/* SPDX-License-Identifier: Apache-2.0 */
/* The SDK's sealed-data form: round trips, damage, and the blobs of the corpus, one of which can be opened. */
#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "sgx/seal.h"

static const struct aes128_key key = { { 9, 8, 7 } };
enum { PLAIN_LEN = 37, AAD_LEN = 11, BLOB_LEN = SEAL_HEAD_LEN + PLAIN_LEN + AAD_LEN };

static void
make_blob(uint8_t out[BLOB_LEN])
{
	struct sgx_keyrequest q = { .key_name = SGX_KEY_SEAL, .key_policy = SGX_POLICY_MRSIGNER, .key_id = { 1, 2, 3 } };
	uint8_t plain[PLAIN_LEN];

	memset(plain, 'p', sizeof plain);
	assert_int_equal(sealed_make(out, &q, &key, "hello world", AAD_LEN, plain, sizeof plain), JURAT_OK);
}

static bool
try_open(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t *plain = malloc(len + 1);
	struct sealed_view v;
	bool ok;

	(void)ctx;
	assert_non_null(plain);
	ok = sealed_parse(&v, p, len, NULL) == JURAT_OK && sealed_open(plain, &v, &key) == JURAT_OK;
	free(plain);
	return ok;
}

/* The key request is not under the tag: it makes the key, which this test holds fixed. */
static bool
request_byte(size_t i)
{
	return i < 78 && i != 7;
}

static void
sealed_round_trip_and_damage(void **state)
{
	uint8_t blob[BLOB_LEN], plain[PLAIN_LEN];
	struct sealed_view v;

	(void)state;
	make_blob(blob);
	assert_int_equal(load32le(blob + 512), PLAIN_LEN);
	assert_int_equal(load32le(blob + 528), PLAIN_LEN + AAD_LEN);
	assert_int_equal(sealed_parse(&v, blob, sizeof blob, NULL), JURAT_OK);
	assert_int_equal(v.cipher_len, PLAIN_LEN);
	assert_int_equal(v.aad_len, AAD_LEN);
	assert_memory_equal(v.aad, "hello world", AAD_LEN);
	assert_int_equal(v.request.key_name, SGX_KEY_SEAL);
	assert_int_equal(sealed_open(plain, &v, &key), JURAT_OK);
	for (size_t i = 0; i < PLAIN_LEN; i++)
		assert_int_equal(plain[i], 'p');
	each_damage(blob, sizeof blob, try_open, NULL, request_byte);
}

static void
sealed_nothing_is_still_authenticated(void **state)
{
	uint8_t blob[SEAL_HEAD_LEN], none[1] = { 0 };
	struct sgx_keyrequest q = { .key_name = SGX_KEY_SEAL };
	struct sealed_view v;

	(void)state;
	assert_int_equal(sealed_make(blob, &q, &key, NULL, 0, none, 0), JURAT_OK);
	assert_int_equal(sealed_parse(&v, blob, sizeof blob, NULL), JURAT_OK);
	assert_int_equal(v.cipher_len + v.aad_len, 0);
	assert_int_equal(sealed_open(none, &v, &key), JURAT_OK);
	each_damage(blob, sizeof blob, try_open, NULL, request_byte);
}

static void
sealed_names_the_wrong_length(void **state)
{
	static const struct {
		size_t off;
		uint32_t value;
		jurat_rc rc;
		const char *field;
	} bad[] = {
		{ 512, PLAIN_LEN + AAD_LEN + 1, JURAT_E_FORMAT, "sealed.plain_text_offset" },
		{ 512, UINT32_MAX, JURAT_E_FORMAT, "sealed.plain_text_offset" },
		{ 528, PLAIN_LEN + AAD_LEN + 1, JURAT_E_TRUNCATED, "sealed.payload" },
		{ 528, PLAIN_LEN + AAD_LEN - 1, JURAT_E_TRAILING, "sealed.payload" },
		{ 516, 1, JURAT_E_FORMAT, "sealed.reserved" },
		{ 532, 1, JURAT_E_FORMAT, "sealed.reserved" },
		{ 500, 1, JURAT_E_FORMAT, "keyrequest.reserved" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct jurat_diag d = { 0 };
		uint8_t blob[BLOB_LEN];
		struct sealed_view v;

		make_blob(blob);
		store32le(blob + bad[i].off, bad[i].value);
		assert_int_equal(sealed_parse(&v, blob, sizeof blob, &d), bad[i].rc);
		assert_string_equal(d.field, bad[i].field);
	}
}

static void
every_real_sealed_blob_parses(void **state)
{
	char *dir_path;
	size_t num = 0;
	struct dirent *e;
	DIR *dir;

	(void)state;
	if (!corpus_or_skip())
		skip();
	dir_path = corpus_file("ias/sealed");
	dir = opendir(dir_path);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		struct sealed_view v;
		char path[4096];
		uint8_t *p;
		size_t len;

		if (strstr(e->d_name, ".bin") == NULL)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir_path, e->d_name);
		p = test_read(path, &len);
		if (sealed_parse(&v, p, len, NULL) != JURAT_OK)
			fail_msg("%s does not parse", e->d_name);
		assert_int_equal(v.request.key_name, SGX_KEY_SEAL);
		free(p);
		num++;
	}
	closedir(dir);
	free(dir_path);
	assert_int_equal(num, 21);
}

/* Intel's simulation keys are published, so this blob's seal key could be derived (corpus: ias/sealed/s21, seal_key). */
static void
a_real_blob_of_the_sdks_simulation_opens(void **state)
{
	static const struct aes128_key seal_key = { { 0x61, 0x13, 0xe2, 0x6c, 0xe8, 0x89, 0x88, 0x9d, 0xe1, 0xaa, 0xfa, 0xca, 0x4e,
	    0xf6, 0x4e, 0x77 } };
	uint8_t plain[20], *want, *p;
	struct sealed_view v;
	size_t len;
	char *path;

	(void)state;
	if (!corpus_or_skip())
		skip();
	path = corpus_file("ias/sealed/s21_SIM_sealeddata.bin");
	p = test_read(path, &len);
	want = test_hex("34120000ca884553c64e39b35b4e816252fb7435", NULL);
	assert_int_equal(sealed_parse(&v, p, len, NULL), JURAT_OK);
	assert_int_equal(v.cipher_len, 20);
	assert_int_equal(sealed_open(plain, &v, &seal_key), JURAT_OK);
	assert_memory_equal(plain, want, 20);
	assert_int_equal(sealed_open(plain, &v, &key), JURAT_E_CRYPTO);
	free(want);
	free(path);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_round_trip_and_damage),
		cmocka_unit_test(sealed_nothing_is_still_authenticated),
		cmocka_unit_test(sealed_names_the_wrong_length),
		cmocka_unit_test(every_real_sealed_blob_parses),
		cmocka_unit_test(a_real_blob_of_the_sdks_simulation_opens),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
