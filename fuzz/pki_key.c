/* SPDX-License-Identifier: Apache-2.0 */
/* pki_key_from_pem over any bytes; what it accepts is written and read again without change, and has its own public half. */
#include <stdlib.h>
#include <string.h>

#include "dcap/pki.h"

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
	struct pki_key key, again;
	struct p256_public pub;
	size_t len = 0;
	char *pem = NULL;

	if (pki_key_from_pem(&key, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	must(p256_public_of(&pub, &key.secret) == JURAT_OK && memcmp(&pub, &key.pub, sizeof pub) == 0);
	must(pki_key_to_pem(&pem, &len, &key, NULL) == JURAT_OK);
	must(pki_key_from_pem(&again, pem, len, NULL) == JURAT_OK && memcmp(&again, &key, sizeof key) == 0);
	free(pem);
	return 0;
}
