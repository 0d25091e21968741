/* SPDX-License-Identifier: Apache-2.0 */
/* A group with its issuer and members for tests, made by our own code from a fixed stream of bytes. */
#ifndef TESTS_EPID_WORLD_H
#define TESTS_EPID_WORLD_H

#include "support.h"

#include "jurat/epid.h"

#define WORLD_MEMBERS 3
#define GID_MAX 16

/* A stream of bytes that is the same in every run: SHA-256 over a counter. fail_after: draws that still succeed; SIZE_MAX: all. */
struct epid_stream {
	uint64_t counter;
	size_t fail_after;
};
int epid_stream_fill(void *ctx, void *out, size_t len);

struct epid_world {
	size_t gid_len;
	enum jurat_epid_kind kind;
	uint8_t gid[GID_MAX];
	uint8_t public_key[JURAT_EPID_GROUP_KEY_LEN(GID_MAX)], issuer_key[JURAT_EPID_ISSUER_KEY_LEN(GID_MAX)];
	uint8_t key[WORLD_MEMBERS][JURAT_EPID_PRIVATE_KEY_LEN(GID_MAX)];
	struct jurat_epid_group *group;
	struct jurat_epid_issuer *issuer;
	struct jurat_epid_member *member[WORLD_MEMBERS];
	struct epid_stream stream;
	struct jurat_epid_random random;
};

/* epid_world_new: gid_len 4 or 16; hash: with 16, what the group id names. seed: another one gives another group. */
void epid_world_new(struct epid_world *w, size_t gid_len, enum jurat_epid_kind kind, enum jurat_epid_hash hash, uint64_t seed);
void epid_world_clear(struct epid_world *w);

struct jurat_epid_bytes epid_world_key(const struct epid_world *w, size_t member);

/* A signature on the heap, in a block of exactly its size. */
struct epid_made {
	uint8_t *p;
	size_t len;
};

/* epid_world_sign: by member i over message; name NULL: a random base; list NULL: none. Fails the test unless it works. */
struct epid_made epid_world_sign(struct epid_world *w, size_t i, const char *message, const char *name, const struct jurat_epid_bytes *list);

struct jurat_epid_bytes epid_text_bytes(const char *text);

#endif
