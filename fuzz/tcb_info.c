/* SPDX-License-Identifier: Apache-2.0 */
/* tcb_info_parse: levels are sorted, and the best platform reaches the first of them. */
#include <stdlib.h>
#include <string.h>

#include "dcap/tcb_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcb_info info = { 0 };
	uint8_t best[TCB_NUM_COMPONENTS];

	if (tcb_info_parse(&info, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	memset(best, 0xff, sizeof best);
	if (info.num_levels == 0 || tcb_info_select(&info, best, UINT16_MAX, info.is_tdx ? best : NULL) != &info.levels[0])
		abort();
	for (size_t i = 1; i < info.num_levels; i++) {
		if (memcmp(info.levels[i - 1].components, info.levels[i].components, TCB_NUM_COMPONENTS) < 0)
			abort();
	}
	tcb_info_clear(&info);
	return 0;
}
