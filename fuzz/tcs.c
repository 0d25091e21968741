/* SPDX-License-Identifier: Apache-2.0 */
/* TCS: what parses encodes back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "sgx/tcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t back[SGX_TCS_TEMPLATE_LEN];
	struct sgx_tcs parsed;

	if (tcs_parse(&parsed, data, size, NULL) != JURAT_OK)
		return 0;
	tcs_encode(back, &parsed);
	if (memcmp(back, data, sizeof back) != 0)
		abort();
	return 0;
}
