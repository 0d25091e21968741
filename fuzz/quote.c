/* SPDX-License-Identifier: Apache-2.0 */
/* A v3 quote: what parses encodes back to the same bytes, and every view lies inside the input. */
#include <stdlib.h>
#include <string.h>

#include "sgx/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(const struct quote_span *s, const uint8_t *data, size_t size)
{
	if (s->off > size || s->len > size - s->off || s->p != data + s->off)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t back[QUOTE_MAX_LEN];
	struct quote q;
	size_t len;

	if (quote_parse(&q, data, size, NULL) != JURAT_OK)
		return 0;
	inside(&q.signed_bytes, data, size);
	inside(&q.qe_report_bytes, data, size);
	inside(&q.qe_auth_data, data, size);
	inside(&q.cert_data, data, size);
	if (quote_encode(back, sizeof back, &len, &q, NULL) != JURAT_OK)
		abort();
	if (len != size - q.trailing_len || memcmp(back, data, len) != 0)
		abort();
	return 0;
}
