/* SPDX-License-Identifier: Apache-2.0 */
/* The platform software's UNIX socket: one process, several clients, one request at a time. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "host/file.h"
#include "machine/local_socket.h"
#include "machine/platform_internal.h"

/*
 * Limits: a client that sends half a request, or does not take its answer, loses its connection after STALL_MS, however it dribbles. A
 * quiet one may stay until all the places are taken and somebody else comes: then the one that was quiet longest goes. Without
 * descriptors nobody is accepted for BACK_OFF_MS.
 */
enum { CLIENTS_MAX = 32, STALL_MS = 10 * 1000, BACK_OFF_MS = 200, FDS_MAX = CLIENTS_MAX + 2 };

struct client {
	int fd; /* -1: free */
	size_t in_len, out_len, out_at;
	int64_t since_us; /* when it began to be quiet, or its request to come in, or its answer to go out */
	uint8_t in[PLATFORM_REQUEST_MAX_LEN];
	uint8_t *out; /* the answer being sent, or NULL */
};

struct server {
	const struct platform_backend *backend;
	int fd, signal_fd;
	int64_t accept_again_us;
	struct client clients[CLIENTS_MAX];
	uint8_t answer[PLATFORM_ANSWER_HEAD_LEN + PLATFORM_ANSWER_BODY_MAX_LEN];
};

static int64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
client_drop(struct client *c)
{
	close(c->fd);
	free(c->out);
	*c = (struct client){ .fd = -1 };
}

/* in_the_middle: whether the client owes bytes, or the taking of some. An idle connection may stay. */
static bool
in_the_middle(const struct client *c)
{
	return c->in_len != 0 || c->out != NULL;
}

/* free_place: one that nobody has, or that of the client that was quiet longest; NULL if none is. */
static struct client *
free_place(struct server *s)
{
	struct client *quiet = NULL;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients[i];

		if (c->fd < 0)
			return c;
		if (!in_the_middle(c) && (quiet == NULL || c->since_us < quiet->since_us))
			quiet = c;
	}
	if (quiet != NULL)
		client_drop(quiet);
	return quiet;
}

static void
accept_one(struct server *s)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *place;

	if (fd < 0) {
		s->accept_again_us = clock_us() + BACK_OFF_MS * 1000;
		return;
	}
	place = free_place(s);
	if (place == NULL) {
		close(fd); /* all of them in the middle of a request: the client sees the end of its connection */
		return;
	}
	*place = (struct client){ .fd = fd, .since_us = clock_us() };
}

static void
client_send(struct client *c)
{
	ssize_t n = send(c->fd, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_drop(c);
		return;
	}
	c->out_at += (size_t)n;
	if (c->out_at < c->out_len)
		return;
	free(c->out);
	c->out = NULL;
	c->since_us = clock_us();
}

/* client_answer: runs one request and queues its answer. */
static void
client_answer(struct server *s, struct client *c, const struct platform_request *q)
{
	size_t len = 0;
	jurat_rc rc = s->backend->answer(s->backend->ctx, q, s->answer + PLATFORM_ANSWER_HEAD_LEN, &len, NULL);

	if (rc != JURAT_OK)
		len = 0;
	store32le(s->answer, (uint32_t)(4 + len));
	store32le(s->answer + 4, rc);
	c->out = malloc(PLATFORM_ANSWER_HEAD_LEN + len);
	if (c->out == NULL) {
		client_drop(c);
		return;
	}
	memcpy(c->out, s->answer, PLATFORM_ANSWER_HEAD_LEN + len);
	c->out_len = PLATFORM_ANSWER_HEAD_LEN + len;
	c->out_at = 0;
	c->since_us = clock_us();
	c->in_len -= q->total_len;
	memmove(c->in, c->in + q->total_len, c->in_len);
	client_send(c);
}

/* client_work: answers what is complete, one at a time: the next request waits until the answer was taken. */
static void
client_work(struct server *s, struct client *c)
{
	while (c->fd >= 0 && c->out == NULL && c->in_len != 0) {
		struct platform_request q;
		jurat_rc rc = platform_request_parse(&q, c->in, c->in_len, NULL);

		if (rc == JURAT_E_TRUNCATED)
			return;
		if (rc != JURAT_OK)
			client_drop(c);
		else
			client_answer(s, c, &q);
	}
}

static void
client_read(struct server *s, struct client *c)
{
	ssize_t n = read(c->fd, c->in + c->in_len, sizeof c->in - c->in_len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_drop(c);
		return;
	}
	if (c->in_len == 0)
		c->since_us = clock_us();
	c->in_len += (size_t)n;
	client_work(s, c);
}

static size_t
fill_poll(const struct server *s, struct pollfd fds[FDS_MAX], size_t who[FDS_MAX])
{
	size_t n = 0;

	fds[n++] = (struct pollfd){ .fd = s->signal_fd, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = s->fd, .events = clock_us() < s->accept_again_us ? 0 : POLLIN };
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		const struct client *c = &s->clients[i];

		if (c->fd < 0)
			continue;
		who[n] = i;
		fds[n++] = (struct pollfd){ .fd = c->fd, .events = c->out != NULL ? POLLOUT : POLLIN };
	}
	return n;
}

static void
drop_stalled(struct server *s)
{
	int64_t now = clock_us();

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients[i];

		if (c->fd >= 0 && in_the_middle(c) && now - c->since_us > STALL_MS * 1000)
			client_drop(c);
	}
}

static void
client_turn(struct server *s, struct client *c, short revents)
{
	if ((revents & POLLOUT) != 0) {
		client_send(c);
		client_work(s, c);
	} else if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
		client_read(s, c);
	}
}

static jurat_rc
serve_loop(struct server *s, struct jurat_diag *d)
{
	struct pollfd fds[FDS_MAX];
	size_t who[FDS_MAX] = { 0 }, n;
	struct signalfd_siginfo info;

	for (;;) {
		n = fill_poll(s, fds, who);
		if (poll(fds, n, fds[1].events == 0 ? BACK_OFF_MS : STALL_MS) < 0 && errno != EINTR)
			return jurat_fail(d, JURAT_E_IO, "platform.poll", NO_OFFSET, 0, (uint64_t)errno);
		/* taken from the descriptor: still pending, it would end the process as soon as it is unblocked */
		if ((fds[0].revents & POLLIN) != 0 && read(s->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
			return JURAT_OK;
		for (size_t i = 2; i < n; i++)
			client_turn(s, &s->clients[who[i]], fds[i].revents);
		if ((fds[1].revents & POLLIN) != 0)
			accept_one(s);
		drop_stalled(s);
	}
}

static jurat_rc
open_signals(int *out, sigset_t *before, struct jurat_diag *d)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, before) != 0)
		return jurat_fail(d, JURAT_E_IO, "signals", NO_OFFSET, 0, (uint64_t)errno);
	*out = signalfd(-1, &set, SFD_CLOEXEC);
	return *out >= 0 ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "signals", NO_OFFSET, 0, (uint64_t)errno);
}

static void
server_free(struct server *s)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (s->clients[i].fd >= 0)
			client_drop(&s->clients[i]);
	}
	if (s->fd >= 0)
		close(s->fd);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
	free(s);
}

static struct server *
server_new(const struct platform_backend *backend)
{
	struct server *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->backend = backend;
	s->fd = s->signal_fd = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		s->clients[i].fd = -1;
	return s;
}

jurat_rc
platform_serve_backend(const struct platform_backend *backend, const char *socket_path, int ready_fd, struct jurat_diag *d)
{
	struct server *s = server_new(backend);
	sigset_t before;
	jurat_rc rc;

	if (s == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	sigprocmask(SIG_BLOCK, NULL, &before);
	rc = local_listen(&s->fd, socket_path, "platform.socket", d);
	if (rc == JURAT_OK) {
		rc = open_signals(&s->signal_fd, &before, d);
		if (rc == JURAT_OK && ready_fd >= 0)
			rc = fd_write_all(ready_fd, "\n", 1, d);
		if (rc == JURAT_OK)
			rc = serve_loop(s, d);
		local_unlink(socket_path);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	server_free(s);
	return rc;
}
