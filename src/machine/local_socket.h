/* SPDX-License-Identifier: Apache-2.0 */
/* UNIX stream sockets at a path of any length, for the key process and the platform software. All close-on-exec. */
#ifndef MACHINE_LOCAL_SOCKET_H
#define MACHINE_LOCAL_SOCKET_H

#include "core/compiler.h"

/*
 * local_connect: JURAT_E_NOT_FOUND if nothing is there or nobody listens (got = errno), JURAT_E_PERMISSION, JURAT_E_IO. field names
 * the socket for errors.
 */
MUST_USE jurat_rc local_connect(int *out_fd, const char *path, const char *field, struct jurat_diag *d);

/* local_listen: a socket with mode 0600. One that a dead process left is replaced; JURAT_E_EXISTS if somebody listens, or another file is there. */
MUST_USE jurat_rc local_listen(int *out_fd, const char *path, const char *field, struct jurat_diag *d);

/* local_unlink: removes the socket's name at the end; nothing happens if it is gone. */
void local_unlink(const char *path);

#endif
