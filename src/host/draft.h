/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thousands of files that count only together. Each alone would wait for the disk (host/file.h); here they are written as they come, made lasting all at
 * once, and then the caller writes the one file by which the folder counts as whole.
 */
#ifndef HOST_DRAFT_H
#define HOST_DRAFT_H

#include "core/compiler.h"

/* draft_write: a new file, of which nothing is promised before draft_settle. JURAT_E_EXISTS if path is there; otherwise as file_write. */
MUST_USE jurat_rc draft_write(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d);

/* draft_settle: whatever was written to the file system of this folder is on the disk afterwards. */
MUST_USE jurat_rc draft_settle(const char *folder, struct jurat_diag *d);

#endif
