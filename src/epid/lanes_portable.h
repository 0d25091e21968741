/* SPDX-License-Identifier: Apache-2.0 */
/* Back end of lanes.h in C. Each function says what the instruction of the same place in lanes_avx512.h does. */
#ifndef EPID_LANES_PORTABLE_H
#define EPID_LANES_PORTABLE_H

/* Aligned like the register it stands for, so that memory shared by both back ends has one layout. */
typedef struct {
	_Alignas(64) uint64_t v[NUM_LANES];
} lanes;
/* Bit k belongs to lane k. */
typedef uint8_t lane_mask;

#define LANES_EACH(K) for (unsigned K = 0; K < NUM_LANES; K++)

LANE_PRIMITIVE lanes
lanes_set1(uint64_t x)
{
	lanes r;

	LANES_EACH(k)
		r.v[k] = x;
	return r;
}

LANE_PRIMITIVE lanes
lanes_zero(void)
{
	return lanes_set1(0);
}

/* p: 64 bytes, any alignment. */
LANE_PRIMITIVE lanes
lanes_load(const void *p)
{
	lanes r;

	memcpy(r.v, p, sizeof r.v);
	return r;
}

LANE_PRIMITIVE void
lanes_store(void *p, lanes a)
{
	memcpy(p, a.v, sizeof a.v);
}

#define LANES_BINARY(NAME, EXPRESSION) \
	LANE_PRIMITIVE lanes \
	NAME(lanes a, lanes b) \
	{ \
		lanes r; \
\
		LANES_EACH(k) \
			r.v[k] = EXPRESSION; \
		return r; \
	}

LANES_BINARY(lanes_add, a.v[k] + b.v[k])
LANES_BINARY(lanes_sub, a.v[k] - b.v[k])
LANES_BINARY(lanes_and, a.v[k] & b.v[k])
LANES_BINARY(lanes_or, a.v[k] | b.v[k])
LANES_BINARY(lanes_xor, a.v[k] ^ b.v[k])

/* Shifts by a constant: to the left, to the right with zeros, to the right with the sign. */
LANE_PRIMITIVE lanes
lanes_shl(lanes a, unsigned n)
{
	LANES_EACH(k)
		a.v[k] <<= n;
	return a;
}

LANE_PRIMITIVE lanes
lanes_shr(lanes a, unsigned n)
{
	LANES_EACH(k)
		a.v[k] >>= n;
	return a;
}

LANE_PRIMITIVE lanes
lanes_sar(lanes a, unsigned n)
{
	LANES_EACH(k)
		a.v[k] = (uint64_t)((int64_t)a.v[k] >> n);
	return a;
}

/* acc + the low 52 bits of (a mod 2^52)·(b mod 2^52) */
LANE_PRIMITIVE lanes
lanes_madd_lo(lanes acc, lanes a, lanes b)
{
	const uint64_t mask = (UINT64_C(1) << 52) - 1;

	LANES_EACH(k)
		acc.v[k] += ((a.v[k] & mask) * (b.v[k] & mask)) & mask;
	return acc;
}

/* acc + the product's bits from 52 up */
LANE_PRIMITIVE lanes
lanes_madd_hi(lanes acc, lanes a, lanes b)
{
	const uint64_t mask = (UINT64_C(1) << 52) - 1;

	LANES_EACH(k)
		acc.v[k] += (uint64_t)(((unsigned __int128)(a.v[k] & mask) * (b.v[k] & mask)) >> 52);
	return acc;
}

/* Lane k of b where the mask's bit k is set, of a elsewhere. The mask may be secret. */
LANE_PRIMITIVE lanes
lanes_select(lane_mask m, lanes a, lanes b)
{
	LANES_EACH(k) {
		uint64_t take = 0 - ((uint64_t)m >> k & 1);

		a.v[k] = (a.v[k] & ~take) | (b.v[k] & take);
	}
	return a;
}

/* Lanes where a equals b. */
LANE_PRIMITIVE lane_mask
lanes_equal(lanes a, lanes b)
{
	unsigned m = 0;

	LANES_EACH(k) {
		uint64_t d = a.v[k] ^ b.v[k];

		m |= (unsigned)(1 ^ ((d | (0 - d)) >> 63)) << k;
	}
	return (lane_mask)m;
}

/* Lane k of the result is lane index[k] of a (0 to 7) or b (8 to 15). The index is public. */
LANE_PRIMITIVE lanes
lanes_permute2(lanes a, lanes index, lanes b)
{
	lanes r;

	LANES_EACH(k)
		r.v[k] = index.v[k] & 8 ? b.v[index.v[k] & 7] : a.v[index.v[k] & 7];
	return r;
}

/* Neighbours change places: 1 0 3 2 5 4 7 6. */
LANE_PRIMITIVE lanes
lanes_swap(lanes a)
{
	lanes r;

	LANES_EACH(k)
		r.v[k] = a.v[k ^ 1];
	return r;
}

#endif
