/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which refusals get a record of their own in the log. Anybody who reaches the service can cause refusals, and every record is a write that
 * stays: at most REFUSALS_BURST at once and REFUSALS_PER_MINUTE in the long run are recorded one by one, under 4 MB a day. The others are
 * counted, and the next record of whatever kind says how many they were. Releases and acknowledgements are always recorded. Time is an
 * argument: milliseconds that never jump.
 */
#ifndef SERVICE_REFUSALS_H
#define SERVICE_REFUSALS_H

#include "core/compiler.h"

#define REFUSALS_BURST 60u
#define REFUSALS_PER_MINUTE 6u
#define REFUSALS_DETAIL_MAX_LEN 255u

/* All zero: nothing was refused yet. */
struct refusals {
	uint32_t spent;      /* of REFUSALS_BURST */
	uint64_t since_ms;   /* when `spent` was last brought up to date */
	uint64_t unrecorded; /* refused since the last record */
};

/* refusals_take: whether this refusal is to be recorded; if not, it is counted. */
bool refusals_take(struct refusals *r, uint64_t now_ms);

/*
 * refusals_detail: what a record says: text, and how many refusals before it have none. Cut at REFUSALS_DETAIL_MAX_LEN. The caller calls refusals_told
 * once that record is on disk.
 */
void refusals_detail(char out[REFUSALS_DETAIL_MAX_LEN + 1], const struct refusals *r, const char *text);
void refusals_told(struct refusals *r);

#endif
