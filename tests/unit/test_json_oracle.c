/* SPDX-License-Identifier: Apache-2.0 */
/* Our JSON reader agrees with jansson's over documents, over every damage of them, and over real collateral. */
#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include "json/json.h"
#include "json_oracle.h"

static size_t num_of[ORACLE_NUM];

static enum oracle_verdict
judge(const char *text, size_t len)
{
	uint8_t *copy = test_copy(text, len);
	const char *why = "";
	enum oracle_verdict verdict = json_oracle((const char *)copy, len, &why);

	if (verdict == ORACLE_DIFFERS)
		fail_msg("%s: %zu bytes: %.*s", why, len, (int)(len < 200 ? len : 200), text);
	num_of[verdict]++;
	free(copy);
	return verdict;
}

static bool
try_damaged(void *ctx, const uint8_t *p, size_t len)
{
	return judge((const char *)p, len) == ORACLE_ACCEPTED;
}

static bool
may_pass(size_t byte)
{
	return true;
}

static const char *const documents[] = {
	"{}", "{\"\":\"\"}", "{\"a\":[]}", "{\"a\":{},\"b\":[{},[],[[]]]}",
	"\t{ \"a\" :\r\n [ 1 , -1 , 0 , -0 , true , false , null ] , \"b\" : { \"c\" : \"d\" } }",
	"{\"n\":[9223372036854775807,-9223372036854775808,1234567890]}",
	"{\"e\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\uFFFF\\u007f\"}",
	"{\"u\":\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"}",
	"{\"long key that takes more than eight bytes\":\"a value of sixteen\",\"a\\nb\":\"01234567\\\"0123456\\\"012345\"}",
	("{\"a1\":1,\"a2\":2,\"a3\":3,\"a4\":4,\"a5\":5,\"a6\":6,\"a7\":7,\"a8\":8,\"a9\":9,\"b1\":1,\"b2\":2,\"b3\":3,\"b4\":4,\"b5\":5,"
	"\"b6\":6,\"b7\":7,\"b8\":8,\"b9\":9}"),
};

static void
both_take_the_same_documents_and_the_same_damage(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		assert_int_equal(judge(documents[i], strlen(documents[i])), ORACLE_ACCEPTED);
		each_damage((const uint8_t *)documents[i], strlen(documents[i]), try_damaged, NULL, may_pass);
	}
}

static void
both_refuse_what_is_no_json(void **state)
{
	static const char *const bad[] = {
		"", " ", "{", "}", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1;}", "{a:1}",
		"{\"a\":[1,]}", "{\"a\":[,]}", "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{\"b\":1]}", "{\"a\"::1}", "{\"a\":01}", "{\"a\":-}", "{\"a\":-01}",
		"{\"a\":+1}", "{\"a\":0x1}", "{\"a\":1a}", "{\"a\":9223372036854775808}", "{\"a\":-9223372036854775809}", "{\"a\":18446744073709551616}",
		"{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":truex}", "{\"a\":nul",
		"{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}",
		"{\"a\":\"\\ud800x\"}", "{\"a\":\"\\udc00\\udc00\"}", "{\"a\":\"\\u0000\"}", "{\"\\u0000\":1}", "{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\x01\"}",
		"{\"a\":\"\x80\"}", "{\"a\":\"\xc0\x80\"}", "{\"a\":\"\xc1\xbf\"}", "{\"a\":\"\xc2\"}", "{\"a\":\"\xe0\x9f\xbf\"}", "{\"a\":\"\xed\xa0\x80\"}",
		"{\"a\":\"\xf0\x8f\xbf\xbf\"}", "{\"a\":\"\xf4\x90\x80\x80\"}", "{\"a\":\"\xf5\x80\x80\x80\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xe2\x82\"}",
		"\xef\xbb\xbf{}", "{}x", "{}{}", "{},", "// x\n{}", "{\"a\":1/**/}", "{\"a\":1,\"a\":2}", "{\"\":1,\"\":2}", "\"a\"", "1", "null",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(judge(bad[i], strlen(bad[i])), ORACLE_REFUSED);
	assert_int_equal(judge("{}\0", 3), ORACLE_REFUSED);
	assert_int_equal(judge("{\"a\0\":1}", 8), ORACLE_REFUSED);
}

static void
ours_alone_refuses_what_the_list_names(void **state)
{
	char deep[2 * JSON_MAX_DEPTH + 16] = "{\"a\":";
	size_t n = strlen(deep);

	assert_int_equal(judge("[]", 2), ORACLE_NO_OBJECT);
	assert_int_equal(judge("[{\"a\":1}]", 9), ORACLE_NO_OBJECT);
	assert_int_equal(judge("{\"a\":1.0}", 9), ORACLE_FRACTION);
	assert_int_equal(judge("{\"a\":1e2}", 9), ORACLE_FRACTION);
	assert_int_equal(judge("{\"a\":[-1.5E+2]}", 15), ORACLE_FRACTION);
	assert_int_equal(judge("{\"a\":1\0}", 8), ORACLE_NUL);
	memset(deep + n, '[', JSON_MAX_DEPTH);
	memset(deep + n + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	strcat(deep, "}");
	assert_int_equal(judge(deep, strlen(deep)), ORACLE_DEPTH);
}

/* Every byte at every place of the eight that are looked at together, and behind them. */
static void
both_agree_about_every_byte_in_a_string(void **state)
{
	for (size_t at = 0; at < 20; at++) {
		for (unsigned c = 0; c < 256; c++) {
			char text[] = "{\"a\":\"01234567890123456789\"}";

			text[6 + at] = (char)c;
			(void)judge(text, sizeof text - 1);
		}
	}
}

/* many_keys: an object of num keys that differ in their last bytes alone; one of them twice if twice < num. */
static char *
many_keys(size_t num, size_t twice)
{
	char *text = malloc(num * 32 + 3), *at = text;

	assert_non_null(text);
	*at++ = '{';
	for (size_t i = 0; i < num; i++)
		at += sprintf(at, "%s\"a long prefix %06zu\":%zu", i != 0 ? "," : "", (i == num - 1 && twice < num ? twice : i) * 7919 % 1000003, i);
	strcpy(at, "}");
	return text;
}

static void
objects_of_many_members_have_each_key_once(void **state)
{
	static const size_t nums[] = { 2, 15, 16, 17, 18, 100, 20000 };

	for (size_t i = 0; i < ARRAY_LEN(nums); i++) {
		char *good = many_keys(nums[i], SIZE_MAX);

		assert_int_equal(judge(good, strlen(good)), ORACLE_ACCEPTED);
		for (size_t twice = 0; twice < nums[i] - 1; twice += nums[i] / 2) {
			char *bad = many_keys(nums[i], twice);

			assert_int_equal(judge(bad, strlen(bad)), ORACLE_REFUSED);
			free(bad);
		}
		free(good);
	}
}

/* judge_strings: the document, some damage of it, and the documents that stand in its strings. */
static void
judge_real(const char *text, size_t len, unsigned *seed)
{
	static const char *const inner[] = { "tcb_info", "qe_identity" };
	struct json_value *v = NULL;
	char *copy = (char *)test_copy(text, len);

	(void)judge(text, len);
	for (int i = 0; i < 20; i++) {
		size_t at = (size_t)rand_r(seed) % len;
		char was = copy[at];

		copy[at] = (char)(i % 2 == 0 ? was ^ (1 << rand_r(seed) % 8) : "{}[]\":,\\ 0"[rand_r(seed) % 10]);
		(void)judge(copy, len);
		copy[at] = was;
		(void)judge(copy, at);
	}
	free(copy);
	if (json_parse(&v, text, len, len, "real", NULL) != JURAT_OK)
		return;
	for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
		const char *document = json_text(json_member(v, inner[i]));

		if (document != NULL && *document != '\0')
			judge_real(document, strlen(document), seed);
	}
	json_free(v);
}

static void
both_agree_over_real_collateral(void **state)
{
	static const char *const folders[] = { "dcap/collateral", "dcap/standalone" };
	unsigned seed = 1;
	size_t num = 0;

	if (!corpus_or_skip())
		skip();
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = corpus_file(folders[i]);
		DIR *dir = opendir(path);

		assert_non_null(dir);
		for (struct dirent *e; (e = readdir(dir)) != NULL;) {
			char name[512];
			uint8_t *text;
			size_t len;

			snprintf(name, sizeof name, "%s/%s", path, e->d_name);
			if (strstr(e->d_name, ".json") == NULL)
				continue;
			text = test_read(name, &len);
			judge_real((const char *)text, len, &seed);
			free(text);
			num++;
		}
		closedir(dir);
		free(path);
	}
	assert_true(num > 100);
	assert_true(num_of[ORACLE_ACCEPTED] > num);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_take_the_same_documents_and_the_same_damage),
		cmocka_unit_test(both_refuse_what_is_no_json),
		cmocka_unit_test(ours_alone_refuses_what_the_list_names),
		cmocka_unit_test(both_agree_about_every_byte_in_a_string),
		cmocka_unit_test(objects_of_many_members_have_each_key_once),
		cmocka_unit_test(both_agree_over_real_collateral),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
