/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/evidence.h"
#include "host/when.h"

struct options {
	struct evidence_options evidence;
	bool as_json, allow_padding;
};

static int
print_usage(void)
{
	puts("usage: jurat verify QUOTE --collateral FILE [options]\n\n"
	     "  --collateral FILE   certificates, CRLs, TCB info and QE identity to check with; a folder of them will do\n"
	     "  --policy FILE       what is acceptable; without one the outcome is undecided\n"
	     "  --trust DIR         a private world's trust folder instead of Intel's root\n"
	     "  --at TIME           the time of verification, YYYY-MM-DDThh:mm:ssZ (default: now)\n"
	     "  --report-data HEX   the 64 bytes that the quote must contain\n"
	     "  --allow-padding     zeros may stand after the quote\n"
	     "  --json              the whole verdict as JSON\n\n"
	     "Exit: 0 accepted, 3 invalid, 4 revoked, 5 collateral missing or expired, 6 policy or undecided.");
	return EXIT_ACCEPTED;
}

/* set_option: one option; -1, or the exit code of its error. */
static int
set_option(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'j':
		o->as_json = true;
		return -1;
	case 'P':
		o->allow_padding = true;
		return -1;
	case 'h':
		return print_usage();
	default:
		return evidence_option(&o->evidence, "verify", option, value);
	}
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option list[] = {
		EVIDENCE_OPTIONS,
		{ "allow-padding", no_argument, NULL, 'P' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option, exit_code;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		exit_code = option == '?' ? cli_bad_option("verify", argv) : set_option(o, option, optarg);
		if (exit_code != -1)
			return exit_code;
	}
	if (argc - optind != 1)
		return cli_usage("verify", "one quote, please");
	o->evidence.quote = argv[optind];
	return evidence_check_stdin(&o->evidence, "verify");
}

int
cmd_verify(int argc, char **argv)
{
	CLEANUP(evidence_clear) struct evidence e = { 0 };
	struct options o = { .evidence = { .at_unix_s = when_now() } };
	struct jurat_verdict *v = NULL;
	struct jurat_diag d = { 0 };
	int exit_code = parse_options(&o, argc, argv);
	jurat_rc rc;

	if (exit_code == -1)
		exit_code = evidence_read(&e, &o.evidence);
	if (exit_code != -1)
		return exit_code;
	rc = jurat_verify(&v,
	    &(struct jurat_request){ .quote = e.quote_bytes.p, .quote_len = e.quote_bytes.len, .collateral = e.collateral,
	        .root = evidence_root(&e), .at_unix_s = o.evidence.at_unix_s, .policy = e.policy,
	        .report_data = o.evidence.has_report_data ? o.evidence.report_data : NULL,
	        .flags = o.allow_padding ? JURAT_ALLOW_PADDING : 0 },
	    &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o.evidence.quote);
	exit_code = evidence_print(v, o.as_json, EVIDENCE_HINT_POLICY);
	jurat_verdict_free(v);
	return exit_code;
}
