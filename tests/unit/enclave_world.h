/* SPDX-License-Identifier: Apache-2.0 */
/* Our enclaves' files, signed with keys made for the test, on a software machine with a key process and the engine. */
#ifndef TESTS_ENCLAVE_WORLD_H
#define TESTS_ENCLAVE_WORLD_H

#include "crypto/rsa.h"
#include "image/sign.h"
#include "machine/machine.h"
#include "support.h"

struct enclave_world {
	struct rsa3072_key *architecture, *author;
	char *parent;            /* a folder for the machines */
	unsigned num_machines;
};

/* world_new: two fresh signers. world_machine: a machine that grants PROVISIONKEY to the architecture signer. */
void world_new(struct enclave_world *w);
void world_free(struct enclave_world *w);
struct machine *world_machine(struct enclave_world *w);

/* world_sign: BUILD/enclaves/NAME.so with NAME.json (or BUILD/tests/unit/NAME.so with defaults) signed by key; the caller frees. */
uint8_t *world_sign(const char *name, const struct image_settings *settings, const struct rsa3072_key *key, size_t *out_len);

/* world_settings: the author's settings of one of our enclaves. */
void world_settings(struct image_settings *out, const char *name);

/* world_load: must succeed. options may be NULL. */
struct enclave *world_load(
    struct machine *m, const char *name, const struct rsa3072_key *key, const struct enclave_options *options);

#endif
