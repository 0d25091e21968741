/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key process: holds the fuses and the SECS of every enclave, and runs src/machine/processor.c behind a stream socket. A SECS
 * belongs to the connection that created it and dies with it; nobody sends it an identity: it measures the bytes it is given.
 * Started by machine_open (fork and exec of the program with `machine keyd FD DIR`), or by `jurat machine serve DIR`.
 *
 * Client side. One connection; requests on it are serialised by a spin lock, so that the engine's trap handler may call
 * key_report and key_get from any thread: these two are async-signal-safe (raw read and write, no malloc, no stdio).
 * Wire format and limits are in key_wire.h; every request is one frame of at most KEY_FRAME_MAX_LEN bytes.
 */
#ifndef MACHINE_KEY_PROCESS_H
#define MACHINE_KEY_PROCESS_H

#include "machine/fuses.h"
#include "machine/processor.h"

#define KEY_FRAME_MAX_LEN (64u * 1024u)

struct key_client;

/*
 * key_client_open: spawns a key process for this machine folder, or joins DIR/keys.socket if one is served there. program: the
 * jurat to execute, or NULL for the running program if it is jurat, else the installed one. key_facts: what it said at the start.
 */
MUST_USE jurat_rc key_client_open(struct key_client **out, const char *dir, const char *program, struct jurat_diag *d);
void key_facts(struct fuses_public *out, const struct key_client *k);
void key_client_close(struct key_client *k);

MUST_USE jurat_rc key_create(
    struct key_client *k, uint32_t *out_handle, const struct secs_request *request, struct jurat_diag *d);

/* key_add: one page or a run (image/image.h). May be buffered; errors then come from a later call, at the latest from key_init. */
MUST_USE jurat_rc key_add(struct key_client *k, uint32_t handle, const struct image_page *page, struct jurat_diag *d);

/* key_init: EINIT. token NULL or SGX_EINITTOKEN_LEN bytes. out_identity: the SECS as a report body. d names what EINIT refused. */
MUST_USE jurat_rc key_init(struct key_client *k, uint32_t handle, const uint8_t sigstruct[SGX_SIGSTRUCT_LEN],
    const uint8_t *token, struct sgx_report_body *out_identity, struct jurat_diag *d);

MUST_USE jurat_rc key_report(struct key_client *k, uint32_t handle, const uint8_t target[SGX_TARGETINFO_LEN],
    const uint8_t report_data[SGX_REPORT_DATA_LEN], uint8_t out[SGX_REPORT_LEN]);

/* key_get: EGETKEY. JURAT_E_FORMAT: the processor would raise #GP. Otherwise *out_error is what goes to RAX. */
MUST_USE jurat_rc key_get(struct key_client *k, uint32_t handle, const uint8_t request[SGX_KEYREQUEST_LEN],
    struct aes128_key *out, enum sgx_error *out_error);

void key_destroy(struct key_client *k, uint32_t handle);

/* key_serve: one connected socket, until it closes. Closes every other descriptor: only the key process itself calls it. */
MUST_USE jurat_rc key_serve(int fd, const char *dir, struct jurat_diag *d);

struct key_serve_options {
	int ready_fd;     /* >= 0: a newline is written to it when the socket listens */
	const char *user; /* become this user once the fuses are read and the socket stands (root only); NULL: stay */
};

/*
 * key_serve_dir: listens on DIR/keys.socket (0600), a process per connection, until SIGTERM or SIGINT. JURAT_E_EXISTS if it is served
 * already, JURAT_E_PERMISSION if it may not become the user.
 */
MUST_USE jurat_rc key_serve_dir(const char *dir, const struct key_serve_options *options, struct jurat_diag *d);

#endif
