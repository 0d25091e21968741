/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the EPID sets of the corpus (epid/vectors/ *.json): bytes are hex, a file beside them, or a pattern (the corpus's README). */
#ifndef TESTS_EPID_CORPUS_H
#define TESTS_EPID_CORPUS_H

#include "json/json.h"
#include "support.h"

struct epid_set {
	struct json_value *document;
	const struct json_value *vectors;
	size_t num; /* what the file itself says; epid_set_close wants as many to have been run */
	size_t num_run;
};

/* epid_set_open: "epid20_verify_unit"; fails the test if the set is empty or has not as many vectors as it says. */
void epid_set_open(struct epid_set *out, const char *name);

/* epid_set_next: the next vector, NULL after the last. epid_set_close: fails the test unless all were taken. Says how many. */
const struct json_value *epid_set_next(struct epid_set *s);
void epid_set_close(struct epid_set *s);

/* A member's bytes on the heap, in a block of exactly their size; p is NULL if the member is null or absent. */
struct epid_member {
	uint8_t *p;
	size_t len;
};
struct epid_member epid_member(const struct json_value *vector, const char *key);
void epid_member_clear(struct epid_member *m);

/* epid_integer: a member that must be there. epid_text: NULL if it is null or absent. */
int64_t epid_integer(const struct json_value *vector, const char *key);
const char *epid_text(const struct json_value *vector, const char *key);

/* epid_corpus_read: a file of the corpus, below epid/, in a block of exactly its size. */
struct epid_member epid_corpus_read(const char *name);

/* epid_corpus_index: INDEX.json; json_free. Its scalars among the remarks, which are no integers for our reader, are read as 0. */
struct json_value *epid_corpus_index(void);

#endif
