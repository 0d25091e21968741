/* SPDX-License-Identifier: Apache-2.0 */
/* What a verifier context holds, and the steps of a verification. The contract is in jurat/epid.h. Everything here is public. */
#ifndef EPID_VERIFIER_H
#define EPID_VERIFIER_H

#include "epid/files.h"
#include "epid/group.h"
#include "epid/index.h"

struct jurat_epid_verifier {
	const struct jurat_epid_group *group;
	uint32_t flags;
	bool has_base; /* base and base_bytes are G1.hash(base name) */
	struct g1_affine base;
	uint8_t base_bytes[G1_LEN];
	/* lists: entries NULL and has_… false where none is set */
	bool has_privrl, has_sigrl, has_grouprl, has_verifierrl;
	struct epid_list privrl, sigrl, grouprl, verifierrl;
	bool group_is_revoked;       /* by the GroupRL */
	size_t group_revoked_at;
	bool privrl_revokes_all;     /* it has an entry that is not below p, which Intel's verifier takes for a hit */
	size_t privrl_bad_entry;
	struct epid_index privrl_index;     /* over the K that each f of the list makes with base */
	struct epid_index verifierrl_index; /* over the list's K */
	struct g1_comb base_comb; /* if has_base */
};

/* struct epid_parsed: a signature whose parts have been read. */
struct epid_parsed {
	enum jurat_epid_kind kind;
	const uint8_t *basic, *nonce; /* nonce NULL: not split */
	struct signature_values values; /* c is the one of the equations: hash(nonce || c) if split */
	struct fr c_wire;
};

/* epid_parse_basic: base: the 64 bytes that B must be, or NULL for any. JURAT_EPID_OK or JURAT_EPID_SIG_INVALID. */
MUST_USE jurat_epid_rc epid_parse_basic(struct epid_parsed *out, const struct jurat_epid_group *g, const uint8_t *base, const uint8_t *basic,
    const uint8_t *nonce, struct jurat_epid_diag *d);

/* epid_challenge_matches: whether the commitments hash to the challenge. */
MUST_USE bool epid_challenge_matches(const struct jurat_epid_group *g, const struct epid_parsed *s,
    const struct signature_commitments *commitments, struct jurat_epid_bytes message);

/* epid_verify_basic: both, and the equations between them. */
MUST_USE jurat_epid_rc epid_verify_basic(const struct jurat_epid_group *g, const uint8_t *base, const uint8_t *basic, const uint8_t *nonce,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d);

/* epid_challenge: c = hash(hash(p g1 g2 h1 h2 w B K T R1 R2) || message). points: B K T, as bytes. For the signer too: constant time. */
void epid_challenge(struct fr *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t points[3 * G1_LEN],
    const struct g1_affine *r1, const struct fq12 *r2, struct jurat_epid_bytes message);

/* epid_commitment_hash: the inner hash alone. */
void epid_commitment_hash(struct fr *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t points[3 * G1_LEN],
    const struct g1_affine *r1, const struct fq12 *r2);

/* epid_message_hash: the outer hash: c = hash(t3 || message). */
void epid_message_hash(struct fr *out, enum jurat_epid_hash alg, const struct fr *t3, struct jurat_epid_bytes message);

/*
 * epid_nr_challenge: c = hash(p g1 B K B' K' T R1 R2 message) of a non-revoked proof. start has taken p g1 B K; entry is B' K' as bytes.
 * For the prover too: constant time.
 */
void epid_nr_challenge(struct fr *out, const struct epid_hash *start, const uint8_t entry[2 * G1_LEN], const uint8_t t[G1_LEN],
    const struct g1_affine *r1, const struct g1_affine *r2, struct jurat_epid_bytes message);

/* epid_check_privrl, epid_check_sigrl, epid_check_verifierrl: a signature that is right against the list, if there is one. */
MUST_USE jurat_epid_rc epid_check_privrl(
    const struct jurat_epid_verifier *v, const struct epid_parsed *s, struct jurat_epid_diag *d);
MUST_USE jurat_epid_rc epid_check_sigrl(const struct jurat_epid_verifier *v, const struct epid_parsed *s,
    const struct epid_signature *whole, struct jurat_epid_bytes message, struct jurat_epid_diag *d);
MUST_USE jurat_epid_rc epid_check_verifierrl(
    const struct jurat_epid_verifier *v, const struct epid_parsed *s, struct jurat_epid_diag *d);

/* epid_list_for: parses a list of this form for group: the form's own code with the defect if its length, count or group id is wrong. */
MUST_USE jurat_epid_rc epid_list_for(struct epid_list *out, enum epid_form form, struct jurat_epid_bytes in,
    const struct jurat_epid_group *group, struct jurat_epid_diag *d);

/* epid_find_point: whether the list of n points at points has point, and where. */
MUST_USE bool epid_find_point(size_t *out_i, const uint8_t *points, size_t stride, size_t n, const uint8_t point[G1_LEN]);

#endif
