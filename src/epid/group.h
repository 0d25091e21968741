/* SPDX-License-Identifier: Apache-2.0 */
/* What a group context holds, for the roles that stand on it. The contract is in jurat/epid.h. */
#ifndef EPID_GROUP_H
#define EPID_GROUP_H

#include "epid/hash.h"
#include "epid/kernels.h"
#include "jurat/epid.h"

#define EPID_GID_MAX 16

/* What differs between signatures that are split and those that are not: h1, which split ones replace by G1.hash(h1). */
struct epid_side {
	struct g1_affine h1;
	uint8_t h1_bytes[G1_LEN];
	struct epid_hash commitment; /* has taken p g1 g2 h1 h2 w: how every commitment of the group begins */
	struct group_tables tables;
};

struct jurat_epid_group {
	const struct epid_kernels *kernels;
	enum jurat_epid_hash hash;
	size_t gid_len; /* 4 or 16 */
	uint8_t public_key[JURAT_EPID_GROUP_KEY_LEN(EPID_GID_MAX)];
	struct g1_affine h2;
	struct g2_affine w;
	uint32_t h1_tries;         /* i of G1.hash(h1), which split join requests name */
	struct epid_hash nr_start; /* has taken p g1: how the hash of every non-revoked proof begins */
	struct epid_side side[2];  /* by enum jurat_epid_kind */
	struct g1_comb comb_h1, comb_h1_split, comb_h2;
	struct g2_lines lines_w;
};

/* epid_group_init_with: jurat_epid_group_init with a set of kernels of the caller's choice (tests, benchmarks). */
MUST_USE jurat_epid_rc epid_group_init_with(struct jurat_epid_group **out, void *memory, size_t memory_len,
    struct jurat_epid_bytes public_key, enum jurat_epid_hash hash, const struct epid_kernels *kernels, struct jurat_epid_diag *d);

/* epid_memory: memory if it is aligned and holds size bytes, else NULL. */
void *epid_memory(void *memory, size_t memory_len, size_t size);

/* epid_bytes_ok: NULL only with length 0. */
MUST_USE bool epid_bytes_ok(struct jurat_epid_bytes b);

/* epid_kind_check: JURAT_EPID_E_BAD_ARG for a kind that there is not: it is an index. */
MUST_USE jurat_epid_rc epid_kind_check(enum jurat_epid_kind kind, struct jurat_epid_diag *d);

/* epid_gid_equal: whether the group id at p (of the group's own length) is the group's. Public. */
MUST_USE bool epid_gid_equal(const struct jurat_epid_group *group, const uint8_t *p);

/* epid_gid_hash: which hash a group id of 4 or 16 bytes names. JURAT_EPID_E_BAD_GROUP_ID, _SCHEMA_NOT_SUPPORTED, _HASH_NOT_SUPPORTED. */
MUST_USE jurat_epid_rc epid_gid_hash(enum jurat_epid_hash *out, struct jurat_epid_bytes gid, struct jurat_epid_diag *d);

#endif
