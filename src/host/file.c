/* SPDX-License-Identifier: Apache-2.0 */
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"

#define READ_STEP 65536u

void
blob_clear(struct blob *b)
{
	if (b->p != NULL && b->secret)
		wipe(b->p, b->len);
	free(b->p);
	*b = (struct blob){ 0 };
}

/* fail_errno: EFBIG is the limit of a process (RLIMIT_FSIZE) or file system: for whoever waits for the data, a full disk. */
static jurat_rc
fail_errno(struct jurat_diag *d, int error, const char *field)
{
	jurat_rc rc = JURAT_E_IO;

	if (error == ENOENT)
		rc = JURAT_E_NOT_FOUND;
	else if (error == EEXIST)
		rc = JURAT_E_EXISTS;
	else if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		rc = JURAT_E_NO_SPACE;
	return jurat_fail(d, rc, field, NO_OFFSET, 0, (uint64_t)error);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void
free_string(char **s)
{
	free(*s);
}

/* ---- reading ---- */

/* blob_room: makes room for n bytes and the NUL. No realloc: it would leave copies of secrets behind. */
static bool
blob_room(struct blob *b, size_t *cap, size_t n)
{
	uint8_t *bigger;

	if (n <= *cap)
		return true;
	bigger = malloc(n + 1);
	if (bigger == NULL)
		return false;
	if (b->len != 0)
		memcpy(bigger, b->p, b->len);
	if (b->p != NULL && b->secret)
		wipe(b->p, b->len);
	free(b->p);
	b->p = bigger;
	*cap = n;
	return true;
}

/* next_cap: doubles, but never asks for more than one byte over the limit: that byte shows that the file is too large. */
static size_t
next_cap(size_t cap, size_t max)
{
	size_t most = max + 1;

	if (cap >= most / 2)
		return most;
	return cap == 0 && most > READ_STEP ? READ_STEP : cap * 2 + 1;
}

static jurat_rc
read_rest(struct blob *b, int fd, size_t max, struct jurat_diag *d)
{
	size_t cap = 0;

	for (;;) {
		ssize_t got;

		if (b->len == cap && !blob_room(b, &cap, next_cap(cap, max)))
			return jurat_fail(d, JURAT_E_MEMORY, "file", NO_OFFSET, 0, 0);
		got = read(fd, b->p + b->len, cap - b->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_errno(d, errno, "file");
		if (got == 0)
			break;
		b->len += (size_t)got;
		if (b->len > max)
			return jurat_fail(d, JURAT_E_TOO_LARGE, "file", NO_OFFSET, max, b->len);
	}
	b->p[b->len] = 0;
	return JURAT_OK;
}

static jurat_rc
check_readable(int fd, bool secret, struct jurat_diag *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_errno(d, errno, "file");
	if (S_ISDIR(st.st_mode))
		return fail_errno(d, EISDIR, "file");
	if (secret && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		(void)jurat_fail(d, JURAT_E_PERMISSION, "file.mode", NO_OFFSET, 0600, st.st_mode & 0777);
		jurat_hint(d, "the file holds a secret: chmod 600 it");
		return JURAT_E_PERMISSION;
	}
	return JURAT_OK;
}

/* check_regular: what is no file at all (a pipe, a device) may have no end, or hold us until somebody writes. */
static jurat_rc
check_regular(int fd, struct jurat_diag *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_errno(d, errno, "file");
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return JURAT_OK; /* a folder is refused by its own name later */
	(void)jurat_fail(d, JURAT_E_IO, "file", NO_OFFSET, 0, 0);
	jurat_hint(d, "it must be a regular file");
	return JURAT_E_IO;
}

/* check_owner: a secret that another user wrote is one that he knows, and can exchange. Root's may be used by everybody who can read them. */
static jurat_rc
check_owner(int fd, struct jurat_diag *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_errno(d, errno, "file");
	if (st.st_uid == geteuid() || st.st_uid == 0)
		return JURAT_OK;
	(void)jurat_fail(d, JURAT_E_PERMISSION, "file.owner", NO_OFFSET, 0, st.st_uid);
	jurat_hint(d, "the file holds a secret: it must belong to the user who runs this, or to root");
	return JURAT_E_PERMISSION;
}

static jurat_rc
read_open(struct blob *out, int fd, size_t max, bool secret, struct jurat_diag *d)
{
	struct blob b CLEANUP(blob_clear) = { .secret = secret };
	jurat_rc rc = check_readable(fd, secret, d);

	if (rc == JURAT_OK)
		rc = read_rest(&b, fd, max, d);
	if (rc != JURAT_OK)
		return rc;
	*out = b;
	b = (struct blob){ 0 };
	return JURAT_OK;
}

static jurat_rc
check_max(size_t max, struct jurat_diag *d)
{
	return max <= SIZE_MAX / 4 ? JURAT_OK : jurat_fail(d, JURAT_E_USAGE, "file", NO_OFFSET, SIZE_MAX / 4, max);
}

jurat_rc
file_read(struct blob *out, const char *path, size_t max, struct jurat_diag *d)
{
	int opened CLEANUP(close_fd) = -1;
	jurat_rc rc = check_max(max, d);

	if (rc != JURAT_OK)
		return rc;
	if (strcmp(path, "-") == 0)
		return read_open(out, STDIN_FILENO, max, false, d);
	opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return opened < 0 ? fail_errno(d, errno, "file") : read_open(out, opened, max, false, d);
}

jurat_rc
file_read_secret(struct blob *out, const char *path, size_t max, struct jurat_diag *d)
{
	int opened CLEANUP(close_fd) = -1;
	jurat_rc rc = check_max(max, d);

	if (rc != JURAT_OK)
		return rc;
	if (strcmp(path, "-") == 0)
		return read_open(out, STDIN_FILENO, max, true, d);
	opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO must not hold us */
	if (opened < 0)
		return fail_errno(d, errno, "file");
	if ((rc = check_regular(opened, d)) != JURAT_OK || (rc = check_owner(opened, d)) != JURAT_OK)
		return rc;
	return read_open(out, opened, max, true, d);
}

jurat_rc
file_read_stored(struct blob *out, const char *path, const struct file_kind *kind, struct jurat_diag *d)
{
	int fd CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO must not hold us */
	struct jurat_diag why = { 0 };
	jurat_rc rc = fd < 0 ? fail_errno(&why, errno, "file") : check_regular(fd, &why);

	if (rc == JURAT_OK)
		rc = read_open(out, fd, kind->max, kind->secret, &why);
	if (rc != JURAT_OK) {
		(void)jurat_fail(d, rc, kind->field, why.offset, why.wanted, why.got);
		jurat_hint(d, why.hint);
	}
	return rc;
}

static jurat_rc
read_member(struct blob *out, const char *dir, const struct file_kind *kind, struct jurat_diag *d)
{
	char *path CLEANUP(free_string) = path_join(dir, kind->field);

	return path != NULL ? file_read_stored(out, path, kind, d) : jurat_fail(d, JURAT_E_MEMORY, kind->field, NO_OFFSET, 0, 0);
}

jurat_rc
file_read_in(struct blob *out, const char *dir, const char *name, size_t max, struct jurat_diag *d)
{
	return read_member(out, dir, &(struct file_kind){ name, max, false }, d);
}

jurat_rc
file_read_secret_in(struct blob *out, const char *dir, const char *name, size_t max, struct jurat_diag *d)
{
	return read_member(out, dir, &(struct file_kind){ name, max, true }, d);
}

/* ---- writing ---- */

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static jurat_rc
sync_folder_of(const char *path, struct jurat_diag *d)
{
	char *folder CLEANUP(free_string) = folder_of(path);
	int fd CLEANUP(close_fd) = -1;

	if (folder == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "file", NO_OFFSET, 0, 0);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(d, errno, "folder");
	/* EINVAL: a file system that cannot sync folders; there is nothing more that a program can do. */
	if (fsync(fd) != 0 && errno != EINVAL)
		return fail_errno(d, errno, "folder");
	return JURAT_OK;
}

/* fill: everything that must have succeeded before the file may get its name. */
static jurat_rc
fill(int fd, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	jurat_rc rc;

	if (fchmod(fd, (mode_t)mode) != 0)
		return fail_errno(d, errno, "file");
	rc = fd_write_all(fd, p, len, d);
	if (rc != JURAT_OK)
		return rc;
	return fsync(fd) == 0 ? JURAT_OK : fail_errno(d, errno, "file");
}

/* name_it: link refuses an existing name and rename replaces it, both in one step. */
static int
name_it(const char *temporary, const char *path, bool fresh)
{
	if (!fresh)
		return rename(temporary, path);
	if (link(temporary, path) != 0)
		return -1;
	return unlink(temporary);
}

/* What is written, and how. */
struct content {
	const void *p;
	size_t len;
	unsigned mode;
	bool fresh; /* nothing may be there yet */
};

static jurat_rc
write_named(const char *path, const char *folder, const struct content *c, struct jurat_diag *d)
{
	char *temporary CLEANUP(free_string) = NULL;
	int fd CLEANUP(close_fd) = -1;
	jurat_rc rc;

	if (asprintf(&temporary, "%s/.jurat-XXXXXX", folder) < 0) {
		temporary = NULL;
		return jurat_fail(d, JURAT_E_MEMORY, "file", NO_OFFSET, 0, 0);
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fail_errno(d, errno, "file");
	rc = fill(fd, c->p, c->len, c->mode, d);
	if (rc == JURAT_OK && name_it(temporary, path, c->fresh) != 0)
		rc = fail_errno(d, errno, "file");
	if (rc != JURAT_OK)
		(void)unlink(temporary);
	return rc;
}

/* ---- a file without a name, which is gone with a process that is killed while it writes ---- */

/* open_unnamed: *out_fd stays -1 where the file system has no such files, or /proc, which gives them their name, is not there. */
static jurat_rc
open_unnamed(int *out_fd, const char *folder, struct jurat_diag *d)
{
	if (access("/proc/self/fd", X_OK) != 0)
		return JURAT_OK;
	*out_fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (*out_fd >= 0 || errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)
		return JURAT_OK;
	return fail_errno(d, errno, "file");
}

static int
link_unnamed(int fd, const char *path)
{
	char from[32];

	(void)snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* replace_by: a name can only be taken over by another name, so the whole file has one beside it for a moment. */
static int
replace_by(int fd, const char *folder, const char *path)
{
	char *beside CLEANUP(free_string) = NULL;
	unsigned long long n;
	int error;

	if (getrandom(&n, sizeof n, 0) != (ssize_t)sizeof n)
		return -1;
	if (asprintf(&beside, "%s/.jurat-%016llx", folder, n) < 0) {
		beside = NULL;
		errno = ENOMEM;
		return -1;
	}
	if (link_unnamed(fd, beside) != 0)
		return -1;
	if (rename(beside, path) == 0)
		return 0;
	error = errno;
	(void)unlink(beside);
	errno = error;
	return -1;
}

static jurat_rc
write_unnamed(int fd, const char *path, const char *folder, const struct content *c, struct jurat_diag *d)
{
	jurat_rc rc = fill(fd, c->p, c->len, c->mode, d);

	if (rc != JURAT_OK)
		return rc;
	if ((c->fresh ? link_unnamed(fd, path) : replace_by(fd, folder, path)) != 0)
		return fail_errno(d, errno, "file");
	return JURAT_OK;
}

static jurat_rc
write_beside(const char *path, const struct content *c, struct jurat_diag *d)
{
	char *folder CLEANUP(free_string) = folder_of(path);
	int fd CLEANUP(close_fd) = -1;
	jurat_rc rc;

	if (folder == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "file", NO_OFFSET, 0, 0);
	rc = open_unnamed(&fd, folder, d);
	if (rc == JURAT_OK && fd >= 0)
		rc = write_unnamed(fd, path, folder, c, d);
	else if (rc == JURAT_OK)
		rc = write_named(path, folder, c, d);
	return rc == JURAT_OK ? sync_folder_of(path, d) : rc;
}

/* write_through: devices, pipes and terminals keep their name; /dev/null must not become a file because root wrote to it. */
static jurat_rc
write_through(const char *path, const void *p, size_t len, struct jurat_diag *d)
{
	int fd CLEANUP(close_fd) = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return fail_errno(d, errno, "file");
	return fd_write_all(fd, p, len, d);
}

/* write_regular: path is absent or a regular file; a symbolic link to one stays a link. */
static jurat_rc
write_regular(const char *path, const struct content *c, bool there, struct jurat_diag *d)
{
	char *target CLEANUP(free_string) = there ? realpath(path, NULL) : NULL;

	if (there && target == NULL)
		return fail_errno(d, errno, "file");
	return write_beside(there ? target : path, c, d);
}

jurat_rc
file_write(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	const struct content content = { p, len, mode, false };
	struct stat st;

	if (strcmp(path, "-") == 0)
		return fd_write_all(STDOUT_FILENO, p, len, d);
	if (stat(path, &st) != 0)
		return write_regular(path, &content, false, d);
	if (S_ISDIR(st.st_mode))
		return fail_errno(d, EISDIR, "file");
	return S_ISREG(st.st_mode) ? write_regular(path, &content, true, d) : write_through(path, p, len, d);
}

jurat_rc
file_write_stored(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	const struct content content = { p, len, mode, false };
	struct stat st;
	bool there = stat(path, &st) == 0;

	if (there && S_ISDIR(st.st_mode))
		return fail_errno(d, EISDIR, "file");
	return write_regular(path, &content, there && S_ISREG(st.st_mode), d);
}

jurat_rc
file_create(const char *path, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	const struct content content = { p, len, mode, true };

	if (strcmp(path, "-") == 0)
		return fd_write_all(STDOUT_FILENO, p, len, d);
	return write_beside(path, &content, d);
}

char *
path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	char *out;

	if (asprintf(&out, len != 0 && dir[len - 1] == '/' ? "%s%s" : "%s/%s", dir, name) < 0)
		return NULL;
	return out;
}

jurat_rc
dir_create(const char *path, unsigned mode, struct jurat_diag *d)
{
	if (mkdir(path, (mode_t)mode) != 0)
		return fail_errno(d, errno, "folder");
	return JURAT_OK;
}

/* ---- descriptors ---- */

/* write_some: a closed peer is an error to return, not a signal to die from. */
static ssize_t
write_some(int fd, const uint8_t *p, size_t n)
{
	ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

	if (sent < 0 && errno == ENOTSOCK)
		sent = write(fd, p, n);
	return sent;
}

jurat_rc
fd_write_all(int fd, const void *p, size_t len, struct jurat_diag *d)
{
	const uint8_t *at = p;

	while (len != 0) {
		ssize_t n = write_some(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(d, errno, "write");
		at += n;
		len -= (size_t)n;
	}
	return JURAT_OK;
}

jurat_rc
fd_read_all(int fd, void *p, size_t len, struct jurat_diag *d)
{
	uint8_t *at = p;
	size_t left = len;

	while (left != 0) {
		ssize_t n = read(fd, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(d, errno, "read");
		if (n == 0)
			return jurat_fail(d, JURAT_E_TRUNCATED, "read", len - left, len, len - left);
		at += n;
		left -= (size_t)n;
	}
	return JURAT_OK;
}
