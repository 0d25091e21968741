/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of PCS as files: headers and body lie inside the input, and an unescaped value is no longer than it was. */
#include <stdlib.h>
#include <string.h>

#include "dcap/saved_response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
inside(const char *p, size_t len, const char *text, size_t size)
{
	return p >= text && len <= size && (size_t)(p - text) <= size - len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct saved_response r;

	if (response_parse(&r, text, size, "response", NULL) != JURAT_OK)
		return 0;
	if (!response_is_one(text, size) || !inside(r.body, r.body_len, text, size))
		abort();
	for (size_t i = 0; i < r.num_headers; i++) {
		const struct response_header *h = &r.header[i];
		char *copy = strndup(h->value, h->value_len);

		if (copy == NULL || !inside(h->name, h->name_len, text, size) || !inside(h->value, h->value_len, text, size))
			abort();
		if (response_unescape(copy) && strlen(copy) > h->value_len)
			abort();
		free(copy);
	}
	return 0;
}
