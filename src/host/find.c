/* SPDX-License-Identifier: Apache-2.0 */
#include "host/find.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"

/* RFC 4648, sections 4 and 5 */
static const char base64_standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct search {
	struct find_hit *out;
	size_t cap, num;
	const uint8_t *hay;
	size_t hay_len;
};

const char *
find_form_name(enum find_form form)
{
	static const char *const names[] = { "raw", "hex", "base64" };

	return names[form];
}

static void
find_form(struct search *s, const void *needle, size_t len, enum find_form form)
{
	size_t from = 0;

	while (s->num < s->cap) {
		const uint8_t *hit = memmem(s->hay + from, s->hay_len - from, needle, len);

		if (hit == NULL)
			return;
		s->out[s->num++] = (struct find_hit){ (size_t)(hit - s->hay), form };
		from = (size_t)(hit - s->hay) + 1;
	}
}

/* put_hex: 2 * len digits; whether one of them is a letter (else both cases are the same text). */
static bool
put_hex(char *out, const uint8_t *p, size_t len, const char *digits)
{
	bool letter = false;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
		letter |= p[i] >> 4 > 9 || (p[i] & 15) > 9;
	}
	return letter;
}

/*
 * put_base64: the characters that are fixed by the secret alone when `before` unknown bytes stand before it in its group of
 * three; returns their number.
 */
static size_t
put_base64(char *out, const uint8_t *p, size_t len, size_t before, const char *alphabet)
{
	size_t first = (before * 8 + 5) / 6, end = (before + len) * 8 / 6;

	for (size_t c = first; c < end; c++) {
		unsigned v = 0;

		for (size_t bit = c * 6 - before * 8, i = 0; i < 6; i++, bit++)
			v = v << 1 | ((unsigned)p[bit / 8] >> (7 - bit % 8) & 1u);
		out[c - first] = alphabet[v];
	}
	return end - first;
}

jurat_rc
find_secret(struct find_hit *out, size_t cap, size_t *out_num, const struct find_job *job, struct jurat_diag *d)
{
	struct search s = { .out = out, .cap = cap, .hay = job->hay, .hay_len = job->hay_len };
	const void *secret = job->secret;
	size_t secret_len = job->secret_len;
	char *text;

	if (secret_len == 0)
		return jurat_fail(d, JURAT_E_USAGE, "secret", NO_OFFSET, 1, 0);
	find_form(&s, secret, secret_len, FIND_RAW);
	/* an encoded form is longer than the secret, so it cannot stand where the secret itself has no room */
	if (secret_len < FIND_ENCODED_MIN_LEN || secret_len > job->hay_len) {
		*out_num = s.num;
		return JURAT_OK;
	}
	text = malloc(2 * secret_len);
	if (text == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "secret", NO_OFFSET, 2 * secret_len, 0);
	(void)put_hex(text, secret, secret_len, "0123456789abcdef");
	find_form(&s, text, 2 * secret_len, FIND_HEX);
	if (put_hex(text, secret, secret_len, "0123456789ABCDEF"))
		find_form(&s, text, 2 * secret_len, FIND_HEX);
	for (size_t before = 0; before < 3; before++) {
		size_t len = put_base64(text, secret, secret_len, before, base64_standard);

		find_form(&s, text, len, FIND_BASE64);
		(void)put_base64(text, secret, secret_len, before, base64_url);
		if (memchr(text, '-', len) != NULL || memchr(text, '_', len) != NULL)
			find_form(&s, text, len, FIND_BASE64);
	}
	wipe(text, 2 * secret_len);
	free(text);
	*out_num = s.num;
	return JURAT_OK;
}
