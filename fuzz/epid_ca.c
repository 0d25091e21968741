/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate is 324 bytes, its key is a point, and all that is not the key or the signature is fixed. */
#include <stdlib.h>
#include <string.h>

#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct p256_private one = { .d = { [31] = 1 } };
	uint8_t ours[EPID_CA_LEN];
	struct epid_ca ca;

	if (epid_ca_parse(&ca, data, size, NULL) != JURAT_OK)
		return 0;
	if (size != EPID_CA_LEN || p256_check(&ca.pub) != JURAT_OK || memcmp(&ca.pub, data + 4, 64) != 0)
		abort();
	if (epid_ca_write(ours, &one, NULL) != JURAT_OK || memcmp(ours, data, 4) != 0 || memcmp(ours + 68, data + 68, 192) != 0)
		abort();
	return 0;
}
