/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EREPORT and EGETKEY. Not inline: the operands' alignment makes compilers address their stack frame through RBX, which ENCLU wants
 * for itself.
 */
	.text
	/* void enclu_ereport(const uint8_t target[512], const uint8_t report_data[64], uint8_t out[512]) */
	.globl enclu_ereport
	.hidden enclu_ereport
	.type enclu_ereport, @function
enclu_ereport:
	push	%rbx
	mov	%rdi, %rbx
	mov	%rsi, %rcx
	xor	%eax, %eax
	.byte	0x0f, 0x01, 0xd7
	pop	%rbx
	ret
	.size enclu_ereport, . - enclu_ereport

	/* uint64_t enclu_egetkey(const uint8_t request[512], uint8_t out[16]): 0 or the reason of the refusal */
	.globl enclu_egetkey
	.hidden enclu_egetkey
	.type enclu_egetkey, @function
enclu_egetkey:
	push	%rbx
	mov	%rdi, %rbx
	mov	%rsi, %rcx
	mov	$1, %eax
	.byte	0x0f, 0x01, 0xd7
	pop	%rbx
	ret
	.size enclu_egetkey, . - enclu_egetkey
	.section .note.GNU-stack, "", @progbits
