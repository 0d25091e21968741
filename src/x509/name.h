/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names: the attributes that the PCK profile uses, each at most once. */
#ifndef X509_NAME_H
#define X509_NAME_H

#include "x509/der.h"

enum x509_attribute { X509_CN, X509_O, X509_OU, X509_L, X509_ST, X509_C, X509_NUM_ATTRIBUTES };

/* An absent attribute has p == NULL. */
struct x509_name {
	struct x509_span value[X509_NUM_ATTRIBUTES];
};

/* name_read: one Name. JURAT_E_UNSUPPORTED for another attribute or string type, JURAT_E_DUPLICATE for an attribute given twice. */
MUST_USE jurat_rc name_read(struct reader *r, struct x509_name *out, const char *field, struct jurat_diag *d);

/* name_equal: the same attributes with the same bytes; order and string type are encodings, not meaning. */
MUST_USE bool name_equal(const struct x509_name *a, const struct x509_name *b);

/* name_equal_but_cn: the same, with cn in place of a's common name. */
MUST_USE bool name_equal_but_cn(const struct x509_name *a, const char *cn, const struct x509_name *b);

/* name_format: "CN=Intel SGX Root CA, O=Intel Corporation, ..." with RFC 4514's escapes; what does not fit is cut off. */
#define NAME_TEXT_LEN 256u
void name_format(char out[NAME_TEXT_LEN], const struct x509_name *name);

#endif
