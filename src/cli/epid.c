/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid: options, verbs, and how failures are said. */
#include "cli/epid.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "json/write.h"

static const struct {
	const char *name;
	bool is_flag;
} option_table[NUM_OPTIONS] = {
	[OPTION_AS] = { "as", false },
	[OPTION_BASENAME] = { "basename", false },
	[OPTION_CA] = { "ca", false },
	[OPTION_CA_KEY] = { "ca-key", false },
	[OPTION_COMPAT] = { "compat", true },
	[OPTION_COMPRESSED] = { "compressed", false },
	[OPTION_CREDENTIAL] = { "credential", false },
	[OPTION_GID] = { "gid", false },
	[OPTION_GROUP] = { "group", false },
	[OPTION_GROUPRL] = { "grouprl", false },
	[OPTION_HASH] = { "hash", false },
	[OPTION_JSON] = { "json", true },
	[OPTION_KEY] = { "key", false },
	[OPTION_MESSAGE] = { "message", false },
	[OPTION_NEW] = { "new", true },
	[OPTION_NEW_KEY] = { "new-key", false },
	[OPTION_NEW_NONCE] = { "new-nonce", false },
	[OPTION_NEW_SECRET] = { "new-secret", false },
	[OPTION_NONCE] = { "nonce", false },
	[OPTION_OUTPUT] = { "output", false },
	[OPTION_PRIVRL] = { "privrl", false },
	[OPTION_REQUEST] = { "request", false },
	[OPTION_SECRET] = { "secret", false },
	[OPTION_SIGNATURE] = { "signature", false },
	[OPTION_SIGRL] = { "sigrl", false },
	[OPTION_SPLIT] = { "split", true },
	[OPTION_VERIFIERRL] = { "verifierrl", false },
};

#define GROUP_OPTIONS (OPTION_BIT(OPTION_GROUP) | OPTION_BIT(OPTION_CA) | OPTION_BIT(OPTION_GID) | OPTION_BIT(OPTION_HASH))
#define SIGNED_OPTIONS (OPTION_BIT(OPTION_SIGNATURE) | OPTION_BIT(OPTION_MESSAGE))
#define LIST_OPTIONS \
	(OPTION_BIT(OPTION_PRIVRL) | OPTION_BIT(OPTION_SIGRL) | OPTION_BIT(OPTION_GROUPRL) | OPTION_BIT(OPTION_VERIFIERRL))

static const struct verb {
	const char *first, *second; /* second NULL: one word */
	int (*run)(const struct epid_options *o);
	uint32_t takes, needs; /* sets of OPTION_BIT; what it needs it takes */
	bool takes_file, says_code;
} verbs[] = {
	{ "ca", "new", epid_run_ca_new, 0, OPTION_BIT(OPTION_NEW_KEY) | OPTION_BIT(OPTION_OUTPUT), false, false },
	{ "group", "new", epid_run_group_new, OPTION_BIT(OPTION_GID) | OPTION_BIT(OPTION_HASH) | OPTION_BIT(OPTION_CA_KEY),
	    OPTION_BIT(OPTION_NEW_KEY) | OPTION_BIT(OPTION_OUTPUT), false, false },
	{ "group", "show", epid_run_group_show, OPTION_BIT(OPTION_CA) | OPTION_BIT(OPTION_JSON), 0, true, false },
	{ "issue", NULL, epid_run_issue, GROUP_OPTIONS | OPTION_BIT(OPTION_NEW_NONCE) | OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_REQUEST) |
	    OPTION_BIT(OPTION_NONCE) | OPTION_BIT(OPTION_OUTPUT), 0, false, false },
	{ "join", NULL, epid_run_join, GROUP_OPTIONS | OPTION_BIT(OPTION_SECRET) | OPTION_BIT(OPTION_NEW_SECRET) | OPTION_BIT(OPTION_NONCE) |
	    OPTION_BIT(OPTION_CREDENTIAL) | OPTION_BIT(OPTION_COMPRESSED) | OPTION_BIT(OPTION_SPLIT),
	    OPTION_BIT(OPTION_GROUP) | OPTION_BIT(OPTION_OUTPUT), false, false },
	{ "sign", NULL, epid_run_sign, GROUP_OPTIONS | OPTION_BIT(OPTION_BASENAME) | OPTION_BIT(OPTION_SIGRL) | OPTION_BIT(OPTION_SPLIT),
	    OPTION_BIT(OPTION_GROUP) | OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_MESSAGE) | OPTION_BIT(OPTION_OUTPUT), false, false },
	{ "verify", NULL, epid_run_verify, GROUP_OPTIONS | LIST_OPTIONS | OPTION_BIT(OPTION_BASENAME) | OPTION_BIT(OPTION_COMPAT) |
	    OPTION_BIT(OPTION_JSON), OPTION_BIT(OPTION_GROUP) | SIGNED_OPTIONS, false, true },
	{ "revoke", "key", epid_run_revoke_key, GROUP_OPTIONS | OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_REQUEST) | OPTION_BIT(OPTION_SPLIT) |
	    OPTION_BIT(OPTION_CA_KEY) | OPTION_BIT(OPTION_NEW), OPTION_BIT(OPTION_GROUP) | OPTION_BIT(OPTION_PRIVRL), false, false },
	{ "revoke", "signature", epid_run_revoke_signature, GROUP_OPTIONS | SIGNED_OPTIONS | OPTION_BIT(OPTION_REQUEST) |
	    OPTION_BIT(OPTION_CA_KEY) | OPTION_BIT(OPTION_NEW), OPTION_BIT(OPTION_GROUP) | OPTION_BIT(OPTION_SIGRL), false, false },
	{ "revoke", "group", epid_run_revoke_group, GROUP_OPTIONS | OPTION_BIT(OPTION_REQUEST) | OPTION_BIT(OPTION_CA_KEY) |
	    OPTION_BIT(OPTION_NEW), OPTION_BIT(OPTION_GROUPRL), false, false },
	{ "blacklist", NULL, epid_run_blacklist, GROUP_OPTIONS | LIST_OPTIONS | OPTION_BIT(OPTION_COMPAT) | OPTION_BIT(OPTION_NEW) |
	    OPTION_BIT(OPTION_JSON), OPTION_BIT(OPTION_GROUP) | SIGNED_OPTIONS | OPTION_BIT(OPTION_BASENAME) | OPTION_BIT(OPTION_VERIFIERRL),
	    false, true },
	{ "inspect", NULL, epid_run_inspect, OPTION_BIT(OPTION_AS) | OPTION_BIT(OPTION_CA) | OPTION_BIT(OPTION_JSON), 0, true, false },
};

static int
print_usage(FILE *to)
{
	fputs("usage: jurat epid ca new --new-key FILE --output FILE\n"
	      "       jurat epid group new --new-key FILE --output FILE [--gid HEX] [--hash NAME] [--ca-key FILE]\n"
	      "       jurat epid group show FILE [--ca FILE] [--json]\n"
	      "       jurat epid issue --new-nonce FILE\n"
	      "       jurat epid issue --group FILE --key FILE --request FILE --nonce FILE --output FILE\n"
	      "       jurat epid join --group FILE --nonce FILE (--new-secret FILE | --secret FILE) --output FILE [--split]\n"
	      "       jurat epid join --group FILE --credential FILE --secret FILE --output FILE [--split]\n"
	      "       jurat epid join --group FILE --compressed FILE --output FILE [--split]\n"
	      "       jurat epid sign --group FILE --key FILE --message FILE --output FILE [--basename NAME] [--sigrl FILE] [--split]\n"
	      "       jurat epid verify --group FILE --signature FILE --message FILE [--basename NAME] [--privrl FILE] [--sigrl FILE]\n"
	      "                         [--grouprl FILE] [--verifierrl FILE] [--ca FILE] [--hash NAME] [--compat] [--json]\n"
	      "       jurat epid revoke key --group FILE --privrl FILE (--key FILE | --request FILE) [--split] [--ca-key FILE] [--new]\n"
	      "       jurat epid revoke signature --group FILE --sigrl FILE (--signature FILE --message FILE | --request FILE)\n"
	      "                         [--ca-key FILE] [--new]\n"
	      "       jurat epid revoke group --grouprl FILE (--gid HEX | --group FILE | --request FILE) [--ca-key FILE] [--new]\n"
	      "       jurat epid blacklist --group FILE --verifierrl FILE --signature FILE --message FILE --basename NAME\n"
	      "                         [--privrl FILE] [--sigrl FILE] [--grouprl FILE] [--compat] [--new] [--json]\n"
	      "       jurat epid inspect FILE [--as FORM] [--ca FILE] [--json]\n\n"
	      "With --group also: --ca FILE (who must have signed it and the lists), --gid HEX (which key of the file), --hash NAME.\n"
	      "NAME is text or hex:...; of a hash sha256, sha384, sha512 or sha512_256.\n\n"
	      "verify and blacklist print the return code's name. Exit: 0 valid, 3 invalid, 4 revoked.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

/* ---- options ---- */

const char *
epid_option_name(unsigned option)
{
	return option < NUM_OPTIONS ? option_table[option].name : "";
}

static int
read_hash(struct epid_options *o)
{
	static const char *const names[] = { "sha256", "sha384", "sha512", "sha512_256" };
	const char *name = o->value[OPTION_HASH];

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			o->hash = (enum jurat_epid_hash)i;
			return EPID_GO_ON;
		}
	}
	return name == NULL ? EPID_GO_ON : cli_usage("epid", "--hash wants sha256, sha384, sha512 or sha512_256");
}

static int
read_gid(struct epid_options *o)
{
	const char *text = o->value[OPTION_GID];
	size_t len = text != NULL ? strlen(text) : 0;

	if (text == NULL)
		return EPID_GO_ON;
	if (len != 2 * (size_t)EPID_GID_LEN && len != 2 * (size_t)EPID_SGX_GID_LEN)
		return cli_usage("epid", "--gid wants 32 hex digits, or 8 for SGX");
	o->gid_len = len / 2;
	return hex_decode(o->gid, o->gid_len, text, len) ? EPID_GO_ON : cli_usage("epid", "--gid wants hex digits");
}

/* wrong_option: what the verb wants, or does not take. */
static int
wrong_option(const struct verb *v, const char *what, unsigned option)
{
	const char *second = v->second != NULL ? v->second : "";

	return cli_usage("epid", "%s%s%s %s --%s", v->first, second[0] != '\0' ? " " : "", second, what, option_table[option].name);
}

/* num_stdin: how many files are to be standard input, of which there is one. */
static unsigned
num_stdin(const struct epid_options *o)
{
	unsigned num = o->file != NULL && strcmp(o->file, "-") == 0;

	for (unsigned i = 0; i < NUM_OPTIONS; i++)
		num += (EPID_READ_OPTIONS & OPTION_BIT(i)) != 0 && o->value[i] != NULL && strcmp(o->value[i], "-") == 0;
	return num;
}

/* overwrites_secret: one name for what is kept and what is given away. */
static bool
overwrites_secret(const struct epid_options *o)
{
	const char *out = o->value[OPTION_OUTPUT], *key = o->value[OPTION_NEW_KEY], *secret = o->value[OPTION_NEW_SECRET];

	return out != NULL && ((key != NULL && strcmp(out, key) == 0) || (secret != NULL && strcmp(out, secret) == 0));
}

static int
check_options(struct epid_options *o, const struct verb *v, int argc, char **argv)
{
	int exit_code;

	for (unsigned i = 0; i < NUM_OPTIONS; i++) {
		if (o->value[i] != NULL && ((v->takes | v->needs) & OPTION_BIT(i)) == 0)
			return wrong_option(v, "does not take", i);
		if (o->value[i] == NULL && (v->needs & OPTION_BIT(i)) != 0)
			return wrong_option(v, "wants", i);
	}
	if (overwrites_secret(o))
		return cli_usage("epid", "the secret and --output cannot be one file");
	if (argc - optind != v->takes_file)
		return cli_usage("epid", v->takes_file ? "one file, please" : "an argument too many");
	o->file = v->takes_file ? argv[optind] : NULL;
	if (num_stdin(o) > 1)
		return cli_usage("epid", "only one file can be standard input");
	o->kind = o->value[OPTION_SPLIT] != NULL ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT;
	o->says_code = v->says_code;
	exit_code = read_hash(o);
	return exit_code == EPID_GO_ON ? read_gid(o) : exit_code;
}

static int
parse_options(struct epid_options *o, const struct verb *v, int argc, char **argv)
{
	struct option list[NUM_OPTIONS + 2] = { { "help", no_argument, NULL, 'h' } };
	int option;

	for (unsigned i = 0; i < NUM_OPTIONS; i++)
		list[i + 1] = (struct option){ option_table[i].name, option_table[i].is_flag ? no_argument : required_argument, NULL, 256 + (int)i };
	optind = 1;
	while ((option = getopt_long(argc, argv, "o:", list, NULL)) != -1) {
		if (option == 'h')
			return print_usage(stdout);
		if (option == '?')
			return cli_bad_option("epid", argv);
		if (option == 'o')
			option = 256 + OPTION_OUTPUT;
		if (o->value[option - 256] != NULL)
			return cli_usage("epid", "--%s was given twice", option_table[option - 256].name);
		o->value[option - 256] = optarg != NULL ? optarg : "";
	}
	return check_options(o, v, argc, argv);
}

/* ---- saying what failed ---- */

int
epid_exit_of(jurat_epid_rc rc)
{
	switch (rc) {
	case JURAT_EPID_OK:
		return EXIT_ACCEPTED;
	case JURAT_EPID_SIG_REVOKED_IN_GROUPRL:
	case JURAT_EPID_SIG_REVOKED_IN_PRIVRL:
	case JURAT_EPID_SIG_REVOKED_IN_SIGRL:
	case JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL:
		return EXIT_REVOKED;
	case JURAT_EPID_E_INTERNAL:
	case JURAT_EPID_E_NO_MEMORY:
	case JURAT_EPID_E_HEAP:
	case JURAT_EPID_E_RANDOM:
	case JURAT_EPID_E_OUT_OF_SEQUENCE:
		return EXIT_INTERNAL;
	default:
		return EXIT_INVALID;
	}
}

static const char *
outcome_of(jurat_epid_rc rc)
{
	switch (epid_exit_of(rc)) {
	case EXIT_ACCEPTED:
		return "valid";
	case EXIT_REVOKED:
		return "revoked";
	case EXIT_INVALID:
		return "invalid";
	default:
		return "error";
	}
}

static void
say_json(jurat_epid_rc rc, const struct jurat_epid_diag *d)
{
	struct json_out out;
	char *text = NULL;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_integer(&out, "version", 1);
	json_out_string(&out, "outcome", outcome_of(rc));
	json_out_string(&out, "result", jurat_epid_verdict_name(rc));
	json_out_integer(&out, "code", rc);
	json_out_string(&out, "text", jurat_epid_rc_text(rc));
	if (d != NULL && d->code != JURAT_EPID_OK) {
		json_out_string(&out, "field", d->field);
		if (d->defect != JURAT_EPID_NO_DEFECT)
			json_out_string(&out, "defect", jurat_epid_defect_name(d->defect));
		json_out_integer(&out, "index", (int64_t)d->index);
	}
	json_out_end(&out, '}');
	if (json_out_finish(&out, &text) == JURAT_OK)
		fputs(text, stdout);
	free(text);
}

void
epid_say(const struct epid_options *o, jurat_epid_rc rc, const struct jurat_epid_diag *d)
{
	if (!o->says_code)
		return;
	if (o->value[OPTION_JSON] != NULL)
		say_json(rc, d);
	else
		puts(jurat_epid_verdict_name(rc));
}

int
epid_refuse(const struct epid_options *o, jurat_epid_rc rc, const struct jurat_epid_diag *d, const char *what)
{
	const char *name = o->says_code ? jurat_epid_verdict_name(rc) : jurat_epid_rc_name(rc);

	epid_say(o, rc, d);
	if (d == NULL || d->code == JURAT_EPID_OK || d->field == NULL)
		cli_error(what, "%s (%s)", jurat_epid_rc_text(rc), name);
	else if (d->defect == JURAT_EPID_LISTED)
		cli_error(what, "%s: %s, entry %zu (%s)", d->field, jurat_epid_rc_text(rc), d->index, name);
	else if (d->defect == JURAT_EPID_NO_DEFECT)
		cli_error(what, "%s: %s (%s)", d->field, jurat_epid_rc_text(rc), name);
	else
		cli_error(what, "%s: %s: %s (%s)", d->field, jurat_epid_rc_text(rc), jurat_epid_defect_name(d->defect), name);
	return epid_exit_of(rc);
}

int
epid_refuse_file(const struct epid_options *o, jurat_epid_rc code, jurat_rc rc, const struct jurat_diag *d, const char *what)
{
	int exit_code = cli_fail(rc, d, what);

	if (exit_code == EXIT_INTERNAL)
		return exit_code;
	epid_say(o, code, NULL);
	return EXIT_INVALID;
}

/* ---- verbs ---- */

static const struct verb *
find_verb(const char *first, const char *second)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(first, verbs[i].first) == 0 && (verbs[i].second == NULL || (second != NULL && strcmp(second, verbs[i].second) == 0)))
			return &verbs[i];
	}
	return NULL;
}

int
cmd_epid(int argc, char **argv)
{
	struct epid_options o = { .hash = JURAT_EPID_HASH_OF_GROUP };
	const struct verb *v;
	int skip, exit_code;

	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if ((v = find_verb(argv[1], argv[2])) == NULL)
		return cli_usage("epid", "unknown verb of epid");
	skip = v->second != NULL ? 2 : 1;
	exit_code = parse_options(&o, v, argc - skip, argv + skip);
	return exit_code == EPID_GO_ON ? v->run(&o) : exit_code;
}
