/* SPDX-License-Identifier: Apache-2.0 */
/* Reads tests/vectors/ *.txt: lines of `name hex`, made by the Python generators beside them. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include "support.h"

/* vector: the bytes of one name in a vector file below tests/vectors; fails the test if it is not there. The caller frees. */
uint8_t *vector(const char *file, const char *name, size_t *out_len);

/* vector_copy: the same, of exactly len bytes, into out. */
void vector_copy(void *out, size_t len, const char *file, const char *name);

#endif
