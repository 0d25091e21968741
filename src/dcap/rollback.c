/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/rollback.h"

#include <string.h>

static jurat_rc
not_below(int64_t held, int64_t fresh, const char *field, struct jurat_diag *d)
{
	if (fresh >= held)
		return JURAT_OK;
	return jurat_fail(d, JURAT_E_REPLAY, field, NO_OFFSET, (uint64_t)held, (uint64_t)fresh);
}

/* less: of two big-endian numbers without leading zeros. */
static bool
less(struct x509_span a, struct x509_span b)
{
	if (a.len != b.len)
		return a.len < b.len;
	return a.len != 0 && memcmp(a.p, b.p, a.len) < 0;
}

static jurat_rc
check_crl(const struct x509_crl *held, const struct x509_crl *fresh, const char *number_field, const char *date_field,
    struct jurat_diag *d)
{
	if (!name_equal(&held->issuer, &fresh->issuer))
		return JURAT_OK;
	if (less(fresh->number, held->number))
		return jurat_fail(d, JURAT_E_REPLAY, number_field, NO_OFFSET, 0, 0);
	return not_below(held->this_update, fresh->this_update, date_field, d);
}

static jurat_rc
check_tcb_info(const struct tcb_info *held, const struct tcb_info *fresh, struct jurat_diag *d)
{
	jurat_rc rc;

	if (memcmp(held->fmspc, fresh->fmspc, sizeof held->fmspc) != 0)
		return JURAT_OK;
	rc = not_below(held->evaluation_number, fresh->evaluation_number, "tcb_info.tcbEvaluationDataNumber", d);
	return rc == JURAT_OK ? not_below(held->issue_date, fresh->issue_date, "tcb_info.issueDate", d) : rc;
}

static jurat_rc
check_identity(const struct enclave_identity *held, const struct enclave_identity *fresh, struct jurat_diag *d)
{
	jurat_rc rc;

	if (held->id != fresh->id)
		return JURAT_OK;
	rc = not_below(held->evaluation_number, fresh->evaluation_number, "qe_identity.tcbEvaluationDataNumber", d);
	return rc == JURAT_OK ? not_below(held->issue_date, fresh->issue_date, "qe_identity.issueDate", d) : rc;
}

jurat_rc
rollback_check(const struct jurat_collateral *held, const struct jurat_collateral *fresh, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	if (held->tcb_info_part.rc == JURAT_OK && fresh->tcb_info_part.rc == JURAT_OK)
		rc = check_tcb_info(&held->tcb_info, &fresh->tcb_info, d);
	if (rc == JURAT_OK && held->qe_identity_part.rc == JURAT_OK && fresh->qe_identity_part.rc == JURAT_OK)
		rc = check_identity(&held->qe_identity, &fresh->qe_identity, d);
	if (rc == JURAT_OK && held->pck_crl_part.rc == JURAT_OK && fresh->pck_crl_part.rc == JURAT_OK)
		rc = check_crl(&held->pck_crl, &fresh->pck_crl, "pck_crl.number", "pck_crl.this_update", d);
	if (rc == JURAT_OK && held->root_crl_part.rc == JURAT_OK && fresh->root_crl_part.rc == JURAT_OK)
		rc = check_crl(&held->root_crl, &fresh->root_crl, "root_ca_crl.number", "root_ca_crl.this_update", d);
	return rc;
}

jurat_rc
rollback_check_mark(const struct jurat_collateral *held, struct jurat_diag *d)
{
	const struct part *const parts[] = { &held->tcb_info_part, &held->qe_identity_part, &held->pck_crl_part, &held->root_crl_part };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i]->rc != JURAT_OK)
			return jurat_fail(d, parts[i]->rc, parts[i]->diag.field, parts[i]->diag.offset, parts[i]->diag.wanted, parts[i]->diag.got);
	}
	return JURAT_OK;
}
