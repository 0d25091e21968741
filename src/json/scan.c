/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

#include <string.h>

#include "core/bytes.h"

static size_t
left(const struct scan *s)
{
	return (size_t)(s->end - s->at);
}

void
scan_space(struct scan *s)
{
	while (s->at != s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

#define EACH(byte) (0x0101010101010101ull * (byte))

/*
 * special: a mark (bit 7) in the lowest byte of w that cannot be copied as it is: a control character, '"', '\\', or not ASCII. Each difference
 * has bit 7 where its byte is below 0x20, or equal, or not ASCII itself. Bytes above the lowest mark may be marked wrongly, because subtraction
 * borrows upwards; none below is.
 */
static inline uint64_t
special(uint64_t w)
{
	return ((w - EACH(0x20)) | ((w ^ EACH('"')) - EACH(1)) | ((w ^ EACH('\\')) - EACH(1)) | w) & EACH(0x80);
}

static inline bool
is_special(uint8_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
}

/* copy_plain: up to the next special byte or the end, eight bytes at a time. What is written too much is written over, or is slack. */
static inline void
copy_plain(struct scan *s)
{
	const uint8_t *at = s->at;
	char *out = s->out;

	while (s->end - at >= 8) {
		uint64_t w = load64le(at), mark = special(w);

		memcpy(out, at, 8);
		if (mark != 0) {
			unsigned num = (unsigned)__builtin_ctzll(mark) / 8;

			s->at = at + num;
			s->out = out + num;
			return;
		}
		at += 8;
		out += 8;
	}
	while (at != s->end && !is_special(*at))
		*out++ = (char)*at++;
	s->at = at;
	s->out = out;
}

/* utf8_len: of the sequence that begins at p; 0 if it is none of RFC 3629 §4 (overlong, a surrogate, above U+10FFFF, cut). */
static size_t
utf8_len(const uint8_t *p, size_t len)
{
	static const struct {
		uint8_t first, last, second_min, second_max, len;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		if (len < forms[i].len || p[1] < forms[i].second_min || p[1] > forms[i].second_max)
			return 0;
		for (size_t k = 2; k < forms[i].len; k++) {
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		}
		return forms[i].len;
	}
	return 0;
}

static jurat_rc
copy_utf8(struct scan *s)
{
	size_t n = utf8_len(s->at, left(s));

	if (n == 0)
		return JURAT_E_FORMAT;
	memcpy(s->out, s->at, n);
	s->at += n;
	s->out += n;
	return JURAT_OK;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* hex_unit: the four digits of "\uXXXX" at p, which has len bytes; -1 if it is none. */
static int
hex_unit(const uint8_t *p, size_t len)
{
	int unit = 0;

	if (len < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* put_utf8: at most three bytes for what were six, four for what were twelve. */
static void
put_utf8(struct scan *s, unsigned point)
{
	if (point < 0x80) {
		*s->out++ = (char)point;
	} else if (point < 0x800) {
		*s->out++ = (char)(0xc0 | point >> 6);
		*s->out++ = (char)(0x80 | (point & 0x3f));
	} else if (point < 0x10000) {
		*s->out++ = (char)(0xe0 | point >> 12);
		*s->out++ = (char)(0x80 | (point >> 6 & 0x3f));
		*s->out++ = (char)(0x80 | (point & 0x3f));
	} else {
		*s->out++ = (char)(0xf0 | point >> 18);
		*s->out++ = (char)(0x80 | (point >> 12 & 0x3f));
		*s->out++ = (char)(0x80 | (point >> 6 & 0x3f));
		*s->out++ = (char)(0x80 | (point & 0x3f));
	}
}

/* unescape_unit: "\uXXXX", two of them for what is above U+FFFF. A surrogate alone is refused, and so is U+0000: strings end with a NUL. */
static jurat_rc
unescape_unit(struct scan *s)
{
	int high = hex_unit(s->at, left(s)), low;

	if (high <= 0)
		return JURAT_E_FORMAT;
	if (high < 0xd800 || high > 0xdfff) {
		put_utf8(s, (unsigned)high);
		s->at += 6;
		return JURAT_OK;
	}
	low = hex_unit(s->at + 6, left(s) - 6);
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return JURAT_E_FORMAT;
	put_utf8(s, 0x10000 + ((unsigned)high - 0xd800) * 0x400 + ((unsigned)low - 0xdc00));
	s->at += 12;
	return JURAT_OK;
}

/* unescape: by letter; 0 for what is no escape of one letter. */
static const char letters[256] = { ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t' };

static inline jurat_rc
unescape(struct scan *s)
{
	if (left(s) < 2)
		return JURAT_E_TRUNCATED;
	if (s->at[1] == 'u')
		return unescape_unit(s);
	if (letters[s->at[1]] == 0)
		return JURAT_E_FORMAT;
	*s->out++ = letters[s->at[1]];
	s->at += 2;
	return JURAT_OK;
}

jurat_rc
scan_string(struct scan *s, struct json_value *out)
{
	char *text = s->out;

	for (s->at++;;) {
		jurat_rc rc;

		copy_plain(s);
		if (s->at == s->end)
			return JURAT_E_TRUNCATED;
		if (*s->at == '"')
			break;
		rc = *s->at == '\\' ? unescape(s) : copy_utf8(s); /* which refuses control characters too */
		if (rc != JURAT_OK)
			return rc;
	}
	s->at++;
	*out = (struct json_value){ .kind = JSON_IS_STRING, .num = (uint32_t)(s->out - text), .as.text = text };
	*s->out++ = '\0';
	return JURAT_OK;
}

static bool
is_digit(const struct scan *s)
{
	return s->at != s->end && *s->at >= '0' && *s->at <= '9';
}

/* scan_integer: -?(0|[1-9][0-9]*) within int64_t. A fraction or an exponent is refused by whoever expects what follows a value. */
jurat_rc
scan_integer(struct scan *s, struct json_value *out)
{
	const bool negative = *s->at == '-';
	uint64_t n = 0, max = (uint64_t)INT64_MAX + negative;
	const uint8_t *start;

	s->at += negative;
	start = s->at;
	for (; is_digit(s); s->at++) {
		unsigned digit = *s->at - '0';

		if ((s->at != start && *start == '0') || n > (max - digit) / 10)
			return JURAT_E_FORMAT;
		n = 10 * n + digit;
	}
	if (s->at == start)
		return s->at == s->end ? JURAT_E_TRUNCATED : JURAT_E_FORMAT;
	/* two's complement: 2^63 becomes INT64_MIN */
	*out = (struct json_value){ .kind = JSON_IS_INTEGER, .as.integer = (int64_t)(negative ? 0 - n : n) };
	return JURAT_OK;
}

jurat_rc
scan_word(struct scan *s, struct json_value *out)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} words[] = { { "null", JSON_IS_NULL }, { "true", JSON_IS_TRUE }, { "false", JSON_IS_FALSE } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].text), num = left(s) < len ? left(s) : len;

		if (memcmp(s->at, words[i].text, num) != 0)
			continue;
		if (num < len)
			return JURAT_E_TRUNCATED;
		s->at += len;
		*out = (struct json_value){ .kind = words[i].kind };
		return JURAT_OK;
	}
	return JURAT_E_FORMAT;
}
