/* SPDX-License-Identifier: Apache-2.0 */
/* The pairings that Intel's files keep precomputed. Jurat computes from the group's lines instead, and trusts no such file. */
#include <string.h>

#include "core/ct.h"
#include "epid/diag.h"
#include "epid/member.h"

/* pair_g2, pair_w: e(p, g2) and e(p, w). */
static void
pair_g2(uint8_t out[FQ12_LEN], const struct jurat_epid_group *g, const struct g1_affine *p)
{
	struct fq12 e;
	struct g1 point;

	g1_from_affine(&point, p);
	g->kernels->pairing2(&e, &point, &g1_identity, &g->lines_w);
	fq12_write(out, &e);
	wipe(&e, sizeof e);
	wipe(&point, sizeof point);
}

static void
pair_w(uint8_t out[FQ12_LEN], const struct jurat_epid_group *g, const struct g1_affine *p)
{
	struct fq12 e;
	struct g1 point;

	g1_from_affine(&point, p);
	g->kernels->pairing2(&e, &g1_identity, &point, &g->lines_w);
	fq12_write(out, &e);
	wipe(&e, sizeof e);
	wipe(&point, sizeof point);
}

/* write_shared: e(h1,g2) e(h2,g2) e(h2,w), with which both files begin. */
static void
write_shared(uint8_t *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind)
{
	pair_g2(out, g, &g->side[kind].h1);
	pair_g2(out + FQ12_LEN, g, &g->h2);
	pair_w(out + 2 * FQ12_LEN, g, &g->h2);
}

jurat_epid_rc
jurat_epid_verifier_precomp_write(uint8_t *out, size_t out_len, const struct jurat_epid_group *group, struct jurat_epid_diag *d)
{
	if (out_len != JURAT_EPID_VERIFIER_PRECOMP_LEN(group->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	memcpy(out, group->public_key, group->gid_len);
	write_shared(out + group->gid_len, group, JURAT_EPID_NOT_SPLIT);
	pair_g2(out + group->gid_len + 3 * FQ12_LEN, group, &g1_generator);
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_verifier_precomp_check(const struct jurat_epid_group *group, struct jurat_epid_bytes precomp, struct jurat_epid_diag *d)
{
	uint8_t right[JURAT_EPID_VERIFIER_PRECOMP_LEN(EPID_GID_MAX)];
	size_t len = JURAT_EPID_VERIFIER_PRECOMP_LEN(group->gid_len);
	jurat_epid_rc rc;

	if (precomp.p == NULL || precomp.len != len)
		return epid_fail(d, JURAT_EPID_E_BAD_PRECOMP, JURAT_EPID_BAD_LENGTH, "precomp", 0);
	if (!epid_gid_equal(group, precomp.p))
		return epid_fail(d, JURAT_EPID_E_PRECOMP_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP, "precomp.gid", 0);
	if ((rc = jurat_epid_verifier_precomp_write(right, len, group, d)) != JURAT_EPID_OK)
		return rc;
	return memcmp(right, precomp.p, len) == 0 ? JURAT_EPID_OK :
						    epid_fail(d, JURAT_EPID_E_BAD_PRECOMP, JURAT_EPID_WRONG_PROOF, "precomp", 0);
}

jurat_epid_rc
jurat_epid_member_precomp_write(uint8_t *out, size_t out_len, const struct jurat_epid_member *member, struct jurat_epid_diag *d)
{
	if (out_len != JURAT_EPID_MEMBER_PRECOMP_LEN)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	write_shared(out, member->group, member->kind);
	pair_g2(out + 3 * FQ12_LEN, member->group, &member->key.a);
	return JURAT_EPID_OK;
}
