/* SPDX-License-Identifier: Apache-2.0 */
/* Every field of one thing. What is shown has been read and not judged. Errors of parts are told in their place (fields_error). */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/fields.h"
#include "dcap/collateral.h"
#include "host/file.h"
#include "sgx/quote.h"

/*
 * inspect_bytes (quote.c): whatever kind of file this is; the blob ends with a NUL as file_read gives it. may_be_hex: digits stand for bytes.
 * JURAT_E_UNSUPPORTED: JSON of no known kind; else the errors of the kind that it looks like.
 */
MUST_USE jurat_rc inspect_bytes(struct fields *f, const struct blob *b, bool may_be_hex, struct jurat_diag *d);

/* inspect_quote.c */
void inspect_quote(struct fields *f, const struct quote *q);

/* inspect_x509.c */
void inspect_cert(struct fields *f, const char *name, const struct x509_cert *cert);
void inspect_chain(struct fields *f, const char *name, const char *pem, size_t len);
void inspect_crl(struct fields *f, const char *name, const struct x509_crl *crl);
void inspect_signature(struct fields *f, const char *name, const struct p256_signature *s);
void inspect_key(struct fields *f, const char *name, const struct p256_public *key);

/* inspect_json.c */
void inspect_tcb_info(struct fields *f, const char *name, const struct tcb_info *info);
void inspect_identity(struct fields *f, const char *name, const struct enclave_identity *identity);
void inspect_collateral(struct fields *f, const struct jurat_collateral *c);
/* inspect_attributes: FLAGS and XFRM of an enclave. */
void inspect_attributes(struct fields *f, const char *name, const struct sgx_attributes *a);

#endif
