/* SPDX-License-Identifier: Apache-2.0 */
/* The TCB: which levels the platform, the TDX module and the quoting enclave reach, and the status that follows from them. */
#include <inttypes.h>
#include <string.h>

#include "appraisal/appraise.h"

/* One evaluation: the levels that were reached. A TDX module of version 0 has none of its own. */
struct levels {
	const struct tcb_level *platform;
	const struct isv_level *module, *qe;
	enum tcb_status status;
};

/* module_of: what TCB info says of the TD's module. TEE_TCB_SVN[1] is its major version; before there was one, tdxModule named the only module. */
static const struct tdx_module *
module_of(const struct tcb_info *info, const struct td_report *td)
{
	const struct tdx_module_identity *identity;

	if (td->tee_tcb_svn[1] == 0)
		return &info->module;
	identity = tcb_info_module(info, td->tee_tcb_svn[1]);
	return identity != NULL ? &identity->module : NULL;
}

void
judge_tdx_module(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	const struct td_report *td = &v->td;
	const struct jurat_collateral *c = a->collateral;
	const struct tdx_module *module;
	const char *found;

	if (v->has_quote && !v->is_td)
		verdict_unasked(v, CHECK_TDX_MODULE, "not a TD");
	if (!v->has_quote || !v->is_td || c == NULL || c->tcb_info_part.rc != JURAT_OK || !c->tcb_info.is_tdx)
		return;
	found = verdict_note(v, "version %u, mrsigner_seam %s, seam_attributes %016" PRIx64, td->tee_tcb_svn[1],
	    verdict_hex(v, td->mrsigner_seam, TD_HASH_LEN), td->seam_attributes);
	module = module_of(&c->tcb_info, td);
	if (module == NULL)
		verdict_fail(v, CHECK_TDX_MODULE, JURAT_E_MISMATCH, "a version that tdxModuleIdentities names", found);
	/* Intel's verifier demands zero whatever the mask says, and so do we: no module with an attribute has a meaning yet */
	else if (memcmp(module->mrsigner, td->mrsigner_seam, TD_HASH_LEN) != 0 || td->seam_attributes != 0 || module->attributes != 0)
		verdict_fail(v, CHECK_TDX_MODULE, JURAT_E_MISMATCH,
		    verdict_note(v, "mrsigner %s, attributes %016" PRIx64 ", which must be zero", verdict_hex(v, module->mrsigner, TD_HASH_LEN),
		        module->attributes),
		    found);
	else
		verdict_pass(v, CHECK_TDX_MODULE, found);
}

/* facts_are_authentic: what an attacker could have written has no TCB status, and nothing is said of its parts. */
static bool
facts_are_authentic(const struct jurat_verdict *v)
{
	static const enum check_id needed[] = { CHECK_PCK_CHAIN_ROLES, CHECK_PCK_CHAIN_ROOT, CHECK_PCK_CHAIN_SIGNATURES,
		CHECK_PCK_SGX_EXTENSION, CHECK_TCB_INFO_FORMAT, CHECK_TCB_INFO_SIGNER, CHECK_TCB_INFO_SIGNATURE, CHECK_QE_IDENTITY_FORMAT,
		CHECK_QE_IDENTITY_SIGNER, CHECK_QE_IDENTITY_SIGNATURE, CHECK_TCB_INFO_MATCHES, CHECK_QE_REPORT_SIGNATURE,
		CHECK_QE_REPORT_BINDING, CHECK_QE_IDENTITY_MATCHES, CHECK_QUOTE_SIGNATURE };

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		if (!verdict_passed(v, needed[i]))
			return false;
	}
	return verdict_passed(v, CHECK_PCK_MATCHES) || v->state[CHECK_PCK_MATCHES] == NOT_ASKED;
}

static void
add_advisories(struct jurat_verdict *v, const struct json_value *list)
{
	for (size_t i = 0; i < json_count(list); i++)
		verdict_add_advisory(v, json_text(json_at(list, i)));
}

/* below: what the platform lacks for the lowest level. */
static const char *
below(struct jurat_verdict *v, const struct tcb_info *info, const uint8_t *tee_tcb_svn)
{
	const struct tcb_level *lowest = &info->levels[info->num_levels - 1];

	for (size_t i = 0; i < TCB_NUM_COMPONENTS; i++) {
		if (v->pck.components[i] < lowest->components[i])
			return verdict_note(v, "component %zu is %u, the lowest level needs %u", i + 1, v->pck.components[i],
			    lowest->components[i]);
	}
	for (size_t i = 0; tee_tcb_svn != NULL && i < TCB_NUM_COMPONENTS; i++) {
		if (tee_tcb_svn[i] < lowest->tdx_components[i] && (i >= 2 || tee_tcb_svn[1] == 0))
			return verdict_note(v, "TDX component %zu is %u, the lowest level needs %u", i + 1, tee_tcb_svn[i],
			    lowest->tdx_components[i]);
	}
	return verdict_note(v, "pce_svn is %u, the lowest level needs %u", v->pck.pce_svn, lowest->pce_svn);
}

/* evaluate: the levels under this TEE_TCB_SVN (NULL for SGX). False, with the check failed, if a part reaches none. */
static bool
evaluate(struct appraisal *a, const uint8_t *tee_tcb_svn, struct levels *out)
{
	const struct tcb_info *info = &a->collateral->tcb_info;
	const struct tdx_module_identity *module = NULL;
	struct jurat_verdict *v = a->v;

	*out = (struct levels){ .platform = tcb_info_select(info, v->pck.components, v->pck.pce_svn, tee_tcb_svn) };
	if (out->platform == NULL) {
		verdict_fail(v, CHECK_TCB_LEVEL, JURAT_E_TCB, "a TCB level that the platform reaches", below(v, info, tee_tcb_svn));
		return false;
	}
	if (tee_tcb_svn != NULL && tee_tcb_svn[1] > 0) {
		module = tcb_info_module(info, tee_tcb_svn[1]);
		out->module = module != NULL ? isv_levels_select(&module->levels, tee_tcb_svn[0]) : NULL;
		if (out->module == NULL) {
			verdict_fail(v, CHECK_TCB_LEVEL, JURAT_E_TCB, "a TCB level that the TDX module reaches",
			    verdict_note(v, "its version is %u, its isv_svn %u", tee_tcb_svn[1], tee_tcb_svn[0]));
			return false;
		}
	}
	out->qe = isv_levels_select(&a->collateral->qe_identity.levels, a->quote.qe_report.isv_svn);
	if (out->qe == NULL) {
		verdict_fail(v, CHECK_TCB_LEVEL, JURAT_E_TCB, "a TCB level that the quoting enclave reaches",
		    verdict_note(v, "its isv_svn is %u", a->quote.qe_report.isv_svn));
		return false;
	}
	out->status = tcb_status_converge(out->platform->common.status, out->qe->common.status);
	if (out->module != NULL)
		out->status = tcb_status_converge(out->status, out->module->common.status);
	return true;
}

/*
 * A level's tcbDate is the day whose security advisories it still answers. So the recovery that put a level out of date is the earliest later date
 * among its siblings. These two look for it; a part that is not out of date has none.
 */
static void
since_among_isv_levels(struct jurat_verdict *v, const struct isv_levels *levels, const struct isv_level *own)
{
	if (own == NULL || !tcb_status_is_out_of_date(own->common.status))
		return;
	for (size_t i = 0; i < levels->num; i++) {
		int64_t date = levels->level[i].common.tcb_date;

		if (date > own->common.tcb_date && (!v->has_out_of_date_since || date < v->out_of_date_since)) {
			v->has_out_of_date_since = true;
			v->out_of_date_since = date;
		}
	}
}

static void
since_among_levels(struct jurat_verdict *v, const struct tcb_info *info, const struct tcb_level *own)
{
	if (!tcb_status_is_out_of_date(own->common.status))
		return;
	for (size_t i = 0; i < info->num_levels; i++) {
		int64_t date = info->levels[i].common.tcb_date;

		if (date > own->common.tcb_date && (!v->has_out_of_date_since || date < v->out_of_date_since)) {
			v->has_out_of_date_since = true;
			v->out_of_date_since = date;
		}
	}
}

static void
set_dates(struct appraisal *a, const struct levels *l)
{
	const struct jurat_collateral *c = a->collateral;
	const struct tdx_module_identity *module = l->module != NULL ? tcb_info_module(&c->tcb_info, a->v->td.tee_tcb_svn[1]) : NULL;
	struct jurat_verdict *v = a->v;

	v->tcb_date = l->platform->common.tcb_date < l->qe->common.tcb_date ? l->platform->common.tcb_date : l->qe->common.tcb_date;
	if (l->module != NULL && l->module->common.tcb_date < v->tcb_date)
		v->tcb_date = l->module->common.tcb_date;
	v->evaluation_number = c->tcb_info.evaluation_number < c->qe_identity.evaluation_number ?
	    c->tcb_info.evaluation_number :
	    c->qe_identity.evaluation_number;
	since_among_levels(v, &c->tcb_info, l->platform);
	since_among_isv_levels(v, &c->qe_identity.levels, l->qe);
	if (module != NULL)
		since_among_isv_levels(v, &module->levels, l->module);
}

static void
set_status(struct appraisal *a, const struct levels *l, enum tcb_status status)
{
	struct jurat_verdict *v = a->v;

	add_advisories(v, l->platform->common.advisories);
	add_advisories(v, l->qe->common.advisories);
	if (l->module != NULL)
		add_advisories(v, l->module->common.advisories);
	v->platform_status = l->platform->common.status;
	v->qe_status = l->qe->common.status;
	v->has_module_status = l->module != NULL;
	if (l->module != NULL)
		v->module_status = l->module->common.status;
	v->tcb_status = status;
	set_dates(a, l);
	v->has_tcb = true;
}

void
judge_tcb(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	struct levels launch, now;
	enum tcb_status status;

	v->is_authentic = a->collateral != NULL && facts_are_authentic(v);
	judge_tcb_parts(a);
	/* an unknown TDX module has no status, but what else is too old can be told */
	if (!v->is_authentic || (!verdict_passed(v, CHECK_TDX_MODULE) && v->state[CHECK_TDX_MODULE] != NOT_ASKED))
		return;
	if (!evaluate(a, v->is_td ? v->td.tee_tcb_svn : NULL, &launch))
		return;
	status = launch.status;
	if (v->is_td && v->td.kind >= TD_REPORT_15) { /* it may have been launched under an older TCB than it runs on */
		if (!evaluate(a, v->td.tee_tcb_svn2, &now))
			return;
		v->has_current_status = true;
		v->current_status = now.status;
		status = tcb_status_relaunch(launch.status, now.status);
	}
	set_status(a, &launch, status);
	verdict_pass(v, CHECK_TCB_LEVEL,
	    verdict_note(v, "platform %s, quoting enclave %s%s%s", tcb_status_name(launch.platform->common.status),
	        tcb_status_name(launch.qe->common.status), launch.module != NULL ? ", TDX module " : "",
	        launch.module != NULL ? tcb_status_name(launch.module->common.status) : ""));
	if (status == TCB_REVOKED || (v->has_current_status && v->current_status == TCB_REVOKED))
		verdict_fail(v, CHECK_TCB_NOT_REVOKED, JURAT_E_REVOKED, "not Revoked", "Revoked");
	else
		verdict_pass(v, CHECK_TCB_NOT_REVOKED, "");
}
