/* SPDX-License-Identifier: Apache-2.0 */
/* jurat forecast QUOTE --collateral FILE --against FILE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/forecast.h"
#include "cli/evidence.h"
#include "host/when.h"

struct options {
	struct evidence_options evidence;
	const char *against, *metrics;
	bool as_json;
};

static int
print_usage(FILE *to)
{
	fputs("usage: jurat forecast QUOTE --collateral FILE --against FILE [options]\n\n"
	      "  --collateral FILE   the collateral in force\n"
	      "  --against FILE      the one to come, as jurat fetch with the early update gets it, or any other\n"
	      "  --policy FILE       what is acceptable; without one the outcome is undecided\n"
	      "  --trust DIR         a private world's trust folder instead of Intel's root\n"
	      "  --at TIME           the time of both verifications, YYYY-MM-DDThh:mm:ssZ (default: now)\n"
	      "  --report-data HEX   the 64 bytes that the quote must contain\n"
	      "  --metrics FILE      the result in Prometheus' text format too\n"
	      "  --json              the whole forecast as JSON\n\n"
	      "Exit: as jurat verify with the other collateral: 0 if the quote will still be accepted.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option list[] = { EVIDENCE_OPTIONS, { "against", required_argument, NULL, 'g' }, { "metrics", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	int option, exit_code = -1;

	optind = 1;
	while (exit_code == -1 && (option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 'g')
			exit_code = cli_set_once(&o->against, "forecast", optarg, "--against");
		else if (option == 'm')
			exit_code = cli_set_once(&o->metrics, "forecast", optarg, "--metrics");
		else if (option == 'j')
			o->as_json = true;
		else if (option == 'h')
			exit_code = print_usage(stdout);
		else if (option == '?')
			exit_code = cli_bad_option("forecast", argv);
		else
			exit_code = evidence_option(&o->evidence, "forecast", option, optarg);
	}
	if (exit_code != -1)
		return exit_code;
	if (argc - optind != 1)
		return cli_usage("forecast", "one quote, please");
	o->evidence.quote = argv[optind];
	if (o->evidence.collateral == NULL || o->against == NULL)
		return cli_usage("forecast", "forecast wants --collateral and --against");
	/* the quote's file is read for each side */
	return strcmp(o->evidence.quote, "-") != 0 ? -1 : cli_usage("forecast", "forecast wants the quote in a file");
}

static int
print(const struct options *o, const struct forecast *f)
{
	struct jurat_diag d = { 0 };
	char *text = NULL, *metrics = NULL;
	jurat_rc rc = o->as_json ? forecast_json(&text, f) : forecast_text(&text, f);
	int exit_code = forecast_exit_code(f);

	if (rc == JURAT_OK && o->metrics != NULL)
		rc = forecast_metrics(&metrics, f);
	if (rc == JURAT_OK && metrics != NULL)
		rc = file_write(o->metrics, metrics, strlen(metrics), 0644, &d);
	if (rc != JURAT_OK)
		exit_code = cli_fail(rc, &d, o->metrics);
	else if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
		exit_code = cli_fail(JURAT_E_IO, NULL, "standard output");
	free(text);
	free(metrics);
	return exit_code;
}

int
cmd_forecast(int argc, char **argv)
{
	CLEANUP(evidence_clear) struct evidence now = { 0 }, next = { 0 };
	struct options o = { .evidence.at_unix_s = when_now() };
	struct evidence_options against;
	struct forecast *f = NULL;
	struct jurat_diag d = { 0 };
	int exit_code = parse_options(&o, argc, argv);
	jurat_rc rc;

	if (exit_code == -1)
		exit_code = evidence_read(&now, &o.evidence);
	against = (struct evidence_options){ .quote = o.evidence.quote, .collateral = o.against };
	if (exit_code == -1)
		exit_code = evidence_read(&next, &against);
	if (exit_code != -1)
		return exit_code;
	rc = forecast_make(&f,
	    &(struct jurat_request){ .quote = now.quote_bytes.p, .quote_len = now.quote_bytes.len, .collateral = now.collateral,
	        .root = evidence_root(&now), .at_unix_s = o.evidence.at_unix_s, .policy = now.policy,
	        .report_data = o.evidence.has_report_data ? o.evidence.report_data : NULL },
	    next.collateral, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o.evidence.quote);
	exit_code = print(&o, f);
	forecast_free(f);
	return exit_code;
}
