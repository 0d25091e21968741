/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates of the PCK profile (Intel SGX PCK Certificate and CRL Profile; RFC 5280): X.509 v3, ECDSA P-256 with SHA-256, the
 * extensions that Intel demands. Everything else is refused by name. The struct borrows the DER it was read from; it is read, not
 * judged: roles, chains, dates and signatures are src/dcap/chain.h's.
 */
#ifndef X509_CERT_H
#define X509_CERT_H

#include "crypto/crypto.h"
#include "x509/name.h"

#define X509_MAX_LEN (16u * 1024u)
#define X509_SERIAL_MAX 20u

#define X509_USE_DIGITAL_SIGNATURE 0x80u
#define X509_USE_NON_REPUDIATION 0x40u
#define X509_USE_CERT_SIGN 0x04u
#define X509_USE_CRL_SIGN 0x02u

struct x509_cert {
	struct x509_span der;
	struct x509_span serial; /* big-endian, no leading zero byte */
	struct x509_name issuer, subject;
	int64_t not_before, not_after; /* seconds since 1970 UTC, both inclusive */
	struct p256_public key;
	bool is_ca;
	uint32_t path_len;  /* UINT32_MAX: none given */
	uint8_t key_usage;  /* first byte of the BIT STRING */
	struct x509_span subject_key_id, authority_key_id; /* hints, never proof */
	struct x509_span sgx; /* contents of extension 1.2.840.113741.1.13.1; p == NULL if absent */
	uint8_t digest[SHA256_LEN]; /* SHA-256 of the signed part */
	struct p256_signature signature;
};

/*
 * cert_parse: exactly one certificate. The extensions AKI, CRL distribution points, SKI, key usage and basic constraints must be there
 * (JURAT_E_MISSING), the last two critical (JURAT_E_FORMAT) and nothing else. JURAT_E_UNSUPPORTED: another algorithm, curve or critical
 * extension; JURAT_E_DUPLICATE: an extension twice;
 * JURAT_E_VERSION: not v3. The key's point is not checked here: the first signature check does.
 */
MUST_USE jurat_rc cert_parse(struct x509_cert *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* cert_is_self_issued: subject and issuer are the same name. Says nothing about the signature. */
MUST_USE bool cert_is_self_issued(const struct x509_cert *cert);

/* Shared with CRLs: AlgorithmIdentifier ecdsa-with-SHA256 without parameters. */
MUST_USE jurat_rc x509_read_algorithm(struct reader *r, const char *field, struct jurat_diag *d);

/* What both kinds of signed document are around their contents (RFC 5280 §4.1, §5.1), and what its parts are called in an error. */
struct x509_signed {
	struct reader tbs;          /* the contents, unread */
	uint8_t digest[SHA256_LEN]; /* SHA-256 of the signed part */
	struct p256_signature signature;
};
struct x509_signed_names {
	const char *whole, *tbs, *algorithm, *signature;
};
/* x509_open_signed: SEQUENCE { contents, ecdsa-with-SHA256, BIT STRING with SEQUENCE { r, s } } and nothing behind it. */
MUST_USE jurat_rc x509_open_signed(
    struct x509_signed *out, const uint8_t *p, size_t len, const struct x509_signed_names *names, struct jurat_diag *d);

/* One extension of a certificate, a CRL or an entry of one. */
struct x509_extension {
	struct x509_span oid, value;
	bool critical;
};
#define X509_MAX_EXTENSIONS 16u
/* x509_read_extensions: SEQUENCE OF Extension, all different, into out (X509_MAX_EXTENSIONS of them). */
MUST_USE jurat_rc x509_read_extensions(struct reader *r, struct x509_extension *out, size_t *out_num, const char *field,
    struct jurat_diag *d);
/* x509_is_id_ce: whether the OID is 2.5.29.n. */
MUST_USE bool x509_is_id_ce(struct x509_span oid, uint8_t n);
/* x509_read_authority_key_id: the keyIdentifier of an AuthorityKeyIdentifier that has nothing else. */
MUST_USE jurat_rc x509_read_authority_key_id(
    struct x509_span value, struct x509_span *out, const char *field, struct jurat_diag *d);

#endif
