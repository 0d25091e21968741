/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of collateral: CRLs, TCB info, QE identity, dates, and the TCB status that follows. */
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
	    memo_verify_vartime(c->memo, &c->root_crl.signature, trust_key(root), c->root_crl.digest), NULL);
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
	    memo_verify_vartime(c->memo, &c->pck_crl.signature, &ca->key, c->pck_crl.digest), NULL);
}

/* judge_signer: the TCB signing chain of one JSON document. */
static bool
judge_signer(struct appraisal *a, enum check_id id, const struct part *part, const struct cert_chain *chain,
    struct chain_roles *out)
{
	const struct jurat_trust *root = a->request->root;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (!judge_part(a, id, part))
		return false;
	rc = chain_assign(out, chain, CHAIN_TCB_SIGNING, root, &d);
	if (rc != JURAT_OK) {
		verdict_record(a->v, id, rc, &d);
		return false;
	}
	rc = chain_check_root(out, root, &d);
	if (rc == JURAT_OK)
		rc = chain_check_signatures(out, root, a->collateral->memo, &d);
	verdict_record(a->v, id, rc, &d);
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
	verdict_pass(a->v, CHECK_TCB_INFO_FORMAT, verdict_note(a->v, "version %u", c->tcb_info.version));
	if (a->has_tcb_roles)
		verdict_record(a->v, CHECK_TCB_INFO_SIGNATURE,
		    memo_verify_vartime(c->memo, &c->tcb_info_signature, &a->tcb_roles.leaf->key, c->tcb_info.digest), NULL);
}

static void
judge_qe_identity(struct appraisal *a)
{
	static const char *const ids[] = { "QE", "TD_QE", "QVE", "QAE" };
	const struct jurat_collateral *c = a->collateral;
	bool is_read = judge_part(a, CHECK_QE_IDENTITY_FORMAT, c != NULL ? &c->qe_identity_part : NULL);

	a->has_qe_roles = judge_signer(a, CHECK_QE_IDENTITY_SIGNER, c != NULL ? &c->qe_identity_chain_part : NULL,
	    c != NULL ? &c->qe_identity_chain : NULL, &a->qe_roles);
	if (!is_read)
		return;
	if (c->qe_identity.id != IDENTITY_QE)
		verdict_fail(a->v, CHECK_QE_IDENTITY_FORMAT, JURAT_E_MISMATCH, "QE", ids[c->qe_identity.id]);
	else
		verdict_pass(a->v, CHECK_QE_IDENTITY_FORMAT, "");
	if (a->has_qe_roles)
		verdict_record(a->v, CHECK_QE_IDENTITY_SIGNATURE,
		    memo_verify_vartime(c->memo, &c->qe_identity_signature, &a->qe_roles.leaf->key, c->qe_identity.digest), NULL);
}

static void
judge_match(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	const struct tcb_info *info = &a->collateral->tcb_info;

	if (memcmp(info->fmspc, v->pck.fmspc, sizeof v->pck.fmspc) == 0 &&
	    memcmp(info->pce_id, v->pck.pce_id, sizeof v->pck.pce_id) == 0) {
		verdict_pass(v, CHECK_TCB_INFO_MATCHES, verdict_note(v, "fmspc %s", verdict_hex(v, v->pck.fmspc, 6)));
		return;
	}
	verdict_fail(v, CHECK_TCB_INFO_MATCHES, JURAT_E_MISMATCH,
	    verdict_note(v, "fmspc %s, pce_id %s", verdict_hex(v, v->pck.fmspc, 6), verdict_hex(v, v->pck.pce_id, 2)),
	    verdict_note(v, "fmspc %s, pce_id %s", verdict_hex(v, info->fmspc, 6), verdict_hex(v, info->pce_id, 2)));
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
		verdict_fail(v, id, JURAT_E_REVOKED, "not on the list", serial);
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
	const char *last_to_begin, *first_to_end;
};

static void
narrow(struct window *w, const char *name, int64_t from, int64_t until)
{
	if (w->last_to_begin == NULL || from > w->from) {
		w->from = from;
		w->last_to_begin = name;
	}
	if (w->first_to_end == NULL || until < w->until) {
		w->until = until;
		w->first_to_end = name;
	}
}

static void
narrow_to_chain(struct window *w, const char *name, const struct cert_chain *chain)
{
	for (size_t i = 0; i < chain->num; i++)
		narrow(w, name, chain->cert[i].not_before, chain->cert[i].not_after);
}

/* window_of: over every object there is: all certificates, both CRLs, both JSON documents. The one place that knows them all. */
static struct window
window_of(const struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	struct window w = { 0 };

	if (a->has_chain)
		narrow_to_chain(&w, "PCK chain", &a->chain);
	if (c == NULL)
		return w;
	narrow_to_chain(&w, "TCB info issuer chain", &c->tcb_info_chain);
	narrow_to_chain(&w, "QE identity issuer chain", &c->qe_identity_chain);
	if (c->root_crl_part.rc == JURAT_OK)
		narrow(&w, "root CRL", c->root_crl.this_update, c->root_crl.next_update);
	if (c->pck_crl_part.rc == JURAT_OK)
		narrow(&w, "PCK CRL", c->pck_crl.this_update, c->pck_crl.next_update);
	if (c->tcb_info_part.rc == JURAT_OK)
		narrow(&w, "TCB info", c->tcb_info.issue_date, c->tcb_info.next_update);
	if (c->qe_identity_part.rc == JURAT_OK)
		narrow(&w, "QE identity", c->qe_identity.issue_date, c->qe_identity.next_update);
	return w;
}

void
judge_validity(struct appraisal *a)
{
	struct jurat_verdict *v = a->v;
	struct window w = window_of(a);
	char begin[WHEN_TEXT_LEN + 1], end[WHEN_TEXT_LEN + 1], now[WHEN_TEXT_LEN + 1];
	const char *begin_text, *end_text;

	if (w.last_to_begin == NULL)
		return;
	v->has_window = true;
	v->valid_from = w.from;
	v->valid_until = w.until;
	when_format(begin, w.from);
	when_format(end, w.until);
	when_format(now, v->at_unix_s);
	begin_text = verdict_note(v, "%s begins %s", w.last_to_begin, begin);
	end_text = verdict_note(v, "%s ends %s", w.first_to_end, end);
	if (v->at_unix_s < w.from)
		verdict_fail(v, CHECK_VALIDITY_BEGUN, JURAT_E_NOT_YET_VALID, verdict_note(v, "begun at %s", now), begin_text);
	else
		verdict_pass(v, CHECK_VALIDITY_BEGUN, begin_text);
	if (v->at_unix_s > w.until)
		verdict_fail(v, CHECK_VALIDITY_NOT_ENDED, JURAT_E_EXPIRED, verdict_note(v, "valid at %s", now), end_text);
	else
		verdict_pass(v, CHECK_VALIDITY_NOT_ENDED, end_text);
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

/* A status is computed from authentic facts alone; what an attacker could have written has none. */
static bool
facts_are_authentic(const struct jurat_verdict *v)
{
	static const enum check_id needed[] = { CHECK_PCK_CHAIN_ROLES, CHECK_PCK_CHAIN_ROOT, CHECK_PCK_CHAIN_SIGNATURES,
		CHECK_PCK_SGX_EXTENSION, CHECK_TCB_INFO_FORMAT, CHECK_TCB_INFO_SIGNER, CHECK_TCB_INFO_SIGNATURE, CHECK_QE_IDENTITY_FORMAT,
		CHECK_QE_IDENTITY_SIGNER, CHECK_QE_IDENTITY_SIGNATURE, CHECK_TCB_INFO_MATCHES, CHECK_QE_REPORT_SIGNATURE,
		CHECK_QE_REPORT_BINDING, CHECK_QE_IDENTITY_MATCHES, CHECK_QUOTE_SIGNATURE };

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		if (!verdict_passed(v, needed[i]))
			return false;
	}
	return true;
}

static void
add_advisories(struct jurat_verdict *v, const struct json_t *list)
{
	for (size_t i = 0; i < json_count(list); i++)
		verdict_add_advisory(v, json_text(json_at(list, i)));
}

static void
set_status(struct appraisal *a, const struct tcb_level_common *platform, const struct tcb_level_common *qe)
{
	const struct jurat_collateral *c = a->collateral;
	struct jurat_verdict *v = a->v;

	add_advisories(v, platform->advisories);
	add_advisories(v, qe->advisories);
	v->platform_status = platform->status;
	v->qe_status = qe->status;
	v->tcb_status = tcb_status_converge(platform->status, qe->status);
	v->tcb_date = platform->tcb_date < qe->tcb_date ? platform->tcb_date : qe->tcb_date;
	v->evaluation_number = c->tcb_info.evaluation_number < c->qe_identity.evaluation_number ?
	    c->tcb_info.evaluation_number :
	    c->qe_identity.evaluation_number;
	v->has_tcb = true;
}

/* shortfall: the first component of the lowest level that the platform does not reach. */
static const char *
shortfall(struct jurat_verdict *v, const struct tcb_info *info)
{
	const struct tcb_level *lowest = &info->levels[info->num_levels - 1];

	for (size_t i = 0; i < TCB_NUM_COMPONENTS; i++) {
		if (v->pck.components[i] < lowest->components[i])
			return verdict_note(v, "component %zu is %u, the lowest level needs %u", i + 1, v->pck.components[i],
			    lowest->components[i]);
	}
	return verdict_note(v, "pce_svn is %u, the lowest level needs %u", v->pck.pce_svn, lowest->pce_svn);
}

void
judge_tcb(struct appraisal *a)
{
	const struct tcb_level *platform;
	const struct identity_level *qe;
	struct jurat_verdict *v = a->v;

	if (a->collateral == NULL || !facts_are_authentic(v))
		return;
	platform = tcb_info_select(&a->collateral->tcb_info, v->pck.components, v->pck.pce_svn);
	qe = identity_select(&a->collateral->qe_identity, a->quote.qe_report.isv_svn);
	if (platform == NULL) {
		verdict_fail(v, CHECK_TCB_LEVEL, JURAT_E_TCB, "a TCB level that the platform reaches",
		    shortfall(v, &a->collateral->tcb_info));
		return;
	}
	if (qe == NULL) {
		verdict_fail(v, CHECK_TCB_LEVEL, JURAT_E_TCB, "a TCB level that the quoting enclave reaches",
		    verdict_note(v, "its isv_svn is %u", a->quote.qe_report.isv_svn));
		return;
	}
	set_status(a, &platform->common, &qe->common);
	verdict_pass(v, CHECK_TCB_LEVEL,
	    verdict_note(v, "platform %s, quoting enclave %s", tcb_status_name(platform->common.status),
	        tcb_status_name(qe->common.status)));
	if (v->tcb_status == TCB_REVOKED)
		verdict_fail(v, CHECK_TCB_NOT_REVOKED, JURAT_E_REVOKED, "not Revoked", "Revoked");
	else
		verdict_pass(v, CHECK_TCB_NOT_REVOKED, "");
}
