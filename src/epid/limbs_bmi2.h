/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two loops of limbs.h for BMI2 and ADX: the same rows of mac, with two carry chains side by side (adcx, adox), which no compiler makes of C. Straight
 * lines, no branch; the C stands in limbs.h, and tests hold the sets of kernels against each other.
 */
#ifndef EPID_LIMBS_BMI2_H
#define EPID_LIMBS_BMI2_H

#include <stddef.h>

_Static_assert(offsetof(struct modulus, m) == 0 && offsetof(struct modulus, n0) == 64, "as the assembly below reads it");

/* Row i adds a * b[i] to the window of five registers that begins at limb i; its lowest limb is then final. */
ALWAYS_INLINE void
limbs_mul_wide(uint64_t *out, const uint64_t a[4], const uint64_t b[4])
{
	uint64_t r0, r1, r2, r3, r4, lo, hi, zero;

	__asm__ volatile(
	    "movq (%[b]), %%rdx; mulxq (%[a]), %[r0], %[r1]; mulxq 8(%[a]), %[lo], %[r2]\n"
	    "addq %[lo], %[r1]; mulxq 16(%[a]), %[lo], %[r3]; adcq %[lo], %[r2]\n"
	    "mulxq 24(%[a]), %[lo], %[r4]; adcq %[lo], %[r3]; adcq $0, %[r4]\n"
	    "movq %[r0], (%[out]); movq 8(%[b]), %%rdx; xorl %k[zero], %k[zero]\n"
	    "mulxq (%[a]), %[lo], %[hi]; adcxq %[lo], %[r1]; adoxq %[hi], %[r2]\n"
	    "mulxq 8(%[a]), %[lo], %[hi]; adcxq %[lo], %[r2]; adoxq %[hi], %[r3]\n"
	    "mulxq 16(%[a]), %[lo], %[hi]; adcxq %[lo], %[r3]; adoxq %[hi], %[r4]\n"
	    "mulxq 24(%[a]), %[lo], %[r0]; adcxq %[lo], %[r4]; adcxq %[zero], %[r0]\n"
	    "adoxq %[zero], %[r0]; movq %[r1], 8(%[out]); movq 16(%[b]), %%rdx\n"
	    "xorl %k[zero], %k[zero]; mulxq (%[a]), %[lo], %[hi]; adcxq %[lo], %[r2]\n"
	    "adoxq %[hi], %[r3]; mulxq 8(%[a]), %[lo], %[hi]; adcxq %[lo], %[r3]\n"
	    "adoxq %[hi], %[r4]; mulxq 16(%[a]), %[lo], %[hi]; adcxq %[lo], %[r4]\n"
	    "adoxq %[hi], %[r0]; mulxq 24(%[a]), %[lo], %[r1]; adcxq %[lo], %[r0]\n"
	    "adcxq %[zero], %[r1]; adoxq %[zero], %[r1]; movq %[r2], 16(%[out])\n"
	    "movq 24(%[b]), %%rdx; xorl %k[zero], %k[zero]; mulxq (%[a]), %[lo], %[hi]\n"
	    "adcxq %[lo], %[r3]; adoxq %[hi], %[r4]; mulxq 8(%[a]), %[lo], %[hi]\n"
	    "adcxq %[lo], %[r4]; adoxq %[hi], %[r0]; mulxq 16(%[a]), %[lo], %[hi]\n"
	    "adcxq %[lo], %[r0]; adoxq %[hi], %[r1]; mulxq 24(%[a]), %[lo], %[r2]\n"
	    "adcxq %[lo], %[r1]; adcxq %[zero], %[r2]; adoxq %[zero], %[r2]\n"
	    "movq %[r3], 24(%[out]); movq %[r4], 32(%[out]); movq %[r0], 40(%[out])\n"
	    "movq %[r1], 48(%[out]); movq %[r2], 56(%[out])\n"
	    : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4), [lo] "=&r"(lo), [hi] "=&r"(hi), [zero] "=&r"(zero)
	    : [out] "r"(out), [a] "r"(a), [b] "r"(b)
	    : "rdx", "cc", "memory");
}

/* As limbs_redc's C, but that the upper half of t is added at the end: the reduced lower half is at most m, so that no row overflows. t is not changed. */
ALWAYS_INLINE uint64_t
limbs_redc(uint64_t out[4], uint64_t t[8], const struct modulus *m)
{
	uint64_t r0, r1, r2, r3, r4, lo, hi, top;

	__asm__ volatile(
	    "movq 0(%[t]), %[r0]; movq 8(%[t]), %[r1]; movq 16(%[t]), %[r2]\n"
	    "movq 24(%[t]), %[r3]; movq %[r0], %%rdx; imulq 64(%[m]), %%rdx\n"
	    "xorl %k[top], %k[top]; mulxq (%[m]), %[lo], %[hi]; adcxq %[lo], %[r0]\n"
	    "adoxq %[hi], %[r1]; mulxq 8(%[m]), %[lo], %[hi]; adcxq %[lo], %[r1]\n"
	    "adoxq %[hi], %[r2]; mulxq 16(%[m]), %[lo], %[hi]; adcxq %[lo], %[r2]\n"
	    "adoxq %[hi], %[r3]; mulxq 24(%[m]), %[lo], %[r4]; adcxq %[lo], %[r3]\n"
	    "adcxq %[top], %[r4]; adoxq %[top], %[r4]; movq %[r1], %%rdx\n"
	    "imulq 64(%[m]), %%rdx; xorl %k[top], %k[top]; mulxq (%[m]), %[lo], %[hi]\n"
	    "adcxq %[lo], %[r1]; adoxq %[hi], %[r2]; mulxq 8(%[m]), %[lo], %[hi]\n"
	    "adcxq %[lo], %[r2]; adoxq %[hi], %[r3]; mulxq 16(%[m]), %[lo], %[hi]\n"
	    "adcxq %[lo], %[r3]; adoxq %[hi], %[r4]; mulxq 24(%[m]), %[lo], %[r0]\n"
	    "adcxq %[lo], %[r4]; adcxq %[top], %[r0]; adoxq %[top], %[r0]\n"
	    "movq %[r2], %%rdx; imulq 64(%[m]), %%rdx; xorl %k[top], %k[top]\n"
	    "mulxq (%[m]), %[lo], %[hi]; adcxq %[lo], %[r2]; adoxq %[hi], %[r3]\n"
	    "mulxq 8(%[m]), %[lo], %[hi]; adcxq %[lo], %[r3]; adoxq %[hi], %[r4]\n"
	    "mulxq 16(%[m]), %[lo], %[hi]; adcxq %[lo], %[r4]; adoxq %[hi], %[r0]\n"
	    "mulxq 24(%[m]), %[lo], %[r1]; adcxq %[lo], %[r0]; adcxq %[top], %[r1]\n"
	    "adoxq %[top], %[r1]; movq %[r3], %%rdx; imulq 64(%[m]), %%rdx\n"
	    "xorl %k[top], %k[top]; mulxq (%[m]), %[lo], %[hi]; adcxq %[lo], %[r3]\n"
	    "adoxq %[hi], %[r4]; mulxq 8(%[m]), %[lo], %[hi]; adcxq %[lo], %[r4]\n"
	    "adoxq %[hi], %[r0]; mulxq 16(%[m]), %[lo], %[hi]; adcxq %[lo], %[r0]\n"
	    "adoxq %[hi], %[r1]; mulxq 24(%[m]), %[lo], %[r2]; adcxq %[lo], %[r1]\n"
	    "adcxq %[top], %[r2]; adoxq %[top], %[r2]; addq 32(%[t]), %[r4]\n"
	    "adcq 40(%[t]), %[r0]; adcq 48(%[t]), %[r1]; adcq 56(%[t]), %[r2]\n"
	    "adcq $0, %[top]\n"
	    : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4), [lo] "=&r"(lo), [hi] "=&r"(hi), [top] "=&r"(top)
	    : [t] "r"(t), [m] "r"(m)
	    : "rdx", "cc", "memory");
	out[0] = r4;
	out[1] = r0;
	out[2] = r1;
	out[3] = r2;
	return top;
}

#endif
