/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a key process of one's own. */
#ifndef MACHINE_KEY_SPAWN_H
#define MACHINE_KEY_SPAWN_H

#include <sys/types.h>

#include "core/compiler.h"

/*
 * key_spawn: executes `program machine keyd 3 DIR` with one end of a socket pair as its descriptor 3, an empty environment and
 * default signals; *out_fd is the other end. program NULL: the running program if it is jurat, else the installed one.
 */
MUST_USE jurat_rc key_spawn(int *out_fd, pid_t *out_pid, const char *program, const char *dir, struct jurat_diag *d);

#endif
