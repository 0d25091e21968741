/* SPDX-License-Identifier: Apache-2.0 */
/* Constant-time helpers and wiping. Freestanding. Time depends on n alone, never on the bytes. */
#ifndef CORE_CT_H
#define CORE_CT_H

#include "core/compiler.h"

/* ct_equal: whether n bytes are equal. Constant time in the content. */
MUST_USE bool ct_equal(const void *a, const void *b, size_t n);

/* ct_is_zero: whether n bytes are all zero. Constant time in the content. */
MUST_USE bool ct_is_zero(const void *a, size_t n);

/* ct_select: out = flag ? a : b, n bytes, without a branch. flag is 0 or 1. out may be a or b. */
void ct_select(void *out, const void *a, const void *b, size_t n, unsigned flag);

/* wipe: writes zeros that the compiler may not drop. p may be NULL if n is 0. */
void wipe(void *p, size_t n);

#endif
