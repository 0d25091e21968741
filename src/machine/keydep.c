/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/keydep.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"

/* Separates this derivation from every other use of CMAC under the same key. */
static const char label[16] = "jurat/keydep/v1";

void
keydep_encode(uint8_t out[KEYDEP_LEN], const struct keydep *dep)
{
	struct writer w;

	writer_init(&w, out, KEYDEP_LEN);
	writer_copy(&w, label, sizeof label);
	writer_u16le(&w, dep->key_name);
	writer_u16le(&w, dep->key_policy);
	writer_u16le(&w, dep->isv_prod_id);
	writer_u16le(&w, dep->isv_svn);
	writer_u16le(&w, dep->config_svn);
	writer_u8(&w, dep->cet_attributes);
	writer_u8(&w, dep->cet_attributes_mask);
	writer_u32le(&w, dep->miscselect);
	writer_u32le(&w, dep->misc_mask);
	writer_zeros(&w, 12);
	writer_u64le(&w, dep->attributes.flags);
	writer_u64le(&w, dep->attributes.xfrm);
	writer_u64le(&w, dep->attribute_mask.flags);
	writer_u64le(&w, dep->attribute_mask.xfrm);
	writer_copy(&w, dep->owner_epoch, sizeof dep->owner_epoch);
	writer_copy(&w, dep->cpusvn, sizeof dep->cpusvn);
	writer_copy(&w, dep->isv_family_id, sizeof dep->isv_family_id);
	writer_copy(&w, dep->isv_ext_prod_id, sizeof dep->isv_ext_prod_id);
	writer_copy(&w, dep->mrenclave, sizeof dep->mrenclave);
	writer_copy(&w, dep->mrsigner, sizeof dep->mrsigner);
	writer_copy(&w, dep->key_id, sizeof dep->key_id);
	writer_copy(&w, dep->config_id, sizeof dep->config_id);
}

jurat_rc
keydep_key(struct aes128_key *out, const struct processor *cpu, const struct keydep *dep)
{
	const struct aes128_key *root = dep->key_name == SGX_KEY_PROVISION ? &cpu->root_provision : &cpu->root_seal;
	uint8_t encoded[KEYDEP_LEN];
	jurat_rc rc;

	keydep_encode(encoded, dep);
	rc = cmac_aes128(out->b, root, encoded, sizeof encoded);
	wipe(encoded, sizeof encoded);
	return rc;
}

void
keydep_report(struct keydep *out, const struct processor *cpu, const struct sgx_target *target,
    const uint8_t key_id[SGX_KEYID_LEN])
{
	struct keydep dep = { .key_name = SGX_KEY_REPORT };

	dep.attributes = target->attributes;
	dep.miscselect = target->miscselect;
	dep.config_svn = target->config_svn;
	memcpy(dep.config_id, target->config_id, sizeof dep.config_id);
	memcpy(dep.mrenclave, target->mrenclave, sizeof dep.mrenclave);
	memcpy(dep.key_id, key_id, sizeof dep.key_id);
	memcpy(dep.owner_epoch, cpu->owner_epoch, sizeof dep.owner_epoch);
	memcpy(dep.cpusvn, cpu->cpusvn, sizeof dep.cpusvn);
	*out = dep;
}

void
keydep_einittoken(struct keydep *out, const struct processor *cpu, const struct sgx_einittoken *token,
    const uint8_t launch_signer[SGX_HASH_LEN])
{
	struct keydep dep = { .key_name = SGX_KEY_EINITTOKEN };

	dep.attributes = token->masked_attributes_le;
	dep.miscselect = token->masked_miscselect_le;
	dep.isv_prod_id = token->isv_prod_id_le;
	dep.isv_svn = token->isv_svn_le;
	memcpy(dep.cpusvn, token->cpusvn_le, sizeof dep.cpusvn);
	memcpy(dep.mrsigner, launch_signer, sizeof dep.mrsigner);
	memcpy(dep.key_id, token->key_id, sizeof dep.key_id);
	memcpy(dep.owner_epoch, cpu->owner_epoch, sizeof dep.owner_epoch);
	*out = dep;
}

bool
cpusvn_covers(const uint8_t have[SGX_CPUSVN_LEN], const uint8_t want[SGX_CPUSVN_LEN])
{
	for (size_t i = 0; i < SGX_CPUSVN_LEN; i++) {
		if (want[i] > have[i])
			return false;
	}
	return true;
}
