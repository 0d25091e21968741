/* SPDX-License-Identifier: Apache-2.0 */
/* Enclave files of every kind: recognising, describing, loading. */
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "image/image_internal.h"

/* What a file that names no attributes is loaded with. */
static const struct sgx_attributes plain = { SGX_FLAGS_MODE64BIT, SGX_XFRM_LEGACY };

static jurat_rc
open_elf(struct image *image, struct jurat_diag *d)
{
	struct elf_section section;
	jurat_rc rc = elf_parse(&image->elf, image->p, image->len, d);

	if (rc != JURAT_OK)
		return rc;
	rc = elf_section(&section, &image->elf, METADATA_SECTION, d);
	if (rc == JURAT_OK) {
		image->kind = IMAGE_SDK;
		return sdk_open(image, d);
	}
	if (rc == JURAT_E_NOT_FOUND)
		rc = elf_section(&section, &image->elf, ".oeinfo", d);
	if (rc == JURAT_OK) {
		image->kind = IMAGE_OE;
		return oe_open(image, d);
	}
	if (rc == JURAT_E_NOT_FOUND) {
		rc = jurat_fail(d, JURAT_E_FORMAT, "elf.enclave_section", NO_OFFSET, 0, 0);
		jurat_hint(d, "the file is an ELF object, but has neither .note.sgxmeta nor .oeinfo");
	}
	return rc;
}

static jurat_rc
open_any(struct image *image, struct jurat_diag *d)
{
	jurat_rc rc;

	if (elf_is(image->p, image->len))
		return open_elf(image, d);
	if (sgxs_is(image->p, image->len)) {
		image->kind = IMAGE_SGXS;
		return sgxs_open(image, d);
	}
	if (pe_is(image->p, image->len)) {
		image->kind = IMAGE_PE;
		return pe_open(image, d);
	}
	rc = jurat_fail(d, JURAT_E_FORMAT, "image.magic", 0, 0, image->len != 0 ? image->p[0] : 0);
	jurat_hint(d, "neither ELF, sgxs nor PE; a flat image has to be named as one");
	return rc;
}

static jurat_rc
open_with(struct image **out, const uint8_t *p, size_t len, jurat_rc (*open)(struct image *, struct jurat_diag *),
    struct jurat_diag *d)
{
	struct image *image;
	jurat_rc rc;

	if (len > IMAGE_FILE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "image.file", NO_OFFSET, IMAGE_FILE_MAX_LEN, len);
	if (len == 0)
		return jurat_fail(d, JURAT_E_TRUNCATED, "image.file", 0, 1, 0);
	image = calloc(1, sizeof *image);
	if (image == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image", NO_OFFSET, sizeof *image, 0);
	image->kind = IMAGE_FLAT;
	image->p = p;
	image->len = len;
	rc = open(image, d);
	if (rc != JURAT_OK) {
		image_free(image);
		return rc;
	}
	*out = image;
	return JURAT_OK;
}

jurat_rc
image_open(struct image **out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	return open_with(out, p, len, open_any, d);
}

jurat_rc
image_open_flat(struct image **out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	return open_with(out, p, len, flat_open, d);
}

void
image_free(struct image *image)
{
	free(image);
}

jurat_rc
image_set_sigstruct(struct image *image, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_sigstruct s;
	jurat_rc rc = sigstruct_parse(&s, p, len, d);

	if (rc != JURAT_OK)
		return rc;
	memcpy(image->beside, p, sizeof image->beside);
	image->has_beside = true;
	return JURAT_OK;
}

/* signed_attributes: what a stream or flat image asks for: what its signature fixes. */
static void
signed_attributes(struct image_facts *out)
{
	struct sgx_sigstruct s;

	out->attributes = plain;
	if (out->sigstruct == NULL || sigstruct_parse(&s, out->sigstruct, SGX_SIGSTRUCT_LEN, NULL) != JURAT_OK)
		return;
	out->attributes.flags = (s.attributes.flags & ~SGX_FLAGS_INIT) | SGX_FLAGS_MODE64BIT;
	out->attributes.xfrm = s.attributes.xfrm | SGX_XFRM_LEGACY;
	out->miscselect = s.miscselect;
}

void
image_describe(struct image_facts *out, const struct image *image)
{
	struct image_facts f = { .kind = image->kind, .enclave_size = image->enclave_size, .ssa_frame_pages = image->ssa_frame_pages };
	const struct metadata *m = &image->list.blocks[image->chosen];

	f.sigstruct = image->has_beside ? image->beside : image->own_sigstruct;
	switch (image->kind) {
	case IMAGE_SDK:
	case IMAGE_PE:
		f.attributes = m->attributes;
		f.miscselect = m->miscselect;
		f.metadata_version = m->version;
		f.num_metadata = image->list.num;
		f.metadata_index = image->chosen;
		break;
	case IMAGE_OE:
		f.attributes = image->oe.attributes;
		f.miscselect = image->oe.miscselect;
		break;
	case IMAGE_SGXS:
	case IMAGE_FLAT:
		signed_attributes(&f);
		break;
	}
	*out = f;
}

const struct metadata_list *
image_metadata(const struct image *image)
{
	return &image->list;
}

jurat_rc
image_choose(struct image *image, size_t metadata_index, struct jurat_diag *d)
{
	if (metadata_index >= image->list.num)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "metadata.index", NO_OFFSET, image->list.num, metadata_index);
	sdk_use(image, metadata_index);
	return JURAT_OK;
}

jurat_rc
image_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d)
{
	switch (image->kind) {
	case IMAGE_SDK:
		return sdk_load(image, sink, d);
	case IMAGE_OE:
		return oe_load(image, sink, d);
	case IMAGE_SGXS:
		return sgxs_load(image, sink, d);
	case IMAGE_FLAT:
		return flat_load(image, sink, d);
	case IMAGE_PE:
		break;
	}
	return jurat_fail(d, JURAT_E_UNSUPPORTED, "image.windows", NO_OFFSET, 0, 0);
}
