/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only door: EENTER arrives here (TCS.OENTRY), EEXIT leaves from here. The Intel SDK's entry ABI:
 *
 *   in:  RAX = CSSA, RBX = TCS, RCX = where EEXIT goes (all three from the processor), RDI = index, RSI = address of the argument
 *   out: RDI = -1 ("ECALL finished"), RSI = enum call_status, RBX = exit address; everything else scrubbed
 *
 * Every register but those three, every flag and all floating-point state belongs to the host and may be poisoned. The words below
 * are in the TD page (src/image/sign.h), at FS = GS, where the processor put it from the TCS.
 *
 * The red zone is safe here, since nothing of ours runs on an interrupted stack: see .Lnested.
 */
#define TD_STACK_TOP 0x10
#define TD_STACK_LOW 0x18
#define TD_SSA_GPR 0x20
#define TD_CANARY 0x28
#define SSA_URSP 144
#define SSA_URBP 152
#define ENCLU_EEXIT 4
#define STATUS_UNEXPECTED 0x1
#define STATUS_CRASHED 0x1006
#define RUNTIME_CRASHED 3 /* enum runtime_state */
#define RANDOM_TRIES 32

	.section .rodata
	.p2align 2
.Lmxcsr:
	.long 0x1f80 /* every exception masked, round to nearest, no flush to zero: the x86-64 psABI's initial value */

	.section .text.entry, "ax", @progbits
	.globl enclave_entry
	.hidden enclave_entry
	.type enclave_entry, @function
enclave_entry:
	/* ABI poisoning (Van Bulck et al., "A Tale of Two Worlds", CCS 2019): DF backwards turns every string instruction around. */
	cld
	/* SmashEx (Cui et al., CCS 2021): an entry on top of an interrupted one gets no C, no stack, and no way back in. */
	test	%rax, %rax
	jnz	.Lnested
	/* Nothing below runs ahead of that decision (Spectre v1). */
	lfence

	/* Our own stack before the first push: RSP and RBP are the host's, and could point anywhere in here. */
	mov	%gs:TD_STACK_TOP, %rsp
	add	%rbx, %rsp
	xor	%ebp, %ebp
	/* AC (alignment faults that leak addresses), TF, NT and the arithmetic flags: one known value. */
	pushq	$2
	popfq
	/* x87 control word, tag word (MMX mode) and MXCSR: Alder et al., "Faulty Point Unit", ACSAC 2020. */
	fninit
	ldmxcsr	.Lmxcsr(%rip)

	/* A new canary for every call; one that leaked once is worth nothing. Its zero byte stops string overreads. */
	mov	$STATUS_UNEXPECTED, %eax
	mov	$RANDOM_TRIES, %edx
.Lcanary:
	rdrand	%r8
	jc	.Lhave_canary
	dec	%edx
	jnz	.Lcanary
	mov	%rcx, %r12
	jmp	.Lleave
.Lhave_canary:
	xor	%r8b, %r8b
	mov	%r8, %fs:TD_CANARY

	/* RBX and R12 survive the call (psABI), so that TCS and exit address never lie on the stack. */
	mov	%rcx, %r12
	call	runtime_enter

.Lleave:
	mov	%eax, %esi
	/* The whole stack, not what was used of it: nobody needs to know how deep the call went. */
	mov	%gs:TD_STACK_LOW, %rdi
	mov	%gs:TD_STACK_TOP, %rcx
	sub	%rdi, %rcx
	shr	$3, %rcx
	add	%rbx, %rdi
	xor	%eax, %eax
	rep stosq
	movq	$0, %fs:TD_CANARY

	/* EENTER saved the host's stack pointers in SSA frame 0; no copy of them lies where a bug of ours could alter it. */
	mov	%gs:TD_SSA_GPR, %rax
	add	%rbx, %rax
	mov	SSA_URSP(%rax), %rsp
	mov	SSA_URBP(%rax), %rbp

	/* XFRM 3 lets the enclave use x87 and SSE alone; upper halves of YMM are the host's own throughout. */
	fninit /* all empty first: a load onto a full stack of x87 registers faults or stores a NaN */
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7
	fldz
	.endr
	fninit
	ldmxcsr	.Lmxcsr(%rip)
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pxor	%xmm\n, %xmm\n
	.endr
	mov	%r12, %rbx
	jmp	.Lexit

	/*
	 * CSSA is not 0: an exception happened inside, or the host pretends so by interrupting a call and entering again. We never
	 * ask for such an entry, and a handler would run between any two instructions of ours; so the enclave is dead from now on.
	 * RSP, RBP and the vector registers are what the host brought along; the interrupted ones are in the SSA, out of reach.
	 */
.Lnested:
	lfence
	movl	$RUNTIME_CRASHED, runtime_state(%rip)
	mov	$STATUS_CRASHED, %esi
	mov	%rcx, %rbx

.Lexit:
	mov	$-1, %rdi
	xor	%edx, %edx
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
	xor	%ecx, %ecx /* flags: the same ones at every exit; RCX itself becomes the AEP */
	mov	$ENCLU_EEXIT, %eax
	.byte	0x0f, 0x01, 0xd7 /* ENCLU */
	ud2
	.size enclave_entry, . - enclave_entry

	/*
	 * Room for the metadata that `jurat enclave sign` writes: not loaded, so not measured. The SDK's reader wants the note's name
	 * with length 13 and the metadata right behind it, unpadded.
	 */
	.section .note.sgxmeta, "", @note
	.long	13
	.long	0x4000
	.long	1
	.asciz	"sgx_metadata"
	.skip	0x4000
	.section .note.GNU-stack, "", @progbits
