/* SPDX-License-Identifier: Apache-2.0 */
/* SIGSTRUCT, EINITTOKEN and TCS: form alone. The RSA check is test_image's. */
#include "support.h"

#include <dirent.h>
#include <stdio.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "sgx/sigstruct.h"
#include "sgx/tcs.h"

static void
put32(uint8_t *p, uint32_t v)
{
	store32le(p, v);
}

/* make_sigstruct: every variable byte non-zero, from the SDM's table, without the encoder. */
static void
make_sigstruct(uint8_t p[SGX_SIGSTRUCT_LEN])
{
	for (size_t i = 0; i < SGX_SIGSTRUCT_LEN; i++)
		p[i] = (uint8_t)(i * 11 + 1);
	memcpy(p, "\x06\0\0\0\xe1\0\0\0\0\0\1\0\0\0\0\0", 16);
	put32(p + 16, 0x8086);
	put32(p + 20, 0x20260229);
	memcpy(p + 24, "\1\1\0\0\x60\0\0\0\x60\0\0\0\1\0\0\0", 16);
	memset(p + 44, 0, 84);
	put32(p + 512, 3);
	memset(p + 910, 0, 2);
	memset(p + 992, 0, 16);
	memset(p + 1028, 0, 12);
}

static bool
try_sigstruct(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t back[SGX_SIGSTRUCT_LEN];
	struct sgx_sigstruct s;

	(void)ctx;
	if (sigstruct_parse(&s, p, len, NULL) != JURAT_OK)
		return false;
	sigstruct_encode(back, &s);
	assert_memory_equal(back, p, sizeof back);
	return true;
}

static bool
sigstruct_flip_may_pass(size_t i)
{
	if (i >= 20 && i < 24)
		return true; /* the date */
	return (i >= 40 && i < 44) || (i >= 128 && i < 512) || (i >= 516 && i < 910) || (i >= 912 && i < 992) ||
	    (i >= 1008 && i < 1028) || i >= 1040;
}

static void
sigstruct_fields_stand_at_the_manuals_offsets(void **state)
{
	uint8_t in[SGX_SIGSTRUCT_LEN];
	struct sgx_sigstruct s;

	(void)state;
	make_sigstruct(in);
	assert_int_equal(sigstruct_parse(&s, in, sizeof in, NULL), JURAT_OK);
	assert_int_equal(s.vendor, 0x8086);
	assert_int_equal(s.date, 0x20260229);
	assert_int_equal(s.sw_defined, load32le(in + 40));
	assert_memory_equal(s.modulus, in + 128, 384);
	assert_memory_equal(s.signature, in + 516, 384);
	assert_int_equal(s.miscselect, load32le(in + 900));
	assert_int_equal(s.misc_mask, load32le(in + 904));
	assert_int_equal(s.cet_attributes, in[908]);
	assert_int_equal(s.cet_attributes_mask, in[909]);
	assert_memory_equal(s.isv_family_id, in + 912, 16);
	assert_true(s.attributes.flags == load64le(in + 928) && s.attributes.xfrm == load64le(in + 936));
	assert_true(s.attribute_mask.flags == load64le(in + 944) && s.attribute_mask.xfrm == load64le(in + 952));
	assert_memory_equal(s.enclave_hash, in + 960, 32);
	assert_memory_equal(s.isv_ext_prod_id, in + 1008, 16);
	assert_int_equal(s.isv_prod_id, load16le(in + 1024));
	assert_int_equal(s.isv_svn, load16le(in + 1026));
	assert_memory_equal(s.q1, in + 1040, 384);
	assert_memory_equal(s.q2, in + 1424, 384);
	each_damage(in, sizeof in, try_sigstruct, NULL, sigstruct_flip_may_pass);
}

static void
sigstruct_names_the_field_that_is_wrong(void **state)
{
	static const struct {
		size_t off;
		uint32_t value;
		const char *field;
	} bad[] = {
		{ 0, 7, "sigstruct.header" },
		{ 16, 0x8087, "sigstruct.vendor" },
		{ 24, 0, "sigstruct.header2" },
		{ 48, 1, "sigstruct.reserved" },
		{ 512, 65537, "sigstruct.exponent" },
		{ 1028, 1, "sigstruct.reserved" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t in[SGX_SIGSTRUCT_LEN];
		struct jurat_diag d = { 0 };
		struct sgx_sigstruct s;

		make_sigstruct(in);
		put32(in + bad[i].off, bad[i].value);
		assert_int_equal(sigstruct_parse(&s, in, sizeof in, &d), JURAT_E_FORMAT);
		assert_string_equal(d.field, bad[i].field);
	}
}

static void
a_date_is_bcd_or_zero(void **state)
{
	static const struct {
		uint32_t date;
		bool ok;
	} dates[] = {
		{ 0, true }, { 0x20260101, true }, { 0x20261231, true }, { 0x20261301, false }, { 0x20260001, false },
		{ 0x20260100, false }, { 0x20260132, false }, { 0x2026010a, false }, { 0x20261a01, false }, { 0xa0260101, false },
		{ 0x00010000, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dates); i++)
		assert_int_equal(sigstruct_date_is_bcd(dates[i].date), dates[i].ok);
}

static void
sigstruct_digest_covers_exactly_the_signed_bytes(void **state)
{
	uint8_t in[SGX_SIGSTRUCT_LEN], base[32], other[32];

	(void)state;
	make_sigstruct(in);
	sigstruct_digest(base, in);
	for (size_t i = 0; i < sizeof in; i++) {
		bool is_signed = i < 128 || (i >= 900 && i < 1028);

		in[i] ^= 1;
		sigstruct_digest(other, in);
		in[i] ^= 1;
		assert_int_equal(memcmp(base, other, 32) != 0, is_signed);
	}
}

/* num_parsed_in: files of a corpus folder that parse, round trip, and have the MRSIGNER prefix that their name says. */
static size_t
num_parsed_in(const char *folder)
{
	char *dir_path = corpus_file(folder);
	DIR *dir = opendir(dir_path);
	size_t num = 0, len;
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		uint8_t hash[32], want[4];
		struct sgx_sigstruct s;
		char path[4096];
		uint8_t *p;
		unsigned v[4];

		if (strstr(e->d_name, ".css") == NULL)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir_path, e->d_name);
		p = test_read(path, &len);
		if (load32le(p) != 6) { /* five files of the corpus hold a SECS page's head instead: refused as what they are */
			assert_int_equal(sigstruct_parse(&s, p, len, NULL), JURAT_E_FORMAT);
			free(p);
			continue;
		}
		if (!try_sigstruct(NULL, p, len))
			fail_msg("%s does not parse", e->d_name);
		assert_int_equal(sigstruct_parse(&s, p, len, NULL), JURAT_OK);
		assert_int_equal(sscanf(e->d_name + 17, "%2x%2x%2x%2x", &v[0], &v[1], &v[2], &v[3]), 4);
		for (int i = 0; i < 4; i++)
			want[i] = (uint8_t)v[i];
		sigstruct_mrsigner(hash, &s);
		assert_memory_equal(hash, want, 4);
		free(p);
		num++;
	}
	closedir(dir);
	free(dir_path);
	return num;
}

static void
every_real_sigstruct_parses(void **state)
{
	(void)state;
	if (!corpus_or_skip())
		skip();
	assert_in_range(num_parsed_in("sigstruct"), 208, SIZE_MAX);
}

static bool
try_token(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t back[SGX_EINITTOKEN_LEN];
	struct sgx_einittoken t;

	(void)ctx;
	if (einittoken_parse(&t, p, len, NULL) != JURAT_OK)
		return false;
	einittoken_encode(back, &t);
	assert_memory_equal(back, p, sizeof back);
	return true;
}

static bool
token_flip_may_pass(size_t i)
{
	return i == 0 || (i >= 48 && i < 96) || (i >= 128 && i < 160) || (i >= 192 && i < 212) || i >= 236;
}

static void
einittoken_fields_stand_at_their_offsets(void **state)
{
	uint8_t in[SGX_EINITTOKEN_LEN];
	struct sgx_einittoken t;

	(void)state;
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 13 + 1);
	put32(in, 1);
	memset(in + 4, 0, 44);
	memset(in + 96, 0, 32);
	memset(in + 160, 0, 32);
	memset(in + 212, 0, 24);
	assert_int_equal(einittoken_parse(&t, in, sizeof in, NULL), JURAT_OK);
	assert_int_equal(t.valid, 1);
	assert_true(t.attributes.flags == load64le(in + 48));
	assert_memory_equal(t.mrenclave, in + 64, 32);
	assert_memory_equal(t.mrsigner, in + 128, 32);
	assert_memory_equal(t.cpusvn_le, in + 192, 16);
	assert_int_equal(t.isv_prod_id_le, load16le(in + 208));
	assert_int_equal(t.isv_svn_le, load16le(in + 210));
	assert_int_equal(t.masked_miscselect_le, load32le(in + 236));
	assert_true(t.masked_attributes_le.flags == load64le(in + 240));
	assert_memory_equal(t.key_id, in + 256, 32);
	assert_memory_equal(t.mac, in + 288, 16);
	each_damage(in, sizeof in, try_token, NULL, token_flip_may_pass);
	put32(in, 2);
	assert_int_equal(einittoken_parse(&t, in, sizeof in, NULL), JURAT_E_FORMAT);
}

static bool
try_tcs(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t back[SGX_TCS_TEMPLATE_LEN];
	struct sgx_tcs t;

	(void)ctx;
	if (tcs_parse(&t, p, len, NULL) != JURAT_OK)
		return false;
	tcs_encode(back, &t);
	assert_memory_equal(back, p, sizeof back);
	return true;
}

static bool
tcs_flip_may_pass(size_t i)
{
	return i < 72 && !(i > 8 && i < 16);
}

static void
tcs_refuses_unknown_flags_and_reserved_bytes(void **state)
{
	uint8_t in[SGX_TCS_LEN] = { 0 };
	struct jurat_diag d = { 0 };
	struct sgx_tcs t;

	(void)state;
	for (size_t i = 0; i < SGX_TCS_TEMPLATE_LEN; i++)
		in[i] = (uint8_t)(i + 1);
	store64le(in + 8, SGX_TCS_DBGOPTIN);
	assert_int_equal(tcs_parse(&t, in, sizeof in, NULL), JURAT_OK);
	assert_true(t.ossa == load64le(in + 16) && t.oentry == load64le(in + 32) && t.aep == load64le(in + 40));
	assert_int_equal(t.cssa, load32le(in + 24));
	assert_int_equal(t.nssa, load32le(in + 28));
	assert_true(t.ofsbase == load64le(in + 48) && t.ogsbase == load64le(in + 56));
	assert_int_equal(t.fslimit, load32le(in + 64));
	each_damage(in, sizeof in, try_tcs, NULL, tcs_flip_may_pass);
	in[8] = 4;
	assert_int_equal(tcs_parse(&t, in, sizeof in, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "tcs.flags");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sigstruct_fields_stand_at_the_manuals_offsets),
		cmocka_unit_test(sigstruct_names_the_field_that_is_wrong),
		cmocka_unit_test(a_date_is_bcd_or_zero),
		cmocka_unit_test(sigstruct_digest_covers_exactly_the_signed_bytes),
		cmocka_unit_test(every_real_sigstruct_parses),
		cmocka_unit_test(einittoken_fields_stand_at_their_offsets),
		cmocka_unit_test(tcs_refuses_unknown_flags_and_reserved_bytes),
	};

	return cmocka_run_group_tests_name("sigstruct", tests, NULL, NULL);
}
