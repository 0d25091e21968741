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
	TCB_REVOKED,
	TCB_NUM_STATUSES
};

/* tcb_status_name: "UpToDate" …; never NULL for a status. tcb_status_parse: exact spelling; false otherwise. */
const char *tcb_status_name(enum tcb_status status);
MUST_USE bool tcb_status_parse(enum tcb_status *out, const char *name);

/*
 * tcb_status_converge: what the whole is worth when its parts have these statuses. Agrees with Intel's convergeTcbStatuses for the
 * statuses that quoting enclaves have in practice, and lets a part's need of configuration count, which Intel's drops.
 */
enum tcb_status tcb_status_converge(enum tcb_status platform, enum tcb_status part);

#endif
