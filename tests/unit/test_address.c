/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "http/address.h"

static void
numeric_addresses_come_back_as_they_were(void **state)
{
	static const char *const good[] = { "127.0.0.1:0", "0.0.0.0:65535", "[::1]:8443", "[fe80::1:2]:1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		char text[HTTP_ADDRESS_MAX_LEN];
		union address a;
		socklen_t len;

		assert_true(address_parse(&a, &len, good[i]));
		address_format(text, &a);
		assert_string_equal(text, good[i]);
	}
}

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = { "", ":", ":80", "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
		"127.0.0.1:-1", "127.0.0.1: 1", "127.0.0.1:1x", "::1:80", "[::1]", "[]:1", "[127.0.0.1]:1", "1.2.3:1",
		"127.0.0.1:99999999999999999999", "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *text = strdup(bad[i]);
		union address a;
		socklen_t len;

		if (address_parse(&a, &len, text))
			fail_msg("accepted %s", text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numeric_addresses_come_back_as_they_were),
		cmocka_unit_test(anything_else_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
