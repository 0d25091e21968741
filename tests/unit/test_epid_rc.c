/* SPDX-License-Identifier: Apache-2.0 */
/* Return codes are Intel's in number and name (its errors.h): programs and people compare both. */
#include "support.h"

#include "core/compiler.h"
#include "jurat/epid.h"

/* As Intel's enum counts: from -999 upwards. The names between that are not here are of things that Jurat does not have. */
static const struct {
	int number;
	const char *name;
} intel[] = {
	{ 0, "kEpidNoErr" },
	{ 1, "kEpidSigInvalid" },
	{ 2, "kEpidSigRevokedInGroupRl" },
	{ 3, "kEpidSigRevokedInPrivRl" },
	{ 4, "kEpidSigRevokedInSigRl" },
	{ 5, "kEpidSigRevokedInVerifierRl" },
	{ -999, "kEpidErr" },
	{ -997, "kEpidNoMemErr" },
	{ -996, "kEpidMemAllocErr" },
	{ -995, "kEpidMathErr" },
	{ -992, "kEpidHashAlgorithmNotSupported" },
	{ -990, "kEpidDuplicateErr" },
	{ -989, "kEpidInconsistentBasenameSetErr" },
	{ -987, "kEpidOutOfSequenceError" },
	{ -986, "kEpidBadJoinRequestErr" },
	{ -985, "kEpidSchemaNotSupportedErr" },
	{ -983, "kEpidKeyNotInGroupErr" },
	{ -982, "kEpidPrecompNotInGroupErr" },
	{ -981, "kEpidVersionMismatchErr" },
	{ -980, "kEpidGroupIdMismatchErr" },
	{ -979, "kEpidMaxVersionErr" },
	{ -978, "kEpidMaxEntriesErr" },
	{ -977, "kEpidBitSupplierErr" },
	{ -975, "kEpidBadGroupPubKeyErr" },
	{ -974, "kEpidBadSignatureErr" },
	{ -973, "kEpidBadNrProofErr" },
	{ -972, "kEpidBadPrivRlErr" },
	{ -971, "kEpidBadSigRlErr" },
	{ -970, "kEpidBadSigRlEntryErr" },
	{ -969, "kEpidBadGroupRlErr" },
	{ -968, "kEpidBadVerifierRlErr" },
	{ -967, "kEpidBadPrecompErr" },
	{ -966, "kEpidBadBasenameErr" },
	{ -965, "kEpidBadMessageErr" },
	{ -963, "kEpidBadIPrivKeyErr" },
	{ -962, "kEpidBadGidErr" },
	{ -961, "kEpidBadPrivKeyErr" },
	{ -959, "kEpidBadMembershipCredentialErr" },
	{ -954, "kEpidBadArgErr" },
};

static void
codes_have_intels_numbers_and_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(intel); i++)
		assert_string_equal(jurat_epid_rc_name((jurat_epid_rc)intel[i].number), intel[i].name);
}

static void
no_other_number_has_a_name(void **state)
{
	size_t named = 0;

	(void)state;
	for (int number = -1100; number <= 100; number++) {
		named += strcmp(jurat_epid_rc_name((jurat_epid_rc)number), "unknown") != 0;
		assert_non_null(jurat_epid_rc_text((jurat_epid_rc)number));
	}
	assert_int_equal(named, ARRAY_LEN(intel));
}

static void
a_verdict_is_valid_where_a_code_is_no_error(void **state)
{
	(void)state;
	assert_string_equal(jurat_epid_verdict_name(JURAT_EPID_OK), "kEpidSigValid");
	for (size_t i = 1; i < ARRAY_LEN(intel); i++)
		assert_string_equal(jurat_epid_verdict_name((jurat_epid_rc)intel[i].number), intel[i].name);
}

static void
every_defect_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < JURAT_EPID_DEFECT_MAX; i++) {
		assert_string_not_equal(jurat_epid_defect_name((enum jurat_epid_defect)i), "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(jurat_epid_defect_name((enum jurat_epid_defect)i), jurat_epid_defect_name((enum jurat_epid_defect)j));
	}
	assert_string_equal(jurat_epid_defect_name(JURAT_EPID_DEFECT_MAX), "unknown");
	assert_string_equal(jurat_epid_defect_name((enum jurat_epid_defect)-1), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_intels_numbers_and_names),
		cmocka_unit_test(no_other_number_has_a_name),
		cmocka_unit_test(a_verdict_is_valid_where_a_code_is_no_error),
		cmocka_unit_test(every_defect_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
