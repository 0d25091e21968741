/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence capsule (docs/formats/capsule.md): a quote, the exact collateral, trust root, policy and instant that it was judged with, and the
 * verdict, in one signed file. Whoever holds it can judge again, at any time and without asking anybody, and must come to the same verdict.
 * The signature says who made the statement; that the statement is right follows from the evidence alone.
 */
#ifndef APPRAISAL_CAPSULE_H
#define APPRAISAL_CAPSULE_H

#include "appraisal/verify.h"
#include "host/file.h"

#define CAPSULE_VERSION 1u
#define CAPSULE_VERDICT_MAX_LEN (1024u * 1024u)
#define CAPSULE_MAX_LEN (4u * 1024u * 1024u)

/* What a verdict follows from; every pointer borrows. An empty collateral, trust or policy is none (trust: Intel's root). */
struct capsule_input {
	int64_t at_unix_s;
	const uint8_t *quote;
	size_t quote_len;
	const char *collateral, *trust, *policy; /* the files' exact text */
	size_t collateral_len, trust_len, policy_len;
	const uint8_t *report_data; /* 64 bytes or NULL */
	bool allow_padding;         /* JURAT_ALLOW_PADDING */
};

struct capsule {
	struct capsule_input input;
	const char *verdict; /* as verdict_json wrote it */
	size_t verdict_len;
	struct p256_public signer;
};

/*
 * capsule_make: judges and signs. *out is the file, *out_verdict (may be NULL) what was found, whatever it says. Errors are those of
 * jurat_collateral_parse, jurat_trust_parse, jurat_policy_parse and verify; no capsule is made of inputs that cannot be read.
 */
MUST_USE jurat_rc capsule_make(struct blob *out, struct jurat_verdict **out_verdict, const struct capsule_input *input,
    const struct p256_private *key, struct jurat_diag *d);

/*
 * capsule_parse: form and signature; the capsule borrows p. JURAT_E_VERSION names a newer one, JURAT_E_CRYPTO a signature that is not the
 * signer's. Who the signer is, and whether to listen to them, is the caller's question.
 */
MUST_USE jurat_rc capsule_parse(struct capsule *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* capsule_signer_id: SHA-256 of the signer's public key, x||y: what people compare. */
void capsule_signer_id(uint8_t out[SHA256_LEN], const struct p256_public *signer);

/*
 * capsule_replay: judges again. root is the caller's own: JURAT_E_CHAIN unless it has the key of the root that the capsule names, so that a
 * capsule never chooses whom to trust. JURAT_E_MISMATCH with the member's name if the verdict is not the recorded one.
 */
MUST_USE jurat_rc capsule_replay(
    struct jurat_verdict **out, const struct capsule *c, const struct jurat_trust *root, struct jurat_diag *d);

/*
 * capsule_judge_without_policy: what is left of a capsule for a reader who trusts no signer: the same evidence at the same instant, without the
 * policy, which is the signer's. Never accepted. For capsules that capsule_replay has passed with the same root.
 */
MUST_USE jurat_rc capsule_judge_without_policy(
    struct jurat_verdict **out, const struct capsule *c, const struct jurat_trust *root, struct jurat_diag *d);

#endif
