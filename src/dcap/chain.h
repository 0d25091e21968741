/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate chains by role. The order in the text does not matter (one real quote has another), a missing root does not either, and a root
 * that travels along must have the pinned key; any other certificate too many is refused.
 */
#ifndef DCAP_CHAIN_H
#define DCAP_CHAIN_H

#include "dcap/memo.h"
#include "dcap/trust.h"
#include "x509/pem.h"

#define CHAIN_MAX_CERTS 3u

enum chain_kind { CHAIN_PCK, CHAIN_TCB_SIGNING };

struct cert_chain {
	struct pem pem;
	struct x509_cert cert[CHAIN_MAX_CERTS];
	size_t num;
};

/* A chain with its roles assigned; borrows the certificates. */
struct chain_roles {
	const struct x509_cert *leaf; /* PCK or TCB signing certificate */
	const struct x509_cert *ca;   /* platform or processor CA; NULL in a TCB signing chain */
	const struct x509_cert *root; /* NULL if it did not travel along */
};

/* Of a check that fails out_culprit is the certificate to blame, or NULL where it is none of them alone. */

/* chain_parse: PEM to certificates, at most three; the diag's file says which one cannot be read ("certificate 2"). chain_clear for a parsed or zeroed one. */
MUST_USE jurat_rc chain_parse(struct cert_chain *out, const char *pem, size_t len, const char *field, struct jurat_diag *d);
void chain_clear(struct cert_chain *chain);

/* chain_assign: each certificate in its role by full name, each needed role exactly once, each issuer's name the next subject's. */
MUST_USE jurat_rc chain_assign(struct chain_roles *out, const struct cert_chain *chain, enum chain_kind kind,
    const struct jurat_trust *root, const struct x509_cert **out_culprit, struct jurat_diag *d);

/* chain_check_root: a root that travels along has the pinned key. */
MUST_USE jurat_rc chain_check_root(const struct chain_roles *roles, const struct jurat_trust *root, struct jurat_diag *d);

/*
 * chain_check_signatures: leaf by CA (or pinned root), CA by the pinned root, and a root that travels along by itself. The leaf of a PCK
 * chain is never remembered.
 */
MUST_USE jurat_rc chain_check_signatures(
    const struct chain_roles *roles, const struct jurat_trust *root, struct memo *memo, struct ecdsa *e,
    const struct x509_cert **out_culprit, struct jurat_diag *d);

#endif
