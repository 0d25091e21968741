/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/inverse.h"

#include "core/ct.h"

/*
 * f and g begin as m and a; a division step replaces (f, g) by (f, g/2), (f, (g + f)/2) or (g, (g - f)/2), so that after enough of them g = 0 and
 * f = +-gcd = +-1. d and e follow: d a = f, e a = g modulo m. Steps are made 59 at a time on the lowest limbs alone, collected in a matrix, and the
 * matrix is then applied to the whole numbers. 590 steps are enough for 256 bits when the counter starts at one half (Bernstein-Yang's bound for that
 * variant, as computed by Wuille's convex hull, see libsecp256k1's documentation of safegcd).
 */
#define BITS 62
#define MASK (UINT64_MAX >> 2)
#define ROUNDS 10
#define STEPS 59

typedef __int128 int128_t;

/* Five signed limbs of 62 bits: all but the highest are in [0, 2^62). */
struct s62 {
	int64_t v[5];
};

/* 2^62 times (f, g) after the steps = (u v; q r) (f, g); absolute values |u| + |v| and |q| + |r| are at most 2^62. */
struct matrix {
	int64_t u, v, q, r;
};

/* zeta = -(delta + 1/2). The matrix begins at 8 = 2^(62 - 59). All values are taken modulo 2^64; u, v, q, r never leave the signed range. */
static int64_t
divide_steps(struct matrix *out, int64_t zeta, uint64_t f, uint64_t g)
{
	uint64_t u = 8, v = 0, q = 0, r = 8;

	for (int i = 0; i < STEPS; i++) {
		uint64_t negative = (uint64_t)(zeta >> 63), odd = 0 - (g & 1);

		g += ((f ^ negative) - negative) & odd;
		q += ((u ^ negative) - negative) & odd;
		r += ((v ^ negative) - negative) & odd;
		negative &= odd; /* delta > 0 and g odd: the steps that swap */
		zeta = (int64_t)((uint64_t)zeta ^ negative) - 1;
		f += g & negative;
		u += q & negative;
		v += r & negative;
		g >>= 1;
		u <<= 1;
		v <<= 1;
	}
	*out = (struct matrix){ (int64_t)u, (int64_t)v, (int64_t)q, (int64_t)r };
	return zeta;
}

/* (f, g) = matrix (f, g)/2^62, an exact division. |f|, |g| stay below 2^257, sums of products below 2^126. */
static void
apply_to_fg(struct s62 *f, struct s62 *g, const struct matrix *t)
{
	int128_t cf = 0, cg = 0;

	for (int i = 0; i < 5; i++) {
		cf += (int128_t)t->u * f->v[i] + (int128_t)t->v * g->v[i];
		cg += (int128_t)t->q * f->v[i] + (int128_t)t->r * g->v[i];
		if (i > 0) {
			f->v[i - 1] = (int64_t)((uint64_t)cf & MASK);
			g->v[i - 1] = (int64_t)((uint64_t)cg & MASK);
		}
		cf >>= BITS;
		cg >>= BITS;
	}
	f->v[4] = (int64_t)cf;
	g->v[4] = (int64_t)cg;
}

/*
 * (d, e) = matrix (d, e)/2^62 modulo m: the multiple of m is added that makes the sum divisible, and chosen so that d and e stay in (-2m, m): for a
 * negative d or e m times its coefficients comes first.
 */
static void
apply_to_de(struct s62 *d, struct s62 *e, const struct matrix *t, const struct inverse_modulus *m)
{
	int64_t sd = d->v[4] >> 63, se = e->v[4] >> 63;
	int64_t md = (t->u & sd) + (t->v & se), me = (t->q & sd) + (t->r & se);
	int128_t cd = (int128_t)t->u * d->v[0] + (int128_t)t->v * e->v[0];
	int128_t ce = (int128_t)t->q * d->v[0] + (int128_t)t->r * e->v[0];

	md -= (int64_t)((m->inverse62 * (uint64_t)cd + (uint64_t)md) & MASK);
	me -= (int64_t)((m->inverse62 * (uint64_t)ce + (uint64_t)me) & MASK);
	cd = (cd + (int128_t)m->m[0] * md) >> BITS;
	ce = (ce + (int128_t)m->m[0] * me) >> BITS;
	for (int i = 1; i < 5; i++) {
		cd += (int128_t)t->u * d->v[i] + (int128_t)t->v * e->v[i] + (int128_t)m->m[i] * md;
		ce += (int128_t)t->q * d->v[i] + (int128_t)t->r * e->v[i] + (int128_t)m->m[i] * me;
		d->v[i - 1] = (int64_t)((uint64_t)cd & MASK);
		e->v[i - 1] = (int64_t)((uint64_t)ce & MASK);
		cd >>= BITS;
		ce >>= BITS;
	}
	d->v[4] = (int64_t)cd;
	e->v[4] = (int64_t)ce;
}

/* d += m & mask, then every limb d ^ flip - flip, then carries. mask and flip are 0 or -1. */
static void
add_and_flip(struct s62 *d, const struct inverse_modulus *m, int64_t mask, int64_t flip)
{
	int64_t carry = 0;

	for (int i = 0; i < 5; i++) {
		int64_t x = ((d->v[i] + (m->m[i] & mask)) ^ flip) - flip + carry;

		carry = i < 4 ? x >> BITS : 0;
		d->v[i] = i < 4 ? (int64_t)((uint64_t)x & MASK) : x;
	}
}

/* From (-2m, m), with the sign of f, into [0, m). */
static void
normalize(struct s62 *d, int64_t sign, const struct inverse_modulus *m)
{
	add_and_flip(d, m, d->v[4] >> 63, sign >> 63); /* (-m, m) */
	add_and_flip(d, m, d->v[4] >> 63, 0);
}

void
inverse(uint64_t out[4], const uint64_t a[4], const struct inverse_modulus *m)
{
	struct s62 d = { { 0 } }, e = { { 1 } }, f, g;
	struct matrix t;
	int64_t zeta = -1;

	for (int i = 0; i < 5; i++) {
		uint64_t low = i < 4 ? a[i] << (2 * i) : 0, high = i > 0 ? a[i - 1] >> (64 - 2 * i) : 0;

		f.v[i] = m->m[i];
		g.v[i] = (int64_t)((low | high) & MASK);
	}
	for (int i = 0; i < ROUNDS; i++) {
		zeta = divide_steps(&t, zeta, (uint64_t)f.v[0] | (uint64_t)f.v[1] << BITS, (uint64_t)g.v[0] | (uint64_t)g.v[1] << BITS);
		apply_to_de(&d, &e, &t, m);
		apply_to_fg(&f, &g, &t);
	}
	normalize(&d, f.v[4], m);
	for (int i = 0; i < 4; i++)
		out[i] = (uint64_t)d.v[i] >> (2 * i) | (uint64_t)d.v[i + 1] << (BITS - 2 * i);
	wipe(&d, sizeof d);
	wipe(&e, sizeof e);
	wipe(&f, sizeof f);
	wipe(&g, sizeof g);
	wipe(&t, sizeof t);
}
