/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/chain.h"

#include "core/ct.h"

jurat_rc
chain_parse(struct cert_chain *out, const char *pem, size_t len, const char *field, struct jurat_diag *d)
{
	struct cert_chain chain = { 0 };
	jurat_rc rc = pem_decode(&chain.pem, "CERTIFICATE", pem, len, field, d);

	if (rc == JURAT_OK && chain.pem.num > CHAIN_MAX_CERTS)
		rc = jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, CHAIN_MAX_CERTS, chain.pem.num);
	for (size_t i = 0; rc == JURAT_OK && i < chain.pem.num; i++) {
		rc = cert_parse(&chain.cert[i], chain.pem.block[i].p, chain.pem.block[i].len, d);
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

jurat_rc
chain_assign(struct chain_roles *out, const struct cert_chain *chain, enum chain_kind kind, const struct jurat_trust *root,
    struct jurat_diag *d)
{
	struct chain_roles roles = { 0 };
	const struct x509_cert *top;

	for (size_t i = 0; i < chain->num; i++) {
		enum trust_role role;
		const struct x509_cert **slot = slot_of(&roles, &chain->cert[i], kind, root, &role);
		jurat_rc rc;

		if (slot == NULL)
			return jurat_fail(d, JURAT_E_CHAIN, "chain.subject", NO_OFFSET, 0, i);
		if (*slot != NULL)
			return jurat_fail(d, JURAT_E_DUPLICATE, "chain.subject", NO_OFFSET, 0, i);
		rc = trust_check_role(root, role, &chain->cert[i], d);
		if (rc != JURAT_OK)
			return rc;
		*slot = &chain->cert[i];
	}
	if (roles.leaf == NULL || (kind == CHAIN_PCK && roles.ca == NULL))
		return jurat_fail(d, JURAT_E_CHAIN, "chain.length", NO_OFFSET, kind == CHAIN_PCK ? 2 : 1, chain->num);
	top = kind == CHAIN_PCK ? roles.ca : roles.leaf;
	if (kind == CHAIN_PCK && !name_equal(&roles.leaf->issuer, &roles.ca->subject))
		return jurat_fail(d, JURAT_E_CHAIN, "chain.issuer", NO_OFFSET, 0, 0);
	if (!trust_has_name(root, ROLE_ROOT, &top->issuer))
		return jurat_fail(d, JURAT_E_CHAIN, "chain.issuer", NO_OFFSET, 0, 1);
	if (roles.root != NULL && !cert_is_self_issued(roles.root))
		return jurat_fail(d, JURAT_E_CHAIN, "chain.issuer", NO_OFFSET, 0, 2);
	*out = roles;
	return JURAT_OK;
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
    struct jurat_diag *d)
{
	const struct x509_cert *top = roles->ca != NULL ? roles->ca : roles->leaf;

	if (memo_verify_vartime(memo, e, &top->signature, trust_key(root), top->digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "chain.signature_of_root", NO_OFFSET, 0, 0);
	/* a root proves nothing that the pinned key does not; but what travels along and is not what the root signed has been altered */
	if (roles->root != NULL && !trust_is_own_certificate(root, roles->root) &&
	    memo_verify_vartime(memo, e, &roles->root->signature, trust_key(root), roles->root->digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "chain.signature_on_root", NO_OFFSET, 0, 0);
	if (roles->ca != NULL && ecdsa_check_vartime(e, &roles->leaf->signature, &roles->ca->key, roles->leaf->digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "chain.signature_of_ca", NO_OFFSET, 0, 0);
	return JURAT_OK;
}
