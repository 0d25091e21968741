/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream of pages between a loader and a sink: every page aligned, inside the enclave, of a type that EADD takes, and there
 * once. The work that a file can ask for is bounded here, whatever its counts say.
 */
#ifndef IMAGE_PAGES_H
#define IMAGE_PAGES_H

#include "image/image.h"

/* The largest images known have 31 million heap pages, and some tens of thousands of measured ones. */
#define PAGES_ADDED_MAX (1u << 26)
#define PAGES_EXTENDED_MAX (1u << 21)

#define PAGES_ALL_CHUNKS 0xffffu

struct pages {
	const struct image_sink *sink;
	uint64_t size;    /* of the enclave */
	uint8_t *taken;   /* one bit a page; untouched parts cost no memory */
	uint64_t added, extended;
};

/* pages_create: checks the enclave's size and tells the sink. pages_clear frees, also after a failure. */
MUST_USE jurat_rc pages_create(struct pages *p, const struct image_sink *sink, uint32_t ssa_frame_pages, uint64_t size,
    struct jurat_diag *d);
void pages_clear(struct pages *p);

/* pages_add: one page or run of equal pages. A TCS page's permissions are zeroed, as EADD does. */
MUST_USE jurat_rc pages_add(struct pages *p, const struct image_page *page, struct jurat_diag *d);

/* What pages_region adds: `len` bytes at `at`, which need not be aligned, then zeros up to memory_len. All is measured. */
struct region {
	uint64_t at, len, memory_len;
	const uint8_t *bytes;
	uint32_t secinfo_flags;
	const uint8_t *writable; /* NULL, or one bit a page of the image: pages with file bytes that get W added */
	uint64_t shift;          /* added to `at` for the page's place in the enclave */
};

MUST_USE jurat_rc pages_region(struct pages *p, const struct region *region, struct jurat_diag *d);

static inline uint64_t
page_down(uint64_t v)
{
	return v & ~(uint64_t)(SGX_PAGE_SIZE - 1);
}

/* page_up: the caller knows that v is at most IMAGE_ENCLAVE_MAX_LEN * 2. */
static inline uint64_t
page_up(uint64_t v)
{
	return page_down(v + SGX_PAGE_SIZE - 1);
}

static inline bool
bit_get(const uint8_t *bits, uint64_t i)
{
	return (bits[i / 8] >> (i % 8) & 1) != 0;
}

static inline void
bit_set(uint8_t *bits, uint64_t i)
{
	bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
}

#endif
