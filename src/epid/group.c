/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/group.h"

#include <string.h>

#include "core/ct.h"
#include "epid/diag.h"

_Static_assert(sizeof(struct jurat_epid_group) <= JURAT_EPID_GROUP_MAX_SIZE, "a group fits into what the header promises");
_Static_assert(_Alignof(struct jurat_epid_group) <= JURAT_EPID_ALIGN, "and its alignment");

size_t
jurat_epid_group_size(void)
{
	return sizeof(struct jurat_epid_group);
}

void *
epid_memory(void *memory, size_t memory_len, size_t size)
{
	return memory_len >= size && (uintptr_t)memory % JURAT_EPID_ALIGN == 0 ? memory : NULL;
}

bool
epid_bytes_ok(struct jurat_epid_bytes b)
{
	return b.p != NULL || b.len == 0;
}

jurat_epid_rc
epid_kind_check(enum jurat_epid_kind kind, struct jurat_epid_diag *d)
{
	if (kind == JURAT_EPID_NOT_SPLIT || kind == JURAT_EPID_SPLIT)
		return JURAT_EPID_OK;
	return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_NO_DEFECT, "kind", 0);
}

bool
epid_gid_equal(const struct jurat_epid_group *group, const uint8_t *p)
{
	return memcmp(group->public_key, p, group->gid_len) == 0;
}

jurat_epid_rc
epid_gid_hash(enum jurat_epid_hash *out, struct jurat_epid_bytes gid, struct jurat_epid_diag *d)
{
	const uint8_t *id = gid.p;
	unsigned named;

	if (id == NULL || (gid.len != 4 && gid.len != EPID_GID_MAX))
		return epid_fail(d, JURAT_EPID_E_BAD_GROUP_ID, JURAT_EPID_BAD_LENGTH, "group.gid", 0);
	if (gid.len == 4) {
		*out = JURAT_EPID_SHA256;
		return JURAT_EPID_OK;
	}
	if (id[0] >> 4 != 0)
		return epid_fail(d, JURAT_EPID_E_SCHEMA_NOT_SUPPORTED, JURAT_EPID_NO_DEFECT, "group.gid", 0);
	named = id[1] & 15u;
	if (named > JURAT_EPID_SHA512_256)
		return epid_fail(d, JURAT_EPID_E_HASH_NOT_SUPPORTED, JURAT_EPID_WRONG_HASH, "group.gid", 0);
	*out = (enum jurat_epid_hash)named;
	return JURAT_EPID_OK;
}

/* What a public key says, before anything is computed from it. */
struct public_key {
	size_t gid_len;
	enum jurat_epid_hash hash;
	struct g1_affine h1, h2;
	struct g2_affine w;
};

static jurat_epid_rc
read_points(struct public_key *out, const uint8_t *h1, struct jurat_epid_diag *d)
{
	enum jurat_epid_defect defect;

	if ((defect = epid_read_g1(&out->h1, h1, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, defect, "group.h1", 0);
	if ((defect = epid_read_g1(&out->h2, h1 + G1_LEN, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, defect, "group.h2", 0);
	if ((defect = epid_read_g2(&out->w, h1 + 2 * G1_LEN)) == JURAT_EPID_IDENTITY)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, defect, "group.w", 0); /* Intel's code: its pairing fails */
	if (defect != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, defect, "group.w", 0);
	return JURAT_EPID_OK;
}

static jurat_epid_rc
read_public_key(struct public_key *out, struct jurat_epid_bytes in, enum jurat_epid_hash hash, struct jurat_epid_diag *d)
{
	const uint8_t *p = in.p;
	jurat_epid_rc rc;

	if (p == NULL || (in.len != JURAT_EPID_GROUP_KEY_LEN(4) && in.len != JURAT_EPID_GROUP_KEY_LEN(EPID_GID_MAX)))
		return epid_fail(d, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_BAD_LENGTH, "group", 0);
	out->gid_len = in.len - JURAT_EPID_GROUP_KEY_LEN(0);
	if ((rc = epid_gid_hash(&out->hash, (struct jurat_epid_bytes){ p, out->gid_len }, d)) != JURAT_EPID_OK)
		return rc;
	if (hash != JURAT_EPID_HASH_OF_GROUP && !epid_hash_known(hash))
		return epid_fail(d, JURAT_EPID_E_HASH_NOT_SUPPORTED, JURAT_EPID_WRONG_HASH, "hash", 0);
	if (hash != JURAT_EPID_HASH_OF_GROUP)
		out->hash = hash;
	return read_points(out, p + out->gid_len, d);
}

/* start_commitment: p g1 g2 h1 h2 w is the same for every signature and join request, so it is hashed once. */
static void
start_commitment(struct jurat_epid_group *g, struct epid_side *side)
{
	uint8_t g2[G2_LEN];

	side->commitment = g->nr_start;
	g2_write(g2, &g2_generator);
	epid_hash_update(&side->commitment, g2, sizeof g2);
	epid_hash_update(&side->commitment, side->h1_bytes, G1_LEN);
	epid_hash_update(&side->commitment, g->public_key + g->gid_len + G1_LEN, G1_LEN + G2_LEN);
}

static void
start_hashes(struct jurat_epid_group *g)
{
	uint8_t order[FR_LEN], g1[G1_LEN];

	fr_order(order);
	g1_write(g1, &g1_generator);
	epid_hash_init(&g->nr_start, g->hash);
	epid_hash_update(&g->nr_start, order, sizeof order);
	epid_hash_update(&g->nr_start, g1, sizeof g1);
	for (size_t i = 0; i < ARRAY_LEN(g->side); i++)
		start_commitment(g, &g->side[i]);
}

static void
fill_tables(struct jurat_epid_group *g)
{
	const struct epid_kernels *k = g->kernels;

	k->g1_comb_init(&g->comb_h1, &g->side[JURAT_EPID_NOT_SPLIT].h1);
	k->g1_comb_init(&g->comb_h1_split, &g->side[JURAT_EPID_SPLIT].h1);
	k->g1_comb_init(&g->comb_h2, &g->h2);
	k->g2_lines_init_vartime(&g->lines_w, &g->w);
	g->side[JURAT_EPID_NOT_SPLIT].tables = (struct group_tables){ &g->comb_h1, &g->comb_h2, &g->lines_w };
	g->side[JURAT_EPID_SPLIT].tables = (struct group_tables){ &g->comb_h1_split, &g->comb_h2, &g->lines_w };
}

jurat_epid_rc
epid_group_init_with(struct jurat_epid_group **out, void *memory, size_t memory_len, struct jurat_epid_bytes public_key,
    enum jurat_epid_hash hash, const struct epid_kernels *kernels, struct jurat_epid_diag *d)
{
	struct jurat_epid_group *g = epid_memory(memory, memory_len, sizeof *g);
	const uint8_t *h1;
	struct g1_affine h1_split;
	struct public_key key;
	uint32_t tries;
	jurat_epid_rc rc;

	if ((rc = read_public_key(&key, public_key, hash, d)) != JURAT_EPID_OK)
		return rc;
	if (g == NULL)
		return epid_fail(d, JURAT_EPID_E_NO_MEMORY, JURAT_EPID_BAD_LENGTH, "memory", 0);
	h1 = (const uint8_t *)public_key.p + key.gid_len;
	if (!g1_hash_vartime(&h1_split, &tries, kernels, key.hash, h1, G1_LEN))
		return epid_fail(d, JURAT_EPID_E_MATH, JURAT_EPID_NO_DEFECT, "group.h1", 0);
	g->kernels = kernels;
	g->hash = key.hash;
	g->gid_len = key.gid_len;
	memcpy(g->public_key, public_key.p, public_key.len);
	g->h2 = key.h2;
	g->w = key.w;
	g->h1_tries = tries;
	g->side[JURAT_EPID_NOT_SPLIT].h1 = key.h1;
	memcpy(g->side[JURAT_EPID_NOT_SPLIT].h1_bytes, h1, G1_LEN);
	g->side[JURAT_EPID_SPLIT].h1 = h1_split;
	g1_write(g->side[JURAT_EPID_SPLIT].h1_bytes, &h1_split);
	start_hashes(g);
	fill_tables(g);
	*out = g;
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_group_init(struct jurat_epid_group **out, void *memory, size_t memory_len, struct jurat_epid_bytes public_key,
    enum jurat_epid_hash hash, struct jurat_epid_diag *d)
{
	return epid_group_init_with(out, memory, memory_len, public_key, hash, kernels_best(), d);
}

struct jurat_epid_bytes
jurat_epid_group_id(const struct jurat_epid_group *group)
{
	return (struct jurat_epid_bytes){ group->public_key, group->gid_len };
}

struct jurat_epid_bytes
jurat_epid_group_public_key(const struct jurat_epid_group *group)
{
	return (struct jurat_epid_bytes){ group->public_key, JURAT_EPID_GROUP_KEY_LEN(group->gid_len) };
}

enum jurat_epid_hash
jurat_epid_group_hash(const struct jurat_epid_group *group)
{
	return group->hash;
}
