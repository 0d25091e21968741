/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door for JSON from outside: a strict reader of RFC 8259 that is our own. Size and depth are capped; duplicate keys, invalid UTF-8, NUL
 * inside strings and bytes after the end are refused; numbers are integers of 64 bits, so a fraction or an exponent is refused. It does not
 * recurse. A document takes at most its text's length and 32 bytes a value, which are fewer than half the text's bytes; three times that while it
 * is read.
 *
 * Why our own: a cold verification may cost 1.4 times its nine signatures, about 240 us of other work, and Intel's TCB information comes as 10 KB of
 * JSON inside a JSON string. A general library (jansson) took about 160 instructions a byte; this takes 6 on collateral, 22 inside TCB information
 * (which has a value every four bytes), 10 over both. The library has stayed as the oracle of tests and fuzzing (tests/unit/json_oracle.h).
 *
 * Readers of members take the member's full name for errors; the key is what stands after its last dot:
 * json_get_string(o, "policy.identities.mrenclave", ...) reads the key "mrenclave". A member that is absent is JURAT_E_MISSING, one
 * of another type or outside its range JURAT_E_FORMAT. Pointers borrow from the document.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "core/compiler.h"

#define JSON_MAX_DEPTH 32u

struct json_value;

/*
 * json_parse: an object (nothing else) of at most max_len bytes. JURAT_E_TOO_LARGE (size or depth), JURAT_E_TRUNCATED,
 * JURAT_E_TRAILING, JURAT_E_FORMAT with the offset, JURAT_E_DUPLICATE (the end of the object) with the key's name as well; JURAT_E_MEMORY. field is
 * the document's name. The text is copied. json_free takes what json_parse gave, or NULL.
 */
MUST_USE jurat_rc json_parse(
    struct json_value **out, const char *text, size_t len, size_t max_len, const char *field, struct jurat_diag *d);
void json_free(struct json_value *document);

/* json_clear: json_free for CLEANUP. */
void json_clear(struct json_value **document);

/* json_member: the value under key, or NULL if it is absent or v is no object. */
const struct json_value *json_member(const struct json_value *v, const char *key);

/* json_count, json_at: elements of an array; 0 and NULL if v is none. */
size_t json_count(const struct json_value *v);
const struct json_value *json_at(const struct json_value *v, size_t i);

/* json_text: the string, or NULL if v is none. json_check_object: JURAT_E_FORMAT unless v is an object. */
const char *json_text(const struct json_value *v);
MUST_USE jurat_rc json_check_object(const struct json_value *v, const char *field, struct jurat_diag *d);

MUST_USE jurat_rc json_get_string(const struct json_value *object, const char *field, const char **out, struct jurat_diag *d);
MUST_USE jurat_rc json_get_integer(
    const struct json_value *object, const char *field, int64_t min, int64_t max, int64_t *out, struct jurat_diag *d);
MUST_USE jurat_rc json_get_bool(const struct json_value *object, const char *field, bool *out, struct jurat_diag *d);
MUST_USE jurat_rc json_get_object(
    const struct json_value *object, const char *field, const struct json_value **out, struct jurat_diag *d);
/* json_get_array: min to max elements (JURAT_E_TOO_LARGE above). */
MUST_USE jurat_rc json_get_array(const struct json_value *object, const char *field, size_t min, size_t max,
    const struct json_value **out, struct jurat_diag *d);
/* json_get_hex: a string of exactly 2*n digits of either case. */
MUST_USE jurat_rc json_get_hex(const struct json_value *object, const char *field, uint8_t *out, size_t n, struct jurat_diag *d);

/* json_only: JURAT_E_FORMAT (name and got = the unknown key and its length) unless every key of the object is one of the num names. */
MUST_USE jurat_rc json_only(
    const struct json_value *object, const char *const *names, size_t num, const char *field, struct jurat_diag *d);

/*
 * json_covers: whether whole says everything that part says: objects member by member, arrays element by element and of the same length. A
 * member of part's with the key `except` (may be NULL) is left out, at the top alone. whole may be NULL: false.
 */
MUST_USE bool json_covers(const struct json_value *whole, const struct json_value *part, const char *except);

/*
 * json_raw_member: the exact bytes of a top-level member's value in a text that json_parse accepted, without white space around it.
 * Signatures are checked over these, never over a re-encoding. The key must stand there without escapes; JURAT_E_MISSING otherwise.
 */
MUST_USE jurat_rc json_raw_member(const char **out, size_t *out_len, const char *text, size_t len, const char *field,
    struct jurat_diag *d);

#endif
