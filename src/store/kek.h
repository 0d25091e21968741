/* SPDX-License-Identifier: Apache-2.0 */
/* The key encryption key: the one secret that is not in the data folder. */
#ifndef STORE_KEK_H
#define STORE_KEK_H

#include "crypto/crypto.h"

/*
 * kek_load: 32 raw bytes, or 64 hexadecimal digits with an optional newline. JURAT_E_PERMISSION if others may read the file, if it
 * belongs to neither us nor root, or if it lies inside data_dir (a copy of the folder must not be enough); JURAT_E_IO for a pipe or
 * device; JURAT_E_FORMAT for another size or content. data_dir may be NULL. The caller wipes out.
 */
MUST_USE jurat_rc kek_load(struct aes256_key *out, const char *path, const char *data_dir, struct jurat_diag *d);

#endif
