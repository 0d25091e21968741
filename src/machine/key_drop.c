/* SPDX-License-Identifier: Apache-2.0 */
/* `jurat machine serve DIR --user NAME`: root keys under a user of their own, out of the reach of those whose enclaves use them. */
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/diag.h"
#include "machine/key_server.h"

/* Who owns the folder may connect: the socket (0600) becomes his. */
static jurat_rc
give_socket(const char *path, struct jurat_diag *d)
{
	char *copy = strdup(path);
	struct stat st;
	int rc = -1;

	if (copy == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "keys.socket", NO_OFFSET, 0, 0);
	if (stat(dirname(copy), &st) == 0)
		rc = chown(path, st.st_uid, st.st_gid);
	free(copy);
	return rc == 0 ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "keys.socket.owner", NO_OFFSET, 0, (uint64_t)errno);
}

jurat_rc
key_server_drop(const char *socket_path, const struct key_serve_options *options, struct jurat_diag *d)
{
	const struct passwd *user;
	jurat_rc rc;

	if (options->user == NULL)
		return JURAT_OK;
	errno = 0;
	user = getpwnam(options->user);
	if (user == NULL)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "user", NO_OFFSET, 0, (uint64_t)errno);
	rc = give_socket(socket_path, d);
	if (rc != JURAT_OK)
		return rc;
	if (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		return jurat_fail(d, JURAT_E_PERMISSION, "user", NO_OFFSET, 0, (uint64_t)errno);
	/* A change of user may switch dumping on again. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return jurat_fail(d, JURAT_E_IO, "sandbox", NO_OFFSET, 0, (uint64_t)errno);
	return JURAT_OK;
}
