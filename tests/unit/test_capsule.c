/* SPDX-License-Identifier: Apache-2.0 */
/* Capsules that plain Python wrote (tests/vectors/capsule.py), and ours. */
#include "support.h"

#include <stdio.h>

#include "appraisal/capsule.h"
#include "json/json.h"

#define AT 1780315200ll /* 2026-06-01T12:00:00Z */

static uint8_t *
seed(const char *name, size_t *out_len)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/fuzz/seeds/capsule/%s", getenv("JURAT_SOURCE"), name);
	return test_read(path, out_len);
}

/* trust_of: the root that the capsule names, as its reader would give it. */
static struct jurat_trust *
trust_of(const struct capsule *c)
{
	struct jurat_trust *root = NULL;

	if (c->input.trust_len != 0)
		assert_int_equal(jurat_trust_parse(&root, c->input.trust, c->input.trust_len, NULL), JURAT_OK);
	return root;
}

/* replay: the code and field of judging the seed again. */
static void
replay(const char *name, jurat_rc code, const char *field)
{
	struct jurat_diag d = { 0 };
	struct jurat_verdict *v = NULL;
	struct capsule c;
	size_t len;
	uint8_t *file = seed(name, &len);
	struct jurat_trust *root;

	assert_int_equal(capsule_parse(&c, file, len, NULL), JURAT_OK);
	root = trust_of(&c);
	assert_int_equal(capsule_replay(&v, &c, root, &d), code);
	if (code != JURAT_OK)
		assert_string_equal(d.field, field);
	else
		assert_int_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
	jurat_verdict_free(v);
	jurat_trust_free(root);
	free(file);
}

static void
capsule_of_another_writer_is_read_and_gives_its_verdict(void **state)
{
	replay("genuine", JURAT_OK, NULL);
}

static void
capsule_whose_verdict_is_not_what_the_evidence_gives_is_refused(void **state)
{
	replay("other_outcome", JURAT_E_MISMATCH, "capsule.verdict.outcome");
	replay("other_status", JURAT_E_MISMATCH, "capsule.verdict.tcb_status");
	replay("other_check", JURAT_E_MISMATCH, "capsule.verdict.checks");
	replay("other_member", JURAT_E_MISMATCH, "capsule.verdict");
	replay("other_instant", JURAT_E_MISMATCH, "capsule.verdict.outcome");
}

static void
capsule_never_chooses_its_reader_s_root(void **state)
{
	struct jurat_diag d = { 0 };
	struct jurat_verdict *v = NULL;
	struct capsule c;
	size_t len;
	uint8_t *file = seed("genuine", &len);

	assert_int_equal(capsule_parse(&c, file, len, NULL), JURAT_OK);
	assert_int_equal(capsule_replay(&v, &c, jurat_trust_intel(), &d), JURAT_E_CHAIN);
	assert_string_equal(d.field, "capsule.trust");
	free(file);
}

static void
capsule_of_a_newer_version_is_refused_by_name(void **state)
{
	struct jurat_diag d = { 0 };
	struct capsule c;
	size_t len;
	uint8_t *file = seed("newer", &len);

	assert_int_equal(capsule_parse(&c, file, len, &d), JURAT_E_VERSION);
	assert_string_equal(d.field, "capsule.version");
	free(file);
}

static bool
try_parse(void *ctx, const uint8_t *p, size_t len)
{
	struct capsule c;

	return capsule_parse(&c, p, len, NULL) == JURAT_OK;
}

static void
capsule_refuses_every_damage(void **state)
{
	size_t len;
	uint8_t *file = seed("small", &len);

	assert_true(try_parse(NULL, file, len));
	each_damage(file, len, try_parse, NULL, NULL);
	free(file);
}

static void
capsule_refuses_lengths_at_their_extremes(void **state)
{
	size_t len;
	uint8_t *file = seed("small", &len);

	for (size_t at = 24; at < 24 + 1 + 6 * 4 + 2; at++) {
		uint8_t *bad = test_copy(file, len);

		memset(bad + at, 0xff, 4);
		assert_false(try_parse(NULL, bad, len));
		free(bad);
	}
	free(file);
}

/* Our own writer, over the parts that Python made. */
static void
make_from(struct blob *out, struct jurat_verdict **v, const char *name, const struct p256_private *key, const uint8_t *report_data)
{
	struct capsule c;
	size_t len;
	uint8_t *file = seed(name, &len);

	assert_int_equal(capsule_parse(&c, file, len, NULL), JURAT_OK);
	c.input.report_data = report_data;
	assert_int_equal(capsule_make(out, v, &c.input, key, NULL), JURAT_OK);
	free(file);
}

static void
capsule_that_we_make_is_read_back_whole_and_replays(void **state)
{
	struct p256_private key = { .d = { [31] = 7 } };
	struct p256_public signer;
	CLEANUP(blob_clear) struct blob out = { 0 };
	struct jurat_verdict *v = NULL, *again = NULL;
	struct jurat_trust *root;
	struct capsule c;

	make_from(&out, &v, "genuine", &key, NULL);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
	assert_int_equal(capsule_parse(&c, out.p, out.len, NULL), JURAT_OK);
	assert_int_equal(c.input.at_unix_s, AT);
	assert_null(c.input.report_data);
	assert_int_equal(p256_public_of(&signer, &key), JURAT_OK);
	assert_memory_equal(&signer, &c.signer, sizeof signer);
	root = trust_of(&c);
	assert_int_equal(capsule_replay(&again, &c, root, NULL), JURAT_OK);
	jurat_verdict_free(v);
	jurat_verdict_free(again);
	jurat_trust_free(root);
}

static void
capsule_keeps_a_refusal_as_a_refusal(void **state)
{
	static const uint8_t other_session[SGX_REPORT_DATA_LEN] = { 1 };
	struct p256_private key = { .d = { [31] = 7 } };
	CLEANUP(blob_clear) struct blob out = { 0 };
	struct jurat_verdict *v = NULL;
	struct jurat_trust *root;
	struct capsule c;

	make_from(&out, NULL, "genuine", &key, other_session);
	assert_int_equal(capsule_parse(&c, out.p, out.len, NULL), JURAT_OK);
	assert_memory_equal(c.input.report_data, other_session, sizeof other_session);
	root = trust_of(&c);
	assert_int_equal(capsule_replay(&v, &c, root, NULL), JURAT_OK);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_REFUSED);
	assert_string_equal(jurat_verdict_decisive(v)->name, "report_data");
	jurat_verdict_free(v);
	jurat_trust_free(root);
}

static void
capsule_is_not_made_of_collateral_that_cannot_be_read(void **state)
{
	struct p256_private key = { .d = { [31] = 7 } };
	struct capsule_input input = { .at_unix_s = AT, .quote = (const uint8_t *)"q", .quote_len = 1, .collateral = "{}", .collateral_len = 2 };
	struct blob out = { 0 };
	struct jurat_diag d = { 0 };

	assert_int_equal(capsule_make(&out, NULL, &input, &key, &d), JURAT_E_MISSING);
	assert_null(out.p);
	input.collateral_len = 0;
	key.d[31] = 0;
	assert_int_equal(capsule_make(&out, NULL, &input, &key, NULL), JURAT_E_CRYPTO);
	assert_null(out.p);
}

static void
json_covers_finds_every_member_and_no_other_value(void **state)
{
	static const struct {
		const char *whole, *part;
		bool covered;
	} cases[] = { { "{\"a\":1,\"b\":[1,{\"c\":2}]}", "{\"b\":[1,{\"c\":2}]}", true }, { "{\"a\":1}", "{}", true },
		{ "{\"a\":1}", "{\"a\":2}", false }, { "{\"a\":1}", "{\"a\":\"1\"}", false }, { "{\"a\":1}", "{\"b\":1}", false },
		{ "{\"a\":[1,2]}", "{\"a\":[1]}", false }, { "{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"y\":2}}", true },
		{ "{\"a\":{\"x\":1}}", "{\"a\":{\"x\":1,\"skip\":2}}", false }, { "{\"a\":1}", "{\"a\":1,\"skip\":2}", true } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(json_clear) struct json_value *whole = NULL, *part = NULL;

		assert_int_equal(json_parse(&whole, cases[i].whole, strlen(cases[i].whole), 1024, "x", NULL), JURAT_OK);
		assert_int_equal(json_parse(&part, cases[i].part, strlen(cases[i].part), 1024, "x", NULL), JURAT_OK);
		assert_int_equal(json_covers(whole, part, "skip"), cases[i].covered);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capsule_of_another_writer_is_read_and_gives_its_verdict),
		cmocka_unit_test(capsule_whose_verdict_is_not_what_the_evidence_gives_is_refused),
		cmocka_unit_test(capsule_never_chooses_its_reader_s_root),
		cmocka_unit_test(capsule_of_a_newer_version_is_refused_by_name),
		cmocka_unit_test(capsule_refuses_every_damage),
		cmocka_unit_test(capsule_refuses_lengths_at_their_extremes),
		cmocka_unit_test(capsule_that_we_make_is_read_back_whole_and_replays),
		cmocka_unit_test(capsule_keeps_a_refusal_as_a_refusal),
		cmocka_unit_test(capsule_is_not_made_of_collateral_that_cannot_be_read),
		cmocka_unit_test(json_covers_finds_every_member_and_no_other_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
