/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's end. Everything below key_roundtrip is async-signal-safe: raw reads and writes on the socket, no allocation, errno
 * kept. Signals are blocked while the lock is held, so that a trap on the same thread never waits for itself.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"
#include "host/file.h"
#include "machine/key_spawn.h"
#include "machine/key_wire.h"
#include "machine/local_socket.h"

enum { PATIENCE_S = 120, SPINS_MAX = 64 };

struct key_client {
	int fd;
	pid_t child; /* the key process that is ours to end; 0 if it is served */
	pid_t owner; /* after fork() the child shares the socket but must not speak on it */
	atomic_flag lock;
	bool broken; /* the stream is out of step: nothing more is sent */
	struct fuses_public known;
	size_t pending; /* bytes of ADD not yet sent */
	uint8_t out[KEY_FRAME_MAX_LEN];
};

struct held {
	sigset_t mask;
	int error;
};

/* mine: after fork() another thread of the parent may hold the lock for ever, so the child does not even wait for it. */
static bool
mine(const struct key_client *k)
{
	return getpid() == k->owner;
}

static void
hold(struct key_client *k, struct held *h)
{
	sigset_t all;
	unsigned spins = 0;

	h->error = errno;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &h->mask);
	while (atomic_flag_test_and_set_explicit(&k->lock, memory_order_acquire)) {
		if (++spins > SPINS_MAX)
			sched_yield();
	}
}

static void
let_go(struct key_client *k, const struct held *h)
{
	atomic_flag_clear_explicit(&k->lock, memory_order_release);
	pthread_sigmask(SIG_SETMASK, &h->mask, NULL);
	errno = h->error;
}

static bool
send_bytes(struct key_client *k, const uint8_t *p, size_t len)
{
	while (len != 0) {
		ssize_t n = send(k->fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
receive_bytes(struct key_client *k, uint8_t *p, size_t len)
{
	while (len != 0) {
		ssize_t n = read(k->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
flush(struct key_client *k)
{
	bool ok = send_bytes(k, k->out, k->pending);

	k->pending = 0;
	return ok;
}

/* put: one request into the buffer, which is sent first if there is no room. tail may be empty. */
static bool
put(struct key_client *k, const struct key_request *q, const void *body, size_t body_len, const void *tail, size_t tail_len)
{
	struct writer w;

	if (sizeof k->out - k->pending < KEY_REQUEST_HEAD_LEN + body_len + tail_len && !flush(k))
		return false;
	key_request_encode(k->out + k->pending, q);
	writer_init(&w, k->out + k->pending + KEY_REQUEST_HEAD_LEN, sizeof k->out - k->pending - KEY_REQUEST_HEAD_LEN);
	writer_copy(&w, body, body_len);
	writer_copy(&w, tail, tail_len);
	k->pending += KEY_REQUEST_HEAD_LEN + w.len;
	return !w.failed;
}

/* receive: one answer; out has KEY_ANSWER_MAX_LEN bytes. */
static bool
receive(struct key_client *k, struct key_answer *a, uint8_t *out)
{
	uint8_t head[KEY_ANSWER_HEAD_LEN];

	return receive_bytes(k, head, sizeof head) && key_answer_parse(a, head, NULL) == JURAT_OK &&
	    receive_bytes(k, out, a->body_len);
}

/* What one exchange needs and brings. */
struct exchange {
	uint16_t op;
	uint32_t handle;
	const void *body, *tail;
	size_t body_len, tail_len, want_len;
	uint8_t answer[KEY_ANSWER_MAX_LEN];
};

/* roundtrip: JURAT_OK with exactly want_len bytes in x->answer, the server's refusal, or JURAT_E_IO if the stream broke. */
static jurat_rc
roundtrip(struct key_client *k, struct exchange *x, struct jurat_diag *d)
{
	struct key_request q = { (uint32_t)(x->body_len + x->tail_len), x->op, x->handle };
	struct key_answer a = { 0, JURAT_E_IO };
	struct held h;
	bool ok;

	if (!mine(k))
		return jurat_fail(d, JURAT_E_IO, "key_process.owner", NO_OFFSET, 0, 0);
	hold(k, &h);
	ok = !k->broken && put(k, &q, x->body, x->body_len, x->tail, x->tail_len) && flush(k) && receive(k, &a, x->answer) &&
	    (a.rc != JURAT_OK || a.body_len == x->want_len);
	if (!ok)
		k->broken = true;
	let_go(k, &h);
	if (!ok)
		return jurat_fail(d, JURAT_E_IO, "key_process", NO_OFFSET, 0, 0);
	if (a.rc != JURAT_OK)
		key_diag_parse(d, a.rc, x->answer, a.body_len);
	return a.rc;
}

/* one_way: a request without an answer. Sent at once unless it may wait for company. */
static jurat_rc
one_way(struct key_client *k, uint16_t op, uint32_t handle, const struct image_page *page, struct jurat_diag *d)
{
	uint8_t body[KEY_ADD_HEAD_LEN];
	size_t body_len = page != NULL ? sizeof body : 0, tail_len = page != NULL && page->data != NULL ? SGX_PAGE_SIZE : 0;
	struct key_request q = { (uint32_t)(body_len + tail_len), op, handle };
	struct held h;
	bool ok;

	if (page != NULL)
		key_add_encode(body, page);
	if (!mine(k))
		return jurat_fail(d, JURAT_E_IO, "key_process.owner", NO_OFFSET, 0, 0);
	hold(k, &h);
	ok = !k->broken && put(k, &q, body, body_len, page != NULL ? page->data : NULL, tail_len) && (page != NULL || flush(k));
	if (!ok)
		k->broken = true;
	let_go(k, &h);
	return ok ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "key_process", NO_OFFSET, 0, 0);
}

/* ---- opening ---- */

static jurat_rc
read_greeting(struct key_client *k, bool *out_silent, struct jurat_diag *d)
{
	uint8_t body[KEY_ANSWER_MAX_LEN];
	struct key_answer a;

	*out_silent = !receive(k, &a, body);
	if (*out_silent)
		return jurat_fail(d, JURAT_E_IO, "key_process.greeting", NO_OFFSET, 0, 0);
	if (a.rc != JURAT_OK) {
		key_diag_parse(d, a.rc, body, a.body_len);
		return a.rc;
	}
	return key_greeting_parse(&k->known, body, a.body_len, d);
}

/* connect_or_spawn: a served machine first; nobody listening (or a socket that was left behind) means a process of our own. */
static jurat_rc
connect_or_spawn(struct key_client *k, const char *dir, const char *program, struct jurat_diag *d)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char *path = path_join(dir, "keys.socket");
	struct jurat_diag why = { 0 };
	jurat_rc rc;

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "keys.socket", NO_OFFSET, 0, 0);
	rc = local_connect(&k->fd, path, "keys.socket", &why);
	free(path);
	if (rc == JURAT_E_NOT_FOUND)
		return key_spawn(&k->fd, &k->child, program, dir, d);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, why.field, NO_OFFSET, 0, why.got);
	if (setsockopt(k->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
		return jurat_fail(d, JURAT_E_IO, "keys.socket", NO_OFFSET, 0, (uint64_t)errno);
	return JURAT_OK;
}

/* A server that died between our connecting and its greeting is a socket that was left behind, too. */
static jurat_rc
greet(struct key_client *k, const char *dir, const char *program, struct jurat_diag *d)
{
	struct jurat_diag why = { 0 };
	bool silent;
	jurat_rc rc = read_greeting(k, &silent, k->child == 0 ? &why : d);

	if (k->child != 0 || rc == JURAT_OK)
		return rc;
	if (!silent) {
		jurat_fail(d, rc, why.field, why.offset, why.wanted, why.got);
		jurat_hint(d, why.hint);
		return rc;
	}
	close(k->fd);
	k->fd = -1;
	rc = key_spawn(&k->fd, &k->child, program, dir, d);
	return rc == JURAT_OK ? read_greeting(k, &silent, d) : rc;
}

jurat_rc
key_client_open(struct key_client **out, const char *dir, const char *program, struct jurat_diag *d)
{
	struct key_client *k = calloc(1, sizeof *k);
	jurat_rc rc;

	if (k == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "key_process", NO_OFFSET, 0, 0);
	k->fd = -1;
	k->owner = getpid();
	atomic_flag_clear(&k->lock);
	rc = connect_or_spawn(k, dir, program, d);
	if (rc == JURAT_OK)
		rc = greet(k, dir, program, d);
	if (rc != JURAT_OK) {
		key_client_close(k);
		return rc;
	}
	*out = k;
	return JURAT_OK;
}

/* In a child of fork() the connection and the process behind it stay the parent's. */
void
key_client_close(struct key_client *k)
{
	if (k == NULL)
		return;
	if (k->fd >= 0)
		close(k->fd);
	if (k->child != 0 && getpid() == k->owner) {
		while (waitpid(k->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	wipe(k, sizeof *k);
	free(k);
}

void
key_facts(struct fuses_public *out, const struct key_client *k)
{
	*out = k->known;
}

/* ---- requests ---- */

jurat_rc
key_create(struct key_client *k, uint32_t *out_handle, const struct secs_request *request, struct jurat_diag *d)
{
	uint8_t body[KEY_CREATE_LEN];
	struct exchange x = { .op = KEY_OP_CREATE, .body = body, .body_len = sizeof body, .want_len = 4 };
	jurat_rc rc;

	key_create_encode(body, request);
	rc = roundtrip(k, &x, d);
	if (rc == JURAT_OK)
		*out_handle = load32le(x.answer);
	return rc;
}

jurat_rc
key_add(struct key_client *k, uint32_t handle, const struct image_page *page, struct jurat_diag *d)
{
	return one_way(k, KEY_OP_ADD, handle, page, d);
}

jurat_rc
key_init(struct key_client *k, uint32_t handle, const uint8_t sigstruct[SGX_SIGSTRUCT_LEN], const uint8_t *token,
    struct sgx_report_body *out_identity, struct jurat_diag *d)
{
	struct exchange x = { .op = KEY_OP_INIT,
		.handle = handle,
		.body = sigstruct,
		.body_len = SGX_SIGSTRUCT_LEN,
		.tail = token,
		.tail_len = token != NULL ? SGX_EINITTOKEN_LEN : 0,
		.want_len = SGX_REPORT_BODY_LEN };
	jurat_rc rc = roundtrip(k, &x, d);

	return rc == JURAT_OK ? report_body_parse(out_identity, x.answer, SGX_REPORT_BODY_LEN, d) : rc;
}

jurat_rc
key_report(struct key_client *k, uint32_t handle, const uint8_t target[SGX_TARGETINFO_LEN],
    const uint8_t report_data[SGX_REPORT_DATA_LEN], uint8_t out[SGX_REPORT_LEN])
{
	struct exchange x = { .op = KEY_OP_REPORT,
		.handle = handle,
		.body = target,
		.body_len = SGX_TARGETINFO_LEN,
		.tail = report_data,
		.tail_len = SGX_REPORT_DATA_LEN,
		.want_len = SGX_REPORT_LEN };
	jurat_rc rc = roundtrip(k, &x, NULL);

	if (rc == JURAT_OK)
		memcpy(out, x.answer, SGX_REPORT_LEN);
	return rc;
}

jurat_rc
key_get(struct key_client *k, uint32_t handle, const uint8_t request[SGX_KEYREQUEST_LEN], struct aes128_key *out,
    enum sgx_error *out_error)
{
	struct exchange x = { .op = KEY_OP_GET,
		.handle = handle,
		.body = request,
		.body_len = SGX_KEYREQUEST_LEN,
		.want_len = 4 + sizeof out->b };
	jurat_rc rc = roundtrip(k, &x, NULL);

	if (rc == JURAT_OK) {
		*out_error = (enum sgx_error)load32le(x.answer);
		if (*out_error == SGX_SUCCESS)
			memcpy(out->b, x.answer + 4, sizeof out->b);
	}
	wipe(x.answer, sizeof x.answer);
	return rc;
}

void
key_destroy(struct key_client *k, uint32_t handle)
{
	(void)!one_way(k, KEY_OP_DESTROY, handle, NULL, NULL);
}
