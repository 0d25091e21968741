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
			o->key = optarg;
		else if (option == 'o')
			o->out = optarg;
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
	exit_code = rc == JURAT_OK ? evidence_print(v, o->as_json) : cli_fail(rc, &d, o->out);
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
	const char *file, *trust;
	bool has_signer, as_json;
	uint8_t signer[SHA256_LEN];
};

static int
parse_verify(struct verify_options *o, int argc, char **argv)
{
	static const struct option list[] = { { "signer", required_argument, NULL, 's' }, { "trust", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 't')
			o->trust = optarg;
		else if (option == 'j')
			o->as_json = true;
		else if (option == 'h')
			return print_usage(stdout);
		else if (option == 's' && hex_decode(o->signer, sizeof o->signer, optarg, strlen(optarg)))
			o->has_signer = true;
		else if (option == 's')
			return cli_usage("capsule", "--signer wants 64 hex digits, as capsule key prints them");
		else
			return cli_bad_option("capsule", argv);
	}
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
	if (!o->has_signer || ct_equal(id, o->signer, sizeof id))
		return -1;
	(void)jurat_fail(&d, JURAT_E_IDENTITY, "capsule.signer", NO_OFFSET, 0, 0);
	return cli_fail(JURAT_E_IDENTITY, &d, o->file);
}

/* print_replay: an accepted verdict in a capsule of nobody in particular stays undecided. */
static int
print_replay(const struct verify_options *o, const struct capsule *c, const struct jurat_verdict *v)
{
	char id[2 * SHA256_LEN + 1];
	int exit_code;

	signer_text(id, &c->signer);
	cli_progress("the capsule gives the verdict that it records; signer %s", id);
	exit_code = evidence_print(v, o->as_json);
	if (exit_code != EXIT_ACCEPTED || o->has_signer)
		return exit_code;
	fputs("jurat: hint: policy and instant are the signer's choice: say whose capsule you expect with --signer\n", stderr);
	return EXIT_POLICY;
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
	rc = capsule_replay(&v, &c, evidence_root(&e), &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o.file);
	exit_code = print_replay(&o, &c, v);
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
