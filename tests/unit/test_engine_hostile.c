/* SPDX-License-Identifier: Apache-2.0 */
/* A host, a signer or a moment that means no good: the engine answers by name, and neither it nor the application dies of it. */
#include "engine_rig.h"

#include <cpuid.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs body in a child, which the kernel ends after two seconds of waiting for something that never comes; body exits with 0. */
static void
in_child(void (*body)(struct enclave *), struct enclave *e)
{
	const struct rlimit cpu = { 2, 2 }, none = { 0, 0 };
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CPU, &cpu);
		(void)setrlimit(RLIMIT_CORE, &none);
		body(e);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("child: status %x", (unsigned)status);
}

/* ---- faults where the code itself cannot be looked at ---- */

static sigjmp_buf escape;

static void
on_fault(int sig, siginfo_t *info, void *context)
{
	siglongjmp(escape, sig);
}

static int
signal_of(const uint8_t *code)
{
	int sig = sigsetjmp(escape, 1);

	if (sig == 0)
		((void (*)(void))(uintptr_t)code)();
	return sig;
}

/* In a child, since what is tested used to be the end of the process. */
static void
fault_in_odd_places(struct enclave *e)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	uint8_t *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || sigaction(SIGSEGV, &action, NULL) != 0 || sigaction(SIGILL, &action, NULL) != 0)
		_exit(1);
	pages[4095] = 0xf4;                    /* hlt, the last byte before a hole */
	memcpy(pages + 2 * 4096, "\x0f\x0b", 2); /* ud2 */
	memcpy(pages + 2 * 4096 + 64, "\x0f\x01\xd7", 3);
	if (mprotect(pages, 4096, PROT_READ | PROT_EXEC) != 0 || munmap(pages + 4096, 4096) != 0 ||
	    mprotect(pages + 2 * 4096, 4096, PROT_EXEC) != 0)
		_exit(2);
	if (signal_of(pages + 4095) != SIGSEGV)
		_exit(3);
	if (signal_of(pages + 2 * 4096) != SIGILL)
		_exit(4);
	/* ENCLU in a page that is only executed: recognised, and refused as from any host */
	if (signal_of(pages + 2 * 4096 + 64) != SIGSEGV)
		_exit(5);
	_exit(0);
}

static void
faults_at_the_end_of_a_page_and_in_unreadable_code_reach_the_application(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[2] = { 0 };

	probe_call(e, PROBE_ECHO, ms);
	in_child(fault_in_odd_places, e);
	enclave_unload(e);
}

/* ---- protection keys of the application ---- */

static volatile uint32_t keys_in_handler;
static uint32_t keys_by_kernel;

static void
note_keys(int sig, siginfo_t *info, void *context)
{
	uint32_t keys, d;

	__asm__ volatile("rdpkru" : "=a"(keys), "=d"(d) : "c"(0));
	keys_in_handler = keys;
}

static uint32_t
keys_of_a_handler(void)
{
	struct sigaction action = { .sa_sigaction = note_keys, .sa_flags = SA_SIGINFO };

	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_true(signal(SIGUSR1, SIG_DFL) != SIG_ERR);
	return keys_in_handler;
}

static bool
have_keys(void)
{
	uint32_t a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & 0x10) != 0;
}

/* Before the engine is there: what the kernel itself does. */
static int
keys_then_rig_up(void **state)
{
	if (have_keys())
		keys_by_kernel = keys_of_a_handler();
	return rig_up(state);
}

static void
a_handler_starts_with_the_protection_keys_that_the_kernel_gives(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[2] = { 0 };

	if (!have_keys()) {
		print_message("no protection keys here: not tried\n");
		enclave_unload(e);
		return;
	}
	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(keys_of_a_handler(), keys_by_kernel);
	enclave_unload(e);
}

/* ---- fork at bad moments ---- */

static uint64_t
forks(void *ctx, uint64_t index, void *ms)
{
	*(pid_t *)ctx = fork();
	return 1;
}

static void
a_child_made_in_an_ocall_comes_back_with_an_error(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 0 }, answer;
	struct jurat_diag d = { 0 };
	pid_t pid = -1;
	jurat_rc rc = enclave_ecall(e, PROBE_OCALL, ms, forks, &pid, &answer, &d);
	int status;

	if (pid == 0) {
		enclave_unload(e);
		_exit(rc == JURAT_E_STATE && strcmp(d.field, "enclave.process") == 0 && d.hint != NULL ? 0 : 1);
	}
	assert_int_equal(rc, JURAT_OK);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	ms[0] = 0;
	probe_call(e, PROBE_ECHO, ms);
	enclave_unload(e);
}

static atomic_bool stop;

static void *
change_handlers(void *arg)
{
	while (!atomic_load(&stop))
		(void)signal(SIGUSR2, SIG_IGN);
	return NULL;
}

static void
use_handlers(struct enclave *e)
{
	_exit(signal(SIGUSR1, SIG_IGN) == SIG_ERR);
}

static void *
make_reports(void *arg)
{
	struct enclave *e = arg;
	uint8_t target[SGX_TARGETINFO_LEN] = { 0 }, data[SGX_REPORT_DATA_LEN] = { 0 }, out[SGX_REPORT_LEN];

	while (!atomic_load(&stop))
		(void)!key_report(e->keys, e->handle, target, data, out);
	return NULL;
}

static void
use_keys(struct enclave *e)
{
	uint8_t target[SGX_TARGETINFO_LEN] = { 0 }, data[SGX_REPORT_DATA_LEN] = { 0 }, out[SGX_REPORT_LEN];

	_exit(key_report(e->keys, e->handle, target, data, out) != JURAT_E_IO);
}

static void
a_child_never_waits_for_its_parents_threads(void **state)
{
	struct enclave *e = probe_load(NULL);
	static const struct {
		void *(*parent)(void *);
		void (*child)(struct enclave *);
	} table[] = { { change_handlers, use_handlers }, { make_reports, use_keys } };

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		pthread_t other;

		atomic_store(&stop, false);
		assert_int_equal(pthread_create(&other, NULL, table[i].parent, e), 0);
		for (int n = 0; n < 40; n++)
			in_child(table[i].child, e);
		atomic_store(&stop, true);
		assert_int_equal(pthread_join(other, NULL), 0);
	}
	enclave_unload(e);
}

static void
syscall_inside(struct enclave *e)
{
	uint64_t ms[8] = { FAULT_SYSCALL };

	enclave_unload(e);
	if (rig_up(NULL) != 0)
		_exit(1);
	e = probe_load(NULL);
	probe_call(e, PROBE_FAULT, ms);
	_exit(ms[5] != 1 || ms[1] != 0x80000306);
}

static void
a_child_with_a_machine_of_its_own_keeps_system_calls_out_of_enclaves(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[8] = { FAULT_SYSCALL };

	probe_call(e, PROBE_FAULT, ms);
	assert_int_equal(ms[5], 1);
	in_child(syscall_inside, e);
	enclave_unload(e);
}

/* ---- unloading while somebody is inside ---- */

static bool
is_mapped(const uint8_t *page)
{
	return msync((void *)(uintptr_t)page, 4096, MS_ASYNC) == 0 || errno != ENOMEM;
}

struct unloading {
	struct enclave *e;
	jurat_rc again;
	struct jurat_diag d;
};

static uint64_t
unloads(void *ctx, uint64_t index, void *ms)
{
	struct unloading *u = ctx;
	uint64_t more[2] = { 0 }, status;

	enclave_unload(u->e);
	u->again = enclave_ecall(u->e, PROBE_ECHO, more, NULL, NULL, &status, &u->d);
	return 77;
}

static void
an_enclave_unloaded_in_an_ocall_ends_its_call_first(void **state)
{
	struct unloading u = { .e = probe_load(NULL) };
	const uint8_t *base = u.e->base;
	uint64_t ms[4] = { 0 }, status = 1;

	assert_int_equal(enclave_ecall(u.e, PROBE_OCALL, ms, unloads, &u, &status, NULL), JURAT_OK);
	assert_int_equal(status, 0);
	assert_int_equal(ms[0], 77);
	assert_int_equal(u.again, JURAT_E_STATE);
	assert_string_equal(u.d.field, "enclave.unloading");
	assert_false(is_mapped(base));
}

struct waiting {
	struct enclave *e;
	_Atomic uint64_t ms[2];
	jurat_rc rc;
};

static void *
wait_inside(void *arg)
{
	struct waiting *w = arg;
	uint64_t status = 1;

	w->rc = enclave_ecall(w->e, PROBE_WAIT, w->ms, NULL, NULL, &status, NULL);
	return NULL;
}

static void
an_enclave_unloaded_by_another_thread_ends_its_call_first(void **state)
{
	struct waiting w = { .e = probe_load(NULL), .rc = JURAT_E_INTERNAL };
	const uint8_t *base = w.e->base;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wait_inside, &w), 0);
	while (atomic_load(&w.ms[1]) == 0)
		sched_yield();
	enclave_unload(w.e);
	assert_true(is_mapped(base));
	atomic_store(&w.ms[0], 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(w.rc, JURAT_OK);
	assert_false(is_mapped(base));
}

/* ---- what a file asks for and does not get ---- */

static void
a_tcs_that_opts_in_to_debugging_is_not_stepped_all_the_same(void **state)
{
	static const struct probe_settings opts_in = { .xfrm = 3, .nssa = 2, .tcs_flags = SGX_TCS_DBGOPTIN };
	struct enclave *e = probe_load(&opts_in);
	uint64_t ms[8] = { FAULT_STEP };

	probe_call(e, PROBE_FAULT, ms);
	assert_int_equal(ms[5], 0);
	enclave_unload(e);
}

/* The host's own code, at a fixed distance from ELRANGE, is what such an entry would run, with enclave mode's rights. */
static void
an_entry_outside_elrange_faults(void **state)
{
	static const uint64_t outside[] = { PROBE_SIZE, 0x123456789000, 0x7fffffffffff0000, UINT64_MAX };

	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		struct probe_settings settings = { .xfrm = 3, .nssa = 2, .oentry = outside[i] };
		struct enclave *e = probe_load(&settings);
		struct jurat_diag d = { 0 };
		uint64_t ms[4] = { 0 }, status = 77;
		uint8_t *ssa = NULL;

		assert_int_equal(engine_tcs_take(e, &e->tcs[0], false, &ssa), ENGINE_GP);
		assert_null(ssa);
		assert_int_equal(enclave_ecall(e, PROBE_ECHO, ms, NULL, NULL, &status, &d), JURAT_E_STATE);
		assert_string_equal(d.field, "enclave.crashed");
		assert_int_equal(status, 77);
		enclave_unload(e);
	}
}

static void
an_enclave_that_must_be_notified_of_exits_does_not_start(void **state)
{
	struct probe_settings settings = { .xfrm = 3, .nssa = 2, .flags = SGX_FLAGS_AEXNOTIFY };
	struct jurat_diag d = { 0 };
	struct sgx_report_body id;
	struct enclave *e = NULL;

	assert_int_equal(probe_try(&e, &settings, &d), JURAT_E_UNSUPPORTED);
	assert_string_equal(d.field, "secs.attributes.aexnotify");
	assert_non_null(d.hint);
	settings.flags_free = SGX_FLAGS_AEXNOTIFY; /* its signer can do without, so it runs, and says that it is without */
	e = probe_load(&settings);
	enclave_identity(&id, e);
	assert_int_equal(id.attributes.flags & SGX_FLAGS_AEXNOTIFY, 0);
	enclave_unload(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_at_the_end_of_a_page_and_in_unreadable_code_reach_the_application),
		cmocka_unit_test(a_handler_starts_with_the_protection_keys_that_the_kernel_gives),
		cmocka_unit_test(a_child_made_in_an_ocall_comes_back_with_an_error),
		cmocka_unit_test(a_child_never_waits_for_its_parents_threads),
		cmocka_unit_test(a_child_with_a_machine_of_its_own_keeps_system_calls_out_of_enclaves),
		cmocka_unit_test(an_enclave_unloaded_in_an_ocall_ends_its_call_first),
		cmocka_unit_test(an_enclave_unloaded_by_another_thread_ends_its_call_first),
		cmocka_unit_test(a_tcs_that_opts_in_to_debugging_is_not_stepped_all_the_same),
		cmocka_unit_test(an_entry_outside_elrange_faults),
		cmocka_unit_test(an_enclave_that_must_be_notified_of_exits_does_not_start),
	};
	return cmocka_run_group_tests(tests, keys_then_rig_up, rig_down);
}
