/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON: one pass, escapes what must be escaped, indents by two. The first failure (memory, nesting) is remembered and told by
 * json_out_finish. name is the key inside an object and NULL inside an array. Text must be UTF-8; control characters are escaped.
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include "core/compiler.h"

struct json_out {
	char *p;
	size_t len, cap;
	unsigned depth;
	bool has_members; /* a comma is due before the next one */
	bool compact;     /* no white space at all */
	bool failed;
};

void json_out_init(struct json_out *o);
/* json_out_init_compact: no white space, as texts that others re-encode before they check a signature must be. */
void json_out_init_compact(struct json_out *o);
/* json_out_begin, json_out_end: bracket is '{' or '[', and '}' or ']'. */
void json_out_begin(struct json_out *o, const char *name, char bracket);
void json_out_end(struct json_out *o, char bracket);
void json_out_string(struct json_out *o, const char *name, const char *text); /* text NULL: null */
void json_out_hex(struct json_out *o, const char *name, const void *p, size_t n);
void json_out_integer(struct json_out *o, const char *name, int64_t v);
void json_out_bool(struct json_out *o, const char *name, bool v);
/* json_out_raw: text that is one JSON value already (from json_out_finish); white space at its end is left out. */
void json_out_raw(struct json_out *o, const char *name, const char *text);

/* json_out_finish: the text with a newline at its end, NUL-terminated; the caller frees. JURAT_E_MEMORY; json_out_clear drops it. */
MUST_USE jurat_rc json_out_finish(struct json_out *o, char **out);
void json_out_clear(struct json_out *o);

#endif
