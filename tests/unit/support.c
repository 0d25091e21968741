/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *
corpus_root(void)
{
	const char *env = getenv("JURAT_CORPUS");
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL;

	if (env != NULL)
		path = strdup(env);
	else if (asprintf(&path, "%s/../shared/corpus", source != NULL ? source : ".") < 0)
		path = NULL;
	if (path != NULL && access(path, R_OK) != 0) {
		free(path);
		path = NULL;
	}
	return path;
}

char *
corpus_file(const char *name)
{
	char *root = corpus_root(), *path = NULL;

	if (root != NULL && asprintf(&path, "%s/%s", root, name) < 0)
		path = NULL;
	free(root);
	return path;
}

bool
corpus_or_skip(void)
{
	char *root = corpus_root();
	const char *ci = getenv("CI");

	if (root != NULL) {
		free(root);
		return true;
	}
	if (ci != NULL && ci[0] != '\0')
		fail_msg("%s", "no corpus: set JURAT_CORPUS; in CI it must be there");
	fputs("\n*** SKIPPED: no corpus of real data here (set JURAT_CORPUS); this test did NOT run ***\n\n", stderr);
	return false;
}

uint8_t *
test_read(const char *path, size_t *out_len)
{
	FILE *f = path != NULL ? fopen(path, "rb") : NULL;
	struct stat st;
	uint8_t *p;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		fail_msg("cannot read %s", path != NULL ? path : "(no path)");
	p = malloc((size_t)st.st_size + 1);
	assert_non_null(p);
	*out_len = fread(p, 1, (size_t)st.st_size, f);
	assert_int_equal(*out_len, st.st_size);
	p[*out_len] = 0;
	fclose(f);
	return p;
}

uint8_t *
test_hex(const char *hex, size_t *out_len)
{
	size_t n = strlen(hex) / 2;
	uint8_t *p = malloc(n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++) {
		unsigned v;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
		p[i] = (uint8_t)v;
	}
	if (out_len != NULL)
		*out_len = n;
	return p;
}

uint8_t *
test_copy(const void *p, size_t len)
{
	uint8_t *c = malloc(len != 0 ? len : 1);

	assert_non_null(c);
	if (len != 0)
		memcpy(c, p, len);
	else
		c = realloc(c, 1);
	return c;
}

void
each_damage(const uint8_t *good, size_t len, bool (*try)(void *ctx, const uint8_t *p, size_t len), void *ctx,
    bool (*flip_may_pass)(size_t byte))
{
	for (size_t n = 0; n < len; n++) {
		uint8_t *cut = test_copy(good, n);

		if (try(ctx, cut, n))
			fail_msg("accepted an input truncated to %zu of %zu bytes", n, len);
		free(cut);
	}
	for (size_t i = 0; i < len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t *bad = test_copy(good, len);

			bad[i] = (uint8_t)(bad[i] ^ (1u << bit));
			if (try(ctx, bad, len) && (flip_may_pass == NULL || !flip_may_pass(i)))
				fail_msg("accepted a flip of bit %u in byte %zu", bit, i);
			free(bad);
		}
	}
	uint8_t *longer = test_copy(good, len);

	longer = realloc(longer, len + 1);
	assert_non_null(longer);
	longer[len] = 0;
	if (try(ctx, longer, len + 1))
		fail_msg("%s", "accepted an appended byte");
	free(longer);
}

char *
temp_dir_new(void)
{
	char *dir = strdup("/tmp/jurat-test-XXXXXX");

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void
temp_dir_remove(char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}
