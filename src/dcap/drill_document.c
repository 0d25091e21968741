/* SPDX-License-Identifier: Apache-2.0 */
/* Defects in the text of TCB info and QE identity (PCS API v4), signed as they are. More of them are in drill_collateral.c; those of TDX in drill_tdx_info.c. */
#include <string.h>

#include "dcap/drill_recipe.h"

/* A text that is not what it should be. */
struct text_form {
	const char *name;
	struct drill_edit edit;
};

#define DEEP16 "[[[[[[[[[[[[[[[["
#define SHALLOW16 "]]]]]]]]]]]]]]]]"

/* ---- both documents ---- */

static const struct text_form both[] = {
	{ "empty", { "{*", "" } },
	{ "no-json", { "{*", "hello" } },
	{ "an-array", { "{*", "[]" } },
	{ "a-number", { "{*", "1" } },
	{ "nested-deeply", { ",\"tcbLevels\"", ",\"x\":" DEEP16 DEEP16 DEEP16 SHALLOW16 SHALLOW16 SHALLOW16 ",\"tcbLevels\"" } },
	{ "with-a-key-twice", { "\"tcbEvaluationDataNumber\":18", "\"tcbEvaluationDataNumber\":18,\"tcbEvaluationDataNumber\":18" } },
	{ "issue-date-number", { "\"issueDate\":\"*\"", "\"issueDate\":1" } },
	{ "issue-date-empty", { "\"issueDate\":\"*\"", "\"issueDate\":\"\"" } },
	{ "issue-date-without-time", { "\"issueDate\":\"*\"", "\"issueDate\":\"2026-01-01\"" } },
	{ "issue-date-on-february-30", { "\"issueDate\":\"*\"", "\"issueDate\":\"2026-02-30T00:00:00Z\"" } },
	{ "issue-date-with-fraction", { "\"issueDate\":\"*\"", "\"issueDate\":\"2026-01-01T00:00:00.0Z\"" } },
	{ "next-update-number", { "\"nextUpdate\":\"*\"", "\"nextUpdate\":1" } },
	{ "next-update-empty", { "\"nextUpdate\":\"*\"", "\"nextUpdate\":\"\"" } },
	{ "next-update-without-z", { "\"nextUpdate\":\"*Z\"", "\"nextUpdate\":\"*\"" } },
	{ "next-update-with-zone", { "\"nextUpdate\":\"*Z\"", "\"nextUpdate\":\"*+00:00\"" } },
	{ "next-update-in-month-13", { "\"nextUpdate\":\"*\"", "\"nextUpdate\":\"2049-13-01T00:00:00Z\"" } },
	{ "evaluation-number-text", { "DataNumber\":18", "DataNumber\":\"18\"" } },
	{ "evaluation-number-negative", { "DataNumber\":18", "DataNumber\":-18" } },
	{ "evaluation-number-fraction", { "DataNumber\":18", "DataNumber\":18.0" } },
	{ "id-a-number", { "\"id\":\"*\"", "\"id\":1" } },
	{ "version-negative", { "\"version\":", "\"version\":-" } },
	{ "version-0", { "\"version\":*,", "\"version\":0," } },
	{ "version-fraction", { "\"version\":*,", "\"version\":*.0," } },
	{ "levels-no-array", { "\"tcbLevels\":[*\"OutOfDate\"}]", "\"tcbLevels\":{}" } },
	{ "levels-empty", { "\"tcbLevels\":[*\"OutOfDate\"}]", "\"tcbLevels\":[]" } },
	{ "level-no-object", { "\"tcbLevels\":[", "\"tcbLevels\":[1," } },
	{ "level-tcb-no-object", { "\"tcb\":{*},\"tcbDate\"", "\"tcb\":1,\"tcbDate\"" } },
	{ "level-date-without-time", { "\"tcbDate\":\"*\"", "\"tcbDate\":\"2026-01-01\"" } },
	{ "level-date-a-number", { "\"tcbDate\":\"*\"", "\"tcbDate\":1" } },
	{ "level-status-a-number", { "\"UpToDate\"", "1" } },
	{ "level-status-of-relaunch", { "\"UpToDate\"", "\"TDRelaunchAdvised\"" } },
	{ "level-advisories-text", { "\"UpToDate\"", "\"UpToDate\",\"advisoryIDs\":\"INTEL-SA-00001\"" } },
	{ "level-advisories-numbers", { "\"UpToDate\"", "\"UpToDate\",\"advisoryIDs\":[1]" } },
	{ "level-with-an-unknown-member", { "\"UpToDate\"", "\"UpToDate\",\"x\":1" } },
	{ "level-twice", { "\"tcbLevels\":[*,{\"tcb\"", "\"tcbLevels\":[*,*,{\"tcb\"" } },
	{ "level-twice-with-another-status", { "\"tcbLevels\":[*\"UpToDate\"}", "\"tcbLevels\":[*\"UpToDate\"},*\"OutOfDate\"}" } },
};

static const char *
both_word(unsigned arg)
{
	return both[arg].name;
}

static void
tcb_both(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = both[arg].edit;
}

static void
identity_both(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = both[arg].edit;
}

/* What is not there counts as missing collateral. */
static const struct text_form both_missing[] = {
	{ "version", { ",\"version\":*,", "," } },
	{ "issue-date", { "\"issueDate\":\"*\",", "" } },
	{ "next-update", { "\"nextUpdate\":\"*\",", "" } },
	{ "evaluation-number", { "\"tcbEvaluationDataNumber\":18,", "" } },
	{ "levels", { ",\"tcbLevels\":[*\"OutOfDate\"}]", "" } },
	{ "level-tcb", { "\"tcb\":{*},\"tcbDate\"", "\"tcbDate\"" } },
	{ "level-date", { "\"tcbDate\":\"*\",", "" } },
	{ "level-status", { ",\"tcbStatus\":\"*\"", "" } },
};

static const char *
both_missing_word(unsigned arg)
{
	return both_missing[arg].name;
}

static void
tcb_both_missing(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = both_missing[arg].edit;
}

static void
identity_both_missing(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = both_missing[arg].edit;
}

/* Their signatures' text. */
static const struct text_form tcb_signatures[] = { { "short", { "\"tcb_info_signature\": \"*\"", "\"tcb_info_signature\": \"00\"" } },
	{ "not-hex", { "\"tcb_info_signature\": \"*\"", "\"tcb_info_signature\": \"x*\"" } } };
static const struct text_form identity_signatures[] = { { "short", { "\"qe_identity_signature\": \"*\"", "\"qe_identity_signature\": \"00\"" } },
	{ "not-hex", { "\"qe_identity_signature\": \"*\"", "\"qe_identity_signature\": \"x*\"" } },
	{ "too-long", { "\"qe_identity_signature\": \"*\"", "\"qe_identity_signature\": \"*00\"" } } };

static const char *
signature_word(unsigned arg)
{
	return identity_signatures[arg].name;
}

static void
tcb_signature(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = tcb_signatures[arg].edit;
}

static void
identity_signature(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = identity_signatures[arg].edit;
}

/* Their chains' text. */
static const struct text_form chains[] = { { "tcb-info", { "\"tcb_info_issuer_chain\": \"*\"", "\"tcb_info_issuer_chain\": \"garbage\"" } },
	{ "qe-identity", { "\"qe_identity_issuer_chain\": \"*\"", "\"qe_identity_issuer_chain\": \"garbage\"" } },
	{ "tcb-info", { "\"tcb_info_issuer_chain\": \"*\"", "\"tcb_info_issuer_chain\": \"\"" } },
	{ "qe-identity", { "\"qe_identity_issuer_chain\": \"*\"", "\"qe_identity_issuer_chain\": \"\"" } } };

static void
tcb_chain_garbage(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = chains[0].edit;
}

static void
identity_chain_garbage(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = chains[1].edit;
}

static void
tcb_chain_empty(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = chains[2].edit;
}

static void
identity_chain_empty(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = chains[3].edit;
}

/* ---- TCB info ---- */

static const struct text_form tcb_forms[] = {
	{ "fmspc-long", { "\"fmspc\":\"", "\"fmspc\":\"00" } },
	{ "fmspc-a-number", { "\"fmspc\":\"*\"", "\"fmspc\":1" } },
	{ "pce-id-short", { "\"pceId\":\"00", "\"pceId\":\"" } },
	{ "pce-id-long", { "\"pceId\":\"", "\"pceId\":\"00" } },
	{ "pce-id-a-number", { "\"pceId\":\"*\"", "\"pceId\":1" } },
	{ "pce-id-not-hex", { "\"pceId\":\"00", "\"pceId\":\"zz" } },
	{ "with-tdx-module", { ",\"tcbLevels\"", ",\"tdxModule\":{},\"tcbLevels\"" } },
	{ "with-tdx-module-identities", { ",\"tcbLevels\"", ",\"tdxModuleIdentities\":[],\"tcbLevels\"" } },
	{ "with-tdx-components", { ",\"pcesvn\":5", ",\"pcesvn\":5,\"tdxtcbcomponents\":[]" } },
	{ "components-no-array", { "\"sgxtcbcomponents\":[*]", "\"sgxtcbcomponents\":{}" } },
	{ "components-empty", { "\"sgxtcbcomponents\":[*]", "\"sgxtcbcomponents\":[]" } },
	{ "component-no-object", { "{\"svn\":4}", "4" } },
	{ "component-text", { "\"svn\":4", "\"svn\":\"4\"" } },
	{ "component-category-a-number", { "{\"svn\":4}", "{\"svn\":4,\"category\":1}" } },
	{ "component-type-a-number", { "{\"svn\":4}", "{\"svn\":4,\"type\":1}" } },
	{ "component-with-an-unknown-member", { "{\"svn\":4}", "{\"svn\":4,\"x\":1}" } },
	{ "pcesvn-text", { "\"pcesvn\":5", "\"pcesvn\":\"5\"" } },
	{ "pcesvn-negative", { "\"pcesvn\":5", "\"pcesvn\":-5" } },
};

static const char *
tcb_word(unsigned arg)
{
	return tcb_forms[arg].name;
}

static void
tcb_form(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = tcb_forms[arg].edit;
}

static const struct text_form tcb_missing[] = {
	{ "fmspc", { "\"fmspc\":\"*\",", "" } },
	{ "pce-id", { "\"pceId\":\"*\",", "" } },
	{ "tcb-type", { "\"tcbType\":0,", "" } },
	{ "components", { "\"sgxtcbcomponents\":[*],", "" } },
	{ "component-svn", { "{\"svn\":4}", "{}" } },
	{ "pcesvn", { ",\"pcesvn\":5", "" } },
	{ "tdx-module", { "\"id\":\"SGX\"", "\"id\":\"TDX\"" } },
};

static const char *
tcb_missing_word(unsigned arg)
{
	return tcb_missing[arg].name;
}

static void
tcb_member_missing(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = tcb_missing[arg].edit;
}

/* ---- TCB info of version 2 ---- */

static void
version_2(struct drill_recipe *r, unsigned arg)
{
	r->tcb.version = 2;
}

static const struct text_form v2_forms[] = { { "component-negative", { "\"sgxtcbcomp07svn\":4", "\"sgxtcbcomp07svn\":-4" } },
	{ "component-text", { "\"sgxtcbcomp07svn\":4", "\"sgxtcbcomp07svn\":\"4\"" } }, { "component-256", { "\"sgxtcbcomp07svn\":4", "\"sgxtcbcomp07svn\":256" } },
	{ "component-17", { ",\"pcesvn\"", ",\"sgxtcbcomp17svn\":0,\"pcesvn\"" } }, { "with-id", { "{\"version\":2", "{\"id\":\"SGX\",\"version\":2" } } };

static const char *
v2_word(unsigned arg)
{
	return v2_forms[arg].name;
}

static void
v2_form(struct drill_recipe *r, unsigned arg)
{
	version_2(r, 0);
	r->tcb_plan.before = v2_forms[arg].edit;
}

static void
v2_component_missing(struct drill_recipe *r, unsigned arg)
{
	version_2(r, 0);
	r->tcb_plan.before = (struct drill_edit){ "\"sgxtcbcomp07svn\":4,", "" };
}

/* ---- QE identity: hex members, each of four wrong forms ---- */

static const struct text_form identity_forms[] = {
	{ "miscselect-long", { "\"miscselect\":\"", "\"miscselect\":\"00" } },
	{ "miscselect-a-number", { "\"miscselect\":\"*\"", "\"miscselect\":1" } },
	{ "miscselect-not-hex", { "\"miscselect\":\"00", "\"miscselect\":\"zz" } },
	{ "miscselect-mask-short", { "\"miscselectMask\":\"FF", "\"miscselectMask\":\"" } },
	{ "miscselect-mask-long", { "\"miscselectMask\":\"", "\"miscselectMask\":\"00" } },
	{ "miscselect-mask-a-number", { "\"miscselectMask\":\"*\"", "\"miscselectMask\":1" } },
	{ "miscselect-mask-not-hex", { "\"miscselectMask\":\"FF", "\"miscselectMask\":\"zz" } },
	{ "attributes-short", { "\"attributes\":\"01", "\"attributes\":\"" } },
	{ "attributes-long", { "\"attributes\":\"", "\"attributes\":\"00" } },
	{ "attributes-a-number", { "\"attributes\":\"*\"", "\"attributes\":1" } },
	{ "attributes-not-hex", { "\"attributes\":\"01", "\"attributes\":\"zz" } },
	{ "attributes-mask-short", { "\"attributesMask\":\"FB", "\"attributesMask\":\"" } },
	{ "attributes-mask-long", { "\"attributesMask\":\"", "\"attributesMask\":\"00" } },
	{ "attributes-mask-a-number", { "\"attributesMask\":\"*\"", "\"attributesMask\":1" } },
	{ "attributes-mask-not-hex", { "\"attributesMask\":\"FB", "\"attributesMask\":\"zz" } },
	{ "mrsigner-long", { "\"mrsigner\":\"", "\"mrsigner\":\"00" } },
	{ "mrsigner-a-number", { "\"mrsigner\":\"*\"", "\"mrsigner\":1" } },
	{ "mrsigner-not-hex", { "\"mrsigner\":\"A5", "\"mrsigner\":\"zz" } },
	{ "isvprodid-text", { "\"isvprodid\":1", "\"isvprodid\":\"1\"" } },
	{ "isvprodid-negative", { "\"isvprodid\":1", "\"isvprodid\":-1" } },
	{ "isvprodid-65536", { "\"isvprodid\":1", "\"isvprodid\":65536" } },
	{ "isvsvn-negative", { "\"isvsvn\":8", "\"isvsvn\":-8" } },
	{ "level-tcb-with-an-unknown-member", { "\"isvsvn\":8", "\"isvsvn\":8,\"x\":1" } },
	{ "level-status-of-hardening", { "\"UpToDate\"", "\"SWHardeningNeeded\"" } },
};

static const char *
identity_word(unsigned arg)
{
	return identity_forms[arg].name;
}

static void
identity_form(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = identity_forms[arg].edit;
}

static const struct text_form identity_missing[] = {
	{ "id", { "\"id\":\"QE\",", "" } },
	{ "miscselect", { "\"miscselect\":\"*\",", "" } },
	{ "miscselect-mask", { "\"miscselectMask\":\"*\",", "" } },
	{ "attributes", { "\"attributes\":\"*\",", "" } },
	{ "attributes-mask", { "\"attributesMask\":\"*\",", "" } },
	{ "mrsigner", { "\"mrsigner\":\"*\",", "" } },
	{ "isvsvn", { "{\"isvsvn\":8}", "{}" } },
};

static const char *
identity_missing_word(unsigned arg)
{
	return identity_missing[arg].name;
}

static void
identity_member_missing(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = identity_missing[arg].edit;
}

const struct drill_defect drill_document_defects[] = {
	{ "genuine-tcb-info-of-version-2", NULL, 0, 0, version_2, NULL },
	{ "tcb-info-form-%s", "tcb_info_format", 3, ARRAY_LEN(both), tcb_both, both_word },
	{ "tcb-info-form-%s", "tcb_info_format", 3, ARRAY_LEN(tcb_forms), tcb_form, tcb_word },
	{ "tcb-info-without-%s", "tcb_info_format", 5, ARRAY_LEN(both_missing), tcb_both_missing, both_missing_word },
	{ "tcb-info-without-%s", "tcb_info_format", 5, ARRAY_LEN(tcb_missing), tcb_member_missing, tcb_missing_word },
	{ "tcb-info-v2-%s", "tcb_info_format", 3, ARRAY_LEN(v2_forms), v2_form, v2_word },
	{ "tcb-info-v2-without-component", "tcb_info_format", 5, 0, v2_component_missing, NULL },
	{ "tcb-info-signature-%s", "tcb_info_format", 3, ARRAY_LEN(tcb_signatures), tcb_signature, signature_word },
	{ "tcb-info-chain-garbage", "tcb_info_signer", 3, 0, tcb_chain_garbage, NULL },
	{ "tcb-info-chain-empty", "tcb_info_signer", 5, 0, tcb_chain_empty, NULL },
	{ "qe-identity-form-%s", "qe_identity_format", 3, ARRAY_LEN(both), identity_both, both_word },
	{ "qe-identity-form-%s", "qe_identity_format", 3, ARRAY_LEN(identity_forms), identity_form, identity_word },
	{ "qe-identity-without-%s", "qe_identity_format", 5, ARRAY_LEN(both_missing), identity_both_missing, both_missing_word },
	{ "qe-identity-without-%s", "qe_identity_format", 5, ARRAY_LEN(identity_missing), identity_member_missing, identity_missing_word },
	{ "qe-identity-signature-%s", "qe_identity_format", 3, ARRAY_LEN(identity_signatures), identity_signature, signature_word },
	{ "qe-identity-chain-garbage", "qe_identity_signer", 3, 0, identity_chain_garbage, NULL },
	{ "qe-identity-chain-empty", "qe_identity_signer", 5, 0, identity_chain_empty, NULL },
	{ 0 },
};
