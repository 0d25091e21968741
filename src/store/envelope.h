/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelope encryption. Every row that holds a secret has a random data key of its own; the key encryption key (KEK) wraps it. What a
 * row is – table, row id, name, version, policy – is authenticated with it, so that a row copied onto another opens neither.
 *
 * Wrapped key: iv 12 | tag 16 | ciphertext 32, AES-256-GCM under the KEK with a random IV (NIST SP 800-38D §8.2.2: far
 * fewer than 2^32 under one KEK). Chunk: ciphertext | tag 16 under the data key, whose IV is index u32 | last u8 | 0^7: a data key never
 * encrypts two contents, so an IV never repeats.
 */
#ifndef STORE_ENVELOPE_H
#define STORE_ENVELOPE_H

#include "crypto/crypto.h"

#define ENVELOPE_WRAPPED_LEN (GCM_IV_LEN + GCM_TAG_LEN + 32)
#define ENVELOPE_CHUNK_LEN 16384u
#define ENVELOPE_CHUNK_MAX_LEN (ENVELOPE_CHUNK_LEN + GCM_TAG_LEN)
#define ENVELOPE_NAME_MAX_LEN 64u

/* What the row claims to be. */
struct envelope_place {
	const char *table; /* literal, at most 16 bytes */
	uint64_t row_id;
	const char *name;  /* at most ENVELOPE_NAME_MAX_LEN bytes */
	uint32_t version;
	uint8_t binding[32]; /* what else belongs to the row: the policy's hash; zero where there is none */
};

MUST_USE jurat_rc envelope_wrap(uint8_t out[ENVELOPE_WRAPPED_LEN], const struct aes256_key *kek,
    const struct envelope_place *place, const struct aes256_key *data_key);
/* envelope_unwrap: JURAT_E_CRYPTO if the KEK is another one, or the row is not what it claims to be. */
MUST_USE jurat_rc envelope_unwrap(struct aes256_key *out, const struct aes256_key *kek, const struct envelope_place *place,
    const uint8_t wrapped[ENVELOPE_WRAPPED_LEN]);

/* envelope_seal_chunk: len + GCM_TAG_LEN bytes to out, len <= ENVELOPE_CHUNK_LEN. envelope_open_chunk: len - GCM_TAG_LEN bytes to out. */
MUST_USE jurat_rc envelope_seal_chunk(
    uint8_t *out, const struct aes256_key *data_key, uint32_t index, bool last, const uint8_t *plain, size_t len);
MUST_USE jurat_rc envelope_open_chunk(
    uint8_t *out, const struct aes256_key *data_key, uint32_t index, bool last, const uint8_t *sealed, size_t len);

#endif
