/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/tcb_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/when.h"

#define F "tcb_info"

jurat_rc
tcb_read_date(const struct json_t *object, const char *field, int64_t *out, struct jurat_diag *d)
{
	const char *text;
	jurat_rc rc = json_get_string(object, field, &text, d);

	if (rc == JURAT_OK && !when_parse(out, text, strlen(text)))
		rc = jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, WHEN_TEXT_LEN, strlen(text));
	return rc;
}

jurat_rc
tcb_read_common(const struct json_t *level, struct tcb_level_common *out, struct jurat_diag *d)
{
	const char *status;
	jurat_rc rc = tcb_read_date(level, "tcb_level.tcbDate", &out->tcb_date, d);

	if (rc == JURAT_OK)
		rc = json_get_string(level, "tcb_level.tcbStatus", &status, d);
	if (rc == JURAT_OK && !tcb_status_parse(&out->status, status))
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

/* read_component_v3: { svn, category?, type? }. */
static jurat_rc
read_component_v3(const struct json_t *v, uint8_t *out, struct jurat_diag *d)
{
	static const char *const names[] = { "svn", "category", "type" };
	const char *text;
	int64_t svn = 0;
	jurat_rc rc = json_check_object(v, F ".sgxtcbcomponents", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".sgxtcbcomponents", d);
	if (rc == JURAT_OK)
		rc = json_get_integer(v, F ".sgxtcbcomponents.svn", 0, 255, &svn, d);
	if (rc == JURAT_OK && json_member(v, "category") != NULL)
		rc = json_get_string(v, F ".sgxtcbcomponents.category", &text, d);
	if (rc == JURAT_OK && json_member(v, "type") != NULL)
		rc = json_get_string(v, F ".sgxtcbcomponents.type", &text, d);
	if (rc == JURAT_OK)
		*out = (uint8_t)svn;
	return rc;
}

static jurat_rc
read_components_v3(const struct json_t *tcb, struct tcb_level *level, struct jurat_diag *d)
{
	static const char *const names[] = { "sgxtcbcomponents", "pcesvn" };
	const struct json_t *list;
	jurat_rc rc = json_only(tcb, names, ARRAY_LEN(names), F ".tcbLevels.tcb", d);

	if (rc == JURAT_OK)
		rc = json_get_array(tcb, F ".sgxtcbcomponents", TCB_NUM_COMPONENTS, TCB_NUM_COMPONENTS, &list, d);
	for (size_t i = 0; rc == JURAT_OK && i < TCB_NUM_COMPONENTS; i++)
		rc = read_component_v3(json_at(list, i), &level->components[i], d);
	return rc;
}

/* read_components_v2: sgxtcbcomp01svn … sgxtcbcomp16svn and pcesvn, nothing else. */
static jurat_rc
read_components_v2(const struct json_t *tcb, struct tcb_level *level, struct jurat_diag *d)
{
	char name[TCB_NUM_COMPONENTS][24];
	const char *names[TCB_NUM_COMPONENTS + 1];
	jurat_rc rc;

	for (size_t i = 0; i < TCB_NUM_COMPONENTS; i++) {
		snprintf(name[i], sizeof name[i], "sgxtcbcomp%02zusvn", i + 1);
		names[i] = name[i];
	}
	names[TCB_NUM_COMPONENTS] = "pcesvn";
	rc = json_only(tcb, names, ARRAY_LEN(names), F ".tcbLevels.tcb", d);
	for (size_t i = 0; rc == JURAT_OK && i < TCB_NUM_COMPONENTS; i++) {
		struct jurat_diag local = { 0 }; /* its field would outlive the name */
		int64_t svn = 0;

		rc = json_get_integer(tcb, names[i], 0, 255, &svn, &local);
		if (rc != JURAT_OK)
			return jurat_fail(d, rc, F ".tcbLevels.tcb.sgxtcbcompNNsvn", NO_OFFSET, 255, i + 1);
		level->components[i] = (uint8_t)svn;
	}
	return rc;
}

static jurat_rc
read_level(const struct json_t *v, unsigned version, struct tcb_level *level, struct jurat_diag *d)
{
	static const char *const names[] = { "tcb", "tcbDate", "tcbStatus", "advisoryIDs" };
	const struct json_t *tcb;
	int64_t pce_svn = 0;
	jurat_rc rc = json_check_object(v, F ".tcbLevels", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".tcbLevels", d);
	if (rc == JURAT_OK)
		rc = json_get_object(v, F ".tcbLevels.tcb", &tcb, d);
	if (rc == JURAT_OK)
		rc = version == 3 ? read_components_v3(tcb, level, d) : read_components_v2(tcb, level, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(tcb, F ".tcbLevels.tcb.pcesvn", 0, UINT16_MAX, &pce_svn, d);
	if (rc != JURAT_OK)
		return rc;
	level->pce_svn = (uint16_t)pce_svn;
	return tcb_read_common(v, &level->common, d);
}

/* Highest first, as Intel's library keeps them, so that the order in the file decides nothing. */
static int
compare_levels(const void *a, const void *b)
{
	const struct tcb_level *x = a, *y = b;
	int c = memcmp(y->components, x->components, sizeof x->components);

	return c != 0 ? c : (int)y->pce_svn - (int)x->pce_svn;
}

static jurat_rc
read_levels(struct tcb_info *info, struct jurat_diag *d)
{
	const struct json_t *list;
	jurat_rc rc = json_get_array(info->document, F ".tcbLevels", 1, TCB_MAX_LEVELS, &list, d);

	if (rc != JURAT_OK)
		return rc;
	info->num_levels = json_count(list);
	info->levels = calloc(info->num_levels, sizeof *info->levels);
	if (info->levels == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F ".tcbLevels", NO_OFFSET, 0, 0);
	for (size_t i = 0; rc == JURAT_OK && i < info->num_levels; i++)
		rc = read_level(json_at(list, i), info->version, &info->levels[i], d);
	if (rc != JURAT_OK)
		return rc;
	qsort(info->levels, info->num_levels, sizeof *info->levels, compare_levels);
	for (size_t i = 1; i < info->num_levels; i++) {
		if (compare_levels(&info->levels[i - 1], &info->levels[i]) == 0)
			return jurat_fail(d, JURAT_E_DUPLICATE, F ".tcbLevels", NO_OFFSET, 0, 0);
	}
	return JURAT_OK;
}

/* read_kind: version and id decide which members may follow. */
static jurat_rc
read_kind(struct tcb_info *info, struct jurat_diag *d)
{
	static const char *const names[] = { "version", "issueDate", "nextUpdate", "fmspc", "pceId", "tcbType",
		"tcbEvaluationDataNumber", "tcbLevels", "id" };
	const char *id;
	int64_t version = 0;
	jurat_rc rc = json_get_integer(info->document, F ".version", 0, INT32_MAX, &version, d);

	if (rc != JURAT_OK)
		return rc;
	if (version != 2 && version != 3)
		return jurat_fail(d, JURAT_E_VERSION, F ".version", NO_OFFSET, 3, (uint64_t)version);
	info->version = (unsigned)version;
	if (version == 3) {
		rc = json_get_string(info->document, F ".id", &id, d);
		if (rc != JURAT_OK)
			return rc;
		if (strcmp(id, "SGX") != 0)
			return jurat_fail(d, strcmp(id, "TDX") == 0 ? JURAT_E_UNSUPPORTED : JURAT_E_FORMAT, F ".id", NO_OFFSET, 0, 0);
	}
	return json_only(info->document, names, ARRAY_LEN(names) - (version == 2), F, d);
}

static jurat_rc
read_members(struct tcb_info *info, struct jurat_diag *d)
{
	const struct json_t *o = info->document;
	int64_t type;
	jurat_rc rc = read_kind(info, d);

	if (rc == JURAT_OK)
		rc = tcb_read_date(o, F ".issueDate", &info->issue_date, d);
	if (rc == JURAT_OK)
		rc = tcb_read_date(o, F ".nextUpdate", &info->next_update, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, F ".fmspc", info->fmspc, sizeof info->fmspc, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, F ".pceId", info->pce_id, sizeof info->pce_id, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(o, F ".tcbType", 0, 0, &type, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(o, F ".tcbEvaluationDataNumber", 0, INT32_MAX, &info->evaluation_number, d);
	return rc == JURAT_OK ? read_levels(info, d) : rc;
}

jurat_rc
tcb_info_parse(struct tcb_info *out, const char *text, size_t len, struct jurat_diag *d)
{
	struct tcb_info info = { 0 };
	jurat_rc rc = json_parse(&info.document, text, len, TCB_INFO_MAX_LEN, F, d);

	if (rc == JURAT_OK)
		rc = read_members(&info, d);
	if (rc != JURAT_OK) {
		tcb_info_clear(&info);
		return rc;
	}
	sha256_once(info.digest, text, len);
	*out = info;
	return JURAT_OK;
}

void
tcb_info_clear(struct tcb_info *info)
{
	free(info->levels);
	json_free(info->document);
	*info = (struct tcb_info){ 0 };
}

static bool
reaches(const struct tcb_level *level, const uint8_t *components, uint16_t pce_svn)
{
	for (size_t i = 0; i < TCB_NUM_COMPONENTS; i++) {
		if (components[i] < level->components[i])
			return false;
	}
	return pce_svn >= level->pce_svn;
}

const struct tcb_level *
tcb_info_select(const struct tcb_info *info, const uint8_t components[TCB_NUM_COMPONENTS], uint16_t pce_svn)
{
	for (size_t i = 0; i < info->num_levels; i++) {
		if (reaches(&info->levels[i], components, pce_svn))
			return &info->levels[i];
	}
	return NULL;
}
