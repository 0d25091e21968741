/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/saved_response.h"

#include <string.h>
#include <strings.h>

#include "core/hex.h"

bool
response_is_one(const char *text, size_t len)
{
	return len >= 5 && memcmp(text, "HTTP/", 5) == 0;
}

struct line {
	const char *p;
	size_t len;
};

/* take_line: up to LF, without it and a CR before it; false if there is none. */
static bool
take_line(struct line *out, const char *text, size_t len, size_t *at)
{
	const char *end = memchr(text + *at, '\n', len - *at);

	if (end == NULL)
		return false;
	out->p = text + *at;
	out->len = (size_t)(end - out->p);
	*at += out->len + 1;
	if (out->len != 0 && out->p[out->len - 1] == '\r')
		out->len--;
	return true;
}

/* status_of: "HTTP/1.1 200 …" or "HTTP/2 200"; 0 for anything else. */
static unsigned
status_of(struct line line)
{
	const char *space = memchr(line.p, ' ', line.len);
	size_t left = space != NULL ? line.len - (size_t)(space - line.p) - 1 : 0;
	unsigned status = 0;

	if (left < 3 || (left > 3 && space[4] != ' '))
		return 0;
	for (size_t i = 1; i <= 3; i++) {
		if (space[i] < '0' || space[i] > '9')
			return 0;
		status = 10 * status + (unsigned)(space[i] - '0');
	}
	return status;
}

static bool
same_name(const struct response_header *h, const char *name, size_t len)
{
	return h->name_len == len && strncasecmp(h->name, name, len) == 0;
}

static jurat_rc
add_header(struct saved_response *r, struct line line, size_t off, const char *field, struct jurat_diag *d)
{
	const char *colon = memchr(line.p, ':', line.len);
	struct response_header h;

	if (colon == NULL || colon == line.p || line.p[0] == ' ' || line.p[0] == '\t')
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, 0);
	if (r->num_headers == RESPONSE_MAX_HEADERS)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, off, RESPONSE_MAX_HEADERS, 0);
	h = (struct response_header){ .name = line.p, .name_len = (size_t)(colon - line.p), .value = colon + 1 };
	h.value_len = line.len - h.name_len - 1;
	while (h.value_len != 0 && (*h.value == ' ' || *h.value == '\t')) {
		h.value++;
		h.value_len--;
	}
	while (h.value_len != 0 && (h.value[h.value_len - 1] == ' ' || h.value[h.value_len - 1] == '\t'))
		h.value_len--;
	for (size_t i = 0; i < r->num_headers; i++) {
		/* cookies and the like may be many; a chain may not */
		if (same_name(&r->header[i], h.name, h.name_len) && strncasecmp(h.name, "Set-Cookie", h.name_len) != 0)
			return jurat_fail(d, JURAT_E_DUPLICATE, field, off, 0, 0);
	}
	r->header[r->num_headers++] = h;
	return JURAT_OK;
}

jurat_rc
response_parse(struct saved_response *out, const char *text, size_t len, const char *field, struct jurat_diag *d)
{
	struct saved_response r = { 0 };
	struct line line;
	size_t at = 0;

	if (!response_is_one(text, len))
		return jurat_fail(d, JURAT_E_FORMAT, field, 0, 0, 0);
	if (!take_line(&line, text, len, &at))
		return jurat_fail(d, JURAT_E_TRUNCATED, field, 0, 0, 0);
	if (status_of(line) != 200)
		return jurat_fail(d, status_of(line) == 0 ? JURAT_E_FORMAT : JURAT_E_NOT_FOUND, field, 0, 200, status_of(line));
	for (;;) {
		size_t off = at;
		jurat_rc rc;

		if (at > RESPONSE_HEAD_MAX_LEN)
			return jurat_fail(d, JURAT_E_TOO_LARGE, field, at, RESPONSE_HEAD_MAX_LEN, at);
		if (!take_line(&line, text, len, &at))
			return jurat_fail(d, JURAT_E_TRUNCATED, field, off, 0, 0);
		if (line.len == 0)
			break;
		rc = add_header(&r, line, off, field, d);
		if (rc != JURAT_OK)
			return rc;
	}
	r.body = text + at;
	r.body_len = len - at;
	*out = r;
	return JURAT_OK;
}

const struct response_header *
response_header(const struct saved_response *r, const char *const names[])
{
	for (size_t k = 0; names[k] != NULL; k++) {
		for (size_t i = 0; i < r->num_headers; i++) {
			if (same_name(&r->header[i], names[k], strlen(names[k])))
				return &r->header[i];
		}
	}
	return NULL;
}

bool
response_unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		uint8_t byte = (uint8_t)*at;

		if (byte == '%') {
			if (at[1] == '\0' || !hex_decode(&byte, 1, at + 1, 2) || byte == 0)
				return false;
			at += 2;
		}
		*to++ = (char)byte;
	}
	*to = '\0';
	return true;
}
