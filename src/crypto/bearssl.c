/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclaves' back end: hashes and AES. BearSSL's constant-time code is called by name, never through its br_*_get_default functions,
 * which execute CPUID. P-256 is in bearssl_ec.c, randomness in enclave_random.c.
 */
#include <string.h>

#include <bearssl.h>

#include "core/ct.h"
#include "crypto/crypto.h"
#include "crypto/sha512.h"

#define AES_BLOCK 16

_Static_assert(sizeof(br_sha256_context) <= sizeof((struct sha256 *)0)->opaque, "a SHA-256 context fits");

/* ---- hashes ---- */

void
sha256_init(struct sha256 *h)
{
	br_sha256_context c;

	br_sha256_init(&c);
	memset(h, 0, sizeof *h);
	memcpy(h->opaque, &c, sizeof c);
}

void
sha256_update(struct sha256 *h, const void *p, size_t n)
{
	br_sha256_context c;

	memcpy(&c, h->opaque, sizeof c);
	if (n != 0)
		br_sha256_update(&c, p, n);
	memcpy(h->opaque, &c, sizeof c);
	wipe(&c, sizeof c);
}

void
sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN])
{
	br_sha256_context c;

	memcpy(&c, h->opaque, sizeof c);
	br_sha256_out(&c, out);
	wipe(&c, sizeof c);
	wipe(h, sizeof *h);
}

void
sha256_once(uint8_t out[SHA256_LEN], const void *p, size_t n)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, p, n);
	sha256_final(&h, out);
}

void
sha512_once2(uint8_t out[SHA512_LEN], const void *a, size_t a_len, const void *b, size_t b_len)
{
	br_sha512_context c;

	br_sha512_init(&c);
	if (a_len != 0)
		br_sha512_update(&c, a, a_len);
	if (b_len != 0)
		br_sha512_update(&c, b, b_len);
	br_sha512_out(&c, out);
	wipe(&c, sizeof c);
}

_Static_assert(sizeof(br_sha512_context) <= sizeof((struct sha512 *)0)->opaque, "a SHA-512 context fits");

/* sha512_begin: start NULL is SHA-512's own. */
static void
sha512_begin(struct sha512 *h, const uint64_t start[8])
{
	br_sha512_context c;

	br_sha512_init(&c);
	if (start != NULL)
		memcpy(c.val, start, sizeof c.val);
	memset(h, 0, sizeof *h);
	memcpy(h->opaque, &c, sizeof c);
}

void
sha384_init(struct sha512 *h)
{
	sha512_begin(h, sha384_start);
}

void
sha512_init(struct sha512 *h)
{
	sha512_begin(h, NULL);
}

void
sha512_256_init(struct sha512 *h)
{
	sha512_begin(h, sha512_256_start);
}

void
sha512_update(struct sha512 *h, const void *p, size_t n)
{
	br_sha512_context c;

	memcpy(&c, h->opaque, sizeof c);
	if (n != 0)
		br_sha512_update(&c, p, n);
	memcpy(h->opaque, &c, sizeof c);
	wipe(&c, sizeof c);
}

void
sha512_final(struct sha512 *h, uint8_t out[SHA512_LEN])
{
	br_sha512_context c;

	memcpy(&c, h->opaque, sizeof c);
	br_sha512_out(&c, out);
	wipe(&c, sizeof c);
	wipe(h, sizeof *h);
}

/* ---- CMAC, RFC 4493 (NIST SP 800-38B), over BearSSL's AES ---- */

/* double_block: multiplication by x in GF(2^128); the branch-free form of RFC 4493's "if MSB(L)". */
static void
double_block(uint8_t b[AES_BLOCK])
{
	uint8_t mask = (uint8_t)(0u - (unsigned)(b[0] >> 7));

	for (size_t i = 0; i + 1 < AES_BLOCK; i++)
		b[i] = (uint8_t)(b[i] << 1 | b[i + 1] >> 7);
	b[AES_BLOCK - 1] = (uint8_t)(b[AES_BLOCK - 1] << 1 ^ (0x87 & mask));
}

/* last_block: the message's end xor K1 if it is a whole block, padded and xor K2 if not. Only lengths, which are public, decide. */
static void
last_block(uint8_t out[AES_BLOCK], const br_aes_ct64_ctrcbc_keys *aes, const uint8_t *end, size_t n)
{
	uint8_t subkey[AES_BLOCK] = { 0 }, zero[AES_BLOCK] = { 0 };

	br_aes_ct64_ctrcbc_mac(aes, subkey, zero, sizeof zero); /* L = AES(0) */
	double_block(subkey);
	memset(out, 0, AES_BLOCK);
	if (n != 0)
		memcpy(out, end, n);
	if (n < AES_BLOCK) {
		out[n] = 0x80;
		double_block(subkey);
	}
	for (size_t i = 0; i < AES_BLOCK; i++)
		out[i] ^= subkey[i];
	wipe(subkey, sizeof subkey);
}

jurat_rc
cmac_aes128(uint8_t out[CMAC_LEN], const struct aes128_key *key, const void *msg, size_t len)
{
	size_t whole = len == 0 ? 0 : (len - 1) / AES_BLOCK * AES_BLOCK;
	uint8_t mac[AES_BLOCK] = { 0 }, last[AES_BLOCK];
	const uint8_t *in = msg;
	br_aes_ct64_ctrcbc_keys aes;

	br_aes_ct64_ctrcbc_init(&aes, key->b, sizeof key->b);
	if (whole != 0)
		br_aes_ct64_ctrcbc_mac(&aes, mac, in, whole);
	last_block(last, &aes, len != 0 ? in + whole : NULL, len - whole);
	br_aes_ct64_ctrcbc_mac(&aes, mac, last, sizeof last);
	memcpy(out, mac, CMAC_LEN);
	wipe(&aes, sizeof aes);
	wipe(mac, sizeof mac);
	wipe(last, sizeof last);
	return JURAT_OK;
}

/* ---- GCM ---- */

/* One AEAD job for both directions and key sizes. */
struct gcm_job {
	const uint8_t *key;
	size_t key_len;
	const uint8_t *iv, *aad, *in;
	size_t aad_len, len;
};

/* gcm_run: leaves the context ready for its tag. The AES keys must outlive it. */
static void
gcm_run(br_gcm_context *gcm, br_aes_ct64_ctr_keys *aes, uint8_t *out, const struct gcm_job *job, bool seal)
{
	br_aes_ct64_ctr_init(aes, job->key, job->key_len);
	br_gcm_init(gcm, &aes->vtable, br_ghash_ctmul64);
	br_gcm_reset(gcm, job->iv, GCM_IV_LEN);
	if (job->aad_len != 0)
		br_gcm_aad_inject(gcm, job->aad, job->aad_len);
	br_gcm_flip(gcm);
	if (job->len == 0)
		return;
	if (out != job->in)
		memcpy(out, job->in, job->len);
	br_gcm_run(gcm, seal ? 1 : 0, out, job->len);
}

static jurat_rc
gcm_seal_job(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct gcm_job *job)
{
	br_aes_ct64_ctr_keys aes;
	br_gcm_context gcm;

	gcm_run(&gcm, &aes, out, job, true);
	br_gcm_get_tag(&gcm, tag);
	wipe(&gcm, sizeof gcm);
	wipe(&aes, sizeof aes);
	return JURAT_OK;
}

static jurat_rc
gcm_open_job(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct gcm_job *job)
{
	uint8_t wanted[GCM_TAG_LEN];
	br_aes_ct64_ctr_keys aes;
	br_gcm_context gcm;
	bool right;

	memcpy(wanted, tag, sizeof wanted); /* tag may lie in out */
	gcm_run(&gcm, &aes, out, job, false);
	right = br_gcm_check_tag(&gcm, wanted) == 1;
	wipe(&gcm, sizeof gcm);
	wipe(&aes, sizeof aes);
	if (right)
		return JURAT_OK;
	if (job->len != 0)
		wipe(out, job->len);
	return JURAT_E_CRYPTO;
}

jurat_rc
gcm_seal(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct aes128_key *key, const uint8_t iv[GCM_IV_LEN], const void *aad,
    size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { key->b, sizeof key->b, iv, aad, in, aad_len, len };

	return gcm_seal_job(out, tag, &job);
}

jurat_rc
gcm_open(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct aes128_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { key->b, sizeof key->b, iv, aad, in, aad_len, len };

	return gcm_open_job(out, tag, &job);
}

jurat_rc
gcm256_seal(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct aes256_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { key->b, sizeof key->b, iv, aad, in, aad_len, len };

	return gcm_seal_job(out, tag, &job);
}

jurat_rc
gcm256_open(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct aes256_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { key->b, sizeof key->b, iv, aad, in, aad_len, len };

	return gcm_open_job(out, tag, &job);
}
