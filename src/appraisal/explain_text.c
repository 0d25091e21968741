/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict for people: one screen. Input's bytes appear in it only as hex, numbers, or printable ASCII. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/verdict.h"
#include "host/when.h"

static void label(FILE *t, const char *name);
static void line(FILE *t, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
label(FILE *t, const char *name)
{
	fprintf(t, "%-12s ", name);
}

static void
line(FILE *t, const char *name, const char *format, ...)
{
	va_list ap;

	label(t, name);
	va_start(ap, format);
	vfprintf(t, format, ap);
	va_end(ap);
	fputc('\n', t);
}

static void
put_hex_line(FILE *t, const char *name, const uint8_t *p, size_t n)
{
	label(t, name);
	for (size_t i = 0; i < n; i++)
		fprintf(t, "%02x", p[i]);
	fputc('\n', t);
}

void
verdict_put_plain(FILE *t, const char *s)
{
	for (; *s != '\0'; s++)
		fputc(*s >= 0x20 && *s < 0x7f ? *s : '?', t);
}

void
verdict_put_stains(FILE *t, const struct jurat_verdict *v)
{
	for (size_t i = 0; i < jurat_verdict_num_stains(v); i++) {
		const char *name = jurat_verdict_stain_at(v, i);

		if (strcmp(name, "private_root") == 0) {
			fputs(" [PRIVATE ROOT ", t);
			verdict_put_plain(t, v->root_name);
			fputs(", not Intel hardware]", t);
		} else if (strncmp(name, "debug_", 6) == 0) {
			fputs(v->is_td ? " [DEBUG TD]" : " [DEBUG ENCLAVE]", t);
		} else {
			fprintf(t, " [%s]", name);
		}
	}
}

static void
put_first_line(FILE *t, const struct jurat_verdict *v)
{
	static const char *const words[] = { "UNDECIDED", "REFUSED", "ACCEPTED" };
	const struct jurat_check *decisive = jurat_verdict_decisive(v);

	fputs(words[jurat_verdict_outcome(v)], t);
	if (decisive != NULL)
		fprintf(t, " by %s (%s)", decisive->name, jurat_rc_text(decisive->code));
	verdict_put_stains(t, v);
	fputc('\n', t);
}

/* ---- what it is, and who signed it ---- */

static void
put_td(FILE *t, const struct td_report *td)
{
	static const char *const rtmrs[TD_NUM_RTMRS] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };

	put_hex_line(t, "mr_td", td->mr_td, sizeof td->mr_td);
	for (size_t i = 0; i < TD_NUM_RTMRS; i++)
		put_hex_line(t, rtmrs[i], td->rtmr[i], sizeof td->rtmr[i]);
	put_hex_line(t, "mr_seam", td->mr_seam, sizeof td->mr_seam);
	line(t, "td", "td_attributes %016" PRIx64 ", xfam %016" PRIx64, td->td_attributes, td->xfam);
}

static void
put_attested(FILE *t, const struct jurat_verdict *v)
{
	static const char *const kinds[] = { [TD_REPORT_10] = "1.0", [TD_REPORT_15] = "1.5", [TD_REPORT_15_EX] = "1.5 Ex" };

	if (!v->has_quote)
		return;
	line(t, "quote", "version %u, %s%s", v->quote_version, v->is_td ? "TDX " : "SGX", v->is_td ? kinds[v->td.kind] : "");
	if (v->is_td) {
		put_td(t, &v->td);
		return;
	}
	put_hex_line(t, "mrenclave", v->body.mrenclave, sizeof v->body.mrenclave);
	put_hex_line(t, "mrsigner", v->body.mrsigner, sizeof v->body.mrsigner);
	line(t, "enclave", "isv_prod_id %u, isv_svn %u", v->body.isv_prod_id, v->body.isv_svn);
}

/* put_signers: named only if every signature between them holds; otherwise anybody may have written their names. */
static void
put_signers(FILE *t, const struct jurat_verdict *v)
{
	if (v->has_pck)
		put_hex_line(t, "fmspc", v->pck.fmspc, sizeof v->pck.fmspc);
	if (!v->is_authentic) {
		line(t, "signed by", "not established: see the failed checks");
		return;
	}
	label(t, "signed by");
	verdict_put_plain(t, v->root_name);
	fprintf(t, " > %s CA > PCK %s > quoting enclave (isv_svn %u) > quote\n", v->pck.has_platform ? "platform" : "processor", v->pck_serial,
	    v->qe_isv_svn);
}

/* ---- the TCB ---- */

static void
put_advisories(FILE *t, const struct jurat_verdict *v)
{
	label(t, "advisories");
	for (size_t i = 0; i < v->num_advisories; i++) {
		fputs(i != 0 ? " " : "", t);
		verdict_put_plain(t, v->advisories[i]);
	}
	fputs(v->num_advisories == 0 ? "none\n" : "\n", t);
}

static void
put_status(FILE *t, const struct jurat_verdict *v)
{
	char when[WHEN_TEXT_LEN + 1];

	if (!v->has_tcb)
		return;
	when_format(when, v->tcb_date);
	line(t, "tcb_status", "%s (platform %s, quoting enclave %s%s%s), as of %s, evaluation %" PRId64, tcb_status_name(v->tcb_status),
	    tcb_status_name(v->platform_status), tcb_status_name(v->qe_status), v->has_module_status ? ", TDX module " : "",
	    v->has_module_status ? tcb_status_name(v->module_status) : "", when, v->evaluation_number);
	if (v->has_current_status && v->current_status != v->tcb_status)
		line(t, "now", "%s, if the TD is launched again", tcb_status_name(v->current_status));
	put_advisories(t, v);
}

/* put_parts_line: has/needs of all whose name begins so, in one line; the number of a component follows from its place. */
static void
put_parts_line(FILE *t, const struct jurat_verdict *v, const char *name, const char *prefix)
{
	size_t num = 0, fine = 0;
	const char *first = "";

	label(t, name);
	for (size_t i = 0; i < v->num_parts; i++) {
		const struct jurat_tcb_part *part = &v->part[i];

		if (strncmp(part->name, prefix, strlen(prefix)) != 0)
			continue;
		if (num == 0)
			first = part->name + strlen(prefix);
		fprintf(t, "%u/%u ", part->has, part->needs);
		num++;
		fine += part->has >= part->needs;
	}
	fprintf(t, "(from %s on; %zu of %zu are fine)\n", first, fine, num);
}

/* put_parts: has/needs of everything, and each that is too old once more by name. */
static void
put_parts(FILE *t, const struct jurat_verdict *v)
{
	const char *separator = "";
	char words[TCB_PART_WORDS_LEN];

	if (!v->is_authentic)
		return;
	line(t, "has/needs", "for %s, the best status that such a platform can have", jurat_verdict_best_tcb_status(v));
	put_parts_line(t, v, "  components", "sgx_component_");
	if (v->is_td)
		put_parts_line(t, v, "  tdx", "tdx_component_");
	label(t, "  others");
	for (size_t i = 0; i < v->num_parts; i++) {
		if (strstr(v->part[i].name, "_component_") != NULL)
			continue;
		tcb_part_words(words, &v->part[i]);
		fprintf(t, "%s%s %u/%u", separator, words, v->part[i].has, v->part[i].needs);
		separator = ", ";
	}
	fputc('\n', t);
	for (size_t i = 0; i < v->num_parts; i++) {
		if (v->part[i].has >= v->part[i].needs)
			continue;
		tcb_part_words(words, &v->part[i]);
		line(t, "  too old", "%s has %u, needs %u", words, v->part[i].has, v->part[i].needs);
	}
}

/* without_update: what a status that asks for none still asks for. */
static const char *
without_update(const struct jurat_verdict *v)
{
	if (!v->has_tcb)
		return "nothing of it would help: see the failed checks";
	if (v->tcb_status == TCB_UP_TO_DATE)
		return "nothing";
	if (v->tcb_status == TCB_SW_HARDENING_NEEDED)
		return "nothing on the platform; the enclave itself must answer the advisories";
	return "nothing: there is no better TCB level for such platforms yet";
}

static void
put_updates(FILE *t, const struct jurat_verdict *v)
{
	const char *updates[VERDICT_MAX_UPDATES];
	size_t num = verdict_updates(v, updates);

	if (!v->is_authentic)
		return;
	label(t, "update");
	for (size_t i = 0; i < num; i++)
		fprintf(t, "%s%s", i != 0 ? "; " : "", updates[i]);
	fprintf(t, "%s\n", num == 0 ? without_update(v) : "");
}

static void
put_window(FILE *t, const struct jurat_verdict *v)
{
	char when[WHEN_TEXT_LEN + 1];
	int64_t days = v->has_window ? when_whole_days(v->valid_until - v->at_unix_s) : 0;

	if (!v->has_window)
		return;
	when_format(when, v->valid_until);
	if (v->at_unix_s > v->valid_until)
		line(t, "collateral", "ended %s: the %s, first of all", when, v->first_to_end->words);
	else
		line(t, "collateral", "until %s, %" PRId64 " days left; the %s ends first", when, days, v->first_to_end->words);
}

/* ---- the checks ---- */

static void
put_check(FILE *t, const struct jurat_check *c)
{
	if (c->result != JURAT_CHECK_FAILED)
		return;
	fprintf(t, "\nFAILED %s: %s\n", c->name, jurat_rc_text(c->code));
	if (*c->expected != '\0')
		fprintf(t, "  expected  %s\n", c->expected);
	if (*c->found != '\0') {
		fputs("  found     ", t);
		verdict_put_plain(t, c->found);
		fputc('\n', t);
	}
	if (*c->remedy != '\0')
		fprintf(t, "  remedy    %s\n", c->remedy);
}

static void
put_checks(FILE *t, const struct jurat_verdict *v)
{
	size_t count[3] = { 0 };

	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++)
		count[jurat_verdict_check_at(v, i)->result]++;
	line(t, "checks", "%zu passed, %zu failed, %zu not run or not asked for", count[JURAT_CHECK_PASSED], count[JURAT_CHECK_FAILED],
	    count[JURAT_CHECK_SKIPPED]);
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++)
		put_check(t, jurat_verdict_check_at(v, i));
}

jurat_rc
jurat_verdict_text(char **out, const struct jurat_verdict *v)
{
	char *p = NULL, when[WHEN_TEXT_LEN + 1];
	size_t len = 0;
	FILE *t;
	bool failed;

	if (out == NULL || v == NULL)
		return JURAT_E_USAGE;
	t = open_memstream(&p, &len);
	if (t == NULL)
		return JURAT_E_MEMORY;
	when_format(when, v->at_unix_s);
	put_first_line(t, v);
	line(t, "at", "%s", when);
	put_attested(t, v);
	put_signers(t, v);
	put_status(t, v);
	put_parts(t, v);
	put_updates(t, v);
	put_window(t, v);
	put_checks(t, v);
	failed = ferror(t) != 0;
	failed |= fclose(t) != 0;
	if (failed) {
		free(p);
		return JURAT_E_MEMORY;
	}
	*out = p;
	return JURAT_OK;
}
