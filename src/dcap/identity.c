/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/identity.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define F "qe_identity"

static jurat_rc
read_level(const struct json_t *v, struct identity_level *level, struct jurat_diag *d)
{
	static const char *const names[] = { "tcb", "tcbDate", "tcbStatus", "advisoryIDs" };
	static const char *const tcb_names[] = { "isvsvn" };
	const struct json_t *tcb;
	int64_t svn = 0;
	jurat_rc rc = json_check_object(v, F ".tcbLevels", d);

	if (rc == JURAT_OK)
		rc = json_only(v, names, ARRAY_LEN(names), F ".tcbLevels", d);
	if (rc == JURAT_OK)
		rc = json_get_object(v, F ".tcbLevels.tcb", &tcb, d);
	if (rc == JURAT_OK)
		rc = json_only(tcb, tcb_names, ARRAY_LEN(tcb_names), F ".tcbLevels.tcb", d);
	if (rc == JURAT_OK)
		rc = json_get_integer(tcb, F ".tcbLevels.tcb.isvsvn", 0, UINT16_MAX, &svn, d);
	if (rc == JURAT_OK)
		rc = tcb_read_common(v, &level->common, d);
	if (rc != JURAT_OK)
		return rc;
	if (level->common.status == TCB_SW_HARDENING_NEEDED || level->common.status == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, F ".tcbLevels.tcbStatus", NO_OFFSET, 0, 0);
	level->isv_svn = (uint16_t)svn;
	return JURAT_OK;
}

static int
compare_levels(const void *a, const void *b)
{
	const struct identity_level *x = a, *y = b;

	return (int)y->isv_svn - (int)x->isv_svn;
}

static jurat_rc
read_levels(struct enclave_identity *identity, struct jurat_diag *d)
{
	const struct json_t *list;
	jurat_rc rc = json_get_array(identity->document, F ".tcbLevels", 1, TCB_MAX_LEVELS, &list, d);

	if (rc != JURAT_OK)
		return rc;
	identity->num_levels = json_count(list);
	identity->levels = calloc(identity->num_levels, sizeof *identity->levels);
	if (identity->levels == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F ".tcbLevels", NO_OFFSET, 0, 0);
	for (size_t i = 0; rc == JURAT_OK && i < identity->num_levels; i++)
		rc = read_level(json_at(list, i), &identity->levels[i], d);
	if (rc != JURAT_OK)
		return rc;
	qsort(identity->levels, identity->num_levels, sizeof *identity->levels, compare_levels);
	for (size_t i = 1; i < identity->num_levels; i++) {
		if (identity->levels[i - 1].isv_svn == identity->levels[i].isv_svn)
			return jurat_fail(d, JURAT_E_DUPLICATE, F ".tcbLevels", NO_OFFSET, 0, 0);
	}
	return JURAT_OK;
}

static jurat_rc
read_kind(struct enclave_identity *identity, struct jurat_diag *d)
{
	static const char *const names[] = { "id", "version", "issueDate", "nextUpdate", "tcbEvaluationDataNumber", "miscselect",
		"miscselectMask", "attributes", "attributesMask", "mrsigner", "isvprodid", "tcbLevels" };
	static const char *const ids[] = { "QE", "TD_QE", "QVE", "QAE" };
	const char *id;
	int64_t version = 0;
	size_t i = 0;
	jurat_rc rc = json_get_integer(identity->document, F ".version", 0, INT32_MAX, &version, d);

	if (rc != JURAT_OK)
		return rc;
	if (version != 2)
		return jurat_fail(d, JURAT_E_VERSION, F ".version", NO_OFFSET, 2, (uint64_t)version);
	rc = json_get_string(identity->document, F ".id", &id, d);
	if (rc != JURAT_OK)
		return rc;
	while (i < ARRAY_LEN(ids) && strcmp(ids[i], id) != 0)
		i++;
	if (i == ARRAY_LEN(ids))
		return jurat_fail(d, JURAT_E_FORMAT, F ".id", NO_OFFSET, 0, 0);
	identity->id = (enum identity_id)i;
	return json_only(identity->document, names, ARRAY_LEN(names), F, d);
}

/* The hex strings are the bytes of the report's fields in their order there, so little-endian (dcap facts: Intel swaps likewise). */
static jurat_rc
read_masks(struct enclave_identity *identity, struct jurat_diag *d)
{
	const struct json_t *o = identity->document;
	uint8_t misc[2][4], attr[2][16];
	jurat_rc rc = json_get_hex(o, F ".miscselect", misc[0], sizeof misc[0], d);

	if (rc == JURAT_OK)
		rc = json_get_hex(o, F ".miscselectMask", misc[1], sizeof misc[1], d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, F ".attributes", attr[0], sizeof attr[0], d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, F ".attributesMask", attr[1], sizeof attr[1], d);
	if (rc != JURAT_OK)
		return rc;
	identity->miscselect = load32le(misc[0]);
	identity->miscselect_mask = load32le(misc[1]);
	identity->attributes = (struct sgx_attributes){ load64le(attr[0]), load64le(attr[0] + 8) };
	identity->attributes_mask = (struct sgx_attributes){ load64le(attr[1]), load64le(attr[1] + 8) };
	return JURAT_OK;
}

static jurat_rc
read_members(struct enclave_identity *identity, struct jurat_diag *d)
{
	const struct json_t *o = identity->document;
	int64_t prod_id = 0;
	jurat_rc rc = read_kind(identity, d);

	if (rc == JURAT_OK)
		rc = tcb_read_date(o, F ".issueDate", &identity->issue_date, d);
	if (rc == JURAT_OK)
		rc = tcb_read_date(o, F ".nextUpdate", &identity->next_update, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(o, F ".tcbEvaluationDataNumber", 0, INT32_MAX, &identity->evaluation_number, d);
	if (rc == JURAT_OK)
		rc = read_masks(identity, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, F ".mrsigner", identity->mrsigner, sizeof identity->mrsigner, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(o, F ".isvprodid", 0, UINT16_MAX, &prod_id, d);
	identity->isv_prod_id = (uint16_t)prod_id;
	return rc == JURAT_OK ? read_levels(identity, d) : rc;
}

jurat_rc
identity_parse(struct enclave_identity *out, const char *text, size_t len, struct jurat_diag *d)
{
	struct enclave_identity identity = { 0 };
	jurat_rc rc = json_parse(&identity.document, text, len, IDENTITY_MAX_LEN, F, d);

	if (rc == JURAT_OK)
		rc = read_members(&identity, d);
	if (rc != JURAT_OK) {
		identity_clear(&identity);
		return rc;
	}
	sha256_once(identity.digest, text, len);
	*out = identity;
	return JURAT_OK;
}

void
identity_clear(struct enclave_identity *identity)
{
	free(identity->levels);
	json_free(identity->document);
	*identity = (struct enclave_identity){ 0 };
}

jurat_rc
identity_check(const struct enclave_identity *identity, const struct sgx_report_body *report, struct jurat_diag *d)
{
	if ((report->miscselect & identity->miscselect_mask) != identity->miscselect)
		return jurat_fail(d, JURAT_E_MISMATCH, "qe_report.miscselect", NO_OFFSET, identity->miscselect, report->miscselect);
	if ((report->attributes.flags & identity->attributes_mask.flags) != identity->attributes.flags)
		return jurat_fail(
		    d, JURAT_E_MISMATCH, "qe_report.attributes", NO_OFFSET, identity->attributes.flags, report->attributes.flags);
	if ((report->attributes.xfrm & identity->attributes_mask.xfrm) != identity->attributes.xfrm)
		return jurat_fail(
		    d, JURAT_E_MISMATCH, "qe_report.xfrm", NO_OFFSET, identity->attributes.xfrm, report->attributes.xfrm);
	if (memcmp(report->mrsigner, identity->mrsigner, sizeof report->mrsigner) != 0)
		return jurat_fail(d, JURAT_E_MISMATCH, "qe_report.mrsigner", NO_OFFSET, 0, 0);
	if (report->isv_prod_id != identity->isv_prod_id)
		return jurat_fail(d, JURAT_E_MISMATCH, "qe_report.isv_prod_id", NO_OFFSET, identity->isv_prod_id, report->isv_prod_id);
	return JURAT_OK;
}

const struct identity_level *
identity_select(const struct enclave_identity *identity, uint16_t isv_svn)
{
	for (size_t i = 0; i < identity->num_levels; i++) {
		if (identity->levels[i].isv_svn <= isv_svn)
			return &identity->levels[i];
	}
	return NULL;
}
