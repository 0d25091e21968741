/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/quote.h"

#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"

const uint8_t quote_vendor_intel[16] = {
	0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07
};

/* the authentication data without the two parts of variable length */
enum { AUTH_FIXED_LEN = 64 + 64 + SGX_REPORT_BODY_LEN + 64 + 2 + 2 + 4 };

static jurat_rc
header_check(const struct quote_header *h, struct jurat_diag *d)
{
	if (h->version != 3)
		return jurat_fail(d, JURAT_E_VERSION, "quote.header.version", 0, 3, h->version);
	if (h->att_key_type == QUOTE_ATT_KEY_ECDSA_P384)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "quote.header.att_key_type", 2, QUOTE_ATT_KEY_ECDSA_P256, h->att_key_type);
	if (h->att_key_type != QUOTE_ATT_KEY_ECDSA_P256)
		return jurat_fail(d, JURAT_E_FORMAT, "quote.header.att_key_type", 2, QUOTE_ATT_KEY_ECDSA_P256, h->att_key_type);
	if (h->tee_type != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "quote.header.reserved", 4, 0, h->tee_type);
	return JURAT_OK;
}

/* The version decides the layout, so that a short quote of another version is still refused by its version. */
static jurat_rc
header_parse(struct quote_header *h, struct reader *r, struct jurat_diag *d)
{
	jurat_rc rc;

	h->version = reader_u16le(r);
	if (!r->failed && h->version != 3)
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

/* qe_parse: what follows the attestation key. a is the whole authentication data's reader. */
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

jurat_rc
quote_parse(struct quote *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct quote q = { 0 };
	struct reader r, auth;
	const uint8_t *body;
	jurat_rc rc;

	if (len > QUOTE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote", NO_OFFSET, QUOTE_MAX_LEN, len);
	reader_init(&r, p, len);
	rc = header_parse(&q.header, &r, d);
	if (rc != JURAT_OK)
		return rc;
	body = reader_take(&r, SGX_REPORT_BODY_LEN);
	rc = reader_check(&r, "quote.body", d);
	if (rc != JURAT_OK)
		return rc;
	rc = report_body_parse(&q.body, body, SGX_REPORT_BODY_LEN, d);
	if (rc != JURAT_OK)
		return rc;
	q.signed_bytes = (struct quote_span){ .p = p, .len = QUOTE_SIGNED_V3_LEN };
	auth = reader_sub(&r, reader_u32le(&r));
	rc = reader_check(&auth, "quote.auth_data", d);
	if (rc != JURAT_OK)
		return rc;
	signature_read(&q.signature, &auth);
	reader_copy(&auth, q.attestation_key.x, sizeof q.attestation_key.x);
	reader_copy(&auth, q.attestation_key.y, sizeof q.attestation_key.y);
	rc = qe_parse(&q, &auth, d);
	if (rc != JURAT_OK)
		return rc;
	q.trailing_len = r.left;
	*out = q;
	return JURAT_OK;
}

static void
head_write(struct writer *w, const struct quote_header *h, const struct sgx_report_body *body)
{
	uint8_t encoded[SGX_REPORT_BODY_LEN];

	writer_u16le(w, h->version);
	writer_u16le(w, h->att_key_type);
	writer_u32le(w, h->tee_type);
	writer_u16le(w, h->qe_svn);
	writer_u16le(w, h->pce_svn);
	writer_copy(w, h->qe_vendor_id, sizeof h->qe_vendor_id);
	writer_copy(w, h->user_data, sizeof h->user_data);
	report_body_encode(encoded, body);
	writer_copy(w, encoded, sizeof encoded);
}

void
quote_encode_head(uint8_t out[QUOTE_SIGNED_V3_LEN], const struct quote_header *header, const struct sgx_report_body *body)
{
	struct writer w;

	writer_init(&w, out, QUOTE_SIGNED_V3_LEN);
	head_write(&w, header, body);
}

static void
auth_write(struct writer *w, const struct quote *q)
{
	uint8_t qe_report[SGX_REPORT_BODY_LEN];

	writer_copy(w, q->signature.r, sizeof q->signature.r);
	writer_copy(w, q->signature.s, sizeof q->signature.s);
	writer_copy(w, q->attestation_key.x, sizeof q->attestation_key.x);
	writer_copy(w, q->attestation_key.y, sizeof q->attestation_key.y);
	report_body_encode(qe_report, &q->qe_report);
	writer_copy(w, qe_report, sizeof qe_report);
	writer_copy(w, q->qe_report_signature.r, sizeof q->qe_report_signature.r);
	writer_copy(w, q->qe_report_signature.s, sizeof q->qe_report_signature.s);
	writer_u16le(w, (uint16_t)q->qe_auth_data.len);
	writer_copy(w, q->qe_auth_data.p, q->qe_auth_data.len);
	writer_u16le(w, q->cert_type);
	writer_u32le(w, (uint32_t)q->cert_data.len);
	writer_copy(w, q->cert_data.p, q->cert_data.len);
}

jurat_rc
quote_encode(uint8_t *out, size_t cap, size_t *out_len, const struct quote *quote, struct jurat_diag *d)
{
	size_t auth_len, total;
	struct writer w;
	jurat_rc rc;

	rc = header_check(&quote->header, d);
	if (rc != JURAT_OK)
		return rc;
	if (quote->qe_auth_data.len > QUOTE_QE_AUTH_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote.qe_auth_data", NO_OFFSET, QUOTE_QE_AUTH_MAX_LEN, quote->qe_auth_data.len);
	if (quote->cert_data.len > QUOTE_CERT_DATA_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote.cert_data", NO_OFFSET, QUOTE_CERT_DATA_MAX_LEN, quote->cert_data.len);
	/* both parts are below 2^16, no overflow */
	auth_len = AUTH_FIXED_LEN + quote->qe_auth_data.len + quote->cert_data.len;
	total = QUOTE_SIGNED_V3_LEN + 4 + auth_len;
	if (total > cap)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "quote", NO_OFFSET, cap, total);
	writer_init(&w, out, cap);
	head_write(&w, &quote->header, &quote->body);
	writer_u32le(&w, (uint32_t)auth_len);
	auth_write(&w, quote);
	rc = writer_check(&w, "quote", d);
	if (rc == JURAT_OK)
		*out_len = w.len;
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
