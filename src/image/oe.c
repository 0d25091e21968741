/* SPDX-License-Identifier: Apache-2.0 */
/* Open Enclave images: what its host library does with the file, page for page. */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "image/image_internal.h"
#include "sgx/tcs.h"

enum {
	HEADER_LEN = 32,
	CONFIG_OLD_LEN = 16, /* before KSS and zero-based enclaves */
	CONFIG_LEN = 64,
	IMAGE_INFO_LEN = 48,
	END_MARKER_LEN = 8,
	FIXED_LEN = HEADER_LEN + IMAGE_INFO_LEN + SGX_SIGSTRUCT_LEN + END_MARKER_LEN,
	FLAG_KSS = 1,
	FLAG_ZERO_BASE = 2,
	FLAG_EXINFO = 4,
	RELA_LEN = 24,
	R_TPOFF64 = 18,
	NUM_SSA = 2,
	CONTROL_PAGES = 4, /* a TCS, two SSA, guard: then come the thread-local pages */
	THREAD_DATA_PAGES = 1,
	STACK_FILL = 0xcc,
};

#define TDATA ".tdata"
#define TBSS ".tbss"

/* OE_TCS_MAX: Open Enclave's own limit. */
#define OE_TCS_MAX 1024u

static jurat_rc
parse_config(struct oe_info *info, struct reader *r, struct jurat_diag *d)
{
	uint32_t flags = 0;

	(void)reader_u32le(r); /* product, security version: the SIGSTRUCT has them */
	flags = reader_u32le(r);
	info->attributes.xfrm = SGX_XFRM_LEGACY;
	if (info->config_len == CONFIG_OLD_LEN) {
		info->attributes.flags = reader_u64le(r); /* flags was padding */
		return reader_check(r, "oeinfo.config", d);
	}
	(void)reader_take(r, 2 * SGX_EXTID_LEN);
	info->attributes.flags = reader_u64le(r);
	info->attributes.xfrm |= reader_u64le(r);
	(void)reader_u64le(r); /* start address, only of zero-based enclaves */
	if (r->failed)
		return reader_check(r, "oeinfo.config", d);
	if ((flags & FLAG_ZERO_BASE) != 0)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "oeinfo.config.zero_base", r->off, 0, flags);
	if ((flags & FLAG_KSS) != 0)
		info->attributes.flags |= SGX_FLAGS_KSS;
	if ((flags & FLAG_EXINFO) != 0)
		info->miscselect = SGX_MISC_EXINFO;
	return JURAT_OK;
}

static jurat_rc
parse_info(struct oe_info *out, const uint8_t *p, const struct elf_section *section, struct jurat_diag *d)
{
	struct oe_info info = { .off = section->off, .rva = section->addr };
	struct reader r;
	uint32_t size;
	jurat_rc rc;

	reader_init(&r, p, (size_t)section->size);
	size = reader_u32le(&r);
	(void)reader_u32le(&r); /* type: SGX is all that these sections are made for */
	info.heap_pages = reader_u64le(&r);
	info.stack_pages = reader_u64le(&r);
	info.num_tcs = reader_u64le(&r);
	rc = reader_check(&r, "oeinfo.header", d);
	if (rc != JURAT_OK)
		return rc;
	if (size != FIXED_LEN + CONFIG_LEN && size != FIXED_LEN + CONFIG_OLD_LEN)
		return jurat_fail(d, JURAT_E_FORMAT, "oeinfo.header.size", section->off, FIXED_LEN + CONFIG_LEN, size);
	if (size > section->size)
		return jurat_fail(d, JURAT_E_TRUNCATED, "oeinfo", section->off, size, section->size);
	info.config_len = size - FIXED_LEN;
	info.sigstruct_off = HEADER_LEN + info.config_len + IMAGE_INFO_LEN;
	info.end_off = size;
	rc = parse_config(&info, &r, d);
	if (rc == JURAT_OK)
		*out = info;
	return rc;
}

/* One load: the image in memory as the loader lays it out, its relocations, and the sizes that follow. */
struct load {
	const struct image *image;
	uint8_t *memory;
	uint64_t memory_len;
	uint8_t *relocations;
	uint64_t relocations_len; /* whole pages */
	uint64_t tls_pages;
	struct pages pages;
};

static void
load_clear(struct load *l)
{
	free(l->memory);
	free(l->relocations);
	pages_clear(&l->pages);
}

static jurat_rc
image_extent(const struct elf *e, uint64_t *out_len, struct jurat_diag *d)
{
	uint64_t end = 0;

	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];

		if (s->type == ELF_PT_LOAD && s->vaddr + s->memsz > end)
			end = s->vaddr + s->memsz;
	}
	if (end == 0 || end > IMAGE_FILE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "oe.image_size", NO_OFFSET, IMAGE_FILE_MAX_LEN, end);
	*out_len = page_up(end);
	return JURAT_OK;
}

/* align_up: v and align are bounded by the caller's limits on the image. */
static uint64_t
align_up(uint64_t v, uint64_t align)
{
	return align > 1 ? (v + align - 1) / align * align : v;
}

/*
 * find_tls: .tdata (with its segment's alignment) or .tbss; size and alignment bounded, so that no sum of them can overflow.
 * JURAT_E_NOT_FOUND without filling d if there is none.
 */
static jurat_rc
find_tls(struct elf_section *s, const struct elf *e, const char *name, struct jurat_diag *d)
{
	jurat_rc rc = elf_section(s, e, name, d);

	if (rc != JURAT_OK)
		return rc;
	for (size_t i = 0; i < e->num_segments; i++) {
		if (e->segments[i].type == ELF_PT_TLS && e->segments[i].vaddr == s->addr && strcmp(name, TDATA) == 0)
			s->align = e->segments[i].align;
	}
	if (s->size > IMAGE_FILE_MAX_LEN || s->align > IMAGE_FILE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "oe.tls", NO_OFFSET, IMAGE_FILE_MAX_LEN, s->size);
	return JURAT_OK;
}

/* tls_pages: pages of thread-local data. */
static jurat_rc
tls_pages(uint64_t *out, const struct elf *e, struct jurat_diag *d)
{
	static const char *const names[] = { TDATA, TBSS };
	uint64_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct elf_section s;
		jurat_rc rc = find_tls(&s, e, names[i], d);

		if (rc != JURAT_OK && rc != JURAT_E_NOT_FOUND)
			return rc;
		if (rc == JURAT_OK)
			len += align_up(s.size, s.align);
	}
	*out = page_up(len) / SGX_PAGE_SIZE;
	return JURAT_OK;
}

/* enclave_size: the power of two that holds everything. Counts are bounded first, so that no sum can overflow. */
static jurat_rc
enclave_size(uint64_t *out, const struct oe_info *info, uint64_t image_len, uint64_t relocations_len, uint64_t tls,
    struct jurat_diag *d)
{
	uint64_t size, loaded;

	if (info->heap_pages > PAGES_ADDED_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "oeinfo.heap_pages", info->off, PAGES_ADDED_MAX, info->heap_pages);
	if (info->stack_pages > PAGES_EXTENDED_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "oeinfo.stack_pages", info->off, PAGES_EXTENDED_MAX, info->stack_pages);
	if (info->num_tcs > OE_TCS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "oeinfo.num_tcs", info->off, OE_TCS_MAX, info->num_tcs);
	loaded = image_len + relocations_len + info->heap_pages * SGX_PAGE_SIZE +
		 info->num_tcs * (info->stack_pages + 2 + tls + CONTROL_PAGES + THREAD_DATA_PAGES) * SGX_PAGE_SIZE;
	for (size = SGX_PAGE_SIZE; size < loaded;)
		size *= 2;
	if (size > IMAGE_ENCLAVE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "image.enclave_size", NO_OFFSET, IMAGE_ENCLAVE_MAX_LEN, size);
	*out = size;
	return JURAT_OK;
}

jurat_rc
oe_open(struct image *image, struct jurat_diag *d)
{
	const struct elf *e = &image->elf;
	struct elf_section section;
	const uint8_t *p, *dyn, *plt;
	uint64_t image_len, dyn_len, plt_len, tls, ignored;
	jurat_rc rc = elf_section(&section, e, ".oeinfo", d);

	if (rc != JURAT_OK)
		return rc;
	if (!e->is64)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "elf.class", 4, 2, 1);
	p = elf_bytes(e, section.off, section.size);
	if (p == NULL)
		return jurat_fail(d, JURAT_E_TRUNCATED, "oeinfo", section.off, section.size, e->len);
	rc = parse_info(&image->oe, p, &section, d);
	if (rc != JURAT_OK)
		return rc;
	if (elf_dynamic(&ignored, e, ELF_DT_NEEDED))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "oe.needed_module", NO_OFFSET, 0, 1);
	if ((rc = image_extent(e, &image_len, d)) != JURAT_OK || (rc = elf_section_bytes(&dyn, &dyn_len, e, ".rela.dyn", d)) != JURAT_OK ||
	    (rc = elf_section_bytes(&plt, &plt_len, e, ".rela.plt", d)) != JURAT_OK || (rc = tls_pages(&tls, e, d)) != JURAT_OK)
		return rc;
	image->ssa_frame_pages = 1;
	/* an unsigned image has zeros there; a header constant is what makes it a SIGSTRUCT */
	if (load32le(p + image->oe.sigstruct_off) != 0)
		image->own_sigstruct = p + image->oe.sigstruct_off;
	return enclave_size(&image->enclave_size, &image->oe, image_len, page_up(dyn_len + plt_len), tls, d);
}

static jurat_rc
build_memory(struct load *l, struct jurat_diag *d)
{
	const struct elf *e = &l->image->elf;
	jurat_rc rc = image_extent(e, &l->memory_len, d);

	if (rc != JURAT_OK)
		return rc;
	l->memory = calloc(1, (size_t)l->memory_len);
	if (l->memory == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image.memory", NO_OFFSET, l->memory_len, 0);
	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];

		if (s->type == ELF_PT_LOAD && s->filesz != 0)
			memcpy(l->memory + s->vaddr, e->p + s->off, (size_t)s->filesz);
	}
	return JURAT_OK;
}

/* symbol_value: of symbol i. */
static bool
symbol_value(uint64_t *out, const uint8_t *symbols, uint64_t symbols_len, uint64_t i)
{
	if (i >= symbols_len / ELF_SYM64_LEN)
		return false;
	*out = load64le(symbols + i * ELF_SYM64_LEN + 8);
	return true;
}

/* build_relocations: both tables one after the other; thread-local ones get their symbol's offset as the addend. */
static jurat_rc
build_relocations(struct load *l, struct jurat_diag *d)
{
	const struct elf *e = &l->image->elf;
	const uint8_t *dyn, *plt, *symbols;
	uint64_t dyn_len, plt_len, symbols_len, value;
	jurat_rc rc;

	if ((rc = elf_section_bytes(&dyn, &dyn_len, e, ".rela.dyn", d)) != JURAT_OK ||
	    (rc = elf_section_bytes(&plt, &plt_len, e, ".rela.plt", d)) != JURAT_OK ||
	    (rc = elf_section_bytes(&symbols, &symbols_len, e, ".dynsym", d)) != JURAT_OK)
		return rc;
	l->relocations_len = page_up(dyn_len + plt_len);
	l->relocations = calloc(1, (size_t)l->relocations_len + 1);
	if (l->relocations == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image.relocations", NO_OFFSET, l->relocations_len, 0);
	if (dyn_len != 0)
		memcpy(l->relocations, dyn, (size_t)dyn_len);
	if (plt_len != 0)
		memcpy(l->relocations + dyn_len, plt, (size_t)plt_len);
	for (uint64_t i = 0; i + RELA_LEN <= dyn_len + plt_len; i += RELA_LEN) {
		uint8_t *entry = l->relocations + i;

		if (load32le(entry + 8) != R_TPOFF64)
			continue;
		if (!symbol_value(&value, symbols, symbols_len, load32le(entry + 12)))
			return jurat_fail(d, JURAT_E_FORMAT, "elf.relocation.symbol", i, symbols_len / ELF_SYM64_LEN, load32le(entry + 12));
		store64le(entry + 16, value);
	}
	return JURAT_OK;
}

static jurat_rc
poke(struct load *l, uint64_t rva, uint64_t v, struct jurat_diag *d)
{
	if (rva > l->memory_len || l->memory_len - rva < 8)
		return jurat_fail(d, JURAT_E_FORMAT, "oe.symbol", NO_OFFSET, l->memory_len, rva);
	store64le(l->memory + rva, v);
	return JURAT_OK;
}

struct variable {
	const char *name;
	uint64_t value;
};

static jurat_rc
poke_symbol(struct load *l, const struct variable *v, struct jurat_diag *d)
{
	uint64_t rva;
	jurat_rc rc = elf_symbol(&rva, &l->image->elf, v->name, d);

	return rc != JURAT_OK || rva == UINT64_MAX ? rc : poke(l, rva, v->value, d);
}

static jurat_rc
poke_thread_local(struct load *l, struct jurat_diag *d)
{
	struct elf_section data, bss;
	jurat_rc rc = find_tls(&data, &l->image->elf, TDATA, d);

	if (rc == JURAT_OK) {
		struct variable v[] = { { "_tdata_rva", data.addr }, { "_tdata_size", data.size }, { "_tdata_align", data.align } };

		for (size_t i = 0; i < ARRAY_LEN(v) && rc == JURAT_OK; i++)
			rc = poke_symbol(l, &v[i], d);
	}
	if (rc != JURAT_OK && rc != JURAT_E_NOT_FOUND)
		return rc;
	rc = find_tls(&bss, &l->image->elf, TBSS, d);
	if (rc == JURAT_OK) {
		struct variable v[] = { { "_tbss_size", bss.size }, { "_tbss_align", bss.align } };

		for (size_t i = 0; i < ARRAY_LEN(v) && rc == JURAT_OK; i++)
			rc = poke_symbol(l, &v[i], d);
	}
	return rc == JURAT_E_NOT_FOUND ? JURAT_OK : rc;
}

/* poke_own_rva: the variable _enclave_rva holds its own place. */
static jurat_rc
poke_own_rva(struct load *l, struct jurat_diag *d)
{
	uint64_t rva;
	jurat_rc rc = elf_symbol(&rva, &l->image->elf, "_enclave_rva", d);

	return rc != JURAT_OK || rva == UINT64_MAX ? rc : poke(l, rva, rva, d);
}

/* patch_memory: what the loader tells the enclave about itself, before it is measured. */
static jurat_rc
patch_memory(struct load *l, struct jurat_diag *d)
{
	const struct oe_info *info = &l->image->oe;
	uint64_t heap = l->memory_len + l->relocations_len;
	uint64_t facts[] = { info->rva, info->end_off, l->memory_len, l->relocations_len, heap, l->image->enclave_size };
	struct variable variables[] = { { "_reloc_rva", l->memory_len }, { "_reloc_size", l->relocations_len },
		{ "_td_from_tcs_offset", (l->tls_pages + CONTROL_PAGES) * SGX_PAGE_SIZE } };
	jurat_rc rc = JURAT_OK;

	if (info->rva > l->memory_len || info->end_off > l->memory_len - info->rva)
		return jurat_fail(d, JURAT_E_FORMAT, "oeinfo.address", info->off, l->memory_len, info->rva);
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		store64le(l->memory + info->rva + info->sigstruct_off - IMAGE_INFO_LEN + 8 * i, facts[i]);
	memset(l->memory + info->rva + info->sigstruct_off, 0, SGX_SIGSTRUCT_LEN);
	for (size_t i = 0; i < ARRAY_LEN(variables) && rc == JURAT_OK; i++)
		rc = poke_symbol(l, &variables[i], d);
	if (rc == JURAT_OK)
		rc = poke_own_rva(l, d);
	if (rc == JURAT_OK)
		rc = poke_thread_local(l, d);
	return rc;
}

static jurat_rc
add_segments(struct load *l, struct jurat_diag *d)
{
	const struct elf *e = &l->image->elf;

	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];
		uint64_t start = page_down(s->vaddr), end = page_up(s->vaddr + s->memsz);
		struct region region = { .at = start, .len = end - start, .secinfo_flags = elf_secinfo_flags(s) };
		jurat_rc rc;

		if (s->type != ELF_PT_LOAD)
			continue;
		region.bytes = l->memory + start;
		rc = pages_region(&l->pages, &region, d);
		if (rc != JURAT_OK)
			return rc;
	}
	return JURAT_OK;
}

/* add_run: num pages from *at, filled with one byte or (fill 0) zeros; moves *at behind them. */
static jurat_rc
add_run(struct load *l, uint64_t *at, uint64_t num, uint8_t fill, uint16_t extended, struct jurat_diag *d)
{
	uint8_t page[SGX_PAGE_SIZE];
	struct image_page add = { *at, num, SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_W, extended, fill != 0 ? page : NULL };

	*at += num * SGX_PAGE_SIZE;
	if (num == 0)
		return JURAT_OK;
	memset(page, fill, sizeof page);
	return pages_add(&l->pages, &add, d);
}

static jurat_rc
add_tcs(struct load *l, uint64_t at, struct jurat_diag *d)
{
	uint64_t td = at + (l->tls_pages + CONTROL_PAGES) * SGX_PAGE_SIZE;
	struct sgx_tcs tcs = { .ossa = at + SGX_PAGE_SIZE, .nssa = NUM_SSA, .oentry = l->image->elf.entry, .ofsbase = td, .ogsbase = td,
		.fslimit = UINT32_MAX, .gslimit = UINT32_MAX };
	uint8_t page[SGX_PAGE_SIZE] = { 0 };

	tcs_encode(page, &tcs);
	return pages_add(&l->pages, &(struct image_page){ at, 1, SGX_PT_TCS, PAGES_ALL_CHUNKS, page }, d);
}

/* add_thread: guard, stack, guard, TCS, SSA, guard, thread-local pages, thread data. */
static jurat_rc
add_thread(struct load *l, uint64_t *at, struct jurat_diag *d)
{
	jurat_rc rc;

	*at += SGX_PAGE_SIZE;
	rc = add_run(l, at, l->image->oe.stack_pages, STACK_FILL, PAGES_ALL_CHUNKS, d);
	*at += SGX_PAGE_SIZE;
	if (rc == JURAT_OK)
		rc = add_tcs(l, *at, d);
	*at += SGX_PAGE_SIZE;
	if (rc == JURAT_OK)
		rc = add_run(l, at, NUM_SSA, 0, PAGES_ALL_CHUNKS, d);
	*at += SGX_PAGE_SIZE;
	if (rc == JURAT_OK)
		rc = add_run(l, at, l->tls_pages + THREAD_DATA_PAGES, 0, PAGES_ALL_CHUNKS, d);
	return rc;
}

static jurat_rc
add_pages(struct load *l, struct jurat_diag *d)
{
	struct region relocations = { .at = l->memory_len, .len = l->relocations_len, .bytes = l->relocations,
		.secinfo_flags = SGX_PT_REG | SGX_PAGE_R };
	uint64_t at = l->memory_len + l->relocations_len;
	jurat_rc rc = add_segments(l, d);

	if (rc == JURAT_OK)
		rc = pages_region(&l->pages, &relocations, d);
	if (rc == JURAT_OK)
		rc = add_run(l, &at, l->image->oe.heap_pages, 0, 0, d);
	for (uint64_t i = 0; i < l->image->oe.num_tcs && rc == JURAT_OK; i++)
		rc = add_thread(l, &at, d);
	return rc;
}

jurat_rc
oe_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d)
{
	CLEANUP(load_clear) struct load l = { .image = image };
	jurat_rc rc = tls_pages(&l.tls_pages, &image->elf, d);

	if (rc == JURAT_OK)
		rc = build_memory(&l, d);
	if (rc == JURAT_OK)
		rc = build_relocations(&l, d);
	if (rc == JURAT_OK)
		rc = patch_memory(&l, d);
	if (rc == JURAT_OK)
		rc = pages_create(&l.pages, sink, image->ssa_frame_pages, image->enclave_size, d);
	return rc == JURAT_OK ? add_pages(&l, d) : rc;
}
