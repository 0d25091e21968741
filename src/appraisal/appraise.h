/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of one verification share. Each part records its checks; none depends on another's having passed, only on its having read. */
#ifndef APPRAISAL_APPRAISE_H
#define APPRAISAL_APPRAISE_H

#include "appraisal/verdict.h"
#include "dcap/platforms.h"

struct appraisal {
	const struct jurat_request *request;
	const struct jurat_collateral *collateral; /* NULL: none given */
	struct jurat_verdict *v;
	struct quote quote; /* if v->has_quote */
	struct cert_chain own_chain;    /* what the quote brought along */
	const struct cert_chain *chain; /* if has_chain: that, or the collateral's */
	struct known_pck known;         /* what own_chain borrows, if it was recalled */
	bool has_chain, has_roles, has_tcb_roles, has_qe_roles;
	struct chain_roles roles, tcb_roles, qe_roles;
};

/* certificate.c: the subject, as long as the verdict; verdict_record of a check of a chain, with the certificate to blame (or NULL). */
const char *subject_of(struct jurat_verdict *v, const struct x509_cert *cert);
void record_certificate(struct jurat_verdict *v, enum check_id id, jurat_rc rc, const struct jurat_diag *d, const struct cert_chain *chain,
    const struct x509_cert *culprit);

/* evidence.c */
void judge_quote(struct appraisal *a);
void judge_pck_chain(struct appraisal *a);
void judge_bindings(struct appraisal *a);
void judge_request(struct appraisal *a);

/* public_signers.c: of a quote that was read */
void judge_public_signer(struct jurat_verdict *v);

/* endorsements.c */
void judge_crls(struct appraisal *a);
void judge_signed_json(struct appraisal *a);
void judge_revocation(struct appraisal *a);
void judge_validity(struct appraisal *a);
/* oldest_issue: of TCB info, QE identity and PCK CRL; false unless all three were read. */
MUST_USE bool oldest_issue(const struct appraisal *a, int64_t *out);

/* tcb_parts.c: of an authentic verdict */
void judge_tcb_parts(struct appraisal *a);

/* tcb.c */
void judge_tdx_module(struct appraisal *a);
void judge_tcb(struct appraisal *a);

#endif
