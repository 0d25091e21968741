/* SPDX-License-Identifier: Apache-2.0 */
/* Signals from outside, the application's handlers, threads, fork, other people's ENCLU, and the SIGSEGV way of an SGX processor. */
#include "engine_rig.h"

#include <pthread.h>
#include <setjmp.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t foreign_enter(uint64_t tcs, uint64_t rdi, uint64_t rsi, uint64_t out[3]);
extern const uint8_t foreign_aep[];

static _Thread_local volatile int tls_witness = 4711;
static volatile sig_atomic_t ticks, wrong_tls, inside_rips;
static struct enclave *watched;

static void
on_tick(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;

	ticks++;
	if (tls_witness != 4711)
		wrong_tls++;
	if (watched != NULL && engine_owns(watched, (uint64_t)uc->uc_mcontext.gregs[REG_RIP], 1))
		inside_rips++;
}

static void
storm(long interval_us)
{
	struct itimerval every = { { 0, interval_us }, { 0, interval_us } };
	struct sigaction action = { .sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART };

	ticks = wrong_tls = inside_rips = 0;
	if (interval_us != 0)
		assert_int_equal(sigaction(SIGPROF, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_PROF, &every, NULL), 0);
}

static void
registers_survive_a_storm(uint64_t xfrm)
{
	struct probe_settings settings = { .xfrm = xfrm, .nssa = 2 };
	struct enclave *e = probe_load(&settings);

	watched = e;
	storm(200);
	/* a kernel tick is the finest that ITIMER_PROF gets: spin until enough of them have come */
	while (ticks < 50) {
		uint64_t ms[4] = { 5000000, 99, xfrm == 7 };

		probe_call(e, PROBE_SPIN, ms);
		assert_int_equal(ms[1], 0);
	}
	storm(0);
	assert_int_equal(wrong_tls, 0);
	assert_int_equal(inside_rips, 0);
	watched = NULL;
	enclave_unload(e);
}

static void
a_storm_of_signals_changes_no_register_of_the_enclave(void **state)
{
	registers_survive_a_storm(3);
}

static void
a_storm_changes_no_avx_register_either(void **state)
{
	if ((xstate_host()->xfrm & 4) == 0) {
		print_message("no AVX here: not tried\n");
		return;
	}
	registers_survive_a_storm(7);
}

/* Many short calls: the signals hit the switch itself, the landing, OCALLs and the trap handler. */
static uint64_t
nothing(void *ctx, uint64_t index, void *ms)
{
	return index;
}

static void
a_storm_over_many_short_calls_loses_none(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 0 }, calls = 0, status;

	storm(100);
	while (ticks < 60) {
		probe_call(e, PROBE_ECHO, ms);
		calls++;
		assert_int_equal(ms[0], calls);
		ms[1] = ms[0];
		assert_int_equal(enclave_ecall(e, PROBE_OCALL, ms, nothing, NULL, &status, NULL), JURAT_OK);
		assert_int_equal(ms[0], 7);
		ms[0] = calls;
	}
	storm(0);
	assert_int_equal(wrong_tls, 0);
	enclave_unload(e);
}

struct spinner {
	struct enclave *e;
	uint64_t differences, rounds;
	pthread_t thread;
};

static void *
spin(void *arg)
{
	struct spinner *s = arg;

	for (int i = 0; i < 20; i++) {
		uint64_t ms[4] = { s->rounds, 1, 0 }, status = 1;

		if (enclave_ecall(s->e, PROBE_SPIN, ms, NULL, NULL, &status, NULL) != JURAT_OK || status != 0)
			s->differences += 1000000;
		s->differences += ms[1];
	}
	return NULL;
}

static void
threads_are_inside_at_once_each_on_a_tcs_of_its_own(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct spinner s[PROBE_NUM_TCS];

	storm(1000);
	for (size_t i = 0; i < PROBE_NUM_TCS; i++) {
		s[i] = (struct spinner){ .e = e, .rounds = 500000 + 70000 * i };
		assert_int_equal(pthread_create(&s[i].thread, NULL, spin, &s[i]), 0);
	}
	for (size_t i = 0; i < PROBE_NUM_TCS; i++) {
		assert_int_equal(pthread_join(s[i].thread, NULL), 0);
		assert_int_equal(s[i].differences, 0);
	}
	storm(0);
	assert_int_equal(wrong_tls, 0);
	enclave_unload(e);
}

static void *
wait_inside(void *arg)
{
	uint64_t **words = arg, status = 1;

	return enclave_ecall((struct enclave *)(void *)words[1], PROBE_WAIT, words[0], NULL, NULL, &status, NULL) == JURAT_OK ? arg : NULL;
}

static void
a_call_with_every_tcs_busy_is_refused_by_name(void **state)
{
	struct enclave *e = probe_load(NULL);
	volatile uint64_t ms[PROBE_NUM_TCS][2] = { { 0 } };
	pthread_t threads[PROBE_NUM_TCS];
	uint64_t *args[PROBE_NUM_TCS][2], echo[2] = { 0 }, status;
	struct jurat_diag d = { 0 };

	for (size_t i = 0; i < PROBE_NUM_TCS; i++) {
		args[i][0] = (uint64_t *)(uintptr_t)ms[i];
		args[i][1] = (uint64_t *)(void *)e;
		assert_int_equal(pthread_create(&threads[i], NULL, wait_inside, args[i]), 0);
		while (ms[i][1] == 0)
			__builtin_ia32_pause();
	}
	assert_int_equal(enclave_ecall(e, PROBE_ECHO, echo, NULL, NULL, &status, &d), JURAT_E_STATE);
	assert_string_equal(d.field, "enclave.tcs");
	for (size_t i = 0; i < PROBE_NUM_TCS; i++) {
		void *result;

		ms[i][0] = 1;
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, args[i]);
	}
	probe_call(e, PROBE_ECHO, echo);
	enclave_unload(e);
}

/* ---- the application's own faults ---- */

static volatile int *volatile nowhere = (volatile int *)0x10;
static sigjmp_buf escape;
static volatile int last_signal;

static void
on_fault(int sig, siginfo_t *info, void *context)
{
	last_signal = sig;
	siglongjmp(escape, 1);
}

static void
faults_of_the_host_go_to_its_own_handlers(void **state)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, old_ill, old_segv, now;
	struct enclave *e = probe_load(NULL);
	uint64_t ms[2] = { 0 };

	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(sigaction(SIGILL, &action, &old_ill), 0);
	assert_int_equal(sigaction(SIGSEGV, &action, &old_segv), 0);
	assert_int_equal(sigaction(SIGSEGV, NULL, &now), 0);
	assert_true(now.sa_sigaction == on_fault);
	if (sigsetjmp(escape, 1) == 0)
		__asm__ volatile("ud2");
	assert_int_equal(last_signal, SIGILL);
	if (sigsetjmp(escape, 1) == 0)
		*nowhere = 1;
	assert_int_equal(last_signal, SIGSEGV);
	/* ENCLU in the host, of a leaf that is for enclaves alone: what #GP is on Linux */
	last_signal = 0;
	if (sigsetjmp(escape, 1) == 0)
		__asm__ volatile(".byte 0x0f, 0x01, 0xd7" : : "a"(SGX_EREPORT) : "memory");
	assert_int_equal(last_signal, SIGSEGV);
	assert_int_equal(sigaction(SIGILL, &old_ill, NULL), 0);
	assert_int_equal(sigaction(SIGSEGV, &old_segv, NULL), 0);
	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(ms[0], 2);
	enclave_unload(e);
}

static int
child_status(void (*body)(struct enclave *), struct enclave *e)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		body(e);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
touch_nothing(struct enclave *e)
{
	*nowhere = 1;
}

static void
run_ud2(struct enclave *e)
{
	__asm__ volatile("ud2");
}

static void
divide(struct enclave *e)
{
	__asm__ volatile("div %%ecx" : : "a"(1), "c"(0), "d"(0));
}

static void
send_term(struct enclave *e)
{
	raise(SIGTRAP);
}

static void
without_a_handler_the_default_action_happens(void **state)
{
	struct enclave *e = probe_load(NULL);
	static const struct {
		void (*body)(struct enclave *);
		int sig;
	} table[] = { { touch_nothing, SIGSEGV }, { run_ud2, SIGILL }, { divide, SIGFPE }, { send_term, SIGTRAP } };
	uint64_t ms[2] = { 0 };

	probe_call(e, PROBE_ECHO, ms);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		int status;

		signal(table[i].sig, SIG_DFL); /* cmocka has handlers of its own for these */
		status = child_status(table[i].body, e);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), table[i].sig);
	}
	enclave_unload(e);
}

static volatile int handler_calls;
static stack_t own_stack;
static volatile int on_own_stack;

static void
calls_an_enclave(int sig, siginfo_t *info, void *context)
{
	uint64_t ms[4] = { 100000, 1 }, status = 1;
	uint64_t here = (uint64_t)(uintptr_t)&ms;

	handler_calls++;
	on_own_stack = here - (uint64_t)(uintptr_t)own_stack.ss_sp < own_stack.ss_size;
	if (enclave_ecall(watched, PROBE_SPIN, ms, NULL, NULL, &status, NULL) != JURAT_OK || ms[1] != 0)
		wrong_tls++;
}

static void
a_handler_that_interrupted_an_enclave_may_call_one_itself(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct sigaction action = { .sa_sigaction = calls_an_enclave, .sa_flags = SA_SIGINFO };
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, off = { { 0, 0 }, { 0, 0 } };

	watched = e;
	handler_calls = 0;
	wrong_tls = 0;
	assert_int_equal(sigaction(SIGPROF, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_PROF, &every, NULL), 0);
	while (handler_calls < 20) {
		uint64_t ms[4] = { 3000000, 1 };

		probe_call(e, PROBE_SPIN, ms);
		assert_int_equal(ms[1], 0);
	}
	assert_int_equal(setitimer(ITIMER_PROF, &off, NULL), 0);
	assert_int_equal(wrong_tls, 0);
	watched = NULL;
	enclave_unload(e);
}

static void
the_applications_alternate_stack_is_kept_for_its_handlers(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct sigaction action = { .sa_sigaction = calls_an_enclave, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t before, seen;
	uint64_t ms[2] = { 0 };

	probe_call(e, PROBE_ECHO, ms);
	own_stack = (stack_t){ .ss_sp = malloc(262144), .ss_size = 262144 };
	assert_int_equal(sigaltstack(&own_stack, &before), 0);
	assert_int_equal(sigaltstack(NULL, &seen), 0);
	assert_ptr_equal(seen.ss_sp, own_stack.ss_sp);
	watched = e;
	on_own_stack = 0;
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	raise(SIGUSR1);
	assert_int_equal(on_own_stack, 1);
	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(ms[0], 2);
	assert_int_equal(sigaltstack(&before, NULL), 0);
	signal(SIGUSR1, SIG_DFL);
	free(own_stack.ss_sp);
	watched = NULL;
	enclave_unload(e);
}

static void
a_thread_with_every_signal_blocked_can_call_and_has_them_blocked_after(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[8] = { 1 };
	sigset_t all, before, after;

	sigfillset(&all);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &all, &before), 0);
	probe_call(e, PROBE_ECHO, ms);
	ms[0] = FAULT_UD;
	probe_call(e, PROBE_FAULT, ms);
	assert_int_equal(ms[5], 1);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, &after), 0);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			assert_int_equal(sigismember(&after, sig), 1);
	enclave_unload(e);
}

/* ---- fork ---- */

static void
call_in_child(struct enclave *e)
{
	struct jurat_diag d = { 0 };
	uint64_t ms[2] = { 0 }, status;

	if (enclave_ecall(e, PROBE_ECHO, ms, NULL, NULL, &status, &d) != JURAT_E_STATE || strcmp(d.field, "enclave.process") != 0)
		_exit(1);
	enclave_unload(e); /* must not take the parent's SECS with it */
	_exit(0);
}

static void
a_child_process_has_lost_its_parents_enclaves(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[2] = { 0 };
	int status;

	probe_call(e, PROBE_ECHO, ms);
	status = child_status(call_in_child, e);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(ms[0], 2);
	enclave_unload(e);
}

/* ---- ENCLU in host code ---- */

static void *
foreign_thread(void *arg)
{
	struct enclave *e = arg;
	uint64_t ms[4] = { 20000000, 1 }, out[3] = { 0 };

	/* this thread has never called the library */
	(void)foreign_enter(e->tcs[0].addr, PROBE_SPIN, (uint64_t)(uintptr_t)ms, out);
	return out[0] == UINT64_MAX && out[1] == 0 && ms[1] == 0 ? arg : NULL;
}

/* The same with an alternate stack of its own, which it still has afterwards. */
static void *
foreign_thread_with_stack(void *arg)
{
	stack_t own = { .ss_sp = malloc(65536), .ss_size = 65536 }, seen;
	void *result;

	if (sigaltstack(&own, NULL) != 0)
		return NULL;
	result = foreign_thread(arg);
	if (sigaltstack(NULL, &seen) != 0 || seen.ss_sp != own.ss_sp)
		result = NULL;
	seen = (stack_t){ .ss_flags = SS_DISABLE };
	(void)sigaltstack(&seen, NULL);
	free(own.ss_sp);
	return result;
}

static void
enter_and_resume_by_enclu_work_from_any_thread(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 7 }, out[3] = { 0 }, exits = 0;
	pthread_t thread;
	void *result;

	(void)foreign_enter(e->tcs[1].addr, PROBE_ECHO, (uint64_t)(uintptr_t)ms, out);
	assert_int_equal(out[0], UINT64_MAX);
	assert_int_equal(ms[0], 8);
	storm(500);
	assert_int_equal(pthread_create(&thread, NULL, foreign_thread, e), 0);
	do {
		ms[0] = 20000000;
		(void)foreign_enter(e->tcs[1].addr, PROBE_SPIN, (uint64_t)(uintptr_t)ms, out);
		assert_int_equal(ms[1], 0);
		exits += out[2];
	} while (exits < 3);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, e);
	assert_int_equal(pthread_create(&thread, NULL, foreign_thread_with_stack, e), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, e);
	storm(0);
	assert_int_equal(wrong_tls, 0);
	enclave_unload(e);
}

/* What Intel's loader does: its SIGILL handler finds RIP at the AEP, enters with EXCEPT, and returns to resume. */
static volatile int exceptions_handled;
static uint64_t foreign_tcs;

static void
loader_handler(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	uint64_t out[3] = { 0 };

	if (uc->uc_mcontext.gregs[REG_RIP] != (greg_t)(uintptr_t)foreign_aep || uc->uc_mcontext.gregs[REG_RAX] != SGX_ERESUME ||
	    uc->uc_mcontext.gregs[REG_R13] != 0)
		_exit(3);
	(void)foreign_enter(foreign_tcs, (uint64_t)-3, 0, out);
	if (out[1] != 0)
		_exit(4);
	exceptions_handled++;
}

static void
a_loader_that_handles_exceptions_in_its_signal_handler_works(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct sigaction action = { .sa_sigaction = loader_handler, .sa_flags = SA_SIGINFO }, old;
	uint64_t ms[8] = { FAULT_UD }, out[3];

	foreign_tcs = e->tcs[2].addr;
	exceptions_handled = 0;
	assert_int_equal(sigaction(SIGILL, &action, &old), 0);
	for (int i = 0; i < 50; i++) {
		ms[0] = FAULT_UD;
		(void)foreign_enter(foreign_tcs, PROBE_FAULT, (uint64_t)(uintptr_t)ms, out);
		assert_int_equal(ms[1], 0x80000306);
		assert_int_equal(ms[5], 1);
	}
	assert_int_equal(exceptions_handled, 50);
	assert_int_equal(sigaction(SIGILL, &old, NULL), 0);
	enclave_unload(e);
}

static void
entering_a_busy_or_wrong_tcs_is_a_fault(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, old;
	uint64_t out[3], bad[] = { 0x1000, e->tcs[0].addr + 0x1000, e->tcs[0].addr + 8, 0 };

	assert_int_equal(sigaction(SIGSEGV, &action, &old), 0);
	for (volatile size_t i = 0; i < ARRAY_LEN(bad) + 1; i++) {
		volatile uint64_t tcs = i < ARRAY_LEN(bad) ? bad[i] : e->tcs[0].addr;

		if (i == ARRAY_LEN(bad))
			atomic_store(&e->tcs[0].busy, true);
		last_signal = 0;
		if (sigsetjmp(escape, 1) == 0)
			(void)foreign_enter(tcs, PROBE_ECHO, 0, out);
		assert_int_equal(last_signal, SIGSEGV);
	}
	atomic_store(&e->tcs[0].busy, false);
	assert_int_equal(sigaction(SIGSEGV, &old, NULL), 0);
	enclave_unload(e);
}

/* ---- as on a processor with SGX ---- */

static void
traced_child(void)
{
	struct enclave *e;
	uint64_t ms[8] = { 5 };
	uint8_t operands[0x600] = { 0 };
	uint64_t report[10] = { SGX_EREPORT, 0x200, 0x400, 0x600, 0, (uint64_t)(uintptr_t)operands, (uint64_t)(uintptr_t)operands };

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(77);
	e = probe_load(NULL);
	probe_call(e, PROBE_ECHO, ms);
	if (ms[0] != 6)
		_exit(1);
	probe_call(e, PROBE_ENCLU, report);
	if (report[9] != 0)
		_exit(2);
	ms[0] = FAULT_DE;
	ms[7] = 0;
	probe_call(e, PROBE_FAULT, ms);
	if (ms[1] != 0x80000300)
		_exit(3);
	_exit(0);
}

/* Turns every #UD of the child into the #GP that ENCLU raises where there is SGX. Returns how many; *out_status is the child's end. */
static int
turn_ud_into_gp(pid_t pid, int *out_status)
{
	int turned = 0, sig = 0, status;

	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		sig = WSTOPSIG(status);
		if (sig == SIGILL) {
			siginfo_t info;

			memset(&info, 0, sizeof info);
			info.si_signo = sig = SIGSEGV;
			info.si_code = SI_KERNEL;
			assert_int_equal(ptrace(PTRACE_SETSIGINFO, pid, NULL, &info), 0);
			turned++;
		} else if (sig == SIGTRAP) {
			sig = 0;
		}
		assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)sig), 0);
	}
	*out_status = status;
	return turned;
}

static void
everything_works_when_enclu_raises_sigsegv(void **state)
{
	int status, turned;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)rig_up(NULL);
		traced_child();
	}
	turned = turn_ud_into_gp(pid, &status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("*** SKIPPED: ptrace is not allowed here; the SIGSEGV way did NOT run ***\n");
		return;
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(turned >= 5);
}

/* ---- a signal at every instruction of the switch ---- */

static volatile sig_atomic_t interruptions;

static void
on_usr1(int sig, siginfo_t *info, void *context)
{
	uint64_t ms[4] = { 1 }, status = 1;
	const ucontext_t *uc = context;

	/* the thread looks as if it had not begun to enter, and may enter from here */
	if (tls_witness != 4711 || engine_thread_self()->visit != NULL || watched->tcs[0].tcs.cssa != 0 ||
	    enclave_ecall(watched, PROBE_ECHO, ms, NULL, NULL, &status, NULL) != JURAT_OK || ms[0] != 2 ||
	    engine_owns(watched, (uint64_t)uc->uc_mcontext.gregs[REG_RIP], 1))
		_exit(5);
	interruptions++;
}

/* Stops before each call; the tracer sends SIGUSR1 somewhere on the way in. */
static void
interrupted_child(void)
{
	struct sigaction action = { .sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO };
	uint64_t ms[4] = { 0 };

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(77);
	watched = probe_load(NULL);
	(void)sigaction(SIGUSR1, &action, NULL);
	probe_call(watched, PROBE_ECHO, ms);
	for (int i = 1;; i++) {
		raise(SIGSTOP);
		probe_call(watched, PROBE_ECHO, ms);
		if (ms[0] != (uint64_t)i + 1 || interruptions != i)
			_exit(6);
	}
}

/* Runs the child to its next stop of this kind, handing it its own signals. False if it ended. */
static bool
run_until(pid_t pid, int stop)
{
	int status, sig = 0;

	for (;;) {
		assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)sig), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status)) {
			if (WIFEXITED(status))
				print_message("child: exit %d\n", WEXITSTATUS(status));
			return false;
		}
		sig = WSTOPSIG(status);
		if (sig == stop)
			return true;
	}
}

static uint64_t
child_rip(pid_t pid)
{
	return (uint64_t)ptrace(PTRACE_PEEKUSER, pid, (void *)offsetof(struct user_regs_struct, rip), NULL);
}

/* To engine_switch, then `steps` instructions on. False if that is inside the enclave already. */
static bool
step_into_switch(pid_t pid, int steps)
{
	uint64_t at = (uint64_t)(uintptr_t)engine_switch, end = (uint64_t)(uintptr_t)engine_switch_end;
	long word = ptrace(PTRACE_PEEKTEXT, pid, (void *)(uintptr_t)at, NULL);
	int status;

	assert_int_equal(ptrace(PTRACE_POKETEXT, pid, (void *)(uintptr_t)at, (void *)((word & ~0xffl) | 0xcc)), 0);
	assert_true(run_until(pid, SIGTRAP));
	assert_int_equal(ptrace(PTRACE_POKETEXT, pid, (void *)(uintptr_t)at, (void *)word), 0);
	assert_int_equal(ptrace(PTRACE_POKEUSER, pid, (void *)offsetof(struct user_regs_struct, rip), (void *)(uintptr_t)at), 0);
	for (int i = 0; i < steps; i++) {
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSTOPPED(status));
	}
	return child_rip(pid) >= at && child_rip(pid) < end;
}

static void
a_signal_at_every_instruction_of_the_switch_is_harmless(void **state)
{
	int steps = 0, status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)rig_up(NULL);
		interrupted_child();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("*** SKIPPED: ptrace is not allowed here; this test did NOT run ***\n");
		return;
	}
	while (WSTOPSIG(status) != SIGSTOP) {
		assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)WSTOPSIG(status)), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSTOPPED(status));
	}
	while (step_into_switch(pid, steps)) {
		assert_int_equal(kill(pid, SIGUSR1), 0);
		if (!run_until(pid, SIGSTOP))
			fail_msg("%d instructions into the switch", steps);
		steps++;
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	print_message("%d instructions\n", steps);
	assert_true(steps > 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_storm_of_signals_changes_no_register_of_the_enclave),
		cmocka_unit_test(a_storm_changes_no_avx_register_either),
		cmocka_unit_test(a_storm_over_many_short_calls_loses_none),
		cmocka_unit_test(threads_are_inside_at_once_each_on_a_tcs_of_its_own),
		cmocka_unit_test(a_call_with_every_tcs_busy_is_refused_by_name),
		cmocka_unit_test(faults_of_the_host_go_to_its_own_handlers),
		cmocka_unit_test(without_a_handler_the_default_action_happens),
		cmocka_unit_test(a_handler_that_interrupted_an_enclave_may_call_one_itself),
		cmocka_unit_test(the_applications_alternate_stack_is_kept_for_its_handlers),
		cmocka_unit_test(a_thread_with_every_signal_blocked_can_call_and_has_them_blocked_after),
		cmocka_unit_test(a_child_process_has_lost_its_parents_enclaves),
		cmocka_unit_test(enter_and_resume_by_enclu_work_from_any_thread),
		cmocka_unit_test(a_loader_that_handles_exceptions_in_its_signal_handler_works),
		cmocka_unit_test(entering_a_busy_or_wrong_tcs_is_a_fault),
		cmocka_unit_test(everything_works_when_enclu_raises_sigsegv),
		cmocka_unit_test(a_signal_at_every_instruction_of_the_switch_is_harmless),
	};
	return cmocka_run_group_tests(tests, rig_up, rig_down);
}
