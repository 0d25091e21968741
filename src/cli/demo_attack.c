/* SPDX-License-Identifier: Apache-2.0 */
/* The attacker's process: options, the table, and the one JSON object that says how it ended. */
#include "cli/demo_attack.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/hex.h"
#include "json/json.h"
#include "json/write.h"

enum { PROBLEM_MAX_LEN = 256 * 1024, ENCLAVE_MAX_LEN = 16 * 1024 * 1024 };

static const char relying_party[] = "the relying party", vault[] = "the vault", processor[] = "the processor",
    quoting[] = "the quoting enclave";

const struct demo_attack demo_attacks[] = {
	{ "altered_enclave", "the host alters one byte of the vault", processor, "einit.measurement", "sigstruct.enclave_hash",
	    attack_altered_enclave },
	{ "other_signer", "somebody else signs the same vault", relying_party, "verify.policy_identity", "policy_identity",
	    attack_other_signer },
	{ "debug_enclave", "the host starts the vault in debug mode, to read its memory", relying_party, "verify.policy_debug",
	    "policy_debug", attack_debug_enclave },
	{ "old_svn", "the host starts an older build of the vault", relying_party, "verify.policy_identity", "policy_identity",
	    attack_old_svn },
	{ "replayed_quote", "a program without an enclave shows a genuine quote of another session", relying_party,
	    "verify.report_data", "report_data", attack_replayed_quote },
	{ "forged_quote", "a program without an enclave writes its own session into a genuine quote", relying_party,
	    "verify.quote_signature", "quote_signature", attack_forged_quote },
	{ "forged_report", "a program without an enclave asks for a quote over a report that it wrote itself", quoting, "report.mac",
	    "QUOTING_QUOTE", attack_forged_report },
	{ "replayed_msg3", "the host sends a genuine msg3 again, for another secret", relying_party, "service.session_reuse",
	    "session.msg3", attack_replayed_msg3 },
	{ "second_release", "the host asks for a secret that was already released", relying_party, "service.release_once",
	    "secret.state", attack_second_release },
	{ "swapped_key", "the host names its own key to the vault as the relying party's", vault, "vault.config_id", "VAULT_START",
	    attack_swapped_key },
	{ "man_in_the_middle", "the host puts its own Diffie-Hellman value into msg2", vault, "sigma.msg2.signature", "VAULT_MSG2",
	    attack_man_in_the_middle },
	{ "stale_crl", "the host of a revoked machine feeds the relying party the CRL of before", relying_party,
	    "verify.validity_not_ended", "validity_not_ended", attack_stale_crl },
	{ "revoked_machine", "a machine whose certificate was revoked asks all the same", relying_party, "verify.pck_not_revoked",
	    "pck_not_revoked", attack_revoked_machine },
	{ "altered_ciphertext", "the host alters one bit of the secret on its way", vault, "msg4.tag", "VAULT_RECORD",
	    attack_altered_ciphertext },
};
const size_t demo_num_attacks = ARRAY_LEN(demo_attacks);

char *
demo_path(const char *dir, const char *name)
{
	return path_join(dir, name);
}

void
demo_attack_text(char out[64], const char *name)
{
	snprintf(out, 64, "the secret that %s is after", name);
}

jurat_rc
attack_file(struct attack *a, struct blob *out, const char *name)
{
	char *path = demo_path(a->dir, name);
	jurat_rc rc = path != NULL ? file_read(out, path, ENCLAVE_MAX_LEN, &a->d) : JURAT_E_MEMORY;

	free(path);
	return rc;
}

jurat_rc
attack_open(struct attack *a, const char *enclave, bool debug)
{
	CLEANUP(blob_clear) struct blob image = { 0 };
	jurat_rc rc = attack_file(a, &image, enclave);

	if (rc == JURAT_OK)
		rc = host_open(&a->host, &a->where, &a->d);
	return rc == JURAT_OK ? host_load(&a->host, image.p, image.len, debug, &a->d) : rc;
}

/* What an attack prints. Texts NULL: left out. */
struct ending {
	const char *outcome; /* "refused", "succeeded", "broken" */
	const char *check, *code, *expected, *found;
};

static int
print_ending(const struct attack *a, const struct ending *e, int status)
{
	struct json_out o;
	char *text;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "attack", a->what->name);
	json_out_string(&o, "outcome", e->outcome);
	if (e->check != NULL)
		json_out_string(&o, "check", e->check);
	if (e->code != NULL)
		json_out_string(&o, "code", e->code);
	if (e->expected != NULL)
		json_out_string(&o, "expected", e->expected);
	if (e->found != NULL)
		json_out_string(&o, "found", e->found);
	json_out_end(&o, '}');
	if (json_out_finish(&o, &text) != JURAT_OK)
		return cli_fail(JURAT_E_MEMORY, NULL, a->what->name);
	fputs(text, stdout);
	free(text);
	return status;
}

int
attack_broken(struct attack *a, jurat_rc rc, const char *where)
{
	struct ending e = { .outcome = "broken", .check = where, .code = jurat_rc_name(rc), .found = a->d.field };

	return print_ending(a, &e, EXIT_INTERNAL);
}

int
attack_refused(struct attack *a, jurat_rc rc, const char *says)
{
	struct ending e = { .outcome = "refused", .check = says, .code = jurat_rc_name(rc) };

	return print_ending(a, &e, EXIT_ACCEPTED);
}

int
attack_succeeded(struct attack *a, const char *how, const void *loot, size_t len)
{
	struct ending e = { .outcome = "succeeded", .found = how };
	char *path = demo_path(a->dir, DEMO_LOOT);
	jurat_rc rc = path != NULL ? file_write(path, loot, len, 0600, &a->d) : JURAT_E_MEMORY;

	free(path);
	return rc == JURAT_OK ? print_ending(a, &e, EXIT_POLICY) : attack_broken(a, rc, "loot");
}

/* verdict_row: what the verdict says about one check; texts stay NULL if it says nothing. */
static void
verdict_row(struct ending *e, const struct json_value *verdict)
{
	const struct json_value *checks = json_member(verdict, "checks");

	for (size_t i = 0; i < json_count(checks); i++) {
		const struct json_value *row = json_at(checks, i);
		const char *name = json_text(json_member(row, "name"));

		if (name != NULL && strcmp(name, e->check) == 0) {
			e->expected = json_text(json_member(row, "expected"));
			e->found = json_text(json_member(row, "found"));
		}
	}
}

int
attack_denied(struct attack *a, const struct http_reply *reply)
{
	struct ending e = { .outcome = "refused" };
	struct json_value *problem = NULL;
	jurat_rc rc;
	int status;

	rc = json_parse(&problem, (const char *)reply->body.p, reply->body.len, PROBLEM_MAX_LEN, "problem", &a->d);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "the relying party's answer");
	e.check = json_text(json_member(problem, "field"));
	e.code = json_text(json_member(problem, "code"));
	if (e.check == NULL || e.code == NULL) {
		json_free(problem);
		return attack_broken(a, JURAT_E_MISSING, "the relying party's answer");
	}
	verdict_row(&e, json_member(problem, "verdict"));
	status = print_ending(a, &e, EXIT_ACCEPTED);
	json_free(problem);
	return status;
}

const struct demo_attack *
demo_attack_find(const char *name)
{
	for (size_t i = 0; i < demo_num_attacks; i++) {
		if (strcmp(demo_attacks[i].name, name) == 0)
			return &demo_attacks[i];
	}
	return NULL;
}

/* run: with the paths that the folder fixes. */
static int
run(struct attack *a, uint8_t service_key[64])
{
	char *machine = NULL, *platform = demo_path(a->dir, DEMO_SOCKET), *ca = demo_path(a->dir, DEMO_CA);
	int status = EXIT_INTERNAL;

	if (asprintf(&machine, "sw:%s/%s", a->dir, DEMO_MACHINE) < 0)
		machine = NULL;
	if (machine != NULL && platform != NULL && ca != NULL) {
		a->where.machine = machine;
		a->where.platform = platform;
		a->where.ca = ca;
		sigma_point_decode(&a->where.service_key, service_key);
		snprintf(a->secret, sizeof a->secret, DEMO_ATTACK_SECRET, a->what->name);
		status = a->what->run(a);
		host_close(&a->host);
	}
	free(machine);
	free(platform);
	free(ca);
	return status;
}

int
cmd_demo_attack(int argc, char **argv)
{
	static const struct option options[] = { { "dir", required_argument, NULL, 'd' }, { "url", required_argument, NULL, 'u' },
		{ "service-key", required_argument, NULL, 'k' }, { 0 } };
	struct attack a = { 0 };
	uint8_t key[64];
	bool have_key = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			a.dir = optarg;
		else if (c == 'u')
			a.where.url = optarg;
		else if (c == 'k')
			have_key = hex_decode(key, sizeof key, optarg, strlen(optarg));
		else
			return cli_bad_option("demo", argv);
	}
	a.what = optind + 1 == argc ? demo_attack_find(argv[optind]) : NULL;
	if (a.what == NULL || a.dir == NULL || a.where.url == NULL || !have_key)
		return cli_usage("demo", "demo attack is started by the demo");
	return run(&a, key);
}
