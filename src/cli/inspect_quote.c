/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include <string.h>

static void
put_header(struct fields *f, const struct quote *q)
{
	const struct quote_header *h = &q->header;
	bool is_intel = memcmp(h->qe_vendor_id, quote_vendor_intel, sizeof quote_vendor_intel) == 0;

	fields_open(f, "header");
	fields_number(f, "version", h->version);
	fields_word(f, "att_key_type", h->att_key_type, "ECDSA P-256"); /* the reader takes no other */
	fields_word(f, "tee_type", h->tee_type, h->tee_type == QUOTE_TEE_TDX ? "TDX" : "SGX");
	fields_number(f, "qe_svn", h->qe_svn);
	fields_number(f, "pce_svn", h->pce_svn);
	fields_hex(f, "qe_vendor_id", h->qe_vendor_id, sizeof h->qe_vendor_id);
	fields_text(f, "qe_vendor", is_intel ? "Intel" : "unknown");
	fields_hex(f, "user_data", h->user_data, sizeof h->user_data);
	fields_close(f);
}

void
inspect_attributes(struct fields *f, const char *name, const struct sgx_attributes *a)
{
	/* SDM vol. 3D, ATTRIBUTES and XFRM */
	static const struct fields_flag flags[] = { { 0, "INIT" }, { 1, "DEBUG" }, { 2, "MODE64BIT" }, { 4, "PROVISION_KEY" }, { 5, "EINITTOKEN_KEY" },
		{ 6, "CET" }, { 7, "KSS" }, { 10, "AEX_NOTIFY" } };
	static const struct fields_flag xfrm[] = { { 0, "X87" }, { 1, "SSE" }, { 2, "AVX" }, { 5, "AVX512_OPMASK" }, { 6, "AVX512_ZMM_HI256" },
		{ 7, "AVX512_HI16_ZMM" }, { 9, "PKRU" }, { 11, "CET_U" }, { 12, "CET_S" }, { 17, "AMX_TILECFG" }, { 18, "AMX_TILEDATA" } };

	fields_open(f, name);
	fields_flags(f, "flags", a->flags, flags, ARRAY_LEN(flags));
	fields_flags(f, "xfrm", a->xfrm, xfrm, ARRAY_LEN(xfrm));
	fields_close(f);
}

static void
put_report(struct fields *f, const char *name, const struct sgx_report_body *b)
{
	fields_open(f, name);
	fields_hex(f, "cpusvn", b->cpusvn, sizeof b->cpusvn);
	fields_number(f, "miscselect", b->miscselect);
	fields_number(f, "cet_attributes", b->cet_attributes);
	fields_hex(f, "isv_ext_prod_id", b->isv_ext_prod_id, sizeof b->isv_ext_prod_id);
	inspect_attributes(f, "attributes", &b->attributes);
	fields_hex(f, "mrenclave", b->mrenclave, sizeof b->mrenclave);
	fields_hex(f, "mrsigner", b->mrsigner, sizeof b->mrsigner);
	fields_hex(f, "config_id", b->config_id, sizeof b->config_id);
	fields_number(f, "isv_prod_id", b->isv_prod_id);
	fields_number(f, "isv_svn", b->isv_svn);
	fields_number(f, "config_svn", b->config_svn);
	fields_hex(f, "isv_family_id", b->isv_family_id, sizeof b->isv_family_id);
	fields_hex(f, "report_data", b->report_data, sizeof b->report_data);
	fields_close(f);
}

static void
put_td_15(struct fields *f, const struct td_report *t)
{
	if (t->kind < TD_REPORT_15)
		return;
	fields_hex(f, "tee_tcb_svn2", t->tee_tcb_svn2, sizeof t->tee_tcb_svn2);
	fields_hex(f, "mr_servicetd", t->mr_servicetd, sizeof t->mr_servicetd);
	if (t->kind != TD_REPORT_15_EX)
		return;
	fields_number(f, "vmid", t->vmid);
	fields_hex(f, "td_id", t->td_id, sizeof t->td_id);
	fields_hex(f, "devinfo", t->devinfo, sizeof t->devinfo);
	fields_hex(f, "init_servtd_hash", t->init_servtd_hash, sizeof t->init_servtd_hash);
	fields_flags(f, "init_servtd_attr", t->init_servtd_attr, NULL, 0);
	fields_hex(f, "init_cpusvn", t->init_cpusvn, sizeof t->init_cpusvn);
	fields_hex(f, "init_tee_tcb_svn", t->init_tee_tcb_svn, sizeof t->init_tee_tcb_svn);
	fields_hex(f, "init_fmspc", t->init_fmspc, sizeof t->init_fmspc);
	fields_hex(f, "cur_servtd_hash", t->cur_servtd_hash, sizeof t->cur_servtd_hash);
	fields_flags(f, "cur_servtd_attr", t->cur_servtd_attr, NULL, 0);
}

static void
put_td(struct fields *f, const struct td_report *t)
{
	static const char *const kinds[] = { [TD_REPORT_10] = "TD report 1.0", [TD_REPORT_15] = "TD report 1.5", [TD_REPORT_15_EX] = "TD report 1.5 Ex" };
	static const char *const rtmrs[TD_NUM_RTMRS] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
	static const struct fields_flag attributes[] = { { 0, "DEBUG" }, { 28, "SEPT_VE_DISABLE" }, { 29, "MIGRATABLE" }, { 30, "PKS" }, { 31, "KL" },
		{ 63, "PERFMON" } };

	fields_open(f, "td_report");
	fields_word(f, "kind", t->kind, kinds[t->kind]);
	fields_hex(f, "tee_tcb_svn", t->tee_tcb_svn, sizeof t->tee_tcb_svn);
	fields_hex(f, "mr_seam", t->mr_seam, sizeof t->mr_seam);
	fields_hex(f, "mrsigner_seam", t->mrsigner_seam, sizeof t->mrsigner_seam);
	fields_flags(f, "seam_attributes", t->seam_attributes, NULL, 0);
	fields_flags(f, "td_attributes", t->td_attributes, attributes, ARRAY_LEN(attributes));
	fields_flags(f, "xfam", t->xfam, NULL, 0);
	fields_hex(f, "mr_td", t->mr_td, sizeof t->mr_td);
	fields_hex(f, "mr_config_id", t->mr_config_id, sizeof t->mr_config_id);
	fields_hex(f, "mr_owner", t->mr_owner, sizeof t->mr_owner);
	fields_hex(f, "mr_owner_config", t->mr_owner_config, sizeof t->mr_owner_config);
	for (size_t i = 0; i < TD_NUM_RTMRS; i++)
		fields_hex(f, rtmrs[i], t->rtmr[i], sizeof t->rtmr[i]);
	fields_hex(f, "report_data", t->report_data, sizeof t->report_data);
	put_td_15(f, t);
	fields_close(f);
}

static void
put_ppid(struct fields *f, const struct quote *q)
{
	struct quote_ppid_data ppid;
	struct jurat_diag d = { 0 };
	jurat_rc rc = quote_ppid_data_parse(&ppid, q, &d);

	if (rc != JURAT_OK) {
		fields_error(f, "platform", rc, &d);
		return;
	}
	fields_open(f, "platform");
	fields_hex(f, q->cert_type == QUOTE_CERT_PPID_PLAIN ? "ppid" : "encrypted_ppid", ppid.ppid.p, ppid.ppid.len);
	fields_hex(f, "cpusvn", ppid.cpusvn, sizeof ppid.cpusvn);
	fields_number(f, "pce_svn", ppid.pce_svn);
	fields_hex(f, "pce_id", ppid.pce_id, sizeof ppid.pce_id);
	fields_close(f);
}

static void
put_certification(struct fields *f, const struct quote *q)
{
	fields_open(f, "certification_data");
	fields_word(f, "type", q->cert_type, quote_cert_type_name(q->cert_type));
	fields_number(f, "length", (int64_t)q->cert_data.len);
	if (q->cert_type >= QUOTE_CERT_PPID_PLAIN && q->cert_type <= QUOTE_CERT_PPID_RSA3072)
		put_ppid(f, q);
	else if (q->cert_type == QUOTE_CERT_PCK_LEAF || q->cert_type == QUOTE_CERT_PCK_CHAIN)
		inspect_chain(f, "certificates", (const char *)q->cert_data.p, q->cert_data.len);
	else
		fields_hex(f, "bytes", q->cert_data.p, q->cert_data.len);
	fields_close(f);
}

void
inspect_quote(struct fields *f, const struct quote *q)
{
	put_header(f, q);
	if (q->body_type == QUOTE_BODY_SGX)
		put_report(f, "enclave_report", &q->body);
	else
		put_td(f, &q->td);
	fields_number(f, "signed_length", (int64_t)q->signed_bytes.len);
	inspect_signature(f, "signature", &q->signature);
	inspect_key(f, "attestation_key", &q->attestation_key);
	put_report(f, "qe_report", &q->qe_report);
	inspect_signature(f, "qe_report_signature", &q->qe_report_signature);
	fields_hex(f, "qe_auth_data", q->qe_auth_data.p, q->qe_auth_data.len);
	put_certification(f, q);
	fields_number(f, "bytes_after_quote", (int64_t)q->trailing_len);
}
