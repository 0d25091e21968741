/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/keyrequest.h"

#include "core/diag.h"
#include "sgx/attributes.h"

jurat_rc
keyrequest_parse(struct sgx_keyrequest *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_keyrequest q = { 0 };
	bool reserved_ok = true;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	q.key_name = reader_u16le(&r);
	q.key_policy = reader_u16le(&r);
	q.isv_svn = reader_u16le(&r);
	q.cet_attributes_mask = reader_u8(&r);
	reserved_ok &= reader_zeros(&r, 1);
	reader_copy(&r, q.cpusvn, sizeof q.cpusvn);
	q.attribute_mask = attributes_read(&r);
	reader_copy(&r, q.key_id, sizeof q.key_id);
	q.misc_mask = reader_u32le(&r);
	q.config_svn = reader_u16le(&r);
	reserved_ok &= reader_zeros(&r, 434);
	rc = reader_end(&r, "keyrequest", d);
	if (rc != JURAT_OK)
		return rc;
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "keyrequest.reserved", NO_OFFSET, 0, 0);
	*out = q;
	return JURAT_OK;
}

void
keyrequest_encode(uint8_t out[SGX_KEYREQUEST_LEN], const struct sgx_keyrequest *request)
{
	struct writer w;

	writer_init(&w, out, SGX_KEYREQUEST_LEN);
	writer_u16le(&w, request->key_name);
	writer_u16le(&w, request->key_policy);
	writer_u16le(&w, request->isv_svn);
	writer_u8(&w, request->cet_attributes_mask);
	writer_zeros(&w, 1);
	writer_copy(&w, request->cpusvn, sizeof request->cpusvn);
	attributes_write(&w, &request->attribute_mask);
	writer_copy(&w, request->key_id, sizeof request->key_id);
	writer_u32le(&w, request->misc_mask);
	writer_u16le(&w, request->config_svn);
	writer_zeros(&w, 434);
}
