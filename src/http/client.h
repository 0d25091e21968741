/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTPS client on libcurl: one server, whose certificate (or CA) is pinned by a file, or one that the system's CAs vouch for; TLS 1.3, no
 * redirects, no proxy, bounded.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "core/compiler.h"
#include "host/file.h"

struct http_client;

#define HTTP_CLIENT_CONNECT_S 10
#define HTTP_CLIENT_TOTAL_S 120
#define HTTP_REPLY_HEADERS_MAX_LEN (32u * 1024u)

/* Sees the plain text of every body that goes (incoming false) or comes (incoming true). For --eavesdrop. */
typedef void (*http_hook)(void *ctx, bool incoming, const void *p, size_t len);

struct http_client_options {
	const char *url; /* "https://host:port", without a path */
	const char *ca_file; /* NULL: the system's CAs */
	bool allow_tls12;    /* a server that is not ours; what comes from it is signed anyway */
	http_hook hook; /* may be NULL */
	void *hook_ctx;
};

MUST_USE jurat_rc http_client_new(struct http_client **out, const struct http_client_options *options, struct jurat_diag *d);
void http_client_free(struct http_client *c);

struct http_reply {
	int status;
	char location[256]; /* "" if there was none */
	struct blob headers; /* as received, line by line */
	struct blob body;
};
void http_reply_clear(struct http_reply *r);

/* http_reply_header: the value under this name (any case), NUL-terminated; false if it is not there or does not fit. */
MUST_USE bool http_reply_header(const struct http_reply *r, const char *name, char *out, size_t cap);

/*
 * http_post: body to url + path; at most max bytes come back (JURAT_E_TOO_LARGE). JURAT_OK means that an HTTP answer was received whole,
 * whatever its status. JURAT_E_AUTH: the server's certificate is not the pinned one; JURAT_E_IO: everything else (got = errno if the system said one).
 */
MUST_USE jurat_rc http_post(struct http_client *c, struct http_reply *out, const char *path, const void *body, size_t len,
    size_t max, struct jurat_diag *d);
/* http_get: the same without a body. */
MUST_USE jurat_rc http_get(
    struct http_client *c, struct http_reply *out, const char *path, size_t max, struct jurat_diag *d);

#endif
