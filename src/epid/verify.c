/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of basic signatures and of whole ones, one by one and by eights. docs/epid.md has the equations. */
#include "epid/verifier.h"

#include <string.h>

#include "core/ct.h"
#include "epid/diag.h"

/* ---- challenges: signer and verifier hash alike ---- */

void
epid_commitment_hash(struct fr *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t points[3 * G1_LEN],
    const struct g1_affine *r1, const struct fq12 *r2)
{
	struct epid_hash h = g->side[kind].commitment;
	uint8_t r1_bytes[G1_LEN], r2_bytes[FQ12_LEN];

	g1_write(r1_bytes, r1);
	fq12_write(r2_bytes, r2);
	epid_hash_update(&h, points, 3 * G1_LEN);
	epid_hash_update(&h, r1_bytes, sizeof r1_bytes);
	epid_hash_update(&h, r2_bytes, sizeof r2_bytes);
	fr_hash(out, &h);
	wipe(r1_bytes, sizeof r1_bytes);
	wipe(r2_bytes, sizeof r2_bytes);
}

void
epid_message_hash(struct fr *out, enum jurat_epid_hash alg, const struct fr *t3, struct jurat_epid_bytes message)
{
	struct epid_hash h;
	uint8_t b[FR_LEN];

	fr_write(b, t3);
	epid_hash_init(&h, alg);
	epid_hash_update(&h, b, sizeof b);
	epid_hash_update(&h, message.p, message.len);
	fr_hash(out, &h);
}

void
epid_challenge(struct fr *out, const struct jurat_epid_group *g, enum jurat_epid_kind kind, const uint8_t points[3 * G1_LEN],
    const struct g1_affine *r1, const struct fq12 *r2, struct jurat_epid_bytes message)
{
	struct fr t3;

	epid_commitment_hash(&t3, g, kind, points, r1, r2);
	epid_message_hash(out, g->hash, &t3, message);
}

bool
epid_challenge_matches(const struct jurat_epid_group *g, const struct epid_parsed *s,
    const struct signature_commitments *commitments, struct jurat_epid_bytes message)
{
	struct fr c;

	epid_challenge(&c, g, s->kind, s->basic, &commitments->r1, &commitments->r2, message);
	if (s->kind == JURAT_EPID_NOT_SPLIT)
		return fr_equal(&c, &s->c_wire);
	/* split: Intel compares what both hash to with the nonce, which is the c of the equations */
	fr_hash_nonce(&c, g->hash, s->nonce, &c);
	return fr_equal(&c, &s->values.c);
}

/* ---- the basic signature ---- */

static jurat_epid_rc
parse_points(struct epid_parsed *s, const uint8_t *base, const uint8_t *basic, struct jurat_epid_diag *d)
{
	enum jurat_epid_defect defect;

	if ((defect = epid_read_g1(&s->values.b, basic, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_SIG_INVALID, defect, "signature.B", 0);
	if (base != NULL && memcmp(basic, base, G1_LEN) != 0)
		return epid_fail(d, JURAT_EPID_SIG_INVALID, JURAT_EPID_WRONG_BASE, "signature.B", 0);
	if ((defect = epid_read_g1(&s->values.k, basic + G1_LEN, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_SIG_INVALID, defect, "signature.K", 0);
	if ((defect = epid_read_g1(&s->values.t, basic + 2 * G1_LEN, false)) != JURAT_EPID_NO_DEFECT)
		return epid_fail(d, JURAT_EPID_SIG_INVALID, defect, "signature.T", 0);
	return JURAT_EPID_OK;
}

static jurat_epid_rc
parse_scalars(struct epid_parsed *s, const uint8_t *at, struct jurat_epid_diag *d)
{
	const struct {
		struct fr *to;
		const char *field;
	} rows[] = {
		{ &s->c_wire, "signature.c" },
		{ &s->values.sx, "signature.sx" },
		{ &s->values.sf, "signature.sf" },
		{ &s->values.sa, "signature.sa" },
		{ &s->values.sb, "signature.sb" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum jurat_epid_defect defect = epid_read_fr(rows[i].to, at + FR_LEN * i);

		if (defect != JURAT_EPID_NO_DEFECT)
			return epid_fail(d, JURAT_EPID_SIG_INVALID, defect, rows[i].field, 0);
	}
	return JURAT_EPID_OK;
}

jurat_epid_rc
epid_parse_basic(struct epid_parsed *out, const struct jurat_epid_group *g, const uint8_t *base, const uint8_t *basic, const uint8_t *nonce,
    struct jurat_epid_diag *d)
{
	struct epid_parsed s = { .kind = nonce != NULL ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT, .basic = basic, .nonce = nonce };
	jurat_epid_rc rc;

	if ((rc = parse_points(&s, base, basic, d)) != JURAT_EPID_OK || (rc = parse_scalars(&s, basic + 3 * G1_LEN, d)) != JURAT_EPID_OK)
		return rc;
	if (nonce != NULL)
		fr_hash_nonce(&s.values.c, g->hash, nonce, &s.c_wire);
	else
		s.values.c = s.c_wire;
	*out = s;
	return JURAT_EPID_OK;
}

jurat_epid_rc
epid_verify_basic(const struct jurat_epid_group *g, const uint8_t *base, const uint8_t *basic, const uint8_t *nonce,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	struct signature_commitments commitments;
	struct epid_parsed s;
	jurat_epid_rc rc;

	if (!epid_bytes_ok(message))
		return epid_fail(d, JURAT_EPID_E_BAD_MESSAGE, JURAT_EPID_BAD_LENGTH, "message", 0);
	if ((rc = epid_parse_basic(&s, g, base, basic, nonce, d)) != JURAT_EPID_OK)
		return rc;
	g->kernels->verify_vartime(&commitments, &g->side[s.kind].tables, &s.values, 1);
	if (!epid_challenge_matches(g, &s, &commitments, message))
		return epid_fail(d, JURAT_EPID_SIG_INVALID, JURAT_EPID_WRONG_PROOF, "signature", 0);
	return JURAT_EPID_OK;
}

/* required_base: NULL if any will do. */
static const uint8_t *
required_base(const struct jurat_epid_verifier *v)
{
	return v->has_base ? v->base_bytes : NULL;
}

jurat_epid_rc
jurat_epid_verify_basic(const struct jurat_epid_verifier *verifier, const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t *nonce,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	return epid_verify_basic(verifier->group, required_base(verifier), basic, nonce, message, d);
}

/* ---- whole signatures ---- */

/* Signatures of one kind on their way through the kernels. */
struct lot {
	size_t n;
	size_t number[KERNEL_BATCH]; /* in the caller's array */
	struct epid_signature whole[KERNEL_BATCH];
	struct epid_parsed parsed[KERNEL_BATCH];
	struct signature_values values[KERNEL_BATCH];
	struct signature_commitments commitments[KERNEL_BATCH];
};

/* lot_add: reads a signature and, if it is one, adds it. */
static jurat_epid_rc
lot_add(struct lot lots[2], size_t number, const struct jurat_epid_verifier *v, struct jurat_epid_bytes signature,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	struct epid_signature whole;
	struct epid_parsed parsed;
	struct lot *lot;
	jurat_epid_rc rc;

	if (signature.p == NULL || epid_signature_parse(&whole, signature.p, signature.len, NULL) != JURAT_OK)
		return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_BAD_LENGTH, "signature", 0);
	if (!epid_bytes_ok(message))
		return epid_fail(d, JURAT_EPID_E_BAD_MESSAGE, JURAT_EPID_BAD_LENGTH, "message", 0);
	if ((rc = epid_parse_basic(&parsed, v->group, required_base(v), whole.basic, whole.nonce, d)) != JURAT_EPID_OK)
		return rc;
	lot = &lots[parsed.kind];
	lot->number[lot->n] = number;
	lot->whole[lot->n] = whole;
	lot->parsed[lot->n] = parsed;
	lot->values[lot->n++] = parsed.values;
	return JURAT_EPID_OK;
}

/* check_no_sigrl: a signature that names a list nobody checks it against may be older than its revocation. */
static jurat_epid_rc
check_no_sigrl(const struct jurat_epid_verifier *v, const struct epid_signature *whole, struct jurat_epid_diag *d)
{
	if (v->has_sigrl || (v->flags & JURAT_EPID_COMPAT) != 0 || (whole->rl_version == 0 && whole->num_proofs == 0))
		return JURAT_EPID_OK;
	return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_LIST_NOT_CHECKED, "signature.sigrl", 0);
}

/* judge: the i-th of a lot whose commitments are there. The order is Intel's. */
static jurat_epid_rc
judge(const struct jurat_epid_verifier *v, const struct lot *lot, size_t i, struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	const struct epid_parsed *s = &lot->parsed[i];
	jurat_epid_rc rc;

	if (!epid_challenge_matches(v->group, s, &lot->commitments[i], message))
		return epid_fail(d, JURAT_EPID_SIG_INVALID, JURAT_EPID_WRONG_PROOF, "signature", 0);
	if (v->group_is_revoked)
		return epid_fail(d, JURAT_EPID_SIG_REVOKED_IN_GROUPRL, JURAT_EPID_LISTED, "grouprl", v->group_revoked_at);
	if ((rc = epid_check_privrl(v, s, d)) != JURAT_EPID_OK || (rc = epid_check_sigrl(v, s, &lot->whole[i], message, d)) != JURAT_EPID_OK ||
	    (rc = check_no_sigrl(v, &lot->whole[i], d)) != JURAT_EPID_OK)
		return rc;
	return epid_check_verifierrl(v, s, d);
}

/* lot_finish: verdicts for all in it, and it is empty. */
static void
lot_finish(jurat_epid_rc *out, struct lot *lot, const struct jurat_epid_verifier *v, const struct jurat_epid_bytes *messages,
    struct jurat_epid_diag *d)
{
	const struct jurat_epid_group *g = v->group;

	if (lot->n == 0)
		return;
	g->kernels->verify_vartime(lot->commitments, &g->side[lot->parsed[0].kind].tables, lot->values, lot->n);
	for (size_t i = 0; i < lot->n; i++)
		out[lot->number[i]] = judge(v, lot, i, messages[lot->number[i]], d);
	lot->n = 0;
}

/* Without the contents, which are set before they are read. */
static void
lots_init(struct lot lots[2])
{
	lots[JURAT_EPID_NOT_SPLIT].n = 0;
	lots[JURAT_EPID_SPLIT].n = 0;
}

jurat_epid_rc
jurat_epid_verify(const struct jurat_epid_verifier *verifier, struct jurat_epid_bytes signature, struct jurat_epid_bytes message,
    struct jurat_epid_diag *d)
{
	struct lot lots[2];
	jurat_epid_rc rc, verdict = JURAT_EPID_E_INTERNAL;

	lots_init(lots);
	if ((rc = lot_add(lots, 0, verifier, signature, message, d)) != JURAT_EPID_OK)
		return rc;
	for (size_t k = 0; k < ARRAY_LEN(lots); k++)
		lot_finish(&verdict, &lots[k], verifier, &message, d);
	return verdict;
}

jurat_epid_rc
jurat_epid_verify_batch(jurat_epid_rc *out, const struct jurat_epid_verifier *verifier, const struct jurat_epid_bytes *signatures,
    const struct jurat_epid_bytes *messages, size_t n)
{
	struct lot lots[2];

	lots_init(lots);
	for (size_t i = 0; i < n; i++) {
		out[i] = lot_add(lots, i, verifier, signatures[i], messages[i], NULL);
		for (size_t k = 0; k < ARRAY_LEN(lots); k++)
			if (lots[k].n == KERNEL_BATCH)
				lot_finish(out, &lots[k], verifier, messages, NULL);
	}
	for (size_t k = 0; k < ARRAY_LEN(lots); k++)
		lot_finish(out, &lots[k], verifier, messages, NULL);
	return JURAT_EPID_OK;
}

int
jurat_epid_are_linked(struct jurat_epid_bytes signature1, struct jurat_epid_bytes signature2)
{
	if (signature1.p == NULL || signature2.p == NULL || signature1.len < JURAT_EPID_BASIC_LEN || signature2.len < JURAT_EPID_BASIC_LEN)
		return 0;
	return memcmp(signature1.p, signature2.p, 2 * G1_LEN) == 0;
}
