/* SPDX-License-Identifier: Apache-2.0 */
/* Inversion modulo an odd number below 2^256, in constant time: Bernstein and Yang's division steps (eprint 2019/266). For fq.c and fr.c. */
#ifndef EPID_INVERSE_H
#define EPID_INVERSE_H

#include "epid/build.h"

struct inverse_modulus {
	int64_t m[5];       /* the modulus in limbs of 62 bits */
	uint64_t inverse62; /* 1/m mod 2^62 */
};

/* inverse: out = 1/a mod m for a < m (least significant limb first); 0 for 0. */
void inverse(uint64_t out[4], const uint64_t a[4], const struct inverse_modulus *m);

#endif
