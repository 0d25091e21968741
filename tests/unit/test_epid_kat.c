/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel's known answers: join requests, credentials, split signatures, non-revoked proofs and groups that its SDK made with given random values,
 * which are given again here and must give the same bytes.
 */
#include "epid_corpus.h"

#include <stdio.h>

#include "epid/diag.h"
#include "epid/member.h"

/* Random bytes that were decided before: scalars as the 48 bytes which become them, and other bytes as they are. */
struct feed {
	uint8_t bytes[4096];
	size_t len, at;
};

static int
fill(void *ctx, void *out, size_t len)
{
	struct feed *f = ctx;

	if (f->len - f->at < len)
		return -1;
	memcpy(out, f->bytes + f->at, len);
	f->at += len;
	return 0;
}

static void
feed_bytes(struct feed *f, const uint8_t *p, size_t len)
{
	assert_true(sizeof f->bytes - f->len >= len);
	memcpy(f->bytes + f->len, p, len);
	f->len += len;
}

/* feed_scalar: r comes from the number r - 1 (1 + (number mod (p - 1))). */
static void
feed_scalar(struct feed *f, const uint8_t r[32])
{
	uint8_t seed[48] = { 0 };

	memcpy(seed + 16, r, 32);
	for (size_t i = sizeof seed; i-- > 16 && seed[i]-- == 0;)
		continue;
	feed_bytes(f, seed, sizeof seed);
}

/* member32: 32 bytes of hex, with or without 0x. */
static void
member32(uint8_t out[32], const struct json_value *v, const char *key)
{
	const char *text = epid_text(v, key);
	uint8_t *p;
	size_t len;

	assert_non_null(text);
	p = test_hex(text + (strncmp(text, "0x", 2) == 0 ? 2 : 0), &len);
	assert_int_equal(len, 32);
	memcpy(out, p, 32);
	free(p);
}

static void
feed_member(struct feed *f, const struct json_value *v, const char *key)
{
	uint8_t r[32];

	member32(r, v, key);
	feed_scalar(f, r);
}

static struct jurat_epid_bytes
bytes(const struct epid_member *m)
{
	return (struct jurat_epid_bytes){ m->p, m->len };
}

static struct jurat_epid_group *
group_of(const struct json_value *v, enum jurat_epid_hash hash)
{
	struct epid_member key = epid_member(v, "pubkey");
	struct jurat_epid_group *g;

	assert_int_equal(jurat_epid_group_new(&g, bytes(&key), hash, NULL), JURAT_EPID_OK);
	epid_member_clear(&key);
	return g;
}

static bool
is_true(const struct json_value *v, const char *key)
{
	bool b;

	assert_int_equal(json_get_bool(v, key, &b, NULL), JURAT_OK);
	return b;
}

static enum jurat_epid_kind
kind_of(const struct json_value *v)
{
	return is_true(v, "split") ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT;
}

static void
join_requests_are_intels(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "kat_joinreq");
	while ((v = epid_set_next(&set)) != NULL) {
		struct jurat_epid_group *g = group_of(v, (enum jurat_epid_hash)epid_integer(v, "hash_alg"));
		struct epid_member want = epid_member(v, "expected");
		struct feed feed = { .len = 0 };
		struct jurat_epid_random random = { fill, &feed };
		uint8_t f[32], nonce[32], k[32], out[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)];
		size_t len = JURAT_EPID_JOIN_REQUEST_LEN(kind_of(v));

		member32(f, v, "f");
		member32(nonce, v, "issuer_nonce");
		feed_member(&feed, v, "r");
		if (kind_of(v) == JURAT_EPID_SPLIT) {
			member32(k, v, "k");
			feed_bytes(&feed, k, sizeof k);
		}
		assert_int_equal(jurat_epid_join_request(out, len, g, kind_of(v), f, nonce, &random, NULL), JURAT_EPID_OK);
		assert_int_equal(want.len, len);
		assert_memory_equal(out, want.p, len);
		epid_member_clear(&want);
		jurat_epid_group_free(g);
	}
	epid_set_close(&set);
}

#define NONCES_MAX 8

/* Over which nonce a request was made is said by the set of requests alone, and not all of them are in both: each nonce is tried. */
struct nonces {
	uint8_t nonce[NONCES_MAX][32];
	size_t n;
};

static void
nonces_collect(struct nonces *out)
{
	const struct json_value *v;
	struct epid_set joins;

	out->n = 0;
	epid_set_open(&joins, "kat_joinreq");
	while ((v = epid_set_next(&joins)) != NULL) {
		size_t i = 0;

		assert_true(out->n < NONCES_MAX);
		member32(out->nonce[out->n], v, "issuer_nonce");
		while (memcmp(out->nonce[i], out->nonce[out->n], 32) != 0)
			i++;
		if (i == out->n)
			out->n++;
	}
	epid_set_close(&joins);
}

/* certify_with: one hash and all nonces. */
static jurat_epid_rc
certify_with(uint8_t out[JURAT_EPID_CREDENTIAL_LEN(16)], const struct json_value *v, enum jurat_epid_hash hash, const struct nonces *nonces)
{
	struct jurat_epid_group *g = group_of(v, hash);
	struct epid_member request = epid_member(v, "join_request");
	struct feed feed = { .len = 0 };
	struct jurat_epid_random random = { fill, &feed };
	jurat_epid_rc rc = JURAT_EPID_E_INTERNAL;
	uint8_t key[JURAT_EPID_ISSUER_KEY_LEN(16)];
	struct jurat_epid_issuer *issuer;

	memcpy(key, jurat_epid_group_id(g).p, 16);
	member32(key + 16, v, "gamma");
	assert_int_equal(jurat_epid_issuer_new(&issuer, g, (struct jurat_epid_bytes){ key, sizeof key }, NULL), JURAT_EPID_OK);
	feed_member(&feed, v, "x");
	for (size_t i = 0; i < nonces->n && rc != JURAT_EPID_OK; i++)
		rc = jurat_epid_certify(out, JURAT_EPID_CREDENTIAL_LEN(16), issuer, bytes(&request), nonces->nonce[i], &random, NULL);
	jurat_epid_issuer_free(issuer);
	epid_member_clear(&request);
	jurat_epid_group_free(g);
	return rc;
}

/* certify: the set does not say which hash the request was made with either; one of them fits. */
static void
certify(const struct json_value *v, const struct nonces *nonces)
{
	struct epid_member want = epid_member(v, "expected");
	uint8_t out[JURAT_EPID_CREDENTIAL_LEN(16)];
	size_t num = 0;

	for (int hash = JURAT_EPID_SHA256; hash <= JURAT_EPID_SHA512_256; hash++) {
		if (certify_with(out, v, (enum jurat_epid_hash)hash, nonces) != JURAT_EPID_OK)
			continue;
		num++;
		assert_int_equal(want.len, sizeof out);
		assert_memory_equal(out, want.p, sizeof out);
	}
	assert_int_equal(num, 1);
	epid_member_clear(&want);
}

static void
credentials_are_intels(void **state)
{
	struct nonces nonces;
	struct epid_set set;
	const struct json_value *v;

	(void)state;
	if (!corpus_or_skip())
		return;
	nonces_collect(&nonces);
	epid_set_open(&set, "kat_credential");
	while ((v = epid_set_next(&set)) != NULL)
		certify(v, &nonces);
	epid_set_close(&set);
}

/* feed_signature: a, rx, rf, ra, rb; random_base: 32 bytes, or NULL for a base name; then the nonce. */
static void
feed_signature(struct feed *f, const struct json_value *entropy, const uint8_t *random_base)
{
	static const char *const names[] = { "a", "rx", "rf", "ra", "rb" };
	uint8_t nonce[32];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		feed_member(f, entropy, names[i]);
	if (random_base != NULL)
		feed_bytes(f, random_base, 32);
	member32(nonce, entropy, "nk");
	feed_bytes(f, nonce, sizeof nonce);
}

/* feed_proofs: Intel's data uses the same values for every entry. */
static void
feed_proofs(struct feed *f, const struct json_value *entropy, size_t n)
{
	uint8_t k[32];

	for (size_t i = 0; i < n; i++) {
		feed_member(f, entropy, "mu");
		feed_member(f, entropy, "rmu");
		feed_member(f, entropy, "rf");
		member32(k, entropy, "k");
		feed_bytes(f, k, sizeof k);
	}
}

/* compare_revoked: a signer on the list gets no signature from us; what Intel's writes then is held against the inside. */
static void
compare_revoked(const struct jurat_epid_member *m, struct jurat_epid_bytes message, const struct epid_member *list, const struct json_value *v,
    const struct epid_member *want)
{
	size_t n = (list->len - 24) / 128, proofs_len = n * JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT);
	struct feed feed = { .len = 0 };
	struct jurat_epid_random random = { fill, &feed };
	uint8_t *out = malloc(proofs_len);

	assert_non_null(out);
	feed_proofs(&feed, json_member(v, "nrprove_entropy"), n);
	assert_int_equal(epid_prove_all(out, m, want->p, list->p + 24, n, message, &random, NULL), JURAT_EPID_SIG_REVOKED_IN_SIGRL);
	assert_int_equal(want->len, 392 + proofs_len);
	assert_memory_equal(out, want->p + 392, proofs_len);
	free(out);
}

static void
sign(const struct json_value *v, bool as_random_base)
{
	struct jurat_epid_group *g = group_of(v, (enum jurat_epid_hash)epid_integer(v, "hash_alg"));
	struct epid_member key = epid_member(v, "privkey"), message = epid_member(v, "msg"), name = epid_member(v, "basename");
	struct epid_member want = epid_member(v, "expected"), list = { NULL, 0 };
	struct jurat_epid_bytes name_bytes = bytes(&name), list_bytes;
	struct feed feed = { .len = 0 };
	struct jurat_epid_random random = { fill, &feed };
	struct jurat_epid_sign_request request = { .message = bytes(&message), .random = &random };
	struct jurat_epid_member *m;
	uint8_t *out = calloc(1, want.len);
	jurat_epid_rc rc;

	assert_non_null(out);
	assert_int_equal(jurat_epid_member_new(&m, g, JURAT_EPID_SPLIT, bytes(&key), NULL), JURAT_EPID_OK);
	feed_signature(&feed, json_member(v, "entropy"), as_random_base ? name.p : NULL);
	request.basename = as_random_base ? NULL : &name_bytes;
	if (epid_text(v, "sigrl_file") != NULL) {
		list = epid_corpus_read(epid_text(v, "sigrl_file"));
		list_bytes = bytes(&list);
		request.sigrl = &list_bytes;
		feed_proofs(&feed, json_member(v, "nrprove_entropy"), (list.len - 24) / 128);
	}
	rc = jurat_epid_sign(out, want.len, m, &request, NULL);
	if (rc == JURAT_EPID_SIG_REVOKED_IN_SIGRL) {
		assert_non_null(strstr(epid_text(v, "file"), "revoked"));
		compare_revoked(m, bytes(&message), &list, v, &want);
	} else {
		assert_int_equal(rc, JURAT_EPID_OK);
		assert_memory_equal(out, want.p, want.len);
	}
	free(out);
	jurat_epid_member_free(m);
	epid_member_clear(&key);
	epid_member_clear(&message);
	epid_member_clear(&name);
	epid_member_clear(&want);
	epid_member_clear(&list);
	jurat_epid_group_free(g);
}

static void
split_signatures_are_intels(void **state)
{
	size_t num_reproduced = 0, num_legacy = 0;
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "kat_sign");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member name;

		if (!is_true(v, "model_reproduces")) {
			num_legacy++; /* of the form before SDK 8, which nobody makes or accepts any more */
			continue;
		}
		num_reproduced++;
		sign(v, false);
		name = epid_member(v, "basename");
		if (name.len == 32 && strstr(epid_text(v, "file"), "rndbase") != NULL)
			sign(v, true); /* the name is what the SDK drew for a random base */
		epid_member_clear(&name);
	}
	assert_true(num_reproduced >= 27);
	printf("%zu reproduced, %zu of the old form\n", num_reproduced, num_legacy);
	epid_set_close(&set);
}

/* The set gives f without A and x: the prover is put together from what it uses. */
static void
prove(const struct json_value *v, const struct jurat_epid_group *any)
{
	_Alignas(JURAT_EPID_ALIGN) static struct jurat_epid_member m; /* the comb makes it large; nothing is kept in it */
	static struct jurat_epid_group g;
	struct epid_member b = epid_member(v, "B"), k = epid_member(v, "K"), message = epid_member(v, "msg"), want = epid_member(v, "expected");
	size_t n = json_count(json_member(v, "entries")), proof_len = JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT);
	struct feed feed = { .len = 0 };
	struct jurat_epid_random random = { fill, &feed };
	uint8_t points[128], entries[8 * 128], out[8 * JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT)], f[32];

	assert_true(n <= 8 && want.len == n * proof_len);
	g = *any;
	g.hash = (enum jurat_epid_hash)epid_integer(v, "hash_alg");
	epid_hash_init(&g.nr_start, g.hash);
	fr_order(f);
	epid_hash_update(&g.nr_start, f, sizeof f);
	g1_write(points, &g1_generator);
	epid_hash_update(&g.nr_start, points, 64);
	memset(&m, 0, sizeof m);
	m.group = &g;
	m.kind = JURAT_EPID_SPLIT;
	member32(f, v, "f");
	assert_int_equal(epid_read_secret(&m.key.f, f), JURAT_EPID_NO_DEFECT);
	memcpy(points, b.p, 64);
	memcpy(points + 64, k.p, 64);
	for (size_t i = 0; i < n; i++) {
		size_t len;
		uint8_t *entry = test_hex(json_text(json_at(json_member(v, "entries"), i)), &len);

		assert_int_equal(len, 128);
		memcpy(entries + 128 * i, entry, 128);
		free(entry);
	}
	feed_proofs(&feed, v, n);
	assert_int_equal(
	    epid_prove_all(out, &m, points, entries, n, (struct jurat_epid_bytes){ message.p, message.len }, &random, NULL), JURAT_EPID_OK);
	assert_memory_equal(out, want.p, want.len);
	epid_member_clear(&b);
	epid_member_clear(&k);
	epid_member_clear(&message);
	epid_member_clear(&want);
}

static void
non_revoked_proofs_are_intels(void **state)
{
	struct epid_set set, signs;
	struct jurat_epid_group *any;
	const struct json_value *v;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&signs, "kat_sign");
	any = group_of(epid_set_next(&signs), JURAT_EPID_HASH_OF_GROUP);
	epid_set_open(&set, "kat_nrproof");
	while ((v = epid_set_next(&set)) != NULL)
		prove(v, any);
	epid_set_close(&set);
	jurat_epid_group_free(any);
	json_free(signs.document);
}

static void
the_groups_w_is_g2_to_the_gamma(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "kat_group");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member want = epid_member(v, "expected");
		uint8_t key[JURAT_EPID_ISSUER_KEY_LEN(16)];
		struct jurat_epid_issuer *issuer;
		struct jurat_epid_group *g;

		assert_int_equal(jurat_epid_group_new(&g, bytes(&want), JURAT_EPID_HASH_OF_GROUP, NULL), JURAT_EPID_OK);
		memcpy(key, want.p, 16);
		member32(key + 16, v, "gamma");
		assert_int_equal(jurat_epid_issuer_new(&issuer, g, (struct jurat_epid_bytes){ key, sizeof key }, NULL), JURAT_EPID_OK);
		jurat_epid_issuer_free(issuer);
		jurat_epid_group_free(g);
		epid_member_clear(&want);
	}
	epid_set_close(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(join_requests_are_intels),
		cmocka_unit_test(credentials_are_intels),
		cmocka_unit_test(split_signatures_are_intels),
		cmocka_unit_test(non_revoked_proofs_are_intels),
		cmocka_unit_test(the_groups_w_is_g2_to_the_gamma),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
