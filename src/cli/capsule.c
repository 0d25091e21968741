/* SPDX-License-Identifier: Apache-2.0 */
/* jurat capsule key | make | verify */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/capsule.h"
#include "cli/evidence.h"
#include "core/ct.h"
#include "core/hex.h"
#include "dcap/pki.h"
#include "host/when.h"
#include "json/write.h"

#define KEY_FILE_MAX_LEN 65536u

static int
print_usage(FILE *to)
{
	fputs("usage: jurat capsule key FILE\n"
	      "       jurat capsule make QUOTE --collateral FILE --key FILE --output FILE [--policy FILE] [--trust DIR]\n"
	      "                          [--at TIME] [--report-data HEX] [--allow-padding] [--json]\n"
	      "       jurat capsule verify FILE [--signer ID] [--trust DIR] [--json]\n\n"
	      "A capsule keeps a quote, the collateral, policy and instant it was judged with, and the verdict, in one signed file.\n"
	      "verify judges again and compares; its exit code is the verdict's.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

/* ---- key ---- */

static void
signer_text(char out[2 * SHA256_LEN + 1], const struct p256_public *signer)
{
	uint8_t id[SHA256_LEN];

	capsule_signer_id(id, signer);
	hex_encode(out, id, sizeof id);
}

static int
run_key(int argc, char **argv)
{
	char id[2 * SHA256_LEN + 1], *pem = NULL;
	struct jurat_diag d = { 0 };
	struct pki_key key;
	size_t len = 0;
	jurat_rc rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if (argc != 2 || argv[1][0] == '-')
		return cli_usage("capsule", "capsule key wants one file");
	rc = pki_key_new(&key, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, argv[1]);
	signer_text(id, &key.pub);
	rc = pki_key_to_pem(&pem, &len, &key, &d);
	pki_key_clear(&key);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, argv[1]);
	rc = file_create(argv[1], pem, len, 0600, &d);
	wipe(pem, len);
	free(pem);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, argv[1]);
	puts(id);
	return EXIT_ACCEPTED;
}

static int
read_key(struct pki_key *out, const char *path)
{
	CLEANUP(blob_clear) struct blob pem = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read_secret(&pem, path, KEY_FILE_MAX_LEN, &d);

	if (rc == JURAT_OK)
		rc = pki_key_from_pem(out, (const char *)pem.p, pem.len, &d);
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, path);
}

/* ---- make ---- */

struct make_options {
	struct evidence_options evidence;
	const char *key, *out;
	bool as_json, allow_padding;
};

static int
parse_make(struct make_options *o, int argc, char **argv)
{
	static const struct option list[] = { EVIDENCE_OPTIONS, { "key", required_argument, NULL, 'k' },
		{ "output", required_argument, NULL, 'o' }, { "allow-padding", no_argument, NULL, 'P' }, { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	int option, exit_code = -1;

	while (exit_code == -1 && (option = getopt_long(argc, argv, "o:", list, NULL)) != -1) {
		if (option == 'k')
			exit_code = cli_set_once(&o->key, "capsule", optarg, "--key");
		else if (option == 'o')
			exit_code = cli_set_once(&o->out, "capsule", optarg, "--output");
		else if (option == 'P')
			o->allow_padding = true;
		else if (option == 'j')
			o->as_json = true;
		else if (option == 'h')
			exit_code = print_usage(stdout);
		else if (option == '?')
			exit_code = cli_bad_option("capsule", argv);
		else
			exit_code = evidence_option(&o->evidence, "capsule", option, optarg);
	}
	if (exit_code != -1)
		return exit_code;
	if (argc - optind != 1)
		return cli_usage("capsule", "one quote, please");
	if (o->evidence.collateral == NULL || o->key == NULL || o->out == NULL)
		return cli_usage("capsule", "capsule make wants --collateral, --key and -o");
	o->evidence.quote = argv[optind];
	return evidence_check_stdin(&o->evidence, "capsule");
}

static int
make(const struct make_options *o, const struct evidence *e, const struct pki_key *key)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct capsule_input input = { .at_unix_s = o->evidence.at_unix_s, .quote = e->quote_bytes.p, .quote_len = e->quote_bytes.len,
		.collateral = (const char *)e->collateral_text.p, .collateral_len = e->collateral_text.len,
		.trust = (const char *)e->trust_text.p, .trust_len = e->trust_text.len,
		.policy = (const char *)e->policy_text.p, .policy_len = e->policy_text.len,
		.report_data = o->evidence.has_report_data ? o->evidence.report_data : NULL, .allow_padding = o->allow_padding };
	struct jurat_diag d = { 0 };
	struct jurat_verdict *v = NULL;
	jurat_rc rc = capsule_make(&file, &v, &input, &key->secret, &d);
	int exit_code;

	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->evidence.quote);
	rc = file_write(o->out, file.p, file.len, 0644, &d);
	exit_code = rc == JURAT_OK ? evidence_print(v, o->as_json, EVIDENCE_HINT_POLICY) : cli_fail(rc, &d, o->out);
	jurat_verdict_free(v);
	return exit_code;
}

static int
run_make(int argc, char **argv)
{
	CLEANUP(evidence_clear) struct evidence e = { 0 };
	struct make_options o = { .evidence.at_unix_s = when_now() };
	struct pki_key key = { 0 };
	int exit_code = parse_make(&o, argc, argv);

	if (exit_code == -1)
		exit_code = evidence_read(&e, &o.evidence);
	if (exit_code == -1)
		exit_code = read_key(&key, o.key);
	if (exit_code == -1)
		exit_code = make(&o, &e, &key);
	pki_key_clear(&key);
	return exit_code;
}

/* ---- verify ---- */

struct verify_options {
	const char *file, *trust, *signer;
	bool as_json;
	uint8_t signer_id[SHA256_LEN]; /* if there is a signer */
};

static int
set_signer(struct verify_options *o, const char *value)
{
	int exit_code = cli_set_once(&o->signer, "capsule", value, "--signer");

	if (exit_code == -1 && !hex_decode(o->signer_id, sizeof o->signer_id, value, strlen(value)))
		exit_code = cli_usage("capsule", "--signer wants 64 hex digits, as capsule key prints them");
	return exit_code;
}

static int
parse_verify(struct verify_options *o, int argc, char **argv)
{
	static const struct option list[] = { { "signer", required_argument, NULL, 's' }, { "trust", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	int option, exit_code = -1;

	while (exit_code == -1 && (option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 't')
			exit_code = cli_set_once(&o->trust, "capsule", optarg, "--trust");
		else if (option == 's')
			exit_code = set_signer(o, optarg);
		else if (option == 'j')
			o->as_json = true;
		else if (option == 'h')
			exit_code = print_usage(stdout);
		else
			exit_code = cli_bad_option("capsule", argv);
	}
	if (exit_code != -1)
		return exit_code;
	if (argc - optind != 1)
		return cli_usage("capsule", "one capsule, please");
	o->file = argv[optind];
	return -1;
}

static int
check_signer(const struct verify_options *o, const struct capsule *c)
{
	struct jurat_diag d = { 0 };
	uint8_t id[SHA256_LEN];

	capsule_signer_id(id, &c->signer);
	if (o->signer == NULL || ct_equal(id, o->signer_id, sizeof id))
		return -1;
	(void)jurat_fail(&d, JURAT_E_IDENTITY, "capsule.signer", NO_OFFSET, 0, 0);
	return cli_fail(JURAT_E_IDENTITY, &d, o->file);
}

/* replay: an accepted verdict in a capsule of nobody in particular is undecided, in every form in which it is printed. */
static jurat_rc
replay(struct jurat_verdict **out, const char **out_hint, const struct verify_options *o, const struct capsule *c, const struct jurat_trust *root,
    struct jurat_diag *d)
{
	jurat_rc rc = capsule_replay(out, c, root, d);

	*out_hint = "nothing speaks against this quote, but the capsule was made without a policy that says that it is acceptable";
	if (rc != JURAT_OK || o->signer != NULL || jurat_verdict_outcome(*out) != JURAT_ACCEPTED)
		return rc;
	jurat_verdict_free(*out);
	*out = NULL;
	*out_hint = "the capsule's policy accepts, but policy and instant are the signer's choice: say whose capsule you expect with --signer";
	return capsule_judge_without_policy(out, c, root, d);
}

static int
run_verify(int argc, char **argv)
{
	CLEANUP(evidence_clear) struct evidence e = { 0 };
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct verify_options o = { 0 };
	struct capsule c;
	struct jurat_verdict *v = NULL;
	struct jurat_diag d = { 0 };
	char id[2 * SHA256_LEN + 1];
	const char *hint = "";
	int exit_code = parse_verify(&o, argc, argv);
	jurat_rc rc;

	if (exit_code == -1)
		exit_code = evidence_read_trust(&e, o.trust);
	if (exit_code != -1)
		return exit_code;
	rc = file_read(&file, o.file, CAPSULE_MAX_LEN, &d);
	if (rc == JURAT_OK)
		rc = capsule_parse(&c, file.p, file.len, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o.file);
	exit_code = check_signer(&o, &c);
	if (exit_code != -1)
		return exit_code;
	rc = replay(&v, &hint, &o, &c, evidence_root(&e), &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o.file);
	signer_text(id, &c.signer);
	cli_progress("the capsule gives the verdict that it records; signer %s", id);
	exit_code = evidence_print(v, o.as_json, hint);
	jurat_verdict_free(v);
	return exit_code;
}

int
cmd_capsule(int argc, char **argv)
{
	optind = 1;
	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if (strcmp(argv[1], "key") == 0)
		return run_key(argc - 1, argv + 1);
	if (strcmp(argv[1], "make") == 0)
		return run_make(argc - 1, argv + 1);
	if (strcmp(argv[1], "verify") == 0)
		return run_verify(argc - 1, argv + 1);
	return cli_usage("capsule", "unknown verb of capsule");
}
