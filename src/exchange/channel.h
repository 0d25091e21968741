/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg4 and what follows it: records under the session's key. Ours, not Intel's. Freestanding, no allocation.
 *
 * Keys: one per direction, K = CMAC(SK, 01 || "jurat/msg4/v1 " || "to-enclave" or "to-service" || 00 || transcript 32 || 80 00).
 * Record: type u8 | 0 u8 | 0 u16 | length of the ciphertext u32 | ciphertext | tag 16. AES-128-GCM; IV = 0 u32 | counter u64,
 * both little-endian, from 0 and one up per record of a direction; additional data = the 8 bytes of the record's head.
 * Stream to the enclave: one HEAD, then DATA..., the last one LAST (always there, perhaps empty). Then one ACK back.
 * HEAD's plain text: "jurat/msg4" 10 | version u16 (1) | secret version u32 | secret size u64 | name length u8 | name.
 * ACK's plain text: "jurat/msg4" 10 | version u16 (1) | SHA-256(HEAD's plain text || secret).
 */
#ifndef EXCHANGE_CHANNEL_H
#define EXCHANGE_CHANNEL_H

#include "exchange/sigma.h"

#define CHANNEL_VERSION 1u
#define CHANNEL_RECORD_HEAD_LEN 8
#define CHANNEL_RECORD_OVERHEAD (CHANNEL_RECORD_HEAD_LEN + GCM_TAG_LEN)
#define CHANNEL_CHUNK_LEN 16384u /* most plain text of one record */
#define CHANNEL_RECORD_MAX_LEN (CHANNEL_CHUNK_LEN + CHANNEL_RECORD_OVERHEAD)
#define CHANNEL_NAME_MAX_LEN 64u
#define CHANNEL_SECRET_MAX_LEN (16u * 1024u * 1024u)

enum channel_type {
	CHANNEL_HEAD = 1,
	CHANNEL_DATA = 2,
	CHANNEL_LAST = 3,
	CHANNEL_ACK = 4,
};

enum channel_role {
	CHANNEL_SERVICE,
	CHANNEL_ENCLAVE,
};

struct channel_way {
	struct aes128_key key;
	uint64_t counter;
	uint8_t last_type; /* enum channel_type of the record before, 0 at the start: the order is enforced here, for both sides */
};

struct channel {
	bool open;
	enum channel_role role;
	struct channel_way send, receive;
};

/* channel_init: takes the result (wipes it). */
MUST_USE jurat_rc channel_init(struct channel *c, enum channel_role role, struct sigma_result *result);
void channel_clear(struct channel *c);

/* channel_seal: one record to out (len + CHANNEL_RECORD_OVERHEAD bytes). JURAT_E_TOO_LARGE over CHANNEL_CHUNK_LEN, JURAT_E_STATE for a
 * type out of its order. */
MUST_USE jurat_rc channel_seal(
    struct channel *c, uint8_t *out, size_t *out_len, enum channel_type type, const uint8_t *plain, size_t len);

/*
 * channel_open: exactly one record. out has CHANNEL_CHUNK_LEN bytes (its content is undefined after a failure). Any failure closes the channel for good (a lost, repeated
 * or altered record ends the session): JURAT_E_CRYPTO, JURAT_E_FORMAT, JURAT_E_TRUNCATED, JURAT_E_TRAILING, JURAT_E_STATE.
 */
MUST_USE jurat_rc channel_open(struct channel *c, enum channel_type *out_type, uint8_t *out, size_t *out_len,
    const uint8_t *record, size_t len, struct jurat_diag *d);

/* channel_record_len: whole length of the record that begins at p, for splitting a stream; JURAT_E_TRUNCATED if p is too short
 * to tell, JURAT_E_TOO_LARGE over the maximum. */
MUST_USE jurat_rc channel_record_len(size_t *out, const uint8_t *p, size_t len, struct jurat_diag *d);

struct channel_head {
	uint32_t secret_version;
	uint64_t secret_len;
	uint8_t name_len;
	char name[CHANNEL_NAME_MAX_LEN];
};
#define CHANNEL_HEAD_MAX_LEN (10 + 2 + 4 + 8 + 1 + CHANNEL_NAME_MAX_LEN)
#define CHANNEL_ACK_LEN (10 + 2 + 32)

MUST_USE jurat_rc channel_head_parse(struct channel_head *out, const uint8_t *p, size_t len, struct jurat_diag *d);
MUST_USE jurat_rc channel_head_encode(
    uint8_t *out, size_t cap, size_t *out_len, const struct channel_head *head, struct jurat_diag *d);
MUST_USE jurat_rc channel_ack_parse(uint8_t out_digest[32], const uint8_t *p, size_t len, struct jurat_diag *d);
void channel_ack_encode(uint8_t out[CHANNEL_ACK_LEN], const uint8_t digest[32]);

#endif
