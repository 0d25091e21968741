/* SPDX-License-Identifier: Apache-2.0 */
/* TCB statuses in Intel's words, and how those of the platform and the quoting enclave become one. */
#ifndef DCAP_STATUS_H
#define DCAP_STATUS_H

#include "core/compiler.h"

enum tcb_status {
	TCB_UP_TO_DATE,
	TCB_SW_HARDENING_NEEDED,
	TCB_CONFIGURATION_NEEDED,
	TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
	TCB_OUT_OF_DATE,
	TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	TCB_TD_RELAUNCH_ADVISED,                      /* of a whole quote alone, never of a TCB level */
	TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED, /* likewise */
	TCB_REVOKED,
	TCB_NUM_STATUSES
};

/* tcb_status_name: "UpToDate" …; never NULL for a status. tcb_status_parse: exact spelling; false otherwise. */
const char *tcb_status_name(enum tcb_status status);
MUST_USE bool tcb_status_parse(enum tcb_status *out, const char *name);

/* tcb_status_is_of_level: whether a TCB level may have it. */
MUST_USE bool tcb_status_is_of_level(enum tcb_status status);
/* tcb_status_is_out_of_date: OutOfDate, with or without ConfigurationNeeded. */
MUST_USE bool tcb_status_is_out_of_date(enum tcb_status status);

MUST_USE bool tcb_status_needs_configuration(enum tcb_status status);

/*
 * tcb_status_converge: what the whole is worth when its parts have these statuses. Agrees with Intel's convergeTcbStatuses for the
 * statuses that quoting enclaves have in practice, and lets a part's need of configuration count, which Intel's drops.
 */
enum tcb_status tcb_status_converge(enum tcb_status platform, enum tcb_status part);

/*
 * tcb_status_relaunch: of a TD that was launched under one TCB and runs under another (TDX 1.5). If what it was launched under is out of date and
 * what runs now is not, launching it again is all it takes; otherwise the status at launch.
 */
enum tcb_status tcb_status_relaunch(enum tcb_status launch, enum tcb_status now);

#endif
