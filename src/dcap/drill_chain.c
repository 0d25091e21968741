/* SPDX-License-Identifier: Apache-2.0 */
/* Defects of certificates: chains, names, signers, dates. */
#include <string.h>

#include "dcap/drill_recipe.h"

static void
set_chain(struct drill_recipe *r, const enum drill_cert *chain, size_t num)
{
	memcpy(r->chain, chain, num * sizeof *chain);
	r->num_chain = num;
}

static const struct {
	const char *name;
	enum drill_cert chain[DRILL_CHAIN_MAX];
	size_t num;
} wrong_chains[] = { { "without-leaf", { CERT_CA, CERT_ROOT }, 2 }, { "without-ca", { CERT_LEAF, CERT_ROOT }, 2 },
	{ "of-leaf-alone", { CERT_LEAF }, 1 }, { "of-root-alone", { CERT_ROOT }, 1 }, { "with-leaf-twice", { CERT_LEAF, CERT_LEAF, CERT_CA }, 3 },
	{ "with-ca-twice", { CERT_LEAF, CERT_CA, CERT_CA }, 3 }, { "with-root-twice", { CERT_LEAF, CERT_ROOT, CERT_ROOT }, 3 },
	{ "with-tcb-signer-for-leaf", { CERT_SIGNER, CERT_CA, CERT_ROOT }, 3 }, { "with-tcb-signer-for-ca", { CERT_LEAF, CERT_SIGNER, CERT_ROOT }, 3 } };

static const char *
wrong_chain_word(unsigned arg)
{
	return wrong_chains[arg].name;
}

static void
wrong_chain(struct drill_recipe *r, unsigned arg)
{
	set_chain(r, wrong_chains[arg].chain, wrong_chains[arg].num);
}

static void
four_certificates(struct drill_recipe *r, unsigned arg)
{
	static const enum drill_cert chain[] = { CERT_LEAF, CERT_CA, CERT_ROOT, CERT_SIGNER };

	set_chain(r, chain, 4);
}

static const struct {
	const char *name;
	struct drill_edit edit;
} wrong_texts[] = { { "label", { "BEGIN CERTIFICATE", "BEGIN X509 CRL" } }, { "end-label", { "END CERTIFICATE", "END CERTIFICATES" } },
	{ "base64", { "\nMII", "\nM*I" } }, { "der", { "\nMII", "\nMAI" } }, { "begin", { "-----BEGIN", "----BEGIN" } },
	{ "letters-before", { "-----BEGIN", "x\n-----BEGIN" } } };

static const char *
wrong_text_word(unsigned arg)
{
	return wrong_texts[arg].name;
}

static void
wrong_text(struct drill_recipe *r, unsigned arg)
{
	r->chain_edit = wrong_texts[arg].edit;
}

/* ---- signers ---- */

static void
foreign_root(struct drill_recipe *r, unsigned arg)
{
	/* a whole foreign chain under the right names: only the key tells */
	r->cert[CERT_ROOT].issuer = r->cert[CERT_ROOT].subject = &r->w->stranger;
	r->cert[CERT_CA].issuer = &r->w->stranger;
}

static void
foreign_root_left_out(struct drill_recipe *r, unsigned arg)
{
	static const enum drill_cert chain[] = { CERT_LEAF, CERT_CA };

	r->cert[CERT_CA].issuer = &r->w->stranger;
	set_chain(r, chain, 2);
}

static void
leaf_signed_by(struct drill_recipe *r, unsigned arg)
{
	const struct pki_key *keys[] = { &r->w->stranger, &r->w->root, &r->w->pck, &r->w->signing };

	r->cert[CERT_LEAF].issuer = keys[arg];
}

static const char *
leaf_signer_word(unsigned arg)
{
	static const char *const words[] = { "a-stranger", "the-root", "itself", "the-tcb-signer" };

	return words[arg];
}

static void
ca_signed_by(struct drill_recipe *r, unsigned arg)
{
	const struct pki_key *keys[] = { &r->w->stranger, &r->w->platform, &r->w->signing };

	r->cert[CERT_CA].issuer = keys[arg];
}

static const char *
ca_signer_word(unsigned arg)
{
	static const char *const words[] = { "a-stranger", "itself", "the-tcb-signer" };

	return words[arg];
}

/* The TCB signer's, which stands in the chains of both documents. */
static void
signer_signed_by(struct drill_recipe *r, unsigned arg)
{
	const struct pki_key *keys[] = { &r->w->stranger, &r->w->platform, &r->w->pck, &r->w->signing };

	r->cert[CERT_SIGNER].issuer = keys[arg];
}

static const char *
signer_signer_word(unsigned arg)
{
	static const char *const words[] = { "a-stranger", "the-platform-ca", "the-pck", "itself" };

	return words[arg];
}

/* signer_of_a_foreign_root: the root stands in the signer's chain alone. */
static void
signer_of_a_foreign_root(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_ROOT].issuer = r->cert[CERT_ROOT].subject = r->cert[CERT_SIGNER].issuer = &r->w->stranger;
	r->num_chain = 2;
}

/* signer_below_the_pck: by name and by signature. */
static void
signer_below_the_pck(struct drill_recipe *r, unsigned arg)
{
	r->other_names = r->w->names;
	memcpy(r->other_names.common_name[PKI_ROOT], r->w->names.common_name[PKI_PCK], PKI_COMMON_NAME_LEN + 1);
	r->cert[CERT_SIGNER].names = &r->other_names;
	r->cert[CERT_SIGNER].issuer = &r->w->pck;
}

static void
signer_without_root(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.num_chain = r->identity_plan.num_chain = 1;
}

/* ---- names ---- */

static void
other_names(struct drill_recipe *r, unsigned arg)
{
	r->cert[arg == 0 ? CERT_LEAF : CERT_CA].names = &r->other_names;
}

static const char *
other_names_word(unsigned arg)
{
	return arg == 0 ? "of-the-leaf-s-issuer" : "of-the-ca";
}

static void
other_root_name(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_ROOT].subject = r->cert[CERT_ROOT].issuer = &r->w->stranger;
	r->cert[CERT_ROOT].names = &r->other_names;
}

/* ---- dates ---- */

static const char *
cert_word(unsigned arg)
{
	static const char *const words[] = { "leaf", "ca", "tcb-signer" };

	return words[arg];
}

static struct drill_cert_plan *
dated(struct drill_recipe *r, unsigned arg)
{
	return &r->cert[arg == 0 ? CERT_LEAF : arg == 1 ? CERT_CA : CERT_SIGNER];
}

static void
ended(struct drill_recipe *r, unsigned arg)
{
	dated(r, arg)->not_after = r->now - 1;
}

static void
not_begun(struct drill_recipe *r, unsigned arg)
{
	dated(r, arg)->not_before = r->now + 1;
}

/* Both ends count (RFC 5280 §4.1.2.5). */
static void
ends_now(struct drill_recipe *r, unsigned arg)
{
	dated(r, arg)->not_after = r->now;
}

static void
begins_now(struct drill_recipe *r, unsigned arg)
{
	dated(r, arg)->not_before = r->now;
}

/* The root that travels along is made once; its dates are literals, a long way off. */
static void
root_ended(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_der der = ONE("0.4.1", DER_CONTENT, "200101000000Z");

	r->cert[CERT_ROOT].der = &der;
}

static void
root_not_begun(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_der der = ONE("0.4.0", DER_CONTENT, "490101000000Z");

	r->cert[CERT_ROOT].der = &der;
}

/* at: verified when nothing was valid yet, or is any more. Zero is a time like any other. */
static void
at_the_epoch(struct drill_recipe *r, unsigned arg)
{
	r->at = 0;
}

static void
a_second_too_late(struct drill_recipe *r, unsigned arg)
{
	r->at = r->tcb.dates.next_update + 1;
	r->policy_edit = (struct drill_edit){ ",\"max_collateral_age_s\":864000", "" };
}

/* ---- revocation ---- */

static void
revoked(struct drill_recipe *r, unsigned arg)
{
	if (arg == 0)
		r->pck_crl.revoked = CERT_LEAF;
	else
		r->root_crl.revoked = arg == 1 ? CERT_CA : CERT_SIGNER;
}

static void
revoked_leaf(struct drill_recipe *r, unsigned arg)
{
	revoked(r, 0);
}

static void
revoked_ca(struct drill_recipe *r, unsigned arg)
{
	revoked(r, 1);
}

static void
revoked_signer(struct drill_recipe *r, unsigned arg)
{
	revoked(r, 2);
}

const struct drill_defect drill_chain_defects[] = {
	{ "chain-%s", "pck_chain_roles", 3, ARRAY_LEN(wrong_chains), wrong_chain, wrong_chain_word },
	{ "chain-of-four", "pck_chain_format", 3, 0, four_certificates, NULL },
	{ "chain-text-%s", "pck_chain_format", 3, ARRAY_LEN(wrong_texts), wrong_text, wrong_text_word },
	{ "chain-of-a-foreign-root", "pck_chain_root", 3, 0, foreign_root, NULL },
	{ "chain-of-a-foreign-root-left-out", "pck_chain_signatures", 3, 0, foreign_root_left_out, NULL },
	{ "chain-leaf-signed-by-%s", "pck_chain_signatures", 3, 4, leaf_signed_by, leaf_signer_word },
	{ "chain-ca-signed-by-%s", "pck_chain_signatures", 3, 3, ca_signed_by, ca_signer_word },
	{ "chain-other-name-%s", "pck_chain_roles", 3, 2, other_names, other_names_word },
	{ "chain-root-of-another-name", "pck_chain_roles", 3, 0, other_root_name, NULL },
	{ "certificate-ended-%s", "validity_not_ended", 5, 3, ended, cert_word },
	{ "certificate-not-begun-%s", "validity_begun", 5, 3, not_begun, cert_word },
	{ "certificate-ended-root", "validity_not_ended", 5, 0, root_ended, NULL },
	{ "certificate-not-begun-root", "validity_begun", 5, 0, root_not_begun, NULL },
	{ "genuine-certificate-ending-now-%s", NULL, 0, 3, ends_now, cert_word },
	{ "genuine-certificate-beginning-now-%s", NULL, 0, 3, begins_now, cert_word },
	{ "at-the-epoch", "validity_begun", 5, 0, at_the_epoch, NULL },
	{ "a-second-too-late", "validity_not_ended", 5, 0, a_second_too_late, NULL },
	{ "genuine-signer-without-root", NULL, 0, 0, signer_without_root, NULL },
	{ "signer-signed-by-%s", "tcb_info_signer", 3, 4, signer_signed_by, signer_signer_word },
	{ "signer-of-a-foreign-root", "tcb_info_signer", 3, 0, signer_of_a_foreign_root, NULL },
	{ "signer-below-the-pck", "tcb_info_signer", 3, 0, signer_below_the_pck, NULL },
	{ "revoked-leaf", "pck_not_revoked", 4, 0, revoked_leaf, NULL },
	{ "revoked-ca", "pck_ca_not_revoked", 4, 0, revoked_ca, NULL },
	{ "revoked-tcb-signer", "tcb_signers_not_revoked", 4, 0, revoked_signer, NULL },
	{ 0 },
};
