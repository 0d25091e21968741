/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/tcs.h"

#include "core/bytes.h"
#include "core/diag.h"

jurat_rc
tcs_parse(struct sgx_tcs *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_tcs t = { 0 };
	bool reserved_ok;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	t.state = reader_u64le(&r);
	t.flags = reader_u64le(&r);
	t.ossa = reader_u64le(&r);
	t.cssa = reader_u32le(&r);
	t.nssa = reader_u32le(&r);
	t.oentry = reader_u64le(&r);
	t.aep = reader_u64le(&r);
	t.ofsbase = reader_u64le(&r);
	t.ogsbase = reader_u64le(&r);
	t.fslimit = reader_u32le(&r);
	t.gslimit = reader_u32le(&r);
	reserved_ok = reader_zeros(&r, SGX_TCS_LEN - SGX_TCS_TEMPLATE_LEN);
	rc = reader_end(&r, "tcs", d);
	if (rc != JURAT_OK)
		return rc;
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "tcs.reserved", SGX_TCS_TEMPLATE_LEN, 0, 0);
	if ((t.flags & ~(SGX_TCS_DBGOPTIN | SGX_TCS_AEXNOTIFY)) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "tcs.flags", 8, SGX_TCS_DBGOPTIN | SGX_TCS_AEXNOTIFY, t.flags);
	*out = t;
	return JURAT_OK;
}

void
tcs_eadd(uint8_t page[SGX_TCS_TEMPLATE_LEN])
{
	store64le(page, 0);                                          /* STATE */
	store64le(page + 8, load64le(page + 8) & ~SGX_TCS_DBGOPTIN); /* FLAGS */
	store32le(page + 24, 0);                                     /* CSSA */
	store64le(page + 40, 0);                                     /* AEP */
}

void
tcs_encode(uint8_t out[SGX_TCS_TEMPLATE_LEN], const struct sgx_tcs *tcs)
{
	struct writer w;

	writer_init(&w, out, SGX_TCS_TEMPLATE_LEN);
	writer_u64le(&w, tcs->state);
	writer_u64le(&w, tcs->flags);
	writer_u64le(&w, tcs->ossa);
	writer_u32le(&w, tcs->cssa);
	writer_u32le(&w, tcs->nssa);
	writer_u64le(&w, tcs->oentry);
	writer_u64le(&w, tcs->aep);
	writer_u64le(&w, tcs->ofsbase);
	writer_u64le(&w, tcs->ogsbase);
	writer_u32le(&w, tcs->fslimit);
	writer_u32le(&w, tcs->gslimit);
}
