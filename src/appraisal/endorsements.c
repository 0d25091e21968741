/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of collateral: CRLs, TCB info, QE identity, and dates. */
#include <inttypes.h>
#include <string.h>

#include "appraisal/appraise.h"
#include "host/when.h"

/* judge_part: whether the part was given and could be read. */
static bool
judge_part(struct appraisal *a, enum check_id id, const struct part *part)
{
	if (a->collateral == NULL) {
		verdict_fail(a->v, id, JURAT_E_MISSING, "collateral", "none given");
		return false;
	}
	if (part->rc != JURAT_OK)
		verdict_record(a->v, id, part->rc, &part->diag);
	return part->rc == JURAT_OK;
}

static void
judge_root_crl(struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	const struct jurat_trust *root = a->request->root;

	if (!judge_part(a, CHECK_ROOT_CRL, c != NULL ? &c->root_crl_part : NULL))
		return;
	if (trust_has_name(root, ROLE_ROOT, &c->root_crl.issuer))
		verdict_pass(a->v, CHECK_ROOT_CRL, verdict_note(a->v, "%zu revoked", c->root_crl.num_revoked));
	else
		verdict_fail(a->v, CHECK_ROOT_CRL, JURAT_E_CHAIN, "issued in the root's name", "another issuer");
	verdict_record(a->v, CHECK_ROOT_CRL_SIGNATURE,
	    memo_verify_vartime(c->memo, a->v->ecdsa, &c->root_crl.signature, trust_key(root), c->root_crl.digest), NULL);
}

void
judge_crls(struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	const struct x509_cert *ca = a->has_roles ? a->roles.ca : NULL;

	judge_root_crl(a);
	if (!judge_part(a, CHECK_PCK_CRL, c != NULL ? &c->pck_crl_part : NULL) || ca == NULL)
		return;
	if (name_equal(&c->pck_crl.issuer, &ca->subject))
		verdict_pass(a->v, CHECK_PCK_CRL, verdict_note(a->v, "%zu revoked", c->pck_crl.num_revoked));
	else
		verdict_fail(a->v, CHECK_PCK_CRL, JURAT_E_CHAIN, "issued in the name of the quote's CA", "another issuer");
	verdict_record(a->v, CHECK_PCK_CRL_SIGNATURE,
	    memo_verify_vartime(c->memo, a->v->ecdsa, &c->pck_crl.signature, &ca->key, c->pck_crl.digest), NULL);
}

/* judge_signer: the TCB signing chain of one JSON document. */
static bool
judge_signer(struct appraisal *a, enum check_id id, const struct part *part, const struct cert_chain *chain,
    struct chain_roles *out)
{
	const struct jurat_trust *root = a->request->root;
	const struct x509_cert *culprit;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (!judge_part(a, id, part))
		return false;
	rc = chain_assign(out, chain, CHAIN_TCB_SIGNING, root, &culprit, &d);
	if (rc != JURAT_OK) {
		record_certificate(a->v, id, rc, &d, chain, culprit);
		return false;
	}
	rc = chain_check_root(out, root, &d);
	culprit = out->root;
	if (rc == JURAT_OK)
		rc = chain_check_signatures(out, root, a->collateral->memo, a->v->ecdsa, &culprit, &d);
	record_certificate(a->v, id, rc, &d, chain, culprit);
	return true;
}

static void
judge_tcb_info(struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	bool is_read = judge_part(a, CHECK_TCB_INFO_FORMAT, c != NULL ? &c->tcb_info_part : NULL);

	a->has_tcb_roles = judge_signer(a, CHECK_TCB_INFO_SIGNER, c != NULL ? &c->tcb_info_chain_part : NULL,
	    c != NULL ? &c->tcb_info_chain : NULL, &a->tcb_roles);
	if (!is_read)
		return;
	verdict_pass(a->v, CHECK_TCB_INFO_FORMAT, verdict_note(a->v, "version %u, %s", c->tcb_info.version, c->tcb_info.is_tdx ? "TDX" : "SGX"));
	if (a->has_tcb_roles)
		verdict_record(a->v, CHECK_TCB_INFO_SIGNATURE,
		    memo_verify_vartime(c->memo, a->v->ecdsa, &c->tcb_info_signature, &a->tcb_roles.leaf->key, c->tcb_info.digest), NULL);
}

static void
judge_qe_identity(struct appraisal *a)
{
	enum identity_id want = a->v->is_td ? IDENTITY_TD_QE : IDENTITY_QE;
	const struct jurat_collateral *c = a->collateral;
	bool is_read = judge_part(a, CHECK_QE_IDENTITY_FORMAT, c != NULL ? &c->qe_identity_part : NULL);

	a->has_qe_roles = judge_signer(a, CHECK_QE_IDENTITY_SIGNER, c != NULL ? &c->qe_identity_chain_part : NULL,
	    c != NULL ? &c->qe_identity_chain : NULL, &a->qe_roles);
	if (!is_read)
		return;
	if (a->v->has_quote && c->qe_identity.id != want)
		verdict_fail(a->v, CHECK_QE_IDENTITY_FORMAT, JURAT_E_MISMATCH, identity_id_name(want), identity_id_name(c->qe_identity.id));
	else
		verdict_pass(a->v, CHECK_QE_IDENTITY_FORMAT, "");
	if (a->has_qe_roles)
		verdict_record(a->v, CHECK_QE_IDENTITY_SIGNATURE,
		    memo_verify_vartime(c->memo, a->v->ecdsa, &c->qe_identity_signature, &a->qe_roles.leaf->key, c->qe_identity.digest), NULL);
}

static const char *
describe_platform(struct jurat_verdict *v, bool is_tdx, const uint8_t fmspc[6], const uint8_t pce_id[2])
{
	return verdict_note(v, "%s, fmspc %s, pce_id %s", is_tdx ? "TDX" : "SGX", verdict_hex(v, fmspc, 6), verdict_hex(v, pce_id, 2));
}

static void
judge_match(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	const struct tcb_info *info = &a->collateral->tcb_info;
	const char *found = describe_platform(v, info->is_tdx, info->fmspc, info->pce_id);

	if (info->is_tdx == v->is_td && memcmp(info->fmspc, v->pck.fmspc, sizeof v->pck.fmspc) == 0 &&
	    memcmp(info->pce_id, v->pck.pce_id, sizeof v->pck.pce_id) == 0)
		verdict_pass(v, CHECK_TCB_INFO_MATCHES, found);
	else
		verdict_fail(v, CHECK_TCB_INFO_MATCHES, JURAT_E_MISMATCH, describe_platform(v, v->is_td, v->pck.fmspc, v->pck.pce_id), found);
}

void
judge_signed_json(struct appraisal *a)
{
	judge_tcb_info(a);
	judge_qe_identity(a);
	if (a->collateral != NULL && a->collateral->tcb_info_part.rc == JURAT_OK && a->v->has_pck)
		judge_match(a);
}

static void
judge_serial(struct jurat_verdict *v, enum check_id id, const struct x509_crl *crl, const struct x509_cert *cert)
{
	const char *serial = verdict_note(v, "serial %s", verdict_hex(v, cert->serial.p, cert->serial.len));

	if (crl_lists(crl, cert->serial))
		verdict_fail(v, id, JURAT_E_REVOKED, "not on the list", verdict_note(v, "%s (%s)", serial, subject_of(v, cert)));
	else
		verdict_pass(v, id, serial);
}

void
judge_revocation(struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	struct jurat_verdict *v = a->v;
	bool has_root_crl = c != NULL && c->root_crl_part.rc == JURAT_OK;

	if (has_root_crl && a->has_roles)
		judge_serial(v, CHECK_PCK_CA_NOT_REVOKED, &c->root_crl, a->roles.ca);
	if (c != NULL && c->pck_crl_part.rc == JURAT_OK && a->has_roles)
		judge_serial(v, CHECK_PCK_NOT_REVOKED, &c->pck_crl, a->roles.leaf);
	if (!has_root_crl || !a->has_tcb_roles || !a->has_qe_roles)
		return;
	judge_serial(v, CHECK_SIGNERS_NOT_REVOKED, &c->root_crl, a->tcb_roles.leaf);
	if (v->state[CHECK_SIGNERS_NOT_REVOKED] != FAILED)
		judge_serial(v, CHECK_SIGNERS_NOT_REVOKED, &c->root_crl, a->qe_roles.leaf);
}

/* The common validity of everything, and who begins last and ends first. */
struct window {
	int64_t from, until;
	const struct dated *last_to_begin, *first_to_end;
	const struct x509_cert *begins, *ends; /* if they are certificates; else NULL */
};

static const struct dated pck_chain = { "pck_chain", "PCK chain" };
static const struct dated tcb_info_chain = { "tcb_info_issuer_chain", "TCB info issuer chain" };
static const struct dated qe_identity_chain = { "qe_identity_issuer_chain", "QE identity issuer chain" };
static const struct dated root_crl = { "root_crl", "root CRL" };
static const struct dated pck_crl = { "pck_crl", "PCK CRL" };
static const struct dated tcb_info = { "tcb_info", "TCB info" };
static const struct dated qe_identity = { "qe_identity", "QE identity" };

static void
narrow(struct window *w, const struct dated *what, const struct x509_cert *cert, int64_t from, int64_t until)
{
	if (w->last_to_begin == NULL || from > w->from) {
		w->from = from;
		w->last_to_begin = what;
		w->begins = cert;
	}
	if (w->first_to_end == NULL || until < w->until) {
		w->until = until;
		w->first_to_end = what;
		w->ends = cert;
	}
}

static void
narrow_to_chain(struct window *w, const struct dated *what, const struct cert_chain *chain)
{
	for (size_t i = 0; i < chain->num; i++)
		narrow(w, what, &chain->cert[i], chain->cert[i].not_before, chain->cert[i].not_after);
}

/* window_of: over every object there is: all certificates, both CRLs, both JSON documents. The one place that knows them all. */
static struct window
window_of(const struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	struct window w = { 0 };

	if (a->has_chain)
		narrow_to_chain(&w, &pck_chain, a->chain);
	if (c == NULL)
		return w;
	narrow_to_chain(&w, &tcb_info_chain, &c->tcb_info_chain);
	narrow_to_chain(&w, &qe_identity_chain, &c->qe_identity_chain);
	if (c->root_crl_part.rc == JURAT_OK)
		narrow(&w, &root_crl, NULL, c->root_crl.this_update, c->root_crl.next_update);
	if (c->pck_crl_part.rc == JURAT_OK)
		narrow(&w, &pck_crl, NULL, c->pck_crl.this_update, c->pck_crl.next_update);
	if (c->tcb_info_part.rc == JURAT_OK)
		narrow(&w, &tcb_info, NULL, c->tcb_info.issue_date, c->tcb_info.next_update);
	if (c->qe_identity_part.rc == JURAT_OK)
		narrow(&w, &qe_identity, NULL, c->qe_identity.issue_date, c->qe_identity.next_update);
	return w;
}

static const char *
describe_bound(struct jurat_verdict *v, const struct dated *what, const char *verb, int64_t unix_s)
{
	char when[WHEN_TEXT_LEN + 1];

	when_format(when, unix_s);
	return verdict_note(v, "%s %s %s", what->words, verb, when);
}

/* with_subject: cert may be NULL. */
static const char *
with_subject(struct jurat_verdict *v, const char *text, const struct x509_cert *cert)
{
	return cert != NULL ? verdict_note(v, "%s (%s)", text, subject_of(v, cert)) : text;
}

void
judge_validity(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	struct window w = window_of(a);
	char now[WHEN_TEXT_LEN + 1];
	const char *begins, *ends;

	if (w.last_to_begin == NULL)
		return;
	v->has_window = true;
	v->valid_from = w.from;
	v->valid_until = w.until;
	v->first_to_end = w.first_to_end;
	when_format(now, v->at_unix_s);
	begins = describe_bound(v, w.last_to_begin, "begins", w.from);
	ends = describe_bound(v, w.first_to_end, "ends", w.until);
	if (v->at_unix_s < w.from)
		verdict_fail(v, CHECK_VALIDITY_BEGUN, JURAT_E_NOT_YET_VALID, verdict_note(v, "begun at %s", now), with_subject(v, begins, w.begins));
	else
		verdict_pass(v, CHECK_VALIDITY_BEGUN, begins);
	if (v->at_unix_s > w.until)
		verdict_fail(v, CHECK_VALIDITY_NOT_ENDED, JURAT_E_EXPIRED, verdict_note(v, "valid at %s", now), with_subject(v, ends, w.ends));
	else
		verdict_pass(v, CHECK_VALIDITY_NOT_ENDED, ends);
}

bool
oldest_issue(const struct appraisal *a, int64_t *out)
{
	const struct jurat_collateral *c = a->collateral;

	if (c == NULL || c->tcb_info_part.rc != JURAT_OK || c->qe_identity_part.rc != JURAT_OK || c->pck_crl_part.rc != JURAT_OK)
		return false;
	*out = c->tcb_info.issue_date;
	if (c->qe_identity.issue_date < *out)
		*out = c->qe_identity.issue_date;
	if (c->pck_crl.this_update < *out)
		*out = c->pck_crl.this_update;
	return true;
}
