/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host only: the choice at run time. BMI2 and ADX work on general registers, which every system saves: CPUID alone decides. The registers of AVX-512
 * must also have been enabled by the system, which XGETBV says.
 */
#include "epid/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* XCR0: SSE, AVX, and the three parts of the AVX-512 state */
#define XCR0_AVX512 0xe6u

static bool
has_bmi2_and_adx(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_BMI2) && (b & bit_ADX);
}

static bool
avx512_state_enabled(void)
{
	unsigned a, b, c, d, low, high;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return false;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & XCR0_AVX512) == XCR0_AVX512;
}

bool
kernels_ifma_runs_here(void)
{
	const unsigned want = bit_AVX512F | bit_AVX512DQ | bit_AVX512IFMA;
	unsigned a, b, c, d;

	return avx512_state_enabled() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & want) == want;
}

const struct epid_kernels *
kernels_best(void)
{
	if (kernels_ifma_runs_here())
		return &kernels_ifma;
	return has_bmi2_and_adx() ? &kernels_bmi2 : &kernels_portable;
}
#else
bool
kernels_ifma_runs_here(void)
{
	return false;
}

const struct epid_kernels *
kernels_best(void)
{
	return &kernels_portable;
}
#endif
