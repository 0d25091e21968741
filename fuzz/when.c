/* SPDX-License-Identifier: Apache-2.0 */
/* when_parse over any bytes; what it accepts is written back without change. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[WHEN_TEXT_LEN + 1];
	int64_t t;

	if (!when_parse(&t, (const char *)data, size))
		return 0;
	when_format(text, t);
	if (size != WHEN_TEXT_LEN || memcmp(text, data, size) != 0)
		abort();
	return 0;
}
