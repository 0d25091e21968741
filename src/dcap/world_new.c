/* SPDX-License-Identifier: Apache-2.0 */
/* Making a world: keys, certificates, signed enclaves. */
#include "dcap/world_files.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"
#include "image/sign.h"

#define DAY_S 86400ll
#define CA_YEARS 20

/* FMSPC of machines that `jurat machine new` makes: "JURAT", which no Intel platform has. The first machine's takes its place. */
static const uint8_t default_fmspc[6] = { 'J', 'U', 'R', 'A', 'T', 0 };

/* ---- keys and certificates ---- */

/* The authorities of a world. */
struct authorities {
	struct pki_key root, platform, signing;
};

/* make_cert: request's serial number is chosen here. */
static jurat_rc
make_cert(const char *dir, const char *file, struct pki_cert_request *request, struct jurat_diag *d)
{
	char *pem CLEANUP(text_clear) = NULL;
	jurat_rc rc = pki_serial_new(request->serial, d);

	if (rc == JURAT_OK)
		rc = pki_cert_make(&pem, request, d);
	return rc == JURAT_OK ? world_write_text(dir, file, pem, d) : rc;
}

static jurat_rc
write_trust(const char *dir, const struct pki_names *names, struct jurat_diag *d)
{
	struct blob root CLEANUP(blob_clear) = { 0 };
	char *json CLEANUP(text_clear) = NULL;
	jurat_rc rc = world_read(&root, dir, "trust/root-ca.pem", WORLD_FILE_MAX_LEN, false, d);

	if (rc == JURAT_OK)
		rc = pki_trust_make(&json, names, (char *)root.p);
	return rc == JURAT_OK ? world_write_text(dir, "trust/trust.json", json, d) : rc;
}

static jurat_rc
write_certificates(
    const char *dir, const struct pki_names *names, const struct authorities *keys, int64_t now, struct jurat_diag *d)
{
	const struct {
		const char *file;
		enum pki_role role;
		const struct pki_key *subject;
	} certificates[] = {
		{ "trust/root-ca.pem", PKI_ROOT, &keys->root },
		{ "certificates/platform-ca.pem", PKI_PLATFORM_CA, &keys->platform },
		{ "certificates/tcb-signing.pem", PKI_TCB_SIGNING, &keys->signing },
	};
	jurat_rc rc = JURAT_OK;

	for (size_t i = 0; rc == JURAT_OK && i < ARRAY_LEN(certificates); i++) {
		struct pki_cert_request request = { .role = certificates[i].role, .names = names, .issuer = &keys->root,
			.subject = certificates[i].subject->pub, .not_before = now - DAY_S, .not_after = now + CA_YEARS * 365 * DAY_S };

		rc = make_cert(dir, certificates[i].file, &request, d);
	}
	return rc == JURAT_OK ? write_trust(dir, names, d) : rc;
}

static jurat_rc
make_key(struct pki_key *out, const char *dir, const char *file, struct jurat_diag *d)
{
	jurat_rc rc = pki_key_new(out, d);

	return rc == JURAT_OK ? world_write_key(dir, file, out, d) : rc;
}

static jurat_rc
make_rsa_key(const char *dir, const char *file, struct jurat_diag *d)
{
	struct rsa3072_key *key = NULL;
	size_t len = 0;
	char *pem = NULL;
	jurat_rc rc = rsa3072_key_new(&key, d);

	if (rc == JURAT_OK)
		rc = rsa3072_key_to_pem(key, &pem, &len, d);
	if (rc == JURAT_OK)
		rc = world_write(dir, file, pem, len, 0600, d);
	wipe(pem, len);
	free(pem);
	rsa3072_key_free(key);
	return rc;
}

/* A key made beside others: each of them takes half a second of looking for primes. */
struct rsa_job {
	pthread_t thread;
	bool running;
	const char *dir, *file;
	struct jurat_diag d;
	jurat_rc rc;
};

static void *
rsa_job_run(void *arg)
{
	struct rsa_job *job = arg;

	job->rc = make_rsa_key(job->dir, job->file, &job->d);
	return NULL;
}

static void
rsa_job_begin(struct rsa_job *job, const char *dir, const char *file)
{
	*job = (struct rsa_job){ .dir = dir, .file = file };
	job->running = pthread_create(&job->thread, NULL, rsa_job_run, job) == 0;
	if (!job->running)
		(void)rsa_job_run(job);
}

static jurat_rc
rsa_job_end(struct rsa_job *job, struct jurat_diag *d)
{
	if (job->running)
		pthread_join(job->thread, NULL);
	if (job->rc != JURAT_OK && d != NULL && d->code == JURAT_OK)
		*d = job->d;
	return job->rc;
}

jurat_rc
world_keys_make(const char *dir, const struct pki_names *names, int64_t now, struct jurat_diag *d)
{
	struct authorities keys = { 0 };
	struct rsa_job architecture;
	jurat_rc rc, other;

	rsa_job_begin(&architecture, dir, "keys/architecture.pem");
	rc = make_key(&keys.root, dir, "keys/root-ca.pem", d);
	if (rc == JURAT_OK)
		rc = make_key(&keys.platform, dir, "keys/platform-ca.pem", d);
	if (rc == JURAT_OK)
		rc = make_key(&keys.signing, dir, "keys/tcb-signing.pem", d);
	if (rc == JURAT_OK)
		rc = write_certificates(dir, names, &keys, now, d);
	wipe(&keys, sizeof keys);
	if (rc == JURAT_OK)
		rc = make_rsa_key(dir, "keys/author.pem", d);
	other = rsa_job_end(&architecture, d);
	return rc != JURAT_OK ? rc : other;
}

/* ---- enclaves ---- */

/* The architecture's key signs these two and nothing else: the machine grants PROVISIONKEY to its signer. */
static const struct enclave_role {
	const char *name, *key;
} enclave_roles[] = {
	{ "quoting", "keys/architecture.pem" },
	{ "certification", "keys/architecture.pem" },
	{ "vault", "keys/author.pem" },
};

/* date_bcd: SIGSTRUCT.DATE, yyyymmdd in binary-coded decimal. */
static uint32_t
date_bcd(int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	char digits[16];
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(digits, sizeof digits, "%Y%m%d", &tm) != 8)
		return 0;
	return (uint32_t)strtoul(digits, NULL, 16);
}

static jurat_rc
read_settings(struct image_settings *out, const char *from, const char *name, int64_t now, struct jurat_diag *d)
{
	struct blob json CLEANUP(blob_clear) = { 0 };
	char file[64];
	jurat_rc rc;

	snprintf(file, sizeof file, "%s.json", name);
	rc = world_read(&json, from, file, IMAGE_SETTINGS_MAX_LEN, false, d);
	if (rc == JURAT_OK)
		rc = image_settings_parse(out, (char *)json.p, json.len, d);
	if (rc == JURAT_OK && out->date_bcd == 0)
		out->date_bcd = date_bcd(now);
	return rc;
}

static jurat_rc
read_rsa_key(struct rsa3072_key **out, const char *dir, const char *file, struct jurat_diag *d)
{
	struct blob pem CLEANUP(blob_clear) = { 0 };
	jurat_rc rc = world_read(&pem, dir, file, WORLD_FILE_MAX_LEN, true, d);

	return rc == JURAT_OK ? rsa3072_key_from_pem(out, (char *)pem.p, pem.len, d) : rc;
}

static jurat_rc
sign_enclave(const char *dir, const char *from, const struct enclave_role *role, int64_t now, struct jurat_diag *d)
{
	struct blob elf CLEANUP(blob_clear) = { 0 };
	struct image_settings settings;
	struct rsa3072_key *key = NULL;
	char source[64], target[64];
	uint8_t *signed_elf = NULL;
	size_t len = 0;
	jurat_rc rc;

	snprintf(source, sizeof source, "%s.so", role->name);
	snprintf(target, sizeof target, "enclaves/%s.so", role->name);
	rc = world_read(&elf, from, source, WORLD_ENCLAVE_MAX_LEN, false, d);
	if (rc == JURAT_OK)
		rc = read_settings(&settings, from, role->name, now, d);
	if (rc == JURAT_OK)
		rc = read_rsa_key(&key, dir, role->key, d);
	if (rc == JURAT_OK)
		rc = image_sign(&signed_elf, &len, elf.p, elf.len, &settings, key, d);
	if (rc == JURAT_OK)
		rc = world_write(dir, target, signed_elf, len, 0644, d);
	free(signed_elf);
	rsa3072_key_free(key);
	return rc;
}

jurat_rc
world_enclaves_sign(const char *dir, const char *from, int64_t now, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	for (size_t i = 0; rc == JURAT_OK && i < ARRAY_LEN(enclave_roles); i++)
		rc = sign_enclave(dir, from, &enclave_roles[i], now, d);
	return rc;
}

/* ---- the folder ---- */

static jurat_rc
make_folders(const char *dir, struct jurat_diag *d)
{
	static const struct {
		const char *name;
		unsigned mode;
	} folders[] = { { "keys", 0700 }, { "trust", 0755 }, { "certificates", 0755 }, { "enclaves", 0755 } };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path CLEANUP(text_clear) = path_join(dir, folders[i].name);
		jurat_rc rc = path == NULL ? jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0)
					   : dir_create(path, folders[i].mode, d);

		if (rc != JURAT_OK)
			return rc;
	}
	return JURAT_OK;
}

static jurat_rc
fill(char *dir, const struct pki_names *names, const struct world_birth *birth, struct jurat_diag *d)
{
	struct world *w = calloc(1, sizeof *w);
	jurat_rc rc = w == NULL ? jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0) : make_folders(dir, d);

	if (rc == JURAT_OK)
		rc = world_keys_make(dir, names, birth->now, d);
	if (rc == JURAT_OK)
		rc = world_enclaves_sign(dir, birth->enclaves_dir, birth->now, d);
	if (rc == JURAT_OK) {
		w->dir = dir;
		w->lock = -1;
		w->names = *names;
		w->made = birth->now;
		w->evaluation_number = w->crl_number = 1;
		w->min_svn = 1;
		memcpy(w->fmspc, default_fmspc, sizeof w->fmspc);
		rc = world_adopt_enclaves(w, d);
	}
	if (rc == JURAT_OK)
		rc = world_save(w, d);
	if (rc == JURAT_OK)
		rc = world_refresh(w, birth->now, NULL, d);
	free(w);
	return rc;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

/* settle: the finished folder gets its name; rename refuses a folder that is not empty. */
static jurat_rc
settle(const char *temporary, const char *dir, struct jurat_diag *d)
{
	int error;

	if (chmod(temporary, 0755) == 0 && rename(temporary, dir) == 0)
		return JURAT_OK;
	error = errno;
	if (error == EEXIST || error == ENOTEMPTY)
		return jurat_fail(d, JURAT_E_EXISTS, "world", NO_OFFSET, 0, 0);
	return jurat_fail(d, JURAT_E_IO, "world", NO_OFFSET, 0, (uint64_t)error);
}

/* without_slashes: "w/" is the folder w; only its name can have a neighbour. */
static char *
without_slashes(const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return strndup(dir, len);
}

jurat_rc
world_create(const char *given, const struct world_birth *birth, struct jurat_diag *d)
{
	char *temporary CLEANUP(text_clear) = NULL, *dir CLEANUP(text_clear) = without_slashes(given);
	struct pki_names names;
	struct stat st;
	jurat_rc rc = pki_names_make(&names, birth->name, birth->intel_names, d);

	if (rc != JURAT_OK)
		return rc;
	if (dir == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	if (lstat(dir, &st) == 0)
		return jurat_fail(d, JURAT_E_EXISTS, "world", NO_OFFSET, 0, 0);
	if (asprintf(&temporary, "%s.new-XXXXXX", dir) < 0) {
		temporary = NULL;
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	}
	if (mkdtemp(temporary) == NULL)
		return jurat_fail(d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "world.parent", NO_OFFSET, 0, (uint64_t)errno);
	rc = fill(temporary, &names, birth, d);
	if (rc == JURAT_OK)
		rc = settle(temporary, dir, d);
	if (rc != JURAT_OK)
		(void)nftw(temporary, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return rc;
}
