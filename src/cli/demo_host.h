/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attested host in the attacker's hands: it holds the vault, the platform's socket and the connection to the relying party, and takes
 * the exchange step by step, so that each message can be looked at and altered between two steps. An honest host does the same
 * (service/vault.c); nothing here has a right that any program on that host would not have.
 */
#ifndef CLI_DEMO_HOST_H
#define CLI_DEMO_HOST_H

#include "exchange/channel.h"
#include "host/file.h"
#include "http/client.h"
#include "machine/machine.h"
#include "machine/platform.h"

#define HOST_SESSION_PATH_LEN 128

struct host_where {
	const char *machine;  /* "sw:DIR" */
	const char *platform; /* socket */
	const char *url, *ca;
	struct p256_public service_key;
};

struct host {
	const struct host_where *where; /* borrowed */
	struct machine *machine;
	struct platform *platform;
	struct http_client *http;
	struct enclave *vault;               /* NULL until host_load */
	char session[HOST_SESSION_PATH_LEN]; /* the session's path at the relying party */
};

MUST_USE jurat_rc host_open(struct host *out, const struct host_where *where, struct jurat_diag *d);
void host_close(struct host *h);

/* host_load: an enclave file, in debug mode or not, with the CONFIGID of the relying party. What EINIT refuses stands in d. */
MUST_USE jurat_rc host_load(struct host *h, const uint8_t *image, size_t len, bool debug, struct jurat_diag *d);

#define HOST_MSG01_LEN (SIGMA_MSG0_LEN + SIGMA_MSG1_LEN)

/* host_start: the vault begins a session with whoever owns key. */
MUST_USE jurat_rc host_start(struct host *h, const struct p256_public *key, uint8_t out_msg01[HOST_MSG01_LEN], struct jurat_diag *d);

/* host_post_msg1: to the relying party; out_msg2 is its answer. JURAT_E_AUTH if it answered something else. */
MUST_USE jurat_rc host_post_msg1(
    struct host *h, const uint8_t msg01[HOST_MSG01_LEN], struct blob *out_msg2, struct jurat_diag *d);

/* host_vault_msg3: msg2 into the vault, its report to the platform, the quote back into the vault: msg3. */
MUST_USE jurat_rc host_vault_msg3(struct host *h, const uint8_t *msg2, size_t len, struct blob *out_msg3, struct jurat_diag *d);

/* host_post_msg3: the relying party's answer, whatever it is. */
MUST_USE jurat_rc host_post_msg3(
    struct host *h, const char *secret, const uint8_t *msg3, size_t len, struct http_reply *out, struct jurat_diag *d);

/* host_to_msg3: the steps up to and with host_post_msg3, honestly. */
MUST_USE jurat_rc host_to_msg3(struct host *h, const char *secret, struct http_reply *out, struct jurat_diag *d);

/*
 * host_records: msg4's records into the vault, one after another. JURAT_OK: all were taken, and *out_chunks sealed chunks came out; the
 * ACK stays unsent.
 */
MUST_USE jurat_rc host_records(struct host *h, const uint8_t *records, size_t len, size_t *out_chunks, struct jurat_diag *d);

#endif
