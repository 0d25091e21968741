/* SPDX-License-Identifier: Apache-2.0 */
#include "image/metadata.h"

#include <string.h>

#include "core/bytes.h"

enum {
	NOTE_HEAD_LEN = 12,
	NOTE_NAME_LEN = sizeof METADATA_NOTE_NAME,
	HEAD_MIN_LEN = 1888, /* with two directories, as the oldest versions have */
	ELRANGE_LEN = 24,
	MAJOR_WITH_ELRANGE = 10,
	MAJOR_OLD_EDMM = 2,
};

jurat_rc
metadata_note(uint64_t *out_off, uint64_t *out_cap, const struct elf *e, struct jurat_diag *d)
{
	struct elf_section section;
	struct reader r;
	const uint8_t *name;
	uint32_t name_len, desc_len;
	jurat_rc rc = elf_section(&section, e, METADATA_SECTION, d);

	if (rc != JURAT_OK)
		return rc;
	if (elf_bytes(e, section.off, section.size) == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "metadata.note", section.off, section.size, e->len);
	reader_init(&r, e->p + section.off, (size_t)section.size);
	name_len = reader_u32le(&r);
	desc_len = reader_u32le(&r);
	(void)reader_u32le(&r); /* n_type: the SDK's own tools do not look at it */
	name = reader_take(&r, NOTE_NAME_LEN);
	if (name == NULL)
		return reader_check(&r, "metadata.note", d);
	if (name_len != NOTE_NAME_LEN || memcmp(name, METADATA_NOTE_NAME, NOTE_NAME_LEN) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.note.name", section.off, NOTE_NAME_LEN, name_len);
	if (desc_len > r.left)
		return jurat_fail(d, JURAT_E_TRUNCATED, "metadata.note.desc", section.off + 4, r.left, desc_len);
	*out_off = section.off + NOTE_HEAD_LEN + NOTE_NAME_LEN;
	*out_cap = desc_len;
	return JURAT_OK;
}

const uint8_t *
metadata_bytes(const struct metadata *m, uint64_t off, uint64_t len)
{
	if (off > m->len || len > m->len - off)
		return NULL;
	return m->p + off;
}

static jurat_rc
check_ranges(const struct metadata *m, struct jurat_diag *d)
{
	if (m->patches.len % PATCH_ENTRY_LEN != 0 || metadata_bytes(m, m->patches.off, m->patches.len) == NULL)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.patches", m->off, m->len, m->patches.off);
	if (m->layout.len % LAYOUT_ENTRY_LEN != 0 || metadata_bytes(m, m->layout.off, m->layout.len) == NULL)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.layout", m->off, m->len, m->layout.off);
	return JURAT_OK;
}

static jurat_rc
parse_elrange(struct metadata *m, const struct metadata_range *range, struct jurat_diag *d)
{
	const uint8_t *p = metadata_bytes(m, range->off, range->len);

	if (p == NULL || range->len < ELRANGE_LEN)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.elrange", m->off, ELRANGE_LEN, range->len);
	m->has_elrange = true;
	m->image_address = load64le(p);
	m->elrange_start = load64le(p + 8);
	m->elrange_size = load64le(p + 16);
	if (m->image_address < m->elrange_start || m->image_address - m->elrange_start > m->elrange_size ||
	    m->enclave_size > m->elrange_size - (m->image_address - m->elrange_start))
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.elrange", m->off, m->elrange_size, m->image_address);
	return JURAT_OK;
}

/* parse_block: one block at p, whose magic was seen; left is what the note has from here on. */
static jurat_rc
parse_block(struct metadata *out, const uint8_t *p, size_t left, uint64_t off, struct jurat_diag *d)
{
	struct metadata m = { .p = p, .off = off };
	struct metadata_range elrange;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, left);
	(void)reader_u64le(&r); /* magic */
	m.version = reader_u64le(&r);
	m.len = reader_u32le(&r);
	m.tcs_policy = reader_u32le(&r);
	m.ssa_frame_pages = reader_u32le(&r);
	m.max_save_buffer = reader_u32le(&r);
	m.miscselect = reader_u32le(&r);
	m.tcs_min_pool = reader_u32le(&r);
	m.enclave_size = reader_u64le(&r);
	m.attributes.flags = reader_u64le(&r);
	m.attributes.xfrm = reader_u64le(&r);
	(void)reader_take(&r, SGX_SIGSTRUCT_LEN);
	m.patches.off = reader_u32le(&r);
	m.patches.len = reader_u32le(&r);
	m.layout.off = reader_u32le(&r);
	m.layout.len = reader_u32le(&r);
	rc = reader_check(&r, "metadata.block", d);
	if (rc != JURAT_OK)
		return rc;
	if (m.len < HEAD_MIN_LEN || m.len > left)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.size", off + 16, left, m.len);
	rc = check_ranges(&m, d);
	if (rc == JURAT_OK && METADATA_MAJOR(m.version) > MAJOR_WITH_ELRANGE) {
		elrange.off = reader_u32le(&r);
		elrange.len = reader_u32le(&r);
		rc = parse_elrange(&m, &elrange, d);
	}
	if (rc == JURAT_OK)
		*out = m;
	return rc;
}

jurat_rc
metadata_list_parse(struct metadata_list *out, const uint8_t *p, size_t len, uint64_t off, struct jurat_diag *d)
{
	struct metadata_list list = { .num = 0 };

	while (len >= METADATA_SIGSTRUCT_OFF && load64le(p) == METADATA_MAGIC) {
		struct metadata *m = &list.blocks[list.num];
		jurat_rc rc;

		if (list.num == METADATA_BLOCKS_MAX)
			return jurat_fail(d, JURAT_E_TOO_LARGE, "metadata.num_blocks", off, METADATA_BLOCKS_MAX, list.num + 1);
		rc = parse_block(m, p, len, off, d);
		if (rc != JURAT_OK)
			return rc;
		list.num++;
		p += m->len;
		len -= m->len;
		off += m->len;
	}
	*out = list;
	return JURAT_OK;
}

/* rank: which kind of block goes first in metadata_choose. */
static int
rank(uint64_t version)
{
	switch (METADATA_MAJOR(version) % MAJOR_WITH_ELRANGE) {
	case 1:
		return 2;
	case MAJOR_OLD_EDMM:
		return 0;
	default:
		return 1;
	}
}

size_t
metadata_choose(const struct metadata_list *list)
{
	size_t best = 0;

	for (size_t i = 1; i < list->num; i++) {
		uint64_t old = list->blocks[best].version, new = list->blocks[i].version;

		if (rank(new) > rank(old) || (rank(new) == rank(old) && new > old))
			best = i;
	}
	return best;
}

size_t
layout_num(const struct metadata *m)
{
	return m->layout.len / LAYOUT_ENTRY_LEN;
}

void
layout_at(struct layout_entry *out, const struct metadata *m, size_t i)
{
	struct reader r;

	*out = (struct layout_entry){ 0 };
	reader_init(&r, m->p + m->layout.off + i * LAYOUT_ENTRY_LEN, LAYOUT_ENTRY_LEN);
	out->id = reader_u16le(&r);
	if ((out->id & LAYOUT_GROUP) != 0) {
		out->num_entries = reader_u16le(&r);
		out->num_times = reader_u32le(&r);
		out->step = reader_u64le(&r);
		return;
	}
	out->attr = reader_u16le(&r);
	out->num_pages = reader_u32le(&r);
	out->rva = reader_u64le(&r);
	out->content_len = reader_u32le(&r);
	out->content_off = reader_u32le(&r);
	out->secinfo_flags = reader_u64le(&r);
}

const char *
layout_name(uint16_t id)
{
	static const char *const names[] = { "unknown", "heap (min)", "heap (init)", "heap (max)", "TCS", "TD", "SSA", "stack (max)",
		"stack (min)", "threads", "guard", "heap (dynamic, min)", "heap (dynamic, init)", "heap (dynamic, max)",
		"TCS (dynamic)", "TD (dynamic)", "SSA (dynamic)", "stack (dynamic, max)", "stack (dynamic, min)",
		"threads (dynamic)", "reserved (min)", "reserved (init)", "reserved (max)", "user region" };
	unsigned plain = id & ~LAYOUT_GROUP;

	return plain < ARRAY_LEN(names) ? names[plain] : names[0];
}

size_t
patch_num(const struct metadata *m)
{
	return m->patches.len / PATCH_ENTRY_LEN;
}

void
patch_at(struct patch *out, const struct metadata *m, size_t i)
{
	struct reader r;

	reader_init(&r, m->p + m->patches.off + i * PATCH_ENTRY_LEN, PATCH_ENTRY_LEN);
	out->file_off = reader_u64le(&r);
	out->source_off = reader_u32le(&r);
	out->len = reader_u32le(&r);
}

void
metadata_write_head(struct writer *w, const struct metadata *m)
{
	writer_u64le(w, METADATA_MAGIC);
	writer_u64le(w, m->version);
	writer_u32le(w, m->len);
	writer_u32le(w, m->tcs_policy);
	writer_u32le(w, m->ssa_frame_pages);
	writer_u32le(w, m->max_save_buffer);
	writer_u32le(w, m->miscselect);
	writer_u32le(w, m->tcs_min_pool);
	writer_u64le(w, m->enclave_size);
	writer_u64le(w, m->attributes.flags);
	writer_u64le(w, m->attributes.xfrm);
	writer_zeros(w, SGX_SIGSTRUCT_LEN); /* filled in when the measurement is known */
	writer_u32le(w, m->patches.off);
	writer_u32le(w, m->patches.len);
	writer_u32le(w, m->layout.off);
	writer_u32le(w, m->layout.len);
	writer_zeros(w, 16); /* ELRANGE and EXTEND: none */
}

void
layout_write(struct writer *w, const struct layout_entry *entry)
{
	writer_u16le(w, entry->id);
	if ((entry->id & LAYOUT_GROUP) != 0) {
		writer_u16le(w, entry->num_entries);
		writer_u32le(w, entry->num_times);
		writer_u64le(w, entry->step);
		writer_zeros(w, 16);
		return;
	}
	writer_u16le(w, entry->attr);
	writer_u32le(w, entry->num_pages);
	writer_u64le(w, entry->rva);
	writer_u32le(w, entry->content_len);
	writer_u32le(w, entry->content_off);
	writer_u64le(w, entry->secinfo_flags);
}

void
patch_write(struct writer *w, const struct patch *patch)
{
	writer_u64le(w, patch->file_off);
	writer_u32le(w, patch->source_off);
	writer_u32le(w, patch->len);
	writer_zeros(w, 16);
}
