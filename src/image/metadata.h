/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata that Intel's SDK puts into the note section .note.sgxmeta: a list of blocks, each a SIGSTRUCT with the layout it
 * was made for (facts: docs/formats/enclave.md). The reader and the writer of it.
 */
#ifndef IMAGE_METADATA_H
#define IMAGE_METADATA_H

#include "image/elf.h"
#include "sgx/sigstruct.h"

#define METADATA_MAGIC 0x86a80294635d0e4cull
#define METADATA_BLOCKS_MAX 8u
#define METADATA_HEAD_LEN 1904u /* with four directories */
#define METADATA_SIGSTRUCT_OFF 64u
#define METADATA_SECTION ".note.sgxmeta"
#define METADATA_NOTE_NAME "sgx_metadata" /* with its NUL, 13 bytes; the blocks follow without padding */

#define METADATA_VERSION(MAJOR, MINOR) ((uint64_t)(MAJOR) << 32 | (MINOR))
#define METADATA_MAJOR(V) ((uint32_t)((V) >> 32))

struct metadata_range {
	uint32_t off, len; /* from the block's start */
};

struct metadata {
	const uint8_t *p; /* the block, len bytes; borrowed */
	uint64_t off;     /* of the block in the file */
	uint32_t len;
	uint64_t version;
	uint32_t tcs_policy, ssa_frame_pages, max_save_buffer, miscselect, tcs_min_pool;
	uint64_t enclave_size;
	struct sgx_attributes attributes;
	struct metadata_range patches, layout;
	/* versions with major > 10: an address range larger than the image */
	bool has_elrange;
	uint64_t image_address, elrange_start, elrange_size;
};

struct metadata_list {
	struct metadata blocks[METADATA_BLOCKS_MAX];
	size_t num;
};

/* metadata_note: where the blocks go in an ELF file: *out_off and *out_cap. JURAT_E_FORMAT if the note is not one of the SDK's. */
MUST_USE jurat_rc metadata_note(uint64_t *out_off, uint64_t *out_cap, const struct elf *e, struct jurat_diag *d);

/* metadata_list_parse: blocks in p until something else follows; off is p's place in the file. None is an empty list. */
MUST_USE jurat_rc metadata_list_parse(struct metadata_list *out, const uint8_t *p, size_t len, uint64_t off, struct jurat_diag *d);

/*
 * metadata_choose: as Intel's loader without EDMM: the highest version of major 1 or 11; failing that the highest of any but 2
 * and 12, which it skips; failing that the highest. The list is not empty.
 */
size_t metadata_choose(const struct metadata_list *list);

/* image_metadata: all blocks of an image; empty for kinds that have none. Borrowed from it. */
struct image;
const struct metadata_list *image_metadata(const struct image *image);

/* ---- layout entries, 32 bytes ---- */
#define LAYOUT_ENTRY_LEN 32u
#define LAYOUT_GROUP 0x1000u

enum layout_id {
	LAYOUT_HEAP = 1,
	LAYOUT_TCS = 4,
	LAYOUT_TD = 5,
	LAYOUT_SSA = 6,
	LAYOUT_STACK = 8,
	LAYOUT_THREADS = 9 | LAYOUT_GROUP,
	LAYOUT_GUARD = 10,
};

enum layout_attr {
	LAYOUT_EADD = 1,
	LAYOUT_EEXTEND = 2,
};

struct layout_entry {
	uint16_t id;
	/* an entry */
	uint16_t attr;
	uint32_t num_pages;
	uint64_t rva;
	uint32_t content_len; /* or the 32-bit word that fills the pages */
	uint32_t content_off;
	uint64_t secinfo_flags;
	/* a group, id & LAYOUT_GROUP: the num_entries entries before it once more, num_times, each time step further on */
	uint16_t num_entries;
	uint32_t num_times;
	uint64_t step;
};

/* layout_num, layout_at: i < layout_num. */
size_t layout_num(const struct metadata *m);
void layout_at(struct layout_entry *out, const struct metadata *m, size_t i);
const char *layout_name(uint16_t id);

/* metadata_bytes: a range of the block, or NULL. */
const uint8_t *metadata_bytes(const struct metadata *m, uint64_t off, uint64_t len);

/* ---- patches, 32 bytes: bytes of the block that replace bytes of the file before it is loaded ---- */
#define PATCH_ENTRY_LEN 32u

struct patch {
	uint64_t file_off;
	uint32_t source_off, len;
};

size_t patch_num(const struct metadata *m);
void patch_at(struct patch *out, const struct metadata *m, size_t i);

/* ---- writing ---- */
struct writer;
void metadata_write_head(struct writer *w, const struct metadata *m);
void layout_write(struct writer *w, const struct layout_entry *entry);
void patch_write(struct writer *w, const struct patch *patch);

#endif
