/* SPDX-License-Identifier: Apache-2.0 */
/* jurat platform serve */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/listener.h"
#include "machine/platform.h"

static int
print_usage(FILE *to)
{
	fputs("usage: jurat platform serve sw:DIR --socket PATH [--ready-fd N] [--eavesdrop FILE]\n\n"
	      "  --eavesdrop FILE  append the bytes of every call of the quoting and the certification enclave\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

struct serve_options {
	const char *machine, *socket, *eavesdrop;
	int ready_fd;
};

static int
serve(const struct serve_options *o)
{
	CLEANUP(listener_close) struct listener l = { 0 };
	struct enclave_options heard = { .eavesdrop = listener_enclave, .eavesdrop_ctx = &l };
	struct jurat_diag d = { 0 };
	struct machine *m = NULL;
	struct platform *p = NULL;
	jurat_rc rc;
	int code = listener_open(&l, o->eavesdrop);

	if (code != -1)
		return code;
	rc = machine_open(&m, o->machine, &d);
	if (rc == JURAT_OK)
		rc = platform_start(&p, m, l.file != NULL ? &heard : NULL, &d);
	if (rc == JURAT_OK)
		rc = platform_serve(p, o->socket, o->ready_fd, &d);
	platform_free(p);
	machine_close(m);
	return rc == JURAT_OK ? listener_end(&l, o->eavesdrop, EXIT_ACCEPTED) : cli_fail(rc, &d, o->machine);
}

static int
run_serve(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument, NULL, 's' },
		{ "ready-fd", required_argument, NULL, 'r' }, { "eavesdrop", required_argument, NULL, 'e' }, { 0 } };
	struct serve_options o = { .ready_fd = -1 };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return cli_bad_option("platform", argv);
		if (c == 's')
			o.socket = optarg;
		else if (c == 'e')
			o.eavesdrop = optarg;
		else if ((o.ready_fd = cli_descriptor(optarg)) < 0)
			return cli_usage("platform", "--ready-fd wants the number of a descriptor");
	}
	if (argc - optind != 1 || o.socket == NULL)
		return cli_usage("platform", "platform serve wants a machine and --socket");
	o.machine = argv[optind];
	return serve(&o);
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
	return cli_usage("platform", "unknown verb");
}
