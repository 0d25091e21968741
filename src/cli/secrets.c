/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/secrets.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/verify.h"
#include "cli/cli.h"
#include "core/ct.h"
#include "core/hex.h"
#include "exchange/sigma.h"
#include "host/file.h"
#include "host/when.h"
#include "json/write.h"
#include "service/secrets.h"
#include "store/kek.h"

static void
free_string(char **p)
{
	free(*p);
}

static void
close_store(struct store **s)
{
	store_close(*s);
}

/* ---- what several verbs need ---- */

bool
secrets_cli_kek(struct aes256_key *out, const struct secrets_cli *o, int *out_exit)
{
	CLEANUP(free_string) char *credential = NULL;
	const char *dir = getenv("CREDENTIALS_DIRECTORY"), *path = o->kek_file;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (path == NULL && dir != NULL)
		path = credential = path_join(dir, "jurat-kek");
	if (path == NULL) {
		*out_exit = cli_usage("secrets", "no key encryption key: give --kek-file, or the systemd credential jurat-kek");
		return false;
	}
	if ((rc = kek_load(out, path, o->data, &d)) == JURAT_OK)
		return true;
	*out_exit = cli_fail(rc, &d, path);
	return false;
}

static bool
open_store(struct store **out, const struct secrets_cli *o, bool with_kek, int *out_exit)
{
	CLEANUP(free_string) char *path = path_join(o->data, SECRETS_DATABASE);
	struct aes256_key kek;
	struct jurat_diag d = { 0 };
	jurat_rc rc = JURAT_E_MEMORY;

	if (with_kek && !secrets_cli_kek(&kek, o, out_exit))
		return false;
	if (path != NULL)
		rc = store_open(out, path, with_kek ? &kek : NULL, &d);
	wipe(&kek, sizeof kek);
	if (rc == JURAT_OK)
		return true;
	*out_exit = cli_fail(rc, &d, o->data);
	return false;
}

/* print_json: what a writer made; closes the outermost brace. */
static int
print_json(struct json_out *j)
{
	char *text;
	jurat_rc rc;

	json_out_end(j, '}');
	if ((rc = json_out_finish(j, &text)) != JURAT_OK)
		return cli_fail(rc, NULL, "output");
	fputs(text, stdout);
	free(text);
	return EXIT_ACCEPTED;
}

static void
begin_json(struct json_out *j)
{
	json_out_init(j);
	json_out_begin(j, NULL, '{');
	json_out_integer(j, "version", 1);
}

static const char *
state_name(enum secret_state state)
{
	static const char *const names[] = { "ready", "sent", "delivered" };

	return names[state];
}

/* ---- init, update, show ---- */

static int
print_keys(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	uint8_t wire[64], config_id[64];
	char text[129];
	struct p256_public key;
	struct json_out j;
	int code;

	if (!open_store(&s, o, false, &code))
		return code;
	store_service_public(&key, s);
	sigma_point_encode(wire, &key);
	sigma_config_id(config_id, &key);
	if (o->as_json) {
		begin_json(&j);
		json_out_hex(&j, "service_key", wire, sizeof wire);
		json_out_hex(&j, "config_id", config_id, sizeof config_id);
		return print_json(&j);
	}
	hex_encode(text, wire, sizeof wire);
	printf("service key  %s\n", text);
	hex_encode(text, config_id, sizeof config_id);
	printf("config id    %s\n", text);
	return EXIT_ACCEPTED;
}

/* init_fail: names the argument that is bad, or else the folder that was not made. */
static int
init_fail(jurat_rc rc, struct jurat_diag *d, const struct secrets_cli *o, const char *trust_path)
{
	const char *what = o->data;

	if (d->file != NULL && strcmp(d->file, SECRETS_TRUST) == 0)
		what = trust_path;
	else if (d->file != NULL && strcmp(d->file, SECRETS_COLLATERAL) == 0)
		what = o->collateral;
	d->file = NULL; /* its name is said */
	return cli_fail(rc, d, what);
}

static int
run_init(const struct secrets_cli *o)
{
	CLEANUP(blob_clear) struct blob trust = { 0 }, collateral = { 0 };
	CLEANUP(free_string) char *trust_path = o->trust != NULL ? path_join(o->trust, "trust.json") : NULL;
	struct secrets_birth birth = { .tls_name = o->tls_name, .at_unix_s = when_now() };
	struct jurat_diag d = { 0 };
	struct aes256_key kek;
	jurat_rc rc;
	int code;

	if (trust_path != NULL && (rc = file_read(&trust, trust_path, JURAT_TRUST_MAX_LEN, &d)) != JURAT_OK)
		return cli_fail(rc, &d, trust_path);
	if (o->collateral != NULL && (rc = file_read(&collateral, o->collateral, JURAT_COLLATERAL_MAX_LEN, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->collateral);
	if (!secrets_cli_kek(&kek, o, &code))
		return code;
	birth.kek = &kek;
	birth.trust = (const char *)trust.p;
	birth.trust_len = trust.len;
	birth.collateral = (const char *)collateral.p;
	birth.collateral_len = collateral.len;
	rc = secrets_init(o->data, &birth, &d);
	wipe(&kek, sizeof kek);
	return rc == JURAT_OK ? print_keys(o) : init_fail(rc, &d, o, trust_path);
}

static int
run_update(const struct secrets_cli *o)
{
	CLEANUP(blob_clear) struct blob collateral = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (o->collateral == NULL)
		return cli_usage("secrets", "update wants --collateral");
	if ((rc = file_read(&collateral, o->collateral, JURAT_COLLATERAL_MAX_LEN, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->collateral);
	rc = secrets_update(o->data, (const char *)collateral.p, collateral.len, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->collateral);
}

/* ---- add, list, rearm ---- */

static jurat_rc
check_policy(const struct blob *text, struct jurat_diag *d)
{
	struct jurat_policy *p;
	jurat_rc rc = jurat_policy_parse(&p, (const char *)text->p, text->len, d);

	if (rc == JURAT_OK)
		jurat_policy_free(p);
	return rc;
}

static int
run_add(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	CLEANUP(blob_clear) struct blob plain = { 0 }, policy = { 0 };
	struct store_new_secret in = { .name = o->name, .replace = o->replace, .at_unix_s = when_now() };
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if (o->file == NULL || o->policy == NULL)
		return cli_usage("secrets", "add wants --file and --policy");
	if ((rc = file_read(&policy, o->policy, JURAT_POLICY_MAX_LEN, &d)) != JURAT_OK || (rc = check_policy(&policy, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->policy);
	if ((rc = file_read(&plain, o->file, STORE_SECRET_MAX_LEN, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->file);
	plain.secret = true;
	if (!open_store(&s, o, true, &code))
		return code;
	in.plain = plain.p;
	in.len = plain.len;
	in.policy = (const char *)policy.p;
	in.policy_len = policy.len;
	rc = store_secret_add(s, &in, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->name);
}

static bool
list_json(void *ctx, const struct store_secret *secret)
{
	struct json_out *j = ctx;
	char added[WHEN_TEXT_LEN + 1];

	when_format(added, secret->added_unix_s);
	json_out_begin(j, NULL, '{');
	json_out_string(j, "name", secret->name);
	json_out_integer(j, "version", secret->version);
	json_out_integer(j, "size", (int64_t)secret->size);
	json_out_string(j, "state", state_name(secret->state));
	json_out_string(j, "added", added);
	json_out_hex(j, "policy_sha256", secret->policy_hash, sizeof secret->policy_hash);
	json_out_end(j, '}');
	return true;
}

static bool
list_line(void *ctx, const struct store_secret *secret)
{
	char added[WHEN_TEXT_LEN + 1];

	(void)ctx;
	when_format(added, secret->added_unix_s);
	printf("%-9s  %8" PRIu64 " bytes  version %" PRIu32 "  %s  %s\n", state_name(secret->state), secret->size,
	    secret->version, added, secret->name);
	return true;
}

static int
run_list(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	struct jurat_diag d = { 0 };
	struct json_out j;
	jurat_rc rc;
	int code;

	if (!open_store(&s, o, false, &code))
		return code;
	begin_json(&j);
	json_out_begin(&j, "secrets", '[');
	rc = store_secret_each(s, o->as_json ? list_json : list_line, &j, &d);
	json_out_end(&j, ']');
	if (rc == JURAT_OK && o->as_json)
		return print_json(&j);
	json_out_clear(&j);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->data);
}

static int
run_rearm(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if (!open_store(&s, o, true, &code))
		return code;
	rc = store_rearm(s, o->name, when_now(), &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->name);
}

/* ---- rotate, log ---- */

static int
run_rotate(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	struct jurat_diag d = { 0 };
	struct aes256_key fresh;
	jurat_rc rc;
	int code;

	if (o->new_kek_file == NULL)
		return cli_usage("secrets", "rotate wants --new-kek-file");
	if ((rc = kek_load(&fresh, o->new_kek_file, o->data, &d)) != JURAT_OK)
		return cli_fail(rc, &d, o->new_kek_file);
	if (open_store(&s, o, true, &code)) {
		rc = store_rotate(s, &fresh, when_now(), &d);
		code = rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->data);
	}
	wipe(&fresh, sizeof fresh);
	return code;
}

static int
run_accept_clock(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int code;

	if (!open_store(&s, o, true, &code))
		return code;
	rc = store_clock_accept(s, when_now(), &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->data);
}

static bool
log_json(void *ctx, const struct store_record *r)
{
	struct json_out *j = ctx;
	char at[WHEN_TEXT_LEN + 1];

	when_format(at, r->at_unix_s);
	json_out_begin(j, NULL, '{');
	json_out_integer(j, "seq", (int64_t)r->seq);
	json_out_string(j, "at", at);
	json_out_string(j, "event", store_event_name(r->event));
	json_out_string(j, "name", r->name);
	json_out_integer(j, "version", r->version);
	json_out_string(j, "detail", r->detail);
	json_out_hex(j, "evidence_sha256", r->evidence_hash, sizeof r->evidence_hash);
	json_out_hex(j, "hash", r->hash, sizeof r->hash);
	json_out_end(j, '}');
	return true;
}

static bool
log_line(void *ctx, const struct store_record *r)
{
	char at[WHEN_TEXT_LEN + 1];

	(void)ctx;
	when_format(at, r->at_unix_s);
	printf("%6" PRIu64 "  %s  %-9s", r->seq, at, store_event_name(r->event));
	if (r->name[0] != '\0')
		printf("  %s version %" PRIu32, r->name, r->version);
	printf("  %s\n", r->detail);
	return true;
}

static int
log_verify(const struct secrets_cli *o, struct store *s)
{
	uint8_t head[SHA256_LEN], noted[SHA256_LEN];
	char text[2 * SHA256_LEN + 1];
	struct jurat_diag d = { 0 };
	struct json_out j;
	uint64_t num;
	jurat_rc rc;

	if (o->head != NULL && !hex_decode(noted, sizeof noted, o->head, strlen(o->head)))
		return cli_usage("secrets", "--head wants 64 hexadecimal digits, as log --verify printed them earlier");
	rc = store_log_verify(s, o->head != NULL ? noted : NULL, &num, head, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->data);
	if (o->as_json) {
		begin_json(&j);
		json_out_integer(&j, "records", (int64_t)num);
		json_out_hex(&j, "head", head, sizeof head);
		json_out_bool(&j, "key_authenticated", o->kek_file != NULL);
		return print_json(&j);
	}
	hex_encode(text, head, sizeof head);
	printf("%" PRIu64 " records, chain and signatures right, head %s\n", num, text);
	if (o->kek_file == NULL)
		cli_progress("the log's key was taken from the data folder as it is; --kek-file authenticates it");
	return EXIT_ACCEPTED;
}

static int
run_log(const struct secrets_cli *o)
{
	CLEANUP(close_store) struct store *s = NULL;
	struct jurat_diag d = { 0 };
	struct json_out j;
	jurat_rc rc;
	int code;

	if (o->head != NULL && !o->verify)
		return cli_usage("secrets", "--head is for --verify");
	/* with the KEK the log's own key is authenticated, too; --verify does not ask the environment for it */
	if (!open_store(&s, o, o->verify && o->kek_file != NULL, &code))
		return code;
	if (o->verify)
		return log_verify(o, s);
	begin_json(&j);
	json_out_begin(&j, "records", '[');
	rc = store_log_each(s, 1, o->as_json ? log_json : log_line, &j, &d);
	json_out_end(&j, ']');
	if (rc == JURAT_OK && o->as_json)
		return print_json(&j);
	json_out_clear(&j);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, o->data);
}

/* ---- options ---- */

static int
print_usage(void)
{
	puts("usage: jurat secrets VERB --data DIR [options]\n\n"
	     "  init      make the data folder      --kek-file F [--trust DIR] [--collateral FILE] [--tls-name NAME]\n"
	     "  update    put in new collateral     --collateral FILE\n"
	     "  show      the service's public key and the CONFIGID that names it   [--json]\n"
	     "  add NAME  store a secret            --kek-file F --file FILE --policy FILE [--replace]\n"
	     "  list      what is stored            [--json]\n"
	     "  rearm NAME  let it be sent again    --kek-file F\n"
	     "  rotate    a new key encryption key  --kek-file OLD --new-kek-file NEW\n"
	     "  accept-clock  the clock is right, the log's times were ahead   --kek-file F\n"
	     "  log       releases and refusals     [--verify [--kek-file F] [--head HEX]] [--json]\n"
	     "  serve     run the service           --kek-file F --listen ADDRESS:PORT [--ready-fd N] [--user NAME]\n"
	     "                                      [--check-config]\n\n"
	     "The key encryption key is 32 bytes or 64 hexadecimal digits in a file of mode 0600 outside DIR, or the\n"
	     "systemd credential jurat-kek.");
	return EXIT_ACCEPTED;
}

/* set_option: one option; -1, or the exit code of its error. */
static int
set_option(struct secrets_cli *o, int option, const char *value)
{
	const char **texts[] = { ['d'] = &o->data, ['k'] = &o->kek_file, ['n'] = &o->new_kek_file, ['t'] = &o->trust,
		['c'] = &o->collateral, ['T'] = &o->tls_name, ['f'] = &o->file, ['p'] = &o->policy, ['l'] = &o->listen,
		['u'] = &o->user, ['H'] = &o->head };
	bool *flags[] = { ['R'] = &o->replace, ['j'] = &o->as_json, ['C'] = &o->check_config, ['v'] = &o->verify };

	if (option == 'h')
		return print_usage();
	if (option == 'r') {
		if ((o->ready_fd = cli_descriptor(value)) < 0)
			return cli_usage("secrets", "--ready-fd wants the number of a descriptor");
	} else if (option > 0 && (size_t)option < ARRAY_LEN(texts) && texts[option] != NULL) {
		*texts[option] = value;
	} else if (option > 0 && (size_t)option < ARRAY_LEN(flags) && flags[option] != NULL) {
		*flags[option] = true;
	}
	return -1;
}

static int
parse_options(struct secrets_cli *o, int argc, char **argv)
{
	static const struct option list[] = {
		{ "data", required_argument, NULL, 'd' }, { "kek-file", required_argument, NULL, 'k' },
		{ "new-kek-file", required_argument, NULL, 'n' }, { "trust", required_argument, NULL, 't' },
		{ "collateral", required_argument, NULL, 'c' }, { "tls-name", required_argument, NULL, 'T' },
		{ "file", required_argument, NULL, 'f' }, { "policy", required_argument, NULL, 'p' },
		{ "listen", required_argument, NULL, 'l' }, { "ready-fd", required_argument, NULL, 'r' },
		{ "user", required_argument, NULL, 'u' }, { "replace", no_argument, NULL, 'R' },
		{ "json", no_argument, NULL, 'j' }, { "check-config", no_argument, NULL, 'C' },
		{ "head", required_argument, NULL, 'H' }, { "verify", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	int option, exit_code;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		exit_code = option == '?' ? cli_bad_option("secrets", argv) : set_option(o, option, optarg);
		if (exit_code != -1)
			return exit_code;
	}
	if (optind < argc)
		o->verb = argv[optind++];
	if (optind < argc)
		o->name = argv[optind++];
	if (optind < argc)
		return cli_usage("secrets", "too many arguments");
	return -1;
}

int
cmd_secrets(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*run)(const struct secrets_cli *o);
		bool named;
	} verbs[] = {
		{ "init", run_init, false }, { "update", run_update, false }, { "show", print_keys, false }, { "add", run_add, true },
		{ "list", run_list, false }, { "rearm", run_rearm, true }, { "rotate", run_rotate, false }, { "accept-clock", run_accept_clock, false },
		{ "log", run_log, false },
		{ "serve", secrets_cli_serve, false },
	};
	struct secrets_cli o = { .ready_fd = -1 };
	int exit_code = parse_options(&o, argc, argv);

	if (exit_code != -1)
		return exit_code;
	for (size_t i = 0; o.verb != NULL && i < ARRAY_LEN(verbs); i++) {
		if (strcmp(o.verb, verbs[i].verb) != 0)
			continue;
		if (o.data == NULL)
			return cli_usage("secrets", "which data folder? give --data");
		if ((o.name != NULL) != verbs[i].named)
			return cli_usage("secrets", verbs[i].named ? "%s wants the secret's name" : "%s takes no name", o.verb);
		return verbs[i].run(&o);
	}
	return cli_usage("secrets", o.verb == NULL ? "what is to be done?" : "unknown verb");
}
