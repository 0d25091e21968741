/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy says about platforms: lists of those allowed and denied, and the flags in their PCK certificates. */
#include <stdlib.h>
#include <string.h>

#include "appraisal/policy.h"

#define F "policy"

static const char *const flag_words[] = { [PCK_UNDEFINED] = "undefined", [PCK_FALSE] = "no", [PCK_TRUE] = "yes" };

static jurat_rc
read_platform(const struct json_value *v, struct policy_platform *out, struct jurat_diag *d)
{
	static const char *const names[] = { "fmspc", "ppid", "platform_instance_id" };
	jurat_rc rc = json_check_object(v, F ".platforms", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".platforms", d);
	out->has_fmspc = json_member(v, "fmspc") != NULL;
	out->has_ppid = json_member(v, "ppid") != NULL;
	out->has_instance = json_member(v, "platform_instance_id") != NULL;
	if (rc == JURAT_OK && !out->has_fmspc && !out->has_ppid && !out->has_instance)
		rc = jurat_fail(d, JURAT_E_MISSING, F ".platforms.fmspc", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && out->has_fmspc)
		rc = json_get_hex(v, F ".platforms.fmspc", out->fmspc, sizeof out->fmspc, d);
	if (rc == JURAT_OK && out->has_ppid)
		rc = json_get_hex(v, F ".platforms.ppid", out->ppid, sizeof out->ppid, d);
	if (rc == JURAT_OK && out->has_instance)
		rc = json_get_hex(v, F ".platforms.platform_instance_id", out->instance, sizeof out->instance, d);
	return rc;
}

static jurat_rc
read_list(const struct json_value *document, const char *field, struct policy_platforms *out, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc;

	if (json_member(document, strchr(field, '.') + 1) == NULL)
		return JURAT_OK;
	rc = json_get_array(document, field, 1, POLICY_MAX_PLATFORMS, &list, d);
	if (rc != JURAT_OK)
		return rc;
	out->list = calloc(json_count(list), sizeof *out->list);
	if (out->list == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, 0, 0);
	out->num = json_count(list);
	for (size_t i = 0; rc == JURAT_OK && i < out->num; i++)
		rc = read_platform(json_at(list, i), &out->list[i], d);
	return rc;
}

/* read_flag: the list of accepted words; absent: not asked. */
static jurat_rc
read_flag(const struct json_value *flags, const char *field, unsigned *out, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc;

	if (json_member(flags, strrchr(field, '.') + 1) == NULL)
		return JURAT_OK;
	rc = json_get_array(flags, field, 1, ARRAY_LEN(flag_words), &list, d);
	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++) {
		const char *word = json_text(json_at(list, i));
		unsigned k = 0;

		while (word != NULL && k < ARRAY_LEN(flag_words) && strcmp(flag_words[k], word) != 0)
			k++;
		if (word == NULL || k == ARRAY_LEN(flag_words))
			rc = jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, i);
		else
			*out |= 1u << k;
	}
	return rc;
}

static jurat_rc
read_flags(struct jurat_policy *p, struct jurat_diag *d)
{
	static const char *const names[] = { "dynamic_platform", "cached_keys", "smt_enabled" };
	const struct json_value *flags;
	jurat_rc rc;

	if (json_member(p->document, "platform_flags") == NULL)
		return JURAT_OK;
	rc = json_get_object(p->document, F ".platform_flags", &flags, d);
	if (rc == JURAT_OK)
		rc = json_only(flags, names, ARRAY_LEN(names), F ".platform_flags", d);
	if (rc == JURAT_OK)
		rc = read_flag(flags, F ".platform_flags.dynamic_platform", &p->flags.dynamic_platform, d);
	if (rc == JURAT_OK)
		rc = read_flag(flags, F ".platform_flags.cached_keys", &p->flags.cached_keys, d);
	if (rc == JURAT_OK)
		rc = read_flag(flags, F ".platform_flags.smt_enabled", &p->flags.smt_enabled, d);
	return rc;
}

jurat_rc
policy_platforms_read(struct jurat_policy *p, struct jurat_diag *d)
{
	jurat_rc rc = read_list(p->document, F ".allowed_platforms", &p->allowed, d);

	if (rc == JURAT_OK)
		rc = read_list(p->document, F ".denied_platforms", &p->denied, d);
	return rc == JURAT_OK ? read_flags(p, d) : rc;
}

static bool
lists(const struct policy_platforms *platforms, const struct pck_extension *pck)
{
	for (size_t i = 0; i < platforms->num; i++) {
		const struct policy_platform *p = &platforms->list[i];

		if (p->has_fmspc && memcmp(p->fmspc, pck->fmspc, sizeof p->fmspc) != 0)
			continue;
		if (p->has_ppid && memcmp(p->ppid, pck->ppid, sizeof p->ppid) != 0)
			continue;
		if (p->has_instance &&
		    (!pck->has_platform || memcmp(p->instance, pck->platform_instance_id, sizeof p->instance) != 0))
			continue;
		return true;
	}
	return false;
}

static void
judge_lists(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const struct pck_extension *pck = &v->pck;
	const char *found;

	if (p->allowed.list == NULL && p->denied.list == NULL) {
		verdict_unasked(v, CHECK_POLICY_PLATFORM, "the policy names no platforms");
		return;
	}
	if (!v->has_pck)
		return;
	found = verdict_note(v, "fmspc %s, ppid %s%s%s", verdict_hex(v, pck->fmspc, sizeof pck->fmspc), verdict_hex(v, pck->ppid, sizeof pck->ppid),
	    pck->has_platform ? ", platform_instance_id " : "",
	    pck->has_platform ? verdict_hex(v, pck->platform_instance_id, sizeof pck->platform_instance_id) : "");
	if (lists(&p->denied, pck))
		verdict_fail(v, CHECK_POLICY_PLATFORM, JURAT_E_POLICY, "a platform that is not in denied_platforms", found);
	else if (p->allowed.list != NULL && !lists(&p->allowed, pck))
		verdict_fail(v, CHECK_POLICY_PLATFORM, JURAT_E_POLICY, "a platform of allowed_platforms", found);
	else
		verdict_pass(v, CHECK_POLICY_PLATFORM, found);
}

static bool
accepts(unsigned accepted, enum pck_flag flag)
{
	return accepted == 0 || (accepted & 1u << flag) != 0;
}

static const char *
describe_accepted(struct jurat_verdict *v, const char *name, unsigned accepted)
{
	const char *text = "";

	if (accepted == 0)
		return "";
	for (unsigned k = 0; k < ARRAY_LEN(flag_words); k++) {
		if ((accepted & 1u << k) != 0)
			text = verdict_note(v, "%s%s%s", text, *text != '\0' ? " or " : "", flag_words[k]);
	}
	return verdict_note(v, "%s %s; ", name, text);
}

static void
judge_flags(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const struct policy_flags *f = &p->flags;
	const struct pck_extension *pck = &v->pck;
	const char *found;

	if (f->dynamic_platform == 0 && f->cached_keys == 0 && f->smt_enabled == 0) {
		verdict_unasked(v, CHECK_POLICY_PLATFORM_FLAGS, "the policy names none");
		return;
	}
	if (!v->has_pck)
		return;
	found = verdict_note(v, "dynamic_platform %s, cached_keys %s, smt_enabled %s", flag_words[pck->dynamic_platform],
	    flag_words[pck->cached_keys], flag_words[pck->smt_enabled]);
	if (accepts(f->dynamic_platform, pck->dynamic_platform) && accepts(f->cached_keys, pck->cached_keys) &&
	    accepts(f->smt_enabled, pck->smt_enabled))
		verdict_pass(v, CHECK_POLICY_PLATFORM_FLAGS, found);
	else
		verdict_fail(v, CHECK_POLICY_PLATFORM_FLAGS, JURAT_E_POLICY,
		    verdict_note(v, "%s%s%s", describe_accepted(v, "dynamic_platform", f->dynamic_platform),
		        describe_accepted(v, "cached_keys", f->cached_keys), describe_accepted(v, "smt_enabled", f->smt_enabled)),
		    found);
}

void
policy_platforms_judge(struct jurat_verdict *v, const struct jurat_policy *p)
{
	judge_lists(v, p);
	judge_flags(v, p);
}
