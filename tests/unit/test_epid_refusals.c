/* SPDX-License-Identifier: Apache-2.0 */
/* What each function says about each way in which an input can be wrong, and that it writes nothing then. */
#include "epid_world.h"

#include <stdio.h>

#define MESSAGE "a message"
#define BIG (1024u * 512u)

/* Numbers of 32 bytes. The order p and the field's q, as Intel prints them; y2 belongs to x = 1. */
static const char order[] = "fffffffffffcf0cd46e5f25eee71a49e0cdc65fb1299921af62d536cd10b500d";
static const char field[] = "fffffffffffcf0cd46e5f25eee71a49f0cdc65fb12980a82d3292ddbaed33013";
/* A point of the twist that is not in G2: x = 1, the first for which x^3 + 3/xi is a square; p times it is not the identity. */
static const char outside[] = "0000000000000000000000000000000000000000000000000000000000000001"
			      "0000000000000000000000000000000000000000000000000000000000000000"
			      "83ce88a00f589c78c3a74624fc7133eec18a52efa381971ad216d93e006f49ff"
			      "72491ece6da3f616877763aa50deccc311e4e77df25aec8e8bbcfac98aaf3c47";

static void
put(uint8_t *to, const char *hex)
{
	size_t len;
	uint8_t *p = test_hex(hex, &len);

	memcpy(to, p, len);
	free(p);
}

static struct jurat_epid_bytes
view(const void *p, size_t len)
{
	return (struct jurat_epid_bytes){ p, len };
}

static struct epid_world world;

static int
set_up(void **state)
{
	(void)state;
	epid_world_new(&world, 16, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA256, 5);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	epid_world_clear(&world);
	return 0;
}

/* How bytes are changed: what is put where. */
struct change {
	const char *what;
	size_t at, zeros; /* zeros: so many bytes become 0 before hex is put there */
	const char *hex;
	jurat_epid_rc rc;
	enum jurat_epid_defect defect;
};

static void
apply(uint8_t *p, const struct change *c)
{
	memset(p + c->at, 0, c->zeros);
	if (c->hex != NULL)
		put(p + c->at, c->hex);
}

static void
expect(const struct change *c, jurat_epid_rc rc, const struct jurat_epid_diag *d)
{
	if (rc != c->rc || d->code != c->rc || d->defect != c->defect)
		fail_msg("%s: %s, %s (%s)", c->what, jurat_epid_rc_name(rc), jurat_epid_defect_name(d->defect), d->field);
	assert_non_null(d->field);
}

/* ---- groups ---- */

static void
group_keys_are_refused_with_the_reason(void **state)
{
	static const struct change changes[] = {
		{ "h1.x not below q", 16, 0, field, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_NOT_CANONICAL },
		{ "h1 off the curve", 16 + 63, 1, "01", JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_NOT_ON_CURVE },
		{ "h1 the identity", 16, 64, NULL, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_IDENTITY },
		{ "h2 off the curve", 80 + 63, 1, "01", JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_NOT_ON_CURVE },
		{ "h2 the identity", 80, 64, NULL, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_IDENTITY },
		{ "w not canonical", 144 + 96, 0, field, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_NOT_CANONICAL },
		{ "w off the twist", 144 + 127, 1, "01", JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_NOT_ON_CURVE },
		{ "w outside G2", 144, 0, outside, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, JURAT_EPID_NOT_IN_SUBGROUP },
		{ "w the identity", 144, 128, NULL, JURAT_EPID_E_BAD_ARG, JURAT_EPID_IDENTITY },
		{ "schema", 0, 0, "10", JURAT_EPID_E_SCHEMA_NOT_SUPPORTED, JURAT_EPID_NO_DEFECT },
		{ "hash 4", 1, 0, "04", JURAT_EPID_E_HASH_NOT_SUPPORTED, JURAT_EPID_WRONG_HASH },
	};
	uint8_t key[JURAT_EPID_GROUP_KEY_LEN(16)];
	struct jurat_epid_group *untouched = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct jurat_epid_diag d = { 0 };

		memcpy(key, world.public_key, sizeof key);
		apply(key, &changes[i]);
		expect(&changes[i], jurat_epid_group_new(&untouched, view(key, sizeof key), JURAT_EPID_HASH_OF_GROUP, &d), &d);
		assert_null(untouched);
	}
	assert_int_equal(jurat_epid_group_new(&untouched, view(world.public_key, sizeof key), (enum jurat_epid_hash)4, NULL),
	    JURAT_EPID_E_HASH_NOT_SUPPORTED);
}

static bool
group_accepted(void *ctx, const uint8_t *p, size_t len)
{
	struct jurat_epid_group *g;

	(void)ctx;
	if (jurat_epid_group_new(&g, view(p, len), JURAT_EPID_HASH_OF_GROUP, NULL) != JURAT_EPID_OK)
		return false;
	jurat_epid_group_free(g);
	return true;
}

/* The group id may be any; and 16 bytes less are a group id of 4 bytes of which the first 12 bytes are something else. */
static bool
in_group_id(size_t byte)
{
	return byte < 16;
}

static void
each_altered_bit_of_a_group_key_is_refused(void **state)
{
	(void)state;
	each_damage(world.public_key, JURAT_EPID_GROUP_KEY_LEN(16), group_accepted, NULL, in_group_id);
}

static void
memory_that_is_too_small_or_not_aligned_is_refused(void **state)
{
	uint8_t *memory = aligned_alloc(JURAT_EPID_ALIGN, BIG);
	struct jurat_epid_bytes key = jurat_epid_group_public_key(world.group), private_key = epid_world_key(&world, 0);
	struct jurat_epid_bytes issuer_key = view(world.issuer_key, JURAT_EPID_ISSUER_KEY_LEN(16));
	struct jurat_epid_group *g = NULL;
	struct jurat_epid_verifier *v = NULL;
	struct jurat_epid_member *m = NULL;
	struct jurat_epid_issuer *i = NULL;

	(void)state;
	assert_non_null(memory);
	for (size_t off = 0; off < 2; off++) { /* one byte too few; misplaced by one */
		size_t less = 1 - off;

		assert_int_equal(jurat_epid_group_init(&g, memory + off, jurat_epid_group_size() - less, key, JURAT_EPID_HASH_OF_GROUP, NULL),
		    JURAT_EPID_E_NO_MEMORY);
		assert_int_equal(jurat_epid_verifier_init(&v, memory + off, jurat_epid_verifier_size() - less, world.group, NULL, 0, NULL),
		    JURAT_EPID_E_NO_MEMORY);
		assert_int_equal(
		    jurat_epid_member_init(&m, memory + off, jurat_epid_member_size() - less, world.group, world.kind, private_key, NULL),
		    JURAT_EPID_E_NO_MEMORY);
		assert_int_equal(jurat_epid_issuer_init(&i, memory + off, jurat_epid_issuer_size() - less, world.group, issuer_key, NULL),
		    JURAT_EPID_E_NO_MEMORY);
	}
	assert_true(g == NULL && v == NULL && m == NULL && i == NULL);
	assert_int_equal(jurat_epid_group_init(&g, memory, jurat_epid_group_size(), key, JURAT_EPID_HASH_OF_GROUP, NULL), JURAT_EPID_OK);
	free(memory);
	/* and the promises of the header about sizes */
	assert_true(jurat_epid_group_size() <= JURAT_EPID_GROUP_MAX_SIZE && jurat_epid_member_size() <= JURAT_EPID_MEMBER_MAX_SIZE);
	assert_true(jurat_epid_verifier_size() <= JURAT_EPID_VERIFIER_MAX_SIZE && jurat_epid_issuer_size() <= JURAT_EPID_ISSUER_MAX_SIZE);
	assert_true(jurat_epid_group_size() + jurat_epid_verifier_size() <= 512 * 1024);
}

static void
without_a_group_nothing_begins(void **state)
{
	struct jurat_epid_verifier *v;
	struct jurat_epid_member *m;
	struct jurat_epid_issuer *i;

	(void)state;
	assert_int_equal(jurat_epid_verifier_new(&v, NULL, NULL, 0, NULL), JURAT_EPID_E_OUT_OF_SEQUENCE);
	assert_int_equal(jurat_epid_member_new(&m, NULL, world.kind, epid_world_key(&world, 0), NULL), JURAT_EPID_E_OUT_OF_SEQUENCE);
	assert_int_equal(jurat_epid_issuer_new(&i, NULL, view(world.issuer_key, 48), NULL), JURAT_EPID_E_OUT_OF_SEQUENCE);
	assert_int_equal(jurat_epid_verifier_new(&v, world.group, NULL, 2, NULL), JURAT_EPID_E_BAD_ARG);
	assert_int_equal(jurat_epid_verifier_new(&v, world.group, &(struct jurat_epid_bytes){ NULL, 1 }, 0, NULL), JURAT_EPID_E_BAD_BASENAME);
}

/* ---- keys ---- */

static void
private_keys_are_refused_with_the_reason(void **state)
{
	static const struct change changes[] = {
		{ "another group", 15, 1, "99", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP },
		{ "A.x not below q", 16, 0, field, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_NOT_CANONICAL },
		{ "A off the curve", 79, 1, "01", JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_NOT_ON_CURVE },
		{ "A the identity", 16, 64, NULL, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_IDENTITY },
		{ "x the order", 80, 0, order, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_SCALAR_RANGE },
		{ "x zero", 80, 32, NULL, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_SCALAR_ZERO },
		{ "f the order", 112, 0, order, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_SCALAR_RANGE },
		{ "f zero", 112, 32, NULL, JURAT_EPID_E_BAD_PRIVATE_KEY, JURAT_EPID_SCALAR_ZERO },
		{ "another f", 143, 1, "07", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_PROOF },
	};
	uint8_t key[JURAT_EPID_PRIVATE_KEY_LEN(16)];
	struct jurat_epid_member *untouched = NULL;
	struct jurat_epid_diag d = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		d = (struct jurat_epid_diag){ 0 };
		memcpy(key, world.key[0], sizeof key);
		apply(key, &changes[i]);
		expect(&changes[i], jurat_epid_member_new(&untouched, world.group, world.kind, view(key, sizeof key), &d), &d);
		assert_null(untouched);
	}
	/* the other kind has another h1, so that its keys are others */
	assert_int_equal(
	    jurat_epid_member_new(&untouched, world.group, JURAT_EPID_SPLIT, epid_world_key(&world, 0), NULL), JURAT_EPID_E_KEY_NOT_IN_GROUP);
	d = (struct jurat_epid_diag){ 0 };
	assert_int_equal(jurat_epid_member_new(&untouched, world.group, world.kind, view(world.key[0], 143), &d), JURAT_EPID_E_BAD_PRIVATE_KEY);
	assert_int_equal(d.defect, JURAT_EPID_BAD_LENGTH);
}

static void
issuers_keys_are_refused_with_the_reason(void **state)
{
	static const struct change changes[] = {
		{ "another group", 15, 1, "99", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP },
		{ "gamma zero", 16, 32, NULL, JURAT_EPID_E_BAD_ISSUER_KEY, JURAT_EPID_SCALAR_ZERO },
		{ "gamma the order", 16, 0, order, JURAT_EPID_E_BAD_ISSUER_KEY, JURAT_EPID_SCALAR_RANGE },
		{ "another gamma", 47, 1, "07", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_PROOF },
	};
	uint8_t key[JURAT_EPID_ISSUER_KEY_LEN(16)];
	struct jurat_epid_issuer *untouched = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct jurat_epid_diag d = { 0 };

		memcpy(key, world.issuer_key, sizeof key);
		apply(key, &changes[i]);
		expect(&changes[i], jurat_epid_issuer_new(&untouched, world.group, view(key, sizeof key), &d), &d);
		assert_null(untouched);
	}
}

static void
group_ids_are_refused_with_the_reason(void **state)
{
	uint8_t public_key[JURAT_EPID_GROUP_KEY_LEN(16)] = { 0 }, issuer_key[JURAT_EPID_ISSUER_KEY_LEN(16)] = { 0 }, id[16] = { 0 };

	(void)state;
	assert_int_equal(jurat_epid_group_create(public_key, sizeof public_key, issuer_key, sizeof issuer_key, view(id, 15), NULL, NULL),
	    JURAT_EPID_E_BAD_GROUP_ID);
	assert_int_equal(jurat_epid_group_create(public_key, sizeof public_key, issuer_key, sizeof issuer_key, view(id, 4), NULL, NULL),
	    JURAT_EPID_E_BAD_ARG);
	id[1] = 0x35; /* the high half of it is nobody's */
	assert_int_equal(jurat_epid_group_create(public_key, sizeof public_key, issuer_key, sizeof issuer_key, view(id, 16), NULL, NULL),
	    JURAT_EPID_E_HASH_NOT_SUPPORTED);
	id[0] = 0x10;
	assert_int_equal(jurat_epid_group_create(public_key, sizeof public_key, issuer_key, sizeof issuer_key, view(id, 16), NULL, NULL),
	    JURAT_EPID_E_SCHEMA_NOT_SUPPORTED);
	for (size_t i = 0; i < sizeof issuer_key; i++)
		assert_int_equal(public_key[i] | issuer_key[i], 0);
}

/* ---- joining ---- */

static void
join_requests_are_refused_with_the_reason(void **state)
{
	static const struct change changes[] = {
		{ "F not canonical", 0, 0, field, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_NOT_CANONICAL },
		{ "F off the curve", 63, 1, "01", JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_NOT_ON_CURVE },
		{ "F the identity", 0, 64, NULL, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_IDENTITY },
		{ "c the order", 64, 0, order, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_SCALAR_RANGE },
		{ "s the order", 96, 0, order, JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_SCALAR_RANGE },
		{ "another s", 127, 1, "00", JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_WRONG_PROOF },
		{ "another try", 163, 1, "77", JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_WRONG_BASE },
		{ "another y", 195, 1, "77", JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_WRONG_BASE },
		{ "another nonce", 159, 1, "77", JURAT_EPID_E_BAD_JOIN_REQUEST, JURAT_EPID_WRONG_PROOF },
	};
	uint8_t good[2][JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)], f[32], nonce[32] = { 3 }, bad[sizeof good[0]];
	uint8_t credential[JURAT_EPID_CREDENTIAL_LEN(16)] = { 0 }, zeros[sizeof credential] = { 0 };

	(void)state;
	assert_int_equal(jurat_epid_secret_new(f, &world.random, NULL), JURAT_EPID_OK);
	for (int kind = JURAT_EPID_NOT_SPLIT; kind <= JURAT_EPID_SPLIT; kind++) {
		size_t len = JURAT_EPID_JOIN_REQUEST_LEN(kind);

		assert_int_equal(
		    jurat_epid_join_request(good[kind], len, world.group, (enum jurat_epid_kind)kind, f, nonce, &world.random, NULL), JURAT_EPID_OK);
		for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
			struct jurat_epid_diag d = { 0 };

			if (changes[i].at >= len)
				continue;
			memcpy(bad, good[kind], len);
			apply(bad, &changes[i]);
			expect(&changes[i], jurat_epid_certify(credential, sizeof credential, world.issuer, view(bad, len), nonce, NULL, &d), &d);
		}
		nonce[0] ^= 1;
		assert_int_equal(jurat_epid_certify(credential, sizeof credential, world.issuer, view(good[kind], len), nonce, NULL, NULL),
		    JURAT_EPID_E_BAD_JOIN_REQUEST);
		nonce[0] ^= 1;
		assert_int_equal(jurat_epid_certify(credential, sizeof credential, world.issuer, view(good[kind], len - 1), nonce, NULL, NULL),
		    JURAT_EPID_E_BAD_JOIN_REQUEST);
	}
	assert_memory_equal(credential, zeros, sizeof zeros);
	memset(f, 0, sizeof f);
	assert_int_equal(jurat_epid_join_request(bad, 128, world.group, world.kind, f, nonce, NULL, NULL), JURAT_EPID_E_BAD_ARG);
	put(f, order);
	assert_int_equal(jurat_epid_join_request(bad, 128, world.group, world.kind, f, nonce, NULL, NULL), JURAT_EPID_E_BAD_ARG);
}

static void
credentials_are_refused_with_the_reason(void **state)
{
	static const struct change changes[] = {
		{ "another group", 15, 1, "99", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP },
		{ "A not canonical", 16, 0, field, JURAT_EPID_E_BAD_CREDENTIAL, JURAT_EPID_NOT_CANONICAL },
		{ "A off the curve", 79, 1, "01", JURAT_EPID_E_BAD_CREDENTIAL, JURAT_EPID_NOT_ON_CURVE },
		{ "A the identity", 16, 64, NULL, JURAT_EPID_E_BAD_CREDENTIAL, JURAT_EPID_IDENTITY },
		{ "x zero", 80, 32, NULL, JURAT_EPID_E_BAD_CREDENTIAL, JURAT_EPID_SCALAR_ZERO },
		{ "x the order", 80, 0, order, JURAT_EPID_E_BAD_CREDENTIAL, JURAT_EPID_SCALAR_RANGE },
		{ "another x", 111, 1, "07", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_PROOF },
	};
	const uint8_t *f = world.key[0] + 112;
	uint8_t bad[JURAT_EPID_CREDENTIAL_LEN(16)], out[JURAT_EPID_PRIVATE_KEY_LEN(16)] = { 0 }, zeros[sizeof out] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct jurat_epid_diag d = { 0 };

		memcpy(bad, world.key[0], sizeof bad); /* a private key is the credential and f */
		apply(bad, &changes[i]);
		expect(&changes[i], jurat_epid_key_from_credential(out, sizeof out, world.group, world.kind, view(bad, sizeof bad), f, &d), &d);
	}
	assert_memory_equal(out, zeros, sizeof out);
	assert_int_equal(
	    jurat_epid_key_from_credential(out, sizeof out, world.group, world.kind, view(world.key[0], sizeof bad), f, NULL), JURAT_EPID_OK);
	assert_memory_equal(out, world.key[0], sizeof out);
}

static void
compressed_keys_are_refused_with_the_reason(void **state)
{
	/* 30 is no square, so that no point has x = 3; (1, 2) is one, and zeros are nobody's seed */
	static const struct change changes[] = {
		{ "another group", 15, 1, "99", JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_WRONG_GROUP },
		{ "A.x not below q", 16, 0, field, JURAT_EPID_E_BAD_ARG, JURAT_EPID_NOT_CANONICAL },
		{ "A.x off the curve", 47, 1, "03", JURAT_EPID_E_BAD_ARG, JURAT_EPID_NOT_ON_CURVE },
		{ "a key of nobody", 47, 1, "01", JURAT_EPID_E_BAD_ARG, JURAT_EPID_WRONG_PROOF },
	};
	uint8_t bad[JURAT_EPID_COMPRESSED_KEY_LEN(16)], out[JURAT_EPID_PRIVATE_KEY_LEN(16)] = { 0 }, zeros[sizeof out] = { 0 };
	struct jurat_epid_diag d;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		d = (struct jurat_epid_diag){ 0 };
		memset(bad, 0, sizeof bad);
		memcpy(bad, world.gid, 16);
		apply(bad, &changes[i]);
		expect(&changes[i], jurat_epid_key_decompress(out, sizeof out, world.group, world.kind, view(bad, sizeof bad), &d), &d);
	}
	d = (struct jurat_epid_diag){ 0 };
	assert_int_equal(jurat_epid_key_decompress(out, sizeof out, world.group, world.kind, view(bad, sizeof bad - 1), &d), JURAT_EPID_E_BAD_ARG);
	assert_int_equal(d.defect, JURAT_EPID_BAD_LENGTH);
	assert_memory_equal(out, zeros, sizeof out);
}

static void
a_kind_that_there_is_not_is_refused(void **state)
{
	const enum jurat_epid_kind kinds[] = { (enum jurat_epid_kind)2, (enum jurat_epid_kind)0x40000000 };
	uint8_t out[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)] = { 0 }, zeros[sizeof out] = { 0 }, compressed[80], one[32] = { [31] = 1 };
	struct jurat_epid_bytes key = epid_world_key(&world, 0), credential = view(world.key[0], JURAT_EPID_CREDENTIAL_LEN(16));
	struct jurat_epid_bytes none = { NULL, 0 };
	struct jurat_epid_member *untouched = NULL;
	size_t len = 99;

	(void)state;
	memset(compressed, 0, sizeof compressed);
	memcpy(compressed, world.gid, 16);
	compressed[47] = 1;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct jurat_epid_diag d = { 0 };

		assert_int_equal(jurat_epid_join_request(out, 128, world.group, kinds[i], one, one, NULL, &d), JURAT_EPID_E_BAD_ARG);
		assert_string_equal(d.field, "kind");
		assert_int_equal(jurat_epid_key_from_credential(out, 144, world.group, kinds[i], credential, one, NULL), JURAT_EPID_E_BAD_ARG);
		assert_int_equal(jurat_epid_key_decompress(out, 144, world.group, kinds[i], view(compressed, 80), NULL), JURAT_EPID_E_BAD_ARG);
		assert_int_equal(jurat_epid_member_new(&untouched, world.group, kinds[i], key, NULL), JURAT_EPID_E_BAD_ARG);
		assert_int_equal(jurat_epid_privrl_add(out, sizeof out, &len, none, world.group, kinds[i], key, NULL), JURAT_EPID_E_BAD_ARG);
	}
	assert_true(untouched == NULL && len == 99);
	assert_memory_equal(out, zeros, sizeof out);
}

/* Only who chose h1 himself can send F = -g1 with a right proof: here h1 = g1, f = -1. A would be the identity. */
static void
a_join_request_that_makes_a_the_identity_is_refused(void **state)
{
	uint8_t key[JURAT_EPID_GROUP_KEY_LEN(16)], f[32], nonce[32] = { 7 }, request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_NOT_SPLIT)];
	uint8_t credential[JURAT_EPID_CREDENTIAL_LEN(16)] = { 0 }, zeros[sizeof credential] = { 0 };
	struct jurat_epid_group *g;
	struct jurat_epid_issuer *i;
	struct jurat_epid_diag d = { 0 };

	(void)state;
	memcpy(key, world.public_key, sizeof key);
	memset(key + 16, 0, 64);
	key[16 + 31] = 1;
	key[16 + 63] = 2;
	put(f, order);
	f[31]--;
	assert_int_equal(jurat_epid_group_new(&g, view(key, sizeof key), JURAT_EPID_HASH_OF_GROUP, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_issuer_new(&i, g, view(world.issuer_key, JURAT_EPID_ISSUER_KEY_LEN(16)), NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_join_request(request, sizeof request, g, JURAT_EPID_NOT_SPLIT, f, nonce, &world.random, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_certify(credential, sizeof credential, i, view(request, sizeof request), nonce, &world.random, &d),
	    JURAT_EPID_E_BAD_JOIN_REQUEST);
	assert_int_equal(d.defect, JURAT_EPID_IDENTITY);
	assert_memory_equal(credential, zeros, sizeof zeros);
	jurat_epid_issuer_free(i);
	jurat_epid_group_free(g);
}

static void
precomputed_values_are_refused_with_the_reason(void **state)
{
	uint8_t precomp[JURAT_EPID_VERIFIER_PRECOMP_LEN(16)];
	struct jurat_epid_diag d = { 0 };

	(void)state;
	assert_int_equal(jurat_epid_verifier_precomp_write(precomp, sizeof precomp, world.group, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_precomp_check(world.group, view(precomp, sizeof precomp), NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_precomp_check(world.group, view(precomp, sizeof precomp - 1), &d), JURAT_EPID_E_BAD_PRECOMP);
	assert_int_equal(d.defect, JURAT_EPID_BAD_LENGTH);
	for (size_t at = 16; at < sizeof precomp; at += 384) { /* one bit in each of the four */
		d = (struct jurat_epid_diag){ 0 };
		precomp[at + 383] ^= 1;
		assert_int_equal(jurat_epid_verifier_precomp_check(world.group, view(precomp, sizeof precomp), &d), JURAT_EPID_E_BAD_PRECOMP);
		assert_int_equal(d.defect, JURAT_EPID_WRONG_PROOF);
		precomp[at + 383] ^= 1;
	}
	precomp[15] ^= 1;
	assert_int_equal(
	    jurat_epid_verifier_precomp_check(world.group, view(precomp, sizeof precomp), NULL), JURAT_EPID_E_PRECOMP_NOT_IN_GROUP);
}

/* issue: everything of an issuer and a member that draws, with so many draws that succeed. */
static jurat_epid_rc
issue(uint8_t *out, int which, size_t draws)
{
	struct epid_stream stream = { 3, draws };
	struct jurat_epid_random random = { epid_stream_fill, &stream };
	static uint8_t request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_NOT_SPLIT)];
	const uint8_t nonce[32] = { 9 };

	switch (which) {
	case 0:
		return jurat_epid_group_create(out, JURAT_EPID_GROUP_KEY_LEN(16), out + JURAT_EPID_GROUP_KEY_LEN(16), JURAT_EPID_ISSUER_KEY_LEN(16),
		    view(world.gid, 16), &random, NULL);
	case 1:
		return jurat_epid_presign((void *)out, world.member[0], 0, &random, NULL);
	case 2:
		return jurat_epid_presign((void *)out, world.member[0], JURAT_EPID_PRESIGN_RANDOM_BASE, &random, NULL);
	default:
		if (jurat_epid_join_request(request, sizeof request, world.group, world.kind, nonce, nonce, NULL, NULL) != JURAT_EPID_OK)
			return JURAT_EPID_E_INTERNAL;
		return jurat_epid_certify(
		    out, JURAT_EPID_CREDENTIAL_LEN(16), world.issuer, view(request, sizeof request), nonce, &random, NULL);
	}
}

static void
a_source_that_fails_at_any_draw_is_reported_and_nothing_is_written(void **state)
{
	static const size_t draws[] = { 3, 5, 6, 1 };
	static _Alignas(16) uint8_t out[1024];
	static const uint8_t zeros[sizeof out];

	(void)state;
	for (int which = 0; which < 4; which++) {
		for (size_t good = 0; good < draws[which]; good++) {
			assert_int_equal(issue(out, which, good), JURAT_EPID_E_RANDOM);
			assert_memory_equal(out, zeros, sizeof out);
		}
		assert_int_equal(issue(out, which, draws[which]), JURAT_EPID_OK);
		memset(out, 0, sizeof out);
	}
}

/* ---- signatures ---- */

static void
signatures_are_refused_with_the_reason(void **state)
{
	static const struct change changes[] = {
		{ "B not canonical", 0, 0, field, JURAT_EPID_SIG_INVALID, JURAT_EPID_NOT_CANONICAL },
		{ "B off the curve", 63, 1, "01", JURAT_EPID_SIG_INVALID, JURAT_EPID_NOT_ON_CURVE },
		{ "B the identity", 0, 64, NULL, JURAT_EPID_SIG_INVALID, JURAT_EPID_IDENTITY },
		{ "K off the curve", 127, 1, "01", JURAT_EPID_SIG_INVALID, JURAT_EPID_NOT_ON_CURVE },
		{ "K the identity", 64, 64, NULL, JURAT_EPID_SIG_INVALID, JURAT_EPID_IDENTITY },
		{ "T off the curve", 191, 1, "01", JURAT_EPID_SIG_INVALID, JURAT_EPID_NOT_ON_CURVE },
		{ "T the identity", 128, 64, NULL, JURAT_EPID_SIG_INVALID, JURAT_EPID_IDENTITY },
		{ "c the order", 192, 0, order, JURAT_EPID_SIG_INVALID, JURAT_EPID_SCALAR_RANGE },
		{ "sx the order", 224, 0, order, JURAT_EPID_SIG_INVALID, JURAT_EPID_SCALAR_RANGE },
		{ "sf the order", 256, 0, order, JURAT_EPID_SIG_INVALID, JURAT_EPID_SCALAR_RANGE },
		{ "sa the order", 288, 0, order, JURAT_EPID_SIG_INVALID, JURAT_EPID_SCALAR_RANGE },
		{ "sb the order", 320, 0, order, JURAT_EPID_SIG_INVALID, JURAT_EPID_SCALAR_RANGE },
		{ "all scalars zero", 192, 160, NULL, JURAT_EPID_SIG_INVALID, JURAT_EPID_WRONG_PROOF },
		{ "count that does not fit", 356, 4, "00000001", JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_BAD_LENGTH },
		{ "version of no list", 352, 4, "00000001", JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_LIST_NOT_CHECKED },
	};
	struct epid_made good = epid_world_sign(&world, 0, MESSAGE, NULL, NULL);
	struct jurat_epid_verifier *v;

	(void)state;
	assert_int_equal(jurat_epid_verifier_new(&v, world.group, NULL, 0, NULL), JURAT_EPID_OK);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		uint8_t *bad = test_copy(good.p, good.len);
		struct jurat_epid_diag d = { 0 };

		apply(bad, &changes[i]);
		expect(&changes[i], jurat_epid_verify(v, view(bad, good.len), epid_text_bytes(MESSAGE), &d), &d);
		free(bad);
	}
	assert_int_equal(jurat_epid_verify(v, view(good.p, good.len), view(NULL, 1), NULL), JURAT_EPID_E_BAD_MESSAGE);
	assert_int_equal(jurat_epid_verify(v, view(NULL, 0), epid_text_bytes(MESSAGE), NULL), JURAT_EPID_E_BAD_SIGNATURE);
	free(good.p);
	jurat_epid_verifier_free(v);
}

/* ---- lists ---- */

static void
lists_are_refused_with_the_reason(void **state)
{
	enum { PRIV, SIG, GROUP, VERIFIER };
	static const struct {
		int list;
		size_t len; /* that is given; 0: as it is */
		struct change change;
	} rows[] = {
		{ PRIV, 23, { "short", 0, 0, NULL, JURAT_EPID_E_BAD_PRIVRL, JURAT_EPID_BAD_LENGTH } },
		{ PRIV, 55, { "cut", 0, 0, NULL, JURAT_EPID_E_BAD_PRIVRL, JURAT_EPID_BAD_COUNT } },
		{ PRIV, 0, { "count", 20, 4, "00000002", JURAT_EPID_E_BAD_PRIVRL, JURAT_EPID_BAD_COUNT } },
		{ PRIV, 0, { "huge count", 20, 4, "ffffffff", JURAT_EPID_E_BAD_PRIVRL, JURAT_EPID_BAD_COUNT } },
		{ PRIV, 0, { "group", 0, 0, "01", JURAT_EPID_E_BAD_PRIVRL, JURAT_EPID_WRONG_GROUP } },
		{ PRIV, 0, { "version", 16, 4, NULL, JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_WRONG_VERSION } },
		{ SIG, 23, { "short", 0, 0, NULL, JURAT_EPID_E_BAD_SIGRL, JURAT_EPID_BAD_LENGTH } },
		{ SIG, 0, { "count", 20, 4, "00000002", JURAT_EPID_E_BAD_SIGRL, JURAT_EPID_BAD_COUNT } },
		{ SIG, 0, { "group", 0, 0, "01", JURAT_EPID_E_BAD_SIGRL, JURAT_EPID_WRONG_GROUP } },
		{ SIG, 0, { "version", 16, 4, NULL, JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_WRONG_VERSION } },
		{ GROUP, 7, { "short", 0, 0, NULL, JURAT_EPID_E_BAD_GROUPRL, JURAT_EPID_BAD_LENGTH } },
		{ GROUP, 0, { "count", 4, 4, "00000002", JURAT_EPID_E_BAD_GROUPRL, JURAT_EPID_BAD_COUNT } },
		{ GROUP, 0, { "version", 0, 4, NULL, JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_WRONG_VERSION } },
		{ VERIFIER, 87, { "short", 0, 0, NULL, JURAT_EPID_E_BAD_VERIFIERRL, JURAT_EPID_BAD_LENGTH } },
		{ VERIFIER, 0, { "count", 84, 4, "00000002", JURAT_EPID_E_BAD_VERIFIERRL, JURAT_EPID_BAD_COUNT } },
		{ VERIFIER, 0, { "group", 0, 0, "01", JURAT_EPID_E_BAD_VERIFIERRL, JURAT_EPID_WRONG_GROUP } },
		{ VERIFIER, 0, { "base", 16, 0, "01", JURAT_EPID_E_BAD_VERIFIERRL, JURAT_EPID_WRONG_BASE } },
		{ VERIFIER, 0, { "version", 80, 4, NULL, JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_WRONG_VERSION } },
	};
	struct epid_made s = epid_world_sign(&world, 0, MESSAGE, "name", NULL);
	struct jurat_epid_bytes none = { NULL, 0 }, name = epid_text_bytes("name"), other = view("\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16);
	uint8_t list[4][JURAT_EPID_SIGRL_LEN(16, 1)], bad[JURAT_EPID_SIGRL_LEN(16, 1)];
	struct jurat_epid_verifier *v;
	size_t len[4];

	(void)state;
	assert_int_equal(jurat_epid_verifier_new(&v, world.group, &name, 0, NULL), JURAT_EPID_OK);
	assert_int_equal(
	    jurat_epid_privrl_add(list[PRIV], sizeof bad, &len[PRIV], none, world.group, world.kind, epid_world_key(&world, 1), NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_sigrl_add(
			     list[SIG], sizeof bad, &len[SIG], none, world.group, view(s.p, s.len), epid_text_bytes(MESSAGE), NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_grouprl_add(list[GROUP], sizeof bad, &len[GROUP], none, other, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifierrl_add(
			     list[VERIFIER], sizeof bad, &len[VERIFIER], none, v, view(s.p, s.len), epid_text_bytes(MESSAGE), NULL),
	    JURAT_EPID_OK);
	for (size_t pass = 0; pass < 2; pass++) { /* the good ones first, so that versions can be too low */
		for (size_t i = 0; i < (pass == 0 ? 4 : sizeof rows / sizeof *rows); i++) {
			int which = pass == 0 ? (int)i : rows[i].list;
			struct jurat_epid_diag d = { 0 };
			struct jurat_epid_bytes b;
			jurat_epid_rc rc;

			memcpy(bad, list[which], sizeof bad);
			if (pass != 0)
				apply(bad, &rows[i].change);
			b = view(pass == 0 ? list[which] : bad, pass != 0 && rows[i].len != 0 ? rows[i].len : len[which]);
			rc = which == PRIV ? jurat_epid_verifier_set_privrl(v, b, NULL, 0, &d) :
			    which == SIG   ? jurat_epid_verifier_set_sigrl(v, b, &d) :
			    which == GROUP ? jurat_epid_verifier_set_grouprl(v, b, &d) :
					     jurat_epid_verifier_set_verifierrl(v, b, NULL, 0, &d);
			if (pass == 0)
				assert_int_equal(rc, JURAT_EPID_OK);
			else
				expect(&rows[i].change, rc, &d);
		}
	}
	/* refused lists have left the good ones in force */
	assert_int_equal(jurat_epid_verify(v, view(s.p, s.len), epid_text_bytes(MESSAGE), NULL), JURAT_EPID_E_VERSION_MISMATCH);
	assert_int_equal(jurat_epid_verifier_set_privrl(v, view(list[PRIV], len[PRIV]), bad, 8, NULL), JURAT_EPID_E_NO_MEMORY);
	free(s.p);
	jurat_epid_verifier_free(v);
}

static void
lists_grow_only_by_what_is_right(void **state)
{
	struct epid_made s = epid_world_sign(&world, 0, MESSAGE, "name", NULL);
	struct jurat_epid_bytes none = { NULL, 0 };
	uint8_t list[JURAT_EPID_SIGRL_LEN(16, 2)] = { 0 }, old[JURAT_EPID_SIGRL_LEN(16, 1)], key[JURAT_EPID_PRIVATE_KEY_LEN(16)];
	uint8_t privrl[JURAT_EPID_PRIVRL_LEN(16, 1)], longer[JURAT_EPID_PRIVRL_LEN(16, 2)];
	struct jurat_epid_diag d = { 0 };
	size_t len = 99;

	(void)state;
	assert_int_equal(jurat_epid_sigrl_add(list, sizeof list, &len, none, world.group, view(s.p, s.len), epid_text_bytes("other"), NULL),
	    JURAT_EPID_SIG_INVALID);
	memcpy(key, world.key[0], sizeof key);
	key[143] ^= 1;
	assert_int_equal(jurat_epid_privrl_add(list, sizeof list, &len, none, world.group, world.kind, view(key, sizeof key), NULL),
	    JURAT_EPID_E_KEY_NOT_IN_GROUP);
	assert_int_equal(jurat_epid_sigrl_add(list, 24 + 127, &len, none, world.group, view(s.p, s.len), epid_text_bytes(MESSAGE), NULL),
	    JURAT_EPID_E_BAD_ARG);
	assert_int_equal(len, 99);
	for (size_t i = 0; i < sizeof list; i++)
		assert_int_equal(list[i], 0);
	assert_int_equal(jurat_epid_sigrl_add(list, sizeof list, &len, none, world.group, view(s.p, s.len), epid_text_bytes(MESSAGE), NULL),
	    JURAT_EPID_OK);
	assert_int_equal(len, sizeof old);
	memcpy(old, list, sizeof old);
	assert_int_equal(
	    jurat_epid_sigrl_add(list, sizeof list, &len, view(old, sizeof old), world.group, view(s.p, s.len), epid_text_bytes(MESSAGE), &d),
	    JURAT_EPID_E_DUPLICATE);
	assert_int_equal(d.defect, JURAT_EPID_LISTED);
	assert_memory_equal(list, old, sizeof old);
	memset(old + 24, 0, 128); /* an entry of somebody else, and the last version */
	memset(old + 16, 0xff, 4);
	assert_int_equal(
	    jurat_epid_sigrl_add(list, sizeof list, &len, view(old, sizeof old), world.group, view(s.p, s.len), epid_text_bytes(MESSAGE), NULL),
	    JURAT_EPID_E_MAX_VERSION);
	assert_int_equal(jurat_epid_privrl_add(privrl, sizeof privrl, &len, none, world.group, world.kind, epid_world_key(&world, 0), NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_privrl_add(
			     longer, sizeof longer, &len, view(privrl, len), world.group, world.kind, epid_world_key(&world, 0), NULL),
	    JURAT_EPID_E_DUPLICATE);
	free(s.p);
}

static void
a_full_list_grows_no_more(void **state)
{
	const size_t most = (size_t)1 << 20, full = JURAT_EPID_PRIVRL_LEN(16, most);
	uint8_t *list = calloc(2, full + 32), *longer = list + full + 32;
	size_t len = 99;

	(void)state;
	assert_non_null(list);
	memcpy(list, world.gid, 16);
	list[21] = 0x10; /* 2^20 */
	assert_int_equal(jurat_epid_privrl_add(
			     longer, full + 32, &len, view(list, full), world.group, world.kind, epid_world_key(&world, 0), NULL),
	    JURAT_EPID_E_MAX_ENTRIES);
	list[23] = 1;
	assert_int_equal(jurat_epid_privrl_add(
			     longer, full + 32, &len, view(list, full + 32), world.group, world.kind, epid_world_key(&world, 0), NULL),
	    JURAT_EPID_E_BAD_PRIVRL);
	assert_int_equal(len, 99);
	free(list);
}

static void
every_code_and_defect_has_a_name(void **state)
{
	(void)state;
	for (int rc = -999; rc <= 5; rc++) {
		const char *name = jurat_epid_rc_name((jurat_epid_rc)rc);

		assert_true(strcmp(name, "unknown") == 0 || strncmp(name, "kEpid", 5) == 0);
		for (int other = rc + 1; other <= 5 && name[0] == 'k'; other++)
			assert_string_not_equal(name, jurat_epid_rc_name((jurat_epid_rc)other));
	}
	assert_string_equal(jurat_epid_rc_name(JURAT_EPID_OK), "kEpidNoErr");
	assert_string_equal(jurat_epid_verdict_name(JURAT_EPID_OK), "kEpidSigValid");
	assert_string_equal(jurat_epid_verdict_name(JURAT_EPID_SIG_INVALID), "kEpidSigInvalid");
	for (int i = 0; i < JURAT_EPID_DEFECT_MAX; i++)
		assert_string_not_equal(jurat_epid_defect_name((enum jurat_epid_defect)i), "unknown");
	assert_string_equal(jurat_epid_defect_name(JURAT_EPID_DEFECT_MAX), "unknown");
	assert_string_equal(jurat_epid_defect_name(JURAT_EPID_LISTED), "listed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(group_keys_are_refused_with_the_reason),
		cmocka_unit_test(each_altered_bit_of_a_group_key_is_refused),
		cmocka_unit_test(memory_that_is_too_small_or_not_aligned_is_refused),
		cmocka_unit_test(without_a_group_nothing_begins),
		cmocka_unit_test(private_keys_are_refused_with_the_reason),
		cmocka_unit_test(issuers_keys_are_refused_with_the_reason),
		cmocka_unit_test(group_ids_are_refused_with_the_reason),
		cmocka_unit_test(join_requests_are_refused_with_the_reason),
		cmocka_unit_test(credentials_are_refused_with_the_reason),
		cmocka_unit_test(compressed_keys_are_refused_with_the_reason),
		cmocka_unit_test(a_kind_that_there_is_not_is_refused),
		cmocka_unit_test(a_join_request_that_makes_a_the_identity_is_refused),
		cmocka_unit_test(precomputed_values_are_refused_with_the_reason),
		cmocka_unit_test(a_source_that_fails_at_any_draw_is_reported_and_nothing_is_written),
		cmocka_unit_test(signatures_are_refused_with_the_reason),
		cmocka_unit_test(lists_are_refused_with_the_reason),
		cmocka_unit_test(lists_grow_only_by_what_is_right),
		cmocka_unit_test(a_full_list_grows_no_more),
		cmocka_unit_test(every_code_and_defect_has_a_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
