/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "core/hex.h"

static void
reader_gives_little_endian_values(void **state)
{
	static const uint8_t in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct reader r;

	(void)state;
	reader_init(&r, in, sizeof in);
	assert_int_equal(reader_u8(&r), 1);
	assert_int_equal(reader_u16le(&r), 0x0302);
	assert_int_equal(reader_u32le(&r), 0x07060504);
	assert_true(reader_u64le(&r) == 0x0f0e0d0c0b0a0908ull);
	assert_int_equal(reader_end(&r, "in", NULL), JURAT_OK);
}

static void
big_endian_values_are_read_as_they_were_written(void **state)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 0xff, 0xfe, 0, 1 };
	uint8_t out[8];
	struct writer w;
	struct reader r;

	(void)state;
	writer_init(&w, out, sizeof out);
	writer_u32be(&w, 0x01020304);
	writer_u32be(&w, 0xfffe0001u);
	writer_u32be(&w, 5); /* does not fit */
	assert_int_equal(writer_check(&w, "out", NULL), JURAT_E_TOO_LARGE);
	assert_memory_equal(out, want, sizeof want);
	reader_init(&r, out, sizeof out);
	assert_int_equal(reader_u32be(&r), 0x01020304);
	assert_true(reader_u32be(&r) == 0xfffe0001u);
	assert_int_equal(reader_u32be(&r), 0);
}

static void
reader_names_the_place_of_a_read_past_the_end(void **state)
{
	uint8_t *in = test_copy("abc", 3);
	struct jurat_diag d = { 0 };
	struct reader r;

	(void)state;
	reader_init(&r, in, 3);
	assert_int_equal(reader_u16le(&r), 0x6261);
	assert_int_equal(reader_u32le(&r), 0);
	assert_int_equal(reader_u8(&r), 0); /* moves no more after a failure */
	assert_int_equal(reader_end(&r, "in.field", &d), JURAT_E_TRUNCATED);
	assert_string_equal(d.field, "in.field");
	assert_int_equal(d.offset, 2);
	assert_int_equal(d.wanted, 4);
	assert_int_equal(d.got, 1);
	free(in);
}

static void
reader_refuses_bytes_after_the_end(void **state)
{
	struct jurat_diag d = { 0 };
	struct reader r;

	(void)state;
	reader_init(&r, "abc", 3);
	(void)reader_u8(&r);
	assert_int_equal(reader_end(&r, "in", &d), JURAT_E_TRAILING);
	assert_int_equal(d.got, 2);
}

static void
sub_reader_keeps_outer_offsets_and_bounds(void **state)
{
	struct jurat_diag d = { 0 };
	struct reader r, sub;

	(void)state;
	reader_init(&r, "abcdef", 6);
	(void)reader_u8(&r);
	sub = reader_sub(&r, 2);
	(void)reader_u32le(&sub);
	assert_int_equal(reader_check(&sub, "sub", &d), JURAT_E_TRUNCATED);
	assert_int_equal(d.offset, 1);
	assert_int_equal(reader_u8(&r), 'd');
	sub = reader_sub(&r, SIZE_MAX);
	assert_true(sub.failed);
	assert_int_equal(reader_check(&r, "r", NULL), JURAT_E_TRUNCATED);
}

static void
writer_never_writes_past_its_room(void **state)
{
	uint8_t out[4] = { 9, 9, 9, 9 };
	struct writer w;

	(void)state;
	writer_init(&w, out, 3);
	writer_u16le(&w, 0x0102);
	writer_u16le(&w, 0x0304);
	assert_int_equal(writer_check(&w, "out", NULL), JURAT_E_TOO_LARGE);
	assert_int_equal(w.len, 2);
	assert_memory_equal(out, "\x02\x01\x09\x09", 4);
}

static void
diag_keeps_the_first_failure(void **state)
{
	struct jurat_diag d = { 0 };

	(void)state;
	assert_int_equal(jurat_fail(&d, JURAT_E_FORMAT, "first", 1, 2, 3), JURAT_E_FORMAT);
	assert_int_equal(jurat_fail(&d, JURAT_E_CRYPTO, "second", 0, 0, 0), JURAT_E_CRYPTO);
	assert_int_equal(d.code, JURAT_E_FORMAT);
	assert_string_equal(d.field, "first");
}

static void
every_code_has_a_name_and_a_text(void **state)
{
	(void)state;
	for (int i = 0; i < JURAT_E_MAX; i++) {
		assert_non_null(jurat_rc_name((jurat_rc)i));
		assert_non_null(jurat_rc_text((jurat_rc)i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(jurat_rc_name((jurat_rc)i), jurat_rc_name((jurat_rc)j));
	}
	assert_string_equal(jurat_rc_name((jurat_rc)999), "unknown");
}

static void
constant_time_helpers_agree_with_plain_ones(void **state)
{
	uint8_t a[3] = { 1, 2, 3 }, b[3] = { 1, 2, 4 }, o[3];

	(void)state;
	assert_true(ct_equal(a, a, 3));
	assert_false(ct_equal(a, b, 3));
	assert_true(ct_equal(a, b, 2));
	assert_false(ct_is_zero(a, 3));
	ct_select(o, a, b, 3, 1);
	assert_memory_equal(o, a, 3);
	ct_select(o, a, b, 3, 0);
	assert_memory_equal(o, b, 3);
	wipe(o, 3);
	assert_true(ct_is_zero(o, 3));
}

static void
hex_accepts_exact_lengths_and_digits_only(void **state)
{
	uint8_t out[2] = { 7, 7 };
	char text[5];

	(void)state;
	assert_true(hex_decode(out, 2, "aB09", 4));
	assert_memory_equal(out, "\xab\x09", 2);
	assert_false(hex_decode(out, 2, "aB0", 3));
	assert_false(hex_decode(out, 2, "aB0g", 4));
	assert_false(hex_decode(out, 2, "aB0900", 6));
	assert_memory_equal(out, "\xab\x09", 2);
	hex_encode(text, out, 2);
	assert_string_equal(text, "ab09");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_gives_little_endian_values),
		cmocka_unit_test(big_endian_values_are_read_as_they_were_written),
		cmocka_unit_test(reader_names_the_place_of_a_read_past_the_end),
		cmocka_unit_test(reader_refuses_bytes_after_the_end),
		cmocka_unit_test(sub_reader_keeps_outer_offsets_and_bounds),
		cmocka_unit_test(writer_never_writes_past_its_room),
		cmocka_unit_test(diag_keeps_the_first_failure),
		cmocka_unit_test(every_code_has_a_name_and_a_text),
		cmocka_unit_test(constant_time_helpers_agree_with_plain_ones),
		cmocka_unit_test(hex_accepts_exact_lengths_and_digits_only),
	};

	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
