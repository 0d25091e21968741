/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hard part of the final exponentiation. No guard: included once for each form of an element (pairing_ifma.h), which is FQ12_ELEMENT with operations
 * GT(sqr) and FQ12(mul, conj, frobenius).
 */

/* a^u for a of norm 1, where conj is the inverse */
LANE_CALL void
GT(exp_u)(FQ12_ELEMENT *r, const FQ12_ELEMENT *a)
{
	FQ12_ELEMENT inverse, x = *a;

	FQ12(conj)(&inverse, a);
	for (unsigned i = 1; i < sizeof u_digits; i++) {
		GT(sqr)(&x, &x);
		if (u_digits[i] != 0)
			FQ12(mul)(&x, &x, u_digits[i] > 0 ? a : &inverse);
	}
	FQ12(conj)(r, &x);
}

/* What the hard part is made of: with a_n = a^(u^n), the factors y0 to y6 of a^((q^4 - q^2 + 1)/p) = y0 y1^2 y2^6 y3^12 y4^18 y5^30 y6^36. */
LANE_INLINE void
GT(hard_factors)(FQ12_ELEMENT y[7], const FQ12_ELEMENT *a)
{
	FQ12_ELEMENT a1, a2, a3, t;

	GT(exp_u)(&a1, a);
	GT(exp_u)(&a2, &a1);
	GT(exp_u)(&a3, &a2);
	FQ12(frobenius)(&y[0], a, 1);
	FQ12(frobenius)(&t, a, 2);
	FQ12(mul)(&y[0], &y[0], &t);
	FQ12(frobenius)(&t, a, 3);
	FQ12(mul)(&y[0], &y[0], &t);
	FQ12(conj)(&y[1], a);
	FQ12(frobenius)(&y[2], &a2, 2);
	FQ12(frobenius)(&t, &a1, 1);
	FQ12(conj)(&y[3], &t);
	FQ12(frobenius)(&t, &a2, 1);
	FQ12(mul)(&t, &t, &a1);
	FQ12(conj)(&y[4], &t);
	FQ12(conj)(&y[5], &a2);
	FQ12(frobenius)(&t, &a3, 1);
	FQ12(mul)(&t, &t, &a3);
	FQ12(conj)(&y[6], &t);
}

/* a^((q^4 - q^2 + 1)/p), exactly, for a of norm 1 (Scott and others, "On the final exponentiation"). */
LANE_CALL void
GT(hard_part)(FQ12_ELEMENT *r, const FQ12_ELEMENT *a)
{
	FQ12_ELEMENT y[7], t0, t1;

	GT(hard_factors)(y, a);
	GT(sqr)(&t0, &y[6]);
	FQ12(mul)(&t0, &t0, &y[4]);
	FQ12(mul)(&t0, &t0, &y[5]);
	FQ12(mul)(&t1, &y[3], &y[5]);
	FQ12(mul)(&t1, &t1, &t0);
	FQ12(mul)(&t0, &t0, &y[2]);
	GT(sqr)(&t1, &t1);
	FQ12(mul)(&t1, &t1, &t0);
	GT(sqr)(&t1, &t1);
	FQ12(mul)(&t0, &t1, &y[1]);
	FQ12(mul)(&t1, &t1, &y[0]);
	GT(sqr)(&t0, &t0);
	FQ12(mul)(r, &t1, &t0);
}

#undef GT
#undef FQ12
#undef FQ12_ELEMENT
