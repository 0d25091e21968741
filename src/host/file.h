/* SPDX-License-Identifier: Apache-2.0 */
/* Files on the host: read whole with a limit, written whole or not at all. */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include "core/compiler.h"

struct blob {
	uint8_t *p; /* len + 1 bytes are allocated and p[len] is 0, so text can be used as a string */
	size_t len;
	bool secret; /* wiped when cleared */
};

/* blob_clear: wipes if secret, frees, zeroes the struct. For CLEANUP. */
void blob_clear(struct blob *b);

/*
 * file_read: the whole file ("-" is standard input) of at most max bytes. JURAT_E_NOT_FOUND, JURAT_E_IO (got = errno),
 * JURAT_E_TOO_LARGE (wanted = max). Regular files, pipes and sockets; a directory is JURAT_E_IO.
 */
MUST_USE jurat_rc file_read(struct blob *out, const char *path, size_t max, struct jurat_diag *d);

/*
 * file_read_secret: the same; out->secret is set. JURAT_E_PERMISSION if group or others may read or write the file, or if it belongs to
 * another user than the effective one and root; JURAT_E_IO, at once, for what is not a regular file ("-" may be a pipe).
 */
MUST_USE jurat_rc file_read_secret(struct blob *out, const char *path, size_t max, struct jurat_diag *d);

/*
 * file_read_in, file_read_secret_in: the same for dir/name, a member of a folder that this program made (a world, a machine, a data
 * folder). It must be a regular file: a pipe in its place would hold the reader for ever. name is a literal and is the field of every
 * failure, so that the user learns which of the folder's files it is. file_read_stored: for a path, kind->max below SIZE_MAX / 4.
 */
struct file_kind {
	const char *field;
	size_t max;
	bool secret;
};
MUST_USE jurat_rc file_read_stored(struct blob *out, const char *path, const struct file_kind *kind, struct jurat_diag *d);
MUST_USE jurat_rc file_read_in(struct blob *out, const char *dir, const char *name, size_t max, struct jurat_diag *d);
MUST_USE jurat_rc file_read_secret_in(struct blob *out, const char *dir, const char *name, size_t max, struct jurat_diag *d);

/*
 * file_write: writes a file without a name in the same folder (where the file system has that) with the given mode, fsyncs it,
 * renames it over path, fsyncs the folder: a process killed in the middle leaves nothing behind, and afterwards path is the old file
 * or the whole new one, whatever happens. "-" is standard output; what is not a regular file (a
 * device, a pipe) is written in place, and a symbolic link stays one. JURAT_E_NO_SPACE for ENOSPC, EDQUOT and EFBIG, JURAT_E_NOT_FOUND without
 * the folder, JURAT_E_IO otherwise. file_create: the same, but JURAT_E_EXISTS if path is there.
 */
MUST_USE jurat_rc file_write(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d);

/*
 * file_write_stored: the same for a member of a folder that this program made. A pipe, socket or device in its place is replaced: writing
 * through it would wait for a reader, for ever, and store nothing.
 */
MUST_USE jurat_rc file_write_stored(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d);
MUST_USE jurat_rc file_create(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d);

/* path_join: dir/name into a fresh string, NULL without memory. The caller frees. */
char *path_join(const char *dir, const char *name);

/* dir_create: mode 0700 or as given; JURAT_E_EXISTS if it is there. */
MUST_USE jurat_rc dir_create(const char *path, unsigned mode, struct jurat_diag *d);

/* fd_write_all, fd_read_all: loop over short transfers and EINTR. fd_read_all: JURAT_E_TRUNCATED if the peer closed early. */
MUST_USE jurat_rc fd_write_all(int fd, const void *p, size_t len, struct jurat_diag *d);
MUST_USE jurat_rc fd_read_all(int fd, void *p, size_t len, struct jurat_diag *d);

#endif
