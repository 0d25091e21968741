/* SPDX-License-Identifier: Apache-2.0 */
/* TD reports. Offsets are those of Intel's sgx_quote_4.h and sgx_quote_5.h, written out here a second time. */
#include "support.h"

#include "core/bytes.h"
#include "sgx/tdreport.h"

static const struct {
	unsigned kind;
	size_t len;
} kinds[] = { { TD_REPORT_10, 584 }, { TD_REPORT_15, 648 }, { TD_REPORT_15_EX, 885 } };

/* counting: a byte pattern in which every position differs from its neighbours. */
static void
counting(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7 + i / 256 + 1);
}

static void
td_report_fields_stand_at_intels_offsets(void **state)
{
	uint8_t in[885];
	struct td_report t;

	counting(in, sizeof in);
	assert_int_equal(td_report_parse(&t, TD_REPORT_15_EX, in, sizeof in, NULL), JURAT_OK);
	assert_int_equal(t.kind, TD_REPORT_15_EX);
	assert_memory_equal(t.tee_tcb_svn, in, 16);
	assert_memory_equal(t.mr_seam, in + 16, 48);
	assert_memory_equal(t.mrsigner_seam, in + 64, 48);
	assert_true(t.seam_attributes == load64le(in + 112));
	assert_true(t.td_attributes == load64le(in + 120));
	assert_true(t.xfam == load64le(in + 128));
	assert_memory_equal(t.mr_td, in + 136, 48);
	assert_memory_equal(t.mr_config_id, in + 184, 48);
	assert_memory_equal(t.mr_owner, in + 232, 48);
	assert_memory_equal(t.mr_owner_config, in + 280, 48);
	assert_memory_equal(t.rtmr, in + 328, 4 * 48);
	assert_memory_equal(t.report_data, in + 520, 64);
	assert_memory_equal(t.tee_tcb_svn2, in + 584, 16);
	assert_memory_equal(t.mr_servicetd, in + 600, 48);
	assert_int_equal(t.vmid, in[648]);
	assert_memory_equal(t.td_id, in + 649, 32);
	assert_memory_equal(t.devinfo, in + 681, 48);
	assert_memory_equal(t.init_servtd_hash, in + 729, 48);
	assert_true(t.init_servtd_attr == load64le(in + 777));
	assert_memory_equal(t.init_cpusvn, in + 785, 16);
	assert_memory_equal(t.init_tee_tcb_svn, in + 801, 16);
	assert_memory_equal(t.init_fmspc, in + 817, 12);
	assert_memory_equal(t.cur_servtd_hash, in + 829, 48);
	assert_true(t.cur_servtd_attr == load64le(in + 877));
}

static void
td_reports_of_every_kind_round_trip_and_older_ones_have_zeros(void **state)
{
	uint8_t in[885], back[885];
	static const uint8_t zeros[TD_HASH_LEN];

	counting(in, sizeof in);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		uint8_t *p = test_copy(in, kinds[i].len);
		struct td_report t;

		assert_int_equal(td_report_len(kinds[i].kind), kinds[i].len);
		assert_int_equal(td_report_parse(&t, kinds[i].kind, p, kinds[i].len, NULL), JURAT_OK);
		if (kinds[i].kind == TD_REPORT_10)
			assert_memory_equal(t.mr_servicetd, zeros, sizeof zeros);
		if (kinds[i].kind != TD_REPORT_15_EX)
			assert_memory_equal(t.cur_servtd_hash, zeros, sizeof zeros);
		td_report_encode(back, &t);
		assert_memory_equal(back, p, kinds[i].len);
		free(p);
	}
}

static void
td_reports_of_another_length_or_kind_are_refused(void **state)
{
	uint8_t in[886] = { 0 };
	struct td_report t, before;

	memset(&before, 0x77, sizeof before);
	t = before;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (size_t n = 0; n < kinds[i].len; n++) {
			uint8_t *p = test_copy(in, n);

			assert_int_equal(td_report_parse(&t, kinds[i].kind, p, n, NULL), JURAT_E_TRUNCATED);
			free(p);
		}
		assert_int_equal(td_report_parse(&t, kinds[i].kind, in, kinds[i].len + 1, NULL), JURAT_E_TRAILING);
	}
	for (unsigned kind = 0; kind < 7; kind++) {
		if (kind < 2 || kind > 4)
			assert_int_equal(td_report_parse(&t, kind, in, 584, NULL), JURAT_E_FORMAT);
	}
	assert_memory_equal(&t, &before, sizeof t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(td_report_fields_stand_at_intels_offsets),
		cmocka_unit_test(td_reports_of_every_kind_round_trip_and_older_ones_have_zeros),
		cmocka_unit_test(td_reports_of_another_length_or_kind_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
