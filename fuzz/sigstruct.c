/* SPDX-License-Identifier: Apache-2.0 */
/* SIGSTRUCT and EINITTOKEN: what parses encodes back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "sgx/sigstruct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t back[SGX_SIGSTRUCT_LEN], digest[SHA256_LEN];
	struct sgx_einittoken token;
	struct sgx_sigstruct s;

	if (sigstruct_parse(&s, data, size, NULL) == JURAT_OK) {
		sigstruct_encode(back, &s);
		sigstruct_digest(digest, back);
		if (size != sizeof back || memcmp(back, data, size) != 0)
			abort();
	}
	if (einittoken_parse(&token, data, size, NULL) == JURAT_OK) {
		einittoken_encode(back, &token);
		if (size != SGX_EINITTOKEN_LEN || memcmp(back, data, size) != 0)
			abort();
	}
	return 0;
}
