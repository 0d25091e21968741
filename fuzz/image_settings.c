/* SPDX-License-Identifier: Apache-2.0 */
/* The author's settings: what is accepted lies in the documented ranges. */
#include <stdint.h>
#include <stdlib.h>

#include "image/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image_settings s;

	if (image_settings_parse(&s, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	if (s.num_tcs == 0 || s.num_tcs > IMAGE_TCS_MAX || s.stack_pages == 0 || s.stack_pages > IMAGE_STACK_PAGES_MAX ||
	    s.heap_pages > IMAGE_HEAP_PAGES_MAX || s.ssa_frame_pages == 0 || s.ssa_frame_pages > IMAGE_SSA_MAX || s.num_ssa == 0 ||
	    s.num_ssa > IMAGE_SSA_MAX || (s.attributes.flags & SGX_FLAGS_MODE64BIT) == 0 || (s.attributes.flags & SGX_FLAGS_INIT) != 0)
		abort();
	return 0;
}
