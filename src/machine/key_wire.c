/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/key_wire.h"

#include <string.h>

#include "core/diag.h"

jurat_rc
key_request_parse(struct key_request *out, const uint8_t p[KEY_REQUEST_HEAD_LEN], struct jurat_diag *d)
{
	struct key_request q;
	struct reader r;

	reader_init(&r, p, KEY_REQUEST_HEAD_LEN);
	q.body_len = reader_u32le(&r);
	q.op = reader_u16le(&r);
	if (!reader_zeros(&r, 2))
		return jurat_fail(d, JURAT_E_FORMAT, "key_request.reserved", 6, 0, 0);
	q.handle = reader_u32le(&r);
	if (q.body_len > KEY_BODY_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "key_request.length", 0, KEY_BODY_MAX_LEN, q.body_len);
	*out = q;
	return JURAT_OK;
}

void
key_request_encode(uint8_t out[KEY_REQUEST_HEAD_LEN], const struct key_request *q)
{
	struct writer w;

	writer_init(&w, out, KEY_REQUEST_HEAD_LEN);
	writer_u32le(&w, q->body_len);
	writer_u16le(&w, q->op);
	writer_zeros(&w, 2);
	writer_u32le(&w, q->handle);
}

jurat_rc
key_answer_parse(struct key_answer *out, const uint8_t p[KEY_ANSWER_HEAD_LEN], struct jurat_diag *d)
{
	uint32_t len = load32le(p), rc = load32le(p + 4);

	if (len > KEY_ANSWER_MAX_LEN - KEY_ANSWER_HEAD_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "key_answer.length", 0, KEY_ANSWER_MAX_LEN, len);
	if (rc >= JURAT_E_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "key_answer.rc", 4, JURAT_E_MAX - 1, rc);
	out->body_len = len;
	out->rc = (jurat_rc)rc;
	return JURAT_OK;
}

void
key_answer_encode(uint8_t out[KEY_ANSWER_HEAD_LEN], const struct key_answer *a)
{
	store32le(out, a->body_len);
	store32le(out + 4, a->rc);
}

jurat_rc
key_greeting_parse(struct fuses_public *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct fuses_public k;
	struct reader r;
	uint16_t version;
	jurat_rc rc;

	reader_init(&r, p, len);
	version = reader_u16le(&r);
	if (!r.failed && version != KEY_WIRE_VERSION)
		return jurat_fail(d, JURAT_E_VERSION, "key_process.version", 0, KEY_WIRE_VERSION, version);
	reader_copy(&r, k.cpusvn, sizeof k.cpusvn);
	reader_copy(&r, k.launch_signer, sizeof k.launch_signer);
	reader_copy(&r, k.provision_signer, sizeof k.provision_signer);
	reader_copy(&r, k.fmspc, sizeof k.fmspc);
	reader_copy(&r, k.pce_id, sizeof k.pce_id);
	rc = reader_end(&r, "key_process.greeting", d);
	if (rc == JURAT_OK)
		*out = k;
	return rc;
}

void
key_greeting_encode(uint8_t out[KEY_GREETING_LEN], const struct fuses_public *known)
{
	struct writer w;

	writer_init(&w, out, KEY_GREETING_LEN);
	writer_u16le(&w, KEY_WIRE_VERSION);
	writer_copy(&w, known->cpusvn, sizeof known->cpusvn);
	writer_copy(&w, known->launch_signer, sizeof known->launch_signer);
	writer_copy(&w, known->provision_signer, sizeof known->provision_signer);
	writer_copy(&w, known->fmspc, sizeof known->fmspc);
	writer_copy(&w, known->pce_id, sizeof known->pce_id);
}

jurat_rc
key_create_parse(struct secs_request *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct secs_request q;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	q.size = reader_u64le(&r);
	q.base = reader_u64le(&r);
	q.ssa_frame_pages = reader_u32le(&r);
	q.miscselect = reader_u32le(&r);
	q.attributes.flags = reader_u64le(&r);
	q.attributes.xfrm = reader_u64le(&r);
	reader_copy(&r, q.config_id, sizeof q.config_id);
	q.config_svn = reader_u16le(&r);
	rc = reader_end(&r, "key_request.create", d);
	if (rc == JURAT_OK)
		*out = q;
	return rc;
}

void
key_create_encode(uint8_t out[KEY_CREATE_LEN], const struct secs_request *q)
{
	struct writer w;

	writer_init(&w, out, KEY_CREATE_LEN);
	writer_u64le(&w, q->size);
	writer_u64le(&w, q->base);
	writer_u32le(&w, q->ssa_frame_pages);
	writer_u32le(&w, q->miscselect);
	writer_u64le(&w, q->attributes.flags);
	writer_u64le(&w, q->attributes.xfrm);
	writer_copy(&w, q->config_id, sizeof q->config_id);
	writer_u16le(&w, q->config_svn);
}

jurat_rc
key_add_parse(struct image_page *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct image_page page = { 0 };
	uint16_t has_data;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	page.off = reader_u64le(&r);
	page.count = reader_u64le(&r);
	page.secinfo_flags = reader_u32le(&r);
	page.extended = reader_u16le(&r);
	has_data = reader_u16le(&r);
	if (has_data > 1)
		return jurat_fail(d, JURAT_E_FORMAT, "key_request.add.has_data", 22, 1, has_data);
	if (has_data == 1)
		page.data = reader_take(&r, SGX_PAGE_SIZE);
	rc = reader_end(&r, "key_request.add", d);
	if (rc == JURAT_OK)
		*out = page;
	return rc;
}

void
key_add_encode(uint8_t out[KEY_ADD_HEAD_LEN], const struct image_page *page)
{
	struct writer w;

	writer_init(&w, out, KEY_ADD_HEAD_LEN);
	writer_u64le(&w, page->off);
	writer_u64le(&w, page->count);
	writer_u32le(&w, page->secinfo_flags);
	writer_u16le(&w, page->extended);
	writer_u16le(&w, page->data != NULL);
}

void
key_diag_parse(struct jurat_diag *d, jurat_rc rc, const uint8_t *p, size_t len)
{
	uint64_t offset, wanted, got;
	const char *field;
	struct reader r;

	reader_init(&r, p, len);
	offset = reader_u64le(&r);
	wanted = reader_u64le(&r);
	got = reader_u64le(&r);
	field = key_field_at(reader_u16le(&r));
	jurat_fail(d, rc, field != NULL ? field : "key_process", r.failed ? NO_OFFSET : offset, wanted, got);
	field = key_field_at(reader_u16le(&r));
	if (field != NULL)
		jurat_hint(d, field);
}

void
key_diag_encode(uint8_t out[KEY_DIAG_LEN], const struct jurat_diag *d)
{
	struct writer w;

	writer_init(&w, out, KEY_DIAG_LEN);
	writer_u64le(&w, d->offset);
	writer_u64le(&w, d->wanted);
	writer_u64le(&w, d->got);
	writer_u16le(&w, key_field_index(d->field));
	writer_u16le(&w, key_field_index(d->hint));
}
