/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <jansson.h>
#include <string.h>

#include "core/diag.h"
#include "core/hex.h"

/* The library under this door recurses; so depth is counted first, without recursion. */
static jurat_rc
check_depth(const char *text, size_t len, const char *field, struct jurat_diag *d)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_MAX_DEPTH)
				return jurat_fail(d, JURAT_E_TOO_LARGE, field, i, JSON_MAX_DEPTH, depth);
		} else if ((c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return JURAT_OK;
}

static jurat_rc
code_of(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_out_of_memory:
		return JURAT_E_MEMORY;
	case json_error_premature_end_of_input:
		return JURAT_E_TRUNCATED;
	case json_error_end_of_input_expected:
		return JURAT_E_TRAILING;
	case json_error_duplicate_key:
		return JURAT_E_DUPLICATE;
	default:
		return JURAT_E_FORMAT;
	}
}

jurat_rc
json_parse(struct json_t **out, const char *text, size_t len, size_t max_len, const char *field, struct jurat_diag *d)
{
	json_error_t e;
	json_t *v;
	jurat_rc rc;

	if (len > max_len)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, max_len, len);
	if (len == 0)
		return jurat_fail(d, JURAT_E_TRUNCATED, field, 0, 1, 0);
	rc = check_depth(text, len, field, d);
	if (rc != JURAT_OK)
		return rc;
	v = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (v == NULL)
		return jurat_fail(d, code_of(&e), field, (uint64_t)(e.position > 0 ? e.position : 0), 0, 0);
	if (!json_is_object(v)) {
		json_decref(v);
		return jurat_fail(d, JURAT_E_FORMAT, field, 0, 0, 0);
	}
	*out = v;
	return JURAT_OK;
}

void
json_free(struct json_t *document)
{
	json_decref(document);
}

void
json_clear(struct json_t **document)
{
	json_free(*document);
	*document = NULL;
}

const struct json_t *
json_member(const struct json_t *v, const char *key)
{
	return json_object_get(v, key);
}

size_t
json_count(const struct json_t *v)
{
	return json_array_size(v);
}

const struct json_t *
json_at(const struct json_t *v, size_t i)
{
	return json_array_get(v, i);
}

const char *
json_text(const struct json_t *v)
{
	return json_string_value(v);
}

jurat_rc
json_check_object(const struct json_t *v, const char *field, struct jurat_diag *d)
{
	return json_is_object(v) ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
}

static const char *
key_of(const char *field)
{
	const char *dot = strrchr(field, '.');

	return dot != NULL ? dot + 1 : field;
}

/* get: the member, if it is there and of the type. */
static jurat_rc
get(const struct json_t *object, const char *field, json_type type, const struct json_t **out, struct jurat_diag *d)
{
	const struct json_t *v = json_object_get(object, key_of(field));

	if (v == NULL)
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	if (json_typeof(v) != type)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	*out = v;
	return JURAT_OK;
}

jurat_rc
json_get_string(const struct json_t *object, const char *field, const char **out, struct jurat_diag *d)
{
	const struct json_t *v;
	jurat_rc rc = get(object, field, JSON_STRING, &v, d);

	if (rc == JURAT_OK)
		*out = json_string_value(v);
	return rc;
}

jurat_rc
json_get_integer(
    const struct json_t *object, const char *field, int64_t min, int64_t max, int64_t *out, struct jurat_diag *d)
{
	const struct json_t *v;
	jurat_rc rc = get(object, field, JSON_INTEGER, &v, d);
	int64_t n;

	if (rc != JURAT_OK)
		return rc;
	n = json_integer_value(v);
	if (n < min || n > max)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, (uint64_t)(n < min ? min : max), (uint64_t)n);
	*out = n;
	return JURAT_OK;
}

jurat_rc
json_get_bool(const struct json_t *object, const char *field, bool *out, struct jurat_diag *d)
{
	const struct json_t *v = json_object_get(object, key_of(field));

	if (v == NULL)
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	if (!json_is_boolean(v))
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	*out = json_is_true(v);
	return JURAT_OK;
}

jurat_rc
json_get_object(const struct json_t *object, const char *field, const struct json_t **out, struct jurat_diag *d)
{
	return get(object, field, JSON_OBJECT, out, d);
}

jurat_rc
json_get_array(const struct json_t *object, const char *field, size_t min, size_t max, const struct json_t **out,
    struct jurat_diag *d)
{
	const struct json_t *v;
	jurat_rc rc = get(object, field, JSON_ARRAY, &v, d);
	size_t n;

	if (rc != JURAT_OK)
		return rc;
	n = json_array_size(v);
	if (n < min)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, min, n);
	if (n > max)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, max, n);
	*out = v;
	return JURAT_OK;
}

jurat_rc
json_get_hex(const struct json_t *object, const char *field, uint8_t *out, size_t n, struct jurat_diag *d)
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
is_one_of(const char *key, const char *const *names, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		if (strcmp(key, names[i]) == 0)
			return true;
	}
	return false;
}

jurat_rc
json_only(const struct json_t *object, const char *const *names, size_t num, const char *field, struct jurat_diag *d)
{
	json_t *o = json_incref((json_t *)(uintptr_t)object); /* the iterator's signature lacks const; nothing is changed */
	jurat_rc rc = JURAT_OK;

	for (void *i = json_object_iter(o); i != NULL && rc == JURAT_OK; i = json_object_iter_next(o, i)) {
		const char *key = json_object_iter_key(i);

		if (!is_one_of(key, names, num)) {
			rc = jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, strlen(key));
			jurat_hint(d, "an unknown member stands there; names are case-sensitive");
		}
	}
	json_decref(o);
	return rc;
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
covers_members(const json_t *whole, const json_t *part, const char *except)
{
	for (void *at = json_object_iter((json_t *)(uintptr_t)part); at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)part, at)) {
		const char *key = json_object_iter_key(at);

		if (except != NULL && strcmp(key, except) == 0)
			continue;
		if (!json_covers(json_object_get(whole, key), json_object_iter_value(at), NULL))
			return false;
	}
	return true;
}

/* Recursion ends with the document's depth, which json_parse has limited. */
bool
json_covers(const struct json_t *whole, const struct json_t *part, const char *except)
{
	if (whole == NULL || json_typeof(whole) != json_typeof(part))
		return false;
	if (json_is_object(part))
		return covers_members(whole, part, except);
	if (!json_is_array(part))
		return json_equal(whole, part) != 0;
	if (json_array_size(whole) != json_array_size(part))
		return false;
	for (size_t i = 0; i < json_array_size(part); i++) {
		if (!json_covers(json_array_get(whole, i), json_array_get(part, i), NULL))
			return false;
	}
	return true;
}
