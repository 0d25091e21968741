/* SPDX-License-Identifier: Apache-2.0 */
/* What C11 does not say by itself: attributes used all over the tree. Freestanding. */
#ifndef CORE_COMPILER_H
#define CORE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jurat/error.h"

#define MUST_USE __attribute__((warn_unused_result))

/* Host code only: run FN on the variable's address when it leaves its scope. */
#define CLEANUP(FN) __attribute__((cleanup(FN)))

#define ARRAY_LEN(A) (sizeof(A) / sizeof((A)[0]))

#endif
