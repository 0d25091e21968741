/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/index.h"

#include <string.h>

#include "core/bytes.h"
#include "crypto/crypto.h"

size_t
epid_index_num_slots(size_t n)
{
	size_t slots = 2;

	while (slots / 2 < n)
		slots *= 2;
	return slots;
}

/* place: where point is, or the empty slot where it belongs. There is one, as at least half of them are empty. */
static size_t
place(const struct epid_index *x, const uint8_t point[G1_LEN])
{
	uint8_t digest[SHA256_LEN];
	struct sha256 h;
	size_t at;

	sha256_init(&h);
	sha256_update(&h, x->key, sizeof x->key);
	sha256_update(&h, point, G1_LEN);
	sha256_final(&h, digest);
	at = (size_t)load64le(digest) & x->mask;
	while (x->slots[at] != 0 && memcmp(x->points + (size_t)G1_LEN * (x->slots[at] - 1), point, G1_LEN) != 0)
		at = (at + 1) & x->mask;
	return at;
}

void
epid_index_init(struct epid_index *x, const uint8_t *points, size_t n, uint32_t *slots, const uint8_t key[EPID_INDEX_KEY_LEN])
{
	size_t num = epid_index_num_slots(n);

	memset(slots, 0, num * sizeof *slots);
	memcpy(x->key, key, sizeof x->key);
	x->points = points;
	x->slots = slots;
	x->mask = num - 1;
	for (size_t i = 0; i < n; i++)
		slots[place(x, points + G1_LEN * i)] = (uint32_t)(i + 1); /* of equal points, one slot: the last one's number */
}

bool
epid_index_find(size_t *out_i, const struct epid_index *x, const uint8_t point[G1_LEN])
{
	uint32_t found = x->slots[place(x, point)];

	if (found == 0)
		return false;
	*out_i = found - 1;
	return true;
}
