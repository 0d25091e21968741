/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict's inside: how checks are recorded. verify.h has what callers see. */
#ifndef APPRAISAL_VERDICT_H
#define APPRAISAL_VERDICT_H

#include <stdio.h>

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

#define VERDICT_MAX_PARTS (2u * TCB_NUM_COMPONENTS + 3u)

struct jurat_verdict {
	struct jurat_check check[CHECK_NUM];
	enum check_state state[CHECK_NUM];
	struct note_block *blocks, *block; /* own the texts above and below: all blocks, and the one that is being filled */
	struct ecdsa *ecdsa; /* of whoever makes verifications with this verdict */
	bool out_of_memory;

	/* facts, each with the flag that says whether it is known */
	int64_t at_unix_s;
	const char *root_name;
	bool root_is_private, root_has_intel_names;
	bool has_quote;
	unsigned quote_version, qe_isv_svn;
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
	bool is_authentic;                    /* every signature from the root to the quote and to the collateral holds: then there are parts */
	struct jurat_tcb_part part[VERDICT_MAX_PARTS];
	size_t num_parts;
	struct tcb_component_words words[TCB_NUM_COMPONENTS], tdx_words[TCB_NUM_COMPONENTS]; /* what the parts' texts are */
	enum tcb_status best_status;          /* of any TCB level */
	bool has_out_of_date_since;
	int64_t out_of_date_since;            /* TCB recovery that made the first part of it out of date */
	bool has_window;
	int64_t valid_from, valid_until;
	const struct dated *first_to_end;
	bool allows_debug; /* the policy, by insecure_allow_debug */
};

/* dated: a kind of thing that has a validity. */
struct dated {
	const char *name;  /* stable: "tcb_info" */
	const char *words; /* "TCB info" */
};

/* verdict_report_data: 64 bytes, of either kind; only if has_quote. verdict_is_debug: a debug enclave or debug TD. */
const uint8_t *verdict_report_data(const struct jurat_verdict *v);
MUST_USE bool verdict_is_debug(const struct jurat_verdict *v);

/* tcb_parts.c: how many parts are too old; what is to be done about it, each once; "component 3 (OS/VMM)", "qe isv_svn". */
#define VERDICT_MAX_UPDATES (VERDICT_MAX_PARTS + 1u)
#define TCB_PART_WORDS_LEN (24u + TCB_WORD_LEN)
size_t verdict_num_short(const struct jurat_verdict *v);
size_t verdict_updates(const struct jurat_verdict *v, const char *out[VERDICT_MAX_UPDATES]);
void tcb_part_words(char out[TCB_PART_WORDS_LEN], const struct jurat_tcb_part *part);

/* For whatever else shows verdicts: input's bytes as printable ASCII; the stains in brackets; the stains as a member. */
void verdict_put_plain(FILE *to, const char *text);
void verdict_put_stains(FILE *to, const struct jurat_verdict *v);
struct json_out;
void verdict_put_json_stains(struct json_out *o, const struct jurat_verdict *v);

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
