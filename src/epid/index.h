/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of points, as their 64 bytes, that is asked in the same time whatever its size: open addressing over SHA-256 with a random key, so that
 * nobody can choose points that collide. The points stay where they are, the caller brings the slots. Public. Freestanding.
 */
#ifndef EPID_INDEX_H
#define EPID_INDEX_H

#include "epid/g1.h"

#define EPID_INDEX_KEY_LEN 16

struct epid_index {
	const uint8_t *points; /* NULL: there is no index */
	uint32_t *slots;       /* 1 + number of a point, or 0 */
	size_t mask;
	uint8_t key[EPID_INDEX_KEY_LEN];
};

/* epid_index_num_slots: for n points; a power of two, at least twice n. */
size_t epid_index_num_slots(size_t n);

/* epid_index_init: over n points (below 2^32 - 1), 64 bytes each, at points; slots: epid_index_num_slots(n) of them. */
void epid_index_init(struct epid_index *x, const uint8_t *points, size_t n, uint32_t *slots, const uint8_t key[EPID_INDEX_KEY_LEN]);

/* epid_index_find: whether point is in the set, and then its number. */
MUST_USE bool epid_index_find(size_t *out_i, const struct epid_index *x, const uint8_t point[G1_LEN]);

#endif
