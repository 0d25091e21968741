/* SPDX-License-Identifier: Apache-2.0 */
/* The measurement: SHA-256 over 64-byte records (SDM vol. 3D, ECREATE, EADD, EEXTEND). */
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "image/image.h"
#include "sgx/tcs.h"

enum { RECORD_LEN = 64, CHUNK_LEN = 256, CHUNKS = 16 };

static const uint8_t zero_page[SGX_PAGE_SIZE];

/* record_init: an empty record with its tag; n counts the tag's zero bytes up to the first value. */
static struct writer
record_init(uint8_t record[RECORD_LEN], const char tag[8])
{
	struct writer w;

	memset(record, 0, RECORD_LEN);
	writer_init(&w, record, RECORD_LEN);
	writer_copy(&w, tag, 8);
	return w;
}

void
measurement_ecreate(struct measurement *m, uint32_t ssa_frame_pages, uint64_t size)
{
	uint8_t record[RECORD_LEN];
	struct writer w = record_init(record, "ECREATE");

	writer_u32le(&w, ssa_frame_pages);
	writer_u64le(&w, size);
	sha256_init(&m->hash);
	sha256_update(&m->hash, record, sizeof record);
}

void
measurement_eadd(struct measurement *m, uint64_t off, uint32_t secinfo_flags)
{
	uint8_t record[RECORD_LEN];
	struct writer w = record_init(record, "EADD\0\0\0");

	writer_u64le(&w, off);
	writer_u64le(&w, secinfo_flags);
	sha256_update(&m->hash, record, sizeof record);
}

void
measurement_eextend(struct measurement *m, uint64_t off, const uint8_t chunk[256])
{
	uint8_t record[RECORD_LEN];
	struct writer w = record_init(record, "EEXTEND");

	writer_u64le(&w, off);
	sha256_update(&m->hash, record, sizeof record);
	sha256_update(&m->hash, chunk, CHUNK_LEN);
}

void
measurement_final(struct measurement *m, uint8_t out[32])
{
	sha256_final(&m->hash, out);
}

static jurat_rc
measure_create(void *ctx, uint32_t ssa_frame_pages, uint64_t enclave_size, struct jurat_diag *d)
{
	(void)d;
	measurement_ecreate(ctx, ssa_frame_pages, enclave_size);
	return JURAT_OK;
}

static jurat_rc
measure_add(void *ctx, const struct image_page *page, struct jurat_diag *d)
{
	const uint8_t *data = page->data != NULL ? page->data : zero_page;
	uint8_t tcs[SGX_PAGE_SIZE];

	(void)d;
	/* EADD clears the processor's own fields of a TCS: whatever the file says there, no processor ever measures it */
	if ((page->secinfo_flags & SGX_PAGE_TYPE_MASK) == SGX_PT_TCS) {
		memcpy(tcs, data, sizeof tcs);
		tcs_eadd(tcs);
		data = tcs;
	}
	for (uint64_t i = 0; i < page->count; i++) {
		uint64_t off = page->off + i * SGX_PAGE_SIZE;

		measurement_eadd(ctx, off, page->secinfo_flags);
		for (unsigned c = 0; c < CHUNKS; c++) {
			if ((page->extended >> c & 1) != 0)
				measurement_eextend(ctx, off + c * CHUNK_LEN, data + c * CHUNK_LEN);
		}
	}
	return JURAT_OK;
}

jurat_rc
image_measure(uint8_t out_mrenclave[32], const struct image *image, struct jurat_diag *d)
{
	struct measurement m;
	struct image_sink sink = { &m, measure_create, measure_add };
	jurat_rc rc;

	sha256_init(&m.hash); /* so that a failure before ECREATE leaves a hash to finish */
	rc = image_load(image, &sink, d);
	if (rc != JURAT_OK)
		return rc;
	measurement_final(&m, out_mrenclave);
	return JURAT_OK;
}
