/* SPDX-License-Identifier: Apache-2.0 */
/* jurat_trust_parse: an accepted root is private and is not Intel's. */
#include <stdlib.h>
#include <string.h>

#include "dcap/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_trust *root = NULL;

	if (jurat_trust_parse(&root, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	if (!trust_is_private(root) || memcmp(trust_key(root), trust_key(jurat_trust_intel()), sizeof(struct p256_public)) == 0)
		abort();
	jurat_trust_free(root);
	return 0;
}
