/* SPDX-License-Identifier: Apache-2.0 */
/* pem_decode: what it yields is never longer than the text and lies in its own memory. */
#include <stdlib.h>

#include "x509/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const labels[] = { "CERTIFICATE", "X509 CRL" };

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		struct pem pem = { 0 };

		if (pem_decode(&pem, labels[i], (const char *)data, size, "fuzz", NULL) != JURAT_OK)
			continue;
		if (pem.num == 0 || pem.num > PEM_MAX_BLOCKS)
			abort();
		for (size_t k = 0; k < pem.num; k++) {
			if (pem.block[k].len == 0 || pem.block[k].p < pem.bytes || pem.block[k].p + pem.block[k].len > pem.bytes + size)
				abort();
		}
		pem_clear(&pem);
	}
	return 0;
}
