/* SPDX-License-Identifier: Apache-2.0 */
/* The server's inner parts, for key_server.c, key_drop.c and tests. */
#ifndef MACHINE_KEY_SERVER_H
#define MACHINE_KEY_SERVER_H

#include "machine/key_process.h"

/* key_serve_connection: greets, then answers requests until the peer closes. */
MUST_USE jurat_rc key_serve_connection(
    int fd, const struct processor *cpu, const struct fuses_public *known, struct jurat_diag *d);

/* key_server_drop: gives the socket to the owner of its folder, then becomes options->user, if one is named. */
MUST_USE jurat_rc key_server_drop(const char *socket_path, const struct key_serve_options *options, struct jurat_diag *d);

#endif
