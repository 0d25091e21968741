/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "host/file.h"
#include "host/when.h"

static int
print_usage(void)
{
	puts("usage: jurat policy check FILE...\n\n"
	     "Reads policies (docs/formats/policy.md) and says in words what each accepts. FILE may be - for standard input.\n\n"
	     "Exit: 0 all are good, 3 one is not.");
	return EXIT_ACCEPTED;
}

static void
print_identities(const struct jurat_policy *p)
{
	size_t tds = 0;

	for (size_t i = 0; i < p->num_identities; i++)
		tds += p->identities[i].is_td;
	printf("  identities     %zu enclaves, %zu TDs\n", p->num_identities - tds, tds);
}

static void
print_status(enum tcb_status status, const struct policy_status *s)
{
	char when[WHEN_TEXT_LEN + 1];

	printf("  tcb_status     %s", tcb_status_name(status));
	if (s->advisories != NULL)
		printf(", with no other advisories than %zu", json_count(s->advisories));
	if (s->grace_s != INT64_MAX)
		printf(", for %lld s after a TCB recovery", (long long)s->grace_s);
	if (s->until != INT64_MAX) {
		when_format(when, s->until);
		printf(", until %s", when);
	}
	putchar('\n');
}

static void
print_limits(const struct jurat_policy *p)
{
	if (p->min_evaluation_number != 0)
		printf("  evaluation     at least %lld\n", (long long)p->min_evaluation_number);
	if (p->max_age_s != INT64_MAX)
		printf("  collateral     at most %lld s old\n", (long long)p->max_age_s);
	if (p->allowed.list != NULL || p->denied.list != NULL)
		printf("  platforms      %s, %zu denied\n", p->allowed.list != NULL ? "those listed as allowed" : "any", p->denied.num);
	if (p->flags.dynamic_platform != 0 || p->flags.cached_keys != 0 || p->flags.smt_enabled != 0)
		puts("  flags          as platform_flags says");
	if (p->has_report_data)
		puts("  report_data    one value only");
	else
		puts("  report_data    any: give what you expect with --report-data, or old quotes are accepted");
	if (p->insecure_allow_debug)
		puts("  INSECURE       debug enclaves and TDs, whose memory their host can read");
}

void
policy_print(const struct jurat_policy *p)
{
	puts("accepts");
	print_identities(p);
	for (enum tcb_status s = 0; s < TCB_NUM_STATUSES; s++) {
		if (p->statuses[s].named)
			print_status(s, &p->statuses[s]);
	}
	print_limits(p);
}

static int
check(const char *path)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	struct jurat_policy *p = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&text, path, JURAT_POLICY_MAX_LEN, &d);
	int exit_code;

	if (rc == JURAT_OK)
		rc = jurat_policy_parse(&p, (const char *)text.p, text.len, &d);
	if (rc != JURAT_OK) {
		exit_code = cli_fail(rc, &d, path);
		return rc == JURAT_E_MISSING ? EXIT_INVALID : exit_code;
	}
	policy_print(p);
	jurat_policy_free(p);
	return EXIT_ACCEPTED;
}

int
cmd_policy(int argc, char **argv)
{
	static const struct option list[] = { { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	int option, exit_code = EXIT_ACCEPTED;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 'h')
			return print_usage();
		return cli_bad_option("policy", argv);
	}
	if (argc - optind < 2 || strcmp(argv[optind], "check") != 0)
		return cli_usage("policy", "jurat policy check FILE, please");
	for (int i = optind + 1; i < argc; i++) {
		int this = check(argv[i]);

		if (exit_code == EXIT_ACCEPTED)
			exit_code = this;
	}
	return exit_code;
}
