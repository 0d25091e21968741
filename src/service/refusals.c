/* SPDX-License-Identifier: Apache-2.0 */
#include "service/refusals.h"

#include <inttypes.h>
#include <stdio.h>

#define REGAIN_MS (60000u / REFUSALS_PER_MINUTE)

bool
refusals_take(struct refusals *r, uint64_t now_ms)
{
	uint64_t regained = (now_ms - r->since_ms) / REGAIN_MS;

	if (regained >= r->spent) {
		r->spent = 0;
		r->since_ms = now_ms;
	} else {
		r->spent -= (uint32_t)regained;
		r->since_ms += regained * REGAIN_MS;
	}
	if (r->spent == REFUSALS_BURST) {
		r->unrecorded++;
		return false;
	}
	r->spent++;
	return true;
}

void
refusals_detail(char out[REFUSALS_DETAIL_MAX_LEN + 1], const struct refusals *r, const char *text)
{
	if (r->unrecorded == 0)
		snprintf(out, REFUSALS_DETAIL_MAX_LEN + 1, "%s", text);
	else
		snprintf(out, REFUSALS_DETAIL_MAX_LEN + 1, "%s; refusals before this without a record: %" PRIu64, text, r->unrecorded);
}

void
refusals_told(struct refusals *r)
{
	r->unrecorded = 0;
}
