/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTPS server on libevent's evhttp: TLS 1.3 alone, no resumption, bounded headers, bodies, connections and time. One thread; the handler
 * answers each request before it returns, at most by naming a stream that is pulled as the client takes it.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "core/compiler.h"
#include "http/address.h"

#define HTTP_HEADERS_MAX_LEN 8192u
#define HTTP_BODY_MAX_LEN 65536u     /* evhttp closes on more; a route's own limit is lower and answers with a problem */
#define HTTP_CONNECTIONS_MAX 64u     /* more wait in the listen queue */
#define HTTP_IDLE_S 10               /* without a byte moving */
#define HTTP_CONNECTION_S 120        /* life of a connection, whatever it does */
#define HTTP_DRAIN_S 10              /* after SIGTERM, for answers under way */

struct http_server;
struct http_answer; /* what the handler fills; see http_answer_… */

/* Borrowed for the time of the call. */
struct http_request {
	const char *method; /* "GET", "POST" …; "?" for others */
	const char *path;   /* as sent, without the query */
	const char *query;  /* "" if there is none */
	const uint8_t *body;
	size_t body_len;
};

typedef void (*http_handler)(void *ctx, const struct http_request *request, struct http_answer *answer);

/* http_answer_send: the whole answer; type NULL for no body. Exactly one of send, stream and problem per request. */
void http_answer_send(struct http_answer *answer, int status, const char *type, const void *body, size_t len);

/* http_answer_header: before send; name and value must not hold line breaks (others are dropped). */
void http_answer_header(struct http_answer *answer, const char *name, const char *value);

/*
 * http_answer_stream: status 200; next is called for piece after piece (at most HTTP_PIECE_MAX_LEN bytes) when the client has room for it. A
 * failure of next cuts the connection, so that the client sees an incomplete body. end is called exactly once, whatever happens.
 */
#define HTTP_PIECE_MAX_LEN 32768u
struct http_stream {
	jurat_rc (*next)(void *ctx, uint8_t *out, size_t *out_len, bool *out_last);
	void (*end)(void *ctx, bool complete);
	void *ctx;
};
void http_answer_stream(struct http_answer *answer, const char *type, const struct http_stream *stream);

/*
 * http_answer_problem: RFC 9457 problem+json with the code's name and text and what the diag says. verdict is NULL or a JSON object
 * that says more.
 */
void http_answer_problem(
    struct http_answer *answer, int status, jurat_rc code, const struct jurat_diag *d, const char *verdict);

struct http_server_options {
	const char *listen;   /* "127.0.0.1:0": numeric address and port, 0 for any */
	const char *cert_pem; /* path */
	const char *key_pem;  /* path; JURAT_E_PERMISSION if others may read it */
	http_handler handle;
	void *ctx;
};

/* http_server_open: binds, reads the key; afterwards no file is needed. */
MUST_USE jurat_rc http_server_open(
    struct http_server **out, const struct http_server_options *options, struct jurat_diag *d);
const char *http_server_address(const struct http_server *s); /* "127.0.0.1:40123" */

/*
 * http_server_run: until SIGTERM or SIGINT (which count from http_server_open on): then no new connection is taken, answers under way are finished (at most HTTP_DRAIN_S).
 * http_server_draining: true from then on. http_server_stop: as SIGTERM, from the handler.
 */
MUST_USE jurat_rc http_server_run(struct http_server *s, struct jurat_diag *d);
bool http_server_draining(const struct http_server *s);
void http_server_stop(struct http_server *s);
void http_server_close(struct http_server *s);

#endif
