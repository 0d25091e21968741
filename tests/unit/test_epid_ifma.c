/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The eight-lane kernels. The lanes' portable back end runs on any processor; where this one has AVX-512 IFMA the instructions themselves are run
 * as well, and tools/ifma-emulated runs them on an emulated processor.
 */
#include "support.h"

#include <stdio.h>

#include "kernels_compare.h"

int
main(void)
{
	int failed = kernels_compare("portable lanes", &kernels_ifma_portable);

	if (kernels_ifma_runs_here())
		return failed + kernels_compare("AVX-512 IFMA", &kernels_ifma);
	fputs("SKIPPED: this processor has no AVX-512 IFMA; tools/ifma-emulated emulates one\n", stderr);
	return failed;
}
