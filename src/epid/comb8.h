/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixed bases in eight lanes. A scalar is split into two halves of 128 bits (fr_split), a half into 26 signed digits of five bits. The comb of P holds
 * 1 to 16 times 2^(5 w) P for each digit's place w; the half that belongs to lambda uses the same comb, and its sum is multiplied by lambda at the end.
 *
 * Layout: uint64_t [row][entry][limb][lane], place w = 8 row + lane, the limbs of x (0 to 4) and y (5 to 9), canonical. Read along the lanes a row
 * serves eight places of one scalar; one lane of it, broadcast, serves one place of eight scalars. Both look at all entries of a row, so that the
 * addresses do not depend on digits. An entry of the identity's comb is x = y = 0, which is skipped like the digit 0.
 */
#ifndef EPID_COMB8_H
#define EPID_COMB8_H

#include "core/ct.h"
#include "epid/constants.h"
#include "epid/fr.h"
#include "epid/g1x8.h"
#include "epid/kernels.h"

#define COMB8_ROWS 4
#define COMB8_ENTRIES 16
#define COMB8_BITS 5
#define COMB8_LIMBS 10
#define COMB8_WORDS (COMB8_ROWS * COMB8_ENTRIES * COMB8_LIMBS * NUM_LANES)

_Static_assert(COMB8_WORDS * sizeof(uint64_t) <= KERNEL_COMB_LEN, "room for a comb");
_Static_assert(COMB8_BITS == COMB_BITS && COMB8_ENTRIES == COMB_POINTS && DIGITS_5 == COMB_WINDOWS, "digits are those of comb_generator");
_Static_assert(COMB8_ROWS * NUM_LANES >= DIGITS_5, "a place for each digit");

static inline const uint64_t *
comb8_row(const uint64_t *comb, unsigned row, unsigned entry)
{
	return comb + (size_t)(row * COMB8_ENTRIES + entry) * COMB8_LIMBS * NUM_LANES;
}

/* acc + (the sign of `negative`) · p in the lanes where `skip` is not set. */
LANE_INLINE void
comb8_add_entry(struct g1x8 *acc, struct g1x8_affine *p, lanes negative)
{
	const lane_mask skip = fq8_is_zero(&p->y);
	struct g1x8 sum;

	g1x8_negate(&p->y, (lane_mask)~lanes_equal(negative, lanes_zero()));
	g1x8_add_affine(&sum, acc, p);
	g1x8_select(acc, skip, &sum, acc);
}

/* Eight places of one scalar: lane l adds digit (8 row + l), whose magnitude and sign are in its lane. */
LANE_CALL void
comb8_add_row(struct g1x8 *acc, const uint64_t *comb, unsigned row, const uint64_t magnitude[8], const uint64_t negative[8])
{
	const lanes digit = lanes_load(magnitude);
	struct g1x8_affine p;

	fq8_zero(&p.x);
	fq8_zero(&p.y);
	for (unsigned entry = 0; entry < COMB8_ENTRIES; entry++) {
		const uint64_t *e = comb8_row(comb, row, entry);
		const lane_mask m = lanes_equal(digit, lanes_set1(entry + 1));

		for (int i = 0; i < 5; i++) {
			p.x.l[i] = lanes_select(m, p.x.l[i], lanes_load(e + 8 * i));
			p.y.l[i] = lanes_select(m, p.y.l[i], lanes_load(e + 8 * (i + 5)));
		}
	}
	comb8_add_entry(acc, &p, lanes_load(negative));
}

/* One place of eight scalars: each lane adds its own digit. */
LANE_CALL void
comb8_add_place(struct g1x8 *acc, const uint64_t *comb, unsigned place, const struct digits8 *d)
{
	const lanes digit = lanes_load(d->magnitude[place]);
	struct g1x8_affine p;

	fq8_zero(&p.x);
	fq8_zero(&p.y);
	for (unsigned entry = 0; entry < COMB8_ENTRIES; entry++) {
		const uint64_t *e = comb8_row(comb, place / 8, entry) + place % 8;
		const lane_mask m = lanes_equal(digit, lanes_set1(entry + 1));

		for (int i = 0; i < 5; i++) {
			p.x.l[i] = lanes_select(m, p.x.l[i], lanes_set1(e[8 * i]));
			p.y.l[i] = lanes_select(m, p.y.l[i], lanes_set1(e[8 * (i + 5)]));
		}
	}
	comb8_add_entry(acc, &p, lanes_load(d->negative[place]));
}

/* ---- one scalar, its places in the lanes ---- */

/* Sums in progress: of the first halves, and of those that belong to lambda. */
struct comb8_sums {
	struct g1x8 half[2];
};

LANE_INLINE void
comb8_begin(struct comb8_sums *s)
{
	g1x8_identity(&s->half[0]);
	g1x8_identity(&s->half[1]);
}

/* The digits of one half scalar by place: row by row, eight lanes each. Wiped by whoever made it. */
struct comb8_digits {
	uint64_t magnitude[COMB8_ROWS][NUM_LANES], negative[COMB8_ROWS][NUM_LANES];
};

LANE_CALL void
comb8_digits_set(struct comb8_digits *out, const uint64_t half[2], unsigned negative)
{
	struct digits8 d;

	memset(out, 0, sizeof *out);
	digits8_set(&d, 0, half, negative, COMB8_BITS, DIGITS_5);
	for (unsigned i = 0; i < DIGITS_5; i++) {
		out->magnitude[i / NUM_LANES][i % NUM_LANES] = d.magnitude[i][0];
		out->negative[i / NUM_LANES][i % NUM_LANES] = d.negative[i][0];
	}
	wipe(&d, sizeof d);
}

/* s plus k · the comb's base, spread over the lanes. */
LANE_CALL void
comb8_add_spread(struct comb8_sums *s, const uint64_t *comb, const struct fr *k)
{
	struct comb8_digits d;
	struct fr_halves halves;

	fr_split(&halves, k);
	for (unsigned h = 0; h < 2; h++) {
		comb8_digits_set(&d, halves.k[h], halves.negative[h]);
		for (unsigned row = 0; row < COMB8_ROWS; row++)
			comb8_add_row(&s->half[h], comb, row, d.magnitude[row], d.negative[row]);
	}
	wipe(&halves, sizeof halves);
	wipe(&d, sizeof d);
}

/* Both halves together; the sum is still spread over the lanes. */
LANE_CALL void
comb8_end(struct g1x8 *r, struct comb8_sums *s)
{
	g1x8_times_lambda(&s->half[1].x, 0xff);
	g1x8_add(r, &s->half[0], &s->half[1]);
}

/* ---- eight scalars, one in each lane ---- */

/* r = the sum over n of k[i][lane] · the base of comb[i], in each lane; lanes from num up use the scalar 0. */
struct comb8_term {
	const uint64_t *comb;
	const struct fr *k[NUM_LANES];
};

LANE_CALL void
comb8_each(struct g1x8 *r, const struct comb8_term *terms, unsigned n, unsigned num)
{
	struct comb8_sums s;
	struct digits8 d[2];
	struct fr_halves halves;

	comb8_begin(&s);
	for (unsigned i = 0; i < n; i++) {
		digits8_zero(&d[0]);
		digits8_zero(&d[1]);
		for (unsigned lane = 0; lane < num; lane++) {
			fr_split(&halves, terms[i].k[lane]);
			for (unsigned h = 0; h < 2; h++)
				digits8_set(&d[h], lane, halves.k[h], halves.negative[h], COMB8_BITS, DIGITS_5);
		}
		for (unsigned h = 0; h < 2; h++) {
			for (unsigned place = 0; place < DIGITS_5; place++)
				comb8_add_place(&s.half[h], terms[i].comb, place, &d[h]);
		}
	}
	comb8_end(r, &s);
	wipe(d, sizeof d);
	wipe(&halves, sizeof halves);
	wipe(&s, sizeof s);
}

/* ---- g1, by the portable set's comb, which is looked up by digit: for public scalars ---- */

/* One lane's digit: of which window, how large, and of what sign. */
struct generator_digit {
	unsigned window;
	uint64_t magnitude, negative;
};

/* acc plus, in each lane, its digit times its window's point; of the half that belongs to lambda (h = 1) times lambda. */
LANE_CALL void
comb8_generator_add_vartime(struct g1x8 *acc, const struct generator_digit d[NUM_LANES], unsigned h)
{
	const struct g1_affine none = { FQ_ZERO, FQ_ZERO };
	const struct fq *x[NUM_LANES], *y[NUM_LANES];
	uint64_t negative[NUM_LANES];
	struct g1x8_affine p;

	for (unsigned k = 0; k < NUM_LANES; k++) {
		const struct g1_affine *entry = d[k].magnitude == 0 ? &none : &comb_generator.point[d[k].window][d[k].magnitude - 1];

		x[k] = &entry->x;
		y[k] = &entry->y;
		negative[k] = d[k].negative;
	}
	fq8_from_fq(&p.x, x, NUM_LANES);
	fq8_from_fq(&p.y, y, NUM_LANES);
	if (h == 1)
		g1x8_times_lambda(&p.x, 0xff);
	fq8_canonical(&p.x, &p.x);
	fq8_canonical(&p.y, &p.y);
	comb8_add_entry(acc, &p, lanes_load(negative));
}

/* Between the passes (comb.h). */
LANE_INLINE void
comb8_generator_next_pass(struct g1x8 *acc, unsigned pass)
{
	for (unsigned i = 0; i < COMB8_BITS && pass != GENERATOR_PASSES - 1; i++)
		g1x8_double(acc, acc);
}

_Static_assert(GENERATOR_WINDOWS < NUM_LANES, "a pass has a lane for each window, and one that stays empty");

/* k · g1, spread over the lanes. */
LANE_CALL void
comb8_generator_spread_vartime(struct g1x8 *r, const struct fr *k)
{
	struct comb8_digits d[2];
	struct fr_halves halves;

	fr_split(&halves, k);
	for (unsigned h = 0; h < 2; h++)
		comb8_digits_set(&d[h], halves.k[h], halves.negative[h]);
	g1x8_identity(r);
	for (unsigned pass = GENERATOR_PASSES; pass-- != 0;) {
		comb8_generator_next_pass(r, pass);
		for (unsigned h = 0; h < 2; h++) {
			struct generator_digit digit[NUM_LANES] = { { 0 } };

			for (unsigned w = 0; w < GENERATOR_WINDOWS; w++) {
				const unsigned place = w * GENERATOR_PASSES + pass; /* from DIGITS_5 on their digits are 0 */

				digit[w] = (struct generator_digit){ w, d[h].magnitude[place / NUM_LANES][place % NUM_LANES],
					d[h].negative[place / NUM_LANES][place % NUM_LANES] };
			}
			comb8_generator_add_vartime(r, digit, h);
		}
	}
}

/* k[lane] · g1 in each lane. */
LANE_CALL void
comb8_generator_each_vartime(struct g1x8 *r, const struct fr *const *k, unsigned num)
{
	struct digits8 d[2];
	struct fr_halves halves;

	digits8_zero(&d[0]);
	digits8_zero(&d[1]);
	for (unsigned lane = 0; lane < num; lane++) {
		fr_split(&halves, k[lane]);
		for (unsigned h = 0; h < 2; h++)
			digits8_set(&d[h], lane, halves.k[h], halves.negative[h], COMB8_BITS, DIGITS_5);
	}
	g1x8_identity(r);
	for (unsigned pass = GENERATOR_PASSES; pass-- != 0;) {
		comb8_generator_next_pass(r, pass);
		for (unsigned i = pass; i < DIGITS_5; i += GENERATOR_PASSES) {
			for (unsigned h = 0; h < 2; h++) {
				struct generator_digit digit[NUM_LANES];

				for (unsigned lane = 0; lane < NUM_LANES; lane++)
					digit[lane] = (struct generator_digit){ i / GENERATOR_PASSES, d[h].magnitude[i][lane],
						d[h].negative[i][lane] };
				comb8_generator_add_vartime(r, digit, h);
			}
		}
	}
}

/* ---- making one ---- */

/* z[i] becomes 1/z[i] in each of n vectors; 0 stays 0. One scalar inversion for all, by products (Montgomery's trick). A zero is replaced by 1 for the
 * while. scratch: n vectors. z <= 4.6, result <= 2.2. */
LANE_CALL void
fq8_invert_all(struct fq8 *z, struct fq8 *scratch, unsigned n)
{
	struct fq flat[8], room[8];
	struct fq *to[8];
	const struct fq *from[8];
	struct fq8 one, product, t;

	fq8_broadcast(&one, fq8_one);
	product = one;
	for (unsigned i = 0; i < n; i++) {
		fq8_canonical(&z[i], &z[i]);
		fq8_select(&t, fq8_is_zero(&z[i]), &z[i], &one);
		scratch[i] = product;
		fq8_mul(&product, &product, &t);
	}
	for (unsigned k = 0; k < 8; k++)
		to[k] = &flat[k], from[k] = &flat[k];
	fq8_to_fq(to, &product, 8);
	fq_inv_batch(flat, room, 8);
	fq8_from_fq(&product, from, 8);
	for (unsigned i = n; i-- != 0;) {
		const lane_mask zero = fq8_is_zero(&z[i]);

		fq8_select(&t, zero, &z[i], &one);
		fq8_mul(&scratch[i], &scratch[i], &product);
		fq8_mul(&product, &product, &t);
		fq8_select(&z[i], zero, &scratch[i], &z[i]);
	}
}

/* The places of the comb: lane l of base[row] is 2^(5 (8 row + l)) p. Lanes of the last row that no digit uses repeat a point. */
LANE_CALL void
comb8_places(struct g1x8 base[COMB8_ROWS], const struct g1x8 *p)
{
	struct g1x8 x = *p;

	for (unsigned w = 0; w < COMB8_ROWS * NUM_LANES; w++) {
		g1x8_select(&base[w / 8], (lane_mask)(0xffu << w % 8), &base[w / 8], &x);
		for (int i = 0; i < COMB8_BITS && w + 1 < DIGITS_5; i++)
			g1x8_double(&x, &x);
	}
}

LANE_INLINE void
comb8_store(uint64_t *to, const struct fq8 *a)
{
	for (int i = 0; i < 5; i++)
		lanes_store(to + 8 * i, a->l[i]);
}

LANE_INLINE void
comb8_load(struct fq8 *a, const uint64_t *from)
{
	for (int i = 0; i < 5; i++)
		a->l[i] = lanes_load(from + 8 * i);
}

/* Multiples are written as they come, X and Y; then all are divided by their Z at once, canonical. 1/0 is 0: the identity becomes x = y = 0. */
LANE_CALL void
comb8_init(uint64_t *comb, const struct g1_affine *p)
{
	const struct g1_affine *all[8] = { p, p, p, p, p, p, p, p };
	struct g1x8 base[COMB8_ROWS], multiple;
	struct fq8 z[COMB8_ROWS * COMB8_ENTRIES], scratch[COMB8_ROWS * COMB8_ENTRIES], t;

	g1x8_from_affine(&multiple, all, 8);
	for (unsigned row = 0; row < COMB8_ROWS; row++)
		base[row] = multiple; /* whole before lanes are replaced */
	comb8_places(base, &multiple);
	for (unsigned i = 0; i < COMB8_ROWS * COMB8_ENTRIES; i++) {
		if (i % COMB8_ENTRIES == 0)
			multiple = base[i / COMB8_ENTRIES];
		else
			g1x8_add(&multiple, &multiple, &base[i / COMB8_ENTRIES]);
		comb8_store(comb + (size_t)i * COMB8_LIMBS * NUM_LANES, &multiple.x);
		comb8_store(comb + (size_t)i * COMB8_LIMBS * NUM_LANES + 40, &multiple.y);
		z[i] = multiple.z;
	}
	fq8_invert_all(z, scratch, COMB8_ROWS * COMB8_ENTRIES);
	for (unsigned i = 0; i < COMB8_ROWS * COMB8_ENTRIES * 2; i++) {
		comb8_load(&t, comb + (size_t)i * 40);
		fq8_mul(&t, &t, &z[i / 2]);
		fq8_canonical(&t, &t);
		comb8_store(comb + (size_t)i * 40, &t);
	}
}

#endif
