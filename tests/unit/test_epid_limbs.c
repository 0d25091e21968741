/* SPDX-License-Identifier: Apache-2.0 */
/* The lowest floor of src/epid: the assembly for BMI2 and ADX against the C, and lazy reduction at the ends of the range that wide.h promises. */
#include "support.h"

#include <stdio.h>

#include "crypto/crypto.h"
#include "epid/kernels.h"
#include "epid/wide.h"

#define ROUNDS 20000

#if defined(__x86_64__)
#define limbs_mul_wide assembly_mul_wide
#define limbs_redc assembly_redc
#include "epid/limbs_bmi2.h"
#undef limbs_mul_wide
#undef limbs_redc
#endif

/* Every limb: random, or one of those where carries are. */
static void
some_limbs(uint64_t *out, size_t n)
{
	static const uint64_t edges[] = { 0, 1, UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 63 };
	uint8_t choice[8];

	assert_int_equal(crypto_random(out, n * sizeof *out), JURAT_OK);
	assert_int_equal(crypto_random(choice, sizeof choice), JURAT_OK);
	for (size_t i = 0; i < n; i++)
		if (choice[i] < 8 * ARRAY_LEN(edges))
			out[i] = edges[choice[i] / 8];
}

static void
assembly_computes_what_the_c_computes(void **state)
{
#if defined(__x86_64__)
	uint64_t a[4], b[4], c_wide[8], wide[8], c_out[4], out[4];

	(void)state;
	if (kernels_best() == &kernels_portable) {
		fputs("SKIPPED: this processor has no BMI2 or ADX\n", stderr);
		return;
	}
	for (int i = 0; i < ROUNDS; i++) {
		some_limbs(a, 4);
		some_limbs(b, 4);
		limbs_mul_wide(c_wide, a, b);
		assembly_mul_wide(wide, a, b);
		assert_memory_equal(wide, c_wide, sizeof wide);
		some_limbs(wide, 8);
		memcpy(c_wide, wide, sizeof wide);
		assert_int_equal(assembly_redc(out, wide, &fq_modulus), limbs_redc(c_out, c_wide, &fq_modulus));
		assert_memory_equal(out, c_out, sizeof out);
	}
#endif
}

/* n times s a b by addition of wide numbers, s = 1 or -1, reduced once; and the same with a reduction each. */
static void
try_sum(const struct fq *a, const struct fq *b, int n, bool negative)
{
	struct wide product, sum = { { 0 } };
	struct fq each, want = FQ_ZERO, got;

	wide_mul(&product, a, b);
	fq_mul(&each, a, b);
	for (int i = 0; i < n; i++) {
		if (negative) {
			wide_sub(&sum, &sum, &product);
			fq_sub(&want, &want, &each);
		} else {
			wide_add(&sum, &sum, &product);
			fq_add(&want, &want, &each);
		}
	}
	wide_reduce(&got, &sum);
	assert_memory_equal(&got, &want, sizeof got);
	if (n <= 2 && !negative) {
		wide_reduce_small(&got, &sum);
		assert_memory_equal(&got, &want, sizeof got);
	}
}

static void
sums_are_reduced_up_to_both_ends_of_the_range(void **state)
{
	struct fq largest = { { fq_modulus.m[0] - 1, fq_modulus.m[1], fq_modulus.m[2], fq_modulus.m[3] } };
	struct fq small = { { 1, 0, 0, 0 } }, zero = FQ_ZERO;

	(void)state;
	for (int n = 0; n <= WIDE_MAX; n++)
		for (int negative = 0; negative < 2; negative++) {
			try_sum(&largest, &largest, n, negative);
			try_sum(&largest, &small, n, negative);
			try_sum(&small, &small, n, negative);
			try_sum(&largest, &zero, n, negative);
			try_sum(&fq_one, &fq_one, n, negative);
		}
}

static void
small_multiples_are_sums(void **state)
{
	struct fq largest = { { fq_modulus.m[0] - 1, fq_modulus.m[1], fq_modulus.m[2], fq_modulus.m[3] } }, a, sum, got;

	(void)state;
	for (int i = 0; i < 200; i++) {
		some_limbs(a.v, 4);
		limbs_once(a.v, a.v, 0, &fq_modulus);
		if (i == 0)
			a = largest;
		sum = (struct fq)FQ_ZERO;
		for (unsigned k = 0; k < 40; k++) {
			fq_times(&got, &a, k);
			assert_memory_equal(&got, &sum, sizeof sum);
			fq_add(&sum, &sum, &a);
		}
	}
	fq_times(&got, &largest, UINT32_MAX); /* -(2^32 - 1) */
	fq_times(&a, &(struct fq){ { 1, 0, 0, 0 } }, UINT32_MAX);
	fq_neg(&a, &a);
	assert_memory_equal(&got, &a, sizeof got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assembly_computes_what_the_c_computes),
		cmocka_unit_test(sums_are_reduced_up_to_both_ends_of_the_range),
		cmocka_unit_test(small_multiples_are_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
