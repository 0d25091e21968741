/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of the curve, in constants.c, which tests/vectors/epid_constants.py makes. What only the arithmetic's own files use. */
#ifndef EPID_CONSTANTS_H
#define EPID_CONSTANTS_H

#include "epid/comb.h"
#include "epid/fq12.h"
#include "epid/g1.h"
#include "epid/g2.h"
#include "epid/pairing.h"

extern const struct fr fr_r2, fr_r3, fr_two64; /* 2^256, 2^512, 2^64 */
extern const struct fq fq_r2, fq_r3, fq_two64, fq_three;
extern const struct fq fq_beta3; /* a cube root of 1: lambda (x, y) = (beta3 x, y) */
extern const struct fq2 fq12_gamma1[6], fq12_gamma2[6], fq12_gamma3[6]; /* xi^(k(q^e - 1)/6) */
extern const struct fq2 g2_b, g2_3b; /* 3/xi of the twist's equation, and three times it */
extern const struct generator_points comb_generator;

#endif
