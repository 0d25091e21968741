/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict_hold.h"

#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "sgx/quote.h"

#define VERDICT_MAX_LEN (8u * 1024u * 1024u)

const char verdict_hold_policy[] =
	"{\"version\":1,\"identities\":["
	"{\"mrsigner\":\"ffdcc4ba1ba029d91fb645eab1563010ee7bcfac6f321326f4eab298601b5bce\",\"isv_prod_id\":7,\"min_isv_svn\":3},"
	"{\"mr_td\":\"fb2b54400987d6738fb073b581504db49402cb495cd2ea36ae3ce8f4589afa4de54281ca8047fa7a61e6f55d4dab8d14\"}],"
	"\"tcb_statuses\":[{\"status\":\"UpToDate\"}]}";

static void
must(bool holds)
{
	if (!holds)
		abort();
}

bool
is_printable(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\n' && (text[i] < 0x20 || text[i] > 0x7e))
			return false;
	}
	return len == 0 || text[len - 1] == '\n';
}

/* may_be_skipped: checks that nothing need ask for; every other one has passed in an acceptance. */
static bool
may_be_skipped(const char *name, bool is_td)
{
	static const char *const names[] = { "pck_matches", "report_data", "policy_tcb_evaluation", "policy_collateral_age", "policy_platform",
		"policy_platform_flags", "policy_report_data" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return strcmp(name, is_td ? "signer_not_public" : "tdx_module") == 0; /* a TD has no signer */
}

static void
hold_checks(const struct jurat_verdict *v, bool is_td)
{
	enum jurat_outcome outcome = jurat_verdict_outcome(v);
	size_t failed = 0, against = 0; /* against: but the lack of a policy */

	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++) {
		const struct jurat_check *c = jurat_verdict_check_at(v, i);

		must(c->name != NULL && c->expected != NULL && c->found != NULL && c->remedy != NULL);
		must((c->result == JURAT_CHECK_FAILED) == (c->code != JURAT_OK));
		failed += c->result == JURAT_CHECK_FAILED;
		against += c->result == JURAT_CHECK_FAILED && strcmp(c->name, "policy") != 0;
		must(outcome != JURAT_ACCEPTED || c->result == JURAT_CHECK_PASSED || may_be_skipped(c->name, is_td));
	}
	must((outcome == JURAT_REFUSED) == (against != 0));
	must((outcome == JURAT_ACCEPTED) == (failed == 0));
	must((outcome == JURAT_ACCEPTED) == (jurat_verdict_decisive(v) == NULL));
	must((outcome == JURAT_ACCEPTED) == (jurat_verdict_code(v) == JURAT_OK));
	must((outcome == JURAT_ACCEPTED) == (jurat_verdict_exit_code(v) == 0));
	must(jurat_verdict_check_at(v, jurat_verdict_num_checks(v)) == NULL);
}

static bool
says(const struct json_value *document, const char *key, const char *text)
{
	const char *found = json_text(json_member(document, key));

	return text == NULL ? found == NULL : found != NULL && strcmp(found, text) == 0;
}

static void
hold_json(const struct jurat_verdict *v, const char *text)
{
	static const char *const outcomes[] = { [JURAT_UNDECIDED] = "undecided", [JURAT_REFUSED] = "refused", [JURAT_ACCEPTED] = "accepted" };
	static const char *const results[] = { [JURAT_CHECK_PASSED] = "passed", [JURAT_CHECK_FAILED] = "failed",
		[JURAT_CHECK_SKIPPED] = "skipped" };
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	struct json_value *document = NULL;
	const struct json_value *checks;
	int64_t exit_code;

	must(json_parse(&document, text, strlen(text), VERDICT_MAX_LEN, "verdict", NULL) == JURAT_OK);
	must(says(document, "outcome", outcomes[jurat_verdict_outcome(v)]));
	must(says(document, "tcb_status", jurat_verdict_tcb_status(v)));
	must(says(document, "decisive", decisive != NULL ? decisive->name : NULL));
	must(json_get_integer(document, "verdict.exit_code", 0, 255, &exit_code, NULL) == JURAT_OK);
	must(exit_code == jurat_verdict_exit_code(v));
	checks = json_member(document, "checks");
	must(json_count(checks) == jurat_verdict_num_checks(v));
	for (size_t i = 0; i < json_count(checks); i++) {
		must(says(json_at(checks, i), "name", jurat_verdict_check_at(v, i)->name));
		must(says(json_at(checks, i), "result", results[jurat_verdict_check_at(v, i)->result]));
	}
	json_free(document);
}

char *
verdict_hold(const struct jurat_verdict *v, bool is_td)
{
	char *text = NULL, *json = NULL;

	hold_checks(v, is_td);
	must(jurat_verdict_text(&text, v) == JURAT_OK && jurat_verdict_json(&json, v) == JURAT_OK);
	must(is_printable(text));
	hold_json(v, json);
	free(text);
	return json;
}

struct jurat_verdict *
verdict_hold_again(const struct jurat_request *request)
{
	struct jurat_request with_platforms = *request;
	struct jurat_verdict *v = NULL;
	struct quote q;
	bool is_td = quote_parse(&q, request->quote, request->quote_len, NULL) == JURAT_OK && q.body_type != QUOTE_BODY_SGX;
	char *first, *again;

	must(jurat_platforms_new(&with_platforms.platforms, 1, NULL) == JURAT_OK);
	must(jurat_verify(&v, &with_platforms, NULL) == JURAT_OK);
	first = verdict_hold(v, is_td);
	must(request->policy != NULL || jurat_verdict_outcome(v) != JURAT_ACCEPTED);
	must(jurat_verify(&v, &with_platforms, NULL) == JURAT_OK);
	again = verdict_hold(v, is_td);
	must(strcmp(first, again) == 0);
	free(first);
	free(again);
	jurat_platforms_free(with_platforms.platforms);
	return v;
}
