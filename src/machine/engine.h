/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: runs an enclave in this process, by SDM vol. 3D's rules, without SGX. Internal to src/machine/engine*.c.
 *
 *   engine_map.c       ELRANGE, EPCM (what EADD said of each page), TCSs
 *   engine_load.c      enclave_load: an image goes to the key process and into memory
 *   engine_features.c  what an SDK enclave is told about the processor
 *   engine_call.c      enclave_call, enclave_ecall: the loop of entries, OCALLs and resumptions
 *   engine_entry.S     the switch into an enclave, where it lands, and where every signal enters
 *   engine_thread.c    what a thread needs before it may enter: alternate stack, Syscall User Dispatch
 *   engine_signal.c    one dispatcher for every signal: ENCLU, exception, asynchronous exit, or the application's own
 *   engine_deliver.c   hands a signal to the application's handler as the kernel would have
 *   engine_actions.c   sigaction, signal and sigaltstack of the application, interposed
 *   engine_enclu.c     the ENCLU leaves
 *   engine_aex.c       asynchronous exit and ERESUME: SSA frame <-> signal context
 *   engine_xstate.c    x87, SSE, AVX ... between the SSA's (Intel's) and the signal frame's (this processor's) layout
 *
 * The only process-global state: the list of loaded enclaves (engine_map.c), the application's signal actions (engine_actions.c) and the
 * thread-local pointer to struct engine_thread. An ENCLU trap comes without any argument; they are what it can be looked up in.
 *
 * Everything called from engine_signal runs in a signal handler with all signals blocked: no malloc, no stdio, no locks that
 * other code holds with signals open.
 */
#ifndef MACHINE_ENGINE_H
#define MACHINE_ENGINE_H

#include <signal.h>
#include <stdatomic.h>
#include <ucontext.h>

#include "machine/engine_layout.h"
#include "machine/key_process.h"
#include "machine/machine.h"
#include "sgx/tcs.h"

#define ENGINE_NUM_TCS_MAX 4096u
#define ENGINE_OCALL_STACK_MAX_LEN (1ull << 20) /* how much an enclave may put on our stack for an OCALL */

/* EPCM: one byte a page, 0 where nothing was added. The low bits are SECINFO's R, W, X. */
#define EPCM_VALID 0x08u
#define EPCM_TCS 0x10u

struct engine_tcs {
	struct sgx_tcs tcs; /* the processor's copy: CSSA and AEP live here, never in enclave memory */
	uint64_t addr;
	atomic_bool claimed; /* by a call of ours */
	_Atomic(const struct engine_thread *) waiting; /* whose OCALL it waits for: that thread's further calls come here */
	atomic_bool busy;    /* TCS.STATE = ACTIVE: a thread is inside */
};

struct enclave {
	uint8_t *base;
	uint64_t size;
	uint8_t *epcm;
	struct engine_tcs *tcs;
	size_t num_tcs, cap_tcs;
	uint32_t ssa_frame_pages;
	struct sgx_report_body id;
	struct key_client *keys; /* borrowed from the machine */
	uint32_t handle;
	bool created;            /* handle is valid */
	bool registered;
	atomic_uint users;       /* the owner, and every call that is inside: the last one tears it down */
	atomic_bool unloading;
	atomic_bool crashed;
	atomic_bool lost;        /* this is a child of the process that loaded it */
	void (*eavesdrop)(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len);
	void *eavesdrop_ctx;
	struct enclave *next;
};

/* One stay in an enclave: from an entry to the exit that ends it. */
struct engine_visit {
	struct enclave *enclave;
	struct engine_tcs *tcs;
	uint64_t aep;
	uint64_t saved_mask; /* libc's own signals as they were before */
	struct engine_frame *frame; /* NULL: entered by somebody else's ENCLU */
};

/* What one entry by our own assembly needs; lives on the caller's stack. */
struct engine_frame {
	struct engine_thread *thread;
	uint64_t host_gs;
	uint64_t tcs_addr, entry, fs, gs, cssa;
	uint64_t rdi, rsi;
	struct sgx_gprsgx *ssa;
	uint64_t rbp, rsp;         /* the host's, at the first entry */
	uint64_t out_rdi, out_rsi; /* as EEXIT left them */
	uint32_t mxcsr, fcw;
	uint32_t kind;             /* EXIT_... */
	uint32_t vector;           /* of an asynchronous exit; ENGINE_INTERRUPT if no exception */
	struct engine_visit visit;
	/* for engine_landed */
	enclave_ocall ocall;
	void *ocall_ctx;
	uint64_t status;
	uint64_t blocked_traps; /* of ENGINE_TRAP_SIGNALS: what the application had blocked */
	bool finished; /* status is the enclave's answer */
};

#define ENGINE_INTERRUPT 256u /* not an exception: a signal from outside */

struct engine_thread {
	uint64_t magic;
	uint64_t host_fs;
	struct engine_visit *visit; /* not NULL: this thread is inside, or engine_switch is just about to be */
	uint8_t selector;           /* Syscall User Dispatch reads it */
	struct engine_visit foreign; /* for entries by other people's ENCLU */
	uint64_t foreign_gs;
	stack_t app_stack;          /* the application's alternate stack, as it believes it to be installed */
	uint8_t *block;             /* what was mapped for this thread */
};

/* FS and GS base and selector to be set when the handler returns. */
struct engine_bases {
	uint64_t fs, gs;
	uint8_t selector;
};

#define LAYOUT(TYPE, FIELD, OFF) _Static_assert(offsetof(struct TYPE, FIELD) == (OFF), #TYPE "." #FIELD)
LAYOUT(engine_thread, magic, THREAD_MAGIC);
LAYOUT(engine_thread, host_fs, THREAD_HOST_FS);
LAYOUT(engine_thread, visit, THREAD_VISIT);
LAYOUT(engine_thread, selector, THREAD_SELECTOR);
LAYOUT(engine_bases, fs, BASES_FS);
LAYOUT(engine_bases, gs, BASES_GS);
LAYOUT(engine_bases, selector, BASES_SELECTOR);
LAYOUT(engine_frame, thread, FRAME_THREAD);
LAYOUT(engine_frame, host_gs, FRAME_HOST_GS);
LAYOUT(engine_frame, tcs_addr, FRAME_TCS_ADDR);
LAYOUT(engine_frame, entry, FRAME_ENTRY);
LAYOUT(engine_frame, fs, FRAME_FS);
LAYOUT(engine_frame, gs, FRAME_GS);
LAYOUT(engine_frame, cssa, FRAME_CSSA);
LAYOUT(engine_frame, rdi, FRAME_RDI);
LAYOUT(engine_frame, rsi, FRAME_RSI);
LAYOUT(engine_frame, ssa, FRAME_SSA);
LAYOUT(engine_frame, rbp, FRAME_RBP);
LAYOUT(engine_frame, rsp, FRAME_RSP);
LAYOUT(engine_frame, out_rdi, FRAME_OUT_RDI);
LAYOUT(engine_frame, out_rsi, FRAME_OUT_RSI);
LAYOUT(engine_frame, mxcsr, FRAME_MXCSR);
LAYOUT(engine_frame, fcw, FRAME_FCW);
LAYOUT(engine_frame, kind, FRAME_KIND);
LAYOUT(engine_frame, visit, FRAME_VISIT);
LAYOUT(sgx_gprsgx, ursp, GPRSGX_URSP);
LAYOUT(sgx_gprsgx, urbp, GPRSGX_URBP);
_Static_assert(sizeof(struct engine_bases) <= BASES_LEN, "engine_bases");

/* ---- engine_map.c ---- */
/* engine_reserve: ELRANGE of `size` bytes, naturally aligned, without memory behind it. JURAT_E_MEMORY. */
MUST_USE jurat_rc engine_reserve(struct enclave *e, uint64_t size, uint32_t ssa_frame_pages, struct jurat_diag *d);
/* engine_add: what EADD does to memory. JURAT_E_DUPLICATE for a page that is there already. */
MUST_USE jurat_rc engine_add(struct enclave *e, const struct image_page *page, struct jurat_diag *d);
/* engine_protect: the pages' final permissions; after this the enclave may run. */
MUST_USE jurat_rc engine_protect(struct enclave *e, struct jurat_diag *d);
void engine_unmap(struct enclave *e);
void engine_register(struct enclave *e);
void engine_unregister(struct enclave *e);

/* engine_owns: whether [addr, addr + len) lies inside ELRANGE. engine_permits: and every page of it is a regular one with all of
 * `permissions` (SGX_PAGE_R ...). Both for any numbers. */
bool engine_owns(const struct enclave *e, uint64_t addr, uint64_t len);
bool engine_permits(const struct enclave *e, uint64_t addr, uint64_t len, uint8_t permissions);
/* engine_find_tcs: the TCS at this address in any loaded enclave of this process, or NULL. In signal handlers. */
struct engine_tcs *engine_find_tcs(struct enclave **out, uint64_t addr);
/* engine_forked: in a child process: its enclaves are lost, as with SGX. engine_fork_begin, _end: around fork() in the parent. */
void engine_fork_begin(void);
void engine_fork_end(void);
void engine_forked(void);

/* ---- engine_load.c ---- */
/* engine_hold, engine_release: a call is inside; after enclave_unload the last release frees the enclave. */
void engine_hold(struct enclave *e);
void engine_release(struct enclave *e);
/* enclave_load_image: enclave_load for an image that the caller opened, or whose SIGSTRUCT or metadata block it chose. */
MUST_USE jurat_rc enclave_load_image(struct enclave **out, struct machine *m, const struct image *image,
    const struct enclave_options *options, struct jurat_diag *d);

/* ---- engine_thread.c ---- */
/* engine_start: once a process: processor and kernel checked, handlers installed. JURAT_E_UNSUPPORTED names what is missing. */
MUST_USE jurat_rc engine_start(struct jurat_diag *d);
/* engine_attach: the calling thread's state, made when it is not there. JURAT_E_STATE on a signal stack. */
MUST_USE jurat_rc engine_attach(struct engine_thread **out, struct jurat_diag *d);
/* engine_thread_stack: its alternate stack. */
stack_t engine_thread_stack(const struct engine_thread *t);
/* engine_thread_forked: in a child process, for its one thread: what fork does not hand on. */
void engine_thread_forked(void);
/* engine_thread_self: this thread's state or NULL. */
struct engine_thread *engine_thread_self(void);

/* ---- engine_enclu.c, engine_aex.c ---- */
enum engine_fault { ENGINE_FINE, ENGINE_GP, ENGINE_PF };

/* engine_is_enclu: whether this exception was raised by ENCLU: #UD (no SGX here), #GP or #PF (SGX, but no such enclave). */
bool engine_is_enclu(int sig, const siginfo_t *info, const ucontext_t *uc);
/* engine_enclu_inside: an ENCLU of the enclave. Anything but ENGINE_FINE: it faulted, and the asynchronous exit is done. */
enum engine_fault engine_enclu_inside(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases);
/* engine_enclu_outside: EENTER by other people's code, ERESUME by anybody's. Nothing has changed if it faults. */
enum engine_fault engine_enclu_outside(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases);

/* engine_frame_of: our frame, in a context whose RBP is engine_enter's. */
struct engine_frame *engine_frame_of(const ucontext_t *uc);

/* engine_tcs_take: makes the TCS busy if EENTER (resume: ERESUME) would succeed; *out_ssa is the frame it would use. */
enum engine_fault engine_tcs_take(struct enclave *e, struct engine_tcs *tcs, bool resume, uint8_t **out_ssa);
struct sgx_gprsgx *engine_gpr(const struct enclave *e, uint8_t *ssa);

/* engine_aex: leaves the enclave asynchronously. vector ENGINE_INTERRUPT, or the exception; error and addr belong to #GP and #PF. */
void engine_aex(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases, uint32_t vector, uint64_t error, uint64_t addr);
/* engine_resume: the state in this frame into the signal context. ENGINE_GP and nothing changed if it cannot be loaded. */
enum engine_fault engine_resume(const struct enclave *e, uint8_t *ssa, ucontext_t *uc, struct engine_bases *bases);
void engine_go_inside(struct engine_thread *t, struct engine_visit *visit, ucontext_t *uc, struct engine_bases *bases);
void engine_go_outside(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases);

/* engine_canonical: whether the processor would load this number as an address (48 bits, sign extended). */
static inline bool
engine_canonical(uint64_t addr)
{
	return (uint64_t)((int64_t)(addr << 16) >> 16) == addr;
}

/* ---- engine_xstate.c ---- */
#define XSTATE_NUM_COMPONENTS 7

/* Where a processor's signal frames have the components of engine_xstate.c's table, and which of them it has. */
struct xstate_layout {
	uint32_t off[XSTATE_NUM_COMPONENTS];
	uint64_t xfrm;
};

/* xstate_probe: asks CPUID; called once, before any enclave exists. xstate_host: this computer's layout. */
void xstate_probe(void);
const struct xstate_layout *xstate_host(void);

/*
 * xstate_save: signal frame -> SSA frame, components of xfrm only. xstate_init: the signal frame's components of xfrm to their initial
 * state. xstate_load: SSA frame -> signal frame; false and nothing changed if XRSTOR would fault.
 */
void xstate_save(const struct xstate_layout *host, uint8_t *ssa, const uint8_t *fp, uint64_t xfrm);
void xstate_init(uint8_t *fp, uint64_t xfrm);
MUST_USE bool xstate_load(const struct xstate_layout *host, uint8_t *fp, const uint8_t *ssa, uint64_t xfrm);
/* xstate_open_keys: lets this thread read pages whatever their protection key says; xstate_set_keys: as it was before. */
uint32_t xstate_open_keys(void);
void xstate_set_keys(uint32_t keys);
/* xstate_pass_keys: the rights of this handler into a signal frame: they are what the kernel starts every handler with. */
void xstate_pass_keys(uint8_t *fp);
/* xstate_frame_len: bytes of the signal frame's floating-point part. */
size_t xstate_frame_len(const uint8_t *fp);

/* ---- engine_deliver.c ---- */
/* engine_deliver: the application's handler, or the default action. t NULL: a thread that never entered an enclave. */
void engine_deliver(struct engine_thread *t, int sig, siginfo_t *info, ucontext_t *uc, bool exception);

/* engine_attach_first: a thread that came by ENCLU and has no state yet gets it when the handler has returned, and traps again. */
void engine_attach_first(siginfo_t *info, ucontext_t *uc);

/* ---- engine_actions.c ---- */
#define ENGINE_NUM_SIGNALS 65

/* struct kernel_action: rt_sigaction's own form. */
struct kernel_action {
	uintptr_t handler; /* a function, SIG_DFL or SIG_IGN */
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};
#define ACTION_DFL ((uintptr_t)SIG_DFL)
#define ACTION_IGN ((uintptr_t)SIG_IGN)
#define ACTION_RESTORER 0x04000000ul

void actions_take_over(void);
/* actions_fork_begin, actions_fork_end: no other thread holds the table while this one forks. All signals are blocked between. */
void actions_fork_begin(void);
void actions_fork_end(void);
/* actions_current: what the application wants for sig; resets it first if SA_RESETHAND says so. */
struct kernel_action actions_current(int sig);
int kernel_sigaction(int sig, const struct kernel_action *new_action, struct kernel_action *old);

/* ---- engine_signal.c, engine_entry.S ---- */
void engine_signal(int sig, siginfo_t *info, ucontext_t *uc, struct engine_bases *bases, struct engine_thread *t);
void engine_signal_entry(int sig, siginfo_t *info, void *uc);
void engine_restorer(void);
extern const uint8_t engine_restorer_end[], engine_switch[], engine_switch_end[], engine_landing[], engine_aep[], engine_resume_here[];
/* engine_enter: the switch; returns when engine_landed says LANDED_LEAVE. */
void engine_enter(struct engine_frame *frame);
/* engine_landed: after every exit, on the stack that the enclave left. */
uint32_t engine_landed(struct engine_frame *frame);

/* libc's own signals (cancellation, set*id): never delivered inside an enclave, because they cannot be interposed. */
#define ENGINE_LIBC_SIGNALS (1ull << (32 - 1) | 1ull << (33 - 1)) /* SIGCANCEL, SIGSETXID */

/* What exceptions and ENCLU arrive by: blocked, the kernel would kill the process instead. */
#define ENGINE_SIGNAL(SIG) (1ull << ((SIG) - 1))
#define ENGINE_ENCLU_SIGNALS (ENGINE_SIGNAL(SIGILL) | ENGINE_SIGNAL(SIGSEGV))
#define ENGINE_TRAP_SIGNALS \
	(ENGINE_ENCLU_SIGNALS | ENGINE_SIGNAL(SIGBUS) | ENGINE_SIGNAL(SIGFPE) | ENGINE_SIGNAL(SIGTRAP) | ENGINE_SIGNAL(SIGSYS))

/* uc_sigmask as the kernel sees it: 64 bits. */
static inline uint64_t *
uc_mask(ucontext_t *uc)
{
	return (uint64_t *)(void *)&uc->uc_sigmask;
}

static inline uint8_t *
uc_fp(ucontext_t *uc)
{
	return (uint8_t *)uc->uc_mcontext.fpregs;
}

#define UC_REG(UC, NAME) ((UC)->uc_mcontext.gregs[REG_##NAME])

#endif
