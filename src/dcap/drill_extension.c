/* SPDX-License-Identifier: Apache-2.0 */
/* Defects of the SGX extension of the PCK certificate (Intel SGX PCK Certificate and CRL Profile, §1.3.5), signed again by the platform CA. */
#include <string.h>

#include "dcap/drill_recipe.h"

/* Members in their order: PPID, TCB, PCE-ID, FMSPC, SGX type, platform instance, configuration; ".0" is a member's OID and ".1" its value. */
#define EXTENSION "0.7.0.5"
#define SGX EXTENSION ".1.0"
#define PPID SGX ".0"
#define TCB SGX ".1"
#define PCE_ID SGX ".2"
#define FMSPC SGX ".3"
#define TYPE SGX ".4"
#define INSTANCE SGX ".5"
#define CONFIGURATION SGX ".6"

#define ARC "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"
#define MEMBER_8 "\x30\x0f\x06\x0a" ARC "\x08\x02\x01\x01"
#define TCB_19 "\x30\x10\x06\x0b" ARC "\x02\x13\x02\x01\x01"
#define FLAG_4 "\x30\x10\x06\x0b" ARC "\x07\x04" TRUE_DER
#define FIFTEEN "\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04"
#define NESTED "\x30\x1e\x30\x1c\x30\x1a\x30\x18\x30\x16\x30\x14\x30\x12\x30\x10\x30\x0e\x30\x0c\x30\x0a\x30\x08\x30\x06\x30\x04\x30\x02\x30\x00"

static const struct drill_form forms[] = {
	{ "absent", ONE(EXTENSION, DER_REMOVE, "") },
	{ "empty", ONE(EXTENSION ".1", DER_CONTENT, "") },
	{ "no-sequence", ONE(SGX, DER_TAG, "\x31") },
	{ "trailing-byte", ONE(SGX, DER_BEHIND, "\x00") },
	{ "length-not-shortest", ONE(FMSPC, DER_LONG_LENGTH, "") },
	{ "member-8", ONE(SGX, DER_AT_END, MEMBER_8) },
	{ "member-of-a-foreign-oid", ONE(FMSPC ".0", DER_CONTENT, "\x2a\x03\x04") },
	{ "member-without-oid", ONE(FMSPC ".0", DER_REMOVE, "") },
	{ "member-whose-oid-is-text", ONE(FMSPC ".0", DER_TAG, "\x0c") },
	{ "member-with-more", ONE(FMSPC, DER_AT_END, "\x05\x00") },
	{ "nested-deeply", ONE(FMSPC ".1", DER_REPLACE, NESTED) },
	{ "ppid-absent", ONE(PPID, DER_REMOVE, "") },
	{ "ppid-twice", ONE(PPID, DER_TWICE, "") },
	{ "ppid-of-another-type", ONE(PPID ".1", DER_TAG, "\x0c") },
	{ "ppid-short", ONE(PPID ".1", DER_CONTENT, FIFTEEN) },
	{ "ppid-long", ONE(PPID ".1", DER_AT_END, "\x00") },
	{ "tcb-absent", ONE(TCB, DER_REMOVE, "") },
	{ "tcb-twice", ONE(TCB, DER_TWICE, "") },
	{ "tcb-of-another-type", ONE(TCB ".1", DER_TAG, "\x0c") },
	{ "tcb-empty", ONE(TCB ".1", DER_CONTENT, "") },
	{ "tcb-with-a-19th-member", ONE(TCB ".1", DER_AT_END, TCB_19) },
	{ "pce-id-absent", ONE(PCE_ID, DER_REMOVE, "") },
	{ "pce-id-twice", ONE(PCE_ID, DER_TWICE, "") },
	{ "pce-id-of-another-type", ONE(PCE_ID ".1", DER_TAG, "\x0c") },
	{ "pce-id-short", ONE(PCE_ID ".1", DER_CONTENT, "\x00") },
	{ "pce-id-long", ONE(PCE_ID ".1", DER_AT_END, "\x00") },
	{ "fmspc-absent", ONE(FMSPC, DER_REMOVE, "") },
	{ "fmspc-twice", ONE(FMSPC, DER_TWICE, "") },
	{ "fmspc-of-another-type", ONE(FMSPC ".1", DER_TAG, "\x0c") },
	{ "fmspc-short", ONE(FMSPC ".1", DER_CONTENT, "DRILL") },
	{ "fmspc-long", ONE(FMSPC ".1", DER_AT_END, "\x00") },
	{ "type-absent", ONE(TYPE, DER_REMOVE, "") },
	{ "type-twice", ONE(TYPE, DER_TWICE, "") },
	{ "type-of-another-type", ONE(TYPE ".1", DER_TAG, "\x0c") },
	{ "type-3", ONE(TYPE ".1", DER_CONTENT, "\x03") },
	{ "type-negative", ONE(TYPE ".1", DER_CONTENT, "\xff") },
	{ "instance-absent", ONE(INSTANCE, DER_REMOVE, "") },
	{ "instance-twice", ONE(INSTANCE, DER_TWICE, "") },
	{ "instance-of-another-type", ONE(INSTANCE ".1", DER_TAG, "\x0c") },
	{ "instance-short", ONE(INSTANCE ".1", DER_CONTENT, FIFTEEN) },
	{ "instance-long", ONE(INSTANCE ".1", DER_AT_END, "\x00") },
	{ "configuration-absent", ONE(CONFIGURATION, DER_REMOVE, "") },
	{ "configuration-twice", ONE(CONFIGURATION, DER_TWICE, "") },
	{ "configuration-of-another-type", ONE(CONFIGURATION ".1", DER_TAG, "\x0c") },
	{ "configuration-without-dynamic-platform", ONE(CONFIGURATION ".1.0", DER_REMOVE, "") },
	{ "configuration-without-cached-keys", ONE(CONFIGURATION ".1.1", DER_REMOVE, "") },
	{ "configuration-without-smt", ONE(CONFIGURATION ".1.2", DER_REMOVE, "") },
	{ "configuration-with-smt-twice", ONE(CONFIGURATION ".1.2", DER_TWICE, "") },
	{ "configuration-with-a-boolean-of-1", ONE(CONFIGURATION ".1.2.1", DER_CONTENT, "\x01") },
	{ "configuration-with-an-integer", ONE(CONFIGURATION ".1.2.1", DER_TAG, "\x02") },
	{ "configuration-with-a-4th-member", ONE(CONFIGURATION ".1", DER_AT_END, FLAG_4) },
	{ "pce-svn-absent", ONE(TCB ".1.16", DER_REMOVE, "") },
	{ "pce-svn-twice", ONE(TCB ".1.16", DER_TWICE, "") },
	{ "pce-svn-65536", ONE(TCB ".1.16.1", DER_CONTENT, "\x01\x00\x00") },
	{ "pce-svn-negative", ONE(TCB ".1.16.1", DER_CONTENT, "\xff") },
	{ "pce-svn-padded", ONE(TCB ".1.16.1", DER_PADDED, "") },
	{ "cpusvn-absent", ONE(TCB ".1.17", DER_REMOVE, "") },
	{ "cpusvn-twice", ONE(TCB ".1.17", DER_TWICE, "") },
	{ "cpusvn-short", ONE(TCB ".1.17.1", DER_CONTENT, FIFTEEN) },
	{ "cpusvn-long", ONE(TCB ".1.17.1", DER_AT_END, "\x00") },
	{ "component-with-more", ONE(TCB ".1.3", DER_AT_END, "\x05\x00") },
};

static const char *
form_word(unsigned arg)
{
	return forms[arg].name;
}

static void
form(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &forms[arg].der;
}

/* ---- each of the sixteen components ---- */

#define EACH(OP, SUFFIX, TEXT) \
	{ ONE(TCB ".1.0" SUFFIX, OP, TEXT), ONE(TCB ".1.1" SUFFIX, OP, TEXT), ONE(TCB ".1.2" SUFFIX, OP, TEXT), ONE(TCB ".1.3" SUFFIX, OP, TEXT), \
	  ONE(TCB ".1.4" SUFFIX, OP, TEXT), ONE(TCB ".1.5" SUFFIX, OP, TEXT), ONE(TCB ".1.6" SUFFIX, OP, TEXT), ONE(TCB ".1.7" SUFFIX, OP, TEXT), \
	  ONE(TCB ".1.8" SUFFIX, OP, TEXT), ONE(TCB ".1.9" SUFFIX, OP, TEXT), ONE(TCB ".1.10" SUFFIX, OP, TEXT), ONE(TCB ".1.11" SUFFIX, OP, TEXT), \
	  ONE(TCB ".1.12" SUFFIX, OP, TEXT), ONE(TCB ".1.13" SUFFIX, OP, TEXT), ONE(TCB ".1.14" SUFFIX, OP, TEXT), ONE(TCB ".1.15" SUFFIX, OP, TEXT) }

static const struct drill_der absent[PCK_NUM_COMPONENTS] = EACH(DER_REMOVE, "", "");
static const struct drill_der twice[PCK_NUM_COMPONENTS] = EACH(DER_TWICE, "", "");
static const struct drill_der too_large[PCK_NUM_COMPONENTS] = EACH(DER_CONTENT, ".1", "\x01\x00");
static const struct drill_der negative[PCK_NUM_COMPONENTS] = EACH(DER_CONTENT, ".1", "\xff");
static const struct drill_der padded[PCK_NUM_COMPONENTS] = EACH(DER_PADDED, ".1", "");
static const struct drill_der other_type[PCK_NUM_COMPONENTS] = EACH(DER_TAG, ".1", "\x04");

static const char *
number_word(unsigned arg)
{
	static const char *const words[] = { "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16" };

	return words[arg];
}

static void
component_absent(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &absent[arg];
}

static void
component_twice(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &twice[arg];
}

static void
component_too_large(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &too_large[arg];
}

static void
component_negative(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &negative[arg];
}

static void
component_padded(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &padded[arg];
}

static void
component_of_another_type(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_LEAF].der = &other_type[arg];
}

static void
extension_twice(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_der der = ONE(EXTENSION, DER_TWICE, "");

	r->cert[CERT_LEAF].der = &der;
}

/* extension_critical: who does not know it would have to refuse the certificate (RFC 5280 §4.2). */
static void
extension_critical(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_der der = ONE(EXTENSION ".0", DER_BEHIND, TRUE_DER);

	r->cert[CERT_LEAF].der = &der;
}

/* ---- platform and processor CA ---- */

/* below_processor_ca: the CA is called processor CA, in whose certificates two members are missing. */
static void
below_processor_ca(struct drill_recipe *r, unsigned arg)
{
	r->cert[CERT_CA].names = r->cert[CERT_LEAF].names = r->pck_crl.names = &r->processor_names;
	r->sgx.has_platform = false;
}

static void
platform_below_processor_ca(struct drill_recipe *r, unsigned arg)
{
	below_processor_ca(r, 0);
	r->sgx.has_platform = true;
}

static void
processor_below_platform_ca(struct drill_recipe *r, unsigned arg)
{
	r->sgx.has_platform = false;
}

/* type_of: other kinds of memory encryption than the standard one. */
static void
type_of(struct drill_recipe *r, unsigned arg)
{
	r->sgx.sgx_type = (uint8_t)(arg + 1);
}

static const char *
type_word(unsigned arg)
{
	return arg == 0 ? "scalable" : "scalable-with-integrity";
}

const struct drill_defect drill_extension_defects[] = {
	{ "genuine-below-the-processor-ca", NULL, 0, 0, below_processor_ca, NULL },
	{ "genuine-platform-that-is-%s", NULL, 0, 2, type_of, type_word },
	{ "sgx-extension-%s", "pck_sgx_extension", 3, ARRAY_LEN(forms), form, form_word },
	{ "sgx-extension-component-%s-absent", "pck_sgx_extension", 3, 16, component_absent, number_word },
	{ "sgx-extension-component-%s-twice", "pck_sgx_extension", 3, 16, component_twice, number_word },
	{ "sgx-extension-component-%s-of-256", "pck_sgx_extension", 3, 16, component_too_large, number_word },
	{ "sgx-extension-component-%s-negative", "pck_sgx_extension", 3, 16, component_negative, number_word },
	{ "sgx-extension-component-%s-padded", "pck_sgx_extension", 3, 16, component_padded, number_word },
	{ "sgx-extension-component-%s-of-another-type", "pck_sgx_extension", 3, 16, component_of_another_type, number_word },
	{ "sgx-extension-twice", "pck_chain_format", 3, 0, extension_twice, NULL },
	{ "sgx-extension-critical", "pck_chain_format", 3, 0, extension_critical, NULL },
	{ "sgx-extension-of-a-platform-below-the-processor-ca", "pck_sgx_extension", 3, 0, platform_below_processor_ca, NULL },
	{ "sgx-extension-of-a-processor-below-the-platform-ca", "pck_sgx_extension", 3, 0, processor_below_platform_ca, NULL },
	{ 0 },
};
