/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/cert.h"

#include <string.h>

#define F "x509.certificate"

static const uint8_t oid_sgx[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 }; /* 1.2.840.113741.1.13.1 */

enum { SAW_AKI = 1, SAW_CRL_POINTS = 2, SAW_SKI = 4, SAW_KEY_USAGE = 8, SAW_BASIC = 16, SAW_ALL = 31 };

static jurat_rc
read_version_and_serial(struct reader *tbs, struct x509_cert *c, struct jurat_diag *d)
{
	struct reader explicit;
	uint32_t version;
	jurat_rc rc = der_read(tbs, DER_CONTEXT_CONSTRUCTED(0), &explicit, F ".version", d);

	if (rc == JURAT_OK)
		rc = der_read_unsigned(&explicit, DER_INTEGER, 0xff, &version, F ".version", d);
	if (rc == JURAT_OK)
		rc = reader_end(&explicit, F ".version", d);
	if (rc != JURAT_OK)
		return rc;
	if (version != 2)
		return jurat_fail(d, JURAT_E_VERSION, F ".version", explicit.off, 2, version);
	return der_read_big(tbs, X509_SERIAL_MAX, &c->serial, F ".serial", d);
}

static jurat_rc
read_validity(struct reader *tbs, struct x509_cert *c, struct jurat_diag *d)
{
	struct reader body;
	jurat_rc rc = der_read(tbs, DER_SEQUENCE, &body, F ".validity", d);

	if (rc == JURAT_OK)
		rc = der_read_time(&body, &c->not_before, F ".not_before", d);
	if (rc == JURAT_OK)
		rc = der_read_time(&body, &c->not_after, F ".not_after", d);
	return rc == JURAT_OK ? reader_end(&body, F ".validity", d) : rc;
}

/* read_key: SubjectPublicKeyInfo { id-ecPublicKey, prime256v1 }, an uncompressed point (RFC 5480 §2). */
static jurat_rc
read_key(struct reader *tbs, struct x509_cert *c, struct jurat_diag *d)
{
	static const uint8_t algorithm[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	struct reader body;
	struct x509_span found, point;
	size_t off = tbs->off;
	jurat_rc rc = der_read(tbs, DER_SEQUENCE, &body, F ".key", d);

	if (rc == JURAT_OK)
		rc = der_read_span(&body, DER_SEQUENCE, &found, F ".key", d);
	if (rc != JURAT_OK)
		return rc;
	if (!span_equal(found, (struct x509_span){ algorithm, sizeof algorithm }))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, F ".key", off, 0, 0);
	rc = der_read_span(&body, DER_BIT_STRING, &point, F ".key", d);
	if (rc == JURAT_OK)
		rc = reader_end(&body, F ".key", d);
	if (rc != JURAT_OK)
		return rc;
	if (point.len != 66 || point.p[0] != 0 || point.p[1] != 4)
		return jurat_fail(d, JURAT_E_FORMAT, F ".key", off, 66, point.len);
	memcpy(c->key.x, point.p + 2, 32);
	memcpy(c->key.y, point.p + 34, 32);
	return JURAT_OK;
}

static jurat_rc
read_key_usage(struct reader *r, struct x509_cert *c, struct jurat_diag *d)
{
	struct x509_span bits;
	jurat_rc rc = der_read_span(r, DER_BIT_STRING, &bits, F ".key_usage", d);

	if (rc != JURAT_OK)
		return rc;
	/* one byte of flags; the unused bits are zero and as many as can be (X.690 §11.2) */
	if (bits.len != 2 || bits.p[0] > 7 || bits.p[1] == 0 || (bits.p[1] & ((1u << bits.p[0]) - 1)) != 0 ||
	    (bits.p[1] >> bits.p[0] & 1) == 0)
		return jurat_fail(d, JURAT_E_FORMAT, F ".key_usage", r->off, 2, bits.len);
	c->key_usage = bits.p[1];
	return JURAT_OK;
}

static jurat_rc
read_basic_constraints(struct reader *r, struct x509_cert *c, struct jurat_diag *d)
{
	struct reader body;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &body, F ".basic_constraints", d);

	c->path_len = UINT32_MAX;
	if (rc == JURAT_OK && der_is_next(&body, DER_BOOLEAN)) {
		rc = der_read_boolean(&body, &c->is_ca, F ".basic_constraints", d);
		if (rc == JURAT_OK && !c->is_ca) /* X.690 §11.5 */
			rc = jurat_fail(d, JURAT_E_FORMAT, F ".basic_constraints", body.off, 0, 0);
	}
	if (rc == JURAT_OK && c->is_ca && body.left != 0)
		rc = der_read_unsigned(&body, DER_INTEGER, 255, &c->path_len, F ".basic_constraints", d);
	return rc == JURAT_OK ? reader_end(&body, F ".basic_constraints", d) : rc;
}

/* read_crl_points: points by full name that are URIs (RFC 5280 §4.2.1.13), as the profile has them. The URIs are never used (docs/checks.md). */
static jurat_rc
read_crl_points(struct reader *r, struct jurat_diag *d)
{
	struct reader points, point, name, full_name;
	struct x509_span uri;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &points, F ".crl_points", d);

	if (rc == JURAT_OK && points.left == 0)
		return jurat_fail(d, JURAT_E_FORMAT, F ".crl_points", r->off, 1, 0);
	while (rc == JURAT_OK && points.left != 0) {
		rc = der_read(&points, DER_SEQUENCE, &point, F ".crl_points", d);
		if (rc == JURAT_OK)
			rc = der_read(&point, DER_CONTEXT_CONSTRUCTED(0), &name, F ".crl_points", d);
		if (rc == JURAT_OK)
			rc = der_read(&name, DER_CONTEXT_CONSTRUCTED(0), &full_name, F ".crl_points", d);
		if (rc == JURAT_OK)
			rc = der_read_span(&full_name, DER_CONTEXT(6), &uri, F ".crl_points", d);
		if (rc == JURAT_OK && full_name.left + name.left + point.left != 0)
			rc = jurat_fail(d, JURAT_E_TRAILING, F ".crl_points", r->off, 0, full_name.left + name.left + point.left);
	}
	return rc;
}

/*
 * take_extension: one extension; *saw gathers which of the required ones were there. Key usage and basic constraints are critical in the profile, so that
 * nobody may overlook them, and nothing else is (RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.3, §4.2.1.9).
 */
static jurat_rc
take_extension(struct x509_cert *c, const struct x509_extension *e, unsigned *saw, struct jurat_diag *d)
{
	bool must_be_critical = x509_is_id_ce(e->oid, 15) || x509_is_id_ce(e->oid, 19);
	struct reader r;
	jurat_rc rc = JURAT_OK;

	if (e->critical != must_be_critical)
		return jurat_fail(d, must_be_critical ? JURAT_E_FORMAT : JURAT_E_UNSUPPORTED, F ".extensions", NO_OFFSET, must_be_critical, e->critical);
	reader_init(&r, e->value.p, e->value.len);
	if (x509_is_id_ce(e->oid, 35)) {
		*saw |= SAW_AKI;
		return x509_read_authority_key_id(e->value, &c->authority_key_id, F ".authority_key_id", d);
	}
	if (x509_is_id_ce(e->oid, 31)) {
		*saw |= SAW_CRL_POINTS;
		rc = read_crl_points(&r, d);
	} else if (x509_is_id_ce(e->oid, 14)) {
		*saw |= SAW_SKI;
		rc = der_read_span(&r, DER_OCTET_STRING, &c->subject_key_id, F ".subject_key_id", d);
	} else if (x509_is_id_ce(e->oid, 15)) {
		*saw |= SAW_KEY_USAGE;
		rc = read_key_usage(&r, c, d);
	} else if (x509_is_id_ce(e->oid, 19)) {
		*saw |= SAW_BASIC;
		rc = read_basic_constraints(&r, c, d);
	} else if (span_equal(e->oid, (struct x509_span){ oid_sgx, sizeof oid_sgx })) {
		c->sgx = e->value;
		return JURAT_OK;
	} else {
		return JURAT_OK;
	}
	return rc == JURAT_OK ? reader_end(&r, F ".extensions", d) : rc;
}

static jurat_rc
read_extensions(struct reader *tbs, struct x509_cert *c, struct jurat_diag *d)
{
	struct x509_extension list[X509_MAX_EXTENSIONS];
	struct reader explicit;
	unsigned saw = 0;
	size_t num = 0;
	jurat_rc rc = der_read(tbs, DER_CONTEXT_CONSTRUCTED(3), &explicit, F ".extensions", d);

	if (rc == JURAT_OK)
		rc = x509_read_extensions(&explicit, list, &num, F ".extensions", d);
	if (rc == JURAT_OK)
		rc = reader_end(&explicit, F ".extensions", d);
	for (size_t i = 0; i < num && rc == JURAT_OK; i++)
		rc = take_extension(c, &list[i], &saw, d);
	if (rc == JURAT_OK && saw != SAW_ALL)
		rc = jurat_fail(d, JURAT_E_MISSING, F ".extensions", NO_OFFSET, SAW_ALL, saw);
	return rc;
}

static jurat_rc
read_tbs(struct reader *tbs, struct x509_cert *c, struct jurat_diag *d)
{
	jurat_rc rc = read_version_and_serial(tbs, c, d);

	if (rc == JURAT_OK)
		rc = x509_read_algorithm(tbs, F ".algorithm", d);
	if (rc == JURAT_OK)
		rc = name_read(tbs, &c->issuer, F ".issuer", d);
	if (rc == JURAT_OK)
		rc = read_validity(tbs, c, d);
	if (rc == JURAT_OK)
		rc = name_read(tbs, &c->subject, F ".subject", d);
	if (rc == JURAT_OK)
		rc = read_key(tbs, c, d);
	if (rc == JURAT_OK)
		rc = read_extensions(tbs, c, d);
	return rc == JURAT_OK ? reader_end(tbs, F, d) : rc;
}

jurat_rc
cert_parse(struct x509_cert *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	static const struct x509_signed_names names = { F, F ".tbs", F ".algorithm", F ".signature" };
	struct x509_cert c = { .der = { p, len } };
	struct x509_signed whole;
	jurat_rc rc;

	if (len > X509_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, F, NO_OFFSET, X509_MAX_LEN, len);
	rc = x509_open_signed(&whole, p, len, &names, d);
	if (rc == JURAT_OK)
		rc = read_tbs(&whole.tbs, &c, d);
	if (rc != JURAT_OK)
		return rc;
	memcpy(c.digest, whole.digest, sizeof c.digest);
	c.signature = whole.signature;
	*out = c;
	return JURAT_OK;
}

bool
cert_is_self_issued(const struct x509_cert *cert)
{
	return name_equal(&cert->issuer, &cert->subject);
}
