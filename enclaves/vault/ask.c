/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a secret that rests sealed outside: what it is called, and whether a candidate equals it. */
#include "vault.h"

/* One comparison at a time. Only lengths, places and the last answer are public. */
static struct comparison {
	bool running;
	uint64_t seen_len;
	struct chunk_label label; /* of the chunk before */
	uint32_t next_index;
	struct sha256 digest; /* label || salt || secret, so far */
	uint8_t wanted[SHA256_LEN];
	uint8_t plain[CHANNEL_CHUNK_LEN];
} comparison;

static jurat_rc
died(jurat_rc rc)
{
	if (rc != JURAT_OK)
		wipe(&comparison, sizeof comparison);
	return rc;
}

jurat_rc
ask_begin(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	wipe(&comparison, sizeof comparison);
	if (in_len != VAULT_QUESTION_LEN)
		return in_len < VAULT_QUESTION_LEN ? JURAT_E_TRUNCATED : JURAT_E_TRAILING;
	sha256_init(&comparison.digest);
	sha256_update(&comparison.digest, VAULT_QUESTION_LABEL, sizeof VAULT_QUESTION_LABEL - 1);
	sha256_update(&comparison.digest, in, VAULT_QUESTION_SALT_LEN);
	__builtin_memcpy(comparison.wanted, in + VAULT_QUESTION_SALT_LEN, SHA256_LEN);
	comparison.running = true;
	return JURAT_OK;
}

/* Chunks of one secret, none left out, none twice: or the host could mix an answer from several secrets. */
static jurat_rc
order_check(const struct chunk_label *label)
{
	const struct secret_label *is = &label->secret, *before = &comparison.label.secret;

	if (label->index != comparison.next_index)
		return JURAT_E_MISMATCH;
	if (label->index == 0)
		return JURAT_OK;
	if (!ct_equal(is->id, before->id, sizeof is->id) || is->head_len != before->head_len ||
	    !ct_equal(is->head, before->head, is->head_len))
		return JURAT_E_MISMATCH;
	return JURAT_OK;
}

static jurat_rc
complete_check(const struct chunk_label *label)
{
	struct channel_head head;
	jurat_rc rc = channel_head_parse(&head, label->secret.head, label->secret.head_len, NULL);

	if (rc != JURAT_OK)
		return rc;
	return head.secret_len == comparison.seen_len ? JURAT_OK : JURAT_E_MISMATCH;
}

static jurat_rc
chunk_take(const uint8_t *blob, size_t blob_len, bool *out_last)
{
	struct chunk_label label;
	size_t plain_len;
	jurat_rc rc = chunk_unseal(&label, comparison.plain, &plain_len, blob, blob_len);

	if (rc == JURAT_OK)
		rc = order_check(&label);
	if (rc != JURAT_OK)
		return rc;
	sha256_update(&comparison.digest, comparison.plain, plain_len);
	comparison.label = label;
	comparison.next_index++;
	comparison.seen_len += plain_len;
	*out_last = label.last;
	return label.last ? complete_check(&label) : JURAT_OK;
}

jurat_rc
ask_chunk(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	uint8_t digest[SHA256_LEN];
	bool last;
	jurat_rc rc;

	if (!comparison.running)
		return JURAT_E_STATE;
	rc = out_cap < 2 ? JURAT_E_TOO_LARGE : chunk_take(in, in_len, &last);
	if (rc != JURAT_OK)
		return died(rc);
	if (!last) {
		out[0] = 1;
		*out_len = 1;
		return JURAT_OK;
	}
	sha256_final(&comparison.digest, digest);
	out[0] = 0;
	out[1] = ct_equal(digest, comparison.wanted, sizeof digest) ? 1 : 0;
	*out_len = 2;
	wipe(digest, sizeof digest);
	wipe(&comparison, sizeof comparison);
	return JURAT_OK;
}

jurat_rc
ask_info(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	struct chunk_label label;
	size_t plain_len;
	jurat_rc rc;

	if (comparison.running) /* its buffer is in use */
		return JURAT_E_STATE;
	rc = chunk_unseal(&label, comparison.plain, &plain_len, in, in_len);
	wipe(comparison.plain, sizeof comparison.plain);
	if (rc != JURAT_OK)
		return rc;
	if (label.index != 0)
		return JURAT_E_MISMATCH;
	if (out_cap < label.secret.head_len)
		return JURAT_E_TOO_LARGE;
	__builtin_memcpy(out, label.secret.head, label.secret.head_len);
	*out_len = label.secret.head_len;
	return JURAT_OK;
}
