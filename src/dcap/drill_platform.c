/* SPDX-License-Identifier: Apache-2.0 */
/* Everything authentic, and still not acceptable: TCB levels, the quoting enclave, and what the policy says of the enclave. */
#include <string.h>

#include "dcap/drill_recipe.h"

static const char *
number_word(unsigned arg)
{
	static const char *const words[] = { "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16" };

	return words[arg % 16];
}

/* ---- TCB ---- */

static void
component_short(struct drill_recipe *r, unsigned arg)
{
	r->sgx.components[arg]--;
}

static void
newer_platform(struct drill_recipe *r, unsigned arg)
{
	memset(r->sgx.components, 200, sizeof r->sgx.components);
	r->sgx.pce_svn = 20;
	r->quote.qe_report.isv_svn = 20;
}

/* Each component counts by itself: more in the others makes up for nothing. */
static void
component_short_others_higher(struct drill_recipe *r, unsigned arg)
{
	newer_platform(r, 0);
	r->sgx.components[arg] = 3;
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

/* no_level: the lower of the two levels, which everybody reaches, is taken away. */
static void
no_platform_level(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "{\"svn\":0}", "{\"svn\":255}" };
	component_short(r, arg);
}

static void
no_qe_level(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = (struct drill_edit){ "\"isvsvn\":0", "\"isvsvn\":9" };
	qe_short(r, 0);
}

static void
qe_revoked(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = (struct drill_edit){ "\"UpToDate\"", "\"Revoked\"" };
}

/* tcb_info_of_tdx: rightly signed, of the same platform, and for TDs. */
static void
tcb_info_of_tdx(struct drill_recipe *r, unsigned arg)
{
	r->tcb.is_tdx = true;
	r->tcb.tdx.modules[0] = (struct pki_tdx_module){ 1, 7 };
	r->tcb.tdx.num_modules = 1;
}

static void
old_evaluation(struct drill_recipe *r, unsigned arg)
{
	if (arg == 0)
		r->tcb.evaluation_number = 17;
	else
		r->identity.evaluation_number = 17;
}

static const char *
document_word(unsigned arg)
{
	return arg == 0 ? "tcb-info" : "qe-identity";
}

static void
too_old(struct drill_recipe *r, unsigned arg)
{
	int64_t issued = r->now - 864001;

	if (arg == 0)
		r->tcb.dates.issue = issued;
	else if (arg == 1)
		r->identity.dates.issue = issued;
	else
		r->pck_crl.this_update = issued;
}

static const char *
dated_word(unsigned arg)
{
	static const char *const words[] = { "tcb-info", "qe-identity", "pck-crl" };

	return words[arg];
}

/* ---- the quoting enclave ---- */

static const char *
qe_word(unsigned arg)
{
	static const char *const words[] = { "miscselect", "debug", "provision-key", "mrsigner-first", "mrsigner-last", "prod-id", "not-initialised" };

	return words[arg];
}

static void
other_qe(struct drill_recipe *r, unsigned arg)
{
	struct sgx_report_body *b = &r->quote.qe_report;

	if (arg == 0)
		b->miscselect ^= 1;
	else if (arg == 1)
		b->attributes.flags |= SGX_FLAGS_DEBUG;
	else if (arg == 2)
		b->attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	else if (arg == 3)
		b->mrsigner[0] ^= 1;
	else if (arg == 4)
		b->mrsigner[31] ^= 1;
	else if (arg == 5)
		b->isv_prod_id ^= 3;
	else
		b->attributes.flags &= ~SGX_FLAGS_INIT;
}

/* ---- the policy ---- */

static void
debug_enclave(struct drill_recipe *r, unsigned arg)
{
	r->quote.body.attributes.flags |= SGX_FLAGS_DEBUG;
}

static void
privileged(struct drill_recipe *r, unsigned arg)
{
	r->quote.body.attributes.flags |= arg == 0 ? SGX_FLAGS_PROVISIONKEY : SGX_FLAGS_EINITTOKENKEY;
}

static const char *
privilege_word(unsigned arg)
{
	return arg == 0 ? "provision-key" : "einittoken-key";
}

static void
other_enclave(struct drill_recipe *r, unsigned arg)
{
	r->quote.body.mrenclave[arg == 0 ? 0 : 31] ^= 1;
}

static const char *
end_word(unsigned arg)
{
	return arg == 0 ? "first-byte" : "last-byte";
}

#define BY_SIGNER(SIGNER, PRODUCT, SVN) \
	{ "{\"mrenclave\":\"7777777777777777777777777777777777777777777777777777777777777777\"}", \
	  "{\"mrsigner\":\"" SIGNER "\",\"isv_prod_id\":" PRODUCT ",\"min_isv_svn\":" SVN "}" }
#define EIGHTS "8888888888888888888888888888888888888888888888888888888888888888"
#define NINES "9999999999999999999999999999999999999999999999999999999999999999"

static const struct {
	const char *name;
	struct drill_edit edit;
} policies[] = { { "signer", BY_SIGNER(NINES, "7", "3") }, { "product", BY_SIGNER(EIGHTS, "8", "3") }, { "svn", BY_SIGNER(EIGHTS, "7", "4") } };

static const char *
policy_word(unsigned arg)
{
	return policies[arg].name;
}

static void
other_policy(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = policies[arg].edit;
}

static void
signer_is_right(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = (struct drill_edit)BY_SIGNER(EIGHTS, "7", "3");
}

/* Signing keys of samples, which everybody has: Intel's SDK, Fortanix's dummy, Open Enclave's debug key. */
static void
public_signer(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t signers[][SGX_HASH_LEN] = { { 0x83, 0xd7, 0x19, 0xe7, 0x7d, 0xea, 0xca, 0x14, 0x70, 0xf6, 0xba, 0xf6, 0x2a, 0x4d, 0x77, 0x43,
							     0x03, 0xc8, 0x99, 0xdb, 0x69, 0x02, 0x0f, 0x9c, 0x70, 0xee, 0x1d, 0xfc, 0x08, 0xc7, 0xce, 0x9e },
		{ 0x9a, 0xff, 0xcf, 0xae, 0x47, 0xb8, 0x48, 0xec, 0x2c, 0xaf, 0x1c, 0x49, 0xb4, 0xb2, 0x83, 0x53, 0x1e, 0x1c, 0xc4, 0x25, 0xf9, 0x35, 0x82, 0xb3,
		    0x68, 0x06, 0xe5, 0x2a, 0x43, 0xd7, 0x8d, 0x1a },
		{ 0xca, 0x9a, 0xd7, 0x33, 0x14, 0x48, 0x98, 0x0a, 0xa2, 0x88, 0x90, 0xce, 0x73, 0xe4, 0x33, 0x63, 0x83, 0x77, 0xf1, 0x79, 0xab, 0x44, 0x56, 0xb2,
		    0xfe, 0x23, 0x71, 0x93, 0x19, 0x3a, 0x8d, 0x0a } };

	memcpy(r->quote.body.mrsigner, signers[arg], SGX_HASH_LEN);
}

static const char *
public_word(unsigned arg)
{
	static const char *const words[] = { "intel-sample", "fortanix-dummy", "open-enclave-debug" };

	return words[arg];
}

static void
other_report_data(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = (struct drill_edit){ "\"name\":\"drill\"", "\"name\":\"drill\",\"report_data\":\"" EIGHTS EIGHTS "\"" };
}

/* ---- what the policy says of the platform ---- */

#define WITH(MEMBER) { "\"name\":\"drill\"", "\"name\":\"drill\"," MEMBER }

static const struct {
	const char *name;
	struct drill_edit edit;
} platforms[] = { { "denied-by-fmspc", WITH("\"denied_platforms\":[{\"fmspc\":\"4452494c4c00\"}]") },
	{ "denied-by-ppid", WITH("\"denied_platforms\":[{\"ppid\":\"9d9d9d9d9d9d9d9d9d9d9d9d9d9d9d9d\"}]") },
	{ "not-among-the-allowed", WITH("\"allowed_platforms\":[{\"fmspc\":\"4452494c4c01\"}]") } },
  flags[] = { { "smt", WITH("\"platform_flags\":{\"smt_enabled\":[\"yes\"]}") }, { "cached-keys", WITH("\"platform_flags\":{\"cached_keys\":[\"yes\"]}") },
	  { "dynamic-platform", WITH("\"platform_flags\":{\"dynamic_platform\":[\"yes\",\"undefined\"]}") } };

static const char *
platform_word(unsigned arg)
{
	return platforms[arg].name;
}

static void
unwanted_platform(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = platforms[arg].edit;
}

static const char *
flag_word(unsigned arg)
{
	return flags[arg].name;
}

static void
unwanted_flag(struct drill_recipe *r, unsigned arg)
{
	r->policy_edit = flags[arg].edit;
}

/* Nothing is wrong with these: whoever refuses everything does not pass the drill. */
static void
nothing(struct drill_recipe *r, unsigned arg)
{
}

static void
root_left_out(struct drill_recipe *r, unsigned arg)
{
	r->num_chain = 2;
}

static void
other_order(struct drill_recipe *r, unsigned arg)
{
	r->chain[1] = CERT_ROOT;
	r->chain[2] = CERT_CA;
}

static void
with_qe_id(struct drill_recipe *r, unsigned arg)
{
	r->quote.header.user_data[arg] = 1;
}

const struct drill_defect drill_platform_defects[] = {
	{ "genuine", NULL, 0, 0, nothing, NULL },
	{ "genuine-by-signer", NULL, 0, 0, signer_is_right, NULL },
	{ "genuine-without-root", NULL, 0, 0, root_left_out, NULL },
	{ "genuine-chain-in-another-order", NULL, 0, 0, other_order, NULL },
	{ "genuine-newer-than-demanded", NULL, 0, 0, newer_platform, NULL },
	{ "genuine-with-qe-id", NULL, 0, 0, with_qe_id, NULL },
	{ "tcb-component-%s-short", "policy_tcb_status", 6, 16, component_short, number_word },
	{ "tcb-component-%s-below-every-level", "tcb_level", 6, 16, no_platform_level, number_word },
	{ "tcb-component-%s-short-others-higher", "policy_tcb_status", 6, 16, component_short_others_higher, number_word },
	{ "tcb-pce-svn-short", "policy_tcb_status", 6, 0, pce_short, NULL },
	{ "tcb-qe-svn-short", "policy_tcb_status", 6, 0, qe_short, NULL },
	{ "tcb-qe-svn-below-every-level", "tcb_level", 6, 0, no_qe_level, NULL },
	{ "tcb-status-%s", "policy_tcb_status", 6, DRILL_NUM_STATUSES, drill_platform_status, drill_status_word },
	{ "tcb-status-revoked", "tcb_not_revoked", 4, 0, drill_platform_revoked, NULL },
	{ "tcb-qe-status-revoked", "tcb_not_revoked", 4, 0, qe_revoked, NULL },
	{ "tcb-info-of-tdx", "tcb_info_matches", 3, 0, tcb_info_of_tdx, NULL },
	{ "tcb-evaluation-too-low-%s", "policy_tcb_evaluation", 6, 2, old_evaluation, document_word },
	{ "collateral-too-old-%s", "policy_collateral_age", 6, 3, too_old, dated_word },
	{ "qe-other-%s", "qe_identity_matches", 3, 7, other_qe, qe_word },
	{ "enclave-debug", "policy_debug", 6, 0, debug_enclave, NULL },
	{ "enclave-with-%s", "policy_attributes", 6, 2, privileged, privilege_word },
	{ "enclave-other-%s", "policy_identity", 6, 2, other_enclave, end_word },
	{ "enclave-of-another-%s", "policy_identity", 6, 3, other_policy, policy_word },
	{ "enclave-signed-by-the-%s-key", "signer_not_public", 6, 3, public_signer, public_word },
	{ "platform-%s", "policy_platform", 6, ARRAY_LEN(platforms), unwanted_platform, platform_word },
	{ "platform-without-%s", "policy_platform_flags", 6, ARRAY_LEN(flags), unwanted_flag, flag_word },
	{ "enclave-other-report-data", "policy_report_data", 3, 0, other_report_data, NULL },
	{ 0 },
};
