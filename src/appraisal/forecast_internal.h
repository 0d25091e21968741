/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APPRAISAL_FORECAST_INTERNAL_H
#define APPRAISAL_FORECAST_INTERNAL_H

#include "appraisal/forecast.h"
#include "appraisal/verdict.h"

struct forecast {
	struct jurat_verdict *now, *next;
	bool has_grant_end;
	int64_t grant_end; /* of what the policy grants the TCB status of now */
};

#endif
