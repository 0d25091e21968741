/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight 64-bit lanes that move together, and the multiplication of AVX-512 IFMA: 52 by 52 bits, low or high half added to an accumulator.
 *
 * What stands above (fq8.h and up) is written once and compiled over either back end:
 *   lanes_avx512.h    the instructions themselves, one each
 *   lanes_portable.h  the same in C: the definition of what the instructions do, and what valgrind and the sanitizers run
 *
 * No function branches on a lane or uses one as an address: there is no gather here. What is looked up is compared with every entry.
 */
#ifndef EPID_LANES_H
#define EPID_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NUM_LANES 8
#define LANE_PRIMITIVE static inline __attribute__((always_inline)) /* of a back end */
#define LANE_CALL static __attribute__((noinline))

/* Functions whose accumulators are to stay in registers: where there are none for lanes, that only costs time to compile. */
#ifdef EPID_LANES_PORTABLE
#define LANE_INLINE static __attribute__((noinline, unused))
#include "epid/lanes_portable.h"
#else
#define LANE_INLINE static inline __attribute__((always_inline))
#include "epid/lanes_avx512.h"
#endif

/* A multiplicand's bits, and the bits of a limb. */
#define LIMB_BITS 52
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

#endif
