/* SPDX-License-Identifier: Apache-2.0 */
/* REPORT, TARGETINFO and KEYREQUEST. Offsets are the SDM's, written out here a second time. */
#include "support.h"

#include "core/bytes.h"
#include "core/diag.h"
#include "sgx/keyrequest.h"
#include "sgx/report.h"

/* counting: a byte pattern in which every position differs from its neighbours. */
static void
counting(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7 + 1);
}

static void
zero(uint8_t *p, size_t from, size_t to)
{
	memset(p + from, 0, to - from);
}

static bool
body_reserved(size_t i)
{
	return (i >= 21 && i < 32) || (i >= 96 && i < 128) || (i >= 160 && i < 192) || (i >= 262 && i < 304);
}

static bool
body_flip_may_pass(size_t i)
{
	return i >= 384 || !body_reserved(i);
}

static void
make_report(uint8_t out[SGX_REPORT_LEN])
{
	counting(out, SGX_REPORT_LEN);
	zero(out, 21, 32);
	zero(out, 96, 128);
	zero(out, 160, 192);
	zero(out, 262, 304);
}

static void
report_fields_stand_at_the_manuals_offsets(void **state)
{
	uint8_t in[SGX_REPORT_LEN], back[SGX_REPORT_LEN];
	struct sgx_report r;

	(void)state;
	make_report(in);
	assert_int_equal(report_parse(&r, in, sizeof in, NULL), JURAT_OK);
	assert_memory_equal(r.body.cpusvn, in, 16);
	assert_int_equal(r.body.miscselect, load32le(in + 16));
	assert_int_equal(r.body.cet_attributes, in[20]);
	assert_memory_equal(r.body.isv_ext_prod_id, in + 32, 16);
	assert_true(r.body.attributes.flags == load64le(in + 48));
	assert_true(r.body.attributes.xfrm == load64le(in + 56));
	assert_memory_equal(r.body.mrenclave, in + 64, 32);
	assert_memory_equal(r.body.mrsigner, in + 128, 32);
	assert_memory_equal(r.body.config_id, in + 192, 64);
	assert_int_equal(r.body.isv_prod_id, load16le(in + 256));
	assert_int_equal(r.body.isv_svn, load16le(in + 258));
	assert_int_equal(r.body.config_svn, load16le(in + 260));
	assert_memory_equal(r.body.isv_family_id, in + 304, 16);
	assert_memory_equal(r.body.report_data, in + 320, 64);
	assert_memory_equal(r.key_id, in + 384, 32);
	assert_memory_equal(r.mac, in + 416, 16);
	report_encode(back, &r);
	assert_memory_equal(back, in, sizeof in);
	report_body_encode(back, &r.body);
	assert_memory_equal(back, in, SGX_REPORT_BODY_LEN);
}

static bool
try_report(void *ctx, const uint8_t *p, size_t len)
{
	struct sgx_report r;

	(void)ctx;
	return report_parse(&r, p, len, NULL) == JURAT_OK;
}

static void
report_refuses_damage_of_length_and_reserved_bytes(void **state)
{
	uint8_t in[SGX_REPORT_LEN];

	(void)state;
	make_report(in);
	each_damage(in, sizeof in, try_report, NULL, body_flip_may_pass);
}

static void
report_names_code_and_leaves_its_output_alone(void **state)
{
	uint8_t in[SGX_REPORT_LEN];
	struct jurat_diag d = { 0 };
	struct sgx_report r, before;

	(void)state;
	memset(&before, 0x5a, sizeof before);
	r = before;
	make_report(in);
	in[100] = 1;
	assert_int_equal(report_parse(&r, in, sizeof in, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "report.body.reserved");
	assert_memory_equal(&r, &before, sizeof r);
	assert_int_equal(report_parse(&r, in, 431, NULL), JURAT_E_TRUNCATED);
	assert_memory_equal(&r, &before, sizeof r);
}

static bool
target_flip_may_pass(size_t i)
{
	return !(i == 49 || (i >= 56 && i < 64) || i >= 128);
}

static void
make_target(uint8_t out[SGX_TARGETINFO_LEN])
{
	counting(out, SGX_TARGETINFO_LEN);
	zero(out, 49, 50);
	zero(out, 56, 64);
	zero(out, 128, 512);
}

static bool
try_target(void *ctx, const uint8_t *p, size_t len)
{
	struct sgx_target t;

	(void)ctx;
	return target_parse(&t, p, len, NULL) == JURAT_OK;
}

static void
target_fields_stand_at_the_manuals_offsets(void **state)
{
	uint8_t in[SGX_TARGETINFO_LEN], back[SGX_TARGETINFO_LEN];
	struct sgx_target t;

	(void)state;
	make_target(in);
	assert_int_equal(target_parse(&t, in, sizeof in, NULL), JURAT_OK);
	assert_memory_equal(t.mrenclave, in, 32);
	assert_true(t.attributes.flags == load64le(in + 32));
	assert_int_equal(t.cet_attributes, in[48]);
	assert_int_equal(t.config_svn, load16le(in + 50));
	assert_int_equal(t.miscselect, load32le(in + 52));
	assert_memory_equal(t.config_id, in + 64, 64);
	target_encode(back, &t);
	assert_memory_equal(back, in, sizeof in);
	each_damage(in, sizeof in, try_target, NULL, target_flip_may_pass);
}

static void
target_of_a_body_names_that_enclave(void **state)
{
	uint8_t in[SGX_REPORT_LEN];
	struct sgx_report r;
	struct sgx_target t;

	(void)state;
	make_report(in);
	assert_int_equal(report_parse(&r, in, sizeof in, NULL), JURAT_OK);
	target_of(&t, &r.body);
	assert_memory_equal(t.mrenclave, in + 64, 32);
	assert_memory_equal(t.config_id, in + 192, 64);
	assert_true(t.attributes.flags == r.body.attributes.flags && t.attributes.xfrm == r.body.attributes.xfrm);
	assert_int_equal(t.miscselect, r.body.miscselect);
	assert_int_equal(t.config_svn, r.body.config_svn);
	assert_int_equal(t.cet_attributes, r.body.cet_attributes);
}

static void
report_mac_is_cmac_over_384_bytes_and_every_bit_counts(void **state)
{
	static const struct aes128_key key = { { 1, 2, 3 } };
	uint8_t in[SGX_REPORT_LEN], mac[16];
	struct sgx_report r;

	(void)state;
	make_report(in);
	assert_int_equal(cmac_aes128(in + 416, &key, in, 384), JURAT_OK);
	assert_int_equal(report_parse(&r, in, sizeof in, NULL), JURAT_OK);
	assert_int_equal(report_mac(mac, &key, &r.body), JURAT_OK);
	assert_memory_equal(mac, in + 416, 16);
	assert_int_equal(report_check_mac(&r, &key, NULL), JURAT_OK);
	for (size_t i = 0; i < SGX_REPORT_LEN; i++) {
		jurat_rc want = i >= 384 && i < 416 ? JURAT_OK : JURAT_E_CRYPTO; /* KEYID is not covered */

		if (body_reserved(i))
			continue;
		in[i] ^= 0x10;
		assert_int_equal(report_parse(&r, in, sizeof in, NULL), JURAT_OK);
		assert_int_equal(report_check_mac(&r, &key, NULL), want);
		in[i] ^= 0x10;
	}
}

static bool
try_keyrequest(void *ctx, const uint8_t *p, size_t len)
{
	struct sgx_keyrequest q;

	(void)ctx;
	return keyrequest_parse(&q, p, len, NULL) == JURAT_OK;
}

static bool
keyrequest_flip_may_pass(size_t i)
{
	return i != 7 && i < 78;
}

static void
keyrequest_fields_stand_at_the_manuals_offsets(void **state)
{
	uint8_t in[SGX_KEYREQUEST_LEN], back[SGX_KEYREQUEST_LEN];
	struct sgx_keyrequest q;

	(void)state;
	counting(in, sizeof in);
	zero(in, 7, 8);
	zero(in, 78, 512);
	assert_int_equal(keyrequest_parse(&q, in, sizeof in, NULL), JURAT_OK);
	assert_int_equal(q.key_name, load16le(in));
	assert_int_equal(q.key_policy, load16le(in + 2));
	assert_int_equal(q.isv_svn, load16le(in + 4));
	assert_int_equal(q.cet_attributes_mask, in[6]);
	assert_memory_equal(q.cpusvn, in + 8, 16);
	assert_true(q.attribute_mask.flags == load64le(in + 24) && q.attribute_mask.xfrm == load64le(in + 32));
	assert_memory_equal(q.key_id, in + 40, 32);
	assert_int_equal(q.misc_mask, load32le(in + 72));
	assert_int_equal(q.config_svn, load16le(in + 76));
	keyrequest_encode(back, &q);
	assert_memory_equal(back, in, sizeof in);
	each_damage(in, sizeof in, try_keyrequest, NULL, keyrequest_flip_may_pass);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_fields_stand_at_the_manuals_offsets),
		cmocka_unit_test(report_refuses_damage_of_length_and_reserved_bytes),
		cmocka_unit_test(report_names_code_and_leaves_its_output_alone),
		cmocka_unit_test(target_fields_stand_at_the_manuals_offsets),
		cmocka_unit_test(target_of_a_body_names_that_enclave),
		cmocka_unit_test(report_mac_is_cmac_over_384_bytes_and_every_bit_counts),
		cmocka_unit_test(keyrequest_fields_stand_at_the_manuals_offsets),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
