/* SPDX-License-Identifier: Apache-2.0 */
/* q as limbs.h wants it. */
#ifndef EPID_FQ_MODULUS_H
#define EPID_FQ_MODULUS_H

#include "epid/limbs.h"

static const struct modulus fq_modulus = {
	.m = { 0xD3292DDBAED33013, 0x0CDC65FB12980A82, 0x46E5F25EEE71A49F, 0xFFFFFFFFFFFCF0CD },
	.c = { 0x2CD6D224512CCFED, 0xF3239A04ED67F57D, 0xB91A0DA1118E5B60, 0x0000000000030F32 },
	.n0 = 0xAD6C964E0537E5E5,
};

#endif
