/* SPDX-License-Identifier: Apache-2.0 */
/* The proof in a join request, which member and issuer compute alike. */
#ifndef EPID_JOIN_H
#define EPID_JOIN_H

#include "epid/group.h"

#define EPID_JOIN_NONCE_LEN 32

/* epid_join_challenge: c = hash(p g1 g2 h1 h2 w F R nonce). f and r as bytes. Constant time. */
void epid_join_challenge(struct fr *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t f[G1_LEN],
    const uint8_t r[G1_LEN], const uint8_t nonce[EPID_JOIN_NONCE_LEN]);

#endif
