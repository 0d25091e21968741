/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry as other people's loaders make it, with ENCLU in host code.
 * uint64_t foreign_enter(uint64_t tcs, uint64_t rdi, uint64_t rsi, uint64_t out[3])
 * out: RDI and RSI at EEXIT, number of asynchronous exits on the way (each is resumed by ENCLU[ERESUME]). Returns RAX at the end.
 */
	.text
	.globl	foreign_enter
	.globl	foreign_aep
	.type	foreign_enter, @function
foreign_enter:
	push	%rbp
	mov	%rsp, %rbp
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rcx
	movq	$0, 16(%rcx)
	mov	%rdi, %rbx
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	lea	foreign_aep(%rip), %rcx
	mov	$2, %eax
	.byte	0x0f, 0x01, 0xd7
	mov	-48(%rbp), %rcx
	mov	%rdi, (%rcx)
	mov	%rsi, 8(%rcx)
	lea	-40(%rbp), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	ret
foreign_aep:
	mov	-48(%rbp), %rdx
	incq	16(%rdx)
	.byte	0x0f, 0x01, 0xd7		/* RAX = 3, RBX = TCS, RCX = AEP: the synthetic state is what ERESUME wants */
	ud2
	.section .note.GNU-stack, "", @progbits
