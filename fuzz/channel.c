/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enclave's end of msg4, fed a stream of records: a refusal closes the channel for good; plain text of HEAD and ACK that parses
 * encodes back to the same bytes. The plain-text parsers also see the raw input, since no fuzzer forges a tag.
 */
#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "exchange/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
plain_texts(const uint8_t *p, size_t len)
{
	uint8_t back[CHANNEL_HEAD_MAX_LEN], digest[32];
	struct channel_head head;
	size_t back_len;

	if (channel_head_parse(&head, p, len, NULL) == JURAT_OK) {
		if (channel_head_encode(back, sizeof back, &back_len, &head, NULL) != JURAT_OK)
			abort();
		if (back_len != len || memcmp(back, p, len) != 0)
			abort();
	}
	if (channel_ack_parse(digest, p, len, NULL) == JURAT_OK) {
		channel_ack_encode(back, digest);
		if (len != CHANNEL_ACK_LEN || memcmp(back, p, len) != 0)
			abort();
	}
}

static void
stream(struct channel *c, const uint8_t *p, size_t len)
{
	static uint8_t out[CHANNEL_CHUNK_LEN];
	enum channel_type type;
	size_t n, out_len;

	while (channel_record_len(&n, p, len, NULL) == JURAT_OK && n <= len) {
		if (channel_open(c, &type, out, &out_len, p, n, NULL) != JURAT_OK) {
			if (c->open || !ct_is_zero(c, sizeof *c))
				abort();
			return;
		}
		if (type == CHANNEL_HEAD)
			plain_texts(out, out_len);
		p += n;
		len -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of the generated session (tests/vectors/sigma.py), so that its msg4 is a seed that opens */
	struct sigma_result result = { .sk = { {
		0xb4, 0xb9, 0x10, 0x25, 0x89, 0x92, 0x5c, 0xac, 0x77, 0xe4, 0x08, 0x05, 0x52, 0xe8, 0x34, 0xf9,
	} }, .transcript = {
		0x9e, 0x33, 0xf9, 0xf7, 0x08, 0xd1, 0x7f, 0xf8, 0x09, 0x75, 0xb6, 0x3c, 0x44, 0x38, 0x54, 0x49,
		0x17, 0x60, 0x7f, 0x02, 0x61, 0x24, 0x48, 0xb4, 0x4d, 0xef, 0xb8, 0xa0, 0x47, 0xbc, 0x20, 0xbc,
	} };
	struct channel c;

	plain_texts(data, size);
	if (channel_init(&c, CHANNEL_ENCLAVE, &result) != JURAT_OK)
		abort();
	stream(&c, data, size);
	channel_clear(&c);
	return 0;
}
