/* SPDX-License-Identifier: Apache-2.0 */
/* What store.c, store_secret.c and store_log.c share. */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "store/sql.h"
#include "store/store.h"

struct store {
	struct sql *db;
	bool has_kek;
	struct aes256_key kek;
	struct p256_private service_key, log_key; /* zero without KEK */
	struct p256_public service_public, log_public;
};

/* log_append: inside the caller's transaction. */
struct log_entry {
	enum store_event event;
	const char *name;
	uint32_t version;
	const struct store_note *note;
};
MUST_USE jurat_rc log_append(struct store *s, const struct log_entry *entry, struct jurat_diag *d);

/* secret_place: what a row of the table secrets claims to be. */
void secret_place(struct envelope_place *out, const struct store_secret *secret);

/* store_finish: commits if rc is JURAT_OK, else rolls back; returns the outcome. */
MUST_USE jurat_rc store_finish(struct store *s, jurat_rc rc, struct jurat_diag *d);

/*
 * store_kek_check: inside the caller's transaction: our KEK is still the one that opens this database. Another process may have rotated since
 * it was opened, and what we wrote under the old one would open under none.
 */
MUST_USE jurat_rc store_kek_check(struct store *s, struct jurat_diag *d);

/* store_need_kek: JURAT_E_AUTH with a hint. */
MUST_USE jurat_rc store_need_kek(const struct store *s, struct jurat_diag *d);

/* blob_exact: copies a column of exactly len bytes, or JURAT_E_FORMAT. */
MUST_USE jurat_rc blob_exact(
    struct sql_query *q, int column, void *out, size_t len, const char *field, struct jurat_diag *d);

#endif
