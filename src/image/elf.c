/* SPDX-License-Identifier: Apache-2.0 */
#include "image/elf.h"

#include <string.h>

#include "core/bytes.h"
#include "sgx/types.h"

enum {
	IDENT_LEN = 16,
	CLASS_32 = 1,
	CLASS_64 = 2,
	TYPE_DYN = 3,
	MACHINE_386 = 3,
	MACHINE_X86_64 = 62,
	PHDR32_LEN = 32,
	PHDR64_LEN = 56,
	SHDR32_LEN = 40,
	SHDR64_LEN = 64,
};

static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };

bool
elf_is(const uint8_t *p, size_t len)
{
	return len >= sizeof magic && memcmp(p, magic, sizeof magic) == 0;
}

const uint8_t *
elf_bytes(const struct elf *e, uint64_t off, uint64_t size)
{
	if (off > e->len || size > e->len - off)
		return NULL;
	return e->p + off;
}

/* word: an address, offset or size: four bytes in 32-bit files, eight in 64-bit ones. */
static uint64_t
word(struct reader *r, bool is64)
{
	return is64 ? reader_u64le(r) : reader_u32le(r);
}

struct tables {
	uint64_t segments_off;
	uint16_t segment_len, num_segments, section_len;
};

static jurat_rc
parse_ident(struct elf *e, struct reader *r, struct jurat_diag *d)
{
	const uint8_t *ident = reader_take(r, IDENT_LEN);

	if (ident == NULL)
		return reader_check(r, "elf.ident", d);
	if (memcmp(ident, magic, sizeof magic) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.magic", 0, 0, 0);
	if (ident[4] != CLASS_32 && ident[4] != CLASS_64)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.class", 4, CLASS_64, ident[4]);
	if (ident[5] != 1)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.byte_order", 5, 1, ident[5]);
	if (ident[6] != 1)
		return jurat_fail(d, JURAT_E_VERSION, "elf.version", 6, 1, ident[6]);
	e->is64 = ident[4] == CLASS_64;
	return JURAT_OK;
}

static jurat_rc
parse_file_header(struct elf *e, struct tables *t, struct jurat_diag *d)
{
	struct reader r;
	uint16_t type, machine, wanted;
	jurat_rc rc;

	reader_init(&r, e->p, e->len);
	rc = parse_ident(e, &r, d);
	if (rc != JURAT_OK)
		return rc;
	type = reader_u16le(&r);
	machine = reader_u16le(&r);
	(void)reader_u32le(&r); /* e_version: the ident's is the one that loaders read */
	e->entry = word(&r, e->is64);
	t->segments_off = word(&r, e->is64);
	e->sections_off = word(&r, e->is64);
	(void)reader_u32le(&r); /* e_flags: no meaning on x86 */
	(void)reader_u16le(&r); /* e_ehsize */
	t->segment_len = reader_u16le(&r);
	t->num_segments = reader_u16le(&r);
	t->section_len = reader_u16le(&r);
	e->num_sections = reader_u16le(&r);
	e->names_index = reader_u16le(&r);
	rc = reader_check(&r, "elf.header", d);
	if (rc != JURAT_OK)
		return rc;
	if (type != TYPE_DYN)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "elf.type", 16, TYPE_DYN, type);
	wanted = e->is64 ? MACHINE_X86_64 : MACHINE_386;
	if (machine != wanted)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "elf.machine", 18, wanted, machine);
	return JURAT_OK;
}

static jurat_rc
check_tables(const struct elf *e, const struct tables *t, struct jurat_diag *d)
{
	uint16_t segment_len = e->is64 ? PHDR64_LEN : PHDR32_LEN;
	uint16_t section_len = e->is64 ? SHDR64_LEN : SHDR32_LEN;

	if (t->num_segments == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.num_segments", NO_OFFSET, 1, 0);
	if (t->num_segments > ELF_SEGMENTS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "elf.num_segments", NO_OFFSET, ELF_SEGMENTS_MAX, t->num_segments);
	if (t->segment_len != segment_len)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.segment_len", NO_OFFSET, segment_len, t->segment_len);
	if (elf_bytes(e, t->segments_off, (uint64_t)segment_len * t->num_segments) == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "elf.segments", t->segments_off, e->len, 0);
	if (e->num_sections == 0)
		return JURAT_OK;
	if (e->num_sections > ELF_SECTIONS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "elf.num_sections", NO_OFFSET, ELF_SECTIONS_MAX, e->num_sections);
	if (t->section_len != section_len)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.section_len", NO_OFFSET, section_len, t->section_len);
	if (elf_bytes(e, e->sections_off, (uint64_t)section_len * e->num_sections) == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "elf.sections", e->sections_off, e->len, 0);
	if (e->names_index >= e->num_sections)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.names_index", NO_OFFSET, e->num_sections, e->names_index);
	return JURAT_OK;
}

static void
parse_segment(struct elf_segment *s, struct reader *r, bool is64)
{
	s->type = reader_u32le(r);
	if (is64)
		s->flags = reader_u32le(r);
	s->off = word(r, is64);
	s->vaddr = word(r, is64);
	(void)word(r, is64); /* p_paddr */
	s->filesz = word(r, is64);
	s->memsz = word(r, is64);
	if (!is64)
		s->flags = reader_u32le(r);
	s->align = word(r, is64);
}

static jurat_rc
check_segment(const struct elf *e, const struct elf_segment *s, struct jurat_diag *d)
{
	if (s->type != ELF_PT_LOAD && s->type != ELF_PT_DYNAMIC)
		return JURAT_OK;
	if (s->filesz > s->memsz)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.segment.filesz", NO_OFFSET, s->memsz, s->filesz);
	if (elf_bytes(e, s->off, s->filesz) == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "elf.segment", s->off, s->filesz, e->len);
	if (s->memsz > UINT64_MAX - s->vaddr)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.segment.vaddr", NO_OFFSET, 0, s->vaddr);
	return JURAT_OK;
}

jurat_rc
elf_parse(struct elf *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct elf e = { .p = p, .len = len };
	struct tables t = { 0 };
	struct reader r;
	jurat_rc rc;

	rc = parse_file_header(&e, &t, d);
	if (rc != JURAT_OK)
		return rc;
	rc = check_tables(&e, &t, d);
	if (rc != JURAT_OK)
		return rc;
	reader_init(&r, p + t.segments_off, len - (size_t)t.segments_off);
	for (e.num_segments = 0; e.num_segments < t.num_segments; e.num_segments++) {
		struct elf_segment *s = &e.segments[e.num_segments];

		parse_segment(s, &r, e.is64);
		rc = check_segment(&e, s, d);
		if (rc != JURAT_OK)
			return rc;
	}
	*out = e;
	return JURAT_OK;
}

const uint8_t *
elf_mapped(const struct elf *e, uint64_t addr, uint64_t size, uint64_t *out_off)
{
	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];

		if (s->type != ELF_PT_LOAD || addr < s->vaddr)
			continue;
		if (addr - s->vaddr > s->filesz || size > s->filesz - (addr - s->vaddr))
			continue;
		if (out_off != NULL)
			*out_off = s->off + (addr - s->vaddr);
		return elf_bytes(e, s->off + (addr - s->vaddr), size);
	}
	return NULL;
}

/* section_at: header i; the table was checked to lie in the file. */
static void
section_at(struct elf_section *s, const struct elf *e, uint32_t i)
{
	size_t len = e->is64 ? SHDR64_LEN : SHDR32_LEN;
	struct reader r;

	reader_init(&r, e->p + e->sections_off + len * i, len);
	s->name_off = reader_u32le(&r);
	s->type = reader_u32le(&r);
	s->flags = word(&r, e->is64);
	s->addr = word(&r, e->is64);
	s->off = word(&r, e->is64);
	s->size = word(&r, e->is64);
	(void)reader_u32le(&r); /* sh_link */
	(void)reader_u32le(&r); /* sh_info */
	s->align = word(&r, e->is64);
}

jurat_rc
elf_section(struct elf_section *out, const struct elf *e, const char *name, struct jurat_diag *d)
{
	size_t name_len = strlen(name) + 1;
	struct elf_section names, s;
	const uint8_t *text;

	if (e->num_sections == 0)
		return JURAT_E_NOT_FOUND;
	section_at(&names, e, e->names_index);
	text = elf_bytes(e, names.off, names.size);
	if (text == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "elf.section_names", names.off, names.size, e->len);
	for (uint32_t i = 0; i < e->num_sections; i++) {
		section_at(&s, e, i);
		if (s.name_off > names.size || name_len > names.size - s.name_off)
			continue;
		if (memcmp(text + s.name_off, name, name_len) != 0)
			continue;
		*out = s;
		return JURAT_OK;
	}
	return JURAT_E_NOT_FOUND;
}

jurat_rc
elf_section_bytes(const uint8_t **out, uint64_t *out_len, const struct elf *e, const char *name, struct jurat_diag *d)
{
	struct elf_section s;
	const uint8_t *p;
	jurat_rc rc = elf_section(&s, e, name, d);

	if (rc == JURAT_E_NOT_FOUND) {
		*out = NULL;
		*out_len = 0;
		return JURAT_OK;
	}
	if (rc != JURAT_OK)
		return rc;
	p = elf_bytes(e, s.off, s.size);
	if (p == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "elf.section", s.off, s.size, e->len);
	*out = p;
	*out_len = s.size;
	return JURAT_OK;
}

jurat_rc
elf_symbol(uint64_t *out, const struct elf *e, const char *name, struct jurat_diag *d)
{
	const uint8_t *symbols, *names;
	uint64_t symbols_len, names_len;
	size_t name_len = strlen(name) + 1;
	jurat_rc rc = elf_section_bytes(&symbols, &symbols_len, e, ".dynsym", d);

	if (rc == JURAT_OK)
		rc = elf_section_bytes(&names, &names_len, e, ".dynstr", d);
	if (rc != JURAT_OK)
		return rc;
	*out = UINT64_MAX;
	for (uint64_t i = 0; i < symbols_len / ELF_SYM64_LEN; i++) {
		const uint8_t *symbol = symbols + i * ELF_SYM64_LEN;
		uint32_t name_off = load32le(symbol);

		if (load16le(symbol + 6) == 0 || name_off > names_len || name_len > names_len - name_off)
			continue; /* undefined here, or no such name */
		if (memcmp(names + name_off, name, name_len) == 0) {
			*out = load64le(symbol + 8);
			return JURAT_OK;
		}
	}
	return JURAT_OK;
}

bool
elf_dynamic(uint64_t *out_value, const struct elf *e, uint64_t tag)
{
	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];
		struct reader r;

		if (s->type != ELF_PT_DYNAMIC)
			continue;
		reader_init(&r, e->p + s->off, (size_t)s->filesz);
		while (!r.failed) {
			uint64_t found = word(&r, e->is64), value = word(&r, e->is64);

			if (r.failed || found == ELF_DT_NULL)
				return false;
			if (found == tag) {
				*out_value = value;
				return true;
			}
		}
		return false;
	}
	return false;
}

uint32_t
elf_secinfo_flags(const struct elf_segment *segment)
{
	return SGX_PT_REG | ((segment->flags & ELF_PF_R) != 0 ? SGX_PAGE_R : 0) | ((segment->flags & ELF_PF_W) != 0 ? SGX_PAGE_W : 0) |
	       ((segment->flags & ELF_PF_X) != 0 ? SGX_PAGE_X : 0);
}
