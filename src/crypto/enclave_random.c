/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/enclave_random.h"

#include <string.h>

#include "core/ct.h"

#define WORDS_A_BLOCK 8   /* 512 bits of RDRAND for each 256 bits of output */
#define RDRAND_ATTEMPTS 10 /* Intel DRNG Software Implementation Guide, 5.2.1: ten failures in a row mean a broken source */

/* The one variable of this folder: an enclave has no other place that lives from its start to its end. Written before the first call. */
static uint8_t processor_seed[SHA256_LEN];

void
enclave_random_seed(const uint8_t seed[SHA256_LEN])
{
	memcpy(processor_seed, seed, sizeof processor_seed);
}

static bool
rdrand(uint64_t *out)
{
	for (int i = 0; i < RDRAND_ATTEMPTS; i++) {
		uint64_t v;
		uint8_t ok;

		__asm__ volatile("rdrand %0; setc %1" : "=r"(v), "=qm"(ok) : : "cc");
		if (ok != 0) {
			*out = v;
			return true;
		}
	}
	return false;
}

/* draw: false also if all words are equal, as some processors answer after waking up, with the carry flag set. */
static bool
draw(uint64_t words[WORDS_A_BLOCK])
{
	uint64_t differ = 0;

	for (int i = 0; i < WORDS_A_BLOCK; i++) {
		if (!rdrand(&words[i]))
			return false;
		differ |= words[i] ^ words[0];
	}
	return differ != 0;
}

static bool
make_block(uint8_t out[SHA256_LEN], uint8_t number)
{
	static const char label[] = "jurat/random/v1";
	uint64_t words[WORDS_A_BLOCK] = { 0 };
	struct sha256 h;
	bool ok = draw(words);

	sha256_init(&h);
	sha256_update(&h, label, sizeof label);
	sha256_update(&h, processor_seed, sizeof processor_seed);
	sha256_update(&h, &number, 1);
	sha256_update(&h, words, sizeof words);
	sha256_final(&h, out);
	wipe(words, sizeof words);
	return ok;
}

jurat_rc
crypto_random(void *out, size_t n)
{
	uint8_t fresh[256];
	jurat_rc rc = JURAT_OK;

	if (n > sizeof fresh)
		return JURAT_E_USAGE;
	for (size_t done = 0; done < n && rc == JURAT_OK; done += SHA256_LEN) {
		if (!make_block(fresh + done, (uint8_t)(done / SHA256_LEN)))
			rc = JURAT_E_INTERNAL;
	}
	if (rc == JURAT_OK && n != 0)
		memcpy(out, fresh, n);
	wipe(fresh, sizeof fresh);
	return rc;
}
