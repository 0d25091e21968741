/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bytes.h"

#include <string.h>

#include "core/ct.h"
#include "core/diag.h"

void
reader_init(struct reader *r, const void *p, size_t len)
{
	static const uint8_t nothing[1];

	*r = (struct reader){ .at = p != NULL ? p : nothing, .left = len };
}

const uint8_t *
reader_take(struct reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (r->failed)
		return NULL;
	if (n > r->left) {
		r->failed = true;
		r->failed_off = r->off;
		r->failed_len = n;
		return NULL;
	}
	r->at += n;
	r->left -= n;
	r->off += n;
	return p;
}

uint8_t
reader_u8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p != NULL ? p[0] : 0;
}

uint16_t
reader_u16le(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p != NULL ? load16le(p) : 0;
}

uint32_t
reader_u32le(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p != NULL ? load32le(p) : 0;
}

uint64_t
reader_u64le(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);

	return p != NULL ? load64le(p) : 0;
}

uint32_t
reader_u32be(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p != NULL ? load32be(p) : 0;
}

void
reader_copy(struct reader *r, void *out, size_t n)
{
	const uint8_t *p = reader_take(r, n);

	if (n == 0)
		return;
	if (p != NULL)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

bool
reader_zeros(struct reader *r, size_t n)
{
	const uint8_t *p = reader_take(r, n);

	return p != NULL && ct_is_zero(p, n);
}

struct reader
reader_sub(struct reader *r, size_t n)
{
	struct reader sub = { .off = r->off };
	const uint8_t *p = reader_take(r, n);

	if (p == NULL) {
		reader_init(&sub, NULL, 0);
		sub.failed = true;
		sub.failed_off = r->failed_off;
		sub.failed_len = r->failed_len;
		return sub;
	}
	sub.at = p;
	sub.left = n;
	return sub;
}

jurat_rc
reader_check(const struct reader *r, const char *field, struct jurat_diag *d)
{
	if (r->failed)
		return jurat_fail(d, JURAT_E_TRUNCATED, field, r->failed_off, r->failed_len, r->left);
	return JURAT_OK;
}

jurat_rc
reader_end(const struct reader *r, const char *field, struct jurat_diag *d)
{
	jurat_rc rc = reader_check(r, field, d);

	if (rc == JURAT_OK && r->left != 0)
		rc = jurat_fail(d, JURAT_E_TRAILING, field, r->off, 0, r->left);
	return rc;
}

void
writer_init(struct writer *w, void *p, size_t cap)
{
	*w = (struct writer){ .at = p, .left = cap };
}

/* writer_room: where the next n bytes go, or NULL. The only place where a writer moves. */
static uint8_t *
writer_room(struct writer *w, size_t n)
{
	uint8_t *p = w->at;

	if (w->failed || n > w->left) {
		w->failed = true;
		return NULL;
	}
	w->at += n;
	w->left -= n;
	w->len += n;
	return p;
}

void
writer_u8(struct writer *w, uint8_t v)
{
	writer_copy(w, &v, 1);
}

void
writer_u16le(struct writer *w, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	writer_copy(w, b, sizeof b);
}

void
writer_u32le(struct writer *w, uint32_t v)
{
	uint8_t b[4];

	store32le(b, v);
	writer_copy(w, b, sizeof b);
}

void
writer_u64le(struct writer *w, uint64_t v)
{
	uint8_t b[8];

	store64le(b, v);
	writer_copy(w, b, sizeof b);
}

void
writer_u32be(struct writer *w, uint32_t v)
{
	uint8_t *p = writer_room(w, 4);

	if (p != NULL)
		store32be(p, v);
}

void
writer_copy(struct writer *w, const void *p, size_t n)
{
	uint8_t *to = writer_room(w, n);

	if (to != NULL && n != 0)
		memcpy(to, p, n);
}

void
writer_zeros(struct writer *w, size_t n)
{
	uint8_t *to = writer_room(w, n);

	if (to != NULL && n != 0)
		memset(to, 0, n);
}

jurat_rc
writer_check(const struct writer *w, const char *field, struct jurat_diag *d)
{
	if (w->failed)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, w->len, w->len + w->left, 0);
	return JURAT_OK;
}

void
bytes_reverse(uint8_t *out, const uint8_t *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = in[n - 1 - i];
}
