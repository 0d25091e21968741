/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a world's folder. Only src/dcap/world*.c include this. */
#ifndef DCAP_WORLD_FILES_H
#define DCAP_WORLD_FILES_H

#include "dcap/world.h"
#include "host/file.h"
#include "sgx/sigstruct.h"

/* world_read, world_write: name is relative to dir. */
MUST_USE jurat_rc world_read(struct blob *out, const char *dir, const char *name, size_t max, bool secret, struct jurat_diag *d);
MUST_USE jurat_rc world_write(
    const char *dir, const char *name, const void *p, size_t len, unsigned mode, struct jurat_diag *d);
MUST_USE jurat_rc world_write_text(const char *dir, const char *name, const char *text, struct jurat_diag *d);
MUST_USE jurat_rc world_read_key(struct pki_key *out, const char *dir, const char *name, struct jurat_diag *d);
MUST_USE jurat_rc world_write_key(const char *dir, const char *name, const struct pki_key *key, struct jurat_diag *d);

/*
 * world_check: the three CA and signing keys and their certificates are there, belong together, and the root has signed each: what is
 * signed with them verifies. JURAT_E_MISMATCH, JURAT_E_CRYPTO or the reader's error, each with the file's name as field.
 */
MUST_USE jurat_rc world_check(const char *dir, struct jurat_diag *d);

/* world_keys_make: all five keys, the CA certificates and trust.json of a new world. */
MUST_USE jurat_rc world_keys_make(const char *dir, const struct pki_names *names, int64_t now, struct jurat_diag *d);

/* world_enclaves_sign: the three enclaves from `from`, each with the key that its role demands. */
MUST_USE jurat_rc world_enclaves_sign(const char *dir, const char *from, int64_t now, struct jurat_diag *d);

/* world_adopt_enclaves: min_pce_svn and min_qe_svn from the signed enclaves: what this world ships is what it demands. */
MUST_USE jurat_rc world_adopt_enclaves(struct world *w, struct jurat_diag *d);

/* world_sigstruct: the SIGSTRUCT of a signed enclave in DIR/enclaves, verified. */
MUST_USE jurat_rc world_sigstruct(struct sgx_sigstruct *out, const char *dir, const char *file, struct jurat_diag *d);

/* text_clear: frees, for CLEANUP of a char *. */
void text_clear(char **text);

#endif
