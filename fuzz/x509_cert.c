/* SPDX-License-Identifier: Apache-2.0 */
/* cert_parse and the SGX extension: what is accepted lies inside the input and is found again. */
#include <stdlib.h>

#include "x509/cert.h"
#include "x509/pck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct x509_cert cert;
	struct pck_extension pck;

	if (cert_parse(&cert, data, size, NULL) != JURAT_OK)
		return 0;
	if (cert.der.len != size || cert.serial.len > X509_SERIAL_MAX || cert.serial.p < data || cert.serial.p >= data + size)
		abort();
	if (pck_extension_parse(&pck, cert.sgx, NULL) == JURAT_OK && pck.has_platform != (pck.smt_enabled != PCK_UNDEFINED))
		abort();
	return 0;
}
