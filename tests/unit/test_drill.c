/* SPDX-License-Identifier: Apache-2.0 */
/* Our verifier over the whole drill: each defect is found by the check that the drill names, and what has none is accepted. */
#include "support.h"

#include <stdio.h>

#include "appraisal/verify.h"
#include "dcap/drill.h"

#define NOW 1795528800ll /* 2026-11-24T14:00:00Z */

struct count {
	struct jurat_trust *root;
	size_t num, num_accepted, num_wrong;
	char (*names)[80];
};

static void
judge(struct count *c, const struct drill_item *item)
{
	struct jurat_request request = { .quote = item->quote, .quote_len = item->quote_len, .root = c->root, .at_unix_s = item->at_unix_s };
	struct jurat_collateral *collateral = NULL;
	struct jurat_policy *policy = NULL;
	struct jurat_verdict *v = NULL;
	const struct jurat_check *decisive;
	const char *found;

	assert_int_equal(jurat_collateral_parse(&collateral, item->collateral, strlen(item->collateral), NULL), JURAT_OK);
	assert_int_equal(jurat_policy_parse(&policy, item->policy, strlen(item->policy), NULL), JURAT_OK);
	request.collateral = collateral;
	request.policy = policy;
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	decisive = jurat_verdict_decisive(v);
	found = decisive != NULL ? decisive->name : "(accepted)";
	if (strcmp(found, item->check != NULL ? item->check : "(accepted)") != 0 || jurat_verdict_exit_code(v) != item->exit_code) {
		print_error("%s: decided by %s with exit %d, wanted %s with %d\n", item->name, found, jurat_verdict_exit_code(v),
		    item->check != NULL ? item->check : "(accepted)", item->exit_code);
		c->num_wrong++;
	}
	c->num_accepted += item->check == NULL;
	jurat_verdict_free(v);
	jurat_policy_free(policy);
	jurat_collateral_free(collateral);
}

static jurat_rc
take(void *ctx, const struct drill_item *item)
{
	struct count *c = ctx;

	for (size_t i = 0; i < c->num; i++)
		assert_string_not_equal(c->names[i], item->name);
	c->names = realloc(c->names, (c->num + 1) * sizeof *c->names);
	assert_non_null(c->names);
	assert_true(strlen(item->name) < sizeof *c->names);
	assert_int_equal(strspn(item->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(item->name));
	memcpy(c->names[c->num++], item->name, strlen(item->name) + 1);
	judge(c, item);
	return JURAT_OK;
}

static void
every_defect_is_found_by_its_check_and_nothing_else_is_refused(void **state)
{
	struct count c = { 0 };
	struct drill_world w;
	struct jurat_diag d = { 0 };
	char *trust = NULL;

	assert_int_equal(drill_world_new(&w, "drill", NOW, NULL), JURAT_OK);
	assert_int_equal(drill_trust(&trust, &w), JURAT_OK);
	assert_int_equal(jurat_trust_parse(&c.root, trust, strlen(trust), NULL), JURAT_OK);
	if (drill_each(&w, NOW, take, &c, &d) != JURAT_OK)
		fail_msg("item %zu, after %s: %s", c.num, c.num != 0 ? c.names[c.num - 1] : "none", d.field);
	assert_int_equal(c.num_wrong, 0);
	assert_true(c.num > 3000);
	assert_true(c.num_accepted > 100);
	free(trust);
	free(c.names);
	jurat_trust_free(c.root);
	drill_world_clear(&w);
}

static jurat_rc
stop(void *ctx, const struct drill_item *item)
{
	unsigned *num = ctx;

	return ++*num == 3 ? JURAT_E_NO_SPACE : JURAT_OK;
}

static void
drill_stops_where_its_taker_fails(void **state)
{
	struct drill_world w;
	unsigned num = 0;

	assert_int_equal(drill_world_new(&w, "drill", NOW, NULL), JURAT_OK);
	assert_int_equal(drill_each(&w, NOW, stop, &num, NULL), JURAT_E_NO_SPACE);
	assert_int_equal(num, 3);
	drill_world_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_defect_is_found_by_its_check_and_nothing_else_is_refused),
		cmocka_unit_test(drill_stops_where_its_taker_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
