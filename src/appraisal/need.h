/* SPDX-License-Identifier: Apache-2.0 */
/* Which collateral a quote needs, and whether what came is that: both read off verdicts, so that there is one set of rules. */
#ifndef APPRAISAL_NEED_H
#define APPRAISAL_NEED_H

#include "appraisal/verify.h"

struct need {
	uint8_t fmspc[6];
	bool is_tdx;
	bool is_processor_ca;
};

/*
 * need_of: what the PCK certificate says, once its chain ends in this root: before that nothing in a quote is worth a request. The error is that
 * of the first of these checks which failed, its field the check's name.
 */
MUST_USE jurat_rc need_of(struct need *out, const uint8_t *quote, size_t len, const struct jurat_trust *root, struct jurat_diag *d);

/*
 * need_check: JURAT_OK if the collateral is authentic, of this platform, and valid now, whatever it then says of the platform; else the first failed
 * check.
 */
MUST_USE jurat_rc need_check(const uint8_t *quote, size_t len, const struct jurat_collateral *collateral, const struct jurat_trust *root,
    int64_t at_unix_s, struct jurat_diag *d);

#endif
