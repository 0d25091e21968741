/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/identity.h"

#include <string.h>

#include "core/bytes.h"

#define F "qe_identity"

/* What Intel's parser takes; UpToDate, OutOfDate and Revoked are what real ones have. */
#define ALLOWED                                                                                                                  \
	(1u << TCB_UP_TO_DATE | 1u << TCB_CONFIGURATION_NEEDED | 1u << TCB_OUT_OF_DATE | 1u << TCB_OUT_OF_DATE_CONFIGURATION_NEEDED | \
	    1u << TCB_REVOKED)

static const char *const ids[] = { "QE", "TD_QE", "QVE", "QAE" };

const char *
identity_id_name(enum identity_id id)
{
	return ids[id];
}

static jurat_rc
read_kind(struct enclave_identity *identity, struct jurat_diag *d)
{
	static const char *const names[] = { "id", "version", "issueDate", "nextUpdate", "tcbEvaluationDataNumber", "miscselect",
		"miscselectMask", "attributes", "attributesMask", "mrsigner", "isvprodid", "tcbLevels" };
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
	const struct json_value *o = identity->document;
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
	const struct json_value *o = identity->document;
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
	return rc == JURAT_OK ? isv_levels_read(&identity->levels, o, ALLOWED, d) : rc;
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
	isv_levels_clear(&identity->levels);
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
