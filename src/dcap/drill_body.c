/* SPDX-License-Identifier: Apache-2.0 */
/* Defects of the body of a quote, of what version 5 puts before it, and of what versions 4 and 5 put around the QE report. */
#include <string.h>

#include "dcap/drill_recipe.h"

enum { V5_HEAD_LEN = 2 + 4 };

static void
flip(struct drill_recipe *r, size_t off, uint8_t with)
{
	r->flip.off = off;
	r->flip.len = 1;
	r->flip.xor_with[0] = with;
}

static size_t
body_at(const struct drill_recipe *r)
{
	return QUOTE_HEADER_LEN + (r->shape->version == 5 ? (size_t)V5_HEAD_LEN : 0);
}

/* A field of a body. */
struct field {
	const char *name;
	size_t off, len;
};

/* ---- enclaves (SDM 3D, REPORT) ---- */

static const struct field fields[] = { { "cpusvn", 0, 16 }, { "miscselect", 16, 4 }, { "isv-ext-prod-id", 32, 16 }, { "attributes", 48, 8 },
	{ "xfrm", 56, 8 }, { "mrenclave", 64, 32 }, { "mrsigner", 128, 32 }, { "config-id", 192, 64 }, { "isv-prod-id", 256, 2 }, { "isv-svn", 258, 2 },
	{ "config-svn", 260, 2 }, { "isv-family-id", 304, 16 }, { "report-data", 320, 64 } };

static const char *
field_word(unsigned arg)
{
	return fields[arg].name;
}

static void
change_first(struct drill_recipe *r, unsigned arg)
{
	flip(r, body_at(r) + fields[arg].off, 0x10);
}

static void
change_last(struct drill_recipe *r, unsigned arg)
{
	flip(r, body_at(r) + fields[arg].off + fields[arg].len - 1, 0x01);
}

static const struct field reserved[] = { { "after-cet-attributes", 21, 11 }, { "after-mrenclave", 96, 32 }, { "after-mrsigner", 160, 32 },
	{ "after-config-svn", 262, 42 } };

static const char *
reserved_word(unsigned arg)
{
	return reserved[arg].name;
}

static void
fill_reserved(struct drill_recipe *r, unsigned arg)
{
	flip(r, body_at(r) + reserved[arg].off + reserved[arg].len - 1, 0x80);
}

const struct drill_defect drill_body_defects[] = {
	{ "quote-body-changed-%s", "quote_signature", 3, ARRAY_LEN(fields), change_first, field_word },
	{ "quote-body-changed-end-%s", "quote_signature", 3, ARRAY_LEN(fields), change_last, field_word },
	{ "quote-body-reserved-%s", "quote_format", 3, ARRAY_LEN(reserved), fill_reserved, reserved_word },
	{ 0 },
};

/* ---- TDs (TDX DCAP Quoting Library API, A.3) ---- */

static const struct field td_fields[] = { { "tee-tcb-svn", 0, 16 }, { "mr-seam", 16, 48 }, { "mrsigner-seam", 64, 48 }, { "seam-attributes", 112, 8 },
	{ "td-attributes", 120, 8 }, { "xfam", 128, 8 }, { "mr-td", 136, 48 }, { "mr-config-id", 184, 48 }, { "mr-owner", 232, 48 },
	{ "mr-owner-config", 280, 48 }, { "rtmr0", 328, 48 }, { "rtmr1", 376, 48 }, { "rtmr2", 424, 48 }, { "rtmr3", 472, 48 },
	{ "report-data", 520, 64 } };

static const char *
td_field_word(unsigned arg)
{
	return td_fields[arg].name;
}

static void
change_td_first(struct drill_recipe *r, unsigned arg)
{
	flip(r, body_at(r) + td_fields[arg].off, 0x10);
}

static void
change_td_last(struct drill_recipe *r, unsigned arg)
{
	flip(r, body_at(r) + td_fields[arg].off + td_fields[arg].len - 1, 0x01);
}

/* change_body_end: the last byte that the attestation key signed, whatever kind of body it is. */
static void
change_body_end(struct drill_recipe *r, unsigned arg)
{
	flip(r, drill_signed_len(r) - 1, 0x01);
}

const struct drill_defect drill_td_body_defects[] = {
	{ "quote-body-changed-%s", "quote_signature", 3, ARRAY_LEN(td_fields), change_td_first, td_field_word },
	{ "quote-body-changed-end-%s", "quote_signature", 3, ARRAY_LEN(td_fields), change_td_last, td_field_word },
	{ "quote-body-changed-at-its-end", "quote_signature", 3, 0, change_body_end, NULL },
	{ 0 },
};

/* ---- what version 5 puts before the body: its type and size ---- */

static const char *
type_word(unsigned arg)
{
	static const char *const words[] = { "0", "5", "255", "in-the-high-byte", "of-the-next-kind", "of-the-kind-before" };

	return words[arg];
}

static void
set_type(struct drill_recipe *r, unsigned arg)
{
	unsigned own = r->shape->body_type; /* from 1 to 4 */
	const unsigned types[] = { 0, 5, 255, 0x100 + own, own % 4 + 1, (own + 2) % 4 + 1 };
	unsigned with = own ^ types[arg];

	if (with >> 8 != 0)
		flip(r, QUOTE_HEADER_LEN + 1, (uint8_t)(with >> 8));
	else
		flip(r, QUOTE_HEADER_LEN, (uint8_t)with);
}

static const char *
size_word(unsigned arg)
{
	static const char *const words[] = { "other", "larger", "high-bit" };

	return words[arg];
}

static void
change_size(struct drill_recipe *r, unsigned arg)
{
	static const struct {
		size_t off;
		uint8_t with;
	} changes[] = { { 0, 1 }, { 1, 0xfc }, { 3, 0x80 } };

	flip(r, QUOTE_HEADER_LEN + 2 + changes[arg].off, changes[arg].with);
}

const struct drill_defect drill_v5_defects[] = {
	{ "quote-body-type-%s", "quote_format", 3, 6, set_type, type_word },
	{ "quote-body-size-%s", "quote_format", 3, 3, change_size, size_word },
	{ 0 },
};

/* ---- what versions 4 and 5 have besides: type and length around the QE report ---- */

static void
set_outer_type(struct drill_recipe *r, unsigned arg)
{
	static const uint8_t types[] = { 0, 1, 5, 7 };

	r->flip.off = drill_signed_len(r) + DRILL_OUTER_OFF;
	r->flip.len = 1;
	r->flip.xor_with[0] = (uint8_t)(QUOTE_CERT_QE_REPORT ^ types[arg]);
}

static const char *
outer_type_word(unsigned arg)
{
	static const char *const words[] = { "0", "1", "5", "7" };

	return words[arg];
}

static void
change_outer_length(struct drill_recipe *r, unsigned arg)
{
	static const struct {
		size_t off;
		uint8_t with;
	} changes[] = { { 0, 1 }, { 1, 0xff }, { 3, 0x80 } };

	r->flip.off = drill_signed_len(r) + DRILL_OUTER_OFF + 2 + changes[arg].off;
	r->flip.len = 1;
	r->flip.xor_with[0] = changes[arg].with;
}

static const char *
outer_length_word(unsigned arg)
{
	static const char *const words[] = { "other", "larger", "high-bit" };

	return words[arg];
}

static void
slack(struct drill_recipe *r, unsigned arg)
{
	r->append_len = 16;
	r->fix_auth_len = r->fix_outer_len = true;
}

const struct drill_defect drill_outer_defects[] = {
	{ "quote-slack-in-outer-data", "quote_format", 3, 0, slack, NULL },
	{ "quote-outer-type-%s", "quote_format", 3, 4, set_outer_type, outer_type_word },
	{ "quote-outer-length-%s", "quote_format", 3, 3, change_outer_length, outer_length_word },
	{ 0 },
};
