/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust roots: a pinned public key and the names of the roles below it. Which certificate may do what is decided by its full name and its
 * place in the chain (facts: a single extracted PCK key must not be able to sign TCB info for everybody). The key is pinned, not the
 * certificate: Intel's root travels in several encodings of the same key.
 */
#ifndef DCAP_TRUST_H
#define DCAP_TRUST_H

#include "jurat/verify.h"
#include "x509/cert.h"

#define TRUST_NAME_MAX_LEN 64u

enum trust_role { ROLE_ROOT, ROLE_PLATFORM_CA, ROLE_PROCESSOR_CA, ROLE_PCK, ROLE_TCB_SIGNING, ROLE_NUM };

/* What jurat/verify.h does not show. trust_is_private: true for every root but Intel's. */
bool trust_is_private(const struct jurat_trust *root);
/* trust_has_intel_names: of a private root: a certificate of it may bear the full name of one of Intel's. */
bool trust_has_intel_names(const struct jurat_trust *root);
const struct p256_public *trust_key(const struct jurat_trust *root);
/* trust_digest: SHA256_LEN bytes that stand for key, names and everything else of this root. trust_role_name: borrows the root. */
const uint8_t *trust_digest(const struct jurat_trust *root);
/* trust_is_own_certificate: signed part and signature are those of a root certificate that is known to have signed itself. */
MUST_USE bool trust_is_own_certificate(const struct jurat_trust *root, const struct x509_cert *cert);
struct x509_name trust_role_name(const struct jurat_trust *root, enum trust_role role);

/*
 * trust_check_role: the certificate bears the role's full name and is built for it: CA roles are CAs that may sign certificates and
 * CRLs, the others are not and may sign data. JURAT_E_CHAIN. trust_has_name: the name alone.
 */
MUST_USE jurat_rc trust_check_role(
    const struct jurat_trust *root, enum trust_role role, const struct x509_cert *cert, struct jurat_diag *d);
MUST_USE bool trust_has_name(const struct jurat_trust *root, enum trust_role role, const struct x509_name *name);

#endif
