/* SPDX-License-Identifier: Apache-2.0 */
#include "image_vectors.h"

#include "core/hex.h"
#include "image/sign.h"

static char *dir;
static struct rsa3072_key *key;

static int
make_vectors(void **state)
{
	(void)state;
	dir = vectors_new();
	return rsa3072_key_new(&key, NULL) == JURAT_OK ? 0 : -1;
}

static int
remove_vectors(void **state)
{
	(void)state;
	rsa3072_key_free(key);
	temp_dir_remove(dir);
	return 0;
}

static struct image_settings
settings_of(char **counts)
{
	struct image_settings s;

	image_settings_default(&s);
	s.num_tcs = (uint32_t)atoi(counts[0]);
	s.stack_pages = (uint32_t)atoi(counts[1]);
	s.heap_pages = (uint32_t)atoi(counts[2]);
	s.ssa_frame_pages = (uint32_t)atoi(counts[3]);
	s.num_ssa = (uint32_t)atoi(counts[4]);
	return s;
}

/* words: sign NAME TCS STACK HEAP FRAME SSA MRENCLAVE */
static void
check_signed(const char *from, char **words)
{
	struct image_settings settings = settings_of(words + 2);
	size_t len, out_len;
	uint8_t *elf = vectors_read(from, words[1], &len), *out, *exact, mrenclave[SGX_HASH_LEN];
	struct image *image;
	struct image_facts facts;
	struct sgx_sigstruct sig;
	struct jurat_diag d = { 0 };
	char text[2 * SGX_HASH_LEN + 1];

	if (image_sign(&out, &out_len, elf, len, &settings, key, &d) != JURAT_OK)
		fail_msg("%s: %s at %s", words[1], jurat_rc_name(d.code), d.field);
	assert_int_equal(out_len, len);
	exact = test_copy(out, out_len);
	assert_int_equal(image_open(&image, exact, out_len, NULL), JURAT_OK);
	assert_int_equal(image_measure(mrenclave, image, NULL), JURAT_OK);
	image_describe(&facts, image);
	assert_int_equal(sigstruct_verify(&sig, facts.sigstruct, SGX_SIGSTRUCT_LEN, NULL), JURAT_OK);
	assert_memory_equal(sig.enclave_hash, mrenclave, sizeof mrenclave);
	hex_encode(text, mrenclave, sizeof mrenclave);
	if (strcmp(text, words[7]) != 0)
		fail_msg("%s measures to %s, not %s", words[1], text, words[7]);
	assert_true(facts.metadata_version == (1ull << 32 | 5));
	image_free(image);
	free(exact);
	free(out);
	free(elf);
}

static void
a_signed_file_measures_as_its_layout_says(void **state)
{
	(void)state;
	assert_int_equal(each_vector(dir, "sign", check_signed), 8);
}

/* words: refuse NAME CODE FIELD */
static void
check_refused(const char *from, char **words)
{
	struct image_settings settings;
	size_t len, out_len = 7;
	uint8_t *elf = vectors_read(from, words[1], &len), *out = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	image_settings_default(&settings);
	rc = image_sign(&out, &out_len, elf, len, &settings, key, &d);
	if (strcmp(jurat_rc_name(rc), words[2]) != 0 || d.field == NULL || strcmp(d.field, words[3]) != 0)
		fail_msg("%s: %s at %s, not %s at %s", words[1], jurat_rc_name(rc), d.field, words[2], words[3]);
	assert_null(out);
	assert_int_equal(out_len, 7);
	free(elf);
}

static void
what_cannot_be_signed_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(each_vector(dir, "refuse", check_refused), 7);
}

static void
signing_is_reproducible_and_leaves_its_input_alone(void **state)
{
	struct image_settings settings;
	size_t len, one_len, two_len, three_len;
	uint8_t *elf = vectors_read(dir, "unsigned", &len), *before = test_copy(elf, len), *one, *two, *three;

	(void)state;
	image_settings_default(&settings);
	settings.date_bcd = 0x20261124;
	assert_int_equal(image_sign(&one, &one_len, elf, len, &settings, key, NULL), JURAT_OK);
	assert_int_equal(image_sign(&two, &two_len, elf, len, &settings, key, NULL), JURAT_OK);
	assert_memory_equal(elf, before, len);
	assert_int_equal(one_len, two_len);
	assert_memory_equal(one, two, one_len);
	/* a signed file is signed anew */
	assert_int_equal(image_sign(&three, &three_len, one, one_len, &settings, key, NULL), JURAT_OK);
	assert_memory_equal(one, three, one_len);
	free(one), free(two), free(three), free(before), free(elf);
}

static void
sigstruct_says_what_the_settings_say(void **state)
{
	struct image_settings s;
	size_t len, out_len;
	uint8_t *elf = vectors_read(dir, "unsigned", &len), *out, modulus[RSA3072_LEN];
	struct image *image;
	struct image_facts facts;
	struct sgx_sigstruct sig;

	(void)state;
	image_settings_default(&s);
	s.isv_prod_id = 0x1234;
	s.isv_svn = 7;
	memset(s.isv_family_id, 0xfa, sizeof s.isv_family_id);
	memset(s.isv_ext_prod_id, 0xed, sizeof s.isv_ext_prod_id);
	s.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	s.miscselect = SGX_MISC_EXINFO;
	s.date_bcd = 0x20240229;
	s.sw_defined = 99;
	assert_int_equal(image_sign(&out, &out_len, elf, len, &s, key, NULL), JURAT_OK);
	assert_int_equal(image_open(&image, out, out_len, NULL), JURAT_OK);
	image_describe(&facts, image);
	assert_int_equal(sigstruct_parse(&sig, facts.sigstruct, SGX_SIGSTRUCT_LEN, NULL), JURAT_OK);
	assert_int_equal(sig.isv_prod_id, 0x1234);
	assert_int_equal(sig.isv_svn, 7);
	assert_memory_equal(sig.isv_family_id, s.isv_family_id, SGX_EXTID_LEN);
	assert_memory_equal(sig.isv_ext_prod_id, s.isv_ext_prod_id, SGX_EXTID_LEN);
	assert_true(sig.attributes.flags == (SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS | SGX_FLAGS_PROVISIONKEY));
	assert_true(sig.attribute_mask.flags == ~SGX_FLAGS_DEBUG);
	assert_true(facts.attributes.flags == sig.attributes.flags && facts.attributes.xfrm == 3);
	assert_int_equal(sig.miscselect, SGX_MISC_EXINFO);
	assert_int_equal(facts.miscselect, SGX_MISC_EXINFO);
	assert_int_equal(sig.date, 0x20240229);
	assert_int_equal(sig.sw_defined, 99);
	assert_int_equal(rsa3072_modulus(modulus, key), JURAT_OK);
	assert_memory_equal(sig.modulus, modulus, sizeof modulus);
	image_free(image);
	free(out);
	free(elf);
}

static void
check_setting(void (*change)(struct image_settings *), const char *field)
{
	struct image_settings s;
	size_t len, out_len;
	uint8_t *elf = vectors_read(dir, "unsigned", &len), *out = NULL;
	struct jurat_diag d = { 0 };

	image_settings_default(&s);
	change(&s);
	if (image_sign(&out, &out_len, elf, len, &s, key, &d) != JURAT_E_FORMAT)
		fail_msg("a wrong %s was accepted", field);
	assert_string_equal(d.field, field);
	assert_null(out);
	free(elf);
}

static void no_tcs(struct image_settings *s) { s->num_tcs = 0; }
static void many_tcs(struct image_settings *s) { s->num_tcs = IMAGE_TCS_MAX + 1; }
static void no_stack(struct image_settings *s) { s->stack_pages = 0; }
static void large_heap(struct image_settings *s) { s->heap_pages = UINT32_MAX; }
static void no_frame(struct image_settings *s) { s->ssa_frame_pages = 0; }
static void no_ssa(struct image_settings *s) { s->num_ssa = 0; }
static void init_bit(struct image_settings *s) { s->attributes.flags |= SGX_FLAGS_INIT; }
static void no_legacy(struct image_settings *s) { s->attributes.xfrm = 4; }
static void id_without_kss(struct image_settings *s) { s->attributes.flags &= ~SGX_FLAGS_KSS; s->isv_family_id[3] = 1; }
static void no_day(struct image_settings *s) { s->date_bcd = 0x20261340; }

static void
settings_out_of_range_are_refused_by_name(void **state)
{
	(void)state;
	check_setting(no_tcs, "settings.num_tcs");
	check_setting(many_tcs, "settings.num_tcs");
	check_setting(no_stack, "settings.stack_pages");
	check_setting(large_heap, "settings.heap_pages");
	check_setting(no_frame, "settings.ssa_frame_pages");
	check_setting(no_ssa, "settings.num_ssa");
	check_setting(init_bit, "settings.attributes");
	check_setting(no_legacy, "settings.xfrm");
	check_setting(id_without_kss, "settings.kss");
	check_setting(no_day, "settings.date");
}

/* ---- the settings' JSON ---- */

static jurat_rc
parse(struct image_settings *out, const char *json, struct jurat_diag *d)
{
	char *exact = (char *)test_copy(json, strlen(json));
	jurat_rc rc = image_settings_parse(out, exact, strlen(json), d);

	free(exact);
	return rc;
}

static void
settings_are_read_from_json(void **state)
{
	struct image_settings s, standard;

	(void)state;
	image_settings_default(&standard);
	assert_int_equal(parse(&s, "{}", NULL), JURAT_OK);
	assert_memory_equal(&s, &standard, sizeof s);
	assert_int_equal(parse(&s,
	                     "{\"isv_prod_id\": 65535, \"isv_svn\": 3, \"isv_family_id\": \"000102030405060708090a0b0c0d0e0f\","
	                     "\"isv_ext_prod_id\": \"0F000000000000000000000000000000\", \"date\": \"20261124\", \"sw_defined\": 4294967295,"
	                     "\"debug\": \"forbidden\", \"provision_key\": true, \"einittoken_key\": false, \"exinfo\": true, \"xfrm\": 7,"
	                     "\"num_tcs\": 4, \"stack_pages\": 32, \"heap_pages\": 1, \"ssa_frame_pages\": 2, \"num_ssa\": 3}",
	                     NULL),
	    JURAT_OK);
	assert_int_equal(s.isv_prod_id, 65535);
	assert_int_equal(s.isv_svn, 3);
	assert_int_equal(s.isv_family_id[15], 15);
	assert_int_equal(s.isv_ext_prod_id[0], 15);
	assert_int_equal(s.date_bcd, 0x20261124);
	assert_true(s.sw_defined == UINT32_MAX);
	assert_true(s.attributes.flags == (SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS | SGX_FLAGS_PROVISIONKEY));
	assert_true(s.attribute_mask.flags == UINT64_MAX);
	assert_true(s.attributes.xfrm == 7);
	assert_int_equal(s.miscselect, SGX_MISC_EXINFO);
	assert_int_equal(s.num_tcs * 1000 + s.stack_pages * 100 + s.heap_pages * 10 + s.ssa_frame_pages + s.num_ssa, 7215);
}

static void
debug_has_three_words(void **state)
{
	struct image_settings s;

	(void)state;
	assert_int_equal(parse(&s, "{\"debug\": \"allowed\"}", NULL), JURAT_OK);
	assert_false(s.attributes.flags & SGX_FLAGS_DEBUG);
	assert_false(s.attribute_mask.flags & SGX_FLAGS_DEBUG);
	assert_int_equal(parse(&s, "{\"debug\": \"always\"}", NULL), JURAT_OK);
	assert_true((s.attributes.flags & SGX_FLAGS_DEBUG) != 0 && (s.attribute_mask.flags & SGX_FLAGS_DEBUG) != 0);
	assert_int_equal(parse(&s, "{\"debug\": \"maybe\"}", NULL), JURAT_E_FORMAT);
}

static void
wrong_settings_are_refused_and_change_nothing(void **state)
{
	static const struct {
		const char *json;
		jurat_rc rc;
		const char *field;
	} bad[] = {
		{ "", JURAT_E_TRUNCATED, NULL },
		{ "[]", JURAT_E_FORMAT, NULL },
		{ "{\"isv_svn\": 1, \"isv_svn\": 2}", JURAT_E_DUPLICATE, NULL },
		{ "{\"isv_svm\": 1}", JURAT_E_FORMAT, "settings" },
		{ "{\"isv_svn\": 65536}", JURAT_E_FORMAT, "settings.isv_svn" },
		{ "{\"isv_svn\": -1}", JURAT_E_FORMAT, "settings.isv_svn" },
		{ "{\"isv_svn\": \"1\"}", JURAT_E_FORMAT, "settings.isv_svn" },
		{ "{\"isv_family_id\": \"00\"}", JURAT_E_FORMAT, "settings.isv_family_id" },
		{ "{\"kss\": 1}", JURAT_E_FORMAT, "settings.kss" },
		{ "{\"xfrm\": 2}", JURAT_E_FORMAT, "settings.xfrm" },
		{ "{\"num_tcs\": 65}", JURAT_E_FORMAT, "settings.num_tcs" },
		{ "{\"date\": \"2026112\"}", JURAT_E_FORMAT, "settings.date" },
		{ "{\"date\": \"202611240\"}", JURAT_E_FORMAT, "settings.date" },
		{ "{\"date\": \"2026-1-1\"}", JURAT_E_FORMAT, "settings.date" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct image_settings s, before;
		struct jurat_diag d = { 0 };
		jurat_rc rc;

		memset(&s, 0x5a, sizeof s);
		before = s;
		rc = parse(&s, bad[i].json, &d);
		if (rc != bad[i].rc || (bad[i].field != NULL && strcmp(d.field, bad[i].field) != 0))
			fail_msg("%s: %s at %s", bad[i].json, jurat_rc_name(rc), d.field);
		assert_memory_equal(&s, &before, sizeof s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_file_measures_as_its_layout_says),
		cmocka_unit_test(what_cannot_be_signed_is_refused_by_name),
		cmocka_unit_test(signing_is_reproducible_and_leaves_its_input_alone),
		cmocka_unit_test(sigstruct_says_what_the_settings_say),
		cmocka_unit_test(settings_out_of_range_are_refused_by_name),
		cmocka_unit_test(settings_are_read_from_json),
		cmocka_unit_test(debug_has_three_words),
		cmocka_unit_test(wrong_settings_are_refused_and_change_nothing),
	};

	return cmocka_run_group_tests(tests, make_vectors, remove_vectors);
}
