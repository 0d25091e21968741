/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes, version, count and entries of a list that was accepted are the whole input. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_list(enum epid_form kind, const uint8_t *data, size_t size)
{
	struct epid_list l;
	uint8_t *again;
	struct writer w;

	if (epid_list_parse(&l, kind, data, size, NULL) != JURAT_OK)
		return;
	if ((again = malloc(size)) == NULL)
		exit(1);
	writer_init(&w, again, size);
	if (l.gid != NULL)
		writer_copy(&w, l.gid, l.gid_len);
	if (l.base != NULL)
		writer_copy(&w, l.base, 64);
	writer_u32be(&w, l.version);
	writer_u32be(&w, l.num);
	writer_copy(&w, l.entries, l.num * l.entry_len);
	if (w.failed || w.left != 0 || memcmp(again, data, size) != 0)
		abort();
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_list(EPID_FORM_PRIVRL, data, size);
	check_list(EPID_FORM_SIGRL, data, size);
	check_list(EPID_FORM_GROUPRL, data, size);
	check_list(EPID_FORM_VERIFIERRL, data, size);
	return 0;
}
