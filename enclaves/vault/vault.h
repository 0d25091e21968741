/* SPDX-License-Identifier: Apache-2.0 */
/* What the vault's files share: the session (session.c), sealed chunks (chunk.c), comparisons (ask.c). */
#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H

#include "enclave.h"

#include "service/vault_ops.h"

/* One secret's identity: the same in each of its chunks. */
struct secret_label {
	uint8_t id[16];
	uint8_t head[CHANNEL_HEAD_MAX_LEN]; /* HEAD's plain text */
	uint16_t head_len;
};

struct chunk_label {
	struct secret_label secret;
	uint32_t index;
	bool last;
};

/* chunk_seal: VAULT_CHUNK_MAX_LEN bytes suffice for out. */
MUST_USE jurat_rc chunk_seal(
    uint8_t *out, size_t cap, size_t *out_len, const struct chunk_label *label, const uint8_t *plain, size_t len);

/* chunk_unseal: plain has CHANNEL_CHUNK_LEN bytes. */
MUST_USE jurat_rc chunk_unseal(
    struct chunk_label *out_label, uint8_t *plain, size_t *out_len, const uint8_t *blob, size_t blob_len);

/* The operations of service/vault_ops.h. */
jurat_rc session_start(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc session_msg2(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc session_quote(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc session_record(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc ask_begin(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc ask_chunk(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
jurat_rc ask_info(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);

#endif
