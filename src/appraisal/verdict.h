/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict's inside: how checks are recorded. verify.h has what callers see. */
#ifndef APPRAISAL_VERDICT_H
#define APPRAISAL_VERDICT_H

#include "appraisal/checks.h"
#include "appraisal/verify.h"
#include "x509/pck.h"

/* NOT_RUN is where every check begins: a verdict with one that was neither run nor left unasked is never an acceptance. */
enum check_state { NOT_RUN, NOT_ASKED, PASSED, FAILED };

/* Texts stand one after another in blocks that stay with the verdict, so that one used again takes no new memory. */
struct note_block {
	struct note_block *next;
	size_t used, cap;
	char text[];
};

struct jurat_verdict {
	struct jurat_check check[CHECK_NUM];
	enum check_state state[CHECK_NUM];
	struct note_block *blocks, *block; /* own the texts above and below: all blocks, and the one that is being filled */
	struct ecdsa *ecdsa; /* of whoever makes verifications with this verdict */
	bool out_of_memory;

	/* facts, each with the flag that says whether it is known */
	int64_t at_unix_s;
	const char *root_name;
	bool root_is_private;
	bool has_quote;
	unsigned quote_version;
	bool is_td;
	struct sgx_report_body body; /* unless is_td */
	struct td_report td;         /* if is_td */
	bool has_pck;
	struct pck_extension pck;
	const char *pck_serial; /* hex */
	bool has_tcb;
	enum tcb_status tcb_status, platform_status, qe_status;
	bool has_module_status;
	enum tcb_status module_status;        /* of the TDX module */
	bool has_current_status;
	enum tcb_status current_status;       /* of what runs now, where the TD was launched under another TCB */
	int64_t tcb_date, evaluation_number;
	const char **advisories; /* all different; room for so many, which stays */
	size_t num_advisories, room_for_advisories;
	bool has_out_of_date_since;
	int64_t out_of_date_since;            /* TCB recovery that made the first part of it out of date */
	bool has_window;
	int64_t valid_from, valid_until;
	const char *insecure; /* what the policy allows by an insecure name, or NULL */
};

/* verdict_report_data: 64 bytes, of either kind; only if has_quote. verdict_is_debug: a debug enclave or debug TD. */
const uint8_t *verdict_report_data(const struct jurat_verdict *v);
MUST_USE bool verdict_is_debug(const struct jurat_verdict *v);

/* verdict_note: formatted text that lives as long as the verdict; "" without memory (and out_of_memory is set). */
const char *verdict_note(struct jurat_verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *verdict_hex(struct jurat_verdict *v, const void *p, size_t n);

/* verdict_add_advisory: one that is there already is not added again. */
void verdict_add_advisory(struct jurat_verdict *v, const char *id);

/* Each check is recorded once. Texts live as long as the verdict. */
void verdict_pass(struct jurat_verdict *v, enum check_id id, const char *found);
void verdict_fail(struct jurat_verdict *v, enum check_id id, jurat_rc code, const char *expected, const char *found);
void verdict_unasked(struct jurat_verdict *v, enum check_id id, const char *why);
/* verdict_record: passes or fails by rc, with the diag's words as what was found. */
void verdict_record(struct jurat_verdict *v, enum check_id id, jurat_rc rc, const struct jurat_diag *d);

MUST_USE bool verdict_passed(const struct jurat_verdict *v, enum check_id id);

/* verdict_new: no check has run; NULL without memory. verdict_reset: the same again with the memory it has. */
struct jurat_verdict *verdict_new(void);
void verdict_reset(struct jurat_verdict *v);
/* verdict_finish: fills the list that callers see. */
void verdict_finish(struct jurat_verdict *v);

#endif
