/* SPDX-License-Identifier: Apache-2.0 */
/* The files that tests/vectors/images.py makes, and its index. Each test program makes its own copy in a temporary folder. */
#ifndef TESTS_IMAGE_VECTORS_H
#define TESTS_IMAGE_VECTORS_H

#include <stdio.h>

#include "support.h"

/* vectors_new: runs the generator; the folder's path. vectors_read: one file of it. */
static inline char *
vectors_new(void)
{
	const char *source = getenv("JURAT_SOURCE");
	char *dir = temp_dir_new(), *command;

	assert_true(asprintf(&command, "python3 '%s/tests/vectors/images.py' '%s'", source != NULL ? source : ".", dir) > 0);
	assert_int_equal(system(command), 0);
	free(command);
	return dir;
}

static inline uint8_t *
vectors_read(const char *dir, const char *name, size_t *out_len)
{
	char *path;
	uint8_t *p, *exact;

	assert_true(asprintf(&path, "%s/%.*s", dir, (int)strcspn(name, "#"), name) > 0);
	p = test_read(path, out_len);
	exact = test_copy(p, *out_len);
	free(p);
	free(path);
	return exact;
}

/* each_vector: calls check with the words of every index line that begins with verdict; how many there were. */
static inline unsigned
each_vector(const char *dir, const char *verdict, void (*check)(const char *dir, char **words))
{
	char *path, line[512], *words[16];
	unsigned num = 0;
	FILE *f;

	assert_true(asprintf(&path, "%s/index.txt", dir) > 0);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		char *save = NULL;
		size_t i = 0;

		for (char *w = strtok_r(line, " \n", &save); w != NULL && i < 15; w = strtok_r(NULL, " \n", &save))
			words[i++] = w;
		words[i] = NULL;
		if (i == 0 || strcmp(words[0], verdict) != 0)
			continue;
		check(dir, words);
		num++;
	}
	fclose(f);
	free(path);
	return num;
}

#endif
