/* SPDX-License-Identifier: Apache-2.0 */
#include "json/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"

void
json_out_init(struct json_out *o)
{
	*o = (struct json_out){ 0 };
}

void
json_out_init_compact(struct json_out *o)
{
	*o = (struct json_out){ .compact = true };
}

static void
put(struct json_out *o, const char *text, size_t n)
{
	if (o->failed)
		return;
	if (n >= o->cap - o->len) {
		size_t cap = (o->len + n + 1) * 2;
		char *p = realloc(o->p, cap);

		if (p == NULL) {
			o->failed = true;
			return;
		}
		o->p = p;
		o->cap = cap;
	}
	memcpy(o->p + o->len, text, n);
	o->len += n;
	o->p[o->len] = '\0';
}

static void
put_text(struct json_out *o, const char *text)
{
	put(o, text, strlen(text));
}

static void
put_quoted(struct json_out *o, const char *text)
{
	put_text(o, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[8];

		if (c == '"' || c == '\\')
			snprintf(escape, sizeof escape, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			snprintf(escape, sizeof escape, "\\u%04x", c);
		else
			snprintf(escape, sizeof escape, "%c", c);
		put_text(o, escape);
	}
	put_text(o, "\"");
}

static void
new_line(struct json_out *o)
{
	if (o->compact)
		return;
	put_text(o, "\n");
	for (unsigned i = 0; i < o->depth; i++)
		put_text(o, "  ");
}

static void
start_member(struct json_out *o, const char *name)
{
	if (o->has_members)
		put_text(o, ",");
	if (o->depth != 0)
		new_line(o);
	if (name != NULL) {
		put_quoted(o, name);
		put_text(o, o->compact ? ":" : ": ");
	}
	o->has_members = true;
}

void
json_out_begin(struct json_out *o, const char *name, char bracket)
{
	start_member(o, name);
	put(o, &bracket, 1);
	o->depth++;
	o->has_members = false;
}

void
json_out_end(struct json_out *o, char bracket)
{
	if (o->depth == 0) {
		o->failed = true;
		return;
	}
	o->depth--;
	if (o->has_members)
		new_line(o);
	put(o, &bracket, 1);
	o->has_members = true;
}

void
json_out_string(struct json_out *o, const char *name, const char *text)
{
	start_member(o, name);
	if (text != NULL)
		put_quoted(o, text);
	else
		put_text(o, "null");
}

void
json_out_hex(struct json_out *o, const char *name, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	start_member(o, name);
	put_text(o, "\"");
	for (size_t i = 0; i < n; i++) {
		char digits[3];

		hex_encode(digits, bytes + i, 1);
		put(o, digits, 2);
	}
	put_text(o, "\"");
}

void
json_out_integer(struct json_out *o, const char *name, int64_t v)
{
	char digits[24];

	start_member(o, name);
	snprintf(digits, sizeof digits, "%" PRId64, v);
	put_text(o, digits);
}

void
json_out_bool(struct json_out *o, const char *name, bool v)
{
	start_member(o, name);
	put_text(o, v ? "true" : "false");
}

void
json_out_raw(struct json_out *o, const char *name, const char *text)
{
	size_t n = strlen(text);

	while (n != 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	start_member(o, name);
	put(o, text, n);
}

jurat_rc
json_out_finish(struct json_out *o, char **out)
{
	if (!o->compact)
		put_text(o, "\n");
	if (o->failed || o->depth != 0) {
		json_out_clear(o);
		return JURAT_E_MEMORY;
	}
	*out = o->p;
	*o = (struct json_out){ 0 };
	return JURAT_OK;
}

void
json_out_clear(struct json_out *o)
{
	free(o->p);
	*o = (struct json_out){ 0 };
}
