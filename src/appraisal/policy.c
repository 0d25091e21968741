/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/policy.h"

#include <stdlib.h>
#include <string.h>

#define F "policy"

/* read_grace: a grace period begins when a TCB recovery puts a level out of date, so only such statuses can have one. */
static jurat_rc
read_grace(const struct json_value *v, enum tcb_status which, int64_t *out, struct jurat_diag *d)
{
	bool has_recovery = tcb_status_is_out_of_date(which) || !tcb_status_is_of_level(which);

	if (!has_recovery)
		return jurat_fail(d, JURAT_E_USAGE, F ".tcb_statuses.grace_s", NO_OFFSET, 0, 0);
	return json_get_integer(v, F ".tcb_statuses.grace_s", 0, INT32_MAX, out, d);
}

static jurat_rc
read_status(struct jurat_policy *p, const struct json_value *v, struct jurat_diag *d)
{
	static const char *const names[] = { "status", "advisories", "until", "grace_s" };
	struct policy_status s = { .named = true, .until = INT64_MAX, .grace_s = INT64_MAX };
	enum tcb_status which = TCB_REVOKED;
	const char *text;
	jurat_rc rc = json_check_object(v, F ".tcb_statuses", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".tcb_statuses", d);
	if (rc == JURAT_OK)
		rc = json_get_string(v, F ".tcb_statuses.status", &text, d);
	if (rc == JURAT_OK && (!tcb_status_parse(&which, text) || which == TCB_REVOKED))
		rc = jurat_fail(d, JURAT_E_FORMAT, F ".tcb_statuses.status", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && p->statuses[which].named)
		rc = jurat_fail(d, JURAT_E_DUPLICATE, F ".tcb_statuses.status", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && json_member(v, "until") != NULL)
		rc = tcb_read_date(v, F ".tcb_statuses.until", &s.until, d);
	if (rc == JURAT_OK && json_member(v, "grace_s") != NULL)
		rc = read_grace(v, which, &s.grace_s, d);
	if (rc == JURAT_OK && json_member(v, "advisories") != NULL)
		rc = json_get_array(v, F ".tcb_statuses.advisories", 0, TCB_MAX_ADVISORIES, &s.advisories, d);
	for (size_t i = 0; rc == JURAT_OK && i < json_count(s.advisories); i++) {
		if (json_text(json_at(s.advisories, i)) == NULL)
			rc = jurat_fail(d, JURAT_E_FORMAT, F ".tcb_statuses.advisories", NO_OFFSET, 0, i);
	}
	if (rc == JURAT_OK)
		p->statuses[which] = s;
	return rc;
}

static jurat_rc
read_statuses(struct jurat_policy *p, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc = json_get_array(p->document, F ".tcb_statuses", 1, TCB_NUM_STATUSES, &list, d);

	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++)
		rc = read_status(p, json_at(list, i), d);
	return rc;
}

/* Attributes that are refused unless the policy names them. Of an enclave they open keys; of a TD they let others in or loosen its isolation. */
static const struct {
	const char *name;
	uint64_t enclave, td;
} attributes[] = {
	{ "PROVISION_KEY", SGX_FLAGS_PROVISIONKEY, 0 },
	{ "EINITTOKEN_KEY", SGX_FLAGS_EINITTOKENKEY, 0 },
	{ "MIGRATABLE", 0, TD_ATTRIBUTES_MIGRATABLE },
	{ "PKS", 0, TD_ATTRIBUTES_PKS },
	{ "KL", 0, TD_ATTRIBUTES_KL },
	{ "PERFMON", 0, TD_ATTRIBUTES_PERFMON },
	{ "NO_SEPT_VE_DISABLE", 0, 0 }, /* the absence of a bit */
};

static jurat_rc
read_attributes(struct jurat_policy *p, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc;

	if (json_member(p->document, "attributes") == NULL)
		return JURAT_OK;
	rc = json_get_array(p->document, F ".attributes", 0, ARRAY_LEN(attributes), &list, d);
	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++) {
		const char *name = json_text(json_at(list, i));
		size_t k = 0;

		while (name != NULL && k < ARRAY_LEN(attributes) && strcmp(attributes[k].name, name) != 0)
			k++;
		if (name == NULL || k == ARRAY_LEN(attributes))
			return jurat_fail(d, JURAT_E_FORMAT, F ".attributes", NO_OFFSET, 0, i);
		p->allowed_flags |= attributes[k].enclave;
		p->allowed_td_attributes |= attributes[k].td;
		p->allow_no_sept_ve_disable = p->allow_no_sept_ve_disable || k == ARRAY_LEN(attributes) - 1;
	}
	return rc;
}

static jurat_rc
read_optional(struct jurat_policy *p, struct jurat_diag *d)
{
	const struct json_value *o = p->document;
	jurat_rc rc = JURAT_OK;

	if (json_member(o, "insecure_allow_debug") != NULL)
		rc = json_get_bool(o, F ".insecure_allow_debug", &p->insecure_allow_debug, d);
	if (rc == JURAT_OK && json_member(o, "min_tcb_evaluation_data_number") != NULL)
		rc = json_get_integer(o, F ".min_tcb_evaluation_data_number", 0, INT32_MAX, &p->min_evaluation_number, d);
	if (rc == JURAT_OK && json_member(o, "max_collateral_age_s") != NULL)
		rc = json_get_integer(o, F ".max_collateral_age_s", 0, INT32_MAX, &p->max_age_s, d);
	if (rc == JURAT_OK && json_member(o, "report_data") != NULL) {
		rc = json_get_hex(o, F ".report_data", p->report_data, sizeof p->report_data, d);
		p->has_report_data = true;
	}
	return rc;
}

static jurat_rc
read_policy(struct jurat_policy *p, struct jurat_diag *d)
{
	static const char *const names[] = { "version", "name", "identities", "tcb_statuses", "attributes", "insecure_allow_debug",
		"min_tcb_evaluation_data_number", "max_collateral_age_s", "report_data", "allowed_platforms", "denied_platforms", "platform_flags" };
	const char *text;
	int64_t version = 0;
	jurat_rc rc = json_get_integer(p->document, F ".version", 0, INT32_MAX, &version, d);

	if (rc == JURAT_OK && version != 1)
		rc = jurat_fail(d, JURAT_E_VERSION, F ".version", NO_OFFSET, 1, (uint64_t)version);
	if (rc == JURAT_OK)
		rc = json_only(p->document, names, ARRAY_LEN(names), F, d);
	if (rc == JURAT_OK && json_member(p->document, "name") != NULL)
		rc = json_get_string(p->document, F ".name", &text, d);
	if (rc == JURAT_OK)
		rc = policy_identities_read(p, d);
	if (rc == JURAT_OK)
		rc = read_statuses(p, d);
	if (rc == JURAT_OK)
		rc = read_attributes(p, d);
	if (rc == JURAT_OK)
		rc = policy_platforms_read(p, d);
	return rc == JURAT_OK ? read_optional(p, d) : rc;
}

jurat_rc
jurat_policy_parse(struct jurat_policy **out, const char *json, size_t len, struct jurat_diag *d)
{
	struct jurat_policy *p;
	jurat_rc rc;

	if (out == NULL || (json == NULL && len != 0))
		return jurat_fail(d, JURAT_E_USAGE, out == NULL ? "policy.out" : "policy.json", NO_OFFSET, 0, 0);
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	p->max_age_s = INT64_MAX;
	rc = json_parse(&p->document, json, len, JURAT_POLICY_MAX_LEN, F, d);
	if (rc == JURAT_OK)
		rc = read_policy(p, d);
	if (rc != JURAT_OK) {
		jurat_policy_free(p);
		return rc;
	}
	*out = p;
	return JURAT_OK;
}

void
jurat_policy_free(struct jurat_policy *p)
{
	if (p == NULL)
		return;
	free(p->allowed.list);
	free(p->denied.list);
	free(p->identities);
	json_free(p->document);
	free(p);
}
