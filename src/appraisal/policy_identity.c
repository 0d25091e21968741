/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's identities: which enclaves and TDs it names. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/policy.h"

#define F "policy.identities"

/* must_be_named: a TD whose register is not zero is refused unless the policy names it, since what it measures may reach into the TD. */
static const struct {
	const char *name, *field;
	size_t off; /* in struct td_report */
	bool must_be_named;
} registers[REGISTER_NUM] = {
	[REGISTER_MR_TD] = { "mr_td", F ".mr_td", offsetof(struct td_report, mr_td), false },
	[REGISTER_RTMR0] = { "rtmr0", F ".rtmr0", offsetof(struct td_report, rtmr[0]), false },
	[REGISTER_RTMR1] = { "rtmr1", F ".rtmr1", offsetof(struct td_report, rtmr[1]), false },
	[REGISTER_RTMR2] = { "rtmr2", F ".rtmr2", offsetof(struct td_report, rtmr[2]), false },
	[REGISTER_RTMR3] = { "rtmr3", F ".rtmr3", offsetof(struct td_report, rtmr[3]), false },
	[REGISTER_MR_SEAM] = { "mr_seam", F ".mr_seam", offsetof(struct td_report, mr_seam), false },
	[REGISTER_MRSIGNER_SEAM] = { "mrsigner_seam", F ".mrsigner_seam", offsetof(struct td_report, mrsigner_seam), false },
	[REGISTER_MR_CONFIG_ID] = { "mr_config_id", F ".mr_config_id", offsetof(struct td_report, mr_config_id), false },
	[REGISTER_MR_OWNER] = { "mr_owner", F ".mr_owner", offsetof(struct td_report, mr_owner), false },
	[REGISTER_MR_OWNER_CONFIG] = { "mr_owner_config", F ".mr_owner_config", offsetof(struct td_report, mr_owner_config), false },
	[REGISTER_MR_SERVICETD] = { "mr_servicetd", F ".mr_servicetd", offsetof(struct td_report, mr_servicetd), true },
	[REGISTER_INIT_SERVTD_HASH] = { "init_servtd_hash", F ".init_servtd_hash", offsetof(struct td_report, init_servtd_hash), true },
	[REGISTER_CUR_SERVTD_HASH] = { "cur_servtd_hash", F ".cur_servtd_hash", offsetof(struct td_report, cur_servtd_hash), true },
};

static const uint8_t *
register_of(const struct td_report *t, size_t i)
{
	return (const uint8_t *)t + registers[i].off;
}

static jurat_rc
read_by_signer(const struct json_value *v, struct policy_identity *id, struct jurat_diag *d)
{
	int64_t prod_id = 0, svn = 0;
	jurat_rc rc = json_get_hex(v, F ".mrsigner", id->mrsigner, sizeof id->mrsigner, d);

	/* a signer alone would accept every enclave it ever signed: product and version belong to it */
	if (rc == JURAT_OK)
		rc = json_get_integer(v, F ".isv_prod_id", 0, UINT16_MAX, &prod_id, d);
	if (rc == JURAT_OK)
		rc = json_get_integer(v, F ".min_isv_svn", 0, UINT16_MAX, &svn, d);
	id->has_mrsigner = true;
	id->isv_prod_id = (uint16_t)prod_id;
	id->min_isv_svn = (uint16_t)svn;
	return rc;
}

static jurat_rc
read_enclave(const struct json_value *v, struct policy_identity *id, struct jurat_diag *d)
{
	static const char *const names[] = { "mrenclave", "config_id", "mrsigner", "isv_prod_id", "min_isv_svn" };
	bool by_signer = json_member(v, "mrsigner") != NULL;
	jurat_rc rc = JURAT_OK;

	if (!by_signer && (json_member(v, "isv_prod_id") != NULL || json_member(v, "min_isv_svn") != NULL)) {
		rc = jurat_fail(d, JURAT_E_MISSING, F ".mrsigner", NO_OFFSET, 0, 0);
		jurat_hint(d, "isv_prod_id and min_isv_svn belong to an mrsigner; an mrenclave has one product and version");
	}
	if (rc == JURAT_OK)
		rc = json_only(v, names, by_signer ? ARRAY_LEN(names) : 2, F, d);

	if (rc == JURAT_OK && json_member(v, "mrenclave") != NULL) {
		rc = json_get_hex(v, F ".mrenclave", id->mrenclave, sizeof id->mrenclave, d);
		id->has_mrenclave = true;
	}
	if (rc == JURAT_OK && by_signer)
		rc = read_by_signer(v, id, d);
	if (rc == JURAT_OK && json_member(v, "config_id") != NULL) {
		rc = json_get_hex(v, F ".config_id", id->config_id, sizeof id->config_id, d);
		id->has_config_id = true;
	}
	if (rc == JURAT_OK && !id->has_mrenclave && !id->has_mrsigner)
		rc = jurat_fail(d, JURAT_E_MISSING, F ".mrenclave", NO_OFFSET, 0, 0);
	return rc;
}

/* read_bits: 16 hex digits, the number as verdicts print it. */
static jurat_rc
read_bits(const struct json_value *v, const char *field, uint64_t *out, struct jurat_diag *d)
{
	uint8_t bytes[8];
	jurat_rc rc = json_get_hex(v, field, bytes, sizeof bytes, d);

	if (rc != JURAT_OK)
		return rc;
	*out = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		*out = *out << 8 | bytes[i];
	return JURAT_OK;
}

/* read_masked: a value, and a mask that is all ones without its member. A value outside its mask could never match. */
static jurat_rc
read_masked(const struct json_value *v, const char *field, const char *mask_field, uint64_t *out, uint64_t *out_mask, struct jurat_diag *d)
{
	bool has_mask = json_member(v, strrchr(mask_field, '.') + 1) != NULL, has_value = json_member(v, strrchr(field, '.') + 1) != NULL;
	jurat_rc rc;

	if (!has_value)
		return has_mask ? jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0) : JURAT_OK;
	*out_mask = UINT64_MAX;
	rc = read_bits(v, field, out, d);
	if (rc == JURAT_OK && has_mask)
		rc = read_bits(v, mask_field, out_mask, d);
	if (rc == JURAT_OK && (*out & ~*out_mask) != 0)
		rc = jurat_fail(d, JURAT_E_FORMAT, mask_field, NO_OFFSET, 0, 0);
	return rc;
}

static jurat_rc
read_td(const struct json_value *v, struct policy_td *td, struct jurat_diag *d)
{
	const char *names[REGISTER_NUM + 4];
	jurat_rc rc;

	for (size_t i = 0; i < REGISTER_NUM; i++)
		names[i] = registers[i].name;
	names[REGISTER_NUM] = "td_attributes";
	names[REGISTER_NUM + 1] = "td_attributes_mask";
	names[REGISTER_NUM + 2] = "xfam";
	names[REGISTER_NUM + 3] = "xfam_mask";
	rc = json_only(v, names, ARRAY_LEN(names), F, d);
	for (size_t i = 0; rc == JURAT_OK && i < REGISTER_NUM; i++) {
		td->has[i] = json_member(v, registers[i].name) != NULL;
		if (td->has[i])
			rc = json_get_hex(v, registers[i].field, td->value[i], TD_HASH_LEN, d);
	}
	if (rc == JURAT_OK)
		rc = read_masked(v, F ".td_attributes", F ".td_attributes_mask", &td->attributes, &td->attributes_mask, d);
	if (rc == JURAT_OK)
		rc = read_masked(v, F ".xfam", F ".xfam_mask", &td->xfam, &td->xfam_mask, d);
	return rc;
}

static jurat_rc
read_identity(const struct json_value *v, struct policy_identity *id, struct jurat_diag *d)
{
	jurat_rc rc = json_check_object(v, F, d);

	if (rc != JURAT_OK)
		return rc;
	id->is_td = json_member(v, "mr_td") != NULL;
	return id->is_td ? read_td(v, &id->td, d) : read_enclave(v, id, d);
}

jurat_rc
policy_identities_read(struct jurat_policy *p, struct jurat_diag *d)
{
	const struct json_value *list;
	jurat_rc rc = json_get_array(p->document, F, 1, POLICY_MAX_IDENTITIES, &list, d);

	if (rc != JURAT_OK)
		return rc;
	p->identities = calloc(json_count(list), sizeof *p->identities);
	if (p->identities == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	p->num_identities = json_count(list);
	for (size_t i = 0; rc == JURAT_OK && i < p->num_identities; i++)
		rc = read_identity(json_at(list, i), &p->identities[i], d);
	return rc;
}

static bool
is_enclave(const struct policy_identity *id, const struct sgx_report_body *body)
{
	if (id->has_mrenclave && memcmp(id->mrenclave, body->mrenclave, sizeof body->mrenclave) != 0)
		return false;
	if (id->has_config_id && memcmp(id->config_id, body->config_id, sizeof body->config_id) != 0)
		return false;
	if (!id->has_mrsigner)
		return true;
	return memcmp(id->mrsigner, body->mrsigner, sizeof body->mrsigner) == 0 && id->isv_prod_id == body->isv_prod_id &&
	    body->isv_svn >= id->min_isv_svn;
}

/* other_register: the first register that differs, or REGISTER_NUM. One that must be named is as if named with zeros. */
static size_t
other_register(const struct policy_td *want, const struct td_report *t)
{
	size_t i = 0;

	while (i < REGISTER_NUM && ((!want->has[i] && !registers[i].must_be_named) || memcmp(want->value[i], register_of(t, i), TD_HASH_LEN) == 0))
		i++;
	return i;
}

static bool
is_td(const struct policy_td *want, const struct td_report *t)
{
	return other_register(want, t) == REGISTER_NUM && (t->td_attributes & want->attributes_mask) == want->attributes &&
	    (t->xfam & want->xfam_mask) == want->xfam;
}

static const char *
describe_enclave(struct jurat_verdict *v, const struct policy_identity *id)
{
	const char *config = id->has_config_id ? verdict_note(v, ", config_id %s", verdict_hex(v, id->config_id, 64)) : "";
	const char *code = id->has_mrenclave ? verdict_note(v, "mrenclave %s", verdict_hex(v, id->mrenclave, 32)) : "";

	if (!id->has_mrsigner)
		return verdict_note(v, "%s%s", code, config);
	return verdict_note(v, "%s%smrsigner %s, isv_prod_id %u, isv_svn at least %u%s", code, *code != '\0' ? ", " : "",
	    verdict_hex(v, id->mrsigner, 32), id->isv_prod_id, id->min_isv_svn, config);
}

static const char *
describe_td(struct jurat_verdict *v, const struct policy_td *td)
{
	const char *text = "";

	for (size_t i = 0; i < REGISTER_NUM; i++) {
		if (td->has[i])
			text = verdict_note(v, "%s%s%s %s", text, *text != '\0' ? ", " : "", registers[i].name,
			    verdict_hex(v, td->value[i], TD_HASH_LEN));
	}
	if (td->attributes_mask != 0)
		text = verdict_note(v, "%s, td_attributes %016" PRIx64 " of %016" PRIx64, text, td->attributes, td->attributes_mask);
	if (td->xfam_mask != 0)
		text = verdict_note(v, "%s, xfam %016" PRIx64 " of %016" PRIx64, text, td->xfam, td->xfam_mask);
	return text;
}

static const char *
describe(struct jurat_verdict *v, const struct policy_identity *id)
{
	return id->is_td ? describe_td(v, &id->td) : describe_enclave(v, id);
}

/* describe_found: the quote's own identity; of a TD what differs from the first identity that is one's. */
static const char *
describe_found(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const struct sgx_report_body *b = &v->body;
	size_t i = 0, k;

	if (!v->is_td)
		return verdict_note(v, "mrenclave %s, mrsigner %s, isv_prod_id %u, isv_svn %u, config_id %s", verdict_hex(v, b->mrenclave, 32),
		    verdict_hex(v, b->mrsigner, 32), b->isv_prod_id, b->isv_svn, verdict_hex(v, b->config_id, 64));
	while (i < p->num_identities && !p->identities[i].is_td)
		i++;
	k = i < p->num_identities ? other_register(&p->identities[i].td, &v->td) : (size_t)REGISTER_MR_TD;
	if (k == REGISTER_NUM)
		return verdict_note(v, "td_attributes %016" PRIx64 ", xfam %016" PRIx64, v->td.td_attributes, v->td.xfam);
	return verdict_note(v, "%s %s", registers[k].name, verdict_hex(v, register_of(&v->td, k), TD_HASH_LEN));
}

const struct policy_identity *
policy_identity_find(struct jurat_verdict *v, const struct jurat_policy *p)
{
	const char *expected;

	for (size_t i = 0; i < p->num_identities; i++) {
		const struct policy_identity *id = &p->identities[i];

		if (id->is_td != v->is_td || !(id->is_td ? is_td(&id->td, &v->td) : is_enclave(id, &v->body)))
			continue;
		verdict_pass(v, CHECK_POLICY_IDENTITY, describe(v, id));
		return id;
	}
	expected = describe(v, &p->identities[0]);
	if (p->num_identities > 1)
		expected = verdict_note(v, "one of %zu identities, the first: %s", p->num_identities, expected);
	verdict_fail(v, CHECK_POLICY_IDENTITY, JURAT_E_IDENTITY, expected, describe_found(v, p));
	return NULL;
}
