/* SPDX-License-Identifier: Apache-2.0 */
/* The demo's search for a secret must find one that is there, in every form: or its silence would mean nothing. */
#include "support.h"

#include <stdio.h>

#include <openssl/evp.h>

#include "cli/demo_search.h"
#include "core/hex.h"

enum { RECORDING_LEN = 100000 };

static uint8_t recording[RECORDING_LEN];

static void
noise(void)
{
	uint32_t x = 88172645u;

	for (size_t i = 0; i < sizeof recording; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		recording[i] = (uint8_t)x;
	}
}

/* find: puts text at 777 into noise and looks for the secret. */
static enum search_result
find(struct search_hit *hit, const void *text, size_t text_len, const uint8_t *secret, size_t len)
{
	enum search_result result;

	noise();
	memcpy(recording + 777, text, text_len);
	assert_int_equal(
	    search_secret(&result, hit, &(struct find_job){ recording, sizeof recording, secret, len }, NULL, NULL), JURAT_OK);
	return result;
}

static const uint8_t secret16[16] = "a 16-byte phrase";

static void
a_secret_is_found_raw_and_in_both_hex_cases(void **state)
{
	struct search_hit hit;
	char hex[33];

	(void)state;
	assert_int_equal(find(&hit, "", 0, secret16, 16), SEARCH_ABSENT);
	assert_int_equal(find(&hit, secret16, 16, secret16, 16), SEARCH_FOUND);
	assert_int_equal(hit.at.form, FIND_RAW);
	assert_int_equal(hit.at.off, 777);
	hex_encode(hex, secret16, 16);
	assert_int_equal(find(&hit, hex, 32, secret16, 16), SEARCH_FOUND);
	assert_int_equal(hit.at.form, FIND_HEX);
	for (char *c = hex; *c != '\0'; c++)
		*c = *c >= 'a' ? (char)(*c - 32) : *c;
	assert_int_equal(find(&hit, hex, 32, secret16, 16), SEARCH_FOUND);
}

static void
a_secret_is_found_in_base64_at_every_alignment(void **state)
{
	(void)state;
	for (size_t before = 0; before < 6; before++) {
		uint8_t plain[40], text[64];
		struct search_hit hit;
		int len;

		memset(plain, 'x', sizeof plain);
		memcpy(plain + before, secret16, 16);
		len = EVP_EncodeBlock(text, plain, (int)before + 16 + 7);
		assert_int_equal(find(&hit, text, (size_t)len, secret16, 16), SEARCH_FOUND);
		assert_int_equal(hit.at.form, FIND_BASE64);
		for (int i = 0; i < len; i++) { /* the alphabet for addresses */
			if (text[i] == '+')
				text[i] = '-';
			else if (text[i] == '/')
				text[i] = '_';
		}
		assert_int_equal(find(&hit, text, (size_t)len, secret16, 16), SEARCH_FOUND);
	}
}

static void
a_part_of_a_long_secret_is_found(void **state)
{
	static uint8_t secret[1 << 20];
	struct search_hit hit;
	uint32_t x = 12345;

	(void)state;
	for (size_t i = 0; i < sizeof secret; i++) {
		x = x * 1664525 + 1013904223;
		secret[i] = (uint8_t)(x >> 24);
	}
	assert_int_equal(find(&hit, "", 0, secret, sizeof secret), SEARCH_ABSENT);
	assert_int_equal(find(&hit, secret + (1 << 19), 80000, secret, sizeof secret), SEARCH_FOUND);
	assert_memory_equal(recording + hit.at.off, secret + hit.secret_off, SEARCH_PIECE_LEN);
}

static void
short_and_uniform_secrets_are_named_as_such(void **state)
{
	static const uint8_t zeros[5000];
	struct search_hit hit;

	(void)state;
	assert_int_equal(find(&hit, secret16, 15, secret16, 15), SEARCH_TOO_SHORT);
	assert_int_equal(find(&hit, "", 0, zeros, 0), SEARCH_TOO_SHORT);
	assert_int_equal(find(&hit, "", 0, zeros, sizeof zeros), SEARCH_TOO_UNIFORM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_found_raw_and_in_both_hex_cases),
		cmocka_unit_test(a_secret_is_found_in_base64_at_every_alignment),
		cmocka_unit_test(a_part_of_a_long_secret_is_found),
		cmocka_unit_test(short_and_uniform_secrets_are_named_as_such),
	};

	return cmocka_run_group_tests_name("demo_search", tests, NULL, NULL);
}
