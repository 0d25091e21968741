/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our JSON reader beside jansson's, for tests and fuzzing. Both must take the same documents, with the same values, but for the differences named
 * here; the list is closed.
 */
#ifndef TESTS_JSON_ORACLE_H
#define TESTS_JSON_ORACLE_H

#include <stddef.h>

enum oracle_verdict {
	ORACLE_DIFFERS,   /* and that must not be */
	ORACLE_ACCEPTED,  /* by both, with the same values in the same order */
	ORACLE_REFUSED,   /* by both */
	/* refused by ours alone, on purpose */
	ORACLE_NO_OBJECT, /* an array: none of our formats is one */
	ORACLE_FRACTION,  /* a fraction or an exponent: none of our formats has one, and readers disagree about their values */
	ORACLE_DEPTH,     /* more than JSON_MAX_DEPTH brackets are open */
	ORACLE_NUL,       /* a NUL right behind a number or word, which jansson loses: it takes the byte for the end of its buffer */
	ORACLE_NUM,
};

/* json_oracle: reads text (not NUL-terminated) with both. *why is a literal where they differ. */
enum oracle_verdict json_oracle(const char *text, size_t len, const char **why);

#endif
