/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer of PCS or PCCS as `curl -i` saves it: status line, headers, an empty line, the body. Issuer chains are headers, in PEM that is
 * escaped as in URLs. Pure; borrows the text.
 */
#ifndef DCAP_SAVED_RESPONSE_H
#define DCAP_SAVED_RESPONSE_H

#include "core/compiler.h"
#include "core/diag.h"

#define RESPONSE_MAX_HEADERS 64u
#define RESPONSE_HEAD_MAX_LEN (64u * 1024u)

struct response_header {
	const char *name, *value; /* without white space around the value */
	size_t name_len, value_len;
};

struct saved_response {
	struct response_header header[RESPONSE_MAX_HEADERS];
	size_t num_headers;
	const char *body;
	size_t body_len;
};

/* response_is_one: whether the text claims to be one ("HTTP/…"). */
MUST_USE bool response_is_one(const char *text, size_t len);

/*
 * response_parse: one answer with status 200. JURAT_E_FORMAT with the offset; JURAT_E_NOT_FOUND for another status (got); JURAT_E_TRUNCATED without
 * the empty line; JURAT_E_TOO_LARGE; JURAT_E_DUPLICATE for a header given twice. Lines end in LF or CRLF.
 */
MUST_USE jurat_rc response_parse(struct saved_response *out, const char *text, size_t len, const char *field, struct jurat_diag *d);

/* response_header: the value of the first of these names (NULL at the end) that is there, in any case; NULL if none is. */
const struct response_header *response_header(const struct saved_response *r, const char *const names[]);

/* response_unescape: %XX to bytes, in place. False for a broken escape or a NUL byte. */
MUST_USE bool response_unescape(char *text);

#endif
