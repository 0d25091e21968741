/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and CRLs that are as they should be but for one element, signed again so that nothing else is wrong. Only src/dcap/drill*.c
 * include this.
 */
#ifndef DCAP_DRILL_DER_H
#define DCAP_DRILL_DER_H

#include "dcap/pki.h"

enum drill_der_op {
	DER_REMOVE,      /* the element is not there */
	DER_TWICE,       /* it is there twice */
	DER_REPLACE,     /* the bytes stand in its place */
	DER_CONTENT,     /* it has the bytes for contents, under its tag */
	DER_TAG,         /* it has the one byte for a tag */
	DER_BEHIND,      /* the bytes come behind it */
	DER_AT_END,      /* the bytes come at the end of its contents */
	DER_PADDED,      /* a zero byte stands before its contents */
	DER_LONG_LENGTH, /* its length is not in the shortest form */
	DER_COMPRESSED,  /* a BIT STRING with an uncompressed point has a compressed one */
};

/*
 * Where: numbers of elements from outside, counted from 0 in each: "0.1" is the serial number of a certificate, "" all of it. OCTET STRINGs and BIT
 * STRINGs are looked into.
 */
struct drill_der_edit {
	const char *path;
	enum drill_der_op op;
	const char *bytes;
	size_t len;
	bool after; /* it was signed */
};

#define DRILL_DER_EDITS_MAX 2u
struct drill_der {
	struct drill_der_edit edit[DRILL_DER_EDITS_MAX]; /* one without a path is none */
	bool sha384; /* signed over SHA-384 */
};

/* ---- how the tables write it ---- */
#define BYTES(TEXT) (TEXT), sizeof(TEXT) - 1
#define ONE(PATH, OP, TEXT) { .edit = { { PATH, OP, BYTES(TEXT), false } } }
#define TWO(PATH1, OP1, TEXT1, PATH2, OP2, TEXT2) \
	{ .edit = { { PATH1, OP1, BYTES(TEXT1), false }, { PATH2, OP2, BYTES(TEXT2), false } } }
#define AFTER(PATH, OP, TEXT) { .edit = { { PATH, OP, BYTES(TEXT), true } } }

/* DER of small things. */
#define TRUE_DER "\x01\x01\xff"
#define FALSE_DER "\x01\x01\x00"
#define ECDSA_SHA384 "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define ECDSA_SHA256_NULL "\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00"
#define RSA_SHA256 "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"
#define UNKNOWN_EXTENSION "\x30\x07\x06\x03\x2a\x03\x04\x04\x00"
#define UNKNOWN_CRITICAL "\x30\x0a\x06\x03\x2a\x03\x04" TRUE_DER "\x04\x00"
#define UNKNOWN_FALSE "\x30\x0a\x06\x03\x2a\x03\x04" FALSE_DER "\x04\x00"

/* A way in which something is wrong. */
struct drill_form {
	const char *name;
	struct drill_der der;
};

/* drill_der_remake: fresh DER of what was changed and then signed by issuer; the caller frees. JURAT_E_INTERNAL where there is no such element. */
MUST_USE jurat_rc drill_der_remake(uint8_t **out, size_t *out_len, const uint8_t *der, size_t len, const struct drill_der *change,
    const struct pki_key *issuer, struct jurat_diag *d);

/* drill_der_remake_pem: the same of one certificate in PEM. */
MUST_USE jurat_rc drill_der_remake_pem(
    char **out, const char *pem, const struct drill_der *change, const struct pki_key *issuer, struct jurat_diag *d);

#endif
