/* SPDX-License-Identifier: Apache-2.0 */
/* Defects of the bytes of any quote, but for its body (drill_body.c): header, signatures, lengths (sgx_quote_3.h, _4.h, _5.h). */
#include <string.h>

#include "dcap/drill_recipe.h"

/*
 * Where things stand in a version 3 quote. In version 5 the type and size of the body come before it, from version 4 on an outer type and length before the
 * QE report, and a TD's body is longer.
 */
enum {
	OUTER_LEN = 2 + 4,
	OFF_AUTH_LEN = QUOTE_SIGNED_V3_LEN,
	OFF_SIGNATURE = OFF_AUTH_LEN + 4,
	OFF_KEY = OFF_SIGNATURE + 64,
	OFF_QE_REPORT = OFF_KEY + 64,
	OFF_QE_SIGNATURE = OFF_QE_REPORT + SGX_REPORT_BODY_LEN,
	OFF_QE_AUTH_LEN = OFF_QE_SIGNATURE + 64,
	OFF_QE_AUTH = OFF_QE_AUTH_LEN + 2,
	OFF_CERT_TYPE = OFF_QE_AUTH + 32,
	OFF_CERT_LEN = OFF_CERT_TYPE + 2,
	OFF_CERTS = OFF_CERT_LEN + 4,
};

static size_t
place(const struct drill_recipe *r, size_t off)
{
	if (off >= OFF_QE_REPORT && r->shape->version != 3)
		off += OUTER_LEN;
	return off >= OFF_AUTH_LEN ? off + drill_signed_len(r) - QUOTE_SIGNED_V3_LEN : off;
}

static void
flip(struct drill_recipe *r, size_t off, size_t len, uint8_t with)
{
	r->flip.off = place(r, off);
	r->flip.len = len;
	memset(r->flip.xor_with, with, len);
}

/* ---- the header ---- */

static void
set_version(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t versions[] = { 0, 1, 2, 6, 0xff };

	flip(r, 0, 1, (uint8_t)(r->shape->version ^ versions[arg]));
}

static const char *
version_word(unsigned arg)
{
	static const char *const words[] = { "0", "1", "2", "6", "255" };

	return words[arg];
}

static void
set_key_type(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t types[] = { 0, 1, 3, 4 };

	flip(r, 2, 1, (uint8_t)(QUOTE_ATT_KEY_ECDSA_P256 ^ types[arg]));
}

static const char *
key_type_word(unsigned arg)
{
	static const char *const words[] = { "epid-unlinkable", "epid-linkable", "p384", "4" };

	return words[arg];
}

static void
set_tee_type(struct drill_recipe *r, unsigned arg)
{
	uint8_t own = (uint8_t)r->quote.header.tee_type, other = own == QUOTE_TEE_SGX ? QUOTE_TEE_TDX : QUOTE_TEE_SGX;

	flip(r, 4, 1, (uint8_t)(own ^ (arg == 0 ? 1 : other)));
}

static const char *
tee_word(unsigned arg)
{
	return arg == 0 ? "1" : "of-the-other-kind";
}

static void
change_vendor(struct drill_recipe *r, unsigned arg)
{
	r->quote.header.qe_vendor_id[arg] ^= 1;
}

static const char *
number_word(unsigned arg)
{
	static const char *const words[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15" };

	return words[arg % 16];
}

/* ---- fields of the QE report, and of the header ---- */

static const struct {
	const char *name;
	size_t off;
} fields[] = { { "cpusvn", 0 }, { "miscselect", 16 }, { "isv-ext-prod-id", 32 }, { "attributes", 48 }, { "xfrm", 56 }, { "mrenclave", 64 },
	{ "mrsigner", 128 }, { "config-id", 192 }, { "isv-prod-id", 256 }, { "isv-svn", 258 }, { "config-svn", 260 }, { "isv-family-id", 304 },
	{ "report-data", 320 } },
  reserved[] = { { "after-cet-attributes", 21 }, { "after-mrenclave", 96 }, { "after-mrsigner", 160 }, { "after-config-svn", 262 } };

static const char *
field_word(unsigned arg)
{
	return fields[arg].name;
}

static void
change_qe_report(struct drill_recipe *r, unsigned arg)
{
	flip(r, OFF_QE_REPORT + fields[arg].off, 1, 0x10);
}

static const char *
reserved_word(unsigned arg)
{
	return reserved[arg].name;
}

static void
fill_qe_reserved(struct drill_recipe *r, unsigned arg)
{
	flip(r, OFF_QE_REPORT + reserved[arg].off, 1, 0x80);
}

static const struct {
	const char *name;
	size_t off;
} header_fields[] = { { "qe-svn", 8 }, { "pce-svn", 10 }, { "qe-id", 28 }, { "user-data", 47 } };

static const char *
header_word(unsigned arg)
{
	return header_fields[arg].name;
}

static void
change_header(struct drill_recipe *r, unsigned arg)
{
	flip(r, header_fields[arg].off, 1, 0x01);
}

/* ---- signatures and keys ---- */

static const struct {
	const char *name;
	size_t off;
} halves[] = { { "r-first", 0 }, { "r-last", 31 }, { "s-first", 32 }, { "s-last", 63 } };

static const char *
half_word(unsigned arg)
{
	return halves[arg].name;
}

static void
change_signature(struct drill_recipe *r, unsigned arg)
{
	flip(r, OFF_SIGNATURE + halves[arg].off, 1, 0x01);
}

static void
change_qe_signature(struct drill_recipe *r, unsigned arg)
{
	flip(r, OFF_QE_SIGNATURE + halves[arg].off, 1, 0x01);
}

static void
change_key(struct drill_recipe *r, unsigned arg)
{
	flip(r, OFF_KEY + halves[arg].off, 1, 0x01);
}

static void
other_attestation_key(struct drill_recipe *r, unsigned arg)
{
	r->attestation = &r->w->stranger;
}

static void
other_report_signer(struct drill_recipe *r, unsigned arg)
{
	r->report_signer = arg == 0 ? &r->w->stranger : arg == 1 ? &r->w->platform : &r->w->attestation;
}

static const char *
signer_word(unsigned arg)
{
	static const char *const words[] = { "stranger", "platform-ca", "attestation-key" };

	return words[arg];
}

static void
change_qe_auth(struct drill_recipe *r, unsigned arg)
{
	flip(r, OFF_QE_AUTH + (arg == 0 ? 0 : 31), 1, 0x01);
}

static const char *
end_word(unsigned arg)
{
	return arg == 0 ? "first" : "last";
}

/* bind: what the quoting enclave would put into its report, but for one part. */
static void
change_binding(struct drill_recipe *r, unsigned arg)
{
	uint8_t *data = r->quote.qe_report.report_data;

	quote_qe_binding(data, &r->w->attestation.pub, r->qe_auth, r->qe_auth_len);
	r->keep_report_data = true;
	if (arg == 0)
		memset(data, 0, SHA256_LEN);
	else if (arg == 1)
		data[0] ^= 1;
	else
		data[63] = 1;
}

static const char *
binding_word(unsigned arg)
{
	static const char *const words[] = { "absent", "other", "with-more-behind" };

	return words[arg];
}

/* ---- lengths ---- */

static const char *
cert_type_word(unsigned arg)
{
	static const char *const words[] = { "0", "6", "7", "8" };

	return words[arg];
}

static void
set_cert_type(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t types[] = { 0, 6, 7, 8 };

	flip(r, OFF_CERT_TYPE, 1, (uint8_t)(QUOTE_CERT_PCK_CHAIN ^ types[arg]));
}

static const struct {
	const char *name;
	size_t to;
} cuts[] = { { "empty", 0 }, { "in-version", 1 }, { "in-header", 30 }, { "after-header", 48 }, { "in-body", 200 }, { "after-body", 432 },
	{ "in-auth-length", 434 }, { "before-signature", 436 }, { "in-signature", 470 }, { "in-attestation-key", 520 }, { "in-qe-report", 700 },
	{ "in-qe-signature", 960 }, { "in-qe-auth-length", 1013 }, { "in-qe-auth", 1030 }, { "in-cert-type", 1047 }, { "in-cert-length", 1050 },
	{ "in-certificates", 1600 } };

static const char *
cut_word(unsigned arg)
{
	return cuts[arg].name;
}

static void
cut(struct drill_recipe *r, unsigned arg)
{
	r->cut_to = place(r, cuts[arg].to);
}

static const struct {
	const char *name;
	size_t off, len;
	uint8_t with;
} lengths[] = { { "auth-one-more", OFF_AUTH_LEN, 1, 1 }, { "auth-largest", OFF_AUTH_LEN + 1, 3, 0xff }, { "auth-high-bit", OFF_AUTH_LEN + 3, 1, 0x80 },
	{ "qe-auth-other", OFF_QE_AUTH_LEN, 1, 1 }, { "qe-auth-none", OFF_QE_AUTH_LEN, 1, 32 }, { "qe-auth-largest", OFF_QE_AUTH_LEN + 1, 1, 0xff },
	{ "cert-other", OFF_CERT_LEN, 1, 1 }, { "cert-largest", OFF_CERT_LEN + 1, 3, 0xff }, { "cert-high-bit", OFF_CERT_LEN + 3, 1, 0x80 } };

static const char *
length_word(unsigned arg)
{
	return lengths[arg].name;
}

static void
change_length(struct drill_recipe *r, unsigned arg)
{
	flip(r, lengths[arg].off, lengths[arg].len, lengths[arg].with);
}

static void
append(struct drill_recipe *r, unsigned arg)
{
	static const size_t sizes[] = { 1, 16, 4096, 16 };

	r->append_len = sizes[arg];
	r->append_byte = arg == 3 ? 0x41 : 0;
}

static const char *
append_word(unsigned arg)
{
	static const char *const words[] = { "one-zero", "zeros", "a-page-of-zeros", "letters" };

	return words[arg];
}

static void
slack(struct drill_recipe *r, unsigned arg)
{
	r->append_len = 16;
	r->fix_auth_len = true;
}

const struct drill_defect drill_quote_defects[] = {
	{ "quote-version-%s", "quote_format", 3, 5, set_version, version_word },
	{ "quote-key-type-%s", "quote_format", 3, 4, set_key_type, key_type_word },
	{ "quote-tee-type-%s", "quote_format", 3, 2, set_tee_type, tee_word },
	{ "quote-vendor-byte-%s", "quote_qe_vendor", 3, 16, change_vendor, number_word },
	{ "quote-header-changed-%s", "quote_signature", 3, ARRAY_LEN(header_fields), change_header, header_word },
	{ "quote-signature-changed-%s", "quote_signature", 3, ARRAY_LEN(halves), change_signature, half_word },
	{ "quote-attestation-key-changed-%s", "qe_report_binding", 3, ARRAY_LEN(halves), change_key, half_word },
	{ "quote-attestation-key-of-a-stranger", "qe_report_binding", 3, 0, other_attestation_key, NULL },
	{ "quote-qe-report-changed-%s", "qe_report_signature", 3, ARRAY_LEN(fields), change_qe_report, field_word },
	{ "quote-qe-report-reserved-%s", "quote_format", 3, ARRAY_LEN(reserved), fill_qe_reserved, reserved_word },
	{ "quote-qe-report-signature-changed-%s", "qe_report_signature", 3, ARRAY_LEN(halves), change_qe_signature, half_word },
	{ "quote-qe-report-signed-by-%s", "qe_report_signature", 3, 3, other_report_signer, signer_word },
	{ "quote-qe-auth-changed-%s", "qe_report_binding", 3, 2, change_qe_auth, end_word },
	{ "quote-qe-binding-%s", "qe_report_binding", 3, 3, change_binding, binding_word },
	{ "quote-cert-type-%s", "certification_data", 3, 4, set_cert_type, cert_type_word },
	{ "quote-cut-%s", "quote_format", 3, ARRAY_LEN(cuts), cut, cut_word },
	{ "quote-length-%s", "quote_format", 3, ARRAY_LEN(lengths), change_length, length_word },
	{ "quote-followed-by-%s", "quote_padding", 3, 4, append, append_word },
	{ "quote-slack-in-auth-data", "quote_format", 3, 0, slack, NULL },
	{ 0 },
};
