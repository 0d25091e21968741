/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs that the signer did not make the signatures on a list. docs/epid.md has the equations. */
#include "epid/member.h"

#include <string.h>

#include "core/ct.h"
#include "epid/diag.h"
#include "epid/random.h"
#include "epid/verifier.h"

/* As in verify_lists.c: shorter lists do without combs. */
#define COMBS_FROM 5

/* What all proofs of one signature share. */
struct prover {
	const struct jurat_epid_member *m;
	struct g1_affine b, k;
	struct epid_hash start; /* has taken p g1 B K */
	struct jurat_epid_bytes message;
	const struct jurat_epid_random *random;
	const struct g1_comb *comb_b, *comb_k; /* NULL: few entries */
};

static bool
split(const struct prover *p)
{
	return p->m->kind == JURAT_EPID_SPLIT;
}

/* check_entries: points, before anything is written. */
static jurat_epid_rc
check_entries(const uint8_t *entries, size_t n, struct jurat_epid_diag *d)
{
	for (size_t i = 0; i < 2 * n; i++) {
		struct g1_affine point;
		enum jurat_epid_defect defect = epid_read_g1(&point, entries + G1_LEN * i, true);

		if (defect != JURAT_EPID_NO_DEFECT)
			return epid_fail(d, JURAT_EPID_E_BAD_SIGRL_ENTRY, defect, i % 2 == 0 ? "sigrl.entry.B" : "sigrl.entry.K", i / 2);
	}
	return JURAT_EPID_OK;
}

/*
 * draw: the secrets of one proof. mu and rmu are random, nu = -f mu; rnu is random, too; in a split proof it is -rf mu with a random rf, and there
 * is a nonce.
 */
static jurat_epid_rc
draw(struct nr_secrets *out, uint8_t nonce[32], const struct prover *p, struct jurat_epid_diag *d)
{
	jurat_epid_rc rc = epid_random_scalars((struct fr *const[]){ &out->mu, &out->rmu, &out->rnu }, 3, p->random, d);

	if (rc != JURAT_EPID_OK)
		return rc;
	if (split(p)) {
		if ((rc = epid_random(nonce, 32, p->random, d)) != JURAT_EPID_OK)
			return rc;
		fr_mul(&out->rnu, &out->rnu, &out->mu);
		fr_neg(&out->rnu, &out->rnu);
	}
	fr_mul(&out->nu, &p->m->key.f, &out->mu);
	fr_neg(&out->nu, &out->nu);
	return JURAT_EPID_OK;
}

/* commit_few: what the kernel does with combs. */
static void
commit_few(struct nr_proof_points *out, const struct prover *p, const struct nr_secrets *in, size_t n)
{
	const struct epid_kernels *kernels = p->m->group->kernels;
	const struct g1_affine own[2] = { p->k, p->b };
	struct g1 made[3 * KERNEL_BATCH];
	struct g1_affine affine[3 * KERNEL_BATCH];

	for (size_t i = 0; i < n; i++) {
		const struct g1_affine entry[2] = { in[i].k, in[i].b };
		struct fr hidden[2] = { in[i].mu, in[i].nu }, mask[2] = { in[i].rmu, in[i].rnu };

		kernels->g1_multi_exp(&made[3 * i], entry, hidden, 2);
		kernels->g1_multi_exp(&made[3 * i + 1], own, mask, 2);
		kernels->g1_multi_exp(&made[3 * i + 2], entry, mask, 2);
		wipe(hidden, sizeof hidden);
		wipe(mask, sizeof mask);
	}
	g1_to_affine_batch(affine, made, 3 * n);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct nr_proof_points){ affine[3 * i], affine[3 * i + 1], affine[3 * i + 2] };
	wipe(made, sizeof made);
	wipe(affine, sizeof affine);
}

/* write_proof: T c smu snu, and the nonce if split. */
static void
write_proof(uint8_t *out, const struct prover *p, const uint8_t *entry, const struct nr_secrets *in, const struct nr_proof_points *points,
    const uint8_t nonce[32])
{
	struct fr c, used, s;

	g1_write(out, &points->t);
	epid_nr_challenge(&c, &p->start, entry, out, &points->r1, &points->r2, p->message);
	used = c;
	if (split(p))
		fr_hash_nonce(&used, p->m->group->hash, nonce, &c);
	fr_write(out + G1_LEN, &c);
	fr_mul(&s, &used, &in->mu);
	fr_add(&s, &s, &in->rmu);
	fr_write(out + G1_LEN + FR_LEN, &s);
	fr_mul(&s, &used, &in->nu);
	fr_add(&s, &s, &in->rnu);
	fr_write(out + G1_LEN + 2 * FR_LEN, &s);
	if (split(p))
		memcpy(out + G1_LEN + 3 * FR_LEN, nonce, 32);
}

/* prove: n (at most KERNEL_BATCH) entries, all points. *revoked becomes true if one of them is the member's. */
static jurat_epid_rc
prove(uint8_t *out, bool *revoked, const struct prover *p, const uint8_t *entries, size_t n, struct jurat_epid_diag *d)
{
	size_t proof_len = JURAT_EPID_NR_PROOF_LEN(p->m->kind);
	struct nr_secrets secrets[KERNEL_BATCH];
	struct nr_proof_points points[KERNEL_BATCH];
	uint8_t nonce[KERNEL_BATCH][32] = { { 0 } };
	jurat_epid_rc rc = JURAT_EPID_OK;

	for (size_t i = 0; i < n && rc == JURAT_EPID_OK; i++) {
		const uint8_t *entry = entries + 2 * G1_LEN * i;

		if (epid_read_g1(&secrets[i].b, entry, true) != JURAT_EPID_NO_DEFECT ||
		    epid_read_g1(&secrets[i].k, entry + G1_LEN, true) != JURAT_EPID_NO_DEFECT)
			rc = JURAT_EPID_E_INTERNAL; /* they were points before */
		else
			rc = draw(&secrets[i], nonce[i], p, d);
	}
	if (rc != JURAT_EPID_OK)
		goto out;
	if (p->comb_b != NULL)
		p->m->group->kernels->nr_prove(points, p->comb_b, p->comb_k, secrets, n);
	else
		commit_few(points, p, secrets, n);
	for (size_t i = 0; i < n; i++) {
		write_proof(out + proof_len * i, p, entries + 2 * G1_LEN * i, &secrets[i], &points[i], nonce[i]);
		if (epid_decide(g1_affine_is_identity(&points[i].t)))
			*revoked = true;
	}
out:
	wipe(secrets, sizeof secrets);
	wipe(points, sizeof points);
	return rc;
}

static jurat_epid_rc
walk(uint8_t *out, const struct prover *p, const uint8_t *entries, size_t n, struct jurat_epid_diag *d)
{
	size_t proof_len = JURAT_EPID_NR_PROOF_LEN(p->m->kind);
	bool revoked = false;
	jurat_epid_rc rc;

	for (size_t done = 0; done < n; done += KERNEL_BATCH) {
		size_t some = n - done < KERNEL_BATCH ? n - done : KERNEL_BATCH;

		if ((rc = prove(out + proof_len * done, &revoked, p, entries + 2 * G1_LEN * done, some, d)) != JURAT_EPID_OK) {
			wipe(out, proof_len * n);
			return rc;
		}
	}
	if (!revoked)
		return JURAT_EPID_OK;
	return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_SIGRL, JURAT_EPID_LISTED, "sigrl", 0);
}

static jurat_epid_rc
walk_with_combs(uint8_t *out, struct prover *p, const uint8_t *entries, size_t n, struct jurat_epid_diag *d)
{
	struct g1_comb comb_b, comb_k;

	p->m->group->kernels->g1_comb_init(&comb_b, &p->b);
	p->m->group->kernels->g1_comb_init(&comb_k, &p->k);
	p->comb_b = &comb_b;
	p->comb_k = &comb_k;
	return walk(out, p, entries, n, d);
}

jurat_epid_rc
epid_prove_all(uint8_t *out, const struct jurat_epid_member *m, const uint8_t points[2 * G1_LEN], const uint8_t *entries, size_t n,
    struct jurat_epid_bytes message, const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	struct prover p = { .m = m, .start = m->group->nr_start, .message = message, .random = random };
	enum jurat_epid_defect defect;
	jurat_epid_rc rc;

	if (n == 0)
		return JURAT_EPID_OK;
	if ((rc = check_entries(entries, n, d)) != JURAT_EPID_OK)
		return rc;
	if ((defect = epid_read_g1(&p.b, points, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, defect, "signature.B", 0);
	if ((defect = epid_read_g1(&p.k, points + G1_LEN, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, defect, "signature.K", 0);
	epid_hash_update(&p.start, points, 2 * G1_LEN);
	return n < COMBS_FROM ? walk(out, &p, entries, n, d) : walk_with_combs(out, &p, entries, n, d);
}

/* is_own: whether K = B^f. A proof over somebody else's K would prove nothing. */
static bool
is_own(const struct jurat_epid_member *m, const uint8_t basic[JURAT_EPID_BASIC_LEN])
{
	struct g1_affine b, k;
	struct g1 made;
	bool own;

	if (epid_read_g1(&b, basic, false) != JURAT_EPID_NO_DEFECT || epid_read_g1(&k, basic + G1_LEN, false) != JURAT_EPID_NO_DEFECT)
		return true; /* said with the reason by epid_prove_all */
	m->group->kernels->g1_exp_each(&made, &b, &m->key.f, 1);
	own = epid_decide(g1_equal_affine(&made, &k));
	wipe(&made, sizeof made);
	return own;
}

jurat_epid_rc
jurat_epid_nr_prove(uint8_t *out, size_t out_len, const struct jurat_epid_member *member, const uint8_t basic[JURAT_EPID_BASIC_LEN],
    const uint8_t entry[128], struct jurat_epid_bytes message, const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	uint8_t proof[JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT)];
	jurat_epid_rc rc;

	if (out_len != JURAT_EPID_NR_PROOF_LEN(member->kind))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	if (!epid_bytes_ok(message))
		return epid_fail(d, JURAT_EPID_E_BAD_MESSAGE, JURAT_EPID_BAD_LENGTH, "message", 0);
	if (!is_own(member, basic))
		return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_WRONG_PROOF, "signature.K", 0);
	if ((rc = epid_prove_all(proof, member, basic, entry, 1, message, random, d)) == JURAT_EPID_OK)
		memcpy(out, proof, out_len);
	return rc;
}
