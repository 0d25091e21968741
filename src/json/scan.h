/* SPDX-License-Identifier: Apache-2.0 */
/* The tokens of JSON: one cursor over the text, and the place where unescaped strings go. */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "json/value.h"

/* More than the longest run that is copied at once; SCAN_SLACK bytes behind the last string's end may be written. */
#define SCAN_SLACK 8u

struct scan {
	const uint8_t *at, *end;
	char *out; /* strings take no more room than in the text, NUL and quotes included */
};

/* scan_space: moves over white space. */
void scan_space(struct scan *s);

/* scan_peek: the next byte that is no white space, or -1 at the end; it is not taken. What Intel signs has no white space. */
static inline int
scan_peek(struct scan *s)
{
	if (s->at != s->end && *s->at > ' ')
		return *s->at;
	scan_space(s);
	return s->at != s->end ? *s->at : -1;
}

/*
 * Each takes one value, whose first byte is the next one. JURAT_E_TRUNCATED if the text ends in it, else JURAT_E_FORMAT. After a failure the cursor
 * is at the byte that is wrong, or at the beginning of the escape or sequence that is.
 */
MUST_USE jurat_rc scan_string(struct scan *s, struct json_value *out);
MUST_USE jurat_rc scan_integer(struct scan *s, struct json_value *out);
MUST_USE jurat_rc scan_word(struct scan *s, struct json_value *out); /* null, true, false */

#endif
