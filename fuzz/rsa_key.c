/* SPDX-License-Identifier: Apache-2.0 */
/* rsa3072_key_from_pem over any bytes; what it accepts has 3072 bits, and is written and read again with the same modulus. */
#include <stdlib.h>
#include <string.h>

#include "crypto/rsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t modulus[RSA3072_LEN], same[RSA3072_LEN];
	struct rsa3072_key *key, *again;
	size_t len = 0;
	char *pem = NULL;

	if (rsa3072_key_from_pem(&key, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	must(rsa3072_modulus(modulus, key) == JURAT_OK && (modulus[RSA3072_LEN - 1] & 0x80) != 0);
	must(rsa3072_key_to_pem(key, &pem, &len, NULL) == JURAT_OK);
	must(rsa3072_key_from_pem(&again, pem, len, NULL) == JURAT_OK);
	must(rsa3072_modulus(same, again) == JURAT_OK && memcmp(modulus, same, sizeof same) == 0);
	rsa3072_key_free(again);
	rsa3072_key_free(key);
	free(pem);
	return 0;
}
