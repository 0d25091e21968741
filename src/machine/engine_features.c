/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Intel SDK's loader tells an enclave about the processor at INIT (system_features_t, facts of linux-sgx 2.26): an enclave
 * cannot ask CPUID. Nothing beyond SSE is offered unless XFRM lets the enclave use AVX, whatever this computer can do.
 */
#include "machine/engine_features.h"

#include <cpuid.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"

#define XFRM_AVX 0x4ull
#define FEATURE_GENERIC 0x1ull
#define FEATURE_SET_END (1ull << 63)
#define OFF_FEATURES 0
#define OFF_FEATURE_SET 16
#define OFF_CPUINFO 24
#define OFF_LEN 160
#define OFF_NUM_CORES 176

/* CPUID leaf 1: register, bit -> the SDK's own numbering. */
struct feature {
	bool ecx;
	unsigned bit;
	uint64_t sdk;
};

static const struct feature features[] = {
	{ false, 0, 0x2 },       /* FPU */
	{ false, 15, 0x4 },      /* CMOV */
	{ false, 23, 0x8 },      /* MMX */
	{ false, 24, 0x10 },     /* FXSAVE */
	{ false, 25, 0x20 },     /* SSE */
	{ false, 26, 0x40 },     /* SSE2 */
	{ true, 0, 0x80 },       /* SSE3 */
	{ true, 9, 0x100 },      /* SSSE3 */
	{ true, 19, 0x200 },     /* SSE4.1 */
	{ true, 20, 0x400 },     /* SSE4.2 */
	{ true, 22, 0x800 },     /* MOVBE */
	{ true, 23, 0x1000 },    /* POPCNT */
	{ true, 1, 0x2000 },     /* PCLMULQDQ */
	{ true, 25, 0x4000 },    /* AES */
	{ true, 30, 0x20000 },   /* RDRAND */
};

#define LEAF1_ECX_AVX (1u << 12 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 29) /* FMA, XSAVE, OSXSAVE, AVX, F16C */
#define LEAF7_EBX_AVX (1u << 5 | 0xdc230000u)                                /* AVX2 and all of AVX-512 */

/* Leaves 0, 1, 4 and 7, each at its own number in a table of eight. */
static void
fill_cpuinfo(uint8_t *table, bool with_avx)
{
	static const unsigned leaves[] = { 0, 1, 4, 7 };

	for (size_t i = 0; i < ARRAY_LEN(leaves); i++) {
		uint32_t r[4] = { 0, 0, 0, 0 };

		(void)__get_cpuid_count(leaves[i], 0, &r[0], &r[1], &r[2], &r[3]);
		if (leaves[i] == 1 && !with_avx)
			r[2] &= ~LEAF1_ECX_AVX;
		if (leaves[i] == 7 && !with_avx)
			r[1] &= ~LEAF7_EBX_AVX;
		for (size_t k = 0; k < 4; k++)
			store32le(table + 16 * leaves[i] + 4 * k, r[k]);
	}
}

void
engine_features(uint8_t out[ENGINE_FEATURES_LEN], uint64_t xfrm)
{
	uint32_t a, b, ecx = 0, edx = 0;
	uint64_t sdk = FEATURE_GENERIC;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	memset(out, 0, ENGINE_FEATURES_LEN);
	(void)__get_cpuid(1, &a, &b, &ecx, &edx);
	for (size_t i = 0; i < ARRAY_LEN(features); i++)
		if (((features[i].ecx ? ecx : edx) >> features[i].bit & 1) != 0)
			sdk |= features[i].sdk;
	store64le(out + OFF_FEATURES, sdk);
	store64le(out + OFF_FEATURE_SET, FEATURE_SET_END); /* no EDMM, no AEX-Notify */
	fill_cpuinfo(out + OFF_CPUINFO, (xfrm & XFRM_AVX) != 0);
	store64le(out + OFF_LEN, ENGINE_FEATURES_LEN);
	store32le(out + OFF_NUM_CORES, cores > 0 ? (uint32_t)cores : 1);
}
