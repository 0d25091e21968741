/* SPDX-License-Identifier: Apache-2.0 */
/* A right signature against private-key, signature and verifier revocation lists. */
#include "epid/verifier.h"

#include <string.h>

#include "core/bytes.h"
#include "epid/diag.h"

/* A comb costs as much as so many exponentiations with its point; shorter lists do without. */
#define PRIVRL_COMB_FROM 5
#define SIGRL_COMB_FROM 5

/* ---- private keys: B^f == K ---- */

jurat_epid_rc
jurat_epid_check_privrl_entry(const struct jurat_epid_verifier *verifier, const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t f[32],
    struct jurat_epid_diag *d)
{
	enum jurat_epid_defect defect;
	struct g1_affine b, k;
	struct g1 made;
	struct fr scalar;

	if ((defect = epid_read_g1(&b, basic, true)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, defect, "signature.B", 0);
	if ((defect = epid_read_g1(&k, basic + G1_LEN, true)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, defect, "signature.K", 0);
	if ((defect = epid_read_fr(&scalar, f)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, defect, "privrl.f", 0);
	verifier->group->kernels->g1_multi_exp_vartime(&made, &b, &scalar, 1);
	if (g1_equal_affine(&made, &k))
		return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_PRIVRL, JURAT_EPID_LISTED, "privrl", 0);
	return JURAT_EPID_OK;
}

/* revoked_short, revoked_long: whether one of n (at most KERNEL_BATCH) scalars is the member's; bit i for the i-th. */
static unsigned
revoked_short(const struct jurat_epid_verifier *v, const struct epid_parsed *s, const struct fr *f, size_t n)
{
	unsigned hits = 0;

	for (size_t i = 0; i < n; i++) {
		struct g1 made;

		v->group->kernels->g1_multi_exp_vartime(&made, &s->values.b, &f[i], 1);
		hits |= (unsigned)g1_equal_affine(&made, &s->values.k) << i;
	}
	return hits;
}

/* walk_privrl: comb NULL: the list is short. */
static jurat_epid_rc
walk_privrl(const struct jurat_epid_verifier *v, const struct epid_parsed *s, const struct g1_comb *comb, struct jurat_epid_diag *d)
{
	const struct epid_kernels *kernels = v->group->kernels;

	for (size_t done = 0; done < v->privrl.num; done += KERNEL_BATCH) {
		size_t n = v->privrl.num - done < KERNEL_BATCH ? v->privrl.num - done : KERNEL_BATCH;
		struct fr f[KERNEL_BATCH];
		enum jurat_epid_defect defect;
		unsigned hits;

		for (size_t i = 0; i < n; i++)
			if ((defect = epid_read_fr(&f[i], v->privrl.entries + FR_LEN * (done + i))) != JURAT_EPID_NO_DEFECT)
				return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_PRIVRL, defect, "privrl.f", done + i);
		hits = comb != NULL ? kernels->key_is_revoked_vartime(comb, &s->values.k, f, n) : revoked_short(v, s, f, n);
		for (size_t i = 0; i < n; i++)
			if ((hits >> i & 1u) != 0)
				return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_PRIVRL, JURAT_EPID_LISTED, "privrl", done + i);
	}
	return JURAT_EPID_OK;
}

static jurat_epid_rc
walk_privrl_with_own_comb(const struct jurat_epid_verifier *v, const struct epid_parsed *s, struct jurat_epid_diag *d)
{
	struct g1_comb comb;

	v->group->kernels->g1_comb_init(&comb, &s->values.b);
	return walk_privrl(v, s, &comb, d);
}

jurat_epid_rc
epid_check_privrl(const struct jurat_epid_verifier *v, const struct epid_parsed *s, struct jurat_epid_diag *d)
{
	size_t i;

	if (!v->has_privrl || v->privrl.num == 0)
		return JURAT_EPID_OK;
	if (v->privrl_index.points != NULL) {
		if (v->privrl_revokes_all)
			return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_PRIVRL, JURAT_EPID_SCALAR_RANGE, "privrl.f", v->privrl_bad_entry);
		if (epid_index_find(&i, &v->privrl_index, s->basic + G1_LEN))
			return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_PRIVRL, JURAT_EPID_LISTED, "privrl", i);
		return JURAT_EPID_OK;
	}
	if (v->has_base)
		return walk_privrl(v, s, &v->base_comb, d);
	return v->privrl.num < PRIVRL_COMB_FROM ? walk_privrl(v, s, NULL, d) : walk_privrl_with_own_comb(v, s, d);
}

/* ---- signatures: a proof for each entry ---- */

/* What the proofs of one signature share. */
struct proofs {
	const struct jurat_epid_group *group;
	const struct epid_parsed *s; /* its b and k */
	struct epid_hash start;      /* has taken p g1 B K */
	struct jurat_epid_bytes message;
	const struct g1_comb *comb_b, *comb_k; /* NULL: few entries */
};

void
epid_nr_challenge(struct fr *out, const struct epid_hash *start, const uint8_t entry[2 * G1_LEN], const uint8_t t[G1_LEN],
    const struct g1_affine *r1, const struct g1_affine *r2, struct jurat_epid_bytes message)
{
	struct epid_hash h = *start;
	uint8_t r[2 * G1_LEN];

	g1_write(r, r1);
	g1_write(r + G1_LEN, r2);
	epid_hash_update(&h, entry, 2 * G1_LEN);
	epid_hash_update(&h, t, G1_LEN);
	epid_hash_update(&h, r, sizeof r);
	epid_hash_update(&h, message.p, message.len);
	fr_hash(out, &h);
}

/* nr_read: an entry and its proof. On a defect *field says where it is. */
static enum jurat_epid_defect
nr_read(struct nr_values *out, struct fr *out_c, const char **field, const struct proofs *p, const uint8_t *entry, const uint8_t *proof)
{
	enum jurat_epid_defect defect;

	*field = "sigrl.entry.B";
	if ((defect = epid_read_g1(&out->b, entry, true)) != JURAT_EPID_NO_DEFECT)
		return defect;
	*field = "sigrl.entry.K";
	if ((defect = epid_read_g1(&out->k, entry + G1_LEN, true)) != JURAT_EPID_NO_DEFECT)
		return defect;
	*field = "proof.T"; /* the identity: the member is the one of the entry */
	if ((defect = epid_read_g1(&out->t, proof, false)) != JURAT_EPID_NO_DEFECT)
		return defect;
	*field = "proof.c";
	if ((defect = epid_read_fr(out_c, proof + G1_LEN)) != JURAT_EPID_NO_DEFECT)
		return defect;
	*field = "proof.smu";
	if ((defect = epid_read_fr(&out->smu, proof + G1_LEN + FR_LEN)) != JURAT_EPID_NO_DEFECT)
		return defect;
	*field = "proof.snu";
	if ((defect = epid_read_fr(&out->snu, proof + G1_LEN + 2 * FR_LEN)) != JURAT_EPID_NO_DEFECT)
		return defect;
	if (p->s->kind == JURAT_EPID_SPLIT)
		fr_hash_nonce(&out->c, p->group->hash, proof + G1_LEN + 3 * FR_LEN, out_c);
	else
		out->c = *out_c;
	return JURAT_EPID_NO_DEFECT;
}

/* nr_commit_few: what the kernel does with combs. */
static void
nr_commit_few(struct nr_commitments *out, const struct proofs *p, const struct nr_values *in, size_t n)
{
	const struct epid_kernels *kernels = p->group->kernels;
	struct g1 r[2 * KERNEL_BATCH];
	struct g1_affine affine[2 * KERNEL_BATCH];

	for (size_t i = 0; i < n; i++) {
		const struct g1_affine first[2] = { p->s->values.k, p->s->values.b };
		const struct g1_affine second[3] = { in[i].k, in[i].b, in[i].t };
		struct fr k[3] = { in[i].smu, in[i].snu, in[i].c };

		fr_neg(&k[2], &k[2]);
		kernels->g1_multi_exp_vartime(&r[2 * i], first, k, 2);
		kernels->g1_multi_exp_vartime(&r[2 * i + 1], second, k, 3);
	}
	g1_to_affine_batch(affine, r, 2 * n);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct nr_commitments){ affine[2 * i], affine[2 * i + 1] };
}

/* nr_check: n (at most KERNEL_BATCH) entries and proofs that stand one after the other; *out_i is the first that fails, or n. */
static enum jurat_epid_defect
nr_check(size_t *out_i, const char **field, const struct proofs *p, const uint8_t *entries, const uint8_t *proofs, size_t n)
{
	size_t proof_len = JURAT_EPID_NR_PROOF_LEN(p->s->kind), readable = 0;
	struct nr_values values[KERNEL_BATCH];
	struct nr_commitments commitments[KERNEL_BATCH];
	struct fr c[KERNEL_BATCH], again;
	enum jurat_epid_defect defect = JURAT_EPID_NO_DEFECT;

	while (readable < n) {
		const uint8_t *entry = entries + 2 * G1_LEN * readable;

		if ((defect = nr_read(&values[readable], &c[readable], field, p, entry, proofs + proof_len * readable)) != JURAT_EPID_NO_DEFECT)
			break;
		readable++;
	}
	if (p->comb_b != NULL)
		p->group->kernels->nr_verify_vartime(commitments, p->comb_b, p->comb_k, values, readable);
	else
		nr_commit_few(commitments, p, values, readable);
	for (size_t i = 0; i < readable; i++) {
		epid_nr_challenge(&again, &p->start, entries + 2 * G1_LEN * i, proofs + proof_len * i, &commitments[i].r1, &commitments[i].r2,
		    p->message);
		if (fr_equal(&again, &c[i]))
			continue;
		*field = "proof";
		*out_i = i;
		return JURAT_EPID_WRONG_PROOF;
	}
	*out_i = readable;
	return defect;
}

static void
proofs_init(struct proofs *p, const struct jurat_epid_group *g, const struct epid_parsed *s, struct jurat_epid_bytes message)
{
	*p = (struct proofs){ .group = g, .s = s, .start = g->nr_start, .message = message };
	epid_hash_update(&p->start, s->basic, 2 * G1_LEN);
}

jurat_epid_rc
jurat_epid_verify_nr_proof(const struct jurat_epid_verifier *verifier, const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t entry[128],
    struct jurat_epid_bytes proof, struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	enum jurat_epid_kind kind = proof.len == JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT) ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT;
	struct epid_parsed s = { .kind = kind, .basic = basic };
	enum jurat_epid_defect defect;
	const char *field;
	struct proofs p;
	size_t i;

	if (!epid_bytes_ok(message))
		return epid_fail(d, JURAT_EPID_E_BAD_MESSAGE, JURAT_EPID_BAD_LENGTH, "message", 0);
	if (proof.p == NULL || proof.len != JURAT_EPID_NR_PROOF_LEN(kind))
		return epid_fail(d, JURAT_EPID_E_BAD_NR_PROOF, JURAT_EPID_BAD_LENGTH, "proof", 0);
	if ((defect = epid_read_g1(&s.values.b, basic, true)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_NR_PROOF, defect, "signature.B", 0);
	if ((defect = epid_read_g1(&s.values.k, basic + G1_LEN, true)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_NR_PROOF, defect, "signature.K", 0);
	proofs_init(&p, verifier->group, &s, message);
	defect = nr_check(&i, &field, &p, entry, proof.p, 1);
	return defect == JURAT_EPID_NO_DEFECT ? JURAT_EPID_OK : epid_fail(d, JURAT_EPID_E_BAD_NR_PROOF, defect, field, 0);
}

static jurat_epid_rc
walk_sigrl(const struct jurat_epid_verifier *v, const struct proofs *p, const struct epid_signature *whole, struct jurat_epid_diag *d)
{
	for (size_t done = 0; done < v->sigrl.num; done += KERNEL_BATCH) {
		size_t n = v->sigrl.num - done < KERNEL_BATCH ? v->sigrl.num - done : KERNEL_BATCH, i;
		enum jurat_epid_defect defect;
		const char *field;

		defect = nr_check(&i, &field, p, v->sigrl.entries + 2 * G1_LEN * done, whole->proofs + whole->proof_len * done, n);
		if (defect != JURAT_EPID_NO_DEFECT)
			return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_SIGRL, defect, field, done + i);
	}
	return JURAT_EPID_OK;
}

static jurat_epid_rc
walk_sigrl_with_combs(const struct jurat_epid_verifier *v, struct proofs *p, const struct epid_signature *whole, struct jurat_epid_diag *d)
{
	const struct epid_kernels *kernels = v->group->kernels;
	struct g1_comb comb_b, comb_k;

	kernels->g1_comb_init(&comb_k, &p->s->values.k);
	p->comb_k = &comb_k;
	p->comb_b = v->has_base ? &v->base_comb : &comb_b;
	if (!v->has_base)
		kernels->g1_comb_init(&comb_b, &p->s->values.b);
	return walk_sigrl(v, p, whole, d);
}

jurat_epid_rc
epid_check_sigrl(const struct jurat_epid_verifier *v, const struct epid_parsed *s, const struct epid_signature *whole,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	struct proofs p;

	if (!v->has_sigrl)
		return JURAT_EPID_OK;
	if (whole->rl_version != v->sigrl.version)
		return epid_fail(d, JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_WRONG_VERSION, "signature.sigrl.version", 0);
	if (whole->num_proofs != v->sigrl.num)
		return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_BAD_COUNT, "signature.sigrl.count", 0);
	proofs_init(&p, v->group, s, message);
	return v->sigrl.num < SIGRL_COMB_FROM ? walk_sigrl(v, &p, whole, d) : walk_sigrl_with_combs(v, &p, whole, d);
}

/* ---- the verifier's own list ---- */

bool
epid_find_point(size_t *out_i, const uint8_t *points, size_t stride, size_t n, const uint8_t point[G1_LEN])
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(points + stride * i, point, G1_LEN) != 0)
			continue;
		*out_i = i;
		return true;
	}
	return false;
}

jurat_epid_rc
epid_check_verifierrl(const struct jurat_epid_verifier *v, const struct epid_parsed *s, struct jurat_epid_diag *d)
{
	const uint8_t *k = s->basic + G1_LEN;
	size_t i;
	bool found;

	if (!v->has_verifierrl)
		return JURAT_EPID_OK;
	if (v->verifierrl_index.points != NULL)
		found = epid_index_find(&i, &v->verifierrl_index, k);
	else
		found = epid_find_point(&i, v->verifierrl.entries, G1_LEN, v->verifierrl.num, k);
	return found ? epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL, JURAT_EPID_LISTED, "verifierrl", i) : JURAT_EPID_OK;
}
