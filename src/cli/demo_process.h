/* SPDX-License-Identifier: Apache-2.0 */
/* Other processes of the demo: commands that end and daemons that stay, all of them this same program. */
#ifndef CLI_DEMO_PROCESS_H
#define CLI_DEMO_PROCESS_H

#include <sys/types.h>

#include "core/compiler.h"
#include "host/file.h"

#define PROCESS_MAX_ARGS 24
#define PROCESS_OUTPUT_MAX_LEN (256u * 1024u)

/* How a command that ended did. status: its exit code, or 128 + signal. */
struct process_result {
	int status;
	struct blob out, err; /* at most PROCESS_OUTPUT_MAX_LEN bytes of each are kept */
};
void process_result_clear(struct process_result *r);

/*
 * process_run: this program with args (NULL-terminated, without argv[0]); waits at most timeout_s and kills it then (JURAT_E_IO, ETIMEDOUT). A
 * command that takes over a second is told about on stderr with `what`. JURAT_OK whatever its exit code is.
 */
MUST_USE jurat_rc process_run(
    struct process_result *out, const char *what, const char *const *args, int timeout_s, struct jurat_diag *d);

/*
 * process_begin: the same, but returns at once; process_end waits for it. process_abandon: kills it. Both are fine for one that was
 * never begun (process_end then fails with JURAT_E_STATE). What it prints waits in pipes of the system's size: for commands of few words.
 */
struct process_run {
	pid_t pid; /* 0: none */
	int out, err;
	const char *what;
};
MUST_USE jurat_rc process_begin(struct process_run *out, const char *what, const char *const *args, struct jurat_diag *d);
MUST_USE jurat_rc process_end(struct process_result *out, struct process_run *run, int timeout_s, struct jurat_diag *d);
void process_abandon(struct process_run *run);

/*
 * process_hold_signals: true: SIGINT, SIGTERM and SIGHUP wait, and every function here that waits ends with JURAT_E_IO (EINTR) when one has come, so
 * that the caller can clean up; false: they take their effect.
 */
void process_hold_signals(bool hold);

struct process {
	pid_t pid; /* 0: none */
	const char *what;
};

/*
 * process_start: a daemon with `--ready-fd 3` added to its arguments; returns when it said that it is ready (out_ready: what it wrote there,
 * up to the first newline or the end; may be NULL), or fails with JURAT_E_IO if it ended first. Its stdout and stderr go to log.
 */
MUST_USE jurat_rc process_start(struct process *out, const char *what, const char *const *args, const char *log,
    struct blob *out_ready, struct jurat_diag *d);

/* process_stop: SIGTERM, SIGKILL after two seconds; waits. Fine for one that was never started. For CLEANUP. */
void process_stop(struct process *p);

#endif
