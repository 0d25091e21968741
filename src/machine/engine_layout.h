/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets and numbers that engine_entry.S shares with engine.h, which asserts them. */
#ifndef MACHINE_ENGINE_LAYOUT_H
#define MACHINE_ENGINE_LAYOUT_H

/* An odd number of pages, so that nobody else's alternate stack is taken for ours (the magic number decides). */
#define ENGINE_ALTSTACK_LEN 0x23000
#define ENGINE_MAGIC 0x656e69676e65746a

/* struct engine_thread */
#define THREAD_MAGIC 0
#define THREAD_HOST_FS 8
#define THREAD_VISIT 16
#define THREAD_SELECTOR 24

/* struct engine_bases */
#define BASES_FS 0
#define BASES_GS 8
#define BASES_SELECTOR 16
#define BASES_LEN 32

/* struct engine_frame */
#define FRAME_THREAD 0
#define FRAME_HOST_GS 8
#define FRAME_TCS_ADDR 16
#define FRAME_ENTRY 24
#define FRAME_FS 32
#define FRAME_GS 40
#define FRAME_CSSA 48
#define FRAME_RDI 56
#define FRAME_RSI 64
#define FRAME_SSA 72
#define FRAME_RBP 80
#define FRAME_RSP 88
#define FRAME_OUT_RDI 96
#define FRAME_OUT_RSI 104
#define FRAME_MXCSR 112
#define FRAME_FCW 116
#define FRAME_KIND 120
#define FRAME_VISIT 128

/* struct sgx_gprsgx */
#define GPRSGX_URSP 144
#define GPRSGX_URBP 152

/* what engine_landed answers to the assembly loop */
#define LANDED_LEAVE 0
#define LANDED_ENTER 1
#define LANDED_RESUME 2

/* how an enclave was left */
#define EXIT_EEXIT 1
#define EXIT_AEX 2
#define EXIT_ASTRAY 3

/* Syscall User Dispatch: SYSCALL_DISPATCH_FILTER_ALLOW and _BLOCK */
#define SELECTOR_ALLOW 0
#define SELECTOR_BLOCK 1

#endif
