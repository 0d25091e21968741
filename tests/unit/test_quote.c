/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes of versions 3 to 5: layout, lengths, and every quote of the corpus. */
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
		{ 0, 2, JURAT_E_VERSION, "quote.header.version" },
		{ 0, 6, JURAT_E_VERSION, "quote.header.version" },
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
	q.header.version = 6;
	assert_int_equal(quote_encode(out, sizeof out, &len, &q, NULL), JURAT_E_VERSION);
	q.header.version = 5; /* without a body type */
	assert_int_equal(quote_encode(out, sizeof out, &len, &q, NULL), JURAT_E_FORMAT);
	q.header.tee_type = QUOTE_TEE_TDX;
	q.body_type = TD_REPORT_15; /* but the report is none */
	assert_int_equal(quote_encode(out, sizeof out, &len, &q, NULL), JURAT_E_FORMAT);
	assert_int_equal(len, 7);
}

/* The five shapes of versions 4 and 5. */
static const struct shape {
	uint16_t version;
	uint32_t tee;
	unsigned body_type;
	size_t body_off, body_len;
} shapes[] = {
	{ 4, QUOTE_TEE_SGX, QUOTE_BODY_SGX, 48, 384 },
	{ 4, QUOTE_TEE_TDX, TD_REPORT_10, 48, 584 },
	{ 5, QUOTE_TEE_SGX, QUOTE_BODY_SGX, 54, 384 },
	{ 5, QUOTE_TEE_TDX, TD_REPORT_10, 54, 584 },
	{ 5, QUOTE_TEE_TDX, TD_REPORT_15, 54, 648 },
	{ 5, QUOTE_TEE_TDX, TD_REPORT_15_EX, 54, 885 },
};

static uint8_t *
make_shape(const struct shape *s, size_t *len)
{
	struct quote q = make_quote();
	uint8_t *p = malloc(QUOTE_MAX_LEN);

	assert_non_null(p);
	q.header.version = s->version;
	q.header.tee_type = s->tee;
	q.body_type = s->body_type;
	q.td.kind = (enum td_report_kind)s->body_type;
	memset(q.td.report_data, 0x71, sizeof q.td.report_data);
	assert_int_equal(quote_encode(p, QUOTE_MAX_LEN, len, &q, NULL), JURAT_OK);
	p = realloc(p, *len);
	assert_non_null(p);
	return p;
}

static void
versions_4_and_5_wrap_the_qe_in_certification_data_of_type_6(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct shape *s = &shapes[i];
		size_t len, auth = s->body_off + s->body_len, signed_len;
		uint8_t *p = make_shape(s, &len), head[QUOTE_SIGNED_MAX_LEN];
		struct quote q;

		assert_int_equal(len, auth + 4 + 128 + 6 + 384 + 64 + 2 + QE_AUTH_LEN + 6 + CERT_LEN);
		assert_int_equal(load32le(p + 4), s->tee);
		if (s->version == 5) {
			assert_int_equal(load16le(p + 48), s->body_type);
			assert_int_equal(load32le(p + 50), s->body_len);
		}
		assert_int_equal(load32le(p + auth), len - auth - 4);
		assert_int_equal(load16le(p + auth + 132), QUOTE_CERT_QE_REPORT);
		assert_int_equal(load32le(p + auth + 134), len - auth - 138);
		assert_int_equal(quote_parse(&q, p, len, NULL), JURAT_OK);
		assert_int_equal(q.body_type, s->body_type);
		assert_ptr_equal(q.signed_bytes.p, p);
		assert_int_equal(q.signed_bytes.len, auth);
		assert_ptr_equal(q.qe_report_bytes.p, p + auth + 138);
		assert_int_equal(q.cert_type, QUOTE_CERT_PCK_CHAIN);
		assert_memory_equal(q.cert_data.p, fill, CERT_LEN);
		assert_int_equal(quote_report_data(&q)[0], s->body_type == QUOTE_BODY_SGX ? 0 : 0x71);
		assert_int_equal(quote_encode_signed(head, sizeof head, &signed_len, &q, NULL), JURAT_OK);
		assert_int_equal(signed_len, auth);
		assert_memory_equal(head, p, auth);
		assert_int_equal(quote_encode_signed(head, auth - 1, &signed_len, &q, NULL), JURAT_E_TOO_LARGE);
		free(p);
	}
}

static const struct shape *damaged; /* each_damage's last argument is a function of the byte alone */

/* Version 4 and TEE 0 or TDX differ in more than a bit; a flip of the version makes 5 of 4 and then the lengths are wrong. */
static bool
shape_flip_may_pass(size_t i)
{
	size_t auth = damaged->body_off + damaged->body_len, qe = auth + 138, tail = qe + 448, b = SIZE_MAX;

	if (i < 8 || (damaged->version == 5 && i >= 48 && i < 54))
		return false;
	if ((i >= auth && i < auth + 4) || (i >= auth + 132 && i < auth + 138))
		return false;
	if ((i >= tail && i < tail + 2) || (i >= tail + 4 + QE_AUTH_LEN && i < tail + 8 + QE_AUTH_LEN))
		return false;
	if (i >= qe && i < qe + 384)
		b = i - qe;
	else if (damaged->body_type == QUOTE_BODY_SGX && i >= damaged->body_off && i < auth)
		b = i - damaged->body_off;
	return b == SIZE_MAX || !((b >= 21 && b < 32) || (b >= 96 && b < 128) || (b >= 160 && b < 192) || (b >= 262 && b < 304));
}

static void
versions_4_and_5_survive_every_damage(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t len;
		uint8_t *p = make_shape(&shapes[i], &len);

		damaged = &shapes[i];
		each_damage(p, len, try_quote, NULL, shape_flip_may_pass);
		free(p);
	}
}

/* refused: what the parser says when one field has another value. */
static void
refused(const struct shape *s, size_t off, uint32_t value, size_t width, jurat_rc rc, const char *field)
{
	struct jurat_diag d = { 0 };
	struct quote q;
	size_t len;
	uint8_t *p = make_shape(s, &len), bytes[4];

	store32le(bytes, value);
	memcpy(p + off, bytes, width);
	assert_int_equal(quote_parse(&q, p, len, &d), rc);
	assert_string_equal(d.field, field);
	free(p);
}

static void
versions_4_and_5_name_what_does_not_fit(void **state)
{
	const struct shape *sgx4 = &shapes[0], *td4 = &shapes[1], *sgx5 = &shapes[2], *td5 = &shapes[4];
	size_t auth = td4->body_off + td4->body_len;

	refused(sgx4, 4, 1, 4, JURAT_E_FORMAT, "quote.header.tee_type");
	refused(td4, 2, 3, 2, JURAT_E_UNSUPPORTED, "quote.header.att_key_type");
	refused(td4, auth + 132, 5, 2, JURAT_E_FORMAT, "quote.outer_cert_type");
	refused(td4, auth + 134, 0xffffffff, 4, JURAT_E_TRUNCATED, "quote.outer_cert_data");
	refused(td4, auth + 134, 460 + QE_AUTH_LEN + CERT_LEN - 6, 4, JURAT_E_TRAILING, "quote.outer_cert_data");
	for (uint32_t type = 0; type < 6; type++) {
		if (type != 1)
			refused(sgx5, 48, type, 2, JURAT_E_FORMAT, "quote.body_type");
		if (type == 2 || type == 4)
			refused(td5, 48, type, 2, JURAT_E_FORMAT, "quote.body_size");
		else if (type != 3)
			refused(td5, 48, type, 2, JURAT_E_FORMAT, "quote.body_type");
	}
	refused(td5, 50, 647, 4, JURAT_E_FORMAT, "quote.body_size");
	refused(td5, 50, 0xffffffff, 4, JURAT_E_FORMAT, "quote.body_size");
	refused(sgx5, 50, 383, 4, JURAT_E_FORMAT, "quote.body_size");
}

static void
ppid_data_has_exactly_its_length(void **state)
{
	static const size_t ppid_len[] = { 0, 16, 256, 384 };
	struct quote q = { 0 };
	struct quote_ppid_data data;

	for (unsigned type = 0; type < 8; type++) {
		size_t len = type >= 1 && type <= 3 ? ppid_len[type] + 20 : 36;
		uint8_t *p = test_copy(fill, len);

		memset(p, 0, len);
		memset(p + len - 20, 0x81, 16);
		p[len - 4] = 0x0d;
		p[len - 1] = 0x07;
		q.cert_type = (uint16_t)type;
		q.cert_data = (struct quote_span){ .p = p, .len = len, .off = 100 };
		if (type >= 1 && type <= 3) {
			assert_int_equal(quote_ppid_data_parse(&data, &q, NULL), JURAT_OK);
			assert_int_equal(data.ppid.len, ppid_len[type]);
			assert_int_equal(data.ppid.off, 100);
			assert_int_equal(data.cpusvn[15], 0x81);
			assert_int_equal(data.pce_svn, 0x0d);
			assert_int_equal(data.pce_id[1], 0x07);
			q.cert_data.len--;
			assert_int_equal(quote_ppid_data_parse(&data, &q, NULL), JURAT_E_TRUNCATED);
			q.cert_data = (struct quote_span){ .p = fill, .len = len + 1 };
			assert_int_equal(quote_ppid_data_parse(&data, &q, NULL), JURAT_E_TRAILING);
		} else {
			assert_int_equal(quote_ppid_data_parse(&data, &q, NULL), JURAT_E_USAGE);
		}
		assert_string_not_equal(quote_cert_type_name(type), type == 0 ? "PPID" : "unknown");
		free(p);
	}
}

static void
padding_has_a_limit_of_its_own(void **state)
{
	size_t len;
	uint8_t *p = make_bytes(&len);
	struct quote q;

	p = realloc(p, QUOTE_PADDED_MAX_LEN + 1);
	assert_non_null(p);
	memset(p + len, 0, QUOTE_PADDED_MAX_LEN + 1 - len);
	assert_int_equal(quote_parse(&q, p, QUOTE_PADDED_MAX_LEN, NULL), JURAT_OK);
	assert_int_equal(q.trailing_len, QUOTE_PADDED_MAX_LEN - len);
	assert_int_equal(quote_parse(&q, p, QUOTE_PADDED_MAX_LEN + 1, NULL), JURAT_E_TOO_LARGE);
	store32le(p + 432, QUOTE_MAX_LEN);
	assert_int_equal(quote_parse(&q, p, QUOTE_PADDED_MAX_LEN, NULL), JURAT_E_TOO_LARGE);
	free(p);
}

/* real_quotes: every one parses whole, round trips and carries the binding of its key. */
static void
real_quotes(const char *folder, size_t num[6])
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
		if (!try_quote(NULL, p, len))
			fail_msg("%s does not parse", e->d_name);
		assert_int_equal(quote_parse(&q, p, len, NULL), JURAT_OK);
		quote_qe_binding(binding, &q.attestation_key, q.qe_auth_data.p, q.qe_auth_data.len);
		assert_memory_equal(binding, q.qe_report.report_data, 32);
		assert_memory_equal(q.header.qe_vendor_id, quote_vendor_intel, 16);
		num[q.header.version]++;
		free(p);
	}
	closedir(dir);
	free(dir_path);
}

static void
every_real_quote_parses(void **state)
{
	size_t num[6] = { 0 };

	(void)state;
	if (!corpus_or_skip())
		skip();
	real_quotes("dcap/quotes", num);
	assert_in_range(num[3], 172, SIZE_MAX);
	assert_in_range(num[4], 214, SIZE_MAX);
	assert_in_range(num[5], 3, SIZE_MAX);
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
		cmocka_unit_test(versions_4_and_5_wrap_the_qe_in_certification_data_of_type_6),
		cmocka_unit_test(versions_4_and_5_survive_every_damage),
		cmocka_unit_test(versions_4_and_5_name_what_does_not_fit),
		cmocka_unit_test(ppid_data_has_exactly_its_length),
		cmocka_unit_test(padding_has_a_limit_of_its_own),
		cmocka_unit_test(every_real_quote_parses),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
