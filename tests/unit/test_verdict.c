/* SPDX-License-Identifier: Apache-2.0 */
/* What a verdict says beside its checks: the parts of the TCB, what is to be updated, stains, and when what it stands on ends. */
#include "support.h"

#include <stdio.h>

#include "appraisal/verdict.h"
#include "core/bytes.h"

#define AT 1780315200 /* 2026-06-01T12:00:00Z, when the seeds' world is valid */

static uint8_t *
seed(const char *name, size_t *len)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL;
	uint8_t *p;

	assert_true(asprintf(&path, "%s/fuzz/seeds/%s", source != NULL ? source : ".", name) > 0);
	p = test_read(path, len);
	free(path);
	return p;
}

/* judged: the verdict on a seed of fuzz/verify, whose collateral is gone when it is asked. */
static struct jurat_verdict *
judged(const char *name)
{
	size_t len, trust_len;
	uint8_t *whole = seed(name, &len), *text = seed("trust/private", &trust_len);
	struct jurat_collateral *c = NULL;
	struct jurat_trust *root = NULL;
	struct jurat_verdict *v = NULL;
	struct reader r, quote;

	reader_init(&r, whole, len);
	quote = reader_sub(&r, reader_u32le(&r));
	assert_int_equal(jurat_collateral_parse(&c, (const char *)r.at, r.left, NULL), JURAT_OK);
	assert_int_equal(jurat_trust_parse(&root, (const char *)text, trust_len, NULL), JURAT_OK);
	assert_int_equal(jurat_verify(&v,
	                     &(struct jurat_request){ .quote = quote.at, .quote_len = quote.left, .collateral = c, .root = root, .at_unix_s = AT }, NULL),
	    JURAT_OK);
	jurat_collateral_free(c);
	jurat_trust_free(root);
	free(text);
	free(whole);
	return v;
}

static const struct jurat_tcb_part *
part_named(const struct jurat_verdict *v, const char *name)
{
	for (size_t i = 0; i < jurat_verdict_num_tcb_parts(v); i++) {
		if (strcmp(jurat_verdict_tcb_part_at(v, i)->name, name) == 0)
			return jurat_verdict_tcb_part_at(v, i);
	}
	return NULL;
}

static void
an_enclave_has_sixteen_components_a_pce_and_a_quoting_enclave(void **state)
{
	struct jurat_verdict *v = judged("verify/genuine");

	assert_int_equal(jurat_verdict_num_tcb_parts(v), 18);
	assert_string_equal(jurat_verdict_best_tcb_status(v), "UpToDate");
	assert_non_null(part_named(v, "sgx_component_1"));
	assert_non_null(part_named(v, "sgx_component_16"));
	assert_int_equal(part_named(v, "sgx_component_6")->needs, 128); /* the generator's: tests/vectors/dcap_world.py */
	assert_int_equal(part_named(v, "pce_svn")->needs, 11);
	assert_int_equal(part_named(v, "qe_isv_svn")->needs, 8);
	assert_null(part_named(v, "tdx_component_3"));
	assert_int_equal(verdict_num_short(v), 0);
	for (size_t i = 0; i < 18; i++)
		assert_string_equal(jurat_verdict_tcb_part_at(v, i)->update, "");
	assert_null(jurat_verdict_tcb_part_at(v, 18));
	jurat_verdict_free(v);
}

static void
a_td_has_fourteen_components_more_and_its_module(void **state)
{
	struct jurat_verdict *v = judged("verify/genuine_td15");

	assert_int_equal(jurat_verdict_num_tcb_parts(v), 33);
	assert_null(part_named(v, "tdx_component_1"));
	assert_null(part_named(v, "tdx_component_2"));
	assert_int_equal(part_named(v, "tdx_component_3")->needs, 4);
	assert_non_null(part_named(v, "tdx_module_isv_svn"));
	assert_int_equal(part_named(v, "tdx_module_isv_svn")->needs, 6);
	jurat_verdict_free(v);
}

static void
what_ends_first_is_named_with_its_last_second(void **state)
{
	struct jurat_verdict *v = judged("verify/genuine");

	assert_true(jurat_verdict_valid_until(v) == 1781395200); /* 2026-06-14T00:00:00Z */
	assert_string_equal(jurat_verdict_first_to_end(v), "root_crl");
	jurat_verdict_free(v);
}

static void
a_private_root_is_a_stain(void **state)
{
	struct jurat_verdict *v = judged("verify/genuine");

	assert_int_equal(jurat_verdict_num_stains(v), 1);
	assert_string_equal(jurat_verdict_stain_at(v, 0), "private_root");
	assert_null(jurat_verdict_stain_at(v, 1));
	jurat_verdict_free(v);
}

/* TCB info of real platforms says who updates what; a plain ASCII word of at most 31 bytes is taken, anything else says nothing. */
static void
components_say_what_must_be_updated(void **state)
{
	static const char first[] = "{\"svn\":5}", words[] = "{\"svn\":5,\"category\":\"OS/VMM\",\"type\":\"TXT SINIT\"}";
	static const char strange[] = "{\"svn\":5,\"category\":\"\\u00dcber\",\"type\":\"0123456789012345678901234567890x\"}";
	struct tcb_info info = { 0 };
	size_t len;
	uint8_t *p = seed("tcb_info/v3", &len);
	char *text = strndup((const char *)p, len), *changed = NULL, *at = strstr(text, first);

	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s,%s%s", (int)(at - text), text, words, strange, strchr(at + sizeof first, '}') + 1) > 0);
	assert_int_equal(tcb_info_parse(&info, changed, strlen(changed), NULL), JURAT_OK);
	assert_string_equal(info.words[0].category, "OS/VMM");
	assert_string_equal(info.words[0].type, "TXT SINIT");
	assert_string_equal(info.words[1].category, "");
	assert_string_equal(info.words[1].type, "");
	tcb_info_clear(&info);
	free(changed);
	free(text);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_enclave_has_sixteen_components_a_pce_and_a_quoting_enclave),
		cmocka_unit_test(a_td_has_fourteen_components_more_and_its_module),
		cmocka_unit_test(what_ends_first_is_named_with_its_last_second),
		cmocka_unit_test(a_private_root_is_a_stain),
		cmocka_unit_test(components_say_what_must_be_updated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
