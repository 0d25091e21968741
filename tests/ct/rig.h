/* SPDX-License-Identifier: Apache-2.0 */
/* What the constant-time programs share. A secret is memory that valgrind takes for uninitialised: a branch or address that depends on it is reported. */
#ifndef CT_RIG_H
#define CT_RIG_H

#include <stdio.h>
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>

#include "core/compiler.h"

static inline void
hide(void *p, size_t n)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static inline void
publish(void *p, size_t n)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(p, n);
}

static inline bool
is_watched(void)
{
	if (RUNNING_ON_VALGRIND != 0)
		return true;
	fputs("ct: not under valgrind: nothing would be seen; use make ct\n", stderr);
	return false;
}

struct path {
	const char *name;
	bool (*run)(void); /* whether its answer was right */
	bool leaks;        /* the planted one */
};

/* run_paths: the exit status. */
static inline int
run_paths(const struct path *paths, size_t num)
{
	int failures = 0;

	for (size_t i = 0; i < num; i++) {
		unsigned before = VALGRIND_COUNT_ERRORS;
		bool right = paths[i].run();
		bool leaked = VALGRIND_COUNT_ERRORS != before;
		bool ok = right && leaked == paths[i].leaks;

		publish(&ok, sizeof ok);
		printf("%s %s%s\n", ok ? "ok    " : "NOT OK", paths[i].name, right ? "" : " (wrong answer)");
		failures += !ok;
	}
	printf("ct: %zu paths, %d failed\n", num, failures);
	return failures != 0;
}

#endif
