/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/status.h"

#include <string.h>

/* A status is a set of complaints; statuses join by joining the sets. */
enum { HARDENING = 1, CONFIGURATION = 2, OUT_OF_DATE = 4, REVOKED = 8, RELAUNCH = 16 };

static const struct {
	const char *name;
	unsigned complaints;
} table[TCB_NUM_STATUSES] = {
	[TCB_UP_TO_DATE] = { "UpToDate", 0 },
	[TCB_SW_HARDENING_NEEDED] = { "SWHardeningNeeded", HARDENING },
	[TCB_CONFIGURATION_NEEDED] = { "ConfigurationNeeded", CONFIGURATION },
	[TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = { "ConfigurationAndSWHardeningNeeded", CONFIGURATION | HARDENING },
	[TCB_OUT_OF_DATE] = { "OutOfDate", OUT_OF_DATE },
	[TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = { "OutOfDateConfigurationNeeded", OUT_OF_DATE | CONFIGURATION },
	[TCB_TD_RELAUNCH_ADVISED] = { "TDRelaunchAdvised", RELAUNCH },
	[TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = { "TDRelaunchAdvisedConfigurationNeeded", RELAUNCH | CONFIGURATION },
	[TCB_REVOKED] = { "Revoked", REVOKED },
};

const char *
tcb_status_name(enum tcb_status status)
{
	return (unsigned)status < TCB_NUM_STATUSES ? table[status].name : "unknown";
}

bool
tcb_status_parse(enum tcb_status *out, const char *name)
{
	for (unsigned i = 0; i < TCB_NUM_STATUSES; i++) {
		if (strcmp(table[i].name, name) == 0) {
			*out = (enum tcb_status)i;
			return true;
		}
	}
	return false;
}

bool
tcb_status_is_of_level(enum tcb_status status)
{
	return (table[status].complaints & RELAUNCH) == 0;
}

bool
tcb_status_is_out_of_date(enum tcb_status status)
{
	return (table[status].complaints & OUT_OF_DATE) != 0;
}

bool
tcb_status_needs_configuration(enum tcb_status status)
{
	return (table[status].complaints & CONFIGURATION) != 0;
}

enum tcb_status
tcb_status_converge(enum tcb_status platform, enum tcb_status part)
{
	unsigned all = table[platform].complaints | table[part].complaints;

	if ((all & REVOKED) != 0)
		return TCB_REVOKED;
	if ((all & OUT_OF_DATE) != 0)
		return (all & CONFIGURATION) != 0 ? TCB_OUT_OF_DATE_CONFIGURATION_NEEDED : TCB_OUT_OF_DATE;
	if ((all & CONFIGURATION) != 0)
		return (all & HARDENING) != 0 ? TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED : TCB_CONFIGURATION_NEEDED;
	return (all & HARDENING) != 0 ? TCB_SW_HARDENING_NEEDED : TCB_UP_TO_DATE;
}

enum tcb_status
tcb_status_relaunch(enum tcb_status launch, enum tcb_status now)
{
	bool advised = (table[launch].complaints & OUT_OF_DATE) != 0 && (table[now].complaints & (OUT_OF_DATE | REVOKED)) == 0;

	if (!advised)
		return launch;
	return ((table[launch].complaints | table[now].complaints) & CONFIGURATION) != 0 ?
	    TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED :
	    TCB_TD_RELAUNCH_ADVISED;
}
