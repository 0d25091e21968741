/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EREPORT and EGETKEY: known answers from the model in tests/vectors/machine.py, the rules of SDM vol. 3D, and what must and must not
 * change a key.
 */
#include "support.h"
#include "vectors.h"

#include <stdio.h>

#include "core/diag.h"
#include "machine/keydep.h"

#define VECTORS "machine/keys.txt"
enum { NUM_CASES = 18 };

static struct processor cpu;
static struct secs secs;

static int
setup(void **state)
{
	uint8_t body[SGX_REPORT_BODY_LEN];

	memset(&cpu, 0, sizeof cpu);
	memset(&secs, 0, sizeof secs);
	vector_copy(cpu.root_provision.b, 16, VECTORS, "cpu.root_provision");
	vector_copy(cpu.root_seal.b, 16, VECTORS, "cpu.root_seal");
	vector_copy(cpu.owner_epoch, 16, VECTORS, "cpu.owner_epoch");
	vector_copy(cpu.cpusvn, 16, VECTORS, "cpu.cpusvn");
	vector_copy(cpu.report_key_id, 32, VECTORS, "cpu.report_key_id");
	vector_copy(body, sizeof body, VECTORS, "secs");
	assert_int_equal(report_body_parse(&secs.id, body, sizeof body, NULL), JURAT_OK);
	secs.state = SECS_INITIALISED;
	return 0;
}

static void
keys_are_those_of_the_independent_model(void **state)
{
	for (int i = 0; i < NUM_CASES; i++) {
		uint8_t request[SGX_KEYREQUEST_LEN], want[16];
		char request_name[32], key_name[32];
		struct sgx_keyrequest q;
		struct aes128_key key;
		enum sgx_error error;

		snprintf(request_name, sizeof request_name, "request.%d", i);
		snprintf(key_name, sizeof key_name, "key.%d", i);
		vector_copy(request, sizeof request, VECTORS, request_name);
		vector_copy(want, sizeof want, VECTORS, key_name);
		assert_int_equal(keyrequest_parse(&q, request, sizeof request, NULL), JURAT_OK);
		assert_int_equal(processor_egetkey(&cpu, &secs, &q, &key, &error, NULL), JURAT_OK);
		assert_int_equal(error, SGX_SUCCESS);
		assert_memory_equal(key.b, want, 16);
	}
}

static void
a_report_is_that_of_the_independent_model(void **state)
{
	uint8_t target_bytes[SGX_TARGETINFO_LEN], data[64], want[SGX_REPORT_LEN], got[SGX_REPORT_LEN];
	struct sgx_target target;
	struct sgx_report report;

	vector_copy(target_bytes, sizeof target_bytes, VECTORS, "target");
	vector_copy(data, sizeof data, VECTORS, "report_data");
	vector_copy(want, sizeof want, VECTORS, "report");
	assert_int_equal(target_parse(&target, target_bytes, sizeof target_bytes, NULL), JURAT_OK);
	assert_int_equal(processor_ereport(&cpu, &secs, &target, data, &report), JURAT_OK);
	report_encode(got, &report);
	assert_memory_equal(got, want, sizeof want);
}

/* ---- reports ---- */

/* other: an enclave that is not `secs`, on the same processor. */
static void
other_enclave(struct secs *out)
{
	*out = (struct secs){ .state = SECS_INITIALISED, .id = { .attributes = { 5 | SGX_FLAGS_KSS, 3 }, .config_svn = 4 } };
	memset(out->id.mrenclave, 0x0e, 32);
	memset(out->id.config_id, 0xcf, 64);
}

static void
report_key_of(struct aes128_key *out, const struct secs *s, const uint8_t key_id[32])
{
	struct sgx_keyrequest q = { .key_name = SGX_KEY_REPORT };
	enum sgx_error error;

	memcpy(q.key_id, key_id, 32);
	assert_int_equal(processor_egetkey(&cpu, s, &q, out, &error, NULL), JURAT_OK);
	assert_int_equal(error, SGX_SUCCESS);
}

static void
a_report_is_checked_by_its_target_through_egetkey_alone(void **state)
{
	uint8_t data[64] = { 1, 2, 3 };
	struct sgx_target target;
	struct sgx_report report;
	struct aes128_key key;
	struct secs other;

	other_enclave(&other);
	target_of(&target, &other.id);
	assert_int_equal(processor_ereport(&cpu, &secs, &target, data, &report), JURAT_OK);
	assert_memory_equal(report.body.cpusvn, cpu.cpusvn, 16);
	report_key_of(&key, &other, report.key_id);
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_OK);
	report.body.report_data[0] ^= 1;
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_E_CRYPTO);
	report.body.report_data[0] ^= 1;
	report_key_of(&key, &secs, report.key_id);
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_E_CRYPTO);
}

static void
a_report_from_another_processor_is_refused(void **state)
{
	uint8_t data[64] = { 0 };
	struct processor foreign = cpu;
	struct sgx_target target;
	struct sgx_report report;
	struct aes128_key key;

	foreign.root_seal.b[0] ^= 1;
	target_of(&target, &secs.id);
	assert_int_equal(processor_ereport(&foreign, &secs, &target, data, &report), JURAT_OK);
	report_key_of(&key, &secs, report.key_id);
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_E_CRYPTO);
}

static void
a_report_outlives_a_restart_of_the_key_process(void **state)
{
	uint8_t data[64] = { 0 };
	struct processor restarted = cpu;
	struct sgx_target target;
	struct sgx_report report;
	struct aes128_key key;

	memset(restarted.report_key_id, 0x77, 32);
	target_of(&target, &secs.id);
	assert_int_equal(processor_ereport(&restarted, &secs, &target, data, &report), JURAT_OK);
	report_key_of(&key, &secs, report.key_id);
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_OK);
}

static void
ereport_refuses_cet_in_the_target(void **state)
{
	uint8_t data[64] = { 0 };
	struct sgx_target target;
	struct sgx_report report;

	target_of(&target, &secs.id);
	target.cet_attributes = 1;
	assert_int_equal(processor_ereport(&cpu, &secs, &target, data, &report), JURAT_E_FORMAT);
}

/* ---- EGETKEY's refusals ---- */

static void
seal_request(struct sgx_keyrequest *q)
{
	*q = (struct sgx_keyrequest){ .key_name = SGX_KEY_SEAL, .key_policy = SGX_POLICY_MRSIGNER, .isv_svn = 3 };
}

static void
expect_gp(const struct sgx_keyrequest *q, const char *field)
{
	struct aes128_key key = { { 0xaa } };
	enum sgx_error error = SGX_MAC_COMPARE_FAIL;
	struct jurat_diag d = { 0 };

	assert_int_equal(processor_egetkey(&cpu, &secs, q, &key, &error, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, field);
	assert_int_equal(key.b[0], 0xaa);
	assert_int_equal(error, SGX_MAC_COMPARE_FAIL);
}

static void
expect_error(const struct sgx_keyrequest *q, enum sgx_error want)
{
	struct aes128_key key = { { 0xaa } };
	enum sgx_error error = SGX_MAC_COMPARE_FAIL;

	assert_int_equal(processor_egetkey(&cpu, &secs, q, &key, &error, NULL), JURAT_OK);
	assert_int_equal(error, want);
	if (want != SGX_SUCCESS)
		assert_int_equal(key.b[0], 0xaa);
}

static void
egetkey_raises_gp_for_reserved_policy_and_cet(void **state)
{
	struct sgx_keyrequest q;

	seal_request(&q);
	q.key_policy = 0x40;
	expect_gp(&q, "keyrequest.key_policy");
	seal_request(&q);
	q.cet_attributes_mask = 1;
	expect_gp(&q, "keyrequest.cet_attributes_mask");
}

static void
egetkey_raises_gp_for_kss_fields_without_kss(void **state)
{
	static const uint16_t bits[] = { SGX_POLICY_NOISVPRODID, SGX_POLICY_CONFIGID, SGX_POLICY_ISVFAMILYID, SGX_POLICY_ISVEXTPRODID };
	struct sgx_keyrequest q;

	secs.id.attributes.flags &= ~(uint64_t)SGX_FLAGS_KSS;
	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		seal_request(&q);
		q.key_policy = bits[i];
		expect_gp(&q, "keyrequest.key_policy");
	}
	seal_request(&q);
	q.config_svn = 1;
	expect_gp(&q, "keyrequest.config_svn");
	seal_request(&q);
	expect_error(&q, SGX_SUCCESS);
}

static void
egetkey_gives_no_key_of_a_newer_version(void **state)
{
	struct sgx_keyrequest q;

	seal_request(&q);
	q.isv_svn = secs.id.isv_svn;
	expect_error(&q, SGX_SUCCESS);
	q.isv_svn++;
	expect_error(&q, SGX_INVALID_ISVSVN);
	seal_request(&q);
	q.config_svn = (uint16_t)(secs.id.config_svn + 1);
	expect_error(&q, SGX_INVALID_ISVSVN);
	seal_request(&q);
	memcpy(q.cpusvn, cpu.cpusvn, 16);
	expect_error(&q, SGX_SUCCESS);
}

static void
cpusvn_is_compared_component_by_component(void **state)
{
	struct sgx_keyrequest q;

	for (size_t i = 0; i < 16; i++) {
		seal_request(&q); /* all others zero: the sum and every ordering as one number are far below the current CPUSVN */
		q.cpusvn[i] = (uint8_t)(cpu.cpusvn[i] + 1);
		expect_error(&q, SGX_INVALID_CPUSVN);
	}
}

static void
unknown_key_names_are_refused(void **state)
{
	static const uint16_t names[] = { 5, 6, 0x100, 0xffff };
	struct sgx_keyrequest q;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		seal_request(&q);
		q.key_name = names[i];
		expect_error(&q, SGX_INVALID_KEYNAME);
	}
}

static void
provision_and_launch_keys_need_their_attribute(void **state)
{
	struct sgx_keyrequest q;

	seal_request(&q);
	secs.id.attributes.flags = 5 | SGX_FLAGS_KSS | SGX_FLAGS_EINITTOKENKEY;
	q.key_name = SGX_KEY_PROVISION;
	expect_error(&q, SGX_INVALID_ATTRIBUTE);
	q.key_name = SGX_KEY_PROVISION_SEAL;
	expect_error(&q, SGX_INVALID_ATTRIBUTE);
	q.key_name = SGX_KEY_EINITTOKEN;
	expect_error(&q, SGX_SUCCESS);
	secs.id.attributes.flags = 5 | SGX_FLAGS_KSS | SGX_FLAGS_PROVISIONKEY;
	expect_error(&q, SGX_INVALID_ATTRIBUTE);
	q.key_name = SGX_KEY_PROVISION;
	expect_error(&q, SGX_SUCCESS);
}

/* ---- separation: which change must, and which must not, change which key ---- */

enum change {
	ROOT_SEAL, ROOT_PROVISION, OWNER_EPOCH, CURRENT_CPUSVN, REPORT_KEY_ID, MRENCLAVE, MRSIGNER, PROD_ID, MY_SVN, FAMILY, EXT_PROD,
	CONFIG_ID, MY_CONFIG_SVN, FLAG_DEBUG, FLAG_MASKED_OUT, FLAG_MASKED_IN, XFRM_MASKED_OUT, XFRM_MASKED_IN, MISC, REQ_SVN,
	REQ_CPUSVN, REQ_KEY_ID, REQ_MASK, REQ_MISC_MASK, NUM_CHANGES
};

static const char *const change_names[NUM_CHANGES] = { "root seal", "root provision", "owner epoch", "current CPUSVN",
	"report key id", "MRENCLAVE", "MRSIGNER", "ISVPRODID", "own ISVSVN", "family", "extended product", "CONFIGID", "own CONFIGSVN",
	"DEBUG", "flag masked out", "flag masked in", "XFRM masked out", "XFRM masked in", "MISCSELECT", "asked ISVSVN", "asked CPUSVN",
	"asked KEYID", "attribute mask", "misc mask" };

#define BIT(C) (1u << (C))
/* What each key depends on, from the SDM's table. CURRENT_CPUSVN rises, MY_SVN rises: keys of old versions stay reachable. */
#define ALWAYS (BIT(ROOT_SEAL) | BIT(OWNER_EPOCH))
#define MASKED (BIT(FLAG_DEBUG) | BIT(FLAG_MASKED_IN) | BIT(XFRM_MASKED_IN) | BIT(MISC) | BIT(REQ_SVN) | BIT(REQ_CPUSVN))
#define MASKS (BIT(REQ_MASK) | BIT(REQ_MISC_MASK))
#define SEAL_DEPS (ALWAYS | MASKED | MASKS | BIT(REQ_KEY_ID))
#define PROVISION_DEPS (MASKED | MASKS | BIT(PROD_ID) | BIT(MRSIGNER))

static const struct separation {
	uint16_t name, policy;
	uint32_t deps;
} separations[] = {
	{ SGX_KEY_SEAL, 0, SEAL_DEPS | BIT(PROD_ID) },
	{ SGX_KEY_SEAL, SGX_POLICY_MRENCLAVE, SEAL_DEPS | BIT(PROD_ID) | BIT(MRENCLAVE) },
	{ SGX_KEY_SEAL, SGX_POLICY_MRSIGNER, SEAL_DEPS | BIT(PROD_ID) | BIT(MRSIGNER) },
	{ SGX_KEY_SEAL, SGX_POLICY_MRSIGNER | SGX_POLICY_NOISVPRODID, SEAL_DEPS | BIT(MRSIGNER) },
	{ SGX_KEY_SEAL, SGX_POLICY_CONFIGID, SEAL_DEPS | BIT(PROD_ID) | BIT(CONFIG_ID) },
	{ SGX_KEY_SEAL, SGX_POLICY_ISVFAMILYID, SEAL_DEPS | BIT(PROD_ID) | BIT(FAMILY) },
	{ SGX_KEY_SEAL, SGX_POLICY_ISVEXTPRODID, SEAL_DEPS | BIT(PROD_ID) | BIT(EXT_PROD) },
	{ SGX_KEY_REPORT, 0,
	    ALWAYS | BIT(CURRENT_CPUSVN) | BIT(MRENCLAVE) | BIT(CONFIG_ID) | BIT(MY_CONFIG_SVN) | BIT(FLAG_DEBUG) | BIT(FLAG_MASKED_OUT) |
	        BIT(FLAG_MASKED_IN) | BIT(XFRM_MASKED_OUT) | BIT(XFRM_MASKED_IN) | BIT(MISC) | BIT(REQ_KEY_ID) },
	{ SGX_KEY_EINITTOKEN, 0, ALWAYS | MASKED | BIT(REQ_MISC_MASK) | BIT(REQ_MASK) | BIT(PROD_ID) | BIT(MRSIGNER) | BIT(REQ_KEY_ID) },
	{ SGX_KEY_PROVISION, 0, BIT(ROOT_PROVISION) | PROVISION_DEPS },
	{ SGX_KEY_PROVISION_SEAL, 0, BIT(ROOT_SEAL) | PROVISION_DEPS },
};

static void
apply(enum change c, struct processor *p, struct secs *s, struct sgx_keyrequest *q)
{
	switch (c) {
	case ROOT_SEAL: p->root_seal.b[15] ^= 1; break;
	case ROOT_PROVISION: p->root_provision.b[0] ^= 1; break;
	case OWNER_EPOCH: p->owner_epoch[3] ^= 1; break;
	case CURRENT_CPUSVN: p->cpusvn[0]++; break;
	case REPORT_KEY_ID: p->report_key_id[0] ^= 1; break;
	case MRENCLAVE: s->id.mrenclave[31] ^= 1; break;
	case MRSIGNER: s->id.mrsigner[0] ^= 1; break;
	case PROD_ID: s->id.isv_prod_id ^= 1; break;
	case MY_SVN: s->id.isv_svn++; break;
	case FAMILY: s->id.isv_family_id[0] ^= 1; break;
	case EXT_PROD: s->id.isv_ext_prod_id[0] ^= 1; break;
	case CONFIG_ID: s->id.config_id[63] ^= 1; break;
	case MY_CONFIG_SVN: s->id.config_svn++; break;
	case FLAG_DEBUG: s->id.attributes.flags ^= SGX_FLAGS_DEBUG; break;
	case FLAG_MASKED_OUT: s->id.attributes.flags ^= SGX_FLAGS_AEXNOTIFY; break;
	case FLAG_MASKED_IN: s->id.attributes.flags ^= 1ull << 60; break;
	case XFRM_MASKED_OUT: s->id.attributes.xfrm ^= 0x80; break;
	case XFRM_MASKED_IN: s->id.attributes.xfrm ^= 4; break;
	case MISC: s->id.miscselect ^= 1; break;
	case REQ_SVN: q->isv_svn--; break;
	case REQ_CPUSVN: q->cpusvn[5]--; break;
	case REQ_KEY_ID: q->key_id[7] ^= 1; break;
	/* EINITTOKEN does not take the masks themselves: these reach it through a bit that they newly cover. */
	case REQ_MASK: q->attribute_mask.flags ^= SGX_FLAGS_MODE64BIT; break;
	case REQ_MISC_MASK: q->misc_mask ^= 1; break;
	case NUM_CHANGES: break;
	}
}

static void
derive(struct aes128_key *out, const struct separation *sep, enum change c)
{
	struct processor p = cpu;
	struct secs s = secs;
	struct sgx_keyrequest q = { .key_name = sep->name,
		.key_policy = sep->policy,
		.isv_svn = 3,
		.attribute_mask = { 0xff0000000000000b, 4 },
		.misc_mask = 0xf0000001 };
	enum sgx_error error;

	memcpy(q.cpusvn, cpu.cpusvn, sizeof q.cpusvn);
	q.cpusvn[5]--;
	apply(c, &p, &s, &q);
	assert_int_equal(processor_egetkey(&p, &s, &q, out, &error, NULL), JURAT_OK);
	assert_int_equal(error, SGX_SUCCESS);
}

static void
each_key_depends_on_exactly_what_the_table_says(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(separations); i++) {
		const struct separation *sep = &separations[i];
		struct aes128_key base, changed;

		derive(&base, sep, NUM_CHANGES);
		for (int c = 0; c < NUM_CHANGES; c++) {
			bool same, must_change = (sep->deps & BIT(c)) != 0;

			derive(&changed, sep, (enum change)c);
			same = memcmp(base.b, changed.b, 16) == 0;
			if (same == must_change)
				fail_msg("key %u policy %#x: a change of %s must %schange it", sep->name, sep->policy, change_names[c],
				    must_change ? "" : "not ");
		}
	}
}

static void
no_two_kinds_of_key_are_equal(void **state)
{
	struct aes128_key keys[ARRAY_LEN(separations)];

	for (size_t i = 0; i < ARRAY_LEN(separations); i++) {
		derive(&keys[i], &separations[i], NUM_CHANGES);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(keys[i].b, keys[j].b, 16);
	}
}

static void
configsvn_asked_for_is_part_of_a_config_key(void **state)
{
	struct sgx_keyrequest q;
	struct aes128_key old, new;
	enum sgx_error error;

	seal_request(&q);
	q.key_policy = SGX_POLICY_CONFIGID;
	assert_int_equal(processor_egetkey(&cpu, &secs, &q, &old, &error, NULL), JURAT_OK);
	q.config_svn = 1;
	assert_int_equal(processor_egetkey(&cpu, &secs, &q, &new, &error, NULL), JURAT_OK);
	assert_memory_not_equal(old.b, new.b, 16);
}

static void
masks_never_hide_the_debug_bit(void **state)
{
	struct sgx_keyrequest q;
	struct aes128_key production, debug;
	enum sgx_error error;

	seal_request(&q); /* masks all zero */
	assert_int_equal(processor_egetkey(&cpu, &secs, &q, &production, &error, NULL), JURAT_OK);
	secs.id.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(processor_egetkey(&cpu, &secs, &q, &debug, &error, NULL), JURAT_OK);
	assert_memory_not_equal(production.b, debug.b, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(keys_are_those_of_the_independent_model, setup),
		cmocka_unit_test_setup(a_report_is_that_of_the_independent_model, setup),
		cmocka_unit_test_setup(a_report_is_checked_by_its_target_through_egetkey_alone, setup),
		cmocka_unit_test_setup(a_report_from_another_processor_is_refused, setup),
		cmocka_unit_test_setup(a_report_outlives_a_restart_of_the_key_process, setup),
		cmocka_unit_test_setup(ereport_refuses_cet_in_the_target, setup),
		cmocka_unit_test_setup(egetkey_raises_gp_for_reserved_policy_and_cet, setup),
		cmocka_unit_test_setup(egetkey_raises_gp_for_kss_fields_without_kss, setup),
		cmocka_unit_test_setup(egetkey_gives_no_key_of_a_newer_version, setup),
		cmocka_unit_test_setup(cpusvn_is_compared_component_by_component, setup),
		cmocka_unit_test_setup(unknown_key_names_are_refused, setup),
		cmocka_unit_test_setup(provision_and_launch_keys_need_their_attribute, setup),
		cmocka_unit_test_setup(each_key_depends_on_exactly_what_the_table_says, setup),
		cmocka_unit_test_setup(no_two_kinds_of_key_are_equal, setup),
		cmocka_unit_test_setup(configsvn_asked_for_is_part_of_a_config_key, setup),
		cmocka_unit_test_setup(masks_never_hide_the_debug_bit, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
