/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing of hostile ELF files: what was signed is read back, measures to the signed hash, and verifies. The first four bytes of the
 * input choose the settings.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/elf.h"
#include "image/sign.h"

enum { IMAGE_MAX_LEN = 1 << 20 }; /* of the measured image: hashing more of it finds nothing new */

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct rsa3072_key *
one_key(void)
{
	static struct rsa3072_key *key;

	if (key == NULL)
		must(rsa3072_key_new(&key, NULL) == JURAT_OK);
	return key;
}

static bool
small(const uint8_t *p, size_t len)
{
	struct elf e;
	uint64_t sum = 0;

	if (elf_parse(&e, p, len, NULL) != JURAT_OK)
		return true;
	for (size_t i = 0; i < e.num_segments; i++) {
		if (e.segments[i].type == ELF_PT_LOAD && (e.segments[i].memsz > IMAGE_MAX_LEN || (sum += e.segments[i].memsz) > IMAGE_MAX_LEN))
			return false;
	}
	return true;
}

static void
check(const uint8_t *p, size_t len)
{
	struct image *image;
	struct image_facts facts;
	struct sgx_sigstruct sig;
	uint8_t mrenclave[SGX_HASH_LEN];

	must(image_open(&image, p, len, NULL) == JURAT_OK);
	must(image_measure(mrenclave, image, NULL) == JURAT_OK);
	image_describe(&facts, image);
	must(facts.kind == IMAGE_SDK && facts.num_metadata == 1);
	must(sigstruct_verify(&sig, facts.sigstruct, SGX_SIGSTRUCT_LEN, NULL) == JURAT_OK);
	must(memcmp(sig.enclave_hash, mrenclave, sizeof mrenclave) == 0);
	image_free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_settings settings;
	uint8_t *out;
	size_t out_len;

	if (size < 4 || !small(data + 4, size - 4))
		return 0;
	image_settings_default(&settings);
	settings.num_tcs = 1 + data[0] % 4;
	settings.stack_pages = 1 + data[1] % 8;
	settings.heap_pages = data[2] % 8;
	settings.ssa_frame_pages = 1 + data[3] % 2;
	if (image_sign(&out, &out_len, data + 4, size - 4, &settings, one_key(), NULL) != JURAT_OK)
		return 0;
	check(out, out_len);
	free(out);
	return 0;
}
