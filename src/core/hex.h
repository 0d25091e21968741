/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal text. Freestanding. Not constant time: never for secrets. */
#ifndef CORE_HEX_H
#define CORE_HEX_H

#include "core/compiler.h"

/* hex_encode: 2*n lower-case digits and a NUL to out (cap 2*n+1). */
void hex_encode(char *out, const void *p, size_t n);

/* hex_decode: exactly n bytes from exactly 2*n digits of either case; false otherwise, with out untouched. text needs no NUL. */
MUST_USE bool hex_decode(uint8_t *out, size_t n, const char *text, size_t text_len);

#endif
