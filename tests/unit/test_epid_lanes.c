/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The eight-lane arithmetic operation by operation, over its portable lanes, against fq.h and g1.h: on values as large as the comments allow, and with the
 * bounds of the results that the comments promise.
 */
#include "support.h"

#include "epid/pairing_ifma.h"

/* A number of 320 bits, big endian at the end: enough for any lane. */
struct number {
	uint64_t w[5];
};

static struct number
lane_value(const struct fq8 *a, unsigned k)
{
	struct number n = { { 0 } };

	for (int i = 4; i >= 0; i--) {
		uint64_t limb, carry = 0;

		memcpy(&limb, (const uint8_t *)&a->l[i] + 8 * k, 8);
		for (int j = 4; j >= 0; j--) /* n = n·2^52 */
			n.w[j] = n.w[j] << 52 | (j > 0 ? n.w[j - 1] >> 12 : 0);
		for (int j = 0; j < 5; j++) {
			uint64_t add = j == 0 ? limb : carry;

			n.w[j] += add;
			carry = n.w[j] < add;
		}
	}
	return n;
}

/* Whether n < (hundredths/100) q, by n·100 < hundredths·q over 384 bits. */
static bool
below(struct number n, unsigned hundredths)
{
	static const uint64_t q[4] = { UINT64_C(0xd3292ddbaed33013), UINT64_C(0x0cdc65fb12980a82), UINT64_C(0x46e5f25eee71a49f),
		UINT64_C(0xfffffffffffcf0cd) };
	unsigned __int128 left = 0, right = 0;
	uint64_t l[6], r[6];

	for (int j = 0; j < 6; j++) {
		left += (unsigned __int128)(j < 5 ? n.w[j] : 0) * 100;
		right += (unsigned __int128)(j < 4 ? q[j] : 0) * hundredths;
		l[j] = (uint64_t)left;
		r[j] = (uint64_t)right;
		left >>= 64;
		right >>= 64;
	}
	for (int j = 5; j >= 0; j--) {
		if (l[j] != r[j])
			return l[j] < r[j];
	}
	return false;
}

/* n modulo q as an element whose number is n. */
static struct fq
element(struct number n)
{
	uint8_t bytes[64] = { 0 };
	struct fq out;

	for (int j = 0; j < 5; j++) {
		for (int b = 0; b < 8; b++)
			bytes[63 - 8 * j - b] = (uint8_t)(n.w[j] >> (8 * b));
	}
	fq_reduce(&out, bytes, sizeof bytes);
	return out;
}

/* 2^260 as an element. */
static struct fq
radix(void)
{
	return element((struct number){ { 0, 0, 0, 0, 16 } });
}

static uint64_t
next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/*
 * Lanes: 0, 1, the largest carried value at most `times` q (times q itself, of which lane 3 has one less), all bits of the low limbs, the rest random
 * below times q.
 */
static void
some_values(struct fq8 *a, unsigned times, uint64_t *state)
{
	struct fq8 top;

	fq8_zero(&top);
	fq8_add_q_raw(&top, times);
	fq8_carry(&top);
	for (unsigned k = 0; k < 8; k++) {
		for (int i = 0; i < 5; i++) {
			uint64_t limb = next(state) & LIMB_MASK, high;

			memcpy(&high, (const uint8_t *)&top.l[i] + 8 * k, 8);
			if (k == 0 || k == 1)
				limb = k == 1 && i == 0;
			else if (k == 2 || k == 3)
				limb = high - (k == 3 && i == 0);
			else if (i == 4)
				limb %= high;
			else if (k == 4)
				limb = LIMB_MASK;
			memcpy((uint8_t *)&a->l[i] + 8 * k, &limb, 8);
		}
	}
}

static void
rotate_lanes(struct fq8 *a, unsigned by)
{
	uint64_t index[8];
	lanes which;

	for (unsigned k = 0; k < 8; k++)
		index[k] = (k + by) & 7;
	which = lanes_load(index);
	for (int i = 0; i < 5; i++)
		a->l[i] = lanes_permute2(a->l[i], which, a->l[i]);
}

/* r·2^260 == a b + c d in each lane, and r within its bound. */
static void
check_products(const struct fq8 *r, const struct fq8 *a, const struct fq8 *b, const struct fq8 *c, const struct fq8 *d, unsigned hundredths)
{
	const struct fq big = radix();

	for (unsigned k = 0; k < 8; k++) {
		struct fq x = element(lane_value(a, k)), y = element(lane_value(b, k)), z = element(lane_value(r, k)), t;

		fq_mul(&x, &x, &y);
		if (c != NULL) {
			y = element(lane_value(c, k));
			t = element(lane_value(d, k));
			fq_mul(&y, &y, &t);
			fq_add(&x, &x, &y);
		}
		fq_mul(&z, &z, &big);
		assert_true(fq_equal(&x, &z));
		assert_true(below(lane_value(r, k), hundredths));
	}
}

static void
products_of_the_largest_values_are_right_and_in_bounds(void **state)
{
	uint64_t random = 1;
	struct fq8 a, b, c, d, r;

	for (unsigned times = 1; times <= 16; times++) {
		for (unsigned turn = 0; turn < 8; turn++) {
			some_values(&a, times, &random);
			some_values(&b, times, &random);
			rotate_lanes(&b, turn);
			fq8_mul(&r, &a, &b);
			check_products(&r, &a, &b, NULL, NULL, times * times * 100 / 15 + 180);
			fq8_sqr(&r, &a);
			check_products(&r, &a, &a, NULL, NULL, times * times * 100 / 15 + 180);
			if (times > 9)
				continue; /* two such products leave 2^260 */
			some_values(&c, times, &random);
			some_values(&d, times, &random);
			rotate_lanes(&d, turn);
			fq8_mul2(&r, &a, &b, &c, &d);
			check_products(&r, &a, &b, &c, &d, 2 * times * times * 100 / 15 + 180);
		}
	}
}

static void
sums_differences_and_folds_keep_value_and_bound(void **state)
{
	uint64_t random = 2;
	struct fq8 a, b, r;

	for (unsigned turn = 0; turn < 8; turn++) {
		some_values(&a, 4, &random);
		some_values(&b, 4, &random);
		rotate_lanes(&b, turn);
		for (int op = 0; op < 4; op++) {
			switch (op) {
			case 0:
				fq8_add(&r, &a, &b);
				break;
			case 1:
				fq8_sub(&r, &a, &b, 4);
				break;
			case 2: /* not carried, negative, and far below zero */
				fq8_sub_raw(&r, &a, &b);
				for (int i = 0; i < 5; i++)
					r.l[i] = lanes_sub(r.l[i], lanes_shl(b.l[i], 5));
				fq8_fold(&r);
				break;
			default:
				fq8_times_9(&r, &a);
			}
			for (unsigned k = 0; k < 8; k++) {
				struct fq x = element(lane_value(&a, k)), y = element(lane_value(&b, k)), z = element(lane_value(&r, k)), t = x;

				if (op == 0)
					fq_add(&x, &x, &y);
				if (op == 1)
					fq_sub(&x, &x, &y);
				for (int i = 0; op == 2 && i < 33; i++)
					fq_sub(&x, &x, &y);
				for (int i = 0; op == 3 && i < 8; i++)
					fq_add(&x, &x, &t);
				assert_true(fq_equal(&x, &z));
				assert_true(below(lane_value(&r, k), op < 2 ? 801 : 101));
			}
		}
	}
}

static void
canonical_values_are_below_q_and_unique(void **state)
{
	uint64_t random = 3;
	struct fq8 a, r, s;

	for (unsigned times = 1; times <= 16; times++) {
		some_values(&a, times, &random);
		fq8_canonical(&r, &a);
		fq8_add_q_raw(&a, 200);
		fq8_canonical(&s, &a);
		assert_memory_equal(&r, &s, sizeof r);
		for (unsigned k = 0; k < 8; k++) {
			struct fq x = element(lane_value(&a, k)), y = element(lane_value(&r, k));

			assert_true(fq_equal(&x, &y));
			assert_true(below(lane_value(&r, k), 100));
		}
		assert_int_equal(fq8_is_zero(&r), 1 | (1 << 2)); /* 0, and a multiple of q */
	}
}

static void
conversions_and_inversions_agree(void **state)
{
	uint64_t random = 4;
	struct fq value[8], back[8], inverse[8], room[8];
	const struct fq *from[8];
	struct fq *to[8];
	struct fq8 a, scratch;

	for (unsigned round = 0; round < 20; round++) {
		some_values(&a, 1, &random);
		for (unsigned k = 0; k < 8; k++) {
			value[k] = inverse[k] = element(lane_value(&a, k));
			from[k] = &value[k];
			to[k] = &back[k];
		}
		fq8_from_fq(&a, from, 8);
		fq8_to_fq(to, &a, 8);
		assert_memory_equal(value, back, sizeof value);
		fq8_invert_all(&a, &scratch, 1);
		fq8_to_fq(to, &a, 8);
		fq_inv_batch(inverse, room, 8);
		assert_memory_equal(inverse, back, sizeof inverse);
	}
}

/* Eight random points as (X Z : Y Z : Z), coordinates made as large as they may be by adding multiples of q. */
static void
large_points(struct g1x8 *p, struct g1 q[8], uint64_t *state)
{
	struct g1 *to[8];
	const struct g1_affine *from[8];
	struct g1_affine affine[8];
	struct fq8 z;

	for (unsigned k = 0; k < 8; k++) {
		uint8_t seed[FR_SEED_LEN];
		struct fr scalar;

		for (size_t i = 0; i < sizeof seed; i++)
			seed[i] = (uint8_t)(next(state) >> 40);
		fr_from_seed(&scalar, seed);
		kernels_portable.g1_multi_exp(&q[k], &g1_generator, &scalar, 1);
		g1_to_affine(&affine[k], &q[k]);
		if (k == 7)
			memset(&affine[k], 0, sizeof affine[k]);
		from[k] = &affine[k];
		to[k] = &q[k];
	}
	g1x8_from_affine(p, from, 8);
	some_values(&z, 1, state);
	rotate_lanes(&z, 4);
	for (unsigned k = 4; k < 8; k++) /* lanes 0 and 1 of some_values are no Z */
		fq8_set_lane_raw(&z, k, (const uint64_t[4]){ k, 1, 2, 3 });
	fq8_mul(&p->x, &p->x, &z);
	fq8_mul(&p->y, &p->y, &z);
	fq8_mul(&p->z, &p->z, &z);
	g1x8_to_g1(to, p, 8);
	fq8_fold(&p->x);
	fq8_fold(&p->y);
	fq8_fold(&p->z);
	fq8_add_q_raw(&p->x, 3);
	fq8_add_q_raw(&p->y, 3);
	fq8_add_q_raw(&p->z, 3);
	fq8_carry(&p->x);
	fq8_carry(&p->y);
	fq8_carry(&p->z);
}

static void
check_points(const struct g1x8 *p, const struct g1 want[8])
{
	struct g1 got[8];
	struct g1 *to[8];

	for (unsigned k = 0; k < 8; k++)
		to[k] = &got[k];
	g1x8_to_g1(to, p, 8);
	for (unsigned k = 0; k < 8; k++) {
		assert_true(g1_equal(&got[k], &want[k]));
		assert_true(below(lane_value(&p->x, k), 460) && below(lane_value(&p->y, k), 460) && below(lane_value(&p->z, k), 460));
	}
}

static void
points_with_large_coordinates_add_up(void **state)
{
	uint64_t random = 5;
	struct g1x8 a, b, r;
	struct g1 p[8], q[8], want[8];

	for (unsigned round = 0; round < 6; round++) {
		large_points(&a, p, &random);
		large_points(&b, q, &random);
		if (round == 1) { /* equal points, and the identity twice */
			b = a;
			memcpy(q, p, sizeof q);
		}
		for (unsigned k = 0; k < 8; k++)
			g1_add(&want[k], &p[k], &q[k]);
		g1x8_add(&r, &a, &b);
		check_points(&r, want);
		for (unsigned k = 0; k < 8; k++)
			g1_double(&want[k], &p[k]);
		g1x8_double(&r, &a);
		check_points(&r, want);
		fq8_neg(&b.y, &a.y, 5); /* opposite points */
		b.x = a.x;
		b.z = a.z;
		for (unsigned k = 0; k < 8; k++)
			want[k] = g1_identity;
		fq8_fold(&b.y);
		g1x8_add(&r, &a, &b);
		check_points(&r, want);
	}
}

static void
random_fq12(struct fq12 *a, uint64_t *state)
{
	struct fq *at[12];

	fq12_coordinates(at, a);
	for (int i = 0; i < 12; i++)
		*at[i] = element((struct number){ { next(state), next(state), next(state), next(state), 0 } });
}

static void
check_fq12v(const struct fq12v *a, const struct fq12 *want)
{
	struct fq12 got;

	fq12v_to_fq12(&got, a);
	assert_true(fq12_equal(&got, want));
	for (unsigned k = 0; k < 6; k++)
		assert_true(below(lane_value(&a->even, k), 101) && below(lane_value(&a->odd, k), 101));
}

/* To the norm 1 over Fq6 and Fq4 that gt_sqr expects. */
static void
easy_part(struct fq12 *a)
{
	struct fq12 x, y;

	fq12_conj(&x, a);
	fq12_inv(&y, a);
	fq12_mul(&x, &x, &y);
	fq12_frobenius(&y, &x, 2);
	fq12_mul(a, &x, &y);
}

static void
one_element_of_fq12_in_two_vectors_agrees(void **state)
{
	uint64_t random = 6;
	struct fq12 a, b, want;
	struct fq12v x, y, r;

	for (unsigned round = 0; round < 12; round++) {
		random_fq12(&a, &random);
		random_fq12(&b, &random);
		fq12v_from_fq12(&x, &a);
		fq12v_from_fq12(&y, &b);
		fq12_mul(&want, &a, &b);
		fq12v_mul(&r, &x, &y);
		check_fq12v(&r, &want);
		fq12_sqr(&want, &a);
		fq12v_sqr(&r, &x);
		check_fq12v(&r, &want);
		fq12_mul_line(&want, &a, &b.c0.c[1], &b.c0.c[2]);
		fq12v_mul_line(&r, &x, &y.even, 2);
		check_fq12v(&r, &want);
		for (unsigned e = 1; e <= 3; e++) {
			fq12_frobenius(&want, &a, e);
			fq12v_frobenius(&r, &x, e);
			check_fq12v(&r, &want);
		}
		fq12_conj(&want, &a);
		fq12v_conj(&r, &x);
		check_fq12v(&r, &want);
		easy_part(&a);
		gt_sqr(&want, &a);
		fq12v_from_fq12(&x, &a);
		gtv_sqr(&r, &x);
		check_fq12v(&r, &want);
	}
}

static void
from_fq12(struct fq12x8 *r, struct fq12 a[8])
{
	struct fq6x8 *half[2] = { &r->c0, &r->c1 };
	struct fq *at[8][12];

	for (unsigned k = 0; k < 8; k++)
		fq12_coordinates(at[k], &a[k]);
	for (unsigned i = 0; i < 12; i++) {
		struct fq2x8 *c = &half[i / 6]->c[i % 6 / 2];
		struct fq8 *to = i & 1 ? &c->c1 : &c->c0;
		const struct fq *from[8];

		for (unsigned k = 0; k < 8; k++)
			from[k] = at[k][i];
		fq8_from_fq(to, from, 8);
		fq8_fold(to);
	}
}

static void
check_fq12x8(const struct fq12x8 *a, const struct fq12 want[8])
{
	struct fq12 got[8];
	struct fq12 *to[8];

	for (unsigned k = 0; k < 8; k++)
		to[k] = &got[k];
	fq12x8_to_fq12(to, a, 8);
	for (unsigned k = 0; k < 8; k++)
		assert_true(fq12_equal(&got[k], &want[k]));
}

static void
eight_elements_of_fq12_agree(void **state)
{
	uint64_t random = 7;
	struct fq12 a[8], b[8], want[8];
	struct fq12x8 x, y, r;

	for (unsigned round = 0; round < 4; round++) {
		for (unsigned k = 0; k < 8; k++) {
			random_fq12(&a[k], &random);
			random_fq12(&b[k], &random);
		}
		from_fq12(&x, a);
		from_fq12(&y, b);
		for (unsigned k = 0; k < 8; k++)
			fq12_mul(&want[k], &a[k], &b[k]);
		fq12x8_mul(&r, &x, &y);
		check_fq12x8(&r, want);
		for (unsigned k = 0; k < 8; k++)
			fq12_sqr(&want[k], &a[k]);
		fq12x8_sqr(&r, &x);
		check_fq12x8(&r, want);
		for (unsigned k = 0; k < 8; k++)
			fq12_mul_line(&want[k], &a[k], &b[k].c0.c[0], &b[k].c1.c[2]);
		fq12x8_mul_line(&r, &x, &y.c0.c[0], &y.c1.c[2]);
		check_fq12x8(&r, want);
		for (unsigned e = 1; e <= 3; e++) {
			for (unsigned k = 0; k < 8; k++)
				fq12_frobenius(&want[k], &a[k], e);
			fq12x8_frobenius(&r, &x, e);
			check_fq12x8(&r, want);
		}
		for (unsigned k = 0; k < 8; k++)
			fq12_inv(&want[k], &a[k]);
		fq12x8_inv(&r, &x);
		check_fq12x8(&r, want);
		for (unsigned k = 0; k < 8; k++) {
			easy_part(&a[k]);
			gt_sqr(&want[k], &a[k]);
		}
		from_fq12(&x, a);
		gtx8_sqr(&r, &x);
		check_fq12x8(&r, want);
	}
}

static void
multiples_in_a_comb_are_those_of_the_portable_comb(void **state)
{
	static uint64_t words[COMB8_WORDS];
	static struct comb_points want;
	struct g1_affine got[8];
	struct fq *to[8];
	struct fq8 a;

	comb8_init(words, &g1_generator);
	comb_init(&want, &g1_generator);
	for (unsigned row = 0; row < COMB8_ROWS; row++) {
		for (unsigned entry = 0; entry < COMB8_ENTRIES; entry++) {
			for (unsigned part = 0; part < 2; part++) {
				comb8_load(&a, comb8_row(words, row, entry) + 40 * part);
				for (unsigned k = 0; k < 8; k++)
					to[k] = part == 0 ? &got[k].x : &got[k].y;
				fq8_to_fq(to, &a, 8);
			}
			for (unsigned k = 0; k < 8 && 8 * row + k < COMB_WINDOWS; k++)
				assert_memory_equal(&got[k], &want.point[8 * row + k][entry], sizeof got[k]);
		}
	}
}

static void
digits_add_up_to_the_scalar(void **state)
{
	static const uint64_t edge[][2] = { { 0, 0 }, { 1, 0 }, { ~UINT64_C(0), ~UINT64_C(0) }, { 0, UINT64_C(1) << 63 },
		{ UINT64_C(0x8888888888888888), UINT64_C(0x8888888888888888) }, { UINT64_C(0x9999999999999999), UINT64_C(0x7fffffffffffffff) } };
	struct digits8 d;

	for (unsigned i = 0; i < ARRAY_LEN(edge); i++) {
		for (unsigned bits = 4; bits <= 5; bits++) {
			const unsigned num = bits == 4 ? DIGITS_4 : DIGITS_5;
			unsigned __int128 sum = 0; /* modulo 2^128, as are its terms */

			digits8_set(&d, 3, edge[i], i & 1, bits, num);
			for (unsigned j = num; j-- != 0;) {
				assert_true(d.magnitude[j][3] <= 1u << (bits - 1));
				sum <<= bits;
				sum += d.negative[j][3] ? 0 - (unsigned __int128)d.magnitude[j][3] : d.magnitude[j][3];
			}
			if (i & 1)
				sum = 0 - sum;
			if (bits == 4)
				assert_int_equal(d.magnitude[num - 1][3], i == 2); /* the carry */
			assert_int_equal((uint64_t)sum, edge[i][0]);
			assert_int_equal((uint64_t)(sum >> 64), edge[i][1]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_the_largest_values_are_right_and_in_bounds),
		cmocka_unit_test(sums_differences_and_folds_keep_value_and_bound),
		cmocka_unit_test(canonical_values_are_below_q_and_unique),
		cmocka_unit_test(conversions_and_inversions_agree),
		cmocka_unit_test(points_with_large_coordinates_add_up),
		cmocka_unit_test(one_element_of_fq12_in_two_vectors_agrees),
		cmocka_unit_test(eight_elements_of_fq12_agree),
		cmocka_unit_test(multiples_in_a_comb_are_those_of_the_portable_comb),
		cmocka_unit_test(digits_add_up_to_the_scalar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
