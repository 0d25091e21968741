/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: opens everything, drops privileges, then listens to the world. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/secrets.h"
#include "core/ct.h"
#include "host/file.h"
#include "host/when.h"
#include "service/sandbox.h"
#include "service/secrets.h"

struct daemon {
	struct secrets *service;
	struct http_server *server;
};

static void
daemon_clear(struct daemon *m)
{
	/* connections go first: streams under way point into the service */
	http_server_close(m->server);
	secrets_close(m->service);
}

static void
free_string(char **p)
{
	free(*p);
}

static uint64_t
monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int
open_service(struct daemon *m, const struct secrets_cli *o)
{
	static const struct secrets_clocks clocks = { when_now, monotonic_ms };
	struct jurat_diag d = { 0 };
	struct aes256_key kek;
	jurat_rc rc;
	int code;

	if (!secrets_cli_kek(&kek, o, &code))
		return code;
	rc = secrets_open(&m->service, o->data, &kek, &clocks, &d);
	wipe(&kek, sizeof kek);
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, o->data);
}

static int
open_server(struct daemon *m, const struct secrets_cli *o)
{
	CLEANUP(free_string) char *cert = path_join(o->data, SECRETS_TLS_CERT);
	CLEANUP(free_string) char *key = path_join(o->data, SECRETS_TLS_KEY);
	struct http_server_options options = { .listen = o->listen, .cert_pem = cert, .key_pem = key, .handle = secrets_handle,
		.ctx = m->service };
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (cert == NULL || key == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, o->data);
	if ((rc = http_server_open(&m->server, &options, &d)) != JURAT_OK)
		return cli_fail(rc, &d, d.field != NULL && strncmp(d.field, "tls", 3) == 0 ? o->data : o->listen);
	secrets_set_server(m->service, m->server);
	return -1;
}

/* drop_privileges: for good, and checked; nothing to do without --user. */
static int
drop_privileges(const char *user)
{
	struct jurat_diag d = { 0 };
	struct passwd *pw;

	if (user == NULL)
		return -1;
	if ((pw = getpwnam(user)) == NULL)
		return cli_usage("secrets", "there is no such user");
	if (initgroups(user, pw->pw_gid) == 0 && setgid(pw->pw_gid) == 0 && setuid(pw->pw_uid) == 0 &&
	    (pw->pw_uid == 0 || setuid(0) != 0))
		return -1;
	(void)jurat_fail(&d, JURAT_E_PERMISSION, "user", NO_OFFSET, 0, 0);
	return cli_fail(JURAT_E_PERMISSION, &d, user);
}

static void
say_ready(const struct daemon *m, int ready_fd)
{
	char url[HTTP_ADDRESS_MAX_LEN + 16];
	int n = snprintf(url, sizeof url, "https://%s\n", http_server_address(m->server));

	fputs(url, stdout);
	if (fflush(stdout) != 0)
		clearerr(stdout); /* whoever reads there and has gone needs no answer either */
	if (ready_fd < 0)
		return;
	/* whoever waits there and has gone needs no answer */
	(void)!write(ready_fd, url, (size_t)n);
	close(ready_fd);
}

int
secrets_cli_serve(const struct secrets_cli *o)
{
	CLEANUP(daemon_clear) struct daemon m = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if (o->listen == NULL)
		return cli_usage("secrets", "serve wants --listen ADDRESS:PORT");
	signal(SIGPIPE, SIG_IGN);
	if ((rc = service_sandbox_early(&d)) != JURAT_OK)
		return cli_fail(rc, &d, "service");
	if ((code = open_service(&m, o)) != -1 || (code = open_server(&m, o)) != -1)
		return code;
	if (o->check_config) {
		cli_progress("the configuration is right");
		return EXIT_ACCEPTED;
	}
	if ((code = drop_privileges(o->user)) != -1)
		return code;
	if ((rc = service_sandbox_late(&d)) != JURAT_OK)
		return cli_fail(rc, &d, "service");
	if (secrets_root_is_private(m.service))
		cli_progress("quotes are judged against a private trust root, not Intel's");
	say_ready(&m, o->ready_fd);
	rc = http_server_run(m.server, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, "service");
}
