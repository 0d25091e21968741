/* SPDX-License-Identifier: Apache-2.0 */
#include "x509/name.h"

#include <string.h>

#define NAME_MAX_RDNS 8

/* attribute_of: 2.5.4.x (X.520), or X509_NUM_ATTRIBUTES. */
static enum x509_attribute
attribute_of(struct x509_span oid)
{
	if (oid.len != 3 || oid.p[0] != 0x55 || oid.p[1] != 0x04)
		return X509_NUM_ATTRIBUTES;
	switch (oid.p[2]) {
	case 3:
		return X509_CN;
	case 6:
		return X509_C;
	case 7:
		return X509_L;
	case 8:
		return X509_ST;
	case 10:
		return X509_O;
	case 11:
		return X509_OU;
	default:
		return X509_NUM_ATTRIBUTES;
	}
}

/* is_plain: printable ASCII, which is all that the profile's names have, and the same in every string type. */
static bool
is_plain(struct x509_span value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] < 0x20 || value.p[i] > 0x7e)
			return false;
	}
	return value.len != 0;
}

/* read_attribute: SET { SEQUENCE { OID, string } }: one attribute in each RDN. */
static jurat_rc
read_attribute(struct reader *rdns, struct x509_name *name, const char *field, struct jurat_diag *d)
{
	struct reader set, pair;
	struct x509_span oid, value;
	size_t off = rdns->off;
	enum x509_attribute which;
	jurat_rc rc = der_read(rdns, DER_SET, &set, field, d);

	if (rc == JURAT_OK)
		rc = der_read(&set, DER_SEQUENCE, &pair, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&set, field, d);
	if (rc == JURAT_OK)
		rc = der_read_oid(&pair, &oid, field, d);
	if (rc != JURAT_OK)
		return rc;
	which = attribute_of(oid);
	if (which == X509_NUM_ATTRIBUTES || (!der_is_next(&pair, DER_UTF8) && !der_is_next(&pair, DER_PRINTABLE)))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, field, off, 0, 0);
	rc = der_read_span(&pair, der_is_next(&pair, DER_UTF8) ? DER_UTF8 : DER_PRINTABLE, &value, field, d);
	if (rc == JURAT_OK)
		rc = reader_end(&pair, field, d);
	if (rc != JURAT_OK)
		return rc;
	if (!is_plain(value))
		return jurat_fail(d, JURAT_E_FORMAT, field, off, 0, 0);
	if (name->value[which].p != NULL)
		return jurat_fail(d, JURAT_E_DUPLICATE, field, off, 0, 0);
	name->value[which] = value;
	return JURAT_OK;
}

jurat_rc
name_read(struct reader *r, struct x509_name *out, const char *field, struct jurat_diag *d)
{
	struct x509_name name = { 0 };
	struct reader rdns;
	jurat_rc rc = der_read(r, DER_SEQUENCE, &rdns, field, d);

	for (int i = 0; rc == JURAT_OK && rdns.left != 0; i++) {
		if (i == NAME_MAX_RDNS)
			return jurat_fail(d, JURAT_E_TOO_LARGE, field, rdns.off, NAME_MAX_RDNS, 0);
		rc = read_attribute(&rdns, &name, field, d);
	}
	if (rc == JURAT_OK)
		*out = name;
	return rc;
}

static bool
equal_from(const struct x509_name *a, const struct x509_name *b, int first)
{
	for (int i = first; i < X509_NUM_ATTRIBUTES; i++) {
		if ((a->value[i].p == NULL) != (b->value[i].p == NULL) || !span_equal(a->value[i], b->value[i]))
			return false;
	}
	return true;
}

bool
name_equal(const struct x509_name *a, const struct x509_name *b)
{
	return equal_from(a, b, X509_CN);
}

bool
name_equal_but_cn(const struct x509_name *a, const char *cn, const struct x509_name *b)
{
	const struct x509_span want = { (const uint8_t *)cn, strlen(cn) };

	return b->value[X509_CN].p != NULL && span_equal(want, b->value[X509_CN]) && equal_from(a, b, X509_CN + 1);
}

/* append: bytes of a value are printable ASCII (is_plain). One byte is kept for a backslash's second and one for the end. */
static size_t
append(char out[NAME_TEXT_LEN], size_t at, const uint8_t *p, size_t len, bool escapes)
{
	for (size_t i = 0; i < len && at + 2 < NAME_TEXT_LEN; i++) {
		if (escapes && strchr(",+=\"\\<>;", p[i]) != NULL)
			out[at++] = '\\';
		out[at++] = (char)p[i];
	}
	return at;
}

void
name_format(char out[NAME_TEXT_LEN], const struct x509_name *name)
{
	static const char *const labels[X509_NUM_ATTRIBUTES] = { [X509_CN] = "CN=", [X509_O] = "O=", [X509_OU] = "OU=", [X509_L] = "L=",
		[X509_ST] = "ST=", [X509_C] = "C=" };
	size_t at = 0;

	for (size_t i = 0; i < X509_NUM_ATTRIBUTES; i++) {
		if (name->value[i].p == NULL)
			continue;
		if (at != 0)
			at = append(out, at, (const uint8_t *)", ", 2, false);
		at = append(out, at, (const uint8_t *)labels[i], strlen(labels[i]), false);
		at = append(out, at, name->value[i].p, name->value[i].len, true);
	}
	out[at] = '\0';
}
