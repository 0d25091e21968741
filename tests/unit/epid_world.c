/* SPDX-License-Identifier: Apache-2.0 */
#include "epid_world.h"

#include "crypto/crypto.h"

int
epid_stream_fill(void *ctx, void *out, size_t len)
{
	struct epid_stream *s = ctx;
	uint8_t block[SHA256_LEN], *to = out;

	if (s->fail_after == 0)
		return -1;
	if (s->fail_after != SIZE_MAX)
		s->fail_after--;
	while (len != 0) {
		size_t take = len < sizeof block ? len : sizeof block;

		s->counter++;
		sha256_once(block, &s->counter, sizeof s->counter);
		memcpy(to, block, take);
		to += take;
		len -= take;
	}
	return 0;
}

struct jurat_epid_bytes
epid_text_bytes(const char *text)
{
	return (struct jurat_epid_bytes){ text, strlen(text) };
}

struct jurat_epid_bytes
epid_world_key(const struct epid_world *w, size_t member)
{
	return (struct jurat_epid_bytes){ w->key[member], JURAT_EPID_PRIVATE_KEY_LEN(w->gid_len) };
}

static void
join(struct epid_world *w, size_t i)
{
	uint8_t f[32], nonce[32], request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)], credential[JURAT_EPID_CREDENTIAL_LEN(GID_MAX)];
	size_t request_len = JURAT_EPID_JOIN_REQUEST_LEN(w->kind), credential_len = JURAT_EPID_CREDENTIAL_LEN(w->gid_len);
	size_t key_len = JURAT_EPID_PRIVATE_KEY_LEN(w->gid_len);

	assert_int_equal(epid_stream_fill(&w->stream, nonce, sizeof nonce), 0);
	assert_int_equal(jurat_epid_secret_new(f, &w->random, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_join_request(request, request_len, w->group, w->kind, f, nonce, &w->random, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_certify(credential, credential_len, w->issuer, (struct jurat_epid_bytes){ request, request_len }, nonce,
			     &w->random, NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_key_from_credential(
			     w->key[i], key_len, w->group, w->kind, (struct jurat_epid_bytes){ credential, credential_len }, f, NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_member_new(&w->member[i], w->group, w->kind, epid_world_key(w, i), NULL), JURAT_EPID_OK);
}

void
epid_world_new(struct epid_world *w, size_t gid_len, enum jurat_epid_kind kind, enum jurat_epid_hash hash, uint64_t seed)
{
	size_t public_len = JURAT_EPID_GROUP_KEY_LEN(gid_len), issuer_len = JURAT_EPID_ISSUER_KEY_LEN(gid_len);

	memset(w, 0, sizeof *w);
	w->gid_len = gid_len;
	w->kind = kind;
	w->gid[1] = gid_len == GID_MAX ? (uint8_t)hash : 7;
	w->gid[gid_len - 1] = (uint8_t)seed;
	w->stream = (struct epid_stream){ seed << 32, SIZE_MAX };
	w->random = (struct jurat_epid_random){ epid_stream_fill, &w->stream };
	assert_int_equal(jurat_epid_group_create(w->public_key, public_len, w->issuer_key, issuer_len,
			     (struct jurat_epid_bytes){ w->gid, gid_len }, &w->random, NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_group_new(&w->group, (struct jurat_epid_bytes){ w->public_key, public_len }, JURAT_EPID_HASH_OF_GROUP, NULL),
	    JURAT_EPID_OK);
	assert_int_equal(
	    jurat_epid_issuer_new(&w->issuer, w->group, (struct jurat_epid_bytes){ w->issuer_key, issuer_len }, NULL), JURAT_EPID_OK);
	for (size_t i = 0; i < WORLD_MEMBERS; i++)
		join(w, i);
}

void
epid_world_clear(struct epid_world *w)
{
	for (size_t i = 0; i < WORLD_MEMBERS; i++)
		jurat_epid_member_free(w->member[i]);
	jurat_epid_issuer_free(w->issuer);
	jurat_epid_group_free(w->group);
}

struct epid_made
epid_world_sign(struct epid_world *w, size_t i, const char *message, const char *name, const struct jurat_epid_bytes *list)
{
	struct jurat_epid_bytes base = epid_text_bytes(name != NULL ? name : "");
	struct jurat_epid_sign_request request = { .message = epid_text_bytes(message), .sigrl = list, .random = &w->random };
	size_t n = list != NULL ? (list->len - w->gid_len - 8) / 128 : 0;
	struct epid_made made = { .len = JURAT_EPID_SIGNATURE_LEN(w->kind, n) };

	request.basename = name != NULL ? &base : NULL;
	made.p = malloc(made.len);
	assert_non_null(made.p);
	assert_int_equal(jurat_epid_sign(made.p, made.len, w->member[i], &request, NULL), JURAT_EPID_OK);
	return made;
}
