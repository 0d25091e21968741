/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The published attacks on enclave entry against enclaves/runtime, from a host that issues EENTER itself (enclave_raw.S) on the engine.
 * The enclave is a probe over the very same runtime.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "enclave_probe.h"
#include "enclave_raw.h"
#include "enclave_world.h"
#include "machine/call_frame.h"
#include "machine/engine.h"

#define FLAG_DF 0x400u
#define FLAG_AC 0x40000u
#define MXCSR_INITIAL 0x1f80u
#define FCW_INITIAL 0x37fu
#define POISON 0xa5a5a5a5a5a5a5a5ull

static struct enclave_world world;
static struct machine *machine;

static int
up(void **state)
{
	world_new(&world);
	machine = world_machine(&world);
	return 0;
}

static int
down(void **state)
{
	machine_close(machine);
	world_free(&world);
	return 0;
}

static struct enclave *
probe_new(void)
{
	return world_load(machine, "enclave_probe", world.author, NULL);
}

static jurat_rc
probe_call(struct enclave *e, uint32_t op, const void *in, size_t len, void *out, size_t cap, size_t *out_len)
{
	return enclave_call(e, op, in, len, out, cap, out_len, NULL);
}

/* A call frame in host memory, for raw_enter. */
struct raw_call {
	_Alignas(8) uint8_t in[64], out[256];
	struct call_frame frame;
	struct raw_entry entry;
};

static void
raw_init(struct raw_call *c, const struct enclave *e, uint32_t op, const void *in, size_t in_len)
{
	memset(c, 0, sizeof *c);
	if (in_len != 0)
		memcpy(c->in, in, in_len);
	c->frame = (struct call_frame){.version = CALL_FRAME_VERSION,
	    .op = op,
	    .in = (uint64_t)(uintptr_t)c->in,
	    .in_len = in_len,
	    .out = (uint64_t)(uintptr_t)c->out,
	    .out_cap = sizeof c->out,
	    .rc = 88};
	c->entry.tcs = c->entry.nested_tcs = e->tcs[0].addr;
	c->entry.rsi = (uint64_t)(uintptr_t)&c->frame;
	c->entry.poison = POISON;
	c->entry.mxcsr = MXCSR_INITIAL;
	c->entry.fcw = FCW_INITIAL;
}

/* An attacker's settings: string operations run backwards, unaligned accesses fault, rounding and flushing are wrong, x87 is in MMX
 * mode with another precision. */
static void
poison(struct raw_call *c)
{
	c->entry.flags = FLAG_DF | FLAG_AC | 0x8d5;
	c->entry.mxcsr = 0xffc0;
	c->entry.fcw = 0x0c7f;
	c->entry.mmx = 1;
}

struct state {
	uint64_t flags;
	uint32_t mxcsr;
	uint16_t fcw, fsw, ftw;
	uint64_t rsp, canary, bss;
};

static void
state_parse(struct state *s, const uint8_t *p, size_t len)
{
	struct reader r;

	reader_init(&r, p, len);
	s->flags = reader_u64le(&r);
	s->mxcsr = reader_u32le(&r);
	s->fcw = reader_u16le(&r);
	s->fsw = reader_u16le(&r);
	s->ftw = reader_u16le(&r);
	s->rsp = reader_u64le(&r);
	s->canary = reader_u64le(&r);
	s->bss = reader_u64le(&r);
	assert_int_equal(reader_end(&r, "state", NULL), JURAT_OK);
}

static void
raw_ok(struct raw_call *c)
{
	raw_enter(&c->entry);
	assert_int_equal(c->entry.out[5], UINT64_MAX); /* RDI: finished */
	assert_int_equal(c->entry.out[4], CALL_STATUS_OK);
	assert_int_equal(c->frame.rc, JURAT_OK);
}

/* A Tale of Two Worlds; Faulty Point Unit. */
static void
poisoned_flags_mxcsr_and_x87_are_put_right_before_any_c(void **state)
{
	struct enclave *e = probe_new();
	struct raw_call c;
	struct state s;

	raw_init(&c, e, PROBE_STATE, NULL, 0);
	poison(&c);
	raw_ok(&c);
	state_parse(&s, c.out, c.frame.out_len);
	assert_int_equal(s.flags & (FLAG_DF | FLAG_AC), 0);
	assert_int_equal(s.mxcsr, MXCSR_INITIAL);
	assert_int_equal(s.fcw, FCW_INITIAL);
	assert_int_equal(s.fsw, 0);
	assert_int_equal(s.ftw, 0xffff); /* empty: not in MMX mode */
	assert_true(s.rsp >= (uint64_t)(uintptr_t)e->base && s.rsp < (uint64_t)(uintptr_t)e->base + e->size);
	enclave_unload(e);
}

/* Whether these bytes stand anywhere in the enclave's memory. */
static bool
remembers(const struct enclave *e, const uint8_t *bytes, size_t n)
{
	uint8_t *copy = calloc(1, e->size);
	bool found;

	assert_non_null(copy);
	for (uint64_t off = 0; off < e->size; off += SGX_PAGE_SIZE) {
		struct iovec to = {copy + off, SGX_PAGE_SIZE}, from = {e->base + off, SGX_PAGE_SIZE};

		(void)process_vm_readv(getpid(), &to, 1, &from, 1, 0); /* pages that are not there stay zero */
	}
	found = memmem(copy, e->size, bytes, n) != NULL;
	free(copy);
	return found;
}

static void
the_canary_is_fresh_in_every_call(void **state)
{
	struct enclave *e = probe_new();
	struct state a, b;
	uint8_t out[64];
	size_t len;

	assert_int_equal(probe_call(e, PROBE_STATE, NULL, 0, out, sizeof out, &len), JURAT_OK);
	state_parse(&a, out, len);
	assert_int_equal(probe_call(e, PROBE_STATE, NULL, 0, out, sizeof out, &len), JURAT_OK);
	state_parse(&b, out, len);
	assert_int_not_equal(a.canary, 0);
	assert_int_not_equal(a.canary, b.canary);
	assert_int_equal(b.canary & 0xff, 0); /* stops the reading of strings */
	assert_false(remembers(e, out + 26, 8)); /* nor is it left behind */
	enclave_unload(e);
}

static void
nothing_of_a_call_is_left_in_registers_flags_stack_or_buffers(void **state)
{
	static const uint8_t secret[16] = {0xd1, 0x5c, 0x0b, 0x91, 0x77, 0x3e, 0xa8, 0x41, 0x9c, 0xe0, 0x12, 0x6f, 0xb3, 0x58, 0x2d, 0xf4};
	struct enclave *e = probe_new();
	struct raw_call c, d;

	raw_init(&c, e, PROBE_DIRTY, secret, sizeof secret);
	raw_ok(&c);
	assert_int_equal(c.entry.out[0], 4);                 /* RAX: EEXIT */
	assert_int_equal(c.entry.out[3], 0);                 /* RDX */
	assert_int_equal(c.entry.out[6], POISON);            /* RBP: the host's */
	for (size_t i = 7; i < 15; i++)
		assert_int_equal(c.entry.out[i], 0);         /* R8 .. R15 */
	assert_int_equal(c.entry.out[15], 0);                /* RSP as it was */
	assert_true(ct_is_zero(c.entry.fx + 160, 256));      /* XMM */
	for (size_t i = 0; i < 8; i++)
		assert_true(ct_is_zero(c.entry.fx + 32 + 16 * i, 10));
	assert_int_equal(load16le(c.entry.fx), FCW_INITIAL);
	assert_int_equal(c.entry.fx[4], 0);                  /* x87 registers empty */
	assert_true(ct_is_zero(c.entry.fx + 6, 18));         /* last instruction and operand */
	assert_int_equal(load32le(c.entry.fx + 24), MXCSR_INITIAL);
	assert_false(remembers(e, secret, 8));

	raw_init(&d, e, PROBE_SPIN, (const uint8_t[16]){1, 0, 0, 0, 0, 0, 0, 0, 0xd1, 0x5c, 0x0b, 0x91, 0x77, 0x3e, 0xa8, 0x41}, 16);
	raw_ok(&d);
	assert_memory_equal(d.out, secret, 8); /* it came out, and is gone inside */
	assert_false(remembers(e, secret, 8));

	raw_init(&d, e, PROBE_STATE, NULL, 0);
	poison(&d);
	raw_ok(&d);
	assert_int_equal(d.entry.out_flags, c.entry.out_flags); /* whatever went on inside */
	enclave_unload(e);
}

static void
the_search_would_find_what_is_there(void **state)
{
	struct enclave *e = probe_new();

	/* a word of the TD page: the enclave's size */
	uint8_t size[8];

	store64le(size, e->size);
	assert_true(remembers(e, size, sizeof size));
	enclave_unload(e);
}

static void
host_pointers_into_the_enclave_are_refused(void **state)
{
	struct enclave *e = probe_new();
	uint64_t base = (uint64_t)(uintptr_t)e->base;
	const uint64_t bad[] = {base, base - 8, base + e->size / 2, base + e->size - 8, 0, UINT64_MAX - 7, 3};
	struct raw_call c;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		raw_init(&c, e, PROBE_RANDOM, NULL, 0);
		c.entry.rsi = bad[i];
		raw_enter(&c.entry);
		assert_int_equal(c.entry.out[4], CALL_STATUS_INVALID_PARAMETER);
		raw_init(&c, e, PROBE_RANDOM, NULL, 0);
		if (bad[i] == 0)
			continue;
		c.frame.out = bad[i];
		raw_enter(&c.entry);
		assert_int_equal(c.entry.out[4], CALL_STATUS_INVALID_PARAMETER);
		assert_int_equal(c.frame.rc, 88);
	}
	enclave_unload(e);
}

static void
a_host_stack_pointer_into_the_enclave_changes_nothing(void **state)
{
	struct enclave *e = probe_new();
	struct raw_call c;
	uint8_t out[32];
	size_t len;

	raw_init(&c, e, PROBE_RANDOM, NULL, 0);
	c.entry.poison = (uint64_t)(uintptr_t)e->base + 0x2000; /* RBP and every other register */
	raw_ok(&c);
	assert_int_equal(c.entry.out[6], c.entry.poison);
	assert_int_equal(probe_call(e, PROBE_RANDOM, NULL, 0, out, sizeof out, &len), JURAT_OK);
	enclave_unload(e);
}

static void
only_the_one_ecall_exists(void **state)
{
	static const int64_t indices[] = {1, 2, 1000, -2, -3, -4, -5, -6, INT64_MIN};
	struct enclave *e = probe_new();
	struct raw_call c;

	for (size_t i = 0; i < ARRAY_LEN(indices); i++) {
		raw_init(&c, e, PROBE_RANDOM, NULL, 0);
		c.entry.rdi = (uint64_t)indices[i];
		raw_enter(&c.entry);
		assert_int_equal(c.entry.out[5], UINT64_MAX);
		assert_int_equal(c.entry.out[4], CALL_STATUS_INVALID_FUNCTION);
		assert_int_equal(c.frame.rc, 88);
	}
	raw_init(&c, e, PROBE_RANDOM, NULL, 0);
	c.entry.rdi = (uint64_t)CALL_INDEX_INIT;
	raw_enter(&c.entry);
	assert_int_equal(c.entry.out[4], CALL_STATUS_INVALID_STATE);
	enclave_unload(e);
}

static void
every_defect_inside_kills_the_enclave_and_not_the_host(void **state)
{
	static const struct {
		uint32_t op;
		size_t in_len;
	} cases[] = {{PROBE_UD, 0}, {PROBE_SMASH, 64}, {PROBE_DEEP, 0}, {PROBE_CHECKED, 65}};
	uint8_t in[128] = {0}, out[64];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct enclave *e = probe_new();
		struct jurat_diag d = {0};

		assert_int_equal(
		    enclave_call(e, cases[i].op, in, cases[i].in_len, out, sizeof out, &len, &d), JURAT_E_STATE);
		assert_string_equal(d.field, "enclave.crashed");
		assert_int_equal(probe_call(e, PROBE_RANDOM, NULL, 0, out, sizeof out, &len), JURAT_E_STATE);
		enclave_unload(e);
	}
}

static void
defects_that_stay_within_their_bounds_are_none(void **state)
{
	struct enclave *e = probe_new();
	uint8_t in[64] = {0}, out[64];
	size_t len;

	assert_int_equal(probe_call(e, PROBE_SMASH, in, 16, out, sizeof out, &len), JURAT_OK);
	assert_int_equal(probe_call(e, PROBE_CHECKED, in, 64, out, sizeof out, &len), JURAT_OK);
	assert_int_equal(probe_call(e, 999, in, 64, out, sizeof out, &len), JURAT_E_UNSUPPORTED);
	enclave_unload(e);
}

/* ---- interruptions ---- */

static void
ignore(int sig)
{
}

static void
ticks(unsigned every_us)
{
	struct itimerval timer = {.it_interval = {0, (suseconds_t)every_us}, .it_value = {0, (suseconds_t)every_us}};
	struct sigaction action = {.sa_handler = ignore};

	sigemptyset(&action.sa_mask);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void
interruptions_change_no_result(void **state)
{
	struct enclave *e = probe_new();
	uint8_t in[16] = {0, 0x20, 0x4e, 0, 0, 0, 0, 0, 'r', 'e', 's', 'u', 'l', 't', 's', '!'};
	struct raw_call c;

	in[3] = 2; /* some 40 million rounds */
	raw_init(&c, e, PROBE_SPIN, in, sizeof in);
	poison(&c);
	ticks(500);
	raw_ok(&c);
	ticks(0);
	assert_memory_equal(c.out, in + 8, 8);
	assert_true(c.entry.num_aex > 3);
	enclave_unload(e);
}

/* SmashEx: the host enters again on top of an interrupted call. */
static void
an_entry_over_an_interrupted_call_kills_the_enclave_and_the_call_gives_nothing(void **state)
{
	static const int64_t indices[] = {-3, 0, -2, -1};
	uint8_t in[16] = {0, 0, 0, 2, 0, 0, 0, 0, 's', 'e', 'c', 'r', 'e', 't', 's', '!'}, out[64];
	struct raw_call c, inner;
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(indices); i++) {
		struct enclave *e = probe_new();

		raw_init(&c, e, PROBE_SPIN, in, sizeof in);
		raw_init(&inner, e, PROBE_RANDOM, NULL, 0);
		c.entry.nested = 1;
		c.entry.nested_rdi = (uint64_t)indices[i];
		c.entry.nested_rsi = (uint64_t)(uintptr_t)&inner.frame;
		ticks(500);
		raw_enter(&c.entry);
		ticks(0);
		assert_true(c.entry.num_aex > 0);
		assert_int_equal(c.entry.out_nested[0], UINT64_MAX);
		assert_int_equal(c.entry.out_nested[1], CALL_STATUS_CRASHED);
		assert_int_equal(c.entry.out_nested[2], 0); /* RSP as it was */
		assert_int_equal(c.entry.out_nested[3], POISON);
		assert_int_equal(inner.frame.rc, 88);
		/* the interrupted call ran to its end, and nothing came out */
		assert_int_equal(c.entry.out[4], CALL_STATUS_CRASHED);
		assert_true(ct_is_zero(c.out, sizeof c.out));
		assert_int_equal(c.frame.out_len, 0);
		assert_int_not_equal(probe_call(e, PROBE_RANDOM, NULL, 0, out, sizeof out, &len), JURAT_OK);
		enclave_unload(e);
	}
}

static void
a_second_call_through_another_tcs_is_refused_while_one_is_inside(void **state)
{
	struct enclave *e = probe_new();
	uint8_t in[16] = {0, 0, 0, 2, 0, 0, 0, 0, 'r', 'e', 's', 'u', 'l', 't', 's', '!'};
	struct raw_call c, second;

	assert_int_equal(e->num_tcs, 2);
	raw_init(&c, e, PROBE_SPIN, in, sizeof in);
	raw_init(&second, e, PROBE_RANDOM, NULL, 0);
	c.entry.nested = 1;
	c.entry.nested_tcs = e->tcs[1].addr;
	c.entry.nested_rsi = (uint64_t)(uintptr_t)&second.frame;
	ticks(500);
	raw_ok(&c);
	ticks(0);
	assert_int_equal(c.entry.out_nested[1], CALL_STATUS_INVALID_STATE);
	assert_int_equal(second.frame.rc, 88);
	assert_memory_equal(c.out, in + 8, 8);
	second.entry.tcs = e->tcs[1].addr; /* and taken when the first has left */
	raw_ok(&second);
	assert_int_equal(second.frame.out_len, 32);
	enclave_unload(e);
}

/* ---- keys over the real back end ---- */

static void
random_bytes_do_not_repeat(void **state)
{
	struct enclave *e = probe_new();
	uint8_t a[32], b[32];
	size_t len;

	assert_int_equal(probe_call(e, PROBE_RANDOM, NULL, 0, a, sizeof a, &len), JURAT_OK);
	assert_int_equal(probe_call(e, PROBE_RANDOM, NULL, 0, b, sizeof b, &len), JURAT_OK);
	assert_memory_not_equal(a, b, 32);
	enclave_unload(e);
}

static void
sealed_data_opens_after_a_restart_and_not_in_a_debug_build(void **state)
{
	static const struct enclave_options debug = {.debug = true};
	struct enclave *e = probe_new();
	uint8_t blob[1024], out[64];
	size_t blob_len, len;

	assert_int_equal(probe_call(e, PROBE_SEAL, "sealed", 6, blob, sizeof blob, &blob_len), JURAT_OK);
	enclave_unload(e);
	e = probe_new();
	assert_int_equal(probe_call(e, PROBE_UNSEAL, blob, blob_len, out, sizeof out, &len), JURAT_OK);
	assert_int_equal(len, 6);
	assert_memory_equal(out, "sealed", 6);
	enclave_unload(e);
	e = world_load(machine, "enclave_probe", world.author, &debug);
	assert_int_equal(probe_call(e, PROBE_UNSEAL, blob, blob_len, out, sizeof out, &len), JURAT_E_CRYPTO);
	enclave_unload(e);
	e = world_load(machine, "enclave_probe", world.architecture, NULL);
	assert_int_equal(probe_call(e, PROBE_UNSEAL, blob, blob_len, out, sizeof out, &len), JURAT_E_CRYPTO);
	enclave_unload(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(poisoned_flags_mxcsr_and_x87_are_put_right_before_any_c),
	    cmocka_unit_test(the_canary_is_fresh_in_every_call),
	    cmocka_unit_test(nothing_of_a_call_is_left_in_registers_flags_stack_or_buffers),
	    cmocka_unit_test(the_search_would_find_what_is_there),
	    cmocka_unit_test(host_pointers_into_the_enclave_are_refused),
	    cmocka_unit_test(a_host_stack_pointer_into_the_enclave_changes_nothing),
	    cmocka_unit_test(only_the_one_ecall_exists),
	    cmocka_unit_test(every_defect_inside_kills_the_enclave_and_not_the_host),
	    cmocka_unit_test(defects_that_stay_within_their_bounds_are_none),
	    cmocka_unit_test(interruptions_change_no_result),
	    cmocka_unit_test(an_entry_over_an_interrupted_call_kills_the_enclave_and_the_call_gives_nothing),
	    cmocka_unit_test(a_second_call_through_another_tcs_is_refused_while_one_is_inside),
	    cmocka_unit_test(random_bytes_do_not_repeat),
	    cmocka_unit_test(sealed_data_opens_after_a_restart_and_not_in_a_debug_build),
	};

	return cmocka_run_group_tests(tests, up, down);
}
