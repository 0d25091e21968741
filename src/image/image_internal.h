/* SPDX-License-Identifier: Apache-2.0 */
/* What the loaders of src/image share; nobody outside includes it. */
#ifndef IMAGE_INTERNAL_H
#define IMAGE_INTERNAL_H

#include "image/elf.h"
#include "image/image.h"
#include "image/metadata.h"
#include "image/pages.h"

/* Open Enclave's section .oeinfo. */
struct oe_info {
	uint64_t off;         /* in the file */
	uint64_t rva;
	uint32_t config_len;
	uint64_t heap_pages, stack_pages, num_tcs;
	uint64_t sigstruct_off; /* from off */
	uint64_t end_off;       /* from off: behind the SIGSTRUCT and the end marker */
	struct sgx_attributes attributes;
	uint32_t miscselect;
};

struct image {
	enum image_kind kind;
	const uint8_t *p;
	size_t len;
	struct elf elf;            /* SDK, OE */
	struct metadata_list list; /* SDK, PE */
	size_t chosen;
	struct oe_info oe;
	uint64_t enclave_size;
	uint32_t ssa_frame_pages;
	const uint8_t *own_sigstruct; /* in the file, or NULL */
	bool has_beside;
	uint8_t beside[SGX_SIGSTRUCT_LEN]; /* from image_set_sigstruct */
};

/* Each kind: open fills what it knows (kind, p and len are set), load streams the pages. */
MUST_USE jurat_rc sdk_open(struct image *image, struct jurat_diag *d);
MUST_USE jurat_rc sdk_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d);
void sdk_use(struct image *image, size_t metadata_index);
MUST_USE jurat_rc oe_open(struct image *image, struct jurat_diag *d);
MUST_USE jurat_rc oe_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d);
MUST_USE jurat_rc sgxs_open(struct image *image, struct jurat_diag *d);
MUST_USE jurat_rc sgxs_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d);
MUST_USE jurat_rc flat_open(struct image *image, struct jurat_diag *d);
MUST_USE jurat_rc flat_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d);
MUST_USE jurat_rc pe_open(struct image *image, struct jurat_diag *d);

bool sgxs_is(const uint8_t *p, size_t len);
bool pe_is(const uint8_t *p, size_t len);

#endif
