/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real SIGSTRUCTs of the corpus: each verifies, and with any one bit of its signed part flipped it does not. As a plain unit
 * test it flips every 61st bit of each; with the argument "full" every bit (half a million RSA operations).
 */
#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include "core/hex.h"
#include "image/image.h"

static unsigned step = 61;

static bool
verifies(const uint8_t *p, size_t len)
{
	return sigstruct_verify(NULL, p, len, NULL) == JURAT_OK;
}

/*
 * is_sigstruct: five files of the corpus hold the first 1,808 bytes of a flat image (its TCS page) instead of a SIGSTRUCT. Those
 * must be refused; the others start as the manual says.
 */
static bool
is_sigstruct(const uint8_t *p, size_t len)
{
	static const uint8_t start[8] = { 6, 0, 0, 0, 0xe1, 0, 0, 0 };

	return len >= sizeof start && memcmp(p, start, sizeof start) == 0;
}

/* each_sigstruct: how many SIGSTRUCTs the corpus has. */
static unsigned
each_sigstruct(void (*check)(const char *name, uint8_t *p, size_t len))
{
	char *folder = corpus_file("sigstruct");
	DIR *files = opendir(folder);
	struct dirent *e;
	unsigned num = 0;

	assert_non_null(files);
	while ((e = readdir(files)) != NULL) {
		char *path;
		size_t len;
		uint8_t *p;

		if (strstr(e->d_name, ".css") == NULL)
			continue;
		assert_true(asprintf(&path, "%s/%s", folder, e->d_name) > 0);
		p = test_read(path, &len);
		if (is_sigstruct(p, len)) {
			check(e->d_name, p, len);
			num++;
		} else {
			assert_int_equal(sigstruct_verify(NULL, p, len, NULL), JURAT_E_FORMAT);
		}
		free(p);
		free(path);
	}
	closedir(files);
	free(folder);
	return num;
}

/* The corpus names each file by the first bytes of MRENCLAVE and MRSIGNER. */
static void
check_verifies(const char *name, uint8_t *p, size_t len)
{
	struct sgx_sigstruct s;
	struct jurat_diag d = { 0 };
	uint8_t mrsigner[SGX_HASH_LEN];
	char hash[17], signer[9];

	if (sigstruct_verify(&s, p, len, &d) != JURAT_OK)
		fail_msg("%s: %s at %s", name, jurat_rc_name(d.code), d.field);
	sigstruct_mrsigner(mrsigner, &s);
	hex_encode(hash, s.enclave_hash, 8);
	hex_encode(signer, mrsigner, 4);
	assert_memory_equal(name, hash, 16);
	assert_memory_equal(name + 17, signer, 8);
}

static void
every_real_sigstruct_verifies(void **state)
{
	(void)state;
	if (corpus_or_skip())
		assert_true(each_sigstruct(check_verifies) >= 200);
}

static void
check_flips(const char *name, uint8_t *p, size_t len)
{
	static const struct {
		size_t from, to;
	} signed_parts[] = { { 0, 128 }, { 900, 1028 } };
	static unsigned phase;

	phase++; /* other bits in every file */
	for (size_t part = 0; part < ARRAY_LEN(signed_parts); part++) {
		size_t from = signed_parts[part].from * 8, to = signed_parts[part].to * 8;

		for (size_t bit = from + phase % step; bit < to; bit += step) {
			p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			if (verifies(p, len))
				fail_msg("%s verifies with bit %zu flipped", name, bit);
			p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		}
	}
	assert_true(verifies(p, len));
}

static void
no_real_sigstruct_verifies_with_a_flipped_bit_in_its_signed_part(void **state)
{
	(void)state;
	if (corpus_or_skip())
		each_sigstruct(check_flips);
}

/* check_rest: the modulus, signature and quotients too; one bit of each byte. */
static void
check_rest(const char *name, uint8_t *p, size_t len)
{
	static unsigned phase;

	if (phase++ % step != 0)
		return;
	for (size_t i = 128; i < len; i++) {
		if (i >= 900 && i < 1028)
			continue;
		p[i] ^= (uint8_t)(1u << (i % 8));
		/* bytes 1028..1039 are reserved: form refuses them */
		if (verifies(p, len))
			fail_msg("%s verifies with byte %zu changed", name, i);
		p[i] ^= (uint8_t)(1u << (i % 8));
	}
}

static void
key_signature_and_quotients_must_be_right_too(void **state)
{
	(void)state;
	if (corpus_or_skip())
		each_sigstruct(check_rest);
}

static void
wrong_quotients_are_named(void **state)
{
	char *folder = corpus_file("sigstruct"), *path = NULL;
	struct jurat_diag d = { 0 };
	size_t len;
	uint8_t *p;

	(void)state;
	if (!corpus_or_skip())
		return;
	assert_true(asprintf(&path, "%s/0052b0ea6e76836d-d0e98c47.css", folder) > 0);
	p = test_read(path, &len);
	p[1040] ^= 1;
	assert_int_equal(sigstruct_verify(NULL, p, len, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "sigstruct.q1");
	p[1040] ^= 1;
	p[1424] ^= 1;
	d = (struct jurat_diag){ 0 };
	assert_int_equal(sigstruct_verify(NULL, p, len, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "sigstruct.q2");
	p[1424] ^= 1;
	p[516] ^= 1;
	d = (struct jurat_diag){ 0 };
	assert_int_equal(sigstruct_verify(NULL, p, len, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "sigstruct.signature");
	free(p);
	free(path);
	free(folder);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_real_sigstruct_verifies),
		cmocka_unit_test(no_real_sigstruct_verifies_with_a_flipped_bit_in_its_signed_part),
		cmocka_unit_test(key_signature_and_quotients_must_be_right_too),
		cmocka_unit_test(wrong_quotients_are_named),
	};

	if (argc > 1 && strcmp(argv[1], "full") == 0)
		step = 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
