/* SPDX-License-Identifier: Apache-2.0 */
/* The forecast for people, for programs and for Prometheus. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/forecast_internal.h"
#include "core/hex.h"
#include "host/when.h"
#include "json/write.h"

static const char *const outcome_names[] = { "undecided", "refused", "accepted" };

static const char *
status_of(const struct jurat_verdict *v)
{
	const char *status = jurat_verdict_tcb_status(v);

	return status != NULL ? status : "unknown";
}

static bool
lists(const struct jurat_verdict *v, const char *advisory)
{
	for (size_t i = 0; i < v->num_advisories; i++) {
		if (strcmp(v->advisories[i], advisory) == 0)
			return true;
	}
	return false;
}

/* ---- JSON ---- */

static void
put_verdict(struct json_out *o, const char *name, const struct jurat_verdict *v)
{
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	char when[WHEN_TEXT_LEN + 1];

	json_out_begin(o, name, '{');
	json_out_string(o, "outcome", outcome_names[jurat_verdict_outcome(v)]);
	json_out_string(o, "decisive", decisive != NULL ? decisive->name : NULL);
	json_out_integer(o, "exit_code", jurat_verdict_exit_code(v));
	json_out_string(o, "tcb_status", jurat_verdict_tcb_status(v));
	if (v->has_tcb)
		json_out_integer(o, "tcb_evaluation_data_number", v->evaluation_number);
	if (v->has_window) {
		when_format(when, v->valid_until);
		json_out_string(o, "valid_until", when);
	}
	json_out_end(o, '}');
}

/* put_difference: the advisories of `of` that `without` has not. */
static void
put_difference(struct json_out *o, const char *name, const struct jurat_verdict *of, const struct jurat_verdict *without)
{
	json_out_begin(o, name, '[');
	for (size_t i = 0; i < of->num_advisories; i++) {
		if (!lists(without, of->advisories[i]))
			json_out_string(o, NULL, of->advisories[i]);
	}
	json_out_end(o, ']');
}

static void
put_needs(struct json_out *o, const struct jurat_verdict *next)
{
	char words[TCB_PART_WORDS_LEN];

	json_out_string(o, "best_tcb_status", jurat_verdict_best_tcb_status(next));
	json_out_begin(o, "needs", '[');
	for (size_t i = 0; i < next->num_parts; i++) {
		const struct jurat_tcb_part *part = &next->part[i];

		if (part->has >= part->needs)
			continue;
		tcb_part_words(words, part);
		json_out_begin(o, NULL, '{');
		json_out_string(o, "what", words);
		json_out_string(o, "name", part->name);
		json_out_integer(o, "has", part->has);
		json_out_integer(o, "needs", part->needs);
		json_out_string(o, "update", part->update);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

jurat_rc
forecast_json(char **out, const struct forecast *f)
{
	char when[WHEN_TEXT_LEN + 1];
	struct json_out o;
	int64_t left;

	when_format(when, f->now->at_unix_s);
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	verdict_put_json_stains(&o, f->now);
	json_out_string(&o, "trust_root", f->now->root_name);
	json_out_string(&o, "at", when);
	put_verdict(&o, "now", f->now);
	put_verdict(&o, "next", f->next);
	put_difference(&o, "advisories_added", f->next, f->now);
	put_difference(&o, "advisories_removed", f->now, f->next);
	put_needs(&o, f->next);
	if (forecast_seconds_left(f, &left))
		json_out_integer(&o, "days_left", when_whole_days(left));
	json_out_integer(&o, "exit_code", forecast_exit_code(f));
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}

/* ---- text ---- */

static void
put_first_line(FILE *t, const struct forecast *f)
{
	static const char *const words[] = { "UNDECIDED", "REFUSED", "ACCEPTED" };
	enum jurat_outcome now = jurat_verdict_outcome(f->now), next = jurat_verdict_outcome(f->next);

	if (now == next)
		fprintf(t, "STAYS %s", words[now]);
	else
		fprintf(t, "%s NOW, %s THEN", words[now], words[next]);
	verdict_put_stains(t, f->now);
	fputc('\n', t);
}

static void
put_side(FILE *t, const char *label, const struct jurat_verdict *v)
{
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	char when[WHEN_TEXT_LEN + 1];

	fprintf(t, "%-12s %s", label, status_of(v));
	if (v->has_tcb)
		fprintf(t, ", evaluation %" PRId64, v->evaluation_number);
	if (v->has_window) {
		when_format(when, v->valid_until);
		fprintf(t, ", collateral until %s", when);
	}
	fputc('\n', t);
	if (decisive != NULL) {
		fprintf(t, "%-12s %s: %s; found ", "", decisive->name, jurat_rc_text(decisive->code));
		verdict_put_plain(t, decisive->found);
		fputc('\n', t);
	}
}

static void
put_advisories(FILE *t, const char *label, const struct jurat_verdict *of, const struct jurat_verdict *without)
{
	bool any = false;

	for (size_t i = 0; i < of->num_advisories; i++) {
		if (lists(without, of->advisories[i]))
			continue;
		if (any)
			fputc(' ', t);
		else
			fprintf(t, "%-12s ", label);
		verdict_put_plain(t, of->advisories[i]);
		any = true;
	}
	if (any)
		fputc('\n', t);
}

static void
put_update(FILE *t, const struct forecast *f)
{
	const struct jurat_verdict *next = f->next;
	const char *best = jurat_verdict_best_tcb_status(next);
	char words[TCB_PART_WORDS_LEN];
	int64_t left;

	if (best != NULL && verdict_num_short(next) == 0)
		fprintf(t, "%-12s nothing: the platform has what %s needs\n", "update", best);
	for (size_t i = 0; i < next->num_parts; i++) {
		const struct jurat_tcb_part *part = &next->part[i];

		tcb_part_words(words, part);
		if (part->has < part->needs)
			fprintf(t, "%-12s %s is %u, %s needs %u\n", "update", words, part->has, best, part->needs);
	}
	if (forecast_seconds_left(f, &left))
		fprintf(t, "%-12s %" PRId64 "\n", "days left", when_whole_days(left));
}

/* close_text: takes the stream; JURAT_E_MEMORY if anything was lost on the way. */
static jurat_rc
close_text(char **out, FILE *t, char **p)
{
	bool failed = ferror(t) != 0;

	failed |= fclose(t) != 0;
	if (failed) {
		free(*p);
		return JURAT_E_MEMORY;
	}
	*out = *p;
	return JURAT_OK;
}

jurat_rc
forecast_text(char **out, const struct forecast *f)
{
	char *p = NULL;
	size_t len = 0;
	FILE *t = open_memstream(&p, &len);

	if (t == NULL)
		return JURAT_E_MEMORY;
	put_first_line(t, f);
	put_side(t, "now", f->now);
	put_side(t, "then", f->next);
	put_advisories(t, "new", f->next, f->now);
	put_advisories(t, "gone", f->now, f->next);
	put_update(t, f);
	return close_text(out, t, &p);
}

/* ---- metrics ---- */

static void
put_gauge(FILE *t, const char *name, const char *help, const char *fmspc, int64_t now, int64_t next)
{
	fprintf(t, "# HELP jurat_forecast_%s %s\n# TYPE jurat_forecast_%s gauge\n", name, help, name);
	fprintf(t, "jurat_forecast_%s{fmspc=\"%s\",collateral=\"now\"} %" PRId64 "\n", name, fmspc, now);
	fprintf(t, "jurat_forecast_%s{fmspc=\"%s\",collateral=\"next\"} %" PRId64 "\n", name, fmspc, next);
}

static void
put_single(FILE *t, const char *name, const char *help, const char *fmspc, int64_t v)
{
	fprintf(t, "# HELP jurat_forecast_%s %s\n# TYPE jurat_forecast_%s gauge\njurat_forecast_%s{fmspc=\"%s\"} %" PRId64 "\n", name, help, name,
	    name, fmspc, v);
}

jurat_rc
forecast_metrics(char **out, const struct forecast *f)
{
	char fmspc[13] = "unknown", *p = NULL;
	size_t len = 0;
	int64_t left;
	FILE *t = open_memstream(&p, &len);

	if (t == NULL)
		return JURAT_E_MEMORY;
	if (f->next->has_pck)
		hex_encode(fmspc, f->next->pck.fmspc, sizeof f->next->pck.fmspc);
	put_gauge(t, "exit_code", "Exit code of jurat verify; 0 is accepted.", fmspc, jurat_verdict_exit_code(f->now), forecast_exit_code(f));
	if (f->now->has_tcb && f->next->has_tcb)
		put_gauge(t, "tcb_evaluation_data_number", "The smaller of TCB info's and QE identity's.", fmspc, f->now->evaluation_number,
		    f->next->evaluation_number);
	put_single(t, "updates_needed", "Components too old for the best TCB status with the next collateral.", fmspc, (int64_t)verdict_num_short(f->next));
	if (forecast_seconds_left(f, &left))
		put_single(t, "seconds_left", "Until collateral or what the policy grants ends.", fmspc, left);
	put_single(t, "timestamp_seconds", "The time of this forecast.", fmspc, f->now->at_unix_s);
	return close_text(out, t, &p);
}
