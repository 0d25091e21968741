/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door to an SQL database: open, transactions, prepared statements. SQLite is behind it today (sql_sqlite.c); another
 * engine joins by implementing the same functions. Only src/store uses it, and no SQL text is ever built from input.
 *
 * What is committed is on disk: WAL with synchronous=FULL. A full disk is JURAT_E_NO_SPACE and leaves the database as it was.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "core/compiler.h"

struct sql;
struct sql_query;

/*
 * sql_open: a created file has mode 0600. Without create, JURAT_E_NOT_FOUND if the file is not there and JURAT_E_TRUNCATED if it is
 * empty: SQLite would make a new database of it.
 */
MUST_USE jurat_rc sql_open(struct sql **out, const char *path, bool create, struct jurat_diag *d);
/*
 * sql_open_unchanging: for reading alone, where nothing can be written: a read-only or full disk. Leaves no file beside. JURAT_E_IO (database.wal)
 * if changes are pending in the write-ahead log; an older schema is refused by sql_migrate, as it cannot be upgraded here.
 */
MUST_USE jurat_rc sql_open_unchanging(struct sql **out, const char *path, struct jurat_diag *d);
void sql_close(struct sql *db);

/* sql_run: statements without results, from a literal. */
MUST_USE jurat_rc sql_run(struct sql *db, const char *literal, struct jurat_diag *d);

/*
 * One transaction at a time: begin takes the write lock (waiting at most SQL_BUSY_MS for another process), commit makes durable.
 * sql_rollback is harmless outside a transaction.
 */
#define SQL_BUSY_MS 5000
/* sql_check: every page of the file is sound, also those that no query reads for now; JURAT_E_FORMAT. Reads the whole file. */
MUST_USE jurat_rc sql_check(struct sql *db, struct jurat_diag *d);
MUST_USE jurat_rc sql_begin(struct sql *db, struct jurat_diag *d);
MUST_USE jurat_rc sql_commit(struct sql *db, struct jurat_diag *d);
void sql_rollback(struct sql *db);

/*
 * sql_prepare: a query from a literal. Parameters count from 1, columns from 0. Bound bytes are copied. Binding cannot fail visibly: a failed bind
 * makes the next sql_step fail.
 */
MUST_USE jurat_rc sql_prepare(struct sql_query **out, struct sql *db, const char *literal, struct jurat_diag *d);
void sql_bind_int(struct sql_query *q, int at, int64_t v);
void sql_bind_text(struct sql_query *q, int at, const char *v);
void sql_bind_blob(struct sql_query *q, int at, const void *p, size_t len);

/* sql_step: *out_row says whether there is a row; false: finished. */
MUST_USE jurat_rc sql_step(struct sql_query *q, bool *out_row, struct jurat_diag *d);
/* sql_done: one step that must give no row; then the query is freed. For INSERT, UPDATE and DELETE. Takes q. */
MUST_USE jurat_rc sql_done(struct sql_query *q, struct jurat_diag *d);
/* sql_reset: ready to be bound and stepped again. */
void sql_reset(struct sql_query *q);
void sql_query_free(struct sql_query **q); /* for CLEANUP */

/* Columns of the present row; the pointers live until the next step. A blob of length 0 may be NULL. */
int64_t sql_int(struct sql_query *q, int column);
const char *sql_text(struct sql_query *q, int column); /* never NULL */
const uint8_t *sql_blob(struct sql_query *q, int column, size_t *out_len);

/* sql_last_id: the row id that the last INSERT made. */
int64_t sql_last_id(struct sql *db);

/*
 * sql_migrate: brings the schema to version `num_steps` by running the missing steps, all in one transaction. A database newer
 * than that is JURAT_E_VERSION (wanted, got). Before an older one (not an empty one) is touched, it is copied whole to
 * PATH.v<old>.backup, mode 0600; an older copy of that name is replaced. A database without any version, unless this handle made
 * it, is another program's: JURAT_E_FORMAT.
 */
MUST_USE jurat_rc sql_migrate(struct sql *db, const char *const *steps, size_t num_steps, struct jurat_diag *d);

#endif
