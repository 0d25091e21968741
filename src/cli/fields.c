/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/when.h"

#define LABEL_WIDTH 26

void
fields_init(struct fields *f, bool as_json)
{
	*f = (struct fields){ .as_json = as_json };
	json_out_init(&f->out);
}

bool
fields_finish(struct fields *f)
{
	char *text = NULL;
	bool ok = true;

	if (f->as_json) {
		ok = json_out_finish(&f->out, &text) == JURAT_OK && fputs(text, stdout) >= 0;
		free(text);
	}
	return fflush(stdout) == 0 && ok;
}

/* line: one line for people; name NULL: an element, marked with a dash. */
static void __attribute__((format(printf, 3, 4)))
line(const struct fields *f, const char *name, const char *format, ...)
{
	va_list ap;

	printf("%*s%-*s ", (int)(2 * f->depth), "", name != NULL ? LABEL_WIDTH - (int)(2 * f->depth) : 1, name != NULL ? name : "-");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

static void
heading(struct fields *f, const char *name)
{
	printf("%*s%s\n", (int)(2 * f->depth), "", name != NULL ? name : "-");
	f->depth++;
}

void
fields_open(struct fields *f, const char *name)
{
	if (f->as_json)
		json_out_begin(&f->out, name, '{');
	else
		heading(f, name);
}

void
fields_close(struct fields *f)
{
	if (f->as_json)
		json_out_end(&f->out, '}');
	else
		f->depth--;
}

void
fields_list_open(struct fields *f, const char *name)
{
	if (f->as_json)
		json_out_begin(&f->out, name, '[');
	else
		heading(f, name);
}

void
fields_list_close(struct fields *f)
{
	if (f->as_json)
		json_out_end(&f->out, ']');
	else
		f->depth--;
}

/* plain: printable ASCII of at most len bytes, in fresh memory. */
static char *
plain(const char *p, size_t len)
{
	char *out = malloc(len + 1);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++)
		out[i] = p[i] >= 0x20 && p[i] < 0x7f ? p[i] : '?';
	out[len] = '\0';
	return out;
}

void
fields_span(struct fields *f, const char *name, const void *p, size_t len)
{
	char *text = plain(p, len);

	if (text == NULL)
		f->out.failed = true;
	else if (f->as_json)
		json_out_string(&f->out, name, text);
	else
		line(f, name, "%s", text);
	free(text);
}

void
fields_text(struct fields *f, const char *name, const char *text)
{
	fields_span(f, name, text, strlen(text));
}

void
fields_hex(struct fields *f, const char *name, const void *p, size_t n)
{
	const uint8_t *at = p;

	if (f->as_json) {
		json_out_hex(&f->out, name, p, n);
		return;
	}
	printf("%*s%-*s ", (int)(2 * f->depth), "", name != NULL ? LABEL_WIDTH - (int)(2 * f->depth) : 1, name != NULL ? name : "-");
	for (size_t i = 0; i < n; i++)
		printf("%02x", at[i]);
	putchar('\n');
}

void
fields_number(struct fields *f, const char *name, int64_t v)
{
	if (f->as_json)
		json_out_integer(&f->out, name, v);
	else
		line(f, name, "%" PRId64, v);
}

void
fields_time(struct fields *f, const char *name, int64_t unix_s)
{
	char text[WHEN_TEXT_LEN + 1];

	when_format(text, unix_s);
	fields_text(f, name, text);
}

void
fields_word(struct fields *f, const char *name, int64_t v, const char *word)
{
	char second[64];

	if (!f->as_json) {
		line(f, name, "%" PRId64 " (%s)", v, word);
		return;
	}
	snprintf(second, sizeof second, "%s_text", name);
	json_out_integer(&f->out, name, v);
	json_out_string(&f->out, second, word);
}

void
fields_flags(struct fields *f, const char *name, uint64_t v, const struct fields_flag *flags, size_t num)
{
	char digits[17], words[256] = "", second[64];

	snprintf(digits, sizeof digits, "%016" PRIx64, v);
	snprintf(second, sizeof second, "%s_bits", name);
	if (f->as_json) {
		json_out_string(&f->out, name, digits);
		json_out_begin(&f->out, second, '[');
	}
	for (size_t i = 0; i < num; i++) {
		size_t used = strlen(words);

		if ((v >> flags[i].bit & 1) == 0)
			continue;
		if (f->as_json)
			json_out_string(&f->out, NULL, flags[i].name);
		else
			snprintf(words + used, sizeof words - used, " %s", flags[i].name);
	}
	if (f->as_json)
		json_out_end(&f->out, ']');
	else
		line(f, name, "%s%s", digits, words);
}

void
fields_error(struct fields *f, const char *name, jurat_rc rc, const struct jurat_diag *d)
{
	char text[256], place[96] = "", member[JURAT_NAME_LEN + 8] = "";

	if (d->offset != NO_OFFSET && d->code != JURAT_OK)
		snprintf(place, sizeof place, " (at byte %" PRIu64 ", wanted %" PRIu64 ", got %" PRIu64 ")", d->offset, d->wanted, d->got);
	if (d->code != JURAT_OK && d->name[0] != '\0')
		snprintf(member, sizeof member, " (\"%s\")", d->name);
	snprintf(text, sizeof text, "%s%s%s%s%s", d->field != NULL ? d->field : "", d->field != NULL ? ": " : "", jurat_rc_text(rc), place, member);
	f->has_errors = true;
	fields_open(f, name);
	fields_text(f, "error", text);
	fields_close(f);
}
