/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/seal.h"

#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"

enum { OFFSET_AT = 512 };

/* The SDK's IV. Legal only because every blob has a key of its own (see the header). */
static const uint8_t iv_zero[GCM_IV_LEN];

static jurat_rc
lengths_check(const struct reader *r, uint32_t aad_off, uint32_t payload_len, struct jurat_diag *d)
{
	if (payload_len > r->left)
		return jurat_fail(d, JURAT_E_TRUNCATED, "sealed.payload", r->off, payload_len, r->left);
	if (payload_len < r->left)
		return jurat_fail(d, JURAT_E_TRAILING, "sealed.payload", r->off, payload_len, r->left - payload_len);
	if (aad_off > payload_len)
		return jurat_fail(d, JURAT_E_FORMAT, "sealed.plain_text_offset", OFFSET_AT, payload_len, aad_off);
	return JURAT_OK;
}

jurat_rc
sealed_parse(struct sealed_view *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sealed_view v = { 0 };
	uint32_t aad_off, payload_len;
	const uint8_t *request;
	bool reserved_ok;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	request = reader_take(&r, SGX_KEYREQUEST_LEN);
	aad_off = reader_u32le(&r);
	reserved_ok = reader_zeros(&r, 12);
	payload_len = reader_u32le(&r);
	reserved_ok &= reader_zeros(&r, 12);
	v.tag = reader_take(&r, GCM_TAG_LEN);
	rc = reader_check(&r, "sealed.head", d);
	if (rc != JURAT_OK)
		return rc;
	rc = keyrequest_parse(&v.request, request, SGX_KEYREQUEST_LEN, d);
	if (rc != JURAT_OK)
		return rc;
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "sealed.reserved", NO_OFFSET, 0, 0);
	rc = lengths_check(&r, aad_off, payload_len, d);
	if (rc != JURAT_OK)
		return rc;
	v.cipher_len = aad_off;
	v.cipher = reader_take(&r, v.cipher_len);
	v.aad_len = payload_len - aad_off;
	v.aad = reader_take(&r, v.aad_len);
	*out = v;
	return JURAT_OK;
}

jurat_rc
sealed_make(uint8_t *out, const struct sgx_keyrequest *request, const struct aes128_key *key, const void *aad, size_t aad_len,
    const uint8_t *plain, size_t len)
{
	uint8_t tag[GCM_TAG_LEN];
	struct writer w;
	jurat_rc rc;

	if (len > INT32_MAX || aad_len > INT32_MAX - len)
		return JURAT_E_TOO_LARGE;
	rc = gcm_seal(out + SEAL_HEAD_LEN, tag, key, iv_zero, aad, aad_len, plain, len);
	if (rc != JURAT_OK)
		return rc;
	keyrequest_encode(out, request);
	writer_init(&w, out + SGX_KEYREQUEST_LEN, SEAL_HEAD_LEN - SGX_KEYREQUEST_LEN);
	writer_u32le(&w, (uint32_t)len);
	writer_zeros(&w, 12);
	writer_u32le(&w, (uint32_t)(len + aad_len));
	writer_zeros(&w, 12);
	writer_copy(&w, tag, sizeof tag);
	if (aad_len != 0)
		memcpy(out + SEAL_HEAD_LEN + len, aad, aad_len);
	return JURAT_OK;
}

jurat_rc
sealed_open(uint8_t *out, const struct sealed_view *blob, const struct aes128_key *key)
{
	return gcm_open(out, blob->tag, key, iv_zero, blob->aad, blob->aad_len, blob->cipher, blob->cipher_len);
}
