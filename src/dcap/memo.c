/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/memo.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { EMPTY, BEING_WRITTEN, READY };

struct memo {
	struct {
		atomic_int state; /* EMPTY → BEING_WRITTEN (by one writer) → READY, for ever */
		uint8_t key[SHA256_LEN];
	} slot[MEMO_NUM_SLOTS];
};

struct memo *
memo_new(void)
{
	return calloc(1, sizeof(struct memo));
}

void
memo_free(struct memo *memo)
{
	free(memo);
}

static bool
recalls(struct memo *memo, const uint8_t key[SHA256_LEN])
{
	for (size_t i = 0; i < MEMO_NUM_SLOTS; i++) {
		/* acquire pairs with the release in remember(): READY means that the key is whole */
		if (atomic_load_explicit(&memo->slot[i].state, memory_order_acquire) == READY &&
		    memcmp(memo->slot[i].key, key, SHA256_LEN) == 0)
			return true;
	}
	return false;
}

static void
remember(struct memo *memo, const uint8_t key[SHA256_LEN])
{
	for (size_t i = 0; i < MEMO_NUM_SLOTS; i++) {
		int expected = EMPTY;

		if (!atomic_compare_exchange_strong(&memo->slot[i].state, &expected, BEING_WRITTEN))
			continue;
		memcpy(memo->slot[i].key, key, SHA256_LEN);
		atomic_store_explicit(&memo->slot[i].state, READY, memory_order_release);
		return;
	}
}

jurat_rc
memo_verify_vartime(struct memo *memo, struct ecdsa *e, const struct p256_signature *sig, const struct p256_public *pub,
    const uint8_t digest[SHA256_LEN])
{
	struct sha256 h;
	uint8_t key[SHA256_LEN];
	jurat_rc rc;

	if (memo == NULL)
		return ecdsa_check_vartime(e, sig, pub, digest);
	sha256_init(&h);
	sha256_update(&h, pub->x, sizeof pub->x);
	sha256_update(&h, pub->y, sizeof pub->y);
	sha256_update(&h, digest, SHA256_LEN);
	sha256_update(&h, sig->r, sizeof sig->r);
	sha256_update(&h, sig->s, sizeof sig->s);
	sha256_final(&h, key);
	if (recalls(memo, key))
		return JURAT_OK;
	rc = ecdsa_check_vartime(e, sig, pub, digest);
	if (rc == JURAT_OK)
		remember(memo, key);
	return rc;
}
