/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes and scalars from the caller's source, or from the system's. Freestanding. */
#ifndef EPID_RANDOM_H
#define EPID_RANDOM_H

#include "epid/fr.h"
#include "jurat/epid.h"

/* epid_random: n bytes; source NULL: crypto_random. */
MUST_USE jurat_epid_rc epid_random(void *out, size_t n, const struct jurat_epid_random *source, struct jurat_epid_diag *d);

/* epid_random_scalars: n of them in 1 .. p-1, drawn one after the other. After a failure, which of them were drawn is not said: wipe all. */
MUST_USE jurat_epid_rc epid_random_scalars(
    struct fr *const *out, size_t n, const struct jurat_epid_random *source, struct jurat_epid_diag *d);

#endif
