/* SPDX-License-Identifier: Apache-2.0 */
/* The issuer: making groups and certifying members. docs/epid.md has the equations. */
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "epid/diag.h"
#include "epid/group.h"
#include "epid/join.h"
#include "epid/random.h"

struct jurat_epid_issuer {
	const struct jurat_epid_group *group;
	struct fr gamma;
};

_Static_assert(sizeof(struct jurat_epid_issuer) <= JURAT_EPID_ISSUER_MAX_SIZE, "an issuer fits into what the header promises");

size_t
jurat_epid_issuer_size(void)
{
	return sizeof(struct jurat_epid_issuer);
}

/* ---- groups ---- */

/* random_point: G1.hash of random bytes: nobody knows its logarithm to any other. */
static jurat_epid_rc
random_point(uint8_t out[G1_LEN], enum jurat_epid_hash hash, const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	struct g1_affine p;
	uint8_t seed[32];
	jurat_epid_rc rc = epid_random(seed, sizeof seed, random, d);

	if (rc != JURAT_EPID_OK)
		return rc;
	epid_publish(seed, sizeof seed); /* the point is part of the group's key */
	if (!g1_hash_vartime(&p, NULL, kernels_best(), hash, seed, sizeof seed))
		return epid_fail(d, JURAT_EPID_E_MATH, JURAT_EPID_NO_DEFECT, "group", 0);
	g1_write(out, &p);
	return JURAT_EPID_OK;
}

/* write_w: w = g2^gamma. */
static void
write_w(uint8_t out[G2_LEN], const struct fr *gamma)
{
	struct g2 w;
	struct g2_affine affine;

	g2_mul(&w, &g2_generator, gamma);
	g2_to_affine(&affine, &w);
	g2_write(out, &affine);
	wipe(&w, sizeof w);
}

jurat_epid_rc
jurat_epid_group_create(uint8_t *out_public_key, size_t out_public_key_len, uint8_t *out_issuer_key, size_t out_issuer_key_len,
    struct jurat_epid_bytes group_id, const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	uint8_t h[2 * G1_LEN];
	enum jurat_epid_hash hash;
	struct fr gamma;
	jurat_epid_rc rc;

	if ((rc = epid_gid_hash(&hash, group_id, d)) != JURAT_EPID_OK)
		return rc;
	if (out_public_key_len != JURAT_EPID_GROUP_KEY_LEN(group_id.len) || out_issuer_key_len != JURAT_EPID_ISSUER_KEY_LEN(group_id.len))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	if ((rc = epid_random_scalars((struct fr *const[]){ &gamma }, 1, random, d)) != JURAT_EPID_OK ||
	    (rc = random_point(h, hash, random, d)) != JURAT_EPID_OK || (rc = random_point(h + G1_LEN, hash, random, d)) != JURAT_EPID_OK)
		goto out;
	memcpy(out_public_key, group_id.p, group_id.len);
	memcpy(out_public_key + group_id.len, h, sizeof h);
	write_w(out_public_key + group_id.len + sizeof h, &gamma);
	memcpy(out_issuer_key, group_id.p, group_id.len);
	fr_write(out_issuer_key + group_id.len, &gamma);
out:
	wipe(&gamma, sizeof gamma);
	return rc;
}

/* ---- issuer contexts ---- */

jurat_epid_rc
jurat_epid_issuer_init(struct jurat_epid_issuer **out, void *memory, size_t memory_len, const struct jurat_epid_group *group,
    struct jurat_epid_bytes issuer_key, struct jurat_epid_diag *d)
{
	struct jurat_epid_issuer *i = epid_memory(memory, memory_len, sizeof *i);
	enum jurat_epid_defect defect;
	uint8_t w[G2_LEN];
	struct fr gamma;
	jurat_epid_rc rc = JURAT_EPID_OK;

	if (group == NULL)
		return epid_fail(d, JURAT_EPID_E_OUT_OF_SEQUENCE, JURAT_EPID_NO_DEFECT, "group", 0);
	if (i == NULL)
		return epid_fail(d, JURAT_EPID_E_NO_MEMORY, JURAT_EPID_BAD_LENGTH, "memory", 0);
	if (issuer_key.p == NULL || issuer_key.len != JURAT_EPID_ISSUER_KEY_LEN(group->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_ISSUER_KEY, JURAT_EPID_BAD_LENGTH, "issuer", 0);
	if (!epid_gid_equal(group, issuer_key.p))
		return epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP, "issuer.gid", 0);
	if ((defect = epid_read_secret(&gamma, (const uint8_t *)issuer_key.p + group->gid_len)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_ISSUER_KEY, defect, "issuer.gamma", 0);
	write_w(w, &gamma);
	if (ct_equal(w, group->public_key + group->gid_len + 2 * G1_LEN, sizeof w)) {
		i->group = group; /* not by a compound literal, which is a copy that nobody can wipe */
		i->gamma = gamma;
		*out = i;
	} else {
		rc = epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_PROOF, "issuer.gamma", 0);
	}
	wipe(&gamma, sizeof gamma);
	return rc;
}

void
jurat_epid_issuer_clear(struct jurat_epid_issuer *issuer)
{
	if (issuer != NULL)
		wipe(issuer, sizeof *issuer);
}

/* ---- certifying ---- */

/* struct request: a join request whose parts have been read. Public. */
struct request {
	enum jurat_epid_kind kind;
	const uint8_t *f_bytes;
	struct g1_affine f;
	struct fr c, s, used; /* used: the challenge of the equation: hash(k || c) if split */
};

/* check_split_part: that the member's h1 is the hash of the group's. */
static bool
check_split_part(const struct jurat_epid_group *g, const uint8_t *at)
{
	return load32be(at) == g->h1_tries && memcmp(at + 4, g->side[JURAT_EPID_SPLIT].h1_bytes + FQ_LEN, FQ_LEN) == 0;
}

static jurat_epid_rc
read_request(struct request *out, const struct jurat_epid_group *g, struct jurat_epid_bytes in, struct jurat_epid_diag *d)
{
	const uint8_t *p = in.p;
	struct request r = { .kind = in.len == JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT) ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT };
	enum jurat_epid_defect defect;

	if (p == NULL || in.len != JURAT_EPID_JOIN_REQUEST_LEN(r.kind))
		return epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_BAD_LENGTH, "join", 0);
	if ((defect = epid_read_g1(&r.f, p, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, defect, "join.F", 0);
	if ((defect = epid_read_fr(&r.c, p + 64)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, defect, "join.c", 0);
	if ((defect = epid_read_fr(&r.s, p + 96)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, defect, "join.s", 0);
	r.used = r.c;
	if (r.kind == JURAT_EPID_SPLIT) {
		if (!check_split_part(g, p + 160))
			return epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_WRONG_BASE, "join.y", 0);
		fr_hash_nonce(&r.used, g->hash, p + 128, &r.c);
	}
	r.f_bytes = p;
	*out = r;
	return JURAT_EPID_OK;
}

/* check_request: R = h1^s F^-c, and c is the hash with it. */
static jurat_epid_rc
check_request(const struct jurat_epid_group *g, const struct request *r, const uint8_t nonce[EPID_JOIN_NONCE_LEN], struct jurat_epid_diag *d)
{
	const struct g1_affine bases[2] = { g->side[r->kind].h1, r->f };
	struct fr k[2] = { r->s, r->used }, c;
	struct g1 sum;
	struct g1_affine affine;
	uint8_t bytes[G1_LEN];

	fr_neg(&k[1], &k[1]);
	g->kernels->g1_multi_exp_vartime(&sum, bases, k, 2);
	g1_to_affine_batch(&affine, &sum, 1);
	g1_write(bytes, &affine);
	epid_join_challenge(&c, g, r->kind, r->f_bytes, bytes, nonce);
	return fr_equal(&c, &r->c) ? JURAT_EPID_OK :
				     epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_WRONG_PROOF, "join", 0);
}

/* draw_x: x, and 1/(x + gamma), which exists. */
static jurat_epid_rc
draw_x(struct fr *out_x, struct fr *out_inverse, const struct jurat_epid_issuer *issuer, const struct jurat_epid_random *random,
    struct jurat_epid_diag *d)
{
	struct fr sum;
	jurat_epid_rc rc;

	do {
		if ((rc = epid_random_scalars((struct fr *const[]){ out_x }, 1, random, d)) != JURAT_EPID_OK)
			return rc;
		fr_add(&sum, out_x, &issuer->gamma);
	} while (epid_decide(fr_is_zero(&sum)));
	fr_inv(out_inverse, &sum);
	wipe(&sum, sizeof sum);
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_certify(uint8_t *out, size_t out_len, const struct jurat_epid_issuer *issuer, struct jurat_epid_bytes join_request,
    const uint8_t nonce[32], const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	const struct jurat_epid_group *g = issuer->group;
	struct g1 sum, a;
	struct g1_affine affine; /* A, once it is made: as secret as x until the member has both */
	struct fr x, inverse;
	struct request r;
	jurat_epid_rc rc;

	if (out_len != JURAT_EPID_CREDENTIAL_LEN(g->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	if ((rc = read_request(&r, g, join_request, d)) != JURAT_EPID_OK || (rc = check_request(g, &r, nonce, d)) != JURAT_EPID_OK)
		return rc;
	g1_from_affine(&sum, &r.f);
	g1_add_affine(&sum, &sum, &g1_generator);
	if (g1_is_identity(&sum)) /* A would be it, too */
		return epid_fail(d, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_IDENTITY, "join.F", 0);
	if ((rc = draw_x(&x, &inverse, issuer, random, d)) != JURAT_EPID_OK)
		return rc;
	g1_to_affine_batch(&affine, &sum, 1);
	g->kernels->g1_multi_exp(&a, &affine, &inverse, 1);
	g1_to_affine(&affine, &a);
	memcpy(out, g->public_key, g->gid_len);
	g1_write(out + g->gid_len, &affine);
	fr_write(out + g->gid_len + G1_LEN, &x);
	wipe(&x, sizeof x);
	wipe(&inverse, sizeof inverse);
	wipe(&a, sizeof a);
	wipe(&affine, sizeof affine);
	return JURAT_EPID_OK;
}
