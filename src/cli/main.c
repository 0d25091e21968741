/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/sabotage.h"

static const struct cli_command commands[] = {
	{ "capsule", cmd_capsule, "keep a quote, what it was judged with, and the verdict, in one signed file" },
	{ "demo", cmd_demo, "the whole story, and the attacks that must fail" },
	{ "drill", cmd_drill, "make quotes with one defect each, to run verifiers against" },
	{ "enclave", cmd_enclave, "sign, measure and inspect enclave files" },
	{ "epid", cmd_epid, "anonymous group signatures: issue, join, sign, verify, revoke" },
	{ "fetch", cmd_fetch, "get the collateral for a quote from Intel's service or a cache" },
	{ "forecast", cmd_forecast, "will a quote still pass with other collateral, and what must be updated" },
	{ "machine", cmd_machine, "software SGX machines: make, show, serve" },
	{ "quote", cmd_quote, "show every field of quotes, certificates and collateral" },
	{ "secrets", cmd_secrets, "the relying party: keep secrets, judge quotes, release" },
	{ "platform", cmd_platform, "platform software: makes quotes" },
	{ "policy", cmd_policy, "check a policy, and say what it accepts" },
	{ "vault", cmd_vault, "the attested host: receive a secret into the vault enclave, ask about it" },
	{ "verify", cmd_verify, "check a quote and say why" },
	{ "world", cmd_world, "private roots of trust: make, show, enrol machines, set their state" },
	{ NULL, NULL, NULL },
};

static int
print_help(FILE *to)
{
	fputs("usage: jurat NOUN VERB [options]\n\n", to);
	for (const struct cli_command *c = commands; c->noun != NULL; c++)
		fprintf(to, "  %-10s %s\n", c->noun, c->summary);
	fputs("\njurat NOUN --help says more; the manual is in jurat(1).\n", to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

/* run_noun: --help is understood behind every verb too. */
static int
run_noun(const struct cli_command *c, int argc, char **argv)
{
	char help[] = "--help", *ask[] = { argv[0], help, NULL };

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], help) == 0)
			return c->run(2, ask);
	}
	return c->run(argc, argv);
}

static int
run(int argc, char **argv)
{
	if (argc < 2)
		return print_help(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return print_help(stdout);
	if (strcmp(argv[1], "--version") == 0) {
		puts("jurat " JURAT_VERSION);
		return EXIT_ACCEPTED;
	}
	for (const struct cli_command *c = commands; c->noun != NULL; c++) {
		if (strcmp(argv[1], c->noun) == 0)
			return run_noun(c, argc - 1, argv + 1);
	}
	return cli_usage(NULL, "unknown command");
}

int
main(int argc, char **argv)
{
#ifdef JURAT_SABOTAGE
	const char *check = getenv("JURAT_SABOTAGE");

	fputs("jurat: warning: TEST BUILD, single checks can be left out\n", stderr);
	if (check != NULL)
		sabotage_set(check, strlen(check));
#endif
	signal(SIGXFSZ, SIG_IGN); /* a file that meets the process's limit is an error (EFBIG), not a death that says nothing */
	opterr = 0; /* cli_bad_option speaks */
	return cli_finish(run(argc, argv));
}
