/* SPDX-License-Identifier: Apache-2.0 */
/* jurat_collateral_parse: never crashes; parts that could not be read say why. */
#include <stdlib.h>

#include "dcap/collateral.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_collateral *c = NULL;

	if (jurat_collateral_parse(&c, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	if (c->tcb_info_part.rc != c->tcb_info_part.diag.code || c->pck_crl_part.rc != c->pck_crl_part.diag.code)
		abort();
	jurat_collateral_free(c);
	return 0;
}
