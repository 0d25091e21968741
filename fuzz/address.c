/* SPDX-License-Identifier: Apache-2.0 */
/* address_parse over any text; what it accepts is a family with its length, and what is written of it is read as the same address. */
#include <stdlib.h>
#include <string.h>

#include "http/address.h"

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
	char *text = malloc(size + 1); /* exactly as long as it must be: an over-read shows */
	char written[HTTP_ADDRESS_MAX_LEN];
	union address a, again;
	socklen_t len = 0, again_len = 0;

	must(text != NULL);
	if (size != 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (address_parse(&a, &len, text)) {
		must((a.any.sa_family == AF_INET && len == sizeof a.v4) || (a.any.sa_family == AF_INET6 && len == sizeof a.v6));
		address_format(written, &a);
		must(address_parse(&again, &again_len, written));
		must(again_len == len && memcmp(&a, &again, len) == 0);
	}
	free(text);
	return 0;
}
