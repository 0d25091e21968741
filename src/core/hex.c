/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hex.h"

void
hex_encode(char *out, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = p;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * n] = '\0';
}

/* 0x10 and above: no digit. A table, because revocation lists come as thousands of digits. */
#define NO 0xff
#define NO8 NO, NO, NO, NO, NO, NO, NO, NO
#define NO16 NO8, NO8
static const uint8_t values[256] = {
	NO16, NO16, NO16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, NO, NO, NO, NO, NO, NO,
	NO, 10, 11, 12, 13, 14, 15, NO, NO8, NO16, NO, 10, 11, 12, 13, 14, 15, NO, NO8, NO16,
	NO16, NO16, NO16, NO16, NO16, NO16, NO16, NO16,
};

bool
hex_decode(uint8_t *out, size_t n, const char *text, size_t text_len)
{
	const uint8_t *digits = (const uint8_t *)text;
	uint8_t all = 0;

	if (text_len / 2 != n || text_len % 2 != 0)
		return false;
	for (size_t i = 0; i < text_len; i++)
		all |= values[digits[i]];
	if (all > 15)
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(values[digits[2 * i]] << 4 | values[digits[2 * i + 1]]);
	return true;
}
