/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a SIGSTRUCT is signed by the key that it carries, with the quotients that EINIT wants. */
#include <string.h>

#include "crypto/rsa.h"
#include "core/diag.h"
#include "image/image.h"

enum { Q1_OFF = 1040, Q2_OFF = 1424 };

jurat_rc
sigstruct_verify(struct sgx_sigstruct *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	uint8_t digest[SHA256_LEN], q1[RSA3072_LEN], q2[RSA3072_LEN];
	struct sgx_sigstruct s;
	jurat_rc rc = sigstruct_parse(&s, p, len, d);

	if (rc != JURAT_OK)
		return rc;
	sigstruct_digest(digest, p);
	if (rsa3072_verify_vartime(s.modulus, s.signature, digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "sigstruct.signature", NO_OFFSET, 0, 0);
	if (rsa3072_quotients(q1, q2, s.modulus, s.signature) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "sigstruct.signature", NO_OFFSET, 0, 0);
	if (memcmp(s.q1, q1, sizeof q1) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.q1", Q1_OFF, 0, 0);
	if (memcmp(s.q2, q2, sizeof q2) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.q2", Q2_OFF, 0, 0);
	if (out != NULL)
		*out = s;
	return JURAT_OK;
}
