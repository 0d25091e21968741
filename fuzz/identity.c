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
	if (isv_levels_select(&identity.levels, UINT16_MAX) != &identity.levels.level[0])
		abort();
	for (size_t i = 1; i < identity.levels.num; i++) {
		if (identity.levels.level[i - 1].isv_svn <= identity.levels.level[i].isv_svn)
			abort();
	}
	identity_clear(&identity);
	return 0;
}
