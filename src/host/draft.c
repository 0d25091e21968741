/* SPDX-License-Identifier: Apache-2.0 */
#include "host/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/diag.h"
#include "host/file.h"

static jurat_rc
fail_open(struct jurat_diag *d, const char *field)
{
	jurat_rc rc = errno == EEXIST ? JURAT_E_EXISTS : errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO;

	return jurat_fail(d, rc, field, NO_OFFSET, 0, (uint64_t)errno);
}

jurat_rc
draft_write(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
	jurat_rc rc;

	if (fd < 0)
		return fail_open(d, "file");
	rc = fd_write_all(fd, p, len, d);
	if (close(fd) != 0 && rc == JURAT_OK)
		rc = jurat_fail(d, JURAT_E_IO, "file", NO_OFFSET, 0, (uint64_t)errno);
	return rc;
}

jurat_rc
draft_settle(const char *folder, struct jurat_diag *d)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return fail_open(d, "folder");
	error = syncfs(fd) == 0 ? 0 : errno;
	close(fd);
	return error == 0 ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "folder", NO_OFFSET, 0, (uint64_t)error);
}
