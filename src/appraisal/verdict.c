/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/sabotage.h"

const char *
verdict_note(struct verdict *v, const char *format, ...)
{
	struct note *note;
	va_list ap, again;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	note = n >= 0 ? malloc(sizeof *note + (size_t)n + 1) : NULL;
	if (note != NULL) {
		vsnprintf(note->text, (size_t)n + 1, format, again);
		note->next = v->notes;
		v->notes = note;
	} else {
		v->out_of_memory = true;
	}
	va_end(again);
	va_end(ap);
	return note != NULL ? note->text : "";
}

const char *
verdict_hex(struct verdict *v, const void *p, size_t n)
{
	char digits[2 * 64 + 1];

	if (n > 64)
		n = 64;
	hex_encode(digits, p, n);
	return verdict_note(v, "%s", digits);
}

void
verdict_pass(struct verdict *v, enum check_id id, const char *found)
{
	v->state[id] = PASSED;
	v->check[id].code = JURAT_OK;
	v->check[id].expected = "";
	v->check[id].found = found;
}

void
verdict_fail(struct verdict *v, enum check_id id, jurat_rc code, const char *expected, const char *found)
{
	if (SABOTAGED(check_info(id)->hook)) {
		verdict_pass(v, id, "left out by the test build");
		return;
	}
	v->state[id] = FAILED;
	v->check[id].code = code;
	v->check[id].expected = expected;
	v->check[id].found = found;
}

void
verdict_unasked(struct verdict *v, enum check_id id, const char *why)
{
	v->state[id] = NOT_ASKED;
	v->check[id].expected = "";
	v->check[id].found = why;
}

/* amounts: what was wanted and got, where both are numbers that a reader can use. */
static const char *
amounts(struct verdict *v, jurat_rc rc, const struct jurat_diag *d)
{
	if (d == NULL || d->wanted == d->got)
		return "";
	if (rc == JURAT_E_MISMATCH)
		return verdict_note(v, " (wanted 0x%" PRIx64 ", got 0x%" PRIx64 ")", d->wanted, d->got);
	if (rc == JURAT_E_VERSION || rc == JURAT_E_TOO_LARGE)
		return verdict_note(v, " (wanted %" PRIu64 ", got %" PRIu64 ")", d->wanted, d->got);
	return "";
}

void
verdict_record(struct verdict *v, enum check_id id, jurat_rc rc, const struct jurat_diag *d)
{
	const char *field = d != NULL && d->code != JURAT_OK && d->field != NULL ? d->field : check_name(id);

	if (rc == JURAT_OK)
		verdict_pass(v, id, "");
	else if (d != NULL && d->offset != NO_OFFSET)
		verdict_fail(v, id, rc, "",
		    verdict_note(v, "%s: %s at byte %" PRIu64 "%s", field, jurat_rc_text(rc), d->offset, amounts(v, rc, d)));
	else
		verdict_fail(v, id, rc, "", verdict_note(v, "%s: %s%s", field, jurat_rc_text(rc), amounts(v, rc, d)));
}

bool
verdict_passed(const struct verdict *v, enum check_id id)
{
	return v->state[id] == PASSED;
}

void
verdict_finish(struct verdict *v)
{
	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		struct verdict_check *c = &v->check[id];
		bool failed = v->state[id] == FAILED;

		c->name = check_name(id);
		c->result = failed ? CHECK_FAILED : v->state[id] == PASSED ? CHECK_PASSED : CHECK_SKIPPED;
		c->remedy = failed ? check_info(id)->remedy : "";
		if (v->state[id] == NOT_RUN) {
			c->expected = "";
			c->found = "not reached: an earlier check failed";
		}
	}
}

void
verdict_free(struct verdict *v)
{
	if (v == NULL)
		return;
	while (v->notes != NULL) {
		struct note *next = v->notes->next;

		free(v->notes);
		v->notes = next;
	}
	free(v->advisories);
	free(v);
}

enum verdict_outcome
verdict_outcome(const struct verdict *v)
{
	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		if (id != CHECK_POLICY && v->state[id] != PASSED && v->state[id] != NOT_ASKED)
			return VERDICT_REFUSED;
	}
	return v->state[CHECK_POLICY] == PASSED ? VERDICT_ACCEPTED : VERDICT_UNDECIDED;
}

/* exit_of: STYLE.md §10. What is weightier has the smaller number, so this is also the order among failures. */
static int
exit_of(enum check_id id, jurat_rc code)
{
	switch (code) {
	case JURAT_E_INTERNAL:
	case JURAT_E_MEMORY:
		return 1;
	case JURAT_E_REVOKED:
		return 4;
	case JURAT_E_EXPIRED:
	case JURAT_E_NOT_YET_VALID:
		return 5;
	case JURAT_E_MISSING: /* collateral that is absent can be fetched; evidence that lacks something is invalid */
		return id < CHECK_ROOT_CRL ? 3 : 5;
	case JURAT_E_IDENTITY:
	case JURAT_E_ATTRIBUTES:
	case JURAT_E_TCB:
	case JURAT_E_POLICY:
		return 6;
	case JURAT_E_TIME:
		return 8;
	default:
		return 3;
	}
}

/* decisive: the weightiest failed check, or CHECK_NUM. */
static enum check_id
decisive(const struct verdict *v)
{
	enum check_id worst = CHECK_NUM;

	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		if (v->state[id] == FAILED &&
		    (worst == CHECK_NUM || exit_of(id, v->check[id].code) < exit_of(worst, v->check[worst].code)))
			worst = id;
	}
	return worst;
}

const struct verdict_check *
verdict_decisive(const struct verdict *v)
{
	enum check_id id = decisive(v);

	return id != CHECK_NUM ? &v->check[id] : NULL;
}

jurat_rc
verdict_code(const struct verdict *v)
{
	enum check_id id = decisive(v);

	if (id != CHECK_NUM)
		return v->check[id].code;
	return verdict_outcome(v) == VERDICT_ACCEPTED ? JURAT_OK : JURAT_E_INTERNAL;
}

int
verdict_exit_code(const struct verdict *v)
{
	enum check_id id = decisive(v);

	if (id != CHECK_NUM)
		return exit_of(id, v->check[id].code);
	return verdict_outcome(v) == VERDICT_ACCEPTED ? 0 : 1;
}

const char *
verdict_tcb_status(const struct verdict *v)
{
	return v->has_tcb ? tcb_status_name(v->tcb_status) : NULL;
}

size_t
verdict_num_checks(const struct verdict *v)
{
	(void)v;
	return CHECK_NUM;
}

const struct verdict_check *
verdict_check_at(const struct verdict *v, size_t i)
{
	return i < CHECK_NUM ? &v->check[i] : NULL;
}
