/* SPDX-License-Identifier: Apache-2.0 */
/* What secrets.c (the one-shot verbs) and secrets_serve.c (the daemon) share. */
#ifndef CLI_SECRETS_H
#define CLI_SECRETS_H

#include "crypto/crypto.h"
#include "store/store.h"

struct secrets_cli {
	const char *verb, *name; /* name: the secret's, where the verb takes one */
	const char *data, *kek_file, *new_kek_file;
	const char *trust, *collateral, *tls_name;
	const char *file, *policy;
	const char *listen, *user, *head;
	int ready_fd; /* -1: none */
	bool replace, as_json, check_config, verify;
};

/*
 * secrets_cli_kek: the KEK from --kek-file, or from the systemd credential jurat-kek. On failure the error is printed and *out_exit
 * set. The caller wipes out.
 */
MUST_USE bool secrets_cli_kek(struct aes256_key *out, const struct secrets_cli *o, int *out_exit);

int secrets_cli_serve(const struct secrets_cli *o);

#endif
