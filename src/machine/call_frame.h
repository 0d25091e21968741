/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One enclave_call as it crosses the edge: ECALL 0 of the SDK's entry ABI (RDI = 0, RSI = address of the frame). The engine writes
 * the frame into host memory, enclaves/runtime reads it once, 8 bytes at a time. Freestanding.
 *
 * The frame, in and out are 8-byte aligned, and the bytes up to the next multiple of 8 after in_len and out_cap belong to the
 * buffers: the enclave touches untrusted memory in aligned 8-byte units only (MMIO stale data, Intel-SA-00615; AEPIC leak,
 * Intel-SA-00657). All three lie wholly outside the enclave. in may be 0 if in_len is 0; out likewise.
 *
 * RSI after EEXIT: 0 if the frame was answered: rc is enclave_main's jurat_rc (or the runtime's), out_len the bytes that came out, 0
 * unless rc is JURAT_OK. Otherwise one of CALL_STATUS_*, and no host memory was written.
 */
#ifndef MACHINE_CALL_FRAME_H
#define MACHINE_CALL_FRAME_H

#include "core/compiler.h"

#define CALL_FRAME_VERSION 1u
#define CALL_FRAME_LEN 56
#define CALL_INDEX_INIT (-1)
#define CALL_INDEX_CALL 0

/* Offsets in the frame; all fields little-endian. */
struct call_frame {
	uint32_t version; /* 0: CALL_FRAME_VERSION */
	uint32_t op;      /* 4 */
	uint64_t in;      /* 8: address */
	uint64_t in_len;  /* 16 */
	uint64_t out;     /* 24: address */
	uint64_t out_cap; /* 32 */
	uint64_t out_len; /* 40: written by the enclave */
	uint32_t rc;      /* 48: written by the enclave, together with reserved as one unit */
	uint32_t reserved; /* 52: 0 */
};
_Static_assert(sizeof(struct call_frame) == CALL_FRAME_LEN, "no padding");

/* Status words, numbered as the Intel SDK does (sgx_error.h), since its loader may be the one that reads them. */
enum call_status {
	CALL_STATUS_OK = 0,
	CALL_STATUS_UNEXPECTED = 0x0001,
	CALL_STATUS_INVALID_PARAMETER = 0x0002, /* the frame's address, version or reserved field */
	CALL_STATUS_INVALID_FUNCTION = 0x1001,  /* an index that the runtime does not answer */
	CALL_STATUS_INVALID_STATE = 0x1003,     /* before INIT, a second INIT, or while another call is inside */
	CALL_STATUS_CRASHED = 0x1006,           /* an exception or a smashed stack: the enclave is dead */
};

#endif
