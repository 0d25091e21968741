/* SPDX-License-Identifier: Apache-2.0 */
/* enclaves/runtime/enter.c and host_memory.c natively: the edge between host memory and enclave_main. */
#include <setjmp.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "crypto/enclave_random.h"
#include "enclave_stub.h"
#include "enclave.h"
#include "runtime.h"

/* ---- the rest of the enclave ---- */

static uint8_t fake_elrange[4096] __attribute__((aligned(4096)));
static jmp_buf crashed;
static struct call_frame *frame_seen; /* what the "other thread" of the host alters while the call is inside */
static unsigned relocated, seeded;

uint64_t
enclave_base(void)
{
	return (uint64_t)(uintptr_t)fake_elrange;
}

uint64_t
enclave_size(void)
{
	return sizeof fake_elrange;
}

void
relocate(void)
{
	relocated++;
}

void
runtime_crash(void)
{
	runtime_state = RUNTIME_CRASHED;
	longjmp(crashed, 1);
}

void
enclave_random_seed(const uint8_t seed[SHA256_LEN])
{
	seeded += !ct_is_zero(seed, SHA256_LEN);
}

enum { OP_ECHO = 1, OP_FAIL, OP_RACE, OP_EXCEPTION, OP_OVERLONG, OP_NEST };

jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	if (in_len > out_cap)
		return JURAT_E_TOO_LARGE;
	if (in_len != 0)
		memcpy(out, in, in_len);
	*out_len = op == OP_OVERLONG ? out_cap + 1 : in_len;
	if (op == OP_RACE) { /* the host changes its mind after the check: into the enclave, and more of it */
		frame_seen->out = enclave_base();
		frame_seen->out_cap = UINT64_MAX;
		frame_seen->in = enclave_base();
	}
	if (op == OP_EXCEPTION)
		runtime_state = RUNTIME_CRASHED; /* entry.S at CSSA 1 */
	if (op == OP_NEST && runtime_enter(CALL_INDEX_CALL, (uint64_t)(uintptr_t)frame_seen) != CALL_STATUS_INVALID_STATE)
		return JURAT_E_INTERNAL;
	return op == OP_FAIL ? JURAT_E_DENIED : JURAT_OK;
}

static int
ready(void **state)
{
	static struct processor cpu;
	static struct secs who;

	cpu = stub_processor(1);
	who = stub_secs(1, 2, 3, 4);
	stub_enter(&cpu, &who);
	memset(fake_elrange, 0xee, sizeof fake_elrange);
	runtime_state = RUNTIME_READY;
	return 0;
}

struct call {
	_Alignas(8) uint8_t in[64], out[64];
	struct call_frame frame;
};

static void
call_init(struct call *c, uint32_t op, size_t in_len)
{
	memset(c, 0, sizeof *c);
	memset(c->in, 0x61, sizeof c->in);
	memset(c->out, 0xaa, sizeof c->out);
	c->frame = (struct call_frame){.version = CALL_FRAME_VERSION,
	    .op = op,
	    .in = (uint64_t)(uintptr_t)c->in,
	    .in_len = in_len,
	    .out = (uint64_t)(uintptr_t)c->out,
	    .out_cap = sizeof c->out,
	    .out_len = 77,
	    .rc = 88};
	frame_seen = &c->frame;
}

static enum call_status
enter(struct call *c)
{
	return runtime_enter(CALL_INDEX_CALL, (uint64_t)(uintptr_t)&c->frame);
}

static bool
untouched(const struct call *c)
{
	for (size_t i = 0; i < sizeof c->out; i++) {
		if (c->out[i] != 0xaa)
			return false;
	}
	for (size_t i = 0; i < sizeof fake_elrange; i++) {
		if (fake_elrange[i] != 0xee)
			return false;
	}
	return true;
}

/* ---- ranges ---- */

static void
a_range_is_outside_only_as_a_whole(void **state)
{
	const struct elrange self = {0x10000, 0x10000};
	static const struct {
		uint64_t at, len;
		bool ok;
	} cases[] = {
	    {0x8000, 0x8000, true},      /* ends where the enclave begins */
	    {0x8000, 0x8001, false},     /* one byte inside */
	    {0xfff8, 8, true},
	    {0xfff8, 9, false},
	    {0x10000, 1, false},
	    {0x18000, 8, false},
	    {0x1fff8, 8, false},
	    {0x1fff8, 0x1000, false},    /* begins inside */
	    {0x20000, 8, true},          /* begins where the enclave ends */
	    {0x8000, 0x20000, false},    /* around it */
	    {0x8000, UINT64_MAX, false},
	    {0x8000, UINT64_MAX - 7, false},
	    {0x20000, UINT64_MAX - 0x20007, true},
	    {0x20000, UINT64_MAX - 0x20000, true},   /* up to the last byte there is */
	    {0x20000, UINT64_MAX - 0x1fff7, false},  /* wraps to 0 */
	    {0x20000, UINT64_MAX - 0xffff, false},   /* wraps into the enclave */
	    {UINT64_MAX - 7, 8, true},
	    {UINT64_MAX - 7, 9, false},
	    {UINT64_MAX - 7, 16, false},
	    {0x8001, 8, false},          /* APIC page: unaligned */
	    {0x8004, 8, false},
	    {0x10001, 0, true},          /* nothing is read from nowhere */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (host_range_check(&self, cases[i].at, cases[i].len) != cases[i].ok)
			fail_msg("case %zu", i);
	}
}

static void
reads_and_writes_cover_whole_words_and_no_more(void **state)
{
	for (size_t n = 0; n <= 24; n++) {
		size_t rounded = (n + 7) / 8 * 8;
		uint64_t *host = calloc(rounded / 8 + 1, 8);
		uint8_t *mine = test_copy("0123456789abcdefghijklmnopqrstuv", rounded);

		assert_non_null(host);
		host[rounded / 8] = 0x1122334455667788;
		host_write((uint64_t)(uintptr_t)host, mine, n);
		assert_memory_equal(host, mine, n);
		assert_true(ct_is_zero((uint8_t *)host + n, rounded - n));
		assert_int_equal(host[rounded / 8], 0x1122334455667788);
		memset(mine, 0xff, rounded);
		memset((uint8_t *)host + n, 0x99, rounded - n);
		host_read(mine, (uint64_t)(uintptr_t)host, n);
		assert_memory_equal(mine, host, n);
		assert_true(ct_is_zero(mine + n, rounded - n));
		free(host);
		free(mine);
	}
}

/* ---- life ---- */

static void
init_happens_once_and_before_everything(void **state)
{
	struct call c;

	call_init(&c, OP_ECHO, 3);
	runtime_state = RUNTIME_NEW;
	relocated = seeded = 0;
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_STATE);
	assert_int_equal(runtime_enter(CALL_INDEX_INIT, 0), CALL_STATUS_OK);
	assert_int_equal(runtime_enter(CALL_INDEX_INIT, 0), CALL_STATUS_INVALID_STATE);
	assert_int_equal(relocated, 1);
	assert_int_equal(seeded, 1);
	assert_int_equal(enter(&c), CALL_STATUS_OK);
}

static void
indices_of_the_sdk_that_we_do_not_offer_are_refused(void **state)
{
	static const int64_t indices[] = {-2, -3, -4, -5, -6, -7, 1, 2, INT64_MAX, INT64_MIN};
	struct call c;

	call_init(&c, OP_ECHO, 3);
	for (size_t i = 0; i < ARRAY_LEN(indices); i++)
		assert_int_equal(runtime_enter(indices[i], (uint64_t)(uintptr_t)&c.frame), CALL_STATUS_INVALID_FUNCTION);
	assert_true(untouched(&c));
	assert_int_equal(c.frame.rc, 88);
}

static void
a_crashed_enclave_stays_dead(void **state)
{
	struct call c;

	call_init(&c, OP_ECHO, 3);
	runtime_state = RUNTIME_CRASHED;
	assert_int_equal(enter(&c), CALL_STATUS_CRASHED);
	assert_int_equal(runtime_enter(CALL_INDEX_INIT, 0), CALL_STATUS_CRASHED);
	assert_true(untouched(&c));
}

static void
an_exception_during_a_call_lets_nothing_out(void **state)
{
	struct call c;

	call_init(&c, OP_EXCEPTION, 16);
	assert_int_equal(enter(&c), CALL_STATUS_CRASHED);
	assert_true(untouched(&c));
	assert_int_equal(c.frame.out_len, 0);
	assert_int_equal(enter(&c), CALL_STATUS_CRASHED);
}

static void
a_second_call_while_one_is_inside_is_refused(void **state)
{
	struct call c;

	call_init(&c, OP_NEST, 4);
	assert_int_equal(enter(&c), CALL_STATUS_OK);
	assert_int_equal(c.frame.rc, JURAT_OK);
}

/* ---- frames ---- */

static void
bytes_go_in_and_come_out(void **state)
{
	struct call c;

	for (size_t n = 0; n <= sizeof c.in; n++) {
		call_init(&c, OP_ECHO, n);
		assert_int_equal(enter(&c), CALL_STATUS_OK);
		assert_int_equal(c.frame.rc, JURAT_OK);
		assert_int_equal(c.frame.out_len, n);
		assert_memory_equal(c.out, c.in, n);
		assert_int_equal(c.frame.reserved, 0);
	}
}

static void
a_frame_or_buffer_that_touches_the_enclave_is_refused(void **state)
{
	struct call c;

	call_init(&c, OP_ECHO, 8);
	assert_int_equal(runtime_enter(CALL_INDEX_CALL, enclave_base()), CALL_STATUS_INVALID_PARAMETER);
	assert_int_equal(runtime_enter(CALL_INDEX_CALL, enclave_base() - 8), CALL_STATUS_INVALID_PARAMETER);
	assert_int_equal(runtime_enter(CALL_INDEX_CALL, enclave_base() + sizeof fake_elrange - 8), CALL_STATUS_INVALID_PARAMETER);
	assert_int_equal(runtime_enter(CALL_INDEX_CALL, 0), CALL_STATUS_INVALID_PARAMETER);
	c.frame.in = enclave_base() + 64;
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
	call_init(&c, OP_ECHO, 8);
	c.frame.out = enclave_base() + 64;
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
	call_init(&c, OP_ECHO, 8);
	c.frame.out = enclave_base() - 8; /* only its end lies inside */
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
	call_init(&c, OP_ECHO, 8);
	c.frame.out_cap = UINT64_MAX;
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
	assert_true(untouched(&c));
	assert_int_equal(c.frame.rc, 88); /* nothing was written at all */
}

static void
unaligned_untrusted_memory_is_refused(void **state)
{
	struct call c;

	for (uint64_t off = 1; off < 8; off++) {
		call_init(&c, OP_ECHO, 8);
		assert_int_equal(
		    runtime_enter(CALL_INDEX_CALL, (uint64_t)(uintptr_t)&c.frame + off), CALL_STATUS_INVALID_PARAMETER);
		c.frame.in += off;
		assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
		call_init(&c, OP_ECHO, 8);
		c.frame.out += off;
		assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
		assert_true(untouched(&c));
	}
}

static void
a_frame_of_another_version_is_refused(void **state)
{
	struct call c;

	call_init(&c, OP_ECHO, 8);
	c.frame.version = CALL_FRAME_VERSION + 1;
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
	call_init(&c, OP_ECHO, 8);
	c.frame.reserved = 1;
	assert_int_equal(enter(&c), CALL_STATUS_INVALID_PARAMETER);
	assert_true(untouched(&c));
}

static void
too_much_input_is_refused_by_name(void **state)
{
	struct call c;

	call_init(&c, OP_ECHO, 8);
	c.frame.in_len = ENCLAVE_IN_MAX_LEN + 1; /* never read: the buffer behind it has 64 bytes */
	assert_int_equal(enter(&c), CALL_STATUS_OK);
	assert_int_equal(c.frame.rc, JURAT_E_TOO_LARGE);
	assert_int_equal(c.frame.out_len, 0);
	assert_true(untouched(&c));
}

static void
a_refused_operation_lets_nothing_out(void **state)
{
	struct call c;

	call_init(&c, OP_FAIL, 8);
	assert_int_equal(enter(&c), CALL_STATUS_OK);
	assert_int_equal(c.frame.rc, JURAT_E_DENIED);
	assert_int_equal(c.frame.out_len, 0);
	assert_true(untouched(&c));
}

static void
a_frame_that_changes_after_the_check_changes_nothing(void **state)
{
	struct call c;

	call_init(&c, OP_RACE, 8);
	assert_int_equal(enter(&c), CALL_STATUS_OK);
	assert_memory_equal(c.out, c.in, 8);
	for (size_t i = 0; i < sizeof fake_elrange; i++)
		assert_int_equal(fake_elrange[i], 0xee);
}

static void
an_enclave_that_claims_more_output_than_there_is_dies(void **state)
{
	struct call c;

	call_init(&c, OP_OVERLONG, 8);
	if (setjmp(crashed) == 0) {
		(void)enter(&c);
		fail_msg("%s", "went on");
	}
	assert_true(untouched(&c));
	assert_int_equal(enter(&c), CALL_STATUS_CRASHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_range_is_outside_only_as_a_whole),
	    cmocka_unit_test(reads_and_writes_cover_whole_words_and_no_more),
	    cmocka_unit_test_setup(init_happens_once_and_before_everything, ready),
	    cmocka_unit_test_setup(indices_of_the_sdk_that_we_do_not_offer_are_refused, ready),
	    cmocka_unit_test_setup(a_crashed_enclave_stays_dead, ready),
	    cmocka_unit_test_setup(an_exception_during_a_call_lets_nothing_out, ready),
	    cmocka_unit_test_setup(a_second_call_while_one_is_inside_is_refused, ready),
	    cmocka_unit_test_setup(bytes_go_in_and_come_out, ready),
	    cmocka_unit_test_setup(a_frame_or_buffer_that_touches_the_enclave_is_refused, ready),
	    cmocka_unit_test_setup(unaligned_untrusted_memory_is_refused, ready),
	    cmocka_unit_test_setup(a_frame_of_another_version_is_refused, ready),
	    cmocka_unit_test_setup(too_much_input_is_refused_by_name, ready),
	    cmocka_unit_test_setup(a_refused_operation_lets_nothing_out, ready),
	    cmocka_unit_test_setup(a_frame_that_changes_after_the_check_changes_nothing, ready),
	    cmocka_unit_test_setup(an_enclave_that_claims_more_output_than_there_is_dies, ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
