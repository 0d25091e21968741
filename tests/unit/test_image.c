/* SPDX-License-Identifier: Apache-2.0 */
#include "image_vectors.h"

#include <dirent.h>
#include <sys/resource.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "core/hex.h"
#include "image/image.h"
#include "image/metadata.h"
#include "image/pages.h"

static char *dir;

static int
make_vectors(void **state)
{
	(void)state;
	dir = vectors_new();
	return 0;
}

static int
remove_vectors(void **state)
{
	(void)state;
	temp_dir_remove(dir);
	return 0;
}

/* A sink that counts and checks what every sink relies on, without the cost of hashing. */
struct count {
	uint64_t size, pages, extended, sum;
};

static jurat_rc
count_create(void *ctx, uint32_t ssa_frame_pages, uint64_t size, struct jurat_diag *d)
{
	struct count *c = ctx;

	(void)d;
	assert_true(ssa_frame_pages != 0);
	assert_true(size != 0 && (size & (size - 1)) == 0);
	c->size = size;
	return JURAT_OK;
}

static jurat_rc
count_add(void *ctx, const struct image_page *page, struct jurat_diag *d)
{
	struct count *c = ctx;

	(void)d;
	assert_int_equal(page->off % SGX_PAGE_SIZE, 0);
	assert_true(page->count != 0 && page->off < c->size && page->count <= (c->size - page->off) / SGX_PAGE_SIZE);
	c->pages += page->count;
	c->extended += page->extended != 0 ? page->count : 0;
	for (size_t i = 0; page->data != NULL && i < SGX_PAGE_SIZE; i++)
		c->sum = c->sum * 31 + page->data[i];
	c->sum = c->sum * 31 + page->secinfo_flags + page->off;
	return JURAT_OK;
}

static jurat_rc
count_pages(struct count *out, const uint8_t *p, size_t len, bool flat, struct jurat_diag *d)
{
	struct image_sink sink = { out, count_create, count_add };
	struct image *image = NULL;
	jurat_rc rc = flat ? image_open_flat(&image, p, len, d) : image_open(&image, p, len, d);

	*out = (struct count){ 0 };
	if (rc != JURAT_OK) {
		assert_null(image);
		return rc;
	}
	rc = image_load(image, &sink, d);
	image_free(image);
	return rc;
}

static struct image *
open_vector(const uint8_t *p, size_t len, const char *kind, const char *name)
{
	struct image *image = NULL;
	struct jurat_diag d = { 0 };
	const char *index = strchr(name, '#');
	jurat_rc rc = strcmp(kind, "flat") == 0 ? image_open_flat(&image, p, len, &d) : image_open(&image, p, len, &d);

	if (rc != JURAT_OK)
		fail_msg("%s: %s at %s", name, jurat_rc_name(rc), d.field);
	if (index != NULL)
		assert_int_equal(image_choose(image, (size_t)atoi(index + 1), NULL), JURAT_OK);
	return image;
}

/* words: ok KIND NAME MRENCLAVE */
static void
check_ok(const char *from, char **words)
{
	size_t len;
	uint8_t *p = vectors_read(from, words[2], &len), mrenclave[SGX_HASH_LEN];
	struct image *image = open_vector(p, len, words[1], words[2]);
	struct jurat_diag d = { 0 };
	char text[2 * SGX_HASH_LEN + 1];
	jurat_rc rc = image_measure(mrenclave, image, &d);

	if (rc != JURAT_OK)
		fail_msg("%s: %s at %s", words[2], jurat_rc_name(rc), d.field);
	hex_encode(text, mrenclave, sizeof mrenclave);
	if (strcmp(text, words[3]) != 0)
		fail_msg("%s measures to %s, not %s", words[2], text, words[3]);
	image_free(image);
	free(p);
}

static void
measures_every_kind_of_image_as_its_description_says(void **state)
{
	(void)state;
	assert_int_equal(each_vector(dir, "ok", check_ok), 18);
}

/* words: bad KIND NAME CODE FIELD */
static void
check_bad(const char *from, char **words)
{
	size_t len;
	uint8_t *p = vectors_read(from, words[2], &len);
	struct jurat_diag d = { 0 };
	struct count count;
	jurat_rc rc = count_pages(&count, p, len, strcmp(words[1], "flat") == 0, &d);

	if (rc == JURAT_OK)
		fail_msg("%s was accepted", words[2]);
	if (strcmp(jurat_rc_name(rc), words[3]) != 0 || strcmp(d.field, words[4]) != 0)
		fail_msg("%s: %s at %s, not %s at %s", words[2], jurat_rc_name(rc), d.field, words[3], words[4]);
	free(p);
}

static void
refuses_every_defect_with_its_code_and_field(void **state)
{
	(void)state;
	assert_true(each_vector(dir, "bad", check_bad) >= 90);
}

static void
check_truncations(const char *from, char **words)
{
	bool elf = strcmp(words[1], "sdk") == 0 || strcmp(words[1], "oe") == 0, flat = strcmp(words[1], "flat") == 0;
	size_t len;
	uint8_t *p = vectors_read(from, words[2], &len);
	struct count count;

	for (size_t n = 0; n < len; n += n < 300 || len - n < 300 ? 1 : 37) {
		uint8_t *cut = test_copy(p, n);
		jurat_rc rc = count_pages(&count, cut, n, flat, NULL);

		if (elf && rc == JURAT_OK)
			fail_msg("%s was accepted at %zu of %zu bytes", words[2], n, len);
		free(cut);
	}
	free(p);
}

static void
refuses_every_truncated_elf_image(void **state)
{
	(void)state;
	each_vector(dir, "ok", check_truncations);
}

static void
check_flips(const char *from, char **words)
{
	bool flat = strcmp(words[1], "flat") == 0;
	size_t len;
	uint8_t *p = vectors_read(from, words[2], &len);
	struct count count;

	for (size_t i = 0; i < len; i += i < 700 || len - i < 3000 ? 1 : 11) {
		uint8_t *bad = test_copy(p, len);

		bad[i] = (uint8_t)(bad[i] ^ 1u << (i % 8));
		(void)!count_pages(&count, bad, len, flat, NULL);
		free(bad);
	}
	free(p);
}

static void
survives_flipped_bits_anywhere(void **state)
{
	(void)state;
	each_vector(dir, "ok", check_flips);
}

static void
every_changed_byte_of_a_segment_changes_what_is_loaded(void **state)
{
	size_t len;
	uint8_t *p = vectors_read(dir, "sdk-plain", &len);
	uint64_t off = load64le(p + 64 + 8), size = load64le(p + 64 + 32);
	struct count good, changed;

	(void)state;
	assert_int_equal(count_pages(&good, p, len, false, NULL), JURAT_OK);
	for (uint64_t i = off; i < off + size; i++) {
		p[i] ^= 0x10;
		assert_int_equal(count_pages(&changed, p, len, false, NULL), JURAT_OK);
		assert_true(changed.sum != good.sum);
		p[i] ^= 0x10;
	}
	free(p);
}

static void
a_heap_of_31_million_pages_takes_no_memory(void **state)
{
	static const uint64_t heap_pages = 31ull << 20;
	size_t len;
	uint8_t *p = vectors_read(dir, "sdk-plain", &len), *m, *layout;
	static const uint8_t magic[8] = { 0x4c, 0x0e, 0x5d, 0x63, 0x94, 0x02, 0xa8, 0x86 };
	struct rusage before, after;
	struct count count;
	struct jurat_diag d = { 0 };

	(void)state;
	m = memmem(p, len, magic, sizeof magic);
	assert_non_null(m);
	store64le(m + 40, 1ull << 37);
	layout = m + load32le(m + 1880);
	store32le(layout + 4, (uint32_t)heap_pages);
	store64le(layout + 8, 1ull << 32); /* away from the threads */
	getrusage(RUSAGE_SELF, &before);
	if (count_pages(&count, p, len, false, &d) != JURAT_OK)
		fail_msg("%s at %s", jurat_rc_name(d.code), d.field);
	getrusage(RUSAGE_SELF, &after);
	assert_true(count.pages > heap_pages);
	assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
	free(p);
}

/* list_of: blocks of these versions, as metadata_choose sees them. */
static size_t
chosen_of(const uint64_t *versions, size_t num)
{
	struct metadata_list list = { .num = num };

	for (size_t i = 0; i < num; i++)
		list.blocks[i].version = versions[i];
	return metadata_choose(&list);
}

static void
the_block_is_chosen_as_a_loader_without_edmm_does(void **state)
{
	(void)state;
	assert_int_equal(chosen_of((uint64_t[]){ METADATA_VERSION(2, 4), METADATA_VERSION(2, 1), METADATA_VERSION(1, 4) }, 3), 2);
	assert_int_equal(chosen_of((uint64_t[]){ METADATA_VERSION(3, 0), METADATA_VERSION(1, 5) }, 2), 1);
	assert_int_equal(chosen_of((uint64_t[]){ METADATA_VERSION(1, 3), METADATA_VERSION(1, 5), METADATA_VERSION(1, 4) }, 3), 1);
	assert_int_equal(chosen_of((uint64_t[]){ METADATA_VERSION(1, 5), METADATA_VERSION(11, 5), METADATA_VERSION(13, 0) }, 3), 1);
	assert_int_equal(chosen_of((uint64_t[]){ METADATA_VERSION(2, 4), METADATA_VERSION(3, 0) }, 2), 1);
	assert_int_equal(chosen_of((uint64_t[]){ METADATA_VERSION(2, 1), METADATA_VERSION(2, 4) }, 2), 1);
}

static void
an_index_that_is_no_block_is_refused(void **state)
{
	size_t len;
	uint8_t *p = vectors_read(dir, "sdk-three-blocks", &len);
	struct image *image = open_vector(p, len, "sdk", "sdk-three-blocks");
	struct image_facts facts;

	(void)state;
	image_describe(&facts, image);
	assert_int_equal(facts.num_metadata, 3);
	assert_int_equal(facts.metadata_index, 1);
	assert_int_equal(image_choose(image, 3, NULL), JURAT_E_NOT_FOUND);
	image_describe(&facts, image);
	assert_int_equal(facts.metadata_index, 1);
	assert_null(facts.sigstruct);
	image_free(image);
	free(p);
}

static void
a_windows_image_is_shown_but_not_measured(void **state)
{
	size_t len;
	uint8_t *p = vectors_read(dir, "bad-pe-measured", &len), mrenclave[SGX_HASH_LEN];
	struct image *image = open_vector(p, len, "pe", "bad-pe-measured");
	struct image_facts facts;

	(void)state;
	image_describe(&facts, image);
	assert_int_equal(facts.kind, IMAGE_PE);
	assert_true(facts.metadata_version == METADATA_VERSION(1, 4));
	assert_int_equal(facts.enclave_size, 0x40000);
	assert_int_equal(image_measure(mrenclave, image, NULL), JURAT_E_UNSUPPORTED);
	image_free(image);
	free(p);
}

static void
other_bytes_are_no_enclave(void **state)
{
	struct image *image = NULL;
	struct jurat_diag d = { 0 };

	(void)state;
	assert_int_equal(image_open(&image, (const uint8_t *)"hello", 5, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "image.magic");
	assert_non_null(d.hint);
	assert_int_equal(image_open(&image, NULL, 0, NULL), JURAT_E_TRUNCATED);
	assert_null(image);
}

static jurat_rc
refuse_add(void *ctx, const struct image_page *page, struct jurat_diag *d)
{
	(void)ctx;
	return jurat_fail(d, JURAT_E_DENIED, "sink", NO_OFFSET, 0, page->off);
}

static void
what_the_sink_refuses_ends_the_loading(void **state)
{
	size_t len;
	uint8_t *p = vectors_read(dir, "oe-tls", &len);
	struct image *image = open_vector(p, len, "oe", "oe-tls");
	struct count count = { 0 };
	struct image_sink sink = { &count, count_create, refuse_add };

	(void)state;
	assert_int_equal(image_load(image, &sink, NULL), JURAT_E_DENIED);
	image_free(image);
	free(p);
}

/* ---- the path of pages itself ---- */

static void
no_page_is_added_twice_however_runs_meet(void **state)
{
	struct count count = { 0 };
	struct image_sink sink = { &count, count_create, count_add };
	struct image_page page = { .secinfo_flags = SGX_PT_REG | SGX_PAGE_R };
	struct pages pages;
	uint8_t model[64] = { 0 };
	uint32_t x = 2463534242u;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		assert_int_equal(pages_create(&pages, &sink, 1, 64 * SGX_PAGE_SIZE, NULL), JURAT_OK);
		memset(model, 0, sizeof model);
		for (unsigned i = 0; i < 12; i++) {
			bool taken = false;

			x ^= x << 13, x ^= x >> 17, x ^= x << 5;
			page.off = (uint64_t)(x % 64) * SGX_PAGE_SIZE;
			page.count = 1 + (x >> 8) % (64 - x % 64);
			for (uint64_t k = 0; k < page.count; k++)
				taken |= model[x % 64 + k] != 0;
			assert_int_equal(pages_add(&pages, &page, NULL), taken ? JURAT_E_DUPLICATE : JURAT_OK);
			if (taken)
				break; /* a stream that failed is not gone on with */
			memset(model + x % 64, 1, (size_t)page.count);
		}
		pages_clear(&pages);
	}
}

static void
a_tcs_page_loses_its_permissions(void **state)
{
	struct count count = { 0 };
	struct image_sink sink = { &count, count_create, count_add };
	struct pages pages;

	(void)state;
	assert_int_equal(pages_create(&pages, &sink, 1, 0x4000, NULL), JURAT_OK);
	assert_int_equal(pages_add(&pages, &(struct image_page){ 0, 1, SGX_PT_TCS | SGX_PAGE_R, 0, NULL }, NULL), JURAT_OK);
	assert_int_equal(count.sum, SGX_PT_TCS);
	pages_clear(&pages);
}

/* ---- real images, where somebody has put them ---- */

static unsigned num_measured, num_equal;

static void
measure_real_blocks(struct image *image, const char *name)
{
	struct image_facts facts;
	size_t num;

	image_describe(&facts, image);
	num = facts.num_metadata != 0 ? facts.num_metadata : 1;
	for (size_t i = 0; i < num; i++) {
		struct sgx_sigstruct s;
		uint8_t mrenclave[SGX_HASH_LEN];

		if (facts.num_metadata != 0)
			assert_int_equal(image_choose(image, i, NULL), JURAT_OK);
		image_describe(&facts, image);
		if (facts.sigstruct == NULL || sigstruct_verify(&s, facts.sigstruct, SGX_SIGSTRUCT_LEN, NULL) != JURAT_OK)
			continue;
		num_measured++;
		if (image_measure(mrenclave, image, NULL) == JURAT_OK && memcmp(mrenclave, s.enclave_hash, sizeof mrenclave) == 0)
			num_equal++;
		else
			fprintf(stderr, "%s block %zu: measured and signed hash differ\n", name, i);
	}
}

static void
measure_real_file(const char *folder, const char *name)
{
	char *path;
	size_t len;
	uint8_t *p;
	struct image *image;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	p = test_read(path, &len);
	if (image_open(&image, p, len, NULL) == JURAT_OK) {
		measure_real_blocks(image, name);
		image_free(image);
	}
	free(p);
	free(path);
}

static void
real_images_measure_to_their_signed_hash(void **state)
{
	const char *folder = getenv("JURAT_IMAGES");
	DIR *files = folder != NULL ? opendir(folder) : NULL;
	struct dirent *e;

	(void)state;
	if (files == NULL) {
		fputs("\n*** SKIPPED: no real enclave images here (set JURAT_IMAGES to a folder); this test did NOT run ***\n\n", stderr);
		return;
	}
	while ((e = readdir(files)) != NULL) {
		if (e->d_name[0] != '.')
			measure_real_file(folder, e->d_name);
	}
	closedir(files);
	fprintf(stderr, "%u of %u signed blocks of real images measure to their signed hash\n", num_equal, num_measured);
	assert_int_equal(num_equal, num_measured);
	assert_true(num_measured != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measures_every_kind_of_image_as_its_description_says),
		cmocka_unit_test(refuses_every_defect_with_its_code_and_field),
		cmocka_unit_test(refuses_every_truncated_elf_image),
		cmocka_unit_test(survives_flipped_bits_anywhere),
		cmocka_unit_test(every_changed_byte_of_a_segment_changes_what_is_loaded),
		cmocka_unit_test(a_heap_of_31_million_pages_takes_no_memory),
		cmocka_unit_test(the_block_is_chosen_as_a_loader_without_edmm_does),
		cmocka_unit_test(an_index_that_is_no_block_is_refused),
		cmocka_unit_test(a_windows_image_is_shown_but_not_measured),
		cmocka_unit_test(other_bytes_are_no_enclave),
		cmocka_unit_test(what_the_sink_refuses_ends_the_loading),
		cmocka_unit_test(no_page_is_added_twice_however_runs_meet),
		cmocka_unit_test(a_tcs_page_loses_its_permissions),
		cmocka_unit_test(real_images_measure_to_their_signed_hash),
	};

	return cmocka_run_group_tests(tests, make_vectors, remove_vectors);
}
