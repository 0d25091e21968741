/* SPDX-License-Identifier: Apache-2.0 */
/* A request that was read is written as the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* write_again: false if it is no request. */
static bool
write_again(struct writer *w, const uint8_t *data, size_t size)
{
	struct epid_grouprl_request group;
	struct epid_sigrl_request sig;
	const uint8_t *key;
	size_t len;

	if (epid_privrl_request_parse(&key, &len, data, size, NULL) == JURAT_OK)
		epid_privrl_request_write(w, key, len);
	else if (epid_sigrl_request_parse(&sig, data, size, NULL) == JURAT_OK)
		epid_sigrl_request_write(w, &sig);
	else if (epid_grouprl_request_parse(&group, data, size, NULL) == JURAT_OK)
		epid_grouprl_request_write(w, &group);
	else
		return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *again = malloc(size + 1);
	struct writer w;

	if (again == NULL)
		exit(1);
	writer_init(&w, again, size);
	if (write_again(&w, data, size) && (w.failed || w.left != 0 || memcmp(again, data, size) != 0))
		abort();
	free(again);
	return 0;
}
