/* SPDX-License-Identifier: Apache-2.0 */
/* The v3 quote: layout, lengths, and every quote of the corpus. */
#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "sgx/quote.h"

enum { QE_AUTH_LEN = 32, CERT_LEN = 50, WHOLE_LEN = 432 + 4 + 584 + QE_AUTH_LEN + CERT_LEN };

static const uint8_t fill[QUOTE_CERT_DATA_MAX_LEN + 1] = "certification data";

static struct quote
make_quote(void)
{
	struct quote q = { .header = { .version = 3, .att_key_type = QUOTE_ATT_KEY_ECDSA_P256, .qe_svn = 0x1122, .pce_svn = 0x3344 } };

	memcpy(q.header.qe_vendor_id, quote_vendor_intel, 16);
	memset(q.header.user_data, 0x21, sizeof q.header.user_data);
	memset(q.body.mrenclave, 0x31, 32);
	memset(q.signature.r, 0x41, 32);
	memset(q.signature.s, 0x42, 32);
	memset(q.attestation_key.x, 0x43, 32);
	memset(q.attestation_key.y, 0x44, 32);
	memset(q.qe_report.mrsigner, 0x51, 32);
	memset(q.qe_report_signature.r, 0x61, 32);
	memset(q.qe_report_signature.s, 0x62, 32);
	q.qe_auth_data = (struct quote_span){ .p = fill, .len = QE_AUTH_LEN };
	q.cert_type = QUOTE_CERT_PCK_CHAIN;
	q.cert_data = (struct quote_span){ .p = fill, .len = CERT_LEN };
	return q;
}

static uint8_t *
make_bytes(size_t *len)
{
	struct quote q = make_quote();
	uint8_t *p = malloc(QUOTE_MAX_LEN);

	assert_non_null(p);
	assert_int_equal(quote_encode(p, QUOTE_MAX_LEN, len, &q, NULL), JURAT_OK);
	p = realloc(p, *len);
	assert_non_null(p);
	return p;
}

static void
quote_fields_stand_at_intels_offsets(void **state)
{
	uint8_t *p, head[QUOTE_SIGNED_V3_LEN];
	struct quote q;
	size_t len;

	(void)state;
	p = make_bytes(&len);
	assert_int_equal(len, WHOLE_LEN);
	assert_int_equal(load16le(p), 3);
	assert_int_equal(load16le(p + 8), 0x1122);
	assert_int_equal(load16le(p + 10), 0x3344);
	assert_int_equal(load32le(p + 432), 584 + QE_AUTH_LEN + CERT_LEN);
	assert_int_equal(p[436], 0x41);
	assert_int_equal(p[436 + 32], 0x42);
	assert_int_equal(p[500], 0x43);
	assert_int_equal(p[532], 0x44);
	assert_int_equal(p[564 + 128], 0x51);
	assert_int_equal(p[948], 0x61);
	assert_int_equal(load16le(p + 1012), QE_AUTH_LEN);
	assert_int_equal(load16le(p + 1014 + QE_AUTH_LEN), QUOTE_CERT_PCK_CHAIN);
	assert_int_equal(load32le(p + 1016 + QE_AUTH_LEN), CERT_LEN);
	assert_int_equal(quote_parse(&q, p, len, NULL), JURAT_OK);
	assert_ptr_equal(q.signed_bytes.p, p);
	assert_int_equal(q.signed_bytes.len, 432);
	assert_ptr_equal(q.qe_report_bytes.p, p + 564);
	assert_int_equal(q.qe_report_bytes.off, 564);
	assert_int_equal(q.cert_data.off, 1020 + QE_AUTH_LEN);
	assert_memory_equal(q.cert_data.p, fill, CERT_LEN);
	quote_encode_head(head, &q.header, &q.body);
	assert_memory_equal(head, p, sizeof head);
	free(p);
}

static bool
try_quote(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t *back = malloc(QUOTE_MAX_LEN);
	size_t back_len;
	struct quote q;
	bool ok;

	(void)ctx;
	assert_non_null(back);
	ok = quote_parse(&q, p, len, NULL) == JURAT_OK && q.trailing_len == 0;
	if (ok) {
		assert_int_equal(quote_encode(back, QUOTE_MAX_LEN, &back_len, &q, NULL), JURAT_OK);
		assert_int_equal(back_len, len);
		assert_memory_equal(back, p, len);
	}
	free(back);
	return ok;
}

/* A flip may pass where the form does not decide: everything but version, key type, reserved bytes and lengths. */
static bool
quote_flip_may_pass(size_t i)
{
	bool length = (i >= 432 && i < 436) || i == 1012 || i == 1013 || (i >= 1016 + QE_AUTH_LEN && i < 1020 + QE_AUTH_LEN);
	size_t b = i >= 564 && i < 948 ? i - 564 : i >= 48 && i < 432 ? i - 48 : SIZE_MAX;
	bool reserved = (b >= 21 && b < 32) || (b >= 96 && b < 128) || (b >= 160 && b < 192) || (b >= 262 && b < 304);

	return i >= 8 && !length && !(b != SIZE_MAX && reserved);
}

static void
quote_refuses_every_truncation_and_wrong_length(void **state)
{
	uint8_t *p;
	size_t len;

	(void)state;
	p = make_bytes(&len);
	each_damage(p, len, try_quote, NULL, quote_flip_may_pass);
	free(p);
}

static void
quote_counts_bytes_after_the_end_and_refuses_slack_inside(void **state)
{
	struct jurat_diag d = { 0 };
	uint8_t *p, *longer;
	struct quote q;
	size_t len;

	(void)state;
	p = make_bytes(&len);
	longer = realloc(p, len + 16);
	assert_non_null(longer);
	memset(longer + len, 0, 16);
	assert_int_equal(quote_parse(&q, longer, len + 16, NULL), JURAT_OK);
	assert_int_equal(q.trailing_len, 16);
	store32le(longer + 432, 584 + QE_AUTH_LEN + CERT_LEN + 16);
	assert_int_equal(quote_parse(&q, longer, len + 16, &d), JURAT_E_TRAILING);
	assert_string_equal(d.field, "quote.cert_data");
	free(longer);
}

static void
quote_names_version_key_type_and_limits(void **state)
{
	static const struct {
		size_t off;
		uint16_t value;
		jurat_rc rc;
		const char *field;
	} bad[] = {
		{ 0, 0, JURAT_E_VERSION, "quote.header.version" },
		{ 0, 4, JURAT_E_VERSION, "quote.header.version" },
		{ 2, 3, JURAT_E_UNSUPPORTED, "quote.header.att_key_type" },
		{ 2, 0, JURAT_E_FORMAT, "quote.header.att_key_type" },
		{ 4, 0x81, JURAT_E_FORMAT, "quote.header.reserved" },
		{ 434, 0xffff, JURAT_E_TRUNCATED, "quote.auth_data" },
		{ 1012, 1025, JURAT_E_TOO_LARGE, "quote.qe_auth_data" },
		{ 1018 + QE_AUTH_LEN, 1, JURAT_E_TOO_LARGE, "quote.cert_data" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct jurat_diag d = { 0 };
		struct quote q, before;
		size_t len;
		uint8_t *p = make_bytes(&len);

		memset(&before, 0x77, sizeof before);
		q = before;
		p[bad[i].off] = (uint8_t)bad[i].value;
		p[bad[i].off + 1] = (uint8_t)(bad[i].value >> 8);
		assert_int_equal(quote_parse(&q, p, len, &d), bad[i].rc);
		assert_string_equal(d.field, bad[i].field);
		assert_memory_equal(&q, &before, sizeof q);
		free(p);
	}
}

static void
quote_encoder_refuses_what_the_parser_would(void **state)
{
	static uint8_t out[QUOTE_MAX_LEN];
	struct quote q = make_quote();
	size_t len = 7;

	(void)state;
	assert_int_equal(quote_encode(out, WHOLE_LEN - 1, &len, &q, NULL), JURAT_E_TOO_LARGE);
	q.qe_auth_data.len = QUOTE_QE_AUTH_MAX_LEN + 1;
	assert_int_equal(quote_encode(out, sizeof out, &len, &q, NULL), JURAT_E_TOO_LARGE);
	q = make_quote();
	q.cert_data.len = QUOTE_CERT_DATA_MAX_LEN + 1;
	assert_int_equal(quote_encode(out, sizeof out, &len, &q, NULL), JURAT_E_TOO_LARGE);
	q = make_quote();
	q.header.version = 4;
	assert_int_equal(quote_encode(out, sizeof out, &len, &q, NULL), JURAT_E_VERSION);
	assert_int_equal(len, 7);
}

/* real_quotes: v3 parses whole, round trips and carries the binding of its key; other versions are refused by version. */
static void
real_quotes(const char *folder, size_t *num_v3, size_t *num_other)
{
	char *dir_path = corpus_file(folder);
	DIR *dir = opendir(dir_path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		struct quote q;
		char path[4096];
		uint8_t *p, binding[32];
		size_t len;

		if (strstr(e->d_name, ".bin") == NULL)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir_path, e->d_name);
		p = test_read(path, &len);
		if (load16le(p) != 3) {
			assert_int_equal(quote_parse(&q, p, len, NULL), JURAT_E_VERSION);
			++*num_other;
		} else {
			if (!try_quote(NULL, p, len))
				fail_msg("%s does not parse", e->d_name);
			assert_int_equal(quote_parse(&q, p, len, NULL), JURAT_OK);
			quote_qe_binding(binding, &q.attestation_key, q.qe_auth_data.p, q.qe_auth_data.len);
			assert_memory_equal(binding, q.qe_report.report_data, 32);
			assert_memory_equal(q.header.qe_vendor_id, quote_vendor_intel, 16);
			++*num_v3;
		}
		free(p);
	}
	closedir(dir);
	free(dir_path);
}

static void
every_real_v3_quote_parses_and_others_are_refused_by_version(void **state)
{
	size_t num_v3 = 0, num_other = 0;

	(void)state;
	if (!corpus_or_skip())
		skip();
	real_quotes("dcap/quotes", &num_v3, &num_other);
	assert_in_range(num_v3, 172, SIZE_MAX);
	assert_in_range(num_other, 217, SIZE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quote_fields_stand_at_intels_offsets),
		cmocka_unit_test(quote_refuses_every_truncation_and_wrong_length),
		cmocka_unit_test(quote_counts_bytes_after_the_end_and_refuses_slack_inside),
		cmocka_unit_test(quote_names_version_key_type_and_limits),
		cmocka_unit_test(quote_encoder_refuses_what_the_parser_would),
		cmocka_unit_test(every_real_v3_quote_parses_and_others_are_refused_by_version),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
