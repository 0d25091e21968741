/* SPDX-License-Identifier: Apache-2.0 */
/* jurat world new | show | enrol | set */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/world.h"
#include "core/hex.h"
#include "host/file.h"
#include "host/when.h"
#include "json/write.h"

static int
print_usage(FILE *to)
{
	fputs("usage: jurat world new DIR [--name NAME] [--enclaves DIR] [--insecure-intel-names]\n"
	      "       jurat world show DIR [--json]\n"
	      "       jurat world enrol DIR MACHINE\n"
	      "       jurat world set DIR [--tcb-status STATUS] [--min-svn N] [--min-pce-svn N] [--min-qe-svn N]\n"
	      "                       [--revoke-pck SERIAL] [--at TIME]\n"
	      "                       [--expired-crl] [--expired-tcb-info] [--expired-qe-identity]\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

static void
free_text(char **text)
{
	free(*text);
}

void
world_clear(struct world **w)
{
	world_close(*w);
}

/* ---- new ---- */

char *
world_built_enclaves(void)
{
	static const char in_build[] = "/src/cli/jurat";
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n > (ssize_t)sizeof in_build - 1) {
		char *tail = path + n - (sizeof in_build - 1);

		path[n] = '\0';
		if (strcmp(tail, in_build) == 0) {
			*tail = '\0';
			return path_join(path, "enclaves");
		}
	}
	return strdup(JURAT_ENCLAVES_DIR);
}

static int
make_world(const char *dir, struct world_birth *birth)
{
	char *built CLEANUP(free_text) = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (birth->enclaves_dir == NULL)
		birth->enclaves_dir = built = world_built_enclaves();
	if (birth->enclaves_dir == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, dir);
	cli_progress("making the keys of world %s and signing its enclaves", birth->name);
	birth->now = when_now();
	rc = world_create(dir, birth, &d);
	if (rc == JURAT_OK)
		return EXIT_ACCEPTED;
	if (rc != JURAT_E_NOT_FOUND || strcmp(d.field, "world.parent") == 0)
		return cli_fail(rc, &d, dir);
	jurat_hint(&d, "the enclaves come from the build; --enclaves names another folder with NAME.so and NAME.json");
	return cli_fail(rc, &d, birth->enclaves_dir);
}

static int
run_new(int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' }, { "enclaves", required_argument, NULL, 'e' },
		{ "insecure-intel-names", no_argument, NULL, 'i' }, { 0 }
	};
	struct world_birth birth = { .name = "world" };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'n')
			birth.name = optarg;
		else if (c == 'e')
			birth.enclaves_dir = optarg;
		else if (c == 'i')
			birth.intel_names = true;
		else
			return cli_bad_option("world", argv);
	}
	if (argc - optind != 1)
		return cli_usage("world", "world new wants one folder");
	if (birth.intel_names)
		cli_progress("warning: insecure: this world's certificates will bear Intel's names; its key is not Intel's");
	return make_world(argv[optind], &birth);
}

/* ---- show ---- */

static void
show_text(const struct world *w)
{
	char hex[2 * PKI_SERIAL_LEN + 1], when[WHEN_TEXT_LEN + 1];

	when_format(when, w->made);
	printf("%-18s %s (private root of trust, made %s)\n", "world", w->names.world, when);
	printf("%-18s %s, O=%s%s\n", "root", w->names.common_name[PKI_ROOT], w->names.organization,
	    w->names.intel ? " (insecure: Intel's names, not Intel's key)" : "");
	hex_encode(hex, w->fmspc, sizeof w->fmspc);
	printf("%-18s %s\n", "fmspc", hex);
	printf("%-18s %s from first component %u, pce_svn %u, qe isv_svn %u; below: OutOfDate\n", "tcb_status",
	    tcb_status_name(w->tcb_status), w->min_svn, w->min_pce_svn, w->min_qe_svn);
	printf("%-18s %lld\n", "evaluation number", (long long)w->evaluation_number);
	for (size_t i = 0; i < w->num_machines; i++) {
		hex_encode(hex, w->machines[i].serial, PKI_SERIAL_LEN);
		when_format(when, w->machines[i].enrolled);
		printf("%-18s PCK serial %s, enrolled %s\n", "machine", hex, when);
	}
	for (size_t i = 0; i < w->num_revoked; i++) {
		hex_encode(hex, w->revoked[i], PKI_SERIAL_LEN);
		printf("%-18s PCK serial %s\n", "revoked", hex);
	}
}

static int
run_show(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { 0 } };
	struct world *w CLEANUP(world_clear) = NULL;
	char *text CLEANUP(free_text) = NULL;
	struct jurat_diag d = { 0 };
	bool json = false;
	jurat_rc rc;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'j')
			return cli_bad_option("world", argv);
		json = true;
	}
	if (argc - optind != 1)
		return cli_usage("world", "world show wants one folder");
	rc = world_open(&w, argv[optind], &d);
	if (rc == JURAT_OK && json)
		rc = world_to_json(&text, w, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, argv[optind]);
	if (json)
		fputs(text, stdout);
	else
		show_text(w);
	return EXIT_ACCEPTED;
}

/* ---- set ---- */

/* What the command line asks for; numbers -1 where it says nothing. */
struct dials {
	const char *tcb_status, *revoke, *at;
	long min_svn, min_pce_svn, min_qe_svn;
	struct world_stale stale;
};

static bool
take_number(long *out, const char *text, long max)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || v > max)
		return false;
	*out = v;
	return true;
}

static int
take_dial(struct dials *dials, int c)
{
	switch (c) {
	case 't':
		dials->tcb_status = optarg;
		return EXIT_ACCEPTED;
	case 'r':
		dials->revoke = optarg;
		return EXIT_ACCEPTED;
	case 'a':
		dials->at = optarg;
		return EXIT_ACCEPTED;
	case 's':
		return take_number(&dials->min_svn, optarg, UINT8_MAX) ? EXIT_ACCEPTED
									: cli_usage("world", "--min-svn wants 0 to 255");
	case 'p':
		return take_number(&dials->min_pce_svn, optarg, UINT16_MAX) ? EXIT_ACCEPTED
									     : cli_usage("world", "--min-pce-svn wants 0 to 65535");
	case 'q':
		return take_number(&dials->min_qe_svn, optarg, UINT16_MAX) ? EXIT_ACCEPTED
									    : cli_usage("world", "--min-qe-svn wants 0 to 65535");
	case '1':
		dials->stale.crl = true;
		return EXIT_ACCEPTED;
	case '2':
		dials->stale.tcb_info = true;
		return EXIT_ACCEPTED;
	case '3':
		dials->stale.qe_identity = true;
		return EXIT_ACCEPTED;
	default:
		return EXIT_USAGE;
	}
}

/* turn: applies the dials to the world in memory. An unreadable value is the user's mistake, told before anything is written. */
static int
turn(struct world *w, const struct dials *dials, int64_t *now)
{
	uint8_t serial[PKI_SERIAL_LEN];
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (dials->tcb_status != NULL && !tcb_status_parse(&w->tcb_status, dials->tcb_status))
		return cli_usage("world", "--tcb-status wants one of Intel's words, such as UpToDate, OutOfDate or Revoked");
	if (dials->at != NULL && (!when_parse(now, dials->at, strlen(dials->at)) || !world_time_ok(*now)))
		return cli_usage("world", "--at wants a time such as 2026-11-24T12:00:00Z, from 1971 to 9998");
	if (dials->revoke != NULL && !hex_decode(serial, sizeof serial, dials->revoke, strlen(dials->revoke)))
		return cli_usage("world", "--revoke-pck wants a serial number of 40 hexadecimal digits, as world show prints it");
	if (dials->min_svn >= 0)
		w->min_svn = (uint8_t)dials->min_svn;
	if (dials->min_pce_svn >= 0)
		w->min_pce_svn = (uint16_t)dials->min_pce_svn;
	if (dials->min_qe_svn >= 0)
		w->min_qe_svn = (uint16_t)dials->min_qe_svn;
	if (dials->tcb_status != NULL || dials->min_svn >= 0 || dials->min_pce_svn >= 0 || dials->min_qe_svn >= 0)
		w->evaluation_number++;
	w->crl_number++;
	rc = dials->revoke != NULL ? world_revoke(w, serial, &d) : JURAT_OK;
	if (rc == JURAT_E_EXISTS) {
		/* whoever was interrupted before the collateral was written says it again */
		cli_progress("%s is on the list already; the collateral is written anew", dials->revoke);
		rc = JURAT_OK;
	}
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, dials->revoke);
}

static int
set_world(const char *dir, const struct dials *dials)
{
	struct world *w CLEANUP(world_clear) = NULL;
	struct jurat_diag d = { 0 };
	int64_t now = when_now();
	jurat_rc rc = world_open_for_change(&w, dir, &d);
	int status;

	if (rc != JURAT_OK)
		return cli_fail(rc, &d, dir);
	status = turn(w, dials, &now);
	if (status != EXIT_ACCEPTED)
		return status;
	rc = world_save(w, &d);
	if (rc == JURAT_OK)
		rc = world_refresh(w, now, &dials->stale, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, dir);
}

static int
run_set(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tcb-status", required_argument, NULL, 't' }, { "min-svn", required_argument, NULL, 's' },
		{ "min-pce-svn", required_argument, NULL, 'p' }, { "min-qe-svn", required_argument, NULL, 'q' },
		{ "revoke-pck", required_argument, NULL, 'r' }, { "at", required_argument, NULL, 'a' },
		{ "expired-crl", no_argument, NULL, '1' }, { "expired-tcb-info", no_argument, NULL, '2' },
		{ "expired-qe-identity", no_argument, NULL, '3' }, { 0 }
	};
	struct dials dials = { .min_svn = -1, .min_pce_svn = -1, .min_qe_svn = -1 };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		int status = c == '?' ? cli_bad_option("world", argv) : take_dial(&dials, c);

		if (status != EXIT_ACCEPTED)
			return status;
	}
	if (argc - optind != 1)
		return cli_usage("world", "world set wants one folder");
	return set_world(argv[optind], &dials);
}

int
cmd_world(int argc, char **argv)
{
	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if (strcmp(argv[1], "new") == 0)
		return run_new(argc - 1, argv + 1);
	if (strcmp(argv[1], "show") == 0)
		return run_show(argc - 1, argv + 1);
	if (strcmp(argv[1], "enrol") == 0)
		return world_enrol_command(argc - 1, argv + 1);
	if (strcmp(argv[1], "set") == 0)
		return run_set(argc - 1, argv + 1);
	return cli_usage("world", "unknown verb of world");
}
