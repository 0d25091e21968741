/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the secrets service keeps: secrets and keys under envelope encryption, policies, and a hash-chained, signed log of every
 * release and refusal. One interface; src/store/sql.h is the only thing that knows the database.
 *
 * Every function that returns JURAT_OK after a change has made it durable: a killed process or lost power does not undo it. A
 * full disk is JURAT_E_NO_SPACE, and the store is as before. Times are arguments (seconds since 1970 UTC).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "crypto/crypto.h"
#include "store/envelope.h"

struct store;

#define STORE_NAME_MAX_LEN ENVELOPE_NAME_MAX_LEN /* a-z A-Z 0-9 . _ - , not beginning with a dot or dash */
#define STORE_CHUNK_LEN ENVELOPE_CHUNK_LEN
#define STORE_SECRET_MAX_LEN (16u * 1024u * 1024u)
#define STORE_POLICY_MAX_LEN (256u * 1024u)
#define STORE_DETAIL_MAX_LEN 1024u

/* store_name_check: JURAT_E_FORMAT unless name is allowed; JURAT_E_TOO_LARGE. */
MUST_USE jurat_rc store_name_check(const char *name, struct jurat_diag *d);

/*
 * store_create: a new database with fresh keys (the service's SIGMA key and the log's key). JURAT_E_EXISTS if path is there.
 * store_open: kek may be NULL for what needs no secret (list, log): other calls then give JURAT_E_AUTH. With a KEK the keys are opened at
 * once, so that a wrong one is JURAT_E_CRYPTO here. An older database is upgraded, a newer one refused (JURAT_E_VERSION).
 * Without a KEK a database on a full or read-only disk is opened for reading.
 * One store serves one thread; several processes may hold the same file.
 */
MUST_USE jurat_rc store_create(const char *path, const struct aes256_key *kek, struct jurat_diag *d);
MUST_USE jurat_rc store_open(struct store **out, const char *path, const struct aes256_key *kek, struct jurat_diag *d);
void store_close(struct store *s);

/* store_check: whether the database answers, and its keys open under our KEK: after a rotation by another process they do not. For /readyz. */
MUST_USE jurat_rc store_check(struct store *s, struct jurat_diag *d);

/* store_pages_check: every page of the database is sound, also those that nothing reads for now; JURAT_E_FORMAT. Reads the whole file. */
MUST_USE jurat_rc store_pages_check(struct store *s, struct jurat_diag *d);

/* store_service_key: the long-term SIGMA key, for as long as s is open. NULL without KEK. store_service_public: its public half. */
const struct p256_private *store_service_key(const struct store *s);
void store_service_public(struct p256_public *out, const struct store *s);

/*
 * store_rotate: wraps every data key under new_kek, in one transaction: afterwards, and after a kill at any moment, exactly one
 * of the two keys works. s goes on with the new one. JURAT_E_CRYPTO if any row does not open: nothing is changed.
 */
MUST_USE jurat_rc store_rotate(struct store *s, const struct aes256_key *new_kek, int64_t at_unix_s, struct jurat_diag *d);

/* ---- secrets ---- */
enum secret_state {
	SECRET_READY = 0,     /* may be released once */
	SECRET_SENT = 1,      /* left the service; never acknowledged */
	SECRET_DELIVERED = 2, /* the enclave acknowledged it */
};

struct store_secret {
	uint64_t id;
	char name[STORE_NAME_MAX_LEN + 1];
	uint32_t version;
	uint64_t size;
	enum secret_state state;
	uint8_t policy_hash[SHA256_LEN]; /* authenticated with the secret: another policy does not open it */
	int64_t added_unix_s;
};

/* store_secret_add: JURAT_E_EXISTS if the name is taken and replace is false; with replace the version goes up by one and the old content is
 * gone. The policy (JSON text, already parsed by the caller) becomes part of the secret. */
struct store_new_secret {
	const char *name;
	const uint8_t *plain;
	size_t len;
	const char *policy;
	size_t policy_len;
	bool replace;
	int64_t at_unix_s;
};
MUST_USE jurat_rc store_secret_add(struct store *s, const struct store_new_secret *secret, struct jurat_diag *d);

MUST_USE jurat_rc store_secret_find(struct store *s, struct store_secret *out, const char *name, struct jurat_diag *d);

/* store_secret_each: in order of names; each returns false to stop. */
MUST_USE jurat_rc store_secret_each(
    struct store *s, bool (*each)(void *ctx, const struct store_secret *secret), void *ctx, struct jurat_diag *d);

/* store_secret_policy: the policy's text in a fresh NUL-terminated string that the caller frees; JURAT_E_MISMATCH if it is not the
 * one that was added. */
MUST_USE jurat_rc store_secret_policy(
    struct store *s, char **out, size_t *out_len, const struct store_secret *secret, struct jurat_diag *d);

/* store_secret_chunk: the plain text of chunk `index` (STORE_CHUNK_LEN bytes, the last one less; an empty secret has one empty chunk). out
 * has STORE_CHUNK_LEN bytes; the caller wipes it. JURAT_E_NOT_FOUND past the end or when the version is no longer there. */
MUST_USE jurat_rc store_secret_chunk(struct store *s, uint8_t out[STORE_CHUNK_LEN], size_t *out_len,
    const struct store_secret *secret, uint32_t index, struct jurat_diag *d);
uint32_t store_secret_num_chunks(const struct store_secret *secret);

/* ---- release and log ---- */
enum store_event {
	EVENT_ADDED = 1,
	EVENT_RELEASED = 2,  /* on disk before the first byte leaves */
	EVENT_DELIVERED = 3,
	EVENT_REFUSED = 4,
	EVENT_REARMED = 5,
	EVENT_ROTATED = 6,
	EVENT_CLOCK = 7,     /* the operator says that the clock is right and the times before it were not */
};
const char *store_event_name(enum store_event event);

/* What a record says beside its event: never a secret. */
struct store_note {
	int64_t at_unix_s;
	const char *detail;               /* one line, at most STORE_DETAIL_MAX_LEN bytes */
	uint8_t evidence_hash[SHA256_LEN]; /* SHA-256 of the quote, or zero */
};

/*
 * store_release: READY -> SENT with its record, one transaction. JURAT_E_REPLAY if it is not READY; JURAT_E_NOT_FOUND if this version
 * is gone; JURAT_E_MISMATCH (secret.log) if the log says something else of it than its row: one of them was set back. store_delivered: SENT -> DELIVERED, for the release of
 * the same evidence hash (JURAT_E_REPLAY for an earlier one). store_refused: a record alone. store_rearm: SENT or DELIVERED -> READY.
 */
MUST_USE jurat_rc store_release(
    struct store *s, const struct store_secret *secret, const struct store_note *note, struct jurat_diag *d);
MUST_USE jurat_rc store_delivered(
    struct store *s, const struct store_secret *secret, const struct store_note *note, struct jurat_diag *d);
MUST_USE jurat_rc store_refused(
    struct store *s, const struct store_secret *secret, const struct store_note *note, struct jurat_diag *d);
MUST_USE jurat_rc store_rearm(struct store *s, const char *name, int64_t at_unix_s, struct jurat_diag *d);

struct store_record {
	uint64_t seq; /* from 1, without gaps */
	int64_t at_unix_s;
	enum store_event event;
	const char *name;
	uint32_t version;
	const char *detail;
	uint8_t evidence_hash[SHA256_LEN];
	uint8_t hash[SHA256_LEN]; /* over all of it and the hash before */
};

/*
 * store_clock_check: JURAT_E_TIME (clock; wanted the latest time in the log, got now) if now is more than STORE_CLOCK_LEEWAY_S before it: the
 * clock was set back, and what has ended would count again. JURAT_E_MISMATCH or JURAT_E_CRYPTO if the last record, or the one with the
 * latest time, is not whole. An empty log says nothing about the time.
 * store_clock_accept: a record EVENT_CLOCK: from it on the times before it do not count, for they were made under a clock that was ahead.
 * JURAT_E_STATE if the clock is not behind the log.
 */
#define STORE_CLOCK_LEEWAY_S 300
MUST_USE jurat_rc store_clock_check(struct store *s, int64_t now_unix_s, struct jurat_diag *d);
MUST_USE jurat_rc store_clock_accept(struct store *s, int64_t now_unix_s, struct jurat_diag *d);

/*
 * store_log_each: records from seq `from` on, as they stand. store_log_verify: the whole chain and every signature by the log's key;
 * JURAT_E_MISMATCH (offset = seq of the first bad record) for a hole or a broken chain, JURAT_E_CRYPTO for a signature. That the end was not cut off can
 * only be told with a head noted earlier (may be NULL): JURAT_E_MISMATCH at log.head if no record has it. out_head is the last hash, out_num the
 * number of records. Each secret's state and version must be what the log says last of it (secret.log), and
 * each secret that the log knows must be there (secret.row, offset = seq of its first record). Without a KEK the log's key itself
 * is not authenticated: whoever may write the database could have put another one there.
 */
MUST_USE jurat_rc store_log_each(struct store *s, uint64_t from, bool (*each)(void *ctx, const struct store_record *record),
    void *ctx, struct jurat_diag *d);
MUST_USE jurat_rc store_log_verify(
    struct store *s, const uint8_t *noted_head, uint64_t *out_num, uint8_t out_head[SHA256_LEN], struct jurat_diag *d);

#endif
