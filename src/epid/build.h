/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic is compiled twice: file by file for any processor, and once more as a whole, all names local, in kernels_bmi2.c.
 * EPID_FN is the linkage of its functions.
 */
#ifndef EPID_BUILD_H
#define EPID_BUILD_H

#include "core/compiler.h"

#ifndef EPID_FN
#define EPID_FN extern
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Both sides are evaluated, and there is no branch. */
ALWAYS_INLINE bool
and_both(bool a, bool b)
{
	return ((unsigned)a & (unsigned)b) != 0;
}

ALWAYS_INLINE bool
or_both(bool a, bool b)
{
	return ((unsigned)a | (unsigned)b) != 0;
}

#endif
