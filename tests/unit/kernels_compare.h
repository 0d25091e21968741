/* SPDX-License-Identifier: Apache-2.0 */
/* A set of EPID's kernels held against the portable set, kernel by kernel, on random and on edge inputs. */
#ifndef TESTS_KERNELS_COMPARE_H
#define TESTS_KERNELS_COMPARE_H

#include "epid/kernels.h"

/* kernels_compare: runs the tests with this set; how many failed. */
int kernels_compare(const char *name, const struct epid_kernels *set);

#endif
