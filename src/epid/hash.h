/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashing to scalars and to points, by the hash that the group names. Intel's two quirks are here: a digest is reduced as it is, however short
 * or long (no expansion); and of the two roots the one is taken whose Montgomery form, y * 2^256 mod q, is even.
 */
#ifndef EPID_HASH_H
#define EPID_HASH_H

#include "crypto/crypto.h"
#include "epid/kernels.h"
#include "jurat/epid.h"

#define EPID_DIGEST_MAX SHA512_LEN

/* struct epid_hash: plain memory: copying one forks it. */
struct epid_hash {
	enum jurat_epid_hash alg;
	union {
		struct sha256 narrow;
		struct sha512 wide;
	} u;
};

/* epid_hash_known: whether alg is one of the four. */
MUST_USE bool epid_hash_known(enum jurat_epid_hash alg);
/* epid_hash_len: bytes of its digest. */
size_t epid_hash_len(enum jurat_epid_hash alg);
void epid_hash_init(struct epid_hash *h, enum jurat_epid_hash alg);
void epid_hash_update(struct epid_hash *h, const void *p, size_t n);
/* epid_hash_final: the digest, and its length; wipes h. */
size_t epid_hash_final(struct epid_hash *h, uint8_t out[EPID_DIGEST_MAX]);

/* fr_hash: Intel's Fp.hash: the digest modulo p. Ends h. */
void fr_hash(struct fr *out, struct epid_hash *h);
/* fr_hash_nonce: hash(nonce || c) of split signatures: c stands right-aligned in a field as wide as a digest. */
void fr_hash_nonce(struct fr *out, enum jurat_epid_hash alg, const uint8_t nonce[32], const struct fr *c);

/*
 * g1_hash_vartime: Intel's G1.hash. For i = 0, 1, … x = hash(i || msg) mod q, until x^3 + 3 is a square; out_i may be NULL. false after 51 tries,
 * as Intel's library gives up.
 */
#define G1_HASH_TRIES 51
MUST_USE bool g1_hash_vartime(struct g1_affine *out, uint32_t *out_i, const struct epid_kernels *kernels, enum jurat_epid_hash alg,
    const void *msg, size_t len);

#endif
