/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untrusted memory. Everything that the enclave reads or writes out there passes through here, in 8-byte units at 8-byte aligned
 * addresses: smaller loads can return stale data of other processes from the APIC page (AEPIC leak, Borrello et al., USENIX
 * Security 2022, Intel-SA-00657), smaller stores can leave stale buffers behind (MMIO stale data, Intel-SA-00615).
 */
#include "runtime.h"

#include "core/bytes.h"

#define UNIT 8u

bool
host_range_check(const struct elrange *self, uint64_t address, uint64_t len)
{
	bool ok;

	if (len == 0)
		return true;
	if (address % UNIT != 0)
		return false;
	/*
	 * Wholly below or wholly above, without an addition that could wrap; ELRANGE itself cannot, since base is aligned to size.
	 * Rounding len up to whole units changes no answer, since address, base and the end of memory are multiples of them.
	 */
	if (address < self->base)
		ok = len <= self->base - address;
	else
		ok = address - self->base >= self->size && len - 1 <= UINT64_MAX - address;
	speculation_stop();
	return ok;
}

void
host_read(uint8_t *out, uint64_t address, size_t len)
{
	const volatile uint64_t *p = (const volatile uint64_t *)(uintptr_t)address;

	for (size_t at = 0; at < len; at += UNIT) {
		uint64_t word = *p++;

		if (len - at < UNIT)
			word &= ((uint64_t)1 << 8 * (len - at)) - 1;
		store64le(out + at, word);
	}
}

void
host_write(uint64_t address, const uint8_t *p, size_t len)
{
	volatile uint64_t *out = (volatile uint64_t *)(uintptr_t)address;

	for (size_t at = 0; at < len; at += UNIT) {
		uint64_t word = 0;

		for (size_t i = 0; i < UNIT && i < len - at; i++)
			word |= (uint64_t)p[at + i] << (8 * i);
		*out++ = word;
	}
}
