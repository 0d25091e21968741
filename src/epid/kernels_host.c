/* SPDX-License-Identifier: Apache-2.0 */
/* Host only: the choice at run time. Both features work on general registers, which every system saves: CPUID alone decides. */
#include "epid/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

static bool
has_bmi2_and_adx(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_BMI2) && (b & bit_ADX);
}

const struct epid_kernels *
kernels_best(void)
{
	return has_bmi2_and_adx() ? &kernels_bmi2 : &kernels_portable;
}
#else
const struct epid_kernels *
kernels_best(void)
{
	return &kernels_portable;
}
#endif
