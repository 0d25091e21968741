/* SPDX-License-Identifier: Apache-2.0 */
/* What the runtime's own files share. Enclave authors need enclave.h alone. */
#ifndef RUNTIME_RUNTIME_H
#define RUNTIME_RUNTIME_H

#include "core/compiler.h"
#include "machine/call_frame.h"
#include "sgx/keyrequest.h"
#include "sgx/report.h"

#define HIDDEN __attribute__((visibility("hidden")))

/*
 * Life of an enclave. NEW -> READY by one INIT; READY -> BUSY -> READY around every call, by compare-and-swap alone, so that
 * CRASHED, which entry.S may write at any moment, is final.
 */
enum runtime_state {
	RUNTIME_NEW = 0,
	RUNTIME_READY = 1,
	RUNTIME_BUSY = 2,
	RUNTIME_CRASHED = 3, /* entry.S knows this number */
};
extern uint32_t runtime_state HIDDEN;

/* runtime_enter: called by entry.S on the enclave's stack. The status goes to RSI. */
enum call_status runtime_enter(int64_t index, uint64_t argument);

/* runtime_call: one call frame at a host address, READY or not: the state is the caller's business. */
enum call_status runtime_call(uint64_t frame_address);

/* runtime_crash: marks the enclave dead and raises #UD; does not return. */
_Noreturn void runtime_crash(void);

/* relocate: RELATIVE relocations, once. Crashes on anything else: the image is measured, so that is a broken build. */
void relocate(void);

/* ---- leaf.c: the instructions themselves ---- */
/* leaf_report: EREPORT. No alignment is asked of the caller. */
void leaf_report(uint8_t out[SGX_REPORT_LEN], const uint8_t target[SGX_TARGETINFO_LEN],
    const uint8_t report_data[SGX_REPORT_DATA_LEN]);
/* leaf_key: EGETKEY; false if the processor refused. */
MUST_USE bool leaf_key(uint8_t out[16], const uint8_t request[SGX_KEYREQUEST_LEN]);

/* speculation_stop: what follows does not run ahead of a comparison with a number from the host (Spectre v1). */
static inline void
speculation_stop(void)
{
	__asm__ volatile("lfence" : : : "memory");
}

/* ---- host_memory.c ---- */
/* enclave_base, enclave_size: ELRANGE. */
uint64_t enclave_base(void);
uint64_t enclave_size(void);

struct elrange {
	uint64_t base, size;
};

/*
 * host_range_check: whether [address, address + len rounded up to 8) is 8-byte aligned, does not wrap, and lies wholly outside the
 * enclave. len 0 is fine at any address. Later loads do not run ahead of the answer.
 */
MUST_USE bool host_range_check(const struct elrange *self, uint64_t address, uint64_t len);

/*
 * host_read: len bytes to out, each word read exactly once; out's last word is filled up with zeros (out has room for len rounded
 * up to 8). host_write: len bytes, the last word filled up with zeros. Both after host_range_check.
 */
void host_read(uint8_t *out, uint64_t address, size_t len);
void host_write(uint64_t address, const uint8_t *p, size_t len);

#endif
