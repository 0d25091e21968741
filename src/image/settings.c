/* SPDX-License-Identifier: Apache-2.0 */
/* The author's settings: defaults and their JSON form (docs/formats/enclave.md). */
#include <string.h>

#include "core/diag.h"
#include "image/sign.h"
#include "json/json.h"

void
image_settings_default(struct image_settings *out)
{
	*out = (struct image_settings){
		.attributes = { SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS, SGX_XFRM_LEGACY },
		.attribute_mask = { ~SGX_FLAGS_DEBUG, UINT64_MAX },
		.misc_mask = UINT32_MAX,
		.num_tcs = 1,
		.stack_pages = 16,
		.ssa_frame_pages = 1,
		.num_ssa = 2,
	};
}

/* has: whether the member whose full name is field stands in the object. */
static bool
has(const struct json_value *o, const char *field)
{
	return json_member(o, strrchr(field, '.') + 1) != NULL;
}

static jurat_rc
read_number(const struct json_value *o, const char *field, uint32_t min, uint32_t max, uint32_t *out, struct jurat_diag *d)
{
	int64_t v;
	jurat_rc rc;

	if (!has(o, field))
		return JURAT_OK;
	rc = json_get_integer(o, field, min, max, &v, d);
	if (rc == JURAT_OK)
		*out = (uint32_t)v;
	return rc;
}

static jurat_rc
read_number16(const struct json_value *o, const char *field, uint16_t *out, struct jurat_diag *d)
{
	uint32_t v = *out;
	jurat_rc rc = read_number(o, field, 0, UINT16_MAX, &v, d);

	if (rc == JURAT_OK)
		*out = (uint16_t)v;
	return rc;
}

static jurat_rc
read_id(const struct json_value *o, const char *field, uint8_t out[SGX_EXTID_LEN], struct jurat_diag *d)
{
	return has(o, field) ? json_get_hex(o, field, out, SGX_EXTID_LEN, d) : JURAT_OK;
}

/* read_flag: a bit of the attributes. */
static jurat_rc
read_flag(const struct json_value *o, const char *field, uint64_t bit, uint64_t *flags, struct jurat_diag *d)
{
	bool on;
	jurat_rc rc;

	if (!has(o, field))
		return JURAT_OK;
	rc = json_get_bool(o, field, &on, d);
	if (rc == JURAT_OK)
		*flags = on ? *flags | bit : *flags & ~bit;
	return rc;
}

/* read_debug: "allowed" (whoever loads the enclave decides), "forbidden", or "always". */
static jurat_rc
read_debug(const struct json_value *o, struct image_settings *s, struct jurat_diag *d)
{
	const char *word;
	jurat_rc rc;

	if (!has(o, "settings.debug"))
		return JURAT_OK;
	rc = json_get_string(o, "settings.debug", &word, d);
	if (rc != JURAT_OK)
		return rc;
	s->attributes.flags &= ~SGX_FLAGS_DEBUG;
	s->attribute_mask.flags &= ~SGX_FLAGS_DEBUG;
	if (strcmp(word, "allowed") == 0)
		return JURAT_OK;
	s->attribute_mask.flags |= SGX_FLAGS_DEBUG;
	if (strcmp(word, "forbidden") == 0)
		return JURAT_OK;
	s->attributes.flags |= SGX_FLAGS_DEBUG;
	if (strcmp(word, "always") == 0)
		return JURAT_OK;
	return jurat_fail(d, JURAT_E_FORMAT, "settings.debug", NO_OFFSET, 0, 0);
}

/* read_date: "YYYYMMDD", in SIGSTRUCT as binary-coded decimal; whether it is a day is image_sign's business. */
static jurat_rc
read_date(const struct json_value *o, uint32_t *out, struct jurat_diag *d)
{
	const char *text;
	uint32_t v = 0;
	jurat_rc rc;

	if (!has(o, "settings.date"))
		return JURAT_OK;
	rc = json_get_string(o, "settings.date", &text, d);
	if (rc != JURAT_OK)
		return rc;
	for (size_t i = 0; i < 8; i++) {
		if (text[i] < '0' || text[i] > '9')
			return jurat_fail(d, JURAT_E_FORMAT, "settings.date", NO_OFFSET, 8, i);
		v = v << 4 | (uint32_t)(text[i] - '0');
	}
	if (text[8] != '\0')
		return jurat_fail(d, JURAT_E_FORMAT, "settings.date", NO_OFFSET, 8, strlen(text));
	*out = v;
	return JURAT_OK;
}

static jurat_rc
read_identity(const struct json_value *o, struct image_settings *s, struct jurat_diag *d)
{
	jurat_rc rc = read_number16(o, "settings.isv_prod_id", &s->isv_prod_id, d);

	if (rc == JURAT_OK)
		rc = read_number16(o, "settings.isv_svn", &s->isv_svn, d);
	if (rc == JURAT_OK)
		rc = read_id(o, "settings.isv_family_id", s->isv_family_id, d);
	if (rc == JURAT_OK)
		rc = read_id(o, "settings.isv_ext_prod_id", s->isv_ext_prod_id, d);
	if (rc == JURAT_OK)
		rc = read_date(o, &s->date_bcd, d);
	if (rc == JURAT_OK)
		rc = read_number(o, "settings.sw_defined", 0, UINT32_MAX, &s->sw_defined, d);
	return rc;
}

static jurat_rc
read_attributes(const struct json_value *o, struct image_settings *s, struct jurat_diag *d)
{
	uint64_t misc = s->miscselect;
	uint32_t xfrm = (uint32_t)s->attributes.xfrm;
	jurat_rc rc = read_debug(o, s, d);

	if (rc == JURAT_OK)
		rc = read_flag(o, "settings.kss", SGX_FLAGS_KSS, &s->attributes.flags, d);
	if (rc == JURAT_OK)
		rc = read_flag(o, "settings.provision_key", SGX_FLAGS_PROVISIONKEY, &s->attributes.flags, d);
	if (rc == JURAT_OK)
		rc = read_flag(o, "settings.einittoken_key", SGX_FLAGS_EINITTOKENKEY, &s->attributes.flags, d);
	if (rc == JURAT_OK)
		rc = read_flag(o, "settings.exinfo", SGX_MISC_EXINFO, &misc, d);
	if (rc == JURAT_OK)
		rc = read_number(o, "settings.xfrm", SGX_XFRM_LEGACY, UINT32_MAX, &xfrm, d);
	s->miscselect = (uint32_t)misc;
	s->attributes.xfrm = xfrm;
	return rc;
}

static jurat_rc
read_sizes(const struct json_value *o, struct image_settings *s, struct jurat_diag *d)
{
	jurat_rc rc = read_number(o, "settings.num_tcs", 1, IMAGE_TCS_MAX, &s->num_tcs, d);

	if (rc == JURAT_OK)
		rc = read_number(o, "settings.stack_pages", 1, IMAGE_STACK_PAGES_MAX, &s->stack_pages, d);
	if (rc == JURAT_OK)
		rc = read_number(o, "settings.heap_pages", 0, IMAGE_HEAP_PAGES_MAX, &s->heap_pages, d);
	if (rc == JURAT_OK)
		rc = read_number(o, "settings.ssa_frame_pages", 1, IMAGE_SSA_MAX, &s->ssa_frame_pages, d);
	if (rc == JURAT_OK)
		rc = read_number(o, "settings.num_ssa", 1, IMAGE_SSA_MAX, &s->num_ssa, d);
	return rc;
}

jurat_rc
image_settings_parse(struct image_settings *out, const char *json, size_t len, struct jurat_diag *d)
{
	static const char *const names[] = { "isv_prod_id", "isv_svn", "isv_family_id", "isv_ext_prod_id", "date", "sw_defined",
		"debug", "kss", "provision_key", "einittoken_key", "exinfo", "xfrm", "num_tcs", "stack_pages", "heap_pages",
		"ssa_frame_pages", "num_ssa" };
	CLEANUP(json_clear) struct json_value *o = NULL;
	struct image_settings s;
	jurat_rc rc = json_parse(&o, json, len, IMAGE_SETTINGS_MAX_LEN, "settings", d);

	if (rc != JURAT_OK)
		return rc;
	image_settings_default(&s);
	rc = json_only(o, names, ARRAY_LEN(names), "settings", d);
	if (rc == JURAT_OK)
		rc = read_identity(o, &s, d);
	if (rc == JURAT_OK)
		rc = read_attributes(o, &s, d);
	if (rc == JURAT_OK)
		rc = read_sizes(o, &s, d);
	if (rc == JURAT_OK)
		*out = s;
	return rc;
}
