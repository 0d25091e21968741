/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/chain.h"

#include "core/ct.h"

static const char *const places[CHAIN_MAX_CERTS] = { "certificate 1", "certificate 2", "certificate 3" };

jurat_rc
chain_parse(struct cert_chain *out, const char *pem, size_t len, const char *field, struct jurat_diag *d)
{
	struct cert_chain chain = { 0 };
	jurat_rc rc = pem_decode(&chain.pem, "CERTIFICATE", pem, len, field, d);

	if (rc == JURAT_OK && chain.pem.num > CHAIN_MAX_CERTS)
		rc = jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, CHAIN_MAX_CERTS, chain.pem.num);
	for (size_t i = 0; rc == JURAT_OK && i < chain.pem.num; i++) {
		rc = cert_parse(&chain.cert[i], chain.pem.block[i].p, chain.pem.block[i].len, d);
		if (rc != JURAT_OK)
			jurat_in_file(d, places[i]);
		chain.num++;
	}
	if (rc != JURAT_OK) {
		chain_clear(&chain);
		return rc;
	}
	*out = chain;
	return JURAT_OK;
}

void
chain_clear(struct cert_chain *chain)
{
	pem_clear(&chain->pem);
	chain->num = 0;
}

/* slot_of: where in the roles this certificate belongs, or NULL for a stranger. */
static const struct x509_cert **
slot_of(struct chain_roles *roles, const struct x509_cert *cert, enum chain_kind kind, const struct jurat_trust *root,
    enum trust_role *out_role)
{
	static const enum trust_role pck[] = { ROLE_ROOT, ROLE_PCK, ROLE_PLATFORM_CA, ROLE_PROCESSOR_CA };
	static const enum trust_role tcb[] = { ROLE_ROOT, ROLE_TCB_SIGNING };
	const enum trust_role *list = kind == CHAIN_PCK ? pck : tcb;
	size_t num = kind == CHAIN_PCK ? ARRAY_LEN(pck) : ARRAY_LEN(tcb);

	for (size_t i = 0; i < num; i++) {
		if (!trust_has_name(root, list[i], &cert->subject))
			continue;
		*out_role = list[i];
		return i == 0 ? &roles->root : i == 1 ? &roles->leaf : &roles->ca;
	}
	return NULL;
}

/* blame: the failure of one certificate. */
static jurat_rc
blame(const struct x509_cert **out_culprit, const struct x509_cert *cert, jurat_rc rc, const char *field, struct jurat_diag *d)
{
	*out_culprit = cert;
	return jurat_fail(d, rc, field, NO_OFFSET, 0, 0);
}

/* check_issuers: each issuer's name is the next one's. */
static jurat_rc
check_issuers(const struct chain_roles *roles, const struct jurat_trust *root, const struct x509_cert **out_culprit, struct jurat_diag *d)
{
	const struct x509_cert *top = roles->ca != NULL ? roles->ca : roles->leaf;

	if (roles->ca != NULL && !name_equal(&roles->leaf->issuer, &roles->ca->subject))
		return blame(out_culprit, roles->leaf, JURAT_E_CHAIN, "chain.issuer", d);
	if (!trust_has_name(root, ROLE_ROOT, &top->issuer))
		return blame(out_culprit, top, JURAT_E_CHAIN, "chain.issuer", d);
	if (roles->root != NULL && !cert_is_self_issued(roles->root))
		return blame(out_culprit, roles->root, JURAT_E_CHAIN, "chain.issuer", d);
	return JURAT_OK;
}

jurat_rc
chain_assign(struct chain_roles *out, const struct cert_chain *chain, enum chain_kind kind, const struct jurat_trust *root,
    const struct x509_cert **out_culprit, struct jurat_diag *d)
{
	struct chain_roles roles = { 0 };
	jurat_rc rc;

	*out_culprit = NULL;
	for (size_t i = 0; i < chain->num; i++) {
		enum trust_role role;
		const struct x509_cert **slot = slot_of(&roles, &chain->cert[i], kind, root, &role);

		if (slot == NULL)
			return blame(out_culprit, &chain->cert[i], JURAT_E_CHAIN, "chain.subject", d);
		if (*slot != NULL)
			return blame(out_culprit, &chain->cert[i], JURAT_E_DUPLICATE, "chain.subject", d);
		rc = trust_check_role(root, role, &chain->cert[i], d);
		if (rc != JURAT_OK) {
			*out_culprit = &chain->cert[i];
			return rc;
		}
		*slot = &chain->cert[i];
	}
	if (roles.leaf == NULL)
		return jurat_fail(d, JURAT_E_CHAIN, kind == CHAIN_PCK ? "chain.no_pck_certificate" : "chain.no_tcb_signing_certificate", NO_OFFSET, 0, 0);
	if (kind == CHAIN_PCK && roles.ca == NULL)
		return jurat_fail(d, JURAT_E_CHAIN, "chain.no_ca", NO_OFFSET, 0, 0);
	rc = check_issuers(&roles, root, out_culprit, d);
	if (rc == JURAT_OK)
		*out = roles;
	return rc;
}

jurat_rc
chain_check_root(const struct chain_roles *roles, const struct jurat_trust *root, struct jurat_diag *d)
{
	const struct p256_public *want = trust_key(root);

	if (roles->root != NULL && (!ct_equal(roles->root->key.x, want->x, sizeof want->x) ||
	                               !ct_equal(roles->root->key.y, want->y, sizeof want->y)))
		return jurat_fail(d, JURAT_E_CHAIN, "chain.root_key", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

jurat_rc
chain_check_signatures(
    const struct chain_roles *roles, const struct jurat_trust *root, struct memo *memo, struct ecdsa *e,
    const struct x509_cert **out_culprit, struct jurat_diag *d)
{
	const struct x509_cert *top = roles->ca != NULL ? roles->ca : roles->leaf;

	*out_culprit = NULL;
	if (memo_verify_vartime(memo, e, &top->signature, trust_key(root), top->digest) != JURAT_OK)
		return blame(out_culprit, top, JURAT_E_CRYPTO, "chain.signature_of_root", d);
	/* a root proves nothing that the pinned key does not; but what travels along and is not what the root signed has been altered */
	if (roles->root != NULL && !trust_is_own_certificate(root, roles->root) &&
	    memo_verify_vartime(memo, e, &roles->root->signature, trust_key(root), roles->root->digest) != JURAT_OK)
		return blame(out_culprit, roles->root, JURAT_E_CRYPTO, "chain.signature_on_root", d);
	if (roles->ca != NULL && ecdsa_check_vartime(e, &roles->leaf->signature, &roles->ca->key, roles->leaf->digest) != JURAT_OK)
		return blame(out_culprit, roles->leaf, JURAT_E_CRYPTO, "chain.signature_of_ca", d);
	return JURAT_OK;
}
