/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the platform's two enclaves answer to enclave_call: operations and the bytes that go in and come out. All integers
 * little-endian, all structures packed by core/bytes.h writers. Freestanding; enclaves/quoting and enclaves/certification
 * implement it, src/machine/platform.c calls it.
 */
#ifndef MACHINE_OPS_H
#define MACHINE_OPS_H

#include "sgx/quote.h"
#include "sgx/report.h"
#include "sgx/seal.h"

#define OPS_PCK_CHAIN_MAX_LEN 16384u

/*
 * certification (Intel: PCE). Its key is derived from EGETKEY(PROVISION) at a CPUSVN and PCE SVN, so it needs no state; the PPID
 * from another PROVISION derivation.
 *
 * CERTIFICATION_INFO  in: nothing
 *                     out: TARGETINFO 512 of itself | PPID 16 | PCK public key x||y 64 (big-endian) | CPUSVN 16 | PCE ISVSVN u16
 * CERTIFICATION_SIGN  in: REPORT 432 targeted at itself
 *                     out: signature r||s 64 (big-endian) over the 384 report body bytes, by the PCK key
 *                     JURAT_E_CRYPTO if the report's MAC is wrong; JURAT_E_DENIED unless the reporting enclave has PROVISIONKEY,
 *                     is not DEBUG and has this enclave's own MRSIGNER
 */
enum certification_op { CERTIFICATION_INFO = 1, CERTIFICATION_SIGN = 2 };
#define CERTIFICATION_INFO_LEN (SGX_TARGETINFO_LEN + 16 + 64 + SGX_CPUSVN_LEN + 2)
#define CERTIFICATION_ISV_PROD_ID 3u

/*
 * quoting (Intel: QE3).
 *
 * QUOTING_TARGET  in: nothing; out: TARGETINFO 512 of itself
 * QUOTING_NEW_KEY in: TARGETINFO 512 of certification | PCE ISVSVN u16 (for the quote header; certification's word, not checked)
 *                 out: attestation public key 64 | REPORT 432 for certification (report_data = quote_qe_binding || 0^32) |
 *                      sealed key QUOTING_SEALED_KEY_LEN
 *                 the private key exists only here and in the sealed blob (seal policy MRSIGNER: a newer build can open it)
 * QUOTING_QUOTE   in: sealed key QUOTING_SEALED_KEY_LEN | QE report signature 64 | REPORT 432 of the application, targeted at the
 *                     QE | nonce 16 | u32 length of the PCK chain | PCK chain in PEM
 *                 out: u32 length of the quote | quote | QE REPORT 432 targeted at the application's enclave, report_data =
 *                      SHA-256(nonce || quote) || 0^32
 *                 JURAT_E_CRYPTO if the application report's MAC or the sealed key is wrong
 *
 * The sealed key: secret text = private scalar 32; additional text = "jurat/qe/v1" 11 | public key 64 | QE authentication data 32 |
 * PCE ISVSVN u16 | body 384 of the QE report that certification signs.
 */
enum quoting_op { QUOTING_TARGET = 1, QUOTING_NEW_KEY = 2, QUOTING_QUOTE = 3 };
#define QUOTING_QE_AUTH_LEN 32
#define QUOTING_SEALED_KEY_LEN (SEAL_HEAD_LEN + 32 + 11 + 64 + QUOTING_QE_AUTH_LEN + 2 + SGX_REPORT_BODY_LEN)
#define QUOTING_ISV_PROD_ID 1u

#endif
