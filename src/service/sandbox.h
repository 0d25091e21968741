/* SPDX-License-Identifier: Apache-2.0 */
/* What a service gives up before it reads the first byte from the network. */
#ifndef SERVICE_SANDBOX_H
#define SERVICE_SANDBOX_H

#include "core/compiler.h"

/*
 * service_sandbox_early: no core dumps, no debugger of the same user, no new privileges. Before the key encryption key is read.
 * service_sandbox_late: a seccomp filter for good, after everything is open: no program can be started, no executable memory made, no
 * socket opened or connected (accepting goes on), no other process looked into, no privilege, namespace, module or mount
 * changed; these fail with EPERM. Files stay reachable: SQLite makes its own beside the database. A sanitized build installs no
 * filter, since its leak checker needs to be a debugger.
 */
MUST_USE jurat_rc service_sandbox_early(struct jurat_diag *d);
MUST_USE jurat_rc service_sandbox_late(struct jurat_diag *d);

#endif
