/* SPDX-License-Identifier: Apache-2.0 */
/* A benchmark is a program that prints one JSON object a line: name, value, unit, limit (null: none), holds. bench/run collects them. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "jurat/error.h"

static inline double
bench_seconds(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* bench_report: one line. limit 0: none. holds: value <= limit. */
static inline void
bench_report(const char *name, double value, const char *unit, double limit)
{
	bool holds = limit <= 0 || value <= limit;

	printf("{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"%s\", \"limit\": ", name, value, unit);
	if (limit > 0)
		printf("%.3f", limit);
	else
		fputs("null", stdout);
	printf(", \"holds\": %s}\n", holds ? "true" : "false");
	(void)fflush(stdout);
}

/* bench_must: stops the program with the error's name. */
static inline void
bench_must(jurat_rc rc, const char *what, const struct jurat_diag *d)
{
	if (rc == JURAT_OK)
		return;
	fprintf(stderr, "bench: %s: %s %s\n", what, jurat_rc_name(rc), d->field != NULL ? d->field : "");
	exit(1);
}

#endif
