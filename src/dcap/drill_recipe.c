/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe to begin with: everything is right. */
#include <string.h>

#include "dcap/drill_recipe.h"

#define YEAR_S (365 * DRILL_DAY_S)
#define XFAM_PLAIN 0xe7ull /* x87, SSE, AVX, AVX-512 */

static const uint8_t fmspc[6] = { 'D', 'R', 'I', 'L', 'L', 0 };

void
drill_serial_of(uint8_t out[PKI_SERIAL_LEN], enum drill_cert which)
{
	memset(out, 0x11, PKI_SERIAL_LEN);
	out[0] = (uint8_t)(0x40 + which);
}

/* ---- everything right ---- */

static void
init_certs(struct drill_recipe *r)
{
	const struct drill_world *w = r->w;
	int64_t begin = r->now - DRILL_DAY_S, end = r->now + 10 * YEAR_S;

	r->cert[CERT_ROOT] = (struct drill_cert_plan){ PKI_ROOT, &w->names, &w->root, &w->root, begin, end, NULL };
	r->cert[CERT_CA] = (struct drill_cert_plan){ PKI_PLATFORM_CA, &w->names, &w->root, &w->platform, begin, end, NULL };
	r->cert[CERT_LEAF] = (struct drill_cert_plan){ PKI_PCK, &w->names, &w->platform, &w->pck, begin, end, NULL };
	r->cert[CERT_SIGNER] = (struct drill_cert_plan){ PKI_TCB_SIGNING, &w->names, &w->root, &w->signing, begin, end, NULL };
	r->chain[0] = CERT_LEAF;
	r->chain[1] = CERT_CA;
	r->chain[2] = CERT_ROOT;
	r->num_chain = 3;
}

static void
init_collateral(struct drill_recipe *r)
{
	const struct drill_world *w = r->w;
	int64_t begin = r->now - DRILL_DAY_S, end = r->now + 29 * DRILL_DAY_S;
	struct drill_json_plan plan = { .signer = &w->signing, .chain = { CERT_SIGNER, CERT_ROOT }, .num_chain = 2 };

	r->root_crl = (struct drill_crl_plan){ PKI_ROOT, &w->names, &w->root, begin, end, CERT_NUM, NULL };
	r->pck_crl = (struct drill_crl_plan){ PKI_PLATFORM_CA, &w->names, &w->platform, begin, end, CERT_NUM, NULL };
	r->tcb = (struct pki_tcb_info){ .dates = { begin, end }, .evaluation_number = 18, .tcb_date = begin, .pce_svn = 5,
		.status = TCB_UP_TO_DATE };
	memset(r->tcb.components, 4, sizeof r->tcb.components);
	memcpy(r->tcb.fmspc, fmspc, sizeof fmspc);
	r->identity = (struct pki_qe_identity){ .dates = { begin, end }, .evaluation_number = 18, .tcb_date = begin,
		.attributes = { SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT, SGX_XFRM_LEGACY }, .isv_prod_id = 1, .isv_svn = 8 };
	memset(r->identity.mrsigner, 0xa5, sizeof r->identity.mrsigner);
	r->tcb_plan = r->identity_plan = plan;
}

/* The first two components are the module's own: isv_svn and version. */
static void
init_tdx_collateral(struct drill_recipe *r)
{
	struct pki_tdx *tdx = &r->tcb.tdx;

	r->tcb.is_tdx = r->identity.is_tdx = true;
	r->identity.isv_prod_id = 2;
	memset(tdx->components, 4, sizeof tdx->components);
	tdx->components[0] = 7;
	tdx->components[1] = 0;
	memset(tdx->mrsigner, 0x5e, sizeof tdx->mrsigner);
	tdx->modules[0] = (struct pki_tdx_module){ 1, 7 };
	tdx->modules[1] = (struct pki_tdx_module){ 3, 0 };
	tdx->num_modules = 2;
}

static void
init_header(struct drill_recipe *r)
{
	struct quote *q = &r->quote;

	q->header = (struct quote_header){ .version = r->shape->version, .att_key_type = QUOTE_ATT_KEY_ECDSA_P256, .qe_svn = 8, .pce_svn = 5 };
	memcpy(q->header.qe_vendor_id, quote_vendor_intel, sizeof quote_vendor_intel);
	q->body_type = r->shape->body_type;
	q->qe_report.attributes = r->identity.attributes;
	memcpy(q->qe_report.mrsigner, r->identity.mrsigner, sizeof q->qe_report.mrsigner);
	q->qe_report.isv_prod_id = r->identity.isv_prod_id;
	q->qe_report.isv_svn = 8;
	q->cert_type = QUOTE_CERT_PCK_CHAIN;
}

static void
init_enclave(struct sgx_report_body *body)
{
	body->attributes = (struct sgx_attributes){ SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT, SGX_XFRM_LEGACY };
	memset(body->mrenclave, 0x77, sizeof body->mrenclave);
	memset(body->mrsigner, 0x88, sizeof body->mrsigner);
	body->isv_prod_id = 7;
	body->isv_svn = 3;
}

static void
init_td(struct td_report *td, enum td_report_kind kind)
{
	td->kind = kind;
	memset(td->tee_tcb_svn, 4, sizeof td->tee_tcb_svn);
	td->tee_tcb_svn[0] = 7;
	td->tee_tcb_svn[1] = 1;
	memset(td->mr_seam, 0x5a, sizeof td->mr_seam);
	memset(td->mrsigner_seam, 0x5e, sizeof td->mrsigner_seam);
	td->td_attributes = TD_ATTRIBUTES_SEPT_VE_DISABLE;
	td->xfam = XFAM_PLAIN;
	memset(td->mr_td, 0x77, sizeof td->mr_td);
	for (size_t i = 0; i < TD_NUM_RTMRS; i++)
		memset(td->rtmr[i], 0x10 + (int)i, sizeof td->rtmr[i]);
	if (kind >= TD_REPORT_15)
		memcpy(td->tee_tcb_svn2, td->tee_tcb_svn, sizeof td->tee_tcb_svn2);
}

static void
init_names(struct drill_recipe *r)
{
	r->other_names = r->processor_names = r->w->names;
	memcpy(r->other_names.common_name[PKI_ROOT], "Another SGX Root CA", sizeof "Another SGX Root CA");
	memcpy(r->other_names.common_name[PKI_PLATFORM_CA], "Another SGX PCK Platform CA", sizeof "Another SGX PCK Platform CA");
	memcpy(r->processor_names.common_name[PKI_PLATFORM_CA], r->w->names.common_name[PKI_PROCESSOR_CA], PKI_COMMON_NAME_LEN + 1);
}

size_t
drill_signed_len(const struct drill_recipe *r)
{
	size_t body = r->shape->body_type == QUOTE_BODY_SGX ? SGX_REPORT_BODY_LEN : td_report_len(r->shape->body_type);

	return QUOTE_HEADER_LEN + (r->shape->version == 5 ? 6u : 0u) + body;
}

void
drill_recipe_init(struct drill_recipe *r, const struct drill_world *w, int64_t now, const struct drill_shape *shape)
{
	*r = (struct drill_recipe){ .w = w, .shape = shape, .now = now, .at = now, .report_signer = &w->pck, .attestation = &w->attestation,
		.qe_auth_len = 32, .cut_to = SIZE_MAX };
	r->cert_data.is_chain = true;
	r->sgx = (struct pck_extension){ .pce_svn = 5, .has_platform = true, .dynamic_platform = PCK_FALSE, .cached_keys = PCK_FALSE,
		.smt_enabled = PCK_FALSE };
	memset(r->sgx.components, 4, sizeof r->sgx.components);
	memset(r->sgx.cpusvn, 4, sizeof r->sgx.cpusvn);
	memset(r->sgx.ppid, 0x9d, sizeof r->sgx.ppid);
	memcpy(r->sgx.fmspc, fmspc, sizeof fmspc);
	init_names(r);
	init_certs(r);
	init_collateral(r);
	if (shape->body_type != QUOTE_BODY_SGX)
		init_tdx_collateral(r);
	init_header(r);
	if (shape->body_type == QUOTE_BODY_SGX) {
		init_enclave(&r->quote.body);
		return;
	}
	r->quote.header.tee_type = QUOTE_TEE_TDX;
	init_td(&r->quote.td, (enum td_report_kind)shape->body_type);
}

static const struct {
	enum tcb_status status;
	const char *word;
} statuses[DRILL_NUM_STATUSES] = { { TCB_SW_HARDENING_NEEDED, "sw-hardening" }, { TCB_CONFIGURATION_NEEDED, "configuration" },
	{ TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED, "configuration-and-sw-hardening" }, { TCB_OUT_OF_DATE, "out-of-date" },
	{ TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, "out-of-date-configuration" } };

void
drill_platform_status(struct drill_recipe *r, unsigned arg)
{
	r->tcb.status = statuses[arg].status;
}

const char *
drill_status_word(unsigned arg)
{
	return statuses[arg].word;
}

void
drill_platform_revoked(struct drill_recipe *r, unsigned arg)
{
	r->tcb.status = TCB_REVOKED;
}
