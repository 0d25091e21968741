/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities of architectural enclaves, version 2 (PCS API, "Get Quoting Enclave Identity"): what a quoting enclave's report must look
 * like and which ISVSVN has which status. Signed by the TCB signing certificate over the exact bytes parsed here.
 */
#ifndef DCAP_IDENTITY_H
#define DCAP_IDENTITY_H

#include "crypto/crypto.h"
#include "dcap/isv_level.h"
#include "sgx/report.h"

#define IDENTITY_MAX_LEN (64u * 1024u)

enum identity_id { IDENTITY_QE, IDENTITY_TD_QE, IDENTITY_QVE, IDENTITY_QAE };

struct enclave_identity {
	struct json_value *document;
	enum identity_id id;
	int64_t issue_date, next_update; /* both inclusive */
	int64_t evaluation_number;
	uint32_t miscselect, miscselect_mask;
	struct sgx_attributes attributes, attributes_mask;
	uint8_t mrsigner[SGX_HASH_LEN];
	uint16_t isv_prod_id;
	struct isv_levels levels;
	uint8_t digest[SHA256_LEN]; /* SHA-256 of the text */
};

/* identity_parse: the signed object alone (the value of "enclaveIdentity"). identity_clear frees; a zeroed struct is cleared. */
MUST_USE jurat_rc identity_parse(struct enclave_identity *out, const char *text, size_t len, struct jurat_diag *d);
void identity_clear(struct enclave_identity *identity);

/*
 * identity_check: JURAT_E_MISMATCH with the field's name unless the report is of this enclave. As in Intel's verifier the report is
 * masked and the identity is not: a bit outside the mask can never match.
 */
MUST_USE jurat_rc identity_check(
    const struct enclave_identity *identity, const struct sgx_report_body *report, struct jurat_diag *d);

/* identity_id_name: "QE", "TD_QE", "QVE", "QAE". */
const char *identity_id_name(enum identity_id id);

#endif
