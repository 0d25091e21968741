/* SPDX-License-Identifier: Apache-2.0 */
#include "store/kek.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "host/file.h"

#define KEK_FILE_MAX_LEN 128u

static void
free_string(char **p)
{
	free(*p);
}

/* inside: whether path lies in or below dir, links followed. Neither existing is "no": reading will tell. */
static bool
inside(const char *path, const char *dir)
{
	CLEANUP(free_string) char *real_path = realpath(path, NULL);
	CLEANUP(free_string) char *real_dir = realpath(dir, NULL);
	size_t n;

	if (real_path == NULL || real_dir == NULL)
		return false;
	n = strlen(real_dir);
	return strncmp(real_path, real_dir, n) == 0 && (real_path[n] == '/' || real_path[n] == '\0' || n == 1);
}

/* in_range: all ones if lo <= c <= hi, else 0; no branch, as c belongs to a secret. */
static unsigned
in_range(unsigned c, unsigned lo, unsigned hi)
{
	return (((c - lo) | (hi - c)) >> 31) - 1u; /* a difference below zero sets bit 31 */
}

/* nibble: the value of a hexadecimal digit without branch or table; *bad collects anything else. */
static unsigned
nibble(uint8_t digit, unsigned *bad)
{
	unsigned c = digit;
	unsigned is_digit = in_range(c, '0', '9');
	unsigned is_lower = in_range(c | 0x20u, 'a', 'f');

	*bad |= ~(is_digit | is_lower);
	return (is_digit & (c - '0')) | (is_lower & ((c | 0x20u) - 'a' + 10));
}

static jurat_rc
decode_hex(struct aes256_key *out, const uint8_t *text, struct jurat_diag *d)
{
	struct aes256_key key;
	unsigned bad = 0;

	for (size_t i = 0; i < sizeof key.b; i++)
		key.b[i] = (uint8_t)(nibble(text[2 * i], &bad) << 4 | nibble(text[2 * i + 1], &bad));
	if (bad == 0)
		*out = key;
	wipe(&key, sizeof key);
	return bad == 0 ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, "kek", NO_OFFSET, 0, 0);
}

jurat_rc
kek_load(struct aes256_key *out, const char *path, const char *data_dir, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	jurat_rc rc;

	if (data_dir != NULL && inside(path, data_dir)) {
		(void)jurat_fail(d, JURAT_E_PERMISSION, "kek", NO_OFFSET, 0, 0);
		jurat_hint(d, "keep the key encryption key outside the data folder, or a copy of the folder gives everything away");
		return JURAT_E_PERMISSION;
	}
	if ((rc = file_read_secret(&file, path, KEK_FILE_MAX_LEN, d)) != JURAT_OK)
		return rc;
	if (file.len == sizeof out->b) {
		memcpy(out->b, file.p, sizeof out->b);
		return JURAT_OK;
	}
	if (file.len == 64 || (file.len == 65 && file.p[64] == '\n'))
		return decode_hex(out, file.p, d);
	(void)jurat_fail(d, JURAT_E_FORMAT, "kek", NO_OFFSET, sizeof out->b, file.len);
	jurat_hint(d, "32 raw bytes or 64 hexadecimal digits, e.g. from openssl rand -out FILE 32");
	return JURAT_E_FORMAT;
}
