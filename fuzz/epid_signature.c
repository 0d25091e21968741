/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a signature cover it exactly. Every truncation is another kind or none (a split signature is never also one that is not). */
#include <stdlib.h>

#include "core/bytes.h"
#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct epid_signature s;
	size_t head;

	if (epid_signature_parse(&s, data, size, NULL) != JURAT_OK)
		return 0;
	head = s.split ? 392 : 360;
	if (s.basic != data || s.proofs != data + head || size != head + s.num_proofs * s.proof_len)
		abort();
	if (s.split != (s.nonce != NULL) || load32be(data + head - 8) != s.rl_version)
		abort();
	if (size != JURAT_EPID_SIGNATURE_LEN(s.split ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT, s.num_proofs))
		abort();
	return 0;
}
