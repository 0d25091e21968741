/* SPDX-License-Identifier: Apache-2.0 */
/* world_parse over any bytes; what it accepts is written and read again without change. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dcap/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *first = NULL, *second = NULL;
	char *text = NULL, *again = NULL;

	if (world_parse(&first, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	if (world_to_json(&text, first, NULL) != JURAT_OK || world_parse(&second, text, strlen(text), NULL) != JURAT_OK ||
	    world_to_json(&again, second, NULL) != JURAT_OK || strcmp(text, again) != 0)
		abort();
	free(text);
	free(again);
	world_close(first);
	world_close(second);
	return 0;
}
