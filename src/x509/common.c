/* SPDX-License-Identifier: Apache-2.0 */
/* What certificates and CRLs have in common. */
#include <string.h>

#include "x509/cert.h"

jurat_rc
x509_read_algorithm(struct reader *r, const char *field, struct jurat_diag *d)
{
	static const uint8_t ecdsa_with_sha256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
	const struct x509_span want = { ecdsa_with_sha256, sizeof ecdsa_with_sha256 };
	struct reader algorithm;
	struct x509_span oid;
	size_t off = r->off;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &algorithm, field, d);

	if (rc == JURAT_OK)
		rc = der_read_oid(&algorithm, &oid, field, d);
	if (rc != JURAT_OK)
		return rc;
	if (!span_equal(oid, want))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, field, off, 0, 0);
	return reader_end(&algorithm, field, d); /* RFC 5758 §3.2: no parameters */
}

static void
put_right(uint8_t out[32], struct x509_span v)
{
	memset(out, 0, 32 - v.len);
	memcpy(out + 32 - v.len, v.p, v.len);
}

static jurat_rc
read_signature(struct reader *r, struct p256_signature *out, const char *field, struct jurat_diag *d)
{
	struct reader bits, pair;
	struct x509_span sig_r, sig_s;
	size_t off = r->off;
	jurat_rc rc = der_read(r, DER_BIT_STRING, &bits, field, d);

	if (rc != JURAT_OK)
		return rc;
	if (reader_u8(&bits) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, 0);
	rc = der_read(&bits, DER_SEQUENCE, &pair, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&bits, field, d);
	if (rc == JURAT_OK)
		rc = der_read_big(&pair, 32, &sig_r, field, d);
	if (rc == JURAT_OK)
		rc = der_read_big(&pair, 32, &sig_s, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&pair, field, d);
	if (rc != JURAT_OK)
		return rc;
	put_right(out->r, sig_r);
	put_right(out->s, sig_s);
	return JURAT_OK;
}

jurat_rc
x509_open_signed(struct x509_signed *out, const uint8_t *p, size_t len, const struct x509_signed_names *names, struct jurat_diag *d)
{
	struct reader r, outer;
	struct x509_signed s = { 0 };
	struct x509_span all;
	unsigned tag;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = der_read(&r, DER_SEQUENCE, &outer, names->whole, d);
	if (rc == JURAT_OK)
		rc = reader_end(&r, names->whole, d);
	if (rc == JURAT_OK)
		rc = der_read_any(&outer, &tag, &s.tbs, &all, names->tbs, d);
	if (rc == JURAT_OK && tag != DER_SEQUENCE)
		rc = jurat_fail(d, JURAT_E_FORMAT, names->tbs, 0, DER_SEQUENCE, tag);
	if (rc == JURAT_OK)
		rc = x509_read_algorithm(&outer, names->algorithm, d);
	if (rc == JURAT_OK)
		rc = read_signature(&outer, &s.signature, names->signature, d);
	if (rc == JURAT_OK)
		rc = reader_end(&outer, names->whole, d);
	if (rc != JURAT_OK)
		return rc;
	sha256_once(s.digest, all.p, all.len);
	*out = s;
	return JURAT_OK;
}

static jurat_rc
read_extension(struct reader *list, struct x509_extension *out, const char *field, struct jurat_diag *d)
{
	struct reader body;
	size_t off = list->off;
	jurat_rc rc = der_read(list, DER_SEQUENCE, &body, field, d);

	*out = (struct x509_extension){ 0 };
	if (rc == JURAT_OK)
		rc = der_read_oid(&body, &out->oid, field, d);
	if (rc == JURAT_OK && der_is_next(&body, DER_BOOLEAN)) {
		rc = der_read_boolean(&body, &out->critical, field, d);
		if (rc == JURAT_OK && !out->critical) /* X.690 §11.5: the default value is not encoded */
			rc = jurat_fail(d, JURAT_E_FORMAT, field, off, 0, 0);
	}
	if (rc == JURAT_OK)
		rc = der_read_span(&body, DER_OCTET_STRING, &out->value, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&body, field, d);
	return rc;
}

jurat_rc
x509_read_extensions(
    struct reader *r, struct x509_extension *out, size_t *out_num, const char *field, struct jurat_diag *d)
{
	struct reader list;
	size_t num = 0;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &list, field, d);

	while (rc == JURAT_OK && list.left != 0) {
		if (num == X509_MAX_EXTENSIONS)
			return jurat_fail(d, JURAT_E_TOO_LARGE, field, list.off, X509_MAX_EXTENSIONS, num + 1);
		rc = read_extension(&list, &out[num], field, d);
		for (size_t i = 0; rc == JURAT_OK && i < num; i++) {
			if (span_equal(out[i].oid, out[num].oid)) /* RFC 5280 §4.2 */
				rc = jurat_fail(d, JURAT_E_DUPLICATE, field, list.off, 0, 0);
		}
		num++;
	}
	if (rc == JURAT_OK)
		*out_num = num;
	return rc;
}

bool
x509_is_id_ce(struct x509_span oid, uint8_t n)
{
	return oid.len == 3 && oid.p[0] == 0x55 && oid.p[1] == 0x1d && oid.p[2] == n;
}

jurat_rc
x509_read_authority_key_id(struct x509_span value, struct x509_span *out, const char *field, struct jurat_diag *d)
{
	struct reader r, body;
	jurat_rc rc;

	reader_init(&r, value.p, value.len);
	rc = der_read(&r, DER_SEQUENCE, &body, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&r, field, d);
	if (rc == JURAT_OK)
		rc = der_read_span(&body, DER_CONTEXT(0), out, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&body, field, d);
	return rc;
}
