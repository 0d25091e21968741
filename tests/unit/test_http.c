/* SPDX-License-Identifier: Apache-2.0 */
/* The server in a process of its own, our client and raw connections against it. */
#include "support.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http/client.h"
#include "http/server.h"
#include "http/tls.h"

#define STREAM_LEN (3u * 1024u * 1024u)

struct fixture {
	char *dir, *cert, *key;
	pid_t server;
	char address[HTTP_ADDRESS_MAX_LEN], url[HTTP_ADDRESS_MAX_LEN + 16];
	int events[2]; /* the server's child writes a letter for what happens inside */
};

static void
tell(struct fixture *f, char letter)
{
	assert_int_equal(write(f->events[1], &letter, 1), 1);
}

static char
hear(struct fixture *f)
{
	char letter = 0;

	assert_int_equal(read(f->events[0], &letter, 1), 1);
	return letter;
}

/* ---- the server's side ---- */
struct source {
	struct fixture *f;
	size_t sent, fail_at;
};

static jurat_rc
source_next(void *ctx, uint8_t *out, size_t *out_len, bool *out_last)
{
	struct source *s = ctx;
	size_t n = STREAM_LEN - s->sent < HTTP_PIECE_MAX_LEN ? STREAM_LEN - s->sent : HTTP_PIECE_MAX_LEN;

	if (s->sent >= s->fail_at)
		return JURAT_E_IO;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((s->sent + i) * 13 >> 3);
	s->sent += n;
	*out_len = n;
	*out_last = s->sent == STREAM_LEN;
	return JURAT_OK;
}

static void
source_end(void *ctx, bool complete)
{
	struct source *s = ctx;

	tell(s->f, complete ? 'c' : 'i');
	free(s);
}

static void
handle(void *ctx, const struct http_request *request, struct http_answer *answer)
{
	struct fixture *f = ctx;

	if (strcmp(request->path, "/echo") == 0) {
		http_answer_header(answer, "Location", "/over/there");
		http_answer_header(answer, "X-Bad", "a\r\nX-Injected: 1");
		http_answer_send(answer, 201, "application/octet-stream", request->body, request->body_len);
	} else if (strcmp(request->path, "/stream") == 0 || strcmp(request->path, "/broken") == 0) {
		struct source *s = calloc(1, sizeof *s);
		struct http_stream stream = { source_next, source_end, s };

		s->f = f;
		s->fail_at = request->path[1] == 'b' ? STREAM_LEN / 2 : SIZE_MAX;
		http_answer_stream(answer, "application/octet-stream", &stream);
	} else if (strcmp(request->path, "/problem") == 0) {
		struct jurat_diag d = { .code = JURAT_E_TRUNCATED, .field = "a.field", .offset = 3, .wanted = 9, .got = 4, .hint = "say \"please\"" };

		http_answer_problem(answer, 400, JURAT_E_TRUNCATED, &d, "{\"a\": 1}\n");
	} else if (strcmp(request->path, "/slow") == 0) {
		tell(f, 's');
		usleep(300000);
		http_answer_send(answer, 200, "text/plain", "done", 4);
	}
	/* anything else: a handler that forgot to answer */
}

static void
serve(struct fixture *f, int ready_fd)
{
	struct http_server_options options = { .listen = "127.0.0.1:0", .cert_pem = f->cert, .key_pem = f->key, .handle = handle, .ctx = f };
	struct http_server *s;
	char address[HTTP_ADDRESS_MAX_LEN] = "";
	struct jurat_diag d = { 0 };

	if (http_server_open(&s, &options, &d) != JURAT_OK) {
		fprintf(stderr, "server: %s: %s %d\n", d.field, jurat_rc_name(d.code), (int)d.got);
		_exit(1);
	}
	snprintf(address, sizeof address, "%s", http_server_address(s));
	if (write(ready_fd, address, sizeof address) != sizeof address || http_server_run(s, NULL) != JURAT_OK)
		_exit(1);
	http_server_close(s);
	exit(0); /* so that the leak checker looks */
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	CLEANUP(blob_clear) struct blob cert = { 0 }, key = { 0 };
	int ready[2];

	f->dir = temp_dir_new();
	f->cert = path_join(f->dir, "tls.pem");
	f->key = path_join(f->dir, "tls.key");
	assert_int_equal(tls_make_self_signed(&cert, &key, "localhost", time(NULL), 30, NULL), JURAT_OK);
	assert_int_equal(file_write(f->cert, cert.p, cert.len, 0644, NULL), JURAT_OK);
	assert_int_equal(file_write(f->key, key.p, key.len, 0600, NULL), JURAT_OK);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(f->events), 0);
	fflush(NULL);
	f->server = fork();
	assert_true(f->server >= 0);
	if (f->server == 0)
		serve(f, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], f->address, sizeof f->address), sizeof f->address);
	close(ready[0]);
	snprintf(f->url, sizeof f->url, "https://%s", f->address);
	*state = f;
	return 0;
}

static int
stop(struct fixture *f)
{
	int status = -1;

	if (f->server > 0) {
		kill(f->server, SIGTERM);
		waitpid(f->server, &status, 0);
		f->server = 0;
	}
	return status;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)stop(f);
	close(f->events[0]);
	close(f->events[1]);
	free(f->cert);
	free(f->key);
	temp_dir_remove(f->dir);
	free(f);
	return 0;
}

static struct http_client *
client(struct fixture *f)
{
	struct http_client_options options = { .url = f->url, .ca_file = f->cert };
	struct http_client *c;

	assert_int_equal(http_client_new(&c, &options, NULL), JURAT_OK);
	return c;
}

/* raw_open: a TLS connection on which anything can be sent. */
static SSL *
raw_open(struct fixture *f, int max_version)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct addrinfo *ai;
	char *colon = strrchr(f->address, ':');
	SSL *ssl;
	int fd;

	SSL_CTX_set_max_proto_version(ctx, max_version);
	assert_int_equal(getaddrinfo("127.0.0.1", colon + 1, NULL, &ai), 0);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, ai->ai_addr, ai->ai_addrlen), 0);
	freeaddrinfo(ai);
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1) {
		SSL_free(ssl);
		close(fd);
		return NULL;
	}
	return ssl;
}

static void
raw_close(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	close(fd);
}

/* raw_talk: sends text and returns the first bytes of what comes back. */
static void
raw_talk(struct fixture *f, const char *text, size_t len, char *out, size_t cap)
{
	SSL *ssl = raw_open(f, TLS1_3_VERSION);
	int n;

	assert_non_null(ssl);
	for (size_t at = 0; at < len; at += 16384) {
		if (SSL_write(ssl, text + at, (int)(len - at < 16384 ? len - at : 16384)) <= 0)
			break;
	}
	n = SSL_read(ssl, out, (int)cap - 1);
	out[n > 0 ? n : 0] = '\0';
	raw_close(ssl);
}

/* ---- tests ---- */

static void
a_body_goes_there_and_back(void **state)
{
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };

	for (int i = 0; i < 3; i++) {
		assert_int_equal(http_post(c, &r, "/echo", "abc\0def", 7, 100, NULL), JURAT_OK);
		assert_int_equal(r.status, 201);
		assert_int_equal(r.body.len, 7);
		assert_memory_equal(r.body.p, "abc\0def", 7);
		assert_string_equal(r.location, "/over/there");
		http_reply_clear(&r);
	}
	assert_int_equal(http_post(c, &r, "/echo", NULL, 0, 100, NULL), JURAT_OK);
	assert_int_equal(r.body.len, 0);
	http_reply_clear(&r);
	http_client_free(c);
}

static void
the_client_takes_no_more_than_it_asked_for(void **state)
{
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };
	struct jurat_diag d = { 0 };

	assert_int_equal(http_post(c, &r, "/echo", "12345678", 8, 7, &d), JURAT_E_TOO_LARGE);
	assert_null(r.body.p);
	assert_int_equal(http_post(c, &r, "/echo", "12345678", 8, 8, NULL), JURAT_OK);
	http_reply_clear(&r);
	http_client_free(c);
}

static void
a_stream_arrives_whole(void **state)
{
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };

	assert_int_equal(http_post(c, &r, "/stream", NULL, 0, STREAM_LEN, NULL), JURAT_OK);
	assert_int_equal(r.body.len, STREAM_LEN);
	for (size_t i = 0; i < STREAM_LEN; i++)
		assert_int_equal(r.body.p[i], (uint8_t)(i * 13 >> 3));
	assert_int_equal(hear(f), 'c');
	http_reply_clear(&r);
	assert_int_equal(http_get(c, &r, "/stream", STREAM_LEN, NULL), JURAT_OK);
	assert_int_equal(hear(f), 'c');
	http_reply_clear(&r);
	http_client_free(c);
}

static void
a_stream_that_breaks_is_seen_as_incomplete(void **state)
{
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };

	assert_int_equal(http_post(c, &r, "/broken", NULL, 0, STREAM_LEN, NULL), JURAT_E_IO);
	assert_null(r.body.p);
	assert_int_equal(hear(f), 'i');
	/* and the server goes on */
	assert_int_equal(http_post(c, &r, "/echo", "x", 1, 10, NULL), JURAT_OK);
	http_reply_clear(&r);
	http_client_free(c);
}

static void
a_client_that_leaves_in_the_middle_of_a_stream_ends_it(void **state)
{
	static const char get[] = "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
	struct fixture *f = *state;
	char some[100];

	raw_talk(f, get, sizeof get - 1, some, sizeof some);
	assert_int_equal(hear(f), 'i');
	assert_int_equal(stop(f), 0);
}

static void
a_problem_says_what_failed_in_json(void **state)
{
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };

	assert_int_equal(http_get(c, &r, "/problem", 4096, NULL), JURAT_OK);
	assert_int_equal(r.status, 400);
	assert_string_equal((char *)r.body.p,
	    "{\n  \"type\": \"about:blank\",\n  \"title\": \"input ended inside a field\",\n  \"status\": 400,\n"
	    "  \"code\": \"truncated\",\n  \"field\": \"a.field\",\n  \"offset\": 3,\n  \"wanted\": 9,\n  \"got\": 4,\n"
	    "  \"hint\": \"say \\\"please\\\"\",\n  \"verdict\": {\"a\": 1}\n}\n");
	http_reply_clear(&r);
	assert_int_equal(http_get(c, &r, "/nobody-answers", 4096, NULL), JURAT_OK);
	assert_int_equal(r.status, 503);
	http_reply_clear(&r);
	http_client_free(c);
}

static void
another_certificate_is_refused_by_the_client(void **state)
{
	struct fixture *f = *state;
	struct http_client_options options = { .url = f->url, .ca_file = f->cert };
	CLEANUP(blob_clear) struct blob cert = { 0 }, key = { 0 };
	struct http_reply r = { 0 };
	struct http_client *c;

	assert_int_equal(tls_make_self_signed(&cert, &key, "localhost", time(NULL), 30, NULL), JURAT_OK);
	assert_int_equal(file_write(f->cert, cert.p, cert.len, 0644, NULL), JURAT_OK);
	assert_int_equal(http_client_new(&c, &options, NULL), JURAT_OK);
	assert_int_equal(http_get(c, &r, "/echo", 10, NULL), JURAT_E_AUTH);
	http_client_free(c);
	options.url = "http://127.0.0.1:1";
	assert_int_equal(http_client_new(&c, &options, NULL), JURAT_E_USAGE);
}

static void
a_certificate_for_another_name_or_out_of_date_is_refused(void **state)
{
	static const struct {
		const char *name;
		int64_t shift;
		jurat_rc want;
	} cases[] = { { "127.0.0.1", 0, JURAT_OK }, { "example.org", 0, JURAT_E_AUTH }, { "localhost", -86400 * 31, JURAT_E_AUTH } };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(blob_clear) struct blob cert = { 0 }, key = { 0 };
		struct http_reply r = { 0 };
		struct http_client *c;
		int ready[2];

		(void)stop(f);
		assert_int_equal(tls_make_self_signed(&cert, &key, cases[i].name, time(NULL) + cases[i].shift, 30, NULL), JURAT_OK);
		assert_int_equal(file_write(f->cert, cert.p, cert.len, 0644, NULL), JURAT_OK);
		assert_int_equal(file_write(f->key, key.p, key.len, 0600, NULL), JURAT_OK);
		assert_int_equal(pipe(ready), 0);
		fflush(NULL);
		if ((f->server = fork()) == 0)
			serve(f, ready[1]);
		close(ready[1]);
		assert_int_equal(read(ready[0], f->address, sizeof f->address), sizeof f->address);
		close(ready[0]);
		snprintf(f->url, sizeof f->url, "https://%s", f->address);
		c = client(f);
		assert_int_equal(http_get(c, &r, "/echo", 10, NULL), cases[i].want);
		http_reply_clear(&r);
		http_client_free(c);
	}
}

static void
tls_before_1_3_is_refused(void **state)
{
	struct fixture *f = *state;
	SSL *ssl = raw_open(f, TLS1_2_VERSION);

	assert_null(ssl);
	ssl = raw_open(f, TLS1_3_VERSION);
	assert_non_null(ssl);
	assert_int_equal(SSL_version(ssl), TLS1_3_VERSION);
	raw_close(ssl);
}

static void
bad_requests_get_an_error_and_the_server_lives(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "garbage\r\n\r\n", "HTTP/1.1 400" },
		{ "GET /echo HTTP/9.9\r\n\r\n", "HTTP/1.1 400" },
		{ "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 4" },
		{ "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 4" },
		{ "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n", "HTTP/1.1 413" },
		{ "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\nab", "HTTP/1.1 400" },
		{ "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
		    "HTTP/1.1 400" },
		{ "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", "HTTP/1.1 413" },
		{ "BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 5" },
	};
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };
	char out[200];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		raw_talk(f, cases[i].text, strlen(cases[i].text), out, sizeof out);
		if (strncmp(out, cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("%s -> %s", cases[i].text, out);
	}
	assert_int_equal(http_post(c, &r, "/echo", "x", 1, 10, NULL), JURAT_OK);
	http_reply_clear(&r);
	http_client_free(c);
}

static void
an_answer_to_head_has_no_body(void **state)
{
	static const char head[] = "HEAD /problem HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	struct fixture *f = *state;
	SSL *ssl = raw_open(f, TLS1_3_VERSION);
	char out[2000];
	int len = 0, n;

	assert_non_null(ssl);
	assert_int_equal(SSL_write(ssl, head, sizeof head - 1), sizeof head - 1);
	while (len < (int)sizeof out - 1 && (n = SSL_read(ssl, out + len, (int)sizeof out - 1 - len)) > 0)
		len += n;
	out[len] = '\0';
	raw_close(ssl);
	assert_int_equal(strncmp(out, "HTTP/1.1 400", 12), 0);
	assert_string_equal(strstr(out, "\r\n\r\n"), "\r\n\r\n");
}

static void
endless_headers_are_cut_off(void **state)
{
	struct fixture *f = *state;
	size_t len = 100000;
	char *text = malloc(len), out[200];

	memset(text, 'a', len);
	memcpy(text, "GET /echo HTTP/1.1\r\nX: ", 23);
	raw_talk(f, text, len, out, sizeof out);
	assert_true(out[0] == '\0' || strncmp(out, "HTTP/1.1 4", 10) == 0);
	free(text);
}

static void
no_header_can_be_smuggled_into_an_answer(void **state)
{
	static const char get[] = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
	struct fixture *f = *state;
	char out[1000];

	raw_talk(f, get, sizeof get - 1, out, sizeof out);
	assert_null(strstr(out, "Injected"));
	assert_non_null(strstr(out, "Cache-Control: no-store"));
}

static void
sigterm_finishes_the_answer_under_way_and_ends_well(void **state)
{
	struct fixture *f = *state;
	struct http_client *c = client(f);
	struct http_reply r = { 0 };
	pid_t killer;
	int status;

	fflush(NULL);
	killer = fork();
	if (killer == 0) {
		if (hear(f) == 's')
			kill(f->server, SIGTERM);
		_exit(0);
	}
	assert_int_equal(http_get(c, &r, "/slow", 100, NULL), JURAT_OK);
	assert_int_equal(r.status, 200);
	assert_string_equal((char *)r.body.p, "done");
	http_reply_clear(&r);
	waitpid(killer, NULL, 0);
	assert_int_equal(waitpid(f->server, &status, 0), f->server);
	f->server = 0;
	assert_int_equal(status, 0);
	assert_int_equal(http_get(c, &r, "/echo", 100, NULL), JURAT_E_IO);
	http_client_free(c);
}

static void
a_key_that_others_may_read_is_refused(void **state)
{
	struct fixture *f = *state;
	struct http_server_options options = { .listen = "127.0.0.1:0", .cert_pem = f->cert, .key_pem = f->key, .handle = handle };
	struct http_server *s = NULL;

	assert_int_equal(chmod(f->key, 0644), 0);
	assert_int_equal(http_server_open(&s, &options, NULL), JURAT_E_PERMISSION);
	assert_int_equal(chmod(f->key, 0600), 0);
	options.listen = "localhost";
	assert_int_equal(http_server_open(&s, &options, NULL), JURAT_E_USAGE);
	options.listen = f->address; /* taken by the child */
	assert_int_equal(http_server_open(&s, &options, NULL), JURAT_E_IO);
	options.listen = "127.0.0.1:0";
	options.key_pem = f->cert;
	assert_int_not_equal(http_server_open(&s, &options, NULL), JURAT_OK);
	assert_null(s);
}

int
main(void)
{
#define T(X) cmocka_unit_test_setup_teardown(X, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_body_goes_there_and_back),
		T(the_client_takes_no_more_than_it_asked_for),
		T(a_stream_arrives_whole),
		T(a_stream_that_breaks_is_seen_as_incomplete),
		T(a_client_that_leaves_in_the_middle_of_a_stream_ends_it),
		T(a_problem_says_what_failed_in_json),
		T(another_certificate_is_refused_by_the_client),
		T(a_certificate_for_another_name_or_out_of_date_is_refused),
		T(tls_before_1_3_is_refused),
		T(bad_requests_get_an_error_and_the_server_lives),
		T(an_answer_to_head_has_no_body),
		T(endless_headers_are_cut_off),
		T(no_header_can_be_smuggled_into_an_answer),
		T(sigterm_finishes_the_answer_under_way_and_ends_well),
		T(a_key_that_others_may_read_is_refused),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
