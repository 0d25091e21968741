/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must be there before a thread can enter an enclave: an alternate stack of the engine's (signals in an enclave would otherwise
 * be written over the enclave's stack), the thread's state behind it, and Syscall User Dispatch where the kernel has it.
 */
#include "machine/engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/diag.h"

#define GUARD_LEN 4096u
#define STATE_LEN 4096u
#define BLOCK_LEN (GUARD_LEN + ENGINE_ALTSTACK_LEN + STATE_LEN)
#define HWCAP2_FSGSBASE_ 0x2ul
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif

_Static_assert(sizeof(struct engine_thread) <= STATE_LEN, "the state fits behind the stack");

/* The calling thread's state: a signal handler finds it behind the alternate stack instead. */
static _Thread_local struct engine_thread *self;

static struct {
	pthread_once_t once;
	pthread_key_t key; /* for its destructor at thread exit */
	jurat_rc rc;
	const char *what;
} engine = { .once = PTHREAD_ONCE_INIT };

struct engine_thread *
engine_thread_self(void)
{
	return self;
}

static uint64_t
read_fs_base(void)
{
	uint64_t base;

	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

/* Allocates and fills a thread's block. Async-signal-safe, as all that engine_attach does. */
static struct engine_thread *
block_new(void)
{
	uint8_t *block = mmap(NULL, BLOCK_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct engine_thread *t;

	if (block == MAP_FAILED)
		return NULL;
	(void)mprotect(block, GUARD_LEN, PROT_NONE);
	t = (struct engine_thread *)(void *)(block + GUARD_LEN + ENGINE_ALTSTACK_LEN);
	t->block = block;
	t->host_fs = read_fs_base();
	t->selector = SELECTOR_ALLOW;
	t->magic = ENGINE_MAGIC;
	return t;
}

stack_t
engine_thread_stack(const struct engine_thread *t)
{
	return (stack_t){ .ss_sp = t->block + GUARD_LEN, .ss_size = ENGINE_ALTSTACK_LEN };
}

/* System calls of this thread become SIGSYS while the selector says so; without kernel support an enclave's would just be made. */
static void
dispatch_syscalls(struct engine_thread *t)
{
	(void)prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, (unsigned long)(uintptr_t)engine_restorer,
	    (unsigned long)(engine_restorer_end - (const uint8_t *)(uintptr_t)engine_restorer), &t->selector);
}

/* Syscall User Dispatch does not outlive fork; the alternate stack does. */
void
engine_thread_forked(void)
{
	if (self != NULL)
		dispatch_syscalls(self);
}

static void
thread_exit(void *arg)
{
	struct engine_thread *t = arg;
	stack_t prior = t->app_stack;

	(void)prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
	self = NULL;
	(void)syscall(SYS_sigaltstack, &prior, NULL);
	(void)munmap(t->block, BLOCK_LEN);
}

static void
start(void)
{
	if ((getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_) == 0) {
		engine.rc = JURAT_E_UNSUPPORTED;
		engine.what = "processor.fsgsbase";
		return;
	}
	if (pthread_key_create(&engine.key, thread_exit) != 0 || pthread_atfork(engine_fork_begin, engine_fork_end, engine_forked) != 0) {
		engine.rc = JURAT_E_MEMORY;
		engine.what = "engine.start";
		return;
	}
	xstate_probe();
	actions_take_over();
}

jurat_rc
engine_start(struct jurat_diag *d)
{
	(void)pthread_once(&engine.once, start);
	if (engine.rc == JURAT_OK)
		return JURAT_OK;
	jurat_fail(d, engine.rc, engine.what, NO_OFFSET, 0, 0);
	if (engine.rc == JURAT_E_UNSUPPORTED)
		jurat_hint(d, "enclaves need Linux 5.9 or newer on a processor with FSGSBASE");
	return engine.rc;
}

static jurat_rc
attach_new(struct jurat_diag *d)
{
	struct engine_thread *t = block_new();
	stack_t ours;

	if (t == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "thread.stack", NO_OFFSET, 0, BLOCK_LEN);
	ours = engine_thread_stack(t);
	if (syscall(SYS_sigaltstack, &ours, &t->app_stack) != 0) {
		(void)munmap(t->block, BLOCK_LEN);
		return jurat_fail(d, JURAT_E_STATE, "thread.stack", NO_OFFSET, 0, (uint64_t)errno);
	}
	self = t;
	(void)pthread_setspecific(engine.key, t);
	dispatch_syscalls(t);
	return JURAT_OK;
}

/* Somebody went past our sigaltstack (a direct system call): theirs is remembered as the application's. */
static jurat_rc
reattach(struct engine_thread *t, struct jurat_diag *d)
{
	stack_t ours = engine_thread_stack(t), now;

	if (syscall(SYS_sigaltstack, NULL, &now) == 0 && now.ss_sp == ours.ss_sp && now.ss_size == ours.ss_size)
		return JURAT_OK;
	if (syscall(SYS_sigaltstack, &ours, &now) != 0)
		return jurat_fail(d, JURAT_E_STATE, "thread.stack", NO_OFFSET, 0, (uint64_t)errno);
	t->app_stack = now;
	return JURAT_OK;
}

jurat_rc
engine_attach(struct engine_thread **out, struct jurat_diag *d)
{
	jurat_rc rc = self == NULL ? attach_new(d) : reattach(self, d);

	if (rc != JURAT_OK) {
		jurat_hint(d, "an enclave cannot be entered from a handler on an alternate signal stack");
		return rc;
	}
	*out = self;
	return JURAT_OK;
}
