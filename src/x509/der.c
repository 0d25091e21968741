/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/der.h"

#include <string.h>

#include "host/when.h"

bool
span_equal(struct x509_span a, struct x509_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
der_is_next(const struct reader *r, unsigned tag)
{
	return !r->failed && r->left != 0 && r->at[0] == tag;
}

/* read_length: X.690 §10.1: definite, shortest form. Three length bytes are more than any limit here allows. */
static jurat_rc
read_length(struct reader *r, size_t *out, const char *field, struct jurat_diag *d)
{
	size_t off = r->off, len = reader_u8(r), num;

	if (len < 0x80) {
		*out = len;
		return reader_check(r, field, d);
	}
	num = len & 0x7f;
	if (num == 0 || num > 3)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, len);
	len = 0;
	for (size_t i = 0; i < num; i++)
		len = len << 8 | reader_u8(r);
	if (r->failed)
		return reader_check(r, field, d);
	if (len < 0x80 || len >> (8 * (num - 1)) == 0)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, len);
	*out = len;
	return JURAT_OK;
}

jurat_rc
der_read_any(struct reader *r, unsigned *out_tag, struct reader *out, struct x509_span *out_all, const char *field,
    struct jurat_diag *d)
{
	const uint8_t *start = r->at;
	size_t off = r->off, len = 0;
	unsigned tag = reader_u8(r);
	jurat_rc rc = reader_check(r, field, d);

	if (rc != JURAT_OK)
		return rc;
	if ((tag & 0x1f) == 0x1f)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, tag);
	rc = read_length(r, &len, field, d);
	if (rc != JURAT_OK)
		return rc;
	*out = reader_sub(r, len);
	rc = reader_check(r, field, d);
	if (rc != JURAT_OK)
		return rc;
	*out_tag = tag;
	if (out_all != NULL)
		*out_all = (struct x509_span){ start, r->off - off };
	return JURAT_OK;
}

jurat_rc
der_read(struct reader *r, unsigned tag, struct reader *out, const char *field, struct jurat_diag *d)
{
	unsigned found;

	if (r->left != 0 && !der_is_next(r, tag))
		return jurat_fail(d, JURAT_E_FORMAT, field, r->off, tag, r->at[0]);
	return der_read_any(r, &found, out, NULL, field, d);
}

jurat_rc
der_read_span(struct reader *r, unsigned tag, struct x509_span *out, const char *field, struct jurat_diag *d)
{
	struct reader contents;
	jurat_rc rc = der_read(r, tag, &contents, field, d);

	if (rc == JURAT_OK)
		*out = (struct x509_span){ contents.at, contents.left };
	return rc;
}

jurat_rc
der_read_oid(struct reader *r, struct x509_span *out, const char *field, struct jurat_diag *d)
{
	size_t off = r->off;
	struct x509_span v;
	jurat_rc rc = der_read_span(r, DER_OID, &v, field, d);
	bool starts = true;

	if (rc != JURAT_OK)
		return rc;
	for (size_t i = 0; i < v.len; i++) {
		if (starts && v.p[i] == 0x80)
			return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, i);
		starts = (v.p[i] & 0x80) == 0;
	}
	if (v.len == 0 || !starts)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, v.len);
	*out = v;
	return JURAT_OK;
}

jurat_rc
der_read_boolean(struct reader *r, bool *out, const char *field, struct jurat_diag *d)
{
	size_t off = r->off;
	struct x509_span v;
	jurat_rc rc = der_read_span(r, DER_BOOLEAN, &v, field, d);

	if (rc != JURAT_OK)
		return rc;
	if (v.len != 1 || (v.p[0] != 0x00 && v.p[0] != 0xff))
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 1, v.len);
	*out = v.p[0] == 0xff;
	return JURAT_OK;
}

/* check_integer: X.690 §8.3.2: the first nine bits are not all alike; and here never negative. */
static jurat_rc
check_integer(struct x509_span v, size_t off, const char *field, struct jurat_diag *d)
{
	if (v.len == 0 || (v.p[0] & 0x80) != 0 || (v.len > 1 && v.p[0] == 0 && (v.p[1] & 0x80) == 0))
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, v.len);
	return JURAT_OK;
}

jurat_rc
der_read_unsigned(struct reader *r, unsigned tag, uint32_t max, uint32_t *out, const char *field, struct jurat_diag *d)
{
	size_t off = r->off;
	struct x509_span v;
	uint64_t n = 0;
	jurat_rc rc = der_read_span(r, tag, &v, field, d);

	if (rc == JURAT_OK)
		rc = check_integer(v, off, field, d);
	if (rc != JURAT_OK)
		return rc;
	if (v.len > 5)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, max, UINT64_MAX);
	for (size_t i = 0; i < v.len; i++)
		n = n << 8 | v.p[i];
	if (n > max)
		return jurat_fail(d, JURAT_E_FORMAT, field, off, max, n);
	*out = (uint32_t)n;
	return JURAT_OK;
}

jurat_rc
der_read_big(struct reader *r, size_t max_len, struct x509_span *out, const char *field, struct jurat_diag *d)
{
	size_t off = r->off;
	struct x509_span v;
	jurat_rc rc = der_read_span(r, DER_INTEGER, &v, field, d);

	if (rc == JURAT_OK)
		rc = check_integer(v, off, field, d);
	if (rc != JURAT_OK)
		return rc;
	if (v.len > 1 && v.p[0] == 0)
		v = (struct x509_span){ v.p + 1, v.len - 1 };
	if (v.len > max_len)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, off, max_len, v.len);
	*out = v;
	return JURAT_OK;
}

/* two_digits: a number of two decimal digits, or -1. */
static int
two_digits(const uint8_t *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

jurat_rc
der_read_time(struct reader *r, int64_t *out_unix_s, const char *field, struct jurat_diag *d)
{
	bool utc = der_is_next(r, DER_UTC_TIME);
	size_t off = r->off, digits = utc ? 12 : 14;
	struct x509_span v;
	int part[7], year, num = 0;
	jurat_rc rc = der_read_span(r, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, &v, field, d);

	if (rc != JURAT_OK)
		return rc;
	if (v.len != digits + 1 || v.p[digits] != 'Z')
		return jurat_fail(d, JURAT_E_FORMAT, field, off, digits + 1, v.len);
	for (size_t i = 0; i < digits; i += 2) {
		part[num] = two_digits(v.p + i);
		if (part[num++] < 0)
			return jurat_fail(d, JURAT_E_FORMAT, field, off + i, 0, 0);
	}
	year = utc ? part[0] + (part[0] < 50 ? 2000 : 1900) : part[0] * 100 + part[1];
	if (!when_from_fields(out_unix_s, year, part[num - 5], part[num - 4], part[num - 3], part[num - 2], part[num - 1]))
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, 0);
	return JURAT_OK;
}
