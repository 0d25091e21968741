/* SPDX-License-Identifier: Apache-2.0 */
/* jurat demo: the whole story with real processes and real sockets, then the attacks that must fail. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <ftw.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/demo_run.h"
#include "core/ct.h"
#include "crypto/crypto.h"
#include "json/write.h"

enum { SECRET_MAX_LEN = 16 * 1024 * 1024, MAX_ATTACKS = 32 };

struct options {
	const char *secret, *eavesdrop, *dir;
	bool json;
};

static int
print_usage(FILE *to)
{
	fputs("usage: jurat demo [--secret FILE] [--eavesdrop FILE] [--dir DIR] [--json]\n\n"
	      "  --secret FILE     what is to arrive; without it a phrase is made\n"
	      "  --eavesdrop FILE  keep what the attested host saw\n"
	      "  --dir DIR         a new folder that is kept; without it everything is made in a temporary one\n"
	      "  --json            no story, but one JSON object at the end\n\n"
	      "Exit code 0 only if the secret arrived, the host saw nothing of it, and every attack failed at its check.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

/* ---- the secret ---- */

/* make_secret: a phrase that no recording contains by chance. */
static int
make_secret(struct demo *d, char **out_path)
{
	uint8_t random[12];
	char text[64], *path = demo_path(d->dir, "secret");
	struct jurat_diag diag = { 0 };
	jurat_rc rc = path != NULL ? crypto_random(random, sizeof random) : JURAT_E_MEMORY;
	int n = snprintf(text, sizeof text, "the vault's password is ");

	for (size_t i = 0; rc == JURAT_OK && i < sizeof random; i++)
		text[n++] = "abcdefghijkmnopqrstuvwxyz23456789"[random[i] % 33];
	if (rc == JURAT_OK)
		rc = file_write(path, text, (size_t)n, 0600, &diag);
	*out_path = path;
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, "secret");
}

static int
take_secret(struct demo *d, const char *file, char **out_path)
{
	struct jurat_diag diag = { 0 };
	int status = EXIT_ACCEPTED;
	jurat_rc rc;

	*out_path = NULL;
	if (file == NULL)
		status = make_secret(d, out_path);
	if (status != EXIT_ACCEPTED)
		return status;
	d->secret_file = file != NULL ? file : *out_path;
	rc = file_read(&d->secret, d->secret_file, SECRET_MAX_LEN, &diag);
	d->secret.secret = true;
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, d->secret_file);
}

/* ---- the attacks ---- */

/* say_fact: a verdict's words for one screen: long numbers are cut after eight digits. */
static void
say_fact(struct demo *d, const char *title, const char *text)
{
	char line[256];
	size_t n = 0;

	if (text == NULL || *text == '\0')
		return;
	while (*text != '\0' && n + 16 < sizeof line) {
		size_t digits = strspn(text, "0123456789abcdef");
		size_t keep = digits > 20 ? 8 : digits != 0 ? digits : 1;

		if (keep > sizeof line - 16 - n)
			keep = sizeof line - 16 - n;
		memcpy(line + n, text, keep);
		n += keep;
		if (digits > 20) {
			memcpy(line + n, "...", 3);
			n += 3;
		}
		text += digits > 20 ? digits : keep;
	}
	line[n] = '\0';
	demo_say(d, "  %-9s %s", title, line);
}

static void
say_row(struct demo *d, const struct demo_row *row, size_t number)
{
	const char *what = row->refused ? "refused" : row->succeeded ? "SUCCEEDED" : "NOT REFUSED BY ITS CHECK";

	fprintf(d->say, "\n%3zu  %s\n", number, row->attack->title);
	if (row->refused)
		demo_say(d, "refused by %s; check %s (%s)", row->attack->victim, row->attack->check, row->code);
	else
		demo_say(d, "%s: %s, code %s, %s", what, row->check != NULL ? row->check : "-", row->code != NULL ? row->code : "-",
		    row->found != NULL ? row->found : "-");
	if (row->refused) {
		say_fact(d, "expected", row->expected);
		say_fact(d, "found", row->found);
	}
	fflush(d->say);
}

static int
attacks(struct demo *d, struct demo_row *rows, size_t *out_refused)
{
	*out_refused = 0;
	fputs("\nAttacks. Each is a process of its own that alters real bytes; the reason is the victim's own.\n", d->say);
	for (size_t i = 0; i < demo_num_attacks; i++) {
		int status = demo_attack(d, &rows[i], &demo_attacks[i]);

		if (status != EXIT_ACCEPTED)
			return status;
		*out_refused += rows[i].refused;
		say_row(d, &rows[i], i + 1);
	}
	return EXIT_ACCEPTED;
}

/* ---- the end ---- */

static const char *
seen_text(enum search_result seen)
{
	static const char *const texts[] = { "absent", "found", "too_short", "too_uniform" };

	return texts[seen];
}

static void
json_rows(struct json_out *o, const struct demo_row *rows)
{
	json_out_begin(o, "attacks", '[');
	for (size_t i = 0; i < demo_num_attacks; i++) {
		const struct demo_row *r = &rows[i];

		json_out_begin(o, NULL, '{');
		json_out_string(o, "name", r->attack->name);
		json_out_string(o, "title", r->attack->title);
		json_out_string(o, "victim", r->attack->victim);
		json_out_string(o, "check", r->attack->check);
		json_out_string(o, "outcome", r->refused ? "refused" : r->succeeded ? "succeeded" : "other");
		json_out_string(o, "said", r->check);
		json_out_string(o, "code", r->code);
		json_out_string(o, "expected", r->expected);
		json_out_string(o, "found", r->found);
		json_out_integer(o, "took_ms", r->took_ms);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

static int
print_json(const struct demo *d, const struct demo_row *rows, bool ok)
{
	struct json_out o;
	char *text;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_bool(&o, "ok", ok);
	json_out_integer(&o, "secret_bytes", (int64_t)d->secret.len);
	json_out_bool(&o, "arrived", d->arrived);
	json_out_integer(&o, "recorded_bytes", (int64_t)d->num_recorded);
	json_out_string(&o, "secret_in_recording", seen_text(d->seen));
	json_out_bool(&o, "control_caught", d->control_caught);
	json_rows(&o, rows);
	json_out_end(&o, '}');
	if (json_out_finish(&o, &text) != JURAT_OK)
		return cli_fail(JURAT_E_MEMORY, NULL, "demo");
	fputs(text, stdout);
	free(text);
	return EXIT_ACCEPTED;
}

/* eavesdropper_failed: the host saw nothing, and would have seen it if there had been something. */
static bool
eavesdropper_failed(const struct demo *d)
{
	return d->seen == SEARCH_ABSENT ? d->control_caught : d->seen != SEARCH_FOUND;
}

static int
conclude(struct demo *d, const struct demo_row *rows, size_t num_refused, const struct options *o)
{
	bool ok = d->arrived && eavesdropper_failed(d) && num_refused == demo_num_attacks;

	fprintf(d->say, "\nThe secret %s; the host saw %s of it; %zu of %zu attacks were refused by the check that is there for them.\n",
	    d->arrived ? "arrived" : "DID NOT ARRIVE", d->seen == SEARCH_FOUND ? "A PART" : "nothing", num_refused, demo_num_attacks);
	if (o->json && print_json(d, rows, ok) != EXIT_ACCEPTED)
		return EXIT_INTERNAL;
	return ok ? EXIT_ACCEPTED : EXIT_POLICY;
}

/* keep_recording: for --eavesdrop. */
static int
keep_recording(const struct demo *d, const char *to)
{
	CLEANUP(blob_clear) struct blob b = { 0 };
	char *path = demo_path(d->dir, DEMO_RECORDING);
	struct jurat_diag diag = { 0 };
	jurat_rc rc = path != NULL ? file_read(&b, path, SIZE_MAX / 4, &diag) : JURAT_E_MEMORY;

	if (rc == JURAT_OK)
		rc = file_write(to, b.p, b.len, 0600, &diag);
	free(path);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, to);
}

static int
run_in(const char *dir, const struct options *o)
{
	CLEANUP(demo_clear) struct demo d = { .dir = dir, .say = stdout };
	struct demo_row rows[MAX_ATTACKS] = { 0 };
	size_t num_refused = 0;
	char *made = NULL;
	int status;

	if (o->json)
		d.say = fopen("/dev/null", "we");
	if (d.say == NULL || demo_num_attacks > MAX_ATTACKS)
		return EXIT_INTERNAL;
	fputs("Jurat: a secret reaches one enclave and nobody else. All of it is real but the processor, which is software.\n", d.say);
	status = take_secret(&d, o->secret, &made);
	if (status == EXIT_ACCEPTED)
		status = demo_prepare(&d);
	if (status == EXIT_ACCEPTED)
		status = demo_prepare_service(&d);
	if (status == EXIT_ACCEPTED)
		status = demo_serve(&d);
	if (status == EXIT_ACCEPTED)
		status = demo_story(&d);
	if (status == EXIT_ACCEPTED && o->eavesdrop != NULL)
		status = keep_recording(&d, o->eavesdrop);
	if (status == EXIT_ACCEPTED)
		status = attacks(&d, rows, &num_refused);
	if (status == EXIT_ACCEPTED)
		status = conclude(&d, rows, num_refused, o);
	for (size_t i = 0; i < demo_num_attacks; i++)
		demo_row_clear(&rows[i]);
	if (o->json)
		fclose(d.say);
	free(made);
	return status;
}

static int
run(const struct options *o)
{
	const char *tmp = getenv("TMPDIR");
	struct jurat_diag diag = { 0 };
	char *dir = NULL;
	int status;

	process_hold_signals(true); /* the folder holds keys and the secret: it goes whatever happens */
	if (o->dir != NULL) {
		jurat_rc rc = dir_create(o->dir, 0700, &diag);

		if (rc != JURAT_OK)
			return cli_fail(rc, &diag, o->dir);
		dir = realpath(o->dir, NULL);
	} else {
		dir = path_join(tmp != NULL && *tmp == '/' ? tmp : "/tmp", "jurat-demo-XXXXXX");
		if (dir != NULL && mkdtemp(dir) == NULL) {
			free(dir);
			dir = NULL;
		}
	}
	if (dir == NULL)
		return cli_fail(JURAT_E_IO, NULL, "the demo's folder");
	status = run_in(dir, o);
	if (o->dir == NULL)
		(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
	process_hold_signals(false);
	return status;
}

int
cmd_demo(int argc, char **argv)
{
	static const struct option list[] = { { "secret", required_argument, NULL, 's' }, { "eavesdrop", required_argument, NULL, 'e' },
		{ "dir", required_argument, NULL, 'd' }, { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	struct options o = { 0 };
	int c;

	if (argc > 1 && strcmp(argv[1], "attack") == 0)
		return cmd_demo_attack(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "control") == 0)
		return cmd_demo_control(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "again") == 0)
		return cmd_demo_again(argc - 1, argv + 1);
	while ((c = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (c == 's')
			o.secret = optarg;
		else if (c == 'e')
			o.eavesdrop = optarg;
		else if (c == 'd')
			o.dir = optarg;
		else if (c == 'j')
			o.json = true;
		else if (c == 'h')
			return print_usage(stdout);
		else
			return cli_bad_option("demo", argv);
	}
	return optind == argc ? run(&o) : cli_usage("demo", "demo takes options alone");
}
