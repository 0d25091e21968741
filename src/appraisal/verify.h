/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify(evidence, collateral, trust roots, time, policy) -> verdict. Pure: no clock, no network, no environment, no files.
 * There is no boolean "valid" anywhere: a verdict is an ordered list of named checks, and the outcome follows from the list.
 */
#ifndef APPRAISAL_VERIFY_H
#define APPRAISAL_VERIFY_H

#include "dcap/collateral.h"
#include "dcap/trust.h"
#include "sgx/quote.h"

struct policy;
struct verdict;

/* Trust roots: dcap/trust.h (trust_intel, trust_parse). Collateral: dcap/collateral.h (collateral_parse); a struct collateral may serve many
 * verifications, also at the same time. */

/* ---- policy (JSON; schema in docs/formats/policy.md). Nothing is accepted that it does not name. ---- */
#define POLICY_MAX_LEN (256u * 1024u)
MUST_USE jurat_rc policy_parse(struct policy **out, const char *json, size_t len, struct jurat_diag *d);
void policy_free(struct policy *p);

/* ---- verdict ---- */
enum verdict_outcome { VERDICT_UNDECIDED, VERDICT_REFUSED, VERDICT_ACCEPTED };
enum check_result { CHECK_PASSED, CHECK_FAILED, CHECK_SKIPPED };

struct verdict_check {
	const char *name;      /* stable, e.g. "pck_chain_signatures" (the table in src/appraisal/checks.c) */
	enum check_result result;
	jurat_rc code;         /* why it failed */
	const char *expected;  /* text for people and JSON; "" if it says nothing */
	const char *found;
	const char *remedy;
};

/*
 * Options beside the policy: what the caller knows and the evidence must contain. report_data NULL: not checked here (the policy may).
 */
struct verify_request {
	const uint8_t *quote;
	size_t quote_len;
	const struct collateral *collateral; /* may be NULL: checks that need it fail as JURAT_E_MISSING */
	const struct trust_root *root;
	int64_t at_unix_s;
	const struct policy *policy;         /* may be NULL: outcome VERDICT_UNDECIDED at best */
	const uint8_t *report_data;          /* 64 bytes or NULL */
};

/* verify: JURAT_OK means that a verdict was made, whatever it says; other codes only for JURAT_E_MEMORY and misuse. */
MUST_USE jurat_rc verify(struct verdict **out, const struct verify_request *request, struct jurat_diag *d);
void verdict_free(struct verdict *v);

enum verdict_outcome verdict_outcome(const struct verdict *v);
/* verdict_code: JURAT_OK only for VERDICT_ACCEPTED; else the code of the weightiest failed check (JURAT_E_POLICY for undecided). */
jurat_rc verdict_code(const struct verdict *v);
/* verdict_exit_code: STYLE 10: 0 accepted, 3 invalid, 4 revoked, 5 collateral missing or expired, 6 policy or undecided, 8 time. */
int verdict_exit_code(const struct verdict *v);
/* verdict_tcb_status: Intel's word ("UpToDate"), or NULL if it could not be computed. */
const char *verdict_tcb_status(const struct verdict *v);
size_t verdict_num_checks(const struct verdict *v);
const struct verdict_check *verdict_check_at(const struct verdict *v, size_t i);
/* verdict_decisive: the check that decided a refusal, or NULL if accepted. */
const struct verdict_check *verdict_decisive(const struct verdict *v);

/* verdict_text, verdict_json: fresh NUL-terminated strings that the caller frees; one screen for people, everything for scripts. */
MUST_USE jurat_rc verdict_text(char **out, const struct verdict *v);
MUST_USE jurat_rc verdict_json(char **out, const struct verdict *v);

#endif
