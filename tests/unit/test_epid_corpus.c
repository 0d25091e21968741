/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every recorded and generated verification of the corpus, and every signature file: our code gives Intel's. EPID 1.1 (epid11_verify_unit and
 * inc/1.1) is out of scope. Each set is run whole, or the test fails.
 */
#include "epid_corpus.h"

#include <stdio.h>

#include "core/bytes.h"
#include "crypto/crypto.h"
#include "dcap/pki.h"
#include "epid/files.h"
#include "jurat/epid.h"

static struct jurat_epid_bytes
bytes_of(const struct epid_member *m)
{
	return (struct jurat_epid_bytes){ m->p, m->len };
}

/* The group of one vector, kept for the next: most vectors of a set have the same. */
struct group_cache {
	struct epid_member key;
	enum jurat_epid_hash hash;
	struct jurat_epid_group *group;
};

/* group_of: takes key. NULL and *out_rc if it is none. */
static const struct jurat_epid_group *
group_of(struct group_cache *c, struct epid_member key, int64_t hash, jurat_epid_rc *out_rc)
{
	*out_rc = JURAT_EPID_OK;
	if (c->group != NULL && c->hash == (enum jurat_epid_hash)hash && c->key.len == key.len && memcmp(c->key.p, key.p, key.len) == 0) {
		epid_member_clear(&key);
		return c->group;
	}
	jurat_epid_group_free(c->group);
	epid_member_clear(&c->key);
	*c = (struct group_cache){ .key = key, .hash = (enum jurat_epid_hash)hash };
	*out_rc = jurat_epid_group_new(&c->group, bytes_of(&key), c->hash, NULL);
	return c->group;
}

static void
group_cache_clear(struct group_cache *c)
{
	jurat_epid_group_free(c->group);
	epid_member_clear(&c->key);
}

static struct jurat_epid_verifier *
verifier_of(const struct jurat_epid_group *group, const struct epid_member *basename, uint32_t flags)
{
	struct jurat_epid_bytes name = bytes_of(basename);
	struct jurat_epid_verifier *v = NULL;

	assert_int_equal(jurat_epid_verifier_new(&v, group, basename->p != NULL ? &name : NULL, flags, NULL), JURAT_EPID_OK);
	return v;
}

/* ---- lists ---- */

enum { PRIVRL, SIGRL, GROUPRL, VERIFIERRL, NUM_LISTS };
static const char *const list_names[NUM_LISTS] = { "privrl", "sigrl", "grouprl", "verifierrl" };

struct lists {
	struct epid_member member[NUM_LISTS];
	void *memory[NUM_LISTS];
};

/* set_list: with an index where there is one, or without. */
static jurat_epid_rc
set_list(struct lists *l, unsigned which, struct jurat_epid_verifier *v, bool index)
{
	struct jurat_epid_bytes list = bytes_of(&l->member[which]);
	size_t room = which == PRIVRL ? jurat_epid_privrl_memory(list.len) : jurat_epid_verifierrl_memory(list.len);

	free(l->memory[which]);
	l->memory[which] = index && (which == PRIVRL || which == VERIFIERRL) ? malloc(room + 1) : NULL;
	if (l->memory[which] == NULL)
		room = 0;
	switch (which) {
	case PRIVRL:
		return jurat_epid_verifier_set_privrl(v, list, l->memory[which], room, NULL);
	case SIGRL:
		return jurat_epid_verifier_set_sigrl(v, list, NULL);
	case GROUPRL:
		return jurat_epid_verifier_set_grouprl(v, list, NULL);
	default:
		return jurat_epid_verifier_set_verifierrl(v, list, l->memory[which], room, NULL);
	}
}

static jurat_epid_rc
set_lists(struct lists *l, struct jurat_epid_verifier *v, bool index)
{
	jurat_epid_rc rc = JURAT_EPID_OK;

	for (unsigned i = 0; rc == JURAT_EPID_OK && i < NUM_LISTS; i++) {
		if (l->member[i].p != NULL)
			rc = set_list(l, i, v, index);
	}
	return rc;
}

static void
lists_of(struct lists *out, const struct json_value *vector)
{
	*out = (struct lists){ 0 };
	for (unsigned i = 0; i < NUM_LISTS; i++)
		out->member[i] = epid_member(vector, list_names[i]);
}

static void
lists_clear(struct lists *l)
{
	for (unsigned i = 0; i < NUM_LISTS; i++) {
		epid_member_clear(&l->member[i]);
		free(l->memory[i]);
	}
}

/* ---- whole verifications ---- */

/* strict_rc: what becomes of Intel's answer where the signature names a list and there is none (docs/epid.md). */
static jurat_epid_rc
strict_rc(jurat_epid_rc rc, const struct lists *l, const struct epid_member *sig)
{
	struct epid_signature s;

	if (l->member[SIGRL].p != NULL || epid_signature_parse(&s, sig->p, sig->len, NULL) != JURAT_OK || (s.rl_version | s.num_proofs) == 0)
		return rc;
	return rc == JURAT_EPID_OK || rc == JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL ? JURAT_EPID_E_BAD_SIGNATURE : rc;
}

static void
check_verification(struct group_cache *cache, const struct json_value *vector)
{
	struct epid_member sig = epid_member(vector, "sig"), msg = epid_member(vector, "msg"), basename = epid_member(vector, "basename");
	jurat_epid_rc want = (jurat_epid_rc)epid_integer(vector, "rc"), rc;
	const struct jurat_epid_group *group = group_of(cache, epid_member(vector, "pubkey"), epid_integer(vector, "hash_alg"), &rc);
	struct lists lists;

	assert_int_equal(rc, JURAT_EPID_OK);
	lists_of(&lists, vector);
	for (unsigned way = 0; way < 4; way++) {
		bool strict = way % 2 != 0;
		struct jurat_epid_verifier *v = verifier_of(group, &basename, strict ? 0 : JURAT_EPID_COMPAT);

		rc = set_lists(&lists, v, way / 2 != 0);
		if (rc == JURAT_EPID_OK)
			rc = jurat_epid_verify(v, bytes_of(&sig), bytes_of(&msg), NULL);
		if (rc != (strict ? strict_rc(want, &lists, &sig) : want))
			fail_msg("%s (%s): %s, Intel %s", epid_text(vector, "id"), strict ? "strict" : "compat", jurat_epid_verdict_name(rc),
			    epid_text(vector, "rc_name"));
		jurat_epid_verifier_free(v);
	}
	lists_clear(&lists);
	epid_member_clear(&sig);
	epid_member_clear(&msg);
	epid_member_clear(&basename);
}

static void
run_verifications(const char *name)
{
	struct group_cache cache = { 0 };
	const struct json_value *v;
	struct epid_set set;

	if (!corpus_or_skip())
		return;
	epid_set_open(&set, name);
	while ((v = epid_set_next(&set)) != NULL)
		check_verification(&cache, v);
	epid_set_close(&set);
	group_cache_clear(&cache);
}

static void
recorded_verifications_agree(void **state)
{
	(void)state;
	run_verifications("epid20_verify_unit");
}

static void
generated_verifications_agree(void **state)
{
	(void)state;
	run_verifications("epid20_verify_generated");
}

/* ---- parts of verifications ---- */

static void
recorded_basic_signatures_agree(void **state)
{
	struct group_cache cache = { 0 };
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_verify_basic_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member basic = epid_member(v, "basicsig"), nonce = epid_member(v, "nonce"), msg = epid_member(v, "msg"),
				   basename = epid_member(v, "basename");
		jurat_epid_rc rc;
		const struct jurat_epid_group *group = group_of(&cache, epid_member(v, "pubkey"), epid_integer(v, "hash_alg"), &rc);
		struct jurat_epid_verifier *verifier;

		assert_int_equal(rc, JURAT_EPID_OK);
		assert_int_equal(basic.len, JURAT_EPID_BASIC_LEN);
		verifier = verifier_of(group, &basename, 0);
		rc = jurat_epid_verify_basic(verifier, basic.p, nonce.p, bytes_of(&msg), NULL);
		if (rc != (jurat_epid_rc)epid_integer(v, "rc"))
			fail_msg("%s: %s", epid_text(v, "id"), jurat_epid_verdict_name(rc));
		jurat_epid_verifier_free(verifier);
		epid_member_clear(&basic);
		epid_member_clear(&nonce);
		epid_member_clear(&msg);
		epid_member_clear(&basename);
	}
	epid_set_close(&set);
	group_cache_clear(&cache);
}

static void
recorded_proofs_agree(void **state)
{
	static const struct epid_member no_name = { 0 };
	struct group_cache cache = { 0 };
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_nrverify_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member basic = epid_member(v, "basicsig"), entry = epid_member(v, "sigrl_entry"), msg = epid_member(v, "msg"),
				   proof = epid_member(v, "nrproof");
		jurat_epid_rc rc;
		const struct jurat_epid_group *group = group_of(&cache, epid_member(v, "pubkey"), epid_integer(v, "hash_alg"), &rc);
		struct jurat_epid_verifier *verifier;

		assert_int_equal(rc, JURAT_EPID_OK);
		verifier = verifier_of(group, &no_name, 0);
		rc = jurat_epid_verify_nr_proof(verifier, basic.p, entry.p, bytes_of(&proof), bytes_of(&msg), NULL);
		if (rc != (jurat_epid_rc)epid_integer(v, "rc"))
			fail_msg("%s: %s", epid_text(v, "id"), jurat_epid_verdict_name(rc));
		jurat_epid_verifier_free(verifier);
		epid_member_clear(&basic);
		epid_member_clear(&entry);
		epid_member_clear(&msg);
		epid_member_clear(&proof);
	}
	epid_set_close(&set);
	group_cache_clear(&cache);
}

static void
recorded_private_key_entries_agree(void **state)
{
	static const struct epid_member no_name = { 0 };
	struct group_cache cache = { 0 };
	struct jurat_epid_verifier *verifier;
	const struct json_value *v;
	struct epid_set set;
	jurat_epid_rc rc;

	(void)state;
	if (!corpus_or_skip())
		return;
	/* neither f nor B and K depend on the group */
	verifier = verifier_of(group_of(&cache, epid_corpus_read("inc/grp_x/pubkey.bin"), JURAT_EPID_HASH_OF_GROUP, &rc), &no_name, 0);
	epid_set_open(&set, "epid20_privrl_entry_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member basic = epid_member(v, "basicsig"), f = epid_member(v, "f");

		assert_int_equal(f.len, 32);
		rc = jurat_epid_check_privrl_entry(verifier, basic.p, f.p, NULL);
		if (rc != (jurat_epid_rc)epid_integer(v, "rc"))
			fail_msg("%s: %s", epid_text(v, "id"), jurat_epid_verdict_name(rc));
		epid_member_clear(&basic);
		epid_member_clear(&f);
	}
	epid_set_close(&set);
	jurat_epid_verifier_free(verifier);
	group_cache_clear(&cache);
}

static void
recorded_links_agree(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "epid20_linked_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member one = epid_member(v, "sig1"), other = epid_member(v, "sig2");

		if (jurat_epid_are_linked(bytes_of(&one), bytes_of(&other)) != epid_integer(v, "rc"))
			fail_msg("%s", epid_text(v, "id"));
		epid_member_clear(&one);
		epid_member_clear(&other);
	}
	epid_set_close(&set);
}

/* ---- signature files ---- */

static enum jurat_epid_hash
hash_named(const char *name)
{
	static const char *const names[] = { "sha256", "sha384", "sha512", "sha512_256" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0)
			return (enum jurat_epid_hash)i;
	}
	fail_msg("no hash %s", name);
	return JURAT_EPID_HASH_OF_GROUP;
}

/* key_beside: a public key for files of which the index names none: that of the file's group. */
static struct epid_member
key_beside(const char *path)
{
	static const char *const keys[][2] = { { "inc/grp01/", "inc/grp01/gpubkey.bin" }, { "inc/ikgf/groupa/", "inc/ikgf/groupa/pubkey.bin" },
		{ "inc/ikgf/groupb/", "inc/ikgf/groupb/pubkey.bin" }, { "inc/grp_x/", "inc/grp_x/pubkey.bin" },
		{ "inc/verifier_unittests/", "inc/verifier_unittests/sigrl/pub_key_sigrl_verify.bin" } };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strncmp(path, keys[i][0], strlen(keys[i][0])) == 0)
			return epid_corpus_read(keys[i][1]);
	}
	fail_msg("no group for %s", path);
	return (struct epid_member){ 0 };
}

static void
check_signature_file(struct group_cache *cache, const struct json_value *file)
{
	const struct json_value *how = json_member(file, "verify");
	const char *path = epid_text(file, "path");
	struct epid_member sig = epid_corpus_read(path), msg = epid_member(how, "message"), basename = epid_member(how, "basename");
	struct epid_member key = how != NULL ? epid_member(how, "pubkey_hex") : key_beside(path);
	int64_t hash = how != NULL ? (int64_t)hash_named(epid_text(how, "hash_alg")) : JURAT_EPID_HASH_OF_GROUP;
	jurat_epid_rc rc;
	const struct jurat_epid_group *group = group_of(cache, key, hash, &rc);
	struct jurat_epid_verifier *v;

	assert_int_equal(rc, JURAT_EPID_OK);
	if (how == NULL) { /* refused whatever the message: a base in use leaves nothing to the base name */
		msg.p = test_copy("msg0", 4);
		msg.len = 4;
	}
	v = verifier_of(group, &basename, JURAT_EPID_COMPAT);
	rc = jurat_epid_verify(v, bytes_of(&sig), bytes_of(&msg), NULL);
	if (rc != (jurat_epid_rc)epid_integer(file, "sdk_result"))
		fail_msg("%s: %s", path, jurat_epid_verdict_name(rc));
	jurat_epid_verifier_free(v);
	epid_member_clear(&sig);
	epid_member_clear(&msg);
	epid_member_clear(&basename);
}

static bool
is_signature_file(const char *type)
{
	return strcmp(type, "signature") == 0 || strcmp(type, "split_signature") == 0 || strcmp(type, "nonstandard_length_signature") == 0;
}

static void
signature_files_agree(void **state)
{
	size_t num_signatures = 0, num_nonstandard = 0;
	struct group_cache cache = { 0 };
	struct json_value *index;
	const struct json_value *files;

	(void)state;
	if (!corpus_or_skip())
		return;
	index = epid_corpus_index();
	files = json_member(index, "files");
	for (size_t i = 0; i < json_count(files); i++) {
		const struct json_value *file = json_at(files, i);
		const char *type = epid_text(file, "type");

		if (!is_signature_file(type))
			continue;
		check_signature_file(&cache, file);
		if (strcmp(type, "nonstandard_length_signature") == 0)
			num_nonstandard++;
		else
			num_signatures++;
	}
	assert_int_equal(num_signatures, epid_integer(json_member(index, "summary"), "signature_files"));
	assert_true(num_nonstandard > 0);
	printf("%zu signatures, %zu of other lengths\n", num_signatures, num_nonstandard);
	json_free(index);
	group_cache_clear(&cache);
}

/* ---- SGX: group ids of 4 bytes ---- */

/* signed_body: what the corpus's own key has signed. */
static struct jurat_epid_bytes
signed_body(enum epid_form form, const struct epid_member *file)
{
	struct epid_member pem = epid_corpus_read("sgx/epid_sk_test_p256_priv.pem");
	struct pki_key key = { 0 };
	struct epid_file f;

	assert_int_equal(pki_key_from_pem(&key, (const char *)pem.p, pem.len, NULL), JURAT_OK);
	assert_int_equal(epid_file_open(&f, form, file->p, file->len, NULL), JURAT_OK);
	assert_int_equal(epid_file_check_vartime(&f, &key.pub, NULL), JURAT_OK);
	pki_key_clear(&key);
	epid_member_clear(&pem);
	return (struct jurat_epid_bytes){ f.body, f.body_len };
}

static void
check_quote(const struct json_value *q, const struct jurat_epid_group *group, struct jurat_epid_bytes sigrl)
{
	struct epid_member quote = epid_corpus_read(epid_text(q, "file")), sig = epid_member(q, "epid_signature"),
			   basename = epid_member(q, "basename");
	struct jurat_epid_bytes message = { quote.p, (size_t)epid_integer(q, "epid_message_len") };
	struct jurat_epid_verifier *v = verifier_of(group, &basename, 0);
	bool with_sigrl = false;

	assert_int_equal(json_get_bool(q, "with_sigrl", &with_sigrl, NULL), JURAT_OK);
	if (with_sigrl)
		assert_int_equal(jurat_epid_verifier_set_sigrl(v, sigrl, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verify(v, bytes_of(&sig), message, NULL), epid_integer(q, "epid_verify_rc"));
	quote.p[48] ^= 1; /* the report's first byte */
	assert_int_equal(jurat_epid_verify(v, bytes_of(&sig), message, NULL), JURAT_EPID_SIG_INVALID);
	jurat_epid_verifier_free(v);
	epid_member_clear(&quote);
	epid_member_clear(&sig);
	epid_member_clear(&basename);
}

static void
signatures_of_sgx_quotes_verify_under_a_short_group_id(void **state)
{
	struct epid_member cert, sigrl, text;
	struct jurat_epid_group *group = NULL;
	struct json_value *document = NULL;
	const struct json_value *quotes;
	struct jurat_epid_bytes list;
	char *wrapped;

	(void)state;
	if (!corpus_or_skip())
		return;
	cert = epid_corpus_read("sgx/group_cert_sgx.bin");
	sigrl = epid_corpus_read("sgx/sigrl_sgx.bin");
	text = epid_corpus_read("sgx/quotes.json");
	assert_true(asprintf(&wrapped, "{\"quotes\": %.*s}", (int)text.len, (const char *)text.p) > 0);
	assert_int_equal(json_parse(&document, wrapped, strlen(wrapped), 1 << 20, "quotes", NULL), JURAT_OK);
	assert_int_equal(jurat_epid_group_new(&group, signed_body(EPID_FORM_GROUP, &cert), JURAT_EPID_HASH_OF_GROUP, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_group_id(group).len, 4);
	list = signed_body(EPID_FORM_SIGRL, &sigrl);
	quotes = json_member(document, "quotes");
	assert_int_equal(json_count(quotes), 4);
	for (size_t i = 0; i < json_count(quotes); i++)
		check_quote(json_at(quotes, i), group, list);
	jurat_epid_group_free(group);
	json_free(document);
	free(wrapped);
	epid_member_clear(&cert);
	epid_member_clear(&sigrl);
	epid_member_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_verifications_agree),
		cmocka_unit_test(generated_verifications_agree),
		cmocka_unit_test(recorded_basic_signatures_agree),
		cmocka_unit_test(recorded_proofs_agree),
		cmocka_unit_test(recorded_private_key_entries_agree),
		cmocka_unit_test(recorded_links_agree),
		cmocka_unit_test(signature_files_agree),
		cmocka_unit_test(signatures_of_sgx_quotes_verify_under_a_short_group_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
