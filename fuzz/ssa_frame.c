/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SSA frame's extended state, as an enclave may leave it for ERESUME: refused without an effect, or loaded so that saving it again gives
 * a frame that loads to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "machine/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FP_LEN = 16384, SSA_LEN = 16384, FX_LEN = 512 };

/* A signal frame as the kernel writes it. */
static void
signal_frame(uint8_t fp[FP_LEN], uint64_t features)
{
	memset(fp, 0, FP_LEN);
	store32le(fp + 28, 0xffff);
	store32le(fp + 464, 0x46505853);
	store32le(fp + 468, FP_LEN);
	store64le(fp + 472, features);
	store64le(fp + FX_LEN, 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t fp[FP_LEN], before[FP_LEN], again[FP_LEN], ssa[SSA_LEN];
	uint64_t xfrm;

	xstate_probe();
	xfrm = size % 2 == 0 ? 3 : xstate_host()->xfrm;
	memset(ssa, 0, sizeof ssa);
	memcpy(ssa, data, size < sizeof ssa ? size : sizeof ssa);
	signal_frame(fp, xstate_host()->xfrm);
	memcpy(before, fp, sizeof fp);
	if (!xstate_load(xstate_host(), fp, ssa, xfrm)) {
		if (memcmp(fp, before, sizeof fp) != 0)
			abort();
		return 0;
	}
	if ((load64le(fp + FX_LEN) & ~(xstate_host()->xfrm | 3)) != 0)
		abort();
	xstate_save(xstate_host(), ssa, fp, xfrm);
	memcpy(again, before, sizeof again);
	if (!xstate_load(xstate_host(), again, ssa, xfrm) || memcmp(again, fp, sizeof again) != 0)
		abort();
	return 0;
}
