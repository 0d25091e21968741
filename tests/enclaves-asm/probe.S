/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An enclave that does as it is told, for the tests of the engine. The test copies these bytes to the enclave's code pages. Entry as
 * the SDK's: RDI index, RSI address of an array of u64 in host memory. GS points to the thread's data page:
 *   0x00 own address   0x08 where to exit   0x10 host RSP   0x18 host RBP   0x20 ms
 *   0x28 EXITINFO   0x30 RIP   0x38 MADDR   0x40 error code   0x48 where to go on after an exception   0x50 exceptions seen
 *   0x58 what the handler answers   0x78 MXCSR for the handler to spoil   0x200, 0x400, 0x600 operands of ENCLU   0x800 scratch
 * SSA frame 0 lies directly below the data page's three frames: data - 0x3000.
 */
#define ENCLU .byte 0x0f, 0x01, 0xd7
#define RETURN mov $-1, %rdi; jmp leave

	.text
	.balign 64
	.globl	probe_begin
probe_begin:
	test	%rax, %rax
	jnz	exception
	mov	%rcx, %gs:0x08
	mov	%rsp, %gs:0x10
	mov	%rbp, %gs:0x18
	rdgsbase %rdx
	mov	%rdx, %gs:0x00
	mov	%rsi, %gs:0x20
	cmp	$-2, %rdi
	je	after_ocall
	cmp	$NUM_OPS, %rdi
	jae	bad
	lea	table(%rip), %rax
	movslq	(%rax,%rdi,4), %rdx
	add	%rax, %rdx
	jmp	*%rdx
bad:	mov	$0x1001, %rsi
	RETURN

	.balign 8
table:
	.long	op_echo - table, op_enclu - table, op_fault - table, op_ocall - table
	.long	op_spin - table, op_astray - table, op_bases - table, op_spoil - table
	.long	op_wait - table
	.set	NUM_OPS, (. - table) / 4

leave:	mov	%gs:0x08, %rbx
	mov	%gs:0x10, %rsp
	mov	%gs:0x18, %rbp
	mov	$4, %eax
	ENCLU

/* 0: ms[0] += 1; or, with something in its upper half, a call frame's op: 1 out_len = 2^40, 2 rc = 9999, 3 status 5, 4 out = in, 5 rc = 21 with
 * out_len 8 */
op_echo:
	mov	4(%rsi), %eax
	test	%eax, %eax
	jnz	1f
	incq	(%rsi)
	xor	%esi, %esi
	RETURN
1:	cmp	$1, %eax
	jne	2f
	movabs	$0x10000000000, %rdx
	mov	%rdx, 40(%rsi)
	jmp	9f
2:	cmp	$2, %eax
	jne	3f
	movl	$9999, 48(%rsi)
	jmp	9f
3:	cmp	$3, %eax
	jne	4f
	mov	$5, %esi
	RETURN
4:	cmp	$4, %eax
	jne	5f
	mov	16(%rsi), %rcx
	mov	24(%rsi), %rdi
	mov	%rcx, 40(%rsi)
	mov	8(%rsi), %rsi
	rep movsb
	jmp	9f
5:	movl	$21, 48(%rsi)
	movq	$8, 40(%rsi)
9:
	xor	%esi, %esi
	RETURN

/*
 * 1: one ENCLU. ms: [0] leaf, [1..3] RBX RCX RDX as offsets from the data page (or absolute if bit 63 of [4] is set), [4] flags,
 * [5] address of 0x800 bytes copied to data + 0x200 before, [6] where they go afterwards; out: [7] RAX, [8] RFLAGS, [9] exceptions seen
 */
op_enclu:
	mov	%rsi, %r12
	mov	%gs:0x00, %r13
	movq	$0, %gs:0x50
	lea	1f(%rip), %rax
	mov	%rax, %gs:0x48
	mov	40(%r12), %rsi
	lea	0x200(%r13), %rdi
	mov	$0x600, %ecx
	rep movsb
	mov	8(%r12), %rbx
	mov	16(%r12), %rcx
	mov	24(%r12), %rdx
	btq	$63, 32(%r12)
	jc	2f
	add	%r13, %rbx
	add	%r13, %rcx
	add	%r13, %rdx
2:	mov	(%r12), %rax
	ENCLU
1:
	mov	%rax, 56(%r12)
	lahf
	movzbl	%ah, %eax
	mov	%rax, 64(%r12)
	mov	%gs:0x50, %rax
	mov	%rax, 72(%r12)
	lea	0x200(%r13), %rsi
	mov	48(%r12), %rdi
	mov	$0x600, %ecx
	rep movsb
	xor	%esi, %esi
	RETURN

/* 2: raises ms[0]; out: [1] EXITINFO [2] RIP - the instruction's [3] MADDR [4] error code [5] exceptions; [6] in: address to touch,
 * [7] in: handler's answer */
op_fault:
	mov	%rsi, %r12
	movq	$0, %gs:0x50
	mov	56(%r12), %rax
	mov	%rax, %gs:0x58
	mov	48(%r12), %r14
	lea	faulted(%rip), %rax
	mov	%rax, %gs:0x48
	mov	(%r12), %rax
	cmp	$9, %rax
	ja	bad
	shl	$4, %rax
	lea	faults(%rip), %r15
	add	%rax, %r15
	xor	%eax, %eax
	xor	%edx, %edx
	xor	%ecx, %ecx
	jmp	*%r15
	.balign 16
faults:
	ud2			/* 0: #UD */
	.balign 16
	int3			/* 1: #BP */
	.balign 16
	div	%ecx		/* 2: #DE */
	.balign 16
	mov	(%r14), %rax	/* 3: #PF or #GP */
	jmp	faulted
	.balign 16
	mov	%rax, (%r14)	/* 4: #PF, writing */
	jmp	faulted
	.balign 16
	syscall			/* 5: #UD */
	jmp	faulted
	.balign 16
	hlt			/* 6: #GP */
	.balign 16
	jmp	x87_fault	/* 7: #MF */
	.balign 16
	jmp	sse_fault	/* 8: #XM */
	.balign 16
	jmp	step_fault	/* 9: single step: suppressed after an opt-out entry */
	.balign 16
x87_fault:
	fninit
	movw	$0x037b, %gs:0x800
	fldcw	%gs:0x800
	fld1
	fldz
	fdivrp
	lea	1f(%rip), %r15
1:	fwait
sse_fault:
	movl	$0x1d80, %gs:0x800
	ldmxcsr	%gs:0x800
	pxor	%xmm0, %xmm0
	pcmpeqd	%xmm1, %xmm1
	psrlq	$54, %xmm1
	psllq	$52, %xmm1	/* 1.0 twice */
	lea	1f(%rip), %r15
1:	divpd	%xmm0, %xmm1
step_fault:
	mov	%gs:0x00, %rsp
	lea	0xff0(%rsp), %rsp
	pushfq
	orl	$0x100, (%rsp)
	popfq
	nop
	nop
faulted:
	movl	$0x1f80, %gs:0x800
	ldmxcsr	%gs:0x800
	fninit
	mov	%gs:0x28, %rax
	mov	%rax, 8(%r12)
	mov	%gs:0x30, %rax
	sub	%r15, %rax
	mov	%rax, 16(%r12)
	mov	%gs:0x38, %rax
	mov	%rax, 24(%r12)
	mov	%gs:0x40, %rax
	mov	%rax, 32(%r12)
	mov	%gs:0x50, %rax
	mov	%rax, 40(%r12)
	xor	%esi, %esi
	RETURN

/* CSSA = 1: notes what happened, lets the interrupted code go on elsewhere. Touches the registers it may. */
exception:
	mov	%rcx, %rbx			/* RSP and RBP stay the host's all the way */
	mov	$0x1001, %esi
	cmp	$-3, %rdi
	jne	2f
	incq	%gs:0x50
	mov	%gs:0x00, %rax
	lea	-0x2000-184(%rax), %rdx		/* GPRSGX of SSA frame 0 */
	mov	160(%rdx), %ecx
	mov	%rcx, %gs:0x28
	mov	136(%rdx), %rcx
	mov	%rcx, %gs:0x30
	mov	-16(%rdx), %rcx
	mov	%rcx, %gs:0x38
	mov	-8(%rdx), %ecx
	mov	%rcx, %gs:0x40
	mov	%gs:0x48, %rcx
	mov	%rcx, 136(%rdx)
	andq	$~0x100, 128(%rdx)
	mov	%gs:0x78, %rcx
	test	%rcx, %rcx
	jz	1f
	mov	%ecx, -0x3000+24(%rax)
1:	pcmpeqd	%xmm5, %xmm5
	mov	$0x1313, %r13
	mov	%gs:0x58, %rsi
2:	mov	$-1, %rdi
	mov	$4, %eax
	ENCLU

/* 3: OCALL 7 with a string on the host's stack; what comes back (entry -2, RSI) goes to ms[0] */
op_ocall:
	mov	%rsi, %gs:0x60
	mov	%gs:0x10, %rsp
	sub	$256, %rsp
	movabs	$0x6f6c6c6568, %rax
	mov	%rax, (%rsp)
	mov	%rsp, %rsi
	mov	$7, %edi
	mov	%gs:0x08, %rbx
	mov	%gs:0x18, %rbp
	std				/* the ABI's promises are the host's to restore */
	mov	$4, %eax
	ENCLU
after_ocall:
	mov	%gs:0x60, %rax
	mov	%rsi, (%rax)
	mov	%rsp, 8(%rax)
	addq	$256, %gs:0x10
	xor	%esi, %esi
	RETURN

/* 4: ms[0] rounds with every register at a value of its own; out: [1] number of differences. [2] in: 1 if AVX may be used */
#define FOR_GPRS(X) \
	X(%rax, 0x0101010101010101) X(%rbx, 0x0202020202020202) X(%rdx, 0x0303030303030303) X(%rdi, 0x0404040404040404) \
	X(%rbp, 0x0505050505050505) X(%rsp, 0x0606060606060606) X(%r8, 0x0807060504030201) X(%r9, 0x0909090909090909) \
	X(%r10, 0x1010101010101010) X(%r11, 0x1111111111111111) X(%r12, 0x1212121212121212) X(%r13, 0x1313131313131313) \
	X(%r14, 0x1414141414141414) X(%r15, 0x1515151515151515)
#define LOAD(R, V) movabs $V, R;
#define COMPARE(R, V) movabs $V, %rsi; cmp %rsi, R; setne %cl; movzbl %cl, %ecx; add %rcx, %gs:0x68;
#define FOR_VECTORS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define LOAD_X(N) movdqu pattern + 16 * N(%rip), %xmm##N;
#define LOAD_Y(N) vmovdqu pattern + 16 * N(%rip), %ymm##N;
#define STORE_X(N) movdqu %xmm##N, %gs:0x900 + 16 * N;
#define STORE_Y(N) vmovdqu %ymm##N, %gs:0x900 + 32 * N;
#define CHECK_X(N) movdqu pattern + 16 * N(%rip), %xmm15; movdqu %gs:0x900 + 16 * N, %xmm14; pcmpeqb %xmm14, %xmm15; \
	pmovmskb %xmm15, %ecx; sub $0xffff, %ecx; neg %ecx; add %rcx, %gs:0x68;
#define CHECK_Y(N) vmovdqu pattern + 16 * N(%rip), %ymm15; vmovdqu %gs:0x900 + 32 * N, %ymm14; vpxor %ymm14, %ymm15, %ymm15; \
	vextractf128 $1, %ymm15, %xmm14; vorps %xmm14, %xmm15, %xmm15; vptest %xmm15, %xmm15; setnz %cl; movzbl %cl, %ecx; add %rcx, %gs:0x68;

op_spin:
	movq	$0, %gs:0x68
	mov	16(%rsi), %rax
	mov	%rax, %gs:0x70
	fninit
	movw	$0x0f7f, %gs:0x800
	fldcw	%gs:0x800
	fldpi
	fldl2e
	fldln2
	fildll	%gs:0x00
	fnsave	%gs:0x800
	frstor	%gs:0x800
	movl	$0x7f80, %gs:0x880
	ldmxcsr	%gs:0x880
	mov	(%rsi), %rcx
	cmpq	$0, %gs:0x70
	jne	1f
	FOR_VECTORS(LOAD_X)
	jmp	2f
1:	FOR_VECTORS(LOAD_Y)
2:	FOR_GPRS(LOAD)
	stc
3:	lea	-1(%rcx), %rcx
	jrcxz	4f
	jmp	3b
4:	setnc	%cl
	movzbl	%cl, %ecx
	add	%rcx, %gs:0x68
	FOR_GPRS(COMPARE)
	cld
	cmpq	$0, %gs:0x70
	jne	5f
	FOR_VECTORS(STORE_X)
	FOR_VECTORS(CHECK_X)
	jmp	6f
5:	FOR_VECTORS(STORE_Y)
	FOR_VECTORS(CHECK_Y)
	vzeroupper
6:	stmxcsr	%gs:0x884
	mov	%gs:0x880, %eax
	xor	%gs:0x884, %eax
	add	%rax, %gs:0x68
	fnsave	%gs:0xb80
	mov	%gs:0x00, %rsi
	lea	0xb80(%rsi), %rdi
	add	$0x800, %rsi
	mov	$108, %ecx
7:	lea	-81(%rcx), %eax		/* bytes 12 to 27 are the last instruction's addresses: AMD's XSAVE drops them */
	cmp	$16, %eax
	jb	8f
	mov	(%rsi), %al
	xor	(%rdi), %al
	movzbl	%al, %eax
	add	%rax, %gs:0x68
8:	inc	%rsi
	inc	%rdi
	dec	%ecx
	jnz	7b
	fninit
	movl	$0x1f80, %gs:0x880
	ldmxcsr	%gs:0x880
	mov	%gs:0x20, %rsi
	mov	%gs:0x68, %rax
	mov	%rax, 8(%rsi)
	xor	%esi, %esi
	RETURN

	.balign 16
pattern:
	.set	i, 0
	.rept	272
	.byte	(i * 37 + 11) & 0xff
	.set	i, i + 1
	.endr

/* 5: EEXIT to ms[0] with RSP = ms[1] */
op_astray:
	mov	(%rsi), %rbx
	mov	8(%rsi), %rsp
	mov	$-1, %rdi
	xor	%esi, %esi
	mov	$4, %eax
	ENCLU

/* 6: ms[0] FS base, ms[1] GS base, ms[2] GS:0, ms[3] RSP at entry */
op_bases:
	rdfsbase %rax
	mov	%rax, (%rsi)
	rdgsbase %rax
	mov	%rax, 8(%rsi)
	mov	%gs:0x00, %rax
	mov	%rax, 16(%rsi)
	mov	%gs:0x10, %rax
	mov	%rax, 24(%rsi)
	xor	%esi, %esi
	RETURN

/* 7: an exception whose handler is told to write ms[0] over the frame's MXCSR: ERESUME cannot load that */
op_spoil:
	mov	(%rsi), %rax
	mov	%rax, %gs:0x78
	lea	1f(%rip), %rcx
	mov	%rcx, %gs:0x48
	movq	$0, %gs:0x58
	ud2
1:	movq	$0, %gs:0x78
	xor	%esi, %esi
	RETURN

/* 8: until somebody in the host sets ms[0] to something; ms[1] says that we are here */
op_wait:
	movq	$1, 8(%rsi)
1:	pause
	cmpq	$0, (%rsi)
	je	1b
	xor	%esi, %esi
	RETURN

	.globl	probe_end
probe_end:
	.section .note.GNU-stack, "", @progbits
