/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/pck.h"

#include <string.h>

#define F "pck.sgx_extension"

/*
 * read_member: SEQUENCE { OID, value }, where the OID is 1.2.840.113741.1.13.1 followed by the `prefix` numbers and one more below 32,
 * which is returned; each number at most once (*seen).
 */
static jurat_rc
read_member(struct reader *list, struct x509_span prefix, unsigned *out_number, uint32_t *seen, struct reader *out_value,
    struct jurat_diag *d)
{
	static const uint8_t sgx[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 };
	struct x509_span oid;
	size_t off = list->off;
	unsigned number;
	jurat_rc rc = der_read(list, DER_SEQUENCE, out_value, F, d);

	if (rc == JURAT_OK)
		rc = der_read_oid(out_value, &oid, F, d);
	if (rc != JURAT_OK)
		return rc;
	if (oid.len != sizeof sgx + prefix.len + 1 || memcmp(oid.p, sgx, sizeof sgx) != 0 ||
	    (prefix.len != 0 && memcmp(oid.p + sizeof sgx, prefix.p, prefix.len) != 0))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, F, off, 0, 0);
	number = oid.p[oid.len - 1];
	if (number == 0 || number > 31)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, F, off, 31, number);
	if ((*seen >> number & 1) != 0)
		return jurat_fail(d, JURAT_E_DUPLICATE, F, off, 0, number);
	*seen |= 1u << number;
	*out_number = number;
	return JURAT_OK;
}

static jurat_rc
read_octets(struct reader *r, uint8_t *out, size_t n, const char *field, struct jurat_diag *d)
{
	struct x509_span v;
	size_t off = r->off;
	jurat_rc rc = der_read_span(r, DER_OCTET_STRING, &v, field, d);

	if (rc != JURAT_OK)
		return rc;
	if (v.len != n)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, n, v.len);
	memcpy(out, v.p, n);
	return JURAT_OK;
}

/* read_tcb: .2.1 to .2.16 components, .2.17 PCESVN, .2.18 CPUSVN: all eighteen. */
static jurat_rc
read_tcb(struct reader *r, struct pck_extension *e, struct jurat_diag *d)
{
	static const uint8_t prefix[] = { 2 };
	struct reader list, value;
	uint32_t seen = 0, v = 0;
	unsigned n;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &list, F ".tcb", d);

	while (rc == JURAT_OK && list.left != 0) {
		rc = read_member(&list, (struct x509_span){ prefix, 1 }, &n, &seen, &value, d);
		if (rc != JURAT_OK)
			return rc;
		if (n <= PCK_NUM_COMPONENTS) {
			rc = der_read_unsigned(&value, DER_INTEGER, 0xff, &v, F ".tcb.component", d);
			e->components[n - 1] = (uint8_t)v;
		} else if (n == 17) {
			rc = der_read_unsigned(&value, DER_INTEGER, 0xffff, &v, F ".tcb.pce_svn", d);
			e->pce_svn = (uint16_t)v;
		} else if (n == 18) {
			rc = read_octets(&value, e->cpusvn, sizeof e->cpusvn, F ".tcb.cpusvn", d);
		} else {
			return jurat_fail(d, JURAT_E_UNSUPPORTED, F ".tcb", list.off, 18, n);
		}
		if (rc == JURAT_OK)
			rc = reader_end(&value, F ".tcb", d);
	}
	if (rc == JURAT_OK && seen != 0x7fffe)
		rc = jurat_fail(d, JURAT_E_MISSING, F ".tcb", list.off, 0x7fffe, seen);
	return rc;
}

static jurat_rc
read_configuration(struct reader *r, struct pck_extension *e, struct jurat_diag *d)
{
	static const uint8_t prefix[] = { 7 };
	enum pck_flag *const flags[] = { &e->dynamic_platform, &e->cached_keys, &e->smt_enabled };
	struct reader list, value;
	uint32_t seen = 0;
	unsigned n;
	bool v = false;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &list, F ".configuration", d);

	while (rc == JURAT_OK && list.left != 0) {
		rc = read_member(&list, (struct x509_span){ prefix, 1 }, &n, &seen, &value, d);
		if (rc == JURAT_OK && n > ARRAY_LEN(flags))
			rc = jurat_fail(d, JURAT_E_UNSUPPORTED, F ".configuration", list.off, ARRAY_LEN(flags), n);
		if (rc == JURAT_OK)
			rc = der_read_boolean(&value, &v, F ".configuration", d);
		if (rc == JURAT_OK)
			rc = reader_end(&value, F ".configuration", d);
		if (rc == JURAT_OK)
			*flags[n - 1] = v ? PCK_TRUE : PCK_FALSE;
	}
	if (rc == JURAT_OK && seen != 0xe)
		rc = jurat_fail(d, JURAT_E_MISSING, F ".configuration", list.off, 0xe, seen);
	return rc;
}

static jurat_rc
read_value(struct reader *value, unsigned n, struct pck_extension *e, struct jurat_diag *d)
{
	uint32_t type = 0;
	jurat_rc rc;

	switch (n) {
	case 1:
		return read_octets(value, e->ppid, sizeof e->ppid, F ".ppid", d);
	case 2:
		return read_tcb(value, e, d);
	case 3:
		return read_octets(value, e->pce_id, sizeof e->pce_id, F ".pce_id", d);
	case 4:
		return read_octets(value, e->fmspc, sizeof e->fmspc, F ".fmspc", d);
	case 5:
		rc = der_read_unsigned(value, DER_ENUMERATED, 2, &type, F ".sgx_type", d);
		e->sgx_type = (uint8_t)type;
		return rc;
	case 6:
		return read_octets(
		    value, e->platform_instance_id, sizeof e->platform_instance_id, F ".platform_instance_id", d);
	case 7:
		return read_configuration(value, e, d);
	default:
		return jurat_fail(d, JURAT_E_UNSUPPORTED, F, value->off, 7, n);
	}
}

jurat_rc
pck_extension_parse(struct pck_extension *out, struct x509_span extension, struct jurat_diag *d)
{
	struct pck_extension e = { 0 };
	struct reader r, list, value;
	uint32_t seen = 0;
	unsigned n;
	jurat_rc rc;

	if (extension.p == NULL)
		return jurat_fail(d, JURAT_E_MISSING, F, NO_OFFSET, 0, 0);
	reader_init(&r, extension.p, extension.len);
	rc = der_read(&r, DER_SEQUENCE, &list, F, d);
	if (rc == JURAT_OK)
		rc = reader_end(&r, F, d);
	while (rc == JURAT_OK && list.left != 0) {
		rc = read_member(&list, (struct x509_span){ NULL, 0 }, &n, &seen, &value, d);
		if (rc == JURAT_OK)
			rc = read_value(&value, n, &e, d);
		if (rc == JURAT_OK)
			rc = reader_end(&value, F, d);
	}
	if (rc != JURAT_OK)
		return rc;
	if (seen != 0x3e && seen != 0xfe) /* members 1 to 5, or 1 to 7 */
		return jurat_fail(d, JURAT_E_MISSING, F, NO_OFFSET, 0xfe, seen);
	e.has_platform = seen == 0xfe;
	*out = e;
	return JURAT_OK;
}
