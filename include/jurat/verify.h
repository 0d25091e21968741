/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification of SGX and TDX quotes, offline: jurat_verify(evidence, collateral, trust root, time, policy) -> verdict.
 *
 * The library reads no file, opens no connection, asks no clock and looks at no environment: bytes and the time come from the caller. It has no
 * global state. It never prints, logs or exits. There is no boolean "valid": a verdict is an ordered list of named checks (docs/checks.md), and the
 * outcome follows from the list. Nothing here is secret, and nothing here runs in constant time.
 *
 * Threads. Trust roots, policies and collateral never change after they were parsed, and may serve any number of verifications at the same
 * time. So may a struct jurat_platforms, which locks by itself. A verdict belongs to one thread at a time. An object is freed when nothing
 * uses it any more.
 *
 * Strings and bytes that functions return belong to the object they were asked of and live as long as it, or for a verdict until it is used
 * again; only jurat_verdict_text and jurat_verdict_json give strings that the caller frees with free().
 *
 * Errors. See jurat/error.h: every fallible function returns a jurat_rc, its outputs are complete on JURAT_OK and else untouched (but
 * jurat_verify's), and the struct jurat_diag, which may be NULL, says what failed. Any function below may return JURAT_E_MEMORY, and JURAT_E_USAGE
 * for a pointer that must not be NULL (out, verdict, request, root; bytes of a length that is not 0). Asked of NULL, a verdict says nothing that could be
 * taken for an acceptance: JURAT_REFUSED, JURAT_E_INTERNAL, exit code 1, no checks, no texts.
 */
#ifndef JURAT_VERIFY_H
#define JURAT_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include "jurat/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct jurat_trust;
struct jurat_collateral;
struct jurat_policy;
struct jurat_platforms;
struct jurat_verdict;

/* ---- trust roots ---- */

#define JURAT_TRUST_MAX_LEN (64u * 1024u)

/* jurat_trust_intel: Intel's SGX root, pinned by its public key. Static: never freed. */
JURAT_API const struct jurat_trust *jurat_trust_intel(void);

/*
 * jurat_trust_parse: a private root, from the trust.json of `jurat world new` (docs/formats/trust.md); len bytes of JSON, at most
 * JURAT_TRUST_MAX_LEN, not kept. The caller owns *out. Errors: those of JSON and of X.509 with the field's name; JURAT_E_VERSION;
 * JURAT_E_CHAIN or JURAT_E_CRYPTO if the certificate is no self-signed CA of the root's name; JURAT_E_USAGE for Intel's own root, which is
 * never private. jurat_trust_free(NULL) is fine.
 */
JURAT_API JURAT_MUST_USE jurat_rc jurat_trust_parse(
    struct jurat_trust **out, const char *json, size_t len, struct jurat_diag *d);
JURAT_API void jurat_trust_free(struct jurat_trust *root);

/* jurat_trust_name: for people ("Intel SGX Root CA", or the world's name, whose bytes are the file's). Never NULL. */
JURAT_API const char *jurat_trust_name(const struct jurat_trust *root);

/* ---- collateral ---- */

#define JURAT_COLLATERAL_MAX_LEN (1024u * 1024u)

/*
 * jurat_collateral_parse: one JSON object in the QuoteCollateralV3 layout (docs/formats/collateral.md); len bytes, at most
 * JURAT_COLLATERAL_MAX_LEN, not kept. A part that cannot be read is no error here: the verdict's check of that part fails with the reason. Errors:
 * JURAT_E_MISSING for an absent member, JURAT_E_FORMAT for an unknown one, and those of JSON. What has once been verified of it (its own
 * signatures) is remembered with it, so keep it and share it: it is what makes the second verification cheap. The caller owns *out;
 * jurat_collateral_free(NULL) is fine.
 */
JURAT_API JURAT_MUST_USE jurat_rc jurat_collateral_parse(
    struct jurat_collateral **out, const char *json, size_t len, struct jurat_diag *d);
JURAT_API void jurat_collateral_free(struct jurat_collateral *collateral);

/* ---- policies ---- */

#define JURAT_POLICY_MAX_LEN (256u * 1024u)

/*
 * jurat_policy_parse: what the relying party accepts, as JSON (docs/formats/policy.md); len bytes, at most JURAT_POLICY_MAX_LEN, not kept.
 * Nothing is accepted that it does not name. Errors: JURAT_E_VERSION, JURAT_E_MISSING, JURAT_E_DUPLICATE, JURAT_E_FORMAT (also for an
 * unknown member), JURAT_E_TOO_LARGE. The caller owns *out; jurat_policy_free(NULL) is fine.
 */
JURAT_API JURAT_MUST_USE jurat_rc jurat_policy_parse(
    struct jurat_policy **out, const char *json, size_t len, struct jurat_diag *d);
JURAT_API void jurat_policy_free(struct jurat_policy *policy);

/* ---- known platforms ---- */

#define JURAT_PLATFORMS_MAX (1024u * 1024u)

/*
 * jurat_platforms_new: room for at least max platforms (1 to JURAT_PLATFORMS_MAX, else JURAT_E_USAGE), all taken at once, under 512 bytes each.
 * A PCK certificate chain that was found right, byte for byte, under the same trust root is not parsed and checked again; dates, revocation and
 * TCB are. When it is full, older platforms are forgotten. Whoever has one genuine chain can write it in many ways that mean the same and so
 * push others out: that costs time, and never changes a verdict. The caller owns *out; jurat_platforms_free(NULL) is fine.
 */
JURAT_API JURAT_MUST_USE jurat_rc jurat_platforms_new(struct jurat_platforms **out, size_t max, struct jurat_diag *d);
JURAT_API void jurat_platforms_free(struct jurat_platforms *platforms);

/* ---- verification ---- */

/* struct jurat_request.flags: zero bytes may stand after the quote; real sources pad. Never anything else. */
#define JURAT_ALLOW_PADDING 1u

/*
 * struct jurat_request: one question. Everything is borrowed for the time of the call. Zero what is not used; the reserved members
 * must be zero, so that a later version may give them a meaning.
 */
struct jurat_request {
	const uint8_t *quote; /* as the attester sent it */
	size_t quote_len;     /* bytes */
	const struct jurat_collateral *collateral; /* NULL: checks that need it fail as JURAT_E_MISSING */
	const struct jurat_trust *root;            /* never NULL */
	int64_t at_unix_s;                         /* seconds since 1970 UTC, up to the year 9999 */
	const struct jurat_policy *policy;         /* NULL: outcome JURAT_UNDECIDED at best */
	const uint8_t *report_data;                /* 64 bytes that the quote must contain, or NULL: not asked for here (the policy may) */
	uint64_t flags;                            /* JURAT_ALLOW_PADDING, or 0; another bit is JURAT_E_USAGE */
	struct jurat_platforms *platforms;         /* known platforms, used and added to; NULL: none are kept */
	const void *reserved[4];                   /* NULL */
};

enum jurat_outcome { JURAT_UNDECIDED, JURAT_REFUSED, JURAT_ACCEPTED };
enum jurat_check_result { JURAT_CHECK_PASSED, JURAT_CHECK_FAILED, JURAT_CHECK_SKIPPED };

/* struct jurat_check: one line of the verdict. No text is NULL; one that says nothing is "". Texts may hold bytes of the evidence. */
struct jurat_check {
	const char *name; /* stable, e.g. "pck_chain_signatures" (docs/checks.md) */
	enum jurat_check_result result;
	jurat_rc code;        /* why it failed; JURAT_OK otherwise */
	const char *expected;
	const char *found;
	const char *remedy;
};

/*
 * jurat_verify: JURAT_OK means that a verdict was made, whatever it says: ask jurat_verdict_outcome. *verdict is NULL, and a new one is made that
 * the caller owns; or it is one of an earlier call, which is used again and takes no new memory. Errors: JURAT_E_USAGE (verdict, request or root
 * NULL, quote NULL with a length, time out of range); JURAT_E_MEMORY. After an error, a verdict that was to be used again is JURAT_REFUSED: what it held
 * before is gone, so that a forgotten error never looks like an earlier acceptance. Every text in it is bounded, and so is the time: a quote has at
 * most 64 KiB, and 256 KiB with its padding. RFC 9334 §8.3 (appraisal of evidence); Intel's rules are named check by check in docs/checks.md.
 */
JURAT_API JURAT_MUST_USE jurat_rc jurat_verify(
    struct jurat_verdict **verdict, const struct jurat_request *request, struct jurat_diag *d);

/* jurat_verdict_free: NULL is fine. */
JURAT_API void jurat_verdict_free(struct jurat_verdict *verdict);

/* ---- verdicts ---- */

/* jurat_verdict_outcome: accepted, refused (a check failed), or undecided (nothing speaks against it, but there is no policy). */
JURAT_API enum jurat_outcome jurat_verdict_outcome(const struct jurat_verdict *verdict);

/* jurat_verdict_code: JURAT_OK only for JURAT_ACCEPTED; else the code of the weightiest failed check (JURAT_E_POLICY for undecided). */
JURAT_API jurat_rc jurat_verdict_code(const struct jurat_verdict *verdict);

/*
 * jurat_verdict_exit_code: for programs: 0 accepted, 3 evidence invalid, 4 revoked, 5 collateral missing or expired, 6 refused by policy or
 * undecided, 8 time not trusted; 1 if the verdict was never made.
 */
JURAT_API int jurat_verdict_exit_code(const struct jurat_verdict *verdict);

/* jurat_verdict_tcb_status: Intel's word ("UpToDate") whenever it could be computed, accepted or not; else NULL. */
JURAT_API const char *jurat_verdict_tcb_status(const struct jurat_verdict *verdict);

/*
 * jurat_verdict_stain_at: what stains this verdict, accepted or not, and stands in its first line: "private_root", "insecure_intel_names" (a
 * private root whose certificates bear Intel's names), "debug_enclave", "debug_td", "insecure_allow_debug" (of the policy). The i-th of
 * jurat_verdict_num_stains; NULL beyond the last.
 */
JURAT_API size_t jurat_verdict_num_stains(const struct jurat_verdict *verdict);
JURAT_API const char *jurat_verdict_stain_at(const struct jurat_verdict *verdict, size_t i);

/*
 * struct jurat_tcb_part: one version that the TCB status rests on, and what is needed of it for jurat_verdict_best_tcb_status: the lowest that
 * has the best status which the collateral has for such platforms. No text is NULL; one that says nothing is "".
 */
struct jurat_tcb_part {
	const char *name;     /* stable: "sgx_component_1" to "_16", "pce_svn", "tdx_component_1" to "_16", "tdx_module_isv_svn", "qe_isv_svn" */
	const char *category; /* of a component, in TCB info's words: who updates it ("BIOS", "OS/VMM") ... */
	const char *type;     /* ... and with what ("TDX Module") */
	const char *update;   /* what to update, for people; "" unless has < needs */
	unsigned has, needs;
};

/*
 * jurat_verdict_tcb_part_at: the i-th of jurat_verdict_num_tcb_parts; NULL beyond the last. There are none, and no best status (NULL), unless
 * quote and collateral are authentic. Where a TD's module has a version, its first two components are not there: tdx_module_isv_svn judges them.
 */
JURAT_API size_t jurat_verdict_num_tcb_parts(const struct jurat_verdict *verdict);
JURAT_API const struct jurat_tcb_part *jurat_verdict_tcb_part_at(const struct jurat_verdict *verdict, size_t i);
JURAT_API const char *jurat_verdict_best_tcb_status(const struct jurat_verdict *verdict);

/* jurat_verdict_advisory_at: the i-th of jurat_verdict_num_advisories security advisories ("INTEL-SA-00615"); NULL beyond the last. */
JURAT_API size_t jurat_verdict_num_advisories(const struct jurat_verdict *verdict);
JURAT_API const char *jurat_verdict_advisory_at(const struct jurat_verdict *verdict, size_t i);

/*
 * jurat_verdict_valid_until: the last second at which everything with dates was valid, in seconds since 1970 UTC; INT64_MIN if nothing with dates
 * could be read. jurat_verdict_first_to_end: what ends then: "pck_chain", "tcb_info_issuer_chain", "qe_identity_issuer_chain", "root_crl",
 * "pck_crl", "tcb_info", "qe_identity"; or NULL.
 */
JURAT_API int64_t jurat_verdict_valid_until(const struct jurat_verdict *verdict);
JURAT_API const char *jurat_verdict_first_to_end(const struct jurat_verdict *verdict);

/* jurat_verdict_check_at: the i-th of jurat_verdict_num_checks checks, in the order of docs/checks.md; NULL beyond the last. */
JURAT_API size_t jurat_verdict_num_checks(const struct jurat_verdict *verdict);
JURAT_API const struct jurat_check *jurat_verdict_check_at(const struct jurat_verdict *verdict, size_t i);

/* jurat_verdict_decisive: the check that decided, or NULL if none failed. */
JURAT_API const struct jurat_check *jurat_verdict_decisive(const struct jurat_verdict *verdict);

/*
 * jurat_verdict_text, jurat_verdict_json: one screen for people (printable ASCII); everything for programs (docs/formats/verdict.md). *out is a
 * NUL-terminated string that the caller frees with free().
 */
JURAT_API JURAT_MUST_USE jurat_rc jurat_verdict_text(char **out, const struct jurat_verdict *verdict);
JURAT_API JURAT_MUST_USE jurat_rc jurat_verdict_json(char **out, const struct jurat_verdict *verdict);

#ifdef __cplusplus
}
#endif
#endif
