/* SPDX-License-Identifier: Apache-2.0 */
/* A group that was accepted gives back its key, and its precomputed values are its own. */
#include <stdlib.h>
#include <string.h>

#include "jurat/epid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_epid_group *group = NULL;
	struct jurat_epid_bytes key;

	if (jurat_epid_group_new(&group, (struct jurat_epid_bytes){ data, size }, JURAT_EPID_HASH_OF_GROUP, NULL) != JURAT_EPID_OK) {
		if (group != NULL)
			abort();
		return 0;
	}
	key = jurat_epid_group_public_key(group);
	if (key.len != size || memcmp(key.p, data, size) != 0)
		abort();
	if (jurat_epid_group_id(group).len + 256 != size || jurat_epid_group_hash(group) > JURAT_EPID_SHA512_256)
		abort();
	jurat_epid_group_free(group);
	return 0;
}
