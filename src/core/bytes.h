/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The byte cursors. struct reader moves over input in one function (reader_take) with one comparison; struct writer over
 * output likewise. Both remember the first failure, so that a parser may read its whole table and ask once at the end;
 * every read after a failure yields zeros and moves nothing. Freestanding.
 */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include "core/compiler.h"

struct reader {
	const uint8_t *at;
	size_t left;
	size_t off;        /* bytes taken so far: the offset that errors name */
	bool failed;       /* a read went past the end */
	size_t failed_off; /* where that read began */
	size_t failed_len; /* what it asked for */
};

/* reader_init: p may be NULL only if len is 0. The reader borrows p. */
void reader_init(struct reader *r, const void *p, size_t len);

/* reader_take: the next n bytes, or NULL (and r->failed) if fewer are left. NULL is not returned for n == 0. */
const uint8_t *reader_take(struct reader *r, size_t n);

uint8_t reader_u8(struct reader *r);
uint16_t reader_u16le(struct reader *r);
uint32_t reader_u32le(struct reader *r);
uint64_t reader_u64le(struct reader *r);
uint32_t reader_u32be(struct reader *r); /* EPID's counters */

/* reader_copy: n bytes to out; zeros if the reader has failed. */
void reader_copy(struct reader *r, void *out, size_t n);

/* reader_zeros: takes n bytes; false if any of them is not zero (or the reader has failed). */
bool reader_zeros(struct reader *r, size_t n);

/* reader_sub: a reader over the next n bytes, whose offsets continue the outer ones. Fails like reader_take. */
struct reader reader_sub(struct reader *r, size_t n);

/*
 * reader_check: JURAT_E_TRUNCATED (field, offset, wanted and got bytes) if a read failed, else JURAT_OK.
 * reader_end: the same, then JURAT_E_TRAILING if bytes are left.
 */
MUST_USE jurat_rc reader_check(const struct reader *r, const char *field, struct jurat_diag *d);
MUST_USE jurat_rc reader_end(const struct reader *r, const char *field, struct jurat_diag *d);

struct writer {
	uint8_t *at;
	size_t left;
	size_t len;  /* bytes written so far */
	bool failed; /* a write did not fit; nothing of it was written */
};

void writer_init(struct writer *w, void *p, size_t cap);
void writer_u8(struct writer *w, uint8_t v);
void writer_u16le(struct writer *w, uint16_t v);
void writer_u32le(struct writer *w, uint32_t v);
void writer_u64le(struct writer *w, uint64_t v);
void writer_u32be(struct writer *w, uint32_t v);
void writer_copy(struct writer *w, const void *p, size_t n);
void writer_zeros(struct writer *w, size_t n);

/* writer_check: JURAT_E_TOO_LARGE with the field's name if a write did not fit. */
MUST_USE jurat_rc writer_check(const struct writer *w, const char *field, struct jurat_diag *d);

/* Single values at known places of fixed-size buffers. */
static inline uint16_t
load16le(const uint8_t p[2])
{
	return (uint16_t)(p[0] | (uint16_t)(p[1] << 8));
}

static inline uint32_t
load32le(const uint8_t p[4])
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t
load64le(const uint8_t p[8])
{
	return (uint64_t)load32le(p) | (uint64_t)load32le(p + 4) << 32;
}

static inline uint32_t
load32be(const uint8_t p[4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void
store32be(uint8_t p[4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static inline void
store32le(uint8_t p[4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static inline void
store64le(uint8_t p[8], uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* bytes_reverse: out = in backwards; in and out do not overlap. P-256 halves change byte order with it. */
void bytes_reverse(uint8_t *out, const uint8_t *in, size_t n);

#endif
