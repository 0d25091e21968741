/* SPDX-License-Identifier: Apache-2.0 */
/* TDs: everything authentic, and still not acceptable. TDX module, TCB levels, relaunch, attributes, registers, and collateral of the other kind. */
#include <string.h>

#include "dcap/drill_recipe.h"

/* set_svn: of the TDX module, under which the TD was launched and under which it runs. */
static void
set_svn(struct drill_recipe *r, size_t i, uint8_t svn)
{
	r->quote.td.tee_tcb_svn[i] = svn;
	if (r->quote.td.kind >= TD_REPORT_15)
		r->quote.td.tee_tcb_svn2[i] = svn;
}

static const char *
number_word(unsigned arg)
{
	static const char *const words[] = { "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16" };

	return words[arg % 16];
}

/* from_third_word: the first two components are the module's own. */
static const char *
from_third_word(unsigned arg)
{
	return number_word(arg + 2);
}

/* ---- nothing is wrong ---- */

static void
nothing(struct drill_recipe *r, unsigned arg)
{
}

static void
module_of_version(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t versions[] = { 0, 3 };

	set_svn(r, 1, versions[arg]);
}

static const char *
version_word(unsigned arg)
{
	return arg == 0 ? "0" : "3";
}

static void
without_identities(struct drill_recipe *r, unsigned arg)
{
	r->tcb.tdx.num_modules = 0; /* as before TDX 1.5: tdxModule speaks for version 0 */
	set_svn(r, 1, 0);
}

static void
newer(struct drill_recipe *r, unsigned arg)
{
	for (size_t i = 0; i < TD_SVN_LEN; i++)
		set_svn(r, i, i == 1 ? 1 : 200);
	memset(r->sgx.components, 200, sizeof r->sgx.components);
	r->sgx.pce_svn = 20;
	r->quote.qe_report.isv_svn = 20;
}

/* Whom the TCB info's tdxModule names does not matter to a module that has an identity of its own. */
static void
other_plain_module(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"tdxModule\":{\"mrsigner\":\"5E", "\"tdxModule\":{\"mrsigner\":\"00" };
}

/* ---- the TDX module ---- */

static void
module_signer(struct drill_recipe *r, unsigned arg)
{
	r->quote.td.mrsigner_seam[arg == 0 ? 0 : TD_HASH_LEN - 1] ^= 1;
}

static const char *
end_word(unsigned arg)
{
	return arg == 0 ? "first-byte" : "last-byte";
}

static void
module_attributes(struct drill_recipe *r, unsigned arg)
{
	static const uint64_t attributes[] = { 1, 1ull << 31, 1ull << 63 };

	r->quote.td.seam_attributes = attributes[arg];
}

static const char *
bit_word(unsigned arg)
{
	static const char *const words[] = { "00", "31", "63" };

	return words[arg];
}

static void
module_unknown(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t versions[] = { 2, 4, 255 };

	set_svn(r, 1, versions[arg]);
}

static const char *
unknown_word(unsigned arg)
{
	static const char *const words[] = { "2", "4", "255" };

	return words[arg];
}

static void
module_without_identities(struct drill_recipe *r, unsigned arg)
{
	r->tcb.tdx.num_modules = 0;
}

static void
identity_wants(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_edit edits[] = { { "\"id\":\"TDX_01\",\"mrsigner\":\"*\",\"attributes\":\"00", "\"id\":\"TDX_01\",\"mrsigner\":\"*\",\"attributes\":\"01" },
		{ "\"id\":\"TDX_01\",\"mrsigner\":\"5E", "\"id\":\"TDX_01\",\"mrsigner\":\"5F" } };

	r->tcb_plan.before = edits[arg];
}

static const char *
wants_word(unsigned arg)
{
	return arg == 0 ? "attributes" : "another-signer";
}

static void
plain_module_signer(struct drill_recipe *r, unsigned arg)
{
	module_of_version(r, 0);
	other_plain_module(r, 0);
}

/* ---- TCB levels ---- */

static void
component_short(struct drill_recipe *r, unsigned arg)
{
	set_svn(r, arg + 2, 3);
}

static void
platform_short(struct drill_recipe *r, unsigned arg)
{
	r->sgx.components[arg]--;
}

static void
pce_short(struct drill_recipe *r, unsigned arg)
{
	r->sgx.pce_svn--;
}

static void
qe_short(struct drill_recipe *r, unsigned arg)
{
	r->quote.qe_report.isv_svn--;
}

/* no_level: the lower level wants more of one TDX component than anybody has. */
static void
no_level(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_edit edits[] = { { "\"tdxtcbcomponents\":[{\"svn\":0},{\"svn\":0},{\"svn\":0}",
		                                       "\"tdxtcbcomponents\":[{\"svn\":0},{\"svn\":0},{\"svn\":255}" },
		{ "{\"svn\":0}]},\"tcbDate\"", "{\"svn\":255}]},\"tcbDate\"" } };

	r->tcb_plan.before = edits[arg];
	component_short(r, arg == 0 ? 0 : 13);
}

static const char *
no_level_word(unsigned arg)
{
	return arg == 0 ? "03" : "16";
}

static void
no_platform_level(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"sgxtcbcomponents\":[{\"svn\":0}", "\"sgxtcbcomponents\":[{\"svn\":255}" };
	platform_short(r, 0);
}

static void
no_qe_level(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = (struct drill_edit){ "\"isvsvn\":0", "\"isvsvn\":9" };
	qe_short(r, 0);
}

static void
module_short(struct drill_recipe *r, unsigned arg)
{
	set_svn(r, 0, 6);
}

static void
module_below(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"isvsvn\":0", "\"isvsvn\":7" };
	r->tcb.tdx.modules[0].isv_svn = 8;
	set_svn(r, 0, 6);
}

/* plain_module_short: a module of version 0 is judged by the first two components. */
static void
plain_module_short(struct drill_recipe *r, unsigned arg)
{
	set_svn(r, 1, 0);
	if (arg == 0)
		set_svn(r, 0, 6);
	else
		r->tcb.tdx.components[1] = 1;
}

static void
module_revoked(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"tcb\":{\"isvsvn\":7},\"tcbDate\":\"*\",\"tcbStatus\":\"UpToDate\"",
		"\"tcb\":{\"isvsvn\":7},\"tcbDate\":\"*\",\"tcbStatus\":\"Revoked\"" };
}

static void
qe_revoked(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = (struct drill_edit){ "\"UpToDate\"", "\"Revoked\"" };
}

/* ---- collateral of the other kind, rightly signed ---- */

static void
other_tcb_info(struct drill_recipe *r, unsigned arg)
{
	r->tcb.is_tdx = false;
	r->tcb.version = arg == 0 ? 3 : 2;
}

static const char *
other_info_word(unsigned arg)
{
	return arg == 0 ? "sgx" : "version-2";
}

static void
other_platform(struct drill_recipe *r, unsigned arg)
{
	if (arg == 0)
		r->tcb.fmspc[5] ^= 1;
	else
		r->tcb.pce_id[1] ^= 1;
}

static const char *
other_platform_word(unsigned arg)
{
	return arg == 0 ? "fmspc" : "pce-id";
}

static void
other_identity(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_edit edits[] = { { "\"TD_QE\"", "\"QE\"" }, { "\"TD_QE\"", "\"QVE\"" }, { "\"TD_QE\"", "\"QAE\"" } };

	r->identity_plan.before = edits[arg];
}

static const char *
other_identity_word(unsigned arg)
{
	static const char *const words[] = { "qe", "qve", "qae" };

	return words[arg];
}

static void
other_qe(struct drill_recipe *r, unsigned arg)
{
	struct sgx_report_body *b = &r->quote.qe_report;

	if (arg == 0)
		b->isv_prod_id = 1; /* the SGX quoting enclave's, of the same signer */
	else if (arg == 1)
		b->attributes.flags |= SGX_FLAGS_DEBUG;
	else if (arg == 2)
		b->mrsigner[0] ^= 1;
	else
		b->miscselect ^= 1;
}

static const char *
other_qe_word(unsigned arg)
{
	static const char *const words[] = { "product-of-sgx", "debug", "mrsigner", "miscselect" };

	return words[arg];
}

const struct drill_defect drill_td_defects[] = {
	{ "genuine", NULL, 0, 0, nothing, NULL },
	{ "genuine-with-a-module-of-version-%s", NULL, 0, 2, module_of_version, version_word },
	{ "genuine-without-module-identities", NULL, 0, 0, without_identities, NULL },
	{ "genuine-newer-than-demanded", NULL, 0, 0, newer, NULL },
	{ "genuine-beside-another-plain-module", NULL, 0, 0, other_plain_module, NULL },
	{ "tdx-module-signer-%s", "tdx_module", 3, 2, module_signer, end_word },
	{ "tdx-module-attribute-%s", "tdx_module", 3, 3, module_attributes, bit_word },
	{ "tdx-module-of-unknown-version-%s", "tdx_module", 3, 3, module_unknown, unknown_word },
	{ "tdx-module-without-identities", "tdx_module", 3, 0, module_without_identities, NULL },
	{ "tdx-module-identity-wants-%s", "tdx_module", 3, 2, identity_wants, wants_word },
	{ "tdx-module-of-version-0-of-another-signer", "tdx_module", 3, 0, plain_module_signer, NULL },
	{ "tdx-component-%s-short", "policy_tcb_status", 6, 14, component_short, from_third_word },
	{ "tdx-component-%s-below-every-level", "tcb_level", 6, 2, no_level, no_level_word },
	{ "tdx-module-svn-short", "policy_tcb_status", 6, 0, module_short, NULL },
	{ "tdx-module-svn-below-every-level", "tcb_level", 6, 0, module_below, NULL },
	{ "tdx-module-of-version-0-short-in-component-%s", "policy_tcb_status", 6, 2, plain_module_short, number_word },
	{ "tcb-component-%s-short", "policy_tcb_status", 6, 16, platform_short, number_word },
	{ "tcb-component-below-every-level", "tcb_level", 6, 0, no_platform_level, NULL },
	{ "tcb-pce-svn-short", "policy_tcb_status", 6, 0, pce_short, NULL },
	{ "tcb-qe-svn-short", "policy_tcb_status", 6, 0, qe_short, NULL },
	{ "tcb-qe-svn-below-every-level", "tcb_level", 6, 0, no_qe_level, NULL },
	{ "tcb-status-%s", "policy_tcb_status", 6, DRILL_NUM_STATUSES, drill_platform_status, drill_status_word },
	{ "tcb-status-revoked", "tcb_not_revoked", 4, 0, drill_platform_revoked, NULL },
	{ "tcb-module-status-revoked", "tcb_not_revoked", 4, 0, module_revoked, NULL },
	{ "tcb-qe-status-revoked", "tcb_not_revoked", 4, 0, qe_revoked, NULL },
	{ "tcb-info-of-%s", "tcb_info_matches", 3, 2, other_tcb_info, other_info_word },
	{ "tcb-info-other-%s", "tcb_info_matches", 3, 2, other_platform, other_platform_word },
	{ "qe-identity-of-%s", "qe_identity_format", 3, 3, other_identity, other_identity_word },
	{ "qe-other-%s", "qe_identity_matches", 3, 4, other_qe, other_qe_word },
	{ 0 },
};
