/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's assembly: the switch into an enclave, the two places where it comes out, and the entry of every signal.
 */
#include "machine/engine_layout.h"

	.text
	.hidden	engine_landed
	.hidden	engine_signal

/*
 * void engine_enter(struct engine_frame *frame)
 *
 * Enters, and goes on entering as engine_landed says. An enclave may return (OCALL) with a lower RSP, having put its
 * arguments on our stack: whatever runs until the next entry stays below it, and our own locals are found through RBP.
 */
	.globl	engine_enter
	.hidden	engine_enter
	.type	engine_enter, @function
engine_enter:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi			/* -48(%rbp): frame */
	mov	%rbp, FRAME_RBP(%rdi)
	mov	%rsp, FRAME_RSP(%rdi)
	stmxcsr	FRAME_MXCSR(%rdi)
	fnstcw	FRAME_FCW(%rdi)

/*
 * From here to engine_switch_end a signal finds a thread that is half inside. The dispatcher then puts it back to
 * engine_switch with RDI = frame: nothing that the first half did needs undoing but FS, GS and the visit.
 */
	.globl	engine_switch
	.hidden	engine_switch
engine_switch:
	mov	FRAME_SSA(%rdi), %rax
	mov	%rsp, GPRSGX_URSP(%rax)
	mov	%rbp, GPRSGX_URBP(%rax)
	rdgsbase %rax
	mov	%rax, FRAME_HOST_GS(%rdi)
	mov	FRAME_THREAD(%rdi), %rdx
	mov	FRAME_FS(%rdi), %rax
	mov	FRAME_GS(%rdi), %rcx
	lea	FRAME_VISIT(%rdi), %rsi
	mov	%rsi, THREAD_VISIT(%rdx)
	movb	$SELECTOR_BLOCK, THREAD_SELECTOR(%rdx)
	wrfsbase %rax
	wrgsbase %rcx
	mov	FRAME_TCS_ADDR(%rdi), %rbx
	lea	engine_landing(%rip), %rcx
	mov	FRAME_ENTRY(%rdi), %r11
	mov	FRAME_CSSA(%rdi), %rax
	mov	FRAME_RSI(%rdi), %rsi
	xor	%edx, %edx
	mov	FRAME_RDI(%rdi), %rdi
	jmp	*%r11
	.globl	engine_switch_end
	.hidden	engine_switch_end
engine_switch_end:

/* EEXIT comes here: RDI and RSI are the enclave's answer, RBP is ours again (the dispatcher sees to it). */
	.globl	engine_landing
	.hidden	engine_landing
engine_landing:
	mov	-48(%rbp), %rcx
	mov	%rdi, FRAME_OUT_RDI(%rcx)
	mov	%rsi, FRAME_OUT_RSI(%rcx)
	jmp	.Lback

/* An asynchronous exit comes here: RSP and RBP are those of the last entry. */
	.globl	engine_aep
	.hidden	engine_aep
engine_aep:
	mov	-48(%rbp), %rcx
.Lback:
	/* The ABI's promises to C: direction flag, alignment check, x87 and SSE control. An enclave may leave anything there. */
	cld
	mov	%rsp, %r12
	and	$-16, %rsp
	pushfq
	andl	$~0x40000, (%rsp)
	popfq
	fninit
	fldcw	FRAME_FCW(%rcx)
	ldmxcsr	FRAME_MXCSR(%rcx)
	mov	%rcx, %rdi
	call	engine_landed
	mov	%r12, %rsp
	mov	-48(%rbp), %rdi
	cmp	$LANDED_ENTER, %eax
	je	engine_switch
	ja	.Lresume
	lea	-40(%rbp), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

/* ERESUME sets every register at once, which only the return from a signal handler can: so this one is trapped. */
.Lresume:
	mov	FRAME_TCS_ADDR(%rdi), %rbx
	lea	engine_aep(%rip), %rcx
	mov	$3, %eax
	.globl	engine_resume_here
	.hidden	engine_resume_here
engine_resume_here:
	.byte	0x0f, 0x01, 0xd7
	ud2
	.size	engine_enter, . - engine_enter

/*
 * void engine_signal_entry(int sig, siginfo_t *info, void *uc)
 *
 * Every signal's handler. The thread may be inside an enclave, with the enclave's FS base: no C, and nothing that reads
 * thread-local storage, before the host's is back. The thread's state is found behind its alternate stack, which the kernel
 * names in uc->uc_stack; a thread without one of ours has never been inside.
 */
	.globl	engine_signal_entry
	.hidden	engine_signal_entry
	.type	engine_signal_entry, @function
engine_signal_entry:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%r12
	sub	$BASES_LEN, %rsp
	pushfq
	andl	$~0x40000, (%rsp)	/* AC: the kernel clears DF and TF, not this one */
	popfq
	xor	%ebx, %ebx
	cmpq	$ENGINE_ALTSTACK_LEN, 32(%rdx)
	jne	1f
	mov	16(%rdx), %rax
	add	$ENGINE_ALTSTACK_LEN, %rax
	movabs	$ENGINE_MAGIC, %r9
	cmp	%r9, THREAD_MAGIC(%rax)
	jne	1f
	mov	%rax, %rbx
	rdfsbase %rax
	mov	%rax, BASES_FS(%rsp)
	rdgsbase %rax
	mov	%rax, BASES_GS(%rsp)
	mov	THREAD_HOST_FS(%rbx), %rax
	wrfsbase %rax
	mov	THREAD_SELECTOR(%rbx), %al
	mov	%al, BASES_SELECTOR(%rsp)
	movb	$SELECTOR_ALLOW, THREAD_SELECTOR(%rbx)
1:	mov	%rsp, %rcx
	mov	%rbx, %r8
	mov	%rsp, %r12
	call	engine_signal
	test	%rbx, %rbx
	jz	2f
	mov	BASES_GS(%r12), %rax
	wrgsbase %rax
	mov	BASES_SELECTOR(%r12), %al
	mov	%al, THREAD_SELECTOR(%rbx)
	mov	BASES_FS(%r12), %rax
	wrfsbase %rax
2:	lea	-16(%rbp), %rsp
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
	.size	engine_signal_entry, . - engine_signal_entry

/* rt_sigreturn. Syscall User Dispatch lets calls from here through whatever the selector says. */
	.globl	engine_restorer
	.hidden	engine_restorer
	.type	engine_restorer, @function
engine_restorer:
	mov	$15, %rax		/* these very bytes are what unwinders look for */
	syscall
	ud2				/* belongs to the range: the kernel compares the address behind the syscall */
	.globl	engine_restorer_end
	.hidden	engine_restorer_end
engine_restorer_end:
	.size	engine_restorer, . - engine_restorer

	.section .note.GNU-stack, "", @progbits
