/* SPDX-License-Identifier: Apache-2.0 */
/* Real quotes with real collateral, and one-change mutations of one of them, against the verdicts of Intel's library. */
#include "support.h"

#include <stdio.h>

#include "appraisal/verdict.h"
#include "host/when.h"
#include "json/json.h"
#include "json/write.h"

#define INDEX_MAX_LEN (64u * 1024u * 1024u)

static struct json_value *
read_json(const char *name)
{
	char *path = corpus_file(name);
	struct json_value *v = NULL;
	size_t len;
	uint8_t *text = test_read(path, &len);

	assert_int_equal(json_parse(&v, (const char *)text, len, INDEX_MAX_LEN, name, NULL), JURAT_OK);
	free(text);
	free(path);
	return v;
}

static uint8_t *
read_below(const char *folder, const char *name, size_t *len)
{
	char *joined = NULL, *path;
	uint8_t *p;

	assert_true(asprintf(&joined, "dcap/%s%s", folder, name) > 0);
	path = corpus_file(joined);
	p = test_read(path, len);
	free(path);
	free(joined);
	return p;
}

static const char *
text_of(const struct json_value *v, const char *key)
{
	const char *text = json_text(json_member(v, key));

	return text != NULL ? text : "";
}

static struct jurat_collateral *
read_collateral(const char *folder, const char *name)
{
	struct jurat_collateral *c = NULL;
	size_t len;
	uint8_t *text = read_below(folder, name, &len);
	jurat_rc rc = jurat_collateral_parse(&c, (const char *)text, len, NULL);

	if (rc != JURAT_OK)
		fail_msg("%s: %s", name, jurat_rc_name(rc));
	free(text);
	return c;
}

/* policy_for: exactly this enclave or TD with exactly this status, debug or not, whatever its attributes and service TD. */
static struct jurat_policy *
policy_for(const struct json_value *row, const char *status)
{
	struct jurat_policy *p = NULL;
	char *text = NULL;
	bool is_td = strcmp(text_of(row, "tee"), "TDX") == 0, has_service = json_member(row, "mr_servicetd") != NULL;

	assert_true(asprintf(&text,
	                "{\"version\":1,\"identities\":[{\"%s\":\"%s\"%s%s%s}],\"tcb_statuses\":[{\"status\":\"%s\"}],"
	                "\"attributes\":[\"MIGRATABLE\",\"PKS\",\"KL\",\"PERFMON\",\"NO_SEPT_VE_DISABLE\"],\"insecure_allow_debug\":true}",
	                is_td ? "mr_td" : "mrenclave", text_of(row, is_td ? "mrtd" : "mrenclave"), has_service ? ",\"mr_servicetd\":\"" : "",
	                text_of(row, "mr_servicetd"), has_service ? "\"" : "", status) > 0);
	assert_int_equal(jurat_policy_parse(&p, text, strlen(text), NULL), JURAT_OK);
	free(text);
	return p;
}

static bool
has_public_signer(const struct json_value *row)
{
	static const char *const signers[] = { "83d719e7", "9affcfae", "ca9ad733" };

	for (size_t i = 0; i < ARRAY_LEN(signers); i++) {
		if (strncmp(text_of(row, "mrsigner"), signers[i], 8) == 0)
			return true;
	}
	return false;
}

/* has_advisories: the same set as Intel's library found; rows that it refused have none to compare. */
static bool
has_advisories(const struct jurat_verdict *v, const struct json_value *expected)
{
	const struct json_value *list = json_member(expected, "advisory_ids");
	size_t num = json_count(list);

	if (strcmp(text_of(expected, "expected"), "REJECT") == 0)
		return true;
	for (size_t i = 0; i < num; i++) {
		size_t k = 0;

		while (k < v->num_advisories && strcmp(v->advisories[k], json_text(json_at(list, i))) != 0)
			k++;
		if (k == v->num_advisories)
			return false;
	}
	return num == v->num_advisories;
}

/* judge_row: one quote with one collateral at its time. */
static bool
judge_row(const struct json_value *row, const struct json_value *expected, const uint8_t *quote, size_t quote_len)
{
	const char *by_key = text_of(expected, "expected_if_root_pinned_by_key"), *found;
	const char *want = *by_key != '\0' ? by_key : text_of(expected, "expected");
	bool must_fail = strcmp(want, "REJECT") == 0, right;
	bool has_no_level = strstr(text_of(expected, "expected_detail"), "TCB_NOT_SUPPORTED") != NULL;
	struct jurat_collateral *c = read_collateral("", text_of(expected, "collateral"));
	struct jurat_policy *p = policy_for(row, must_fail ? "UpToDate" : want);
	const char *at = text_of(expected, "time_iso");
	struct jurat_request request = { .quote = quote, .quote_len = quote_len, .collateral = c, .root = jurat_trust_intel(), .policy = p };
	struct jurat_verdict *v = NULL;

	assert_true(when_parse(&request.at_unix_s, at, strlen(at)));
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	found = jurat_verdict_tcb_status(v);
	if (has_no_level)
		right = strcmp(jurat_verdict_decisive(v)->name, "tcb_level") == 0 && found == NULL;
	else if (must_fail)
		right = jurat_verdict_outcome(v) == JURAT_REFUSED && jurat_verdict_exit_code(v) < 6;
	else if (has_public_signer(row))
		right = strcmp(jurat_verdict_decisive(v)->name, "signer_not_public") == 0 && found != NULL && strcmp(found, want) == 0;
	else
		right = jurat_verdict_outcome(v) == JURAT_ACCEPTED && has_advisories(v, expected) && found != NULL && strcmp(found, want) == 0;
	if (!right)
		print_error("%s with %s: expected %s, got %s (%s)\n", text_of(row, "id"), text_of(expected, "collateral"), want, found,
		    jurat_verdict_decisive(v) != NULL ? jurat_verdict_decisive(v)->name : "accepted");
	jurat_verdict_free(v);
	jurat_policy_free(p);
	jurat_collateral_free(c);
	return right;
}

static void
verify_agrees_with_intel_on_every_real_quote(void **state)
{
	struct json_value *index;
	const struct json_value *rows;
	size_t judged = 0, wrong = 0;

	if (!corpus_or_skip())
		return;
	index = read_json("dcap/INDEX.json");
	rows = json_member(index, "quotes");
	for (size_t i = 0; i < json_count(rows); i++) {
		const struct json_value *row = json_at(rows, i), *verdicts = json_member(row, "verdicts");
		uint8_t *quote;
		size_t len;

		quote = read_below("", text_of(row, "file"), &len);
		for (size_t k = 0; k < json_count(verdicts); k++, judged++)
			wrong += !judge_row(row, json_at(verdicts, k), quote, len);
		free(quote);
	}
	print_message("%zu rows\n", judged);
	assert_true(judged >= 1171);
	assert_int_equal(wrong, 0);
	json_free(index);
}

/*
 * Where we decide otherwise than Intel's library, and why (docs/differences.md). Everything else must be refused or not as Intel's is.
 */
static const struct {
	const char *id;
	const char *check; /* the check that refuses, or NULL: not refused */
} differences[] = {
	{ "sgx_certlen_minus1", "quote_format" },
	{ "sgx_auth_slack", "quote_format" },
	{ "sgx_trailing_16", "quote_padding" },
	{ "sgx_chain_no_root", NULL },
	{ "sgx_c_tcbchain_no_root", NULL },
	{ "sgx_chain_garbage_tail", "pck_chain_format" },
	{ "sgx_chain_garbage_head", "pck_chain_format" },
	{ "sgx_c_tcb_ws", "tcb_info_signature" },
	{ "sgx_c_tcb_trailing_ws", "tcb_info_signature" },
	{ "sgx_c_pckcrl_trailing", "pck_crl" },
	{ "sgx_t_tcbinfo.issueDate_-1", "validity_begun" },
	{ "sgx_t_pckcrl.thisUpdate_+0", "validity_begun" },
	{ "sgx_t_pckcrl.thisUpdate_+1", "validity_begun" },
	{ "tdx_trailing_64k", "quote_padding" },
	{ "tdx_auth_slack", "quote_format" },
	{ "tdx_chain_no_root", NULL },
	{ "tdx_chain_garbage_tail", "pck_chain_format" },
	{ "tdx_c_tcb_ws", "tcb_info_signature" },
	{ "tdx_c_tcb_trailing_ws", "tcb_info_signature" },
	{ "tdx_c_tcb_unicode_esc", "tcb_info_signature" },
	{ "tdx_c_pckcrl_trailing", "pck_crl" },
	{ "tdx_t_qeid.issueDate_-1", "validity_begun" },
	{ "tdx_t_tcbinfo.issueDate_-1", "validity_begun" },
	{ "tdx_t_tcbinfo.issueDate_+0", "validity_begun" },
	{ "tdx_t_tcbinfo.issueDate_+1", "validity_begun" },
	{ "tdx_t_pckcrl.thisUpdate_+0", "validity_begun" },
	{ "tdx_t_pckcrl.thisUpdate_+1", "validity_begun" },
};

static bool
is_right(const struct json_value *row, const struct jurat_verdict *v)
{
	const struct jurat_check *decisive = jurat_verdict_decisive(v);
	const char *id = text_of(row, "id");
	bool refused = decisive != NULL && strcmp(decisive->name, "policy") != 0;

	for (size_t i = 0; i < ARRAY_LEN(differences); i++) {
		if (strcmp(differences[i].id, id) == 0)
			return differences[i].check == NULL ? !refused : refused && strcmp(decisive->name, differences[i].check) == 0;
	}
	return refused == (strcmp(text_of(row, "expected_intel"), "REJECT") == 0);
}

static bool
judge_mutation(const struct json_value *row)
{
	size_t len;
	uint8_t *file = read_below("mutations/", text_of(row, "quote"), &len), *quote = test_copy(file, len);
	struct jurat_collateral *c = read_collateral("mutations/", text_of(row, "collateral"));
	struct jurat_request request = { .quote = quote, .quote_len = len, .collateral = c, .root = jurat_trust_intel() };
	struct jurat_verdict *v = NULL;
	bool right;

	assert_int_equal(json_get_integer(row, "time", INT64_MIN, INT64_MAX, &request.at_unix_s, NULL), JURAT_OK);
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	right = is_right(row, v);
	if (!right)
		print_error("%s: Intel says %s, we say %s\n", text_of(row, "id"), text_of(row, "expected_intel"),
		    jurat_verdict_decisive(v) != NULL ? jurat_verdict_decisive(v)->name : "nothing");
	jurat_verdict_free(v);
	jurat_collateral_free(c);
	free(quote);
	free(file);
	return right;
}

static void
verify_refuses_mutations_as_intel_does_or_as_our_table_says(void **state)
{
	struct json_value *index;
	const struct json_value *rows;
	size_t judged = 0, wrong = 0;

	if (!corpus_or_skip())
		return;
	index = read_json("dcap/mutations/MUTATIONS.json");
	rows = json_member(index, "rows");
	for (size_t i = 0; i < json_count(rows); i++) {
		wrong += !judge_mutation(json_at(rows, i));
		judged++;
	}
	print_message("%zu mutations\n", judged);
	assert_true(judged >= 226);
	assert_int_equal(wrong, 0);
	json_free(index);
}

/*
 * Quotes of other roots, of no root, altered ones, and files that are none: refused, each by a check that fits what the index says of it. None has
 * collateral, so what is looked for is the earliest thing that is wrong with the quote itself.
 */
static const struct {
	const char *genuine; /* how the index's word begins */
	const char *checks[6];
} other_kinds[] = {
	{ "genuine", { NULL } },
	{ "non-intel-root", { "pck_chain_root", "pck_chain_roles", "pck_chain_format", NULL } },
	{ "tampered", { "quote_signature", "qe_report_signature", "pck_chain_format", NULL } }, /* one lacks a dash of its PEM */
	{ "no-pck-cert", { "certification_data", NULL } },
	{ "invalid", { "pck_chain_format", "pck_chain_roles", "pck_chain_signatures", "qe_report_signature", "quote_format", NULL } },
	{ "parse-error", { "quote_format", "pck_chain_format", NULL } },
};

static bool
is_failed(const struct jurat_verdict *v, const char *name)
{
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++) {
		const struct jurat_check *c = jurat_verdict_check_at(v, i);

		if (strcmp(c->name, name) == 0)
			return c->result == JURAT_CHECK_FAILED;
	}
	return false;
}

static bool
judge_other(const struct json_value *row)
{
	const char *kind = text_of(row, "genuine");
	struct jurat_request request = { .root = jurat_trust_intel(), .at_unix_s = 1750377600 };
	struct jurat_verdict *v = NULL;
	bool right = false;
	uint8_t *quote = read_below("", text_of(row, "file"), &request.quote_len);

	request.quote = quote;
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(other_kinds); i++) {
		if (strncmp(kind, other_kinds[i].genuine, strlen(other_kinds[i].genuine)) != 0)
			continue;
		for (size_t k = 0; other_kinds[i].checks[k] != NULL; k++)
			right = right || is_failed(v, other_kinds[i].checks[k]);
	}
	right = right && jurat_verdict_outcome(v) == JURAT_REFUSED && jurat_verdict_tcb_status(v) == NULL;
	if (!right)
		print_error("%s (%s): %s\n", text_of(row, "id"), kind, jurat_verdict_decisive(v)->name);
	jurat_verdict_free(v);
	free(quote);
	return right;
}

static void
verify_refuses_every_quote_that_is_not_genuine(void **state)
{
	struct json_value *index;
	const struct json_value *rows;
	size_t wrong = 0;

	if (!corpus_or_skip())
		return;
	index = read_json("dcap/INDEX_OTHER.json");
	rows = json_member(index, "quotes");
	assert_true(json_count(rows) >= 34);
	for (size_t i = 0; i < json_count(rows); i++)
		wrong += !judge_other(json_at(rows, i));
	assert_int_equal(wrong, 0);
	json_free(index);
}

/* with_chain: collateral of some real quote, and a PCK chain beside it: the leaf of a file and the CAs of that quote's own chain. */
static struct jurat_collateral *
with_chain(const char *bundle, const char *leaf, const char *chain)
{
	CLEANUP(json_clear) struct json_value *document = NULL;
	struct jurat_collateral *c = NULL;
	struct json_out o;
	char *text = NULL, *whole = NULL;
	size_t len;
	uint8_t *file = read_below("", bundle, &len);
	static const char *const names[] = { "pck_crl_issuer_chain", "root_ca_crl", "pck_crl", "tcb_info_issuer_chain", "tcb_info",
		"tcb_info_signature", "qe_identity_issuer_chain", "qe_identity", "qe_identity_signature" };

	assert_int_equal(json_parse(&document, (const char *)file, len, JURAT_COLLATERAL_MAX_LEN, "c", NULL), JURAT_OK);
	assert_true(asprintf(&whole, "%s%s", leaf, chain) > 0);
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_out_string(&o, names[i], text_of(document, names[i]));
	json_out_string(&o, "pck_certificate_chain", whole);
	json_out_end(&o, '}');
	assert_int_equal(json_out_finish(&o, &text), JURAT_OK);
	assert_int_equal(jurat_collateral_parse(&c, text, strlen(text), NULL), JURAT_OK);
	free(text);
	free(whole);
	free(file);
	return c;
}

/* A real quote of type 3 and its PCK certificate, found by its signature: what the quote names and what the certificate says are the same. */
static void
verify_takes_a_real_pck_certificate_beside_a_quote_with_an_encrypted_ppid(void **state)
{
	static const char *const passed[] = { "certification_data", "pck_chain_format", "pck_matches", "qe_report_signature", "quote_signature",
		"qe_report_binding" };
	struct jurat_request request = { .root = jurat_trust_intel(), .at_unix_s = 1651307273 };
	struct jurat_collateral *c;
	struct jurat_verdict *v = NULL;
	struct quote donor;
	size_t leaf_len, donor_len;
	uint8_t *quote, *leaf, *other;
	char *chain;

	if (!corpus_or_skip())
		return;
	quote = read_below("", "quotes_other/sgx3-none-c50cdd01ef.bin", &request.quote_len);
	leaf = read_below("", "standalone/certs/pck/00706a100000_606d791ba601732f7a7150ddbeac9e2494c6e16e.pem", &leaf_len);
	other = read_below("", "quotes/sgx3-00906ea10000-403a3daffa.bin", &donor_len);
	assert_int_equal(quote_parse(&donor, other, donor_len, NULL), JURAT_OK);
	chain = strstr((const char *)donor.cert_data.p, "-----END CERTIFICATE-----");
	assert_non_null(chain);
	chain = strndup(strstr(chain, "-----BEGIN"), donor.cert_data.len);
	assert_non_null(chain);
	c = with_chain("collateral/sgxv2_00906ea10000_processor_2022-04-30_57d3c051.json", (const char *)leaf, chain);
	request.quote = quote;
	request.collateral = c;
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++) {
		const struct jurat_check *check = jurat_verdict_check_at(v, i);

		for (size_t k = 0; k < ARRAY_LEN(passed); k++) {
			if (strcmp(check->name, passed[k]) == 0 && check->result != JURAT_CHECK_PASSED)
				fail_msg("%s: %s", check->name, check->found);
		}
	}
	assert_true(is_failed(v, "tcb_info_matches")); /* another platform's */
	jurat_verdict_free(v);
	jurat_collateral_free(c);
	free(chain);
	free(other);
	free(leaf);
	free(quote);
}

struct damage {
	struct jurat_collateral *collateral;
	int64_t at;
};

static bool
is_undamaged(void *ctx, const uint8_t *p, size_t len)
{
	struct damage *damage = ctx;
	struct jurat_request request = { .quote = p, .quote_len = len, .collateral = damage->collateral, .root = jurat_trust_intel(),
		.at_unix_s = damage->at };
	struct jurat_verdict *v = NULL;
	bool passed;

	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	passed = jurat_verdict_outcome(v) == JURAT_UNDECIDED;
	jurat_verdict_free(v);
	return passed;
}

/* Nothing in a quote is free but s → n-s, which is no single bit, and the PEM form of the pinned root's certificate. */
static void
refuses_flips_and_cuts(const char *name, size_t chain_off)
{
	struct damage damage;
	char quote_name[64], collateral_name[64];
	size_t len;
	uint8_t *quote;

	snprintf(quote_name, sizeof quote_name, "%s_base.bin", name);
	snprintf(collateral_name, sizeof collateral_name, "%s_base.json", name);
	quote = read_below("mutations/", quote_name, &len);
	damage = (struct damage){ read_collateral("mutations/", collateral_name), 1750377600 };
	assert_true(is_undamaged(&damage, quote, len));
	for (size_t n = 0; n < len; n += n < chain_off ? 1 : 97) {
		uint8_t *cut = test_copy(quote, n);

		assert_false(is_undamaged(&damage, cut, n));
		free(cut);
	}
	for (size_t i = 0; i < chain_off; i++) {
		uint8_t *bad = test_copy(quote, len);

		bad[i] = (uint8_t)(bad[i] ^ (1u << (i % 8)));
		if (is_undamaged(&damage, bad, len))
			fail_msg("accepted a flip in byte %zu", i);
		free(bad);
	}
	jurat_collateral_free(damage.collateral);
	free(quote);
}

static void
verify_refuses_every_bit_flip_before_the_chain_and_every_truncation_of_real_quotes(void **state)
{
	if (!corpus_or_skip())
		return;
	refuses_flips_and_cuts("sgx", 432 + 4 + 64 + 64 + 384 + 64 + 2 + 32 + 2 + 4);
	refuses_flips_and_cuts("tdx", 632 + 4 + 64 + 64 + 6 + 384 + 64 + 2 + 32 + 2 + 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify_agrees_with_intel_on_every_real_quote),
		cmocka_unit_test(verify_refuses_mutations_as_intel_does_or_as_our_table_says),
		cmocka_unit_test(verify_refuses_every_quote_that_is_not_genuine),
		cmocka_unit_test(verify_takes_a_real_pck_certificate_beside_a_quote_with_an_encrypted_ppid),
		cmocka_unit_test(verify_refuses_every_bit_flip_before_the_chain_and_every_truncation_of_real_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
