/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A corpus of our own: quotes with collateral, each with exactly one defect, for which one check must refuse it. Made below a root that the caller
 * keeps, anew each time. tests run our verifier over all of them; others can run theirs (docs/formats/drill.md).
 */
#ifndef DCAP_DRILL_H
#define DCAP_DRILL_H

#include "dcap/pki.h"

/* Who signs. drill_world_new makes all of it; one from a folder lends root, platform CA and TCB signing key. */
struct drill_world {
	struct pki_names names;
	struct pki_key root, platform, signing; /* the world's */
	struct pki_key processor, pck, attestation, stranger; /* made for this drill */
	char *root_pem; /* the trusted certificate */
};

/* drill_world_new: a world of this name that is forgotten afterwards. drill_world_open: DIR of `jurat world new`. */
MUST_USE jurat_rc drill_world_new(struct drill_world *out, const char *name, int64_t now, struct jurat_diag *d);
MUST_USE jurat_rc drill_world_open(struct drill_world *out, const char *dir, int64_t now, struct jurat_diag *d);
void drill_world_clear(struct drill_world *w);

/* drill_trust: trust.json of this world; the caller frees. */
MUST_USE jurat_rc drill_trust(char **out, const struct drill_world *w);

/* One quote with what it is to be judged with. Borrowed for the time of the call. */
struct drill_item {
	const char *name;  /* unique, letters, digits and '-' */
	const char *check; /* the check that must decide (src/appraisal/checks.c), or NULL: nothing is wrong */
	int exit_code;     /* jurat verify's: 0, 3, 4, 5 or 6 */
	int64_t at_unix_s;
	const uint8_t *quote;
	size_t quote_len;
	const char *collateral, *policy;
};

/* drill_each: calls take with every item, as long as it returns JURAT_OK. */
MUST_USE jurat_rc drill_each(const struct drill_world *w, int64_t now, jurat_rc (*take)(void *ctx, const struct drill_item *item), void *ctx,
    struct jurat_diag *d);

#endif
