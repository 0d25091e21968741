/* SPDX-License-Identifier: Apache-2.0 */
/* EPID's file forms, on files of our own making (tests/vectors/epid_files.py). */
#include "vectors.h"

#include <stdio.h>

#include "core/bytes.h"
#include "epid/files.h"

#define VECTORS "epid/files.txt"

static const struct {
	enum epid_form kind;
	const char *name;
} signable[] = { { EPID_FORM_PRIVRL, "privrl" }, { EPID_FORM_SIGRL, "sigrl" }, { EPID_FORM_GROUPRL, "grouprl" } };

static struct epid_ca
ca_of(const char *name)
{
	struct epid_ca ca;
	size_t len;
	uint8_t *p = vector(VECTORS, name, &len);

	assert_int_equal(epid_ca_parse(&ca, p, len, NULL), JURAT_OK);
	free(p);
	return ca;
}

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

/* ---- certificate ---- */

static void
certificate_gives_its_key_and_who_signed_it(void **state)
{
	struct p256_private key;
	struct p256_public pub;
	struct epid_ca ca = ca_of("certificate");

	(void)state;
	vector_copy(key.d, sizeof key.d, VECTORS, "ca_key");
	assert_int_equal(p256_public_of(&pub, &key), JURAT_OK);
	assert_memory_equal(&ca.pub, &pub, sizeof pub);
	assert_true(ca.self_signed);
}

static void
certificate_that_another_ca_signed_is_not_self_signed(void **state)
{
	struct epid_ca ca;
	size_t len;
	uint8_t *p = vector(VECTORS, "certificate", &len);

	(void)state;
	p[len - 1] ^= 1;
	assert_int_equal(epid_ca_parse(&ca, p, len, NULL), JURAT_OK);
	assert_false(ca.self_signed);
	free(p);
}

static void
written_certificate_is_read_again(void **state)
{
	uint8_t out[EPID_CA_LEN], *want;
	struct p256_private key;
	struct epid_ca ca;
	size_t len;

	(void)state;
	vector_copy(key.d, sizeof key.d, VECTORS, "ca_key");
	assert_int_equal(epid_ca_write(out, &key, NULL), JURAT_OK);
	want = vector(VECTORS, "certificate", &len);
	assert_int_equal(len, sizeof out);
	assert_memory_equal(out, want, sizeof out - EPID_FILE_SIGNATURE_LEN);
	assert_int_equal(epid_ca_parse(&ca, out, sizeof out, NULL), JURAT_OK);
	assert_true(ca.self_signed);
	free(want);
}

static bool
try_ca(void *ctx, const uint8_t *p, size_t len)
{
	struct epid_ca ca;

	return epid_ca_parse(&ca, p, len, NULL) == JURAT_OK && ca.self_signed;
}

static void
damaged_certificate_is_never_self_signed(void **state)
{
	size_t len;
	uint8_t *p = vector(VECTORS, "certificate", &len);

	(void)state;
	each_damage(p, len, try_ca, NULL, NULL);
	free(p);
}

/* parse_altered: the certificate with one byte changed. */
static jurat_rc
parse_altered(size_t at, uint8_t change, struct jurat_diag *d)
{
	struct epid_ca ca = { .self_signed = true };
	size_t len;
	uint8_t *p = vector(VECTORS, "certificate", &len);
	jurat_rc rc;

	p[at] = (uint8_t)(p[at] ^ change);
	rc = epid_ca_parse(&ca, p, len, d);
	assert_true(rc == JURAT_OK || ca.self_signed); /* untouched on failure */
	free(p);
	return rc;
}

static void
certificate_says_what_is_wrong_with_it(void **state)
{
	struct jurat_diag d = { 0 };

	(void)state;
	assert_int_equal(parse_altered(0, 3, &d), JURAT_E_VERSION);
	assert_string_equal(d.field, "epid.header.version");
	assert_int_equal(parse_altered(3, 0x11 ^ 0x0c, NULL), JURAT_E_FORMAT);
	assert_int_equal(parse_altered(4, 1, NULL), JURAT_E_CRYPTO);
	for (size_t at = 68; at < 260; at += 32) {
		d = (struct jurat_diag){ 0 };
		assert_int_equal(parse_altered(at, 1, &d), JURAT_E_UNSUPPORTED);
		assert_string_equal(d.field, "epid.ca.curve");
	}
}

/* ---- signed files ---- */

static void
signed_lists_are_checked_against_their_ca_alone(void **state)
{
	struct epid_ca ca = ca_of("certificate"), other = ca_of("other_certificate");

	(void)state;
	for (size_t i = 0; i < 3 * 2 * ARRAY_LEN(signable); i++) {
		enum epid_form kind = signable[i / 6].kind;
		char name[64];
		uint8_t *p;
		size_t len;

		snprintf(name, sizeof name, "signed_%s%s_%d", i / 3 % 2 != 0 ? "sgx_" : "", signable[i / 6].name, i % 3 == 2 ? 3 : (int)(i % 3));
		p = vector(VECTORS, name, &len);
		assert_int_equal(open_and_check(kind, p, len, &ca.pub), JURAT_OK);
		assert_int_equal(open_and_check(kind, p, len, &other.pub), JURAT_E_CRYPTO);
		free(p);
	}
}

struct damage {
	enum epid_form kind;
	struct epid_ca ca;
};

static bool
try_signed(void *ctx, const uint8_t *p, size_t len)
{
	const struct damage *damage = ctx;

	return open_and_check(damage->kind, p, len, &damage->ca.pub) == JURAT_OK;
}

static void
damaged_signed_files_are_refused(void **state)
{
	struct damage damage = { .ca = ca_of("certificate") };
	uint8_t *p;
	size_t len;

	(void)state;
	damage.kind = EPID_FORM_PRIVRL;
	p = vector(VECTORS, "signed_privrl_1", &len);
	each_damage(p, len, try_signed, &damage, NULL);
	free(p);
	damage.kind = EPID_FORM_GROUP;
	p = vector(VECTORS, "signed_sgx_group", &len);
	each_damage(p, len, try_signed, &damage, NULL);
	free(p);
}

static void
file_of_another_kind_is_refused_by_its_header(void **state)
{
	struct jurat_diag d = { 0 };
	struct epid_file f;
	size_t len;
	uint8_t *p = vector(VECTORS, "signed_privrl_1", &len);

	(void)state;
	assert_int_equal(epid_file_open(&f, EPID_FORM_SIGRL, p, len, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "epid.header.type");
	assert_int_equal(d.wanted, 0x0e);
	assert_int_equal(d.got, 0x0d);
	assert_int_equal(epid_file_open(&f, EPID_FORM_VERIFIERRL, p, len, NULL), JURAT_E_FORMAT);
	assert_int_equal(epid_file_open(&f, EPID_FORM_GROUP, p, len, NULL), JURAT_E_FORMAT);
	assert_int_equal(epid_file_open(&f, EPID_FORM_PRIVATE_KEY, p, len, NULL), JURAT_E_USAGE);
	p[0] = 1; /* EPID 1.1 */
	assert_int_equal(epid_file_open(&f, EPID_FORM_PRIVRL, p, len, NULL), JURAT_E_VERSION);
	free(p);
}

static void
bare_file_has_no_signature_to_check(void **state)
{
	struct epid_ca ca = ca_of("certificate");
	struct epid_file f;
	size_t len;
	uint8_t *p = vector(VECTORS, "privrl_1", &len);

	(void)state;
	assert_int_equal(epid_file_open(&f, EPID_FORM_PRIVRL, p, len, NULL), JURAT_OK);
	assert_ptr_equal(f.body, p);
	assert_int_equal(f.body_len, len);
	assert_int_equal(epid_file_check_vartime(&f, &ca.pub, NULL), JURAT_E_MISSING);
	free(p);
}

static void
what_we_sign_is_accepted_under_our_key(void **state)
{
	struct epid_ca ca = ca_of("certificate");
	struct p256_private key;
	uint8_t out[512], *body;
	size_t len;

	(void)state;
	vector_copy(key.d, sizeof key.d, VECTORS, "ca_key");
	for (size_t i = 0; i < ARRAY_LEN(signable); i++) {
		char name[64];

		snprintf(name, sizeof name, "%s_1", signable[i].name);
		body = vector(VECTORS, name, &len);
		assert_int_equal(epid_file_sign(out, len + EPID_SIGNED_EXTRA_LEN - 1, signable[i].kind, body, len, &key, NULL), JURAT_E_TOO_LARGE);
		assert_int_equal(epid_file_sign(out, len + EPID_SIGNED_EXTRA_LEN, signable[i].kind, body, len, &key, NULL), JURAT_OK);
		assert_int_equal(open_and_check(signable[i].kind, out, len + EPID_SIGNED_EXTRA_LEN, &ca.pub), JURAT_OK);
		free(body);
	}
	assert_int_equal(epid_file_sign(out, sizeof out, EPID_FORM_VERIFIERRL, out, 100, &key, NULL), JURAT_E_USAGE);
}

/* ---- groups ---- */

static void
group_files_have_one_key_or_several(void **state)
{
	static const struct {
		const char *name;
		size_t num, gid_len;
	} files[] = { { "group", 1, 16 }, { "sgx_group", 1, 4 }, { "signed_group", 1, 16 }, { "signed_sgx_group", 1, 4 },
		{ "signed_groups", 2, 16 }, { "signed_sgx_groups", 3, 4 } };
	struct epid_ca ca = ca_of("certificate");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct epid_file f;
		size_t len;
		uint8_t *p = vector(VECTORS, files[i].name, &len);

		assert_int_equal(epid_group_file_count(p, len), files[i].num);
		for (size_t key = 0; key < files[i].num; key++) {
			assert_int_equal(epid_group_file_open(&f, p, len, key, NULL), JURAT_OK);
			assert_int_equal(f.body_len, JURAT_EPID_GROUP_KEY_LEN(files[i].gid_len));
			assert_int_equal(epid_file_check_vartime(&f, &ca.pub, NULL), f.signature != NULL ? JURAT_OK : JURAT_E_MISSING);
		}
		assert_int_equal(epid_group_file_open(&f, p, len, files[i].num, NULL), JURAT_E_NOT_FOUND);
		assert_int_equal(epid_group_file_count(p, len - 1), 0);
		free(p);
	}
}

static void
group_file_whose_second_key_has_no_header_is_refused(void **state)
{
	struct epid_file f;
	size_t len;
	uint8_t *p = vector(VECTORS, "signed_groups", &len);

	(void)state;
	p[340] = 3;
	assert_int_equal(epid_group_file_count(p, len), 0);
	assert_int_equal(epid_file_open(&f, EPID_FORM_GROUP, p, len, NULL), JURAT_E_FORMAT);
	free(p);
}

/* ---- lists ---- */

static void
lists_of_both_forms_of_group_id_are_read(void **state)
{
	static const struct {
		enum epid_form kind;
		const char *name;
		uint32_t version;
		size_t entry_len;
	} forms[] = { { EPID_FORM_PRIVRL, "privrl", 5, 32 }, { EPID_FORM_SIGRL, "sigrl", 6, 128 }, { EPID_FORM_VERIFIERRL, "verifierrl", 7, 64 },
		{ EPID_FORM_GROUPRL, "grouprl", 8, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms) * 6; i++) {
		bool sgx = i / 3 % 2 != 0;
		unsigned count = i % 3 == 2 ? 3 : (unsigned)(i % 3);
		struct epid_list l;
		char name[64];
		size_t len;
		uint8_t *p;

		snprintf(name, sizeof name, "%s%s_%u", sgx ? "sgx_" : "", forms[i / 6].name, count);
		p = vector(VECTORS, name, &len);
		assert_int_equal(epid_list_parse(&l, forms[i / 6].kind, p, len, NULL), JURAT_OK);
		assert_int_equal(l.version, forms[i / 6].version);
		assert_int_equal(l.num, count);
		if (forms[i / 6].kind != EPID_FORM_GROUPRL || count != 0)
			assert_int_equal(l.gid_len, sgx ? 4 : 16);
		if (forms[i / 6].entry_len != 0)
			assert_int_equal(l.entry_len, forms[i / 6].entry_len);
		assert_ptr_equal(l.entries + l.num * l.entry_len, p + len);
		free(p);
	}
}

static bool
try_list(void *ctx, const uint8_t *p, size_t len)
{
	const enum epid_form *kind = ctx;
	struct epid_list l;

	return epid_list_parse(&l, *kind, p, len, NULL) == JURAT_OK;
}

static bool
beside_count(size_t byte)
{
	return byte < 20 || byte >= 24;
}

static void
list_whose_count_does_not_fit_is_refused(void **state)
{
	enum epid_form kind = EPID_FORM_PRIVRL;
	struct jurat_diag d = { 0 };
	struct epid_list l;
	size_t len;
	uint8_t *p = vector(VECTORS, "privrl_3", &len);

	(void)state;
	each_damage(p, len, try_list, &kind, beside_count);
	store32be(p + 20, EPID_LIST_MAX_ENTRIES + 1);
	assert_int_equal(epid_list_parse(&l, kind, p, len, &d), JURAT_E_TOO_LARGE);
	assert_string_equal(d.field, "epid.list.count");
	store32be(p + 20, 2);
	assert_int_equal(epid_list_parse(&l, kind, p, len, NULL), JURAT_E_TRAILING);
	store32be(p + 20, 4);
	assert_int_equal(epid_list_parse(&l, kind, p, len, NULL), JURAT_E_TRUNCATED);
	free(p);
	assert_int_equal(epid_list_parse(&l, EPID_FORM_GROUP, NULL, 0, NULL), JURAT_E_USAGE);
}

/* A group list names no group, so its count is all that tells 4-byte ids from 16-byte ones. */
static void
group_list_with_another_count_is_refused(void **state)
{
	struct epid_list l;
	size_t len;
	uint8_t *p = vector(VECTORS, "grouprl_3", &len);

	(void)state;
	for (uint32_t num = 0; num < 64; num++) {
		bool fits = num == 3 || num == 12;

		store32be(p + 4, num);
		assert_int_equal(epid_list_parse(&l, EPID_FORM_GROUPRL, p, len, NULL) == JURAT_OK, fits);
		if (fits)
			assert_int_equal(l.gid_len, num == 3 ? 16 : 4);
	}
	free(p);
}

/* ---- signatures and requests ---- */

static bool
try_signature(void *ctx, const uint8_t *p, size_t len)
{
	struct epid_signature s;

	return epid_signature_parse(&s, p, len, NULL) == JURAT_OK;
}

static bool
beside_num_proofs(size_t byte)
{
	return byte < 356 || byte >= 360;
}

static void
signatures_are_told_apart_by_length_and_count(void **state)
{
	struct epid_signature s;
	size_t len;
	uint8_t *p = vector(VECTORS, "split_signature_2", &len);

	(void)state;
	assert_int_equal(epid_signature_parse(&s, p, len, NULL), JURAT_OK);
	assert_true(s.split);
	assert_int_equal(s.rl_version, 9);
	assert_int_equal(s.num_proofs, 2);
	assert_ptr_equal(s.nonce, p + 352);
	assert_ptr_equal(s.proofs, p + 392);
	free(p);
	p = vector(VECTORS, "signature_2", &len);
	assert_int_equal(epid_signature_parse(&s, p, len, NULL), JURAT_OK);
	assert_false(s.split);
	assert_null(s.nonce);
	assert_ptr_equal(s.proofs, p + 360);
	each_damage(p, len, try_signature, NULL, beside_num_proofs);
	free(p);
}

static void
requests_are_written_as_they_were_read(void **state)
{
	static const char *const names[] = { "privrl_request", "sgx_privrl_request", "sigrl_request", "split_sigrl_request", "grouprl_request" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct epid_sigrl_request sig;
		struct epid_grouprl_request group;
		const uint8_t *key;
		uint8_t out[2048];
		size_t len, key_len;
		uint8_t *p = vector(VECTORS, names[i], &len);
		struct writer w;

		writer_init(&w, out, sizeof out);
		if (i < 2) {
			assert_int_equal(epid_privrl_request_parse(&key, &key_len, p, len, NULL), JURAT_OK);
			epid_privrl_request_write(&w, key, key_len);
		} else if (i < 4) {
			assert_int_equal(epid_sigrl_request_parse(&sig, p, len, NULL), JURAT_OK);
			epid_sigrl_request_write(&w, &sig);
		} else {
			assert_int_equal(epid_grouprl_request_parse(&group, p, len, NULL), JURAT_OK);
			epid_grouprl_request_write(&w, &group);
		}
		assert_int_equal(writer_check(&w, "out", NULL), JURAT_OK);
		assert_int_equal(w.len, len);
		assert_memory_equal(out, p, len);
		free(p);
	}
}

static void
request_whose_message_does_not_end_with_the_file_is_refused(void **state)
{
	struct epid_sigrl_request sig;
	size_t len;
	uint8_t *p = vector(VECTORS, "sigrl_request", &len);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = test_copy(p, cut);

		assert_int_not_equal(epid_sigrl_request_parse(&sig, copy, cut, NULL), JURAT_OK);
		free(copy);
	}
	store32be(p + len - 7 - 4, 6);
	assert_int_equal(epid_sigrl_request_parse(&sig, p, len, NULL), JURAT_E_FORMAT);
	store32be(p + len - 7 - 4, UINT32_MAX);
	assert_int_equal(epid_sigrl_request_parse(&sig, p, len, NULL), JURAT_E_FORMAT);
	free(p);
}

/* ---- what is this file? ---- */

static void
every_form_is_recognised(void **state)
{
	static const struct {
		const char *name;
		enum epid_form kind;
	} forms[] = { { "certificate", EPID_FORM_CA }, { "group", EPID_FORM_GROUP }, { "signed_sgx_groups", EPID_FORM_GROUP },
		{ "privrl_1", EPID_FORM_PRIVRL }, { "sgx_privrl_3", EPID_FORM_PRIVRL }, { "signed_privrl_0", EPID_FORM_PRIVRL },
		{ "sigrl_1", EPID_FORM_SIGRL }, { "signed_sgx_sigrl_3", EPID_FORM_SIGRL }, { "grouprl_3", EPID_FORM_GROUPRL },
		{ "verifierrl_1", EPID_FORM_VERIFIERRL }, { "sgx_verifierrl_0", EPID_FORM_VERIFIERRL }, { "privrl_request", EPID_FORM_PRIVRL_REQUEST },
		{ "sigrl_request", EPID_FORM_SIGRL_REQUEST }, { "grouprl_request", EPID_FORM_GROUPRL_REQUEST },
		{ "issuer_key", EPID_FORM_ISSUER_KEY }, { "sgx_issuer_key", EPID_FORM_ISSUER_KEY }, { "private_key", EPID_FORM_PRIVATE_KEY },
		{ "sgx_private_key", EPID_FORM_PRIVATE_KEY }, { "compressed_key", EPID_FORM_COMPRESSED_KEY }, { "credential", EPID_FORM_CREDENTIAL },
		{ "join_request", EPID_FORM_JOIN_REQUEST }, { "split_join_request", EPID_FORM_SPLIT_JOIN_REQUEST },
		{ "signature_2", EPID_FORM_SIGNATURE }, { "split_signature_0", EPID_FORM_SPLIT_SIGNATURE } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t len;
		uint8_t *p = vector(VECTORS, forms[i].name, &len);

		if (epid_forms_of(p, len) != 1u << forms[i].kind)
			fail_msg("%s: 0x%x", forms[i].name, epid_forms_of(p, len));
		assert_int_equal(epid_form_from_name(epid_form_name(forms[i].kind)), forms[i].kind);
		free(p);
	}
	assert_int_equal(epid_forms_of(NULL, 0), 0);
	assert_int_equal(epid_form_from_name("no such kind"), EPID_NUM_FORMS);
	assert_string_equal(epid_form_name(EPID_NUM_FORMS), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_gives_its_key_and_who_signed_it),
		cmocka_unit_test(certificate_that_another_ca_signed_is_not_self_signed),
		cmocka_unit_test(written_certificate_is_read_again),
		cmocka_unit_test(damaged_certificate_is_never_self_signed),
		cmocka_unit_test(certificate_says_what_is_wrong_with_it),
		cmocka_unit_test(signed_lists_are_checked_against_their_ca_alone),
		cmocka_unit_test(damaged_signed_files_are_refused),
		cmocka_unit_test(file_of_another_kind_is_refused_by_its_header),
		cmocka_unit_test(bare_file_has_no_signature_to_check),
		cmocka_unit_test(what_we_sign_is_accepted_under_our_key),
		cmocka_unit_test(group_files_have_one_key_or_several),
		cmocka_unit_test(group_file_whose_second_key_has_no_header_is_refused),
		cmocka_unit_test(lists_of_both_forms_of_group_id_are_read),
		cmocka_unit_test(list_whose_count_does_not_fit_is_refused),
		cmocka_unit_test(group_list_with_another_count_is_refused),
		cmocka_unit_test(signatures_are_told_apart_by_length_and_count),
		cmocka_unit_test(requests_are_written_as_they_were_read),
		cmocka_unit_test(request_whose_message_does_not_end_with_the_file_is_refused),
		cmocka_unit_test(every_form_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
