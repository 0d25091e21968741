/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault: the example application. It takes part in the key exchange with the relying party that its CONFIGID names, receives a
 * secret, hands it out sealed, and answers whether a candidate equals it. The contract is service/vault_ops.h.
 */
#include "vault.h"

jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	switch (op) {
	case VAULT_START:
		return session_start(in, in_len, out, out_cap, out_len);
	case VAULT_MSG2:
		return session_msg2(in, in_len, out, out_cap, out_len);
	case VAULT_QUOTE:
		return session_quote(in, in_len, out, out_cap, out_len);
	case VAULT_RECORD:
		return session_record(in, in_len, out, out_cap, out_len);
	case VAULT_ASK_BEGIN:
		return ask_begin(in, in_len, out, out_cap, out_len);
	case VAULT_ASK_CHUNK:
		return ask_chunk(in, in_len, out, out_cap, out_len);
	case VAULT_INFO:
		return ask_info(in, in_len, out, out_cap, out_len);
	default:
		return JURAT_E_UNSUPPORTED;
	}
}
