/* SPDX-License-Identifier: Apache-2.0 */
/* Flat images: page 0 is the TCS, all others are readable, writable and executable; everything is measured. */
#include "core/diag.h"
#include "image/image_internal.h"

jurat_rc
flat_open(struct image *image, struct jurat_diag *d)
{
	if (image->len < SGX_PAGE_SIZE)
		return jurat_fail(d, JURAT_E_TRUNCATED, "flat.tcs", 0, SGX_PAGE_SIZE, image->len);
	image->ssa_frame_pages = 1;
	for (image->enclave_size = SGX_PAGE_SIZE; image->enclave_size < image->len;)
		image->enclave_size *= 2;
	return JURAT_OK;
}

jurat_rc
flat_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d)
{
	CLEANUP(pages_clear) struct pages pages = { 0 };
	struct region tcs = { .len = SGX_PAGE_SIZE, .bytes = image->p, .secinfo_flags = SGX_PT_TCS };
	struct region rest = { .at = SGX_PAGE_SIZE, .len = image->len - SGX_PAGE_SIZE, .bytes = image->p + SGX_PAGE_SIZE,
		.secinfo_flags = SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_W | SGX_PAGE_X };
	jurat_rc rc = pages_create(&pages, sink, image->ssa_frame_pages, image->enclave_size, d);

	if (rc == JURAT_OK)
		rc = pages_region(&pages, &tcs, d);
	return rc == JURAT_OK ? pages_region(&pages, &rest, d) : rc;
}
