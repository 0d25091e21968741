/* SPDX-License-Identifier: Apache-2.0 */
#include "store/envelope.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"

#define PLACE_MAX_LEN 192u
static const char label[] = "jurat/store/v1";

/* place_encode: every variable part is preceded by its length, so that two places never have the same bytes. */
static jurat_rc
place_encode(uint8_t out[PLACE_MAX_LEN], size_t *out_len, const struct envelope_place *place)
{
	size_t table_len = strlen(place->table), name_len = strlen(place->name);
	struct writer w;

	if (name_len > ENVELOPE_NAME_MAX_LEN)
		return JURAT_E_TOO_LARGE;
	writer_init(&w, out, PLACE_MAX_LEN);
	writer_copy(&w, label, sizeof label - 1);
	writer_u8(&w, (uint8_t)table_len);
	writer_copy(&w, place->table, table_len);
	writer_u64le(&w, place->row_id);
	writer_u8(&w, (uint8_t)name_len);
	writer_copy(&w, place->name, name_len);
	writer_u32le(&w, place->version);
	writer_copy(&w, place->binding, sizeof place->binding);
	*out_len = w.len;
	return writer_check(&w, "place", NULL);
}

jurat_rc
envelope_wrap(uint8_t out[ENVELOPE_WRAPPED_LEN], const struct aes256_key *kek, const struct envelope_place *place,
    const struct aes256_key *data_key)
{
	uint8_t aad[PLACE_MAX_LEN], made[ENVELOPE_WRAPPED_LEN];
	size_t aad_len;
	jurat_rc rc;

	if ((rc = place_encode(aad, &aad_len, place)) != JURAT_OK || (rc = crypto_random(made, GCM_IV_LEN)) != JURAT_OK)
		return rc;
	rc = gcm256_seal(made + GCM_IV_LEN + GCM_TAG_LEN, made + GCM_IV_LEN, kek, made, aad, aad_len, data_key->b, sizeof data_key->b);
	if (rc == JURAT_OK)
		memcpy(out, made, sizeof made);
	return rc;
}

jurat_rc
envelope_unwrap(struct aes256_key *out, const struct aes256_key *kek, const struct envelope_place *place,
    const uint8_t wrapped[ENVELOPE_WRAPPED_LEN])
{
	uint8_t aad[PLACE_MAX_LEN];
	struct aes256_key key;
	size_t aad_len;
	jurat_rc rc;

	if ((rc = place_encode(aad, &aad_len, place)) != JURAT_OK)
		return rc;
	rc = gcm256_open(key.b, wrapped + GCM_IV_LEN, kek, wrapped, aad, aad_len, wrapped + GCM_IV_LEN + GCM_TAG_LEN, sizeof key.b);
	if (rc == JURAT_OK)
		*out = key;
	wipe(&key, sizeof key);
	return rc;
}

static void
chunk_iv(uint8_t out[GCM_IV_LEN], uint32_t index, bool last)
{
	memset(out, 0, GCM_IV_LEN);
	store32le(out, index);
	out[4] = last;
}

jurat_rc
envelope_seal_chunk(
    uint8_t *out, const struct aes256_key *data_key, uint32_t index, bool last, const uint8_t *plain, size_t len)
{
	uint8_t iv[GCM_IV_LEN];

	if (len > ENVELOPE_CHUNK_LEN)
		return JURAT_E_TOO_LARGE;
	chunk_iv(iv, index, last);
	return gcm256_seal(out, out + len, data_key, iv, NULL, 0, plain, len);
}

jurat_rc
envelope_open_chunk(
    uint8_t *out, const struct aes256_key *data_key, uint32_t index, bool last, const uint8_t *sealed, size_t len)
{
	uint8_t iv[GCM_IV_LEN];

	if (len < GCM_TAG_LEN)
		return JURAT_E_TRUNCATED;
	if (len > ENVELOPE_CHUNK_MAX_LEN)
		return JURAT_E_TOO_LARGE;
	chunk_iv(iv, index, last);
	return gcm256_open(out, sealed + len - GCM_TAG_LEN, data_key, iv, NULL, 0, sealed, len - GCM_TAG_LEN);
}
