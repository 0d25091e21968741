/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include <string.h>

#include "core/bytes.h"

static void
put_common(struct fields *f, const struct tcb_level_common *c)
{
	fields_time(f, "tcb_date", c->tcb_date);
	fields_text(f, "tcb_status", tcb_status_name(c->status));
	if (json_count(c->advisories) == 0)
		return;
	fields_list_open(f, "advisory_ids");
	for (size_t i = 0; i < json_count(c->advisories); i++)
		fields_text(f, NULL, json_text(json_at(c->advisories, i)));
	fields_list_close(f);
}

/* put_level: 16 components as 16 bytes, which are shorter to read than lines. */
static void
put_level(struct fields *f, const struct tcb_info *info, const struct tcb_level *level)
{
	fields_open(f, NULL);
	fields_hex(f, "sgx_components", level->components, sizeof level->components);
	fields_number(f, "pce_svn", level->pce_svn);
	if (info->is_tdx)
		fields_hex(f, "tdx_components", level->tdx_components, sizeof level->tdx_components);
	put_common(f, &level->common);
	fields_close(f);
}

static void
put_isv_levels(struct fields *f, const struct isv_levels *levels)
{
	fields_list_open(f, "tcb_levels");
	for (size_t i = 0; i < levels->num; i++) {
		fields_open(f, NULL);
		fields_number(f, "isv_svn", levels->level[i].isv_svn);
		put_common(f, &levels->level[i].common);
		fields_close(f);
	}
	fields_list_close(f);
}

static void
put_module(struct fields *f, const struct tdx_module *m)
{
	fields_hex(f, "mrsigner", m->mrsigner, sizeof m->mrsigner);
	fields_flags(f, "attributes", m->attributes, NULL, 0);
	fields_flags(f, "attributes_mask", m->attributes_mask, NULL, 0);
}

static void
put_modules(struct fields *f, const struct tcb_info *info)
{
	fields_open(f, "tdx_module");
	put_module(f, &info->module);
	fields_close(f);
	fields_list_open(f, "tdx_module_identities");
	for (size_t i = 0; i < info->num_modules; i++) {
		fields_open(f, NULL);
		fields_number(f, "version", info->modules[i].version);
		put_module(f, &info->modules[i].module);
		put_isv_levels(f, &info->modules[i].levels);
		fields_close(f);
	}
	fields_list_close(f);
}

void
inspect_tcb_info(struct fields *f, const char *name, const struct tcb_info *info)
{
	fields_open(f, name);
	fields_text(f, "id", info->is_tdx ? "TDX" : "SGX");
	fields_number(f, "version", info->version);
	fields_time(f, "issue_date", info->issue_date);
	fields_time(f, "next_update", info->next_update);
	fields_hex(f, "fmspc", info->fmspc, sizeof info->fmspc);
	fields_hex(f, "pce_id", info->pce_id, sizeof info->pce_id);
	fields_number(f, "tcb_evaluation_data_number", info->evaluation_number);
	if (info->is_tdx)
		put_modules(f, info);
	fields_list_open(f, "tcb_levels");
	for (size_t i = 0; i < info->num_levels; i++)
		put_level(f, info, &info->levels[i]);
	fields_list_close(f);
	fields_hex(f, "signed_sha256", info->digest, sizeof info->digest);
	fields_close(f);
}

void
inspect_identity(struct fields *f, const char *name, const struct enclave_identity *identity)
{
	uint8_t miscselect[4], mask[4];

	store32le(miscselect, identity->miscselect);
	store32le(mask, identity->miscselect_mask);
	fields_open(f, name);
	fields_text(f, "id", identity_id_name(identity->id));
	fields_time(f, "issue_date", identity->issue_date);
	fields_time(f, "next_update", identity->next_update);
	fields_number(f, "tcb_evaluation_data_number", identity->evaluation_number);
	fields_hex(f, "miscselect", miscselect, sizeof miscselect);
	fields_hex(f, "miscselect_mask", mask, sizeof mask);
	inspect_attributes(f, "attributes", &identity->attributes);
	inspect_attributes(f, "attributes_mask", &identity->attributes_mask);
	fields_hex(f, "mrsigner", identity->mrsigner, sizeof identity->mrsigner);
	fields_number(f, "isv_prod_id", identity->isv_prod_id);
	put_isv_levels(f, &identity->levels);
	fields_hex(f, "signed_sha256", identity->digest, sizeof identity->digest);
	fields_close(f);
}

static void
put_part_chain(struct fields *f, const char *name, const struct cert_chain *chain, const struct part *part)
{
	if (part->rc != JURAT_OK) {
		fields_error(f, name, part->rc, &part->diag);
		return;
	}
	fields_list_open(f, name);
	for (size_t i = 0; i < chain->num; i++)
		inspect_cert(f, NULL, &chain->cert[i]);
	fields_list_close(f);
}

void
inspect_collateral(struct fields *f, const struct jurat_collateral *c)
{
	if (c->root_crl_part.rc == JURAT_OK)
		inspect_crl(f, "root_ca_crl", &c->root_crl);
	else
		fields_error(f, "root_ca_crl", c->root_crl_part.rc, &c->root_crl_part.diag);
	if (c->pck_crl_part.rc == JURAT_OK)
		inspect_crl(f, "pck_crl", &c->pck_crl);
	else
		fields_error(f, "pck_crl", c->pck_crl_part.rc, &c->pck_crl_part.diag);
	if (c->tcb_info_part.rc == JURAT_OK) {
		inspect_tcb_info(f, "tcb_info", &c->tcb_info);
		inspect_signature(f, "tcb_info_signature", &c->tcb_info_signature);
	} else {
		fields_error(f, "tcb_info", c->tcb_info_part.rc, &c->tcb_info_part.diag);
	}
	put_part_chain(f, "tcb_info_issuer_chain", &c->tcb_info_chain, &c->tcb_info_chain_part);
	if (c->qe_identity_part.rc == JURAT_OK) {
		inspect_identity(f, "qe_identity", &c->qe_identity);
		inspect_signature(f, "qe_identity_signature", &c->qe_identity_signature);
	} else {
		fields_error(f, "qe_identity", c->qe_identity_part.rc, &c->qe_identity_part.diag);
	}
	put_part_chain(f, "qe_identity_issuer_chain", &c->qe_identity_chain, &c->qe_identity_chain_part);
	if (c->has_pck_chain)
		put_part_chain(f, "pck_certificate_chain", &c->pck_chain, &c->pck_chain_part);
}
