/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

enum { READY_FD = 3, TELL_AFTER_MS = 1000, STOP_MS = 2000, START_MS = 20000 };

static jurat_rc
failed(struct jurat_diag *d, const char *field)
{
	return jurat_fail(d, JURAT_E_IO, field, NO_OFFSET, 0, (uint64_t)errno);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
process_result_clear(struct process_result *r)
{
	blob_clear(&r->out);
	blob_clear(&r->err);
}

/* argv_of: args with the program's name before and at most two more behind. */
static jurat_rc
argv_of(const char *out[PROCESS_MAX_ARGS + 4], const char *const *args, const char *more1, const char *more2, struct jurat_diag *d)
{
	size_t n = 0;

	out[n++] = "jurat";
	for (; *args != NULL; args++) {
		if (n > PROCESS_MAX_ARGS)
			return jurat_fail(d, JURAT_E_INTERNAL, "process.args", NO_OFFSET, PROCESS_MAX_ARGS, n);
		out[n++] = *args;
	}
	if (more1 != NULL)
		out[n++] = more1;
	if (more2 != NULL)
		out[n++] = more2;
	out[n] = NULL;
	return JURAT_OK;
}

/*
 * child_exec: in the child after fork. Descriptors 0, 1, 2 and (ready >= 0) 3 are set, everything else is closed: a daemon must not
 * inherit the pipes of another.
 */
static void
child_exec(const char *const *argv, int out, int err, int ready)
{
	/* execv wants pointers to non-const text and promises not to write to it (POSIX) */
	union {
		const char *const *in;
		char *const *out;
	} args = { .in = argv };
	int null = open("/dev/null", O_RDONLY);

	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* the demo holds back what ends it; its children do not */
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* the demo was killed: nothing of it stays behind */
	if (null < 0 || dup2(null, 0) < 0)
		_exit(127);
	/* over the numbers that are replaced below, so that none is overwritten before it was copied */
	out = fcntl(out, F_DUPFD, 16);
	err = fcntl(err, F_DUPFD, 16);
	ready = ready >= 0 ? fcntl(ready, F_DUPFD, 16) : -1;
	if (dup2(out, 1) < 0 || dup2(err, 2) < 0 || (ready >= 0 && dup2(ready, READY_FD) < 0))
		_exit(127);
	close_range(ready >= 0 ? READY_FD + 1 : READY_FD, ~0u, 0);
	execv("/proc/self/exe", args.out);
	_exit(127);
}

/* keep: appends what was read to a bounded blob. */
static void
keep(struct blob *b, const uint8_t *p, size_t n)
{
	uint8_t *grown;

	if (b->len + n > PROCESS_OUTPUT_MAX_LEN)
		n = PROCESS_OUTPUT_MAX_LEN - b->len;
	grown = realloc(b->p, b->len + n + 1);
	if (grown == NULL)
		return;
	memcpy(grown + b->len, p, n);
	b->p = grown;
	b->len += n;
	b->p[b->len] = 0;
}

/* drain_one: false when the other end has closed. */
static bool
drain_one(int *fd, struct blob *to)
{
	uint8_t buf[4096];
	ssize_t n = read(*fd, buf, sizeof buf);

	if (n > 0)
		keep(to, buf, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		fd_close(fd);
	return *fd >= 0;
}

/* ending_signals: what ends a program, unless whoever started it has it ignored (nohup). */
static void
ending_signals(sigset_t *out)
{
	static const int list[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction now;

	sigemptyset(out);
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		if (sigaction(list[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(out, list[i]);
	}
}

void
process_hold_signals(bool hold)
{
	sigset_t set;

	ending_signals(&set);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* told_to_end: whether one of the signals that are held back has come. */
static bool
told_to_end(void)
{
	sigset_t set, pending, both;

	ending_signals(&set);
	return sigpending(&pending) == 0 && sigandset(&both, &set, &pending) == 0 && sigisemptyset(&both) == 0;
}

/* collect: both outputs until they close, time is up or the demo is told to end. True: closed. */
static bool
collect(struct process_result *r, int *out, int *err, const char *what, int timeout_s)
{
	int64_t start = now_ms(), tell_at = start + TELL_AFTER_MS;

	while (*out >= 0 || *err >= 0) {
		struct pollfd p[2] = { { .fd = *out, .events = POLLIN }, { .fd = *err, .events = POLLIN } };
		int64_t now = now_ms();

		if (now - start > (int64_t)timeout_s * 1000 || told_to_end())
			return false;
		if (now > tell_at) {
			cli_progress("%s ... (%d s)", what, (int)((now - start) / 1000));
			tell_at = now + TELL_AFTER_MS;
		}
		if (poll(p, 2, 100) <= 0)
			continue;
		if (p[0].revents != 0)
			drain_one(out, &r->out);
		if (p[1].revents != 0)
			drain_one(err, &r->err);
	}
	return true;
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

jurat_rc
process_begin(struct process_run *out, const char *what, const char *const *args, struct jurat_diag *d)
{
	const char *argv[PROCESS_MAX_ARGS + 4];
	int po[2], pe[2];
	jurat_rc rc;
	pid_t pid;

	rc = argv_of(argv, args, NULL, NULL, d);
	if (rc != JURAT_OK)
		return rc;
	if (pipe2(po, O_CLOEXEC) < 0)
		return failed(d, "process.pipe");
	if (pipe2(pe, O_CLOEXEC) < 0) {
		rc = failed(d, "process.pipe");
		close(po[0]), close(po[1]);
		return rc;
	}
	pid = fork();
	if (pid == 0)
		child_exec(argv, po[1], pe[1], -1);
	if (pid < 0)
		rc = failed(d, "process.fork");
	close(po[1]);
	close(pe[1]);
	if (pid < 0) {
		close(po[0]), close(pe[0]);
		return rc;
	}
	*out = (struct process_run){ .pid = pid, .out = po[0], .err = pe[0], .what = what };
	return JURAT_OK;
}

/* reap: closes the pipes and waits. */
static int
reap(struct process_run *run)
{
	int status = wait_for(run->pid);

	fd_close(&run->out);
	fd_close(&run->err);
	run->pid = 0;
	return status;
}

jurat_rc
process_end(struct process_result *out, struct process_run *run, int timeout_s, struct jurat_diag *d)
{
	struct process_result r = { 0 };
	bool closed;

	if (run->pid <= 0)
		return jurat_fail(d, JURAT_E_STATE, "process", NO_OFFSET, 0, 0);
	closed = collect(&r, &run->out, &run->err, run->what, timeout_s);
	if (!closed)
		kill(run->pid, SIGKILL);
	r.status = reap(run);
	*out = r;
	if (closed)
		return JURAT_OK;
	return told_to_end() ? jurat_fail(d, JURAT_E_IO, "process", NO_OFFSET, 0, EINTR) :
	                       jurat_fail(d, JURAT_E_IO, "process", NO_OFFSET, 0, ETIMEDOUT);
}

void
process_abandon(struct process_run *run)
{
	if (run->pid <= 0)
		return;
	kill(run->pid, SIGKILL);
	(void)reap(run);
}

jurat_rc
process_run(struct process_result *out, const char *what, const char *const *args, int timeout_s, struct jurat_diag *d)
{
	struct process_run run = { 0 };
	jurat_rc rc = process_begin(&run, what, args, d);

	return rc == JURAT_OK ? process_end(out, &run, timeout_s, d) : rc;
}

/* await_ready: what the daemon writes: its first byte, or with a line wanted all up to a newline or the end. */
static jurat_rc
await_ready(int *fd, struct blob *ready, bool line, const char *what, struct jurat_diag *d)
{
	int64_t start = now_ms(), tell_at = start + TELL_AFTER_MS;

	for (;;) {
		struct pollfd p = { .fd = *fd, .events = POLLIN };
		int64_t now = now_ms();

		if (told_to_end())
			return jurat_fail(d, JURAT_E_IO, "process", NO_OFFSET, 0, EINTR);
		if (now - start > START_MS)
			return jurat_fail(d, JURAT_E_IO, "process.ready", NO_OFFSET, 0, ETIMEDOUT);
		if (now > tell_at) {
			cli_progress("%s ... (%d s)", what, (int)((now - start) / 1000));
			tell_at = now + TELL_AFTER_MS;
		}
		if (poll(&p, 1, 100) <= 0)
			continue;
		if (!drain_one(fd, ready))
			break;
		if (ready->len != 0 && (!line || memchr(ready->p, '\n', ready->len) != NULL))
			break;
	}
	return ready->len != 0 ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "process.ready", NO_OFFSET, 0, 0);
}

jurat_rc
process_start(struct process *out, const char *what, const char *const *args, const char *log, struct blob *out_ready,
    struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob ready = { 0 };
	CLEANUP(fd_close) int log_fd = -1;
	CLEANUP(fd_close) int ready_r = -1;
	const char *argv[PROCESS_MAX_ARGS + 4];
	struct process p = { .what = what };
	int pipe_fds[2];
	jurat_rc rc;

	rc = argv_of(argv, args, "--ready-fd", "3", d);
	if (rc != JURAT_OK)
		return rc;
	log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0)
		return failed(d, "process.log");
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return failed(d, "process.pipe");
	ready_r = pipe_fds[0];
	p.pid = fork();
	if (p.pid == 0)
		child_exec(argv, log_fd, log_fd, pipe_fds[1]);
	close(pipe_fds[1]);
	if (p.pid < 0)
		return failed(d, "process.fork");
	rc = await_ready(&ready_r, &ready, out_ready != NULL, what, d);
	if (rc != JURAT_OK) {
		process_stop(&p);
		return rc;
	}
	*out = p;
	if (out_ready != NULL) {
		*out_ready = ready;
		ready = (struct blob){ 0 };
	}
	return JURAT_OK;
}

void
process_stop(struct process *p)
{
	int64_t until = now_ms() + STOP_MS;

	if (p->pid <= 0)
		return;
	kill(p->pid, SIGTERM);
	while (waitpid(p->pid, NULL, WNOHANG) == 0) {
		if (now_ms() > until) {
			kill(p->pid, SIGKILL);
			(void)wait_for(p->pid);
			break;
		}
		poll(NULL, 0, 5);
	}
	p->pid = 0;
}
