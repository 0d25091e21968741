/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole call on evidence that was changed and signed again, so that the rules behind the signatures are reached: which genuine evidence
 * (1 byte), then up to MAX_EDITS edits of 6 bytes: operation, part, offset (little-endian), value, more. Unchanged evidence is accepted; of what else is
 * accepted, accept_hold.h says what must be true.
 */
#include <stdlib.h>
#include <string.h>

#include "accept_hold.h"
#include "appraisal/verify.h"
#include "der_edit.h"
#include "sgx/report.h"
#include "verdict_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_EDITS 8u

struct edit {
	unsigned operation;
	enum world_part part;
	uint16_t off;
	uint8_t value, more;
};

static bool
is_text(enum world_part part)
{
	return part == PART_TCB_INFO || part == PART_IDENTITY;
}

/* ---- changes of one part's bytes ---- */

static void
change_byte(struct world_bytes *b, const struct edit *edit)
{
	if (b->len != 0)
		b->p[edit->off % b->len] = (uint8_t)(b->p[edit->off % b->len] ^ edit->value);
}

static void
change_number(struct world_bytes *b, const struct edit *edit)
{
	if (b->len < 2)
		return;
	b->p[edit->off % (b->len - 1)] = edit->value;
	b->p[edit->off % (b->len - 1) + 1] = edit->more;
}

/* change_digit: the n-th digit of a text becomes another one. */
static void
change_digit(struct world_bytes *b, const struct edit *edit)
{
	unsigned n = edit->off % 1024u;

	for (size_t i = 0; i < b->len; i++) {
		if (b->p[i] >= '0' && b->p[i] <= '9' && n-- == 0)
			b->p[i] = (uint8_t)('0' + edit->value % 10);
	}
}

/* replace: len bytes at off become the text. */
static void
replace(struct world_bytes *b, size_t off, size_t len, const char *text)
{
	size_t new_len = strlen(text);

	if (b->len - len + new_len > WORLD_SIGNED_MAX)
		return;
	memmove(b->p + off + new_len, b->p + off + len, b->len - off - len);
	memcpy(b->p + off, text, new_len);
	b->len = b->len - len + new_len;
}

/* change_word: the n-th string of a text, whatever it is, becomes one that means something somewhere. */
static void
change_word(struct world_bytes *b, const struct edit *edit)
{
	static const char *const words[] = { "UpToDate", "OutOfDate", "Revoked", "SWHardeningNeeded", "ConfigurationNeeded",
		"ConfigurationAndSWHardeningNeeded", "OutOfDateConfigurationNeeded", "SGX", "TDX", "QE", "TD_QE", "QVE", "TDX_01", "TDX_03",
		"2026-06-01T12:00:00Z", "2026-06-01T12:00:01Z", "tcbStatus", "tcb", "svn", "0000", "" };
	unsigned n = edit->off % 256u;
	size_t begin = 0;
	bool inside = false;

	for (size_t i = 0; i < b->len; i++) {
		if (b->p[i] != '"')
			continue;
		if (inside && n-- == 0) {
			replace(b, begin, i - begin, words[edit->value % ARRAY_LEN(words)]);
			return;
		}
		inside = !inside;
		begin = i + 1;
	}
}

static void
change_length(struct world_bytes *b, const struct edit *edit)
{
	size_t len = edit->off % WORLD_SIGNED_MAX;

	if (len > b->len)
		memset(b->p + b->len, edit->value, len - b->len);
	b->len = len;
}

/* change_structure: of certificates and CRLs elements, of texts words. */
static void
change_structure(struct world_bytes *b, const struct edit *edit)
{
	if (is_text(edit->part))
		change_word(b, edit);
	else if (edit->part != PART_HEAD && edit->part != PART_QE_REPORT)
		der_edit(b, (enum der_change)(edit->more % DER_NUM_CHANGES), edit->off % 256u, edit->value);
	else
		change_number(b, edit);
}

/* on_sent: the change is not signed. The QE report's binding stays as it is once it was touched. */
static void
on_sent(struct world_evidence *e, const struct edit *edit, void (*change)(struct world_bytes *, const struct edit *))
{
	change(&e->sent[edit->part], edit);
	if (edit->part == PART_QE_REPORT)
		e->keep_binding = e->keep_binding || edit->off % SGX_REPORT_BODY_LEN >= SGX_REPORT_BODY_LEN - SGX_REPORT_DATA_LEN - 1;
}

/* on_both: the change is signed. */
static void
on_both(struct world_evidence *e, const struct edit *edit, void (*change)(struct world_bytes *, const struct edit *))
{
	on_sent(e, edit, change);
	change(&e->signed_part[edit->part], edit);
}

/* ---- changes of the whole ---- */

static void
change_chain(struct world_evidence *e, const struct edit *edit)
{
	size_t at = e->num_chain != 0 ? edit->off % e->num_chain : 0;
	enum world_cert cert = (enum world_cert)(edit->value % CHAIN_NUM);

	if (edit->more % 3 == 0 && e->num_chain != 0) {
		e->chain[at] = cert;
	} else if (edit->more % 3 == 1 && e->num_chain != 0) {
		memmove(&e->chain[at], &e->chain[at + 1], (e->num_chain - at - 1) * sizeof e->chain[0]);
		e->num_chain--;
	} else if (e->num_chain < WORLD_CHAIN_MAX) {
		e->chain[e->num_chain++] = cert;
	}
}

static void
change_auth(struct world_evidence *e, const struct edit *edit)
{
	if (edit->more & 1)
		e->auth.len = edit->off % 1100u;
	else
		change_byte(&e->auth, edit);
}

static void
apply(struct world_evidence *e, const struct edit *edit)
{
	switch (edit->operation % 10) {
	case 0:
		on_sent(e, edit, change_byte);
		break;
	case 1:
		on_both(e, edit, change_byte);
		break;
	case 2:
		on_both(e, edit, is_text(edit->part) ? change_digit : change_number);
		break;
	case 3:
	case 4:
		on_both(e, edit, change_structure);
		break;
	case 5:
		e->signer[edit->part] = (enum world_key)(edit->value % KEY_NUM);
		break;
	case 6:
		change_chain(e, edit);
		break;
	case 7:
		change_auth(e, edit);
		break;
	case 8:
		e->at_unix_s += ((int64_t)edit->off - 0x8000) * (edit->more & 1 ? 1 : 600);
		break;
	default:
		on_both(e, edit, change_length);
	}
}

/* ---- the call ---- */

struct given {
	struct jurat_trust *root;
	struct jurat_policy *policy;
};

static const struct given *
given(void)
{
	static struct given g; /* for as long as the target runs */
	char *trust;

	if (g.root != NULL)
		return &g;
	trust = world_trust();
	if (jurat_trust_parse(&g.root, trust, strlen(trust), NULL) != JURAT_OK ||
	    jurat_policy_parse(&g.policy, verdict_hold_policy, strlen(verdict_hold_policy), NULL) != JURAT_OK)
		abort();
	free(trust);
	return &g;
}

static enum jurat_outcome
judge(const struct world_evidence *e)
{
	struct jurat_collateral *collateral = NULL;
	struct jurat_request request = { .root = given()->root, .policy = given()->policy, .at_unix_s = e->at_unix_s };
	char *text = world_collateral(e);
	uint8_t *quote = world_quote(&request.quote_len, e);
	struct jurat_verdict *v;
	enum jurat_outcome outcome;

	if (jurat_collateral_parse(&collateral, text, strlen(text), NULL) != JURAT_OK)
		collateral = NULL;
	request.collateral = collateral;
	request.quote = quote;
	v = verdict_hold_again(&request);
	outcome = jurat_verdict_outcome(v);
	jurat_verdict_free(v);
	jurat_collateral_free(collateral);
	free(quote);
	free(text);
	return outcome;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world_evidence *e = malloc(sizeof *e);
	struct reader r;
	unsigned num = 0;

	if (e == NULL)
		abort();
	reader_init(&r, data, size);
	world_open_evidence(e, reader_u8(&r) % WORLD_NUM_BASES);
	for (; r.left >= 6 && num < MAX_EDITS; num++) {
		struct edit edit = { .operation = reader_u8(&r) };

		edit.part = (enum world_part)(reader_u8(&r) % PART_NUM);
		edit.off = reader_u16le(&r);
		edit.value = reader_u8(&r);
		edit.more = reader_u8(&r);
		apply(e, &edit);
	}
	if (judge(e) == JURAT_ACCEPTED)
		accept_hold(e);
	else if (num == 0)
		abort();
	free(e);
	return 0;
}
