/* SPDX-License-Identifier: Apache-2.0 */
/* json_parse over any bytes; what it accepts has raw members that lie inside the text. */
#include <stdint.h>
#include <stdlib.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *raw;
	struct json_t *v = NULL;
	size_t len;

	if (json_parse(&v, text, size, 1 << 16, "fuzz", NULL) != JURAT_OK)
		return 0;
	if (json_raw_member(&raw, &len, text, size, "fuzz.a", NULL) == JURAT_OK &&
	    (json_member(v, "a") == NULL || raw < text || len > size - (size_t)(raw - text)))
		abort();
	json_free(v);
	return 0;
}
