/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows enclaves (PE): the metadata blocks are found and shown, with their SIGSTRUCTs. Measuring would need Windows' loader
 * rules, which are not published in executable form: refused by name.
 */
#include <string.h>

#include "core/bytes.h"
#include "image/image_internal.h"

enum {
	DOS_NEW_HEADER_OFF = 60,
	SECTIONS_MAX = 96, /* Windows' own limit */
};

bool
pe_is(const uint8_t *p, size_t len)
{
	return len >= 2 && p[0] == 'M' && p[1] == 'Z';
}

/* find_metadata: metadata in one section's raw bytes: at its start or anywhere aligned to 4. */
static jurat_rc
find_metadata(struct image *image, size_t off, size_t size, struct jurat_diag *d)
{
	for (size_t i = 0; size - i >= METADATA_HEAD_LEN; i += 4) {
		if (load64le(image->p + off + i) == METADATA_MAGIC)
			return metadata_list_parse(&image->list, image->p + off + i, size - i, off + i, d);
		if (size - i < METADATA_HEAD_LEN + 4)
			break;
	}
	return JURAT_OK;
}

static jurat_rc
search_section(struct image *image, struct reader *table, struct jurat_diag *d)
{
	uint32_t size, off;

	(void)reader_take(table, 16); /* name, virtual size and address */
	size = reader_u32le(table);
	off = reader_u32le(table);
	(void)reader_take(table, 16);
	if (table->failed)
		return reader_check(table, "pe.sections", d);
	if (off > image->len || size > image->len - off)
		return jurat_fail(d, JURAT_E_TRUNCATED, "pe.section", off, size, image->len);
	return find_metadata(image, off, size, d);
}

static jurat_rc
search_sections(struct image *image, struct reader *r, struct jurat_diag *d)
{
	uint16_t num_sections, optional_len;
	const uint8_t *magic = reader_take(r, 4);

	if (magic == NULL)
		return reader_check(r, "pe.header", d);
	if (memcmp(magic, "PE\0", 4) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "pe.magic", r->off, 0, load32le(magic));
	(void)reader_u16le(r); /* machine */
	num_sections = reader_u16le(r);
	(void)reader_take(r, 12); /* time, symbol table */
	optional_len = reader_u16le(r);
	(void)reader_u16le(r); /* characteristics */
	(void)reader_take(r, optional_len);
	if (r->failed)
		return reader_check(r, "pe.header", d);
	if (num_sections > SECTIONS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "pe.num_sections", NO_OFFSET, SECTIONS_MAX, num_sections);
	for (unsigned i = 0; i < num_sections && image->list.num == 0; i++) {
		jurat_rc rc = search_section(image, r, d);

		if (rc != JURAT_OK)
			return rc;
	}
	return JURAT_OK;
}

jurat_rc
pe_open(struct image *image, struct jurat_diag *d)
{
	struct reader r;
	uint32_t header_off;
	jurat_rc rc;

	reader_init(&r, image->p, image->len);
	(void)reader_take(&r, DOS_NEW_HEADER_OFF);
	header_off = reader_u32le(&r);
	if (r.failed)
		return reader_check(&r, "pe.dos_header", d);
	if (header_off > image->len)
		return jurat_fail(d, JURAT_E_TRUNCATED, "pe.header", DOS_NEW_HEADER_OFF, header_off, image->len);
	reader_init(&r, image->p + header_off, image->len - header_off);
	rc = search_sections(image, &r, d);
	if (rc != JURAT_OK)
		return rc;
	if (image->list.num == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "pe.metadata", NO_OFFSET, METADATA_MAGIC, 0);
	sdk_use(image, metadata_choose(&image->list));
	return JURAT_OK;
}
