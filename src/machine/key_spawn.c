/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/key_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/diag.h"

#ifndef JURAT_PROGRAM
#error "JURAT_PROGRAM is the path at which jurat is installed"
#endif

#define SELF "/proc/self/exe"
enum { CHILD_FD = 3 };

/* The environment of the application stays outside: LD_PRELOAD or OPENSSL_CONF would run its code beside the keys. */
#ifdef JURAT_SABOTAGE
static const char *
sabotage_variable(void)
{
	static char text[128];
	const char *check = getenv("JURAT_SABOTAGE");

	snprintf(text, sizeof text, "JURAT_SABOTAGE=%s", check != NULL ? check : "");
	return check != NULL ? text : NULL;
}
#else
static const char *
sabotage_variable(void)
{
	return NULL;
}
#endif

static bool
self_is_jurat(void)
{
	char path[4096];
	ssize_t n = readlink(SELF, path, sizeof path - 1);
	const char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	/* A program replaced while it runs reads as "jurat (deleted)", and can still be executed through the link. */
	return slash != NULL && (strcmp(slash, "/jurat") == 0 || strcmp(slash, "/jurat (deleted)") == 0);
}

static int
prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attr, int fd)
{
	sigset_t none, all;
	int rc = posix_spawn_file_actions_adddup2(files, fd, CHILD_FD);

	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	sigemptyset(&none);
	sigfillset(&all);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return rc;
}

static int
spawn(pid_t *out, const char *program, char *const argv[], char *const env[], int fd)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		rc = prepare(&files, &attr, fd);
		if (rc == 0)
			rc = posix_spawn(out, program, &files, &attr, argv, env);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* exec_in_child: argv wants writable strings, so it gets copies. */
static int
run(pid_t *out, const char *program, const char *dir, int fd)
{
	char name[] = "jurat", noun[] = "machine", verb[] = "keyd", number[] = "3";
	const char *variable = sabotage_variable();
	char *folder = strdup(dir), *setting = variable != NULL ? strdup(variable) : NULL;
	char *argv[] = { name, noun, verb, number, folder, NULL };
	char *env[] = { setting, NULL };
	int rc = folder == NULL ? ENOMEM : spawn(out, program, argv, env, fd);

	free(folder);
	free(setting);
	return rc;
}

jurat_rc
key_spawn(int *out_fd, pid_t *out_pid, const char *program, const char *dir, struct jurat_diag *d)
{
	int pair[2], error;

	if (program == NULL)
		program = self_is_jurat() ? SELF : JURAT_PROGRAM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return jurat_fail(d, JURAT_E_IO, "key_process.socket", NO_OFFSET, 0, (uint64_t)errno);
	error = run(out_pid, program, dir, pair[1]);
	close(pair[1]);
	if (error != 0) {
		close(pair[0]);
		jurat_fail(d, JURAT_E_IO, "key_process.program", NO_OFFSET, 0, (uint64_t)error);
		jurat_hint(d, "the key process is the program jurat: install it, or name it with machine_open_program");
		return JURAT_E_IO;
	}
	*out_fd = pair[0];
	return JURAT_OK;
}
