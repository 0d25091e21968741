/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without libFuzzer: over every file in the folders named on the command line, and over a bounded number of
 * truncations and byte changes of each (-nN before the folders: N changes). Deterministic. The empty input is always tried.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FILE = 1 << 20, CUTS = 256 };

static size_t num_runs, num_changes = 2048;

/* run_copy: on an exact-size heap copy, so that sanitizers see every over-read. */
static void
run_copy(const uint8_t *p, size_t n, size_t change_at, uint8_t change)
{
	uint8_t *c = malloc(n != 0 ? n : 1);

	if (c == NULL)
		exit(1);
	if (n != 0)
		memcpy(c, p, n);
	if (change_at < n)
		c[change_at] = (uint8_t)(c[change_at] ^ change);
	LLVMFuzzerTestOneInput(c, n);
	free(c);
	num_runs++;
}

static void
run_file(const char *path)
{
	static uint8_t buf[MAX_FILE];
	FILE *f = fopen(path, "rb");
	size_t n;
	uint32_t x = 2463534242u; /* xorshift, fixed seed */

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(buf, 1, sizeof buf, f);
	fclose(f);
	run_copy(buf, n, SIZE_MAX, 0);
	for (size_t i = 0; i < CUTS && i < n; i++)
		run_copy(buf, n <= CUTS ? i : (size_t)((uint64_t)n * i / CUTS), SIZE_MAX, 0);
	for (size_t i = 0; 8 * n <= num_changes && i < 8 * n; i++) /* small enough for every one */
		run_copy(buf, n, i / 8, (uint8_t)(1u << (i % 8)));
	for (size_t i = 0; i < num_changes && 8 * n > num_changes; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		run_copy(buf, n, x % n, (uint8_t)(1u << ((x >> 24) & 7)));
	}
}

int
main(int argc, char **argv)
{
	run_copy(NULL, 0, SIZE_MAX, 0);
	for (int i = 1; i < argc; i++) {
		DIR *dir;
		struct dirent *e;

		if (strncmp(argv[i], "-n", 2) == 0) {
			num_changes = strtoul(argv[i] + 2, NULL, 10);
			continue;
		}
		dir = opendir(argv[i]);
		if (dir == NULL) {
			fprintf(stderr, "no seeds in %s\n", argv[i]);
			return 1;
		}
		while ((e = readdir(dir)) != NULL) {
			char path[4096];

			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
			run_file(path);
		}
		closedir(dir);
	}
	printf("%zu inputs\n", num_runs);
	return 0;
}
