/* SPDX-License-Identifier: Apache-2.0 */
/* The member's side of joining: F = h1^f, and a proof of knowing f. */
#include "epid/join.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "epid/diag.h"
#include "epid/random.h"

void
epid_join_challenge(struct fr *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t f[G1_LEN],
    const uint8_t r[G1_LEN], const uint8_t nonce[EPID_JOIN_NONCE_LEN])
{
	struct epid_hash h = g->side[kind].commitment;

	epid_hash_update(&h, f, G1_LEN);
	epid_hash_update(&h, r, G1_LEN);
	epid_hash_update(&h, nonce, EPID_JOIN_NONCE_LEN);
	fr_hash(out, &h);
}

/* commit: F = h1^f and R = h1^r, as bytes. */
static void
commit(uint8_t out_f[G1_LEN], uint8_t out_r[G1_LEN], const struct jurat_epid_group *g, enum jurat_epid_kind kind, const struct fr *f,
    const struct fr *r)
{
	const struct g1_comb *comb = g->side[kind].tables.h1;
	struct g1 sum[2];
	struct g1_affine affine[2];

	g->kernels->g1_comb_sum(&sum[0], &comb, f, 1);
	g->kernels->g1_comb_sum(&sum[1], &comb, r, 1);
	g1_to_affine_batch(affine, sum, 2);
	g1_write(out_f, &affine[0]);
	g1_write(out_r, &affine[1]);
	wipe(sum, sizeof sum);
}

/* write_request: s = r + c f; split: s = r + hash(k || c) f, and k, and where the group's other h1 comes from. */
static void
write_request(uint8_t *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t f_point[G1_LEN], const struct fr *c,
    const struct fr *f, const struct fr *r, const uint8_t k[32])
{
	struct fr s = *c;

	if (kind == JURAT_EPID_SPLIT)
		fr_hash_nonce(&s, g->hash, k, c);
	fr_mul(&s, &s, f);
	fr_add(&s, &s, r);
	memcpy(out, f_point, G1_LEN);
	fr_write(out + 64, c);
	fr_write(out + 96, &s);
	if (kind == JURAT_EPID_SPLIT) {
		memcpy(out + 128, k, 32);
		store32be(out + 160, g->h1_tries);
		memcpy(out + 164, g->side[kind].h1_bytes + FQ_LEN, FQ_LEN);
	}
}

jurat_epid_rc
jurat_epid_join_request(uint8_t *out, size_t out_len, const struct jurat_epid_group *group, enum jurat_epid_kind kind, const uint8_t f[32],
    const uint8_t nonce[32], const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	uint8_t f_point[G1_LEN], r_point[G1_LEN], k[32] = { 0 }, request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)];
	enum jurat_epid_defect defect;
	struct fr secret, r, c;
	jurat_epid_rc rc;

	if ((rc = epid_kind_check(kind, d)) != JURAT_EPID_OK)
		return rc;
	if (out_len != JURAT_EPID_JOIN_REQUEST_LEN(kind))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	if ((defect = epid_read_secret(&secret, f)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, defect, "f", 0);
	if ((rc = epid_random_scalars((struct fr *const[]){ &r }, 1, random, d)) != JURAT_EPID_OK ||
	    (kind == JURAT_EPID_SPLIT && (rc = epid_random(k, sizeof k, random, d)) != JURAT_EPID_OK))
		goto out;
	commit(f_point, r_point, group, kind, &secret, &r);
	epid_join_challenge(&c, group, kind, f_point, r_point, nonce);
	write_request(request, group, kind, f_point, &c, &secret, &r, k);
	memcpy(out, request, out_len);
out:
	wipe(&secret, sizeof secret);
	wipe(&r, sizeof r);
	return rc;
}
