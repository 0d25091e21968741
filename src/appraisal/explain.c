/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict for people (one screen) and for programs (docs/formats/verdict.md). */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

static void
put_insecure(struct json_out *o, const struct jurat_verdict *v)
{
	json_out_begin(o, "stains", '[');
	if (v->root_is_private)
		json_out_string(o, NULL, "private_root");
	if (verdict_is_debug(v))
		json_out_string(o, NULL, v->is_td ? "debug_td" : "debug_enclave");
	if (v->insecure != NULL)
		json_out_string(o, NULL, v->insecure);
	json_out_end(o, ']');
}

jurat_rc
jurat_verdict_json(char **out, const struct jurat_verdict *v)
{
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	struct json_out o;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_string(&o, "outcome", outcome_names[jurat_verdict_outcome(v)]);
	json_out_string(&o, "code", jurat_rc_name(jurat_verdict_code(v)));
	json_out_integer(&o, "exit_code", jurat_verdict_exit_code(v));
	json_out_string(&o, "decisive", decisive != NULL ? decisive->name : NULL);
	put_insecure(&o, v);
	json_out_string(&o, "trust_root", v->root_name);
	put_time(&o, "at", v->at_unix_s);
	put_tcb(&o, v);
	if (v->has_window) {
		put_time(&o, "valid_from", v->valid_from);
		put_time(&o, "valid_until", v->valid_until);
	}
	put_attested(&o, v);
	put_platform(&o, v);
	put_checks(&o, v);
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}

/* One growing text. Input's bytes appear in it only as hex, numbers or escaped. */
struct text {
	FILE *f;
};

static void line(struct text *t, const char *label, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
line(struct text *t, const char *label, const char *format, ...)
{
	va_list ap;

	fprintf(t->f, "%-12s ", label);
	va_start(ap, format);
	vfprintf(t->f, format, ap);
	va_end(ap);
	fputc('\n', t->f);
}

/* put_plain: signed JSON and world names may carry anything; a terminal gets printable ASCII. */
static void
put_plain(struct text *t, const char *s)
{
	for (; *s != '\0'; s++)
		fputc(*s >= 0x20 && *s < 0x7f ? *s : '?', t->f);
}

static void
put_first_line(struct text *t, const struct jurat_verdict *v)
{
	static const char *const words[] = { "UNDECIDED", "REFUSED", "ACCEPTED" };
	const struct jurat_check *decisive = jurat_verdict_decisive(v);

	fputs(words[jurat_verdict_outcome(v)], t->f);
	if (decisive != NULL)
		fprintf(t->f, " by %s (%s)", decisive->name, jurat_rc_text(decisive->code));
	if (v->root_is_private) {
		fputs(" [PRIVATE ROOT ", t->f);
		put_plain(t, v->root_name);
		fputs(", not Intel hardware]", t->f);
	}
	if (verdict_is_debug(v))
		fputs(v->is_td ? " [DEBUG TD]" : " [DEBUG ENCLAVE]", t->f);
	if (v->insecure != NULL)
		fprintf(t->f, " [%s]", v->insecure);
	fputc('\n', t->f);
}

static void
put_hex_line(struct text *t, const char *label, const uint8_t *p, size_t n)
{
	fprintf(t->f, "%-12s ", label);
	for (size_t i = 0; i < n; i++)
		fprintf(t->f, "%02x", p[i]);
	fputc('\n', t->f);
}

static void
put_facts(struct text *t, const struct jurat_verdict *v)
{
	char when[WHEN_TEXT_LEN + 1];

	when_format(when, v->at_unix_s);
	line(t, "at", "%s", when);
	if (v->has_quote)
		line(t, "quote", "version %u, %s", v->quote_version, v->is_td ? "TDX" : "SGX");
	if (v->has_quote && v->is_td) {
		put_hex_line(t, "mr_td", v->td.mr_td, sizeof v->td.mr_td);
		for (size_t i = 0; i < TD_NUM_RTMRS; i++)
			put_hex_line(t, rtmrs[i], v->td.rtmr[i], sizeof v->td.rtmr[i]);
		put_hex_line(t, "mr_seam", v->td.mr_seam, sizeof v->td.mr_seam);
		line(t, "td", "td_attributes %016" PRIx64 ", xfam %016" PRIx64, v->td.td_attributes, v->td.xfam);
	} else if (v->has_quote) {
		put_hex_line(t, "mrenclave", v->body.mrenclave, sizeof v->body.mrenclave);
		put_hex_line(t, "mrsigner", v->body.mrsigner, sizeof v->body.mrsigner);
		line(t, "enclave", "isv_prod_id %u, isv_svn %u", v->body.isv_prod_id, v->body.isv_svn);
	}
	if (v->has_pck)
		put_hex_line(t, "fmspc", v->pck.fmspc, sizeof v->pck.fmspc);
	if (v->has_tcb) {
		when_format(when, v->tcb_date);
		line(t, "tcb_status", "%s (platform %s, quoting enclave %s%s%s), as of %s", tcb_status_name(v->tcb_status),
		    tcb_status_name(v->platform_status), tcb_status_name(v->qe_status), v->has_module_status ? ", TDX module " : "",
		    v->has_module_status ? tcb_status_name(v->module_status) : "", when);
		if (v->has_current_status && v->current_status != v->tcb_status)
			line(t, "now", "%s, if the TD is launched again", tcb_status_name(v->current_status));
		fprintf(t->f, "%-12s ", "advisories");
		for (size_t i = 0; i < v->num_advisories; i++) {
			fputs(i != 0 ? " " : "", t->f);
			put_plain(t, v->advisories[i]);
		}
		fputs(v->num_advisories == 0 ? "none\n" : "\n", t->f);
	}
	if (v->has_window) {
		when_format(when, v->valid_until);
		line(t, "valid until", "%s", when);
	}
}

static void
put_check(struct text *t, const struct jurat_check *c)
{
	if (c->result != JURAT_CHECK_FAILED)
		return;
	fprintf(t->f, "\nFAILED %s: %s\n", c->name, jurat_rc_text(c->code));
	if (*c->expected != '\0')
		fprintf(t->f, "  expected  %s\n", c->expected);
	if (*c->found != '\0') {
		fputs("  found     ", t->f);
		put_plain(t, c->found);
		fputc('\n', t->f);
	}
	if (*c->remedy != '\0')
		fprintf(t->f, "  remedy    %s\n", c->remedy);
}

static void
put_counts(struct text *t, const struct jurat_verdict *v)
{
	size_t count[3] = { 0 };

	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++)
		count[jurat_verdict_check_at(v, i)->result]++;
	line(t, "checks", "%zu passed, %zu failed, %zu not run or not asked for", count[JURAT_CHECK_PASSED], count[JURAT_CHECK_FAILED],
	    count[JURAT_CHECK_SKIPPED]);
}

jurat_rc
jurat_verdict_text(char **out, const struct jurat_verdict *v)
{
	char *p = NULL;
	size_t len = 0;
	struct text t = { open_memstream(&p, &len) };
	bool failed;

	if (t.f == NULL)
		return JURAT_E_MEMORY;
	put_first_line(&t, v);
	put_facts(&t, v);
	put_counts(&t, v);
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++)
		put_check(&t, jurat_verdict_check_at(v, i));
	failed = ferror(t.f) != 0;
	failed |= fclose(t.f) != 0;
	if (failed) {
		free(p);
		return JURAT_E_MEMORY;
	}
	*out = p;
	return JURAT_OK;
}
