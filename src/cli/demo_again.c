/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attack once more, in the folder of an earlier demo: `jurat demo again NAME --dir DIR`. Starts both services anew, so that a test
 * build can run them, the key process and the enclaves without one check (JURAT_SABOTAGE=CHECK, core/sabotage.h).
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/demo_run.h"

/*
 * rearm: what an earlier run of the attack had released may be released again. The command refuses if there was no release; that is
 * as well, and everything else will show in the attack.
 */
static int
rearm(struct demo *d, const struct demo_paths *p, const char *secret)
{
	const char *args[] = { "secrets", "rearm", secret, "--data", p->service, "--kek-file", p->kek, NULL };

	struct process_result r = { 0 };
	struct jurat_diag diag = { 0 };
	jurat_rc rc = process_run(&r, "re-arming the secret", args, 60, &diag);

	(void)d;
	process_result_clear(&r);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, secret);
}

/* service_key: the demo's own relying party says who it is. */
static int
service_key(struct demo *d, const struct demo_paths *p)
{
	const char *args[] = { "secrets", "show", "--data", p->service, "--json", NULL };
	struct process_result r = { 0 };
	int status = demo_command(d, "asking for the relying party's key", args, &r);

	if (status == EXIT_ACCEPTED && !demo_member(d->service_key, sizeof d->service_key, &r.out, "service_key"))
		status = EXIT_INTERNAL;
	process_result_clear(&r);
	return status;
}

/* tell: one line for scripts: outcome, what the victim said, and for a success whether the loot is the secret that it was after. */
static int
tell(const struct demo_row *row)
{
	char text[64];
	bool is_secret;

	demo_attack_text(text, row->attack->name);
	is_secret = row->loot.len != 0 && row->loot.len <= strlen(text) && memcmp(row->loot.p, text, row->loot.len) == 0;
	printf("%s\t%s\t%s\t%s\n", row->attack->name, row->refused ? "refused" : row->succeeded ? "succeeded" : "other",
	    row->check != NULL ? row->check : "-", is_secret ? "loot is the secret" : "-");
	return row->refused ? EXIT_ACCEPTED : EXIT_POLICY;
}

static int
again(const char *dir, const struct demo_attack *attack)
{
	CLEANUP(demo_clear) struct demo d = { .dir = dir, .say = stderr };
	struct demo_row row = { 0 };
	struct demo_paths p;
	char secret[64];
	int status;

	if (!demo_paths(&p, dir))
		return EXIT_USAGE;
	snprintf(secret, sizeof secret, DEMO_ATTACK_SECRET, attack->name);
	status = rearm(&d, &p, secret);
	if (status == EXIT_ACCEPTED)
		status = rearm(&d, &p, DEMO_KNOWN_SECRET);
	if (status == EXIT_ACCEPTED)
		status = service_key(&d, &p);
	if (status == EXIT_ACCEPTED)
		status = demo_serve(&d);
	if (status == EXIT_ACCEPTED)
		status = demo_attack(&d, &row, attack);
	if (status == EXIT_ACCEPTED)
		status = tell(&row);
	demo_row_clear(&row);
	return status;
}

static int
list(void)
{
	for (size_t i = 0; i < demo_num_attacks; i++)
		printf("%s\t%s\n", demo_attacks[i].name, demo_attacks[i].check);
	return EXIT_ACCEPTED;
}

int
cmd_demo_again(int argc, char **argv)
{
	static const struct option options[] = { { "dir", required_argument, NULL, 'd' }, { "list", no_argument, NULL, 'l' }, { 0 } };
	const struct demo_attack *attack = NULL;
	char *dir = NULL;
	int c, status;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'l')
			return list();
		if (c != 'd')
			return cli_bad_option("demo", argv);
		free(dir);
		dir = realpath(optarg, NULL);
	}
	if (optind + 1 == argc)
		attack = demo_attack_find(argv[optind]);
	status = attack != NULL && dir != NULL ? again(dir, attack) :
						 cli_usage("demo", "demo again wants the name of an attack and --dir of an earlier demo");
	free(dir);
	return status;
}
