/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extended state between two layouts: the signal frame's (XSAVE standard form with this processor's offsets, which CPUID names) and
 * the SSA's (the same form with Intel's offsets, SDM vol. 1 §13.4). AMD places AVX-512 and PKRU elsewhere.
 */
#include "machine/engine.h"

#include <cpuid.h>
#include <string.h>

#include "core/bytes.h"

#define LEGACY_LEN 416u /* x87 and XMM; behind it lie bytes that XSAVE leaves alone and the kernel uses for its own notes */
#define AREA_X87_A 0u   /* FCW ... FDP: 24 bytes */
#define MXCSR_OFF 24u
#define MXCSR_MASK_OFF 28u
#define ST_OFF 32u
#define XMM_OFF 160u
#define SW_OFF 464u     /* struct _fpx_sw_bytes */
#define HEADER_OFF 512u
#define HEADER_LEN 64u
#define FP_XSTATE_MAGIC1_ 0x46505853u
#define FX_LEN 512u
#define CPUID_7_OSPKE 0x10u /* ECX of leaf 7 */
#define X87 0x1u
#define SSE 0x2u

struct component {
	unsigned bit;
	uint32_t len;
	uint32_t intel_off;
};

enum { PKRU = 4 }; /* its place in the table */

static const struct component components[] = {
	{ 2, 256, 576 },     /* AVX */
	{ 5, 64, 1088 },     /* AVX-512 opmask */
	{ 6, 512, 1152 },    /* ZMM_Hi256 */
	{ 7, 1024, 1664 },   /* Hi16_ZMM */
	[PKRU] = { 9, 8, 2688 },
	{ 17, 64, 2752 },    /* AMX TILECFG */
	{ 18, 8192, 2816 },  /* AMX TILEDATA */
};

_Static_assert(ARRAY_LEN(components) == XSTATE_NUM_COMPONENTS, "engine.h");

/* What CPUID says of this computer: written once by xstate_probe. */
static struct xstate_layout here = { .xfrm = X87 | SSE };

/* Whether the kernel uses protection keys: written once by xstate_probe. */
static bool has_keys;

static uint64_t
read_xcr0(void)
{
	uint32_t lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (uint64_t)hi << 32 | lo;
}

void
xstate_probe(void)
{
	uint32_t a, b, c, dd;
	uint64_t xcr0;

	if (!__get_cpuid(1, &a, &b, &c, &dd) || (c & bit_OSXSAVE) == 0)
		return;
	xcr0 = read_xcr0();
	has_keys = __get_cpuid_count(7, 0, &a, &b, &c, &dd) && (c & CPUID_7_OSPKE) != 0;
	for (size_t i = 0; i < ARRAY_LEN(components); i++) {
		if ((xcr0 >> components[i].bit & 1) == 0 || !__get_cpuid_count(0xd, components[i].bit, &a, &b, &c, &dd))
			continue;
		if (a != components[i].len)
			continue;
		here.off[i] = b;
		here.xfrm |= 1ull << components[i].bit;
	}
}

const struct xstate_layout *
xstate_host(void)
{
	return &here;
}

uint32_t
xstate_open_keys(void)
{
	uint32_t keys = 0, d;

	if (!has_keys)
		return 0;
	__asm__ volatile("rdpkru" : "=a"(keys), "=d"(d) : "c"(0));
	xstate_set_keys(0);
	return keys;
}

void
xstate_set_keys(uint32_t keys)
{
	if (has_keys)
		__asm__ volatile("wrpkru" : : "a"(keys), "c"(0), "d"(0) : "memory");
}

/* Whether the kernel wrote an XSAVE area, not only FXSAVE's; *out_features says of what. */
static bool
has_header(const uint8_t *fp, uint64_t *out_features)
{
	if (load32le(fp + SW_OFF) != FP_XSTATE_MAGIC1_)
		return false;
	*out_features = load64le(fp + SW_OFF + 8);
	return true;
}

size_t
xstate_frame_len(const uint8_t *fp)
{
	uint64_t features;

	return has_header(fp, &features) ? load32le(fp + SW_OFF + 4) : FX_LEN;
}

void
xstate_save(const struct xstate_layout *host, uint8_t *ssa, const uint8_t *fp, uint64_t xfrm)
{
	uint64_t features = 0, present = X87 | SSE;

	memcpy(ssa, fp, LEGACY_LEN);
	memset(ssa + LEGACY_LEN, 0, FX_LEN - LEGACY_LEN);
	if (has_header(fp, &features))
		present = load64le(fp + HEADER_OFF) | X87 | SSE;
	memset(ssa + HEADER_OFF, 0, HEADER_LEN);
	store64le(ssa + HEADER_OFF, present & xfrm);
	for (size_t i = 0; i < ARRAY_LEN(components); i++) {
		uint64_t bit = 1ull << components[i].bit;

		if ((xfrm & bit) == 0)
			continue;
		/* what is in its initial state was not written to the frame: never copy what lies there */
		if ((features & present & bit) != 0)
			memcpy(ssa + components[i].intel_off, fp + host->off[i], components[i].len);
		else
			memset(ssa + components[i].intel_off, 0, components[i].len);
	}
}

void
xstate_init(uint8_t *fp, uint64_t xfrm)
{
	uint64_t features;
	uint32_t mxcsr_mask = load32le(fp + MXCSR_MASK_OFF);

	memset(fp, 0, LEGACY_LEN);
	fp[0] = 0x7f; /* FCW 0x037f */
	fp[1] = 0x03;
	store32le(fp + MXCSR_OFF, 0x1f80);
	store32le(fp + MXCSR_MASK_OFF, mxcsr_mask);
	if (has_header(fp, &features))
		store64le(fp + HEADER_OFF, load64le(fp + HEADER_OFF) & ~(xfrm | X87 | SSE));
}

void
xstate_pass_keys(uint8_t *fp)
{
	uint64_t features, bit = 1ull << components[PKRU].bit;
	uint32_t keys;

	if (!has_keys || !has_header(fp, &features) || (features & here.xfrm & bit) == 0)
		return;
	keys = xstate_open_keys();
	xstate_set_keys(keys);
	store64le(fp + here.off[PKRU], keys);
	store64le(fp + HEADER_OFF, load64le(fp + HEADER_OFF) | bit);
}

/* XRSTOR's own checks: a reserved MXCSR bit, a header bit outside XFRM, the compacted form. */
static bool
loadable(const uint8_t *fp, const uint8_t *ssa, uint64_t xfrm)
{
	uint32_t mask = load32le(fp + MXCSR_MASK_OFF);

	if (mask == 0)
		mask = 0xffbf;
	if ((load32le(ssa + MXCSR_OFF) & ~mask) != 0 || (load64le(ssa + HEADER_OFF) & ~xfrm) != 0)
		return false;
	for (unsigned i = 8; i < 24; i++)
		if (ssa[HEADER_OFF + i] != 0)
			return false;
	return true;
}

static void
load_legacy(uint8_t *fp, const uint8_t *ssa, uint64_t present)
{
	if ((present & X87) != 0) {
		memcpy(fp + AREA_X87_A, ssa + AREA_X87_A, MXCSR_OFF);
		memcpy(fp + ST_OFF, ssa + ST_OFF, XMM_OFF - ST_OFF);
	}
	memcpy(fp + MXCSR_OFF, ssa + MXCSR_OFF, 4); /* XRSTOR loads it whatever the header says */
	if ((present & SSE) != 0)
		memcpy(fp + XMM_OFF, ssa + XMM_OFF, LEGACY_LEN - XMM_OFF);
}

bool
xstate_load(const struct xstate_layout *host, uint8_t *fp, const uint8_t *ssa, uint64_t xfrm)
{
	uint64_t features = 0, present, in_frame;

	if (!loadable(fp, ssa, xfrm))
		return false;
	present = load64le(ssa + HEADER_OFF);
	xstate_init(fp, xfrm);
	load_legacy(fp, ssa, present);
	if (!has_header(fp, &features))
		return true;
	in_frame = load64le(fp + HEADER_OFF) | X87 | SSE;
	for (size_t i = 0; i < ARRAY_LEN(components); i++) {
		uint64_t bit = 1ull << components[i].bit;

		if ((xfrm & present & features & bit) == 0)
			continue;
		memcpy(fp + host->off[i], ssa + components[i].intel_off, components[i].len);
		in_frame |= bit;
	}
	store64le(fp + HEADER_OFF, in_frame);
	return true;
}
