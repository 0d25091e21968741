/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/verify.h"

#include "appraisal/appraise.h"
#include "appraisal/policy.h"

#define LAST_SECOND 253402300799 /* 9999-12-31T23:59:59Z */

static jurat_rc
check_request(const struct jurat_request *r, struct jurat_diag *d)
{
	if (r == NULL)
		return jurat_fail(d, JURAT_E_USAGE, "verify.request", NO_OFFSET, 0, 0);
	if (r->root == NULL)
		return jurat_fail(d, JURAT_E_USAGE, "verify.root", NO_OFFSET, 0, 0);
	if (r->quote == NULL && r->quote_len != 0)
		return jurat_fail(d, JURAT_E_USAGE, "verify.quote", NO_OFFSET, 0, 0);
	if ((r->flags & ~(uint64_t)JURAT_ALLOW_PADDING) != 0)
		return jurat_fail(d, JURAT_E_USAGE, "verify.flags", NO_OFFSET, JURAT_ALLOW_PADDING, r->flags);
	for (size_t i = 0; i < ARRAY_LEN(r->reserved); i++) {
		if (r->reserved[i] != NULL)
			return jurat_fail(d, JURAT_E_USAGE, "verify.reserved", NO_OFFSET, 0, i);
	}
	if (r->at_unix_s < 0 || r->at_unix_s > LAST_SECOND)
		return jurat_fail(d, JURAT_E_USAGE, "verify.at", NO_OFFSET, LAST_SECOND, (uint64_t)r->at_unix_s);
	return JURAT_OK;
}

static void
judge(struct appraisal *a)
{
	int64_t oldest = 0;
	bool has_oldest = oldest_issue(a, &oldest);

	judge_quote(a);
	judge_pck_chain(a);
	judge_crls(a);
	judge_signed_json(a);
	judge_revocation(a);
	judge_bindings(a);
	judge_tdx_module(a);
	judge_validity(a);
	judge_tcb(a);
	judge_request(a);
	policy_judge(a->v, a->request->policy, has_oldest, oldest);
	verdict_finish(a->v);
}

/* judged: everything but the ownership of a verdict that is still to be handed out. */
static jurat_rc
judged(struct jurat_verdict *v, const struct jurat_request *request, struct jurat_diag *d)
{
	struct appraisal a = { .request = request, .v = v };
	jurat_rc rc = check_request(request, d);

	if (rc != JURAT_OK)
		return rc;
	a.collateral = request->collateral;
	v->at_unix_s = request->at_unix_s;
	v->root_name = verdict_note(v, "%s", jurat_trust_name(request->root));
	v->root_is_private = trust_is_private(request->root);
	v->root_has_intel_names = trust_has_intel_names(request->root);
	judge(&a);
	chain_clear(&a.own_chain);
	return v->out_of_memory ? jurat_fail(d, JURAT_E_MEMORY, "verify", NO_OFFSET, 0, 0) : JURAT_OK;
}

jurat_rc
jurat_verify(struct jurat_verdict **inout, const struct jurat_request *request, struct jurat_diag *d)
{
	struct jurat_verdict *v;
	jurat_rc rc;

	if (inout == NULL)
		return jurat_fail(d, JURAT_E_USAGE, "verify.verdict", NO_OFFSET, 0, 0);
	v = *inout != NULL ? *inout : verdict_new();
	if (v == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "verify", NO_OFFSET, 0, 0);
	verdict_reset(v);
	rc = judged(v, request, d);
	if (rc == JURAT_OK) {
		*inout = v;
	} else if (*inout == NULL) {
		jurat_verdict_free(v);
	} else { /* what was judged so far, or in an earlier call, must not be taken for an answer */
		verdict_reset(v);
		verdict_finish(v);
	}
	return rc;
}
