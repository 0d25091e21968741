/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attested host's part: it runs the vault enclave and carries bytes between it, the platform software and the relying party. It is trusted with
 * nothing: whatever it alters, one of the two ends refuses.
 */
#ifndef SERVICE_VAULT_H
#define SERVICE_VAULT_H

#include "host/file.h"
#include "http/client.h"
#include "machine/machine.h"
#include "machine/platform.h"
#include "service/vault_file.h"

struct vault;

/* Everything that passes the attested host in plain sight; where: "http out", "http in", "enclave in", "enclave out". */
typedef void (*vault_eavesdrop)(void *ctx, const char *where, const void *p, size_t len);

#define VAULT_MACHINE "machine" /* vault_open: in jurat_diag.file, if the machine failed and not the enclave */

struct vault_options {
	const char *machine;           /* "sw:DIR" */
	const uint8_t *image;          /* the enclave file */
	size_t image_len;
	const uint8_t *service_key;    /* 64 bytes, wire form: becomes the CONFIGID */
	vault_eavesdrop eavesdrop;     /* may be NULL */
	void *ctx;                     /* of eavesdrop */
};

/* vault_open: opens the machine and loads the enclave with the CONFIGID that names this relying party. */
MUST_USE jurat_rc vault_open(struct vault **out, const struct vault_options *options, struct jurat_diag *d);
void vault_close(struct vault *v);

/* What the relying party answered instead of what was asked for. */
struct vault_refusal {
	int status;       /* HTTP; 0: it did not refuse */
	char field[96];   /* the decisive check or field, from its problem+json; "" if it said none */
	struct blob body; /* the whole answer */
};
void vault_refusal_clear(struct vault_refusal *r);

struct vault_source {
	const char *platform; /* socket of the platform software */
	const char *url;      /* https://… of the secrets service */
	const char *ca_file;
	const char *secret;   /* its name */
};

/*
 * vault_receive: the whole exchange msg0 … msg4. keep is called with the sealed secret (vault_file.h) and must make it durable; only then
 * is it acknowledged. If the relying party refuses, *out_refusal says so and its code is returned.
 */
typedef jurat_rc (*vault_keep)(void *ctx, const struct blob *file, struct jurat_diag *d);
MUST_USE jurat_rc vault_receive(struct vault *v, const struct vault_source *source, vault_keep keep, void *keep_ctx,
    struct vault_refusal *out_refusal, struct jurat_diag *d);

/* vault_question: what is asked about a candidate (vault_ops.h). Made anywhere, for instance by the secret's owner, who shows it to no host. */
MUST_USE jurat_rc vault_question(uint8_t out[VAULT_QUESTION_LEN], const uint8_t *candidate, size_t len, struct jurat_diag *d);

/* vault_ask: whether the sealed secret is what the question was made of; the enclave answers, in time that does not depend on its content. */
MUST_USE jurat_rc vault_ask(struct vault *v, const struct vault_file *file, const uint8_t question[VAULT_QUESTION_LEN], bool *out_equal,
    struct jurat_diag *d);

/* vault_info: name, version and size, which are no secret. */
MUST_USE jurat_rc vault_info(
    struct vault *v, const struct vault_file *file, struct channel_head *out, struct jurat_diag *d);

#endif
