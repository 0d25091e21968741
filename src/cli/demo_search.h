/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for a secret in what an eavesdropper recorded. */
#ifndef CLI_DEMO_SEARCH_H
#define CLI_DEMO_SEARCH_H

#include "host/find.h"

#define SEARCH_MIN_LEN 16u /* shorter secrets occur by chance */

enum search_result {
	SEARCH_ABSENT,
	SEARCH_FOUND,
	SEARCH_TOO_SHORT,   /* fewer than SEARCH_MIN_LEN bytes */
	SEARCH_TOO_UNIFORM, /* hardly any different bytes, such as zeros: would be found by chance */
};

struct search_hit {
	struct find_hit at; /* in the recording */
	size_t secret_off;  /* where in the secret the piece that was found begins */
};

/*
 * search_secret: a secret of up to SEARCH_PIECE_LEN bytes is looked for as a whole, a longer one in pieces of that length from places all
 * over it, so that a part that leaked is found too. *hit is set with SEARCH_FOUND. each (may be NULL) hears before every piece how many
 * of a hundred parts are done. JURAT_E_MEMORY.
 */
#define SEARCH_PIECE_LEN 48u
#define SEARCH_MAX_PIECES 16u
MUST_USE jurat_rc search_secret(enum search_result *out, struct search_hit *hit, const struct find_job *job,
    void (*each)(unsigned percent), struct jurat_diag *d);

#endif
