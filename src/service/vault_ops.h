/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the vault enclave answers to enclave_call. enclaves/vault implements it, src/service/vault.c drives it. Freestanding.
 * Integers little-endian. Points in the wire form of exchange/sigma.h. One session at a time per enclave.
 *
 * VAULT_START  in: service public key 64 | TARGETINFO 512 of the quoting enclave
 *              out: msg0 4 | msg1 68
 *              JURAT_E_IDENTITY unless CONFIGID in the vault's own report is sigma_config_id(service key)
 * VAULT_MSG2   in: msg2
 *              out: REPORT 432 for the quoting enclave, report data from sigma_take_msg2 | nonce 16 (for the QE report)
 * VAULT_QUOTE  in: QE REPORT 432 | quote
 *              out: msg3
 *              checks the QE report's MAC, that its MRENCLAVE and ATTRIBUTES are those of the TARGETINFO, and that its report data
 *              is SHA-256(nonce || quote) || 0^32
 * VAULT_RECORD in: one record of msg4 (exchange/channel.h)
 *              out: for HEAD nothing; for DATA and LAST one sealed chunk to be stored (see VAULT chunk); after LAST additionally the
 *              ACK record: u32 chunk length | chunk | u32 ack length (0 before LAST) | ack
 * VAULT_ASK_BEGIN  in: question 64. out: nothing. Starts a comparison.
 * VAULT_ASK_CHUNK  in: one sealed chunk
 *                  out: u8 more (1: expect another chunk) and, when it was the last, u8 answer (1 equal, 0 not)
 *                  Chunks must come in order, of one secret, complete: JURAT_E_MISMATCH otherwise. Constant time in secret and question.
 * VAULT_INFO       in: one sealed chunk (the first); out: head's plain text (name, version, size): not secret
 *
 * VAULT chunk, sealed to MRENCLAVE with CONFIGID (only this vault build for this relying party): plain text = chunk's bytes; additional text =
 * "jurat/vault/v1" 14 | secret id 16 (random) | index u32 | last u8 | head's length u16 | head's plain text
 *
 * A question does not show the candidate to the host that carries it: salt 32 (random) | SHA-256("jurat/ask/v1" | salt | candidate). Its
 * answer is "yes" for the secret alone, of whatever length. A host can try candidates that can be guessed; it can do so with the vault as well.
 *
 * A failure of START, MSG2, QUOTE or RECORD ends the session, one of ASK_CHUNK the comparison.
 */
#ifndef SERVICE_VAULT_OPS_H
#define SERVICE_VAULT_OPS_H

#include "exchange/channel.h"
#include "exchange/sigma.h"
#include "sgx/seal.h"

enum vault_op {
	VAULT_START = 1,
	VAULT_MSG2 = 2,
	VAULT_QUOTE = 3,
	VAULT_RECORD = 4,
	VAULT_ASK_BEGIN = 5,
	VAULT_ASK_CHUNK = 6,
	VAULT_INFO = 7,
};

#define VAULT_ISV_PROD_ID 16u
#define VAULT_QUESTION_LABEL "jurat/ask/v1"
#define VAULT_QUESTION_SALT_LEN 32
#define VAULT_QUESTION_LEN (VAULT_QUESTION_SALT_LEN + SHA256_LEN)
#define VAULT_CHUNK_AAD_MAX_LEN (14 + 16 + 4 + 1 + 2 + CHANNEL_HEAD_MAX_LEN)
#define VAULT_CHUNK_MAX_LEN (SEAL_HEAD_LEN + CHANNEL_CHUNK_LEN + VAULT_CHUNK_AAD_MAX_LEN)

#endif
