/* SPDX-License-Identifier: Apache-2.0 */
/* What every command shares. The command line is thin: parse options, call the library, print. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "core/compiler.h"
#include "core/diag.h"

enum cli_exit {
	EXIT_ACCEPTED = 0,
	EXIT_INTERNAL = 1,
	EXIT_USAGE = 2,
	EXIT_INVALID = 3,
	EXIT_REVOKED = 4,
	EXIT_COLLATERAL = 5,
	EXIT_POLICY = 6,
	EXIT_AUTH = 7,
	EXIT_TIME = 8,
};

/* cli_exit_of: the exit code for a failed call. */
int cli_exit_of(jurat_rc rc);

/*
 * cli_fail: prints "jurat: error: WHAT: field: text (offset, wanted, got)" and the hint to stderr, returns cli_exit_of(rc). what names the file or thing
 * in the user's words; control characters in it are escaped. cli_usage: prints "jurat: error: ..." and a hint at the command's help
 * (NULL: at the program's), returns 2. cli_bad_option: the same for what getopt_long has just refused.
 */
int cli_fail(jurat_rc rc, const struct jurat_diag *d, const char *what);
int cli_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
int cli_bad_option(const char *command, char **argv);

/* cli_set_once: an option's value; -1, or the exit code of its error: of two policies or two roots neither may win silently. *out is NULL at first. */
int cli_set_once(const char **out, const char *command, const char *value, const char *option);

/* cli_error: "jurat: error: WHAT: " and the text, for failures that have no jurat_rc. what as in cli_fail. */
void cli_error(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * cli_finish: the exit code of a command that returned status: EXIT_INTERNAL, and an error on stderr, if it succeeded but what it
 * printed did not all reach standard output (a full disk behind it).
 */
int cli_finish(int status);

/* cli_descriptor: the number of a descriptor, decimal digits, below 1024; -1 for any other text. */
int cli_descriptor(const char *text);

/* cli_progress: a line of talk on stderr ("jurat: ..."). */
void cli_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One noun: `jurat NOUN VERB ...`. argv[0] is the noun. Each lives in src/cli/NOUN.c. */
struct cli_command {
	const char *noun;
	int (*run)(int argc, char **argv);
	const char *summary;
};

int cmd_capsule(int argc, char **argv);
int cmd_drill(int argc, char **argv);
int cmd_enclave(int argc, char **argv);
int cmd_epid(int argc, char **argv);
int cmd_fetch(int argc, char **argv);
int cmd_forecast(int argc, char **argv);
int cmd_machine(int argc, char **argv);
int cmd_platform(int argc, char **argv);
int cmd_policy(int argc, char **argv);
int cmd_world(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_quote(int argc, char **argv);
int cmd_secrets(int argc, char **argv);
int cmd_vault(int argc, char **argv);
int cmd_demo(int argc, char **argv);

#endif
