/* SPDX-License-Identifier: Apache-2.0 */
/* The portable set once more, as one unit with all names local, for processors with BMI2 and ADX. */
#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("bmi2,adx"))), apply_to = function)
#else
#pragma GCC target("bmi2,adx")
#endif

#define EPID_BMI2 1
#define EPID_FN static __attribute__((unused))
#define KERNELS_NAME kernels_bmi2
#define KERNELS_TEXT "portable, BMI2 and ADX"
#include "fq.c"
#include "fq2.c"
#include "fq12.c"
#include "g1.c"
#include "g2.c"
#include "comb.c"
#include "exp.c"
#include "pairing.c"
#include "kernels_portable.c"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#else
typedef int kernels_bmi2_is_for_x86_64; /* a unit may not be empty */
#endif
