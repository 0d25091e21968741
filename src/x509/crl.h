/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate revocation lists, version 2 (RFC 5280 §5). Complete and direct ones only: a delta or indirect CRL is refused. */
#ifndef X509_CRL_H
#define X509_CRL_H

#include "x509/cert.h"

#define X509_CRL_MAX_LEN (512u * 1024u)

struct x509_crl {
	struct x509_name issuer;
	int64_t this_update, next_update; /* both inclusive */
	struct x509_span authority_key_id;
	struct x509_span number;  /* CRL number, big-endian */
	struct x509_span revoked; /* contents of revokedCertificates, every entry checked; empty if none */
	size_t num_revoked;
	uint8_t digest[SHA256_LEN]; /* SHA-256 of the signed part */
	struct p256_signature signature;
};

/*
 * crl_parse: exactly one CRL in DER; the struct borrows it. AKI and CRL number must be there (JURAT_E_MISSING), as must nextUpdate.
 * JURAT_E_UNSUPPORTED: any other critical extension of the list or of an entry.
 */
MUST_USE jurat_rc crl_parse(struct x509_crl *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* crl_lists: whether the serial (big-endian, no leading zero) is revoked. */
MUST_USE bool crl_lists(const struct x509_crl *crl, struct x509_span serial);

#endif
