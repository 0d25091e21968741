/* SPDX-License-Identifier: Apache-2.0 */
#include "service/vault_file.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"

static const char magic[] = "jurat/vaultfile";
#define MAGIC_LEN (sizeof magic - 1)
#define NUM_CHUNKS_OFF (MAGIC_LEN + 1 + 64)

/* walk_chunks: takes num chunks from r; each at least a sealed head, at most what the vault makes. */
static jurat_rc
walk_chunks(struct reader *r, uint32_t num, struct jurat_diag *d)
{
	for (uint32_t i = 0; i < num; i++) {
		uint32_t len = reader_u32le(r);
		jurat_rc rc = reader_check(r, "vault_file.chunk.length", d);

		if (rc != JURAT_OK)
			return rc;
		if (len > VAULT_CHUNK_MAX_LEN)
			return jurat_fail(d, JURAT_E_TOO_LARGE, "vault_file.chunk.length", r->off, VAULT_CHUNK_MAX_LEN, len);
		if (len < SEAL_HEAD_LEN)
			return jurat_fail(d, JURAT_E_FORMAT, "vault_file.chunk.length", r->off, SEAL_HEAD_LEN, len);
		(void)reader_take(r, len);
		if ((rc = reader_check(r, "vault_file.chunk", d)) != JURAT_OK)
			return rc;
	}
	return JURAT_OK;
}

jurat_rc
vault_file_parse(struct vault_file *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct vault_file f;
	const uint8_t *mark;
	struct reader r;
	uint8_t version;
	jurat_rc rc;

	reader_init(&r, p, len);
	mark = reader_take(&r, MAGIC_LEN);
	version = reader_u8(&r);
	f.service_key = reader_take(&r, 64);
	f.num_chunks = reader_u32le(&r);
	f.chunks = r.at;
	f.chunks_len = r.left;
	if ((rc = reader_check(&r, "vault_file.head", d)) != JURAT_OK)
		return rc;
	if (memcmp(mark, magic, MAGIC_LEN) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "vault_file.magic", 0, 0, 0);
	if (version != VAULT_FILE_VERSION)
		return jurat_fail(d, JURAT_E_VERSION, "vault_file.version", MAGIC_LEN, VAULT_FILE_VERSION, version);
	if (f.num_chunks == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "vault_file.num_chunks", NUM_CHUNKS_OFF, 1, 0);
	if (f.num_chunks > VAULT_FILE_CHUNKS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "vault_file.num_chunks", NUM_CHUNKS_OFF, VAULT_FILE_CHUNKS_MAX, f.num_chunks);
	if ((rc = walk_chunks(&r, f.num_chunks, d)) != JURAT_OK || (rc = reader_end(&r, "vault_file", d)) != JURAT_OK)
		return rc;
	*out = f;
	return JURAT_OK;
}

void
vault_file_chunk(const struct vault_file *f, uint32_t i, const uint8_t **out, size_t *out_len)
{
	struct reader r;
	uint32_t len = 0;

	reader_init(&r, f->chunks, f->chunks_len);
	for (uint32_t at = 0; at <= i; at++) {
		len = reader_u32le(&r);
		*out = reader_take(&r, len);
	}
	*out_len = len;
}

/* append: the capacity is a power of two at least as large as the length, so that it need not be kept. */
static uint8_t *
append(struct blob *b, size_t n)
{
	size_t cap = 4096;
	uint8_t *p;

	while (cap < b->len + n + 1)
		cap *= 2;
	if ((p = realloc(b->p, cap)) == NULL)
		return NULL;
	b->p = p;
	p += b->len;
	b->len += n;
	b->p[b->len] = 0;
	return p;
}

jurat_rc
vault_file_begin(struct blob *b, const uint8_t service_key[64], struct jurat_diag *d)
{
	uint8_t *p = append(b, VAULT_FILE_HEAD_LEN);

	if (p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "vault_file", NO_OFFSET, 0, 0);
	memcpy(p, magic, MAGIC_LEN);
	p[MAGIC_LEN] = VAULT_FILE_VERSION;
	memcpy(p + MAGIC_LEN + 1, service_key, 64);
	store32le(p + NUM_CHUNKS_OFF, 0);
	return JURAT_OK;
}

jurat_rc
vault_file_add(struct blob *b, const uint8_t *chunk, size_t len, struct jurat_diag *d)
{
	uint32_t num = load32le(b->p + NUM_CHUNKS_OFF);
	uint8_t *p;

	if (num == VAULT_FILE_CHUNKS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "vault_file.num_chunks", NO_OFFSET, VAULT_FILE_CHUNKS_MAX, 0);
	if (len > VAULT_CHUNK_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "vault_file.chunk", NO_OFFSET, VAULT_CHUNK_MAX_LEN, len);
	if ((p = append(b, 4 + len)) == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "vault_file", NO_OFFSET, 0, 0);
	store32le(p, (uint32_t)len);
	memcpy(p + 4, chunk, len);
	store32le(b->p + NUM_CHUNKS_OFF, num + 1);
	return JURAT_OK;
}
