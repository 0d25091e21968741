/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <stdio.h>

#include "json/json.h"
#include "json/write.h"

static jurat_rc
parse(const char *text)
{
	struct json_value *v = NULL;
	uint8_t *copy = test_copy(text, strlen(text));
	jurat_rc rc = json_parse(&v, (const char *)copy, strlen(text), 4096, "test", NULL);

	assert_true((rc == JURAT_OK) == (v != NULL));
	json_free(v);
	free(copy);
	return rc;
}

static void
json_parse_refuses_what_is_not_one_clean_object(void **state)
{
	assert_int_equal(parse("{}"), JURAT_OK);
	assert_int_equal(parse(" {\"a\": [1, {\"b\": null}]}\n"), JURAT_OK);
	assert_int_equal(parse(""), JURAT_E_TRUNCATED);
	assert_int_equal(parse("{\"a\": 1"), JURAT_E_TRUNCATED);
	assert_int_equal(parse("[]"), JURAT_E_FORMAT);
	assert_int_equal(parse("1"), JURAT_E_FORMAT);
	assert_int_equal(parse("{} x"), JURAT_E_TRAILING);
	assert_int_equal(parse("{}{}"), JURAT_E_TRAILING);
	assert_int_equal(parse("{\"a\":1,\"a\":1}"), JURAT_E_DUPLICATE);
	assert_int_equal(parse("{\"a\":1,\"\\u0061\":1}"), JURAT_E_DUPLICATE);
	assert_int_equal(parse("{\"a\":{\"b\":1,\"b\":2}}"), JURAT_E_DUPLICATE);
	assert_int_equal(parse("{\"a\":\"\xc3\x28\"}"), JURAT_E_FORMAT);   /* invalid UTF-8 */
	assert_int_equal(parse("{\"a\":\"\xed\xa0\x80\"}"), JURAT_E_FORMAT); /* a surrogate in UTF-8 */
	assert_int_equal(parse("{\"a\":\"\\u0000\"}"), JURAT_E_FORMAT);
	assert_int_equal(parse("{'a':1}"), JURAT_E_FORMAT);
	assert_int_equal(parse("{\"a\":99999999999999999999}"), JURAT_E_FORMAT);
}

static void
json_parse_caps_size_and_depth_before_parsing(void **state)
{
	char deep[256] = "{\"a\":";
	struct json_value *v = NULL;
	size_t n = strlen(deep);
	struct jurat_diag d = { 0 };

	memset(deep + n, '[', JSON_MAX_DEPTH - 1);
	memset(deep + n + JSON_MAX_DEPTH - 1, ']', JSON_MAX_DEPTH - 1);
	strcat(deep, "}");
	assert_int_equal(parse(deep), JURAT_OK);
	memset(deep + n, '[', JSON_MAX_DEPTH);
	deep[n + JSON_MAX_DEPTH] = '\0';
	assert_int_equal(parse(deep), JURAT_E_TOO_LARGE);
	assert_int_equal(parse("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"{{{{\"}"), JURAT_OK);
	assert_int_equal(json_parse(&v, "{}", 2, 1, "test.size", &d), JURAT_E_TOO_LARGE);
	assert_string_equal(d.field, "test.size");
	assert_int_equal(d.wanted, 1);
}

static void
json_get_reads_each_type_and_its_limits(void **state)
{
	const char *text = "{\"s\":\"x\",\"n\":7,\"b\":true,\"o\":{},\"a\":[1,2],\"h\":\"00fF\"}";
	struct json_value *v = NULL;
	const struct json_value *m;
	const char *s;
	int64_t n = 0;
	bool b = false;
	uint8_t h[2];
	struct jurat_diag d = { 0 };

	assert_int_equal(json_parse(&v, text, strlen(text), 4096, "t", NULL), JURAT_OK);
	assert_int_equal(json_get_string(v, "t.s", &s, NULL), JURAT_OK);
	assert_string_equal(s, "x");
	assert_int_equal(json_get_string(v, "t.n", &s, NULL), JURAT_E_FORMAT);
	assert_int_equal(json_get_string(v, "t.nothing", &s, &d), JURAT_E_MISSING);
	assert_string_equal(d.field, "t.nothing");
	assert_int_equal(json_get_integer(v, "t.n", 7, 7, &n, NULL), JURAT_OK);
	assert_int_equal(n, 7);
	assert_int_equal(json_get_integer(v, "t.n", 0, 6, &n, NULL), JURAT_E_FORMAT);
	assert_int_equal(json_get_integer(v, "t.n", 8, 9, &n, NULL), JURAT_E_FORMAT);

	assert_int_equal(json_get_bool(v, "t.b", &b, NULL), JURAT_OK);
	assert_true(b);
	assert_int_equal(json_get_bool(v, "t.n", &b, NULL), JURAT_E_FORMAT);
	assert_int_equal(json_get_object(v, "t.o", &m, NULL), JURAT_OK);
	assert_int_equal(json_get_object(v, "t.a", &m, NULL), JURAT_E_FORMAT);
	assert_int_equal(json_get_array(v, "t.a", 2, 2, &m, NULL), JURAT_OK);
	assert_int_equal(json_get_array(v, "t.a", 3, 4, &m, NULL), JURAT_E_FORMAT);
	assert_int_equal(json_get_array(v, "t.a", 0, 1, &m, NULL), JURAT_E_TOO_LARGE);
	assert_int_equal(json_get_hex(v, "t.h", h, 2, NULL), JURAT_OK);
	assert_int_equal(h[1], 0xff);
	assert_int_equal(json_get_hex(v, "t.h", h, 1, NULL), JURAT_E_FORMAT);
	json_free(v);
}

static void
json_only_names_an_unknown_member(void **state)
{
	static const char *const names[] = { "a", "b" };
	static const char hostile[] = "{\"a\":1,\"\\u001b[2J\xc3\xa9 a name that takes more than its forty bytes\":2}";
	struct json_value *v = NULL;
	struct jurat_diag d = { 0 };

	assert_int_equal(json_parse(&v, "{\"a\":1}", 7, 4096, "t", NULL), JURAT_OK);
	assert_int_equal(json_only(v, names, 2, "t", NULL), JURAT_OK);
	assert_int_equal(json_only(v, names + 1, 1, "t", &d), JURAT_E_FORMAT);
	assert_string_equal(d.name, "a");
	json_free(v);
	assert_int_equal(json_parse(&v, hostile, strlen(hostile), 4096, "t", NULL), JURAT_OK);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(json_only(v, names, 2, "t", &d), JURAT_E_FORMAT);
	assert_string_equal(d.name, "?[2J?? a name that takes more than its ");
	assert_int_equal(strlen(d.name), JURAT_NAME_LEN - 1);
	json_free(v);
}

static void
json_parse_names_the_key_that_stands_there_twice(void **state)
{
	static const char text[] = "{\"x\":{\"abc\":1,\"d\":2,\"abc\":3}}";
	struct json_value *v = NULL;
	struct jurat_diag d = { 0 };

	assert_int_equal(json_parse(&v, text, strlen(text), 4096, "t", &d), JURAT_E_DUPLICATE);
	assert_null(v);
	assert_string_equal(d.name, "abc");
	assert_int_equal(d.offset, strlen(text) - 2);
}

static void
json_raw_member_gives_the_received_bytes(void **state)
{
	static const char *const text[] = {
		"{\"tcbInfo\":{\"x\":\"}\\\"\",\"y\":[1, 2]},\"signature\":\"00\"}",
		" { \"signature\" : \"tcbInfo\" , \"n\":-12 ,\"tcbInfo\" : {\"x\":\"}\\\"\",\"y\":[1, 2]} } ",
	};
	const char *raw;
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(text); i++) {
		assert_int_equal(parse(text[i]), JURAT_OK);
		assert_int_equal(json_raw_member(&raw, &len, text[i], strlen(text[i]), "t.tcbInfo", NULL), JURAT_OK);
		assert_int_equal(len, strlen("{\"x\":\"}\\\"\",\"y\":[1, 2]}"));
		assert_memory_equal(raw, "{\"x\":\"}\\\"\",\"y\":[1, 2]}", len);
	}
	assert_int_equal(json_raw_member(&raw, &len, text[1], strlen(text[1]), "t.n", NULL), JURAT_OK);
	assert_int_equal(len, 3);
	assert_int_equal(json_raw_member(&raw, &len, "{\"a\":[]}", 8, "t.a", NULL), JURAT_OK);
	assert_int_equal(len, 2);
	assert_int_equal(json_raw_member(&raw, &len, "{\"a\":{\"b\":1}}", 13, "t.b", NULL), JURAT_E_MISSING);
	assert_int_equal(json_raw_member(&raw, &len, "{\"\\u0062\":1}", 12, "t.b", NULL), JURAT_E_MISSING);
	assert_int_equal(json_raw_member(&raw, &len, "{}", 2, "t.b", NULL), JURAT_E_MISSING);
}

static void
json_out_writes_what_json_parse_reads(void **state)
{
	struct json_out o;
	struct json_value *v = NULL;
	const char *s;
	char *text;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "s", "quote \" back \\ line \n bell \a");
	json_out_begin(&o, "list", '[');
	json_out_integer(&o, NULL, -1);
	json_out_bool(&o, NULL, true);
	json_out_string(&o, NULL, NULL);
	json_out_end(&o, ']');
	json_out_hex(&o, "h", "\x01\xff", 2);
	json_out_begin(&o, "empty", '{');
	json_out_end(&o, '}');
	json_out_end(&o, '}');
	assert_int_equal(json_out_finish(&o, &text), JURAT_OK);
	assert_int_equal(json_parse(&v, text, strlen(text), 4096, "t", NULL), JURAT_OK);
	assert_int_equal(json_get_string(v, "t.s", &s, NULL), JURAT_OK);
	assert_string_equal(s, "quote \" back \\ line \n bell \a");
	assert_int_equal(json_count(json_member(v, "list")), 3);
	assert_string_equal(json_text(json_member(v, "h")), "01ff");
	json_free(v);
	free(text);
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	assert_int_equal(json_out_finish(&o, &text), JURAT_E_MEMORY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_parse_refuses_what_is_not_one_clean_object),
		cmocka_unit_test(json_parse_caps_size_and_depth_before_parsing),
		cmocka_unit_test(json_get_reads_each_type_and_its_limits),
		cmocka_unit_test(json_only_names_an_unknown_member),
		cmocka_unit_test(json_parse_names_the_key_that_stands_there_twice),
		cmocka_unit_test(json_raw_member_gives_the_received_bytes),
		cmocka_unit_test(json_out_writes_what_json_parse_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
