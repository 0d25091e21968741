/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/isv_level.h"

#include <stdlib.h>
#include <string.h>

#include "host/when.h"

#define F "isv_level"

jurat_rc
tcb_read_date(const struct json_value *object, const char *field, int64_t *out, struct jurat_diag *d)
{
	const char *text;
	jurat_rc rc = json_get_string(object, field, &text, d);

	if (rc == JURAT_OK && !when_parse(out, text, strlen(text)))
		rc = jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, WHEN_TEXT_LEN, strlen(text));
	return rc;
}

jurat_rc
tcb_read_common(const struct json_value *level, struct tcb_level_common *out, struct jurat_diag *d)
{
	const char *status;
	jurat_rc rc = tcb_read_date(level, "tcb_level.tcbDate", &out->tcb_date, d);

	if (rc == JURAT_OK)
		rc = json_get_string(level, "tcb_level.tcbStatus", &status, d);
	if (rc == JURAT_OK && (!tcb_status_parse(&out->status, status) || !tcb_status_is_of_level(out->status)))
		rc = jurat_fail(d, JURAT_E_UNSUPPORTED, "tcb_level.tcbStatus", NO_OFFSET, 0, 0);
	if (rc != JURAT_OK || json_member(level, "advisoryIDs") == NULL)
		return rc;
	rc = json_get_array(level, "tcb_level.advisoryIDs", 0, TCB_MAX_ADVISORIES, &out->advisories, d);
	for (size_t i = 0; rc == JURAT_OK && i < json_count(out->advisories); i++) {
		if (json_text(json_at(out->advisories, i)) == NULL)
			rc = jurat_fail(d, JURAT_E_FORMAT, "tcb_level.advisoryIDs", NO_OFFSET, 0, i);
	}
	return rc;
}

static jurat_rc
read_level(const struct json_value *v, struct isv_level *level, unsigned allowed, struct jurat_diag *d)
{
	static const char *const names[] = { "tcb", "tcbDate", "tcbStatus", "advisoryIDs" };
	static const char *const tcb_names[] = { "isvsvn" };
	const struct json_value *tcb;
	int64_t svn = 0;
	jurat_rc rc = json_check_object(v, F, d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F, d);
	if (rc == JURAT_OK)
		rc = json_get_object(v, F ".tcb", &tcb, d);
	if (rc == JURAT_OK)
		rc = json_only(tcb, tcb_names, ARRAY_LEN(tcb_names), F ".tcb", d);
	if (rc == JURAT_OK)
		rc = json_get_integer(tcb, F ".tcb.isvsvn", 0, UINT16_MAX, &svn, d);
	if (rc == JURAT_OK)
		rc = tcb_read_common(v, &level->common, d);
	if (rc != JURAT_OK)
		return rc;
	if ((allowed & 1u << level->common.status) == 0)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, F ".tcbStatus", NO_OFFSET, 0, 0);
	level->isv_svn = (uint16_t)svn;
	return JURAT_OK;
}

/* Highest first, as Intel's library keeps them, so that the order in the file decides nothing. */
static int
compare(const void *a, const void *b)
{
	const struct isv_level *x = a, *y = b;

	return (int)y->isv_svn - (int)x->isv_svn;
}

static jurat_rc
sort(struct isv_levels *levels, struct jurat_diag *d)
{
	qsort(levels->level, levels->num, sizeof *levels->level, compare);
	for (size_t i = 1; i < levels->num; i++) {
		if (levels->level[i - 1].isv_svn == levels->level[i].isv_svn)
			return jurat_fail(d, JURAT_E_DUPLICATE, F ".tcb.isvsvn", NO_OFFSET, 0, 0);
	}
	return JURAT_OK;
}

jurat_rc
isv_levels_read(struct isv_levels *out, const struct json_value *identity, unsigned allowed, struct jurat_diag *d)
{
	struct isv_levels levels = { 0 };
	const struct json_value *list;
	jurat_rc rc = json_get_array(identity, "identity.tcbLevels", 1, TCB_MAX_LEVELS, &list, d);

	if (rc != JURAT_OK)
		return rc;
	levels.num = json_count(list);
	levels.level = calloc(levels.num, sizeof *levels.level);
	if (levels.level == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "identity.tcbLevels", NO_OFFSET, 0, 0);
	for (size_t i = 0; rc == JURAT_OK && i < levels.num; i++)
		rc = read_level(json_at(list, i), &levels.level[i], allowed, d);
	if (rc == JURAT_OK)
		rc = sort(&levels, d);
	if (rc == JURAT_OK)
		*out = levels;
	else
		isv_levels_clear(&levels);
	return rc;
}

void
isv_levels_clear(struct isv_levels *levels)
{
	free(levels->level);
	*levels = (struct isv_levels){ 0 };
}

const struct isv_level *
isv_levels_select(const struct isv_levels *levels, uint16_t isv_svn)
{
	for (size_t i = 0; i < levels->num; i++) {
		if (levels->level[i].isv_svn <= isv_svn)
			return &levels->level[i];
	}
	return NULL;
}

const struct isv_level *
isv_levels_best(const struct isv_levels *levels)
{
	const struct isv_level *best = &levels->level[0];

	for (size_t i = 1; i < levels->num; i++) {
		if (levels->level[i].common.status <= best->common.status)
			best = &levels->level[i];
	}
	return best;
}
