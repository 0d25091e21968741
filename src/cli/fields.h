/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named fields, told once and written for people (indented lines) or for programs (JSON): what `jurat quote inspect` is made of. Bytes of the input
 * appear as hex or numbers; its texts are escaped in JSON and reduced to printable ASCII for people.
 */
#ifndef CLI_FIELDS_H
#define CLI_FIELDS_H

#include "core/compiler.h"
#include "core/diag.h"
#include "json/write.h"

struct fields {
	bool as_json;
	unsigned depth;
	bool has_errors; /* fields_error was called */
	struct json_out out;
};

void fields_init(struct fields *f, bool as_json);
/* fields_finish: writes what is left to standard output; false if it could not be written. */
MUST_USE bool fields_finish(struct fields *f);

/* name NULL: an element of a list. list_open takes elements without names. */
void fields_open(struct fields *f, const char *name);
void fields_close(struct fields *f);
void fields_list_open(struct fields *f, const char *name);
void fields_list_close(struct fields *f);

void fields_text(struct fields *f, const char *name, const char *text);
void fields_span(struct fields *f, const char *name, const void *p, size_t len); /* text without a NUL */
void fields_hex(struct fields *f, const char *name, const void *p, size_t n);
void fields_number(struct fields *f, const char *name, int64_t v);
void fields_time(struct fields *f, const char *name, int64_t unix_s);
/* fields_word: a number and what it means: "2 (ECDSA P-256)"; in JSON NAME and NAME_text. */
void fields_word(struct fields *f, const char *name, int64_t v, const char *word);

/* fields_flags: 16 hex digits and the names of the bits that are set; in JSON NAME and NAME_bits. */
struct fields_flag {
	unsigned bit;
	const char *name;
};
void fields_flags(struct fields *f, const char *name, uint64_t v, const struct fields_flag *flags, size_t num);

/* fields_error: a part that could not be read, and why. */
void fields_error(struct fields *f, const char *name, jurat_rc rc, const struct jurat_diag *d);

#endif
