/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/tcb_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/hex.h"

#define F "tcb_info"

/* read_component: { svn, category?, type? }, of either list. */
static jurat_rc
read_component(const struct json_value *v, uint8_t *out, struct jurat_diag *d)
{
	static const char *const names[] = { "svn", "category", "type" };
	const char *text;
	int64_t svn = 0;
	jurat_rc rc = json_check_object(v, F ".tcbcomponents", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".tcbcomponents", d);
	if (rc == JURAT_OK)
		rc = json_get_integer(v, F ".tcbcomponents.svn", 0, 255, &svn, d);
	if (rc == JURAT_OK && json_member(v, "category") != NULL)
		rc = json_get_string(v, F ".tcbcomponents.category", &text, d);
	if (rc == JURAT_OK && json_member(v, "type") != NULL)
		rc = json_get_string(v, F ".tcbcomponents.type", &text, d);
	if (rc == JURAT_OK)
		*out = (uint8_t)svn;
	return rc;
}

static jurat_rc
read_components(const struct json_value *tcb, const char *field, uint8_t out[TCB_NUM_COMPONENTS], struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc = json_get_array(tcb, field, TCB_NUM_COMPONENTS, TCB_NUM_COMPONENTS, &list, d);

	for (size_t i = 0; rc == JURAT_OK && i < TCB_NUM_COMPONENTS; i++)
		rc = read_component(json_at(list, i), &out[i], d);
	return rc;
}

static jurat_rc
read_components_v3(const struct json_value *tcb, bool is_tdx, struct tcb_level *level, struct jurat_diag *d)
{
	static const char *const names[] = { "sgxtcbcomponents", "pcesvn", "tdxtcbcomponents" };
	jurat_rc rc = json_only(tcb, names, ARRAY_LEN(names) - !is_tdx, F ".tcbLevels.tcb", d);

	if (rc == JURAT_OK)
		rc = read_components(tcb, F ".sgxtcbcomponents", level->components, d);
	if (rc == JURAT_OK && is_tdx)
		rc = read_components(tcb, F ".tdxtcbcomponents", level->tdx_components, d);
	return rc;
}

/* read_components_v2: sgxtcbcomp01svn … sgxtcbcomp16svn and pcesvn, nothing else. */
static jurat_rc
read_components_v2(const struct json_value *tcb, struct tcb_level *level, struct jurat_diag *d)
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
read_level(const struct json_value *v, const struct tcb_info *info, struct tcb_level *level, struct jurat_diag *d)
{
	static const char *const names[] = { "tcb", "tcbDate", "tcbStatus", "advisoryIDs" };
	const struct json_value *tcb;
	int64_t pce_svn = 0;
	jurat_rc rc = json_check_object(v, F ".tcbLevels", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".tcbLevels", d);
	if (rc == JURAT_OK)
		rc = json_get_object(v, F ".tcbLevels.tcb", &tcb, d);
	if (rc == JURAT_OK)
		rc = info->version == 3 ? read_components_v3(tcb, info->is_tdx, level, d) : read_components_v2(tcb, level, d);
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

	if (c == 0)
		c = (int)y->pce_svn - (int)x->pce_svn;
	return c != 0 ? c : memcmp(y->tdx_components, x->tdx_components, sizeof x->tdx_components);
}

static void
copy_word(char out[TCB_WORD_LEN + 1], const struct json_value *component, const char *key)
{
	const char *text = json_text(json_member(component, key));
	size_t len = text != NULL ? strlen(text) : 0;

	if (len <= TCB_WORD_LEN && len == strspn(text != NULL ? text : "", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/- "))
		memcpy(out, text != NULL ? text : "", len + 1);
}

static void
read_words(struct tcb_component_words out[TCB_NUM_COMPONENTS], const struct json_value *level, const char *member)
{
	const struct json_value *list = json_member(json_member(level, "tcb"), member);

	for (size_t i = 0; i < json_count(list) && i < TCB_NUM_COMPONENTS; i++) {
		copy_word(out[i].category, json_at(list, i), "category");
		copy_word(out[i].type, json_at(list, i), "type");
	}
}

static jurat_rc
read_levels(struct tcb_info *info, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc = json_get_array(info->document, F ".tcbLevels", 1, TCB_MAX_LEVELS, &list, d);

	if (rc != JURAT_OK)
		return rc;
	info->num_levels = json_count(list);
	info->levels = calloc(info->num_levels, sizeof *info->levels);
	if (info->levels == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F ".tcbLevels", NO_OFFSET, 0, 0);
	for (size_t i = 0; rc == JURAT_OK && i < info->num_levels; i++)
		rc = read_level(json_at(list, i), info, &info->levels[i], d);
	if (rc != JURAT_OK)
		return rc;
	read_words(info->words, json_at(list, 0), "sgxtcbcomponents");
	read_words(info->tdx_words, json_at(list, 0), "tdxtcbcomponents");
	qsort(info->levels, info->num_levels, sizeof *info->levels, compare_levels);
	for (size_t i = 1; i < info->num_levels; i++) {
		if (compare_levels(&info->levels[i - 1], &info->levels[i]) == 0)
			return jurat_fail(d, JURAT_E_DUPLICATE, F ".tcbLevels", NO_OFFSET, 0, 0);
	}
	return JURAT_OK;
}

static jurat_rc
read_module(const struct json_value *v, struct tdx_module *out, struct jurat_diag *d)
{
	uint8_t attributes[8], mask[8];
	jurat_rc rc = json_get_hex(v, F ".tdxModule.mrsigner", out->mrsigner, sizeof out->mrsigner, d);

	if (rc == JURAT_OK)
		rc = json_get_hex(v, F ".tdxModule.attributes", attributes, sizeof attributes, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(v, F ".tdxModule.attributesMask", mask, sizeof mask, d);
	if (rc != JURAT_OK)
		return rc;
	out->attributes = load64le(attributes);
	out->attributes_mask = load64le(mask);
	return JURAT_OK;
}

/* read_module_version: "TDX_" and two hex digits of either case. */
static jurat_rc
read_module_version(const struct json_value *v, uint8_t *out, struct jurat_diag *d)
{
	const char *id;
	jurat_rc rc = json_get_string(v, F ".tdxModuleIdentities.id", &id, d);

	if (rc == JURAT_OK && (strncmp(id, "TDX_", 4) != 0 || !hex_decode(out, 1, id + 4, strlen(id + 4))))
		rc = jurat_fail(d, JURAT_E_FORMAT, F ".tdxModuleIdentities.id", NO_OFFSET, 0, 0);
	return rc;
}

static jurat_rc
read_module_identity(const struct json_value *v, struct tdx_module_identity *out, struct jurat_diag *d)
{
	static const char *const names[] = { "id", "mrsigner", "attributes", "attributesMask", "tcbLevels" };
	const unsigned allowed = 1u << TCB_UP_TO_DATE | 1u << TCB_OUT_OF_DATE | 1u << TCB_REVOKED;
	jurat_rc rc = json_check_object(v, F ".tdxModuleIdentities", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".tdxModuleIdentities", d);
	if (rc == JURAT_OK)
		rc = read_module_version(v, &out->version, d);
	if (rc == JURAT_OK)
		rc = read_module(v, &out->module, d);
	return rc == JURAT_OK ? isv_levels_read(&out->levels, v, allowed, d) : rc;
}

static jurat_rc
read_module_identities(struct tcb_info *info, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc = json_get_array(info->document, F ".tdxModuleIdentities", 1, TCB_MAX_MODULES, &list, d);

	if (rc != JURAT_OK)
		return rc;
	info->modules = calloc(json_count(list), sizeof *info->modules);
	if (info->modules == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F ".tdxModuleIdentities", NO_OFFSET, 0, 0);
	info->num_modules = json_count(list);
	for (size_t i = 0; rc == JURAT_OK && i < info->num_modules; i++) {
		rc = read_module_identity(json_at(list, i), &info->modules[i], d);
		for (size_t k = 0; rc == JURAT_OK && k < i; k++) {
			if (info->modules[k].version == info->modules[i].version)
				rc = jurat_fail(d, JURAT_E_DUPLICATE, F ".tdxModuleIdentities.id", NO_OFFSET, 0, i);
		}
	}
	return rc;
}

/* read_modules: the members that TDX has and SGX has not. Module identities came later than TDX; without them only version 0 can match. */
static jurat_rc
read_modules(struct tcb_info *info, struct jurat_diag *d)
{
	static const char *const names[] = { "mrsigner", "attributes", "attributesMask" };
	const struct json_value *module;
	jurat_rc rc = json_get_object(info->document, F ".tdxModule", &module, d);

	if (rc == JURAT_OK)
		rc = json_only(module, names, ARRAY_LEN(names), F ".tdxModule", d);
	if (rc == JURAT_OK)
		rc = read_module(module, &info->module, d);
	if (rc != JURAT_OK || json_member(info->document, "tdxModuleIdentities") == NULL)
		return rc;
	return read_module_identities(info, d);
}

/* read_id: SGX or TDX. Version 2 has no id and is SGX's. */
static jurat_rc
read_id(struct tcb_info *info, struct jurat_diag *d)
{
	const char *id;
	jurat_rc rc = json_get_string(info->document, F ".id", &id, d);

	if (rc != JURAT_OK)
		return rc;
	info->is_tdx = strcmp(id, "TDX") == 0;
	if (!info->is_tdx && strcmp(id, "SGX") != 0)
		return jurat_fail(d, JURAT_E_FORMAT, F ".id", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

/* read_kind: version and id decide which members may follow. */
static jurat_rc
read_kind(struct tcb_info *info, struct jurat_diag *d)
{
	/* the last three as far as the kind has them: TDX all, SGX version 3 the id, version 2 none */
	static const char *const names[] = { "version", "issueDate", "nextUpdate", "fmspc", "pceId", "tcbType",
		"tcbEvaluationDataNumber", "tcbLevels", "id", "tdxModule", "tdxModuleIdentities" };
	int64_t version = 0;
	jurat_rc rc = json_get_integer(info->document, F ".version", 0, INT32_MAX, &version, d);

	if (rc != JURAT_OK)
		return rc;
	if (version != 2 && version != 3)
		return jurat_fail(d, JURAT_E_VERSION, F ".version", NO_OFFSET, 3, (uint64_t)version);
	info->version = (unsigned)version;
	if (version == 3)
		rc = read_id(info, d);
	if (rc != JURAT_OK)
		return rc;
	return json_only(info->document, names, ARRAY_LEN(names) - (version == 2 ? 3 : info->is_tdx ? 0 : 2), F, d);
}

static jurat_rc
read_members(struct tcb_info *info, struct jurat_diag *d)
{
	const struct json_value *o = info->document;
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
	if (rc == JURAT_OK && info->is_tdx)
		rc = read_modules(info, d);
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
	for (size_t i = 0; i < info->num_modules; i++)
		isv_levels_clear(&info->modules[i].levels);
	free(info->modules);
	free(info->levels);
	json_free(info->document);
	*info = (struct tcb_info){ 0 };
}

static bool
reaches(const struct tcb_level *level, const uint8_t *components, uint16_t pce_svn, const uint8_t *tee_tcb_svn)
{
	for (size_t i = 0; i < TCB_NUM_COMPONENTS; i++) {
		if (components[i] < level->components[i])
			return false;
	}
	if (pce_svn < level->pce_svn)
		return false;
	if (tee_tcb_svn == NULL)
		return true;
	for (size_t i = tee_tcb_svn[1] > 0 ? 2 : 0; i < TCB_NUM_COMPONENTS; i++) {
		if (tee_tcb_svn[i] < level->tdx_components[i])
			return false;
	}
	return true;
}

const struct tcb_level *
tcb_info_select(
    const struct tcb_info *info, const uint8_t components[TCB_NUM_COMPONENTS], uint16_t pce_svn, const uint8_t *tee_tcb_svn)
{
	for (size_t i = 0; i < info->num_levels; i++) {
		if (reaches(&info->levels[i], components, pce_svn, tee_tcb_svn))
			return &info->levels[i];
	}
	return NULL;
}

const struct tcb_level *
tcb_info_best(const struct tcb_info *info)
{
	const struct tcb_level *best = &info->levels[0];

	for (size_t i = 1; i < info->num_levels; i++) {
		if (info->levels[i].common.status <= best->common.status)
			best = &info->levels[i];
	}
	return best;
}

const struct tdx_module_identity *
tcb_info_module(const struct tcb_info *info, uint8_t version)
{
	for (size_t i = 0; i < info->num_modules; i++) {
		if (info->modules[i].version == version)
			return &info->modules[i];
	}
	return NULL;
}
