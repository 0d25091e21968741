/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM (RFC 7468, strict form): blocks of one label, nothing between them but line ends and spaces, or nothing at all (some real quotes
 * have no line end after the first block); the text may end in one NUL byte (most real quotes do).
 */
#ifndef X509_PEM_H
#define X509_PEM_H

#include "x509/der.h"

#define PEM_MAX_BLOCKS 8u
#define PEM_MAX_LEN (1024u * 1024u)

struct pem {
	uint8_t *bytes; /* owns what the blocks point to */
	struct x509_span block[PEM_MAX_BLOCKS];
	size_t num;
};

/* pem_decode: all blocks of the text, at least one. Label e.g. "CERTIFICATE". pem_clear for CLEANUP; zeroed is cleared. */
MUST_USE jurat_rc pem_decode(
    struct pem *out, const char *label, const char *text, size_t len, const char *field, struct jurat_diag *d);
void pem_clear(struct pem *pem);

#endif
