/* SPDX-License-Identifier: Apache-2.0 */
/* What a member context and a pre-signature hold, and the steps of signing. The contract is in jurat/epid.h. */
#ifndef EPID_MEMBER_H
#define EPID_MEMBER_H

#include "epid/files.h"
#include "epid/group.h"

/* struct epid_key: a private key whose parts have been read. Secret: wipe it. */
struct epid_key {
	struct g1_affine a;
	struct fr x, f;
};

/* epid_key_fits: whether e(A, g2^x w) = e(g1 h1^f, g2), as e(xA - g1 - f h1, g2) e(A, w) = 1. What becomes known is the answer. */
MUST_USE bool epid_key_fits(const struct jurat_epid_group *g, enum jurat_epid_kind kind, const struct epid_key *key);

/* epid_key_read: a private key of this group: JURAT_EPID_E_BAD_PRIVATE_KEY with the defect, JURAT_EPID_E_KEY_NOT_IN_GROUP. */
MUST_USE jurat_epid_rc epid_key_read(struct epid_key *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind,
    struct jurat_epid_bytes in, struct jurat_epid_diag *d);

#define EPID_MEMBER_TAG_LEN 16

struct jurat_epid_member {
	const struct jurat_epid_group *group;
	enum jurat_epid_kind kind;
	uint8_t tag[EPID_MEMBER_TAG_LEN]; /* tells pre-signatures of different members apart */
	struct epid_key key;
	struct g1_comb comb_a;
};

/* What is left to do with a pre-signature. The values are nobody's wire format. */
enum epid_presigned {
	EPID_PRESIGNED_NOTHING = 0, /* also: used, wiped */
	EPID_PRESIGNED_FOR_NAME = 0x6e616d65,
	EPID_PRESIGNED_WITH_BASE = 0x62617365
};

/* struct epid_presignature: what jurat_epid_presignature holds. Secret. */
struct epid_presignature {
	enum epid_presigned state;
	uint8_t tag[EPID_MEMBER_TAG_LEN];
	struct presign_values values;
	uint8_t points[3 * G1_LEN]; /* B K T; T alone in EPID_PRESIGNED_FOR_NAME */
	struct fq12 r2;             /* EPID_PRESIGNED_FOR_NAME */
	struct fr t3;               /* EPID_PRESIGNED_WITH_BASE: the inner hash of the challenge */
};

/* epid_presign: a pre-signature for a base that is not known yet. epid_presign_base: goes on with B: K, R1 and the inner hash. */
MUST_USE jurat_epid_rc epid_presign(struct epid_presignature *out, const struct jurat_epid_member *m,
    const struct jurat_epid_random *random, struct jurat_epid_diag *d);
void epid_presign_base(struct epid_presignature *p, const struct jurat_epid_member *m, const struct g1_affine *base);

/*
 * epid_prove_all: proofs for n entries of a SigRL to out (n * JURAT_EPID_NR_PROOF_LEN bytes); points: B K as bytes. If an entry is the member's own,
 * its T is the identity, and the call ends, after all entries, with JURAT_EPID_SIG_REVOKED_IN_SIGRL: the caller wipes out, as after
 * JURAT_EPID_E_RANDOM. Entries that are no points: JURAT_EPID_E_BAD_SIGRL_ENTRY, before anything is written.
 */
MUST_USE jurat_epid_rc epid_prove_all(uint8_t *out, const struct jurat_epid_member *m, const uint8_t points[2 * G1_LEN],
    const uint8_t *entries, size_t n, struct jurat_epid_bytes message, const struct jurat_epid_random *random, struct jurat_epid_diag *d);

#endif
