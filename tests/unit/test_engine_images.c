/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real images built for hardware, unmodified: every *.signed* file in the folder JURAT_IMAGES is measured, loaded and initialised (the SDK's
 * INIT must return 0). Images of the SDK's simulation mode contain no ENCLU and are passed over; Open Enclave's have another entry ABI
 * and are loaded alone.
 */
#include "engine_rig.h"

#include <dirent.h>
#include <stdio.h>

#include "host/file.h"

struct tally {
	unsigned seen, simulated, initialised, loaded, refused;
};

static bool
has_enclu(const struct blob *file)
{
	static const uint8_t enclu[] = { 0x0f, 0x01, 0xd7 };

	return memmem(file->p, file->len, enclu, sizeof enclu) != NULL;
}

static void
try_image(struct tally *tally, const char *name, const struct blob *file)
{
	struct enclave_options options = { 0 };
	struct jurat_diag d = { 0 };
	struct image_facts facts = { 0 };
	struct sgx_sigstruct sig;
	struct image *image = NULL;
	struct enclave *e = NULL;

	tally->seen++;
	if (!has_enclu(file)) {
		tally->simulated++;
		return;
	}
	if (image_open(&image, file->p, file->len, &d) == JURAT_OK) {
		image_describe(&facts, image);
		if (facts.sigstruct != NULL && sigstruct_parse(&sig, facts.sigstruct, SGX_SIGSTRUCT_LEN, &d) == JURAT_OK) {
			options.debug = (sig.attributes.flags & sig.attribute_mask.flags & SGX_FLAGS_DEBUG) != 0;
			if (enclave_load_image(&e, rig_machine(), image, &options, &d) == JURAT_OK)
				*(facts.kind == IMAGE_SDK ? &tally->initialised : &tally->loaded) += 1;
		}
	}
	if (e == NULL) {
		tally->refused++;
		print_message("%s: %s %s wanted %llx got %llx\n", name, jurat_rc_name(d.code), d.field != NULL ? d.field : "",
		    (unsigned long long)d.wanted, (unsigned long long)d.got);
	}
	enclave_unload(e);
	image_free(image);
}

static void
real_images_for_hardware_initialise(void **state)
{
	const char *folder = getenv("JURAT_IMAGES");
	struct tally tally = { 0 };
	struct dirent *entry;
	DIR *dir;

	if (folder == NULL || (dir = opendir(folder)) == NULL) {
		fputs("\n*** SKIPPED: no real images here (set JURAT_IMAGES to a folder of *.signed.so); this test did NOT run ***\n\n", stderr);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		char *path = path_join(folder, entry->d_name);
		struct blob file = { 0 };

		if (strstr(entry->d_name, ".signed") != NULL && file_read(&file, path, IMAGE_FILE_MAX_LEN, NULL) == JURAT_OK)
			try_image(&tally, entry->d_name, &file);
		blob_clear(&file);
		free(path);
	}
	(void)closedir(dir);
	print_message("%u files: %u initialised, %u loaded (no SDK), %u refused, %u simulation builds\n", tally.seen, tally.initialised,
	    tally.loaded, tally.refused, tally.simulated);
	assert_true(tally.seen > 0);
	/* files altered after signing, Windows images and the like are refused; most of a collection is neither */
	assert_true(tally.initialised + tally.loaded > tally.refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(real_images_for_hardware_initialise) };

	return cmocka_run_group_tests(tests, rig_up, rig_down);
}
