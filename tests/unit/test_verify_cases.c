/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hundreds of verifications with exactly one defect each, made by tests/vectors/dcap_cases.py (plain Python, none of our code): the check
 * that is named must be the decisive one, with its code and exit code; cases without a check must be accepted.
 */
#include "support.h"

#include <stdio.h>

#include "appraisal/verdict.h"
#include "host/when.h"
#include "json/json.h"

static char *
cases_path(void)
{
	const char *build = getenv("JURAT_BUILD");
	char *path = NULL;

	assert_non_null(build);
	assert_true(asprintf(&path, "%s/tests/unit/dcap_cases.jsonl", build) > 0);
	return path;
}

struct loaded {
	uint8_t *quote, *report_data;
	size_t quote_len;
	struct jurat_trust *trust;
	struct jurat_collateral *collateral;
	struct jurat_policy *policy;
	int64_t at;
	bool allow_padding;
};

/* text_of: a string member, or NULL if it is null. */
static const char *
text_of(const struct json_value *line, const char *key)
{
	return json_text(json_member(line, key));
}

static void
load(struct loaded *l, const struct json_value *line)
{
	const char *trust = text_of(line, "trust"), *collateral = text_of(line, "collateral"), *policy = text_of(line, "policy");
	const char *at = text_of(line, "at"), *report_data = text_of(line, "report_data");
	uint8_t *raw = test_hex(text_of(line, "quote"), &l->quote_len);

	l->quote = test_copy(raw, l->quote_len);
	free(raw);
	if (report_data != NULL)
		l->report_data = test_hex(report_data, NULL);
	assert_int_equal(json_get_bool(line, "allow_padding", &l->allow_padding, NULL), JURAT_OK);
	assert_true(when_parse(&l->at, at, strlen(at)));
	assert_int_equal(jurat_trust_parse(&l->trust, trust, strlen(trust), NULL), JURAT_OK);
	if (collateral != NULL)
		assert_int_equal(jurat_collateral_parse(&l->collateral, collateral, strlen(collateral), NULL), JURAT_OK);
	if (policy != NULL)
		assert_int_equal(jurat_policy_parse(&l->policy, policy, strlen(policy), NULL), JURAT_OK);
}

static void
unload(struct loaded *l)
{
	free(l->quote);
	free(l->report_data);
	jurat_trust_free(l->trust);
	jurat_collateral_free(l->collateral);
	jurat_policy_free(l->policy);
}

/* same: whether both are NULL or the same text. */
static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* shows_stains: each in brackets in the text's first line, and in JSON; and just these, if the case names them. */
static bool
shows_stains(const struct jurat_verdict *v, const char *want)
{
	static const struct {
		const char *name, *shown;
	} stains[] = { { "private_root", " [PRIVATE ROOT test, not Intel hardware]" }, { "debug_enclave", " [DEBUG ENCLAVE]" },
		{ "debug_td", " [DEBUG TD]" }, { "insecure_allow_debug", " [insecure_allow_debug]" } };
	char *text = NULL, *json = NULL, all[256] = "";
	size_t num = 0;

	assert_int_equal(jurat_verdict_text(&text, v), JURAT_OK);
	assert_int_equal(jurat_verdict_json(&json, v), JURAT_OK);
	*strchr(text, '\n') = '\0';
	for (size_t i = 0; i < jurat_verdict_num_stains(v); i++) {
		const char *name = jurat_verdict_stain_at(v, i);

		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i != 0 ? " " : "", name);
		for (size_t k = 0; k < ARRAY_LEN(stains); k++)
			num += strcmp(stains[k].name, name) == 0 && strstr(text, stains[k].shown) != NULL && strstr(json, name) != NULL;
	}
	free(text);
	free(json);
	return num == jurat_verdict_num_stains(v) && num != 0 && (want == NULL || strcmp(all, want) == 0);
}

/* asks_for: what is to be updated, joined, if the case says so. */
static bool
asks_for(const struct jurat_verdict *v, const char *want)
{
	const char *updates[VERDICT_MAX_UPDATES];
	size_t num = verdict_updates(v, updates);
	char all[512] = "";

	for (size_t i = 0; i < num; i++)
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i != 0 ? "; " : "", updates[i]);
	if (want != NULL && strcmp(all, want) != 0)
		print_error("to be updated: %s\n", all);
	return want == NULL || strcmp(all, want) == 0;
}

/* blames_a_certificate: which one it was stands in what was found, with its subject where it could be read. */
static bool
blames_a_certificate(const struct jurat_check *c)
{
	static const char *const of_chains[] = { "pck_chain_roles", "pck_chain_root", "pck_chain_signatures", "tcb_info_signer", "qe_identity_signer" };
	bool is_of_chain = false;

	for (size_t i = 0; i < ARRAY_LEN(of_chains); i++)
		is_of_chain = is_of_chain || strcmp(c->name, of_chains[i]) == 0;
	if (!is_of_chain || c->code == JURAT_E_MISSING || strstr(c->found, "chain.no_") != NULL)
		return true;
	if (c->code == JURAT_E_CHAIN || c->code == JURAT_E_CRYPTO)
		return strncmp(c->found, "certificate ", 12) == 0 && strstr(c->found, "(CN=") != NULL;
	return true;
}

static bool
is_as_expected(const struct jurat_verdict *v, const struct json_value *line)
{
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	const char *check = text_of(line, "check"), *code = text_of(line, "code"), *status = text_of(line, "tcb_status");
	const char *found = text_of(line, "found");
	enum jurat_outcome outcome = check == NULL ? JURAT_ACCEPTED : same(check, "policy") ? JURAT_UNDECIDED : JURAT_REFUSED;
	int64_t exit_code;
	bool right;

	assert_int_equal(json_get_integer(line, "exit", 0, 255, &exit_code, NULL), JURAT_OK);
	right = same(check, decisive != NULL ? decisive->name : NULL) && jurat_verdict_outcome(v) == outcome &&
	    jurat_verdict_exit_code(v) == exit_code && (code == NULL || same(code, jurat_rc_name(jurat_verdict_code(v)))) &&
	    (status == NULL || same(status, jurat_verdict_tcb_status(v))) && (found == NULL || same(found, decisive->found)) &&
	    (decisive == NULL || blames_a_certificate(decisive)) && shows_stains(v, text_of(line, "stains")) &&
	    asks_for(v, text_of(line, "updates"));
	if (!right && decisive != NULL)
		print_error("%s: found %s\n", text_of(line, "name"), decisive->found);
	if (!right)
		print_error("%s: expected %s (%s, exit %d, %s), got %s (%s, exit %d, %s)\n", text_of(line, "name"), check, code,
		    (int)exit_code, status, decisive != NULL ? decisive->name : NULL, jurat_rc_name(jurat_verdict_code(v)),
		    jurat_verdict_exit_code(v), jurat_verdict_tcb_status(v));
	return right;
}

static bool
run_case(const struct json_value *line)
{
	struct loaded l = { 0 };
	struct jurat_verdict *v = NULL, *again = NULL;
	bool right;

	load(&l, line);
	struct jurat_request request = { .quote = l.quote, .quote_len = l.quote_len, .collateral = l.collateral, .root = l.trust,
		.at_unix_s = l.at, .policy = l.policy, .report_data = l.report_data, .flags = l.allow_padding ? JURAT_ALLOW_PADDING : 0 };
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	right = is_as_expected(v, line);
	/* with remembered signatures the verdict is the same */
	assert_int_equal(jurat_verify(&again, &request, NULL), JURAT_OK);
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++)
		assert_int_equal(jurat_verdict_check_at(v, i)->result, jurat_verdict_check_at(again, i)->result);
	jurat_verdict_free(v);
	jurat_verdict_free(again);
	unload(&l);
	return right;
}

static void
verify_names_the_check_that_each_defect_breaks(void **state)
{
	char *path = cases_path(), *line = NULL;
	FILE *f = fopen(path, "r");
	size_t cap = 0, num = 0, wrong = 0;
	ssize_t len;

	assert_non_null(f);
	while ((len = getline(&line, &cap, f)) > 0) {
		struct json_value *v = NULL;

		assert_int_equal(json_parse(&v, line, (size_t)len, 1 << 22, "case", NULL), JURAT_OK);
		wrong += !run_case(v);
		json_free(v);
		num++;
	}
	assert_true(num > 800);
	assert_int_equal(wrong, 0);
	free(line);
	fclose(f);
	free(path);
}

/* load_first: the first case, which is accepted. The caller frees the case, which owns the texts. */
static struct json_value *
load_first(struct loaded *l)
{
	char *path = cases_path(), *line = NULL;
	FILE *f = fopen(path, "r");
	struct json_value *v = NULL;
	size_t cap = 0;
	ssize_t len;

	assert_non_null(f);
	len = getline(&line, &cap, f);
	assert_true(len > 0);
	assert_int_equal(json_parse(&v, line, (size_t)len, 1 << 22, "case", NULL), JURAT_OK);
	assert_null(text_of(v, "check"));
	load(l, v);
	free(line);
	fclose(f);
	free(path);
	return v;
}

static bool
is_accepted(const struct loaded *l, const struct jurat_collateral *c)
{
	struct jurat_request request = { .quote = l->quote, .quote_len = l->quote_len, .collateral = c, .root = l->trust,
		.at_unix_s = l->at, .policy = l->policy };
	struct jurat_verdict *v = NULL;
	bool accepted;

	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	accepted = jurat_verdict_outcome(v) == JURAT_ACCEPTED;
	jurat_verdict_free(v);
	return accepted;
}

/* One bit of every byte, each time another one: all that the closed list in docs/checks.md allows takes more than one. */
static void
verify_accepts_no_quote_with_a_flipped_bit(void **state)
{
	struct loaded l = { 0 };
	struct json_value *line = load_first(&l);
	size_t accepted = 0;

	assert_true(is_accepted(&l, l.collateral));
	for (size_t i = 0; i < l.quote_len; i++) {
		uint8_t bit = (uint8_t)(1u << (i * 7 % 8));

		l.quote[i] ^= bit;
		if (is_accepted(&l, l.collateral)) {
			print_error("accepted with byte %zu altered\n", i);
			accepted++;
		}
		l.quote[i] ^= bit;
	}
	assert_int_equal(accepted, 0);
	unload(&l);
	json_free(line);
}

/* is_case: the closed list: upper or lower case of a hexadecimal digit. */
static bool
is_case(char old, uint8_t bit)
{
	return bit == 0x20 && ((old >= 'a' && old <= 'f') || (old >= 'A' && old <= 'F'));
}

static void
verify_accepts_no_collateral_with_a_flipped_bit(void **state)
{
	struct loaded l = { 0 };
	struct json_value *line = load_first(&l);
	const char *good = text_of(line, "collateral");
	size_t len = strlen(good), accepted = 0;
	char *text = strdup(good);

	assert_non_null(text);
	for (size_t i = 0; i < len; i += 3) {
		uint8_t bit = (uint8_t)(1u << (i * 5 % 8));
		struct jurat_collateral *c = NULL;

		text[i] = (char)(text[i] ^ bit);
		if (jurat_collateral_parse(&c, text, len, NULL) == JURAT_OK && is_accepted(&l, c) && !is_case(good[i], bit)) {
			print_error("accepted with byte %zu altered\n", i);
			accepted++;
		}
		text[i] = good[i];
		jurat_collateral_free(c);
	}
	assert_int_equal(accepted, 0);
	free(text);
	unload(&l);
	json_free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify_names_the_check_that_each_defect_breaks),
		cmocka_unit_test(verify_accepts_no_quote_with_a_flipped_bit),
		cmocka_unit_test(verify_accepts_no_collateral_with_a_flipped_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
