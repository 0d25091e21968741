/* SPDX-License-Identifier: Apache-2.0 */
/* EPID's file forms against the corpus: what Intel's file parser was recorded to say, and every file that there is. EPID 1.1 is out of scope. */
#include "epid_corpus.h"

#include <stdio.h>

#include "epid/files.h"

static jurat_rc
open_and_check(enum epid_form kind, const uint8_t *p, size_t len, const struct p256_public *ca)
{
	struct epid_list list;
	struct epid_file f;
	jurat_rc rc = epid_file_open(&f, kind, p, len, NULL);

	if (rc == JURAT_OK && kind != EPID_FORM_GROUP)
		rc = epid_list_parse(&list, kind, f.body, f.body_len, NULL);
	return rc == JURAT_OK ? epid_file_check_vartime(&f, ca, NULL) : rc;
}

static enum epid_form
kind_of_function(const char *fn)
{
	static const struct {
		const char *fn;
		enum epid_form kind;
	} parsers[] = { { "EpidParseGroupPubKeyFile", EPID_FORM_GROUP }, { "EpidParsePrivRlFile", EPID_FORM_PRIVRL },
		{ "EpidParseSigRlFile", EPID_FORM_SIGRL }, { "EpidParseGroupRlFile", EPID_FORM_GROUPRL } };

	for (size_t i = 0; i < ARRAY_LEN(parsers); i++) {
		if (strcmp(parsers[i].fn, fn) == 0)
			return parsers[i].kind;
	}
	return EPID_NUM_FORMS;
}

/* as_intel: 0, 1 (signature wrong) or -954, for the certificate and the file together. */
static int
as_intel(enum epid_form kind, const struct epid_member *cert, const struct epid_member *file)
{
	struct epid_ca ca;
	jurat_rc rc = epid_ca_parse(&ca, cert->p, cert->len, NULL);

	if (rc != JURAT_OK)
		return -954;
	rc = open_and_check(kind, file->p, file->len, &ca.pub);
	if (rc == JURAT_E_CRYPTO)
		return 1;
	return rc == JURAT_OK ? 0 : -954;
}

/* same_body: Intel's output, or what length it asked for; false if that was the vector's only fault (a buffer too small). */
static bool
same_body(const struct json_value *v, enum epid_form kind, const struct epid_member *file)
{
	struct epid_member want = epid_member(v, "out");
	struct epid_file f;

	assert_int_equal(epid_file_open(&f, kind, file->p, file->len, NULL), JURAT_OK);
	if (want.p != NULL) {
		assert_int_equal(want.len, f.body_len);
		assert_memory_equal(want.p, f.body, want.len);
		epid_member_clear(&want);
	}
	return epid_text(v, "out_len") != NULL || json_member(v, "out_len") == NULL || kind == EPID_FORM_GROUP ||
	    (size_t)epid_integer(v, "out_len") == f.body_len;
}

static void
recorded_file_parser_agrees(void **state)
{
	const struct json_value *v;
	struct epid_set set;
	size_t num_11 = 0;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "file_parser_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		enum epid_form kind = kind_of_function(epid_text(v, "fn"));
		struct epid_member cert = epid_member(v, "cacert"), file = epid_member(v, "file");
		int want = (int)epid_integer(v, "rc"), got;

		if (kind == EPID_NUM_FORMS) { /* EPID 1.1: its files are refused by their version, whatever else they are */
			num_11++;
			assert_int_not_equal(as_intel(EPID_FORM_GROUP, &cert, &file), 0);
		} else {
			got = as_intel(kind, &cert, &file);
			if (got == 0 && !same_body(v, kind, &file))
				got = -954;
			if (got != want)
				fail_msg("%s: %d, Intel %d", epid_text(v, "id"), got, want);
		}
		epid_member_clear(&cert);
		epid_member_clear(&file);
	}
	printf("of these EPID 1.1, out of scope: %zu\n", num_11);
	epid_set_close(&set);
}

static void
recorded_ecdsa_agrees(void **state)
{
	const struct json_value *v;
	struct epid_set set;

	(void)state;
	if (!corpus_or_skip())
		return;
	epid_set_open(&set, "ecdsa_p256_unit");
	while ((v = epid_set_next(&set)) != NULL) {
		struct epid_member msg = epid_member(v, "msg"), pub = epid_member(v, "pubkey"), sig = epid_member(v, "sig");
		struct epid_file f = { .signed_part = msg.p, .signed_len = msg.len, .signature = sig.p };
		struct p256_public key;
		bool ok;

		if (msg.p == NULL || pub.len != sizeof key || sig.len != EPID_FILE_SIGNATURE_LEN) { /* NULL pointers, which we do not have */
			assert_int_equal(epid_integer(v, "rc"), -954);
		} else {
			memcpy(&key, pub.p, sizeof key);
			ok = epid_file_check_vartime(&f, &key, NULL) == JURAT_OK;
			if (ok != (epid_integer(v, "rc") == 0))
				fail_msg("%s", epid_text(v, "id"));
		}
		epid_member_clear(&msg);
		epid_member_clear(&pub);
		epid_member_clear(&sig);
	}
	epid_set_close(&set);
}

/* What a type of the corpus's index is. */
static const struct corpus_type {
	const char *name;
	enum epid_form form;
	bool is_signed;
} corpus_types[] = {
	{ "ca_cert_file", EPID_FORM_CA, false },
	{ "group_pubkey_file", EPID_FORM_GROUP, true },
	{ "privrl_file", EPID_FORM_PRIVRL, true },
	{ "sigrl_file", EPID_FORM_SIGRL, true },
	{ "grouprl_file", EPID_FORM_GROUPRL, true },
	{ "group_pubkey", EPID_FORM_GROUP, false },
	{ "privrl", EPID_FORM_PRIVRL, false },
	{ "sigrl", EPID_FORM_SIGRL, false },
	{ "grouprl", EPID_FORM_GROUPRL, false },
	{ "verifierrl", EPID_FORM_VERIFIERRL, false },
	{ "privkey", EPID_FORM_PRIVATE_KEY, false },
	{ "compressed_privkey", EPID_FORM_COMPRESSED_KEY, false },
	{ "issuer_privkey", EPID_FORM_ISSUER_KEY, false },
	{ "membership_credential", EPID_FORM_CREDENTIAL, false },
	{ "join_request", EPID_FORM_JOIN_REQUEST, false },
	{ "split_join_request", EPID_FORM_SPLIT_JOIN_REQUEST, false },
	{ "signature", EPID_FORM_SIGNATURE, false },
	{ "split_signature", EPID_FORM_SPLIT_SIGNATURE, false },
	{ "sgx_group_pubkey", EPID_FORM_GROUP, false },
};

static const struct corpus_type *
type_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(corpus_types); i++) {
		if (strcmp(corpus_types[i].name, name) == 0)
			return &corpus_types[i];
	}
	return NULL;
}

/* ca_beside: the certificate of the same sample. */
static struct p256_public
ca_beside(const char *path)
{
	char name[256];
	struct epid_member file;
	struct epid_ca ca;

	snprintf(name, sizeof name, "%.*s/cacert.bin", (int)(strchr(path + strlen("raw/"), '/') - path), path);
	file = epid_corpus_read(name);
	assert_int_equal(epid_ca_parse(&ca, file.p, file.len, NULL), JURAT_OK);
	epid_member_clear(&file);
	return ca.pub;
}

/* mislabelled: what Intel's test data has under another name than its content: a list with eight bytes too many, a key in the folder of lists. */
static bool
mislabelled(const char *path)
{
	return strcmp(path, "inc/grp_x/verrevoked/bsn1/verrl.bin") == 0 || strcmp(path, "inc/verifier_unittests/sigrl/pub_key_sigrl_verify.bin") == 0;
}

static void
check_corpus_file(const struct corpus_type *type, const char *path)
{
	struct epid_member file = epid_corpus_read(path);

	if (((epid_forms_of(file.p, file.len) & 1u << type->form) == 0) != mislabelled(path))
		fail_msg("%s is no %s but 0x%x", path, type->name, epid_forms_of(file.p, file.len));
	if (type->is_signed) {
		struct p256_public ca = ca_beside(path);

		if (open_and_check(type->form, file.p, file.len, &ca) != JURAT_OK)
			fail_msg("%s", path);
	}
	epid_member_clear(&file);
}

static void
every_file_of_the_corpus_has_its_form(void **state)
{
	size_t num = 0, want = 0;
	struct json_value *index;
	const struct json_value *files;

	(void)state;
	if (!corpus_or_skip())
		return;
	index = epid_corpus_index();
	files = json_member(index, "files");
	for (size_t i = 0; i < json_count(files); i++) {
		const struct corpus_type *type = type_named(epid_text(json_at(files, i), "type"));

		if (type == NULL)
			continue;
		check_corpus_file(type, epid_text(json_at(files, i), "path"));
		num++;
	}
	for (size_t i = 0; i < ARRAY_LEN(corpus_types); i++)
		want += (size_t)epid_integer(json_member(json_member(index, "summary"), "by_type"), corpus_types[i].name);
	assert_int_equal(num, want);
	printf("%zu files\n", num);
	json_free(index);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_file_parser_agrees),
		cmocka_unit_test(recorded_ecdsa_agrees),
		cmocka_unit_test(every_file_of_the_corpus_has_its_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
