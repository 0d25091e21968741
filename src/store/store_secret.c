/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"

#define SECRET_COLUMNS "id, name, version, size, state, policy_hash, added_unix_s"

void
secret_place(struct envelope_place *out, const struct store_secret *secret)
{
	*out = (struct envelope_place){
		.table = "secrets", .row_id = secret->id, .name = secret->name, .version = secret->version
	};
	memcpy(out->binding, secret->policy_hash, sizeof out->binding);
}

/* num_chunks: an empty secret has one empty chunk, so that its absence is seen. */
static uint32_t
num_chunks(uint64_t size)
{
	return size == 0 ? 1 : (uint32_t)((size - 1) / STORE_CHUNK_LEN + 1);
}

uint32_t
store_secret_num_chunks(const struct store_secret *secret)
{
	return num_chunks(secret->size);
}

/* chunk_len: how long chunk `index` must be. */
static size_t
chunk_len(uint64_t size, uint32_t index)
{
	uint64_t left = size - (uint64_t)index * STORE_CHUNK_LEN;

	return left < STORE_CHUNK_LEN ? (size_t)left : STORE_CHUNK_LEN;
}

/* row_take: one row of SECRET_COLUMNS. The database may have been altered: every value is checked. */
static jurat_rc
row_take(struct store_secret *out, struct sql_query *q, struct jurat_diag *d)
{
	struct store_secret secret = { .id = (uint64_t)sql_int(q, 0), .added_unix_s = sql_int(q, 6) };
	int64_t version = sql_int(q, 2), size = sql_int(q, 3), state = sql_int(q, 4);
	const char *name = sql_text(q, 1);
	jurat_rc rc;

	if ((rc = store_name_check(name, d)) != JURAT_OK)
		return rc;
	if (version < 1 || version > UINT32_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "secret.version", NO_OFFSET, 0, 0);
	if (size < 0 || size > STORE_SECRET_MAX_LEN)
		return jurat_fail(d, JURAT_E_FORMAT, "secret.size", NO_OFFSET, STORE_SECRET_MAX_LEN, (uint64_t)size);
	if (state < SECRET_READY || state > SECRET_DELIVERED)
		return jurat_fail(d, JURAT_E_FORMAT, "secret.state", NO_OFFSET, 0, (uint64_t)state);
	if ((rc = blob_exact(q, 5, secret.policy_hash, SHA256_LEN, "secret.policy_hash", d)) != JURAT_OK)
		return rc;
	memcpy(secret.name, name, strlen(name));
	secret.version = (uint32_t)version;
	secret.size = (uint64_t)size;
	secret.state = (enum secret_state)state;
	*out = secret;
	return JURAT_OK;
}

jurat_rc
store_secret_find(struct store *s, struct store_secret *out, const char *name, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	bool row = false;
	jurat_rc rc;

	if ((rc = store_name_check(name, d)) != JURAT_OK ||
	    (rc = sql_prepare(&q, s->db, "SELECT " SECRET_COLUMNS " FROM secrets WHERE name = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_text(q, 1, name);
	if ((rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	return row ? row_take(out, q, d) : jurat_fail(d, JURAT_E_NOT_FOUND, "secret.name", NO_OFFSET, 0, 0);
}

jurat_rc
store_secret_each(struct store *s, bool (*each)(void *ctx, const struct store_secret *secret), void *ctx,
    struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	struct store_secret secret;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT " SECRET_COLUMNS " FROM secrets ORDER BY name", d)) != JURAT_OK)
		return rc;
	while ((rc = sql_step(q, &row, d)) == JURAT_OK && row) {
		if ((rc = row_take(&secret, q, d)) != JURAT_OK || !each(ctx, &secret))
			break;
	}
	return rc;
}

/* ---- adding ---- */

static jurat_rc
policy_add(struct store *s, const struct store_new_secret *in, const uint8_t hash[SHA256_LEN], struct jurat_diag *d)
{
	struct sql_query *q;
	jurat_rc rc = sql_prepare(&q, s->db, "INSERT INTO policies(hash, json) VALUES(?, ?) ON CONFLICT(hash) DO NOTHING", d);

	if (rc != JURAT_OK)
		return rc;
	sql_bind_blob(q, 1, hash, SHA256_LEN);
	sql_bind_blob(q, 2, in->policy, in->policy_len);
	return sql_done(q, d);
}

/* row_write: makes the row, or turns the present one (secret->id != 0) into its next version; the wrapped key comes later, as it is bound to the id. */
static jurat_rc
row_write(struct store *s, struct store_secret *secret, struct jurat_diag *d)
{
	struct sql_query *q;
	jurat_rc rc = sql_prepare(&q, s->db,
	    secret->id == 0 ? "INSERT INTO secrets(name, version, size, state, policy_hash, added_unix_s, wrapped)"
	                      " VALUES(?, ?, ?, 0, ?, ?, x'')" :
	                      "UPDATE secrets SET name = ?, version = ?, size = ?, state = 0, policy_hash = ?, added_unix_s = ?,"
	                      " wrapped = x'' WHERE id = ?",
	    d);

	if (rc != JURAT_OK)
		return rc;
	sql_bind_text(q, 1, secret->name);
	sql_bind_int(q, 2, secret->version);
	sql_bind_int(q, 3, (int64_t)secret->size);
	sql_bind_blob(q, 4, secret->policy_hash, SHA256_LEN);
	sql_bind_int(q, 5, secret->added_unix_s);
	if (secret->id != 0)
		sql_bind_int(q, 6, (int64_t)secret->id);
	if ((rc = sql_done(q, d)) == JURAT_OK && secret->id == 0)
		secret->id = (uint64_t)sql_last_id(s->db);
	return rc;
}

static jurat_rc
wrapped_write(struct store *s, const struct store_secret *secret, const struct aes256_key *data_key, struct jurat_diag *d)
{
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct envelope_place place;
	struct sql_query *q;
	jurat_rc rc;

	secret_place(&place, secret);
	if ((rc = envelope_wrap(wrapped, &s->kek, &place, data_key)) != JURAT_OK)
		return jurat_fail(d, rc, "secret.wrapped_key", NO_OFFSET, 0, 0);
	if ((rc = sql_prepare(&q, s->db, "UPDATE secrets SET wrapped = ? WHERE id = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_blob(q, 1, wrapped, sizeof wrapped);
	sql_bind_int(q, 2, (int64_t)secret->id);
	return sql_done(q, d);
}

static jurat_rc
chunks_delete(struct store *s, uint64_t id, struct jurat_diag *d)
{
	struct sql_query *q;
	jurat_rc rc = sql_prepare(&q, s->db, "DELETE FROM chunks WHERE secret_id = ?", d);

	if (rc != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, (int64_t)id);
	return sql_done(q, d);
}

static jurat_rc
chunks_write(struct store *s, const struct store_secret *secret, const uint8_t *plain, const struct aes256_key *data_key,
    struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	uint8_t sealed[ENVELOPE_CHUNK_MAX_LEN];
	uint32_t num = num_chunks(secret->size);
	jurat_rc rc = sql_prepare(&q, s->db, "INSERT INTO chunks(secret_id, idx, sealed) VALUES(?, ?, ?)", d);

	for (uint32_t i = 0; i < num && rc == JURAT_OK; i++) {
		size_t len = chunk_len(secret->size, i);
		bool row;

		rc = envelope_seal_chunk(sealed, data_key, i, i + 1 == num, plain + (size_t)i * STORE_CHUNK_LEN, len);
		if (rc != JURAT_OK)
			return jurat_fail(d, rc, "secret.chunk", NO_OFFSET, 0, 0);
		sql_reset(q);
		sql_bind_int(q, 1, (int64_t)secret->id);
		sql_bind_int(q, 2, i);
		sql_bind_blob(q, 3, sealed, len + GCM_TAG_LEN);
		rc = sql_step(q, &row, d);
	}
	return rc;
}

/* next_version: fills id and version; JURAT_E_EXISTS if the name is taken and may not be replaced. */
static jurat_rc
next_version(struct store *s, struct store_secret *secret, const struct store_new_secret *in, struct jurat_diag *d)
{
	struct store_secret present;
	jurat_rc rc = store_secret_find(s, &present, in->name, NULL);

	secret->version = 1;
	if (rc == JURAT_E_NOT_FOUND)
		return JURAT_OK;
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "secret", NO_OFFSET, 0, 0);
	if (!in->replace) {
		(void)jurat_fail(d, JURAT_E_EXISTS, "secret.name", NO_OFFSET, 0, 0);
		jurat_hint(d, "--replace makes a new version");
		return JURAT_E_EXISTS;
	}
	if (present.version == UINT32_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "secret.version", NO_OFFSET, UINT32_MAX, 0);
	secret->id = present.id;
	secret->version = present.version + 1;
	return JURAT_OK;
}

static jurat_rc
add_in_transaction(struct store *s, const struct store_new_secret *in, const struct aes256_key *data_key,
    struct jurat_diag *d)
{
	struct store_secret secret = { .size = in->len, .added_unix_s = in->at_unix_s };
	struct store_note note = { .at_unix_s = in->at_unix_s, .detail = "" };
	struct log_entry entry = { .event = EVENT_ADDED, .name = in->name, .note = &note };
	jurat_rc rc;

	memcpy(secret.name, in->name, strlen(in->name));
	sha256_once(secret.policy_hash, in->policy, in->policy_len);
	if ((rc = next_version(s, &secret, in, d)) != JURAT_OK ||
	    (rc = policy_add(s, in, secret.policy_hash, d)) != JURAT_OK ||
	    (secret.id != 0 && (rc = chunks_delete(s, secret.id, d)) != JURAT_OK) ||
	    (rc = row_write(s, &secret, d)) != JURAT_OK || (rc = wrapped_write(s, &secret, data_key, d)) != JURAT_OK ||
	    (rc = chunks_write(s, &secret, in->plain, data_key, d)) != JURAT_OK)
		return rc;
	entry.version = secret.version;
	return log_append(s, &entry, d);
}

jurat_rc
store_secret_add(struct store *s, const struct store_new_secret *in, struct jurat_diag *d)
{
	struct aes256_key data_key;
	jurat_rc rc;

	if ((rc = store_need_kek(s, d)) != JURAT_OK || (rc = store_name_check(in->name, d)) != JURAT_OK)
		return rc;
	if (in->len > STORE_SECRET_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "secret", NO_OFFSET, STORE_SECRET_MAX_LEN, in->len);
	if (in->policy_len > STORE_POLICY_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "policy", NO_OFFSET, STORE_POLICY_MAX_LEN, in->policy_len);
	if ((rc = crypto_random(data_key.b, sizeof data_key.b)) != JURAT_OK)
		return jurat_fail(d, rc, "secret", NO_OFFSET, 0, 0);
	if ((rc = sql_begin(s->db, d)) == JURAT_OK) {
		if ((rc = store_kek_check(s, d)) == JURAT_OK)
			rc = add_in_transaction(s, in, &data_key, d);
		rc = store_finish(s, rc, d);
	}
	wipe(&data_key, sizeof data_key);
	return rc;
}

/* ---- reading ---- */

jurat_rc
store_secret_policy(
    struct store *s, char **out, size_t *out_len, const struct store_secret *secret, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	uint8_t hash[SHA256_LEN];
	const uint8_t *json;
	bool row = false;
	size_t len;
	jurat_rc rc;
	char *copy;

	if ((rc = sql_prepare(&q, s->db, "SELECT json FROM policies WHERE hash = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_blob(q, 1, secret->policy_hash, SHA256_LEN);
	if ((rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	if (!row)
		return jurat_fail(d, JURAT_E_MISSING, "secret.policy", NO_OFFSET, 0, 0);
	json = sql_blob(q, 0, &len);
	sha256_once(hash, json, len);
	if (!ct_equal(hash, secret->policy_hash, SHA256_LEN))
		return jurat_fail(d, JURAT_E_MISMATCH, "secret.policy", NO_OFFSET, 0, 0);
	if ((copy = malloc(len + 1)) == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "secret.policy", NO_OFFSET, 0, 0);
	if (len != 0)
		memcpy(copy, json, len);
	copy[len] = '\0';
	*out = copy;
	*out_len = len;
	return JURAT_OK;
}

/* data_key_get: the key of this version, or JURAT_E_NOT_FOUND when another one took its place. */
static jurat_rc
data_key_get(struct store *s, struct aes256_key *out, const struct store_secret *secret, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	uint8_t wrapped[ENVELOPE_WRAPPED_LEN];
	struct envelope_place place;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT wrapped FROM secrets WHERE id = ? AND version = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, (int64_t)secret->id);
	sql_bind_int(q, 2, secret->version);
	if ((rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	if (!row)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "secret.version", NO_OFFSET, 0, secret->version);
	if ((rc = blob_exact(q, 0, wrapped, sizeof wrapped, "secret.wrapped_key", d)) != JURAT_OK)
		return rc;
	secret_place(&place, secret);
	rc = envelope_unwrap(out, &s->kek, &place, wrapped);
	return rc == JURAT_OK ? JURAT_OK : jurat_fail(d, rc, "secret.wrapped_key", NO_OFFSET, 0, 0);
}

static jurat_rc
chunk_get(struct store *s, uint8_t out[STORE_CHUNK_LEN], size_t *out_len, const struct store_secret *secret,
    uint32_t index, const struct aes256_key *data_key, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	const uint8_t *sealed;
	bool row = false;
	size_t len, want = chunk_len(secret->size, index);
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT sealed FROM chunks WHERE secret_id = ? AND idx = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, (int64_t)secret->id);
	sql_bind_int(q, 2, index);
	if ((rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	if (!row)
		return jurat_fail(d, JURAT_E_MISSING, "secret.chunk", NO_OFFSET, 0, index);
	sealed = sql_blob(q, 0, &len);
	if (len != want + GCM_TAG_LEN)
		return jurat_fail(d, JURAT_E_FORMAT, "secret.chunk", NO_OFFSET, want + GCM_TAG_LEN, len);
	rc = envelope_open_chunk(out, data_key, index, index + 1 == num_chunks(secret->size), sealed, len);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "secret.chunk", NO_OFFSET, 0, index);
	*out_len = want;
	return JURAT_OK;
}

jurat_rc
store_secret_chunk(struct store *s, uint8_t out[STORE_CHUNK_LEN], size_t *out_len, const struct store_secret *secret,
    uint32_t index, struct jurat_diag *d)
{
	struct aes256_key data_key;
	jurat_rc rc;

	if ((rc = store_need_kek(s, d)) != JURAT_OK)
		return rc;
	if (index >= num_chunks(secret->size))
		return jurat_fail(d, JURAT_E_NOT_FOUND, "secret.chunk", NO_OFFSET, num_chunks(secret->size), index);
	if ((rc = data_key_get(s, &data_key, secret, d)) != JURAT_OK)
		return rc;
	rc = chunk_get(s, out, out_len, secret, index, &data_key, d);
	wipe(&data_key, sizeof data_key);
	return rc;
}
