/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets service in a process of its own, and this one as the attested side, with the real initiator of the exchange. No genuine quote can be
 * made here; what a good one gets is in tests/integration/flow.sh.
 */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "http/client.h"
#include "service/refusals.h"
#include "service/secrets.h"
#include "service/session.h"

#define POLICY \
	"{\"version\": 1, \"tcb_statuses\": [{\"status\": \"UpToDate\"}], \"identities\": [{\"mrenclave\": " \
	"\"0101010101010101010101010101010101010101010101010101010101010101\"}]}"

static const struct aes256_key kek = { { 5, 6, 7 } };
/* Shared with the service's process: its monotonic clock, and by how much its other clock differs from the real one. */
static volatile uint64_t *clock_ms;
static volatile int64_t *clock_error_s;

struct fixture {
	char *dir, *data, *database, *cert;
	pid_t server;
	struct http_client *client;
	struct p256_public key;
};

static int64_t
wall_clock(void)
{
	return time(NULL) + *clock_error_s;
}

static uint64_t
test_clock(void)
{
	return *clock_ms;
}

static void
serve(struct fixture *f, int ready_fd, rlim_t file_limit)
{
	static const struct secrets_clocks clocks = { wall_clock, test_clock };
	char *key = path_join(f->data, SECRETS_TLS_KEY), address[HTTP_ADDRESS_MAX_LEN] = "";
	struct http_server_options options = { .listen = "127.0.0.1:0", .cert_pem = f->cert, .key_pem = key, .handle = secrets_handle };
	struct rlimit limit = { file_limit, file_limit };
	struct http_server *server;
	struct secrets *s;

	if (secrets_open(&s, f->data, &kek, &clocks, NULL) != JURAT_OK)
		_exit(1);
	options.ctx = s;
	if (http_server_open(&server, &options, NULL) != JURAT_OK)
		_exit(2);
	secrets_set_server(s, server);
	snprintf(address, sizeof address, "%s", http_server_address(server));
	signal(SIGXFSZ, SIG_IGN);
	if (file_limit != 0 && setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(3);
	if (write(ready_fd, address, sizeof address) != sizeof address || http_server_run(server, NULL) != JURAT_OK)
		_exit(4);
	http_server_close(server);
	secrets_close(s);
	free(key);
	exit(0);
}

static void
start(struct fixture *f, rlim_t file_limit)
{
	char address[HTTP_ADDRESS_MAX_LEN], url[HTTP_ADDRESS_MAX_LEN + 16];
	struct http_client_options options = { .url = url, .ca_file = f->cert };
	int ready[2];

	assert_int_equal(pipe(ready), 0);
	fflush(NULL);
	if ((f->server = fork()) == 0)
		serve(f, ready[1], file_limit);
	close(ready[1]);
	assert_int_equal(read(ready[0], address, sizeof address), sizeof address);
	close(ready[0]);
	snprintf(url, sizeof url, "https://%s", address);
	assert_int_equal(http_client_new(&f->client, &options, NULL), JURAT_OK);
}

static int
stop(struct fixture *f)
{
	int status = -1;

	http_client_free(f->client);
	f->client = NULL;
	kill(f->server, SIGTERM);
	waitpid(f->server, &status, 0);
	return status;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct secrets_birth birth = { .kek = &kek, .at_unix_s = time(NULL) };
	struct store_new_secret in = { .name = "door", .plain = (const uint8_t *)"sesame", .len = 6, .policy = POLICY,
		.policy_len = sizeof POLICY - 1, .at_unix_s = 1 };
	struct store *store;

	clock_ms = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	clock_error_s = (volatile int64_t *)(clock_ms + 1);
	f->dir = temp_dir_new();
	f->data = path_join(f->dir, "data");
	f->database = path_join(f->data, SECRETS_DATABASE);
	f->cert = path_join(f->data, SECRETS_TLS_CERT);
	assert_int_equal(secrets_init(f->data, &birth, NULL), JURAT_OK);
	assert_int_equal(store_open(&store, f->database, &kek, NULL), JURAT_OK);
	assert_int_equal(store_secret_add(store, &in, NULL), JURAT_OK);
	store_service_public(&f->key, store);
	store_close(store);
	start(f, 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	int status = stop(f);

	free(f->data);
	free(f->database);
	free(f->cert);
	temp_dir_remove(f->dir);
	free(f);
	return status;
}

/* expect: posts and checks status, and that the answer is a problem with this code and field (NULL: any). */
static void
expect(struct fixture *f, const char *path, const void *body, size_t len, int status, const char *code, const char *field)
{
	struct http_reply r = { 0 };
	char wanted[128];

	assert_int_equal(http_post(f->client, &r, path, body, len, 1 << 20, NULL), JURAT_OK);
	if (r.status != status)
		fail_msg("%s: %d: %s", path, r.status, (char *)r.body.p);
	if (code != NULL) {
		snprintf(wanted, sizeof wanted, "\"code\": \"%s\"", code);
		if (strstr((char *)r.body.p, wanted) == NULL)
			fail_msg("%s: no %s in %s", path, wanted, (char *)r.body.p);
	}
	if (field != NULL) {
		snprintf(wanted, sizeof wanted, "\"field\": \"%s\"", field);
		if (strstr((char *)r.body.p, wanted) == NULL)
			fail_msg("%s: no %s in %s", path, wanted, (char *)r.body.p);
	}
	http_reply_clear(&r);
}

/* A session up to and with msg3 over whatever quote. */
struct attester {
	struct sigma_initiator sigma;
	char path[128];
	uint8_t report_data[64];
	uint8_t msg3[SIGMA_MSG3_HEAD_LEN + 500];
};

static void
begin(struct fixture *f, struct attester *a)
{
	uint8_t first[SIGMA_MSG0_LEN + SIGMA_MSG1_LEN], seed[48];
	struct http_reply r = { 0 };

	assert_int_equal(crypto_random(seed, sizeof seed), JURAT_OK);
	assert_int_equal(sigma_initiator_init(&a->sigma, &f->key), JURAT_OK);
	assert_int_equal(sigma_make_msg1(&a->sigma, first, first + SIGMA_MSG0_LEN, seed), JURAT_OK);
	assert_int_equal(http_post(f->client, &r, "/v1/sessions", first, sizeof first, 1000, NULL), JURAT_OK);
	assert_int_equal(r.status, 201);
	assert_int_equal(r.body.len, SIGMA_MSG2_HEAD_LEN);
	assert_int_equal(strncmp(r.location, "/v1/sessions/", 13), 0);
	assert_int_equal(strlen(r.location), 13 + SESSION_ID_TEXT_LEN);
	assert_int_equal(sigma_take_msg2(&a->sigma, a->report_data, r.body.p, r.body.len, NULL), JURAT_OK);
	snprintf(a->path, sizeof a->path, "%s/msg3?secret=door", r.location);
	http_reply_clear(&r);
}

static void
make_msg3(struct attester *a)
{
	uint8_t quote[500] = { 3, 0, 2, 0 };

	assert_int_equal(sigma_make_msg3(&a->sigma, a->msg3, quote, sizeof quote, NULL), JURAT_OK);
}

static bool
last_event(void *ctx, const struct store_record *r)
{
	*(enum store_event *)ctx = r->event;
	return true;
}

static enum store_event
last_logged(struct fixture *f)
{
	enum store_event event = 0;
	struct store *s;

	assert_int_equal(store_open(&s, f->database, NULL, NULL), JURAT_OK);
	assert_int_equal(store_log_each(s, 1, last_event, &event, NULL), JURAT_OK);
	store_close(s);
	return event;
}

/* ---- tests ---- */

static void
a_worthless_quote_is_refused_with_the_verdict_and_recorded(void **state)
{
	struct fixture *f = *state;
	struct attester a;
	struct http_reply r = { 0 };

	begin(f, &a);
	make_msg3(&a);
	assert_int_equal(http_post(f->client, &r, a.path, a.msg3, sizeof a.msg3, 1 << 20, NULL), JURAT_OK);
	assert_int_equal(r.status, 403);
	assert_non_null(strstr((char *)r.body.p, "\"verdict\": {"));
	assert_non_null(strstr((char *)r.body.p, "\"field\": \""));
	assert_null(strstr((char *)r.body.p, "sesame"));
	http_reply_clear(&r);
	assert_int_equal(last_logged(f), EVENT_REFUSED);
}

static void
a_session_takes_its_msg3_once(void **state)
{
	struct fixture *f = *state;
	struct attester a;

	begin(f, &a);
	make_msg3(&a);
	expect(f, a.path, a.msg3, sizeof a.msg3, 403, NULL, NULL);
	expect(f, a.path, a.msg3, sizeof a.msg3, 409, "replay", "session.msg3");
	/* and a damaged one ends the session too */
	begin(f, &a);
	make_msg3(&a);
	a.msg3[200] ^= 1;
	expect(f, a.path, a.msg3, sizeof a.msg3, 403, "crypto", NULL);
	a.msg3[200] ^= 1;
	expect(f, a.path, a.msg3, sizeof a.msg3, 409, "replay", "session.msg3");
}

static void
a_msg3_of_another_session_is_refused(void **state)
{
	struct fixture *f = *state;
	struct attester a, b;

	begin(f, &a);
	begin(f, &b);
	make_msg3(&a);
	expect(f, b.path, a.msg3, sizeof a.msg3, 400, "mismatch", NULL);
}

static void
a_session_ends_with_its_minute(void **state)
{
	struct fixture *f = *state;
	struct attester a;

	begin(f, &a);
	make_msg3(&a);
	*clock_ms += SESSION_LIFE_MS;
	expect(f, a.path, a.msg3, sizeof a.msg3, 404, "not_found", "session");
}

static void
bad_bodies_are_refused_by_field(void **state)
{
	static const uint8_t zeros[SIGMA_MSG3_MAX_LEN + 1];
	struct fixture *f = *state;
	uint8_t garbage[72];
	struct attester a;

	expect(f, "/v1/sessions", NULL, 0, 400, "truncated", "msg1");
	expect(f, "/v1/sessions", zeros, 71, 400, "truncated", "msg1");
	expect(f, "/v1/sessions", zeros, 73, 413, "too_large", "http.body");
	expect(f, "/v1/sessions", zeros, 72, 403, "crypto", NULL); /* not a point */
	memset(garbage, 0xa5, sizeof garbage);
	expect(f, "/v1/sessions", garbage, sizeof garbage, 400, NULL, NULL);
	for (size_t len = 0; len < SIGMA_MSG3_HEAD_LEN; len += 67) {
		begin(f, &a);
		expect(f, a.path, zeros, len, 400, "truncated", NULL);
	}
	begin(f, &a);
	expect(f, a.path, zeros, sizeof zeros, 413, "too_large", "http.body");
	expect(f, a.path, zeros, sizeof zeros - 1, 400, "mismatch", NULL); /* the one before did not count: it was never read */
}

static void
unknown_paths_methods_sessions_and_secrets_are_refused(void **state)
{
	struct fixture *f = *state;
	struct http_reply r = { 0 };
	struct attester a;
	char *query;

	expect(f, "/", "", 0, 404, "not_found", "http.path");
	expect(f, "/v1/sessions/", "", 0, 404, "not_found", "http.path");
	expect(f, "/v1/sessions/0123/msg3?secret=door", "", 0, 404, "not_found", "http.path");
	expect(f, "/v1/sessions/00000000000000000000000000000000/msg3?secret=door", "x", 1, 404, "not_found", "session");
	expect(f, "/v1/sessions/00000000000000000000000000000000/ack", "x", 1, 404, "not_found", "session");
	expect(f, "/v1/sessions/0000000000000000000000000000000g/ack", "x", 1, 404, "not_found", "session");
	expect(f, "/healthz", "", 0, 405, "unsupported", "http.method");
	assert_int_equal(http_get(f->client, &r, "/v1/sessions", 1000, NULL), JURAT_OK);
	assert_int_equal(r.status, 405);
	http_reply_clear(&r);
	begin(f, &a);
	make_msg3(&a);
	query = strchr(a.path, '?');
	strcpy(query, "?secret=a/b");
	expect(f, a.path, a.msg3, sizeof a.msg3, 400, "format", "secret.name");
	strcpy(query, "?secret=door&x=1");
	expect(f, a.path, a.msg3, sizeof a.msg3, 400, "format", "secret.name");
	strcpy(query, "?name=door");
	expect(f, a.path, a.msg3, sizeof a.msg3, 400, "format", "http.query.secret");
	strcpy(query, "?secret=window");
	expect(f, a.path, a.msg3, sizeof a.msg3, 404, "not_found", "secret.name");
}

static void
an_ack_before_its_time_is_refused(void **state)
{
	struct fixture *f = *state;
	uint8_t ack[CHANNEL_ACK_LEN + CHANNEL_RECORD_OVERHEAD] = { CHANNEL_ACK };
	struct attester a;

	begin(f, &a);
	strcpy(strrchr(a.path, '/'), "/ack");
	expect(f, a.path, ack, sizeof ack, 409, "replay", "session.ack");
}

static void
an_epid_group_in_msg1_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	uint8_t first[SIGMA_MSG0_LEN + SIGMA_MSG1_LEN], seed[48] = { 1 };
	struct sigma_initiator sigma;

	assert_int_equal(sigma_initiator_init(&sigma, &f->key), JURAT_OK);
	assert_int_equal(sigma_make_msg1(&sigma, first, first + SIGMA_MSG0_LEN, seed), JURAT_OK);
	first[sizeof first - 1] = 1;
	expect(f, "/v1/sessions", first, sizeof first, 400, "unsupported", "msg1.gid");
}

static void
a_flood_of_sessions_keeps_nobody_out(void **state)
{
	struct fixture *f = *state;
	struct attester a, honest;

	for (unsigned i = 0; i < 2 * SESSIONS_MAX; i++)
		begin(f, &a);
	++*clock_ms;
	begin(f, &honest);
	for (unsigned i = 0; i < SESSIONS_MAX / 2; i++)
		begin(f, &a);
	make_msg3(&honest);
	expect(f, honest.path, honest.msg3, sizeof honest.msg3, 403, NULL, NULL);
}

/* Collateral that has ended would count again. */
static void
under_a_clock_that_was_set_back_nothing_is_judged(void **state)
{
	static const struct secrets_clocks clocks = { wall_clock, test_clock };
	struct fixture *f = *state;
	struct http_reply r = { 0 };
	struct attester a;
	struct jurat_diag d = { 0 };
	struct secrets *s = NULL;

	begin(f, &a);
	make_msg3(&a);
	expect(f, a.path, a.msg3, sizeof a.msg3, 403, NULL, NULL); /* its record has the time */
	*clock_error_s = -2 * (int64_t)STORE_CLOCK_LEEWAY_S;
	begin(f, &a);
	make_msg3(&a);
	expect(f, a.path, a.msg3, sizeof a.msg3, 503, "time", "clock");
	assert_int_equal(http_get(f->client, &r, "/readyz", 1000, NULL), JURAT_OK);
	assert_int_equal(r.status, 503);
	assert_non_null(strstr((char *)r.body.p, "\"field\": \"clock\""));
	http_reply_clear(&r);
	assert_int_equal(secrets_open(&s, f->data, &kek, &clocks, &d), JURAT_E_TIME);
	assert_null(s);
	assert_non_null(d.hint);
	/* small corrections are daily business */
	*clock_error_s = -(int64_t)STORE_CLOCK_LEEWAY_S / 2;
	begin(f, &a);
	make_msg3(&a);
	expect(f, a.path, a.msg3, sizeof a.msg3, 403, NULL, NULL);
}

static void
under_a_clock_that_was_set_back_the_daemon_ends_with_8(void **state)
{
	struct fixture *f = *state;
	struct store_new_secret in = { .name = "later", .plain = (const uint8_t *)"x", .len = 1, .policy = POLICY,
		.policy_len = sizeof POLICY - 1, .at_unix_s = time(NULL) + 3600 };
	char *kek_file = path_join(f->dir, "kek"), cmd[1024], accept[1024];
	const char *build = getenv("JURAT_BUILD");
	struct store *store;

	assert_int_equal(file_write(kek_file, kek.b, sizeof kek.b, 0600, NULL), JURAT_OK);
	snprintf(cmd, sizeof cmd, "%s/src/cli/jurat secrets serve --data %s --kek-file %s --listen 127.0.0.1:0 --check-config 2>&1",
	    build != NULL ? build : ".", f->data, kek_file);
	assert_int_equal(WEXITSTATUS(system(cmd)), 0); /* NOLINT: our own paths */
	assert_int_equal(store_open(&store, f->database, &kek, NULL), JURAT_OK);
	assert_int_equal(store_secret_add(store, &in, NULL), JURAT_OK);
	store_close(store);
	assert_int_equal(WEXITSTATUS(system(cmd)), 8); /* NOLINT */
	/* unless the clock was ahead then, and the operator says so */
	snprintf(accept, sizeof accept, "%s/src/cli/jurat secrets accept-clock --data %s --kek-file %s 2>&1", build != NULL ? build : ".",
	    f->data, kek_file);
	assert_int_equal(WEXITSTATUS(system(accept)), 0); /* NOLINT */
	assert_int_equal(WEXITSTATUS(system(cmd)), 0); /* NOLINT */
	free(kek_file);
}

struct refused {
	unsigned num;
	char name[STORE_NAME_MAX_LEN + 1], detail[STORE_DETAIL_MAX_LEN + 1];
};

static bool
count_refused(void *ctx, const struct store_record *r)
{
	struct refused *seen = ctx;

	seen->num += r->event == EVENT_REFUSED;
	snprintf(seen->name, sizeof seen->name, "%s", r->name);
	snprintf(seen->detail, sizeof seen->detail, "%s", r->detail);
	return true;
}

static struct refused
refused(struct fixture *f)
{
	struct refused seen = { 0 };
	uint8_t head[SHA256_LEN];
	struct store *s;
	uint64_t num;

	assert_int_equal(store_open(&s, f->database, NULL, NULL), JURAT_OK);
	assert_int_equal(store_log_each(s, 1, count_refused, &seen, NULL), JURAT_OK);
	assert_int_equal(store_log_verify(s, NULL, &num, head, NULL), JURAT_OK);
	store_close(s);
	return seen;
}

static void
be_refused(struct fixture *f, unsigned times)
{
	struct attester a;

	for (unsigned i = 0; i < times; i++) {
		begin(f, &a);
		make_msg3(&a);
		expect(f, a.path, a.msg3, sizeof a.msg3, 403, NULL, NULL);
	}
}

/* Anybody can cause refusals; they must not fill the disk. */
static void
a_flood_of_refusals_is_counted_and_not_recorded_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct refused seen;

	be_refused(f, REFUSALS_BURST + 5);
	assert_int_equal(refused(f).num, REFUSALS_BURST);
	*clock_ms += 60000 / REFUSALS_PER_MINUTE;
	be_refused(f, 1);
	seen = refused(f);
	assert_int_equal(seen.num, REFUSALS_BURST + 1);
	assert_string_equal(seen.name, "door");
	assert_non_null(strstr(seen.detail, "; refusals before this without a record: 5"));
	/* the rest is told at the end at the latest */
	be_refused(f, 3);
	assert_int_equal(refused(f).num, REFUSALS_BURST + 1);
	assert_int_equal(stop(f), 0);
	seen = refused(f);
	assert_int_equal(seen.num, REFUSALS_BURST + 2);
	assert_string_equal(seen.name, "");
	assert_string_equal(seen.detail, "the service stops; refusals before this without a record: 3");
	start(f, 0);
}

static void
a_wrong_policy_in_the_database_releases_nothing(void **state)
{
	struct fixture *f = *state;
	struct attester a;
	char cmd[512];

	snprintf(cmd, sizeof cmd, "sqlite3 %s \"UPDATE policies SET json = '{}'\" 2>/dev/null", f->database);
	if (system(cmd) != 0) /* NOLINT: our own path */
		skip();
	begin(f, &a);
	make_msg3(&a);
	expect(f, a.path, a.msg3, sizeof a.msg3, 400, "mismatch", "secret.policy");
}

static void
a_full_disk_does_not_turn_a_refusal_into_a_release(void **state)
{
	struct fixture *f = *state;
	struct attester a;

	assert_int_equal(stop(f), 0);
	start(f, 1); /* no file may grow any more */
	begin(f, &a);
	make_msg3(&a);
	expect(f, a.path, a.msg3, sizeof a.msg3, 403, NULL, NULL);
	assert_int_equal(last_logged(f), EVENT_ADDED);
}

static void
health_readiness_and_metrics_answer(void **state)
{
	struct fixture *f = *state;
	struct http_reply r = { 0 };
	struct attester a;

	begin(f, &a);
	assert_int_equal(http_get(f->client, &r, "/healthz", 1000, NULL), JURAT_OK);
	assert_int_equal(r.status, 200);
	http_reply_clear(&r);
	assert_int_equal(http_get(f->client, &r, "/readyz", 1000, NULL), JURAT_OK);
	assert_int_equal(r.status, 200);
	http_reply_clear(&r);
	assert_int_equal(http_get(f->client, &r, "/metrics", 4096, NULL), JURAT_OK);
	assert_non_null(strstr((char *)r.body.p, "\njurat_sessions_active 1\n"));
	http_reply_clear(&r);
	/* collateral that does not parse: not ready, and it says why */
	char *path = path_join(f->data, SECRETS_COLLATERAL);
	assert_int_equal(file_write(path, "{", 1, 0644, NULL), JURAT_OK);
	assert_int_equal(http_get(f->client, &r, "/readyz", 1000, NULL), JURAT_OK);
	assert_int_equal(r.status, 503);
	assert_non_null(strstr((char *)r.body.p, "\"field\""));
	http_reply_clear(&r);
	free(path);
}

static void
the_data_folder_is_made_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	struct secrets_birth birth = { .kek = &kek, .at_unix_s = time(NULL), .trust = "{}", .trust_len = 2 };
	char *other = path_join(f->dir, "other");

	assert_int_not_equal(secrets_init(f->data, &birth, NULL), JURAT_OK);
	assert_int_not_equal(secrets_init(other, &birth, NULL), JURAT_OK); /* no trust root */
	assert_int_not_equal(access(other, F_OK), 0);
	birth.trust = NULL;
	assert_int_equal(secrets_init(f->data, &birth, NULL), JURAT_E_EXISTS);
	assert_int_equal(secrets_init(other, &birth, NULL), JURAT_OK);
	assert_int_not_equal(secrets_update(other, "nonsense", 8, NULL), JURAT_OK);
	free(other);
}

/* has_line: whether text has this whole line; the search starts at *from and moves it behind the line. */
static bool
has_line(const char **from, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = *from; p != NULL && *p != '\0'; p = strchr(p, '\n'), p = p != NULL ? p + 1 : NULL) {
		if (strncmp(p, line, n) == 0 && p[n] == '\n') {
			*from = p + n;
			return true;
		}
	}
	return false;
}

static void
the_openapi_file_describes_exactly_these_routes(void **state)
{
	const char *source = getenv("JURAT_SOURCE");
	char path[512], line[128];
	size_t len, described = 0, routes = 0;
	uint8_t *text;

	(void)state;
	snprintf(path, sizeof path, "%s/docs/api/secrets.yaml", source != NULL ? source : ".");
	text = test_read(path, &len);
	snprintf(line, sizeof line, "headers over %u KiB or a body over\n    %u KiB,", HTTP_HEADERS_MAX_LEN / 1024, HTTP_BODY_MAX_LEN / 1024);
	assert_non_null(strstr((const char *)text, line));
	for (const struct secrets_route *r = secrets_routes; r->method != NULL; r++, routes++) {
		const char *at = (const char *)text;

		snprintf(line, sizeof line, "  %s:", r->path);
		if (!has_line(&at, line))
			fail_msg("not described: %s", r->path);
		at++;
		snprintf(line, sizeof line, "    %s:\n", strcmp(r->method, "GET") == 0 ? "get" : "post");
		if (strncmp(at, line, strlen(line)) != 0)
			fail_msg("%s: wrong method", r->path);
		snprintf(line, sizeof line, "        x-max-bytes: %zu", r->max_body);
		if (r->max_body != 0 && !has_line(&at, line))
			fail_msg("%s: wrong size", r->path);
	}
	for (const char *p = (const char *)text; (p = strstr(p, "\n  /")) != NULL; p++)
		described++;
	assert_int_equal(described, routes);
	free(text);
}

int
main(void)
{
#define T(X) cmocka_unit_test_setup_teardown(X, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_worthless_quote_is_refused_with_the_verdict_and_recorded),
		T(a_session_takes_its_msg3_once),
		T(a_msg3_of_another_session_is_refused),
		T(a_session_ends_with_its_minute),
		T(bad_bodies_are_refused_by_field),
		T(unknown_paths_methods_sessions_and_secrets_are_refused),
		T(an_ack_before_its_time_is_refused),
		T(an_epid_group_in_msg1_is_refused_by_name),
		T(a_flood_of_sessions_keeps_nobody_out),
		T(under_a_clock_that_was_set_back_nothing_is_judged),
		T(under_a_clock_that_was_set_back_the_daemon_ends_with_8),
		T(a_flood_of_refusals_is_counted_and_not_recorded_one_by_one),
		T(a_wrong_policy_in_the_database_releases_nothing),
		T(a_full_disk_does_not_turn_a_refusal_into_a_release),
		T(health_readiness_and_metrics_answer),
		T(the_data_folder_is_made_whole_or_not_at_all),
		cmocka_unit_test(the_openapi_file_describes_exactly_these_routes),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
