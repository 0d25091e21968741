/* SPDX-License-Identifier: Apache-2.0 */
/* The files that verification stands on, as several commands name them: a quote, collateral, a trust folder, a policy. */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include <getopt.h>

#include "appraisal/verify.h"
#include "cli/cli.h"
#include "host/file.h"

/* What the options name; NULL: not given. */
struct evidence_options {
	const char *quote, *collateral, *trust, *policy, *at;
	int64_t at_unix_s;
	bool has_report_data;
	uint8_t report_data[SGX_REPORT_DATA_LEN];
};

/* The files' exact bytes, and what they say. */
struct evidence {
	struct blob quote_bytes, collateral_text, trust_text, policy_text;
	struct jurat_collateral *collateral;
	struct jurat_trust *trust; /* NULL: Intel's */
	struct jurat_policy *policy;
};

/* The options that evidence_option takes, for a command's own list. */
#define EVIDENCE_OPTIONS \
	{ "collateral", required_argument, NULL, 'c' }, { "trust", required_argument, NULL, 't' }, \
	{ "policy", required_argument, NULL, 'p' }, { "at", required_argument, NULL, 'a' }, { "report-data", required_argument, NULL, 'r' }

/* evidence_option: one of EVIDENCE_OPTIONS, each once; -1, or the exit code of its error. Other letters are an unknown option. */
int evidence_option(struct evidence_options *o, const char *command, int letter, const char *value);

/* evidence_check_stdin: it can be read once. */
int evidence_check_stdin(const struct evidence_options *o, const char *command);

/* evidence_read: every file that is named; -1, or the exit code of the first error, which is printed. */
int evidence_read(struct evidence *out, const struct evidence_options *o);
void evidence_clear(struct evidence *e);

/* evidence_read_trust: the trust folder alone. dir NULL: nothing, Intel's root. */
int evidence_read_trust(struct evidence *out, const char *dir);
const struct jurat_trust *evidence_root(const struct evidence *e);

/* evidence_print: the verdict on standard output; its exit code. Where nothing but a policy is missing, the hint stands on standard error. */
int evidence_print(const struct jurat_verdict *v, bool as_json, const char *hint);

#define EVIDENCE_HINT_POLICY "nothing speaks against this quote, but no policy says that it is acceptable: give one with --policy"

#endif
