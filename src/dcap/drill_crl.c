/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defects inside CRLs (RFC 5280 §5), each signed again by its issuer. "0.0" is the version, "0.1" the algorithm, "0.2" the issuer, "0.3" and "0.4" the
 * dates, "0.5" the list, "0.6.0" the extensions: number and authority key identifier.
 */
#include <string.h>

#include "dcap/drill_recipe.h"

#define LIST "0.5"
#define ENTRY "0.5.0"
#define EXTENSIONS "0.6.0"
#define NUMBER "0.6.0.0"
#define AKI "0.6.0.1"

#define CERTIFICATE_ISSUER "\x30\x0c\x30\x0a\x06\x03\x55\x1d\x1d" TRUE_DER "\x04\x00"
#define DELTA_INDICATOR "\x30\x0d\x06\x03\x55\x1d\x1b" TRUE_DER "\x04\x03\x02\x01\x01"
#define DISTRIBUTION_POINT "\x30\x0c\x06\x03\x55\x1d\x1c" TRUE_DER "\x04\x02\x30\x00"

static const struct drill_form forms[] = {
	{ "version-absent", ONE("0.0", DER_REMOVE, "") },
	{ "version-1", ONE("0.0", DER_CONTENT, "\x00") },
	{ "version-3", ONE("0.0", DER_CONTENT, "\x02") },
	{ "algorithm-with-null", TWO("0.1", DER_REPLACE, ECDSA_SHA256_NULL, "1", DER_REPLACE, ECDSA_SHA256_NULL) },
	{ "algorithm-rsa", TWO("0.1", DER_REPLACE, RSA_SHA256, "1", DER_REPLACE, RSA_SHA256) },
	{ "algorithm-other-outside", ONE("1", DER_REPLACE, ECDSA_SHA384) },
	{ "algorithm-other-inside", ONE("0.1", DER_REPLACE, ECDSA_SHA384) },
	{ "issuer-of-another-common-name", ONE("0.2.0.0.1", DER_AT_END, " 2") },
	{ "issuer-without-organization", ONE("0.2.1", DER_REMOVE, "") },
	{ "issuer-attribute-twice", ONE("0.2.0", DER_TWICE, "") },
	{ "begin-absent", ONE("0.3", DER_REMOVE, "") },
	{ "begin-with-zone", ONE("0.3", DER_CONTENT, "260101000000+0100") },
	{ "begin-on-february-30", ONE("0.3", DER_CONTENT, "260230000000Z") },
	{ "end-absent", ONE("0.4", DER_REMOVE, "") },
	{ "end-with-letters", ONE("0.4", DER_CONTENT, "49123123595aZ") },
	{ "list-empty", ONE(LIST, DER_CONTENT, "") },
	{ "entry-without-date", ONE(ENTRY ".1", DER_REMOVE, "") },
	{ "entry-without-serial", ONE(ENTRY ".0", DER_REMOVE, "") },
	{ "entry-with-a-negative-serial", ONE(ENTRY ".0", DER_CONTENT, "\x80") },
	{ "entry-with-a-padded-serial", ONE(ENTRY ".0", DER_PADDED, "") },
	{ "entry-of-another-issuer", ONE(ENTRY ".2", DER_REPLACE, CERTIFICATE_ISSUER) },
	{ "entry-with-more", ONE(ENTRY, DER_AT_END, "\x05\x00") },
	{ "number-twice", ONE(NUMBER, DER_TWICE, "") },
	{ "number-negative", ONE(NUMBER ".1.0", DER_CONTENT, "\x80") },
	{ "number-of-21-bytes", ONE(NUMBER ".1.0", DER_CONTENT,
	      "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01") },
	{ "aki-twice", ONE(AKI, DER_TWICE, "") },
	{ "aki-no-sequence", ONE(AKI ".1.0", DER_TAG, "\x31") },
	{ "of-changes-only", ONE(AKI, DER_BEHIND, DELTA_INDICATOR) },
	{ "of-a-distribution-point", ONE(AKI, DER_BEHIND, DISTRIBUTION_POINT) },
	{ "unknown-critical-extension", ONE(AKI, DER_BEHIND, UNKNOWN_CRITICAL) },
	{ "unknown-extension-twice", ONE(AKI, DER_BEHIND, UNKNOWN_EXTENSION UNKNOWN_EXTENSION) },
	{ "behind-the-extensions", ONE("0.6", DER_BEHIND, "\x05\x00") },
	{ "behind-the-signature", AFTER("2", DER_BEHIND, "\x05\x00") },
	{ "behind-it-all", AFTER("", DER_BEHIND, "\x00") },
	{ "length-not-shortest", ONE("0.0", DER_LONG_LENGTH, "") },
	{ "signature-with-unused-bits", AFTER("2", DER_CONTENT, "\x01\x30\x06\x02\x01\x02\x02\x01\x02") },
	{ "signature-with-three-numbers", AFTER("2.0.1", DER_TWICE, "") },
};

static const char *
form_word(unsigned arg)
{
	return forms[arg].name;
}

static void
root_form(struct drill_recipe *r, unsigned arg)
{
	r->root_crl.der = &forms[arg].der;
}

static void
pck_form(struct drill_recipe *r, unsigned arg)
{
	r->pck_crl.der = &forms[arg].der;
}

/* What the profile demands and is not there: missing collateral rather than wrong. */
static const struct drill_form missing[] = { { "number", ONE(NUMBER, DER_REMOVE, "") }, { "aki", ONE(AKI, DER_REMOVE, "") },
	{ "extensions", ONE("0.6", DER_REMOVE, "") }, { "any-extension", ONE(EXTENSIONS, DER_CONTENT, "") } };

static const char *
missing_word(unsigned arg)
{
	return missing[arg].name;
}

static void
root_missing(struct drill_recipe *r, unsigned arg)
{
	r->root_crl.der = &missing[arg].der;
}

static void
pck_missing(struct drill_recipe *r, unsigned arg)
{
	r->pck_crl.der = &missing[arg].der;
}

static const struct drill_form signatures[] = { { "r-zero", AFTER("2.0.0", DER_CONTENT, "\x00") }, { "s-zero", AFTER("2.0.1", DER_CONTENT, "\x00") },
	{ "r-one", AFTER("2.0.0", DER_CONTENT, "\x01") } };

static const char *
signature_word(unsigned arg)
{
	return signatures[arg].name;
}

static void
root_signature(struct drill_recipe *r, unsigned arg)
{
	r->root_crl.der = &signatures[arg].der;
}

static void
pck_signature(struct drill_recipe *r, unsigned arg)
{
	r->pck_crl.der = &signatures[arg].der;
}

/* taken_off: an entry is no longer there, nor what it says; the signature was made when it was. */
static const struct drill_der taken_off = AFTER(ENTRY ".0", DER_CONTENT, "\x01");

static void
entry_changed(struct drill_recipe *r, unsigned arg)
{
	if (arg == 0)
		r->root_crl.der = &taken_off;
	else
		r->pck_crl.der = &taken_off;
}

static void
pck_entry_changed(struct drill_recipe *r, unsigned arg)
{
	entry_changed(r, 1);
}

/* over_sha384: arg 0 is the root's, 1 the platform CA's. */
static const struct drill_der sha384 = { .edit = { { "0.1", DER_REPLACE, BYTES(ECDSA_SHA384), false }, { "1", DER_REPLACE, BYTES(ECDSA_SHA384), false } },
	.sha384 = true };

static void
root_over_sha384(struct drill_recipe *r, unsigned arg)
{
	r->root_crl.der = &sha384;
}

static void
pck_over_sha384(struct drill_recipe *r, unsigned arg)
{
	r->pck_crl.der = &sha384;
}

/* ---- nothing is wrong ---- */

static const struct drill_form fine[] = { { "without-entries", ONE(LIST, DER_REMOVE, "") }, { "with-a-bare-entry", ONE(ENTRY ".2", DER_REMOVE, "") },
	{ "with-an-unknown-extension", ONE(AKI, DER_BEHIND, UNKNOWN_EXTENSION) }, { "with-printable-strings", ONE("0.2.0.0.1", DER_TAG, "\x13") } };

static const char *
fine_word(unsigned arg)
{
	return fine[arg].name;
}

static void
fine_crl(struct drill_recipe *r, unsigned arg)
{
	r->pck_crl.der = &fine[arg].der;
}

static const struct drill_edit empty_texts[] = { { "\"root_ca_crl\": \"*\"", "\"root_ca_crl\": \"\"" }, { "\"pck_crl\": \"*\"", "\"pck_crl\": \"\"" } };

static void
root_empty(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = empty_texts[0];
}

static void
pck_empty(struct drill_recipe *r, unsigned arg)
{
	r->collateral_edit = empty_texts[1];
}

const struct drill_defect drill_crl_defects[] = {
	{ "genuine-crl-%s", NULL, 0, ARRAY_LEN(fine), fine_crl, fine_word },
	{ "root-crl-%s", "root_crl", 3, ARRAY_LEN(forms), root_form, form_word },
	{ "pck-crl-%s", "pck_crl", 3, ARRAY_LEN(forms), pck_form, form_word },
	{ "root-crl-without-%s", "root_crl", 5, ARRAY_LEN(missing), root_missing, missing_word },
	{ "pck-crl-without-%s", "pck_crl", 5, ARRAY_LEN(missing), pck_missing, missing_word },
	{ "root-crl-empty", "root_crl", 5, 0, root_empty, NULL },
	{ "pck-crl-empty", "pck_crl", 5, 0, pck_empty, NULL },
	{ "root-crl-signed-over-sha384", "root_crl", 3, 0, root_over_sha384, NULL },
	{ "pck-crl-signed-over-sha384", "pck_crl", 3, 0, pck_over_sha384, NULL },
	{ "root-crl-signature-%s", "root_crl_signature", 3, ARRAY_LEN(signatures), root_signature, signature_word },
	{ "pck-crl-signature-%s", "pck_crl_signature", 3, ARRAY_LEN(signatures), pck_signature, signature_word },
	{ "root-crl-changed-after-signing", "root_crl_signature", 3, 0, entry_changed, NULL },
	{ "pck-crl-changed-after-signing", "pck_crl_signature", 3, 0, pck_entry_changed, NULL },
	{ 0 },
};
