/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/key_session.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"

struct slot {
	uint32_t handle; /* 0: free */
	struct secs secs;
	uint64_t num_pages, extended_len;
	struct jurat_diag refused; /* the first page that was refused, kept for INIT */
};

struct key_session {
	const struct processor *cpu;
	uint32_t last_handle;
	struct slot slots[KEY_ENCLAVES_MAX];
};

/* One answer in the making. */
struct answer {
	struct writer w; /* behind the head */
	struct jurat_diag why;
};

struct key_session *
key_session_new(const struct processor *cpu)
{
	struct key_session *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->cpu = cpu;
	return s;
}

void
key_session_free(struct key_session *s)
{
	if (s != NULL)
		wipe(s, sizeof *s);
	free(s);
}

unsigned
key_session_running(const struct key_session *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(s->slots); i++)
		if (s->slots[i].handle != 0 && s->slots[i].secs.state == SECS_INITIALISED)
			n++;
	return n;
}

static struct slot *
slot_find(struct key_session *s, uint32_t handle)
{
	for (size_t i = 0; handle != 0 && i < ARRAY_LEN(s->slots); i++) {
		if (s->slots[i].handle == handle)
			return &s->slots[i];
	}
	return NULL;
}

static struct slot *
slot_free(struct key_session *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->slots); i++) {
		if (s->slots[i].handle == 0)
			return &s->slots[i];
	}
	return NULL;
}

static jurat_rc
do_create(struct key_session *s, const uint8_t *body, size_t len, struct answer *a)
{
	struct slot *slot = slot_free(s);
	struct secs_request q;
	jurat_rc rc = key_create_parse(&q, body, len, &a->why);

	if (rc != JURAT_OK)
		return rc;
	if (slot == NULL || s->last_handle == UINT32_MAX)
		return jurat_fail(&a->why, JURAT_E_TOO_LARGE, "enclaves per connection", NO_OFFSET, KEY_ENCLAVES_MAX, 0);
	rc = processor_ecreate(&slot->secs, &q, &a->why);
	if (rc != JURAT_OK)
		return rc;
	slot->num_pages = 0;
	slot->extended_len = 0;
	slot->refused = (struct jurat_diag){ 0 };
	slot->handle = ++s->last_handle;
	writer_u32le(&a->w, slot->handle);
	return JURAT_OK;
}

/* check_quota: what one enclave may cost this process in hashing, before any of it is done. */
static jurat_rc
check_quota(const struct slot *slot, const struct image_page *page, struct jurat_diag *d)
{
	uint64_t chunks = (uint64_t)__builtin_popcount(page->extended);

	if (page->count > KEY_PAGES_MAX - slot->num_pages)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "pages per enclave", NO_OFFSET, KEY_PAGES_MAX, page->count);
	if (page->count * chunks * 256 > KEY_EXTENDED_MAX_LEN - slot->extended_len)
		return jurat_fail(
		    d, JURAT_E_TOO_LARGE, "measured bytes per enclave", NO_OFFSET, KEY_EXTENDED_MAX_LEN, slot->extended_len);
	return JURAT_OK;
}

static void
add_page(struct slot *slot, const struct image_page *page)
{
	jurat_rc rc = check_quota(slot, page, &slot->refused);

	if (rc == JURAT_OK)
		rc = processor_eadd(&slot->secs, page, &slot->refused);
	if (rc != JURAT_OK) {
		slot->secs.state = SECS_FAILED;
		return;
	}
	slot->num_pages += page->count;
	slot->extended_len += page->count * (uint64_t)__builtin_popcount(page->extended) * 256;
}

/* do_add: after EINIT, EADD is refused for good (SDM), but the enclave lives on; before, the first refusal fails the enclave. */
static jurat_rc
do_add(struct key_session *s, uint32_t handle, const uint8_t *body, size_t len, struct jurat_diag *d)
{
	struct slot *slot = slot_find(s, handle);
	struct image_page page;
	jurat_rc rc = key_add_parse(&page, body, len, d);

	if (rc != JURAT_OK)
		return rc;
	if (slot == NULL)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "handle", NO_OFFSET, 0, handle);
	if (slot->secs.state == SECS_CREATED)
		add_page(slot, &page);
	return JURAT_OK;
}

static jurat_rc
do_init(struct key_session *s, struct slot *slot, const uint8_t *body, size_t len, struct answer *a)
{
	struct sgx_einittoken token;
	uint8_t encoded[SGX_REPORT_BODY_LEN];
	enum sgx_error error;
	struct reader r;
	const uint8_t *sigstruct;
	jurat_rc rc;

	if (slot->refused.code != JURAT_OK) {
		a->why = slot->refused;
		return slot->refused.code;
	}
	reader_init(&r, body, len);
	sigstruct = reader_take(&r, SGX_SIGSTRUCT_LEN);
	rc = reader_check(&r, "sigstruct", &a->why);
	if (rc == JURAT_OK && r.left != 0)
		rc = einittoken_parse(&token, r.at, r.left, &a->why);
	if (rc != JURAT_OK)
		return rc;
	rc = processor_einit(
	    s->cpu, &slot->secs, sigstruct, SGX_SIGSTRUCT_LEN, r.left != 0 ? &token : NULL, &error, &a->why);
	if (rc != JURAT_OK)
		return rc;
	report_body_encode(encoded, &slot->secs.id);
	writer_copy(&a->w, encoded, sizeof encoded);
	return JURAT_OK;
}

static jurat_rc
do_report(struct key_session *s, struct slot *slot, const uint8_t *body, size_t len, struct answer *a)
{
	uint8_t encoded[SGX_REPORT_LEN];
	struct sgx_target target;
	struct sgx_report report;
	struct reader r;
	const uint8_t *target_bytes, *report_data;
	jurat_rc rc;

	reader_init(&r, body, len);
	target_bytes = reader_take(&r, SGX_TARGETINFO_LEN);
	report_data = reader_take(&r, SGX_REPORT_DATA_LEN);
	rc = reader_end(&r, "targetinfo", &a->why);
	if (rc == JURAT_OK)
		rc = target_parse(&target, target_bytes, SGX_TARGETINFO_LEN, &a->why);
	if (rc == JURAT_OK)
		rc = processor_ereport(s->cpu, &slot->secs, &target, report_data, &report);
	if (rc != JURAT_OK)
		return rc;
	report_encode(encoded, &report);
	writer_copy(&a->w, encoded, sizeof encoded);
	return JURAT_OK;
}

static jurat_rc
do_get(struct key_session *s, struct slot *slot, const uint8_t *body, size_t len, struct answer *a)
{
	struct aes128_key key = { 0 };
	struct sgx_keyrequest q;
	enum sgx_error error;
	jurat_rc rc = keyrequest_parse(&q, body, len, &a->why);

	if (rc == JURAT_OK)
		rc = processor_egetkey(s->cpu, &slot->secs, &q, &key, &error, &a->why);
	if (rc == JURAT_OK) {
		writer_u32le(&a->w, error);
		writer_copy(&a->w, key.b, sizeof key.b);
	}
	wipe(&key, sizeof key);
	return rc;
}

static void
do_destroy(struct key_session *s, uint32_t handle)
{
	struct slot *slot = slot_find(s, handle);

	if (slot != NULL)
		wipe(slot, sizeof *slot);
}

static jurat_rc
dispatch(struct key_session *s, const struct key_request *q, const uint8_t *body, struct answer *a)
{
	struct slot *slot = slot_find(s, q->handle);

	if (q->op == KEY_OP_CREATE)
		return do_create(s, body, q->body_len, a);
	if (slot == NULL)
		return jurat_fail(&a->why, JURAT_E_NOT_FOUND, "handle", NO_OFFSET, 0, q->handle);
	if (q->op == KEY_OP_INIT)
		return do_init(s, slot, body, q->body_len, a);
	if (q->op == KEY_OP_REPORT)
		return do_report(s, slot, body, q->body_len, a);
	return do_get(s, slot, body, q->body_len, a);
}

jurat_rc
key_session_answer(struct key_session *s, const struct key_request *request, const uint8_t *body,
    uint8_t out[KEY_ANSWER_MAX_LEN], size_t *out_len, struct jurat_diag *d)
{
	struct answer a = { .why = { .offset = NO_OFFSET } };
	struct key_answer head;

	*out_len = 0;
	if (request->op < KEY_OP_CREATE || request->op > KEY_OP_DESTROY)
		return jurat_fail(d, JURAT_E_FORMAT, "key_request.op", 4, KEY_OP_DESTROY, request->op);
	if (request->op == KEY_OP_ADD)
		return do_add(s, request->handle, body, request->body_len, d);
	if (request->op == KEY_OP_DESTROY) {
		do_destroy(s, request->handle);
		return JURAT_OK;
	}
	writer_init(&a.w, out + KEY_ANSWER_HEAD_LEN, KEY_ANSWER_MAX_LEN - KEY_ANSWER_HEAD_LEN);
	head.rc = dispatch(s, request, body, &a);
	if (head.rc != JURAT_OK) {
		key_diag_encode(out + KEY_ANSWER_HEAD_LEN, &a.why);
		a.w.len = KEY_DIAG_LEN;
	}
	head.body_len = (uint32_t)a.w.len;
	key_answer_encode(out, &head);
	*out_len = KEY_ANSWER_HEAD_LEN + a.w.len;
	return JURAT_OK;
}
