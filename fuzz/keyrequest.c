/* SPDX-License-Identifier: Apache-2.0 */
/* KEYREQUEST: what parses encodes back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "sgx/keyrequest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t back[SGX_KEYREQUEST_LEN];
	struct sgx_keyrequest parsed;

	if (keyrequest_parse(&parsed, data, size, NULL) != JURAT_OK)
		return 0;
	keyrequest_encode(back, &parsed);
	if (memcmp(back, data, sizeof back) != 0)
		abort();
	return 0;
}
