/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/pem.h"

#include <stdlib.h>
#include <string.h>

#define NO 0xff
#define NO4 NO, NO, NO, NO
#define NO16 NO4, NO4, NO4, NO4

/* RFC 4648 §4; not constant time: certificates are public. */
static const uint8_t values[256] = {
	NO16, NO16,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
	NO, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
	NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
	NO16, NO16, NO16, NO16, NO16, NO16, NO16, NO16,
};

static unsigned
value_of(char c)
{
	return values[(uint8_t)c];
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

/* take_quanta: as many whole quanta without padding or line ends as stand at *i. */
static void
take_quanta(const char *text, size_t len, size_t *i, uint8_t **out)
{
	uint8_t *to = *out;
	size_t at = *i;

	while (len - at >= 4) {
		unsigned a = value_of(text[at]), b = value_of(text[at + 1]), c = value_of(text[at + 2]), d = value_of(text[at + 3]);

		if ((a | b | c | d) == NO)
			break;
		*to++ = (uint8_t)(a << 2 | b >> 4);
		*to++ = (uint8_t)(b << 4 | c >> 2);
		*to++ = (uint8_t)(c << 6 | d);
		at += 4;
	}
	*i = at;
	*out = to;
}

/* put_quantum: the bytes of four digits, of which pad were padding; false unless the bits left over are zero. */
static bool
put_quantum(uint32_t acc, unsigned pad, uint8_t **out)
{
	for (unsigned k = 0; k < 3 - pad; k++)
		*(*out)++ = (uint8_t)(acc >> (16 - 8 * k));
	return (acc & ((1u << (8 * pad)) - 1)) == 0;
}

/* take_base64: decodes from *i up to a '-'; false unless whole quanta with canonical padding (RFC 4648 §3.5). Moves *i and *out. */
static bool
take_base64(const char *text, size_t len, size_t *i, uint8_t **out)
{
	uint32_t acc = 0;
	unsigned num = 0, pad = 0;

	for (;; ++*i) {
		unsigned v;

		if (num == 0 && pad == 0)
			take_quanta(text, len, i, out);
		if (*i == len || text[*i] == '-')
			return num == 0;
		if (is_line_end(text[*i]))
			continue;
		v = value_of(text[*i]);
		if (text[*i] == '=' && num >= 2 && pad < 2) {
			pad++;
			v = 0;
		} else if (v == NO || pad != 0) {
			return false;
		}
		acc = acc << 6 | v;
		if (++num < 4)
			continue;
		if (!put_quantum(acc, pad, out))
			return false;
		acc = 0;
		num = 0;
	}
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
