/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known platforms: what a PCK chain said, kept when every certificate in it was found right under one trust root, so that the next quote with the
 * very same bytes costs neither parsing nor the leaf's signature. The key is SHA-256(root's digest ‖ chain as it stands in the quote): a
 * changed byte is another chain. Dates, revocation and TCB are judged anew each time; nothing that can change is kept. It changes the cost of a
 * verification and nothing else. Fixed memory; a full set of four forgets its oldest. One lock, held for a copy of some hundred bytes.
 */
#ifndef DCAP_PLATFORMS_H
#define DCAP_PLATFORMS_H

#include "dcap/chain.h"
#include "x509/pck.h"

struct known_serial {
	uint8_t len, b[X509_SERIAL_MAX];
};

/* Certificates stand in the order leaf, CA, root (if it travelled along). */
struct known_pck {
	struct p256_public leaf_key, ca_key;
	struct known_serial serial[2];
	enum trust_role ca_role;
	size_t num;
	int64_t not_before[CHAIN_MAX_CERTS], not_after[CHAIN_MAX_CERTS];
	struct pck_extension pck;
};

/* known_key: of this chain under this root. */
void known_key(uint8_t out[SHA256_LEN], const struct jurat_trust *root, const void *chain, size_t len);

/* known_take, known_restore: between a chain that was found right and what is kept. The restored certificates borrow k and the root. */
void known_take(struct known_pck *out, const struct chain_roles *roles, const struct jurat_trust *root, const struct pck_extension *pck);
void known_restore(struct cert_chain *out, struct chain_roles *roles, const struct known_pck *k, const struct jurat_trust *root);

/* platforms_find: whether it is known. platforms_add: keeps it; known already is fine. */
MUST_USE bool platforms_find(struct jurat_platforms *p, const uint8_t key[SHA256_LEN], struct known_pck *out);
void platforms_add(struct jurat_platforms *p, const uint8_t key[SHA256_LEN], const struct known_pck *k);

#endif
