/* SPDX-License-Identifier: Apache-2.0 */
/* From text to values, without recursion: what stands in open brackets waits on a stack, and moves to its place when its bracket closes. */
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "json/scan.h"

#define MAX_LEN ((size_t)UINT32_MAX) /* json_value counts in 32 bits */
#define FIRST_CAP 64u
#define FEW_KEYS 16u /* so many are compared each with each */

struct values {
	struct json_value *p;
	size_t num, cap;
};

struct level {
	size_t first; /* of its items, on the stack */
	char close;   /* '}' or ']' */
};

enum place { AFTER_OPENING, AFTER_VALUE };

struct reading {
	struct scan s;
	struct values stack, kept;
	struct level level[JSON_MAX_DEPTH];
	unsigned depth;
	enum place place;
	uint64_t wanted, got;               /* of the error */
	const struct json_value *duplicate; /* the key that stands there twice, on the stack */
};

/* All of a document: the values, and the strings that they point into. */
struct document {
	struct json_value root; /* the handle that users have */
	struct json_value *values;
	char strings[];
};

static bool
grow(struct values *v, size_t more)
{
	size_t cap = v->cap != 0 ? v->cap : FIRST_CAP;
	struct json_value *p;

	while (cap - v->num < more)
		cap *= 2; /* there are fewer values than bytes, so this cannot overflow */
	p = realloc(v->p, cap * sizeof *p);
	if (p == NULL)
		return false;
	v->p = p;
	v->cap = cap;
	return true;
}

static inline bool
reserve(struct values *v, size_t more)
{
	return more <= v->cap - v->num || grow(v, more);
}

/* push: the next place on the stack, to be filled at once; NULL without memory. */
static inline struct json_value *
push(struct reading *r)
{
	return reserve(&r->stack, 1) ? &r->stack.p[r->stack.num++] : NULL;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct json_value *x = *(const struct json_value *const *)a, *y = *(const struct json_value *const *)b;

	if (x->num != y->num)
		return x->num < y->num ? -1 : 1;
	return memcmp(x->as.text, y->as.text, x->num);
}

/* check_many_keys: sorted, equal ones are neighbours. Hostile objects cost what sorting costs; no hash that could be aimed at. */
static jurat_rc
check_many_keys(struct reading *r, const struct json_value *items, size_t num)
{
	const struct json_value **keys = malloc(num * sizeof *keys);
	jurat_rc rc = JURAT_OK;

	if (keys == NULL)
		return JURAT_E_MEMORY;
	for (size_t i = 0; i < num; i++)
		keys[i] = &items[2 * i];
	qsort(keys, num, sizeof *keys, compare_keys);
	for (size_t i = 1; rc == JURAT_OK && i < num; i++) {
		if (compare_keys(&keys[i - 1], &keys[i]) == 0) {
			r->duplicate = keys[i];
			rc = JURAT_E_DUPLICATE;
		}
	}
	free(keys);
	return rc;
}

static jurat_rc
check_keys(struct reading *r, const struct json_value *items, size_t num)
{
	if (num > FEW_KEYS)
		return check_many_keys(r, items, num);
	for (size_t i = 1; i < num; i++) {
		const struct json_value *key = &items[2 * i];

		for (size_t k = 0; k < i; k++) {
			if (items[2 * k].num == key->num && memcmp(items[2 * k].as.text, key->as.text, key->num) == 0) {
				r->duplicate = key;
				return JURAT_E_DUPLICATE;
			}
		}
	}
	return JURAT_OK;
}

static jurat_rc
open_level(struct reading *r)
{
	if (r->depth == JSON_MAX_DEPTH) {
		r->wanted = JSON_MAX_DEPTH;
		r->got = JSON_MAX_DEPTH + 1;
		return JURAT_E_TOO_LARGE;
	}
	r->level[r->depth++] = (struct level){ r->stack.num, *r->s.at == '{' ? '}' : ']' };
	r->place = AFTER_OPENING;
	r->s.at++;
	return JURAT_OK;
}

static jurat_rc
close_level(struct reading *r)
{
	const struct level *l = &r->level[r->depth - 1];
	const bool is_object = l->close == '}';
	const size_t num = r->stack.num - l->first;
	struct json_value *v;
	jurat_rc rc = JURAT_OK;

	if (is_object && num != 0) /* without values there is no array to point into */
		rc = check_keys(r, r->stack.p + l->first, num / 2);
	if (rc == JURAT_OK && !reserve(&r->kept, num))
		rc = JURAT_E_MEMORY;
	if (rc != JURAT_OK)
		return rc;
	for (size_t i = 0; i < num; i++)
		r->kept.p[r->kept.num + i] = r->stack.p[l->first + i];
	r->stack.num = l->first;
	v = push(r);
	if (v == NULL)
		return JURAT_E_MEMORY;
	*v = (struct json_value){ .kind = is_object ? JSON_IS_OBJECT : JSON_IS_ARRAY, .num = (uint32_t)(is_object ? num / 2 : num),
		.as.first = r->kept.num };
	r->kept.num += num;
	r->depth--;
	r->place = AFTER_VALUE;
	r->s.at++;
	return JURAT_OK;
}

static jurat_rc
read_key(struct reading *r)
{
	struct json_value *key;
	jurat_rc rc;
	int c = scan_peek(&r->s);

	if (c != '"')
		return c == -1 ? JURAT_E_TRUNCATED : JURAT_E_FORMAT;
	key = push(r);
	rc = key != NULL ? scan_string(&r->s, key) : JURAT_E_MEMORY;
	if (rc != JURAT_OK)
		return rc;
	c = scan_peek(&r->s);
	if (c != ':')
		return c == -1 ? JURAT_E_TRUNCATED : JURAT_E_FORMAT;
	r->s.at++;
	return JURAT_OK;
}

static jurat_rc
read_value(struct reading *r)
{
	struct json_value *v;
	int c = scan_peek(&r->s);

	if (c == -1)
		return JURAT_E_TRUNCATED;
	if (c == '{' || c == '[')
		return open_level(r);
	r->place = AFTER_VALUE;
	v = push(r);
	if (v == NULL)
		return JURAT_E_MEMORY;
	if (c == '"')
		return scan_string(&r->s, v);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_integer(&r->s, v);
	return scan_word(&r->s, v);
}

/* read_item: the next item of the innermost bracket, or its end. */
static jurat_rc
read_item(struct reading *r)
{
	const char close = r->level[r->depth - 1].close;
	const int c = scan_peek(&r->s);
	jurat_rc rc = JURAT_OK;

	if (c == close)
		return close_level(r);
	if (c == -1)
		return JURAT_E_TRUNCATED;
	if (r->place == AFTER_VALUE) {
		if (c != ',')
			return JURAT_E_FORMAT;
		r->s.at++;
	}
	if (close == '}')
		rc = read_key(r);
	return rc == JURAT_OK ? read_value(r) : rc;
}

static jurat_rc
read_document(struct reading *r)
{
	const int c = scan_peek(&r->s);
	jurat_rc rc;

	if (c != '{')
		return c == -1 ? JURAT_E_TRUNCATED : JURAT_E_FORMAT;
	rc = open_level(r);
	while (rc == JURAT_OK && r->depth > 0)
		rc = read_item(r);
	if (rc == JURAT_OK && scan_peek(&r->s) != -1) {
		r->got = (uint64_t)(r->s.end - r->s.at);
		return JURAT_E_TRAILING;
	}
	return rc;
}

/* point: items are where they stay now. */
static void
point(struct json_value *v, const struct json_value *values)
{
	if (v->kind == JSON_IS_ARRAY || v->kind == JSON_IS_OBJECT)
		v->as.items = v->num != 0 ? values + v->as.first : NULL;
}

static void
finish(struct document *document, const struct reading *r)
{
	document->root = r->stack.p[0];
	document->values = r->kept.p;
	point(&document->root, r->kept.p);
	for (size_t i = 0; i < r->kept.num; i++)
		point(&r->kept.p[i], r->kept.p);
}

static jurat_rc
fail(const struct reading *r, jurat_rc rc, const char *text, const char *field, struct jurat_diag *d)
{
	size_t offset = (size_t)(r->s.at - (const uint8_t *)text);

	jurat_fail(d, rc, field, offset, r->wanted, r->got);
	if (rc == JURAT_E_DUPLICATE)
		jurat_name(d, r->duplicate->as.text, r->duplicate->num);
	return rc;
}

jurat_rc
json_parse(struct json_value **out, const char *text, size_t len, size_t max_len, const char *field, struct jurat_diag *d)
{
	struct reading r = { 0 };
	struct document *document;
	jurat_rc rc;

	if (max_len > MAX_LEN)
		max_len = MAX_LEN;
	if (len > max_len)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, max_len, len);
	if (len == 0)
		return jurat_fail(d, JURAT_E_TRUNCATED, field, 0, 1, 0);
	document = malloc(sizeof *document + len + SCAN_SLACK);
	if (document == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, len, 0);
	r.s = (struct scan){ (const uint8_t *)text, (const uint8_t *)text + len, document->strings };
	rc = read_document(&r);
	if (rc == JURAT_OK) {
		finish(document, &r);
		*out = &document->root;
	} else {
		(void)fail(&r, rc, text, field, d);
		free(r.kept.p);
		free(document);
	}
	free(r.stack.p);
	return rc;
}

void
json_free(struct json_value *document)
{
	struct document *whole = (struct document *)(void *)document; /* its first member */

	if (whole == NULL)
		return;
	free(whole->values);
	free(whole);
}

void
json_clear(struct json_value **document)
{
	json_free(*document);
	*document = NULL;
}
