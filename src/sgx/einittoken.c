/* SPDX-License-Identifier: Apache-2.0 */
/* EINITTOKEN; its contract stands in sgx/sigstruct.h beside the structure that EINIT reads together with it. */
#include "core/diag.h"
#include "sgx/attributes.h"
#include "sgx/sigstruct.h"

enum { RESERVED_1 = 44, RESERVED_2 = 32, RESERVED_3 = 32, RESERVED_4 = 24 };

jurat_rc
einittoken_parse(struct sgx_einittoken *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_einittoken t = { 0 };
	bool reserved_ok = true;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	t.valid = reader_u32le(&r);
	reserved_ok &= reader_zeros(&r, RESERVED_1);
	t.attributes = attributes_read(&r);
	reader_copy(&r, t.mrenclave, sizeof t.mrenclave);
	reserved_ok &= reader_zeros(&r, RESERVED_2);
	reader_copy(&r, t.mrsigner, sizeof t.mrsigner);
	reserved_ok &= reader_zeros(&r, RESERVED_3);
	reader_copy(&r, t.cpusvn_le, sizeof t.cpusvn_le);
	t.isv_prod_id_le = reader_u16le(&r);
	t.isv_svn_le = reader_u16le(&r);
	reserved_ok &= reader_zeros(&r, RESERVED_4);
	t.masked_miscselect_le = reader_u32le(&r);
	t.masked_attributes_le = attributes_read(&r);
	reader_copy(&r, t.key_id, sizeof t.key_id);
	reader_copy(&r, t.mac, sizeof t.mac);
	rc = reader_end(&r, "einittoken", d);
	if (rc != JURAT_OK)
		return rc;
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "einittoken.reserved", NO_OFFSET, 0, 0);
	if (t.valid > 1)
		return jurat_fail(d, JURAT_E_FORMAT, "einittoken.valid", 0, 1, t.valid);
	*out = t;
	return JURAT_OK;
}

void
einittoken_encode(uint8_t out[SGX_EINITTOKEN_LEN], const struct sgx_einittoken *token)
{
	struct writer w;

	writer_init(&w, out, SGX_EINITTOKEN_LEN);
	writer_u32le(&w, token->valid);
	writer_zeros(&w, RESERVED_1);
	attributes_write(&w, &token->attributes);
	writer_copy(&w, token->mrenclave, sizeof token->mrenclave);
	writer_zeros(&w, RESERVED_2);
	writer_copy(&w, token->mrsigner, sizeof token->mrsigner);
	writer_zeros(&w, RESERVED_3);
	writer_copy(&w, token->cpusvn_le, sizeof token->cpusvn_le);
	writer_u16le(&w, token->isv_prod_id_le);
	writer_u16le(&w, token->isv_svn_le);
	writer_zeros(&w, RESERVED_4);
	writer_u32le(&w, token->masked_miscselect_le);
	attributes_write(&w, &token->masked_attributes_le);
	writer_copy(&w, token->key_id, sizeof token->key_id);
	writer_copy(&w, token->mac, sizeof token->mac);
}
