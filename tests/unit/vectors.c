/* SPDX-License-Identifier: Apache-2.0 */
#include "vectors.h"

#include <stdio.h>

uint8_t *
vector(const char *file, const char *name, size_t *out_len)
{
	const char *source = getenv("JURAT_SOURCE");
	size_t len, name_len = strlen(name);
	char path[4096], *text, *save = NULL;
	uint8_t *found = NULL;

	snprintf(path, sizeof path, "%s/tests/vectors/%s", source != NULL ? source : ".", file);
	text = (char *)test_read(path, &len);
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (found == NULL && strncmp(line, name, name_len) == 0 && line[name_len] == ' ')
			found = test_hex(line + name_len + 1, out_len);
	}
	free(text);
	if (found == NULL)
		fail_msg("%s has no vector %s", path, name);
	return found;
}

void
vector_copy(void *out, size_t len, const char *file, const char *name)
{
	size_t got;
	uint8_t *p = vector(file, name, &got);

	assert_int_equal(got, len);
	memcpy(out, p, len);
	free(p);
}
