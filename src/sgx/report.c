/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/report.h"

#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "core/sabotage.h"
#include "sgx/attributes.h"

jurat_rc
report_body_parse(struct sgx_report_body *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_report_body b = { 0 };
	bool reserved_ok = true;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	reader_copy(&r, b.cpusvn, sizeof b.cpusvn);
	b.miscselect = reader_u32le(&r);
	b.cet_attributes = reader_u8(&r);
	reserved_ok &= reader_zeros(&r, 11);
	reader_copy(&r, b.isv_ext_prod_id, sizeof b.isv_ext_prod_id);
	b.attributes = attributes_read(&r);
	reader_copy(&r, b.mrenclave, sizeof b.mrenclave);
	reserved_ok &= reader_zeros(&r, 32);
	reader_copy(&r, b.mrsigner, sizeof b.mrsigner);
	reserved_ok &= reader_zeros(&r, 32);
	reader_copy(&r, b.config_id, sizeof b.config_id);
	b.isv_prod_id = reader_u16le(&r);
	b.isv_svn = reader_u16le(&r);
	b.config_svn = reader_u16le(&r);
	reserved_ok &= reader_zeros(&r, 42);
	reader_copy(&r, b.isv_family_id, sizeof b.isv_family_id);
	reader_copy(&r, b.report_data, sizeof b.report_data);
	rc = reader_end(&r, "report.body", d);
	if (rc != JURAT_OK)
		return rc;
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "report.body.reserved", NO_OFFSET, 0, 0);
	*out = b;
	return JURAT_OK;
}

static void
body_write(struct writer *w, const struct sgx_report_body *b)
{
	writer_copy(w, b->cpusvn, sizeof b->cpusvn);
	writer_u32le(w, b->miscselect);
	writer_u8(w, b->cet_attributes);
	writer_zeros(w, 11);
	writer_copy(w, b->isv_ext_prod_id, sizeof b->isv_ext_prod_id);
	attributes_write(w, &b->attributes);
	writer_copy(w, b->mrenclave, sizeof b->mrenclave);
	writer_zeros(w, 32);
	writer_copy(w, b->mrsigner, sizeof b->mrsigner);
	writer_zeros(w, 32);
	writer_copy(w, b->config_id, sizeof b->config_id);
	writer_u16le(w, b->isv_prod_id);
	writer_u16le(w, b->isv_svn);
	writer_u16le(w, b->config_svn);
	writer_zeros(w, 42);
	writer_copy(w, b->isv_family_id, sizeof b->isv_family_id);
	writer_copy(w, b->report_data, sizeof b->report_data);
}

void
report_body_encode(uint8_t out[SGX_REPORT_BODY_LEN], const struct sgx_report_body *body)
{
	struct writer w;

	writer_init(&w, out, SGX_REPORT_BODY_LEN);
	body_write(&w, body);
}

jurat_rc
report_parse(struct sgx_report *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_report report;
	const uint8_t *body;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	body = reader_take(&r, SGX_REPORT_BODY_LEN);
	reader_copy(&r, report.key_id, sizeof report.key_id);
	reader_copy(&r, report.mac, sizeof report.mac);
	rc = reader_end(&r, "report", d);
	if (rc != JURAT_OK)
		return rc;
	rc = report_body_parse(&report.body, body, SGX_REPORT_BODY_LEN, d);
	if (rc != JURAT_OK)
		return rc;
	*out = report;
	return JURAT_OK;
}

void
report_encode(uint8_t out[SGX_REPORT_LEN], const struct sgx_report *report)
{
	struct writer w;

	writer_init(&w, out, SGX_REPORT_LEN);
	body_write(&w, &report->body);
	writer_copy(&w, report->key_id, sizeof report->key_id);
	writer_copy(&w, report->mac, sizeof report->mac);
}

jurat_rc
target_parse(struct sgx_target *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_target t = { 0 };
	bool reserved_ok = true;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	reader_copy(&r, t.mrenclave, sizeof t.mrenclave);
	t.attributes = attributes_read(&r);
	t.cet_attributes = reader_u8(&r);
	reserved_ok &= reader_zeros(&r, 1);
	t.config_svn = reader_u16le(&r);
	t.miscselect = reader_u32le(&r);
	reserved_ok &= reader_zeros(&r, 8);
	reader_copy(&r, t.config_id, sizeof t.config_id);
	reserved_ok &= reader_zeros(&r, 384);
	rc = reader_end(&r, "targetinfo", d);
	if (rc != JURAT_OK)
		return rc;
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "targetinfo.reserved", NO_OFFSET, 0, 0);
	*out = t;
	return JURAT_OK;
}

void
target_encode(uint8_t out[SGX_TARGETINFO_LEN], const struct sgx_target *target)
{
	struct writer w;

	writer_init(&w, out, SGX_TARGETINFO_LEN);
	writer_copy(&w, target->mrenclave, sizeof target->mrenclave);
	attributes_write(&w, &target->attributes);
	writer_u8(&w, target->cet_attributes);
	writer_zeros(&w, 1);
	writer_u16le(&w, target->config_svn);
	writer_u32le(&w, target->miscselect);
	writer_zeros(&w, 8);
	writer_copy(&w, target->config_id, sizeof target->config_id);
	writer_zeros(&w, 384);
}

void
target_of(struct sgx_target *out, const struct sgx_report_body *body)
{
	struct sgx_target t = { 0 };

	memcpy(t.mrenclave, body->mrenclave, sizeof t.mrenclave);
	t.attributes = body->attributes;
	t.cet_attributes = body->cet_attributes;
	t.config_svn = body->config_svn;
	t.miscselect = body->miscselect;
	memcpy(t.config_id, body->config_id, sizeof t.config_id);
	*out = t;
}

jurat_rc
report_mac(uint8_t out[16], const struct aes128_key *report_key, const struct sgx_report_body *body)
{
	uint8_t encoded[SGX_REPORT_BODY_LEN];

	report_body_encode(encoded, body);
	return cmac_aes128(out, report_key, encoded, sizeof encoded);
}

jurat_rc
report_check_mac(const struct sgx_report *report, const struct aes128_key *report_key, struct jurat_diag *d)
{
	uint8_t mac[16];
	jurat_rc rc;

	rc = report_mac(mac, report_key, &report->body);
	if (rc == JURAT_OK && !SABOTAGED("report.mac") && !ct_equal(mac, report->mac, sizeof mac))
		rc = jurat_fail(d, JURAT_E_CRYPTO, "report.mac", SGX_REPORT_LEN - sizeof mac, 0, 0);
	wipe(mac, sizeof mac);
	return rc;
}
