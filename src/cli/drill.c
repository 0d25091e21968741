/* SPDX-License-Identifier: Apache-2.0 */
/* jurat drill quotes DIR */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "dcap/drill.h"
#include "host/draft.h"
#include "host/file.h"
#include "host/when.h"
#include "json/write.h"

static int
print_usage(FILE *to)
{
	fputs("usage: jurat drill quotes DIR [--world WORLD] [--at TIME]\n\n"
	      "Makes quotes with exactly one defect each, with the collateral and policy they are judged with, and index.json, which\n"
	      "says for each which check must refuse it. With --world they end in that world's root.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

struct options {
	const char *dir, *world, *at;
	int64_t now;
};

static int
set_time(struct options *o, const char *value)
{
	int exit_code = cli_set_once(&o->at, "drill", value, "--at");

	if (exit_code == -1 && !when_parse(&o->now, value, strlen(value)))
		exit_code = cli_usage("drill", "--at wants a time like 2026-11-24T12:00:00Z");
	return exit_code;
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option list[] = { { "world", required_argument, NULL, 'w' }, { "at", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	int option, exit_code = -1;

	while (exit_code == -1 && (option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 'w')
			exit_code = cli_set_once(&o->world, "drill", optarg, "--world");
		else if (option == 'a')
			exit_code = set_time(o, optarg);
		else if (option == 'h')
			exit_code = print_usage(stdout);
		else
			exit_code = cli_bad_option("drill", argv);
	}
	if (exit_code != -1)
		return exit_code;
	if (argc - optind != 1)
		return cli_usage("drill", "drill quotes wants one folder");
	o->dir = argv[optind];
	return -1;
}

/* ---- writing ---- */

struct writing {
	const char *dir;
	struct json_out index;
	size_t num;
	struct jurat_diag diag;
	char *collateral, *policy;           /* of the last item, which most items share with the one before */
	char collateral_name[96], policy_name[96];
};

static void
writing_clear(struct writing *w)
{
	json_out_clear(&w->index);
	free(w->collateral);
	free(w->policy);
}

static jurat_rc
write_file(struct writing *w, const char *name, const void *p, size_t len)
{
	char *path = path_join(w->dir, name);
	jurat_rc rc = path != NULL ? draft_write(path, p, len, 0644, &w->diag) : JURAT_E_MEMORY;

	free(path);
	return rc;
}

/* write_index: the last file, which says that all the others are there. */
static jurat_rc
write_index(struct writing *w, const char *text)
{
	char *path = path_join(w->dir, "index.json");
	jurat_rc rc = path != NULL ? draft_settle(w->dir, &w->diag) : JURAT_E_MEMORY;

	if (rc == JURAT_OK)
		rc = file_write(path, text, strlen(text), 0644, &w->diag);
	free(path);
	return rc;
}

/* write_beside: a text of an item; it gets a file of its own unless it is the item's before. */
static jurat_rc
write_beside(struct writing *w, char **last, char name[96], const char *kind, const struct drill_item *item, const char *text)
{
	jurat_rc rc;

	if (*last != NULL && strcmp(*last, text) == 0)
		return JURAT_OK;
	free(*last);
	*last = strdup(text);
	snprintf(name, 96, "%s/%s.json", kind, item->name);
	rc = *last != NULL ? write_file(w, name, text, strlen(text)) : JURAT_E_MEMORY;
	return rc;
}

static void
put_item(struct writing *w, const struct drill_item *item, const char *quote)
{
	static const char *const outcomes[] = { "accepted", "refused" };
	char when[WHEN_TEXT_LEN + 1];

	when_format(when, item->at_unix_s);
	json_out_begin(&w->index, NULL, '{');
	json_out_string(&w->index, "name", item->name);
	json_out_string(&w->index, "quote", quote);
	json_out_string(&w->index, "collateral", w->collateral_name);
	json_out_string(&w->index, "policy", w->policy_name);
	json_out_string(&w->index, "at", when);
	json_out_string(&w->index, "outcome", outcomes[item->check != NULL]);
	json_out_string(&w->index, "check", item->check);
	json_out_integer(&w->index, "exit_code", item->exit_code);
	json_out_end(&w->index, '}');
}

static jurat_rc
take(void *ctx, const struct drill_item *item)
{
	struct writing *w = ctx;
	char quote[96];
	jurat_rc rc = write_beside(w, &w->collateral, w->collateral_name, "collateral", item, item->collateral);

	if (rc == JURAT_OK)
		rc = write_beside(w, &w->policy, w->policy_name, "policy", item, item->policy);
	snprintf(quote, sizeof quote, "quotes/%s.bin", item->name);
	if (rc == JURAT_OK)
		rc = write_file(w, quote, item->quote, item->quote_len);
	if (rc != JURAT_OK)
		return rc;
	put_item(w, item, quote);
	w->num++;
	return JURAT_OK;
}

static jurat_rc
make_folders(const char *dir, struct jurat_diag *d)
{
	static const char *const names[] = { "trust", "quotes", "collateral", "policy" };
	jurat_rc rc = dir_create(dir, 0755, d);

	for (size_t i = 0; rc == JURAT_OK && i < ARRAY_LEN(names); i++) {
		char *path = path_join(dir, names[i]);

		rc = path != NULL ? dir_create(path, 0755, d) : JURAT_E_MEMORY;
		free(path);
	}
	return rc;
}

/* write_all: the index last, so that a folder without one is not whole. */
static jurat_rc
write_all(struct writing *w, const struct drill_world *world, int64_t now)
{
	char *trust = NULL, *index = NULL;
	jurat_rc rc = drill_trust(&trust, world);

	if (rc == JURAT_OK)
		rc = write_file(w, "trust/trust.json", trust, strlen(trust));
	if (rc == JURAT_OK)
		rc = write_file(w, "trust/root-ca.pem", world->root_pem, strlen(world->root_pem));
	json_out_begin(&w->index, NULL, '{');
	json_out_integer(&w->index, "version", 1);
	json_out_string(&w->index, "trust", "trust");
	json_out_begin(&w->index, "items", '[');
	if (rc == JURAT_OK)
		rc = drill_each(world, now, take, w, &w->diag);
	json_out_end(&w->index, ']');
	json_out_end(&w->index, '}');
	if (rc == JURAT_OK)
		rc = json_out_finish(&w->index, &index);
	if (rc == JURAT_OK)
		rc = write_index(w, index);
	free(trust);
	free(index);
	return rc;
}

static int
run_quotes(int argc, char **argv)
{
	CLEANUP(writing_clear) struct writing w = { 0 };
	CLEANUP(drill_world_clear) struct drill_world world = { 0 };
	struct options o = { .now = when_now() };
	int exit_code = parse_options(&o, argc, argv);
	jurat_rc rc;

	if (exit_code != -1)
		return exit_code;
	rc = o.world != NULL ? drill_world_open(&world, o.world, o.now, &w.diag) : drill_world_new(&world, "drill", o.now, &w.diag);
	if (rc != JURAT_OK)
		return cli_fail(rc, &w.diag, o.world);
	w.dir = o.dir;
	json_out_init(&w.index);
	rc = make_folders(o.dir, &w.diag);
	if (rc == JURAT_OK)
		rc = write_all(&w, &world, o.now);
	if (rc != JURAT_OK)
		return cli_fail(rc, &w.diag, o.dir);
	cli_progress("%zu quotes, see %s/index.json", w.num, o.dir);
	return EXIT_ACCEPTED;
}

int
cmd_drill(int argc, char **argv)
{
	optind = 1;
	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if (strcmp(argv[1], "quotes") == 0)
		return run_quotes(argc - 1, argv + 1);
	return cli_usage("drill", "unknown verb of drill");
}
