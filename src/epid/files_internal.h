/* SPDX-License-Identifier: Apache-2.0 */
/* The header of four bytes, which files.c and files_request.c share. */
#ifndef EPID_FILES_INTERNAL_H
#define EPID_FILES_INTERNAL_H

#include "core/bytes.h"
#include "epid/files.h"

/* epid_header_read: false unless p begins with a header of EPID 2.0 or 1.1 whose type this program knows. */
MUST_USE bool epid_header_read(uint16_t *out_version, uint16_t *out_type, const uint8_t *p, size_t len);

/* epid_header_check: that p begins with the header of this form. */
MUST_USE jurat_rc epid_header_check(const uint8_t *p, size_t len, enum epid_form form, struct jurat_diag *d);
void epid_header_write(struct writer *w, enum epid_form form);

#endif
