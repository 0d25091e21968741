/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a secret stands somewhere among other bytes: in an enclave's file, in recorded traffic. */
#ifndef HOST_FIND_H
#define HOST_FIND_H

#include "core/compiler.h"
#include "core/diag.h"

/* Shorter secrets are looked for as they are only: their encoded forms would be found by chance. */
#define FIND_ENCODED_MIN_LEN 4

enum find_form {
	FIND_RAW,
	FIND_HEX,    /* either case */
	FIND_BASE64, /* of either alphabet, at each of the three alignments, on one line */
};

struct find_hit {
	size_t off; /* of the first byte that is the secret's alone */
	enum find_form form;
};

const char *find_form_name(enum find_form form);

/* What is looked for, and where. */
struct find_job {
	const void *hay;
	size_t hay_len;
	const void *secret;
	size_t secret_len;
};

/*
 * find_secret: up to cap places, raw ones first. *out_num is 0 if there is none. JURAT_E_USAGE for an empty secret,
 * JURAT_E_MEMORY. Encoded copies made on the way are wiped.
 */
MUST_USE jurat_rc find_secret(
    struct find_hit *out, size_t cap, size_t *out_num, const struct find_job *job, struct jurat_diag *d);

#endif
