/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/quote.h"

#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"

const uint8_t quote_vendor_intel[16] = {
	0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07
};

#define QE_FIXED_LEN (SGX_REPORT_BODY_LEN + 64u + 2u + 2u + 4u) /* QE report, its signature, and the heads of what has variable length */
#define KEY_LEN (64u + 64u)                                      /* the quote's signature and the attestation key */
#define OUTER_HEAD_LEN (2u + 4u) /* versions 4 and 5: certification data type 6 around the QE's part */
#define BODY_HEAD_LEN (2u + 4u)  /* version 5: body type and size */

static bool
version_is_known(unsigned version)
{
	return version >= 3 && version <= 5;
}

static jurat_rc
header_check(const struct quote_header *h, struct jurat_diag *d)
{
	if (!version_is_known(h->version))
		return jurat_fail(d, JURAT_E_VERSION, "quote.header.version", 0, 5, h->version);
	if (h->att_key_type == QUOTE_ATT_KEY_ECDSA_P384)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "quote.header.att_key_type", 2, QUOTE_ATT_KEY_ECDSA_P256, h->att_key_type);
	if (h->att_key_type != QUOTE_ATT_KEY_ECDSA_P256)
		return jurat_fail(d, JURAT_E_FORMAT, "quote.header.att_key_type", 2, QUOTE_ATT_KEY_ECDSA_P256, h->att_key_type);
	if (h->version == 3 && h->tee_type != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "quote.header.reserved", 4, 0, h->tee_type);
	if (h->tee_type != QUOTE_TEE_SGX && h->tee_type != QUOTE_TEE_TDX)
		return jurat_fail(d, JURAT_E_FORMAT, "quote.header.tee_type", 4, QUOTE_TEE_TDX, h->tee_type);
	return JURAT_OK;
}

/* The version decides the layout, so that a short quote of another version is still refused by its version. */
static jurat_rc
header_parse(struct quote_header *h, struct reader *r, struct jurat_diag *d)
{
	jurat_rc rc;

	h->version = reader_u16le(r);
	if (!r->failed && !version_is_known(h->version))
		return header_check(h, d);
	h->att_key_type = reader_u16le(r);
	h->tee_type = reader_u32le(r);
	h->qe_svn = reader_u16le(r);
	h->pce_svn = reader_u16le(r);
	reader_copy(r, h->qe_vendor_id, sizeof h->qe_vendor_id);
	reader_copy(r, h->user_data, sizeof h->user_data);
	rc = reader_check(r, "quote.header", d);
	return rc == JURAT_OK ? header_check(h, d) : rc;
}

static size_t
body_len(unsigned body_type)
{
	return body_type == QUOTE_BODY_SGX ? SGX_REPORT_BODY_LEN : td_report_len(body_type);
}

/* body_type_of: what the header alone says; version 5 has the type of its own beside it. */
static unsigned
body_type_of(const struct quote_header *h)
{
	return h->tee_type == QUOTE_TEE_TDX ? TD_REPORT_10 : QUOTE_BODY_SGX;
}

/* body_type_check: a version 5 body is one of its TEE. */
static jurat_rc
body_type_check(const struct quote_header *h, unsigned body_type, struct jurat_diag *d)
{
	if (body_len(body_type) == 0 || (body_type == QUOTE_BODY_SGX) != (h->tee_type == QUOTE_TEE_SGX))
		return jurat_fail(d, JURAT_E_FORMAT, "quote.body_type", QUOTE_HEADER_LEN, body_type_of(h), body_type);
	return JURAT_OK;
}

/* body_head_parse: the type and size that version 5 puts before its body. */
static jurat_rc
body_head_parse(struct quote *q, struct reader *r, struct jurat_diag *d)
{
	unsigned type = reader_u16le(r);
	uint32_t size = reader_u32le(r);
	jurat_rc rc = reader_check(r, "quote.body_type", d);

	if (rc == JURAT_OK)
		rc = body_type_check(&q->header, type, d);
	if (rc == JURAT_OK && size != body_len(type))
		rc = jurat_fail(d, JURAT_E_FORMAT, "quote.body_size", QUOTE_HEADER_LEN + 2, body_len(type), size);
	q->body_type = type;
	return rc;
}

static jurat_rc
body_parse(struct quote *q, struct reader *r, struct jurat_diag *d)
{
	const uint8_t *body;
	size_t len;
	jurat_rc rc = JURAT_OK;

	q->body_type = body_type_of(&q->header);
	if (q->header.version == 5)
		rc = body_head_parse(q, r, d);
	if (rc != JURAT_OK)
		return rc;
	len = body_len(q->body_type);
	body = reader_take(r, len);
	rc = reader_check(r, "quote.body", d);
	if (rc != JURAT_OK)
		return rc;
	if (q->body_type == QUOTE_BODY_SGX)
		return report_body_parse(&q->body, body, len, d);
	return td_report_parse(&q->td, q->body_type, body, len, d);
}

static struct quote_span
span_read(struct reader *r, size_t len)
{
	struct quote_span s = { .len = len, .off = r->off };

	s.p = reader_take(r, len);
	return s;
}

static void
signature_read(struct p256_signature *s, struct reader *r)
{
	reader_copy(r, s->r, sizeof s->r);
	reader_copy(r, s->s, sizeof s->s);
}

/* qe_parse: the QE's report, authentication data and certification data, to the very end of a. */
static jurat_rc
qe_parse(struct quote *q, struct reader *a, struct jurat_diag *d)
{
	size_t len;
	jurat_rc rc;

	q->qe_report_bytes = span_read(a, SGX_REPORT_BODY_LEN);
	signature_read(&q->qe_report_signature, a);
	len = reader_u16le(a);
	rc = reader_check(a, "quote.qe_report", d);
	if (rc != JURAT_OK)
		return rc;
	if (len > QUOTE_QE_AUTH_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote.qe_auth_data", a->off, QUOTE_QE_AUTH_MAX_LEN, len);
	q->qe_auth_data = span_read(a, len);
	q->cert_type = reader_u16le(a);
	len = reader_u32le(a);
	rc = reader_check(a, "quote.qe_auth_data", d);
	if (rc != JURAT_OK)
		return rc;
	if (len > QUOTE_CERT_DATA_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote.cert_data", a->off, QUOTE_CERT_DATA_MAX_LEN, len);
	q->cert_data = span_read(a, len);
	rc = reader_end(a, "quote.cert_data", d);
	if (rc != JURAT_OK)
		return rc;
	return report_body_parse(&q->qe_report, q->qe_report_bytes.p, q->qe_report_bytes.len, d);
}

/* auth_parse: versions 4 and 5 wrap what follows the attestation key as certification data of type 6. */
static jurat_rc
auth_parse(struct quote *q, struct reader *auth, struct jurat_diag *d)
{
	unsigned type;
	struct reader qe;
	jurat_rc rc;

	signature_read(&q->signature, auth);
	reader_copy(auth, q->attestation_key.x, sizeof q->attestation_key.x);
	reader_copy(auth, q->attestation_key.y, sizeof q->attestation_key.y);
	if (q->header.version == 3)
		return qe_parse(q, auth, d);
	type = reader_u16le(auth);
	rc = reader_check(auth, "quote.outer_cert_type", d);
	if (rc == JURAT_OK && type != QUOTE_CERT_QE_REPORT)
		rc = jurat_fail(d, JURAT_E_FORMAT, "quote.outer_cert_type", auth->off - 2, QUOTE_CERT_QE_REPORT, type);
	if (rc != JURAT_OK)
		return rc;
	qe = reader_sub(auth, reader_u32le(auth));
	rc = reader_check(&qe, "quote.outer_cert_data", d);
	if (rc == JURAT_OK)
		rc = reader_end(auth, "quote.outer_cert_data", d);
	return rc == JURAT_OK ? qe_parse(q, &qe, d) : rc;
}

jurat_rc
quote_parse(struct quote *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct quote q = { 0 };
	struct reader r, auth;
	jurat_rc rc;

	if (len > QUOTE_PADDED_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote", NO_OFFSET, QUOTE_PADDED_MAX_LEN, len);
	reader_init(&r, p, len);
	rc = header_parse(&q.header, &r, d);
	if (rc == JURAT_OK)
		rc = body_parse(&q, &r, d);
	if (rc != JURAT_OK)
		return rc;
	q.signed_bytes = (struct quote_span){ .p = p, .len = r.off };
	auth = reader_sub(&r, reader_u32le(&r));
	rc = reader_check(&auth, "quote.auth_data", d);
	if (rc == JURAT_OK && r.off > QUOTE_MAX_LEN)
		rc = jurat_fail(d, JURAT_E_TOO_LARGE, "quote.auth_data", q.signed_bytes.len, QUOTE_MAX_LEN, r.off);
	if (rc == JURAT_OK)
		rc = auth_parse(&q, &auth, d);
	if (rc != JURAT_OK)
		return rc;
	q.trailing_len = r.left;
	*out = q;
	return JURAT_OK;
}

static void
header_write(struct writer *w, const struct quote_header *h)
{
	writer_u16le(w, h->version);
	writer_u16le(w, h->att_key_type);
	writer_u32le(w, h->tee_type);
	writer_u16le(w, h->qe_svn);
	writer_u16le(w, h->pce_svn);
	writer_copy(w, h->qe_vendor_id, sizeof h->qe_vendor_id);
	writer_copy(w, h->user_data, sizeof h->user_data);
}

static void
sgx_body_write(struct writer *w, const struct sgx_report_body *body)
{
	uint8_t encoded[SGX_REPORT_BODY_LEN];

	report_body_encode(encoded, body);
	writer_copy(w, encoded, sizeof encoded);
}

void
quote_encode_head(uint8_t out[QUOTE_SIGNED_V3_LEN], const struct quote_header *header, const struct sgx_report_body *body)
{
	struct writer w;

	writer_init(&w, out, QUOTE_SIGNED_V3_LEN);
	header_write(&w, header);
	sgx_body_write(&w, body);
}

/* signed_check: header and body can be written; *out_type is the body's. */
static jurat_rc
signed_check(const struct quote *q, unsigned *out_type, struct jurat_diag *d)
{
	jurat_rc rc = header_check(&q->header, d);

	*out_type = q->header.version == 5 ? q->body_type : body_type_of(&q->header);
	if (rc == JURAT_OK)
		rc = body_type_check(&q->header, *out_type, d);
	if (rc == JURAT_OK && *out_type != QUOTE_BODY_SGX && *out_type != (unsigned)q->td.kind)
		rc = jurat_fail(d, JURAT_E_FORMAT, "quote.td.kind", NO_OFFSET, *out_type, (uint64_t)q->td.kind);
	return rc;
}

static void
signed_write(struct writer *w, const struct quote *q, unsigned type)
{
	uint8_t td[TD_REPORT_15_EX_LEN];

	header_write(w, &q->header);
	if (q->header.version == 5) {
		writer_u16le(w, (uint16_t)type);
		writer_u32le(w, (uint32_t)body_len(type));
	}
	if (type == QUOTE_BODY_SGX) {
		sgx_body_write(w, &q->body);
		return;
	}
	td_report_encode(td, &q->td);
	writer_copy(w, td, body_len(type));
}

jurat_rc
quote_encode_signed(uint8_t *out, size_t cap, size_t *out_len, const struct quote *quote, struct jurat_diag *d)
{
	struct writer w;
	unsigned type;
	jurat_rc rc = signed_check(quote, &type, d);

	if (rc != JURAT_OK)
		return rc;
	writer_init(&w, out, cap);
	signed_write(&w, quote, type);
	rc = writer_check(&w, "quote", d);
	if (rc == JURAT_OK)
		*out_len = w.len;
	return rc;
}

static void
qe_write(struct writer *w, const struct quote *q)
{
	sgx_body_write(w, &q->qe_report);
	writer_copy(w, q->qe_report_signature.r, sizeof q->qe_report_signature.r);
	writer_copy(w, q->qe_report_signature.s, sizeof q->qe_report_signature.s);
	writer_u16le(w, (uint16_t)q->qe_auth_data.len);
	writer_copy(w, q->qe_auth_data.p, q->qe_auth_data.len);
	writer_u16le(w, q->cert_type);
	writer_u32le(w, (uint32_t)q->cert_data.len);
	writer_copy(w, q->cert_data.p, q->cert_data.len);
}

static void
auth_write(struct writer *w, const struct quote *q, size_t qe_len)
{
	bool is_wrapped = q->header.version != 3;

	writer_u32le(w, (uint32_t)(KEY_LEN + (is_wrapped ? OUTER_HEAD_LEN : 0) + qe_len));
	writer_copy(w, q->signature.r, sizeof q->signature.r);
	writer_copy(w, q->signature.s, sizeof q->signature.s);
	writer_copy(w, q->attestation_key.x, sizeof q->attestation_key.x);
	writer_copy(w, q->attestation_key.y, sizeof q->attestation_key.y);
	if (is_wrapped) {
		writer_u16le(w, QUOTE_CERT_QE_REPORT);
		writer_u32le(w, (uint32_t)qe_len);
	}
	qe_write(w, q);
}

jurat_rc
quote_encode(uint8_t *out, size_t cap, size_t *out_len, const struct quote *quote, struct jurat_diag *d)
{
	size_t qe_len, total;
	unsigned type;
	struct writer w;
	jurat_rc rc = signed_check(quote, &type, d);

	if (rc != JURAT_OK)
		return rc;
	if (quote->qe_auth_data.len > QUOTE_QE_AUTH_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote.qe_auth_data", NO_OFFSET, QUOTE_QE_AUTH_MAX_LEN, quote->qe_auth_data.len);
	if (quote->cert_data.len > QUOTE_CERT_DATA_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote.cert_data", NO_OFFSET, QUOTE_CERT_DATA_MAX_LEN, quote->cert_data.len);
	/* every part is below 2^16, no overflow */
	qe_len = QE_FIXED_LEN + quote->qe_auth_data.len + quote->cert_data.len;
	total = QUOTE_HEADER_LEN + (quote->header.version == 5 ? BODY_HEAD_LEN : 0) + body_len(type) + 4 + KEY_LEN +
	    (quote->header.version != 3 ? OUTER_HEAD_LEN : 0) + qe_len;
	if (total > cap)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote", NO_OFFSET, cap, total);
	writer_init(&w, out, cap);
	signed_write(&w, quote, type);
	auth_write(&w, quote, qe_len);
	rc = writer_check(&w, "quote", d);
	if (rc == JURAT_OK)
		*out_len = w.len;
	return rc;
}

const uint8_t *
quote_report_data(const struct quote *quote)
{
	return quote->body_type == QUOTE_BODY_SGX ? quote->body.report_data : quote->td.report_data;
}

const char *
quote_cert_type_name(unsigned cert_type)
{
	switch (cert_type) {
	case QUOTE_CERT_PPID_PLAIN:
		return "PPID";
	case QUOTE_CERT_PPID_RSA2048:
		return "PPID encrypted with RSA-2048";
	case QUOTE_CERT_PPID_RSA3072:
		return "PPID encrypted with RSA-3072";
	case QUOTE_CERT_PCK_LEAF:
		return "PCK certificate";
	case QUOTE_CERT_PCK_CHAIN:
		return "PCK certificate chain";
	case QUOTE_CERT_QE_REPORT:
		return "QE report certification data";
	case QUOTE_CERT_PLATFORM_MANIFEST:
		return "platform manifest";
	default:
		return "unknown";
	}
}

jurat_rc
quote_ppid_data_parse(struct quote_ppid_data *out, const struct quote *quote, struct jurat_diag *d)
{
	static const size_t ppid_len[] = { [QUOTE_CERT_PPID_PLAIN] = 16, [QUOTE_CERT_PPID_RSA2048] = 256, [QUOTE_CERT_PPID_RSA3072] = 384 };
	struct quote_ppid_data data;
	struct reader r;
	jurat_rc rc;

	if (quote->cert_type < QUOTE_CERT_PPID_PLAIN || quote->cert_type > QUOTE_CERT_PPID_RSA3072)
		return jurat_fail(d, JURAT_E_USAGE, "quote.cert_type", NO_OFFSET, QUOTE_CERT_PPID_RSA3072, quote->cert_type);
	reader_init(&r, quote->cert_data.p, quote->cert_data.len);
	data.ppid = span_read(&r, ppid_len[quote->cert_type]);
	data.ppid.off += quote->cert_data.off;
	reader_copy(&r, data.cpusvn, sizeof data.cpusvn);
	data.pce_svn = reader_u16le(&r);
	reader_copy(&r, data.pce_id, sizeof data.pce_id);
	rc = reader_end(&r, "quote.cert_data", d);
	if (rc == JURAT_OK)
		*out = data;
	return rc;
}

void
quote_qe_binding(uint8_t out[SHA256_LEN], const struct p256_public *key, const void *qe_auth, size_t qe_auth_len)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, key->x, sizeof key->x);
	sha256_update(&h, key->y, sizeof key->y);
	sha256_update(&h, qe_auth, qe_auth_len);
	sha256_final(&h, out);
}
