/* SPDX-License-Identifier: Apache-2.0 */
/* Where the shorter members of the 64-bit family begin: FIPS 180-4, sections 5.3.4 and 5.3.6.2. Neither library under us has both. */
#ifndef CRYPTO_SHA512_H
#define CRYPTO_SHA512_H

#include <stdint.h>

extern const uint64_t sha384_start[8], sha512_256_start[8];

#endif
