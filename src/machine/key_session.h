/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one connection to the key process may do: a table of enclaves that were created over it. Pure: one request in, at most one
 * answer out; key_server.c moves the bytes. Handles count up and are never used again, so an old one addresses nothing.
 */
#ifndef MACHINE_KEY_SESSION_H
#define MACHINE_KEY_SESSION_H

#include "machine/key_wire.h"

struct key_session; /* about 70 KB with its table; on the heap */

/* key_session_new: borrows cpu. NULL without memory. key_session_free wipes. */
struct key_session *key_session_new(const struct processor *cpu);
void key_session_free(struct key_session *s);

/* key_session_running: how many of its enclaves are past EINIT. */
unsigned key_session_running(const struct key_session *s);

/*
 * key_session_answer: handles one request whose head was parsed. *out_len is the answer's length, 0 for requests without one.
 * A refusal by the processor is an answer (JURAT_OK here); any other return value ends the connection.
 */
MUST_USE jurat_rc key_session_answer(struct key_session *s, const struct key_request *request, const uint8_t *body,
    uint8_t out[KEY_ANSWER_MAX_LEN], size_t *out_len, struct jurat_diag *d);

#endif
