/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <sys/stat.h>

#include "core/hex.h"
#include "host/file.h"
#include "store/envelope.h"
#include "store/kek.h"

static const struct aes256_key kek = { { 1 } }, key = { { 2, 3, 4 } };

static struct envelope_place
place_new(void)
{
	return (struct envelope_place){ .table = "secrets", .row_id = 7, .name = "name", .version = 3, .binding = { 5 } };
}

static bool
try_unwrap(void *ctx, const uint8_t *p, size_t len)
{
	struct envelope_place place = place_new();
	struct aes256_key out;

	(void)ctx;
	return len == ENVELOPE_WRAPPED_LEN && envelope_unwrap(&out, &kek, &place, p) == JURAT_OK;
}

static void
a_wrapped_key_opens_only_unaltered(void **state)
{
	struct envelope_place place = place_new();
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct aes256_key out;

	(void)state;
	assert_int_equal(envelope_wrap(wrapped, &kek, &place, &key), JURAT_OK);
	assert_int_equal(envelope_unwrap(&out, &kek, &place, wrapped), JURAT_OK);
	assert_memory_equal(&out, &key, sizeof key);
	each_damage(wrapped, sizeof wrapped, try_unwrap, NULL, NULL);
}

static void
a_wrapped_key_opens_only_in_its_own_place(void **state)
{
	struct envelope_place place = place_new(), other[6];
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct aes256_key out = { { 0 } }, untouched = { { 0 } };

	(void)state;
	assert_int_equal(envelope_wrap(wrapped, &kek, &place, &key), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		other[i] = place_new();
	other[0].table = "secret";
	other[1].row_id = 8;
	other[2].name = "nam";
	other[3].version = 4;
	other[4].binding[31] = 1;
	other[5].table = "secretsn"; /* the name's first letter moved over */
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		assert_int_equal(envelope_unwrap(&out, &kek, &other[i], wrapped), JURAT_E_CRYPTO);
	assert_memory_equal(&out, &untouched, sizeof out);
	assert_int_equal(envelope_unwrap(&out, &key, &place, wrapped), JURAT_E_CRYPTO);
}

static bool
try_chunk(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t out[64];

	(void)ctx;
	return envelope_open_chunk(out, &key, 1, false, p, len) == JURAT_OK;
}

static void
a_chunk_opens_only_unaltered_and_at_its_place(void **state)
{
	uint8_t sealed[16 + GCM_TAG_LEN], out[16];

	(void)state;
	assert_int_equal(envelope_seal_chunk(sealed, &key, 1, false, (const uint8_t *)"0123456789abcdef", 16), JURAT_OK);
	assert_int_equal(envelope_open_chunk(out, &key, 1, false, sealed, sizeof sealed), JURAT_OK);
	assert_memory_equal(out, "0123456789abcdef", 16);
	assert_int_equal(envelope_open_chunk(out, &key, 2, false, sealed, sizeof sealed), JURAT_E_CRYPTO);
	assert_int_equal(envelope_open_chunk(out, &key, 1, true, sealed, sizeof sealed), JURAT_E_CRYPTO);
	each_damage(sealed, sizeof sealed, try_chunk, NULL, NULL);
}

/* load: writes content with the mode and loads it. */
static jurat_rc
load(struct aes256_key *out, const char *dir, const void *content, size_t len, unsigned mode, const char *data_dir)
{
	char *path = path_join(dir, "kek");
	jurat_rc rc;

	assert_int_equal(file_write(path, content, len, mode, NULL), JURAT_OK);
	rc = kek_load(out, path, data_dir, NULL);
	free(path);
	return rc;
}

static void
the_kek_file_is_raw_or_hexadecimal_and_private(void **state)
{
	static const char hex[] = "000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f\n";
	struct aes256_key raw, got;
	char *dir = temp_dir_new();

	(void)state;
	assert_true(hex_decode(raw.b, 32, hex, 64));
	assert_int_equal(load(&got, dir, raw.b, 32, 0600, NULL), JURAT_OK);
	assert_memory_equal(&raw, &got, sizeof raw);
	memset(&got, 0, sizeof got);
	assert_int_equal(load(&got, dir, hex, 65, 0600, NULL), JURAT_OK);
	assert_memory_equal(&raw, &got, sizeof raw);
	assert_int_equal(load(&got, dir, hex, 64, 0400, NULL), JURAT_OK);
	assert_int_equal(load(&got, dir, raw.b, 32, 0640, NULL), JURAT_E_PERMISSION);
	assert_int_equal(load(&got, dir, raw.b, 32, 0604, NULL), JURAT_E_PERMISSION);
	for (size_t len = 0; len < 65; len++) {
		if (len != 32 && len != 64)
			assert_int_equal(load(&got, dir, hex, len, 0600, NULL), JURAT_E_FORMAT);
	}
	for (int c = 0; c < 256; c++) {
		char bad[64];
		bool is_hex = strchr("0123456789abcdefABCDEF", c) != NULL && c != 0;

		memcpy(bad, hex, 64);
		bad[63] = (char)c;
		assert_int_equal(load(&got, dir, bad, 64, 0600, NULL), is_hex ? JURAT_OK : JURAT_E_FORMAT);
	}
	temp_dir_remove(dir);
}

static void
a_kek_inside_the_data_folder_is_refused(void **state)
{
	char *dir = temp_dir_new(), *sub = path_join(dir, "sub"), *around = path_join(dir, "sub/../sub");
	struct aes256_key got;

	(void)state;
	assert_int_equal(dir_create(sub, 0700, NULL), JURAT_OK);
	assert_int_equal(load(&got, dir, &kek, 32, 0600, sub), JURAT_OK);
	assert_int_equal(load(&got, sub, &kek, 32, 0600, sub), JURAT_E_PERMISSION);
	assert_int_equal(load(&got, sub, &kek, 32, 0600, dir), JURAT_E_PERMISSION);
	assert_int_equal(load(&got, around, &kek, 32, 0600, sub), JURAT_E_PERMISSION);
	free(sub);
	free(around);
	temp_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrapped_key_opens_only_unaltered),
		cmocka_unit_test(a_wrapped_key_opens_only_in_its_own_place),
		cmocka_unit_test(a_chunk_opens_only_unaltered_and_at_its_place),
		cmocka_unit_test(the_kek_file_is_raw_or_hexadecimal_and_private),
		cmocka_unit_test(a_kek_inside_the_data_folder_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
