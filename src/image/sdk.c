/* SPDX-License-Identifier: Apache-2.0 */
/* Images of Intel's SDK, and ours: what its loader does with the file, page for page. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "image/image_internal.h"

/* Entries that replayed groups may cost: real files need some thousands (one for each thread and entry). */
#define REPLAY_MAX (1u << 20)

enum { RELA64_LEN = 24, REL32_LEN = 8 };

void
sdk_use(struct image *image, size_t metadata_index)
{
	const struct metadata *m = &image->list.blocks[metadata_index];
	uint8_t any = 0;

	image->chosen = metadata_index;
	image->enclave_size = m->has_elrange ? m->elrange_size : m->enclave_size;
	image->ssa_frame_pages = m->ssa_frame_pages;
	for (size_t i = 0; i < SGX_SIGSTRUCT_LEN; i++)
		any |= m->p[METADATA_SIGSTRUCT_OFF + i];
	image->own_sigstruct = any != 0 ? m->p + METADATA_SIGSTRUCT_OFF : NULL;
}

jurat_rc
sdk_open(struct image *image, struct jurat_diag *d)
{
	uint64_t off, cap;
	jurat_rc rc = metadata_note(&off, &cap, &image->elf, d);

	if (rc != JURAT_OK)
		return rc;
	rc = metadata_list_parse(&image->list, image->p + off, (size_t)cap, off, d);
	if (rc != JURAT_OK)
		return rc;
	if (image->list.num == 0) {
		rc = jurat_fail(d, JURAT_E_FORMAT, "metadata.magic", off, METADATA_MAGIC, cap >= 8 ? load64le(image->p + off) : 0);
		jurat_hint(d, "the enclave has no layout yet: sign it with jurat enclave sign");
		return rc;
	}
	sdk_use(image, metadata_choose(&image->list));
	return JURAT_OK;
}

/* One load: the file as the loader patches it, and what it found out before patching. */
struct load {
	const struct image *image;
	const struct metadata *m;
	uint8_t *file;     /* patched copy */
	uint8_t *writable; /* one bit a page: text relocations make it writable. NULL: none */
	uint64_t shift;    /* the image's place in an ELRANGE */
	uint32_t replays;
	struct pages pages;
};

static void
load_clear(struct load *l)
{
	free(l->file);
	free(l->writable);
	pages_clear(&l->pages);
}

static jurat_rc
patch_file(struct load *l, struct jurat_diag *d)
{
	l->file = malloc(l->image->len != 0 ? l->image->len : 1);
	if (l->file == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image.file", NO_OFFSET, l->image->len, 0);
	memcpy(l->file, l->image->p, l->image->len);
	for (size_t i = 0, n = patch_num(l->m); i < n; i++) {
		struct patch patch;
		const uint8_t *source;

		patch_at(&patch, l->m, i);
		source = metadata_bytes(l->m, patch.source_off, patch.len);
		if (source == NULL)
			return jurat_fail(d, JURAT_E_FORMAT, "metadata.patch.source", l->m->off, l->m->len, patch.source_off);
		if (elf_bytes(&l->image->elf, patch.file_off, patch.len) == NULL)
			return jurat_fail(d, JURAT_E_FORMAT, "metadata.patch.file_off", l->m->off, l->image->len, patch.file_off);
		memcpy(l->file + patch.file_off, source, patch.len);
	}
	return JURAT_OK;
}

/* mark_relocations: the pages that one table touches; a field of `width` bytes may reach into the next page. */
static jurat_rc
mark_relocations(struct load *l, uint64_t addr, uint64_t size, struct jurat_diag *d)
{
	bool is64 = l->image->elf.is64;
	uint64_t width = is64 ? 8 : 4, entry_len = is64 ? RELA64_LEN : REL32_LEN;
	const uint8_t *p = elf_mapped(&l->image->elf, addr, size, NULL);

	if (p == NULL)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.relocations", NO_OFFSET, size, addr);
	for (uint64_t i = 0; i + entry_len <= size; i += entry_len) {
		uint64_t at = is64 ? load64le(p + i) : load32le(p + i);
		uint32_t type = is64 ? load32le(p + i + 8) : p[i + 4];

		if (type == 0)
			continue;
		if (at >= l->m->enclave_size)
			return jurat_fail(d, JURAT_E_FORMAT, "elf.relocation.offset", NO_OFFSET, l->m->enclave_size, at);
		bit_set(l->writable, at / SGX_PAGE_SIZE);
		if (at % SGX_PAGE_SIZE > SGX_PAGE_SIZE - width)
			bit_set(l->writable, at / SGX_PAGE_SIZE + 1);
	}
	return JURAT_OK;
}

/* find_writable: with DT_TEXTREL the SDK's loader adds W to every page that a relocation touches. */
static jurat_rc
find_writable(struct load *l, struct jurat_diag *d)
{
	const struct elf *e = &l->image->elf;
	uint64_t addr, size, ignored;
	jurat_rc rc = JURAT_OK;

	if (!elf_dynamic(&ignored, e, ELF_DT_TEXTREL))
		return JURAT_OK;
	l->writable = calloc(1, (size_t)(l->m->enclave_size / SGX_PAGE_SIZE / 8 + 2));
	if (l->writable == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image.pages", NO_OFFSET, 0, 0);
	if (elf_dynamic(&addr, e, e->is64 ? ELF_DT_RELA : ELF_DT_REL) &&
	    elf_dynamic(&size, e, e->is64 ? ELF_DT_RELASZ : ELF_DT_RELSZ))
		rc = mark_relocations(l, addr, size, d);
	if (rc == JURAT_OK && elf_dynamic(&addr, e, ELF_DT_JMPREL) && elf_dynamic(&size, e, ELF_DT_PLTRELSZ))
		rc = mark_relocations(l, addr, size, d);
	return rc;
}

/*
 * add_gap_page: the signing tool of metadata 1.3 rounded a segment's size up before adding it to an unaligned address, and so
 * added one page too many behind the segment with the highest address so far, unless the next one lies there.
 */
static jurat_rc
add_gap_page(struct load *l, const struct elf_segment *last, const struct elf_segment *next, struct jurat_diag *d)
{
	uint64_t end;

	if (l->m->version != METADATA_VERSION(1, 3) || last == NULL)
		return JURAT_OK;
	end = page_up(last->vaddr + last->memsz);
	if (end >= page_up(page_up(last->memsz) + last->vaddr) || (next != NULL && end >= page_down(next->vaddr)))
		return JURAT_OK;
	return pages_add(&l->pages,
	    &(struct image_page){ end + l->shift, 1, elf_secinfo_flags(last), PAGES_ALL_CHUNKS, NULL }, d);
}

static jurat_rc
load_segments(struct load *l, struct jurat_diag *d)
{
	const struct elf *e = &l->image->elf;
	const struct elf_segment *last = NULL;

	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];
		struct region region = { s->vaddr, s->filesz, s->memsz, NULL, elf_secinfo_flags(s), l->writable, l->shift };
		jurat_rc rc;

		if (s->type != ELF_PT_LOAD)
			continue;
		region.bytes = l->file + s->off;
		/* also keeps the sums in add_gap_page far from overflow */
		if (s->vaddr > l->m->enclave_size || s->memsz > l->m->enclave_size - s->vaddr)
			return jurat_fail(d, JURAT_E_FORMAT, "image.page.outside_enclave", NO_OFFSET, l->m->enclave_size, s->vaddr);
		rc = add_gap_page(l, last, s, d);
		if (rc == JURAT_OK)
			rc = pages_region(&l->pages, &region, d);
		if (rc != JURAT_OK)
			return rc;
		if (last == NULL || s->vaddr > last->vaddr)
			last = s;
	}
	return add_gap_page(l, last, NULL, d);
}

/* tcs_page: the template, whose three offsets are relative to the TCS's own place. */
static jurat_rc
tcs_page(uint8_t page[SGX_PAGE_SIZE], const struct load *l, const struct layout_entry *entry, uint64_t rva, struct jurat_diag *d)
{
	static const size_t relative[] = { 16, 48, 56 }; /* OSSA, OFSBASE, OGSBASE */
	const uint8_t *content = metadata_bytes(l->m, entry->content_off, entry->content_len);

	if (content == NULL || entry->content_len > SGX_PAGE_SIZE)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.layout.content", l->m->off, l->m->len, entry->content_off);
	memset(page, 0, SGX_PAGE_SIZE);
	memcpy(page, content, entry->content_len);
	for (size_t i = 0; i < ARRAY_LEN(relative); i++)
		store64le(page + relative[i], load64le(page + relative[i]) + rva);
	return JURAT_OK;
}

static jurat_rc
load_content(struct load *l, const struct layout_entry *entry, uint64_t rva, struct jurat_diag *d)
{
	uint8_t page[SGX_PAGE_SIZE];
	struct image_page add = { rva + l->shift, entry->num_pages, (uint32_t)entry->secinfo_flags, 0, page };
	struct region region = { rva, entry->content_len, (uint64_t)entry->num_pages * SGX_PAGE_SIZE, NULL,
		(uint32_t)entry->secinfo_flags, NULL, l->shift };
	jurat_rc rc;

	if (entry->secinfo_flags == SGX_PT_TCS) {
		rc = tcs_page(page, l, entry, rva, d);
		if (rc != JURAT_OK)
			return rc;
		add.extended = (entry->attr & LAYOUT_EEXTEND) != 0 ? PAGES_ALL_CHUNKS : 0;
		return pages_add(&l->pages, &add, d);
	}
	region.bytes = metadata_bytes(l->m, entry->content_off, entry->content_len);
	if (region.bytes == NULL)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.layout.content", l->m->off, l->m->len, entry->content_off);
	return pages_region(&l->pages, &region, d);
}

/* load_filled: pages of zeros or of one repeated word (0xcccccccc in stacks). */
static jurat_rc
load_filled(struct load *l, const struct layout_entry *entry, uint64_t rva, struct jurat_diag *d)
{
	uint8_t page[SGX_PAGE_SIZE];
	struct image_page add = { rva + l->shift, entry->num_pages, (uint32_t)entry->secinfo_flags, 0, NULL };

	if ((entry->attr & LAYOUT_EEXTEND) != 0)
		add.extended = PAGES_ALL_CHUNKS;
	if (entry->content_len != 0) {
		for (size_t i = 0; i < sizeof page; i += 4)
			store32le(page + i, entry->content_len);
		add.data = page;
	}
	return pages_add(&l->pages, &add, d);
}

static jurat_rc
load_entry(struct load *l, const struct layout_entry *entry, uint64_t delta, struct jurat_diag *d)
{
	uint64_t rva = entry->rva + delta;

	if ((entry->attr & LAYOUT_EADD) == 0 || entry->secinfo_flags == 0 || entry->num_pages == 0)
		return JURAT_OK;
	if (entry->secinfo_flags > UINT32_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.layout.secinfo", l->m->off, 0, entry->secinfo_flags);
	if (delta > l->m->enclave_size || entry->rva > l->m->enclave_size - delta)
		return jurat_fail(d, JURAT_E_FORMAT, "image.page.outside_enclave", NO_OFFSET, l->m->enclave_size, rva);
	return entry->content_off != 0 ? load_content(l, entry, rva, d) : load_filled(l, entry, rva, d);
}

/* replay: entry `at` is a group. A group of groups has no use and could cost exponential time: refused. */
static jurat_rc
replay(struct load *l, size_t at, const struct layout_entry *group, struct jurat_diag *d)
{
	uint64_t cost = (uint64_t)group->num_entries * group->num_times;

	if (group->num_entries > at)
		return jurat_fail(d, JURAT_E_FORMAT, "metadata.layout.group.entries", l->m->off, at, group->num_entries);
	if (cost > REPLAY_MAX - l->replays)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "metadata.layout.group.times", l->m->off, REPLAY_MAX, cost);
	l->replays += (uint32_t)cost;
	for (uint32_t time = 1; time <= group->num_times && group->num_entries != 0; time++) {
		if (group->step > l->m->enclave_size / time)
			return jurat_fail(d, JURAT_E_FORMAT, "metadata.layout.group.step", l->m->off, l->m->enclave_size, group->step);
		for (size_t i = at - group->num_entries; i < at; i++) {
			struct layout_entry entry;
			jurat_rc rc;

			layout_at(&entry, l->m, i);
			if ((entry.id & LAYOUT_GROUP) != 0)
				return jurat_fail(d, JURAT_E_UNSUPPORTED, "metadata.layout.nested_group", l->m->off, 0, entry.id);
			rc = load_entry(l, &entry, group->step * time, d);
			if (rc != JURAT_OK)
				return rc;
		}
	}
	return JURAT_OK;
}

static jurat_rc
load_layout(struct load *l, struct jurat_diag *d)
{
	for (size_t i = 0, n = layout_num(l->m); i < n; i++) {
		struct layout_entry entry;
		jurat_rc rc;

		layout_at(&entry, l->m, i);
		rc = (entry.id & LAYOUT_GROUP) != 0 ? replay(l, i, &entry, d) : load_entry(l, &entry, 0, d);
		if (rc != JURAT_OK)
			return rc;
	}
	return JURAT_OK;
}

jurat_rc
sdk_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d)
{
	CLEANUP(load_clear) struct load l = { .image = image, .m = &image->list.blocks[image->chosen] };
	jurat_rc rc;

	if (l.m->has_elrange)
		l.shift = l.m->image_address - l.m->elrange_start;
	rc = pages_create(&l.pages, sink, image->ssa_frame_pages, image->enclave_size, d);
	if (rc == JURAT_OK && l.m->enclave_size > image->enclave_size)
		rc = jurat_fail(d, JURAT_E_FORMAT, "metadata.enclave_size", l.m->off, image->enclave_size, l.m->enclave_size);
	if (rc == JURAT_OK)
		rc = find_writable(&l, d);
	if (rc == JURAT_OK)
		rc = patch_file(&l, d);
	if (rc == JURAT_OK)
		rc = load_segments(&l, d);
	if (rc == JURAT_OK)
		rc = load_layout(&l, d);
	return rc;
}
