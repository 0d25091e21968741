/* SPDX-License-Identifier: Apache-2.0 */
/* The library's edge: pointers that are NULL, texts that are empty, and optional members of another JSON type, which are never taken as absent. */
#include "support.h"

#include <stdio.h>

#include "dcap/collateral.h"
#include "jurat/verify.h"

static char *
seed(const char *name)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL, *text;
	uint8_t *p;
	size_t len;

	assert_true(asprintf(&path, "%s/fuzz/seeds/%s", source != NULL ? source : ".", name) > 0);
	p = test_read(path, &len);
	text = strndup((const char *)p, len);
	assert_non_null(text);
	free(p);
	free(path);
	return text;
}

/* ---- readers of one kind each, by one signature ---- */

static jurat_rc
read_policy(const char *text, size_t len, struct jurat_diag *d)
{
	struct jurat_policy *p = NULL;
	jurat_rc rc = jurat_policy_parse(&p, text, len, d);

	assert_true((rc == JURAT_OK) == (p != NULL));
	jurat_policy_free(p);
	return rc;
}

static jurat_rc
read_collateral(const char *text, size_t len, struct jurat_diag *d)
{
	struct jurat_collateral *c = NULL;
	jurat_rc rc = jurat_collateral_parse(&c, text, len, d);

	assert_true((rc == JURAT_OK) == (c != NULL));
	jurat_collateral_free(c);
	return rc;
}

static jurat_rc
read_trust(const char *text, size_t len, struct jurat_diag *d)
{
	struct jurat_trust *t = NULL;
	jurat_rc rc = jurat_trust_parse(&t, text, len, d);

	assert_true((rc == JURAT_OK) == (t != NULL));
	jurat_trust_free(t);
	return rc;
}

static jurat_rc
read_tcb_info(const char *text, size_t len, struct jurat_diag *d)
{
	struct tcb_info info = { 0 };
	jurat_rc rc = tcb_info_parse(&info, text, len, d);

	tcb_info_clear(&info);
	return rc;
}

static jurat_rc
read_identity(const char *text, size_t len, struct jurat_diag *d)
{
	struct enclave_identity identity = { 0 };
	jurat_rc rc = identity_parse(&identity, text, len, d);

	identity_clear(&identity);
	return rc;
}

/* ---- optional members ---- */

/* In the seed's text, `old` is replaced by `before`, a value, and `after`. right: the JSON type that the member has. */
static const struct optional {
	jurat_rc (*read)(const char *text, size_t len, struct jurat_diag *d);
	const char *seed, *member;
	char right; /* the first character of a value of its type: " 1 t [ { */
	const char *old, *before, *after;
} optional[] = {
	{ read_policy, "policy/small", "name", '"', "{\"version\":1", "{\"version\":1,\"name\":", "" },
	{ read_policy, "policy/small", "attributes", '[', "{\"version\":1", "{\"version\":1,\"attributes\":", "" },
	{ read_policy, "policy/small", "insecure_allow_debug", 't', "{\"version\":1", "{\"version\":1,\"insecure_allow_debug\":", "" },
	{ read_policy, "policy/small", "min_tcb_evaluation_data_number", '1', "{\"version\":1", "{\"version\":1,\"min_tcb_evaluation_data_number\":", "" },
	{ read_policy, "policy/small", "max_collateral_age_s", '1', "{\"version\":1", "{\"version\":1,\"max_collateral_age_s\":", "" },
	{ read_policy, "policy/small", "report_data", '"', "{\"version\":1", "{\"version\":1,\"report_data\":", "" },
	{ read_policy, "policy/small", "allowed_platforms", '[', "{\"version\":1", "{\"version\":1,\"allowed_platforms\":", "" },
	{ read_policy, "policy/small", "denied_platforms", '[', "{\"version\":1", "{\"version\":1,\"denied_platforms\":", "" },
	{ read_policy, "policy/small", "platform_flags", '{', "{\"version\":1", "{\"version\":1,\"platform_flags\":", "" },
	{ read_policy, "policy/small", "smt_enabled", '[', "{\"version\":1", "{\"version\":1,\"platform_flags\":{\"smt_enabled\":", "}" },
	{ read_policy, "policy/small", "fmspc", '"', "{\"version\":1", "{\"version\":1,\"allowed_platforms\":[{\"fmspc\":", "}]" },
	{ read_policy, "policy/small", "ppid", '"', "{\"version\":1", "{\"version\":1,\"denied_platforms\":[{\"ppid\":", "}]" },
	{ read_policy, "policy/small", "platform_instance_id", '"', "{\"version\":1", "{\"version\":1,\"denied_platforms\":[{\"platform_instance_id\":", "}]" },
	{ read_policy, "policy/full", "config_id", '"', "{\"mrsigner\":", "{\"config_id\":", ",\"mrsigner\":" },
	{ read_policy, "policy/full", "mrenclave", '"', "{\"mrsigner\":", "{\"mrenclave\":", ",\"mrsigner\":" },
	{ read_policy, "policy/small", "advisories", '[', "{\"status\":", "{\"advisories\":", ",\"status\":" },
	{ read_policy, "policy/small", "until", '"', "{\"status\":", "{\"until\":", ",\"status\":" },
	{ read_policy, "policy/td", "grace_s", '1', "\"grace_s\":86400", "\"grace_s\":", "" },
	{ read_policy, "policy/td_small", "rtmr2", '"', "{\"mr_td\":", "{\"rtmr2\":", ",\"mr_td\":" },
	{ read_policy, "policy/td_small", "td_attributes", '"', "{\"mr_td\":", "{\"td_attributes\":", ",\"mr_td\":" },
	{ read_policy, "policy/td_small", "xfam", '"', "{\"mr_td\":", "{\"xfam\":", ",\"mr_td\":" },
	{ read_collateral, "collateral/whole", "pck_certificate_chain", '"', "{\"pck_crl_issuer_chain\":", "{\"pck_certificate_chain\":",
	    ",\"pck_crl_issuer_chain\":" },
	{ read_tcb_info, "tcb_info/v3", "category", '"', "{\"svn\":5}", "{\"svn\":5,\"category\":", "}" },
	{ read_tcb_info, "tcb_info/v3", "type", '"', "{\"svn\":5}", "{\"svn\":5,\"type\":", "}" },
	{ read_tcb_info, "tcb_info/v3", "advisoryIDs", '[', "\"tcbStatus\":\"UpToDate\"}", "\"tcbStatus\":\"UpToDate\",\"advisoryIDs\":", "}" },
	{ read_tcb_info, "tcb_info/tdx", "tdxModuleIdentities", '[', "\"tdxModuleIdentities\":", "\"tdxModuleIdentities\":", NULL },
	{ read_identity, "identity/qe", "advisoryIDs", '[', "\"tcbStatus\":\"UpToDate\"}", "\"tcbStatus\":\"UpToDate\",\"advisoryIDs\":", "}" },
};

/* with_value: after NULL: what stood behind `old` goes, since it was the object's last member. */
static char *
with_value(const struct optional *o, const char *value)
{
	char *text = seed(o->seed), *at = strstr(text, o->old), *changed = NULL;

	if (at == NULL)
		fail_msg("%s has no %s", o->seed, o->old);
	assert_true(asprintf(&changed, "%.*s%s%s%s%s", (int)(at - text), text, o->before, value, o->after != NULL ? o->after : "",
	                o->after != NULL ? at + strlen(o->old) : "}") > 0);
	free(text);
	return changed;
}

static void
optional_members_of_another_type_are_refused_by_name(void **state)
{
	static const char *const values[] = { "null", "true", "1", "\"x\"", "[]", "{}" };

	for (size_t i = 0; i < ARRAY_LEN(optional); i++) {
		for (size_t k = 0; k < ARRAY_LEN(values); k++) {
			const struct optional *o = &optional[i];
			struct jurat_diag d = { 0 };
			char *text;
			jurat_rc rc;

			if (values[k][0] == o->right && strcmp(values[k], "null") != 0)
				continue;
			text = with_value(o, values[k]);
			rc = o->read(text, strlen(text), &d);
			if (rc != JURAT_E_FORMAT || strstr(d.field, o->member) == NULL)
				fail_msg("%s with %s: %s, %s", o->member, values[k], jurat_rc_name(rc), d.field);
			free(text);
		}
	}
}

/* ---- pointers ---- */

static void
texts_that_are_null_or_empty_are_refused_by_name(void **state)
{
	static const struct {
		jurat_rc (*read)(const char *text, size_t len, struct jurat_diag *d);
		const char *json, *name;
	} readers[] = { { read_policy, "policy.json", "policy" }, { read_collateral, "collateral.json", "collateral" },
		{ read_trust, "trust.json", "trust" } };

	for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
		struct jurat_diag d[3] = { 0 };

		assert_int_equal(readers[i].read(NULL, 1, &d[0]), JURAT_E_USAGE);
		assert_string_equal(d[0].field, readers[i].json);
		assert_int_equal(readers[i].read(NULL, SIZE_MAX, NULL), JURAT_E_USAGE);
		assert_int_equal(readers[i].read(NULL, 0, &d[1]), JURAT_E_TRUNCATED);
		assert_string_equal(d[1].field, readers[i].name);
		assert_int_equal(readers[i].read("{}", 0, &d[2]), JURAT_E_TRUNCATED);
	}
}

static void
a_place_for_the_result_must_be_given(void **state)
{
	struct jurat_request request = { .root = jurat_trust_intel() };
	struct jurat_diag d[5] = { 0 };

	assert_int_equal(jurat_policy_parse(NULL, "{}", 2, &d[0]), JURAT_E_USAGE);
	assert_string_equal(d[0].field, "policy.out");
	assert_int_equal(jurat_collateral_parse(NULL, "{}", 2, &d[1]), JURAT_E_USAGE);
	assert_string_equal(d[1].field, "collateral.out");
	assert_int_equal(jurat_trust_parse(NULL, "{}", 2, &d[2]), JURAT_E_USAGE);
	assert_string_equal(d[2].field, "trust.out");
	assert_int_equal(jurat_platforms_new(NULL, 1, &d[3]), JURAT_E_USAGE);
	assert_string_equal(d[3].field, "platforms.out");
	assert_int_equal(jurat_verify(NULL, &request, &d[4]), JURAT_E_USAGE);
	assert_string_equal(d[4].field, "verify.verdict");
}

static void
a_request_must_be_given_and_a_used_verdict_is_a_refusal_then(void **state)
{
	struct jurat_request request = { .root = jurat_trust_intel() };
	struct jurat_verdict *v = NULL;
	struct jurat_diag d = { 0 };

	assert_int_equal(jurat_verify(&v, NULL, &d), JURAT_E_USAGE);
	assert_string_equal(d.field, "verify.request");
	assert_null(v);
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK); /* no quote at all: a verdict, and what is wrong with it */
	assert_string_equal(jurat_verdict_decisive(v)->name, "quote_format");
	assert_int_equal(jurat_verdict_decisive(v)->code, JURAT_E_TRUNCATED);
	assert_int_equal(jurat_verify(&v, NULL, NULL), JURAT_E_USAGE);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_REFUSED);
	assert_int_equal(jurat_verdict_num_tcb_parts(v), 0);
	assert_null(jurat_verdict_best_tcb_status(v));
	jurat_verdict_free(v);
}

/* Whoever forgot an error and asks nobody must not read an acceptance. */
static void
no_verdict_is_never_an_acceptance(void **state)
{
	char *text = NULL;
	struct jurat_verdict *v = NULL;

	assert_int_equal(jurat_verdict_outcome(NULL), JURAT_REFUSED);
	assert_int_equal(jurat_verdict_code(NULL), JURAT_E_INTERNAL);
	assert_int_equal(jurat_verdict_exit_code(NULL), 1);
	assert_null(jurat_verdict_tcb_status(NULL));
	assert_null(jurat_verdict_best_tcb_status(NULL));
	assert_null(jurat_verdict_decisive(NULL));
	assert_int_equal(jurat_verdict_num_checks(NULL), 0);
	assert_null(jurat_verdict_check_at(NULL, 0));
	assert_int_equal(jurat_verdict_num_stains(NULL), 0);
	assert_null(jurat_verdict_stain_at(NULL, 0));
	assert_int_equal(jurat_verdict_num_tcb_parts(NULL), 0);
	assert_null(jurat_verdict_tcb_part_at(NULL, 0));
	assert_int_equal(jurat_verdict_num_advisories(NULL), 0);
	assert_null(jurat_verdict_advisory_at(NULL, 0));
	assert_true(jurat_verdict_valid_until(NULL) == INT64_MIN);
	assert_null(jurat_verdict_first_to_end(NULL));
	assert_int_equal(jurat_verdict_text(&text, NULL), JURAT_E_USAGE);
	assert_int_equal(jurat_verdict_json(&text, NULL), JURAT_E_USAGE);
	assert_null(text);
	assert_int_equal(jurat_verify(&v, &(struct jurat_request){ .root = jurat_trust_intel() }, NULL), JURAT_OK);
	assert_int_equal(jurat_verdict_text(NULL, v), JURAT_E_USAGE);
	assert_int_equal(jurat_verdict_json(NULL, v), JURAT_E_USAGE);
	jurat_verdict_free(v);
	assert_string_equal(jurat_trust_name(NULL), "");
}

static void
freeing_null_is_fine(void **state)
{
	jurat_trust_free(NULL);
	jurat_collateral_free(NULL);
	jurat_policy_free(NULL);
	jurat_platforms_free(NULL);
	jurat_verdict_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_members_of_another_type_are_refused_by_name),
		cmocka_unit_test(texts_that_are_null_or_empty_are_refused_by_name),
		cmocka_unit_test(a_place_for_the_result_must_be_given),
		cmocka_unit_test(a_request_must_be_given_and_a_used_verdict_is_a_refusal_then),
		cmocka_unit_test(no_verdict_is_never_an_acceptance),
		cmocka_unit_test(freeing_null_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
