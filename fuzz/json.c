/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_parse over any bytes. It takes what jansson takes, with the same values, but for the differences that json_oracle.h names; the raw bytes
 * of a member are those of its value, so they read as the same value again; and a document says all that it says itself.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/value.h"
#include "json_oracle.h"

#define MAX_LEN (1u << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fail(const char *why)
{
	fprintf(stderr, "json: %s\n", why);
	abort();
}

/* check_raw: the first member's, whose key has no escape. */
static void
check_raw(const struct json_value *v, const char *text, size_t len)
{
	const struct json_value *key = v->as.items;
	struct json_value *again = NULL;
	const char *raw;
	char *wrapped;
	size_t raw_len;
	bool same;

	if (v->num == 0 || strchr(key->as.text, '.') != NULL || json_raw_member(&raw, &raw_len, text, len, key->as.text, NULL) != JURAT_OK)
		return;
	if (raw < text || (size_t)(raw - text) > len || raw_len > len - (size_t)(raw - text))
		fail("raw bytes lie outside");
	wrapped = malloc(raw_len + 8);
	if (wrapped == NULL)
		return;
	memcpy(wrapped, "{\"a\":", 5);
	memcpy(wrapped + 5, raw, raw_len);
	wrapped[5 + raw_len] = '}';
	same = json_parse(&again, wrapped, raw_len + 6, raw_len + 6, "fuzz", NULL) == JURAT_OK &&
	    json_covers(json_member(again, "a"), key + 1, NULL) && json_covers(key + 1, json_member(again, "a"), NULL);
	json_free(again);
	free(wrapped);
	if (!same)
		fail("raw bytes are not the value's");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *why = NULL;
	struct json_value *v = NULL;

	if (size > MAX_LEN)
		return 0;
	if (json_oracle(text, size, &why) == ORACLE_DIFFERS)
		fail(why);
	if (json_parse(&v, text, size, MAX_LEN, "fuzz", NULL) != JURAT_OK)
		return 0;
	if (!json_covers(v, v, NULL))
		fail("a document does not cover itself");
	check_raw(v, text, size);
	json_free(v);
	return 0;
}
