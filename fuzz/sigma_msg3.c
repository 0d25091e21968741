/* SPDX-License-Identifier: Apache-2.0 */
/* msg1 and msg3 at the relying party: the input is msg0 | msg1 | msg3. A refusal leaves a dead, wiped session. */
#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "exchange/sigma.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* the generated session of tests/vectors/sigma.py has these seeds, so that its messages are a seed that is accepted */
	static const uint8_t seed_b[48] = {
		0x80, 0xf3, 0xc7, 0x02, 0x18, 0x17, 0x48, 0x8e, 0x43, 0x11, 0xf4, 0xf9, 0xcd, 0xc1, 0xd2, 0xfc,
		0xb5, 0x7c, 0x5b, 0xb3, 0x05, 0xaf, 0x8b, 0x67, 0x78, 0xe9, 0x72, 0xe7, 0xc0, 0x4c, 0x68, 0x53,
		0xa6, 0x12, 0x5f, 0x52, 0x84, 0xdf, 0x8f, 0x2b, 0xa0, 0xd5, 0xad, 0x90, 0xed, 0x59, 0x1a, 0xa2,
	};
	static const uint8_t seed_service[48] = {
		0x3b, 0x95, 0x6b, 0x89, 0x9f, 0xf1, 0x90, 0xdf, 0x44, 0x54, 0x04, 0x61, 0x28, 0x2a, 0xd2, 0xbf,
		0x55, 0xf2, 0xa8, 0x45, 0x0e, 0x41, 0xea, 0x0e, 0x60, 0x90, 0xad, 0x39, 0xbf, 0xe6, 0xd3, 0x69,
		0x9d, 0x32, 0xde, 0x06, 0xf3, 0xfa, 0xe8, 0xf4, 0x96, 0x7f, 0x98, 0x46, 0xf7, 0x4d, 0x4d, 0x52,
	};
	uint8_t msg2[SIGMA_MSG2_HEAD_LEN], report_data[64];
	struct p256_private key;
	struct sigma_service service = { .key = &key, .quote_type = 1 };
	struct sigma_responder s;
	const uint8_t *quote;
	size_t quote_len;

	if (size < SIGMA_MSG0_LEN + SIGMA_MSG1_LEN || p256_from_seed(&key, seed_service) != JURAT_OK)
		return 0;
	sigma_responder_init(&s);
	if (sigma_take_msg1(&s, msg2, &service, data, data + SIGMA_MSG0_LEN, seed_b, NULL, 0, NULL) != JURAT_OK) {
		if (!ct_is_zero(&s, sizeof s))
			abort();
		return 0;
	}
	data += SIGMA_MSG0_LEN + SIGMA_MSG1_LEN;
	size -= SIGMA_MSG0_LEN + SIGMA_MSG1_LEN;
	if (sigma_take_msg3(&s, &quote, &quote_len, report_data, data, size, NULL) != JURAT_OK) {
		if (!ct_is_zero(&s, sizeof s))
			abort();
		return 0;
	}
	if (s.state != SIGMA_MSG3_DONE || quote != data + SIGMA_MSG3_HEAD_LEN || quote_len != size - SIGMA_MSG3_HEAD_LEN)
		abort();
	sigma_responder_clear(&s);
	return 0;
}
