/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is, and signed and bare: header, body and signature together are the input, byte for byte, and every key of a group file is inside it. */
#include <stdlib.h>
#include <string.h>

#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_file(enum epid_form kind, const uint8_t *data, size_t size)
{
	static const struct p256_public nobody;
	struct epid_file f;

	if (epid_file_open(&f, kind, data, size, NULL) != JURAT_OK)
		return;
	if (f.signature == NULL ? f.body != data || f.body_len != size : f.body != data + 4 || f.signature != data + 4 + f.body_len)
		abort();
	if (f.signature != NULL && kind != EPID_FORM_GROUP && f.body_len + 68 != size)
		abort();
	if (epid_file_check_vartime(&f, &nobody, NULL) == JURAT_OK)
		abort();
}

static void
check_groups(const uint8_t *data, size_t size)
{
	size_t num = epid_group_file_count(data, size), total = 0;
	struct epid_file f;

	for (size_t i = 0; i < num; i++) {
		if (epid_group_file_open(&f, data, size, i, NULL) == JURAT_OK)
			total += f.body_len + (f.signature != NULL ? 68 : 0);
		else
			total += size / num; /* the header of another kind */
	}
	if (num != 0 && total != size)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t kinds = epid_forms_of(data, size);

	if (kinds >> EPID_NUM_FORMS != 0)
		abort();
	for (unsigned k = 0; k < EPID_NUM_FORMS; k++)
		check_file((enum epid_form)k, data, size);
	check_groups(data, size);
	return 0;
}
