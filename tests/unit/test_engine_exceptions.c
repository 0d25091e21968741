/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions inside: asynchronous exit, the nested entry at CSSA = 1, ERESUME. */
#include "engine_rig.h"

#include "core/bytes.h"

static const struct probe_settings with_exinfo = { .xfrm = 3, .miscselect = SGX_MISC_EXINFO, .nssa = 2 };

/* Raises one exception; ms as the probe leaves it. */
static void
raise_inside(struct enclave *e, uint64_t kind, uint64_t addr, uint64_t ms[8])
{
	memset(ms, 0, 8 * sizeof *ms);
	ms[0] = kind;
	ms[6] = addr;
	probe_call(e, PROBE_FAULT, ms);
}

static void
each_exception_is_told_in_exitinfo_and_repaired(void **state)
{
	/* vector, type 3 (hardware) or 6 (software), valid; RIP is that of the instruction: INT3 and SYSCALL too */
	static const struct {
		uint64_t kind;
		uint32_t exitinfo;
		bool rip_is_known;
	} table[] = {
		{ FAULT_UD, 0x80000306, true },
		{ FAULT_BP, 0x80000603, true },
		{ FAULT_DE, 0x80000300, true },
		{ FAULT_SYSCALL, 0x80000306, true },
		{ FAULT_MF, 0x80000310, true },
		{ FAULT_XM, 0x80000313, true },
	};
	struct enclave *e = probe_load(NULL);

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		uint64_t ms[8];

		raise_inside(e, table[i].kind, 0, ms);
		assert_int_equal(ms[5], 1);
		assert_int_equal(ms[1], table[i].exitinfo);
		if (table[i].rip_is_known)
			assert_int_equal(ms[2], 0);
	}
	enclave_unload(e);
}

static void
page_faults_and_gp_are_told_only_with_exinfo(void **state)
{
	struct enclave *e = probe_load(&with_exinfo), *without = probe_load(NULL);
	uint64_t ms[8], absent = (uint64_t)(uintptr_t)e->base + PROBE_ABSENT + 0x123;
	uint64_t read_only = (uint64_t)(uintptr_t)e->base + PROBE_READ_ONLY + 8;

	raise_inside(e, FAULT_READ, absent, ms);
	assert_int_equal(ms[1], 0x8000030e);
	assert_int_equal(ms[3], absent);
	assert_int_equal(ms[4] & 7, 4); /* user, read, not present */
	raise_inside(e, FAULT_WRITE, read_only, ms);
	assert_int_equal(ms[1], 0x8000030e);
	assert_int_equal(ms[3], read_only);
	assert_int_equal(ms[4] & 2, 2);
	raise_inside(e, FAULT_GP, 0, ms);
	assert_int_equal(ms[1], 0x8000030d);
	assert_int_equal(ms[2], 0);
	assert_int_equal(ms[3], 0);
	raise_inside(e, FAULT_READ, 0x8000000000000000, ms); /* not canonical */
	assert_int_equal(ms[1], 0x8000030d);

	raise_inside(without, FAULT_READ, (uint64_t)(uintptr_t)without->base + PROBE_ABSENT, ms);
	assert_int_equal(ms[5], 1);
	assert_int_equal(ms[1], 0);
	raise_inside(without, FAULT_GP, 0, ms);
	assert_int_equal(ms[1], 0);
	enclave_unload(without);
	enclave_unload(e);
}

static void
single_step_inside_is_suppressed_after_an_opt_out_entry(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[8];

	raise_inside(e, FAULT_STEP, 0, ms);
	assert_int_equal(ms[5], 0);
	enclave_unload(e);
}

static void
an_enclave_that_does_not_repair_is_dead_and_says_the_vector(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[8] = { FAULT_UD, 0, 0, 0, 0, 0, 0, /* the handler's answer: not repaired */ 1 }, status;
	struct jurat_diag d = { 0 };

	assert_int_equal(enclave_ecall(e, PROBE_FAULT, ms, NULL, NULL, &status, &d), JURAT_E_STATE);
	assert_string_equal(d.field, "enclave.crashed");
	assert_int_equal(d.got, 6);
	assert_non_null(d.hint);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(enclave_ecall(e, PROBE_ECHO, ms, NULL, NULL, &status, &d), JURAT_E_STATE);
	assert_non_null(d.hint);
	enclave_unload(e);
}

static void
without_a_second_frame_there_is_no_handler(void **state)
{
	static const struct probe_settings one_frame = { .xfrm = 3, .nssa = 1 };
	struct enclave *e = probe_load(&one_frame);
	uint64_t ms[8] = { FAULT_UD }, status;

	assert_int_equal(enclave_ecall(e, PROBE_FAULT, ms, NULL, NULL, &status, NULL), JURAT_E_STATE);
	enclave_unload(e);
}

static void
a_frame_that_cannot_be_loaded_kills_the_enclave_and_not_us(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[8] = { 0xffff1f80 }, status;
	struct jurat_diag d = { 0 };

	assert_int_equal(enclave_ecall(e, PROBE_SPOIL, ms, NULL, NULL, &status, &d), JURAT_E_STATE);
	assert_string_equal(d.field, "enclave.crashed");
	enclave_unload(e);
}

static void
a_key_request_with_reserved_bytes_faults(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint8_t operands[0x600] = { 0 };
	uint64_t ms[10] = { SGX_EGETKEY, 0x200, 0x400, 0, 0, (uint64_t)(uintptr_t)operands, (uint64_t)(uintptr_t)operands };

	operands[100] = 0xff; /* reserved in KEYREQUEST: the processor raises #GP */
	probe_call(e, PROBE_ENCLU, ms);
	assert_int_equal(ms[9], 1);
	enclave_unload(e);
}

/* ---- layout of extended state ---- */

static void
extended_state_survives_the_way_through_the_ssa(void **state)
{
	static uint8_t fp[16384], back[16384], ssa[16384];

	if ((xstate_host()->xfrm & 4) == 0) {
		print_message("no AVX here: not tried\n");
		return;
	}
	for (size_t i = 0; i < sizeof fp; i++)
		fp[i] = (uint8_t)(i * 31 + 7);
	store32le(fp + 24, 0x1f80);
	store32le(fp + 28, 0xffff);
	memset(fp + 464, 0, 48 + 64);
	store32le(fp + 464, 0x46505853);
	store32le(fp + 468, 836);
	store64le(fp + 472, 7);
	store64le(fp + 512, 7);
	memcpy(back, fp, sizeof fp);
	xstate_save(xstate_host(), ssa, fp, 7);
	assert_int_equal(load64le(ssa + 512), 7);
	assert_memory_equal(ssa + 576, fp + 576, 256);
	xstate_init(back, 7);
	assert_int_equal(load64le(back + 512), 0);
	assert_int_equal(load32le(back + 24), 0x1f80);
	assert_true(xstate_load(xstate_host(), back, ssa, 7));
	assert_memory_equal(back, fp, 416);
	assert_memory_equal(back + 576, fp + 576, 256);

	/* a component in its initial state: what lies in the frame is not copied into the enclave */
	store64le(fp + 512, 3);
	xstate_save(xstate_host(), ssa, fp, 7);
	assert_int_equal(load64le(ssa + 512), 3);
	assert_int_equal(ssa[576], 0);
	/* XFRM 3: AVX state is not the enclave's, and stays in the frame */
	store64le(fp + 512, 7);
	memcpy(back, fp, sizeof fp);
	xstate_init(back, 3);
	assert_int_equal(load64le(back + 512), 4);
	assert_memory_equal(back + 576, fp + 576, 256);
}

/* A signal frame with every byte different from its neighbours, all of `features` present. */
static void
full_frame(uint8_t *fp, size_t len, uint64_t features)
{
	for (size_t i = 0; i < len; i++)
		fp[i] = (uint8_t)(i * 29 + i / 256);
	store32le(fp + 24, 0x1f80);
	store32le(fp + 28, 0xffff);
	memset(fp + 416, 0, 96 + 64);
	store32le(fp + 464, 0x46505853);
	store64le(fp + 472, features);
	store64le(fp + 512, features);
}

static void
avx512_and_pkru_go_to_intels_places_from_amds(void **state)
{
	/* AMD Zen 4: opmask 832, ZMM_Hi256 896, Hi16_ZMM 1408, PKRU 2432; Intel: SDM vol. 1, 13.4 and CPUID leaf 13 */
	static const struct xstate_layout amd = { { 576, 832, 896, 1408, 2432 }, 0x2e7 };
	static const struct {
		size_t amd, intel, len;
	} places[] = { { 576, 576, 256 }, { 832, 1088, 64 }, { 896, 1152, 512 }, { 1408, 1664, 1024 }, { 2432, 2688, 8 } };
	static uint8_t fp[4096], back[4096], ssa[4096];

	full_frame(fp, sizeof fp, 0x2e7);
	xstate_save(&amd, ssa, fp, 0x2e7);
	assert_int_equal(load64le(ssa + 512), 0x2e7);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		assert_memory_equal(ssa + places[i].intel, fp + places[i].amd, places[i].len);
	full_frame(back, sizeof back, 0x2e7);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		memset(back + places[i].amd, 0, places[i].len);
	assert_true(xstate_load(&amd, back, ssa, 0x2e7));
	assert_memory_equal(back, fp, sizeof fp);
}

static void
a_frame_that_xrstor_would_refuse_is_refused(void **state)
{
	static uint8_t fp[4096], ssa[4096], before[4096];

	store32le(fp + 28, 0xffff);
	store64le(ssa + 512, 3);
	store32le(ssa + 24, 0x1f80);
	memcpy(before, fp, sizeof fp);
	store32le(ssa + 24, 0x10000);
	assert_false(xstate_load(xstate_host(), fp, ssa, 3));
	store32le(ssa + 24, 0x1f80);
	store64le(ssa + 512, 7);
	assert_false(xstate_load(xstate_host(), fp, ssa, 3));
	store64le(ssa + 512, 3);
	for (size_t i = 520; i < 536; i++) {
		ssa[i] = 0x80;
		assert_false(xstate_load(xstate_host(), fp, ssa, 3));
		ssa[i] = 0;
	}
	assert_memory_equal(fp, before, sizeof fp);
	assert_true(xstate_load(xstate_host(), fp, ssa, 3));
}

/* The classifier with every shape that ENCLU's exception can have, on real and on altered bytes. */
static void
enclu_is_recognised_as_ud_gp_and_pf_and_nothing_else_is(void **state)
{
	static const uint8_t enclu[] = { 0x0f, 0x01, 0xd7 }, encls[] = { 0x0f, 0x01, 0xcf };
	static const struct {
		const uint8_t *code;
		int sig, si_code;
		greg_t trap, error;
		bool is;
	} table[] = {
		{ enclu, SIGILL, ILL_ILLOPN, 6, 0, true },
		{ enclu, SIGSEGV, SI_KERNEL, 13, 0, true },
		{ enclu, SIGSEGV, SEGV_MAPERR, 14, 4, true },
		{ enclu, SIGSEGV, SEGV_ACCERR, 14, 0x14, false }, /* the fetch itself failed */
		{ enclu, SIGILL, SI_USER, 6, 0, false },          /* sent by somebody */
		{ enclu, SIGSEGV, SI_TKILL, 13, 0, false },
		{ enclu, SIGFPE, FPE_INTDIV, 0, 0, false },
		{ encls, SIGILL, ILL_ILLOPN, 6, 0, false },
		{ encls, SIGSEGV, SI_KERNEL, 13, 0, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		siginfo_t info = { .si_signo = table[i].sig, .si_code = table[i].si_code };
		ucontext_t uc = { 0 };

		uc.uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)table[i].code;
		uc.uc_mcontext.gregs[REG_TRAPNO] = table[i].trap;
		uc.uc_mcontext.gregs[REG_ERR] = table[i].error;
		if (engine_is_enclu(table[i].sig, &info, &uc) != table[i].is)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_exception_is_told_in_exitinfo_and_repaired),
		cmocka_unit_test(page_faults_and_gp_are_told_only_with_exinfo),
		cmocka_unit_test(single_step_inside_is_suppressed_after_an_opt_out_entry),
		cmocka_unit_test(an_enclave_that_does_not_repair_is_dead_and_says_the_vector),
		cmocka_unit_test(without_a_second_frame_there_is_no_handler),
		cmocka_unit_test(a_frame_that_cannot_be_loaded_kills_the_enclave_and_not_us),
		cmocka_unit_test(a_key_request_with_reserved_bytes_faults),
		cmocka_unit_test(extended_state_survives_the_way_through_the_ssa),
		cmocka_unit_test(avx512_and_pkru_go_to_intels_places_from_amds),
		cmocka_unit_test(a_frame_that_xrstor_would_refuse_is_refused),
		cmocka_unit_test(enclu_is_recognised_as_ud_gp_and_pf_and_nothing_else_is),
	};
	return cmocka_run_group_tests(tests, rig_up, rig_down);
}
