/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a private root of trust in Intel's formats (Intel SGX PCK Certificate and CRL Profile; PCS API v4): keys, certificates, CRLs,
 * signed JSON. src/dcap/world.h keeps one in a folder. Nothing here is read back by the verifier's code: that is src/x509 and the
 * readers of this folder, which are held against it in the tests.
 *
 * Texts are fresh NUL-terminated strings that the caller frees. Times are arguments. JURAT_E_INTERNAL where OpenSSL fails.
 */
#ifndef DCAP_PKI_H
#define DCAP_PKI_H

#include "crypto/crypto.h"
#include "dcap/status.h"
#include "sgx/tdreport.h"
#include "sgx/types.h"
#include "x509/pck.h"

#define PKI_NAME_MAX_LEN 32u   /* of a world */
#define PKI_COMMON_NAME_LEN 64 /* RFC 5280 ub-common-name */
#define PKI_SERIAL_LEN 20
#define PKI_SIGNATURE_HEX_LEN 128

/* ---- names and roles ---- */
enum pki_role { PKI_ROOT, PKI_PLATFORM_CA, PKI_PROCESSOR_CA, PKI_TCB_SIGNING, PKI_PCK, PKI_NUM_ROLES };

struct pki_names {
	char world[PKI_NAME_MAX_LEN + 1];
	char common_name[PKI_NUM_ROLES][PKI_COMMON_NAME_LEN + 1];
	const char *organization, *locality, *state, *country; /* literals; NULL: not in the name */
	bool intel; /* Intel's exact names, for testing other verifiers */
};

/*
 * pki_names_make: "Jurat NAME SGX Root CA" and so on, or with intel Intel's own names. JURAT_E_FORMAT unless name is 1 to PKI_NAME_MAX_LEN
 * letters, digits, '-', '_' or '.'.
 */
MUST_USE jurat_rc pki_names_make(struct pki_names *out, const char *name, bool intel, struct jurat_diag *d);

/* ---- P-256 keys in PEM files ---- */
struct pki_key {
	struct p256_private secret;
	struct p256_public pub;
};

MUST_USE jurat_rc pki_key_new(struct pki_key *out, struct jurat_diag *d);
/* pki_key_to_pem: PKCS#8 without passphrase; the caller wipes and frees. pki_key_from_pem: JURAT_E_FORMAT unless it is on P-256. */
MUST_USE jurat_rc pki_key_to_pem(char **out, size_t *out_len, const struct pki_key *key, struct jurat_diag *d);
MUST_USE jurat_rc pki_key_from_pem(struct pki_key *out, const char *pem, size_t len, struct jurat_diag *d);
void pki_key_clear(struct pki_key *key);

/* ---- certificates ---- */
struct pki_cert_request {
	enum pki_role role; /* decides names, key usage, basic constraints and the issuer's role */
	const struct pki_names *names;
	const struct pki_key *issuer; /* for PKI_ROOT its own key */
	struct p256_public subject;
	uint8_t serial[PKI_SERIAL_LEN]; /* pki_serial_new */
	int64_t not_before, not_after;
	const struct pck_extension *sgx; /* PKI_PCK only */
};

/* pki_serial_new: 20 random bytes whose first is 01 .. 7f: positive, and as long as Intel's. */
MUST_USE jurat_rc pki_serial_new(uint8_t out[PKI_SERIAL_LEN], struct jurat_diag *d);

MUST_USE jurat_rc pki_cert_make(char **out_pem, const struct pki_cert_request *request, struct jurat_diag *d);

/* pki_sgx_encode: the SGX extension of a PCK certificate, DER, with five or seven members; the reader is x509/pck.h. */
#define PKI_SGX_MAX_LEN 1024
MUST_USE jurat_rc pki_sgx_encode(uint8_t *out, size_t cap, size_t *out_len, const struct pck_extension *sgx);

/* ---- CRLs ---- */
struct pki_crl_request {
	enum pki_role issuer_role; /* PKI_ROOT or PKI_PLATFORM_CA */
	const struct pki_names *names;
	const struct pki_key *issuer;
	int64_t this_update, next_update;
	int64_t number;
	const uint8_t (*serials)[PKI_SERIAL_LEN]; /* revoked, reason key compromise, since this_update */
	size_t num_serials;
};

/* pki_crl_make: DER into a fresh buffer that the caller frees. */
MUST_USE jurat_rc pki_crl_make(uint8_t **out, size_t *out_len, const struct pki_crl_request *request, struct jurat_diag *d);

/* ---- signed JSON, without white space as Intel serves it ---- */
struct pki_dates {
	int64_t issue, next_update;
};

/* What the TCB info of TDX says besides. */
#define PKI_TDX_MODULES_MAX 4u
struct pki_tdx {
	uint8_t components[PCK_NUM_COMPONENTS]; /* of the level that has the TCB info's `status` */
	uint8_t mrsigner[TD_HASH_LEN];          /* of the TDX module in every version */
	struct pki_tdx_module {
		uint8_t version, isv_svn; /* isv_svn and above are UpToDate, what is below OutOfDate */
	} modules[PKI_TDX_MODULES_MAX];
	size_t num_modules; /* 0: no tdxModuleIdentities, as before TDX 1.5 */
};

struct pki_tcb_info {
	unsigned version; /* 2 or 3; 0 is 3 */
	struct pki_dates dates;
	uint8_t fmspc[6];
	uint8_t pce_id[2];
	int64_t evaluation_number;
	int64_t tcb_date;
	uint8_t components[PCK_NUM_COMPONENTS]; /* the level that has `status`; what is below is OutOfDate */
	uint16_t pce_svn;
	enum tcb_status status;
	bool is_tdx; /* version 3 only */
	struct pki_tdx tdx;
};

struct pki_qe_identity {
	bool is_tdx; /* TD_QE rather than QE */
	struct pki_dates dates;
	int64_t evaluation_number;
	int64_t tcb_date;
	uint32_t miscselect;
	struct sgx_attributes attributes; /* of the enclave; MODE64BIT and XFRM are not compared, as in Intel's identities */
	uint8_t mrsigner[SGX_HASH_LEN];
	uint16_t isv_prod_id, isv_svn; /* isv_svn and above are UpToDate, what is below OutOfDate */
};

MUST_USE jurat_rc pki_tcb_info_make(char **out, const struct pki_tcb_info *info);
MUST_USE jurat_rc pki_qe_identity_make(char **out, const struct pki_qe_identity *identity);

/* pki_text_sign: r || s in hex over exactly these bytes. */
MUST_USE jurat_rc pki_text_sign(char out[PKI_SIGNATURE_HEX_LEN + 1], const struct pki_key *key, const char *text);

/* ---- files ---- */
struct pki_collateral {
	const char *pck_crl_issuer_chain; /* PEM: platform CA, root */
	const char *signing_chain;        /* PEM: TCB signing, root; stands under TCB info and QE identity */
	const uint8_t *root_crl, *pck_crl;
	size_t root_crl_len, pck_crl_len;
	const char *tcb_info, *qe_identity;
	const struct pki_key *signing_key;
};

/* pki_collateral_make: the layout of QuoteCollateralV3. */
MUST_USE jurat_rc pki_collateral_make(char **out, const struct pki_collateral *parts);

/* pki_trust_make: trust.json: what a verifier needs to know of this root (docs/formats/trust.md). */
MUST_USE jurat_rc pki_trust_make(char **out, const struct pki_names *names, const char *root_pem);

#endif
