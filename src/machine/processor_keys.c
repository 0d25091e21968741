/* SPDX-License-Identifier: Apache-2.0 */
/* EREPORT and EGETKEY (SDM vol. 3D). */
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "machine/keydep.h"

#define POLICY_KSS (SGX_POLICY_NOISVPRODID | SGX_POLICY_CONFIGID | SGX_POLICY_ISVFAMILYID | SGX_POLICY_ISVEXTPRODID)
#define POLICY_KNOWN (SGX_POLICY_MRENCLAVE | SGX_POLICY_MRSIGNER | POLICY_KSS)
/* An enclave's key never loses these two, whatever it masks: debug and production keys stay apart. */
#define FLAGS_ALWAYS (SGX_FLAGS_INIT | SGX_FLAGS_DEBUG)

jurat_rc
processor_ereport(const struct processor *cpu, const struct secs *s, const struct sgx_target *target,
    const uint8_t report_data[SGX_REPORT_DATA_LEN], struct sgx_report *out)
{
	struct sgx_report report = { .body = s->id };
	struct aes128_key key;
	struct keydep dep;
	jurat_rc rc;

	if (s->state != SECS_INITIALISED)
		return JURAT_E_STATE;
	if (target->cet_attributes != 0)
		return JURAT_E_FORMAT; /* reserved without CET: #GP */
	memcpy(report.body.cpusvn, cpu->cpusvn, sizeof report.body.cpusvn);
	memcpy(report.body.report_data, report_data, sizeof report.body.report_data);
	memcpy(report.key_id, cpu->report_key_id, sizeof report.key_id);
	keydep_report(&dep, cpu, target, report.key_id);
	rc = keydep_key(&key, cpu, &dep);
	if (rc == JURAT_OK)
		rc = report_mac(report.mac, &key, &report.body);
	wipe(&key, sizeof key);
	if (rc == JURAT_OK)
		*out = report;
	return rc;
}

/* check_form: what EGETKEY answers with #GP. */
static jurat_rc
check_form(const struct secs *s, const struct sgx_keyrequest *q, struct jurat_diag *d)
{
	bool kss = (s->id.attributes.flags & SGX_FLAGS_KSS) != 0;

	if ((q->key_policy & ~POLICY_KNOWN) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "keyrequest.key_policy", 2, POLICY_KNOWN, q->key_policy);
	if (!kss && (q->key_policy & POLICY_KSS) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "keyrequest.key_policy", 2, POLICY_KNOWN & ~POLICY_KSS, q->key_policy);
	if (!kss && q->config_svn != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "keyrequest.config_svn", 76, 0, q->config_svn);
	if (q->cet_attributes_mask != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "keyrequest.cet_attributes_mask", 6, 0, q->cet_attributes_mask);
	return JURAT_OK;
}

/* check_right: attribute, then versions: an enclave gets keys of its own and older versions, never of a newer one. */
static enum sgx_error
check_right(const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *q)
{
	uint64_t needs = 0;

	if (q->key_name == SGX_KEY_REPORT)
		return SGX_SUCCESS; /* always the current CPUSVN; versions in the request are ignored */
	if (q->key_name == SGX_KEY_EINITTOKEN)
		needs = SGX_FLAGS_EINITTOKENKEY;
	if (q->key_name == SGX_KEY_PROVISION || q->key_name == SGX_KEY_PROVISION_SEAL)
		needs = SGX_FLAGS_PROVISIONKEY;
	if ((s->id.attributes.flags & needs) != needs)
		return SGX_INVALID_ATTRIBUTE;
	if (!cpusvn_covers(cpu->cpusvn, q->cpusvn))
		return SGX_INVALID_CPUSVN;
	if (q->isv_svn > s->id.isv_svn || q->config_svn > s->id.config_svn)
		return SGX_INVALID_ISVSVN;
	return SGX_SUCCESS;
}

/* What SEAL, PROVISION, PROVISION_SEAL and EINITTOKEN have in common: versions asked for, product, masked features. */
static void
dep_common(struct keydep *dep, const struct secs *s, const struct sgx_keyrequest *q)
{
	const struct sgx_attributes *mine = &s->id.attributes;

	dep->isv_svn = q->isv_svn;
	dep->isv_prod_id = s->id.isv_prod_id;
	dep->attributes.flags = mine->flags & (q->attribute_mask.flags | FLAGS_ALWAYS);
	dep->attributes.xfrm = mine->xfrm & q->attribute_mask.xfrm;
	dep->miscselect = s->id.miscselect & q->misc_mask;
	memcpy(dep->cpusvn, q->cpusvn, sizeof dep->cpusvn);
}

static void
dep_masks(struct keydep *dep, const struct sgx_keyrequest *q)
{
	dep->attribute_mask = q->attribute_mask;
	dep->misc_mask = q->misc_mask;
}

static void
dep_seal(struct keydep *dep, const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *q)
{
	uint16_t policy = q->key_policy;

	dep_common(dep, s, q);
	dep_masks(dep, q);
	dep->key_policy = policy;
	memcpy(dep->owner_epoch, cpu->owner_epoch, sizeof dep->owner_epoch);
	memcpy(dep->key_id, q->key_id, sizeof dep->key_id);
	if ((policy & SGX_POLICY_MRENCLAVE) != 0)
		memcpy(dep->mrenclave, s->id.mrenclave, sizeof dep->mrenclave);
	if ((policy & SGX_POLICY_MRSIGNER) != 0)
		memcpy(dep->mrsigner, s->id.mrsigner, sizeof dep->mrsigner);
	if ((policy & SGX_POLICY_NOISVPRODID) != 0)
		dep->isv_prod_id = 0;
	if ((policy & SGX_POLICY_ISVFAMILYID) != 0)
		memcpy(dep->isv_family_id, s->id.isv_family_id, sizeof dep->isv_family_id);
	if ((policy & SGX_POLICY_ISVEXTPRODID) != 0)
		memcpy(dep->isv_ext_prod_id, s->id.isv_ext_prod_id, sizeof dep->isv_ext_prod_id);
	if ((policy & SGX_POLICY_CONFIGID) == 0)
		return;
	dep->config_svn = q->config_svn;
	memcpy(dep->config_id, s->id.config_id, sizeof dep->config_id);
}

/* No owner epoch and no KEYID: the provisioning service must find the same key after a change of owner. */
static void
dep_provision(struct keydep *dep, const struct secs *s, const struct sgx_keyrequest *q)
{
	dep_common(dep, s, q);
	dep_masks(dep, q);
	memcpy(dep->mrsigner, s->id.mrsigner, sizeof dep->mrsigner);
}

/* The same inputs as EINIT has from a token (keydep_einittoken), so that a launch enclave can make one. */
static void
dep_einittoken(struct keydep *dep, const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *q)
{
	struct sgx_einittoken token = { 0 };
	struct keydep common = { 0 };

	dep_common(&common, s, q);
	token.masked_attributes_le = common.attributes;
	token.masked_miscselect_le = common.miscselect;
	token.isv_prod_id_le = common.isv_prod_id;
	token.isv_svn_le = common.isv_svn;
	memcpy(token.cpusvn_le, q->cpusvn, sizeof token.cpusvn_le);
	memcpy(token.key_id, q->key_id, sizeof token.key_id);
	keydep_einittoken(dep, cpu, &token, s->id.mrsigner);
}

static void
dep_report(struct keydep *dep, const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *q)
{
	struct sgx_target self;

	target_of(&self, &s->id);
	keydep_report(dep, cpu, &self, q->key_id);
}

static void
dep_of(struct keydep *dep, const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *q)
{
	dep->key_name = q->key_name;
	switch (q->key_name) {
	case SGX_KEY_EINITTOKEN:
		dep_einittoken(dep, cpu, s, q);
		break;
	case SGX_KEY_REPORT:
		dep_report(dep, cpu, s, q);
		break;
	case SGX_KEY_SEAL:
		dep_seal(dep, cpu, s, q);
		break;
	default:
		dep_provision(dep, s, q);
		break;
	}
}

jurat_rc
processor_egetkey(const struct processor *cpu, const struct secs *s, const struct sgx_keyrequest *request,
    struct aes128_key *out, enum sgx_error *out_error, struct jurat_diag *d)
{
	struct keydep dep = { 0 };
	struct aes128_key key;
	enum sgx_error error;
	jurat_rc rc;

	if (s->state != SECS_INITIALISED)
		return jurat_fail(d, JURAT_E_STATE, "secs.state", NO_OFFSET, SECS_INITIALISED, s->state);
	rc = check_form(s, request, d);
	if (rc != JURAT_OK)
		return rc;
	error = request->key_name > SGX_KEY_SEAL ? SGX_INVALID_KEYNAME : check_right(cpu, s, request);
	if (error != SGX_SUCCESS) {
		*out_error = error;
		return JURAT_OK;
	}
	dep_of(&dep, cpu, s, request);
	rc = keydep_key(&key, cpu, &dep);
	if (rc == JURAT_OK) {
		*out = key;
		*out_error = SGX_SUCCESS;
	}
	wipe(&key, sizeof key);
	return rc;
}
