/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/forecast_internal.h"

#include <stdlib.h>

#include "appraisal/policy.h"
#include "core/diag.h"

static void
find_grant(struct forecast *f, const struct jurat_policy *policy)
{
	const struct policy_status *s;

	if (policy == NULL || !f->now->has_tcb || !policy->statuses[f->now->tcb_status].named)
		return;
	s = &policy->statuses[f->now->tcb_status];
	f->has_grant_end = s->until != INT64_MAX;
	f->grant_end = s->until;
	if (s->grace_s == INT64_MAX || !f->now->has_out_of_date_since || f->now->out_of_date_since > INT64_MAX - s->grace_s)
		return;
	if (!f->has_grant_end || f->now->out_of_date_since + s->grace_s < f->grant_end)
		f->grant_end = f->now->out_of_date_since + s->grace_s;
	f->has_grant_end = true;
}

jurat_rc
forecast_make(struct forecast **out, const struct jurat_request *request, const struct jurat_collateral *next, struct jurat_diag *d)
{
	struct jurat_request then = *request;
	struct forecast *f = calloc(1, sizeof *f);
	jurat_rc rc;

	if (f == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "forecast", NO_OFFSET, 0, 0);
	then.collateral = next;
	rc = jurat_verify(&f->now, request, d);
	if (rc == JURAT_OK)
		rc = jurat_verify(&f->next, &then, d);
	if (rc != JURAT_OK) {
		forecast_free(f);
		return rc;
	}
	find_grant(f, request->policy);
	*out = f;
	return JURAT_OK;
}

void
forecast_free(struct forecast *f)
{
	if (f == NULL)
		return;
	jurat_verdict_free(f->now);
	jurat_verdict_free(f->next);
	free(f);
}

int
forecast_exit_code(const struct forecast *f)
{
	return jurat_verdict_exit_code(f->next);
}

const struct jurat_verdict *
forecast_now(const struct forecast *f)
{
	return f->now;
}

const struct jurat_verdict *
forecast_next(const struct forecast *f)
{
	return f->next;
}

bool
forecast_seconds_left(const struct forecast *f, int64_t *out)
{
	int64_t end = f->now->valid_until;

	if (!f->now->has_window && !f->has_grant_end)
		return false;
	if (!f->now->has_window || (f->has_grant_end && f->grant_end < end))
		end = f->grant_end;
	*out = end - f->now->at_unix_s;
	return true;
}
