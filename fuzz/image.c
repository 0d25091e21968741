/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enclave files of every kind. Whatever the bytes: pages are aligned, inside the enclave, of a type that EADD takes, no more than the
 * named limits, and the same twice.
 */
#include <stdint.h>
#include <stdlib.h>

#include "image/image.h"
#include "image/metadata.h"
#include "image/pages.h"

struct seen {
	uint64_t size, pages, sum;
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static jurat_rc
see_create(void *ctx, uint32_t ssa_frame_pages, uint64_t size, struct jurat_diag *d)
{
	struct seen *s = ctx;

	(void)d;
	must(ssa_frame_pages != 0 && size >= SGX_PAGE_SIZE && size <= IMAGE_ENCLAVE_MAX_LEN && (size & (size - 1)) == 0);
	s->size = size;
	return JURAT_OK;
}

static jurat_rc
see_add(void *ctx, const struct image_page *page, struct jurat_diag *d)
{
	struct seen *s = ctx;
	uint32_t type = page->secinfo_flags & SGX_PAGE_TYPE_MASK;

	(void)d;
	must(page->off % SGX_PAGE_SIZE == 0 && page->count != 0);
	must(page->off < s->size && page->count <= (s->size - page->off) / SGX_PAGE_SIZE);
	must(type == SGX_PT_REG || page->secinfo_flags == SGX_PT_TCS);
	s->pages += page->count;
	must(s->pages <= PAGES_ADDED_MAX);
	s->sum = s->sum * 31 + page->off + page->count + page->secinfo_flags + page->extended;
	if (page->data != NULL)
		s->sum += page->data[0] + page->data[SGX_PAGE_SIZE - 1];
	return JURAT_OK;
}

static void
load_twice(const struct image *image)
{
	struct seen one = { 0 }, two = { 0 };
	struct image_sink first = { &one, see_create, see_add }, second = { &two, see_create, see_add };
	jurat_rc rc = image_load(image, &first, NULL);

	must(image_load(image, &second, NULL) == rc);
	must(one.pages == two.pages && one.sum == two.sum);
}

static void
walk(struct image *image)
{
	const struct metadata_list *list = image_metadata(image);
	struct image_facts facts;

	image_describe(&facts, image);
	must(facts.num_metadata == list->num);
	if (list->num == 0)
		load_twice(image);
	for (size_t i = 0; i < list->num; i++) {
		struct layout_entry entry;
		struct patch patch;

		must(image_choose(image, i, NULL) == JURAT_OK);
		for (size_t k = 0; k < layout_num(&list->blocks[i]); k++) {
			layout_at(&entry, &list->blocks[i], k);
			must(layout_name(entry.id) != NULL);
		}
		for (size_t k = 0; k < patch_num(&list->blocks[i]); k++)
			patch_at(&patch, &list->blocks[i], k);
		load_twice(image);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image *image;

	if (image_open(&image, data, size, NULL) == JURAT_OK) {
		walk(image);
		image_free(image);
	}
	if (image_open_flat(&image, data, size, NULL) == JURAT_OK) {
		walk(image);
		image_free(image);
	}
	return 0;
}
