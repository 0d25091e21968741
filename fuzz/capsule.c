/* SPDX-License-Identifier: Apache-2.0 */
/* capsule_parse and capsule_replay: an accepted capsule's parts lie inside it, and only a verdict that is found again comes back. */
#include <stdlib.h>
#include <string.h>

#include "appraisal/capsule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_inside(const uint8_t *data, size_t size, const void *p, size_t len)
{
	const uint8_t *at = p;

	if (at < data || len > size || at > data + size - len)
		abort();
}

static void
replay(const struct capsule *c)
{
	struct jurat_trust *root = NULL;
	struct jurat_verdict *v = NULL;

	if (c->input.trust_len != 0 && jurat_trust_parse(&root, c->input.trust, c->input.trust_len, NULL) != JURAT_OK)
		return;
	if (capsule_replay(&v, c, root != NULL ? root : jurat_trust_intel(), NULL) == JURAT_OK && v == NULL)
		abort();
	jurat_verdict_free(v);
	jurat_trust_free(root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capsule c;

	if (capsule_parse(&c, data, size, NULL) != JURAT_OK)
		return 0;
	check_inside(data, size, c.input.quote, c.input.quote_len);
	check_inside(data, size, c.input.collateral, c.input.collateral_len);
	check_inside(data, size, c.input.trust, c.input.trust_len);
	check_inside(data, size, c.input.policy, c.input.policy_len);
	check_inside(data, size, c.verdict, c.verdict_len);
	replay(&c);
	return 0;
}
