/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The application's signal handlers, interposed. A handler that the kernel called directly would start with the enclave's FS base and on
 * the enclave's stack. So this library defines sigaction, signal and sigaltstack themselves: what the application asks for is
 * kept in a table, the kernel is given engine_signal_entry, and the dispatcher calls the application's handler when the thread is outside.
 * Before the first enclave is loaded these functions only pass things on.
 *
 * libc's own handlers (cancellation, set*id) do not come through here; their two signals stay blocked inside enclaves.
 */
#include "machine/engine.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))
#define FLAGS_PASSED (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_RESTART)

int sigaction(int sig, const struct sigaction *new_action, struct sigaction *old);
sighandler_t signal(int sig, sighandler_t handler);
int sigaltstack(const stack_t *new_stack, stack_t *old);

/* Read in handlers: whoever holds the lock has all signals blocked. */
static struct {
	atomic_flag lock;
	atomic_bool active;
	struct kernel_action wanted[ENGINE_NUM_SIGNALS];
	uint64_t mask_at_fork; /* of the thread that forks and holds the lock meanwhile */
} actions = { .lock = ATOMIC_FLAG_INIT };

static void
set_mask(const uint64_t *mask, uint64_t *saved)
{
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, saved, sizeof *mask);
}

static void
actions_lock(uint64_t *saved)
{
	uint64_t all = ~0ull;

	set_mask(&all, saved);
	while (atomic_flag_test_and_set_explicit(&actions.lock, memory_order_acquire))
		__builtin_ia32_pause();
}

static void
actions_unlock(const uint64_t *saved)
{
	atomic_flag_clear_explicit(&actions.lock, memory_order_release);
	set_mask(saved, NULL);
}

void
actions_fork_begin(void)
{
	uint64_t saved;

	actions_lock(&saved);
	actions.mask_at_fork = saved;
}

void
actions_fork_end(void)
{
	uint64_t saved = actions.mask_at_fork;

	actions_unlock(&saved);
}

int
kernel_sigaction(int sig, const struct kernel_action *new_action, struct kernel_action *old)
{
	return (int)syscall(SYS_rt_sigaction, sig, new_action, old, sizeof new_action->mask);
}

/* Exceptions and ENCLU arrive by these: the engine always has them. */
static bool
always_ours(int sig)
{
	return sig == SIGILL || sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGTRAP || sig == SIGSYS;
}

static bool
is_function(const struct kernel_action *action)
{
	return action->handler != ACTION_DFL && action->handler != ACTION_IGN;
}

/* What the kernel is to be told when the application wants this. */
static struct kernel_action
installed_for(int sig, const struct kernel_action *wanted)
{
	struct kernel_action ours = {
		.handler = (uintptr_t)engine_signal_entry,
		.flags = SA_SIGINFO | SA_ONSTACK | ACTION_RESTORER | (wanted->flags & FLAGS_PASSED),
		.restorer = engine_restorer,
		.mask = ~0ull,
	};

	return is_function(wanted) || always_ours(sig) ? ours : *wanted;
}

void
actions_take_over(void)
{
	uint64_t saved;

	actions_lock(&saved);
	for (int sig = 1; sig < ENGINE_NUM_SIGNALS; sig++) {
		struct kernel_action ours, *wanted = &actions.wanted[sig];

		if (sig == SIGKILL || sig == SIGSTOP || kernel_sigaction(sig, NULL, wanted) != 0)
			continue;
		if (!is_function(wanted) && !always_ours(sig))
			continue;
		ours = installed_for(sig, wanted);
		(void)kernel_sigaction(sig, &ours, NULL);
	}
	atomic_store(&actions.active, true);
	actions_unlock(&saved);
}

struct kernel_action
actions_current(int sig)
{
	struct kernel_action current;
	uint64_t saved;

	actions_lock(&saved);
	current = actions.wanted[sig];
	if ((current.flags & SA_RESETHAND) != 0 && is_function(&current))
		actions.wanted[sig].handler = ACTION_DFL;
	actions_unlock(&saved);
	return current;
}

/* One change, table and kernel together. 0 or -1 with errno. */
static int
change(int sig, const struct kernel_action *wanted, struct kernel_action *old)
{
	struct kernel_action ours, before;
	uint64_t saved;
	int rc = 0;

	actions_lock(&saved);
	before = actions.wanted[sig];
	if (wanted != NULL) {
		ours = installed_for(sig, wanted);
		rc = kernel_sigaction(sig, &ours, NULL);
		if (rc == 0)
			actions.wanted[sig] = *wanted;
	}
	actions_unlock(&saved);
	if (rc == 0 && old != NULL)
		*old = before;
	return rc;
}

static struct kernel_action
to_kernel(const struct sigaction *a)
{
	struct kernel_action k = { .flags = (unsigned long)(unsigned)a->sa_flags | ACTION_RESTORER, .restorer = engine_restorer };

	k.handler = (uintptr_t)a->sa_sigaction;
	memcpy(&k.mask, &a->sa_mask, sizeof k.mask);
	return k;
}

static void
from_kernel(struct sigaction *a, const struct kernel_action *k)
{
	memset(a, 0, sizeof *a);
	a->sa_sigaction = (void (*)(int, siginfo_t *, void *))k->handler;
	a->sa_flags = (int)(k->flags & ~ACTION_RESTORER);
	memcpy(&a->sa_mask, &k->mask, sizeof k->mask);
}

VISIBLE int
sigaction(int sig, const struct sigaction *new_action, struct sigaction *old)
{
	struct kernel_action wanted = { 0 }, before = { 0 };
	int rc;

	if (sig <= 0 || sig >= ENGINE_NUM_SIGNALS || sig == 32 || sig == 33) { /* libc keeps these two to itself */
		errno = EINVAL;
		return -1;
	}
	if (new_action != NULL)
		wanted = to_kernel(new_action);
	if (atomic_load(&actions.active) && sig != SIGKILL && sig != SIGSTOP)
		rc = change(sig, new_action != NULL ? &wanted : NULL, &before);
	else
		rc = kernel_sigaction(sig, new_action != NULL ? &wanted : NULL, &before);
	if (rc == 0 && old != NULL)
		from_kernel(old, &before);
	return rc;
}

VISIBLE sighandler_t
signal(int sig, sighandler_t handler)
{
	struct sigaction wanted, before;

	memset(&wanted, 0, sizeof wanted);
	wanted.sa_handler = handler;
	wanted.sa_flags = SA_RESTART;
	return sigaction(sig, &wanted, &before) == 0 ? before.sa_handler : SIG_ERR;
}

VISIBLE int
sigaltstack(const stack_t *new_stack, stack_t *old)
{
	struct engine_thread *t = engine_thread_self();
	stack_t before;

	if (t == NULL)
		return (int)syscall(SYS_sigaltstack, new_stack, old);
	before = t->app_stack;
	if (new_stack != NULL) {
		if ((new_stack->ss_flags & SS_DISABLE) == 0 && new_stack->ss_size < (size_t)MINSIGSTKSZ) {
			errno = ENOMEM;
			return -1;
		}
		t->app_stack = *new_stack;
	}
	if (old != NULL)
		*old = before;
	return 0;
}
