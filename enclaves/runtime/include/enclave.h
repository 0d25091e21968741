/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclave author's header. An enclave is a function from bytes to bytes: the author writes enclave_main; the runtime owns
 * entry, exit, stack, copying and scrubbing. One call at a time per enclave. No heap, no OCALL, no system call: an enclave that needs
 * something from outside returns, and is called again.
 */
#ifndef ENCLAVE_H
#define ENCLAVE_H

#include "core/bytes.h"
#include "core/compiler.h"
#include "core/ct.h"
#include "core/diag.h"
#include "crypto/crypto.h"
#include "sgx/keyrequest.h"
#include "sgx/report.h"
#include "sgx/seal.h"

/*
 * enclave_main: written by the author. in is a private copy inside the enclave (never host memory); out has out_cap bytes inside
 * the enclave, and the runtime copies *out_len of them to the host once, only if JURAT_OK is returned. Both are wiped afterwards.
 */
jurat_rc enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);

/* Most bytes that go in and come out in one call: the size of the runtime's buffers, set per enclave at build time. */
#ifndef ENCLAVE_IN_MAX_LEN
#define ENCLAVE_IN_MAX_LEN 65536
#endif
#ifndef ENCLAVE_OUT_MAX_LEN
#define ENCLAVE_OUT_MAX_LEN 65536
#endif

/* enclave_report: EREPORT for a target. target NULL: for itself. JURAT_E_UNSUPPORTED for a target with CET attributes. */
MUST_USE jurat_rc enclave_report(
    struct sgx_report *out, const struct sgx_target *target, const uint8_t report_data[SGX_REPORT_DATA_LEN]);

/* enclave_key: EGETKEY. JURAT_E_DENIED with the processor's reason lost on purpose. The caller wipes out. */
MUST_USE jurat_rc enclave_key(struct aes128_key *out, const struct sgx_keyrequest *request);

/* enclave_check_report: whether a report addressed to this enclave was made by this processor. JURAT_E_CRYPTO if not. */
MUST_USE jurat_rc enclave_check_report(const struct sgx_report *report, struct jurat_diag *d);

/*
 * enclave_seal: SEAL_HEAD_LEN + len + aad_len bytes to out, under a fresh key; policy: SGX_POLICY_MRENCLAVE or SGX_POLICY_MRSIGNER
 * (CONFIGID, ISVFAMILYID and ISVEXTPRODID always join it).
 * enclave_unseal: decrypts; *out_aad points into blob. The blob must have been sealed under the same policy and the masks of
 * enclave_seal: else whoever writes the blob would choose a key that other enclaves can have, too. JURAT_E_CRYPTO if the key or a
 * byte is wrong, JURAT_E_POLICY for another policy, JURAT_E_TOO_LARGE if cap is too small.
 */
MUST_USE jurat_rc enclave_seal(uint8_t *out, size_t cap, size_t *out_len, uint16_t policy, const void *aad, size_t aad_len,
    const uint8_t *plain, size_t len);
MUST_USE jurat_rc enclave_unseal(uint8_t *out, size_t cap, size_t *out_len, uint16_t policy, const uint8_t **out_aad,
    size_t *out_aad_len, const uint8_t *blob, size_t len);

#endif
