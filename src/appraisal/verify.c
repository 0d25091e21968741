/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/verify.h"

#include <stdlib.h>

#include "appraisal/appraise.h"
#include "appraisal/policy.h"

#define LAST_SECOND 253402300799 /* 9999-12-31T23:59:59Z */

static jurat_rc
check_request(const struct verify_request *r, struct jurat_diag *d)
{
	if (r->root == NULL)
		return jurat_fail(d, JURAT_E_USAGE, "verify.root", NO_OFFSET, 0, 0);
	if (r->quote == NULL && r->quote_len != 0)
		return jurat_fail(d, JURAT_E_USAGE, "verify.quote", NO_OFFSET, 0, 0);
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
	judge_validity(a);
	judge_tcb(a);
	judge_request(a);
	policy_judge(a->v, a->request->policy, has_oldest, oldest);
	verdict_finish(a->v);
}

jurat_rc
verify(struct verdict **out, const struct verify_request *request, struct jurat_diag *d)
{
	struct appraisal a = { .request = request, .collateral = request->collateral };
	jurat_rc rc = check_request(request, d);

	if (rc != JURAT_OK)
		return rc;
	a.v = calloc(1, sizeof *a.v);
	if (a.v == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "verify", NO_OFFSET, 0, 0);
	a.v->at_unix_s = request->at_unix_s;
	a.v->root_name = verdict_note(a.v, "%s", trust_name(request->root));
	a.v->root_is_private = trust_is_private(request->root);
	judge(&a);
	chain_clear(&a.chain);
	if (a.v->out_of_memory) {
		verdict_free(a.v);
		return jurat_fail(d, JURAT_E_MEMORY, "verify", NO_OFFSET, 0, 0);
	}
	*out = a.v;
	return JURAT_OK;
}
