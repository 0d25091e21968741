/* SPDX-License-Identifier: Apache-2.0 */
/* void raw_enter(struct raw_entry *r): see enclave_raw.h. */
#define TCS 0
#define RDI_IN 8
#define RSI_IN 16
#define POISON 24
#define FLAGS 32
#define MXCSR 40
#define FCW 44
#define MMX 46
#define NESTED 48
#define NESTED_RDI 56
#define NESTED_RSI 64
#define NUM_AEX 72
#define OUT_FLAGS 80
#define OUT 88
#define OUT_NESTED 216
#define NESTED_TCS 248
#define FX 256

	.text
	.globl	raw_enter
	.type	raw_enter, @function
raw_enter:
	push	%rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	$24, %rsp		/* 16-byte aligned; 16(%rsp) MXCSR, 20(%rsp) control word */
	stmxcsr	16(%rsp)
	fnstcw	20(%rsp)
	mov	%rdi, 8(%rsp)
	mov	%rsp, 0(%rsp)
	mov	%rdi, %rax

	fldcw	FCW(%rax)
	cmpw	$0, MMX(%rax)
	je	1f
	movq	%rax, %mm0		/* every x87 register counts as full from now on */
1:	ldmxcsr	MXCSR(%rax)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movq	POISON(%rax), %xmm\n
	.endr
	mov	TCS(%rax), %rbx
	lea	.Laep(%rip), %rcx
	mov	RDI_IN(%rax), %rdi
	mov	RSI_IN(%rax), %rsi
	mov	POISON(%rax), %rdx
	mov	%rdx, %rbp
	mov	%rdx, %r8
	mov	%rdx, %r9
	mov	%rdx, %r10
	mov	%rdx, %r11
	mov	%rdx, %r12
	mov	%rdx, %r13
	mov	%rdx, %r14
	mov	%rdx, %r15
	pushfq
	mov	FLAGS(%rax), %rax
	or	%rax, (%rsp)
	mov	$2, %eax		/* EENTER */
	popfq
	.byte	0x0f, 0x01, 0xd7

	/* EEXIT comes here; nothing has been touched yet */
	pushfq
	push	%rax
	mov	24(%rsp), %rax		/* r */
	mov	%rbx, OUT+8(%rax)
	mov	%rcx, OUT+16(%rax)
	mov	%rdx, OUT+24(%rax)
	mov	%rsi, OUT+32(%rax)
	mov	%rdi, OUT+40(%rax)
	mov	%rbp, OUT+48(%rax)
	mov	%r8, OUT+56(%rax)
	mov	%r9, OUT+64(%rax)
	mov	%r10, OUT+72(%rax)
	mov	%r11, OUT+80(%rax)
	mov	%r12, OUT+88(%rax)
	mov	%r13, OUT+96(%rax)
	mov	%r14, OUT+104(%rax)
	mov	%r15, OUT+112(%rax)
	fxsave64 FX(%rax)
	pop	%rcx
	mov	%rcx, OUT(%rax)
	pop	%rcx
	mov	%rcx, OUT_FLAGS(%rax)
	mov	%rsp, %rcx
	sub	0(%rsp), %rcx
	mov	%rcx, OUT+120(%rax)

	fninit
	fldcw	20(%rsp)
	ldmxcsr	16(%rsp)
	pushq	$2
	popfq
	add	$24, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret

	/* An asynchronous exit: RAX 3, RBX the TCS, RCX this address. RSP as at the EENTER. */
.Laep:
	mov	8(%rsp), %rdx
	incq	NUM_AEX(%rdx)
	cmpq	$0, NESTED(%rdx)
	je	.Lresume
	movq	$0, NESTED(%rdx)
	mov	NESTED_TCS(%rdx), %rbx
	mov	NESTED_RDI(%rdx), %rdi
	mov	NESTED_RSI(%rdx), %rsi
	mov	POISON(%rdx), %rbp
	mov	$2, %eax
	.byte	0x0f, 0x01, 0xd7	/* EENTER again: on the same TCS, CSSA is 1 */
	mov	8(%rsp), %rdx
	mov	%rdi, OUT_NESTED(%rdx)
	mov	%rsi, OUT_NESTED+8(%rdx)
	mov	%rsp, %rcx
	sub	0(%rsp), %rcx
	mov	%rcx, OUT_NESTED+16(%rdx)
	mov	%rbp, OUT_NESTED+24(%rdx)
	mov	TCS(%rdx), %rbx
	lea	.Laep(%rip), %rcx
	mov	$3, %eax
.Lresume:
	.byte	0x0f, 0x01, 0xd7	/* ERESUME */
	ud2
	.size	raw_enter, . - raw_enter
	.section .note.GNU-stack, "", @progbits
