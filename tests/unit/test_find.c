/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <openssl/evp.h>

#include "host/find.h"

static const char secret[] = "correct horse battery staple";

static struct find_hit
only_hit(const void *hay, size_t len)
{
	struct find_hit hits[4];
	uint8_t *exact = test_copy(hay, len);
	size_t num;

	assert_int_equal(find_secret(hits, 4, &num, &(struct find_job){ exact, len, secret, strlen(secret) }, NULL), JURAT_OK);
	assert_int_equal(num, 1);
	free(exact);
	return hits[0];
}

static void
finds_the_bytes_themselves(void **state)
{
	struct find_hit hit;

	(void)state;
	hit = only_hit("xxcorrect horse battery staple", 30);
	assert_int_equal(hit.off, 2);
	assert_int_equal(hit.form, FIND_RAW);
}

static void
finds_hexadecimal_of_either_case(void **state)
{
	char text[128];

	(void)state;
	for (int upper = 0; upper < 2; upper++) {
		size_t n = (size_t)sprintf(text, "key=");
		struct find_hit hit;

		for (size_t i = 0; i < strlen(secret); i++)
			n += (size_t)sprintf(text + n, upper ? "%02X" : "%02x", secret[i]);
		hit = only_hit(text, n);
		assert_int_equal(hit.off, 4);
		assert_int_equal(hit.form, FIND_HEX);
	}
}

/* The oracle is OpenSSL's encoder over the secret among other bytes, at every alignment of both ends. */
static void
finds_base64_at_every_alignment(void **state)
{
	(void)state;
	for (size_t before = 0; before < 7; before++) {
		for (size_t after = 0; after < 4; after++) {
			uint8_t plain[64];
			char text[128];
			size_t n = before + strlen(secret) + after;

			memset(plain, 0xe7, sizeof plain);
			memcpy(plain + before, secret, strlen(secret));
			n = (size_t)EVP_EncodeBlock((uint8_t *)text, plain, (int)n);
			assert_int_equal(only_hit(text, n).form, FIND_BASE64);
		}
	}
}

static void
finds_every_place_up_to_the_room_given(void **state)
{
	struct find_hit hits[3];
	size_t num;

	(void)state;
	assert_int_equal(find_secret(hits, 3, &num, &(struct find_job){ "aaaaaa", 6, "aa", 2 }, NULL), JURAT_OK);
	assert_int_equal(num, 3);
	assert_int_equal(hits[2].off, 2);
}

static void
finds_nothing_where_nothing_is(void **state)
{
	struct find_hit hits[3];
	size_t num = 9;

	(void)state;
	assert_int_equal(find_secret(hits, 3, &num, &(struct find_job){ "correct horse battery stapl", 27, secret, strlen(secret) }, NULL), JURAT_OK);
	assert_int_equal(num, 0);
	assert_int_equal(find_secret(hits, 3, &num, &(struct find_job){ "", 0, secret, strlen(secret) }, NULL), JURAT_OK);
	assert_int_equal(num, 0);
	assert_int_equal(find_secret(hits, 3, &num, &(struct find_job){ "abc", 3, "", 0 }, NULL), JURAT_E_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_bytes_themselves),
		cmocka_unit_test(finds_hexadecimal_of_either_case),
		cmocka_unit_test(finds_base64_at_every_alignment),
		cmocka_unit_test(finds_every_place_up_to_the_room_given),
		cmocka_unit_test(finds_nothing_where_nothing_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
