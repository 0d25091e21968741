/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of ELF shared objects over hostile bytes: 64-bit x86-64, and 32-bit i386 for old enclaves of Intel's SDK. Every
 * place and length is checked against the file before it is used; nothing is copied but the tables of headers.
 */
#ifndef IMAGE_ELF_H
#define IMAGE_ELF_H

#include "core/compiler.h"
#include "core/diag.h"

#define ELF_SEGMENTS_MAX 64u
#define ELF_SECTIONS_MAX 4096u
#define ELF_EHDR64_SHOFF 40u /* where e_shoff (8), and e_shnum with e_shstrndx (4), lie: signing zeroes them in memory */
#define ELF_EHDR64_SHNUM 60u
#define ELF_SYM64_LEN 24u

enum elf_segment_type { ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2, ELF_PT_INTERP = 3, ELF_PT_TLS = 7 };
enum elf_segment_flag { ELF_PF_X = 1, ELF_PF_W = 2, ELF_PF_R = 4 };
enum elf_section_flag { ELF_SHF_ALLOC = 2 };
enum elf_tag {
	ELF_DT_NULL = 0,
	ELF_DT_NEEDED = 1,
	ELF_DT_PLTRELSZ = 2,
	ELF_DT_RELA = 7,
	ELF_DT_RELASZ = 8,
	ELF_DT_REL = 17,
	ELF_DT_RELSZ = 18,
	ELF_DT_TEXTREL = 22,
	ELF_DT_JMPREL = 23,
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t off, vaddr, filesz, memsz, align;
};

struct elf_section {
	uint32_t name_off, type;
	uint64_t flags, addr, off, size, align;
};

struct elf {
	const uint8_t *p;
	size_t len;
	bool is64;
	uint64_t entry;
	uint64_t sections_off;
	uint32_t num_sections, names_index;
	size_t num_segments;
	struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/*
 * elf_parse: the file header and program headers. JURAT_E_FORMAT or JURAT_E_UNSUPPORTED naming the field; the bytes of every
 * PT_LOAD and PT_DYNAMIC segment lie in the file, and no segment is larger in the file than in memory. p is borrowed.
 */
MUST_USE jurat_rc elf_parse(struct elf *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* elf_is: whether the bytes begin like an ELF file. */
bool elf_is(const uint8_t *p, size_t len);

/* elf_bytes: size bytes at off of the file, or NULL if they are not all there. */
const uint8_t *elf_bytes(const struct elf *e, uint64_t off, uint64_t size);

/* elf_mapped: the file's bytes for size bytes at an address inside one PT_LOAD, or NULL. out_off may be NULL. */
const uint8_t *elf_mapped(const struct elf *e, uint64_t addr, uint64_t size, uint64_t *out_off);

/* elf_section: the first section of that name. JURAT_E_NOT_FOUND without filling d if there is none; other codes if the
 * tables are broken. Its bytes are not checked: use elf_bytes. */
MUST_USE jurat_rc elf_section(struct elf_section *out, const struct elf *e, const char *name, struct jurat_diag *d);

/* elf_section_bytes: a section's bytes; NULL and 0 if the file has no such section. */
MUST_USE jurat_rc elf_section_bytes(
    const uint8_t **out, uint64_t *out_len, const struct elf *e, const char *name, struct jurat_diag *d);

/* elf_symbol: the value of the dynamic symbol that a 64-bit file defines under that name, or UINT64_MAX if it defines none. */
MUST_USE jurat_rc elf_symbol(uint64_t *out, const struct elf *e, const char *name, struct jurat_diag *d);

/* elf_dynamic: the value of the first entry with that tag in PT_DYNAMIC; false if there is none. */
bool elf_dynamic(uint64_t *out_value, const struct elf *e, uint64_t tag);

/* elf_secinfo_flags: REG page flags of a segment. */
uint32_t elf_secinfo_flags(const struct elf_segment *segment);

#endif
