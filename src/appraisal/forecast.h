/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Will this machine still pass? The same quote at the same instant under the same policy, with the collateral of now and with another (the early TCB
 * set, as a rule): both verdicts, what differs, what the platform would have to update, and how long what holds now will hold.
 */
#ifndef APPRAISAL_FORECAST_H
#define APPRAISAL_FORECAST_H

#include "appraisal/verify.h"

struct forecast;

/* forecast_make: request->collateral is the one of now. Borrows nothing afterwards. Errors are those of jurat_verify. */
MUST_USE jurat_rc forecast_make(struct forecast **out, const struct jurat_request *request, const struct jurat_collateral *next,
    struct jurat_diag *d);
void forecast_free(struct forecast *f);

/* forecast_exit_code: that of the verdict with the other collateral: 0 only if the quote will still be accepted. */
int forecast_exit_code(const struct forecast *f);
const struct jurat_verdict *forecast_now(const struct forecast *f);
/* What is too old stands in forecast_next's TCB parts. */
const struct jurat_verdict *forecast_next(const struct forecast *f);

/* forecast_seconds_left: until the first end of collateral of now, or of what the policy grants its TCB status; negative if that is over; false if
 * nothing is known to end. */
MUST_USE bool forecast_seconds_left(const struct forecast *f, int64_t *out);

/* Fresh strings that the caller frees: one screen; docs/formats/forecast.md; Prometheus' text format. */
MUST_USE jurat_rc forecast_text(char **out, const struct forecast *f);
MUST_USE jurat_rc forecast_json(char **out, const struct forecast *f);
MUST_USE jurat_rc forecast_metrics(char **out, const struct forecast *f);

#endif
