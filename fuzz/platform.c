/* SPDX-License-Identifier: Apache-2.0 */
/* The platform software's formats: request, both kinds of answers, the attestation key's file. What parses encodes to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "machine/platform_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_request(const uint8_t *data, size_t size)
{
	uint8_t again[PLATFORM_REQUEST_MAX_LEN];
	struct platform_request q;

	if (platform_request_parse(&q, data, size, NULL) != JURAT_OK)
		return;
	platform_request_encode(again, q.op, q.body, q.body_len);
	if (q.total_len > size || memcmp(again, data, q.total_len) != 0)
		abort();
}

static void
try_answers(const uint8_t *data, size_t size)
{
	uint8_t again[PLATFORM_INFO_LEN];
	struct platform_info info;
	struct platform_quoted q;

	if (platform_info_parse(&info, data, size, NULL) == JURAT_OK) {
		platform_info_encode(again, &info);
		if (memcmp(again, data, size) != 0)
			abort();
	}
	if (platform_quoted_parse(&q, data, size, NULL) == JURAT_OK && (q.quote != data + 4 || q.qe_report + SGX_REPORT_LEN != data + size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[ATTESTATION_KEY_LEN];
	struct attestation_key k;

	try_request(data, size);
	try_answers(data, size);
	if (attestation_key_parse(&k, data, size, NULL) == JURAT_OK) {
		attestation_key_encode(again, &k);
		if (memcmp(again, data, size) != 0)
			abort();
	}
	return 0;
}
