/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed file is written again from its parts, and must be the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "service/vault_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(blob_clear) struct blob again = { 0 };
	struct vault_file f;

	if (vault_file_parse(&f, data, size, NULL) != JURAT_OK)
		return 0;
	if (vault_file_begin(&again, f.service_key, NULL) != JURAT_OK)
		return 0;
	for (uint32_t i = 0; i < f.num_chunks; i++) {
		const uint8_t *chunk;
		size_t len;

		vault_file_chunk(&f, i, &chunk, &len);
		if (vault_file_add(&again, chunk, len, NULL) != JURAT_OK)
			abort();
	}
	if (again.len != size || memcmp(again.p, data, size) != 0)
		abort();
	return 0;
}
