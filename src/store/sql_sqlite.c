/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/diag.h"

#define DATABASE_MIN_LEN 512 /* SQLite's smallest page */

struct sql {
	sqlite3 *handle;
	char *path;
	bool fresh; /* made by this handle: it may be without a schema */
};

struct sql_query {
	sqlite3 *handle;
	sqlite3_stmt *stmt;
	int bind_status; /* the first failure of a bind */
};

/* last_errno: what the operating system said to the last failing write, be it on the database or on its log. */
static int
last_errno(sqlite3 *handle)
{
	sqlite3_file *wal = NULL;
	int err = sqlite3_system_errno(handle);

	if (err == 0)
		sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &err);
	if (err == 0 && sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK && wal != NULL &&
	    wal->pMethods != NULL)
		wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &err);
	return err;
}

/* rc_of: SQLite's code in our words. EFBIG (a file size limit) and EDQUOT are a full disk for the user. */
static jurat_rc
rc_of(sqlite3 *handle, int status, const char *field, struct jurat_diag *d)
{
	int err = handle != NULL ? last_errno(handle) : 0;

	switch (status & 0xff) {
	case SQLITE_FULL:
		return jurat_fail(d, JURAT_E_NO_SPACE, field, NO_OFFSET, 0, 0);
	case SQLITE_IOERR:
		if (err == ENOSPC || err == EFBIG || err == EDQUOT)
			return jurat_fail(d, JURAT_E_NO_SPACE, field, NO_OFFSET, 0, 0);
		return jurat_fail(d, JURAT_E_IO, field, NO_OFFSET, 0, (uint64_t)err);
	case SQLITE_NOMEM:
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, 0, 0);
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	case SQLITE_CONSTRAINT:
		return jurat_fail(d, JURAT_E_EXISTS, field, NO_OFFSET, 0, 0);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return jurat_fail(d, JURAT_E_PERMISSION, field, NO_OFFSET, 0, 0);
	case SQLITE_TOOBIG:
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, 0, 0);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		(void)jurat_fail(d, JURAT_E_IO, field, NO_OFFSET, 0, EBUSY);
		jurat_hint(d, "another process holds the database; try again");
		return JURAT_E_IO;
	default:
		return jurat_fail(d, JURAT_E_IO, field, NO_OFFSET, 0, (uint64_t)err);
	}
}

/* create_file: SQLite would make it with the umask's mode; secrets, even wrapped, are the owner's alone. */
static jurat_rc
create_file(const char *path, struct jurat_diag *d)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return jurat_fail(d, errno == ENOSPC ? JURAT_E_NO_SPACE : JURAT_E_IO, "database", NO_OFFSET, 0, (uint64_t)errno);
	close(fd);
	return JURAT_OK;
}

/* check_file: SQLite takes a file of no or one byte for a new database and would begin to fill it; ours are never that short. */
static jurat_rc
check_file(const char *path, struct jurat_diag *d)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return jurat_fail(d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "database", NO_OFFSET, 0, (uint64_t)errno);
	if (S_ISDIR(st.st_mode))
		return jurat_fail(d, JURAT_E_IO, "database", NO_OFFSET, 0, EISDIR);
	if (!S_ISREG(st.st_mode)) {
		(void)jurat_fail(d, JURAT_E_IO, "database", NO_OFFSET, 0, 0);
		jurat_hint(d, "it must be a regular file");
		return JURAT_E_IO;
	}
	if (st.st_size <= 1)
		return jurat_fail(d, JURAT_E_TRUNCATED, "database", NO_OFFSET, DATABASE_MIN_LEN, (uint64_t)st.st_size);
	return JURAT_OK;
}

static jurat_rc
configure(struct sql *db, struct jurat_diag *d)
{
	sqlite3_busy_timeout(db->handle, SQL_BUSY_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return sql_run(db,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
	    "PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY;",
	    d);
}

jurat_rc
sql_open(struct sql **out, const char *path, bool create, struct jurat_diag *d)
{
	struct sql *db;
	jurat_rc rc;
	int status;

	rc = create ? create_file(path, d) : check_file(path, d);
	if (rc != JURAT_OK)
		return rc;
	db = calloc(1, sizeof *db);
	if (db == NULL || (db->path = strdup(path)) == NULL) {
		free(db);
		return jurat_fail(d, JURAT_E_MEMORY, "database", NO_OFFSET, 0, 0);
	}
	db->fresh = create;
	status = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
	rc = status == SQLITE_OK ? configure(db, d) : rc_of(db->handle, status, "database", d);
	if (rc != JURAT_OK) {
		sql_close(db);
		return rc;
	}
	*out = db;
	return JURAT_OK;
}

/* has_pending: changes that are in the write-ahead log only; an unchanging view of the file alone would not show them. */
static bool
has_pending(const char *path)
{
	char *wal = NULL;
	struct stat st;
	bool pending;

	if (asprintf(&wal, "%s-wal", path) < 0)
		return true;
	pending = stat(wal, &st) == 0 ? st.st_size != 0 : errno != ENOENT;
	free(wal);
	return pending;
}

/* immutable_uri: the path with everything escaped that a URI gives a meaning; the caller frees. */
static char *
immutable_uri(const char *path)
{
	static const char head[] = "file:", tail[] = "?immutable=1";
	char *uri = malloc(sizeof head + 3 * strlen(path) + sizeof tail), *at = uri;

	if (uri == NULL)
		return NULL;
	at += sprintf(at, "%s", head);
	for (; *path != '\0'; path++)
		at += strchr("?#%", *path) != NULL ? sprintf(at, "%%%02x", (unsigned char)*path) : sprintf(at, "%c", *path);
	memcpy(at, tail, sizeof tail);
	return uri;
}

jurat_rc
sql_open_unchanging(struct sql **out, const char *path, struct jurat_diag *d)
{
	char *uri;
	struct sql *db;
	jurat_rc rc = check_file(path, d);
	int status;

	if (rc == JURAT_OK && has_pending(path)) {
		(void)jurat_fail(d, JURAT_E_IO, "database.wal", NO_OFFSET, 0, EROFS);
		jurat_hint(d, "changes are pending in service.sqlite-wal: they need a disk with room that can be written");
		return JURAT_E_IO;
	}
	if (rc != JURAT_OK)
		return rc;
	uri = immutable_uri(path);
	db = calloc(1, sizeof *db);
	if (uri == NULL || db == NULL || (db->path = strdup(path)) == NULL) {
		free(uri);
		free(db);
		return jurat_fail(d, JURAT_E_MEMORY, "database", NO_OFFSET, 0, 0);
	}
	status = sqlite3_open_v2(uri, &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW,
	    NULL);
	free(uri);
	rc = status == SQLITE_OK ? sql_run(db, "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;", d)
				 : rc_of(db->handle, status, "database", d);
	if (rc != JURAT_OK) {
		sql_close(db);
		return rc;
	}
	*out = db;
	return JURAT_OK;
}

void
sql_close(struct sql *db)
{
	if (db == NULL)
		return;
	sqlite3_close_v2(db->handle);
	free(db->path);
	free(db);
}

jurat_rc
sql_run(struct sql *db, const char *literal, struct jurat_diag *d)
{
	int status = sqlite3_exec(db->handle, literal, NULL, NULL, NULL);

	return status == SQLITE_OK ? JURAT_OK : rc_of(db->handle, status, "database", d);
}

jurat_rc
sql_check(struct sql *db, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, db, "PRAGMA quick_check(1)", d)) != JURAT_OK || (rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	if (row && strcmp(sql_text(q, 0), "ok") == 0)
		return JURAT_OK;
	(void)jurat_fail(d, JURAT_E_FORMAT, "database.pages", NO_OFFSET, 0, 0);
	jurat_hint(d, "the disk or another program damaged the file; put back a copy");
	return JURAT_E_FORMAT;
}

jurat_rc
sql_begin(struct sql *db, struct jurat_diag *d)
{
	return sql_run(db, "BEGIN IMMEDIATE", d);
}

jurat_rc
sql_commit(struct sql *db, struct jurat_diag *d)
{
	jurat_rc rc = sql_run(db, "COMMIT", d);

	if (rc != JURAT_OK)
		sql_rollback(db);
	return rc;
}

void
sql_rollback(struct sql *db)
{
	if (sqlite3_get_autocommit(db->handle) == 0)
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

jurat_rc
sql_prepare(struct sql_query **out, struct sql *db, const char *literal, struct jurat_diag *d)
{
	struct sql_query *q = calloc(1, sizeof *q);
	int status;

	if (q == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "database", NO_OFFSET, 0, 0);
	q->handle = db->handle;
	status = sqlite3_prepare_v2(db->handle, literal, -1, &q->stmt, NULL);
	if (status != SQLITE_OK) {
		free(q);
		return rc_of(db->handle, status, "database", d);
	}
	*out = q;
	return JURAT_OK;
}

static void
note_bind(struct sql_query *q, int status)
{
	if (status != SQLITE_OK && q->bind_status == SQLITE_OK)
		q->bind_status = status;
}

void
sql_bind_int(struct sql_query *q, int at, int64_t v)
{
	note_bind(q, sqlite3_bind_int64(q->stmt, at, v));
}

void
sql_bind_text(struct sql_query *q, int at, const char *v)
{
	note_bind(q, sqlite3_bind_text(q->stmt, at, v, -1, SQLITE_TRANSIENT));
}

void
sql_bind_blob(struct sql_query *q, int at, const void *p, size_t len)
{
	/* a NULL pointer would bind SQL's NULL, not an empty blob */
	note_bind(q, sqlite3_bind_blob64(q->stmt, at, len != 0 ? p : "", len, SQLITE_TRANSIENT));
}

jurat_rc
sql_step(struct sql_query *q, bool *out_row, struct jurat_diag *d)
{
	int status = q->bind_status != SQLITE_OK ? q->bind_status : sqlite3_step(q->stmt);

	if (status != SQLITE_ROW && status != SQLITE_DONE)
		return rc_of(q->handle, status, "database", d);
	*out_row = status == SQLITE_ROW;
	return JURAT_OK;
}

jurat_rc
sql_done(struct sql_query *q, struct jurat_diag *d)
{
	bool row = false;
	jurat_rc rc = sql_step(q, &row, d);

	sql_query_free(&q);
	return rc == JURAT_OK && row ? jurat_fail(d, JURAT_E_INTERNAL, "database", NO_OFFSET, 0, 0) : rc;
}

void
sql_reset(struct sql_query *q)
{
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
	q->bind_status = SQLITE_OK;
}

void
sql_query_free(struct sql_query **q)
{
	if (*q == NULL)
		return;
	sqlite3_finalize((*q)->stmt);
	free(*q);
	*q = NULL;
}

int64_t
sql_int(struct sql_query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

const char *
sql_text(struct sql_query *q, int column)
{
	const unsigned char *text = sqlite3_column_text(q->stmt, column);

	return text != NULL ? (const char *)text : "";
}

const uint8_t *
sql_blob(struct sql_query *q, int column, size_t *out_len)
{
	const void *p = sqlite3_column_blob(q->stmt, column);

	*out_len = (size_t)sqlite3_column_bytes(q->stmt, column);
	return p;
}

int64_t
sql_last_id(struct sql *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

static jurat_rc
schema_version(struct sql *db, int64_t *out, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, db, "PRAGMA user_version", d)) != JURAT_OK || (rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	*out = row ? sql_int(q, 0) : 0;
	return JURAT_OK;
}

/* backup: VACUUM INTO refuses a file that is there, so the copy is made beside it and renamed. */
static jurat_rc
backup(struct sql *db, int64_t version, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	char part[4096], whole[4096];
	bool row;
	jurat_rc rc;
	int fd;

	if (snprintf(whole, sizeof whole, "%s.v%d.backup", db->path, (int)version) >= (int)sizeof whole - 8)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "database.path", NO_OFFSET, sizeof whole, 0);
	snprintf(part, sizeof part, "%.4080s.part", whole);
	unlink(part);
	/* an empty file may be the target, and so has our mode from its first byte */
	if ((rc = create_file(part, d)) != JURAT_OK || (rc = sql_prepare(&q, db, "VACUUM INTO ?", d)) != JURAT_OK)
		return rc;
	sql_bind_text(q, 1, part);
	rc = sql_step(q, &row, d);
	fd = rc == JURAT_OK ? open(part, O_RDONLY | O_CLOEXEC) : -1;
	if (rc == JURAT_OK && (fd < 0 || fsync(fd) != 0 || rename(part, whole) != 0))
		rc = jurat_fail(d, JURAT_E_IO, "database.backup", NO_OFFSET, 0, (uint64_t)errno);
	if (fd >= 0)
		close(fd);
	if (rc != JURAT_OK)
		unlink(part);
	return rc;
}

static jurat_rc
run_steps(struct sql *db, int64_t from, const char *const *steps, size_t num_steps, struct jurat_diag *d)
{
	char pragma[64];
	jurat_rc rc;

	for (size_t i = (size_t)from; i < num_steps; i++) {
		if ((rc = sql_run(db, steps[i], d)) != JURAT_OK)
			return rc;
	}
	snprintf(pragma, sizeof pragma, "PRAGMA user_version=%zu", num_steps);
	return sql_run(db, pragma, d);
}

jurat_rc
sql_migrate(struct sql *db, const char *const *steps, size_t num_steps, struct jurat_diag *d)
{
	int64_t version = 0;
	jurat_rc rc = schema_version(db, &version, d);

	if (rc != JURAT_OK || version == (int64_t)num_steps)
		return rc;
	if (version == 0 && !db->fresh)
		return jurat_fail(d, JURAT_E_FORMAT, "database.version", NO_OFFSET, num_steps, 0);
	if (version < 0 || version > (int64_t)num_steps) {
		(void)jurat_fail(d, JURAT_E_VERSION, "database.version", NO_OFFSET, num_steps, (uint64_t)version);
		jurat_hint(d, "a newer jurat made this database; use that one");
		return JURAT_E_VERSION;
	}
	if (version != 0 && (rc = backup(db, version, d)) != JURAT_OK)
		return rc;
	if ((rc = sql_begin(db, d)) != JURAT_OK)
		return rc;
	/* another process may have been quicker */
	if ((rc = schema_version(db, &version, d)) == JURAT_OK && version < (int64_t)num_steps)
		rc = run_steps(db, version, steps, num_steps, d);
	if (rc == JURAT_OK)
		return sql_commit(db, d);
	sql_rollback(db);
	return rc;
}
