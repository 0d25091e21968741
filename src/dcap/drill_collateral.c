/* SPDX-License-Identifier: Apache-2.0 */
/* Defects of collateral: CRLs, TCB info, QE identity. */
#include <string.h>

#include "dcap/drill_recipe.h"

/* ---- CRLs: arg 0 is the root's, 1 the platform CA's ---- */

static const char *
crl_word(unsigned arg)
{
	return arg == 0 ? "root" : "pck";
}

static struct drill_crl_plan *
crl_of(struct drill_recipe *r, unsigned arg)
{
	return arg == 0 ? &r->root_crl : &r->pck_crl;
}

static void
crl_ended(struct drill_recipe *r, unsigned arg)
{
	crl_of(r, arg)->this_update = r->now - 30 * DRILL_DAY_S;
	crl_of(r, arg)->next_update = r->now - 1;
}

static void
crl_not_begun(struct drill_recipe *r, unsigned arg)
{
	crl_of(r, arg)->this_update = r->now + 1;
}

static void
root_crl_by(struct drill_recipe *r, unsigned arg)
{
	r->root_crl.issuer = arg == 0 ? &r->w->stranger : &r->w->platform;
}

static void
pck_crl_by(struct drill_recipe *r, unsigned arg)
{
	r->pck_crl.issuer = arg == 0 ? &r->w->stranger : &r->w->root;
}

static const char *
crl_signer_word(unsigned arg)
{
	return arg == 0 ? "a-stranger" : "another-ca";
}

static void
root_crl_is_pck(struct drill_recipe *r, unsigned arg)
{
	r->root_crl = r->pck_crl;
}

static void
pck_crl_of(struct drill_recipe *r, unsigned arg)
{
	if (arg == 0) {
		r->pck_crl = r->root_crl;
		return;
	}
	r->pck_crl.role = PKI_PROCESSOR_CA;
	r->pck_crl.issuer = &r->w->processor;
}

static const char *
pck_crl_word(unsigned arg)
{
	return arg == 0 ? "the-root" : "the-processor-ca";
}

static const struct {
	const char *name;
	struct drill_edit root, pck;
} crl_texts[] = { { "not-hex", { "\"root_ca_crl\": \"30", "\"root_ca_crl\": \"3x" }, { "\"pck_crl\": \"30", "\"pck_crl\": \"3x" } },
	{ "odd", { "\"root_ca_crl\": \"30", "\"root_ca_crl\": \"3" }, { "\"pck_crl\": \"30", "\"pck_crl\": \"3" } },
	{ "byte-before", { "\"root_ca_crl\": \"30", "\"root_ca_crl\": \"0030" }, { "\"pck_crl\": \"30", "\"pck_crl\": \"0030" } },
	{ "other-tag", { "\"root_ca_crl\": \"30", "\"root_ca_crl\": \"31" }, { "\"pck_crl\": \"30", "\"pck_crl\": \"31" } } };

static const char *
crl_text_word(unsigned arg)
{
	return crl_texts[arg].name;
}

static void
root_crl_text(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = crl_texts[arg].root;
}

static void
pck_crl_text(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = crl_texts[arg].pck;
}

/* ---- signed JSON ---- */

static const char *
key_word(unsigned arg)
{
	static const char *const words[] = { "a-stranger", "the-pck", "the-platform-ca", "the-root" };

	return words[arg];
}

static const struct pki_key *
key_of(const struct drill_recipe *r, unsigned arg)
{
	const struct pki_key *keys[] = { &r->w->stranger, &r->w->pck, &r->w->platform, &r->w->root };

	return keys[arg];
}

static void
tcb_signed_by(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.signer = key_of(r, arg);
}

static void
identity_signed_by(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.signer = key_of(r, arg);
}

/* chains: a PCK certificate with its own chain must not speak for all platforms, even where every signature is right. */
static const struct {
	const char *name;
	enum drill_cert chain[DRILL_CHAIN_MAX];
	size_t num;
} signer_chains[] = { { "of-the-pck", { CERT_LEAF, CERT_CA, CERT_ROOT }, 3 }, { "of-the-ca", { CERT_CA, CERT_ROOT }, 2 }, { "of-the-root", { CERT_ROOT }, 1 },
	{ "with-one-more", { CERT_SIGNER, CERT_CA, CERT_ROOT }, 3 }, { "twice", { CERT_SIGNER, CERT_SIGNER }, 2 } };

static const char *
signer_chain_word(unsigned arg)
{
	return signer_chains[arg].name;
}

static void
set_signer_chain(struct drill_recipe *r, struct drill_json_plan *plan, unsigned arg)
{
	const struct pki_key *keys[] = { &r->w->pck, &r->w->platform, &r->w->root, &r->w->signing, &r->w->signing };

	memcpy(plan->chain, signer_chains[arg].chain, sizeof plan->chain);
	plan->num_chain = signer_chains[arg].num;
	plan->signer = keys[arg];
}

static void
tcb_chain(struct drill_recipe *r, unsigned arg)
{
	set_signer_chain(r, &r->tcb_plan, arg);
}

static void
identity_chain(struct drill_recipe *r, unsigned arg)
{
	set_signer_chain(r, &r->identity_plan, arg);
}

static void
tcb_signature(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.signature_xor = 1;
}

static void
identity_signature(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.signature_xor = 1;
}

/* After the signature: the meaning is the same, the bytes are not, or the other way round. */
static const struct {
	const char *name;
	struct drill_edit tcb, identity;
} altered[] = { { "space", { ",\"fmspc\"", ", \"fmspc\"" }, { ",\"mrsigner\"", ", \"mrsigner\"" } },
	{ "escape", { "\"SGX\"", "\"\\u0053GX\"" }, { "\"QE\"", "\"\\u0051E\"" } },
	{ "number", { "DataNumber\":18", "DataNumber\":19" }, { "DataNumber\":18", "DataNumber\":19" } },
	{ "status", { "OutOfDate", "UpToDate" }, { "OutOfDate", "UpToDate" } } };

static const char *
altered_word(unsigned arg)
{
	return altered[arg].name;
}

static void
tcb_altered(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.after = altered[arg].tcb;
}

static void
identity_altered(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.after = altered[arg].identity;
}

/* Before the signature: what no signer of this format would sign. */
static const struct {
	const char *name;
	struct drill_edit edit;
} tcb_forms[] = { { "version-1", { "\"version\":3", "\"version\":1" } }, { "version-4", { "\"version\":3", "\"version\":4" } },
	{ "version-text", { "\"version\":3", "\"version\":\"3\"" } }, { "id-other", { "\"SGX\"", "\"SGY\"" } },
	{ "member-unknown", { "\"tcbType\"", "\"x\":0,\"tcbType\"" } }, { "member-twice", { "\"tcbType\":0", "\"tcbType\":0,\"tcbType\":0" } },
	{ "tcb-type-1", { "\"tcbType\":0", "\"tcbType\":1" } }, { "status-unknown", { "\"UpToDate\"", "\"Uptodate\"" } },
	{ "status-empty", { "\"UpToDate\"", "\"\"" } }, { "component-256", { "\"svn\":4", "\"svn\":256" } }, { "component-negative", { "\"svn\":4", "\"svn\":-4" } },
	{ "component-real", { "\"svn\":4", "\"svn\":4.0" } }, { "fifteen-components", { "{\"svn\":4},", "" } },
	{ "seventeen-components", { "{\"svn\":4},", "{\"svn\":4},{\"svn\":4}," } }, { "pcesvn-65536", { "\"pcesvn\":5", "\"pcesvn\":65536" } },
	{ "fmspc-short", { "\"fmspc\":\"44", "\"fmspc\":\"" } }, { "fmspc-not-hex", { "\"fmspc\":\"4", "\"fmspc\":\"g" } },
	{ "date-without-z", { "Z\",\"nextUpdate\"", "\",\"nextUpdate\"" } },
	{ "date-with-offset", { "Z\",\"nextUpdate\"", "+00:00\",\"nextUpdate\"" } }, { "trailing-text", { "\"tcbLevels\"", "}{\"tcbLevels\"" } } };

static const char *
tcb_form_word(unsigned arg)
{
	return tcb_forms[arg].name;
}

static void
tcb_form(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = tcb_forms[arg].edit;
}

static const struct {
	const char *name;
	struct drill_edit edit;
} identity_forms[] = { { "version-1", { "\"version\":2", "\"version\":1" } }, { "version-3", { "\"version\":2", "\"version\":3" } },
	{ "id-unknown", { "\"QE\"", "\"QX\"" } }, { "id-td-qe", { "\"QE\"", "\"TD_QE\"" } }, { "id-qve", { "\"QE\"", "\"QVE\"" } },
	{ "member-unknown", { "\"isvprodid\"", "\"x\":0,\"isvprodid\"" } }, { "member-twice", { "\"isvprodid\":1", "\"isvprodid\":1,\"isvprodid\":1" } },
	{ "status-unknown", { "\"UpToDate\"", "\"Fine\"" } },
	{ "isvsvn-65536", { "\"isvsvn\":8", "\"isvsvn\":65536" } }, { "isvsvn-text", { "\"isvsvn\":8", "\"isvsvn\":\"8\"" } },
	{ "mrsigner-short", { "\"mrsigner\":\"A5", "\"mrsigner\":\"" } }, { "miscselect-short", { "\"miscselect\":\"00", "\"miscselect\":\"" } } };

static const char *
identity_form_word(unsigned arg)
{
	return identity_forms[arg].name;
}

static void
identity_form(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = identity_forms[arg].edit;
}

static void
tcb_member_absent(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.before = (struct drill_edit){ "\"id\":\"SGX\",", "" };
}

static void
identity_member_absent(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.before = (struct drill_edit){ ",\"isvprodid\":1", "" };
}

/* ---- dates ---- */

static const char *
document_word(unsigned arg)
{
	return arg == 0 ? "tcb-info" : "qe-identity";
}

static struct pki_dates *
dates_of(struct drill_recipe *r, unsigned arg)
{
	return arg == 0 ? &r->tcb.dates : &r->identity.dates;
}

static void
document_ended(struct drill_recipe *r, unsigned arg)
{
	*dates_of(r, arg) = (struct pki_dates){ r->now - 5 * DRILL_DAY_S, r->now - 1 };
}

static void
document_not_begun(struct drill_recipe *r, unsigned arg)
{
	dates_of(r, arg)->issue = r->now + 1;
}

static const char *
dated_word(unsigned arg)
{
	static const char *const words[] = { "tcb-info", "qe-identity", "root-crl", "pck-crl" };

	return words[arg];
}

/* Both ends count. */
static void
ends_now(struct drill_recipe *r, unsigned arg)
{
	if (arg < 2)
		dates_of(r, arg)->next_update = r->now;
	else
		crl_of(r, arg - 2)->next_update = r->now;
}

static void
begins_now(struct drill_recipe *r, unsigned arg)
{
	if (arg < 2)
		dates_of(r, arg)->issue = r->now;
	else
		crl_of(r, arg - 2)->this_update = r->now;
}

static void
other_platform(struct drill_recipe *r, unsigned arg)
{
	if (arg < 6)
		r->tcb.fmspc[arg] ^= 1;
	else
		r->tcb.pce_id[arg - 6] ^= 1;
}

static const char *
other_platform_word(unsigned arg)
{
	static const char *const words[] = { "fmspc-0", "fmspc-1", "fmspc-2", "fmspc-3", "fmspc-4", "fmspc-5", "pce-id-0", "pce-id-1" };

	return words[arg];
}

static void
long_signature(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = (struct drill_edit){ "\"tcb_info_signature\": \"", "\"tcb_info_signature\": \"00" };
}

const struct drill_defect drill_collateral_defects[] = {
	{ "crl-ended-%s", "validity_not_ended", 5, 2, crl_ended, crl_word },
	{ "crl-not-begun-%s", "validity_begun", 5, 2, crl_not_begun, crl_word },
	{ "root-crl-signed-by-%s", "root_crl_signature", 3, 2, root_crl_by, crl_signer_word },
	{ "pck-crl-signed-by-%s", "pck_crl_signature", 3, 2, pck_crl_by, crl_signer_word },
	{ "root-crl-of-the-platform-ca", "root_crl", 3, 0, root_crl_is_pck, NULL },
	{ "pck-crl-of-%s", "pck_crl", 3, 2, pck_crl_of, pck_crl_word },
	{ "root-crl-text-%s", "root_crl", 3, ARRAY_LEN(crl_texts), root_crl_text, crl_text_word },
	{ "pck-crl-text-%s", "pck_crl", 3, ARRAY_LEN(crl_texts), pck_crl_text, crl_text_word },
	{ "tcb-info-signed-by-%s", "tcb_info_signature", 3, 4, tcb_signed_by, key_word },
	{ "tcb-info-chain-%s", "tcb_info_signer", 3, ARRAY_LEN(signer_chains), tcb_chain, signer_chain_word },
	{ "tcb-info-signature-changed", "tcb_info_signature", 3, 0, tcb_signature, NULL },
	{ "tcb-info-signature-too-long", "tcb_info_format", 3, 0, long_signature, NULL },
	{ "tcb-info-altered-%s", "tcb_info_signature", 3, ARRAY_LEN(altered), tcb_altered, altered_word },
	{ "tcb-info-form-%s", "tcb_info_format", 3, ARRAY_LEN(tcb_forms), tcb_form, tcb_form_word },
	{ "tcb-info-form-member-absent", "tcb_info_format", 5, 0, tcb_member_absent, NULL },
	{ "tcb-info-other-%s", "tcb_info_matches", 3, 8, other_platform, other_platform_word },
	{ "qe-identity-signed-by-%s", "qe_identity_signature", 3, 4, identity_signed_by, key_word },
	{ "qe-identity-chain-%s", "qe_identity_signer", 3, ARRAY_LEN(signer_chains), identity_chain, signer_chain_word },
	{ "qe-identity-signature-changed", "qe_identity_signature", 3, 0, identity_signature, NULL },
	{ "qe-identity-altered-%s", "qe_identity_signature", 3, ARRAY_LEN(altered), identity_altered, altered_word },
	{ "qe-identity-form-%s", "qe_identity_format", 3, ARRAY_LEN(identity_forms), identity_form, identity_form_word },
	{ "qe-identity-form-member-absent", "qe_identity_format", 5, 0, identity_member_absent, NULL },
	{ "document-ended-%s", "validity_not_ended", 5, 2, document_ended, document_word },
	{ "genuine-%s-ending-now", NULL, 0, 4, ends_now, dated_word },
	{ "genuine-%s-beginning-now", NULL, 0, 4, begins_now, dated_word },
	{ "document-not-begun-%s", "validity_begun", 5, 2, document_not_begun, document_word },
	{ 0 },
};
