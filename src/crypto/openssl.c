/* SPDX-License-Identifier: Apache-2.0 */
/* The host's back end: hashes, AES, randomness. P-256 is in openssl_ec.c. */

/* EVP hash contexts live on the heap and cannot be forked by copying; the contract's contexts are plain memory (a transcript in a
 * session, a measurement in a SECS). SHA256_Init and its sisters are the one interface of OpenSSL 3 that is plain memory too. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "core/ct.h"
#include "crypto/crypto.h"
#include "crypto/sha512.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof((struct sha256 *)0)->opaque, "a SHA-256 context fits");

/* ---- hashes ---- */

/* context: a copy in and out instead of a cast, whose result the optimiser drops anyway. */
static SHA256_CTX
context(const struct sha256 *h)
{
	SHA256_CTX c;

	memcpy(&c, h->opaque, sizeof c);
	return c;
}

void
sha256_init(struct sha256 *h)
{
	SHA256_CTX c;

	memset(h, 0, sizeof *h);
	(void)SHA256_Init(&c);
	memcpy(h->opaque, &c, sizeof c);
}

void
sha256_update(struct sha256 *h, const void *p, size_t n)
{
	SHA256_CTX c = context(h);

	if (n != 0)
		(void)SHA256_Update(&c, p, n);
	memcpy(h->opaque, &c, sizeof c);
	wipe(&c, sizeof c);
}

void
sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN])
{
	SHA256_CTX c = context(h);

	(void)SHA256_Final(out, &c);
	wipe(&c, sizeof c);
	wipe(h, sizeof *h);
}

void
sha256_once(uint8_t out[SHA256_LEN], const void *p, size_t n)
{
	SHA256_CTX c;

	/* SHA256() would look up the algorithm by its name first, which costs more than hashing a certificate */
	(void)SHA256_Init(&c);
	if (n != 0)
		(void)SHA256_Update(&c, p, n);
	(void)SHA256_Final(out, &c);
	wipe(&c, sizeof c);
}

void
sha512_once2(uint8_t out[SHA512_LEN], const void *a, size_t a_len, const void *b, size_t b_len)
{
	SHA512_CTX c;

	(void)SHA512_Init(&c);
	if (a_len != 0)
		(void)SHA512_Update(&c, a, a_len);
	if (b_len != 0)
		(void)SHA512_Update(&c, b, b_len);
	(void)SHA512_Final(out, &c);
	wipe(&c, sizeof c);
}

_Static_assert(sizeof(SHA512_CTX) <= sizeof((struct sha512 *)0)->opaque, "a SHA-512 context fits");

/* sha512_begin: start NULL is SHA-512's own. */
static void
sha512_begin(struct sha512 *h, const uint64_t start[8])
{
	SHA512_CTX c;

	memset(h, 0, sizeof *h);
	(void)SHA512_Init(&c);
	if (start != NULL)
		memcpy(c.h, start, sizeof c.h);
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
	SHA512_CTX c;

	memcpy(&c, h->opaque, sizeof c);
	if (n != 0)
		(void)SHA512_Update(&c, p, n);
	memcpy(h->opaque, &c, sizeof c);
	wipe(&c, sizeof c);
}

void
sha512_final(struct sha512 *h, uint8_t out[SHA512_LEN])
{
	SHA512_CTX c;

	memcpy(&c, h->opaque, sizeof c);
	(void)SHA512_Final(out, &c);
	wipe(&c, sizeof c);
	wipe(h, sizeof *h);
}

/* ---- AES ---- */

jurat_rc
cmac_aes128(uint8_t out[CMAC_LEN], const struct aes128_key *key, const void *msg, size_t len)
{
	uint8_t mac[CMAC_LEN];
	size_t mac_len = 0;
	unsigned char *made = EVP_Q_mac(NULL, "CMAC", NULL, "AES-128-CBC", NULL, key->b, sizeof key->b,
	    len != 0 ? msg : (const void *)"", len, mac, sizeof mac, &mac_len);

	if (made == NULL || mac_len != CMAC_LEN)
		return JURAT_E_INTERNAL;
	memcpy(out, mac, CMAC_LEN);
	wipe(mac, sizeof mac);
	return JURAT_OK;
}

/* One AEAD job for both directions and key sizes. */
struct gcm_job {
	const EVP_CIPHER *cipher;
	const uint8_t *key, *iv;
	const uint8_t *aad, *in;
	size_t aad_len, len;
};

/* feed: EVP takes an int; pieces of 1 GiB keep longer inputs within it. out NULL: additional data. */
static bool
feed(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in, size_t len)
{
	const size_t piece = (size_t)1 << 30;

	for (size_t done = 0; done < len;) {
		size_t n = len - done < piece ? len - done : piece;
		int unused;

		if (EVP_CipherUpdate(ctx, out != NULL ? out + done : NULL, &unused, in + done, (int)n) != 1)
			return false;
		done += n;
	}
	return true;
}

static bool
gcm_run(EVP_CIPHER_CTX *ctx, uint8_t *out, const struct gcm_job *job, bool seal)
{
	return EVP_CipherInit_ex(ctx, job->cipher, NULL, job->key, job->iv, seal ? 1 : 0) == 1 &&
	    feed(ctx, NULL, job->aad, job->aad_len) && feed(ctx, out, job->in, job->len);
}

static jurat_rc
gcm_seal_job(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct gcm_job *job)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t rest[16], made[GCM_TAG_LEN];
	jurat_rc rc = JURAT_E_INTERNAL;
	int n;

	if (ctx == NULL)
		return JURAT_E_MEMORY;
	if (gcm_run(ctx, out, job, true) && EVP_CipherFinal_ex(ctx, rest, &n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_LEN, made) == 1)
		rc = JURAT_OK;
	EVP_CIPHER_CTX_free(ctx);
	if (rc == JURAT_OK)
		memcpy(tag, made, GCM_TAG_LEN);
	else if (job->len != 0)
		wipe(out, job->len);
	return rc;
}

static jurat_rc
gcm_open_job(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct gcm_job *job)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t rest[16], wanted[GCM_TAG_LEN];
	jurat_rc rc = JURAT_E_INTERNAL;
	int n;

	if (ctx == NULL)
		return JURAT_E_MEMORY;
	ERR_set_mark();
	memcpy(wanted, tag, GCM_TAG_LEN); /* the control takes a pointer to non-const, and tag may lie in out */
	if (gcm_run(ctx, out, job, false) && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_LEN, wanted) == 1)
		rc = EVP_CipherFinal_ex(ctx, rest, &n) == 1 ? JURAT_OK : JURAT_E_CRYPTO;
	EVP_CIPHER_CTX_free(ctx);
	ERR_pop_to_mark(); /* SSL_get_error would take what a failed check left in the queue for its own */
	if (rc != JURAT_OK && job->len != 0)
		wipe(out, job->len);
	return rc;
}

jurat_rc
gcm_seal(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct aes128_key *key, const uint8_t iv[GCM_IV_LEN], const void *aad,
    size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { EVP_aes_128_gcm(), key->b, iv, aad, in, aad_len, len };

	return gcm_seal_job(out, tag, &job);
}

jurat_rc
gcm_open(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct aes128_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { EVP_aes_128_gcm(), key->b, iv, aad, in, aad_len, len };

	return gcm_open_job(out, tag, &job);
}

jurat_rc
gcm256_seal(uint8_t *out, uint8_t tag[GCM_TAG_LEN], const struct aes256_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { EVP_aes_256_gcm(), key->b, iv, aad, in, aad_len, len };

	return gcm_seal_job(out, tag, &job);
}

jurat_rc
gcm256_open(uint8_t *out, const uint8_t tag[GCM_TAG_LEN], const struct aes256_key *key, const uint8_t iv[GCM_IV_LEN],
    const void *aad, size_t aad_len, const uint8_t *in, size_t len)
{
	struct gcm_job job = { EVP_aes_256_gcm(), key->b, iv, aad, in, aad_len, len };

	return gcm_open_job(out, tag, &job);
}

/* ---- randomness ---- */

jurat_rc
crypto_random(void *out, size_t n)
{
	uint8_t fresh[256];
	ssize_t got;

	if (n > sizeof fresh)
		return JURAT_E_USAGE;
	do
		got = getrandom(fresh, n, 0); /* up to 256 bytes come whole (getrandom(2)) */
	while (got < 0 && errno == EINTR);
	if (got < 0 || (size_t)got != n)
		return JURAT_E_INTERNAL;
	if (n != 0)
		memcpy(out, fresh, n);
	wipe(fresh, sizeof fresh);
	return JURAT_OK;
}
