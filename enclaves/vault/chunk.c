/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed chunks of a secret: for this build of the vault (MRENCLAVE) and this relying party (CONFIGID) alone. */
#include "vault.h"

#define LABEL_LEN 14
static const char chunk_magic[LABEL_LEN] = {'j', 'u', 'r', 'a', 't', '/', 'v', 'a', 'u', 'l', 't', '/', 'v', '1'};

jurat_rc
chunk_seal(uint8_t *out, size_t cap, size_t *out_len, const struct chunk_label *label, const uint8_t *plain, size_t len)
{
	uint8_t aad[VAULT_CHUNK_AAD_MAX_LEN];
	struct writer w;
	jurat_rc rc;

	writer_init(&w, aad, sizeof aad);
	writer_copy(&w, chunk_magic, sizeof chunk_magic);
	writer_copy(&w, label->secret.id, sizeof label->secret.id);
	writer_u32le(&w, label->index);
	writer_u8(&w, label->last ? 1 : 0);
	writer_u16le(&w, label->secret.head_len);
	writer_copy(&w, label->secret.head, label->secret.head_len);
	rc = writer_check(&w, "vault.chunk.label", NULL);
	return rc == JURAT_OK ? enclave_seal(out, cap, out_len, SGX_POLICY_MRENCLAVE, aad, w.len, plain, len) : rc;
}

static jurat_rc
label_parse(struct chunk_label *out, const uint8_t *p, size_t len)
{
	const uint8_t *magic;
	struct reader r;
	uint8_t last;

	reader_init(&r, p, len);
	magic = reader_take(&r, sizeof chunk_magic);
	reader_copy(&r, out->secret.id, sizeof out->secret.id);
	out->index = reader_u32le(&r);
	last = reader_u8(&r);
	out->last = last == 1;
	out->secret.head_len = reader_u16le(&r);
	if (out->secret.head_len > sizeof out->secret.head)
		return JURAT_E_TOO_LARGE;
	reader_copy(&r, out->secret.head, out->secret.head_len);
	if (magic == NULL || !ct_equal(magic, chunk_magic, sizeof chunk_magic) || last > 1)
		return JURAT_E_FORMAT;
	return reader_end(&r, "vault.chunk.label", NULL);
}

jurat_rc
chunk_unseal(struct chunk_label *out_label, uint8_t *plain, size_t *out_len, const uint8_t *blob, size_t blob_len)
{
	const uint8_t *aad;
	size_t aad_len;
	jurat_rc rc =
	    enclave_unseal(plain, CHANNEL_CHUNK_LEN, out_len, SGX_POLICY_MRENCLAVE, &aad, &aad_len, blob, blob_len);

	return rc == JURAT_OK ? label_parse(out_label, aad, aad_len) : rc;
}
