/* SPDX-License-Identifier: Apache-2.0 */
/* docs/checks.md holds the table of checks exactly as the code does. JURAT_PRINT_CHECKS=1 prints what must stand between its markers. */
#include "support.h"

#include <stdio.h>

#include "appraisal/verdict.h"

static char *
table(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	fputs("| check | what it checks | where the rule comes from |\n|---|---|---|\n", f);
	for (enum check_id id = 0; id < CHECK_NUM; id++)
		fprintf(f, "| `%s` | %s | %s |\n", check_name(id), check_info(id)->what, check_info(id)->rule);
	fclose(f);
	return text;
}

static void
every_check_has_a_name_a_purpose_a_source_and_a_remedy(void **state)
{
	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		assert_non_null(check_info(id)->hook);
		assert_true(strlen(check_info(id)->remedy) > 10);
		assert_true(strlen(check_info(id)->what) > 10);
		assert_true(strlen(check_info(id)->rule) > 5);
		for (enum check_id other = 0; other < id; other++)
			assert_string_not_equal(check_name(id), check_name(other));
	}
}

static void
the_manual_lists_the_checks_as_they_are(void **state)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL, *want = table(), *doc, *at;
	size_t len;

	if (getenv("JURAT_PRINT_CHECKS") != NULL)
		fputs(want, stdout);
	assert_true(asprintf(&path, "%s/docs/checks.md", source != NULL ? source : ".") > 0);
	doc = (char *)test_read(path, &len);
	at = strstr(doc, "<!-- the table of src/appraisal/checks.c -->\n");
	assert_non_null(at);
	at = strchr(at, '\n') + 1;
	if (strncmp(at, want, strlen(want)) != 0 || strncmp(at + strlen(want), "<!-- end -->", 12) != 0)
		fail_msg("%s", "docs/checks.md is not what src/appraisal/checks.c says: JURAT_PRINT_CHECKS=1 prints the table");
	free(doc);
	free(want);
	free(path);
}

/* The same in jurat-verify(1), without the sources. */
static void
the_manual_page_lists_the_checks_as_they_are(void **state)
{
	const char *source = getenv("JURAT_SOURCE"), *begin = ".\\\" the table of src/appraisal/checks.c\n.Bl -tag -width Ds -compact\n";
	char *path = NULL, *want = NULL, *at;
	size_t len = 0;
	FILE *f = open_memstream(&want, &len);
	uint8_t *page;

	assert_non_null(f);
	for (enum check_id id = 0; id < CHECK_NUM; id++)
		fprintf(f, ".It Cm %s\n%s\n", check_name(id), check_info(id)->what);
	fputs(".El\n.\\\" end\n", f);
	fclose(f);
	if (getenv("JURAT_PRINT_CHECKS") != NULL)
		fputs(want, stdout);
	assert_true(asprintf(&path, "%s/man/jurat-verify.1", source != NULL ? source : ".") > 0);
	page = test_read(path, &len);
	at = memmem(page, len, begin, strlen(begin));
	assert_non_null(at);
	at += strlen(begin);
	if (strlen(want) > len - (size_t)(at - (char *)page) || memcmp(at, want, strlen(want)) != 0)
		fail_msg("%s", "man/jurat-verify.1 is not what src/appraisal/checks.c says: JURAT_PRINT_CHECKS=1 prints the table");
	free(page);
	free(want);
	free(path);
}

/* Today no check stays unrun without another that failed; should one ever, it must not be an acceptance. */
static void
a_check_that_never_ran_is_no_acceptance(void **state)
{
	struct jurat_verdict v = { 0 };

	for (enum check_id id = 0; id < CHECK_NUM; id++)
		verdict_pass(&v, id, "");
	assert_int_equal(jurat_verdict_outcome(&v), JURAT_ACCEPTED);
	assert_int_equal(jurat_verdict_exit_code(&v), 0);
	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		v.state[id] = NOT_RUN;
		assert_int_not_equal(jurat_verdict_outcome(&v), JURAT_ACCEPTED);
		assert_int_not_equal(jurat_verdict_code(&v), JURAT_OK);
		assert_int_not_equal(jurat_verdict_exit_code(&v), 0);
		v.state[id] = PASSED;
	}
}

/* Pointers that are NULL, times and flags without a meaning: an error, and no verdict; a verdict that was to be used again is a refusal. */
static void
misuse_is_refused_and_leaves_no_answer(void **state)
{
	const uint8_t quote[1] = { 0 };
	const struct jurat_request good = { .quote = quote, .quote_len = 1, .root = jurat_trust_intel() };
	struct jurat_request bad[6] = { good, good, good, good, good, good };
	struct jurat_verdict *v = NULL;

	bad[0].root = NULL;
	bad[1].quote = NULL;
	bad[2].at_unix_s = -1;
	bad[3].at_unix_s = INT64_MAX;
	bad[4].flags = 2;
	bad[5].reserved[3] = quote;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(jurat_verify(&v, &bad[i], NULL), JURAT_E_USAGE);
		assert_null(v);
	}
	assert_int_equal(jurat_verify(&v, &good, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(jurat_verify(&v, &bad[i], NULL), JURAT_E_USAGE);
		assert_int_equal(jurat_verdict_outcome(v), JURAT_REFUSED);
		assert_null(jurat_verdict_tcb_status(v));
	}
	jurat_verdict_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misuse_is_refused_and_leaves_no_answer),
		cmocka_unit_test(every_check_has_a_name_a_purpose_a_source_and_a_remedy),
		cmocka_unit_test(a_check_that_never_ran_is_no_acceptance),
		cmocka_unit_test(the_manual_lists_the_checks_as_they_are),
		cmocka_unit_test(the_manual_page_lists_the_checks_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
