/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust roots: a pinned public key and the names of the roles below it. Which certificate may do what is decided by its full name and its
 * place in the chain (facts: a single extracted PCK key must not be able to sign TCB info for everybody). The key is pinned, not the
 * certificate: Intel's root travels in several encodings of the same key.
 */
#ifndef DCAP_TRUST_H
#define DCAP_TRUST_H

#include "x509/cert.h"

#define TRUST_MAX_LEN (64u * 1024u)
#define TRUST_NAME_MAX_LEN 64u

enum trust_role { ROLE_ROOT, ROLE_PLATFORM_CA, ROLE_PROCESSOR_CA, ROLE_PCK, ROLE_TCB_SIGNING, ROLE_NUM };

struct trust_root;

/* trust_intel: Intel's SGX root, pinned by public key; static, never freed. */
const struct trust_root *trust_intel(void);

/*
 * trust_parse: trust.json of `jurat world new` (docs/formats/trust.md). The root certificate must be self-issued, self-signed, a CA, and bear
 * the root's name. trust_is_private: true for all of these. trust_free(NULL) is fine.
 */
MUST_USE jurat_rc trust_parse(struct trust_root **out, const char *json, size_t len, struct jurat_diag *d);
void trust_free(struct trust_root *root);
bool trust_is_private(const struct trust_root *root);
/* trust_name: for people ("Intel SGX Root CA", or the world's name). */
const char *trust_name(const struct trust_root *root);
const struct p256_public *trust_key(const struct trust_root *root);

/*
 * trust_check_role: the certificate bears the role's full name and is built for it: CA roles are CAs that may sign certificates and
 * CRLs, the others are not and may sign data. JURAT_E_CHAIN. trust_has_name: the name alone.
 */
MUST_USE jurat_rc trust_check_role(
    const struct trust_root *root, enum trust_role role, const struct x509_cert *cert, struct jurat_diag *d);
MUST_USE bool trust_has_name(const struct trust_root *root, enum trust_role role, const struct x509_name *name);

#endif
