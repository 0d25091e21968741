/* SPDX-License-Identifier: Apache-2.0 */
/* crl_parse: an accepted list can be searched, and an impossible serial is never on it. */
#include <stdlib.h>

#include "x509/crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t impossible[X509_SERIAL_MAX + 1] = { 1 };
	struct x509_crl crl;

	if (crl_parse(&crl, data, size, NULL) != JURAT_OK)
		return 0;
	if (crl_lists(&crl, (struct x509_span){ impossible, sizeof impossible }))
		abort();
	if ((crl.num_revoked == 0) != (crl.revoked.len == 0))
		abort();
	return 0;
}
