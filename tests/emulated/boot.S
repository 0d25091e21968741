/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the BIOS to 64-bit C with AVX-512 enabled, and nothing else: interrupts stay off, memory is mapped one to one. The disk is this sector and the
 * program behind it, which is read to 0x10000 (boot.lds) and has at most 512 KB there; its variables, stack and heap lie above 2 MB.
 */
	.code16
	.section .boot, "ax"
	.globl boot
boot:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$0x7c00, %sp
	movb	%dl, drive
	movw	$image_blocks, %cx
1:	movw	$packet, %si
	movb	$0x42, %ah
	movb	drive, %dl
	pushw	%cx
	int	$0x13
	popw	%cx
	jc	stop
	addl	$64, packet_sector
	addw	$0x800, packet_segment
	loop	1b
	inb	$0x92, %al		/* A20 */
	orb	$2, %al
	outb	%al, $0x92
	lgdtl	gdt_pointer
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$0x08, $protected
stop:	hlt
	jmp	stop

drive:	.byte	0
	.balign 4
packet:	.byte	16, 0
	.word	64			/* sectors: 32 KB a time */
	.word	0			/* offset */
packet_segment:
	.word	0x1000
packet_sector:
	.quad	1

	.balign 8
gdt:	.quad	0
	.quad	0x00cf9a000000ffff	/* 0x08: 32-bit code */
	.quad	0x00cf92000000ffff	/* 0x10: data */
	.quad	0x00af9a000000ffff	/* 0x18: 64-bit code */
gdt_pointer:
	.word	31
	.long	gdt
	.org	boot + 510
	.byte	0x55, 0xaa

	.text
	.code32
protected:
	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	/* page tables at 0x1000: the first gigabyte in pages of 2 MB */
	movl	$0x1000, %edi
	xorl	%eax, %eax
	movl	$0xc00, %ecx
	rep stosl
	movl	$0x2003, 0x1000
	movl	$0x3003, 0x2000
	movl	$0x3000, %edi
	movl	$0x83, %eax
1:	movl	%eax, (%edi)
	addl	$8, %edi
	addl	$0x200000, %eax
	cmpl	$0x4000, %edi
	jne	1b
	movl	$0x1000, %eax
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$0x40620, %eax		/* PAE, OSFXSR, OSXMMEXCPT, OSXSAVE */
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	andl	$~0xc, %eax		/* no emulation, no task switched */
	orl	$0x80000002, %eax
	movl	%eax, %cr0
	ljmp	$0x18, $long_mode

	.code64
long_mode:
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	movl	$0xe7, %eax		/* x87, SSE, AVX, AVX-512 */
	xsetbv
	movl	$variables, %edi
	movl	$variables_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	rep stosb
	movl	$stack_top, %esp
	call	emulated_main
1:	hlt
	jmp	1b
