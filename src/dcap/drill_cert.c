/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defects inside certificates (RFC 5280, Intel SGX PCK Certificate and CRL Profile), each signed again by its issuer. In a certificate "0" is the
 * signed part: "0.0" version, "0.1" serial number, "0.2" algorithm, "0.3" issuer, "0.4" validity, "0.5" subject, "0.6" key, "0.7.0" extensions in the
 * order of pki_cert.c; "1" is the algorithm once more and "2" the signature.
 */
#include <string.h>

#include "dcap/drill_recipe.h"

#define AKI "0.7.0.0"
#define CRL_POINTS "0.7.0.1"
#define SKI "0.7.0.2"
#define KEY_USAGE "0.7.0.3"
#define BASIC "0.7.0.4"

#define OID_P384 "\x06\x05\x2b\x81\x04\x00\x22"
#define OID_SECP256K1 "\x06\x05\x2b\x81\x04\x00\x0a"
/* the generator of P-384 (SEC 2 §2.5.1), a point like any other */
#define POINT_P384 \
	"\x03\x62\x00\x04\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d\x3b\x62\x8b\xa7\x9b\x98\x59\xf7\x41\xe0\x82" \
	"\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29\x6c\x3a\x54\x5e\x38\x72\x76\x0a\xb7\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92\x92" \
	"\xdc\x29\xf8\xf4\x1d\xbd\x28\x9a\x14\x7c\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1\xce\x1d\x7e\x81\x9d\x7a\x43\x1d\x7c\x90\xea\x0e" \
	"\x5f"
#define EC_P384 "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" OID_P384
#define EC_SECP256K1 "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01" OID_SECP256K1
#define RSA_KEY "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
#define ORDER "\x00\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"

/* ---- what holds for every certificate: each of the three of the PCK chain, and the TCB signer ---- */

static const struct drill_form common_forms[] = {
	{ "version-absent", ONE("0.0", DER_REMOVE, "") },
	{ "version-1", ONE("0.0.0", DER_CONTENT, "\x00") },
	{ "version-2", ONE("0.0.0", DER_CONTENT, "\x01") },
	{ "version-4", ONE("0.0.0", DER_CONTENT, "\x03") },
	{ "serial-negative", ONE("0.1", DER_CONTENT, "\x80") },
	{ "serial-padded", ONE("0.1", DER_PADDED, "") },
	{ "serial-of-21-bytes", ONE("0.1", DER_AT_END, "\x01") },
	{ "serial-empty", ONE("0.1", DER_CONTENT, "") },
	{ "algorithm-with-null", TWO("0.2", DER_REPLACE, ECDSA_SHA256_NULL, "1", DER_REPLACE, ECDSA_SHA256_NULL) },
	{ "algorithm-rsa", TWO("0.2", DER_REPLACE, RSA_SHA256, "1", DER_REPLACE, RSA_SHA256) },
	{ "algorithm-other-outside", ONE("1", DER_REPLACE, ECDSA_SHA384) },
	{ "algorithm-other-inside", ONE("0.2", DER_REPLACE, ECDSA_SHA384) },
	{ "key-on-p384", TWO("0.6.0", DER_REPLACE, EC_P384, "0.6.1", DER_REPLACE, POINT_P384) },
	{ "key-on-secp256k1", ONE("0.6.0", DER_REPLACE, EC_SECP256K1) },
	{ "key-of-rsa", ONE("0.6.0", DER_REPLACE, RSA_KEY) },
	{ "key-compressed", ONE("0.6.1", DER_COMPRESSED, "") },
	{ "key-longer", ONE("0.6.1", DER_AT_END, "\x01") },
	{ "key-empty", ONE("0.6.1", DER_CONTENT, "\x00") },
	{ "aki-twice", ONE(AKI, DER_TWICE, "") },
	{ "ski-twice", ONE(SKI, DER_TWICE, "") },
	{ "key-usage-twice", ONE(KEY_USAGE, DER_TWICE, "") },
	{ "basic-constraints-twice", ONE(BASIC, DER_TWICE, "") },
	{ "unknown-critical-extension", ONE(BASIC, DER_BEHIND, UNKNOWN_CRITICAL) },
	{ "unknown-extension-twice", ONE(BASIC, DER_BEHIND, UNKNOWN_EXTENSION UNKNOWN_EXTENSION) },
	{ "critical-false-spelled-out", ONE(BASIC, DER_BEHIND, UNKNOWN_FALSE) },
	{ "critical-of-1", ONE(BASIC ".1", DER_CONTENT, "\x01") },
	{ "extensions-absent", ONE("0.7", DER_REMOVE, "") },
	{ "key-usage-not-critical", ONE(KEY_USAGE ".1", DER_REMOVE, "") },
	{ "basic-constraints-not-critical", ONE(BASIC ".1", DER_REMOVE, "") },
	{ "aki-critical", ONE(AKI ".0", DER_BEHIND, TRUE_DER) },
	{ "ski-critical", ONE(SKI ".0", DER_BEHIND, TRUE_DER) },
	{ "crl-points-critical", ONE(CRL_POINTS ".0", DER_BEHIND, TRUE_DER) },
	{ "crl-points-of-nothing", ONE(CRL_POINTS ".1", DER_CONTENT, "\x30\x00") },
	{ "crl-points-too-long", ONE(CRL_POINTS ".1", DER_CONTENT, "\x30\x04\x30\x21\x05\x00") },
	{ "extension-with-more", ONE(SKI, DER_AT_END, "\x05\x00") },
	{ "behind-the-extensions", ONE("0.7", DER_BEHIND, "\x05\x00") },
	{ "behind-the-signature", AFTER("2", DER_BEHIND, "\x05\x00") },
	{ "behind-it-all", AFTER("", DER_BEHIND, "\x00") },
	{ "length-not-shortest", ONE("0.1", DER_LONG_LENGTH, "") },
	{ "serial-of-another-type", ONE("0.1", DER_TAG, "\x0a") },
	{ "validity-of-one-date", ONE("0.4.1", DER_REMOVE, "") },
	{ "validity-of-three-dates", ONE("0.4.1", DER_TWICE, "") },
	{ "begin-without-seconds", ONE("0.4.0", DER_CONTENT, "2601010000Z") },
	{ "begin-with-zone", ONE("0.4.0", DER_CONTENT, "260101000000+0100") },
	{ "begin-without-z", ONE("0.4.0", DER_CONTENT, "260101000000") },
	{ "begin-on-february-30", ONE("0.4.0", DER_CONTENT, "260230000000Z") },
	{ "begin-in-month-13", ONE("0.4.0", DER_CONTENT, "261301000000Z") },
	{ "begin-in-hour-24", ONE("0.4.0", DER_CONTENT, "260101240000Z") },
	{ "begin-with-letters", ONE("0.4.0", DER_CONTENT, "26010100000aZ") },
	{ "begin-with-fraction", ONE("0.4.0", DER_REPLACE, "\x18\x11" "20260101000000.5Z") },
	{ "end-as-text", ONE("0.4.1", DER_REPLACE, "\x0c\x0d" "491231235959Z") },
	{ "subject-attribute-twice", ONE("0.5.0", DER_TWICE, "") },
	{ "subject-attribute-unknown", ONE("0.5.1.0.0", DER_CONTENT, "\x2a\x03\x04") },
	{ "subject-with-two-attributes-in-one", ONE("0.5.0.0", DER_TWICE, "") },
	{ "subject-with-a-teletex-string", ONE("0.5.0.0.1", DER_TAG, "\x14") },
	{ "subject-with-a-control-character", ONE("0.5.0.0.1", DER_AT_END, "\x07") },
	{ "subject-with-a-zero-byte", ONE("0.5.0.0.1", DER_AT_END, "\x00") },
	{ "subject-with-an-empty-string", ONE("0.5.0.0.1", DER_CONTENT, "") },
	{ "signature-with-unused-bits", AFTER("2", DER_CONTENT, "\x01\x30\x06\x02\x01\x02\x02\x01\x02") },
	{ "signature-no-sequence", AFTER("2", DER_CONTENT, "\x00\x02\x01\x02") },
	{ "signature-with-three-numbers", AFTER("2.0.1", DER_TWICE, "") },
	{ "signature-r-padded", AFTER("2.0.0", DER_CONTENT, "\x00\x01") },
	{ "signature-s-negative", AFTER("2.0.1", DER_CONTENT, "\x80") },
	{ "signature-r-of-33-bytes", AFTER("2.0.0", DER_CONTENT,
	      "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01") },
};

/* What the profile demands and is not there: of collateral, missing rather than wrong. */
static const struct drill_form absent_forms[] = {
	{ "aki-absent", ONE(AKI, DER_REMOVE, "") },
	{ "crl-points-absent", ONE(CRL_POINTS, DER_REMOVE, "") },
	{ "ski-absent", ONE(SKI, DER_REMOVE, "") },
	{ "key-usage-absent", ONE(KEY_USAGE, DER_REMOVE, "") },
	{ "basic-constraints-absent", ONE(BASIC, DER_REMOVE, "") },
	{ "extensions-empty", ONE("0.7.0", DER_CONTENT, "") },
};

static const char *
common_word(unsigned arg)
{
	return common_forms[arg].name;
}

static void
leaf_form(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &common_forms[arg].der;
}

static void
ca_form(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_CA].der = &common_forms[arg].der;
}

static void
root_form(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_ROOT].der = &common_forms[arg].der;
}

static void
signer_form(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_SIGNER].der = &common_forms[arg].der;
}

static const char *
absent_word(unsigned arg)
{
	return absent_forms[arg].name;
}

static void
leaf_absent(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &absent_forms[arg].der;
}

static void
ca_absent(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_CA].der = &absent_forms[arg].der;
}

static void
root_absent(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_ROOT].der = &absent_forms[arg].der;
}

static void
signer_absent(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_SIGNER].der = &absent_forms[arg].der;
}

/* leaf_over_sha384: rightly signed, with an algorithm that the profile does not have. */
static void
leaf_over_sha384(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_der der = { .edit = { { "0.2", DER_REPLACE, BYTES(ECDSA_SHA384), false }, { "1", DER_REPLACE, BYTES(ECDSA_SHA384), false } },
		.sha384 = true };

	r->cert[arg].der = &der;
}

static const char *
cert_word(unsigned arg)
{
	static const char *const words[] = { "leaf", "ca", "root", "signer" };

	return words[arg];
}

/* ---- signatures that are well-formed and wrong ---- */

static const struct drill_form signatures[] = { { "r-zero", AFTER("2.0.0", DER_CONTENT, "\x00") }, { "s-zero", AFTER("2.0.1", DER_CONTENT, "\x00") },
	{ "r-one", AFTER("2.0.0", DER_CONTENT, "\x01") }, { "r-the-order", AFTER("2.0.0", DER_CONTENT, ORDER) },
	{ "s-the-order", AFTER("2.0.1", DER_CONTENT, ORDER) } };

static const char *
signature_word(unsigned arg)
{
	return signatures[arg].name;
}

static void
leaf_signature(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &signatures[arg].der;
}

static void
ca_signature(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_CA].der = &signatures[arg].der;
}

static void
root_signature(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_ROOT].der = &signatures[arg].der;
}

static void
signer_signature(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_SIGNER].der = &signatures[arg].der;
}

/* changed: something that is signed, after the signature; all stays well-formed. */
static void
changed(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_der der = AFTER("0.1", DER_CONTENT, "\x7f\x7f");

	r->cert[arg].der = &der;
}

/* ---- roles: names, what a key may do, who may sign whom ---- */

static const struct drill_form leaf_roles[] = { { "is-a-ca", ONE(BASIC ".2.0", DER_REPLACE, "\x30\x03" TRUE_DER) },
	{ "may-not-sign-data", ONE(KEY_USAGE ".2.0", DER_REPLACE, "\x03\x02\x06\x40") },
	{ "of-another-common-name", ONE("0.5.0.0.1", DER_AT_END, " 2") }, { "of-another-organization", ONE("0.5.1.0.1", DER_AT_END, "2") },
	{ "without-organization", ONE("0.5.1", DER_REMOVE, "") }, { "with-a-country-more", ONE("0.5", DER_AT_END, "\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x0c\x02US") },
	{ "of-another-issuer", ONE("0.3.0.0.1", DER_AT_END, " 2") } };

static const char *
leaf_role_word(unsigned arg)
{
	return leaf_roles[arg].name;
}

static void
leaf_role(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &leaf_roles[arg].der;
}

static const struct drill_form ca_roles[] = { { "is-no-ca", ONE(BASIC ".2.0", DER_REPLACE, "\x30\x00") },
	{ "may-not-sign-certificates", ONE(KEY_USAGE ".2.0", DER_REPLACE, "\x03\x02\x01\x02") },
	{ "may-not-sign-crls", ONE(KEY_USAGE ".2.0", DER_REPLACE, "\x03\x02\x02\x04") }, { "of-another-organization", ONE("0.5.1.0.1", DER_AT_END, "2") },
	{ "of-another-issuer", ONE("0.3.0.0.1", DER_AT_END, " 2") } };

static const char *
ca_role_word(unsigned arg)
{
	return ca_roles[arg].name;
}

static void
ca_role(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_CA].der = &ca_roles[arg].der;
}

static void
root_role(struct drill_recipe *r, unsigned arg)
{
	static const unsigned same_as_ca[] = { 0, 1, 4 };

	r->cert[CERT_ROOT].der = &ca_roles[same_as_ca[arg]].der;
}

static const char *
root_role_word(unsigned arg)
{
	static const char *const words[] = { "is-no-ca", "may-not-sign-certificates", "of-another-issuer" };

	return words[arg];
}

static void
signer_role(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_SIGNER].der = &leaf_roles[arg].der;
}

/* ---- forms of constraints that only a CA has, and of its key usage ---- */

static const struct drill_form constraints[] = { { "path-length-negative", ONE(BASIC ".2.0.1", DER_CONTENT, "\xff") },
	{ "path-length-padded", ONE(BASIC ".2.0.1", DER_CONTENT, "\x00\x00") }, { "path-length-twice", ONE(BASIC ".2.0.1", DER_TWICE, "") },
	{ "ca-of-1", ONE(BASIC ".2.0.0", DER_CONTENT, "\x01") }, { "ca-false-spelled-out", ONE(BASIC ".2.0", DER_REPLACE, "\x30\x03" FALSE_DER) },
	{ "constraints-with-more", ONE(BASIC ".2.0", DER_BEHIND, "\x05\x00") }, { "key-usage-empty", ONE(KEY_USAGE ".2.0", DER_CONTENT, "\x00") },
	{ "key-usage-of-zeros", ONE(KEY_USAGE ".2.0", DER_CONTENT, "\x07\x00") },
	{ "key-usage-with-wrong-unused-bits", ONE(KEY_USAGE ".2.0", DER_CONTENT, "\x00\x06") },
	{ "key-usage-with-bits-in-unused", ONE(KEY_USAGE ".2.0", DER_CONTENT, "\x02\x06") },
	{ "key-usage-as-octets", ONE(KEY_USAGE ".2.0", DER_TAG, "\x04") } };

static const char *
constraint_word(unsigned arg)
{
	return constraints[arg].name;
}

static void
ca_constraint(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_CA].der = &constraints[arg].der;
}

/* ---- nothing is wrong: other encodings of the same, or more than is asked for ---- */

static const struct drill_form fine_forms[] = { { "with-an-unknown-extension", ONE(BASIC, DER_BEHIND, UNKNOWN_EXTENSION) },
	{ "with-printable-strings", ONE("0.5.0.0.1", DER_TAG, "\x13") }, { "from-1999-on", ONE("0.4.0", DER_CONTENT, "991231235959Z") },
	{ "until-9999", ONE("0.4.1", DER_REPLACE, "\x18\x0f" "99991231235959Z") } };

static const char *
fine_word(unsigned arg)
{
	return fine_forms[arg].name;
}

static void
fine_leaf(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &fine_forms[arg].der;
}

/* fine_root: the trusted key in another certificate. Roots are pinned by key. */
static void
fine_root(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_ROOT].der = &fine_forms[arg].der;
}

const struct drill_defect drill_cert_defects[] = {
	{ "genuine-leaf-%s", NULL, 0, ARRAY_LEN(fine_forms), fine_leaf, fine_word },
	{ "genuine-root-%s", NULL, 0, ARRAY_LEN(fine_forms), fine_root, fine_word },
	{ "leaf-%s", "pck_chain_format", 3, ARRAY_LEN(common_forms), leaf_form, common_word },
	{ "ca-%s", "pck_chain_format", 3, ARRAY_LEN(common_forms), ca_form, common_word },
	{ "root-%s", "pck_chain_format", 3, ARRAY_LEN(common_forms), root_form, common_word },
	{ "signer-%s", "tcb_info_signer", 3, ARRAY_LEN(common_forms), signer_form, common_word },
	{ "leaf-%s", "pck_chain_format", 3, ARRAY_LEN(absent_forms), leaf_absent, absent_word },
	{ "ca-%s", "pck_chain_format", 3, ARRAY_LEN(absent_forms), ca_absent, absent_word },
	{ "root-%s", "pck_chain_format", 3, ARRAY_LEN(absent_forms), root_absent, absent_word },
	{ "signer-%s", "tcb_info_signer", 5, ARRAY_LEN(absent_forms), signer_absent, absent_word },
	{ "signed-over-sha384-%s", "pck_chain_format", 3, 3, leaf_over_sha384, cert_word },
	{ "leaf-signature-%s", "pck_chain_signatures", 3, ARRAY_LEN(signatures), leaf_signature, signature_word },
	{ "ca-signature-%s", "pck_chain_signatures", 3, ARRAY_LEN(signatures), ca_signature, signature_word },
	{ "root-signature-%s", "pck_chain_signatures", 3, ARRAY_LEN(signatures), root_signature, signature_word },
	{ "signer-signature-%s", "tcb_info_signer", 3, ARRAY_LEN(signatures), signer_signature, signature_word },
	{ "changed-after-signing-%s", "pck_chain_signatures", 3, 3, changed, cert_word },
	{ "leaf-role-%s", "pck_chain_roles", 3, ARRAY_LEN(leaf_roles), leaf_role, leaf_role_word },
	{ "ca-role-%s", "pck_chain_roles", 3, ARRAY_LEN(ca_roles), ca_role, ca_role_word },
	{ "root-role-%s", "pck_chain_roles", 3, 3, root_role, root_role_word },
	{ "signer-role-%s", "tcb_info_signer", 3, ARRAY_LEN(leaf_roles), signer_role, leaf_role_word },
	{ "ca-%s", "pck_chain_format", 3, ARRAY_LEN(constraints), ca_constraint, constraint_word },
	{ 0 },
};
