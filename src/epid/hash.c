/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/hash.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"

/* Candidates of G1.hash are looked at by eights, as one needs two on average; a long message would be hashed seven times for nothing. */
#define LONG_MESSAGE 1024

bool
epid_hash_known(enum jurat_epid_hash alg)
{
	return alg >= JURAT_EPID_SHA256 && alg <= JURAT_EPID_SHA512_256;
}

size_t
epid_hash_len(enum jurat_epid_hash alg)
{
	if (alg == JURAT_EPID_SHA512)
		return SHA512_LEN;
	return alg == JURAT_EPID_SHA384 ? SHA384_LEN : SHA256_LEN;
}

void
epid_hash_init(struct epid_hash *h, enum jurat_epid_hash alg)
{
	h->alg = alg;
	switch (alg) {
	case JURAT_EPID_SHA384:
		sha384_init(&h->u.wide);
		break;
	case JURAT_EPID_SHA512:
		sha512_init(&h->u.wide);
		break;
	case JURAT_EPID_SHA512_256:
		sha512_256_init(&h->u.wide);
		break;
	default:
		sha256_init(&h->u.narrow);
		break;
	}
}

void
epid_hash_update(struct epid_hash *h, const void *p, size_t n)
{
	if (h->alg == JURAT_EPID_SHA256)
		sha256_update(&h->u.narrow, p, n);
	else
		sha512_update(&h->u.wide, p, n);
}

size_t
epid_hash_final(struct epid_hash *h, uint8_t out[EPID_DIGEST_MAX])
{
	if (h->alg == JURAT_EPID_SHA256)
		sha256_final(&h->u.narrow, out);
	else
		sha512_final(&h->u.wide, out);
	return epid_hash_len(h->alg);
}

void
fr_hash(struct fr *out, struct epid_hash *h)
{
	uint8_t digest[EPID_DIGEST_MAX];
	size_t len = epid_hash_final(h, digest);

	fr_reduce(out, digest, len);
	wipe(digest, sizeof digest);
}

void
fr_hash_nonce(struct fr *out, enum jurat_epid_hash alg, const uint8_t nonce[32], const struct fr *c)
{
	static const uint8_t zeros[EPID_DIGEST_MAX - FR_LEN];
	struct epid_hash h;
	uint8_t b[FR_LEN];

	fr_write(b, c);
	epid_hash_init(&h, alg);
	epid_hash_update(&h, nonce, 32);
	epid_hash_update(&h, zeros, epid_hash_len(alg) - FR_LEN);
	epid_hash_update(&h, b, sizeof b);
	fr_hash(out, &h);
}

static void
candidate(struct fq *out, enum jurat_epid_hash alg, uint32_t i, const void *msg, size_t len)
{
	uint8_t counter[4], digest[EPID_DIGEST_MAX];
	struct epid_hash h;
	size_t digest_len;

	store32be(counter, i);
	epid_hash_init(&h, alg);
	epid_hash_update(&h, counter, sizeof counter);
	epid_hash_update(&h, msg, len);
	digest_len = epid_hash_final(&h, digest);
	fq_reduce(out, digest, digest_len);
}

bool
g1_hash_vartime(struct g1_affine *out, uint32_t *out_i, const struct epid_kernels *kernels, enum jurat_epid_hash alg, const void *msg,
    size_t len)
{
	struct fq x[KERNEL_BATCH];
	size_t step = len > LONG_MESSAGE ? 1 : KERNEL_BATCH;

	for (uint32_t done = 0; done < G1_HASH_TRIES; done += (uint32_t)step) {
		size_t n = step < G1_HASH_TRIES - done ? step : G1_HASH_TRIES - done, hit;

		for (uint32_t i = 0; i < n; i++)
			candidate(&x[i], alg, done + i, msg, len);
		hit = kernels->g1_hash_point_vartime(out, x, n);
		if (hit == n)
			continue;
		if (out_i != NULL)
			*out_i = done + (uint32_t)hit;
		return true;
	}
	return false;
}
