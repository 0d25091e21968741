/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collateral only goes forward: who serves it can withhold what is new by serving what was once true. What was accepted last is the mark below
 * which nothing is accepted again.
 */
#ifndef DCAP_ROLLBACK_H
#define DCAP_ROLLBACK_H

#include "dcap/collateral.h"

/*
 * rollback_check: JURAT_E_REPLAY with the field's name if a part of `fresh` is older than the same part of `held`: a smaller
 * tcbEvaluationDataNumber or CRL number, or an earlier issue date. Parts about another platform, TEE or issuer say nothing about each other; parts
 * that were not read are left out.
 */
MUST_USE jurat_rc rollback_check(const struct jurat_collateral *held, const struct jurat_collateral *fresh, struct jurat_diag *d);

/* rollback_check_mark: whether every part of what is held can be read; one that cannot is a mark that is lost. The error is that part's. */
MUST_USE jurat_rc rollback_check_mark(const struct jurat_collateral *held, struct jurat_diag *d);

#endif
