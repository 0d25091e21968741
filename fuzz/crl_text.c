/* SPDX-License-Identifier: Apache-2.0 */
/* crl_decode: DER, hex or PEM; what comes out comes out again from its own hex. */
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "core/hex.h"
#include "dcap/collateral.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_diag d = { 0 };
	uint8_t *der = NULL, *again = NULL;
	size_t len = 0, again_len = 0;
	jurat_rc rc = crl_decode(&der, &len, data, size, "crl", &d);
	char *hex;

	if ((rc == JURAT_OK) != (der != NULL) || (rc != JURAT_OK && d.code != rc))
		abort();
	if (rc != JURAT_OK)
		return 0;
	hex = malloc(2 * len + 1);
	if (len > size || hex == NULL)
		abort();
	hex_encode(hex, der, len);
	if (len != 0 && crl_decode(&again, &again_len, hex, 2 * len, "crl", NULL) == JURAT_OK) {
		if (again_len != len || memcmp(again, der, len) != 0)
			abort();
	} else if (len != 0 && 2 * len <= X509_CRL_MAX_LEN) {
		abort();
	}
	free(again);
	free(hex);
	free(der);
	return 0;
}
