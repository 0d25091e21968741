/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/platform_internal.h"

#include "core/bytes.h"
#include "core/diag.h"

/* body_len_of: what an operation takes; SIZE_MAX for an unknown one. */
static size_t
body_len_of(uint16_t op)
{
	switch (op) {
	case PLATFORM_TARGET:
	case PLATFORM_INFO:
		return 0;
	case PLATFORM_QUOTE:
		return PLATFORM_REQUEST_BODY_MAX_LEN;
	default:
		return SIZE_MAX;
	}
}

jurat_rc
platform_request_parse(struct platform_request *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct platform_request q = { 0 };
	uint16_t version;
	uint32_t rest; /* bytes after the length */
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rest = reader_u32le(&r);
	version = reader_u16le(&r);
	q.op = reader_u16le(&r);
	rc = reader_check(&r, "platform_request", d);
	if (rc != JURAT_OK)
		return rc;
	if (rest > PLATFORM_REQUEST_MAX_LEN - 4)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "platform_request.length", 0, PLATFORM_REQUEST_MAX_LEN - 4, rest);
	if (version != PLATFORM_WIRE_VERSION)
		return jurat_fail(d, JURAT_E_VERSION, "platform_request.version", 4, PLATFORM_WIRE_VERSION, version);
	q.body_len = body_len_of(q.op);
	if (q.body_len == SIZE_MAX)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "platform_request.op", 6, PLATFORM_INFO, q.op);
	if (rest != q.body_len + 4)
		return jurat_fail(d, JURAT_E_FORMAT, "platform_request.length", 0, q.body_len + 4, rest);
	q.body = reader_take(&r, q.body_len);
	q.total_len = r.off;
	rc = reader_check(&r, "platform_request", d);
	if (rc == JURAT_OK)
		*out = q;
	return rc;
}

void
platform_request_encode(uint8_t *out, uint16_t op, const void *body, size_t body_len)
{
	struct writer w;

	writer_init(&w, out, PLATFORM_REQUEST_HEAD_LEN + body_len);
	writer_u32le(&w, (uint32_t)(4 + body_len));
	writer_u16le(&w, PLATFORM_WIRE_VERSION);
	writer_u16le(&w, op);
	writer_copy(&w, body, body_len);
}

jurat_rc
platform_info_parse(struct platform_info *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct platform_info info;
	const uint8_t *body;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	reader_copy(&r, info.ppid, sizeof info.ppid);
	reader_copy(&r, info.pck.x, sizeof info.pck.x);
	reader_copy(&r, info.pck.y, sizeof info.pck.y);
	reader_copy(&r, info.cpusvn, sizeof info.cpusvn);
	info.pce_svn = reader_u16le(&r);
	body = reader_take(&r, SGX_REPORT_BODY_LEN);
	rc = reader_end(&r, "platform.info", d);
	if (rc == JURAT_OK)
		rc = report_body_parse(&info.qe, body, SGX_REPORT_BODY_LEN, d);
	if (rc == JURAT_OK)
		*out = info;
	return rc;
}

void
platform_info_encode(uint8_t out[PLATFORM_INFO_LEN], const struct platform_info *info)
{
	uint8_t body[SGX_REPORT_BODY_LEN];
	struct writer w;

	report_body_encode(body, &info->qe);
	writer_init(&w, out, PLATFORM_INFO_LEN);
	writer_copy(&w, info->ppid, sizeof info->ppid);
	writer_copy(&w, info->pck.x, sizeof info->pck.x);
	writer_copy(&w, info->pck.y, sizeof info->pck.y);
	writer_copy(&w, info->cpusvn, sizeof info->cpusvn);
	writer_u16le(&w, info->pce_svn);
	writer_copy(&w, body, sizeof body);
}

jurat_rc
platform_quoted_parse(struct platform_quoted *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct platform_quoted q;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	q.quote_len = reader_u32le(&r);
	if (q.quote_len > QUOTE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "platform.quote", 0, QUOTE_MAX_LEN, q.quote_len);
	q.quote = reader_take(&r, q.quote_len);
	q.qe_report = reader_take(&r, SGX_REPORT_LEN);
	rc = reader_end(&r, "platform.quote", d);
	if (rc == JURAT_OK)
		*out = q;
	return rc;
}
