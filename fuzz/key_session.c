/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of requests to the key process, as a hostile client sends it. Every answer fits its own head. */
#include <stdlib.h>

#include "machine/key_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* cheap: runs of pages are legal and slow; the fuzzer learns nothing from a million of them. */
static bool
cheap(const struct key_request *q, const uint8_t *body)
{
	struct image_page page;

	return q->op != KEY_OP_ADD || key_add_parse(&page, body, q->body_len, NULL) != JURAT_OK || page.count <= 16;
}

static size_t
one_request(struct key_session *s, const uint8_t *p, size_t len)
{
	uint8_t out[KEY_ANSWER_MAX_LEN];
	struct key_request q;
	struct key_answer a;
	size_t out_len;

	if (len < KEY_REQUEST_HEAD_LEN || key_request_parse(&q, p, NULL) != JURAT_OK || len - KEY_REQUEST_HEAD_LEN < q.body_len)
		return 0;
	if (!cheap(&q, p + KEY_REQUEST_HEAD_LEN))
		return 0;
	if (key_session_answer(s, &q, p + KEY_REQUEST_HEAD_LEN, out, &out_len, NULL) != JURAT_OK)
		return 0;
	if (out_len != 0 && (key_answer_parse(&a, out, NULL) != JURAT_OK || a.body_len + KEY_ANSWER_HEAD_LEN != out_len))
		abort();
	return KEY_REQUEST_HEAD_LEN + q.body_len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct processor cpu = { .cpusvn = { 1 } };
	struct key_session *s = key_session_new(&cpu);
	size_t used;

	if (s == NULL)
		return 0;
	do {
		used = one_request(s, data, size);
		data += used;
		size -= used;
	} while (used != 0);
	key_session_free(s);
	return 0;
}
