/* SPDX-License-Identifier: Apache-2.0 */
/* A file that everything in plain sight of a host is written to: --eavesdrop of vault and platform. */
#ifndef CLI_LISTENER_H
#define CLI_LISTENER_H

#include <stdio.h>

#include "core/compiler.h"

/* The first failure is kept: a record with holes would prove nothing. Several processes may append to one file. */
struct listener {
	FILE *file; /* NULL: nobody listens */
	bool failed;
};

/* listener_open: appends to path; NULL: nobody listens. -1, or the exit code of an error that it told. */
int listener_open(struct listener *l, const char *path);

/* listener_hear: "\n== WHERE LENGTH\n" and the bytes. ctx is the struct listener. */
void listener_hear(void *ctx, const char *where, const void *p, size_t len);

/* listener_enclave: the same for both ways of an enclave call (struct enclave_options). */
void listener_enclave(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len);

/* listener_end: exit_code, or the exit code of a record that has holes. listener_close: for CLEANUP. */
int listener_end(struct listener *l, const char *path, int exit_code);
void listener_close(struct listener *l);

#endif
