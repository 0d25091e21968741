/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/local_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/diag.h"

enum { BACKLOG = 64 };

static jurat_rc
fail_errno(struct jurat_diag *d, int error, const char *field)
{
	jurat_rc rc = JURAT_E_IO;

	if (error == ENOENT || error == ECONNREFUSED)
		rc = JURAT_E_NOT_FOUND;
	else if (error == EACCES || error == EPERM)
		rc = JURAT_E_PERMISSION;
	else if (error == EADDRINUSE)
		rc = JURAT_E_EXISTS;
	return jurat_fail(d, rc, field, NO_OFFSET, 0, (uint64_t)error);
}

/*
 * address_of: sun_path holds 107 bytes, folders may be longer: the address is the last component below an open folder.
 * *out_dir stays open until the address was used.
 */
static jurat_rc
address_of(struct sockaddr_un *out, int *out_dir, const char *path, const char *field, struct jurat_diag *d)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	char *dir = slash == path ? strdup("/") : slash != NULL ? strndup(path, (size_t)(slash - path)) : strdup(".");
	int fd, n;

	if (dir == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, 0, 0);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (fd < 0)
		return fail_errno(d, errno, field);
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", fd, name);
	if (name[0] == '\0' || n < 0 || (size_t)n >= sizeof out->sun_path) {
		close(fd);
		return jurat_fail(d, JURAT_E_USAGE, field, NO_OFFSET, 0, 0);
	}
	*out_dir = fd;
	return JURAT_OK;
}

static jurat_rc
new_socket(int *out_fd, const char *field, struct jurat_diag *d)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail_errno(d, errno, field);
	*out_fd = fd;
	return JURAT_OK;
}

jurat_rc
local_connect(int *out_fd, const char *path, const char *field, struct jurat_diag *d)
{
	struct sockaddr_un address;
	int dir = -1, fd = -1, error = 0;
	jurat_rc rc = new_socket(&fd, field, d);

	if (rc != JURAT_OK)
		return rc;
	rc = address_of(&address, &dir, path, field, d);
	if (rc != JURAT_OK) {
		close(fd);
		return rc;
	}
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		error = errno;
	close(dir);
	if (error != 0) {
		close(fd);
		return fail_errno(d, error, field);
	}
	*out_fd = fd;
	return JURAT_OK;
}

/* remove_stale: a socket at which nobody answers any more. Anything else at that name stays. */
static void
remove_stale(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	switch (local_connect(&fd, path, "socket", NULL)) {
	case JURAT_OK:
		close(fd);
		return;
	case JURAT_E_NOT_FOUND:
		unlink(path);
		return;
	default:
		return;
	}
}

static int
bind_and_listen(int fd, const struct sockaddr_un *address)
{
	mode_t before = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)address, sizeof *address);

	umask(before);
	return rc == 0 ? listen(fd, BACKLOG) : rc;
}

jurat_rc
local_listen(int *out_fd, const char *path, const char *field, struct jurat_diag *d)
{
	struct sockaddr_un address;
	int dir = -1, fd = -1, error = 0;
	jurat_rc rc;

	remove_stale(path);
	rc = new_socket(&fd, field, d);
	if (rc != JURAT_OK)
		return rc;
	rc = address_of(&address, &dir, path, field, d);
	if (rc != JURAT_OK) {
		close(fd);
		return rc;
	}
	if (bind_and_listen(fd, &address) != 0)
		error = errno;
	close(dir);
	if (error != 0) {
		close(fd);
		return fail_errno(d, error, field);
	}
	*out_fd = fd;
	return JURAT_OK;
}

void
local_unlink(const char *path)
{
	unlink(path);
}
