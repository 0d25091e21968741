/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing a signal to the application. Its handler must not run on the engine's alternate stack: it may call an enclave, and the
 * next signal in there would begin that stack from the top, over the handler's own frames. So the signal frame that the kernel made
 * is copied to the stack where the application would have had it, and the return from our handler goes there. From then on it is as if
 * the kernel had called the handler: it returns through rt_sigreturn with the copy, or leaves by longjmp.
 */
#include "machine/engine.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RED_ZONE 128u
#define FP_ALIGN 64u
#define KERNEL_UCONTEXT_LEN 304u /* the kernel's own, without what libc adds behind the mask */
#define FLAGS_CLEARED 0x10500ll  /* RF DF TF, as at every delivery */

/* What lies on the stack when a handler starts. */
struct signal_frame {
	void (*restorer)(void);
	_Alignas(8) uint8_t uc[KERNEL_UCONTEXT_LEN];
	siginfo_t info;
};

/* Exceptions are sent anew too: an emulated one (ENCLU refused) would come back as another signal if it merely happened again. */
static void
default_action(int sig, ucontext_t *uc)
{
	struct kernel_action action = { .handler = ACTION_DFL };

	(void)kernel_sigaction(sig, &action, NULL);
	*uc_mask(uc) &= ~ENGINE_SIGNAL(sig);
	(void)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), sig);
}

static bool
on_stack(const stack_t *s, uint64_t sp)
{
	uint64_t base = (uint64_t)(uintptr_t)s->ss_sp;

	return (s->ss_flags & SS_DISABLE) == 0 && sp >= base && sp - base < s->ss_size;
}

static uint64_t
handler_stack(const struct engine_thread *t, const struct kernel_action *action, const ucontext_t *uc)
{
	const stack_t *own = t != NULL ? &t->app_stack : NULL;
	uint64_t rsp = (uint64_t)uc->uc_mcontext.gregs[REG_RSP];

	if (own != NULL && (action->flags & SA_ONSTACK) != 0 && (own->ss_flags & SS_DISABLE) == 0 && own->ss_size != 0 && !on_stack(own, rsp))
		return (uint64_t)(uintptr_t)own->ss_sp + own->ss_size;
	return rsp - RED_ZONE;
}

static uint64_t
handler_mask(const struct kernel_action *action, int sig, const uint64_t before)
{
	return before | action->mask | ((action->flags & SA_NODEFER) != 0 ? 0 : ENGINE_SIGNAL(sig));
}

/* Copies the kernel's frame, floating-point part included, to sp downward; returns where it lies. */
static struct signal_frame *
copy_frame(uint64_t sp, const siginfo_t *info, ucontext_t *uc)
{
	size_t fp_len = xstate_frame_len(uc_fp(uc));
	uint8_t *fp = (uint8_t *)(uintptr_t)((sp - fp_len) & ~(uint64_t)(FP_ALIGN - 1));
	/* at a function's first instruction RSP is 8 off a multiple of 16 */
	uint64_t at = (((uint64_t)(uintptr_t)fp - sizeof(struct signal_frame)) & ~15ull) - 8;
	struct signal_frame *frame = (struct signal_frame *)(uintptr_t)at;
	uint8_t *old = uc_fp(uc);

	memcpy(fp, old, fp_len);
	uc->uc_mcontext.fpregs = (fpregset_t)(void *)fp;
	memcpy(frame->uc, uc, sizeof frame->uc);
	uc->uc_mcontext.fpregs = (fpregset_t)(void *)old;
	frame->info = *info;
	frame->restorer = engine_restorer;
	return frame;
}

static void
redirect(struct engine_thread *t, int sig, const struct kernel_action *action, const siginfo_t *info, ucontext_t *uc)
{
	struct signal_frame *frame = copy_frame(handler_stack(t, action, uc), info, uc);

	UC_REG(uc, RIP) = (greg_t)action->handler;
	UC_REG(uc, RSP) = (greg_t)(uintptr_t)frame;
	UC_REG(uc, RDI) = sig;
	UC_REG(uc, RSI) = (greg_t)(uintptr_t)&frame->info;
	UC_REG(uc, RDX) = (greg_t)(uintptr_t)frame->uc;
	UC_REG(uc, RAX) = 0;
	UC_REG(uc, EFL) &= ~FLAGS_CLEARED;
	/* the handler may enter an enclave by an ENCLU of its own, as Intel's loader does for exceptions: never with that blocked */
	*uc_mask(uc) = handler_mask(action, sig, *uc_mask(uc)) & ~ENGINE_ENCLU_SIGNALS;
	xstate_init(uc_fp(uc), xstate_host()->xfrm);
	xstate_pass_keys(uc_fp(uc));
}

/* Where there is an alternate stack already, this runs off it like a handler of the application, so that it may be changed. */
static void
attach_and_retry(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	struct engine_thread *t;

	if (engine_attach(&t, NULL) == JURAT_OK) {
		uc->uc_stack = engine_thread_stack(t); /* the return would install the old one */
		return;
	}
	info->si_signo = SIGSEGV;
	info->si_code = SI_KERNEL;
	info->si_addr = NULL;
	engine_deliver(NULL, SIGSEGV, info, uc, true);
}

void
engine_attach_first(siginfo_t *info, ucontext_t *uc)
{
	struct kernel_action action = { .handler = (uintptr_t)attach_and_retry, .mask = ~0ull };
	bool disabled = (uc->uc_stack.ss_flags & SS_DISABLE) != 0;

	/* without an alternate stack (or on it already) this handler's own frames lie where the copy would go */
	if (disabled || on_stack(&uc->uc_stack, (uint64_t)UC_REG(uc, RSP)))
		attach_and_retry(SIGILL, info, uc);
	else
		redirect(NULL, SIGILL, &action, info, uc);
}

/* A thread that never entered an enclave: the kernel chose its stack, and the handler may as well run here. */
static void
call_here(int sig, const struct kernel_action *action, siginfo_t *info, ucontext_t *uc)
{
	uint64_t mask = handler_mask(action, sig, *uc_mask(uc));

	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
	((void (*)(int, siginfo_t *, void *))action->handler)(sig, info, uc);
}

void
engine_deliver(struct engine_thread *t, int sig, siginfo_t *info, ucontext_t *uc, bool exception)
{
	struct kernel_action action = actions_current(sig);

	if (action.handler == ACTION_IGN && !exception)
		return;
	if (action.handler == ACTION_DFL || action.handler == ACTION_IGN)
		default_action(sig, uc);
	else if (t != NULL)
		redirect(t, sig, &action, info, uc);
	else
		call_here(sig, &action, info, uc);
}
