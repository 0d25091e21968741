/* SPDX-License-Identifier: Apache-2.0 */
/* REPORT, its body and TARGETINFO: what parses encodes back to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "sgx/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t back[SGX_TARGETINFO_LEN];
	struct sgx_report_body body;
	struct sgx_report report;
	struct sgx_target target;

	if (report_parse(&report, data, size, NULL) == JURAT_OK) {
		report_encode(back, &report);
		if (size != SGX_REPORT_LEN || memcmp(back, data, size) != 0)
			abort();
	}
	if (report_body_parse(&body, data, size, NULL) == JURAT_OK) {
		report_body_encode(back, &body);
		if (size != SGX_REPORT_BODY_LEN || memcmp(back, data, size) != 0)
			abort();
	}
	if (target_parse(&target, data, size, NULL) == JURAT_OK) {
		target_encode(back, &target);
		if (size != SGX_TARGETINFO_LEN || memcmp(back, data, size) != 0)
			abort();
	}
	return 0;
}
