/* SPDX-License-Identifier: Apache-2.0 */
/* TDs of a good platform that the policy does not accept, and TDs that were launched under another TCB than they run on. */
#include "dcap/drill_recipe.h"

static const char *
end_word(unsigned arg)
{
	return arg == 0 ? "first-byte" : "last-byte";
}

static const char *
debug_word(unsigned arg)
{
	static const char *const words[] = { "debug", "reserved-debug-bit-1", "reserved-debug-bit-2", "reserved-debug-bit-3", "reserved-debug-bit-4",
		"reserved-debug-bit-5", "reserved-debug-bit-6", "reserved-debug-bit-7" };

	return words[arg];
}

static void
debug_td(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.td_attributes |= TD_ATTRIBUTES_DEBUG << arg;
}

static const unsigned bits[] = { 8, 16, 27, 29, 30, 31, 32, 62, 63 };

static const char *
attribute_word(unsigned arg)
{
	static const char *const words[] = { "unknown-bit-08", "unknown-bit-16", "unknown-bit-27", "migratable", "pks", "kl", "unknown-bit-32",
		"unknown-bit-62", "perfmon" };

	return words[arg];
}

static void
privileged_td(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.td_attributes |= 1ull << bits[arg];
}

static void
without_sept_ve_disable(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.td_attributes = 0;
}

static void
other_xfam(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.xfam ^= arg == 0 ? 1ull << 18 : 1ull << 7; /* AMX; less than AVX-512 needs */
}

static const char *
xfam_word(unsigned arg)
{
	return arg == 0 ? "amx-set" : "avx512-cleared";
}

static uint8_t *
register_of(struct td_report *td, unsigned arg)
{
	uint8_t *const registers[] = { td->mr_td, td->rtmr[0], td->rtmr[1], td->rtmr[2], td->rtmr[3], td->mr_seam, td->mr_config_id, td->mr_owner,
		td->mr_owner_config };

	return registers[arg / 2] + (arg % 2 == 0 ? 0 : TD_HASH_LEN - 1);
}

static const char *
register_word(unsigned arg)
{
	static const char *const words[] = { "mr-td-first", "mr-td-last", "rtmr0-first", "rtmr0-last", "rtmr1-first", "rtmr1-last", "rtmr2-first",
		"rtmr2-last", "rtmr3-first", "rtmr3-last", "mr-seam-first", "mr-seam-last", "mr-config-id-first", "mr-config-id-last", "mr-owner-first",
		"mr-owner-last", "mr-owner-config-first", "mr-owner-config-last" };

	return words[arg];
}

static void
other_register(struct drill_recipe *r, unsigned arg)
{
	*register_of(&r->quote.td, arg) ^= 1;
}

#define EIGHTS "8888888888888888888888888888888888888888888888888888888888888888"

static void
other_report_data(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = (struct drill_edit){ "\"name\":\"drill\"", "\"name\":\"drill\",\"report_data\":\"" EIGHTS EIGHTS "\"" };
}

static void
for_enclaves(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = (struct drill_edit){ "\"identities\":[{*}]", "\"identities\":[{\"mrenclave\":\"" EIGHTS "\"}]" };
}

const struct drill_defect drill_td_policy_defects[] = {
	{ "td-under-%s", "policy_debug", 6, 8, debug_td, debug_word },
	{ "td-with-%s", "policy_attributes", 6, ARRAY_LEN(bits), privileged_td, attribute_word },
	{ "td-without-sept-ve-disable", "policy_attributes", 6, 0, without_sept_ve_disable, NULL },
	{ "td-other-xfam-%s", "policy_identity", 6, 2, other_xfam, xfam_word },
	{ "td-other-%s", "policy_identity", 6, 18, other_register, register_word },
	{ "td-other-report-data", "policy_report_data", 3, 0, other_report_data, NULL },
	{ "td-where-an-enclave-is-wanted", "policy_identity", 6, 0, for_enclaves, NULL },
	{ 0 },
};

/* ---- TDX 1.5: launched under one TCB, running under another ---- */

static void
launched_with_old_module(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.tee_tcb_svn[0] = 6;
}

/* component_word: from the third on, since the first two are the module's own. */
static const char *
component_word(unsigned arg)
{
	static const char *const words[] = { "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16" };

	return words[arg];
}

static void
launched_short(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.tee_tcb_svn[arg + 2] = 3;
}

static void
runs_with_old_module(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.tee_tcb_svn2[0] = 6;
}

static void
relaunch_allowed(struct drill_recipe *r, unsigned arg)
{
	launched_with_old_module(r, 0);
	r->policy_edit = (struct drill_edit){ "{\"status\":\"UpToDate\"}", "{\"status\":\"TDRelaunchAdvised\"}" };
}

static void
relaunch_to_configuration(struct drill_recipe *r, unsigned arg)
{
	launched_short(r, 0);
	r->tcb.status = TCB_CONFIGURATION_NEEDED;
	r->policy_edit = (struct drill_edit){ "{\"status\":\"UpToDate\"}", "{\"status\":\"TDRelaunchAdvisedConfigurationNeeded\"}" };
}

static void
relaunch_to_more_configuration(struct drill_recipe *r, unsigned arg)
{
	relaunch_to_configuration(r, 0);
	r->policy_edit.put = "{\"status\":\"TDRelaunchAdvised\"}";
}

/* relaunch_of_no_use: it runs on nothing better than it was launched under: OutOfDate, not TDRelaunchAdvised. */
static void
relaunch_of_no_use(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.tee_tcb_svn[0] = r->quote.td.tee_tcb_svn2[0] = 6;
	r->policy_edit = (struct drill_edit){ "{\"status\":\"UpToDate\"}", "{\"status\":\"TDRelaunchAdvised\"}" };
}

static void
runs_with_unknown_module(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.tee_tcb_svn2[1] = 2;
}

/* runs_below: its own level is the first; the levels of the module that runs end above it. */
static void
runs_below(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"isvsvn\":0", "\"isvsvn\":6" };
	r->quote.td.tee_tcb_svn2[0] = 5;
}

static void
runs_with_revoked_module(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"tcb\":{\"isvsvn\":0},\"tcbDate\":\"*\",\"tcbStatus\":\"OutOfDate\"",
		"\"tcb\":{\"isvsvn\":0},\"tcbDate\":\"*\",\"tcbStatus\":\"Revoked\"" };
	r->quote.td.tee_tcb_svn2[0] = 6;
}

static void
launched_with_revoked_module(struct drill_recipe *r, unsigned arg)
{
	runs_with_revoked_module(r, 0);
	r->quote.td.tee_tcb_svn2[0] = 7;
	r->quote.td.tee_tcb_svn[0] = 6;
}

static void
service_td(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.mr_servicetd[arg == 0 ? 0 : TD_HASH_LEN - 1] = 1;
}

const struct drill_defect drill_td15_defects[] = {
	{ "genuine-running-on-an-older-module", NULL, 0, 0, runs_with_old_module, NULL },
	{ "genuine-relaunch-allowed", NULL, 0, 0, relaunch_allowed, NULL },
	{ "relaunch-advised-by-the-module", "policy_tcb_status", 6, 0, launched_with_old_module, NULL },
	{ "relaunch-advised-by-component-%s", "policy_tcb_status", 6, 14, launched_short, component_word },
	{ "genuine-relaunch-with-configuration-allowed", NULL, 0, 0, relaunch_to_configuration, NULL },
	{ "relaunch-advised-with-configuration", "policy_tcb_status", 6, 0, relaunch_to_more_configuration, NULL },
	{ "relaunch-of-no-use", "policy_tcb_status", 6, 0, relaunch_of_no_use, NULL },
	{ "relaunch-to-a-module-of-unknown-version", "tcb_level", 6, 0, runs_with_unknown_module, NULL },
	{ "relaunch-to-a-module-below-every-level", "tcb_level", 6, 0, runs_below, NULL },
	{ "relaunch-to-a-revoked-module", "tcb_not_revoked", 4, 0, runs_with_revoked_module, NULL },
	{ "relaunch-from-a-revoked-module", "tcb_not_revoked", 4, 0, launched_with_revoked_module, NULL },
	{ "td-with-a-service-td-%s", "policy_identity", 6, 2, service_td, end_word },
	{ 0 },
};

static void
service_td_hash(struct drill_recipe *r, unsigned arg)
{
	if (arg == 0)
		r->quote.td.init_servtd_hash[0] = 1;
	else
		r->quote.td.cur_servtd_hash[TD_HASH_LEN - 1] = 1;
}

static const char *
hash_word(unsigned arg)
{
	return arg == 0 ? "init" : "cur";
}

const struct drill_defect drill_td15_ex_defects[] = {
	{ "td-with-a-service-td-hash-%s", "policy_identity", 6, 2, service_td_hash, hash_word },
	{ 0 },
};
