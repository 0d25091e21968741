/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/diag.h"
#include "http/address.h"
#include "http/tls.h"
#include "json/write.h"

#define PIECES_AT_ONCE 4 /* how much of a stream is buffered before the client must take it */

struct http_server {
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener; /* owned by http */
	struct event *sigterm, *sigint, *drain_end;
	SSL_CTX *tls;
	int conn_index; /* of struct conn in an SSL object */
	unsigned num_conns, num_busy;
	bool draining;
	http_handler handle;
	void *ctx;
	char address[HTTP_ADDRESS_MAX_LEN];
};

/* One connection; lives and dies with its SSL object, whoever frees that. */
struct conn {
	struct http_server *server;
	SSL *ssl;
	struct event *deadline;
	bool busy; /* an answer is under way */
};

struct http_answer {
	struct evhttp_request *req;
	struct conn *conn;
	bool done;
};

/* ---- connections ---- */

static void
finish_if_idle(struct http_server *s)
{
	if (s->draining && s->num_busy == 0)
		event_base_loopexit(s->base, NULL);
}

static void
set_busy(struct conn *c, bool busy)
{
	if (c->busy == busy)
		return;
	c->busy = busy;
	c->server->num_busy += busy ? 1u : -1u;
	finish_if_idle(c->server);
}

/* cut: the peer sees the end at once, and the event loop frees everything in its own order. */
static void
cut(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd, (void)what;
	cut(c->ssl);
}

/* conn_free: called by OpenSSL when the SSL object goes. */
static void
conn_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int index, long argl, void *argp)
{
	struct conn *c = ptr;

	(void)parent, (void)ad, (void)index, (void)argl, (void)argp;
	if (c == NULL)
		return;
	set_busy(c, false);
	if (c->server->num_conns-- == HTTP_CONNECTIONS_MAX && !c->server->draining)
		evconnlistener_enable(c->server->listener);
	event_free(c->deadline);
	free(c);
}

/*
 * on_accept: evhttp would serve without TLS if this returned NULL; so without memory for a connection the process ends rather than
 * answering in the clear.
 */
static struct bufferevent *
on_accept(struct event_base *base, void *arg)
{
	static const struct timeval life = { HTTP_CONNECTION_S, 0 };
	struct http_server *s = arg;
	struct conn *c = calloc(1, sizeof *c);
	SSL *ssl = SSL_new(s->tls);
	struct bufferevent *bev;

	if (c == NULL || ssl == NULL || (c->deadline = evtimer_new(base, on_deadline, c)) == NULL)
		abort();
	c->server = s;
	c->ssl = ssl;
	bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL || SSL_set_ex_data(ssl, s->conn_index, c) != 1 || evtimer_add(c->deadline, &life) != 0)
		abort();
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	if (++s->num_conns == HTTP_CONNECTIONS_MAX)
		evconnlistener_disable(s->listener);
	return bev;
}

static struct conn *
conn_of(struct http_server *s, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	SSL *ssl = bufferevent_openssl_get_ssl(evhttp_connection_get_bufferevent(evcon));

	return ssl != NULL ? SSL_get_ex_data(ssl, s->conn_index) : NULL;
}

/* ---- answers ---- */

static void
on_complete(struct evhttp_request *req, void *arg)
{
	(void)req;
	set_busy(arg, false);
}

static void
common_headers(struct http_answer *a)
{
	http_answer_header(a, "Cache-Control", "no-store");
	http_answer_header(a, "X-Content-Type-Options", "nosniff");
	if (a->conn->server->draining)
		http_answer_header(a, "Connection", "close");
	evhttp_request_set_on_complete_cb(a->req, on_complete, a->conn);
	set_busy(a->conn, true);
	a->done = true;
}

void
http_answer_header(struct http_answer *a, const char *name, const char *value)
{
	/* evhttp refuses values that would begin a new line */
	(void)evhttp_add_header(evhttp_request_get_output_headers(a->req), name, value);
}

void
http_answer_send(struct http_answer *a, int status, const char *type, const void *body, size_t len)
{
	struct evbuffer *buf = evbuffer_new();

	if (buf == NULL)
		return; /* the caller of the handler answers 503 */
	if (type != NULL)
		http_answer_header(a, "Content-Type", type);
	common_headers(a);
	/* the answer to HEAD has no body, not even that of an error: the client would read it as the next answer */
	if (len != 0 && evhttp_request_get_command(a->req) != EVHTTP_REQ_HEAD)
		evbuffer_add(buf, body, len);
	evhttp_send_reply(a->req, status, NULL, buf);
	evbuffer_free(buf);
}

/* A stream under way; freed when the connection goes or the last piece is out. */
struct pull {
	struct evhttp_request *req;
	struct http_stream stream;
	SSL *ssl;
};

/* pull_end: a request whose connection broke is handed to whoever was answering it, and is ours to free. */
static void
pull_end(struct pull *p, struct evhttp_connection *evcon, bool complete)
{
	evhttp_connection_set_closecb(evcon, NULL, NULL);
	if (evhttp_request_get_connection(p->req) == NULL)
		evhttp_request_free(p->req);
	p->stream.end(p->stream.ctx, complete);
	free(p);
}

static void
on_close_in_stream(struct evhttp_connection *evcon, void *arg)
{
	pull_end(arg, evcon, false);
}

/* fill_pieces: false if the stream failed. */
static bool
fill_pieces(struct pull *p, struct evbuffer *buf, bool *out_last)
{
	uint8_t piece[HTTP_PIECE_MAX_LEN];
	size_t len;

	*out_last = false;
	for (int i = 0; i < PIECES_AT_ONCE && !*out_last; i++) {
		if (p->stream.next(p->stream.ctx, piece, &len, out_last) != JURAT_OK || evbuffer_add(buf, piece, len) != 0)
			return false;
	}
	return true;
}

static void
on_drained(struct evhttp_connection *evcon, void *arg)
{
	struct pull *p = arg;
	struct evbuffer *buf = evbuffer_new();
	bool last = false;

	if (buf == NULL || !fill_pieces(p, buf, &last)) {
		cut(p->ssl); /* on_close_in_stream ends it */
	} else if (!last) {
		evhttp_send_reply_chunk_with_cb(p->req, buf, on_drained, p);
	} else {
		struct evhttp_request *req = p->req;

		evhttp_send_reply_chunk(req, buf);
		pull_end(p, evcon, true);
		evhttp_send_reply_end(req);
	}
	if (buf != NULL)
		evbuffer_free(buf);
}

void
http_answer_stream(struct http_answer *a, const char *type, const struct http_stream *stream)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(a->req);
	struct pull *p = malloc(sizeof *p);

	if (p == NULL) {
		stream->end(stream->ctx, false);
		return;
	}
	*p = (struct pull){ .req = a->req, .stream = *stream, .ssl = a->conn->ssl };
	http_answer_header(a, "Content-Type", type);
	common_headers(a);
	evhttp_connection_set_closecb(evcon, on_close_in_stream, p);
	evhttp_send_reply_start(a->req, 200, NULL);
	on_drained(evcon, p);
}

static void
describe(struct json_out *o, const struct jurat_diag *d)
{
	json_out_string(o, "field", d->field);
	if (d->offset != NO_OFFSET)
		json_out_integer(o, "offset", (int64_t)d->offset);
	if (d->wanted != 0 || d->got != 0) {
		json_out_integer(o, "wanted", (int64_t)d->wanted);
		json_out_integer(o, "got", (int64_t)d->got);
	}
	if (d->hint != NULL)
		json_out_string(o, "hint", d->hint);
}

void
http_answer_problem(struct http_answer *a, int status, jurat_rc code, const struct jurat_diag *d, const char *verdict)
{
	struct json_out o;
	char *text = NULL;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "type", "about:blank");
	json_out_string(&o, "title", jurat_rc_text(code));
	json_out_integer(&o, "status", status);
	json_out_string(&o, "code", jurat_rc_name(code));
	if (d != NULL && d->code == code && d->field != NULL)
		describe(&o, d);
	if (verdict != NULL)
		json_out_raw(&o, "verdict", verdict);
	json_out_end(&o, '}');
	if (json_out_finish(&o, &text) == JURAT_OK)
		http_answer_send(a, status, "application/problem+json", text, strlen(text));
	free(text);
}

/* ---- requests ---- */

static const char *
method_name(enum evhttp_cmd_type cmd)
{
	switch (cmd) {
	case EVHTTP_REQ_GET: return "GET";
	case EVHTTP_REQ_POST: return "POST";
	case EVHTTP_REQ_HEAD: return "HEAD";
	case EVHTTP_REQ_PUT: return "PUT";
	case EVHTTP_REQ_DELETE: return "DELETE";
	case EVHTTP_REQ_OPTIONS: return "OPTIONS";
	case EVHTTP_REQ_PATCH: return "PATCH";
	default: return "?";
	}
}

/* num_headers: evhttp_find_header shows the first one only. */
static unsigned
num_headers(struct evhttp_request *req, const char *name)
{
	const struct evkeyval *h = evhttp_request_get_input_headers(req)->tqh_first;
	unsigned n = 0;

	for (; h != NULL; h = h->next.tqe_next)
		n += strcasecmp(h->key, name) == 0 ? 1u : 0u;
	return n;
}

/*
 * one_length: whether everybody on the way reads the same body. Of two lengths the library takes the first and a proxy may have taken the
 * other, and of a length and chunks either (RFC 9112 §6.3): what follows could be another one's request.
 */
static bool
one_length(struct evhttp_request *req, struct http_answer *a)
{
	unsigned lengths = num_headers(req, "Content-Length"), codings = num_headers(req, "Transfer-Encoding");
	struct jurat_diag d = { 0 };

	if (lengths + codings <= 1)
		return true;
	(void)jurat_fail(&d, JURAT_E_DUPLICATE, "http.content_length", NO_OFFSET, 1, lengths + codings);
	http_answer_header(a, "Connection", "close");
	http_answer_problem(a, 400, JURAT_E_DUPLICATE, &d, NULL);
	return false;
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct http_server *s = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	const char *query = uri != NULL ? evhttp_uri_get_query(uri) : NULL;
	struct http_request request = { .method = method_name(evhttp_request_get_command(req)),
		.path = path != NULL ? path : "", .query = query != NULL ? query : "", .body_len = evbuffer_get_length(in) };
	struct http_answer answer = { .req = req, .conn = conn_of(s, req) };

	if (answer.conn == NULL) { /* not over TLS: cannot be */
		evhttp_send_error(req, HTTP_INTERNAL, NULL);
		return;
	}
	request.body = request.body_len != 0 ? evbuffer_pullup(in, -1) : (const uint8_t *)"";
	if (request.body != NULL && one_length(req, &answer))
		s->handle(s->ctx, &request, &answer);
	if (!answer.done)
		evhttp_send_error(req, HTTP_SERVUNAVAIL, NULL);
}

/* ---- opening and running ---- */

void
http_server_stop(struct http_server *s)
{
	static const struct timeval patience = { HTTP_DRAIN_S, 0 };

	if (s->draining)
		return;
	s->draining = true;
	evconnlistener_disable(s->listener);
	evtimer_add(s->drain_end, &patience);
	finish_if_idle(s);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	http_server_stop(arg);
}

static void
on_drain_end(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *s = arg;

	(void)fd, (void)what;
	event_base_loopexit(s->base, NULL);
}

static jurat_rc
listen_on(struct http_server *s, const char *listen, struct jurat_diag *d)
{
	static const int on = 1;
	union address a;
	socklen_t len;
	jurat_rc rc;

	if (!address_parse(&a, &len, listen)) {
		(void)jurat_fail(d, JURAT_E_USAGE, "listen", NO_OFFSET, 0, 0);
		jurat_hint(d, "a numeric address and a port, such as 127.0.0.1:8443 or [::1]:0");
		return JURAT_E_USAGE;
	}
	s->listener = evconnlistener_new_bind(s->base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, 128, &a.any, (int)len);
	if (s->listener == NULL)
		return jurat_fail(d, JURAT_E_IO, "listen", NO_OFFSET, 0, (uint64_t)errno);
	/* Head and body of an answer are two TLS records: without this the second waits for the client's delayed acknowledgement of the
	 * first, 40 ms each time. Accepted connections inherit it. */
	if (setsockopt(evconnlistener_get_fd(s->listener), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
		rc = jurat_fail(d, JURAT_E_IO, "listen", NO_OFFSET, 0, (uint64_t)errno);
		evconnlistener_free(s->listener);
		s->listener = NULL;
		return rc;
	}
	len = sizeof a;
	if (evhttp_bind_listener(s->http, s->listener) == NULL || getsockname(evconnlistener_get_fd(s->listener), &a.any, &len) != 0)
		return jurat_fail(d, JURAT_E_IO, "listen", NO_OFFSET, 0, (uint64_t)errno);
	address_format(s->address, &a);
	return JURAT_OK;
}

static jurat_rc
make_events(struct http_server *s, struct jurat_diag *d)
{
	s->base = event_base_new();
	s->http = s->base != NULL ? evhttp_new(s->base) : NULL;
	s->sigterm = s->base != NULL ? evsignal_new(s->base, SIGTERM, on_signal, s) : NULL;
	s->sigint = s->base != NULL ? evsignal_new(s->base, SIGINT, on_signal, s) : NULL;
	s->drain_end = s->base != NULL ? evtimer_new(s->base, on_drain_end, s) : NULL;
	/* signals count from here on: whoever is told that the service is ready may stop it at once */
	if (s->http == NULL || s->sigterm == NULL || s->sigint == NULL || s->drain_end == NULL ||
	    evsignal_add(s->sigterm, NULL) != 0 || evsignal_add(s->sigint, NULL) != 0)
		return jurat_fail(d, JURAT_E_MEMORY, "http.server", NO_OFFSET, 0, 0);
	evhttp_set_max_headers_size(s->http, HTTP_HEADERS_MAX_LEN);
	evhttp_set_max_body_size(s->http, HTTP_BODY_MAX_LEN);
	evhttp_set_timeout(s->http, HTTP_IDLE_S);
	evhttp_set_default_content_type(s->http, NULL);
	evhttp_set_allowed_methods(s->http,
	    EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
	        EVHTTP_REQ_PATCH);
	evhttp_set_bevcb(s->http, on_accept, s);
	evhttp_set_gencb(s->http, on_request, s);
	return JURAT_OK;
}

jurat_rc
http_server_open(struct http_server **out, const struct http_server_options *options, struct jurat_diag *d)
{
	struct http_server *s = calloc(1, sizeof *s);
	jurat_rc rc;

	if (s == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "http.server", NO_OFFSET, 0, 0);
	s->handle = options->handle;
	s->ctx = options->ctx;
	s->conn_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, conn_free);
	if (s->conn_index < 0)
		rc = jurat_fail(d, JURAT_E_MEMORY, "http.server", NO_OFFSET, 0, 0);
	else if ((rc = tls_server_new(&s->tls, options->cert_pem, options->key_pem, d)) == JURAT_OK &&
	    (rc = make_events(s, d)) == JURAT_OK)
		rc = listen_on(s, options->listen, d);
	if (rc != JURAT_OK) {
		http_server_close(s);
		return rc;
	}
	*out = s;
	return JURAT_OK;
}

const char *
http_server_address(const struct http_server *s)
{
	return s->address;
}

bool
http_server_draining(const struct http_server *s)
{
	return s->draining;
}

jurat_rc
http_server_run(struct http_server *s, struct jurat_diag *d)
{
	/* a client that goes away must not end the process */
	signal(SIGPIPE, SIG_IGN);
	if (event_base_dispatch(s->base) < 0)
		return jurat_fail(d, JURAT_E_IO, "http.server", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

static void
free_event(struct event *e)
{
	if (e != NULL)
		event_free(e);
}

void
http_server_close(struct http_server *s)
{
	if (s == NULL)
		return;
	s->draining = true; /* nothing is to be accepted again while connections go */
	if (s->http != NULL)
		evhttp_free(s->http);
	free_event(s->sigterm);
	free_event(s->sigint);
	free_event(s->drain_end);
	if (s->base != NULL)
		event_base_free(s->base);
	SSL_CTX_free(s->tls);
	free(s);
}
