/* SPDX-License-Identifier: Apache-2.0 */
/* The corpus's groups, keys, join requests and lists: our code takes what Intel's takes, and refuses the rest with Intel's code. */
#include "epid_corpus.h"

#include <stdio.h>

#include "core/bytes.h"
#include "jurat/epid.h"

static struct jurat_epid_bytes
bytes_of(const struct epid_member *m)
{
	return (struct jurat_epid_bytes){ m->p, m->len };
}

static void
must_be(jurat_epid_rc rc, const struct json_value *v)
{
	if (rc != (jurat_epid_rc)epid_integer(v, "rc"))
		fail_msg("%s: %s, Intel %s", epid_text(v, "id"), jurat_epid_rc_name(rc), epid_text(v, "rc_name"));
}

static struct jurat_epid_group *
group_new(const struct json_value *v, enum jurat_epid_hash hash)
{
	struct epid_member key = epid_member(v, "pubkey");
	struct jurat_epid_group *group = NULL;

	assert_int_equal(jurat_epid_group_new(&group, bytes_of(&key), hash, NULL), JURAT_EPID_OK);
	epid_member_clear(&key);
	return group;
}

/* ---- groups ---- */

/* Where we are stricter than Intel, by the list in docs/epid.md. */
static bool
stricter(const struct json_value *v, jurat_epid_rc rc, const struct jurat_epid_diag *d)
{
	if (epid_integer(v, "rc") != 0)
		return false;
	if (rc == JURAT_EPID_E_BAD_PRECOMP) /* Intel trusts them; one recorded set is another group's */
		return true;
	return rc == JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY && (d->defect == JURAT_EPID_IDENTITY || d->defect == JURAT_EPID_NOT_IN_SUBGROUP);
}

static size_t
check_group(const struct json_value *v)
{
	struct epid_member key = epid_member(v, "pubkey"), precomp = epid_member(v, "precomp");
	struct jurat_epid_group *group = NULL;
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc = jurat_epid_group_new(&group, bytes_of(&key), JURAT_EPID_HASH_OF_GROUP, &d);
	size_t num_stricter;

	if (rc == JURAT_EPID_OK && precomp.p != NULL)
		rc = jurat_epid_verifier_precomp_check(group, bytes_of(&precomp), &d);
	num_stricter = stricter(v, rc, &d);
	if (num_stricter == 0)
		must_be(rc, v);
	jurat_epid_group_free(group);
	epid_member_clear(&key);
	epid_member_clear(&precomp);
	return num_stricter;
}

static void
run_groups(const char *name)
{
	size_t num_stricter = 0;
	const struct json_value *v;
	struct epid_set set;

	if (!corpus_or_skip())
		return;
	epid_set_open(&set, name);
	while ((v = epid_set_next(&set)) != NULL)
		num_stricter += check_group(v);
	printf("of these refused here alone (identity, outside G2, precomputed values of another group): %zu\n", num_stricter);
	epid_set_close(&set);
}

static void
recorded_group_keys_agree(void **state)
{
	(void)state;
	run_groups("epid20_group_pubkey_unit");
}

static void
generated_group_keys_agree(void **state)
{
	(void)state;
	run_groups("epid20_group_pubkey_generated");
}

static void
precomputed_values_are_intels(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_verifier_precomp_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		struct jurat_epid_group *group = group_new(v, JURAT_EPID_HASH_OF_GROUP);
		struct epid_member want = epid_member(v, "precomp");
		uint8_t out[JURAT_EPID_VERIFIER_PRECOMP_LEN(16)];

		assert_int_equal(want.len, sizeof out);
		assert_int_equal(jurat_epid_verifier_precomp_write(out, sizeof out, group, NULL), JURAT_EPID_OK);
		assert_memory_equal(out, want.p, sizeof out);
		jurat_epid_group_free(group);
		epid_member_clear(&want);
	}
	epid_set_close(&set);
}

/* ---- lists ---- */

typedef jurat_epid_rc set_list(struct jurat_epid_verifier *v, struct jurat_epid_bytes list);

static jurat_epid_rc
set_privrl(struct jurat_epid_verifier *v, struct jurat_epid_bytes list)
{
	return jurat_epid_verifier_set_privrl(v, list, NULL, 0, NULL);
}

static jurat_epid_rc
set_sigrl(struct jurat_epid_verifier *v, struct jurat_epid_bytes list)
{
	return jurat_epid_verifier_set_sigrl(v, list, NULL);
}

static jurat_epid_rc
set_grouprl(struct jurat_epid_verifier *v, struct jurat_epid_bytes list)
{
	return jurat_epid_verifier_set_grouprl(v, list, NULL);
}

static jurat_epid_rc
set_verifierrl(struct jurat_epid_verifier *v, struct jurat_epid_bytes list)
{
	return jurat_epid_verifier_set_verifierrl(v, list, NULL, 0, NULL);
}

/* Where a list's version stands. */
static size_t
version_off(set_list *set)
{
	if (set == set_grouprl)
		return 0;
	return set == set_verifierrl ? 80 : 16;
}

/* set_newer_first: these calls were recorded after a newer list had been set. */
static void
set_newer_first(struct jurat_epid_verifier *verifier, set_list *set, const struct epid_member *list, struct epid_member *newer)
{
	newer->p = test_copy(list->p, list->len);
	newer->len = list->len;
	store32be(newer->p + version_off(set), load32be(list->p + version_off(set)) + 1);
	assert_int_equal(set(verifier, bytes_of(newer)), JURAT_EPID_OK);
}

static void
check_set(const struct json_value *v, const char *name, set_list *set)
{
	struct epid_member list = epid_member(v, name), basename = epid_member(v, "basename"), newer = { 0 };
	struct jurat_epid_bytes base = bytes_of(&basename);
	struct jurat_epid_verifier *verifier = NULL;
	struct jurat_epid_group *group;
	jurat_epid_rc rc;

	if (epid_text(v, "pubkey") == NULL) { /* no group was set: with us there is no verifier then */
		must_be(jurat_epid_verifier_new(&verifier, NULL, NULL, 0, NULL), v);
	} else {
		group = group_new(v, (enum jurat_epid_hash)epid_integer(v, "hash_alg"));
		assert_int_equal(jurat_epid_verifier_new(&verifier, group, basename.p != NULL ? &base : NULL, 0, NULL), JURAT_EPID_OK);
		if (epid_integer(v, "rc") == JURAT_EPID_E_VERSION_MISMATCH)
			set_newer_first(verifier, set, &list, &newer);
		rc = set(verifier, bytes_of(&list));
		must_be(rc, v);
		jurat_epid_verifier_free(verifier);
		jurat_epid_group_free(group);
	}
	epid_member_clear(&list);
	epid_member_clear(&newer);
	epid_member_clear(&basename);
}

static void
recorded_lists_agree(void **state)
{
	static const struct {
		const char *file, *member;
		set_list *set;
	} sets[] = { { "epid20_set_privrl_unit", "privrl", set_privrl }, { "epid20_set_sigrl_unit", "sigrl", set_sigrl },
		{ "epid20_set_grouprl_unit", "grouprl", set_grouprl }, { "epid20_set_verifierrl_unit", "verifierrl", set_verifierrl } };

	(void)state;
	if (!corpus_or_skip())
		return;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		const struct json_value *v;
		struct epid_set set;

		epid_set_open(&set, sets[i].file);
		while ((v = epid_set_next(&set)) != NULL)
			check_set(v, sets[i].member, sets[i].set);
		epid_set_close(&set);
	}
}

/* ---- the verifier's own list ---- */

/* A valid signature over this base with this K, from the recorded verifications. */
struct found {
	struct epid_member sig, msg;
};

static struct found
find_signature(const struct json_value *v, const uint8_t *bk)
{
	const struct json_value *candidate;
	struct found found = { 0 };
	struct epid_set set;

	epid_set_open(&set, "epid20_verify_unit");
	while ((candidate = epid_set_next(&set)) != NULL) {
		struct epid_member sig;

		if (found.sig.p != NULL || epid_integer(candidate, "rc") != 0 || epid_text(candidate, "pubkey") == NULL ||
		    epid_integer(candidate, "hash_alg") != epid_integer(v, "hash_alg") ||
		    strcmp(epid_text(candidate, "pubkey"), epid_text(v, "pubkey")) != 0)
			continue;
		sig = epid_member(candidate, "sig");
		if (sig.len > 128 && memcmp(sig.p, bk, 128) == 0)
			found = (struct found){ sig, epid_member(candidate, "msg") };
		else
			epid_member_clear(&sig);
	}
	epid_set_close(&set);
	return found;
}

/* grow: the list, which starts empty with version 0, gets each entry of want. Intel's writer raises the version once for all of them. */
static size_t
grow(uint8_t *list, size_t len, size_t cap, struct jurat_epid_verifier *verifier, const struct json_value *v, const struct epid_member *want)
{
	size_t num = (want->len - 88) / 64, num_found = 0;

	for (size_t i = 0; i < num; i++) {
		uint8_t bk[128], next[4096];
		struct found f;
		size_t next_len = 0;

		memcpy(bk, want->p + 16, 64);
		memcpy(bk + 64, want->p + 88 + 64 * i, 64);
		f = find_signature(v, bk);
		if (f.sig.p == NULL)
			continue;
		num_found++;
		assert_int_equal(jurat_epid_verifierrl_add(next, sizeof next, &next_len, (struct jurat_epid_bytes){ list, len }, verifier,
				     bytes_of(&f.sig), bytes_of(&f.msg), NULL), JURAT_EPID_OK);
		assert_true(next_len == len + 64 && next_len <= cap);
		memcpy(list, next, next_len);
		len = next_len;
		epid_member_clear(&f.sig);
		epid_member_clear(&f.msg);
	}
	assert_int_equal(num_found, num);
	assert_int_equal(load32be(list + 80), num);
	store32be(list + 80, num != 0 ? 1 : 0);
	return len;
}

static void
check_written(const struct json_value *v)
{
	struct epid_member before = epid_member(v, "verifierrl"), want = epid_member(v, "out"), basename = epid_member(v, "basename");
	struct jurat_epid_bytes base = bytes_of(&basename);
	struct jurat_epid_verifier *verifier = NULL;
	struct jurat_epid_group *group = group_new(v, (enum jurat_epid_hash)epid_integer(v, "hash_alg"));
	uint8_t list[4096];
	size_t len = 0;

	assert_int_equal(jurat_epid_verifier_new(&verifier, group, &base, JURAT_EPID_COMPAT, NULL), JURAT_EPID_OK);
	if (before.p != NULL && before.len == want.len && memcmp(before.p, want.p, want.len) == 0) {
		assert_int_equal(set_verifierrl(verifier, bytes_of(&before)), JURAT_EPID_OK); /* nothing was added */
	} else {
		assert_int_equal(jurat_epid_verifierrl_empty(list, sizeof list, &len, verifier, 0, NULL), JURAT_EPID_OK);
		len = grow(list, len, sizeof list, verifier, v, &want);
		assert_int_equal(len, want.len);
		assert_memory_equal(list, want.p, len);
	}
	jurat_epid_verifier_free(verifier);
	jurat_epid_group_free(group);
	epid_member_clear(&before);
	epid_member_clear(&want);
	epid_member_clear(&basename);
}

static void
written_verifier_lists_are_intels(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_write_verifierrl_unit");
	while ((v = epid_set_next(&set)) != NULL)
		check_written(v);
	epid_set_close(&set);
}

/* ---- members ---- */

static void
compressed_keys_unpack_as_intels(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_decompress");
	while ((v = epid_set_next(&set)) != NULL) {
		struct jurat_epid_group *group = group_new(v, JURAT_EPID_HASH_OF_GROUP);
		struct epid_member compressed = epid_member(v, "compressed"), want = epid_member(v, "privkey");
		uint8_t out[JURAT_EPID_PRIVATE_KEY_LEN(16)] = { 0 };
		static const uint8_t untouched[sizeof out];
		jurat_epid_rc rc = JURAT_EPID_OK;

		/* Intel's split member is the one that unpacks; the sample keys are of both kinds */
		for (unsigned kind = 0; kind < 2; kind++) {
			rc = jurat_epid_key_decompress(out, sizeof out, group, kind == 0 ? JURAT_EPID_NOT_SPLIT : JURAT_EPID_SPLIT, bytes_of(&compressed), NULL);
			if (rc == JURAT_EPID_OK)
				break;
		}
		must_be(rc, v);
		assert_memory_equal(out, want.p != NULL ? want.p : untouched, sizeof out);
		jurat_epid_group_free(group);
		epid_member_clear(&compressed);
		epid_member_clear(&want);
	}
	epid_set_close(&set);
}

/* issuer_of: a vector whose gamma is given is issued for; others are only checked. */
static jurat_epid_rc
certify(const struct json_value *v, const struct jurat_epid_group *group, const struct epid_member *gamma, uint8_t credential[112])
{
	struct epid_member request = epid_member(v, "join_request"), nonce = epid_member(v, "issuer_nonce");
	struct jurat_epid_issuer *issuer = NULL;
	uint8_t key[48];
	jurat_epid_rc rc;

	memcpy(key, jurat_epid_group_id(group).p, 16);
	memcpy(key + 16, gamma->p, 32);
	assert_int_equal(jurat_epid_issuer_new(&issuer, group, (struct jurat_epid_bytes){ key, sizeof key }, NULL), JURAT_EPID_OK);
	rc = jurat_epid_certify(credential, 112, issuer, bytes_of(&request), nonce.p, NULL, NULL);
	jurat_epid_issuer_free(issuer);
	epid_member_clear(&request);
	epid_member_clear(&nonce);
	return rc;
}

static void
keep(struct epid_member *kept, struct epid_member fresh)
{
	if (fresh.p == NULL)
		return;
	epid_member_clear(kept);
	*kept = fresh;
}

static void
join_requests_are_judged_as_by_the_model(void **state)
{
	struct epid_member gamma = { 0 };
	size_t num_valid = 0;
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_join_generated");
	while ((v = epid_set_next(&set)) != NULL) {
		struct jurat_epid_group *group = group_new(v, (enum jurat_epid_hash)epid_integer(v, "hash_alg"));
		struct epid_member f = epid_member(v, "f"), theirs = epid_member(v, "credential");
		uint8_t credential[112], key[144];
		bool valid;

		keep(&gamma, epid_member(v, "gamma")); /* invalid requests follow a valid one of the same group */
		assert_int_equal(json_get_bool(v, "valid", &valid, NULL), JURAT_OK);
		assert_int_equal(certify(v, group, &gamma, credential), valid ? JURAT_EPID_OK : JURAT_EPID_E_BAD_JOIN_REQUEST);
		if (valid) {
			num_valid++;
			assert_int_equal(jurat_epid_key_from_credential(key, sizeof key, group, JURAT_EPID_NOT_SPLIT,
					     (struct jurat_epid_bytes){ credential, sizeof credential }, f.p, NULL), JURAT_EPID_OK);
			assert_int_equal(
			    jurat_epid_key_from_credential(key, sizeof key, group, JURAT_EPID_NOT_SPLIT, bytes_of(&theirs), f.p, NULL), JURAT_EPID_OK);
		}
		jurat_epid_group_free(group);
		epid_member_clear(&f);
		epid_member_clear(&theirs);
	}
	assert_true(num_valid > 0);
	epid_set_close(&set);
	epid_member_clear(&gamma);
}

/* read_key: generated/group_HASH/memberN/NAME.bin */
static struct epid_member
read_key(const char *hash, unsigned member, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "generated/group_%s/member%u/%s.bin", hash, member, name);
	return epid_corpus_read(path);
}

static void
generated_private_keys_are_of_one_kind_each(void **state)
{
	static const char *const hashes[] = { "sha256", "sha384", "sha512", "sha512_256" };

	(void)state;
	if (!corpus_or_skip())
		return;
	for (unsigned i = 0; i < ARRAY_LEN(hashes) * 4; i++) {
		char path[128];
		struct jurat_epid_group *group = NULL;
		struct epid_member public_key;

		snprintf(path, sizeof path, "generated/group_%s/pubkey.bin", hashes[i / 4]);
		public_key = epid_corpus_read(path);
		assert_int_equal(jurat_epid_group_new(&group, bytes_of(&public_key), JURAT_EPID_HASH_OF_GROUP, NULL), JURAT_EPID_OK);
		for (unsigned way = 0; way < 4; way++) {
			bool is_split = way / 2 != 0, as_split = way % 2 != 0;
			struct epid_member key = read_key(hashes[i / 4], i % 4, is_split ? "split_mprivkey" : "mprivkey");
			struct jurat_epid_member *member = NULL;

			assert_int_equal(jurat_epid_member_new(&member, group, as_split ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT, bytes_of(&key), NULL),
			    is_split == as_split ? JURAT_EPID_OK : JURAT_EPID_E_KEY_NOT_IN_GROUP);
			jurat_epid_member_free(member);
			epid_member_clear(&key);
		}
		jurat_epid_group_free(group);
		epid_member_clear(&public_key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_group_keys_agree),
		cmocka_unit_test(generated_group_keys_agree),
		cmocka_unit_test(precomputed_values_are_intels),
		cmocka_unit_test(recorded_lists_agree),
		cmocka_unit_test(written_verifier_lists_are_intels),
		cmocka_unit_test(compressed_keys_unpack_as_intels),
		cmocka_unit_test(join_requests_are_judged_as_by_the_model),
		cmocka_unit_test(generated_private_keys_are_of_one_kind_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
