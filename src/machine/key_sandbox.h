/* SPDX-License-Identifier: Apache-2.0 */
/* Closing the doors of the key process before it reads its first request. */
#ifndef MACHINE_KEY_SANDBOX_H
#define MACHINE_KEY_SANDBOX_H

#include "core/compiler.h"

/*
 * key_sandbox_early: no core dumps, no ptrace by the same user, no new privileges, every descriptor but 0-2 and keep_fd closed.
 * Before the fuses are read.
 * key_sandbox_late: a seccomp filter that leaves reading, writing, memory and exit; everything else fails with EPERM. After it no
 * file can be opened and no program started.
 */
MUST_USE jurat_rc key_sandbox_early(int keep_fd, struct jurat_diag *d);
MUST_USE jurat_rc key_sandbox_late(struct jurat_diag *d);

#endif
