/* SPDX-License-Identifier: Apache-2.0 */
/* Defects in what the TCB info of TDX has besides: tdxModule, tdxModuleIdentities, TDX components (PCS API v4), signed as it is. */
#include <string.h>

#include "dcap/drill_recipe.h"

#define MODULE "\"tdxModule\":{"
#define IDENTITY "\"id\":\"TDX_01\","
/* up to the member of tdxModule, and of the first identity */
#define IN_MODULE(NAME) MODULE "*\"" NAME "\":\""
#define IN_IDENTITY(NAME) IDENTITY "*\"" NAME "\":\""
#define LEVEL "{\"tcb\":{\"isvsvn\":7},"

struct text_form {
	const char *name;
	struct drill_edit edit;
};

static const struct text_form forms[] = {
	{ "module-no-object", { MODULE "*},", "\"tdxModule\":1," } },
	{ "module-with-an-unknown-member", { MODULE, MODULE "\"x\":1," } },
	{ "module-mrsigner-short", { IN_MODULE("mrsigner") "5E", MODULE "*\"mrsigner\":\"" } },
	{ "module-mrsigner-long", { IN_MODULE("mrsigner"), MODULE "*\"mrsigner\":\"00" } },
	{ "module-mrsigner-not-hex", { IN_MODULE("mrsigner") "5E", MODULE "*\"mrsigner\":\"zz" } },
	{ "module-attributes-short", { IN_MODULE("attributes") "00", MODULE "*\"attributes\":\"" } },
	{ "module-attributes-long", { IN_MODULE("attributes"), MODULE "*\"attributes\":\"00" } },
	{ "module-attributes-not-hex", { IN_MODULE("attributes") "00", MODULE "*\"attributes\":\"zz" } },
	{ "module-mask-short", { IN_MODULE("attributesMask") "FF", MODULE "*\"attributesMask\":\"" } },
	{ "module-mask-long", { IN_MODULE("attributesMask"), MODULE "*\"attributesMask\":\"00" } },
	{ "module-mask-not-hex", { IN_MODULE("attributesMask") "FF", MODULE "*\"attributesMask\":\"zz" } },
	{ "identities-no-array", { "\"tdxModuleIdentities\":[*],\"tcbLevels\":[{\"tcb\":{\"sgx", "\"tdxModuleIdentities\":{},\"tcbLevels\":[{\"tcb\":{\"sgx" } },
	{ "identities-empty", { "\"tdxModuleIdentities\":[*],\"tcbLevels\":[{\"tcb\":{\"sgx", "\"tdxModuleIdentities\":[],\"tcbLevels\":[{\"tcb\":{\"sgx" } },
	{ "identity-no-object", { "\"tdxModuleIdentities\":[", "\"tdxModuleIdentities\":[1," } },
	{ "identity-twice", { "\"TDX_03\"", "\"TDX_01\"" } },
	{ "identity-id-a-number", { "\"TDX_01\"", "1" } },
	{ "identity-id-empty", { "\"TDX_01\"", "\"\"" } },
	{ "identity-id-other", { "\"TDX_01\"", "\"SEAM_01\"" } },
	{ "identity-id-short", { "\"TDX_01\"", "\"TDX_1\"" } },
	{ "identity-id-long", { "\"TDX_01\"", "\"TDX_001\"" } },
	{ "identity-id-not-hex", { "\"TDX_01\"", "\"TDX_0x\"" } },
	{ "identity-with-an-unknown-member", { IDENTITY, IDENTITY "\"x\":1," } },
	{ "identity-mrsigner-short", { IN_IDENTITY("mrsigner") "5E", IDENTITY "*\"mrsigner\":\"" } },
	{ "identity-mrsigner-long", { IN_IDENTITY("mrsigner"), IDENTITY "*\"mrsigner\":\"00" } },
	{ "identity-mrsigner-not-hex", { IN_IDENTITY("mrsigner") "5E", IDENTITY "*\"mrsigner\":\"zz" } },
	{ "identity-attributes-short", { IN_IDENTITY("attributes") "00", IDENTITY "*\"attributes\":\"" } },
	{ "identity-attributes-long", { IN_IDENTITY("attributes"), IDENTITY "*\"attributes\":\"00" } },
	{ "identity-mask-short", { IN_IDENTITY("attributesMask") "FF", IDENTITY "*\"attributesMask\":\"" } },
	{ "identity-mask-long", { IN_IDENTITY("attributesMask"), IDENTITY "*\"attributesMask\":\"00" } },
	{ "identity-levels-no-array", { "\"tcbLevels\":[" LEVEL "*}]}", "\"tcbLevels\":{}}" } },
	{ "identity-levels-empty", { "\"tcbLevels\":[" LEVEL "*}]}", "\"tcbLevels\":[]}" } },
	{ "identity-level-no-object", { "\"tcbLevels\":[" LEVEL, "\"tcbLevels\":[1," LEVEL } },
	{ "identity-level-twice", { "[" LEVEL "*},{", "[" LEVEL "*}," LEVEL "*},{" } },
	{ "identity-level-tcb-no-object", { "{\"tcb\":{\"isvsvn\":7}", "{\"tcb\":7" } },
	{ "identity-level-isvsvn-text", { "\"isvsvn\":7", "\"isvsvn\":\"7\"" } },
	{ "identity-level-isvsvn-negative", { "\"isvsvn\":7", "\"isvsvn\":-7" } },
	{ "identity-level-isvsvn-65536", { "\"isvsvn\":7", "\"isvsvn\":65536" } },
	{ "identity-level-isvsvn-fraction", { "\"isvsvn\":7", "\"isvsvn\":7.5" } },
	{ "identity-level-date-without-time", { LEVEL "\"tcbDate\":\"*\"", LEVEL "\"tcbDate\":\"2026-01-01\"" } },
	{ "identity-level-status-unknown", { "\"UpToDate\"", "\"Fine\"" } },
	{ "identity-level-status-of-hardening", { "\"UpToDate\"", "\"SWHardeningNeeded\"" } },
	{ "identity-level-status-of-relaunch", { "\"UpToDate\"", "\"TDRelaunchAdvised\"" } },
	{ "identity-level-advisories-text", { "\"UpToDate\"", "\"UpToDate\",\"advisoryIDs\":\"INTEL-SA-00001\"" } },
	{ "identity-level-advisories-numbers", { "\"UpToDate\"", "\"UpToDate\",\"advisoryIDs\":[1]" } },
	{ "identity-level-with-an-unknown-member", { "\"UpToDate\"", "\"UpToDate\",\"x\":1" } },
	{ "components-no-array", { "\"tdxtcbcomponents\":[*]", "\"tdxtcbcomponents\":{}" } },
	{ "components-fifteen", { "\"tdxtcbcomponents\":[{\"svn\":7},", "\"tdxtcbcomponents\":[" } },
	{ "components-seventeen", { "\"tdxtcbcomponents\":[", "\"tdxtcbcomponents\":[{\"svn\":7}," } },
	{ "component-text", { "\"tdxtcbcomponents\":[{\"svn\":7}", "\"tdxtcbcomponents\":[{\"svn\":\"7\"}" } },
	{ "component-negative", { "\"tdxtcbcomponents\":[{\"svn\":7}", "\"tdxtcbcomponents\":[{\"svn\":-7}" } },
	{ "component-256", { "\"tdxtcbcomponents\":[{\"svn\":7}", "\"tdxtcbcomponents\":[{\"svn\":256}" } },
	{ "version-2", { "\"version\":3", "\"version\":2" } },
	{ "id-sgx", { "\"id\":\"TDX\"", "\"id\":\"SGX\"" } },
};

static const char *
form_word(unsigned arg)
{
	return forms[arg].name;
}

static void
form(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = forms[arg].edit;
}

static const struct text_form missing[] = {
	{ "module", { MODULE "*},", "" } },
	{ "module-mrsigner", { MODULE "\"mrsigner\":\"*\",", MODULE } },
	{ "module-attributes", { MODULE "*,\"attributes\":\"0000000000000000\"", MODULE "*" } },
	{ "module-mask", { MODULE "*,\"attributesMask\":\"FFFFFFFFFFFFFFFF\"", MODULE "*" } },
	{ "identity-id", { IDENTITY, "" } },
	{ "identity-mrsigner", { IDENTITY "\"mrsigner\":\"*\",", IDENTITY } },
	{ "identity-attributes", { IDENTITY "*\"attributes\":\"0000000000000000\",", IDENTITY "*" } },
	{ "identity-mask", { IDENTITY "*\"attributesMask\":\"FFFFFFFFFFFFFFFF\",", IDENTITY "*" } },
	{ "identity-levels", { ",\"tcbLevels\":[" LEVEL "*}]}", "}" } },
	{ "identity-level-tcb", { LEVEL, "{" } },
	{ "identity-level-isvsvn", { "{\"isvsvn\":7}", "{}" } },
	{ "identity-level-date", { LEVEL "\"tcbDate\":\"*\",", LEVEL } },
	{ "identity-level-status", { ",\"tcbStatus\":\"UpToDate\"", "" } },
	{ "components", { ",\"tdxtcbcomponents\":[*]", "" } },
	{ "component-svn", { "\"tdxtcbcomponents\":[{\"svn\":7}", "\"tdxtcbcomponents\":[{}" } },
};

static const char *
missing_word(unsigned arg)
{
	return missing[arg].name;
}

static void
member_missing(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = missing[arg].edit;
}

/* After the signature, as with SGX: bytes differ, whatever they mean. */
static const struct text_form altered[] = { { "space", { ",\"fmspc\"", ", \"fmspc\"" } }, { "number", { "DataNumber\":18", "DataNumber\":19" } },
	{ "status", { "OutOfDate", "UpToDate" } }, { "module-signer", { MODULE "\"mrsigner\":\"5E", MODULE "\"mrsigner\":\"00" } } };

static const char *
altered_word(unsigned arg)
{
	return altered[arg].name;
}

static void
alter(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.after = altered[arg].edit;
}

static void
lower_case_id(struct drill_recipe *r, unsigned arg)
{
	r->tcb.tdx.modules[1].version = 10;
	r->tcb_plan.before = (struct drill_edit){ "\"TDX_0A\"", "\"TDX_0a\"" };
	r->quote.td.tee_tcb_svn[1] = 10;
}

static void
ended(struct drill_recipe *r, unsigned arg)
{
	r->tcb.dates = (struct pki_dates){ r->now - 5 * DRILL_DAY_S, r->now - 1 };
}

static void
not_begun(struct drill_recipe *r, unsigned arg)
{
	r->tcb.dates.issue = r->now + 1;
}

const struct drill_defect drill_tdx_info_defects[] = {
	{ "genuine-with-a-lower-case-module-id", NULL, 0, 0, lower_case_id, NULL },
	{ "tcb-info-form-%s", "tcb_info_format", 3, ARRAY_LEN(forms), form, form_word },
	{ "tcb-info-without-%s", "tcb_info_format", 5, ARRAY_LEN(missing), member_missing, missing_word },
	{ "tcb-info-altered-%s", "tcb_info_signature", 3, ARRAY_LEN(altered), alter, altered_word },
	{ "tcb-info-ended", "validity_not_ended", 5, 0, ended, NULL },
	{ "tcb-info-not-begun", "validity_begun", 5, 0, not_begun, NULL },
	{ 0 },
};
