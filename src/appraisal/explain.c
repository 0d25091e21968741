/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict for programs (docs/formats/verdict.md). explain_text.c has the one for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "appraisal/verdict.h"
#include "host/when.h"
#include "json/write.h"

static const char *const rtmrs[TD_NUM_RTMRS] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
static const char *const outcome_names[] = { "undecided", "refused", "accepted" };

static void
put_time(struct json_out *o, const char *name, int64_t unix_s)
{
	char text[WHEN_TEXT_LEN + 1];

	when_format(text, unix_s);
	json_out_string(o, name, text);
}

static void
put_hex_u64(struct json_out *o, const char *name, uint64_t value)
{
	char text[17];

	snprintf(text, sizeof text, "%016" PRIx64, value);
	json_out_string(o, name, text);
}

/* put_td: attributes and XFAM as 16 hex digits, since JSON's numbers lose their upper bits in many readers. */
static void
put_td(struct json_out *o, const struct jurat_verdict *v)
{
	static const char *const kinds[] = { [TD_REPORT_10] = "1.0", [TD_REPORT_15] = "1.5", [TD_REPORT_15_EX] = "1.5 Ex" };
	const struct td_report *t = &v->td;

	json_out_begin(o, "td", '{');
	json_out_string(o, "report", kinds[t->kind]);
	json_out_hex(o, "mr_td", t->mr_td, sizeof t->mr_td);
	for (size_t i = 0; i < TD_NUM_RTMRS; i++)
		json_out_hex(o, rtmrs[i], t->rtmr[i], sizeof t->rtmr[i]);
	json_out_hex(o, "mr_config_id", t->mr_config_id, sizeof t->mr_config_id);
	json_out_hex(o, "mr_owner", t->mr_owner, sizeof t->mr_owner);
	json_out_hex(o, "mr_owner_config", t->mr_owner_config, sizeof t->mr_owner_config);
	json_out_hex(o, "mr_seam", t->mr_seam, sizeof t->mr_seam);
	json_out_hex(o, "mrsigner_seam", t->mrsigner_seam, sizeof t->mrsigner_seam);
	json_out_string(o, "debug", verdict_is_debug(v) ? "debug" : "production");
	put_hex_u64(o, "td_attributes", t->td_attributes);
	put_hex_u64(o, "xfam", t->xfam);
	put_hex_u64(o, "seam_attributes", t->seam_attributes);
	json_out_hex(o, "tee_tcb_svn", t->tee_tcb_svn, sizeof t->tee_tcb_svn);
	if (t->kind >= TD_REPORT_15) {
		json_out_hex(o, "tee_tcb_svn2", t->tee_tcb_svn2, sizeof t->tee_tcb_svn2);
		json_out_hex(o, "mr_servicetd", t->mr_servicetd, sizeof t->mr_servicetd);
	}
	if (t->kind == TD_REPORT_15_EX) {
		json_out_hex(o, "td_id", t->td_id, sizeof t->td_id);
		json_out_hex(o, "init_servtd_hash", t->init_servtd_hash, sizeof t->init_servtd_hash);
		json_out_hex(o, "cur_servtd_hash", t->cur_servtd_hash, sizeof t->cur_servtd_hash);
	}
	json_out_hex(o, "report_data", t->report_data, sizeof t->report_data);
	json_out_end(o, '}');
}

static void
put_enclave(struct json_out *o, const struct jurat_verdict *v)
{
	const struct sgx_report_body *b = &v->body;

	json_out_begin(o, "enclave", '{');
	json_out_hex(o, "mrenclave", b->mrenclave, sizeof b->mrenclave);
	json_out_hex(o, "mrsigner", b->mrsigner, sizeof b->mrsigner);
	json_out_integer(o, "isv_prod_id", b->isv_prod_id);
	json_out_integer(o, "isv_svn", b->isv_svn);
	json_out_string(o, "debug", verdict_is_debug(v) ? "debug" : "production");
	json_out_integer(o, "attributes_flags", (int64_t)b->attributes.flags);
	json_out_integer(o, "attributes_xfrm", (int64_t)b->attributes.xfrm);
	json_out_integer(o, "miscselect", b->miscselect);
	json_out_hex(o, "config_id", b->config_id, sizeof b->config_id);
	json_out_integer(o, "config_svn", b->config_svn);
	json_out_hex(o, "report_data", b->report_data, sizeof b->report_data);
	json_out_end(o, '}');
}

static void
put_attested(struct json_out *o, const struct jurat_verdict *v)
{
	if (!v->has_quote)
		return;
	json_out_integer(o, "quote_version", v->quote_version);
	json_out_string(o, "kind", v->is_td ? "TDX" : "SGX");
	if (v->is_td)
		put_td(o, v);
	else
		put_enclave(o, v);
}

static void
put_flag(struct json_out *o, const char *name, enum pck_flag flag)
{
	static const char *const names[] = { "undefined", "no", "yes" };

	json_out_string(o, name, names[flag]);
}

static void
put_platform(struct json_out *o, const struct jurat_verdict *v)
{
	const struct pck_extension *p = &v->pck;

	if (!v->has_pck)
		return;
	json_out_begin(o, "platform", '{');
	json_out_hex(o, "fmspc", p->fmspc, sizeof p->fmspc);
	json_out_hex(o, "pce_id", p->pce_id, sizeof p->pce_id);
	json_out_hex(o, "ppid", p->ppid, sizeof p->ppid);
	if (p->has_platform)
		json_out_hex(o, "platform_instance_id", p->platform_instance_id, sizeof p->platform_instance_id);
	json_out_string(o, "pck_serial", v->pck_serial);
	json_out_hex(o, "tcb_components", p->components, sizeof p->components);
	json_out_integer(o, "pce_svn", p->pce_svn);
	put_flag(o, "dynamic_platform", p->dynamic_platform);
	put_flag(o, "cached_keys", p->cached_keys);
	put_flag(o, "smt_enabled", p->smt_enabled);
	json_out_end(o, '}');
}

static void
put_tcb(struct json_out *o, const struct jurat_verdict *v)
{
	json_out_string(o, "tcb_status", jurat_verdict_tcb_status(v));
	if (!v->has_tcb)
		return;
	json_out_string(o, "platform_tcb_status", tcb_status_name(v->platform_status));
	json_out_string(o, "qe_tcb_status", tcb_status_name(v->qe_status));
	if (v->has_module_status)
		json_out_string(o, "tdx_module_tcb_status", tcb_status_name(v->module_status));
	if (v->has_current_status)
		json_out_string(o, "current_tcb_status", tcb_status_name(v->current_status));
	if (v->has_out_of_date_since)
		put_time(o, "out_of_date_since", v->out_of_date_since);
	put_time(o, "tcb_date", v->tcb_date);
	json_out_integer(o, "tcb_evaluation_data_number", v->evaluation_number);
	json_out_begin(o, "advisory_ids", '[');
	for (size_t i = 0; i < v->num_advisories; i++)
		json_out_string(o, NULL, v->advisories[i]);
	json_out_end(o, ']');
}

static void
put_checks(struct json_out *o, const struct jurat_verdict *v)
{
	static const char *const names[] = { "passed", "failed", "skipped" };

	json_out_begin(o, "checks", '[');
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++) {
		const struct jurat_check *c = jurat_verdict_check_at(v, i);

		json_out_begin(o, NULL, '{');
		json_out_string(o, "name", c->name);
		json_out_string(o, "result", names[c->result]);
		if (c->result == JURAT_CHECK_FAILED)
			json_out_string(o, "code", jurat_rc_name(c->code));
		json_out_string(o, "expected", c->expected);
		json_out_string(o, "found", c->found);
		json_out_string(o, "remedy", c->remedy);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

void
verdict_put_json_stains(struct json_out *o, const struct jurat_verdict *v)
{
	json_out_begin(o, "stains", '[');
	for (size_t i = 0; i < jurat_verdict_num_stains(v); i++)
		json_out_string(o, NULL, jurat_verdict_stain_at(v, i));
	json_out_end(o, ']');
}

static void
put_window(struct json_out *o, const struct jurat_verdict *v)
{
	if (!v->has_window)
		return;
	put_time(o, "valid_from", v->valid_from);
	put_time(o, "valid_until", v->valid_until);
	json_out_integer(o, "days_left", when_whole_days(v->valid_until - v->at_unix_s));
	json_out_string(o, "first_to_end", jurat_verdict_first_to_end(v));
}

/* put_signers: from the root down to what signed the quote, if all of it holds. */
static void
put_signers(struct json_out *o, const struct jurat_verdict *v)
{
	if (!v->is_authentic)
		return;
	json_out_begin(o, "signed_by", '{');
	json_out_string(o, "root", v->root_name);
	json_out_string(o, "ca", v->pck.has_platform ? "platform" : "processor");
	json_out_string(o, "pck_serial", v->pck_serial);
	json_out_integer(o, "qe_isv_svn", v->qe_isv_svn);
	json_out_end(o, '}');
}

/* put_parts: each version that counts, and what must be updated, each once. */
static void
put_parts(struct json_out *o, const struct jurat_verdict *v)
{
	const char *updates[VERDICT_MAX_UPDATES];
	size_t num = verdict_updates(v, updates);

	if (!v->is_authentic)
		return;
	json_out_string(o, "best_tcb_status", jurat_verdict_best_tcb_status(v));
	json_out_begin(o, "tcb_parts", '[');
	for (size_t i = 0; i < v->num_parts; i++) {
		const struct jurat_tcb_part *part = &v->part[i];

		json_out_begin(o, NULL, '{');
		json_out_string(o, "name", part->name);
		json_out_integer(o, "has", part->has);
		json_out_integer(o, "needs", part->needs);
		json_out_string(o, "category", part->category);
		json_out_string(o, "type", part->type);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
	json_out_begin(o, "updates", '[');
	for (size_t i = 0; i < num; i++)
		json_out_string(o, NULL, updates[i]);
	json_out_end(o, ']');
}

jurat_rc
jurat_verdict_json(char **out, const struct jurat_verdict *v)
{
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	struct json_out o;

	if (out == NULL || v == NULL)
		return JURAT_E_USAGE;
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_string(&o, "outcome", outcome_names[jurat_verdict_outcome(v)]);
	verdict_put_json_stains(&o, v);
	json_out_string(&o, "code", jurat_rc_name(jurat_verdict_code(v)));
	json_out_integer(&o, "exit_code", jurat_verdict_exit_code(v));
	json_out_string(&o, "decisive", decisive != NULL ? decisive->name : NULL);
	json_out_string(&o, "trust_root", v->root_name);
	put_time(&o, "at", v->at_unix_s);
	put_tcb(&o, v);
	put_parts(&o, v);
	put_window(&o, v);
	put_attested(&o, v);
	put_signers(&o, v);
	put_platform(&o, v);
	put_checks(&o, v);
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}
