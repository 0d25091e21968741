/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/pem.h"

#include <stdlib.h>
#include <string.h>

#define BAD 0xffu

/* value_of: RFC 4648 §4; not constant time: certificates are public. */
static unsigned
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : BAD;
}

static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static size_t
skip_line_ends(const char *text, size_t len, size_t i)
{
	while (i < len && is_line_end(text[i]))
		i++;
	return i;
}

/* take_line: whether prefix, label and "-----" stand at *i; moves past them. */
static bool
take_line(const char *text, size_t len, size_t *i, const char *prefix, const char *label)
{
	const char *parts[] = { prefix, label, "-----" };
	size_t at = *i;

	for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
		size_t n = strlen(parts[k]);

		if (len - at < n || memcmp(text + at, parts[k], n) != 0)
			return false;
		at += n;
	}
	*i = at;
	return true;
}

/* take_base64: decodes from *i up to a '-'; false unless whole quanta with canonical padding (RFC 4648 §3.5). Moves *i and *out. */
static bool
take_base64(const char *text, size_t len, size_t *i, uint8_t **out)
{
	uint32_t acc = 0;
	unsigned num = 0, pad = 0;

	for (; *i < len && text[*i] != '-'; ++*i) {
		unsigned v = value_of(text[*i]);

		if (is_line_end(text[*i]))
			continue;
		if (text[*i] == '=' && num >= 2 && pad < 2) {
			pad++;
			v = 0;
		} else if (v == BAD || pad != 0) {
			return false;
		}
		acc = acc << 6 | v;
		if (++num < 4)
			continue;
		for (unsigned k = 0; k < 3 - pad; k++)
			*(*out)++ = (uint8_t)(acc >> (16 - 8 * k));
		if (pad != 0 && (acc & ((1u << (8 * pad)) - 1)) != 0)
			return false;
		acc = 0;
		num = 0;
	}
	return num == 0;
}

/* take_block: one block at *i, decoded to *to. */
static bool
take_block(struct pem *pem, const char *label, const char *text, size_t len, size_t *i, uint8_t **to)
{
	uint8_t *start = *to;

	if (!take_line(text, len, i, "-----BEGIN ", label) || *i == len || !is_line_end(text[*i]))
		return false;
	if (!take_base64(text, len, i, to) || *to == start || !take_line(text, len, i, "-----END ", label))
		return false;
	pem->block[pem->num++] = (struct x509_span){ start, (size_t)(*to - start) };
	return true;
}

jurat_rc
pem_decode(struct pem *out, const char *label, const char *text, size_t len, const char *field, struct jurat_diag *d)
{
	struct pem pem = { 0 };
	uint8_t *to;
	size_t i;

	if (len > PEM_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, PEM_MAX_LEN, len);
	if (len != 0 && text[len - 1] == '\0')
		len--;
	i = skip_line_ends(text, len, 0);
	if (i == len)
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	to = pem.bytes = malloc(len); /* base64 only shrinks */
	if (pem.bytes == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, len, 0);
	for (; i < len; i = skip_line_ends(text, len, i)) {
		if (pem.num == PEM_MAX_BLOCKS || !take_block(&pem, label, text, len, &i, &to)) {
			jurat_rc code = pem.num == PEM_MAX_BLOCKS ? JURAT_E_TOO_LARGE : JURAT_E_FORMAT;

			pem_clear(&pem);
			return jurat_fail(d, code, field, i, 0, 0);
		}
	}
	*out = pem;
	return JURAT_OK;
}

void
pem_clear(struct pem *pem)
{
	free(pem->bytes);
	*pem = (struct pem){ 0 };
}
