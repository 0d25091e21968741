/* SPDX-License-Identifier: Apache-2.0 */
/* A member's private key: from a credential, from its compressed form, and whether it is one of the group's. */
#include "epid/member.h"

#include <string.h>

#include "core/ct.h"
#include "epid/diag.h"

#define SEED_LEN 32

bool
epid_key_fits(const struct jurat_epid_group *g, enum jurat_epid_kind kind, const struct epid_key *key)
{
	struct g1_affine bases[2] = { key->a, g->side[kind].h1 };
	struct fr k[2] = { key->x, key->f };
	struct g1 p1, p2, generator;
	struct fq12 product;
	bool fits;

	fr_neg(&k[1], &k[1]);
	g->kernels->g1_multi_exp(&p1, bases, k, 2);
	g1_from_affine(&generator, &g1_generator);
	g1_neg(&generator, &generator);
	g1_add(&p1, &p1, &generator);
	g1_from_affine(&p2, &key->a);
	g->kernels->pairing2(&product, &p1, &p2, &g->lines_w);
	fits = epid_decide(fq12_equal(&product, &fq12_one));
	wipe(bases, sizeof bases);
	wipe(k, sizeof k);
	wipe(&p1, sizeof p1);
	wipe(&p2, sizeof p2);
	wipe(&product, sizeof product);
	return fits;
}

/* read_parts: A, x and f, wherever they stand. bad: the code of what they are part of. */
static jurat_epid_rc
read_parts(struct epid_key *out, const uint8_t *a, const uint8_t *x, const uint8_t *f, jurat_epid_rc bad, struct jurat_epid_diag *d)
{
	enum jurat_epid_defect defect;

	if ((defect = epid_read_g1(&out->a, a, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, bad, defect, "key.A", 0);
	if ((defect = epid_read_secret(&out->x, x)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, bad, defect, "key.x", 0);
	if ((defect = epid_read_secret(&out->f, f)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, bad == JURAT_EPID_E_BAD_CREDENTIAL ? JURAT_EPID_E_BAD_ARG : bad, defect, "key.f", 0);
	return JURAT_EPID_OK;
}

jurat_epid_rc
epid_key_read(struct epid_key *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, struct jurat_epid_bytes in,
    struct jurat_epid_diag *d)
{
	const uint8_t *a;
	struct epid_key key;
	jurat_epid_rc rc;

	if ((rc = epid_kind_check(kind, d)) != JURAT_EPID_OK)
		return rc;
	if (in.p == NULL || in.len != JURAT_EPID_PRIVATE_KEY_LEN(g->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_BAD_LENGTH, "key", 0);
	if (!epid_gid_equal(g, in.p))
		return epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP, "key.gid", 0);
	a = (const uint8_t *)in.p + g->gid_len;
	rc = read_parts(&key, a, a + G1_LEN, a + G1_LEN + FR_LEN, JURAT_EPID_E_BAD_PRIVATE_KEY, d);
	if (rc == JURAT_EPID_OK && !epid_key_fits(g, kind, &key))
		rc = epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_PROOF, "key", 0);
	if (rc == JURAT_EPID_OK)
		*out = key;
	wipe(&key, sizeof key);
	return rc;
}

/* write_key: out is as long as the group's private keys. */
static void
write_key(uint8_t *out, const struct jurat_epid_group *g, const struct epid_key *key)
{
	memcpy(out, g->public_key, g->gid_len);
	g1_write(out + g->gid_len, &key->a);
	fr_write(out + g->gid_len + G1_LEN, &key->x);
	fr_write(out + g->gid_len + G1_LEN + FR_LEN, &key->f);
}

jurat_epid_rc
jurat_epid_key_from_credential(uint8_t *out, size_t out_len, const struct jurat_epid_group *group, enum jurat_epid_kind kind,
    struct jurat_epid_bytes credential, const uint8_t f[32], struct jurat_epid_diag *d)
{
	const uint8_t *a;
	struct epid_key key;
	jurat_epid_rc rc;

	if ((rc = epid_kind_check(kind, d)) != JURAT_EPID_OK)
		return rc;
	if (out_len != JURAT_EPID_PRIVATE_KEY_LEN(group->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	if (credential.p == NULL || credential.len != JURAT_EPID_CREDENTIAL_LEN(group->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_CREDENTIAL, JURAT_EPID_BAD_LENGTH, "credential", 0);
	if (!epid_gid_equal(group, credential.p))
		return epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP, "credential.gid", 0);
	a = (const uint8_t *)credential.p + group->gid_len;
	rc = read_parts(&key, a, a + G1_LEN, f, JURAT_EPID_E_BAD_CREDENTIAL, d);
	if (rc == JURAT_EPID_OK && !epid_key_fits(group, kind, &key))
		rc = epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_PROOF, "credential", 0);
	if (rc == JURAT_EPID_OK)
		write_key(out, group, &key);
	wipe(&key, sizeof key);
	return rc;
}

/* ---- compressed keys ---- */

/* expand: (SHA-256(seed || counter || name) || SHA-256(seed || counter + 1 || name)) mod p. */
static void
expand(struct fr *out, const uint8_t seed[SEED_LEN], uint8_t counter)
{
	static const char name[] = "ECC-SafeID";
	uint8_t wide[2 * SHA256_LEN];

	for (uint8_t i = 0; i < 2; i++) {
		uint8_t number = (uint8_t)(counter + i);
		struct sha256 h;

		sha256_init(&h);
		sha256_update(&h, seed, SEED_LEN);
		sha256_update(&h, &number, 1);
		sha256_update(&h, name, sizeof name - 1);
		sha256_final(&h, wide + SHA256_LEN * i);
	}
	fr_reduce(out, wide, sizeof wide);
	wipe(wide, sizeof wide);
}

/* decompress: of the two points with A's x coordinate, the one that fits. */
static jurat_epid_rc
decompress(struct epid_key *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t *ax, struct jurat_epid_diag *d)
{
	struct fq x;

	if (!fq_read(&x, ax))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_NOT_CANONICAL, "key.A.x", 0);
	if (!g1_from_x(&out->a, &x))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_NOT_ON_CURVE, "key.A.x", 0);
	expand(&out->x, ax + FQ_LEN, 6);
	expand(&out->f, ax + FQ_LEN, 8);
	if (epid_decide(or_both(fr_is_zero(&out->x), fr_is_zero(&out->f))))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_SCALAR_ZERO, "key.seed", 0);
	if (epid_key_fits(g, kind, out))
		return JURAT_EPID_OK;
	fq_neg(&out->a.y, &out->a.y);
	if (epid_key_fits(g, kind, out))
		return JURAT_EPID_OK;
	return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_WRONG_PROOF, "key", 0);
}

jurat_epid_rc
jurat_epid_key_decompress(uint8_t *out, size_t out_len, const struct jurat_epid_group *group, enum jurat_epid_kind kind,
    struct jurat_epid_bytes compressed, struct jurat_epid_diag *d)
{
	struct epid_key key;
	jurat_epid_rc rc;

	if ((rc = epid_kind_check(kind, d)) != JURAT_EPID_OK)
		return rc;
	if (out_len != JURAT_EPID_PRIVATE_KEY_LEN(group->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	if (compressed.p == NULL || compressed.len != JURAT_EPID_COMPRESSED_KEY_LEN(group->gid_len))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "key", 0);
	if (!epid_gid_equal(group, compressed.p))
		return epid_fail(d, JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP, "key.gid", 0);
	rc = decompress(&key, group, kind, (const uint8_t *)compressed.p + group->gid_len, d);
	if (rc == JURAT_EPID_OK)
		write_key(out, group, &key);
	wipe(&key, sizeof key);
	return rc;
}
