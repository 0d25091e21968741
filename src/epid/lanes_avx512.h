/* SPDX-License-Identifier: Apache-2.0 */
/* Back end of lanes.h for processors with AVX-512 F, DQ and IFMA: one instruction a function. lanes_portable.h says what each does. */
#ifndef EPID_LANES_AVX512_H
#define EPID_LANES_AVX512_H

#include <immintrin.h>

typedef __m512i lanes;
typedef __mmask8 lane_mask;

LANE_PRIMITIVE lanes
lanes_set1(uint64_t x)
{
	return _mm512_set1_epi64((long long)x);
}

LANE_PRIMITIVE lanes
lanes_zero(void)
{
	return _mm512_setzero_si512();
}

LANE_PRIMITIVE lanes
lanes_load(const void *p)
{
	return _mm512_loadu_si512(p);
}

LANE_PRIMITIVE void
lanes_store(void *p, lanes a)
{
	_mm512_storeu_si512(p, a);
}

LANE_PRIMITIVE lanes
lanes_add(lanes a, lanes b)
{
	return _mm512_add_epi64(a, b);
}

LANE_PRIMITIVE lanes
lanes_sub(lanes a, lanes b)
{
	return _mm512_sub_epi64(a, b);
}

LANE_PRIMITIVE lanes
lanes_and(lanes a, lanes b)
{
	return _mm512_and_si512(a, b);
}

LANE_PRIMITIVE lanes
lanes_or(lanes a, lanes b)
{
	return _mm512_or_si512(a, b);
}

LANE_PRIMITIVE lanes
lanes_xor(lanes a, lanes b)
{
	return _mm512_xor_si512(a, b);
}

LANE_PRIMITIVE lanes
lanes_shl(lanes a, unsigned n)
{
	return _mm512_slli_epi64(a, n);
}

LANE_PRIMITIVE lanes
lanes_shr(lanes a, unsigned n)
{
	return _mm512_srli_epi64(a, n);
}

LANE_PRIMITIVE lanes
lanes_sar(lanes a, unsigned n)
{
	return _mm512_srai_epi64(a, n);
}

LANE_PRIMITIVE lanes
lanes_madd_lo(lanes acc, lanes a, lanes b)
{
	return _mm512_madd52lo_epu64(acc, a, b);
}

LANE_PRIMITIVE lanes
lanes_madd_hi(lanes acc, lanes a, lanes b)
{
	return _mm512_madd52hi_epu64(acc, a, b);
}

LANE_PRIMITIVE lanes
lanes_select(lane_mask m, lanes a, lanes b)
{
	return _mm512_mask_mov_epi64(a, m, b);
}

LANE_PRIMITIVE lane_mask
lanes_equal(lanes a, lanes b)
{
	return _mm512_cmpeq_epi64_mask(a, b);
}

LANE_PRIMITIVE lanes
lanes_permute2(lanes a, lanes index, lanes b)
{
	return _mm512_permutex2var_epi64(a, index, b);
}

LANE_PRIMITIVE lanes
lanes_swap(lanes a)
{
	return _mm512_permutex_epi64(a, 0xb1);
}

#endif
