/* SPDX-License-Identifier: Apache-2.0 */
#include "image/pages.h"

#include <stdlib.h>
#include <string.h>

#include "core/diag.h"

jurat_rc
pages_create(struct pages *p, const struct image_sink *sink, uint32_t ssa_frame_pages, uint64_t size, struct jurat_diag *d)
{
	*p = (struct pages){ .sink = sink, .size = size };
	if (size > IMAGE_ENCLAVE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "image.enclave_size", NO_OFFSET, IMAGE_ENCLAVE_MAX_LEN, size);
	if (size < SGX_PAGE_SIZE || (size & (size - 1)) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "image.enclave_size", NO_OFFSET, 0, size);
	if (ssa_frame_pages == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "image.ssa_frame_pages", NO_OFFSET, 1, 0);
	p->taken = calloc(1, (size_t)(size / SGX_PAGE_SIZE / 8 + 1));
	if (p->taken == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image.pages", NO_OFFSET, 0, 0);
	return sink->create(sink->ctx, ssa_frame_pages, size, d);
}

void
pages_clear(struct pages *p)
{
	free(p->taken);
	*p = (struct pages){ 0 };
}

static bool
secinfo_ok(uint32_t flags)
{
	const uint32_t permissions = SGX_PAGE_R | SGX_PAGE_W | SGX_PAGE_X;

	return (flags & ~permissions) == SGX_PT_REG || (flags & ~permissions) == SGX_PT_TCS;
}

/* take: marks count pages from the first, or says that one of them is there already. Whole bytes go at once. */
static bool
take(uint8_t *taken, uint64_t first, uint64_t count)
{
	for (uint64_t i = first, end = first + count; i < end; i++) {
		if (i % 8 == 0 && end - i >= 8) {
			if (taken[i / 8] != 0)
				return false;
			taken[i / 8] = 0xff;
			i += 7;
			continue;
		}
		if (bit_get(taken, i))
			return false;
		bit_set(taken, i);
	}
	return true;
}

static jurat_rc
check_page(const struct pages *p, const struct image_page *page, struct jurat_diag *d)
{
	if (page->count == 0 || page->off % SGX_PAGE_SIZE != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "image.page.offset", NO_OFFSET, 0, page->off);
	if (page->off >= p->size || page->count > (p->size - page->off) / SGX_PAGE_SIZE)
		return jurat_fail(d, JURAT_E_FORMAT, "image.page.outside_enclave", NO_OFFSET, p->size, page->off);
	if (!secinfo_ok(page->secinfo_flags))
		return jurat_fail(d, JURAT_E_FORMAT, "image.page.secinfo", NO_OFFSET, SGX_PT_REG, page->secinfo_flags);
	if (page->count > PAGES_ADDED_MAX - p->added)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "image.pages", NO_OFFSET, PAGES_ADDED_MAX, p->added + page->count);
	if (page->extended != 0 && page->count > PAGES_EXTENDED_MAX - p->extended)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "image.measured_pages", NO_OFFSET, PAGES_EXTENDED_MAX, p->extended + page->count);
	return JURAT_OK;
}

jurat_rc
pages_add(struct pages *p, const struct image_page *page, struct jurat_diag *d)
{
	struct image_page out = *page;
	jurat_rc rc = check_page(p, page, d);

	if (rc != JURAT_OK)
		return rc;
	if (!take(p->taken, page->off / SGX_PAGE_SIZE, page->count))
		return jurat_fail(d, JURAT_E_DUPLICATE, "image.page", NO_OFFSET, 0, page->off);
	p->added += page->count;
	if (page->extended != 0)
		p->extended += page->count;
	if ((out.secinfo_flags & SGX_PAGE_TYPE_MASK) == SGX_PT_TCS)
		out.secinfo_flags = SGX_PT_TCS;
	return p->sink->add(p->sink->ctx, &out, d);
}

/* region_bytes: the pages that have bytes of the file; *out_done is how far into the region they reach (page's end). */
static jurat_rc
region_bytes(struct pages *p, const struct region *g, uint64_t *out_done, struct jurat_diag *d)
{
	uint64_t done = 0;

	while (done < g->len) {
		uint64_t at = g->at + done, in_page = at % SGX_PAGE_SIZE, n = SGX_PAGE_SIZE - in_page;
		uint8_t page[SGX_PAGE_SIZE];
		struct image_page add = { page_down(at) + g->shift, 1, g->secinfo_flags, PAGES_ALL_CHUNKS, page };
		jurat_rc rc;

		if (g->writable != NULL && bit_get(g->writable, at / SGX_PAGE_SIZE))
			add.secinfo_flags |= SGX_PAGE_W;
		if (n > g->len - done)
			n = g->len - done;
		if (n == SGX_PAGE_SIZE) {
			add.data = g->bytes + done;
		} else {
			memset(page, 0, sizeof page);
			memcpy(page + in_page, g->bytes + done, (size_t)n);
		}
		rc = pages_add(p, &add, d);
		if (rc != JURAT_OK)
			return rc;
		done += SGX_PAGE_SIZE - in_page;
	}
	*out_done = done;
	return JURAT_OK;
}

jurat_rc
pages_region(struct pages *p, const struct region *g, struct jurat_diag *d)
{
	struct image_page zeros = { .secinfo_flags = g->secinfo_flags, .extended = PAGES_ALL_CHUNKS };
	uint64_t whole = g->memory_len > g->len ? g->memory_len : g->len, done, end;
	jurat_rc rc;

	if (g->shift > p->size || g->at > p->size - g->shift || whole > p->size - g->shift - g->at)
		return jurat_fail(d, JURAT_E_FORMAT, "image.page.outside_enclave", NO_OFFSET, p->size, g->at);
	rc = region_bytes(p, g, &done, d);
	if (rc != JURAT_OK || g->memory_len <= done)
		return rc;
	end = page_up(g->at + g->memory_len);
	zeros.off = page_down(g->at + done) + g->shift;
	zeros.count = (end - page_down(g->at + done)) / SGX_PAGE_SIZE;
	return pages_add(p, &zeros, d);
}
