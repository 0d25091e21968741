/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secrets service: the relying party. It speaks SIGMA with an enclave over HTTP (docs/api/secrets.yaml), judges the quote with jurat_verify()
 * under the secret's own policy, and releases the secret once, its release being on disk before the first byte of it leaves.
 *
 * The data folder:  service.sqlite  store (src/store/store.h)       trust.json      the private trust root; absent: Intel's
 *                   tls.pem, tls.key  certificate that clients pin  collateral.json for the quotes; read anew when it changes
 */
#ifndef SERVICE_SECRETS_H
#define SERVICE_SECRETS_H

#include "http/server.h"
#include "store/store.h"

struct secrets;

#define SECRETS_DATABASE "service.sqlite"
#define SECRETS_TRUST "trust.json"
#define SECRETS_COLLATERAL "collateral.json"
#define SECRETS_TLS_CERT "tls.pem"
#define SECRETS_TLS_KEY "tls.key"
#define SECRETS_TLS_DAYS 825

/*
 * secrets_init: makes the data folder (0700), whole or not at all; JURAT_E_EXISTS if it is there. trust and collateral are texts that parse (checked
 * here), or NULL. tls_name NULL: "localhost".
 */
struct secrets_birth {
	const struct aes256_key *kek;
	const char *trust, *collateral;
	size_t trust_len, collateral_len;
	const char *tls_name;
	int64_t at_unix_s;
};
MUST_USE jurat_rc secrets_init(const char *data_dir, const struct secrets_birth *birth, struct jurat_diag *d);

/* secrets_update: replaces the collateral, if it parses. A running service takes it with the next quote. */
MUST_USE jurat_rc secrets_update(const char *data_dir, const char *collateral, size_t len, struct jurat_diag *d);

/* Clocks are the caller's: seconds since 1970 for judging, milliseconds that never jump for sessions. */
struct secrets_clocks {
	int64_t (*unix_s)(void);
	uint64_t (*monotonic_ms)(void);
};

/* secrets_open: opens the store and reads everything; JURAT_E_TIME (clock) if the clock is behind the log (store_clock_check). Afterwards secrets_handle answers requests; ctx is the struct secrets. */
MUST_USE jurat_rc secrets_open(struct secrets **out, const char *data_dir, const struct aes256_key *kek,
    const struct secrets_clocks *clocks, struct jurat_diag *d);
void secrets_close(struct secrets *s);
void secrets_handle(void *ctx, const struct http_request *request, struct http_answer *answer);

/* secrets_set_server: lets /readyz say when the server drains. */
void secrets_set_server(struct secrets *s, const struct http_server *server);
bool secrets_root_is_private(const struct secrets *s);

/* The routes, for the test that holds docs/api/secrets.yaml against them. path: "{id}" stands for a session's name. NULL method ends. */
struct secrets_route {
	const char *method, *path;
	size_t max_body;
	void (*handle)(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer);
};
extern const struct secrets_route secrets_routes[];

#endif
