/* SPDX-License-Identifier: Apache-2.0 */
/* Inside enclaves there is no CPUID to ask: the kernels that run everywhere. */
#include "epid/kernels.h"

const struct epid_kernels *
kernels_best(void)
{
	return &kernels_portable;
}
