/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests' world (tests/vectors/dcap_world.py) with its keys, which guard nothing: genuine evidence taken apart, so that a fuzz target can change any part and
 * have it signed again. What was signed and what is sent are two copies: where they differ, nothing may be accepted.
 */
#ifndef FUZZ_SIGNED_WORLD_H
#define FUZZ_SIGNED_WORLD_H

#include "core/bytes.h"
#include "crypto/crypto.h"

#define WORLD_NUM_BASES 4u /* genuine quotes: SGX version 3, TD 1.0 in version 4, 1.5 and 1.5 Ex in version 5 */
#define WORLD_PART_MAX 8192u
#define WORLD_SIGNED_MAX (WORLD_PART_MAX - 256u) /* of a part that gets a signature and an outer element */
#define WORLD_CHAIN_MAX 5u
#define WORLD_AT 1780315200ll /* 2026-06-01T12:00:00Z: everything of the world is valid */

/* Each part is signed by the key of another one. Certificates and CRLs are their signed contents (tbs…). */
enum world_part { PART_HEAD, PART_QE_REPORT, PART_LEAF, PART_CA, PART_SIGNER, PART_ROOT_CRL, PART_PCK_CRL, PART_TCB_INFO, PART_IDENTITY, PART_NUM };

/* Whose key: KEY_STRANGER is known to nobody. */
enum world_key { KEY_ROOT, KEY_CA, KEY_LEAF, KEY_SIGNER, KEY_ATTESTATION, KEY_STRANGER, KEY_NUM };

/* Certificates of the chain in the quote. */
enum world_cert { CHAIN_LEAF, CHAIN_CA, CHAIN_ROOT, CHAIN_SIGNER, CHAIN_NUM };

struct world_bytes {
	uint8_t p[WORLD_PART_MAX];
	size_t len;
};

struct world_evidence {
	unsigned base;
	struct world_bytes signed_part[PART_NUM], sent[PART_NUM];
	enum world_key signer[PART_NUM];
	struct world_bytes auth; /* of the quoting enclave, not signed but bound */
	bool keep_binding;       /* the QE report's data is as it stands */
	enum world_cert chain[WORLD_CHAIN_MAX];
	size_t num_chain;
	int64_t at_unix_s;
};

/* world_open: genuine evidence; base below WORLD_NUM_BASES. */
void world_open_evidence(struct world_evidence *out, unsigned base);

/* The right signer of a part. */
enum world_key world_signer(enum world_part part);
const struct p256_public *world_public(enum world_key key);

/* Fresh memory that the caller frees. The quote's length is below 64 KiB. Signs. */
uint8_t *world_quote(size_t *out_len, const struct world_evidence *e);
char *world_collateral(const struct world_evidence *e);
/* world_der: the certificate or CRL of a part as it is sent. */
void world_der(struct world_bytes *out, const struct world_evidence *e, enum world_part part);

/* world_root: the root's certificate. */
const struct world_bytes *world_root(void);

/* world_put_head: tag and length of a DER element of less than 64 KiB. */
void world_put_head(struct writer *w, uint8_t tag, size_t len);

/* world_trust: trust.json; the caller frees. */
char *world_trust(void);

#endif
