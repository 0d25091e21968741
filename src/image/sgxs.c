/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sgxs: the measurement's own records as a file, with UNMEASRD chunks that are loaded but not measured. Chunks belong to the page
 * added last and come in rising order, as the tools of the format write them; other orders would measure differently than a
 * page at a time, and are refused.
 */
#include <string.h>

#include "core/bytes.h"
#include "image/image_internal.h"

enum { TAG_LEN = 8, RECORD_LEN = 64, CHUNK_LEN = 256, CHUNKS = 16 };

static const char tag_create[TAG_LEN] = "ECREATE", tag_add[TAG_LEN] = "EADD", tag_extend[TAG_LEN] = "EEXTEND";
static const char tag_unmeasured[TAG_LEN] = { 'U', 'N', 'M', 'E', 'A', 'S', 'R', 'D' };

bool
sgxs_is(const uint8_t *p, size_t len)
{
	return len >= TAG_LEN && memcmp(p, tag_create, TAG_LEN) == 0;
}

static jurat_rc
parse_create(struct image *image, struct reader *r, struct jurat_diag *d)
{
	uint32_t ssa_frame_pages;
	uint64_t size;
	bool zeros;

	(void)reader_take(r, TAG_LEN);
	ssa_frame_pages = reader_u32le(r);
	size = reader_u64le(r);
	zeros = reader_zeros(r, RECORD_LEN - TAG_LEN - 12);
	if (r->failed)
		return reader_check(r, "sgxs.ecreate", d);
	if (!zeros)
		return jurat_fail(d, JURAT_E_FORMAT, "sgxs.ecreate.reserved", 20, 0, 1);
	image->enclave_size = size;
	image->ssa_frame_pages = ssa_frame_pages;
	return JURAT_OK;
}

jurat_rc
sgxs_open(struct image *image, struct jurat_diag *d)
{
	struct reader r;

	reader_init(&r, image->p, image->len);
	return parse_create(image, &r, d);
}

/* The page being put together. */
struct open_page {
	bool there;
	struct image_page page;
	uint16_t seen;
	uint8_t bytes[SGX_PAGE_SIZE];
};

static jurat_rc
flush(struct pages *pages, struct open_page *open, struct jurat_diag *d)
{
	if (!open->there)
		return JURAT_OK;
	open->there = false;
	open->page.data = open->seen != 0 ? open->bytes : NULL;
	return pages_add(pages, &open->page, d);
}

static jurat_rc
parse_add(struct open_page *open, struct reader *r, struct jurat_diag *d)
{
	size_t start = r->off - TAG_LEN;
	uint64_t off = reader_u64le(r), flags = reader_u64le(r);

	if (!reader_zeros(r, RECORD_LEN - TAG_LEN - 16))
		return r->failed ? reader_check(r, "sgxs.eadd", d) : jurat_fail(d, JURAT_E_FORMAT, "sgxs.eadd.reserved", start, 0, 1);
	if (flags > UINT32_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "sgxs.eadd.secinfo", start, 0, flags);
	/* the processor measures a TCS without permissions; a stream that says otherwise hashes to what cannot run */
	if ((flags & SGX_PAGE_TYPE_MASK) == SGX_PT_TCS && flags != SGX_PT_TCS)
		return jurat_fail(d, JURAT_E_FORMAT, "sgxs.eadd.secinfo", start, SGX_PT_TCS, flags);
	*open = (struct open_page){ .there = true };
	open->page = (struct image_page){ .off = off, .count = 1, .secinfo_flags = (uint32_t)flags };
	return JURAT_OK;
}

static jurat_rc
parse_chunk(struct open_page *open, struct reader *r, bool measured, struct jurat_diag *d)
{
	size_t start = r->off - TAG_LEN;
	uint64_t off = reader_u64le(r), i;
	bool zeros = reader_zeros(r, RECORD_LEN - TAG_LEN - 8);
	const uint8_t *chunk = reader_take(r, CHUNK_LEN);

	if (chunk == NULL)
		return reader_check(r, "sgxs.chunk", d);
	if (!zeros)
		return jurat_fail(d, JURAT_E_FORMAT, "sgxs.chunk.reserved", start, 0, 1);
	if (!open->there || off < open->page.off || off - open->page.off >= SGX_PAGE_SIZE || off % CHUNK_LEN != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "sgxs.chunk.offset", start, open->page.off, off);
	i = (off - open->page.off) / CHUNK_LEN;
	if ((open->seen >> i & 1) != 0)
		return jurat_fail(d, JURAT_E_DUPLICATE, "sgxs.chunk.offset", start, 0, off);
	if (measured && open->page.extended >> i != 0)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "sgxs.chunk.order", start, 0, off);
	open->seen = (uint16_t)(open->seen | 1u << i);
	if (measured)
		open->page.extended = (uint16_t)(open->page.extended | 1u << i);
	memcpy(open->bytes + i * CHUNK_LEN, chunk, CHUNK_LEN);
	return JURAT_OK;
}

static jurat_rc
load_record(struct pages *pages, struct open_page *open, struct reader *r, struct jurat_diag *d)
{
	size_t start = r->off;
	const uint8_t *tag = reader_take(r, TAG_LEN);
	jurat_rc rc;

	if (tag == NULL)
		return reader_check(r, "sgxs.tag", d);
	if (memcmp(tag, tag_extend, TAG_LEN) == 0)
		return parse_chunk(open, r, true, d);
	if (memcmp(tag, tag_unmeasured, TAG_LEN) == 0)
		return parse_chunk(open, r, false, d);
	if (memcmp(tag, tag_add, TAG_LEN) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "sgxs.tag", start, 0, load64le(tag));
	rc = flush(pages, open, d);
	return rc == JURAT_OK ? parse_add(open, r, d) : rc;
}

jurat_rc
sgxs_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d)
{
	CLEANUP(pages_clear) struct pages pages = { 0 };
	struct open_page open = { 0 };
	struct reader r;
	jurat_rc rc;

	reader_init(&r, image->p, image->len);
	(void)reader_take(&r, RECORD_LEN); /* ECREATE: checked by sgxs_open */
	rc = pages_create(&pages, sink, image->ssa_frame_pages, image->enclave_size, d);
	while (rc == JURAT_OK && r.left != 0)
		rc = load_record(&pages, &open, &r, d);
	return rc == JURAT_OK ? flush(&pages, &open, d) : rc;
}
