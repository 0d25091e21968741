/* SPDX-License-Identifier: Apache-2.0 */
/* jurat platform serve */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "machine/platform.h"

static int
print_usage(FILE *to)
{
	fputs("usage: jurat platform serve sw:DIR --socket PATH [--ready-fd N]\n", to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

static int
serve(const char *name, const char *socket_path, int ready_fd)
{
	struct jurat_diag d = { 0 };
	struct machine *m = NULL;
	struct platform *p = NULL;
	jurat_rc rc = machine_open(&m, name, &d);

	if (rc == JURAT_OK)
		rc = platform_start(&p, m, &d);
	if (rc == JURAT_OK)
		rc = platform_serve(p, socket_path, ready_fd, &d);
	platform_free(p);
	machine_close(m);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, name);
}

static int
run_serve(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument, NULL, 's' },
		{ "ready-fd", required_argument, NULL, 'r' }, { 0 } };
	const char *socket_path = NULL;
	int ready_fd = -1, c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		char *end = NULL;

		if (c == '?')
			return print_usage(stderr);
		if (c == 's')
			socket_path = optarg;
		else
			ready_fd = (int)strtol(optarg, &end, 10);
		if (end != NULL && (*optarg == '\0' || *end != '\0' || ready_fd < 0))
			return cli_usage("platform", "--ready-fd wants the number of a descriptor");
	}
	if (argc - optind != 1 || socket_path == NULL)
		return cli_usage("platform", "platform serve wants a machine and --socket");
	return serve(argv[optind], socket_path, ready_fd);
}

int
cmd_platform(int argc, char **argv)
{
	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if (strcmp(argv[1], "serve") == 0)
		return run_serve(argc - 1, argv + 1);
	return cli_usage("platform", "unknown verb, see jurat platform --help");
}
