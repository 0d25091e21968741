/* SPDX-License-Identifier: Apache-2.0 */
/* The image's own relocations. Runs before any pointer that they fill in is used, and uses none itself. */
#include "runtime.h"

/*
 * From enclave.lds. Hidden by name: -fvisibility does not reach declarations, and without it a compiler may fetch their addresses from the
 * GOT, which is what is to be relocated.
 */
extern const uint8_t image_base[] HIDDEN, image_rela[] HIDDEN, image_rela_end[] HIDDEN;
extern uint8_t image_data[] HIDDEN, image_data_end[] HIDDEN;

#define RELA_LEN 24
#define R_X86_64_RELATIVE 8u

static uint64_t
word_at(const uint8_t *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof v);
	return v;
}

/* Elf64_Rela: offset, info, addend. Only words of the writable segment change, never a page that is executed. */
static void
relocate_one(const uint8_t *rela)
{
	uint64_t base = (uint64_t)(uintptr_t)image_base;
	uint64_t place = base + word_at(rela);
	uint64_t value = base + word_at(rela + 16);

	if (word_at(rela + 8) != R_X86_64_RELATIVE || place < (uint64_t)(uintptr_t)image_data ||
	    place > (uint64_t)(uintptr_t)image_data_end - sizeof value)
		runtime_crash();
	__builtin_memcpy((uint8_t *)(uintptr_t)place, &value, sizeof value);
}

void
relocate(void)
{
	for (const uint8_t *p = image_rela; p < image_rela_end; p += RELA_LEN)
		relocate_one(p);
}

uint64_t
enclave_base(void)
{
	return (uint64_t)(uintptr_t)image_base;
}

/* TD page, word 0x30 (src/image/sign.h). */
uint64_t
enclave_size(void)
{
	uint64_t size;

	__asm__("mov %%gs:0x30, %0" : "=r"(size));
	return size;
}

void
runtime_crash(void)
{
	__atomic_store_n(&runtime_state, RUNTIME_CRASHED, __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("ud2");
}
