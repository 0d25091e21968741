/* SPDX-License-Identifier: Apache-2.0 */
/* kek_load over a file of any bytes: it takes 32 raw bytes or 64 hexadecimal digits with at most one newline, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hex.h"
#include "store/kek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* file_of: the name of a file in memory, of mode 0600, that holds these bytes; *fd is opened with the first. */
static const char *
file_of(const uint8_t *data, size_t size)
{
	static char name[32];
	static int fd = -1;

	if (fd < 0) {
		must((fd = memfd_create("kek", MFD_CLOEXEC)) >= 0 && fchmod(fd, 0600) == 0);
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	}
	must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	return name;
}

/* read_plainly: the same rule, for values that are no secrets. */
static bool
read_plainly(uint8_t out[32], const uint8_t *data, size_t size)
{
	if (size == 32) {
		memcpy(out, data, 32);
		return true;
	}
	return (size == 64 || (size == 65 && data[64] == '\n')) && hex_decode(out, 32, (const char *)data, 64);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aes256_key key = { { 0 } }, untouched = { { 0 } };
	uint8_t want[32] = { 0 };
	jurat_rc rc = kek_load(&key, file_of(data, size), NULL, NULL);

	must((rc == JURAT_OK) == read_plainly(want, data, size));
	must(memcmp(&key, rc == JURAT_OK ? want : untouched.b, sizeof want) == 0);
	return 0;
}
