/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/listener.h"
#include "core/hex.h"
#include "json/write.h"
#include "service/vault.h"
#include "store/store.h"

#define IMAGE_MAX_LEN (64u * 1024u * 1024u)
#define SUFFIX ".vault"

struct options {
	const char *verb;
	const char *machine, *enclave, *platform, *url, *ca, *secret, *store, *eavesdrop, *candidate, *question;
	uint8_t service_key[64];
	bool has_service_key, as_json;
};

static void
free_string(char **p)
{
	free(*p);
}

static void
close_vault(struct vault **v)
{
	vault_close(*v);
}

/* ---- opening ---- */

static int
open_vault(struct vault **out, const struct options *o, const uint8_t service_key[64], struct listener *l)
{
	CLEANUP(blob_clear) struct blob image = { 0 };
	struct vault_options options = { .machine = o->machine, .service_key = service_key };
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if ((rc = file_read(&image, o->enclave, IMAGE_MAX_LEN, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->enclave);
	options.image = image.p;
	options.image_len = image.len;
	if (l != NULL && l->file != NULL) {
		options.eavesdrop = listener_hear;
		options.ctx = l;
	}
	rc = vault_open(out, &options, &d);
	if (rc != JURAT_OK && d.file != NULL && strcmp(d.file, VAULT_MACHINE) == 0) {
		d.file = NULL; /* its name is said */
		return cli_fail(rc, &d, o->machine);
	}
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, o->enclave);
}

/* ---- receive ---- */

static jurat_rc
keep_file(void *ctx, const struct blob *file, struct jurat_diag *d)
{
	return file_create(ctx, file->p, file->len, 0600, d);
}

/* say_refusal: the reason in one line; with --json the relying party's whole answer on stdout. */
static int
say_refusal(const struct options *o, const struct vault_refusal *r, jurat_rc rc)
{
	struct jurat_diag d = { .code = rc, .field = "relying party refused", .offset = NO_OFFSET };
	int exit_code;

	if (o->as_json && r->body.p != NULL)
		fwrite(r->body.p, 1, r->body.len, stdout);
	exit_code = cli_fail(rc, &d, r->field[0] != '\0' ? r->field : o->secret);
	cli_progress("HTTP status %d; --json shows the whole verdict", r->status);
	return exit_code;
}

static int
check_store(const struct options *o, char **out_path)
{
	CLEANUP(free_string) char *name = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc = store_name_check(o->secret, &d);

	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->secret);
	if ((rc = dir_create(o->store, 0700, &d)) != JURAT_OK && rc != JURAT_E_EXISTS)
		return cli_fail(rc, &d, o->store);
	if (asprintf(&name, "%s" SUFFIX, o->secret) < 0)
		name = NULL;
	if (name == NULL || (*out_path = path_join(o->store, name)) == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, o->store);
	/* known before the one release of the secret is spent */
	return access(*out_path, F_OK) == 0 ? cli_fail(JURAT_E_EXISTS, NULL, *out_path) : -1;
}

static int
run_receive(const struct options *o)
{
	CLEANUP(free_string) char *path = NULL;
	CLEANUP(listener_close) struct listener l = { 0 };
	CLEANUP(close_vault) struct vault *v = NULL;
	CLEANUP(vault_refusal_clear) struct vault_refusal refusal = { 0 };
	const struct vault_source source = { .platform = o->platform, .url = o->url, .ca_file = o->ca, .secret = o->secret };
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if (o->platform == NULL || o->url == NULL || o->ca == NULL || o->secret == NULL || !o->has_service_key)
		return cli_usage("vault", "receive wants --platform, --url, --ca, --service-key and --secret");
	if ((code = check_store(o, &path)) != -1 || (code = listener_open(&l, o->eavesdrop)) != -1 ||
	    (code = open_vault(&v, o, o->service_key, &l)) != -1)
		return code;
	rc = vault_receive(v, &source, keep_file, path, &refusal, &d);
	if (rc != JURAT_OK && refusal.status != 0)
		return say_refusal(o, &refusal, rc);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->secret);
	cli_progress("%s received and sealed", o->secret);
	puts(path);
	return listener_end(&l, o->eavesdrop, EXIT_ACCEPTED);
}

/* ---- ask, info ---- */

static int
is_vault_file(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > sizeof SUFFIX - 1 && strcmp(e->d_name + n - (sizeof SUFFIX - 1), SUFFIX) == 0;
}

/* only_file: the name of the one sealed secret in the folder, which the caller frees; -1, or the exit code of its error. */
static int
only_file(char **out_name, const char *dir)
{
	struct jurat_diag d = { 0 };
	struct dirent **list;
	int n = scandir(dir, &list, is_vault_file, alphasort);
	jurat_rc rc;

	if (n < 0) {
		rc = jurat_fail(&d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "store", NO_OFFSET, 0, (uint64_t)errno);
		return cli_fail(rc, &d, dir);
	}
	if (n == 1)
		*out_name = strdup(list[0]->d_name);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
	if (n == 0)
		return cli_usage("vault", "the store has no sealed secret that a command could take; name it with --secret");
	return n == 1 ? -1 : cli_usage("vault", "which one? name it with --secret");
}

/* read_sealed: *out_path is the file's name, which the caller frees in any case. */
static int
read_sealed(struct blob *out, struct vault_file *file, char **out_path, const struct options *o)
{
	CLEANUP(free_string) char *name = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if (o->secret == NULL && (code = only_file(&name, o->store)) != -1)
		return code;
	if (o->secret != NULL && (rc = store_name_check(o->secret, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->secret);
	if (o->secret != NULL && asprintf(&name, "%s" SUFFIX, o->secret) < 0)
		name = NULL;
	if (name == NULL || (*out_path = path_join(o->store, name)) == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, o->store);
	if ((rc = file_read(out, *out_path, VAULT_FILE_MAX_LEN, &d)) != JURAT_OK ||
	    (rc = vault_file_parse(file, out->p, out->len, &d)) != JURAT_OK)
		return cli_fail(rc, &d, *out_path);
	return -1;
}

/* ask_of_candidate: a question about a file's content. */
static int
ask_of_candidate(uint8_t out[VAULT_QUESTION_LEN], const char *path)
{
	CLEANUP(blob_clear) struct blob candidate = { .secret = true };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&candidate, path, CHANNEL_SECRET_MAX_LEN + 1, &d);

	candidate.secret = true;
	if (rc == JURAT_OK)
		rc = vault_question(out, candidate.p, candidate.len, &d);
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, path);
}

/* read_question: as `jurat vault question` printed it. */
static int
read_question(uint8_t out[VAULT_QUESTION_LEN], const char *path)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&text, path, 2 * VAULT_QUESTION_LEN + 1, &d);

	if (rc == JURAT_OK && text.len == 2 * VAULT_QUESTION_LEN + 1 && text.p[text.len - 1] == '\n')
		text.len--;
	if (rc == JURAT_OK && !hex_decode(out, VAULT_QUESTION_LEN, (const char *)text.p, text.len))
		rc = jurat_fail(&d, JURAT_E_FORMAT, "question", NO_OFFSET, 2 * VAULT_QUESTION_LEN, text.len);
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, path);
}

static int
run_question(const struct options *o)
{
	uint8_t question[VAULT_QUESTION_LEN];
	char text[2 * VAULT_QUESTION_LEN + 1];
	int code;

	if (o->candidate == NULL)
		return cli_usage("vault", "question wants --candidate");
	if ((code = ask_of_candidate(question, o->candidate)) != -1)
		return code;
	hex_encode(text, question, sizeof question);
	puts(text);
	return fflush(stdout) == 0 ? EXIT_ACCEPTED : cli_fail(JURAT_E_IO, NULL, "output");
}

static int
run_ask(const struct options *o)
{
	CLEANUP(free_string) char *path = NULL;
	CLEANUP(blob_clear) struct blob sealed = { 0 };
	CLEANUP(listener_close) struct listener l = { 0 };
	CLEANUP(close_vault) struct vault *v = NULL;
	uint8_t question[VAULT_QUESTION_LEN];
	struct vault_file file;
	struct jurat_diag d = { 0 };
	bool equal = false;
	jurat_rc rc;
	int code;

	if ((o->candidate != NULL) == (o->question != NULL))
		return cli_usage("vault", "ask wants --candidate or --question");
	code = o->candidate != NULL ? ask_of_candidate(question, o->candidate) : read_question(question, o->question);
	if (code != -1)
		return code;
	if ((code = read_sealed(&sealed, &file, &path, o)) != -1 || (code = listener_open(&l, o->eavesdrop)) != -1 ||
	    (code = open_vault(&v, o, file.service_key, &l)) != -1)
		return code;
	if ((rc = vault_ask(v, &file, question, &equal, &d)) != JURAT_OK)
		return cli_fail(rc, &d, path);
	puts(equal ? "yes" : "no");
	return listener_end(&l, o->eavesdrop, equal ? EXIT_ACCEPTED : EXIT_POLICY);
}

static int
print_info(const struct options *o, const struct channel_head *head)
{
	char name[CHANNEL_NAME_MAX_LEN + 1] = "", *text;
	struct json_out j;
	jurat_rc rc;

	memcpy(name, head->name, head->name_len);
	if (!o->as_json) {
		printf("%s version %" PRIu32 ", %" PRIu64 " bytes\n", name, head->secret_version, head->secret_len);
		return EXIT_ACCEPTED;
	}
	json_out_init(&j);
	json_out_begin(&j, NULL, '{');
	json_out_integer(&j, "version", 1);
	json_out_string(&j, "name", name);
	json_out_integer(&j, "secret_version", head->secret_version);
	json_out_integer(&j, "size", (int64_t)head->secret_len);
	json_out_end(&j, '}');
	if ((rc = json_out_finish(&j, &text)) != JURAT_OK)
		return cli_fail(rc, NULL, "output");
	fputs(text, stdout);
	free(text);
	return EXIT_ACCEPTED;
}

static int
run_info(const struct options *o)
{
	CLEANUP(free_string) char *path = NULL;
	CLEANUP(blob_clear) struct blob sealed = { 0 };
	CLEANUP(listener_close) struct listener l = { 0 };
	CLEANUP(close_vault) struct vault *v = NULL;
	struct channel_head head;
	struct vault_file file;
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if ((code = read_sealed(&sealed, &file, &path, o)) != -1 || (code = listener_open(&l, o->eavesdrop)) != -1 ||
	    (code = open_vault(&v, o, file.service_key, &l)) != -1)
		return code;
	rc = vault_info(v, &file, &head, &d);
	return rc == JURAT_OK ? listener_end(&l, o->eavesdrop, print_info(o, &head)) : cli_fail(rc, &d, path);
}

/* ---- options ---- */

static int
print_usage(void)
{
	puts("usage: jurat vault VERB --machine sw:DIR --enclave FILE --store DIR [options]\n\n"
	     "  receive   attest, take the secret, seal it   --platform SOCKET --url https://HOST:PORT --ca FILE\n"
	     "                                               --service-key HEX --secret NAME [--json]\n"
	     "  ask       is this the secret? yes or no      --candidate FILE | --question FILE [--secret NAME]\n"
	     "  info      name, version and size             [--secret NAME] [--json]\n"
	     "  question  what ask takes, made elsewhere     --candidate FILE (and no other option)\n\n"
	     "  --eavesdrop FILE   append every HTTP body and every enclave call's bytes that this host sees\n\n"
	     "Exit: 0 received, or yes; 6 no, or refused by policy; the others are in jurat(1).");
	return EXIT_ACCEPTED;
}

/* set_option: one option; -1, or the exit code of its error. */
static int
set_option(struct options *o, int option, const char *value)
{
	const char **texts[] = { ['m'] = &o->machine, ['e'] = &o->enclave, ['p'] = &o->platform, ['u'] = &o->url, ['c'] = &o->ca,
		['s'] = &o->secret, ['S'] = &o->store, ['E'] = &o->eavesdrop, ['C'] = &o->candidate,
		['q'] = &o->question };

	if (option == 'h')
		return print_usage();
	if (option == 'j') {
		o->as_json = true;
	} else if (option == 'k') {
		if (!hex_decode(o->service_key, sizeof o->service_key, value, strlen(value)))
			return cli_usage("vault", "--service-key wants 128 hexadecimal digits, as jurat secrets show prints them");
		o->has_service_key = true;
	} else if (option > 0 && (size_t)option < ARRAY_LEN(texts) && texts[option] != NULL) {
		*texts[option] = value;
	}
	return -1;
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option list[] = {
		{ "machine", required_argument, NULL, 'm' }, { "enclave", required_argument, NULL, 'e' },
		{ "platform", required_argument, NULL, 'p' }, { "url", required_argument, NULL, 'u' },
		{ "ca", required_argument, NULL, 'c' }, { "service-key", required_argument, NULL, 'k' },
		{ "secret", required_argument, NULL, 's' }, { "store", required_argument, NULL, 'S' },
		{ "eavesdrop", required_argument, NULL, 'E' }, { "candidate", required_argument, NULL, 'C' },
		{ "question", required_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	int option, exit_code;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		exit_code = option == '?' ? cli_bad_option("vault", argv) : set_option(o, option, optarg);
		if (exit_code != -1)
			return exit_code;
	}
	if (argc - optind != 1)
		return cli_usage("vault", "one verb, please: receive, ask, info or question");
	o->verb = argv[optind];
	return -1;
}

int
cmd_vault(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*run)(const struct options *o);
		bool on_host;
	} verbs[] = { { "receive", run_receive, true }, { "ask", run_ask, true }, { "info", run_info, true },
		{ "question", run_question, false } };
	struct options o = { 0 };
	int exit_code = parse_options(&o, argc, argv);

	if (exit_code != -1)
		return exit_code;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(o.verb, verbs[i].verb) != 0)
			continue;
		if (verbs[i].on_host && (o.machine == NULL || o.enclave == NULL || o.store == NULL))
			return cli_usage("vault", "%s wants --machine, --enclave and --store", o.verb);
		return verbs[i].run(&o);
	}
	return cli_usage("vault", "unknown verb");
}
