/* SPDX-License-Identifier: Apache-2.0 */
/* The key process: one connection after another in a process each. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"
#include "host/file.h"
#include "machine/key_sandbox.h"
#include "machine/key_server.h"
#include "machine/key_session.h"
#include "machine/local_socket.h"

/* Without descriptors or processes nobody is accepted for BACK_OFF_MS. */
enum { CONNECTIONS_MAX = 64, BACK_OFF_MS = 200, ROOM = 2 * KEY_FRAME_MAX_LEN };

/*
 * What a connection's process says of itself to the one that listens, in memory that they share. asked: a number that counts up over
 * all connections, so that the least is who was quiet longest. The listener trusts it for nothing but whom to end first.
 */
struct activity {
	atomic_uint_fast64_t asked;
	atomic_uint running; /* enclaves past EINIT: such a connection is never ended for another */
};

struct shared {
	atomic_uint_fast64_t last;
	struct activity of[CONNECTIONS_MAX];
};

/* A connection's input: requests arrive in bursts (pages), one read takes many. */
struct inbox {
	int fd;
	struct shared *shared; /* NULL: nobody listens for others */
	struct activity *own;
	size_t len;
	uint8_t bytes[ROOM];
};

static jurat_rc
send_all(int fd, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	while (len != 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return jurat_fail(d, JURAT_E_IO, "key_process.send", NO_OFFSET, 0, (uint64_t)errno);
		p += n;
		len -= (size_t)n;
	}
	return JURAT_OK;
}

/* inbox_fill: at least one more byte. JURAT_E_NOT_FOUND at the end of the stream between two requests, _TRUNCATED inside one. */
static jurat_rc
inbox_fill(struct inbox *in, struct jurat_diag *d)
{
	ssize_t n;

	do
		n = read(in->fd, in->bytes + in->len, sizeof in->bytes - in->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return jurat_fail(d, JURAT_E_IO, "key_process.read", NO_OFFSET, 0, (uint64_t)errno);
	if (n == 0)
		return in->len == 0 ? JURAT_E_NOT_FOUND : jurat_fail(d, JURAT_E_TRUNCATED, "key_request", in->len, 0, 0);
	in->len += (size_t)n;
	return JURAT_OK;
}

/* handle_one: the request at the start of p, if it is complete; *used is its length, 0 if more bytes must come first. */
static jurat_rc
handle_one(struct key_session *s, int fd, const uint8_t *p, size_t len, size_t *used, struct jurat_diag *d)
{
	uint8_t out[KEY_ANSWER_MAX_LEN];
	struct key_request q;
	size_t out_len;
	jurat_rc rc;

	*used = 0;
	if (len < KEY_REQUEST_HEAD_LEN)
		return JURAT_OK;
	rc = key_request_parse(&q, p, d);
	if (rc != JURAT_OK || len - KEY_REQUEST_HEAD_LEN < q.body_len)
		return rc;
	rc = key_session_answer(s, &q, p + KEY_REQUEST_HEAD_LEN, out, &out_len, d);
	if (rc == JURAT_OK && out_len != 0)
		rc = send_all(fd, out, out_len, d);
	wipe(out, sizeof out);
	*used = KEY_REQUEST_HEAD_LEN + q.body_len;
	return rc;
}

static jurat_rc
handle_all(struct key_session *s, struct inbox *in, struct jurat_diag *d)
{
	size_t at = 0, used;
	jurat_rc rc;

	if (in->shared != NULL)
		atomic_store(&in->own->asked, atomic_fetch_add(&in->shared->last, 1) + 1);
	do {
		rc = handle_one(s, in->fd, in->bytes + at, in->len - at, &used, d);
		at += used;
	} while (rc == JURAT_OK && used != 0);
	if (in->shared != NULL)
		atomic_store(&in->own->running, key_session_running(s));
	memmove(in->bytes, in->bytes + at, in->len - at);
	in->len -= at;
	return rc;
}

static jurat_rc
serve_connection(int fd, const struct processor *cpu, const struct fuses_public *known, struct shared *shared, struct activity *own,
    struct jurat_diag *d)
{
	uint8_t greeting[KEY_ANSWER_HEAD_LEN + KEY_GREETING_LEN];
	struct key_session *s = key_session_new(cpu);
	struct inbox *in = calloc(1, sizeof *in);
	jurat_rc rc = JURAT_OK;

	if (s == NULL || in == NULL)
		rc = jurat_fail(d, JURAT_E_MEMORY, "key_process", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK) {
		in->fd = fd;
		in->shared = shared;
		in->own = own;
		key_answer_encode(greeting, &(struct key_answer){ KEY_GREETING_LEN, JURAT_OK });
		key_greeting_encode(greeting + KEY_ANSWER_HEAD_LEN, known);
		rc = send_all(fd, greeting, sizeof greeting, d);
	}
	while (rc == JURAT_OK) {
		rc = inbox_fill(in, d);
		if (rc == JURAT_OK)
			rc = handle_all(s, in, d);
	}
	key_session_free(s);
	free(in);
	return rc == JURAT_E_NOT_FOUND ? JURAT_OK : rc;
}

jurat_rc
key_serve_connection(int fd, const struct processor *cpu, const struct fuses_public *known, struct jurat_diag *d)
{
	return serve_connection(fd, cpu, known, NULL, NULL, d);
}

/* greet_failure: the client learns by name why this machine does not start. */
static void
greet_failure(int fd, jurat_rc rc, const struct jurat_diag *why)
{
	uint8_t out[KEY_ANSWER_HEAD_LEN + KEY_DIAG_LEN];

	key_answer_encode(out, &(struct key_answer){ KEY_DIAG_LEN, rc });
	key_diag_encode(out + KEY_ANSWER_HEAD_LEN, why);
	(void)send_all(fd, out, sizeof out, NULL);
}

/* warm_up: the crypto library loads what it loads lazily now, while files can still be opened. */
static jurat_rc
warm_up(const struct processor *cpu, struct jurat_diag *d)
{
	uint8_t mac[CMAC_LEN];
	jurat_rc rc = cmac_aes128(mac, &cpu->root_seal, "warm", 4);

	wipe(mac, sizeof mac);
	return rc == JURAT_OK ? rc : jurat_fail(d, rc, "crypto", NO_OFFSET, 0, 0);
}

static jurat_rc
start_processor(struct processor *out, struct fuses_public *known, const char *dir, struct jurat_diag *d)
{
	struct fuses f;
	jurat_rc rc = fuses_read(&f, dir, d);

	if (rc != JURAT_OK)
		return rc;
	*known = f.known;
	(void)mlock(out, sizeof *out); /* root keys stay out of the swap; a page is within every limit */
	rc = fuses_start(out, &f, d);
	wipe(&f, sizeof f);
	if (rc == JURAT_OK)
		rc = warm_up(out, d);
	return rc;
}

jurat_rc
key_serve(int fd, const char *dir, struct jurat_diag *d)
{
	struct processor cpu = { 0 };
	struct fuses_public known;
	struct jurat_diag why = { .offset = NO_OFFSET };
	jurat_rc rc = key_sandbox_early(fd, &why);

	if (rc == JURAT_OK)
		rc = start_processor(&cpu, &known, dir, &why);
	if (rc == JURAT_OK)
		rc = key_sandbox_late(&why);
	if (rc != JURAT_OK) {
		greet_failure(fd, rc, &why);
		return jurat_fail(d, rc, why.field, why.offset, why.wanted, why.got);
	}
	rc = key_serve_connection(fd, &cpu, &known, d);
	wipe(&cpu, sizeof cpu);
	return rc;
}

/* ---- DIR/keys.socket ---- */

struct listener {
	int fd, signal_fd;
	pid_t pid;
	pid_t children[CONNECTIONS_MAX]; /* 0: free; its activity has the same index */
	struct shared *shared;
	bool backing_off;
	struct processor cpu;
	struct fuses_public known;
};

static void
child_run(const struct listener *l, int fd, struct activity *own)
{
	sigset_t none;

	close(l->fd); /* or clients would still find somebody listening after the server's death */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* a parent that died before this call sends no signal any more */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != l->pid)
		_exit(1);
	if (key_sandbox_early(fd, NULL) != JURAT_OK || key_sandbox_late(NULL) != JURAT_OK)
		_exit(1);
	_exit(serve_connection(fd, &l->cpu, &l->known, l->shared, own, NULL) == JURAT_OK ? 0 : 1);
}

/* free_place: one that nobody has, or that of the connection without a running enclave that was quiet longest; -1: there is none. */
static int
free_place(struct listener *l)
{
	int quiet = -1;

	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		struct activity *a = &l->shared->of[i];

		if (l->children[i] == 0)
			return i;
		if (atomic_load(&a->running) == 0 &&
		    (quiet < 0 || atomic_load(&a->asked) < atomic_load(&l->shared->of[quiet].asked)))
			quiet = i;
	}
	if (quiet >= 0) {
		kill(l->children[quiet], SIGKILL);
		while (waitpid(l->children[quiet], NULL, 0) < 0 && errno == EINTR)
			;
		l->children[quiet] = 0;
	}
	return quiet;
}

static void
serve_at(struct listener *l, int place, int fd)
{
	struct activity *a = &l->shared->of[place];
	pid_t pid;

	atomic_store(&a->asked, atomic_fetch_add(&l->shared->last, 1) + 1);
	atomic_store(&a->running, 0);
	pid = fork();
	if (pid == 0)
		child_run(l, fd, a);
	if (pid > 0)
		l->children[place] = pid;
	else
		l->backing_off = true;
}

static void
accept_one(struct listener *l)
{
	const struct jurat_diag full = { .code = JURAT_E_TOO_LARGE,
		.field = "connections per machine",
		.offset = NO_OFFSET,
		.wanted = CONNECTIONS_MAX,
		.got = CONNECTIONS_MAX };
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC), place;

	l->backing_off = fd < 0;
	if (fd < 0)
		return;
	place = free_place(l);
	if (place >= 0)
		serve_at(l, place, fd);
	else
		greet_failure(fd, full.code, &full);
	close(fd);
}

static void
reap(struct listener *l)
{
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		if (l->children[i] != 0 && waitpid(l->children[i], NULL, WNOHANG) > 0)
			l->children[i] = 0;
}

/* listen_loop: until SIGTERM or SIGINT; the children die with this process. */
static jurat_rc
listen_loop(struct listener *l, struct jurat_diag *d)
{
	struct signalfd_siginfo info;

	for (;;) {
		struct pollfd fds[2] = { { .fd = l->fd, .events = l->backing_off ? 0 : POLLIN }, { .fd = l->signal_fd, .events = POLLIN } };
		int ready = poll(fds, 2, l->backing_off ? BACK_OFF_MS : -1);

		if (ready == 0)
			l->backing_off = false;
		if (ready < 0 && errno != EINTR)
			return jurat_fail(d, JURAT_E_IO, "key_process.poll", NO_OFFSET, 0, (uint64_t)errno);
		if ((fds[1].revents & POLLIN) != 0 && read(l->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
			if (info.ssi_signo != SIGCHLD)
				return JURAT_OK;
			reap(l);
		}
		if ((fds[0].revents & POLLIN) != 0)
			accept_one(l);
	}
}

static jurat_rc
open_signals(int *out, struct jurat_diag *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return jurat_fail(d, JURAT_E_IO, "signals", NO_OFFSET, 0, (uint64_t)errno);
	*out = signalfd(-1, &set, SFD_CLOEXEC);
	return *out >= 0 ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "signals", NO_OFFSET, 0, (uint64_t)errno);
}

static jurat_rc
listen_run(struct listener *l, const char *path, const struct key_serve_options *o, struct jurat_diag *d)
{
	jurat_rc rc = local_listen(&l->fd, path, "keys.socket", d);

	if (rc != JURAT_OK)
		return rc;
	rc = key_server_drop(path, o, d);
	if (rc == JURAT_OK)
		rc = open_signals(&l->signal_fd, d);
	if (rc == JURAT_OK && o->ready_fd >= 0)
		rc = fd_write_all(o->ready_fd, "\n", 1, d);
	if (rc == JURAT_OK) {
		rc = listen_loop(l, d);
		close(l->signal_fd);
	}
	close(l->fd);
	local_unlink(path);
	return rc;
}

static jurat_rc
share(struct shared **out, struct jurat_diag *d)
{
	void *p = mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return jurat_fail(d, JURAT_E_MEMORY, "key_process", NO_OFFSET, 0, 0);
	*out = p;
	return JURAT_OK;
}

jurat_rc
key_serve_dir(const char *dir, const struct key_serve_options *options, struct jurat_diag *d)
{
	struct listener l = { .fd = -1, .signal_fd = -1, .pid = getpid() };
	char *path = path_join(dir, "keys.socket");
	jurat_rc rc = path == NULL ? jurat_fail(d, JURAT_E_MEMORY, "keys.socket", NO_OFFSET, 0, 0) : JURAT_OK;

	if (rc == JURAT_OK && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		rc = jurat_fail(d, JURAT_E_IO, "sandbox", NO_OFFSET, 0, (uint64_t)errno);
	if (rc == JURAT_OK)
		rc = start_processor(&l.cpu, &l.known, dir, d);
	if (rc == JURAT_OK)
		rc = share(&l.shared, d);
	if (rc == JURAT_OK)
		rc = listen_run(&l, path, options, d);
	if (l.shared != NULL)
		munmap(l.shared, sizeof *l.shared);
	wipe(&l.cpu, sizeof l.cpu);
	free(path);
	return rc;
}
