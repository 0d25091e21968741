/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door for JSON from outside. Size and depth are capped before the library under it sees a byte; duplicate keys, invalid
 * UTF-8, NUL inside strings and bytes after the end are refused; numbers are integers. Values are jansson's json_t, declared here
 * without its header: nothing but src/json includes that.
 *
 * Readers of members take the member's full name for errors; the key is what stands after its last dot:
 * json_get_string(o, "policy.identities.mrenclave", ...) reads the key "mrenclave". A member that is absent is JURAT_E_MISSING, one
 * of another type or outside its range JURAT_E_FORMAT. Pointers borrow from the document.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "core/compiler.h"

#define JSON_MAX_DEPTH 32u

struct json_t;

/*
 * json_parse: an object (nothing else) of at most max_len bytes. JURAT_E_TOO_LARGE (size or depth), JURAT_E_DUPLICATE, JURAT_E_TRUNCATED,
 * JURAT_E_TRAILING, JURAT_E_FORMAT with the offset; JURAT_E_MEMORY. field is the document's name. json_free(NULL) is fine.
 */
MUST_USE jurat_rc json_parse(
    struct json_t **out, const char *text, size_t len, size_t max_len, const char *field, struct jurat_diag *d);
void json_free(struct json_t *document);

/* json_clear: json_free for CLEANUP. */
void json_clear(struct json_t **document);

/* json_member: the value under key, or NULL if it is absent or v is no object. */
const struct json_t *json_member(const struct json_t *v, const char *key);

/* json_count, json_at: elements of an array; 0 and NULL if v is none. */
size_t json_count(const struct json_t *v);
const struct json_t *json_at(const struct json_t *v, size_t i);

/* json_text: the string, or NULL if v is none. json_check_object: JURAT_E_FORMAT unless v is an object. */
const char *json_text(const struct json_t *v);
MUST_USE jurat_rc json_check_object(const struct json_t *v, const char *field, struct jurat_diag *d);

MUST_USE jurat_rc json_get_string(const struct json_t *object, const char *field, const char **out, struct jurat_diag *d);
MUST_USE jurat_rc json_get_integer(
    const struct json_t *object, const char *field, int64_t min, int64_t max, int64_t *out, struct jurat_diag *d);
MUST_USE jurat_rc json_get_bool(const struct json_t *object, const char *field, bool *out, struct jurat_diag *d);
MUST_USE jurat_rc json_get_object(
    const struct json_t *object, const char *field, const struct json_t **out, struct jurat_diag *d);
/* json_get_array: min to max elements (JURAT_E_TOO_LARGE above). */
MUST_USE jurat_rc json_get_array(const struct json_t *object, const char *field, size_t min, size_t max,
    const struct json_t **out, struct jurat_diag *d);
/* json_get_hex: a string of exactly 2*n digits of either case. */
MUST_USE jurat_rc json_get_hex(const struct json_t *object, const char *field, uint8_t *out, size_t n, struct jurat_diag *d);

/* json_only: JURAT_E_FORMAT (got = the unknown key's length) unless every key of the object is one of the num names. */
MUST_USE jurat_rc json_only(
    const struct json_t *object, const char *const *names, size_t num, const char *field, struct jurat_diag *d);

/*
 * json_covers: whether whole says everything that part says: objects member by member, arrays element by element and of the same length. A
 * member of part's with the key `except` (may be NULL) is left out, at the top alone. whole may be NULL: false.
 */
MUST_USE bool json_covers(const struct json_t *whole, const struct json_t *part, const char *except);

/*
 * json_raw_member: the exact bytes of a top-level member's value in a text that json_parse accepted, without white space around it.
 * Signatures are checked over these, never over a re-encoding. The key must stand there without escapes; JURAT_E_MISSING otherwise.
 */
MUST_USE jurat_rc json_raw_member(const char **out, size_t *out_len, const char *text, size_t len, const char *field,
    struct jurat_diag *d);

#endif
