/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the secrets service: a fixed number, each named by 128 random bits, each living 60 seconds, each taking every message
 * once. A session that is over stays as a mark until its time ends, so that a replay is told from an unknown name. Time is an argument.
 */
#ifndef SERVICE_SESSION_H
#define SERVICE_SESSION_H

#include "exchange/channel.h"
#include "store/store.h"

#define SESSIONS_MAX 256u
#define SESSION_LIFE_MS 60000u
#define SESSION_ID_LEN 16
#define SESSION_ID_TEXT_LEN (2 * SESSION_ID_LEN)

enum session_step {
	SESSION_FREE = 0,
	SESSION_WANTS_MSG3,
	SESSION_SENDING,   /* msg4 is under way: not to be thrown out */
	SESSION_WANTS_ACK,
	SESSION_OVER,
};

struct session {
	enum session_step step;
	uint8_t id[SESSION_ID_LEN];
	uint64_t began_ms;
	struct sigma_responder sigma;
	struct channel channel;        /* from msg3 on */
	struct store_secret secret;    /* what was released */
	uint8_t evidence_hash[SHA256_LEN];
	uint8_t ack_digest[SHA256_LEN]; /* what the ACK must say: SHA-256(HEAD's plain text || secret) */
};

struct sessions {
	struct session slots[SESSIONS_MAX];
};

/*
 * session_new: a free slot with a fresh id, step SESSION_WANTS_MSG3 and an initialised responder. Expired sessions go first, then those that are
 * over, then the one that has waited longest for its msg3: anybody can begin sessions, and whoever begins many must not keep the others out.
 * JURAT_E_STATE if all are releasing a secret.
 */
MUST_USE jurat_rc session_new(struct sessions *all, struct session **out, uint64_t now_ms, struct jurat_diag *d);

/* session_find: by 32 lower-case hexadecimal digits. NULL if there is none, or its time is over. */
struct session *session_find(struct sessions *all, const char *id, size_t id_len, uint64_t now_ms);

/* session_end: wipes every key; the slot stays as a mark (SESSION_OVER). */
void session_end(struct session *s);

/* sessions_active: how many are neither free, over nor expired. sessions_clear: wipes everything. */
size_t sessions_active(const struct sessions *all, uint64_t now_ms);
void sessions_clear(struct sessions *all);

#endif
