/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/verify.h"
#include "cli/cli.h"
#include "core/hex.h"
#include "host/file.h"
#include "host/when.h"

struct options {
	const char *quote, *collateral, *trust, *policy, *at;
	int64_t at_unix_s;
	bool has_report_data, as_json;
	uint8_t report_data[SGX_REPORT_DATA_LEN];
};

/* What the options name, read and parsed. */
struct inputs {
	struct blob quote;
	struct jurat_collateral *collateral;
	struct jurat_trust *trust;
	struct jurat_policy *policy;
};

static void
inputs_clear(struct inputs *in)
{
	blob_clear(&in->quote);
	jurat_collateral_free(in->collateral);
	jurat_trust_free(in->trust);
	jurat_policy_free(in->policy);
}

static int
print_usage(void)
{
	puts("usage: jurat verify QUOTE --collateral FILE [options]\n\n"
	     "  --collateral FILE   certificates, CRLs, TCB info and QE identity to check with\n"
	     "  --policy FILE       what is acceptable; without one the outcome is undecided\n"
	     "  --trust DIR         a private world's trust folder instead of Intel's root\n"
	     "  --at TIME           the time of verification, YYYY-MM-DDThh:mm:ssZ (default: now)\n"
	     "  --report-data HEX   the 64 bytes that the quote must contain\n"
	     "  --json              the whole verdict as JSON\n\n"
	     "Exit: 0 accepted, 3 invalid, 4 revoked, 5 collateral missing or expired, 6 policy or undecided.");
	return EXIT_ACCEPTED;
}

/* set_once: of two policies or two roots neither may win silently. */
static int
set_once(const char **out, const char *value, const char *option)
{
	if (*out != NULL)
		return cli_usage("verify", "%s stands there twice", option);
	*out = value;
	return -1;
}

/* set_option: one option; -1, or the exit code of its error. */
static int
set_option(struct options *o, int option, const char *value)
{
	int exit_code;

	switch (option) {
	case 'c':
		return set_once(&o->collateral, value, "--collateral");
	case 't':
		return set_once(&o->trust, value, "--trust");
	case 'p':
		return set_once(&o->policy, value, "--policy");
	case 'j':
		o->as_json = true;
		return -1;
	case 'a':
		exit_code = set_once(&o->at, value, "--at");
		if (exit_code != -1)
			return exit_code;
		if (!when_parse(&o->at_unix_s, value, strlen(value)))
			return cli_usage("verify", "--at wants a time like 2026-11-24T12:00:00Z");
		return -1;
	case 'r':
		if (o->has_report_data)
			return cli_usage("verify", "--report-data stands there twice");
		if (!hex_decode(o->report_data, sizeof o->report_data, value, strlen(value)))
			return cli_usage("verify", "--report-data wants 128 hex digits");
		o->has_report_data = true;
		return -1;
	case 'h':
		return print_usage();
	default:
		return EXIT_USAGE;
	}
}

/* check_stdin: it can be read once. */
static int
check_stdin(const struct options *o)
{
	const char *const inputs[] = { o->quote, o->collateral, o->policy };
	unsigned num = 0;

	for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
		num += inputs[i] != NULL && strcmp(inputs[i], "-") == 0;
	return num <= 1 ? -1 : cli_usage("verify", "only one file can be - (standard input)");
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option list[] = {
		{ "collateral", required_argument, NULL, 'c' },
		{ "trust", required_argument, NULL, 't' },
		{ "policy", required_argument, NULL, 'p' },
		{ "at", required_argument, NULL, 'a' },
		{ "report-data", required_argument, NULL, 'r' },
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
	o->quote = argv[optind];
	return check_stdin(o);
}

/* fail_file: a file of the caller's that lacks a member is an invalid file; what JURAT_E_MISSING says elsewhere is that collateral is absent. */
static int
fail_file(jurat_rc rc, const struct jurat_diag *d, const char *path)
{
	int exit_code = cli_fail(rc, d, path);

	return rc == JURAT_E_MISSING ? EXIT_INVALID : exit_code;
}

static int
read_trust(struct inputs *in, const char *dir)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	struct jurat_diag d = { 0 };
	char *path = path_join(dir, "trust.json");
	int exit_code = -1;
	jurat_rc rc = path != NULL ? file_read(&text, path, JURAT_TRUST_MAX_LEN, &d) : JURAT_E_MEMORY;

	if (rc == JURAT_OK)
		rc = jurat_trust_parse(&in->trust, (const char *)text.p, text.len, &d);
	if (rc != JURAT_OK)
		exit_code = fail_file(rc, &d, dir);
	free(path);
	return exit_code;
}

static int
read_collateral(struct inputs *in, const char *path)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&text, path, JURAT_COLLATERAL_MAX_LEN, &d);

	if (rc == JURAT_OK)
		rc = jurat_collateral_parse(&in->collateral, (const char *)text.p, text.len, &d);
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, path);
}

static int
read_policy(struct inputs *in, const char *path)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&text, path, JURAT_POLICY_MAX_LEN, &d);

	if (rc == JURAT_OK)
		rc = jurat_policy_parse(&in->policy, (const char *)text.p, text.len, &d);
	return rc == JURAT_OK ? -1 : fail_file(rc, &d, path);
}

static int
read_inputs(struct inputs *in, const struct options *o)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&in->quote, o->quote, QUOTE_MAX_LEN, &d);
	int exit_code = rc == JURAT_OK ? -1 : cli_fail(rc, &d, o->quote);

	if (exit_code == -1 && o->trust != NULL)
		exit_code = read_trust(in, o->trust);
	if (exit_code == -1 && o->collateral != NULL)
		exit_code = read_collateral(in, o->collateral);
	if (exit_code == -1 && o->policy != NULL)
		exit_code = read_policy(in, o->policy);
	return exit_code;
}

static int
print_verdict(const struct jurat_verdict *v, bool as_json)
{
	char *text = NULL;
	jurat_rc rc = as_json ? jurat_verdict_json(&text, v) : jurat_verdict_text(&text, v);
	bool written;

	if (rc != JURAT_OK)
		return cli_fail(rc, NULL, "verdict");
	written = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
	free(text);
	if (!written)
		return cli_fail(JURAT_E_IO, NULL, "standard output");
	if (jurat_verdict_outcome(v) == JURAT_UNDECIDED)
		fputs("jurat: hint: nothing speaks against this quote, but no policy says that it is acceptable: give one with --policy\n",
		    stderr);
	return jurat_verdict_exit_code(v);
}

int
cmd_verify(int argc, char **argv)
{
	CLEANUP(inputs_clear) struct inputs in = { 0 };
	struct options o = { .at_unix_s = when_now() };
	struct jurat_verdict *v = NULL;
	struct jurat_diag d = { 0 };
	int exit_code = parse_options(&o, argc, argv);
	jurat_rc rc;

	if (exit_code == -1)
		exit_code = read_inputs(&in, &o);
	if (exit_code != -1)
		return exit_code;
	rc = jurat_verify(&v,
	    &(struct jurat_request){ .quote = in.quote.p, .quote_len = in.quote.len, .collateral = in.collateral,
	        .root = in.trust != NULL ? in.trust : jurat_trust_intel(), .at_unix_s = o.at_unix_s, .policy = in.policy,
	        .report_data = o.has_report_data ? o.report_data : NULL },
	    &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o.quote);
	exit_code = print_verdict(v, o.as_json);
	jurat_verdict_free(v);
	return exit_code;
}
