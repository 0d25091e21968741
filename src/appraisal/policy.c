/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/policy.h"

#include <stdlib.h>
#include <string.h>

#define F "policy"

static jurat_rc
read_identity_by_signer(const struct json_t *v, struct policy_identity *id, struct jurat_diag *d)
{
	int64_t prod_id = 0, svn = 0;
	jurat_rc rc = json_get_hex(v, F ".identities.mrsigner", id->mrsigner, sizeof id->mrsigner, d);

	/* a signer alone would accept every enclave it ever signed: product and version belong to it */
	if (rc == JURAT_OK)
		rc = json_get_integer(v, F ".identities.isv_prod_id", 0, UINT16_MAX, &prod_id, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(v, F ".identities.min_isv_svn", 0, UINT16_MAX, &svn, d);
	id->has_mrsigner = true;
	id->isv_prod_id = (uint16_t)prod_id;
	id->min_isv_svn = (uint16_t)svn;
	return rc;
}

static jurat_rc
read_identity(const struct json_t *v, struct policy_identity *id, struct jurat_diag *d)
{
	static const char *const names[] = { "mrenclave", "config_id", "mrsigner", "isv_prod_id", "min_isv_svn" };
	bool by_signer = json_member(v, "mrsigner") != NULL;
	jurat_rc rc = json_check_object(v, F ".identities", d);

	if (rc == JURAT_OK && !by_signer && (json_member(v, "isv_prod_id") != NULL || json_member(v, "min_isv_svn") != NULL)) {
		rc = jurat_fail(d, JURAT_E_MISSING, F ".identities.mrsigner", NO_OFFSET, 0, 0);
		jurat_hint(d, "isv_prod_id and min_isv_svn belong to an mrsigner; an mrenclave has one product and version");
	}
	if (rc == JURAT_OK)
		rc = json_only(v, names, by_signer ? ARRAY_LEN(names) : 2, F ".identities", d);
	if (rc == JURAT_OK && json_member(v, "mrenclave") != NULL) {
		rc = json_get_hex(v, F ".identities.mrenclave", id->mrenclave, sizeof id->mrenclave, d);
		id->has_mrenclave = true;
	}
	if (rc == JURAT_OK && by_signer)
		rc = read_identity_by_signer(v, id, d);
	if (rc == JURAT_OK && json_member(v, "config_id") != NULL) {
		rc = json_get_hex(v, F ".identities.config_id", id->config_id, sizeof id->config_id, d);
		id->has_config_id = true;
	}
	if (rc == JURAT_OK && !id->has_mrenclave && !id->has_mrsigner)
		rc = jurat_fail(d, JURAT_E_MISSING, F ".identities.mrenclave", NO_OFFSET, 0, 0);
	return rc;
}

static jurat_rc
read_identities(struct policy *p, struct jurat_diag *d)
{
	const struct json_t *list;
	jurat_rc rc = json_get_array(p->document, F ".identities", 1, POLICY_MAX_IDENTITIES, &list, d);

	if (rc != JURAT_OK)
		return rc;
	p->identities = calloc(json_count(list), sizeof *p->identities);
	if (p->identities == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F ".identities", NO_OFFSET, 0, 0);
	p->num_identities = json_count(list);
	for (size_t i = 0; rc == JURAT_OK && i < p->num_identities; i++)
		rc = read_identity(json_at(list, i), &p->identities[i], d);
	return rc;
}

static jurat_rc
read_status(struct policy *p, const struct json_t *v, struct jurat_diag *d)
{
	static const char *const names[] = { "status", "advisories", "until" };
	struct policy_status s = { .named = true, .until = INT64_MAX };
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
read_statuses(struct policy *p, struct jurat_diag *d)
{
	const struct json_t *list;
	jurat_rc rc = json_get_array(p->document, F ".tcb_statuses", 1, TCB_NUM_STATUSES, &list, d);

	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++)
		rc = read_status(p, json_at(list, i), d);
	return rc;
}

static jurat_rc
read_attributes(struct policy *p, struct jurat_diag *d)
{
	const struct json_t *list;
	jurat_rc rc;

	if (json_member(p->document, "attributes") == NULL)
		return JURAT_OK;
	rc = json_get_array(p->document, F ".attributes", 0, 2, &list, d);
	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++) {
		const char *name = json_text(json_at(list, i));

		if (name != NULL && strcmp(name, "PROVISION_KEY") == 0)
			p->allowed_flags |= SGX_FLAGS_PROVISIONKEY;
		else if (name != NULL && strcmp(name, "EINITTOKEN_KEY") == 0)
			p->allowed_flags |= SGX_FLAGS_EINITTOKENKEY;
		else
			rc = jurat_fail(d, JURAT_E_FORMAT, F ".attributes", NO_OFFSET, 0, i);
	}
	return rc;
}

static jurat_rc
read_optional(struct policy *p, struct jurat_diag *d)
{
	const struct json_t *o = p->document;
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
read_policy(struct policy *p, struct jurat_diag *d)
{
	static const char *const names[] = { "version", "name", "identities", "tcb_statuses", "attributes", "insecure_allow_debug",
		"min_tcb_evaluation_data_number", "max_collateral_age_s", "report_data" };
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
		rc = read_identities(p, d);
	if (rc == JURAT_OK)
		rc = read_statuses(p, d);
	if (rc == JURAT_OK)
		rc = read_attributes(p, d);
	return rc == JURAT_OK ? read_optional(p, d) : rc;
}

jurat_rc
policy_parse(struct policy **out, const char *json, size_t len, struct jurat_diag *d)
{
	struct policy *p = calloc(1, sizeof *p);
	jurat_rc rc;

	if (p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	p->max_age_s = INT64_MAX;
	rc = json_parse(&p->document, json, len, POLICY_MAX_LEN, F, d);
	if (rc == JURAT_OK)
		rc = read_policy(p, d);
	if (rc != JURAT_OK) {
		policy_free(p);
		return rc;
	}
	*out = p;
	return JURAT_OK;
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	free(p->identities);
	json_free(p->document);
	free(p);
}
