/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/crl.h"

#include <string.h>

#define F "x509.crl"

/* read_entry: SEQUENCE { serial, time, extensions? }. */
static jurat_rc
read_entry(struct reader *list, struct x509_span *out_serial, struct jurat_diag *d)
{
	struct x509_extension e[X509_MAX_EXTENSIONS];
	struct reader entry;
	size_t num = 0;
	int64_t when;
	jurat_rc rc = der_read(list, DER_SEQUENCE, &entry, F ".revoked", d);

	if (rc == JURAT_OK)
		rc = der_read_big(&entry, X509_SERIAL_MAX, out_serial, F ".revoked.serial", d);
	if (rc == JURAT_OK)
		rc = der_read_time(&entry, &when, F ".revoked.time", d);
	if (rc == JURAT_OK && entry.left != 0)
		rc = x509_read_extensions(&entry, e, &num, F ".revoked.extensions", d);
	if (rc == JURAT_OK)
		rc = reader_end(&entry, F ".revoked", d);
	for (size_t i = 0; i < num && rc == JURAT_OK; i++) {
		if (e[i].critical) /* e.g. certificateIssuer: an indirect CRL */
			rc = jurat_fail(d, JURAT_E_UNSUPPORTED, F ".revoked.extensions", entry.off, 0, 0);
	}
	return rc;
}

static jurat_rc
read_revoked(struct reader *tbs, struct x509_crl *c, struct jurat_diag *d)
{
	struct x509_span serial;
	struct reader list;
	jurat_rc rc;

	if (!der_is_next(tbs, DER_SEQUENCE))
		return JURAT_OK;
	rc = der_read(tbs, DER_SEQUENCE, &list, F ".revoked", d);
	if (rc != JURAT_OK)
		return rc;
	if (list.left == 0) /* RFC 5280 §5.1.2.6: absent rather than empty */
		return jurat_fail(d, JURAT_E_FORMAT, F ".revoked", list.off, 0, 0);
	c->revoked = (struct x509_span){ list.at, list.left };
	while (rc == JURAT_OK && list.left != 0) {
		rc = read_entry(&list, &serial, d);
		c->num_revoked++;
	}
	return rc;
}

static jurat_rc
read_extensions(struct reader *tbs, struct x509_crl *c, struct jurat_diag *d)
{
	struct x509_extension list[X509_MAX_EXTENSIONS];
	struct reader explicit, r;
	bool aki = false, number = false;
	size_t num = 0;
	jurat_rc rc;

	if (!der_is_next(tbs, DER_CONTEXT_CONSTRUCTED(0)))
		return jurat_fail(d, JURAT_E_MISSING, F ".extensions", tbs->off, 0, 0);
	rc = der_read(tbs, DER_CONTEXT_CONSTRUCTED(0), &explicit, F ".extensions", d);
	if (rc == JURAT_OK)
		rc = x509_read_extensions(&explicit, list, &num, F ".extensions", d);
	if (rc == JURAT_OK)
		rc = reader_end(&explicit, F ".extensions", d);
	for (size_t i = 0; i < num && rc == JURAT_OK; i++) {
		reader_init(&r, list[i].value.p, list[i].value.len);
		if (x509_is_id_ce(list[i].oid, 35)) {
			aki = true;
			rc = x509_read_authority_key_id(list[i].value, &c->authority_key_id, F ".authority_key_id", d);
		} else if (x509_is_id_ce(list[i].oid, 20)) {
			number = true;
			rc = der_read_big(&r, X509_SERIAL_MAX, &c->number, F ".number", d);
			rc = rc == JURAT_OK ? reader_end(&r, F ".number", d) : rc;
		} else if (list[i].critical) { /* e.g. deltaCRLIndicator, issuingDistributionPoint */
			rc = jurat_fail(d, JURAT_E_UNSUPPORTED, F ".extensions", NO_OFFSET, 0, 0);
		}
	}
	if (rc == JURAT_OK && (!aki || !number))
		rc = jurat_fail(d, JURAT_E_MISSING, F ".extensions", NO_OFFSET, 0, 0);
	return rc;
}

static jurat_rc
read_tbs(struct reader *tbs, struct x509_crl *c, struct jurat_diag *d)
{
	uint32_t version;
	jurat_rc rc = der_read_unsigned(tbs, DER_INTEGER, 0xff, &version, F ".version", d);

	if (rc == JURAT_OK && version != 1)
		rc = jurat_fail(d, JURAT_E_VERSION, F ".version", 0, 1, version);
	if (rc == JURAT_OK)
		rc = x509_read_algorithm(tbs, F ".algorithm", d);
	if (rc == JURAT_OK)
		rc = name_read(tbs, &c->issuer, F ".issuer", d);
	if (rc == JURAT_OK)
		rc = der_read_time(tbs, &c->this_update, F ".this_update", d);
	if (rc == JURAT_OK)
		rc = der_read_time(tbs, &c->next_update, F ".next_update", d);
	if (rc == JURAT_OK)
		rc = read_revoked(tbs, c, d);
	if (rc == JURAT_OK)
		rc = read_extensions(tbs, c, d);
	return rc == JURAT_OK ? reader_end(tbs, F, d) : rc;
}

jurat_rc
crl_parse(struct x509_crl *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	static const struct x509_signed_names names = { F, F ".tbs", F ".algorithm", F ".signature" };
	struct x509_crl c = { 0 };
	struct x509_signed whole;
	jurat_rc rc;

	if (len > X509_CRL_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, F, NO_OFFSET, X509_CRL_MAX_LEN, len);
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
crl_lists(const struct x509_crl *crl, struct x509_span serial)
{
	struct reader list, entry;
	struct x509_span listed;

	reader_init(&list, crl->revoked.p, crl->revoked.len);
	while (list.left != 0) {
		/* crl_parse has read every entry; should one not be readable now, everything counts as revoked */
		if (der_read(&list, DER_SEQUENCE, &entry, F ".revoked", NULL) != JURAT_OK ||
		    der_read_big(&entry, X509_SERIAL_MAX, &listed, F ".revoked.serial", NULL) != JURAT_OK ||
		    span_equal(listed, serial))
			return true;
	}
	return false;
}
