/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"

/* One step per schema version; a released step never changes, a new version adds one. */
static const char *const schema[] = {
	"CREATE TABLE keys(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, public BLOB NOT NULL, wrapped BLOB NOT NULL);"
	"CREATE TABLE policies(hash BLOB PRIMARY KEY, json BLOB NOT NULL);"
	"CREATE TABLE secrets(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,"
	" size INTEGER NOT NULL, state INTEGER NOT NULL, policy_hash BLOB NOT NULL REFERENCES policies(hash),"
	" wrapped BLOB NOT NULL, added_unix_s INTEGER NOT NULL);"
	"CREATE TABLE chunks(secret_id INTEGER NOT NULL REFERENCES secrets(id), idx INTEGER NOT NULL, sealed BLOB NOT NULL,"
	" PRIMARY KEY(secret_id, idx));"
	"CREATE TABLE log(seq INTEGER PRIMARY KEY, at_unix_s INTEGER NOT NULL, event INTEGER NOT NULL, name TEXT NOT NULL,"
	" version INTEGER NOT NULL, detail TEXT NOT NULL, evidence_hash BLOB NOT NULL, hash BLOB NOT NULL,"
	" signature BLOB NOT NULL);"
	"CREATE INDEX log_by_name ON log(name, seq);"
	"CREATE INDEX log_by_time ON log(at_unix_s);"
	"CREATE INDEX log_clock ON log(seq) WHERE event = 7;",
};

static const char service_key_name[] = "sigma", log_key_name[] = "log";

jurat_rc
store_finish(struct store *s, jurat_rc rc, struct jurat_diag *d)
{
	if (rc == JURAT_OK)
		return sql_commit(s->db, d);
	sql_rollback(s->db);
	return rc;
}

jurat_rc
store_need_kek(const struct store *s, struct jurat_diag *d)
{
	if (s->has_kek)
		return JURAT_OK;
	(void)jurat_fail(d, JURAT_E_AUTH, "kek", NO_OFFSET, 0, 0);
	jurat_hint(d, "give the key encryption key with --kek-file or as systemd credential jurat-kek");
	return JURAT_E_AUTH;
}

jurat_rc
blob_exact(struct sql_query *q, int column, void *out, size_t len, const char *field, struct jurat_diag *d)
{
	size_t got;
	const uint8_t *p = sql_blob(q, column, &got);

	if (got != len)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, len, got);
	memcpy(out, p, len);
	return JURAT_OK;
}

jurat_rc
store_name_check(const char *name, struct jurat_diag *d)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strlen(name);

	if (len > STORE_NAME_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "secret.name", NO_OFFSET, STORE_NAME_MAX_LEN, len);
	if (len == 0 || strspn(name, allowed) != len || name[0] == '.' || name[0] == '-') {
		(void)jurat_fail(d, JURAT_E_FORMAT, "secret.name", NO_OFFSET, 0, 0);
		jurat_hint(d, "a name has letters, digits, dot, underscore and dash, and begins with none of the last two marks");
		return JURAT_E_FORMAT;
	}
	return JURAT_OK;
}

/* ---- the service's own keys ---- */

static void
key_place(struct envelope_place *out, const char *name, uint64_t id, const struct p256_public *public)
{
	*out = (struct envelope_place){ .table = "keys", .row_id = id, .name = name, .version = 1 };
	sha256_once(out->binding, public, sizeof *public);
}

static jurat_rc
key_wrap(uint8_t out[ENVELOPE_WRAPPED_LEN], const struct aes256_key *kek, const struct envelope_place *place,
    const struct p256_private *key)
{
	struct aes256_key carrier;
	jurat_rc rc;

	memcpy(carrier.b, key->d, sizeof carrier.b);
	rc = envelope_wrap(out, kek, place, &carrier);
	wipe(&carrier, sizeof carrier);
	return rc;
}

static jurat_rc
key_new(struct store *s, const char *name, struct jurat_diag *d)
{
	uint8_t seed[48], wrapped[ENVELOPE_WRAPPED_LEN];
	struct envelope_place place;
	struct p256_private key;
	struct p256_public public;
	struct sql_query *q;
	int64_t id = strcmp(name, service_key_name) == 0 ? 1 : 2;
	jurat_rc rc;

	if ((rc = crypto_random(seed, sizeof seed)) == JURAT_OK && (rc = p256_from_seed(&key, seed)) == JURAT_OK &&
	    (rc = p256_public_of(&public, &key)) == JURAT_OK) {
		key_place(&place, name, (uint64_t)id, &public);
		rc = key_wrap(wrapped, &s->kek, &place, &key);
	}
	wipe(seed, sizeof seed);
	wipe(&key, sizeof key);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "service.key", NO_OFFSET, 0, 0);
	if ((rc = sql_prepare(&q, s->db, "INSERT INTO keys(id, name, public, wrapped) VALUES(?, ?, ?, ?)", d)) != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, id);
	sql_bind_text(q, 2, name);
	sql_bind_blob(q, 3, &public, sizeof public);
	sql_bind_blob(q, 4, wrapped, sizeof wrapped);
	return sql_done(q, d);
}

/* key_get: the public half always, the private one if there is a KEK. */
static jurat_rc
key_get(struct store *s, const char *name, struct p256_public *out_public, struct p256_private *out, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct envelope_place place;
	struct aes256_key carrier;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT id, public, wrapped FROM keys WHERE name = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_text(q, 1, name);
	if ((rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	if (!row)
		return jurat_fail(d, JURAT_E_MISSING, "service.key", NO_OFFSET, 0, 0);
	if ((rc = blob_exact(q, 1, out_public, sizeof *out_public, "service.key", d)) != JURAT_OK ||
	    (rc = blob_exact(q, 2, wrapped, sizeof wrapped, "service.key", d)) != JURAT_OK || !s->has_kek)
		return rc;
	key_place(&place, name, (uint64_t)sql_int(q, 0), out_public);
	if ((rc = envelope_unwrap(&carrier, &s->kek, &place, wrapped)) != JURAT_OK) {
		(void)jurat_fail(d, rc, "service.key", NO_OFFSET, 0, 0);
		jurat_hint(d, "is this the key encryption key that the data folder was made with?");
		return rc;
	}
	memcpy(out->d, carrier.b, sizeof out->d);
	wipe(&carrier, sizeof carrier);
	return JURAT_OK;
}

/* ---- opening ---- */

/* no_writing: what SQLite's failures come down to where a disk is full or may only be read. */
static bool
no_writing(jurat_rc rc, const struct jurat_diag *why)
{
	return rc == JURAT_E_NO_SPACE || rc == JURAT_E_PERMISSION ||
	    (rc == JURAT_E_IO && (why->got == EROFS || why->got == EACCES || why->got == ENOENT || why->got == 0));
}

/* open_sql: without a KEK nothing can be written anyway, so that a disk on which nothing can be need not keep us out. */
static jurat_rc
open_sql(struct store *s, const char *path, bool create, struct jurat_diag *d)
{
	struct jurat_diag why = { 0 };
	jurat_rc rc = sql_open(&s->db, path, create, &why);

	if (rc == JURAT_OK && (rc = sql_migrate(s->db, schema, ARRAY_LEN(schema), &why)) == JURAT_OK)
		return JURAT_OK;
	if (!create && !s->has_kek && no_writing(rc, &why)) {
		sql_close(s->db);
		s->db = NULL;
		if ((rc = sql_open_unchanging(&s->db, path, d)) == JURAT_OK)
			rc = sql_migrate(s->db, schema, ARRAY_LEN(schema), d);
		return rc;
	}
	if (d != NULL && d->code == JURAT_OK)
		*d = why;
	return rc;
}

static jurat_rc
open_database(struct store **out, const char *path, bool create, const struct aes256_key *kek, struct jurat_diag *d)
{
	struct store *s = calloc(1, sizeof *s);
	jurat_rc rc;

	if (s == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "store", NO_OFFSET, 0, 0);
	if (kek != NULL) {
		s->kek = *kek;
		s->has_kek = true;
	}
	if ((rc = open_sql(s, path, create, d)) != JURAT_OK) {
		store_close(s);
		return rc;
	}
	*out = s;
	return JURAT_OK;
}

jurat_rc
store_create(const char *path, const struct aes256_key *kek, struct jurat_diag *d)
{
	struct store *s;
	jurat_rc rc;

	if (access(path, F_OK) == 0)
		return jurat_fail(d, JURAT_E_EXISTS, "database", NO_OFFSET, 0, 0);
	if ((rc = open_database(&s, path, true, kek, d)) != JURAT_OK) {
		unlink(path);
		return rc;
	}
	if ((rc = sql_begin(s->db, d)) == JURAT_OK) {
		if ((rc = key_new(s, service_key_name, d)) == JURAT_OK)
			rc = key_new(s, log_key_name, d);
		rc = store_finish(s, rc, d);
	}
	store_close(s);
	if (rc != JURAT_OK)
		unlink(path);
	return rc;
}

jurat_rc
store_open(struct store **out, const char *path, const struct aes256_key *kek, struct jurat_diag *d)
{
	struct store *s;
	jurat_rc rc = open_database(&s, path, false, kek, d);

	if (rc != JURAT_OK)
		return rc;
	if ((rc = key_get(s, service_key_name, &s->service_public, &s->service_key, d)) != JURAT_OK ||
	    (rc = key_get(s, log_key_name, &s->log_public, &s->log_key, d)) != JURAT_OK) {
		store_close(s);
		return rc;
	}
	*out = s;
	return JURAT_OK;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	sql_close(s->db);
	wipe(s, sizeof *s);
	free(s);
}

jurat_rc
store_kek_check(struct store *s, struct jurat_diag *d)
{
	struct p256_public public;
	struct p256_private key;
	jurat_rc rc = key_get(s, service_key_name, &public, &key, d);

	wipe(&key, sizeof key);
	return rc;
}

jurat_rc
store_pages_check(struct store *s, struct jurat_diag *d)
{
	return sql_check(s->db, d);
}

jurat_rc
store_check(struct store *s, struct jurat_diag *d)
{
	return store_kek_check(s, d);
}

const struct p256_private *
store_service_key(const struct store *s)
{
	return s->has_kek ? &s->service_key : NULL;
}

void
store_service_public(struct p256_public *out, const struct store *s)
{
	*out = s->service_public;
}

/* ---- rotation ---- */

static jurat_rc
store_wrapped(struct store *s, const char *update, uint64_t id, const uint8_t wrapped[ENVELOPE_WRAPPED_LEN],
    struct jurat_diag *d)
{
	struct sql_query *q;
	jurat_rc rc = sql_prepare(&q, s->db, update, d);

	if (rc != JURAT_OK)
		return rc;
	sql_bind_blob(q, 1, wrapped, ENVELOPE_WRAPPED_LEN);
	sql_bind_int(q, 2, (int64_t)id);
	return sql_done(q, d);
}

/* rewrap: opened under the present KEK, wrapped under the new one. */
static jurat_rc
rewrap(uint8_t wrapped[ENVELOPE_WRAPPED_LEN], const struct store *s, const struct aes256_key *new_kek,
    const struct envelope_place *place, struct jurat_diag *d)
{
	struct aes256_key key;
	jurat_rc rc = envelope_unwrap(&key, &s->kek, place, wrapped);

	if (rc == JURAT_OK)
		rc = envelope_wrap(wrapped, new_kek, place, &key);
	wipe(&key, sizeof key);
	return rc == JURAT_OK ? JURAT_OK : jurat_fail(d, rc, "store.wrapped_key", NO_OFFSET, 0, 0);
}

static jurat_rc
rotate_keys(struct store *s, const struct aes256_key *new_kek, struct jurat_diag *d)
{
	static const char *const names[] = { service_key_name, log_key_name };
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	jurat_rc rc = JURAT_OK;

	for (uint64_t id = 1; id <= ARRAY_LEN(names) && rc == JURAT_OK; id++) {
		struct envelope_place place;

		key_place(&place, names[id - 1], id, id == 1 ? &s->service_public : &s->log_public);
		rc = key_wrap(wrapped, new_kek, &place, id == 1 ? &s->service_key : &s->log_key);
		if (rc == JURAT_OK)
			rc = store_wrapped(s, "UPDATE keys SET wrapped = ? WHERE id = ?", id, wrapped, d);
	}
	return rc;
}

static jurat_rc
rotate_secrets(struct store *s, const struct aes256_key *new_kek, struct jurat_diag *d)
{
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct store_secret secret = { 0 };
	jurat_rc rc;

	/* row by row in order of id: an update may not disturb a query that is still running */
	for (;;) {
		CLEANUP(sql_query_free) struct sql_query *q = NULL;
		struct envelope_place place;
		bool row = false;

		rc = sql_prepare(&q, s->db,
		    "SELECT id, name, version, policy_hash, wrapped FROM secrets WHERE id > ? ORDER BY id LIMIT 1", d);
		if (rc != JURAT_OK)
			return rc;
		sql_bind_int(q, 1, (int64_t)secret.id);
		if ((rc = sql_step(q, &row, d)) != JURAT_OK || !row)
			return rc;
		secret.id = (uint64_t)sql_int(q, 0);
		strncpy(secret.name, sql_text(q, 1), STORE_NAME_MAX_LEN);
		secret.version = (uint32_t)sql_int(q, 2);
		if ((rc = blob_exact(q, 3, secret.policy_hash, SHA256_LEN, "secret.policy_hash", d)) != JURAT_OK ||
		    (rc = blob_exact(q, 4, wrapped, sizeof wrapped, "secret.wrapped_key", d)) != JURAT_OK)
			return rc;
		secret_place(&place, &secret);
		if ((rc = rewrap(wrapped, s, new_kek, &place, d)) != JURAT_OK ||
		    (rc = store_wrapped(s, "UPDATE secrets SET wrapped = ? WHERE id = ?", secret.id, wrapped, d)) != JURAT_OK)
			return rc;
		memset(secret.name, 0, sizeof secret.name);
	}
}

jurat_rc
store_rotate(struct store *s, const struct aes256_key *new_kek, int64_t at_unix_s, struct jurat_diag *d)
{
	struct store_note note = { .at_unix_s = at_unix_s, .detail = "new key encryption key" };
	struct log_entry entry = { .event = EVENT_ROTATED, .name = "", .note = &note };
	jurat_rc rc;

	if ((rc = store_need_kek(s, d)) != JURAT_OK || (rc = sql_begin(s->db, d)) != JURAT_OK)
		return rc;
	if ((rc = store_kek_check(s, d)) == JURAT_OK && (rc = rotate_keys(s, new_kek, d)) == JURAT_OK &&
	    (rc = rotate_secrets(s, new_kek, d)) == JURAT_OK)
		rc = log_append(s, &entry, d);
	if ((rc = store_finish(s, rc, d)) != JURAT_OK)
		return rc;
	s->kek = *new_kek;
	return JURAT_OK;
}
