/* SPDX-License-Identifier: Apache-2.0 */
/* Steps 0 and 1: an enclave, a root of trust, a machine; and what the relying party and the attackers need. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/demo_run.h"
#include "cli/world.h"
#include "core/ct.h"
#include "crypto/crypto.h"
#include "json/json.h"

#define THEIR_KEY "their.pem" /* of the attackers */
#define NAIVE_PASSWORD "correct horse battery staple"

enum { TEXT_MAX_LEN = 4096, COLLATERAL_LEN = 1024 * 1024 };

static int
put(const struct demo *d, const char *name, const void *p, size_t len)
{
	char *path = demo_path(d->dir, name);
	struct jurat_diag diag = { 0 };
	jurat_rc rc = path != NULL ? file_write(path, p, len, 0600, &diag) : JURAT_E_MEMORY;
	int status = rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, name);

	free(path);
	return status;
}

static int
put_text(const struct demo *d, const char *name, const char *text)
{
	return put(d, name, text, strlen(text));
}

/* copy: a file of the demo's folder under another name. */
static int
copy(const struct demo *d, const char *from, const char *to)
{
	CLEANUP(blob_clear) struct blob b = { 0 };
	char *path = demo_path(d->dir, from);
	struct jurat_diag diag = { 0 };
	jurat_rc rc = path != NULL ? file_read(&b, path, COLLATERAL_LEN, &diag) : JURAT_E_MEMORY;

	free(path);
	return rc == JURAT_OK ? put(d, to, b.p, b.len) : cli_fail(rc, &diag, from);
}

/* ---- step 0 ---- */

/* found: what `jurat enclave inspect --find` says; *out_where its first line. */
static int
found(struct demo *d, const char *enclave, const char *secret_file, bool *out, char where[80])
{
	const char *args[] = { "enclave", "inspect", enclave, "--find", secret_file, NULL };
	struct process_result r = { 0 };
	struct jurat_diag diag = { 0 };
	jurat_rc rc = process_run(&r, "looking for the secret in the enclave's file", args, 60, &diag);
	int status = rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, enclave);

	(void)d;
	if (status == EXIT_ACCEPTED && r.status != EXIT_ACCEPTED && r.status != EXIT_INTERNAL)
		status = r.status;
	if (status == EXIT_ACCEPTED) {
		*out = r.status == EXIT_ACCEPTED;
		snprintf(where, 80, "%.*s", (int)strcspn((const char *)r.out.p, "\n"), (const char *)r.out.p);
	}
	process_result_clear(&r);
	return status;
}

/* naive: a password that was compiled in, found by anybody. */
static int
naive(struct demo *d, const struct demo_paths *p)
{
	char *built = world_built_enclaves(), *from = NULL, *settings = NULL;
	char *signed_naive = demo_path(d->dir, "naive.so"), *password = demo_path(d->dir, "compiled-in");
	const char *sign[] = { "enclave", "sign", NULL, "--key", p->author, "--settings", NULL, "-o", signed_naive, NULL };
	int status = EXIT_INTERNAL;
	bool there = false;
	char where[80];

	if (built != NULL && signed_naive != NULL && password != NULL) {
		from = path_join(built, "naive.so");
		settings = path_join(built, "naive.json");
	}
	sign[2] = from;
	sign[6] = settings;
	if (from != NULL && settings != NULL)
		status = put_text(d, "compiled-in", NAIVE_PASSWORD);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "signing the naive enclave", sign, NULL);
	if (status == EXIT_ACCEPTED)
		status = found(d, signed_naive, password, &there, where);
	if (status == EXIT_ACCEPTED) {
		demo_say(d, "an enclave with a password compiled in, measured and signed: `jurat enclave inspect --find`");
		demo_say(d, "  password in naive.so: %s", where);
		if (!there)
			status = cli_fail(JURAT_E_NOT_FOUND, NULL, "the compiled-in password");
	}
	free(built), free(from), free(settings), free(signed_naive), free(password);
	return status;
}

/* vault_facts: who the vault is; the policy will name it. */
static int
vault_facts(struct demo *d, const struct demo_paths *p)
{
	const char *args[] = { "enclave", "inspect", p->vault, "--json", NULL };
	struct process_result r = { 0 };
	struct json_value *object = NULL;
	const struct json_value *block;
	const char *mrenclave = NULL, *mrsigner = NULL;
	int status = demo_command(d, "inspecting the vault", args, &r);

	if (status != EXIT_ACCEPTED)
		return status;
	if (json_parse(&object, (const char *)r.out.p, r.out.len, COLLATERAL_LEN, "inspect", NULL) == JURAT_OK) {
		block = json_at(json_member(object, "blocks"), 0);
		mrenclave = json_text(json_member(block, "mrenclave"));
		mrsigner = json_text(json_member(json_member(block, "sigstruct"), "mrsigner"));
	}
	if (mrenclave != NULL && mrsigner != NULL) {
		snprintf(d->mrenclave, sizeof d->mrenclave, "%s", mrenclave);
		snprintf(d->mrsigner, sizeof d->mrsigner, "%s", mrsigner);
		demo_say(d, "the vault  mrenclave %.16s...  mrsigner %.16s...", d->mrenclave, d->mrsigner);
	} else {
		status = cli_fail(JURAT_E_MISSING, NULL, "the vault's identity");
	}
	json_free(object);
	process_result_clear(&r);
	return status;
}

/* no_secret: the demo's own secret is not in the vault's file, for how should it be. */
static int
no_secret(struct demo *d, const struct demo_paths *p)
{
	char where[80];
	bool there;
	int status;

	if (d->secret.len < SEARCH_MIN_LEN)
		return EXIT_ACCEPTED;
	status = found(d, p->vault, d->secret_file, &there, where);
	if (status == EXIT_ACCEPTED)
		demo_say(d, "  this demo's secret in vault.so: %s", where);
	return status == EXIT_ACCEPTED && there ? cli_fail(JURAT_E_EXISTS, NULL, "the secret, in the vault's file") : status;
}

/* ---- what the attackers bring along ---- */

static const char settings_format[] = "{ \"isv_prod_id\": 16, \"isv_svn\": %d, \"date\": \"20260101\", \"debug\": \"allowed\","
				      " \"kss\": true, \"num_tcs\": 1, \"stack_pages\": 16 }\n";

static int
sign_as(struct demo *d, const struct demo_paths *p, const char *key, int svn, const char *name)
{
	char settings[TEXT_MAX_LEN], *settings_path = demo_path(d->dir, "settings.json"), *out = demo_path(d->dir, name);
	const char *args[] = { "enclave", "sign", p->vault, "--key", key, "--settings", settings_path, "-o", out, NULL };
	int status = EXIT_INTERNAL;

	snprintf(settings, sizeof settings, settings_format, svn);
	if (settings_path != NULL && out != NULL)
		status = put_text(d, "settings.json", settings);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "signing another vault", args, NULL);
	free(settings_path), free(out);
	return status;
}

/* begin_their_key: takes as long as everything else in steps 0 and 1, and needs nothing of it. */
static int
begin_their_key(struct demo *d)
{
	char *key = demo_path(d->dir, THEIR_KEY);
	const char *keygen[] = { "enclave", "keygen", "-o", key, NULL };
	struct jurat_diag diag = { 0 };
	jurat_rc rc = key != NULL ? process_begin(&d->their_key, "making somebody else's signing key", keygen, &diag) : JURAT_E_MEMORY;

	free(key);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, THEIR_KEY);
}

static int
other_vaults(struct demo *d, const struct demo_paths *p)
{
	char *key = demo_path(d->dir, THEIR_KEY);
	int status = key != NULL ? demo_finish(d, &d->their_key, NULL) : EXIT_INTERNAL;

	if (status == EXIT_ACCEPTED)
		status = sign_as(d, p, key, 1, DEMO_THEIR_VAULT);
	if (status == EXIT_ACCEPTED)
		status = sign_as(d, p, p->author, 0, DEMO_OLD_VAULT);
	free(key);
	return status;
}

/* serial_of: the serial number of the machine's PCK certificate, from `jurat world show --json`. */
static int
serial_of(struct demo *d, const struct demo_paths *p, char out[65])
{
	const char *args[] = { "world", "show", p->world, "--json", NULL };
	struct process_result r = { 0 };
	struct json_value *object = NULL;
	const char *serial = NULL;
	int status = demo_command(d, "reading the world", args, &r);

	if (status != EXIT_ACCEPTED)
		return status;
	if (json_parse(&object, (const char *)r.out.p, r.out.len, COLLATERAL_LEN, "world", NULL) == JURAT_OK)
		serial = json_text(json_member(json_at(json_member(object, "machines"), 0), "pck_serial"));
	if (serial != NULL && strlen(serial) <= 64)
		memcpy(out, serial, strlen(serial) + 1);
	else
		status = cli_fail(JURAT_E_MISSING, NULL, "the machine's serial number");
	json_free(object);
	process_result_clear(&r);
	return status;
}

/* other_collateral: of a time before the machine was revoked, but ended; and of today with the revocation. Then the right one again. */
static int
other_collateral(struct demo *d, const struct demo_paths *p)
{
	char serial[65];
	const char *expire[] = { "world", "set", p->world, "--expired-crl", NULL };
	const char *revoke[] = { "world", "set", p->world, "--revoke-pck", serial, NULL };
	int status = copy(d, DEMO_WORLD "/collateral.json", "collateral.json");

	if (status == EXIT_ACCEPTED)
		status = serial_of(d, p, serial);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "issuing an old CRL", expire, NULL);
	if (status == EXIT_ACCEPTED)
		status = copy(d, DEMO_WORLD "/collateral.json", DEMO_STALE);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "revoking the machine in a CRL", revoke, NULL);
	if (status == EXIT_ACCEPTED)
		status = copy(d, DEMO_WORLD "/collateral.json", DEMO_REVOKED);
	return status == EXIT_ACCEPTED ? copy(d, "collateral.json", DEMO_WORLD "/collateral.json") : status;
}

int
demo_prepare(struct demo *d)
{
	struct demo_paths p;
	const char *world[] = { "world", "new", p.world, "--name", "demo", NULL };
	const char *machine[] = { "machine", "new", p.machine, "--world", p.world, NULL };
	const char *enrol[] = { "world", "enrol", p.world, p.machine, NULL };
	int status;

	if (!demo_paths(&p, d->dir))
		return EXIT_USAGE;
	demo_step(d, "0", "An enclave is built as a shared object that anyone can open; so it holds no secret. It is measured and signed.");
	status = begin_their_key(d);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "making the root of trust and its signing keys", world, NULL);
	if (status == EXIT_ACCEPTED)
		status = vault_facts(d, &p);
	if (status == EXIT_ACCEPTED)
		status = naive(d, &p);
	if (status == EXIT_ACCEPTED)
		status = no_secret(d, &p);
	if (status != EXIT_ACCEPTED)
		return status;
	demo_step(d, "1",
	    "This machine has no attestation key that anybody trusts. It is enrolled: its platform key is certified, its\n"
	    "     attestation key is made inside the quoting enclave and rests sealed on the machine.");
	status = demo_command(d, "making the machine", machine, NULL);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "enrolling the machine", enrol, NULL);
	if (status == EXIT_ACCEPTED)
		status = other_vaults(d, &p);
	if (status == EXIT_ACCEPTED)
		status = other_collateral(d, &p);
	if (status == EXIT_ACCEPTED)
		demo_say(d, "the machine is software, so it has a root of trust of its own: root on this computer can read everything");
	return status;
}

/* ---- the relying party ---- */

static const char policy_format[] =
    "{\n  \"version\": 1,\n  \"name\": \"demo\",\n  \"identities\": [ { \"mrsigner\": \"%s\", \"isv_prod_id\": 16, \"min_isv_svn\": 1,"
    " \"config_id\": \"%s\" } ],\n  \"tcb_statuses\": [ { \"status\": \"UpToDate\" } ]\n}\n";

static int
add_secret(struct demo *d, const struct demo_paths *p, const char *name, const char *file)
{
	const char *args[] = { "secrets", "add", name, "--data", p->service, "--kek-file", p->kek, "--file", file, "--policy", p->policy,
		NULL };

	return demo_command(d, "storing a secret at the relying party", args, NULL);
}

/* add_text: a secret of a text that the attacks know in advance. */
static int
add_text(struct demo *d, const struct demo_paths *p, const char *attack)
{
	char *path = demo_path(d->dir, "attack-secret"), name[64], text[64];
	int status = EXIT_INTERNAL;

	snprintf(name, sizeof name, DEMO_ATTACK_SECRET, attack);
	demo_attack_text(text, attack);
	if (path != NULL)
		status = put_text(d, "attack-secret", text);
	if (status == EXIT_ACCEPTED)
		status = add_secret(d, p, name, path);
	free(path);
	return status;
}

int
demo_prepare_service(struct demo *d)
{
	struct demo_paths p;
	const char *init[] = { "secrets", "init", "--data", p.service, "--kek-file", p.kek, "--trust", p.trust, "--collateral",
		p.collateral, NULL };
	const char *show[] = { "secrets", "show", "--data", p.service, "--json", NULL };
	struct process_result r = { 0 };
	char config_id[129], policy[TEXT_MAX_LEN];
	uint8_t kek[32];
	int status;

	if (!demo_paths(&p, d->dir) || crypto_random(kek, sizeof kek) != JURAT_OK)
		return EXIT_INTERNAL;
	status = put(d, DEMO_KEK, kek, sizeof kek);
	wipe(kek, sizeof kek);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "making the relying party", init, NULL);
	if (status == EXIT_ACCEPTED)
		status = demo_command(d, "asking for its key", show, &r);
	if (status != EXIT_ACCEPTED)
		return status;
	if (!demo_member(d->service_key, sizeof d->service_key, &r.out, "service_key") ||
	    !demo_member(config_id, sizeof config_id, &r.out, "config_id"))
		status = EXIT_INTERNAL;
	process_result_clear(&r);
	snprintf(policy, sizeof policy, policy_format, d->mrsigner, config_id);
	if (status == EXIT_ACCEPTED)
		status = put_text(d, DEMO_POLICY, policy);
	if (status == EXIT_ACCEPTED)
		status = add_secret(d, &p, "demo", d->secret_file);
	for (size_t i = 0; status == EXIT_ACCEPTED && i < demo_num_attacks; i++)
		status = add_text(d, &p, demo_attacks[i].name);
	return status == EXIT_ACCEPTED ? add_text(d, &p, "known") : status;
}
