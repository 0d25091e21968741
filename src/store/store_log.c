/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases and the log. A record's hash is SHA-256 over
 *   "jurat/log/v1" | seq u64 | time i64 | event u8 | version u32 | name length u8 | name | detail length u16 | detail |
 *   evidence hash 32 | hash of the record before 32 (zero for the first)
 * integers little-endian, and is signed with the log's own P-256 key.
 */
#include "store/store_internal.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"

#define RECORD_MAX_LEN (12 + 8 + 8 + 1 + 4 + 1 + STORE_NAME_MAX_LEN + 2 + STORE_DETAIL_MAX_LEN + 32 + 32)

const char *
store_event_name(enum store_event event)
{
	static const char *const names[] = { NULL, "added", "released", "delivered", "refused", "rearmed", "rotated", "clock" };

	return event >= EVENT_ADDED && event <= EVENT_CLOCK ? names[event] : "unknown";
}

static jurat_rc
record_hash(uint8_t out[SHA256_LEN], const struct store_record *r, const uint8_t before[SHA256_LEN])
{
	uint8_t bytes[RECORD_MAX_LEN];
	size_t name_len = strlen(r->name), detail_len = strlen(r->detail);
	struct writer w;
	jurat_rc rc;

	if (name_len > STORE_NAME_MAX_LEN || detail_len > STORE_DETAIL_MAX_LEN)
		return JURAT_E_TOO_LARGE;
	writer_init(&w, bytes, sizeof bytes);
	writer_copy(&w, "jurat/log/v1", 12);
	writer_u64le(&w, r->seq);
	writer_u64le(&w, (uint64_t)r->at_unix_s);
	writer_u8(&w, (uint8_t)r->event);
	writer_u32le(&w, r->version);
	writer_u8(&w, (uint8_t)name_len);
	writer_copy(&w, r->name, name_len);
	writer_u16le(&w, (uint16_t)detail_len);
	writer_copy(&w, r->detail, detail_len);
	writer_copy(&w, r->evidence_hash, SHA256_LEN);
	writer_copy(&w, before, SHA256_LEN);
	if ((rc = writer_check(&w, "log.record", NULL)) == JURAT_OK)
		sha256_once(out, bytes, w.len);
	return rc;
}

/* log_head: number and hash of the last record; 0 and zeros for an empty log. */
static jurat_rc
log_head(struct store *s, uint64_t *out_seq, uint8_t out_hash[SHA256_LEN], struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1", d)) != JURAT_OK ||
	    (rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	*out_seq = row ? (uint64_t)sql_int(q, 0) : 0;
	if (row)
		return blob_exact(q, 1, out_hash, SHA256_LEN, "log.hash", d);
	memset(out_hash, 0, SHA256_LEN);
	return JURAT_OK;
}

static jurat_rc
record_write(struct store *s, const struct store_record *r, const struct p256_signature *sig, struct jurat_diag *d)
{
	struct sql_query *q;
	jurat_rc rc = sql_prepare(&q, s->db,
	    "INSERT INTO log(seq, at_unix_s, event, name, version, detail, evidence_hash, hash, signature)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    d);

	if (rc != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, (int64_t)r->seq);
	sql_bind_int(q, 2, r->at_unix_s);
	sql_bind_int(q, 3, r->event);
	sql_bind_text(q, 4, r->name);
	sql_bind_int(q, 5, r->version);
	sql_bind_text(q, 6, r->detail);
	sql_bind_blob(q, 7, r->evidence_hash, SHA256_LEN);
	sql_bind_blob(q, 8, r->hash, SHA256_LEN);
	sql_bind_blob(q, 9, sig, sizeof *sig);
	return sql_done(q, d);
}

jurat_rc
log_append(struct store *s, const struct log_entry *entry, struct jurat_diag *d)
{
	struct store_record r = { .at_unix_s = entry->note->at_unix_s, .event = entry->event, .name = entry->name,
		.version = entry->version, .detail = entry->note->detail };
	uint8_t before[SHA256_LEN];
	struct p256_signature sig;
	jurat_rc rc;

	if ((rc = log_head(s, &r.seq, before, d)) != JURAT_OK)
		return rc;
	r.seq++;
	memcpy(r.evidence_hash, entry->note->evidence_hash, SHA256_LEN);
	if ((rc = record_hash(r.hash, &r, before)) != JURAT_OK || (rc = ecdsa_sign(&sig, &s->log_key, r.hash)) != JURAT_OK)
		return jurat_fail(d, rc, "log.record", NO_OFFSET, 0, 0);
	return record_write(s, &r, &sig, d);
}

/* ---- records as they stand ---- */

/* the events after which a secret is in another state: added, released, delivered, rearmed */
#define CHANGES "(1, 2, 3, 5)"
#define LOG_COLUMNS "seq, at_unix_s, event, name, version, detail, evidence_hash, hash, signature"

/* record_take: name and detail live until the next step. */
static jurat_rc
record_take(struct store_record *out, struct sql_query *q, struct jurat_diag *d)
{
	int64_t event = sql_int(q, 2), version = sql_int(q, 4);
	struct store_record r = { .seq = (uint64_t)sql_int(q, 0), .at_unix_s = sql_int(q, 1), .event = (enum store_event)event,
		.name = sql_text(q, 3), .version = (uint32_t)version, .detail = sql_text(q, 5) };
	jurat_rc rc;

	/* cut to the width that is hashed, another value would have the same hash */
	if (event < EVENT_ADDED || event > EVENT_CLOCK)
		return jurat_fail(d, JURAT_E_FORMAT, "log.event", r.seq, EVENT_CLOCK, (uint64_t)event);
	if (version < 0 || version > UINT32_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "log.version", r.seq, UINT32_MAX, (uint64_t)version);

	if ((rc = blob_exact(q, 6, r.evidence_hash, SHA256_LEN, "log.evidence_hash", d)) != JURAT_OK ||
	    (rc = blob_exact(q, 7, r.hash, SHA256_LEN, "log.hash", d)) != JURAT_OK)
		return rc;
	*out = r;
	return JURAT_OK;
}

/* record_check: one link of the chain. */
static jurat_rc
record_check(const struct store *s, struct sql_query *q, uint64_t seq, uint8_t before[SHA256_LEN], struct jurat_diag *d)
{
	struct p256_signature sig;
	struct store_record r;
	uint8_t hash[SHA256_LEN];
	jurat_rc rc;

	if ((rc = record_take(&r, q, d)) != JURAT_OK ||
	    (rc = blob_exact(q, 8, &sig, sizeof sig, "log.signature", d)) != JURAT_OK)
		return rc;
	if (r.seq != seq)
		return jurat_fail(d, JURAT_E_MISMATCH, "log.seq", seq, seq, r.seq);
	if (record_hash(hash, &r, before) != JURAT_OK || !ct_equal(hash, r.hash, SHA256_LEN))
		return jurat_fail(d, JURAT_E_MISMATCH, "log.hash", seq, 0, 0);
	if (ecdsa_verify_vartime(&sig, &s->log_public, r.hash) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "log.signature", seq, 0, 0);
	memcpy(before, hash, SHA256_LEN);
	return JURAT_OK;
}

/* ---- what the log says of a secret ---- */

/* hash_before: of the record before seq; zero for the first. */
static jurat_rc
hash_before(struct store *s, uint8_t out[SHA256_LEN], uint64_t seq, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	bool row = false;
	jurat_rc rc;

	memset(out, 0, SHA256_LEN);
	if (seq <= 1)
		return JURAT_OK;
	if ((rc = sql_prepare(&q, s->db, "SELECT hash FROM log WHERE seq = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, (int64_t)seq - 1);
	if ((rc = sql_step(q, &row, d)) != JURAT_OK)
		return rc;
	return row ? blob_exact(q, 0, out, SHA256_LEN, "log.hash", d) : jurat_fail(d, JURAT_E_MISMATCH, "log.seq", seq, seq - 1, 0);
}

/* record_step: the next row of q, checked with its link to the record before. */
static jurat_rc
record_step(struct store *s, struct sql_query *q, struct store_record *out, bool *out_row, struct jurat_diag *d)
{
	uint8_t before[SHA256_LEN];
	jurat_rc rc;

	if ((rc = sql_step(q, out_row, d)) != JURAT_OK || !*out_row || (rc = record_take(out, q, d)) != JURAT_OK ||
	    (rc = hash_before(s, before, out->seq, d)) != JURAT_OK)
		return rc;
	return record_check(s, q, out->seq, before, d);
}

static enum secret_state
state_after(enum store_event event)
{
	return event == EVENT_RELEASED ? SECRET_SENT : event == EVENT_DELIVERED ? SECRET_DELIVERED : SECRET_READY;
}

/*
 * log_agrees: the last record that changed this secret is whole and says what its row says. A row alone could be set back to an earlier version
 * or state by whoever may write the database; its log cannot be signed without the KEK. out_evidence: the record's.
 */
static jurat_rc
log_agrees(struct store *s, const struct store_secret *secret, uint8_t out_evidence[SHA256_LEN], struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	struct store_record r;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db,
		 "SELECT " LOG_COLUMNS " FROM log WHERE name = ? AND event IN " CHANGES " ORDER BY seq DESC LIMIT 1", d)) != JURAT_OK)
		return rc;
	sql_bind_text(q, 1, secret->name);
	if ((rc = record_step(s, q, &r, &row, d)) != JURAT_OK)
		return rc;
	if (!row)
		return jurat_fail(d, JURAT_E_MISMATCH, "secret.log", NO_OFFSET, secret->version, 0);
	if (r.version != secret->version || state_after(r.event) != secret->state) {
		(void)jurat_fail(d, JURAT_E_MISMATCH, "secret.log", r.seq, secret->version, r.version);
		jurat_hint(d, "the secret or the log was set back to an earlier state");
		return JURAT_E_MISMATCH;
	}
	memcpy(out_evidence, r.evidence_hash, SHA256_LEN);
	return JURAT_OK;
}

/* ---- the clock ---- */

/* clock_start: from which record on times count: the last one by which the operator accepted the clock, or 0. */
static jurat_rc
clock_start(struct store *s, uint64_t *out_seq, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	struct store_record r = { 0 };
	bool row = false;
	jurat_rc rc =
	    sql_prepare(&q, s->db, "SELECT " LOG_COLUMNS " FROM log WHERE event = 7 ORDER BY seq DESC LIMIT 1", d);

	if (rc != JURAT_OK || (rc = record_step(s, q, &r, &row, d)) != JURAT_OK)
		return rc;
	*out_seq = row ? r.seq : 0;
	return JURAT_OK;
}

/* The last record, as its time could have been lowered, and then the one with the latest time: a record may have been written under an earlier clock. */
static jurat_rc
latest_time(struct store *s, int64_t *out_unix_s, bool *out_any, struct jurat_diag *d)
{
	static const char *const queries[] = {
		"SELECT " LOG_COLUMNS " FROM log WHERE seq >= ? ORDER BY seq DESC LIMIT 1",
		"SELECT " LOG_COLUMNS " FROM log WHERE +seq >= ? ORDER BY at_unix_s DESC LIMIT 1", /* +: in order of log_by_time */
	};
	struct store_record r = { 0 };
	uint64_t start;
	jurat_rc rc = clock_start(s, &start, d);

	*out_any = false;
	for (size_t i = 0; i < ARRAY_LEN(queries) && rc == JURAT_OK; i++) {
		CLEANUP(sql_query_free) struct sql_query *q = NULL;

		if ((rc = sql_prepare(&q, s->db, queries[i], d)) != JURAT_OK)
			return rc;
		sql_bind_int(q, 1, (int64_t)start);
		rc = record_step(s, q, &r, out_any, d);
	}
	*out_unix_s = r.at_unix_s;
	return rc;
}

jurat_rc
store_clock_check(struct store *s, int64_t now_unix_s, struct jurat_diag *d)
{
	int64_t latest;
	bool any;
	jurat_rc rc = latest_time(s, &latest, &any, d);

	/* no time that is signed here is near the lower end of its type; a difference of now could be */
	if (rc != JURAT_OK || !any || latest < INT64_MIN + STORE_CLOCK_LEEWAY_S || now_unix_s >= latest - STORE_CLOCK_LEEWAY_S)
		return rc;
	(void)jurat_fail(d, JURAT_E_TIME, "clock", NO_OFFSET, (uint64_t)latest, (uint64_t)now_unix_s);
	jurat_hint(d, "the clock is behind the log: set it right; if it is right and was ahead: jurat secrets accept-clock");
	return JURAT_E_TIME;
}

jurat_rc
store_clock_accept(struct store *s, int64_t now_unix_s, struct jurat_diag *d)
{
	struct store_note note = { .at_unix_s = now_unix_s, .detail = "the times before this were ahead" };
	struct log_entry entry = { .event = EVENT_CLOCK, .name = "", .note = &note };
	jurat_rc rc = store_need_kek(s, d);

	if (rc != JURAT_OK || (rc = sql_begin(s->db, d)) != JURAT_OK)
		return rc;
	if ((rc = store_clock_check(s, now_unix_s, NULL)) == JURAT_OK)
		rc = jurat_fail(d, JURAT_E_STATE, "clock", NO_OFFSET, 0, 0);
	else if (rc == JURAT_E_TIME)
		rc = log_append(s, &entry, d);
	else
		(void)jurat_fail(d, rc, "log", NO_OFFSET, 0, 0);
	return store_finish(s, rc, d);
}

/* ---- releases ---- */

/* move_state: FROM -> TO for exactly this version. JURAT_E_REPLAY if it was in another state. */
static jurat_rc
move_state(struct store *s, const struct store_secret *secret, enum secret_state from, enum secret_state to,
    const struct store_note *note, struct jurat_diag *d)
{
	uint8_t evidence[SHA256_LEN];
	struct store_secret present;
	struct sql_query *q;
	jurat_rc rc;

	if ((rc = store_secret_find(s, &present, secret->name, d)) != JURAT_OK)
		return rc;
	if (present.id != secret->id || present.version != secret->version)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "secret.version", NO_OFFSET, secret->version, present.version);
	if ((rc = log_agrees(s, &present, evidence, d)) != JURAT_OK)
		return rc;
	if (present.state != from)
		return jurat_fail(d, JURAT_E_REPLAY, "secret.state", NO_OFFSET, from, present.state);
	/* re-armed meanwhile and sent to another: that one has not acknowledged */
	if (to == SECRET_DELIVERED && !ct_equal(evidence, note->evidence_hash, SHA256_LEN))
		return jurat_fail(d, JURAT_E_REPLAY, "secret.evidence", NO_OFFSET, 0, 0);
	if ((rc = sql_prepare(&q, s->db, "UPDATE secrets SET state = ? WHERE id = ?", d)) != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, to);
	sql_bind_int(q, 2, (int64_t)secret->id);
	return sql_done(q, d);
}

static jurat_rc
move_and_log(struct store *s, const struct store_secret *secret, enum secret_state from, enum secret_state to,
    const struct log_entry *entry, struct jurat_diag *d)
{
	jurat_rc rc;

	if ((rc = store_need_kek(s, d)) != JURAT_OK || (rc = sql_begin(s->db, d)) != JURAT_OK)
		return rc;
	if (from == to || (rc = move_state(s, secret, from, to, entry->note, d)) == JURAT_OK)
		rc = log_append(s, entry, d);
	return store_finish(s, rc, d);
}

jurat_rc
store_release(
    struct store *s, const struct store_secret *secret, const struct store_note *note, struct jurat_diag *d)
{
	struct log_entry entry = { EVENT_RELEASED, secret->name, secret->version, note };

	return move_and_log(s, secret, SECRET_READY, SECRET_SENT, &entry, d);
}

jurat_rc
store_delivered(
    struct store *s, const struct store_secret *secret, const struct store_note *note, struct jurat_diag *d)
{
	struct log_entry entry = { EVENT_DELIVERED, secret->name, secret->version, note };

	return move_and_log(s, secret, SECRET_SENT, SECRET_DELIVERED, &entry, d);
}

jurat_rc
store_refused(
    struct store *s, const struct store_secret *secret, const struct store_note *note, struct jurat_diag *d)
{
	struct log_entry entry = { EVENT_REFUSED, secret->name, secret->version, note };

	return move_and_log(s, secret, SECRET_READY, SECRET_READY, &entry, d);
}

jurat_rc
store_rearm(struct store *s, const char *name, int64_t at_unix_s, struct jurat_diag *d)
{
	struct store_note note = { .at_unix_s = at_unix_s, .detail = "was sent" };
	struct log_entry entry = { .event = EVENT_REARMED, .note = &note };
	struct store_secret secret;
	jurat_rc rc = store_secret_find(s, &secret, name, d);

	if (rc != JURAT_OK)
		return rc;
	if (secret.state == SECRET_READY)
		return jurat_fail(d, JURAT_E_STATE, "secret.state", NO_OFFSET, SECRET_SENT, secret.state);
	if (secret.state == SECRET_DELIVERED)
		note.detail = "was delivered";
	entry.name = secret.name;
	entry.version = secret.version;
	return move_and_log(s, &secret, secret.state, SECRET_READY, &entry, d);
}

/* ---- reading the log ---- */

jurat_rc
store_log_each(struct store *s, uint64_t from, bool (*each)(void *ctx, const struct store_record *record), void *ctx,
    struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	struct store_record r;
	bool row = false;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT " LOG_COLUMNS " FROM log WHERE seq >= ? ORDER BY seq", d)) != JURAT_OK)
		return rc;
	sql_bind_int(q, 1, from < INT64_MAX ? (int64_t)from : INT64_MAX);
	while ((rc = sql_step(q, &row, d)) == JURAT_OK && row) {
		if ((rc = record_take(&r, q, d)) != JURAT_OK || !each(ctx, &r))
			break;
	}
	return rc;
}

struct agreement {
	struct store *s;
	jurat_rc rc;
	struct jurat_diag *d;
};

static bool
secret_agrees(void *ctx, const struct store_secret *secret)
{
	struct agreement *a = ctx;

	uint8_t evidence[SHA256_LEN];

	a->rc = log_agrees(a->s, secret, evidence, a->d);
	return a->rc == JURAT_OK;
}

/* rows_are_there: no command deletes a secret, so each one that the log knows has its row. */
static jurat_rc
rows_are_there(struct store *s, struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	bool row = false;
	jurat_rc rc = sql_prepare(&q, s->db,
	    "SELECT seq FROM log WHERE event IN " CHANGES " AND name NOT IN (SELECT name FROM secrets) ORDER BY seq LIMIT 1", d);

	if (rc != JURAT_OK || (rc = sql_step(q, &row, d)) != JURAT_OK || !row)
		return rc;
	(void)jurat_fail(d, JURAT_E_MISMATCH, "secret.row", (uint64_t)sql_int(q, 0), 0, 0);
	jurat_hint(d, "a secret of which the log has records is not in the database any more");
	return JURAT_E_MISMATCH;
}

jurat_rc
store_log_verify(struct store *s, const uint8_t *noted_head, uint64_t *out_num, uint8_t out_head[SHA256_LEN], struct jurat_diag *d)
{
	CLEANUP(sql_query_free) struct sql_query *q = NULL;
	uint8_t before[SHA256_LEN] = { 0 };
	struct agreement all = { s, JURAT_OK, d };
	bool row = false, noted = noted_head == NULL;
	uint64_t num = 0;
	jurat_rc rc;

	if ((rc = sql_prepare(&q, s->db, "SELECT " LOG_COLUMNS " FROM log ORDER BY seq", d)) != JURAT_OK)
		return rc;
	while ((rc = sql_step(q, &row, d)) == JURAT_OK && row) {
		if ((rc = record_check(s, q, num + 1, before, d)) != JURAT_OK)
			return rc;
		num++;
		noted = noted || ct_equal(before, noted_head, SHA256_LEN);
	}
	if (rc != JURAT_OK || (rc = store_secret_each(s, secret_agrees, &all, d)) != JURAT_OK || (rc = all.rc) != JURAT_OK ||
	    (rc = rows_are_there(s, d)) != JURAT_OK)
		return rc;
	if (!noted)
		return jurat_fail(d, JURAT_E_MISMATCH, "log.head", NO_OFFSET, 0, 0);
	*out_num = num;
	memcpy(out_head, before, SHA256_LEN);
	return JURAT_OK;
}
