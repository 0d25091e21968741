/* SPDX-License-Identifier: Apache-2.0 */
/* enclaves/runtime/identity.c and sealing.c: who can open what. */
#include "core/bytes.h"
#include "enclave.h"
#include "enclave_stub.h"

static const uint8_t plain[5] = "plain";
static const char aad[] = "beside";

struct sealed {
	struct processor cpu;
	struct secs owner;
	uint8_t blob[SEAL_HEAD_LEN + sizeof plain + sizeof aad];
	size_t len;
};

static void
seal_under(struct sealed *s, uint16_t policy)
{
	s->cpu = stub_processor(1);
	s->owner = stub_secs(0x11, 0x22, 5, 3);
	memset(s->owner.id.config_id, 0xcc, sizeof s->owner.id.config_id);
	stub_enter(&s->cpu, &s->owner);
	assert_int_equal(
	    enclave_seal(s->blob, sizeof s->blob, &s->len, policy, aad, sizeof aad, plain, sizeof plain), JURAT_OK);
	assert_int_equal(s->len, sizeof s->blob);
}

static jurat_rc
open_as(const struct sealed *s, const struct processor *cpu, const struct secs *who, uint16_t policy)
{
	uint8_t out[sizeof plain] = {0}, *copy = test_copy(s->blob, s->len);
	const uint8_t *out_aad = NULL;
	size_t out_len = 0, aad_len = 0;
	jurat_rc rc;

	stub_enter(cpu, who);
	rc = enclave_unseal(out, sizeof out, &out_len, policy, &out_aad, &aad_len, copy, s->len);
	if (rc == JURAT_OK) {
		assert_int_equal(out_len, sizeof plain);
		assert_memory_equal(out, plain, sizeof plain);
		assert_int_equal(aad_len, sizeof aad);
		assert_memory_equal(out_aad, aad, sizeof aad);
	} else {
		assert_true(ct_is_zero(out, sizeof out));
	}
	free(copy);
	return rc;
}

static void
an_enclave_opens_what_it_sealed(void **state)
{
	struct sealed s;

	seal_under(&s, SGX_POLICY_MRENCLAVE);
	assert_int_equal(open_as(&s, &s.cpu, &s.owner, SGX_POLICY_MRENCLAVE), JURAT_OK);
	seal_under(&s, SGX_POLICY_MRSIGNER);
	assert_int_equal(open_as(&s, &s.cpu, &s.owner, SGX_POLICY_MRSIGNER), JURAT_OK);
}

/* sgx_tseal.h: TSEAL_DEFAULT_FLAGSMASK, TSEAL_DEFAULT_MISCMASK; the default policy of an enclave with KSS. */
static void
the_key_request_is_the_sdks(void **state)
{
	struct sealed s;
	struct sealed_view view;

	seal_under(&s, SGX_POLICY_MRSIGNER);
	assert_int_equal(sealed_parse(&view, s.blob, s.len, NULL), JURAT_OK);
	assert_int_equal(view.request.key_name, 4);
	assert_int_equal(view.request.key_policy, 0x3a);
	assert_int_equal(view.request.attribute_mask.flags, 0xff0000000000000bull);
	assert_int_equal(view.request.attribute_mask.xfrm, 0);
	assert_int_equal(view.request.misc_mask, 0xf0000000u);
	assert_int_equal(view.request.isv_svn, 3);
	assert_memory_equal(view.request.cpusvn, s.cpu.cpusvn, SGX_CPUSVN_LEN);
}

static void
two_seals_of_the_same_text_share_nothing(void **state)
{
	struct sealed a, b;

	seal_under(&a, SGX_POLICY_MRENCLAVE);
	seal_under(&b, SGX_POLICY_MRENCLAVE);
	assert_memory_not_equal(a.blob + 40, b.blob + 40, SGX_KEYID_LEN);
	assert_memory_not_equal(a.blob + SEAL_HEAD_LEN, b.blob + SEAL_HEAD_LEN, sizeof plain);
}

static void
only_the_same_signer_and_product_opens_by_signer(void **state)
{
	struct sealed s;
	struct secs who;

	seal_under(&s, SGX_POLICY_MRSIGNER);
	who = s.owner;
	memset(who.id.mrenclave, 0x99, sizeof who.id.mrenclave);
	who.id.isv_svn++;
	assert_int_equal(open_as(&s, &s.cpu, &who, SGX_POLICY_MRSIGNER), JURAT_OK);
	who.id.mrsigner[31] ^= 1;
	assert_int_equal(open_as(&s, &s.cpu, &who, SGX_POLICY_MRSIGNER), JURAT_E_CRYPTO);
	who = s.owner;
	who.id.isv_prod_id ^= 1;
	assert_int_equal(open_as(&s, &s.cpu, &who, SGX_POLICY_MRSIGNER), JURAT_E_CRYPTO);
}

static void
another_build_does_not_open_by_measurement(void **state)
{
	struct sealed s;
	struct secs who;

	seal_under(&s, SGX_POLICY_MRENCLAVE);
	who = s.owner;
	who.id.mrenclave[0] ^= 1;
	assert_int_equal(open_as(&s, &s.cpu, &who, SGX_POLICY_MRENCLAVE), JURAT_E_CRYPTO);
}

static void
another_relying_party_or_family_does_not_open(void **state)
{
	static const uint16_t policies[] = {SGX_POLICY_MRENCLAVE, SGX_POLICY_MRSIGNER};
	struct sealed s;
	struct secs who;

	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		seal_under(&s, policies[i]);
		who = s.owner;
		who.id.config_id[63] ^= 1;
		assert_int_equal(open_as(&s, &s.cpu, &who, policies[i]), JURAT_E_CRYPTO);
		who = s.owner;
		who.id.isv_family_id[0] ^= 1;
		assert_int_equal(open_as(&s, &s.cpu, &who, policies[i]), JURAT_E_CRYPTO);
		who = s.owner;
		who.id.isv_ext_prod_id[0] ^= 1;
		assert_int_equal(open_as(&s, &s.cpu, &who, policies[i]), JURAT_E_CRYPTO);
	}
}

static void
a_debug_build_does_not_open_production_data(void **state)
{
	struct sealed s;
	struct secs who;

	seal_under(&s, SGX_POLICY_MRSIGNER);
	who = s.owner;
	who.id.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(open_as(&s, &s.cpu, &who, SGX_POLICY_MRSIGNER), JURAT_E_CRYPTO);
}

static void
an_older_version_does_not_open(void **state)
{
	struct sealed s;
	struct secs who;
	struct processor cpu;

	seal_under(&s, SGX_POLICY_MRSIGNER);
	who = s.owner;
	who.id.isv_svn--;
	assert_int_equal(open_as(&s, &s.cpu, &who, SGX_POLICY_MRSIGNER), JURAT_E_DENIED);
	cpu = s.cpu;
	cpu.cpusvn[3]--;
	assert_int_equal(open_as(&s, &cpu, &s.owner, SGX_POLICY_MRSIGNER), JURAT_E_DENIED);
}

static void
another_machine_does_not_open(void **state)
{
	struct processor other = stub_processor(2);
	struct sealed s;

	seal_under(&s, SGX_POLICY_MRENCLAVE);
	assert_int_equal(open_as(&s, &other, &s.owner, SGX_POLICY_MRENCLAVE), JURAT_E_CRYPTO);
}

static void
the_policy_is_the_readers_and_not_the_blobs(void **state)
{
	struct sealed s;

	seal_under(&s, SGX_POLICY_MRSIGNER);
	assert_int_equal(open_as(&s, &s.cpu, &s.owner, SGX_POLICY_MRENCLAVE), JURAT_E_POLICY);
	assert_int_equal(open_as(&s, &s.cpu, &s.owner, 0), JURAT_E_POLICY);
}

/* Another enclave of the attacker's can derive this key: it depends on neither measurement nor signer nor product. */
static void
a_blob_under_a_key_that_everybody_has_is_refused(void **state)
{
	struct sealed s;
	struct secs attacker = stub_secs(0xba, 0xad, 66, 0);
	struct sgx_keyrequest request = {.key_name = SGX_KEY_SEAL,
	    .key_policy = SGX_POLICY_NOISVPRODID,
	    .attribute_mask = {.flags = 0xff0000000000000bull},
	    .misc_mask = 0xf0000000u};
	struct aes128_key key, victims;

	seal_under(&s, SGX_POLICY_MRENCLAVE);
	stub_enter(&s.cpu, &attacker);
	assert_int_equal(enclave_key(&key, &request), JURAT_OK);
	stub_enter(&s.cpu, &s.owner);
	assert_int_equal(enclave_key(&victims, &request), JURAT_OK);
	assert_memory_equal(key.b, victims.b, sizeof key.b); /* the attack is real … */
	assert_int_equal(sealed_make(s.blob, &request, &key, aad, sizeof aad, plain, sizeof plain), JURAT_OK);
	assert_int_equal(open_as(&s, &s.cpu, &s.owner, SGX_POLICY_MRENCLAVE), JURAT_E_POLICY); /* … and refused */
}

static void
a_blob_under_other_masks_or_another_kind_of_key_is_refused(void **state)
{
	struct sealed s;
	struct sealed_view view;

	for (unsigned i = 0; i < 5; i++) {
		struct aes128_key key;

		seal_under(&s, SGX_POLICY_MRENCLAVE);
		assert_int_equal(sealed_parse(&view, s.blob, s.len, NULL), JURAT_OK);
		view.request.attribute_mask.flags ^= i == 1 ? SGX_FLAGS_DEBUG : 0;
		view.request.attribute_mask.xfrm ^= i == 2 ? SGX_XFRM_LEGACY : 0;
		view.request.misc_mask ^= i == 3 ? 1u : 0;
		view.request.key_name = i == 4 ? SGX_KEY_REPORT : SGX_KEY_SEAL;
		assert_int_equal(enclave_key(&key, &view.request), JURAT_OK);
		assert_int_equal(sealed_make(s.blob, &view.request, &key, aad, sizeof aad, plain, sizeof plain), JURAT_OK);
		assert_int_equal(
		    open_as(&s, &s.cpu, &s.owner, SGX_POLICY_MRENCLAVE), i == 0 ? JURAT_OK : JURAT_E_POLICY);
	}
}

static bool
opens(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t out[sizeof plain];
	const uint8_t *out_aad;
	size_t out_len, aad_len;

	return enclave_unseal(out, sizeof out, &out_len, SGX_POLICY_MRENCLAVE, &out_aad, &aad_len, p, len) == JURAT_OK;
}

static void
a_damaged_blob_is_refused(void **state)
{
	struct sealed s;

	seal_under(&s, SGX_POLICY_MRENCLAVE);
	each_damage(s.blob, s.len, opens, NULL, NULL);
}

static void
sealing_refuses_lengths_that_do_not_fit(void **state)
{
	struct sealed s;
	size_t len = 77;

	seal_under(&s, SGX_POLICY_MRENCLAVE);
	assert_int_equal(
	    enclave_seal(s.blob, sizeof s.blob - 1, &len, SGX_POLICY_MRENCLAVE, aad, sizeof aad, plain, sizeof plain),
	    JURAT_E_TOO_LARGE);
	assert_int_equal(
	    enclave_seal(s.blob, sizeof s.blob, &len, SGX_POLICY_MRENCLAVE, aad, SIZE_MAX, plain, sizeof plain), JURAT_E_TOO_LARGE);
	assert_int_equal(
	    enclave_seal(s.blob, sizeof s.blob, &len, SGX_POLICY_MRENCLAVE, aad, sizeof aad, plain, SIZE_MAX), JURAT_E_TOO_LARGE);
	assert_int_equal(enclave_seal(s.blob, 100, &len, SGX_POLICY_MRENCLAVE, aad, 0, plain, 0), JURAT_E_TOO_LARGE);
	assert_int_equal(enclave_seal(s.blob, sizeof s.blob, &len, 0, aad, 0, plain, 0), JURAT_E_USAGE);
	assert_int_equal(enclave_seal(s.blob, sizeof s.blob, &len, SGX_POLICY_NOISVPRODID, aad, 0, plain, 0), JURAT_E_USAGE);
	assert_int_equal(len, 77);
}

static void
a_report_for_itself_checks_and_each_flipped_bit_is_refused(void **state)
{
	struct processor cpu = stub_processor(1);
	struct secs who = stub_secs(1, 2, 3, 4);
	uint8_t data[SGX_REPORT_DATA_LEN] = "data";
	struct sgx_report report;

	stub_enter(&cpu, &who);
	assert_int_equal(enclave_report(&report, NULL, data), JURAT_OK);
	assert_memory_equal(report.body.report_data, data, sizeof data);
	assert_int_equal(enclave_check_report(&report, NULL), JURAT_OK);
	for (unsigned bit = 0; bit < 128; bit++) {
		struct sgx_report bad = report;

		bad.mac[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(enclave_check_report(&bad, NULL), JURAT_E_CRYPTO);
	}
	report.body.isv_svn++;
	assert_int_equal(enclave_check_report(&report, NULL), JURAT_E_CRYPTO);
}

static void
a_report_for_another_enclave_or_from_another_machine_is_refused(void **state)
{
	struct processor cpu = stub_processor(1), other_cpu = stub_processor(2);
	struct secs who = stub_secs(1, 2, 3, 4), other = stub_secs(9, 2, 3, 4);
	uint8_t data[SGX_REPORT_DATA_LEN] = {0};
	struct sgx_report report;
	struct sgx_target target;

	stub_enter(&cpu, &who);
	target_of(&target, &other.id);
	assert_int_equal(enclave_report(&report, &target, data), JURAT_OK);
	assert_int_equal(enclave_check_report(&report, NULL), JURAT_E_CRYPTO);
	stub_enter(&other_cpu, &other);
	assert_int_equal(enclave_check_report(&report, NULL), JURAT_E_CRYPTO);
	stub_enter(&cpu, &other);
	assert_int_equal(enclave_check_report(&report, NULL), JURAT_OK);
}

static void
a_target_that_ereport_would_fault_on_is_refused(void **state)
{
	struct processor cpu = stub_processor(1);
	struct secs who = stub_secs(1, 2, 3, 4);
	uint8_t data[SGX_REPORT_DATA_LEN] = {0};
	struct sgx_target target = {.cet_attributes = 1};
	struct sgx_report report;

	stub_enter(&cpu, &who);
	assert_int_equal(enclave_report(&report, &target, data), JURAT_E_UNSUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_enclave_opens_what_it_sealed),
	    cmocka_unit_test(the_key_request_is_the_sdks),
	    cmocka_unit_test(two_seals_of_the_same_text_share_nothing),
	    cmocka_unit_test(only_the_same_signer_and_product_opens_by_signer),
	    cmocka_unit_test(another_build_does_not_open_by_measurement),
	    cmocka_unit_test(another_relying_party_or_family_does_not_open),
	    cmocka_unit_test(a_debug_build_does_not_open_production_data),
	    cmocka_unit_test(an_older_version_does_not_open),
	    cmocka_unit_test(another_machine_does_not_open),
	    cmocka_unit_test(the_policy_is_the_readers_and_not_the_blobs),
	    cmocka_unit_test(a_blob_under_a_key_that_everybody_has_is_refused),
	    cmocka_unit_test(a_blob_under_other_masks_or_another_kind_of_key_is_refused),
	    cmocka_unit_test(a_damaged_blob_is_refused),
	    cmocka_unit_test(sealing_refuses_lengths_that_do_not_fit),
	    cmocka_unit_test(a_report_for_itself_checks_and_each_flipped_bit_is_refused),
	    cmocka_unit_test(a_target_that_ereport_would_fault_on_is_refused),
	    cmocka_unit_test(a_report_for_another_enclave_or_from_another_machine_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
