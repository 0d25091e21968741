/* SPDX-License-Identifier: Apache-2.0 */
/* A tiny enclave of three pages, and signers for it: what the tests of the processor and of the key process share. */
#ifndef TESTS_MACHINE_FIXTURE_H
#define TESTS_MACHINE_FIXTURE_H

#include "support.h"

#include "core/bytes.h"
#include "crypto/rsa.h"
#include "machine/processor.h"

struct signer {
	struct rsa3072_key *key;
	uint8_t modulus[SGX_RSA_LEN];
	uint8_t mrsigner[SGX_HASH_LEN];
};

static void
signer_new(struct signer *s)
{
	assert_int_equal(rsa3072_key_new(&s->key, NULL), JURAT_OK);
	assert_int_equal(rsa3072_modulus(s->modulus, s->key), JURAT_OK);
	sha256_once(s->mrsigner, s->modulus, sizeof s->modulus);
}

static void
signer_clear(struct signer *s)
{
	rsa3072_key_free(s->key);
}

/* The three pages: a TCS, a page of code, a zero page that is not measured. */
static uint8_t tiny_code[SGX_PAGE_SIZE] = { 0x0f, 0x0b };
static uint8_t tiny_tcs[SGX_PAGE_SIZE];

static void
tiny_pages(struct image_page out[3])
{
	static const struct sgx_tcs tcs = { .ossa = 0x2000, .nssa = 1, .oentry = 0x1000, .fslimit = ~0u, .gslimit = ~0u };

	memset(tiny_tcs, 0, sizeof tiny_tcs);
	tcs_encode(tiny_tcs, &tcs);
	out[0] = (struct image_page){ 0, 1, SGX_PT_TCS, 0xffff, tiny_tcs };
	out[1] = (struct image_page){ 0x1000, 1, SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_X, 0xffff, tiny_code };
	out[2] = (struct image_page){ 0x2000, 2, SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_W, 0, NULL };
}

static void
tiny_request(struct secs_request *out)
{
	*out = (struct secs_request){ .size = 0x4000,
		.base = 0x7f0000000000,
		.ssa_frame_pages = 1,
		.attributes = { SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS, SGX_XFRM_LEGACY } };
}

/* tiny_measure: MRENCLAVE of these pages, in the measuring functions' own words. */
static void
tiny_measure(uint8_t out[SGX_HASH_LEN])
{
	struct image_page pages[3];
	struct measurement m;

	tiny_pages(pages);
	measurement_ecreate(&m, 1, 0x4000);
	for (size_t i = 0; i < 3; i++) {
		for (uint64_t n = 0; n < pages[i].count; n++) {
			measurement_eadd(&m, pages[i].off + n * SGX_PAGE_SIZE, pages[i].secinfo_flags);
			for (size_t c = 0; c < 16 && pages[i].extended != 0; c++)
				measurement_eextend(&m, pages[i].off + c * 256, pages[i].data + c * 256);
		}
	}
	measurement_final(&m, out);
}

/* tiny_sigstruct: fits tiny_request and tiny_pages; the test may change it before it signs. */
static void
tiny_sigstruct(struct sgx_sigstruct *out)
{
	*out = (struct sgx_sigstruct){ .date = 0x20261124,
		.exponent = 3,
		.attributes = { SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS, SGX_XFRM_LEGACY },
		.attribute_mask = { ~(uint64_t)SGX_FLAGS_DEBUG, ~0ull },
		.misc_mask = ~0u,
		.isv_prod_id = 7,
		.isv_svn = 3 };
	tiny_measure(out->enclave_hash);
}

/* sign: completes a SIGSTRUCT and encodes it. */
static void
sign(uint8_t out[SGX_SIGSTRUCT_LEN], struct sgx_sigstruct *s, const struct signer *by)
{
	uint8_t digest[SHA256_LEN];

	memcpy(s->modulus, by->modulus, sizeof s->modulus);
	sigstruct_encode(out, s);
	sigstruct_digest(digest, out);
	assert_int_equal(rsa3072_sign(s->signature, by->key, digest, NULL), JURAT_OK);
	assert_int_equal(rsa3072_quotients(s->q1, s->q2, s->modulus, s->signature), JURAT_OK);
	sigstruct_encode(out, s);
}

#endif
