/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/forecast_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/policy.h"
#include "core/diag.h"
#include "json/json.h"

/* add_need: number 0: none. */
static void
add_need(struct forecast *f, unsigned has, unsigned needs, const char *what, unsigned number, const char *category)
{
	struct forecast_need *need = &f->needs[f->num_needs];

	if (has >= needs)
		return;
	if (number != 0)
		snprintf(f->what[f->num_needs], FORECAST_WHAT_LEN, "%s %u%s", what, number, category);
	else
		snprintf(f->what[f->num_needs], FORECAST_WHAT_LEN, "%s", what);
	*need = (struct forecast_need){ f->what[f->num_needs], has, needs };
	f->num_needs++;
}

/* best_level: of the levels with the best status the lowest one, which is the easiest to reach. NULL without levels. */
static const struct tcb_level *
best_level(const struct tcb_info *info)
{
	const struct tcb_level *target = NULL;

	for (size_t i = 0; i < info->num_levels; i++) {
		if (target == NULL || info->levels[i].common.status <= target->common.status)
			target = &info->levels[i];
	}
	return target;
}

static const struct isv_level *
best_isv_level(const struct isv_levels *levels)
{
	const struct isv_level *target = NULL;

	for (size_t i = 0; i < levels->num; i++) {
		if (target == NULL || levels->level[i].common.status <= target->common.status)
			target = &levels->level[i];
	}
	return target;
}

/* category_of: who updates a component (" (BIOS)"), where the TCB info says so; the same in all its levels. */
static void
category_of(char out[40], const struct tcb_info *info, const char *member, size_t i)
{
	const struct json_t *level = json_at(json_member(info->document, "tcbLevels"), 0);
	const struct json_t *component = json_at(json_member(json_member(level, "tcb"), member), i);
	const char *category = json_text(json_member(component, "category"));

	out[0] = '\0';
	if (category == NULL || strspn(category, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/ ") != strlen(category))
		return;
	snprintf(out, 40, " (%.32s)", category);
}

static void
find_platform_needs(struct forecast *f, const struct tcb_info *info)
{
	const struct jurat_verdict *v = f->next;
	const struct tcb_level *target = best_level(info);
	char category[40];

	if (target == NULL)
		return;
	f->has_target = true;
	f->target = target->common.status;
	for (unsigned i = 0; i < TCB_NUM_COMPONENTS; i++) {
		category_of(category, info, "sgxtcbcomponents", i);
		add_need(f, v->pck.components[i], target->components[i], "component", i + 1, category);
	}
	add_need(f, v->pck.pce_svn, target->pce_svn, "pce_svn", 0, "");
	/* with a module of version 1 and above, the first two are the module's own */
	for (unsigned i = v->is_td && v->td.tee_tcb_svn[1] > 0 ? 2 : 0; v->is_td && i < TCB_NUM_COMPONENTS; i++) {
		category_of(category, info, "tdxtcbcomponents", i);
		add_need(f, v->td.tee_tcb_svn[i], target->tdx_components[i], "tdx component", i + 1, category);
	}
}

static void
find_enclave_needs(struct forecast *f, const struct jurat_collateral *next, const struct quote *q)
{
	const struct isv_level *qe = best_isv_level(&next->qe_identity.levels), *target;
	const struct tdx_module_identity *module;

	if (qe != NULL)
		add_need(f, q->qe_report.isv_svn, qe->isv_svn, "qe isv_svn", 0, "");
	module = f->next->is_td ? tcb_info_module(&next->tcb_info, f->next->td.tee_tcb_svn[1]) : NULL;
	target = module != NULL ? best_isv_level(&module->levels) : NULL;
	if (target != NULL)
		add_need(f, f->next->td.tee_tcb_svn[0], target->isv_svn, "tdx module isv_svn", 0, "");
}

/* find_needs: from authentic facts alone. */
static void
find_needs(struct forecast *f, const struct jurat_request *request, const struct jurat_collateral *next)
{
	static const enum check_id needed[] = { CHECK_PCK_CHAIN_SIGNATURES, CHECK_PCK_SGX_EXTENSION, CHECK_TCB_INFO_SIGNER, CHECK_TCB_INFO_SIGNATURE,
		CHECK_TCB_INFO_MATCHES, CHECK_QE_IDENTITY_SIGNER, CHECK_QE_IDENTITY_SIGNATURE, CHECK_QE_REPORT_SIGNATURE, CHECK_QUOTE_SIGNATURE };
	struct quote q;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		if (!verdict_passed(f->next, needed[i]))
			return;
	}
	if (quote_parse(&q, request->quote, request->quote_len, NULL) != JURAT_OK)
		return;
	find_platform_needs(f, &next->tcb_info);
	find_enclave_needs(f, next, &q);
}

static void
find_grant(struct forecast *f, const struct jurat_policy *policy)
{
	const struct policy_status *s;

	if (policy == NULL || !f->now->has_tcb || !policy->statuses[f->now->tcb_status].named)
		return;
	s = &policy->statuses[f->now->tcb_status];
	f->has_grant_end = s->until != INT64_MAX;
	f->grant_end = s->until;
	if (s->grace_s == INT64_MAX || !f->now->has_out_of_date_since || f->now->out_of_date_since > INT64_MAX - s->grace_s)
		return;
	if (!f->has_grant_end || f->now->out_of_date_since + s->grace_s < f->grant_end)
		f->grant_end = f->now->out_of_date_since + s->grace_s;
	f->has_grant_end = true;
}

jurat_rc
forecast_make(struct forecast **out, const struct jurat_request *request, const struct jurat_collateral *next, struct jurat_diag *d)
{
	struct jurat_request then = *request;
	struct forecast *f = calloc(1, sizeof *f);
	jurat_rc rc;

	if (f == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "forecast", NO_OFFSET, 0, 0);
	then.collateral = next;
	rc = jurat_verify(&f->now, request, d);
	if (rc == JURAT_OK)
		rc = jurat_verify(&f->next, &then, d);
	if (rc != JURAT_OK) {
		forecast_free(f);
		return rc;
	}
	if (next != NULL)
		find_needs(f, &then, next);
	find_grant(f, request->policy);
	*out = f;
	return JURAT_OK;
}

void
forecast_free(struct forecast *f)
{
	if (f == NULL)
		return;
	jurat_verdict_free(f->now);
	jurat_verdict_free(f->next);
	free(f);
}

int
forecast_exit_code(const struct forecast *f)
{
	return jurat_verdict_exit_code(f->next);
}

const struct jurat_verdict *
forecast_now(const struct forecast *f)
{
	return f->now;
}

const struct jurat_verdict *
forecast_next(const struct forecast *f)
{
	return f->next;
}

size_t
forecast_num_needs(const struct forecast *f)
{
	return f->num_needs;
}

const struct forecast_need *
forecast_need_at(const struct forecast *f, size_t i)
{
	return i < f->num_needs ? &f->needs[i] : NULL;
}

bool
forecast_seconds_left(const struct forecast *f, int64_t *out)
{
	int64_t end = f->now->valid_until;

	if (!f->now->has_window && !f->has_grant_end)
		return false;
	if (!f->now->has_window || (f->has_grant_end && f->grant_end < end))
		end = f->grant_end;
	*out = end - f->now->at_unix_s;
	return true;
}
