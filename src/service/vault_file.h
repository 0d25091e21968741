/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delivered secret as it lies on the attested host: chunks that only the vault enclave on this machine can open.
 *
 *   "jurat/vaultfile" 15 | version u8 (1) | service key 64 (wire form) | number of chunks u32 | (length u32 | chunk)...
 *
 * Integers little-endian. The host may do with it what it likes: the enclave authenticates every chunk and their order.
 */
#ifndef SERVICE_VAULT_FILE_H
#define SERVICE_VAULT_FILE_H

#include "host/file.h"
#include "service/vault_ops.h"

#define VAULT_FILE_VERSION 1u
#define VAULT_FILE_HEAD_LEN (15 + 1 + 64 + 4)
#define VAULT_FILE_CHUNKS_MAX (CHANNEL_SECRET_MAX_LEN / CHANNEL_CHUNK_LEN)
#define VAULT_FILE_MAX_LEN (VAULT_FILE_HEAD_LEN + VAULT_FILE_CHUNKS_MAX * (4 + VAULT_CHUNK_MAX_LEN))

/* A view into the file's bytes. */
struct vault_file {
	const uint8_t *service_key; /* 64 */
	uint32_t num_chunks;        /* at least 1 */
	const uint8_t *chunks;      /* length-prefixed, checked by vault_file_parse */
	size_t chunks_len;
};

/* vault_file_parse: every length checked. JURAT_E_FORMAT, JURAT_E_VERSION, JURAT_E_TRUNCATED, JURAT_E_TRAILING, JURAT_E_TOO_LARGE. */
MUST_USE jurat_rc vault_file_parse(struct vault_file *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* vault_file_chunk: chunk i. Only for i < num_chunks of a parsed file. Walks from the start. */
void vault_file_chunk(const struct vault_file *f, uint32_t i, const uint8_t **out, size_t *out_len);

/* A file being made: begin, then add each chunk; after each call the bytes are a whole file of that many chunks. JURAT_E_MEMORY, JURAT_E_TOO_LARGE. */
MUST_USE jurat_rc vault_file_begin(struct blob *b, const uint8_t service_key[64], struct jurat_diag *d);
MUST_USE jurat_rc vault_file_add(struct blob *b, const uint8_t *chunk, size_t len, struct jurat_diag *d);

#endif
