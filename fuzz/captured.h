/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print: standard output goes into memory for a while. For fuzz targets. */
#ifndef FUZZ_CAPTURED_H
#define FUZZ_CAPTURED_H

#include <stdio.h>
#include <stdlib.h>

struct captured {
	FILE *stdout_before;
	char *text;
	size_t len;
};

static inline void
captured_begin(struct captured *c)
{
	c->stdout_before = stdout;
	stdout = open_memstream(&c->text, &c->len);
	if (stdout == NULL)
		abort();
}

/* captured_end: what was printed, which the caller frees. */
static inline char *
captured_end(struct captured *c)
{
	fclose(stdout);
	stdout = c->stdout_before;
	return c->text;
}

#endif
