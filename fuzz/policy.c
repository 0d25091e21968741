/* SPDX-License-Identifier: Apache-2.0 */
/* jurat_policy_parse: an accepted policy names at least one identity and one status, never Revoked, and can be told in printable words. */
#include <stdlib.h>

#include "captured.h"
#include "cli/policy.h"
#include "verdict_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
print(const struct jurat_policy *p)
{
	struct captured c = { 0 };
	char *text;

	captured_begin(&c);
	policy_print(p);
	text = captured_end(&c);
	if (!is_printable(text))
		abort();
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_policy *p = NULL;
	unsigned num = 0;

	if (jurat_policy_parse(&p, (const char *)data, size, NULL) != JURAT_OK)
		return 0;
	for (unsigned i = 0; i < TCB_NUM_STATUSES; i++)
		num += p->statuses[i].named;
	if (num == 0 || p->num_identities == 0 || p->statuses[TCB_REVOKED].named)
		abort();
	print(p);
	jurat_policy_free(p);
	return 0;
}
