/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes of the ECDSA scheme (Intel SGX DCAP, sgx_quote_3.h). Version 3 now; 4 and 5 join here later with the same outer shape.
 * Views borrow the caller's bytes. Everything is little-endian except ECDSA coordinates and signatures (big-endian). Freestanding.
 */
#ifndef SGX_QUOTE_H
#define SGX_QUOTE_H

#include "sgx/report.h"

#define QUOTE_HEADER_LEN 48
#define QUOTE_SIGNED_V3_LEN (QUOTE_HEADER_LEN + SGX_REPORT_BODY_LEN)
#define QUOTE_MAX_LEN (64u * 1024u)       /* named maximum for a whole quote with its certification data */
#define QUOTE_QE_AUTH_MAX_LEN 1024u
#define QUOTE_CERT_DATA_MAX_LEN (32u * 1024u)
#define QUOTE_ATT_KEY_ECDSA_P256 2u
#define QUOTE_ATT_KEY_ECDSA_P384 3u       /* known, refused by name */
#define QUOTE_CERT_PCK_CHAIN 5u
extern const uint8_t quote_vendor_intel[16]; /* 939a7233-f79c-4ca9-940a-0db3957f0607 */

struct quote_header {
	uint16_t version;
	uint16_t att_key_type;
	uint32_t tee_type;  /* v3: reserved, 0 */
	uint16_t qe_svn, pce_svn;
	uint8_t qe_vendor_id[16];
	uint8_t user_data[20]; /* first 16: QE_ID */
};

struct quote_span {
	const uint8_t *p;
	size_t len;
	size_t off; /* in the quote */
};

struct quote {
	struct quote_header header;
	struct sgx_report_body body;
	struct quote_span signed_bytes;      /* header and body */
	struct p256_signature signature;     /* by the attestation key over signed_bytes */
	struct p256_public attestation_key;
	struct sgx_report_body qe_report;
	struct quote_span qe_report_bytes;   /* 384 bytes, as signed by the PCK */
	struct p256_signature qe_report_signature;
	struct quote_span qe_auth_data;
	uint16_t cert_type;
	struct quote_span cert_data;         /* as it stands, without judging it */
	size_t trailing_len;                 /* bytes after the authentication data: reported, not an error (see below) */
};

/*
 * quote_parse: reads a v3 quote. Every length is checked before use; slack inside the authentication data is JURAT_E_TRAILING;
 * bytes after it are counted in trailing_len (341 real sources are padded there), the caller decides.
 * JURAT_E_VERSION names an unknown version; JURAT_E_UNSUPPORTED a known key type that is not P-256; JURAT_E_FORMAT another value.
 */
MUST_USE jurat_rc quote_parse(struct quote *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/*
 * quote_encode_head: the signed part, 432 bytes, for the quoting enclave.
 * quote_encode: the whole v3 quote into out (cap bytes), *out_len on success; JURAT_E_TOO_LARGE if it does not fit.
 */
void quote_encode_head(
    uint8_t out[QUOTE_SIGNED_V3_LEN], const struct quote_header *header, const struct sgx_report_body *body);
MUST_USE jurat_rc quote_encode(
    uint8_t *out, size_t cap, size_t *out_len, const struct quote *quote, struct jurat_diag *d);

/* quote_qe_binding: SHA-256(attestation key x||y || qe_auth_data), what the QE report's data must begin with. */
void quote_qe_binding(uint8_t out[SHA256_LEN], const struct p256_public *key, const void *qe_auth, size_t qe_auth_len);

#endif
