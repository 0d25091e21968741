/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures that were found right need not be checked again: a small set of SHA-256(key ‖ digest ‖ signature), filled only with
 * successes, never with failures. Usable from several threads without a lock; when it is full, nothing more is remembered. It changes the cost of
 * a verification and nothing else. Collateral's own signatures go in, and those of the root in a quote's chain: an attester can add the
 * other form (s and n − s) of what the root signed, and nothing of its own.
 */
#ifndef DCAP_MEMO_H
#define DCAP_MEMO_H

#include "crypto/ecdsa.h"

#define MEMO_NUM_SLOTS 16

struct memo;

/* memo_new: NULL without memory. memo_free(NULL) is fine. */
struct memo *memo_new(void);
void memo_free(struct memo *memo);

/* memo_verify_vartime: ecdsa_check_vartime, remembered. memo may be NULL. */
MUST_USE jurat_rc memo_verify_vartime(struct memo *memo, struct ecdsa *e, const struct p256_signature *sig, const struct p256_public *pub,
    const uint8_t digest[SHA256_LEN]);

#endif
