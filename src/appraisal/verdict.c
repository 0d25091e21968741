/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/sabotage.h"

const uint8_t *
verdict_report_data(const struct jurat_verdict *v)
{
	return v->is_td ? v->td.report_data : v->body.report_data;
}

bool
verdict_is_debug(const struct jurat_verdict *v)
{
	if (!v->has_quote)
		return false;
	if (v->is_td)
		return (v->td.td_attributes & (TD_ATTRIBUTES_DEBUG | TD_ATTRIBUTES_DEBUG_RESERVED)) != 0;
	return (v->body.attributes.flags & SGX_FLAGS_DEBUG) != 0;
}

#define BLOCK_LEN 4000u /* the texts of an accepted quote fit into one */

static struct note_block *
block_new(size_t cap)
{
	struct note_block *b = malloc(sizeof *b + cap);

	if (b != NULL)
		*b = (struct note_block){ .cap = cap };
	return b;
}

/* next_block: the one after v->block that has room for len bytes and is empty: from an earlier use, or new. */
static struct note_block *
next_block(struct jurat_verdict *v, size_t len)
{
	struct note_block **end = v->block != NULL ? &v->block->next : &v->blocks;

	while (*end != NULL && (*end)->cap < len)
		end = &(*end)->next;
	if (*end == NULL)
		*end = block_new(len > BLOCK_LEN ? len : BLOCK_LEN);
	if (*end != NULL)
		v->block = *end;
	else
		v->out_of_memory = true;
	return *end;
}

const char *
verdict_note(struct jurat_verdict *v, const char *format, ...)
{
	struct note_block *b = v->block;
	size_t left = b != NULL ? b->cap - b->used : 0;
	va_list ap, again;
	const char *text = "";
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(left != 0 ? b->text + b->used : NULL, left, format, ap);
	if (n >= 0 && (size_t)n >= left) {
		b = next_block(v, (size_t)n + 1);
		if (b != NULL)
			vsnprintf(b->text, b->cap, format, again);
	}
	if (n >= 0 && b != NULL) {
		text = b->text + b->used;
		b->used += (size_t)n + 1;
	}
	va_end(again);
	va_end(ap);
	return text;
}

void
verdict_add_advisory(struct jurat_verdict *v, const char *id)
{
	for (size_t i = 0; i < v->num_advisories; i++) {
		if (strcmp(v->advisories[i], id) == 0)
			return;
	}
	if (v->num_advisories == v->room_for_advisories) {
		size_t room = 2 * v->room_for_advisories + 16;
		const char **grown = realloc(v->advisories, room * sizeof *grown);

		if (grown == NULL) {
			v->out_of_memory = true;
			return;
		}
		v->advisories = grown;
		v->room_for_advisories = room;
	}
	v->advisories[v->num_advisories++] = verdict_note(v, "%s", id);
}

const char *
verdict_hex(struct jurat_verdict *v, const void *p, size_t n)
{
	char digits[2 * 64 + 1];

	if (n > 64)
		n = 64;
	hex_encode(digits, p, n);
	return verdict_note(v, "%s", digits);
}

void
verdict_pass(struct jurat_verdict *v, enum check_id id, const char *found)
{
	v->state[id] = PASSED;
	v->check[id].code = JURAT_OK;
	v->check[id].expected = "";
	v->check[id].found = found;
}

void
verdict_fail(struct jurat_verdict *v, enum check_id id, jurat_rc code, const char *expected, const char *found)
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
verdict_unasked(struct jurat_verdict *v, enum check_id id, const char *why)
{
	v->state[id] = NOT_ASKED;
	v->check[id].expected = "";
	v->check[id].found = why;
}

/* amounts: the member that is meant, or what was wanted and got, where both are numbers that a reader can use. */
static const char *
amounts(struct jurat_verdict *v, jurat_rc rc, const struct jurat_diag *d)
{
	if (d != NULL && d->code != JURAT_OK && d->name[0] != '\0')
		return verdict_note(v, " (\"%s\")", d->name);
	if (d == NULL || d->wanted == d->got)
		return "";
	if (rc == JURAT_E_MISMATCH)
		return verdict_note(v, " (wanted 0x%" PRIx64 ", got 0x%" PRIx64 ")", d->wanted, d->got);
	if (rc == JURAT_E_VERSION || rc == JURAT_E_TOO_LARGE)
		return verdict_note(v, " (wanted %" PRIu64 ", got %" PRIu64 ")", d->wanted, d->got);
	return "";
}

void
verdict_record(struct jurat_verdict *v, enum check_id id, jurat_rc rc, const struct jurat_diag *d)
{
	bool is_told = d != NULL && d->code != JURAT_OK && d->field != NULL;
	const char *field = is_told ? d->field : check_name(id), *file = is_told && d->file != NULL ? d->file : "";
	const char *separator = *file != '\0' ? ": " : "";

	if (rc == JURAT_OK)
		verdict_pass(v, id, "");
	else if (d != NULL && d->offset != NO_OFFSET)
		verdict_fail(v, id, rc, "",
		    verdict_note(v, "%s%s%s: %s at byte %" PRIu64 "%s", file, separator, field, jurat_rc_text(rc), d->offset, amounts(v, rc, d)));
	else
		verdict_fail(v, id, rc, "", verdict_note(v, "%s%s%s: %s%s", file, separator, field, jurat_rc_text(rc), amounts(v, rc, d)));
}

bool
verdict_passed(const struct jurat_verdict *v, enum check_id id)
{
	return v->state[id] == PASSED;
}

void
verdict_finish(struct jurat_verdict *v)
{
	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		struct jurat_check *c = &v->check[id];
		bool failed = v->state[id] == FAILED;

		c->name = check_name(id);
		c->result = failed ? JURAT_CHECK_FAILED : v->state[id] == PASSED ? JURAT_CHECK_PASSED : JURAT_CHECK_SKIPPED;
		c->remedy = failed ? check_info(id)->remedy : "";
		if (v->state[id] == NOT_RUN) {
			c->expected = "";
			c->found = "not reached: an earlier check failed";
		}
	}
}

struct jurat_verdict *
verdict_new(void)
{
	struct jurat_verdict *v = calloc(1, sizeof *v);

	if (v == NULL || (v->ecdsa = ecdsa_new()) == NULL) {
		free(v);
		return NULL;
	}
	return v;
}

void
verdict_reset(struct jurat_verdict *v)
{
	for (struct note_block *b = v->blocks; b != NULL; b = b->next)
		b->used = 0;
	*v = (struct jurat_verdict){ .blocks = v->blocks, .block = v->blocks, .advisories = v->advisories,
		.room_for_advisories = v->room_for_advisories, .ecdsa = v->ecdsa };
}

void
jurat_verdict_free(struct jurat_verdict *v)
{
	if (v == NULL)
		return;
	while (v->blocks != NULL) {
		struct note_block *next = v->blocks->next;

		free(v->blocks);
		v->blocks = next;
	}
	ecdsa_free(v->ecdsa);
	free(v->advisories);
	free(v);
}

enum jurat_outcome
jurat_verdict_outcome(const struct jurat_verdict *v)
{
	if (v == NULL)
		return JURAT_REFUSED;
	for (enum check_id id = 0; id < CHECK_NUM; id++) {
		if (id != CHECK_POLICY && v->state[id] != PASSED && v->state[id] != NOT_ASKED)
			return JURAT_REFUSED;
	}
	return v->state[CHECK_POLICY] == PASSED ? JURAT_ACCEPTED : JURAT_UNDECIDED;
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
		return id < CHECK_ROOT_CRL && id != CHECK_CERTIFICATION_DATA ? 3 : 5;
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
decisive(const struct jurat_verdict *v)
{
	enum check_id worst = CHECK_NUM;

	for (enum check_id id = 0; v != NULL && id < CHECK_NUM; id++) {
		if (v->state[id] == FAILED &&
		    (worst == CHECK_NUM || exit_of(id, v->check[id].code) < exit_of(worst, v->check[worst].code)))
			worst = id;
	}
	return worst;
}

const struct jurat_check *
jurat_verdict_decisive(const struct jurat_verdict *v)
{
	enum check_id id = decisive(v);

	return id != CHECK_NUM ? &v->check[id] : NULL;
}

jurat_rc
jurat_verdict_code(const struct jurat_verdict *v)
{
	enum check_id id = decisive(v);

	if (id != CHECK_NUM)
		return v->check[id].code;
	return jurat_verdict_outcome(v) == JURAT_ACCEPTED ? JURAT_OK : JURAT_E_INTERNAL;
}

int
jurat_verdict_exit_code(const struct jurat_verdict *v)
{
	enum check_id id = decisive(v);

	if (id != CHECK_NUM)
		return exit_of(id, v->check[id].code);
	return jurat_verdict_outcome(v) == JURAT_ACCEPTED ? 0 : 1;
}

const char *
jurat_verdict_tcb_status(const struct jurat_verdict *v)
{
	return v != NULL && v->has_tcb ? tcb_status_name(v->tcb_status) : NULL;
}

size_t
jurat_verdict_num_checks(const struct jurat_verdict *v)
{
	return v != NULL ? CHECK_NUM : 0;
}

const struct jurat_check *
jurat_verdict_check_at(const struct jurat_verdict *v, size_t i)
{
	return v != NULL && i < CHECK_NUM ? &v->check[i] : NULL;
}

/* stains_of: in the order of the first line. */
#define MAX_STAINS 4u

static size_t
stains_of(const struct jurat_verdict *v, const char *out[MAX_STAINS])
{
	size_t num = 0;

	if (v == NULL)
		return 0;
	if (v->root_is_private)
		out[num++] = "private_root";
	if (v->root_has_intel_names)
		out[num++] = "insecure_intel_names";
	if (verdict_is_debug(v))
		out[num++] = v->is_td ? "debug_td" : "debug_enclave";
	if (v->allows_debug)
		out[num++] = "insecure_allow_debug";
	return num;
}

size_t
jurat_verdict_num_stains(const struct jurat_verdict *v)
{
	const char *names[MAX_STAINS];

	return stains_of(v, names);
}

const char *
jurat_verdict_stain_at(const struct jurat_verdict *v, size_t i)
{
	const char *names[MAX_STAINS];

	return i < stains_of(v, names) ? names[i] : NULL;
}

size_t
jurat_verdict_num_advisories(const struct jurat_verdict *v)
{
	return v != NULL ? v->num_advisories : 0;
}

const char *
jurat_verdict_advisory_at(const struct jurat_verdict *v, size_t i)
{
	return v != NULL && i < v->num_advisories ? v->advisories[i] : NULL;
}

int64_t
jurat_verdict_valid_until(const struct jurat_verdict *v)
{
	return v != NULL && v->has_window ? v->valid_until : INT64_MIN;
}

const char *
jurat_verdict_first_to_end(const struct jurat_verdict *v)
{
	return v != NULL && v->has_window ? v->first_to_end->name : NULL;
}
