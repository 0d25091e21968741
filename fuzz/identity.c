/* SPDX-License-Identifier: Apache-2.0 */
/* identity_parse: levels are sorted by ISVSVN, and the highest SVN reaches the first. */
#include <stdlib.h>

#include "dcap/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct enclave_identity identity = { 0 };

	if (identity_parse(&identity, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	if (identity_select(&identity, UINT16_MAX) != &identity.levels[0])
		abort();
	for (size_t i = 1; i < identity.num_levels; i++) {
		if (identity.levels[i - 1].isv_svn <= identity.levels[i].isv_svn)
			abort();
	}
	identity_clear(&identity);
	return 0;
}
