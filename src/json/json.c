/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "core/diag.h"
#include "core/hex.h"
#include "json/value.h"

static bool
is(const struct json_value *v, enum json_kind kind)
{
	return v != NULL && v->kind == kind;
}

const struct json_value *
json_member(const struct json_value *v, const char *key)
{
	const size_t len = strlen(key);

	for (size_t i = 0; is(v, JSON_IS_OBJECT) && i < v->num; i++) {
		const struct json_value *name = &v->as.items[2 * i];

		if (name->num == len && memcmp(name->as.text, key, len) == 0)
			return name + 1;
	}
	return NULL;
}

size_t
json_count(const struct json_value *v)
{
	return is(v, JSON_IS_ARRAY) ? v->num : 0;
}

const struct json_value *
json_at(const struct json_value *v, size_t i)
{
	return i < json_count(v) ? &v->as.items[i] : NULL;
}

const char *
json_text(const struct json_value *v)
{
	return is(v, JSON_IS_STRING) ? v->as.text : NULL;
}

jurat_rc
json_check_object(const struct json_value *v, const char *field, struct jurat_diag *d)
{
	return is(v, JSON_IS_OBJECT) ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
}

static const char *
key_of(const char *field)
{
	const char *dot = strrchr(field, '.');

	return dot != NULL ? dot + 1 : field;
}

/* get: the member, if it is there and of the kind. */
static jurat_rc
get(const struct json_value *object, const char *field, enum json_kind kind, const struct json_value **out, struct jurat_diag *d)
{
	const struct json_value *v = json_member(object, key_of(field));

	if (v == NULL)
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	if (v->kind != kind)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	*out = v;
	return JURAT_OK;
}

jurat_rc
json_get_string(const struct json_value *object, const char *field, const char **out, struct jurat_diag *d)
{
	const struct json_value *v;
	jurat_rc rc = get(object, field, JSON_IS_STRING, &v, d);

	if (rc == JURAT_OK)
		*out = v->as.text;
	return rc;
}

jurat_rc
json_get_integer(
    const struct json_value *object, const char *field, int64_t min, int64_t max, int64_t *out, struct jurat_diag *d)
{
	const struct json_value *v;
	jurat_rc rc = get(object, field, JSON_IS_INTEGER, &v, d);
	int64_t n;

	if (rc != JURAT_OK)
		return rc;
	n = v->as.integer;
	if (n < min || n > max)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, (uint64_t)(n < min ? min : max), (uint64_t)n);
	*out = n;
	return JURAT_OK;
}

jurat_rc
json_get_bool(const struct json_value *object, const char *field, bool *out, struct jurat_diag *d)
{
	const struct json_value *v = json_member(object, key_of(field));

	if (v == NULL)
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	if (v->kind != JSON_IS_TRUE && v->kind != JSON_IS_FALSE)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	*out = v->kind == JSON_IS_TRUE;
	return JURAT_OK;
}

jurat_rc
json_get_object(const struct json_value *object, const char *field, const struct json_value **out, struct jurat_diag *d)
{
	return get(object, field, JSON_IS_OBJECT, out, d);
}

jurat_rc
json_get_array(const struct json_value *object, const char *field, size_t min, size_t max, const struct json_value **out,
    struct jurat_diag *d)
{
	const struct json_value *v;
	jurat_rc rc = get(object, field, JSON_IS_ARRAY, &v, d);
	size_t n;

	if (rc != JURAT_OK)
		return rc;
	n = v->num;
	if (n < min)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, min, n);
	if (n > max)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, max, n);
	*out = v;
	return JURAT_OK;
}

jurat_rc
json_get_hex(const struct json_value *object, const char *field, uint8_t *out, size_t n, struct jurat_diag *d)
{
	const char *text;
	jurat_rc rc = json_get_string(object, field, &text, d);

	if (rc != JURAT_OK)
		return rc;
	if (!hex_decode(out, n, text, strlen(text)))
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 2 * n, strlen(text));
	return JURAT_OK;
}

static bool
is_one_of(const struct json_value *key, const char *const *names, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		if (strcmp(key->as.text, names[i]) == 0)
			return true;
	}
	return false;
}

jurat_rc
json_only(const struct json_value *object, const char *const *names, size_t num, const char *field, struct jurat_diag *d)
{
	for (size_t i = 0; is(object, JSON_IS_OBJECT) && i < object->num; i++) {
		const struct json_value *key = &object->as.items[2 * i];

		if (is_one_of(key, names, num))
			continue;
		(void)jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, key->num);
		jurat_name(d, key->as.text, key->num);
		jurat_hint(d, "an unknown member stands there; names are case-sensitive");
		return JURAT_E_FORMAT;
	}
	return JURAT_OK;
}

static size_t
skip_space(const char *text, size_t len, size_t i)
{
	while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r'))
		i++;
	return i;
}

/* skip_string: i at the opening quote; the index after the closing one, or len. */
static size_t
skip_string(const char *text, size_t len, size_t i)
{
	for (i++; i < len && text[i] != '"'; i++) {
		if (text[i] == '\\')
			i++;
	}
	return i < len ? i + 1 : len;
}

/* skip_value: the index of the first byte after the value that begins at i. */
static size_t
skip_value(const char *text, size_t len, size_t i)
{
	size_t depth = 0;

	while (i < len) {
		char c = text[i];

		if (depth == 0 && (c == ',' || c == '}' || c == ']' || skip_space(text, len, i) != i))
			return i;
		if (c == '"') {
			i = skip_string(text, len, i);
		} else {
			depth += c == '{' || c == '[';
			depth -= c == '}' || c == ']';
			i++;
		}
		if (depth == 0 && (c == '"' || c == '}' || c == ']'))
			return i;
	}
	return len;
}

jurat_rc
json_raw_member(
    const char **out, size_t *out_len, const char *text, size_t len, const char *field, struct jurat_diag *d)
{
	const char *key = key_of(field);
	size_t i = skip_space(text, len, 0);

	if (i == len || text[i] != '{')
		return jurat_fail(d, JURAT_E_FORMAT, field, i, 0, 0);
	for (i = skip_space(text, len, i + 1); i < len && text[i] == '"';) {
		size_t name = i + 1, value, end;

		i = skip_string(text, len, i);
		end = i;
		i = skip_space(text, len, i);
		if (i == len || text[i] != ':')
			break;
		value = skip_space(text, len, i + 1);
		i = skip_value(text, len, value);
		if (end - name == strlen(key) + 1 && memcmp(text + name, key, strlen(key)) == 0) {
			*out = text + value;
			*out_len = i - value;
			return JURAT_OK;
		}
		i = skip_space(text, len, i);
		if (i < len && text[i] == ',')
			i = skip_space(text, len, i + 1);
	}
	return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
}

static bool
equal_scalars(const struct json_value *a, const struct json_value *b)
{
	if (a->kind == JSON_IS_INTEGER)
		return a->as.integer == b->as.integer;
	if (a->kind == JSON_IS_STRING)
		return a->num == b->num && memcmp(a->as.text, b->as.text, a->num) == 0;
	return true; /* null, true, false: the kind says it */
}

static bool
covers_members(const struct json_value *whole, const struct json_value *part, const char *except)
{
	for (size_t i = 0; i < part->num; i++) {
		const struct json_value *key = &part->as.items[2 * i];

		if (except != NULL && strcmp(key->as.text, except) == 0)
			continue;
		if (!json_covers(json_member(whole, key->as.text), key + 1, NULL))
			return false;
	}
	return true;
}

/* Recursion ends with the document's depth, which json_parse has limited. */
bool
json_covers(const struct json_value *whole, const struct json_value *part, const char *except)
{
	if (whole == NULL || whole->kind != part->kind)
		return false;
	if (part->kind == JSON_IS_OBJECT)
		return covers_members(whole, part, except);
	if (part->kind != JSON_IS_ARRAY)
		return equal_scalars(whole, part);
	if (whole->num != part->num)
		return false;
	for (size_t i = 0; i < part->num; i++) {
		if (!json_covers(&whole->as.items[i], &part->as.items[i], NULL))
			return false;
	}
	return true;
}
