/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's checks: each compares a fact of the verdict with what the policy names. */
#include <inttypes.h>
#include <string.h>

#include "appraisal/policy.h"
#include "host/when.h"

static void
judge_debug(struct jurat_verdict *v, const struct jurat_policy *p)
{
	bool debug = verdict_is_debug(v);
	const char *what = v->is_td ? "TD" : "enclave";

	if (!debug)
		verdict_pass(v, CHECK_POLICY_DEBUG, verdict_note(v, "not a debug %s", what));
	else if (p->insecure_allow_debug)
		verdict_pass(v, CHECK_POLICY_DEBUG, verdict_note(v, "a debug %s, allowed by insecure_allow_debug", what));
	else
		verdict_fail(v, CHECK_POLICY_DEBUG, JURAT_E_ATTRIBUTES, verdict_note(v, "not a debug %s", what),
		    verdict_note(v, "a debug %s: its host can read and write its memory", what));
}

/*
 * A TD may have SEPT_VE_DISABLE and must have it: without it the host can make the TD take exceptions at chosen accesses to its memory. Every
 * other bit needs a name, or an identity that fixes it; debug has a check of its own.
 */
static void
judge_td_attributes(struct jurat_verdict *v, const struct jurat_policy *p, const struct policy_identity *id)
{
	uint64_t fixed = id != NULL ? id->td.attributes_mask : 0, has = v->td.td_attributes;
	uint64_t known = p->allowed_td_attributes | fixed | TD_ATTRIBUTES_DEBUG | TD_ATTRIBUTES_SEPT_VE_DISABLE;
	bool must_disable = !p->allow_no_sept_ve_disable && (fixed & TD_ATTRIBUTES_SEPT_VE_DISABLE) == 0;
	const char *found = verdict_note(v, "td_attributes %016" PRIx64, has);

	if ((has & ~known) != 0)
		verdict_fail(v, CHECK_POLICY_ATTRIBUTES, JURAT_E_ATTRIBUTES,
		    verdict_note(v, "none of %016" PRIx64 ", which the policy does not name", has & ~known), found);
	else if (must_disable && (has & TD_ATTRIBUTES_SEPT_VE_DISABLE) == 0)
		verdict_fail(v, CHECK_POLICY_ATTRIBUTES, JURAT_E_ATTRIBUTES, "SEPT_VE_DISABLE", found);
	else
		verdict_pass(v, CHECK_POLICY_ATTRIBUTES, found);
}

/* Every enclave may have these: they say how it runs and harden it. Debug has a check of its own. */
#define FLAGS_OF_ANY (SGX_FLAGS_INIT | SGX_FLAGS_DEBUG | SGX_FLAGS_MODE64BIT | SGX_FLAGS_CET | SGX_FLAGS_KSS | SGX_FLAGS_AEXNOTIFY)

static void
judge_attributes(struct jurat_verdict *v, const struct jurat_policy *p)
{
	uint64_t too_much = v->body.attributes.flags & ~(FLAGS_OF_ANY | p->allowed_flags);

	if (too_much == 0) {
		verdict_pass(v, CHECK_POLICY_ATTRIBUTES, "");
		return;
	}
	if ((too_much & ~(SGX_FLAGS_PROVISIONKEY | SGX_FLAGS_EINITTOKENKEY)) != 0) { /* bits without a name, which no processor sets today */
		verdict_fail(v, CHECK_POLICY_ATTRIBUTES, JURAT_E_ATTRIBUTES, "only attributes that the policy names",
		    verdict_note(v, "flags %016" PRIx64, v->body.attributes.flags));
		return;
	}
	verdict_fail(v, CHECK_POLICY_ATTRIBUTES, JURAT_E_ATTRIBUTES, "only attributes that the policy names",
	    verdict_note(v, "%s%s%s", (too_much & SGX_FLAGS_PROVISIONKEY) != 0 ? "PROVISION_KEY" : "",
	        too_much == (SGX_FLAGS_PROVISIONKEY | SGX_FLAGS_EINITTOKENKEY) ? ", " : "",
	        (too_much & SGX_FLAGS_EINITTOKENKEY) != 0 ? "EINITTOKEN_KEY" : ""));
}

/* unlisted_advisory: the first advisory of the verdict that the list does not name, or NULL. */
static const char *
unlisted_advisory(const struct jurat_verdict *v, const struct json_value *list)
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

/* grace_lasts: subtracting, since grace_s may be INT64_MAX. Without a known beginning there is no grace. */
static bool
grace_lasts(const struct jurat_verdict *v, const struct policy_status *s)
{
	return s->grace_s == INT64_MAX || (v->has_out_of_date_since && v->at_unix_s - v->out_of_date_since <= s->grace_s);
}

static const char *
describe_recovery(struct jurat_verdict *v, const char *name)
{
	char when[WHEN_TEXT_LEN + 1];

	if (!v->has_out_of_date_since)
		return verdict_note(v, "%s, and no TCB level tells since when", name);
	when_format(when, v->out_of_date_since);
	return verdict_note(v, "%s since the TCB recovery of %s", name, when);
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
	} else if (!grace_lasts(v, s)) {
		verdict_fail(v, CHECK_POLICY_TCB_STATUS, JURAT_E_TCB,
		    verdict_note(v, "%s for %" PRId64 " s after the TCB recovery", name, s->grace_s), describe_recovery(v, name));
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
	else if (memcmp(p->report_data, verdict_report_data(v), sizeof p->report_data) != 0)
		verdict_fail(v, CHECK_POLICY_REPORT_DATA, JURAT_E_MISMATCH, verdict_hex(v, p->report_data, 64),
		    verdict_hex(v, verdict_report_data(v), 64));
	else
		verdict_pass(v, CHECK_POLICY_REPORT_DATA, "");
}

void
policy_judge(struct jurat_verdict *v, const struct jurat_policy *p, bool has_oldest, int64_t oldest_issue)
{
	const struct policy_identity *id;

	if (p == NULL) {
		verdict_fail(v, CHECK_POLICY, JURAT_E_POLICY, "a policy", "none given");
		for (enum check_id i = CHECK_POLICY + 1; i < CHECK_NUM; i++)
			verdict_unasked(v, i, "no policy");
		return;
	}
	verdict_pass(v, CHECK_POLICY, "");
	v->allows_debug = p->insecure_allow_debug;
	if (v->has_quote) {
		id = policy_identity_find(v, p);
		judge_debug(v, p);
		if (v->is_td)
			judge_td_attributes(v, p, id);
		else
			judge_attributes(v, p);
	}
	judge_tcb_status(v, p);
	judge_evaluation(v, p);
	judge_age(v, p, has_oldest, oldest_issue);
	policy_platforms_judge(v, p);
	judge_report_data(v, p);
}
