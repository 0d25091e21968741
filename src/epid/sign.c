/* SPDX-License-Identifier: Apache-2.0 */
/* Member contexts, pre-signatures and signing. docs/epid.md has the equations. */
#include "epid/member.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "epid/diag.h"
#include "epid/random.h"
#include "epid/verifier.h"

_Static_assert(sizeof(struct jurat_epid_member) <= JURAT_EPID_MEMBER_MAX_SIZE, "a member fits into what the header promises");
_Static_assert(_Alignof(struct jurat_epid_member) <= JURAT_EPID_ALIGN, "and its alignment");
_Static_assert(sizeof(struct epid_presignature) <= sizeof((struct jurat_epid_presignature *)0)->opaque, "so does a pre-signature");

size_t
jurat_epid_member_size(void)
{
	return sizeof(struct jurat_epid_member);
}

static void
make_tag(uint8_t out[EPID_MEMBER_TAG_LEN], struct jurat_epid_bytes private_key)
{
	uint8_t digest[SHA256_LEN];

	sha256_once(digest, private_key.p, private_key.len);
	memcpy(out, digest, EPID_MEMBER_TAG_LEN);
	wipe(digest, sizeof digest);
}

jurat_epid_rc
jurat_epid_member_init(struct jurat_epid_member **out, void *memory, size_t memory_len, const struct jurat_epid_group *group,
    enum jurat_epid_kind kind, struct jurat_epid_bytes private_key, struct jurat_epid_diag *d)
{
	struct jurat_epid_member *m = epid_memory(memory, memory_len, sizeof *m);
	struct epid_key key;
	jurat_epid_rc rc;

	if (group == NULL)
		return epid_fail(d, JURAT_EPID_E_OUT_OF_SEQUENCE, JURAT_EPID_NO_DEFECT, "group", 0);
	if (m == NULL)
		return epid_fail(d, JURAT_EPID_E_NO_MEMORY, JURAT_EPID_BAD_LENGTH, "memory", 0);
	if ((rc = epid_key_read(&key, group, kind, private_key, d)) != JURAT_EPID_OK)
		return rc;
	m->group = group;
	m->kind = kind;
	m->key = key;
	make_tag(m->tag, private_key);
	group->kernels->g1_comb_init(&m->comb_a, &key.a);
	wipe(&key, sizeof key);
	*out = m;
	return JURAT_EPID_OK;
}

void
jurat_epid_member_clear(struct jurat_epid_member *member)
{
	if (member != NULL)
		wipe(member, sizeof *member);
}

/* ---- before the message ---- */

jurat_epid_rc
epid_presign(struct epid_presignature *out, const struct jurat_epid_member *m, const struct jurat_epid_random *random,
    struct jurat_epid_diag *d)
{
	const struct jurat_epid_group *g = m->group;
	struct presign_values *v = &out->values;
	struct g1_affine t;
	jurat_epid_rc rc;

	rc = epid_random_scalars((struct fr *const[]){ &v->a, &v->rx, &v->rf, &v->ra, &v->rb }, 5, random, d);
	if (rc != JURAT_EPID_OK)
		return rc;
	g->kernels->presign(&t, &out->r2, &g->side[m->kind].tables, &m->comb_a, v);
	g1_write(out->points + 2 * G1_LEN, &t);
	memcpy(out->tag, m->tag, sizeof out->tag);
	out->state = EPID_PRESIGNED_FOR_NAME;
	return JURAT_EPID_OK;
}

void
epid_presign_base(struct epid_presignature *p, const struct jurat_epid_member *m, const struct g1_affine *base)
{
	const struct jurat_epid_group *g = m->group;
	struct fr k[2] = { m->key.f, p->values.rf };
	struct g1 made[2];
	struct g1_affine affine[2]; /* K, R1 */

	g->kernels->g1_exp_each(made, base, k, 2);
	g1_to_affine_batch(affine, made, 2);
	g1_write(p->points, base);
	g1_write(p->points + G1_LEN, &affine[0]);
	epid_commitment_hash(&p->t3, g, m->kind, p->points, &affine[1], &p->r2);
	wipe(&p->r2, sizeof p->r2);
	wipe(k, sizeof k);
	wipe(made, sizeof made);
	wipe(affine, sizeof affine);
	p->state = EPID_PRESIGNED_WITH_BASE;
}

/* random_base: G1.hash of random bytes: nobody knows its logarithm. */
static jurat_epid_rc
random_base(struct g1_affine *out, const struct jurat_epid_group *g, const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	uint8_t name[32];
	jurat_epid_rc rc = epid_random(name, sizeof name, random, d);

	epid_publish(name, sizeof name); /* B is part of the signature */
	if (rc == JURAT_EPID_OK && !g1_hash_vartime(out, NULL, g->kernels, g->hash, name, sizeof name))
		rc = epid_fail(d, JURAT_EPID_E_MATH, JURAT_EPID_NO_DEFECT, "base", 0);
	return rc;
}

static jurat_epid_rc
presign_with_random_base(struct epid_presignature *p, const struct jurat_epid_member *m, const struct jurat_epid_random *random,
    struct jurat_epid_diag *d)
{
	struct g1_affine base;
	jurat_epid_rc rc = random_base(&base, m->group, random, d);

	if (rc == JURAT_EPID_OK)
		epid_presign_base(p, m, &base);
	return rc;
}

jurat_epid_rc
jurat_epid_presign(struct jurat_epid_presignature *out, const struct jurat_epid_member *member, uint32_t flags,
    const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	struct epid_presignature p = { .state = EPID_PRESIGNED_NOTHING };
	jurat_epid_rc rc;

	if ((flags & ~JURAT_EPID_PRESIGN_RANDOM_BASE) != 0)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_NO_DEFECT, "flags", 0);
	rc = epid_presign(&p, member, random, d);
	if (rc == JURAT_EPID_OK && (flags & JURAT_EPID_PRESIGN_RANDOM_BASE) != 0)
		rc = presign_with_random_base(&p, member, random, d);
	if (rc == JURAT_EPID_OK)
		memcpy(out->opaque, &p, sizeof p);
	wipe(&p, sizeof p);
	return rc;
}

void
jurat_epid_presignature_clear(struct jurat_epid_presignature *presignature)
{
	if (presignature != NULL)
		wipe(presignature, sizeof *presignature);
}

/* ---- with the message ---- */

/* check_request: everything that can be wrong with what the caller gave. Decides, and has no effect. */
static jurat_epid_rc
check_request(struct epid_list *out_list, size_t out_len, const struct jurat_epid_member *m, const struct jurat_epid_sign_request *r,
    struct jurat_epid_diag *d)
{
	struct epid_list list = { .num = 0 };
	jurat_epid_rc rc;

	if (!epid_bytes_ok(r->message))
		return epid_fail(d, JURAT_EPID_E_BAD_MESSAGE, JURAT_EPID_BAD_LENGTH, "message", 0);
	if (r->basename != NULL && (r->basename->p == NULL || r->basename->len == 0))
		return epid_fail(d, JURAT_EPID_E_BAD_BASENAME, JURAT_EPID_BAD_LENGTH, "basename", 0);
	if (r->sigrl != NULL && (rc = epid_list_for(&list, EPID_FORM_SIGRL, *r->sigrl, m->group, d)) != JURAT_EPID_OK)
		return rc;
	if (out_len != JURAT_EPID_SIGNATURE_LEN(m->kind, list.num))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	*out_list = list;
	return JURAT_EPID_OK;
}

/* take_presignature: the caller's, which is wiped, or a new one; with the base that the request asks for. */
static jurat_epid_rc
take_presignature(struct epid_presignature *p, const struct jurat_epid_member *m, const struct jurat_epid_sign_request *r,
    struct jurat_epid_diag *d)
{
	enum epid_presigned wanted = r->basename != NULL ? EPID_PRESIGNED_FOR_NAME : EPID_PRESIGNED_WITH_BASE;
	jurat_epid_rc rc;

	if (r->presignature == NULL) {
		if ((rc = epid_presign(p, m, r->random, d)) != JURAT_EPID_OK || r->basename != NULL)
			return rc;
		return presign_with_random_base(p, m, r->random, d);
	}
	memcpy(p, r->presignature->opaque, sizeof *p);
	if (p->state != wanted || !ct_equal(p->tag, m->tag, sizeof p->tag))
		return epid_fail(d, JURAT_EPID_E_OUT_OF_SEQUENCE, JURAT_EPID_NO_DEFECT, "presignature", 0);
	jurat_epid_presignature_clear(r->presignature);
	return JURAT_EPID_OK;
}

/* complete: c, and from it sx = rx + cx, sf = rf + cf, sa = ra + ca, sb = rb + cb with b = ax. nonce NULL: not split. */
static void
complete(uint8_t basic[JURAT_EPID_BASIC_LEN], const struct epid_presignature *p, const struct jurat_epid_member *m,
    struct jurat_epid_bytes message, const uint8_t *nonce)
{
	const struct presign_values *v = &p->values;
	struct fr c, used, b, s;
	const struct {
		const struct fr *secret, *mask;
	} rows[] = { { &m->key.x, &v->rx }, { &m->key.f, &v->rf }, { &v->a, &v->ra }, { &b, &v->rb } };

	epid_message_hash(&c, m->group->hash, &p->t3, message);
	used = c;
	if (nonce != NULL)
		fr_hash_nonce(&used, m->group->hash, nonce, &c);
	fr_mul(&b, &v->a, &m->key.x);
	memcpy(basic, p->points, 3 * G1_LEN);
	fr_write(basic + 3 * G1_LEN, &c);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fr_mul(&s, &used, rows[i].secret);
		fr_add(&s, &s, rows[i].mask);
		fr_write(basic + 3 * G1_LEN + FR_LEN * (i + 1), &s);
	}
	wipe(&b, sizeof b);
}

/* write_head: the basic signature and what stands between it and the proofs. */
static void
write_head(uint8_t *out, const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t *nonce, const struct epid_list *list)
{
	size_t at = JURAT_EPID_BASIC_LEN;

	memcpy(out, basic, JURAT_EPID_BASIC_LEN);
	if (nonce != NULL) {
		memcpy(out + at, nonce, 32);
		at += 32;
	}
	store32be(out + at, list->version);
	store32be(out + at + 4, list->num);
}

jurat_epid_rc
jurat_epid_sign(uint8_t *out, size_t out_len, const struct jurat_epid_member *member, const struct jurat_epid_sign_request *request,
    struct jurat_epid_diag *d)
{
	const struct jurat_epid_group *g = member->group;
	const struct jurat_epid_bytes *name = request->basename;
	uint8_t basic[JURAT_EPID_BASIC_LEN], nonce_bytes[32];
	const uint8_t *nonce = member->kind == JURAT_EPID_SPLIT ? nonce_bytes : NULL;
	struct epid_presignature p;
	struct g1_affine base;
	struct epid_list list = { .num = 0 };
	size_t head = JURAT_EPID_SIGNATURE_LEN(member->kind, 0);
	jurat_epid_rc rc;

	if ((rc = check_request(&list, out_len, member, request, d)) != JURAT_EPID_OK)
		return rc;
	if (name != NULL && !g1_hash_vartime(&base, NULL, g->kernels, g->hash, name->p, name->len))
		return epid_fail(d, JURAT_EPID_E_MATH, JURAT_EPID_NO_DEFECT, "basename", 0);
	if ((rc = take_presignature(&p, member, request, d)) != JURAT_EPID_OK)
		goto out;
	if (name != NULL)
		epid_presign_base(&p, member, &base);
	if (nonce != NULL && (rc = epid_random(nonce_bytes, sizeof nonce_bytes, request->random, d)) != JURAT_EPID_OK)
		goto out;
	complete(basic, &p, member, request->message, nonce);
	epid_publish(basic, sizeof basic);
	rc = epid_prove_all(out + head, member, basic, list.entries, list.num, request->message, request->random, d);
	if (rc == JURAT_EPID_OK)
		write_head(out, basic, nonce, &list);
	else if (rc != JURAT_EPID_E_BAD_SIGRL_ENTRY)
		wipe(out + head, out_len - head); /* proofs went there one by one */
out:
	wipe(&p, sizeof p);
	return rc;
}
