/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collateral: what a quote is checked with. The layout is QuoteCollateralV3 as Intel's and Phala's libraries use it (docs/formats/collateral.md).
 * A part that cannot be read does not make the file unreadable: its error is kept, and the verdict's check of that part fails with it.
 * Parsed once and used for many quotes, also by several threads at a time.
 */
#ifndef DCAP_COLLATERAL_H
#define DCAP_COLLATERAL_H

#include "dcap/chain.h"
#include "dcap/identity.h"
#include "dcap/tcb_info.h"
#include "jurat/verify.h"
#include "x509/crl.h"

/* Why a part could not be read; code JURAT_OK if it could. */
struct part {
	jurat_rc rc;
	struct jurat_diag diag;
};

struct jurat_collateral {
	struct json_value *document;
	struct part root_crl_part, pck_crl_part, tcb_info_part, tcb_info_chain_part, qe_identity_part, qe_identity_chain_part, pck_chain_part;
	uint8_t *root_crl_bytes, *pck_crl_bytes; /* own what the CRLs borrow */
	struct x509_crl root_crl, pck_crl;
	struct cert_chain tcb_info_chain, qe_identity_chain; /* the second may borrow the first's bytes */
	bool has_pck_chain; /* for quotes that bring none along */
	struct cert_chain pck_chain;
	struct tcb_info tcb_info;
	struct p256_signature tcb_info_signature;
	struct enclave_identity qe_identity;
	struct p256_signature qe_identity_signature;
	struct memo *memo;
};

/* crl_decode: DER, hex of DER, or PEM ("X509 CRL") to DER in fresh memory that the caller frees. */
MUST_USE jurat_rc crl_decode(
    uint8_t **out, size_t *out_len, const void *p, size_t len, const char *field, struct jurat_diag *d);

#endif
