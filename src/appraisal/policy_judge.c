/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's checks: each compares a fact of the verdict with what the policy names. */
#include <inttypes.h>
#include <string.h>

#include "appraisal/policy.h"
#include "host/when.h"

static bool
matches(const struct policy_identity *id, const struct sgx_report_body *body)
{
	if (id->has_mrenclave && memcmp(id->mrenclave, body->mrenclave, sizeof body->mrenclave) != 0)
		return false;
	if (id->has_config_id && memcmp(id->config_id, body->config_id, sizeof body->config_id) != 0)
		return false;
	if (!id->has_mrsigner)
		return true;
	return memcmp(id->mrsigner, body->mrsigner, sizeof body->mrsigner) == 0 && id->isv_prod_id == body->isv_prod_id &&
	    body->isv_svn >= id->min_isv_svn;
}

static const char *
describe_identity(struct jurat_verdict *v, const struct policy_identity *id)
{
	const char *config = id->has_config_id ? verdict_note(v, ", config_id %s", verdict_hex(v, id->config_id, 64)) : "";
	const char *code = id->has_mrenclave ? verdict_note(v, "mrenclave %s", verdict_hex(v, id->mrenclave, 32)) : "";

	if (!id->has_mrsigner)
		return verdict_note(v, "%s%s", code, config);
	return verdict_note(v, "%s%smrsigner %s, isv_prod_id %u, isv_svn at least %u%s", code, *code != '\0' ? ", " : "",
	    verdict_hex(v, id->mrsigner, 32), id->isv_prod_id, id->min_isv_svn, config);
}

static void
judge_identity(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const struct sgx_report_body *b = &v->body;
	const char *expected, *found;

	for (size_t i = 0; i < p->num_identities; i++) {
		if (matches(&p->identities[i], b)) {
			verdict_pass(v, CHECK_POLICY_IDENTITY, describe_identity(v, &p->identities[i]));
			return;
		}
	}
	expected = describe_identity(v, &p->identities[0]);
	if (p->num_identities > 1)
		expected = verdict_note(v, "one of %zu identities, the first: %s", p->num_identities, expected);
	found = verdict_note(v, "mrenclave %s, mrsigner %s, isv_prod_id %u, isv_svn %u, config_id %s", verdict_hex(v, b->mrenclave, 32),
	    verdict_hex(v, b->mrsigner, 32), b->isv_prod_id, b->isv_svn, verdict_hex(v, b->config_id, 64));
	verdict_fail(v, CHECK_POLICY_IDENTITY, JURAT_E_IDENTITY, expected, found);
}

static void
judge_debug(struct jurat_verdict *v, const struct jurat_policy *p)
{
	bool debug = (v->body.attributes.flags & SGX_FLAGS_DEBUG) != 0;

	if (!debug)
		verdict_pass(v, CHECK_POLICY_DEBUG, "not a debug enclave");
	else if (p->insecure_allow_debug)
		verdict_pass(v, CHECK_POLICY_DEBUG, "a debug enclave, allowed by insecure_allow_debug");
	else
		verdict_fail(v, CHECK_POLICY_DEBUG, JURAT_E_ATTRIBUTES, "not a debug enclave",
		    "a debug enclave: its host can read and write its memory");
}

static void
judge_attributes(struct jurat_verdict *v, const struct jurat_policy *p)
{
	uint64_t too_much = v->body.attributes.flags & (SGX_FLAGS_PROVISIONKEY | SGX_FLAGS_EINITTOKENKEY) & ~p->allowed_flags;

	if (too_much == 0) {
		verdict_pass(v, CHECK_POLICY_ATTRIBUTES, "");
		return;
	}
	verdict_fail(v, CHECK_POLICY_ATTRIBUTES, JURAT_E_ATTRIBUTES, "only attributes that the policy names",
	    verdict_note(v, "%s%s%s", (too_much & SGX_FLAGS_PROVISIONKEY) != 0 ? "PROVISION_KEY" : "",
	        too_much == (SGX_FLAGS_PROVISIONKEY | SGX_FLAGS_EINITTOKENKEY) ? ", " : "",
	        (too_much & SGX_FLAGS_EINITTOKENKEY) != 0 ? "EINITTOKEN_KEY" : ""));
}

/* unlisted_advisory: the first advisory of the verdict that the list does not name, or NULL. */
static const char *
unlisted_advisory(const struct jurat_verdict *v, const struct json_t *list)
{
	for (size_t i = 0; i < v->num_advisories; i++) {
		size_t k = 0;

		while (k < json_count(list) && strcmp(json_text(json_at(list, k)), v->advisories[i]) != 0)
			k++;
		if (k == json_count(list))
			return v->advisories[i];
	}
	return NULL;
}

static const char *
accepted_statuses(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const char *text = "";

	for (unsigned i = 0; i < TCB_NUM_STATUSES; i++) {
		if (p->statuses[i].named)
			text = verdict_note(v, "%s%s%s", text, *text != '\0' ? ", " : "", tcb_status_name((enum tcb_status)i));
	}
	return text;
}

static void
judge_tcb_status(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const struct policy_status *s;
	const char *name, *unlisted;
	char when[WHEN_TEXT_LEN + 1];

	if (!v->has_tcb)
		return;
	s = &p->statuses[v->tcb_status];
	name = tcb_status_name(v->tcb_status);
	unlisted = s->advisories != NULL ? unlisted_advisory(v, s->advisories) : NULL;
	if (!s->named) {
		verdict_fail(v, CHECK_POLICY_TCB_STATUS, JURAT_E_TCB, accepted_statuses(v, p), name);
	} else if (v->at_unix_s > s->until) {
		when_format(when, s->until);
		verdict_fail(v, CHECK_POLICY_TCB_STATUS, JURAT_E_TCB, verdict_note(v, "%s until %s", name, when), name);
	} else if (unlisted != NULL) {
		verdict_fail(v, CHECK_POLICY_TCB_STATUS, JURAT_E_TCB, verdict_note(v, "%s with listed advisories only", name),
		    verdict_note(v, "%s with %s", name, unlisted));
	} else {
		verdict_pass(v, CHECK_POLICY_TCB_STATUS, name);
	}
}

static void
judge_evaluation(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const char *found;

	if (p->min_evaluation_number == 0) {
		verdict_unasked(v, CHECK_POLICY_TCB_EVALUATION, "the policy names no minimum");
		return;
	}
	if (!v->has_tcb)
		return;
	found = verdict_note(v, "%" PRId64, v->evaluation_number);
	if (v->evaluation_number < p->min_evaluation_number)
		verdict_fail(v, CHECK_POLICY_TCB_EVALUATION, JURAT_E_TCB,
		    verdict_note(v, "at least %" PRId64, p->min_evaluation_number), found);
	else
		verdict_pass(v, CHECK_POLICY_TCB_EVALUATION, found);
}

static void
judge_age(struct jurat_verdict *v, const struct jurat_policy *p, bool has_oldest, int64_t oldest_issue)
{
	char when[WHEN_TEXT_LEN + 1];

	if (p->max_age_s == INT64_MAX) {
		verdict_unasked(v, CHECK_POLICY_COLLATERAL_AGE, "the policy names no maximum");
		return;
	}
	if (!has_oldest)
		return;
	when_format(when, oldest_issue);
	if (oldest_issue < v->at_unix_s - p->max_age_s)
		verdict_fail(v, CHECK_POLICY_COLLATERAL_AGE, JURAT_E_POLICY,
		    verdict_note(v, "at most %" PRId64 " s old", p->max_age_s), verdict_note(v, "issued %s", when));
	else
		verdict_pass(v, CHECK_POLICY_COLLATERAL_AGE, verdict_note(v, "issued %s", when));
}

static void
judge_report_data(struct jurat_verdict *v, const struct jurat_policy *p)
{
	if (!p->has_report_data)
		verdict_unasked(v, CHECK_POLICY_REPORT_DATA, "the policy names none");
	else if (!v->has_quote)
		return;
	else if (memcmp(p->report_data, v->body.report_data, sizeof p->report_data) != 0)
		verdict_fail(v, CHECK_POLICY_REPORT_DATA, JURAT_E_MISMATCH, verdict_hex(v, p->report_data, 64),
		    verdict_hex(v, v->body.report_data, 64));
	else
		verdict_pass(v, CHECK_POLICY_REPORT_DATA, "");
}

void
policy_judge(struct jurat_verdict *v, const struct jurat_policy *p, bool has_oldest, int64_t oldest_issue)
{
	if (p == NULL) {
		verdict_fail(v, CHECK_POLICY, JURAT_E_POLICY, "a policy", "none given");
		for (enum check_id id = CHECK_POLICY + 1; id < CHECK_NUM; id++)
			verdict_unasked(v, id, "no policy");
		return;
	}
	verdict_pass(v, CHECK_POLICY, "");
	if (p->insecure_allow_debug)
		v->insecure = "insecure_allow_debug";
	if (v->has_quote) {
		judge_identity(v, p);
		judge_debug(v, p);
		judge_attributes(v, p);
	}
	judge_tcb_status(v, p);
	judge_evaluation(v, p);
	judge_age(v, p, has_oldest, oldest_issue);
	judge_report_data(v, p);
}
