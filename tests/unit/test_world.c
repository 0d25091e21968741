/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world's folder, and the verifier's judgement of quotes from a machine enrolled in it. The machine's platform is played here by plain keys;
 * tests/cli and tests/integration use the real one.
 */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "appraisal/verify.h"
#include "core/hex.h"
#include "dcap/world.h"
#include "host/file.h"
#include "image/image.h"

#define NOW 1795528800ll /* 2026-11-24T14:00:00Z */

static char *dir, *world_dir, *other_dir, *enclaves_dir;

/* ---- a platform of plain keys ---- */
static struct pki_key pck, attestation;
static const uint8_t fmspc[6] = { 'J', 'U', 'R', 'A', 'T', 0 };

static struct world_platform
platform(void)
{
	struct world_platform p = { .ppid = { 1, 2, 3 }, .pck = pck.pub, .cpusvn = { 4, 4, 2 }, .pce_svn = 1 };

	memcpy(p.fmspc, fmspc, sizeof p.fmspc);
	return p;
}

static struct sgx_sigstruct
signer_of(const char *world, const char *name)
{
	char path[4096];
	struct image_facts facts;
	struct sgx_sigstruct sig;
	struct image *image;
	uint8_t *elf;
	size_t len;

	snprintf(path, sizeof path, "%s/enclaves/%s.so", world, name);
	elf = test_read(path, &len);
	assert_int_equal(image_open(&image, elf, len, NULL), JURAT_OK);
	image_describe(&facts, image);
	assert_int_equal(sigstruct_verify(&sig, facts.sigstruct, SGX_SIGSTRUCT_LEN, NULL), JURAT_OK);
	image_free(image);
	free(elf);
	return sig;
}

static void
sign_bytes(struct p256_signature *out, const struct pki_key *key, const void *p, size_t len)
{
	uint8_t digest[SHA256_LEN];

	sha256_once(digest, p, len);
	assert_int_equal(ecdsa_sign(out, &key->secret, digest), JURAT_OK);
}

/* make_quote: what the world's quoting enclave would say about an enclave with MRENCLAVE 77.... */
static size_t
make_quote(uint8_t *out, size_t cap, const char *chain)
{
	struct sgx_sigstruct qe = signer_of(world_dir, "quoting");
	uint8_t head[QUOTE_SIGNED_V3_LEN], report[SGX_REPORT_BODY_LEN], auth[32] = { 9 };
	struct quote q = { .header = { .version = 3, .att_key_type = QUOTE_ATT_KEY_ECDSA_P256 }, .attestation_key = attestation.pub,
		.cert_type = QUOTE_CERT_PCK_CHAIN };
	size_t len = 0;

	memcpy(q.header.qe_vendor_id, quote_vendor_intel, 16);
	q.body.attributes = (struct sgx_attributes){ SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS, SGX_XFRM_LEGACY };
	memset(q.body.mrenclave, 0x77, sizeof q.body.mrenclave);
	q.qe_report.attributes = qe.attributes;
	q.qe_report.attributes.flags |= SGX_FLAGS_INIT;
	q.qe_report.isv_prod_id = qe.isv_prod_id;
	q.qe_report.isv_svn = qe.isv_svn;
	sigstruct_mrsigner(q.qe_report.mrsigner, &qe);
	quote_qe_binding(q.qe_report.report_data, &attestation.pub, auth, sizeof auth);
	report_body_encode(report, &q.qe_report);
	quote_encode_head(head, &q.header, &q.body);
	sign_bytes(&q.signature, &attestation, head, sizeof head);
	sign_bytes(&q.qe_report_signature, &pck, report, sizeof report);
	q.signed_bytes = (struct quote_span){ head, sizeof head, 0 };
	q.qe_report_bytes = (struct quote_span){ report, sizeof report, 0 };
	q.qe_auth_data = (struct quote_span){ auth, sizeof auth, 0 };
	q.cert_data = (struct quote_span){ (const uint8_t *)chain, strlen(chain), 0 };
	assert_int_equal(quote_encode(out, cap, &len, &q, NULL), JURAT_OK);
	return len;
}

/* judge: the verdict on this quote with the world's collateral of the moment; its decisive check must have this name, NULL: accepted. */
static void
judge(const uint8_t *quote, size_t len, const char *trusted, int64_t at, const char *check, jurat_rc code)
{
	static const char policy_text[] =
	    "{\"version\":1,\"identities\":[{\"mrenclave\":\"7777777777777777777777777777777777777777777777777777777777777777\"}],"
	    "\"tcb_statuses\":[{\"status\":\"UpToDate\"}]}";
	char path[4096];
	struct jurat_request request = { .quote = quote, .quote_len = len, .at_unix_s = at };
	struct jurat_collateral *collateral;
	struct jurat_trust *root;
	struct jurat_policy *policy;
	struct jurat_verdict *v = NULL;
	uint8_t *file;
	size_t n;

	snprintf(path, sizeof path, "%s/collateral.json", world_dir);
	file = test_read(path, &n);
	assert_int_equal(jurat_collateral_parse(&collateral, (char *)file, n, NULL), JURAT_OK);
	free(file);
	snprintf(path, sizeof path, "%s/trust/trust.json", trusted);
	file = test_read(path, &n);
	assert_int_equal(jurat_trust_parse(&root, (char *)file, n, NULL), JURAT_OK);
	free(file);
	assert_int_equal(jurat_policy_parse(&policy, policy_text, strlen(policy_text), NULL), JURAT_OK);
	request.collateral = collateral;
	request.root = root;
	request.policy = policy;
	assert_int_equal(jurat_verify(&v, &request, NULL), JURAT_OK);
	if (jurat_verdict_decisive(v) != NULL)
		assert_string_equal(jurat_verdict_decisive(v)->name, check != NULL ? check : "(accepted)");
	assert_int_equal(jurat_verdict_code(v), code);
	assert_int_equal(jurat_verdict_outcome(v), code == JURAT_OK ? JURAT_ACCEPTED : JURAT_REFUSED);
	jurat_verdict_free(v);
	jurat_policy_free(policy);
	jurat_trust_free(root);
	jurat_collateral_free(collateral);
}

/* ---- setup: two worlds ---- */

static void
create(const char *where, const char *name, bool intel)
{
	struct world_birth birth = { .name = name, .intel_names = intel, .enclaves_dir = enclaves_dir, .now = NOW };
	struct jurat_diag d = { 0 };

	if (world_create(where, &birth, &d) != JURAT_OK)
		fail_msg("world_create: %s: %s", d.field, jurat_rc_name(d.code));
}

static int
make_worlds(void **state)
{
	const char *build = getenv("JURAT_BUILD");

	(void)state;
	dir = temp_dir_new();
	world_dir = path_join(dir, "world");
	other_dir = path_join(dir, "other");
	enclaves_dir = path_join(build != NULL ? build : "build", "enclaves");
	create(world_dir, "test", false);
	create(other_dir, "test", true);
	assert_int_equal(pki_key_new(&pck, NULL), JURAT_OK);
	assert_int_equal(pki_key_new(&attestation, NULL), JURAT_OK);
	return 0;
}

static int
remove_worlds(void **state)
{
	(void)state;
	temp_dir_remove(dir);
	free(world_dir), free(other_dir), free(enclaves_dir);
	return 0;
}

/* ---- the folder ---- */

static void
keys_are_readable_by_their_owner_alone(void **state)
{
	static const char *const files[] = { "root-ca", "platform-ca", "tcb-signing", "architecture", "author" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char path[4096];
		struct stat st;

		snprintf(path, sizeof path, "%s/keys/%s.pem", world_dir, files[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

static void
architecture_key_signs_the_platforms_enclaves_and_nothing_else(void **state)
{
	uint8_t quoting[32], certification[32], vault[32], foreign[32];
	struct sgx_sigstruct sig = signer_of(world_dir, "quoting");

	(void)state;
	sigstruct_mrsigner(quoting, &sig);
	assert_true(sig.attributes.flags & SGX_FLAGS_PROVISIONKEY);
	sig = signer_of(world_dir, "certification");
	sigstruct_mrsigner(certification, &sig);
	sig = signer_of(world_dir, "vault");
	sigstruct_mrsigner(vault, &sig);
	assert_false(sig.attributes.flags & SGX_FLAGS_PROVISIONKEY);
	assert_memory_equal(quoting, certification, 32);
	assert_memory_not_equal(quoting, vault, 32);
	sig = signer_of(other_dir, "quoting");
	sigstruct_mrsigner(foreign, &sig);
	assert_memory_not_equal(quoting, foreign, 32); /* made fresh for each world */
}

static void
measurements_do_not_depend_on_the_worlds_keys(void **state)
{
	struct sgx_sigstruct a = signer_of(world_dir, "vault"), b = signer_of(other_dir, "vault");

	(void)state;
	assert_memory_equal(a.enclave_hash, b.enclave_hash, sizeof a.enclave_hash);
}

static void
existing_folder_is_left_alone(void **state)
{
	struct world_birth birth = { .name = "test", .enclaves_dir = enclaves_dir, .now = NOW };

	(void)state;
	assert_int_equal(world_create(world_dir, &birth, NULL), JURAT_E_EXISTS);
}

static void
failed_creation_leaves_nothing_behind(void **state)
{
	struct world_birth birth = { .name = "test", .enclaves_dir = "/nonexistent", .now = NOW };
	char *sub = path_join(dir, "sub"), *where = path_join(dir, "sub/world");

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(world_create(where, &birth, NULL), JURAT_E_NOT_FOUND);
	assert_int_equal(rmdir(sub), 0); /* it is empty */
	assert_int_equal(world_create(where, &birth, NULL), JURAT_E_NOT_FOUND);
	free(sub), free(where);
}

/* The limit of a file's size stays with the process, so a child takes it. Keys and certificates fit, the first enclave does not. */
static void
no_space_leaves_nothing_behind_and_says_so(void **state)
{
	struct world_birth birth = { .name = "test", .enclaves_dir = enclaves_dir, .now = NOW };
	char *sub = path_join(dir, "full"), *where = path_join(dir, "full/world");
	int status = -1;
	pid_t child;

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit limit = { 8192, 8192 };

		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			_exit(2);
		_exit(world_create(where, &birth, NULL) == JURAT_E_NO_SPACE ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(rmdir(sub), 0); /* it is empty */
	free(sub), free(where);
}

/* ---- world.json ---- */

/* reads_as_another: ctx is the good file's text. A hexadecimal digit in the other case says the same. */
static bool
reads_as_another(void *ctx, const uint8_t *p, size_t len)
{
	const char *good = ctx;
	char *text = NULL;
	struct world *w = NULL;
	bool other;

	if (world_parse(&w, (const char *)p, len, NULL) != JURAT_OK)
		return false;
	assert_int_equal(world_to_json(&text, w, NULL), JURAT_OK);
	other = strcmp(text, good) != 0 || len != strlen(good) - 1; /* without the last line end */
	free(text);
	world_close(w);
	return other;
}

static void
damaged_world_files_are_refused(void **state)
{
	struct world_platform p = platform();
	char *path = path_join(world_dir, "world.json"), *chain = NULL;
	struct world *w;
	uint8_t *file;
	size_t len;

	(void)state;
	assert_int_equal(world_open(&w, world_dir, NULL), JURAT_OK);
	assert_int_equal(world_enrol(w, &chain, &p, NOW, NULL), JURAT_OK);
	world_close(w);
	file = test_read(path, &len);
	/* the file ends with a line end, which is not needed */
	each_damage(file, len - 1, reads_as_another, file, NULL);
	free(file), free(path), free(chain);
}

static void
altered_decisions_are_refused_by_the_digest(void **state)
{
	static const char *const values[] = { "\"fmspc\": \"", "\"ppid\": \"", "\"min_svn\": ", "\"crl_number\": ", "\"sha256\": \"" };
	char *path = path_join(world_dir, "world.json");
	size_t len;
	uint8_t *file = test_read(path, &len);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct jurat_diag d = { 0 };
		struct world *w = NULL;
		char *at = strstr((char *)file, values[i]);
		char was;

		assert_non_null(at);
		at += strlen(values[i]);
		was = *at;
		*at = was == '1' ? '2' : '1';
		assert_int_equal(world_parse(&w, (char *)file, len, &d), JURAT_E_MISMATCH);
		assert_string_equal(d.field, "world.sha256");
		assert_non_null(d.hint);
		*at = was;
	}
	free(file), free(path);
}

/* as_version_1: the same decisions as the first version wrote them. */
static char *
as_version_1(const uint8_t *file)
{
	char *text = strdup((const char *)file), *version, *digest;

	assert_non_null(text);
	version = strstr(text, "\"version\": 2");
	digest = strstr(text, ",\n  \"sha256\"");
	assert_non_null(version);
	assert_non_null(digest);
	version[strlen("\"version\": ")] = '1';
	strcpy(digest, "\n}\n");
	return text;
}

static void
world_of_version_1_is_upgraded_with_a_backup(void **state)
{
	char *path = path_join(other_dir, "world.json"), *copy = path_join(other_dir, "world.json.v1.backup"), *old;
	size_t len, backup_len, again_len;
	uint8_t *file = test_read(path, &len), *backup, *again;
	struct world *w;

	(void)state;
	old = as_version_1(file);
	assert_int_equal(file_write(path, old, strlen(old), 0644, NULL), JURAT_OK);
	assert_int_equal(world_open(&w, other_dir, NULL), JURAT_OK); /* reading changes nothing */
	world_close(w);
	assert_int_equal(access(copy, F_OK), -1);
	assert_int_equal(world_open_for_change(&w, other_dir, NULL), JURAT_OK);
	world_close(w);
	backup = test_read(copy, &backup_len);
	again = test_read(path, &again_len);
	assert_int_equal(backup_len, strlen(old));
	assert_memory_equal(backup, old, backup_len);
	assert_int_equal(again_len, len);
	assert_memory_equal(again, file, len);
	free(path), free(copy), free(old), free(file), free(backup), free(again);
}

static void
newer_and_unknown_world_files_are_refused_by_name(void **state)
{
	static const char newer[] = "{\"version\": 3, \"wisdom\": true}";
	static const char unknown[] = "{\"version\": 1, \"wisdom\": true}";
	struct jurat_diag d = { 0 };
	struct world *w = NULL;

	(void)state;
	assert_int_equal(world_parse(&w, newer, strlen(newer), &d), JURAT_E_VERSION);
	assert_string_equal(d.field, "world.version");
	assert_int_equal(d.got, 3);
	assert_non_null(d.hint);
	assert_int_equal(world_parse(&w, unknown, strlen(unknown), NULL), JURAT_E_FORMAT);
	assert_null(w);
}

/* ---- machines and the verifier ---- */

static struct world *
enrolled(char **chain)
{
	struct world_platform p = platform();
	struct world *w;

	assert_int_equal(world_open(&w, world_dir, NULL), JURAT_OK);
	w->num_machines = 0;
	assert_int_equal(world_enrol(w, chain, &p, NOW, NULL), JURAT_OK);
	return w;
}

static void
enrolling_again_replaces_the_machine(void **state)
{
	char *first = NULL, *second = NULL;
	struct world *w = enrolled(&first);
	struct world_platform p = platform();

	(void)state;
	assert_int_equal(world_enrol(w, &second, &p, NOW, NULL), JURAT_OK);
	assert_int_equal(w->num_machines, 1);
	assert_string_not_equal(first, second);
	p.fmspc[0] ^= 1;
	assert_int_equal(world_enrol(w, &second, &p, NOW, NULL), JURAT_E_MISMATCH);
	p = platform();
	p.ppid[0] = 99;
	p.pck.y[0] ^= 1; /* no point */
	assert_int_equal(world_enrol(w, &second, &p, NOW, NULL), JURAT_E_CRYPTO);
	assert_int_equal(w->num_machines, 1);
	world_close(w);
	free(first), free(second);
}

/* Two processes enter their machine ten times each; without the lock some would be lost. */
static void
machines_enrolled_at_the_same_time_are_all_entered(void **state)
{
	struct world *w;
	pid_t children[2];

	(void)state;
	for (uint8_t c = 0; c < 2; c++) {
		children[c] = fork();
		assert_true(children[c] >= 0);
		for (uint8_t i = 0; children[c] == 0 && i < 10; i++) {
			struct world_platform p = platform();
			char *chain = NULL;

			p.ppid[15] = (uint8_t)(100 + 10 * c + i);
			if (world_open_for_change(&w, world_dir, NULL) != JURAT_OK || world_enrol(w, &chain, &p, NOW, NULL) != JURAT_OK)
				_exit(1);
			world_close(w);
			free(chain);
		}
		if (children[c] == 0)
			_exit(0);
	}
	for (int c = 0; c < 2; c++) {
		int status = -1;

		assert_int_equal(waitpid(children[c], &status, 0), children[c]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(world_open(&w, world_dir, NULL), JURAT_OK);
	assert_true(w->num_machines >= 20);
	world_close(w);
}

static void
verifier_accepts_a_quote_of_the_world_and_of_no_other(void **state)
{
	uint8_t quote[QUOTE_MAX_LEN];
	char *chain = NULL;
	struct world *w = enrolled(&chain);
	size_t len = make_quote(quote, sizeof quote, chain);

	(void)state;
	assert_int_equal(world_refresh(w, NOW, NULL, NULL), JURAT_OK);
	judge(quote, len, world_dir, NOW, NULL, JURAT_OK);
	judge(quote, len, world_dir, NOW + 30 * 86400, NULL, JURAT_OK);
	judge(quote, len, world_dir, NOW + 30 * 86400 + 1, "validity_not_ended", JURAT_E_EXPIRED);
	judge(quote, len, other_dir, NOW, "pck_chain_roles", JURAT_E_CHAIN);
	world_close(w);
	free(chain);
}

static void
dials_move_the_verdict(void **state)
{
	static const struct world_stale crl = { .crl = true }, tcb = { .tcb_info = true }, qe = { .qe_identity = true };
	static const struct world_stale *const stale[] = { &crl, &tcb, &qe };
	uint8_t quote[QUOTE_MAX_LEN];
	char *chain = NULL;
	struct world *w = enrolled(&chain);
	size_t len = make_quote(quote, sizeof quote, chain);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stale); i++) {
		assert_int_equal(world_refresh(w, NOW, stale[i], NULL), JURAT_OK);
		judge(quote, len, world_dir, NOW, "validity_not_ended", JURAT_E_EXPIRED);
	}
	w->min_svn = 5; /* the platform's first component is 4 */
	assert_int_equal(world_refresh(w, NOW, NULL, NULL), JURAT_OK);
	judge(quote, len, world_dir, NOW, "policy_tcb_status", JURAT_E_TCB);
	w->min_svn = 4;
	w->min_qe_svn = 9;
	assert_int_equal(world_refresh(w, NOW, NULL, NULL), JURAT_OK);
	judge(quote, len, world_dir, NOW, "policy_tcb_status", JURAT_E_TCB);
	w->min_qe_svn = 1;
	w->tcb_status = TCB_SW_HARDENING_NEEDED;
	assert_int_equal(world_refresh(w, NOW, NULL, NULL), JURAT_OK);
	judge(quote, len, world_dir, NOW, "policy_tcb_status", JURAT_E_TCB);
	w->tcb_status = TCB_UP_TO_DATE;
	assert_int_equal(world_refresh(w, NOW, NULL, NULL), JURAT_OK);
	judge(quote, len, world_dir, NOW, NULL, JURAT_OK);
	assert_int_equal(world_revoke(w, w->machines[0].serial, NULL), JURAT_OK);
	assert_int_equal(world_revoke(w, w->machines[0].serial, NULL), JURAT_E_EXISTS);
	assert_int_equal(world_refresh(w, NOW, NULL, NULL), JURAT_OK);
	judge(quote, len, world_dir, NOW, "pck_not_revoked", JURAT_E_REVOKED);
	world_close(w);
	free(chain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_readable_by_their_owner_alone),
		cmocka_unit_test(architecture_key_signs_the_platforms_enclaves_and_nothing_else),
		cmocka_unit_test(measurements_do_not_depend_on_the_worlds_keys),
		cmocka_unit_test(existing_folder_is_left_alone),
		cmocka_unit_test(failed_creation_leaves_nothing_behind),
		cmocka_unit_test(no_space_leaves_nothing_behind_and_says_so),
		cmocka_unit_test(damaged_world_files_are_refused),
		cmocka_unit_test(altered_decisions_are_refused_by_the_digest),
		cmocka_unit_test(world_of_version_1_is_upgraded_with_a_backup),
		cmocka_unit_test(newer_and_unknown_world_files_are_refused_by_name),
		cmocka_unit_test(enrolling_again_replaces_the_machine),
		cmocka_unit_test(machines_enrolled_at_the_same_time_are_all_entered),
		cmocka_unit_test(verifier_accepts_a_quote_of_the_world_and_of_no_other),
		cmocka_unit_test(dials_move_the_verdict),
	};

	return cmocka_run_group_tests_name("world", tests, make_worlds, remove_worlds);
}
