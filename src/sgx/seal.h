/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Intel SDK's sealed-data form (sgx_tseal.h): KEYREQUEST 512 | plain-text offset u32 | 12 zero | payload size u32 | 12 zero |
 * GCM tag 16 | ciphertext | additional text. AES-128-GCM under an EGETKEY seal key, IV all zero: legal only because every blob has
 * a fresh random KEYID, and so a key of its own. The key itself comes from the caller (EGETKEY in an enclave). Freestanding.
 */
#ifndef SGX_SEAL_H
#define SGX_SEAL_H

#include "sgx/keyrequest.h"
#include "crypto/crypto.h"

#define SEAL_HEAD_LEN 560

struct sealed_view {
	struct sgx_keyrequest request;
	const uint8_t *tag;      /* 16 */
	const uint8_t *cipher;
	size_t cipher_len;
	const uint8_t *aad;
	size_t aad_len;
};

/* sealed_parse: view into p; JURAT_E_FORMAT, JURAT_E_TRUNCATED or JURAT_E_TRAILING by field. */
MUST_USE jurat_rc sealed_parse(struct sealed_view *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* sealed_make: SEAL_HEAD_LEN + len + aad_len bytes to out. key was derived from request, whose key_id is fresh. */
MUST_USE jurat_rc sealed_make(uint8_t *out, const struct sgx_keyrequest *request, const struct aes128_key *key,
    const void *aad, size_t aad_len, const uint8_t *plain, size_t len);

/* sealed_open: decrypts cipher_len bytes to out; JURAT_E_CRYPTO if the key or a byte is wrong. */
MUST_USE jurat_rc sealed_open(uint8_t *out, const struct sealed_view *blob, const struct aes128_key *key);

#endif
