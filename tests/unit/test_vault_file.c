/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "core/bytes.h"
#include "service/vault_file.h"

static uint8_t chunk[VAULT_CHUNK_MAX_LEN + 1];

static struct blob
file_of(const size_t *lens, size_t num)
{
	uint8_t key[64];
	struct blob b = { 0 };

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	assert_int_equal(vault_file_begin(&b, key, NULL), JURAT_OK);
	for (size_t i = 0; i < num; i++) {
		memset(chunk, (int)i + 1, lens[i]);
		assert_int_equal(vault_file_add(&b, chunk, lens[i], NULL), JURAT_OK);
	}
	return b;
}

static void
chunks_come_back_in_order(void **state)
{
	static const size_t lens[] = { VAULT_CHUNK_MAX_LEN, SEAL_HEAD_LEN, 700 };
	CLEANUP(blob_clear) struct blob b = file_of(lens, 3);
	struct vault_file f;
	const uint8_t *p;
	size_t len;

	(void)state;
	assert_int_equal(vault_file_parse(&f, b.p, b.len, NULL), JURAT_OK);
	assert_int_equal(f.num_chunks, 3);
	assert_int_equal(f.service_key[63], 63);
	for (uint32_t i = 0; i < 3; i++) {
		vault_file_chunk(&f, i, &p, &len);
		assert_int_equal(len, lens[i]);
		assert_int_equal(p[0], i + 1);
		assert_int_equal(p[len - 1], i + 1);
	}
}

static bool
try_parse(void *ctx, const uint8_t *p, size_t len)
{
	struct vault_file f;

	(void)ctx;
	return vault_file_parse(&f, p, len, NULL) == JURAT_OK;
}

/* The service key and the chunks' content are the enclave's to judge. */
static bool
content(size_t byte)
{
	return (byte >= 16 && byte < 80) || byte >= VAULT_FILE_HEAD_LEN + 4;
}

static void
damage_to_its_form_is_refused(void **state)
{
	static const size_t lens[] = { SEAL_HEAD_LEN };
	CLEANUP(blob_clear) struct blob b = file_of(lens, 1);

	(void)state;
	each_damage(b.p, b.len, try_parse, NULL, content);
}

static void
each_bad_field_has_its_code(void **state)
{
	static const size_t lens[] = { SEAL_HEAD_LEN };
	static const struct {
		size_t at;
		uint32_t value;
		jurat_rc want;
		const char *field;
	} cases[] = {
		{ 0, 0x12345678, JURAT_E_FORMAT, "vault_file.magic" },
		{ 15, 0x02020202, JURAT_E_VERSION, "vault_file.version" },
		{ 80, 0, JURAT_E_FORMAT, "vault_file.num_chunks" },
		{ 80, VAULT_FILE_CHUNKS_MAX + 1, JURAT_E_TOO_LARGE, "vault_file.num_chunks" },
		{ 80, 2, JURAT_E_TRUNCATED, "vault_file.chunk.length" },
		{ 84, SEAL_HEAD_LEN - 1, JURAT_E_FORMAT, "vault_file.chunk.length" },
		{ 84, SEAL_HEAD_LEN + 1, JURAT_E_TRUNCATED, "vault_file.chunk" },
		{ 84, UINT32_MAX, JURAT_E_TOO_LARGE, "vault_file.chunk.length" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(blob_clear) struct blob b = file_of(lens, 1);
		struct jurat_diag d = { 0 };
		struct vault_file f;

		store32le(b.p + cases[i].at, cases[i].value);
		assert_int_equal(vault_file_parse(&f, b.p, b.len, &d), cases[i].want);
		assert_string_equal(d.field, cases[i].field);
	}
}

static void
more_than_fits_is_refused_while_writing(void **state)
{
	CLEANUP(blob_clear) struct blob b = { 0 };
	uint8_t key[64] = { 0 };

	(void)state;
	assert_int_equal(vault_file_begin(&b, key, NULL), JURAT_OK);
	assert_int_equal(vault_file_add(&b, chunk, sizeof chunk, NULL), JURAT_E_TOO_LARGE);
	for (uint32_t i = 0; i < VAULT_FILE_CHUNKS_MAX; i++)
		assert_int_equal(vault_file_add(&b, chunk, SEAL_HEAD_LEN, NULL), JURAT_OK);
	assert_int_equal(vault_file_add(&b, chunk, SEAL_HEAD_LEN, NULL), JURAT_E_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_come_back_in_order),
		cmocka_unit_test(damage_to_its_form_is_refused),
		cmocka_unit_test(each_bad_field_has_its_code),
		cmocka_unit_test(more_than_fits_is_refused_while_writing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
