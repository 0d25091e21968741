/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes of the ECDSA scheme (Intel SGX DCAP, sgx_quote_3.h, _4.h, _5.h): version 3 (SGX), 4 (SGX, TDX 1.0) and 5 (SGX, TDX 1.0, 1.5, 1.5 Ex).
 * Views borrow the caller's bytes. Everything is little-endian except ECDSA coordinates and signatures (big-endian). Freestanding.
 */
#ifndef SGX_QUOTE_H
#define SGX_QUOTE_H

#include "sgx/report.h"
#include "sgx/tdreport.h"

#define QUOTE_HEADER_LEN 48
#define QUOTE_SIGNED_V3_LEN (QUOTE_HEADER_LEN + SGX_REPORT_BODY_LEN)
#define QUOTE_SIGNED_MAX_LEN (QUOTE_HEADER_LEN + 6 + TD_REPORT_15_EX_LEN)
#define QUOTE_MAX_LEN (64u * 1024u)       /* named maximum for a whole quote with its certification data */
#define QUOTE_PADDED_MAX_LEN (256u * 1024u) /* the same with what stands after it */
#define QUOTE_QE_AUTH_MAX_LEN 1024u
#define QUOTE_CERT_DATA_MAX_LEN (32u * 1024u)
#define QUOTE_ATT_KEY_ECDSA_P256 2u
#define QUOTE_ATT_KEY_ECDSA_P384 3u       /* known, refused by name */
#define QUOTE_TEE_SGX 0u
#define QUOTE_TEE_TDX 0x81u
/* What a quote is about: the body types of version 5. TDX's are enum td_report_kind. */
#define QUOTE_BODY_SGX 1u

/* Certification data types. */
enum quote_cert_type {
	QUOTE_CERT_PPID_PLAIN = 1,   /* PPID, CPUSVN, PCESVN, PCE-ID */
	QUOTE_CERT_PPID_RSA2048 = 2, /* the same, PPID encrypted */
	QUOTE_CERT_PPID_RSA3072 = 3,
	QUOTE_CERT_PCK_LEAF = 4,     /* PCK certificate, PEM */
	QUOTE_CERT_PCK_CHAIN = 5,    /* PCK chain, PEM */
	QUOTE_CERT_QE_REPORT = 6,    /* what versions 4 and 5 wrap around the others */
	QUOTE_CERT_PLATFORM_MANIFEST = 7,
};
extern const uint8_t quote_vendor_intel[16]; /* 939a7233-f79c-4ca9-940a-0db3957f0607 */

struct quote_header {
	uint16_t version;
	uint16_t att_key_type;
	uint32_t tee_type;  /* v3: reserved, 0 */
	uint16_t qe_svn, pce_svn; /* v4, v5: reserved, signed, without meaning */
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
	unsigned body_type;                  /* QUOTE_BODY_SGX, or enum td_report_kind; versions 3 and 4 imply it */
	struct sgx_report_body body;         /* if QUOTE_BODY_SGX */
	struct td_report td;                 /* if not */
	struct quote_span signed_bytes;      /* header and body, in version 5 with the body's type and size */
	struct p256_signature signature;     /* by the attestation key over signed_bytes */
	struct p256_public attestation_key;
	struct sgx_report_body qe_report;
	struct quote_span qe_report_bytes;   /* 384 bytes, as signed by the PCK */
	struct p256_signature qe_report_signature;
	struct quote_span qe_auth_data;
	uint16_t cert_type;                  /* v4, v5: the inner one; the outer is 6 */
	struct quote_span cert_data;         /* as it stands, without judging it */
	size_t trailing_len;                 /* bytes after the authentication data: reported, not an error (see below) */
};

/*
 * quote_parse: reads a quote. Every length is checked before use; slack inside the authentication data (or inside version 4's nested one) is
 * JURAT_E_TRAILING; bytes after it are counted in trailing_len (341 real sources are padded there), the caller decides.
 * JURAT_E_VERSION names an unknown version; JURAT_E_UNSUPPORTED a known key type that is not P-256; JURAT_E_FORMAT another value, a TEE type
 * that does not fit the version, or a body type or size that does not fit the TEE.
 */
MUST_USE jurat_rc quote_parse(struct quote *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/*
 * quote_encode_head: the signed part of a version 3 quote, 432 bytes, for the quoting enclave.
 * quote_encode_signed: the signed part of any version (at most QUOTE_SIGNED_MAX_LEN bytes).
 * quote_encode: the whole quote into out (cap bytes), *out_len on success; JURAT_E_TOO_LARGE if it does not fit. The header's version and TEE
 * type decide the layout; body_type is read for version 5 alone, and for a TD td.kind must be right.
 */
void quote_encode_head(
    uint8_t out[QUOTE_SIGNED_V3_LEN], const struct quote_header *header, const struct sgx_report_body *body);
MUST_USE jurat_rc quote_encode_signed(
    uint8_t *out, size_t cap, size_t *out_len, const struct quote *quote, struct jurat_diag *d);
MUST_USE jurat_rc quote_encode(
    uint8_t *out, size_t cap, size_t *out_len, const struct quote *quote, struct jurat_diag *d);

/* quote_report_data: the 64 bytes of either kind of body. */
const uint8_t *quote_report_data(const struct quote *quote);

/* quote_cert_type_name: for people; "unknown" for a number that is no type. */
const char *quote_cert_type_name(unsigned cert_type);

/* Certification data of the types 1 to 3: whose PCK certificate it would be. */
struct quote_ppid_data {
	struct quote_span ppid; /* 16 bytes, or its encryption: 256 or 384 */
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint16_t pce_svn;
	uint8_t pce_id[2];
};
/* quote_ppid_data_parse: of a quote whose cert_type is 1, 2 or 3 (JURAT_E_USAGE otherwise); exactly its length. */
MUST_USE jurat_rc quote_ppid_data_parse(struct quote_ppid_data *out, const struct quote *quote, struct jurat_diag *d);

/* quote_qe_binding: SHA-256(attestation key x||y || qe_auth_data), what the QE report's data must begin with. */
void quote_qe_binding(uint8_t out[SHA256_LEN], const struct p256_public *key, const void *qe_auth, size_t qe_auth_len);

#endif
