/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one dispatcher. Every signal comes here first (engine_entry.S), on the thread's alternate stack, with the host's FS base and all
 * signals blocked, and is one of four things: an ENCLU to emulate, an exception inside an enclave, a signal from outside that
 * found the thread inside, or the application's own business.
 */
#include "machine/engine.h"

#include <string.h>

#define VECTOR_UD 6
#define VECTOR_BP 3
#define VECTOR_DB 1
#define VECTOR_GP 13
#define VECTOR_PF 14
#define FLAG_TF 0x100ll
#define PAGE_OFFSET_MASK 0xfffull
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 2
#endif

/* Raised by the instruction at RIP, not sent by somebody. */
static bool
is_exception(int sig, const siginfo_t *info)
{
	switch (sig) {
	case SIGILL:
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGTRAP:
		return info->si_code > 0;
	case SIGSYS:
		return info->si_code == SYS_USER_DISPATCH;
	default:
		return false;
	}
}

/* A signal found engine_switch half done: as if it had not begun. */
static void
rewind_switch(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases)
{
	struct engine_frame *frame = t->visit->frame;

	UC_REG(uc, RIP) = (greg_t)(uintptr_t)engine_switch;
	UC_REG(uc, RDI) = (greg_t)(uintptr_t)frame;
	bases->fs = t->host_fs;
	bases->gs = frame->host_gs;
	bases->selector = SELECTOR_ALLOW;
	t->visit = NULL;
}

static bool
in_switch(const ucontext_t *uc)
{
	uint64_t rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];

	return rip >= (uint64_t)(uintptr_t)engine_switch && rip < (uint64_t)(uintptr_t)engine_switch_end;
}

/* Which exception it was, with RIP where SGX would have left it. */
static uint32_t
exception_vector(int sig, ucontext_t *uc)
{
	if (sig == SIGSYS) {
		/* SYSCALL in an enclave is #UD; it ran here, as far as overwriting RCX and R11 */
		UC_REG(uc, RIP) -= 2;
		return VECTOR_UD;
	}
	if (UC_REG(uc, TRAPNO) == VECTOR_BP)
		UC_REG(uc, RIP) -= 1; /* INT3 is fault-class in an enclave: SDM vol. 3D, "INT3 Consideration" */
	return (uint32_t)UC_REG(uc, TRAPNO);
}

/* After an opt-out entry nobody single-steps an enclave, itself included: TF does not last (SDM vol. 3D, "Enclave Code Debug"). */
static bool
suppressed_step(const struct engine_visit *visit, ucontext_t *uc)
{
	if (UC_REG(uc, TRAPNO) != VECTOR_DB || (UC_REG(uc, EFL) & FLAG_TF) == 0 ||
	    (visit->tcs->tcs.flags & SGX_TCS_DBGOPTIN) != 0)
		return false;
	UC_REG(uc, EFL) &= ~FLAG_TF;
	return true;
}

/* What the application may know of an exception inside: the page, and not the place in the code. */
static void
censor(int sig, siginfo_t *info, const ucontext_t *uc)
{
	if (sig == SIGSEGV && uc->uc_mcontext.gregs[REG_TRAPNO] == VECTOR_PF)
		info->si_addr = (void *)((uintptr_t)info->si_addr & ~PAGE_OFFSET_MASK);
	else if (sig == SIGILL || sig == SIGFPE || sig == SIGTRAP)
		info->si_addr = (void *)(uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
}

static void
exception_inside(struct engine_thread *t, int sig, siginfo_t *info, ucontext_t *uc, struct engine_bases *bases)
{
	bool ours = t->visit->frame != NULL;
	uint32_t vector;

	if (sig != SIGSYS && suppressed_step(t->visit, uc))
		return;
	vector = exception_vector(sig, uc);
	engine_aex(t, uc, bases, vector, (uint64_t)UC_REG(uc, ERR), (uint64_t)UC_REG(uc, CR2));
	if (ours)
		return; /* engine_landed decides: the enclave's own handler, or the end */
	censor(sig, info, uc);
	engine_deliver(t, sig, info, uc, true);
}

/* ENCLU from host code that the processor would refuse. */
static void
refuse_enclu(struct engine_thread *t, enum engine_fault fault, siginfo_t *info, ucontext_t *uc)
{
	siginfo_t refusal;

	memset(&refusal, 0, sizeof refusal);
	refusal.si_signo = SIGSEGV;
	refusal.si_code = fault == ENGINE_PF ? SEGV_MAPERR : SI_KERNEL;
	if (fault == ENGINE_PF)
		refusal.si_addr = (void *)(uintptr_t)UC_REG(uc, RBX);
	*info = refusal;
	UC_REG(uc, TRAPNO) = fault == ENGINE_PF ? VECTOR_PF : VECTOR_GP;
	UC_REG(uc, ERR) = 0;
	engine_deliver(t, SIGSEGV, info, uc, true);
}

/* Our own ERESUME was refused: the enclave has spoilt its SSA frame. engine_landed is told, not the application. */
static void
refuse_resume(ucontext_t *uc)
{
	struct engine_frame *frame = engine_frame_of(uc);

	frame->kind = EXIT_ASTRAY;
	UC_REG(uc, RIP) = (greg_t)(uintptr_t)engine_aep;
}

static void
enclu_outside(struct engine_thread *t, siginfo_t *info, ucontext_t *uc, struct engine_bases *bases)
{
	enum engine_fault fault;

	if (t == NULL) {
		engine_attach_first(info, uc);
		return;
	}
	fault = engine_enclu_outside(t, uc, bases);
	if (fault == ENGINE_FINE)
		return;
	if ((uint64_t)UC_REG(uc, RIP) == (uint64_t)(uintptr_t)engine_resume_here)
		refuse_resume(uc);
	else
		refuse_enclu(t, fault, info, uc);
}

static void
enclu_inside(struct engine_thread *t, siginfo_t *info, ucontext_t *uc, struct engine_bases *bases)
{
	bool ours = t->visit->frame != NULL;

	if (engine_enclu_inside(t, uc, bases) == ENGINE_FINE || ours)
		return;
	memset(info, 0, sizeof *info);
	info->si_signo = SIGSEGV;
	info->si_code = SI_KERNEL;
	engine_deliver(t, SIGSEGV, info, uc, true);
}

void
engine_signal(int sig, siginfo_t *info, ucontext_t *uc, struct engine_bases *bases, struct engine_thread *t)
{
	bool exception = is_exception(sig, info);

	if (t != NULL && t->visit != NULL && t->visit->frame != NULL && in_switch(uc))
		rewind_switch(t, uc, bases);
	if (exception && engine_is_enclu(sig, info, uc)) {
		if (t != NULL && t->visit != NULL)
			enclu_inside(t, info, uc, bases);
		else
			enclu_outside(t, info, uc, bases);
		return;
	}
	if (t != NULL && t->visit != NULL) {
		if (exception) {
			exception_inside(t, sig, info, uc, bases);
			return;
		}
		engine_aex(t, uc, bases, ENGINE_INTERRUPT, 0, 0);
	}
	engine_deliver(t, sig, info, uc, exception);
}
