/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/need.h"

#include <string.h>

#include "appraisal/verdict.h"
#include "core/diag.h"

/* first_failure: of these checks, in their order. A check that could not run counts as failed. */
static jurat_rc
first_failure(const struct jurat_verdict *v, const enum check_id *ids, size_t num, struct jurat_diag *d)
{
	for (size_t i = 0; i < num; i++) {
		const struct jurat_check *c = jurat_verdict_check_at(v, ids[i]);

		if (verdict_passed(v, ids[i]))
			continue;
		(void)jurat_fail(d, c->result == JURAT_CHECK_FAILED ? c->code : JURAT_E_MISSING, check_name(ids[i]), NO_OFFSET, 0, 0);
		jurat_hint(d, *check_info(ids[i])->remedy != '\0' ? check_info(ids[i])->remedy : NULL);
		return c->result == JURAT_CHECK_FAILED ? c->code : JURAT_E_MISSING;
	}
	return JURAT_OK;
}

jurat_rc
need_of(struct need *out, const uint8_t *quote, size_t len, const struct jurat_trust *root, struct jurat_diag *d)
{
	static const enum check_id needed[] = { CHECK_QUOTE_FORMAT, CHECK_PCK_CHAIN_FORMAT, CHECK_PCK_CHAIN_ROLES, CHECK_PCK_CHAIN_ROOT,
		CHECK_PCK_CHAIN_SIGNATURES, CHECK_PCK_SGX_EXTENSION };
	struct jurat_request request = { .quote = quote, .quote_len = len, .root = root };
	struct jurat_verdict *v = NULL;
	jurat_rc rc = jurat_verify(&v, &request, d);

	if (rc == JURAT_OK)
		rc = first_failure(v, needed, ARRAY_LEN(needed), d);
	if (rc == JURAT_OK) {
		*out = (struct need){ .is_tdx = v->is_td, .is_processor_ca = !v->pck.has_platform };
		memcpy(out->fmspc, v->pck.fmspc, sizeof out->fmspc);
	}
	jurat_verdict_free(v);
	return rc;
}

jurat_rc
need_check(const uint8_t *quote, size_t len, const struct jurat_collateral *collateral, const struct jurat_trust *root, int64_t at_unix_s,
    struct jurat_diag *d)
{
	static const enum check_id needed[] = { CHECK_ROOT_CRL, CHECK_ROOT_CRL_SIGNATURE, CHECK_PCK_CRL, CHECK_PCK_CRL_SIGNATURE,
		CHECK_TCB_INFO_FORMAT, CHECK_TCB_INFO_SIGNER, CHECK_TCB_INFO_SIGNATURE, CHECK_QE_IDENTITY_FORMAT, CHECK_QE_IDENTITY_SIGNER,
		CHECK_QE_IDENTITY_SIGNATURE, CHECK_SIGNERS_NOT_REVOKED, CHECK_TCB_INFO_MATCHES, CHECK_VALIDITY_BEGUN, CHECK_VALIDITY_NOT_ENDED };
	struct jurat_request request = { .quote = quote, .quote_len = len, .collateral = collateral, .root = root, .at_unix_s = at_unix_s };
	struct jurat_verdict *v = NULL;
	jurat_rc rc = jurat_verify(&v, &request, d);

	if (rc == JURAT_OK)
		rc = first_failure(v, needed, ARRAY_LEN(needed), d);
	jurat_verdict_free(v);
	return rc;
}
