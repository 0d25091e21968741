/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ct.h"

/* fold: 0 stays 0, everything else becomes 1, without a branch. */
static unsigned
fold(uint8_t v)
{
	return ((unsigned)v + 0xffu) >> 8;
}

bool
ct_equal(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= (uint8_t)(x[i] ^ y[i]);
	return fold(diff) == 0;
}

bool
ct_is_zero(const void *a, size_t n)
{
	const volatile uint8_t *x = a;
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= x[i];
	return fold(any) == 0;
}

void
ct_select(void *out, const void *a, const void *b, size_t n, unsigned flag)
{
	const uint8_t *x = a, *y = b;
	uint8_t *o = out;
	uint8_t mask = (uint8_t)(0u - (flag & 1u));

	for (size_t i = 0; i < n; i++)
		o[i] = (uint8_t)((x[i] & mask) | (y[i] & (uint8_t)~mask));
}

/* The barrier says that the zeros are read, so the stores stay; memset writes more than a byte at a time. */
void
wipe(void *p, size_t n)
{
	if (n == 0)
		return;
	__builtin_memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}
