/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How not to do it: an enclave with a password compiled in. It runs in protected memory, it is measured and signed, and the password
 * stands in its file for everybody who opens it. The demo shows that in step 0.
 */
#include "enclave.h"

static const char password[] = "correct horse battery staple";

/* op 1: out is one byte, whether in is the password. */
jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	if (op != 1)
		return JURAT_E_UNSUPPORTED;
	if (out_cap < 1)
		return JURAT_E_TOO_LARGE;
	out[0] = in_len == sizeof password - 1 && ct_equal(in, password, sizeof password - 1);
	*out_len = 1;
	return JURAT_OK;
}
