/* SPDX-License-Identifier: Apache-2.0 */
/* Making and opening a machine's folder. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"
#include "host/file.h"
#include "machine/machine_internal.h"

enum { ENCLAVE_FILE_MAX_LEN = 64 * 1024 * 1024 };

static jurat_rc
write_in(const char *dir, const char *name, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	char *path = path_join(dir, name);
	jurat_rc rc = path == NULL ? jurat_fail(d, JURAT_E_MEMORY, "machine", NO_OFFSET, 0, 0) : file_create(path, p, len, mode, d);

	free(path);
	return rc;
}

static jurat_rc
folder_in(const char *dir, const char *name, struct jurat_diag *d)
{
	char *path = path_join(dir, name);
	jurat_rc rc = path == NULL ? jurat_fail(d, JURAT_E_MEMORY, "machine", NO_OFFSET, 0, 0) : dir_create(path, 0700, d);

	free(path);
	return rc;
}

static jurat_rc
write_fuses(const char *dir, const struct machine_birth *birth, struct jurat_diag *d)
{
	struct fuses_public known = { 0 };
	uint8_t encoded[FUSES_LEN];
	struct fuses f;
	jurat_rc rc;

	memcpy(known.cpusvn, birth->cpusvn, sizeof known.cpusvn);
	memcpy(known.provision_signer, birth->provision_signer, sizeof known.provision_signer);
	memcpy(known.fmspc, birth->fmspc, sizeof known.fmspc);
	memcpy(known.pce_id, birth->pce_id, sizeof known.pce_id);
	rc = fuses_blow(&f, &known, d);
	if (rc != JURAT_OK)
		return rc;
	fuses_encode(encoded, &f);
	rc = write_in(dir, "fuses", encoded, sizeof encoded, 0600, d);
	wipe(encoded, sizeof encoded);
	wipe(&f, sizeof f);
	return rc;
}

static jurat_rc
copy_enclave(const char *dir, const char *from, const char *name, struct jurat_diag *d)
{
	struct blob file CLEANUP(blob_clear) = { 0 };
	char *target = NULL;
	jurat_rc rc = file_read_in(&file, from, name, ENCLAVE_FILE_MAX_LEN, d);

	if (rc != JURAT_OK)
		return rc;
	if (asprintf(&target, "%s/enclaves/%s", dir, name) < 0)
		return JURAT_E_MEMORY;
	rc = file_create(target, file.p, file.len, 0644, d);
	free(target);
	return rc;
}

static jurat_rc
fill(const char *dir, const struct machine_birth *birth, struct jurat_diag *d)
{
	jurat_rc rc = folder_in(dir, "state", d);

	if (rc == JURAT_OK)
		rc = folder_in(dir, "enclaves", d);
	if (rc == JURAT_OK && birth->enclaves_dir != NULL)
		rc = copy_enclave(dir, birth->enclaves_dir, "quoting.so", d);
	if (rc == JURAT_OK && birth->enclaves_dir != NULL)
		rc = copy_enclave(dir, birth->enclaves_dir, "certification.so", d);
	if (rc == JURAT_OK)
		rc = write_fuses(dir, birth, d);
	return rc;
}

/* publish: the finished folder gets its name in one step, and only if nothing has it. */
static jurat_rc
publish(const char *temporary, const char *dir, struct jurat_diag *d)
{
	char *parent;
	int fd;

	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, dir, RENAME_NOREPLACE) != 0) {
		jurat_rc rc = errno == EEXIST ? JURAT_E_EXISTS : JURAT_E_IO;

		return jurat_fail(d, rc, "machine", NO_OFFSET, 0, (uint64_t)errno);
	}
	parent = path_join(dir, "..");
	fd = parent != NULL ? open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	free(parent);
	if (fd < 0 || fsync(fd) != 0) {
		jurat_fail(d, JURAT_E_IO, "machine", NO_OFFSET, 0, (uint64_t)errno);
		if (fd >= 0)
			close(fd);
		return JURAT_E_IO;
	}
	close(fd);
	return JURAT_OK;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

/* without_slashes: DIR/ names the same folder as DIR, and its temporary sibling must not land inside it. */
static char *
without_slashes(const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return strndup(dir, len);
}

static jurat_rc
create_beside(const char *dir, const struct machine_birth *birth, struct jurat_diag *d)
{
	char *temporary = NULL;
	jurat_rc rc;

	if (asprintf(&temporary, "%s.new-XXXXXX", dir) < 0)
		return jurat_fail(d, JURAT_E_MEMORY, "machine", NO_OFFSET, 0, 0);
	if (mkdtemp(temporary) == NULL) {
		rc = jurat_fail(d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "machine", NO_OFFSET, 0, (uint64_t)errno);
		free(temporary);
		return rc;
	}
	rc = fill(temporary, birth, d);
	if (rc == JURAT_OK)
		rc = publish(temporary, dir, d);
	if (rc != JURAT_OK)
		nftw(temporary, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(temporary);
	return rc;
}

jurat_rc
machine_create(const char *dir, const struct machine_birth *birth, struct jurat_diag *d)
{
	char *clean = without_slashes(dir);
	jurat_rc rc = clean == NULL ? jurat_fail(d, JURAT_E_MEMORY, "machine", NO_OFFSET, 0, 0) : create_beside(clean, birth, d);

	free(clean);
	return rc;
}

/* folder_of: the folder that a name means. */
static jurat_rc
folder_of(const char **out, const char *name, struct jurat_diag *d)
{
	jurat_rc rc;

	if (strncmp(name, "sgx:", 4) == 0) {
		rc = jurat_fail(d, JURAT_E_UNSUPPORTED, "machine.sgx", NO_OFFSET, 0, 0);
		jurat_hint(d, "only software machines, sw:DIR, are supported yet");
		return rc;
	}
	if (strncmp(name, "sw:", 3) != 0 || name[3] == '\0') {
		rc = jurat_fail(d, JURAT_E_USAGE, "machine.name", NO_OFFSET, 0, 0);
		jurat_hint(d, "a machine is named sw:DIR");
		return rc;
	}
	*out = name + 3;
	return JURAT_OK;
}

jurat_rc
machine_open_program(struct machine **out, const char *name, const char *program, struct jurat_diag *d)
{
	struct machine *m;
	const char *dir = NULL;
	jurat_rc rc = folder_of(&dir, name, d);

	if (rc != JURAT_OK)
		return rc;
	m = calloc(1, sizeof *m);
	if (m != NULL)
		m->dir = strdup(dir);
	if (m == NULL || m->dir == NULL)
		rc = jurat_fail(d, JURAT_E_MEMORY, "machine", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = key_client_open(&m->keys, dir, program, d);
	if (rc != JURAT_OK) {
		machine_close(m);
		return rc;
	}
	key_facts(&m->known, m->keys);
	*out = m;
	return JURAT_OK;
}

jurat_rc
machine_open(struct machine **out, const char *name, struct jurat_diag *d)
{
	return machine_open_program(out, name, NULL, d);
}

void
machine_close(struct machine *m)
{
	if (m == NULL)
		return;
	key_client_close(m->keys);
	free(m->dir);
	free(m);
}

void
machine_describe(struct machine_facts *out, const struct machine *m)
{
	struct machine_facts facts = { .dir = m->dir };

	memcpy(facts.cpusvn, m->known.cpusvn, sizeof facts.cpusvn);
	memcpy(facts.provision_signer, m->known.provision_signer, sizeof facts.provision_signer);
	memcpy(facts.fmspc, m->known.fmspc, sizeof facts.fmspc);
	memcpy(facts.pce_id, m->known.pce_id, sizeof facts.pce_id);
	*out = facts;
}
