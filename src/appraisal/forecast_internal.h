/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPRAISAL_FORECAST_INTERNAL_H
#define APPRAISAL_FORECAST_INTERNAL_H

#include "appraisal/forecast.h"
#include "appraisal/verdict.h"

#define FORECAST_MAX_NEEDS (2u * TCB_NUM_COMPONENTS + 3u)
#define FORECAST_WHAT_LEN 80u

struct forecast {
	struct jurat_verdict *now, *next;
	struct forecast_need needs[FORECAST_MAX_NEEDS];
	char what[FORECAST_MAX_NEEDS][FORECAST_WHAT_LEN]; /* own the needs' texts */
	size_t num_needs;
	bool has_target;
	enum tcb_status target; /* the best status that the other collateral has for such platforms */
	bool has_grant_end;
	int64_t grant_end; /* of what the policy grants the TCB status of now */
};

#endif
