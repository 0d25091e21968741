/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict DER (ITU-T X.690 §10, §11): definite lengths in their shortest form, no recursion, every element bounded by the one around
 * it. Each function takes one element from the reader; on failure the reader is of no further use.
 */
#ifndef X509_DER_H
#define X509_DER_H

#include "core/bytes.h"
#include "core/diag.h"

#define DER_BOOLEAN 0x01u
#define DER_INTEGER 0x02u
#define DER_BIT_STRING 0x03u
#define DER_OCTET_STRING 0x04u
#define DER_OID 0x06u
#define DER_ENUMERATED 0x0au
#define DER_UTF8 0x0cu
#define DER_PRINTABLE 0x13u
#define DER_UTC_TIME 0x17u
#define DER_GENERALIZED_TIME 0x18u
#define DER_SEQUENCE 0x30u
#define DER_SET 0x31u
#define DER_CONTEXT(N) (0x80u | (N))             /* [N] IMPLICIT of a primitive type */
#define DER_CONTEXT_CONSTRUCTED(N) (0xa0u | (N)) /* [N] EXPLICIT */

struct x509_span {
	const uint8_t *p;
	size_t len;
};

MUST_USE bool span_equal(struct x509_span a, struct x509_span b);

/* der_is_next: whether the next element has this tag. */
MUST_USE bool der_is_next(const struct reader *r, unsigned tag);

/* der_read: the contents of the next element, which must have this tag. JURAT_E_FORMAT for tag or length, JURAT_E_TRUNCATED. */
MUST_USE jurat_rc der_read(struct reader *r, unsigned tag, struct reader *out, const char *field, struct jurat_diag *d);

/* der_read_any: the next element with a low tag number, whatever it is; *out_all (may be NULL) is the element with its head. */
MUST_USE jurat_rc der_read_any(struct reader *r, unsigned *out_tag, struct reader *out, struct x509_span *out_all, const char *field,
    struct jurat_diag *d);

/* der_read_span: like der_read, for contents that are kept as they are. */
MUST_USE jurat_rc der_read_span(
    struct reader *r, unsigned tag, struct x509_span *out, const char *field, struct jurat_diag *d);

/* der_read_oid: an OBJECT IDENTIFIER whose numbers are whole and shortest (X.690 §8.19). */
MUST_USE jurat_rc der_read_oid(struct reader *r, struct x509_span *out, const char *field, struct jurat_diag *d);

/* der_read_boolean: DER knows 0x00 and 0xff only. */
MUST_USE jurat_rc der_read_boolean(struct reader *r, bool *out, const char *field, struct jurat_diag *d);

/* der_read_unsigned: an INTEGER (or ENUMERATED, by tag) from 0 to max in its shortest form. */
MUST_USE jurat_rc der_read_unsigned(
    struct reader *r, unsigned tag, uint32_t max, uint32_t *out, const char *field, struct jurat_diag *d);

/* der_read_big: a non-negative INTEGER of at most max_len bytes, without the leading zero byte of its encoding. */
MUST_USE jurat_rc der_read_big(
    struct reader *r, size_t max_len, struct x509_span *out, const char *field, struct jurat_diag *d);

/* der_read_time: UTCTime (two-digit years: 1950-2049, RFC 5280 §4.1.2.5.1) or GeneralizedTime, with seconds and Z, nothing else. */
MUST_USE jurat_rc der_read_time(struct reader *r, int64_t *out_unix_s, const char *field, struct jurat_diag *d);

#endif
