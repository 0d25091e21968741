/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "machine/fuses.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[FUSES_LEN];
	struct fuses f;

	if (fuses_parse(&f, data, size, NULL) != JURAT_OK)
		return 0;
	fuses_encode(again, &f);
	if (size != sizeof again || memcmp(again, data, size) != 0)
		abort();
	return 0;
}
