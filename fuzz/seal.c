/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed data: views lie inside the input, nothing opens under a key that did not seal it, and a re-made blob has the same shape. */
#include <stdlib.h>
#include <string.h>

#include "sgx/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct aes128_key key = { { 1 } };
	struct sealed_view v, again;
	uint8_t *plain, *blob;

	if (sealed_parse(&v, data, size, NULL) != JURAT_OK)
		return 0;
	if (v.cipher != data + SEAL_HEAD_LEN || v.aad != v.cipher + v.cipher_len || v.aad + v.aad_len != data + size)
		abort();
	plain = calloc(1, v.cipher_len + 1);
	blob = malloc(size);
	if (plain == NULL || blob == NULL)
		abort();
	if (sealed_open(plain, &v, &key) == JURAT_OK)
		abort(); /* seeds are sealed under another key */
	if (sealed_make(blob, &v.request, &key, v.aad, v.aad_len, plain, v.cipher_len) != JURAT_OK)
		abort();
	if (memcmp(blob, data, SEAL_HEAD_LEN - GCM_TAG_LEN) != 0 || sealed_parse(&again, blob, size, NULL) != JURAT_OK)
		abort();
	if (sealed_open(plain, &again, &key) != JURAT_OK)
		abort();
	free(plain);
	free(blob);
	return 0;
}
