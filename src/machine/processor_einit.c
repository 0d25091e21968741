/* SPDX-License-Identifier: Apache-2.0 */
/* EINIT: whether this enclave, signed so, may start on this processor (SDM vol. 3D, "EINIT"). */
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "core/sabotage.h"
#include "machine/keydep.h"

#define EINITTOKEN_VALID 1u
enum { EINITTOKEN_MACED_LEN = 192 };

/* One EINIT under judgement. The first refusal fixes error and rc. */
struct einit {
	const struct processor *cpu;
	const struct secs *s;
	struct sgx_sigstruct sig;
	uint8_t mrenclave[SGX_HASH_LEN], mrsigner[SGX_HASH_LEN];
	enum sgx_error error;
};

static jurat_rc
refuse(struct einit *e, enum sgx_error error, jurat_rc rc, const char *field, struct jurat_diag *d)
{
	e->error = error;
	return jurat_fail(d, rc, field, NO_OFFSET, 0, 0);
}

/* Form and signature: a wrong signature or quotient is SGX_INVALID_SIGNATURE, any other form SGX_INVALID_SIG_STRUCT. */
static jurat_rc
check_sigstruct(struct einit *e, const uint8_t *sigstruct, size_t len, struct jurat_diag *d)
{
	jurat_rc rc = sigstruct_parse(&e->sig, sigstruct, len, d);

	e->error = SGX_INVALID_SIG_STRUCT;
	if (rc != JURAT_OK)
		return rc;
	if ((e->sig.cet_attributes & e->sig.cet_attributes_mask) != 0)
		return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_ATTRIBUTES, "sigstruct.cet_attributes", d);
	rc = SABOTAGED("einit.signature") ? JURAT_OK : sigstruct_verify(NULL, sigstruct, len, d);
	if (rc != JURAT_OK)
		e->error = SGX_INVALID_SIGNATURE;
	return rc;
}

static jurat_rc
check_measurement(struct einit *e, struct jurat_diag *d)
{
	if (!SABOTAGED("einit.measurement") && !ct_equal(e->sig.enclave_hash, e->mrenclave, sizeof e->mrenclave))
		return refuse(e, SGX_INVALID_MEASUREMENT, JURAT_E_MISMATCH, "sigstruct.enclave_hash", d);
	return JURAT_OK;
}

/* The signer's masks: what a SIGSTRUCT fixes, the SECS must have, in either direction. */
static jurat_rc
check_attributes(struct einit *e, struct jurat_diag *d)
{
	const struct sgx_attributes *have = &e->s->id.attributes;
	const struct sgx_sigstruct *sig = &e->sig;

	if (((have->flags ^ sig->attributes.flags) & sig->attribute_mask.flags) != 0)
		return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_ATTRIBUTES, "sigstruct.attributes.flags", d);
	if (((have->xfrm ^ sig->attributes.xfrm) & sig->attribute_mask.xfrm) != 0)
		return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_ATTRIBUTES, "sigstruct.attributes.xfrm", d);
	if (((e->s->id.miscselect ^ sig->miscselect) & sig->misc_mask) != 0)
		return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_ATTRIBUTES, "sigstruct.miscselect", d);
	if ((have->flags & SGX_FLAGS_KSS) != 0)
		return JURAT_OK;
	if (!ct_is_zero(sig->isv_family_id, SGX_EXTID_LEN))
		return refuse(e, SGX_INVALID_SIG_STRUCT, JURAT_E_ATTRIBUTES, "sigstruct.isv_family_id", d);
	if (!ct_is_zero(sig->isv_ext_prod_id, SGX_EXTID_LEN))
		return refuse(e, SGX_INVALID_SIG_STRUCT, JURAT_E_ATTRIBUTES, "sigstruct.isv_ext_prod_id", d);
	return JURAT_OK;
}

/*
 * Two attributes give keys that are not the enclave's own: the launch key is for the launch signer alone (SDM), the provision
 * keys for the signer that this machine trusts with them, as /dev/sgx_provision decides on Linux.
 */
static jurat_rc
check_privilege(struct einit *e, struct jurat_diag *d)
{
	uint64_t flags = e->s->id.attributes.flags;
	const struct processor *cpu = e->cpu;

	if ((flags & SGX_FLAGS_EINITTOKENKEY) != 0 && !ct_equal(e->mrsigner, cpu->launch_signer, sizeof cpu->launch_signer))
		return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_DENIED, "secs.attributes.einittokenkey", d);
	if ((flags & SGX_FLAGS_PROVISIONKEY) == 0 ||
	    ct_equal(e->mrsigner, cpu->provision_signer, sizeof cpu->provision_signer))
		return JURAT_OK;
	return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_DENIED, "secs.attributes.provisionkey", d);
}

static jurat_rc
check_token_mac(struct einit *e, const struct sgx_einittoken *token, const uint8_t signer[SGX_HASH_LEN], struct jurat_diag *d)
{
	uint8_t encoded[SGX_EINITTOKEN_LEN], mac[CMAC_LEN];
	struct aes128_key key;
	struct keydep dep;
	jurat_rc rc;

	keydep_einittoken(&dep, e->cpu, token, signer);
	einittoken_encode(encoded, token);
	rc = keydep_key(&key, e->cpu, &dep);
	if (rc == JURAT_OK)
		rc = cmac_aes128(mac, &key, encoded, EINITTOKEN_MACED_LEN);
	wipe(&key, sizeof key);
	if (rc != JURAT_OK)
		return rc;
	if (!ct_equal(mac, token->mac, sizeof mac))
		return refuse(e, SGX_INVALID_EINITTOKEN, JURAT_E_CRYPTO, "einittoken.mac", d);
	return JURAT_OK;
}

static jurat_rc
check_token(struct einit *e, const struct sgx_einittoken *token, const uint8_t signer[SGX_HASH_LEN], struct jurat_diag *d)
{
	const struct sgx_attributes *have = &e->s->id.attributes;
	jurat_rc rc;

	if (token->valid != EINITTOKEN_VALID)
		return refuse(e, SGX_INVALID_EINITTOKEN, JURAT_E_FORMAT, "einittoken.valid", d);
	if ((token->masked_attributes_le.flags & SGX_FLAGS_DEBUG) != 0 && (have->flags & SGX_FLAGS_DEBUG) == 0)
		return refuse(e, SGX_INVALID_EINITTOKEN, JURAT_E_ATTRIBUTES, "einittoken.masked_attributes_le", d);
	if (!cpusvn_covers(e->cpu->cpusvn, token->cpusvn_le))
		return refuse(e, SGX_INVALID_CPUSVN, JURAT_E_DENIED, "einittoken.cpusvn_le", d);
	rc = check_token_mac(e, token, signer, d);
	if (rc != JURAT_OK)
		return rc;
	if (!ct_equal(token->mrenclave, e->mrenclave, sizeof e->mrenclave))
		return refuse(e, SGX_INVALID_MEASUREMENT, JURAT_E_MISMATCH, "einittoken.mrenclave", d);
	if (!ct_equal(token->mrsigner, e->mrsigner, sizeof e->mrsigner))
		return refuse(e, SGX_INVALID_MEASUREMENT, JURAT_E_MISMATCH, "einittoken.mrsigner", d);
	if (token->attributes.flags != have->flags || token->attributes.xfrm != have->xfrm)
		return refuse(e, SGX_INVALID_ATTRIBUTE, JURAT_E_MISMATCH, "einittoken.attributes", d);
	return JURAT_OK;
}

/*
 * Launch control. The launch signer's own enclaves need no token, others one that an enclave of that signer has made. With
 * flexible launch control the register is rewritten to each enclave's signer, as Linux does: everybody launches, and a token
 * could only come from an enclave with EINITTOKENKEY, which nobody gets there.
 */
static jurat_rc
check_launch(struct einit *e, const struct sgx_einittoken *token, struct jurat_diag *d)
{
	const uint8_t *signer = e->cpu->launch_signer;

	if (ct_is_zero(signer, SGX_HASH_LEN))
		signer = e->mrsigner;
	if (token != NULL && token->valid != 0)
		return check_token(e, token, signer, d);
	if (!ct_equal(signer, e->mrsigner, SGX_HASH_LEN))
		return refuse(e, SGX_INVALID_EINITTOKEN, JURAT_E_DENIED, "einittoken", d);
	return JURAT_OK;
}

static jurat_rc
einit_check(struct einit *e, const uint8_t *sigstruct, size_t len, const struct sgx_einittoken *token, struct jurat_diag *d)
{
	struct measurement m = e->s->measurement;
	jurat_rc rc = check_sigstruct(e, sigstruct, len, d);

	measurement_final(&m, e->mrenclave);
	if (rc != JURAT_OK)
		return rc;
	sigstruct_mrsigner(e->mrsigner, &e->sig);
	rc = check_measurement(e, d);
	if (rc == JURAT_OK)
		rc = check_attributes(e, d);
	if (rc == JURAT_OK)
		rc = check_privilege(e, d);
	if (rc == JURAT_OK)
		rc = check_launch(e, token, d);
	return rc;
}

static void
einit_apply(struct secs *s, const struct einit *e)
{
	struct sgx_report_body *id = &s->id;

	memcpy(id->mrenclave, e->mrenclave, sizeof id->mrenclave);
	memcpy(id->mrsigner, e->mrsigner, sizeof id->mrsigner);
	memcpy(id->isv_family_id, e->sig.isv_family_id, sizeof id->isv_family_id);
	memcpy(id->isv_ext_prod_id, e->sig.isv_ext_prod_id, sizeof id->isv_ext_prod_id);
	id->isv_prod_id = e->sig.isv_prod_id;
	id->isv_svn = e->sig.isv_svn;
	id->attributes.flags |= SGX_FLAGS_INIT;
	s->state = SECS_INITIALISED;
}

jurat_rc
processor_einit(const struct processor *cpu, struct secs *s, const uint8_t *sigstruct, size_t sigstruct_len,
    const struct sgx_einittoken *token, enum sgx_error *out_error, struct jurat_diag *d)
{
	struct einit e = { .cpu = cpu, .s = s };
	jurat_rc rc;

	if (s->state != SECS_CREATED)
		return jurat_fail(d, JURAT_E_STATE, "secs.state", NO_OFFSET, SECS_CREATED, s->state);
	rc = einit_check(&e, sigstruct, sigstruct_len, token, d);
	*out_error = rc == JURAT_OK ? SGX_SUCCESS : e.error;
	if (rc == JURAT_OK)
		einit_apply(s, &e);
	return rc;
}
