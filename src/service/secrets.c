/* SPDX-License-Identifier: Apache-2.0 */
#include "service/secrets_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"
#include "host/file.h"
#include "http/tls.h"

static void
free_string(char **p)
{
	free(*p);
}

/* ---- the data folder ---- */

static jurat_rc
write_in(const char *dir, const char *name, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	CLEANUP(free_string) char *path = path_join(dir, name);

	return path != NULL ? file_create(path, p, len, mode, d) : jurat_fail(d, JURAT_E_MEMORY, "data", NO_OFFSET, 0, 0);
}

static jurat_rc
check_trust(const char *text, size_t len, struct jurat_diag *d)
{
	struct jurat_trust *root;
	jurat_rc rc = jurat_trust_parse(&root, text, len, d);

	if (rc == JURAT_OK)
		jurat_trust_free(root);
	return rc;
}

static jurat_rc
check_collateral(const char *text, size_t len, struct jurat_diag *d)
{
	struct jurat_collateral *c;
	jurat_rc rc = jurat_collateral_parse(&c, text, len, d);

	if (rc == JURAT_OK)
		jurat_collateral_free(c);
	return rc;
}

static jurat_rc
write_tls(const char *dir, const struct secrets_birth *birth, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob cert = { 0 }, key = { 0 };
	const char *name = birth->tls_name != NULL ? birth->tls_name : "localhost";
	jurat_rc rc = tls_make_self_signed(&cert, &key, name, birth->at_unix_s, SECRETS_TLS_DAYS, d);

	if (rc == JURAT_OK)
		rc = write_in(dir, SECRETS_TLS_KEY, key.p, key.len, 0600, d);
	if (rc == JURAT_OK)
		rc = write_in(dir, SECRETS_TLS_CERT, cert.p, cert.len, 0644, d);
	return rc;
}

static jurat_rc
fill_folder(const char *dir, const struct secrets_birth *birth, struct jurat_diag *d)
{
	CLEANUP(free_string) char *database = path_join(dir, SECRETS_DATABASE);
	jurat_rc rc;

	if (database == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "data", NO_OFFSET, 0, 0);
	if ((rc = store_create(database, birth->kek, d)) != JURAT_OK || (rc = write_tls(dir, birth, d)) != JURAT_OK)
		return rc;
	if (birth->trust != NULL && (rc = write_in(dir, SECRETS_TRUST, birth->trust, birth->trust_len, 0644, d)) != JURAT_OK)
		return rc;
	if (birth->collateral != NULL)
		rc = write_in(dir, SECRETS_COLLATERAL, birth->collateral, birth->collateral_len, 0644, d);
	return rc;
}

/* drop_folder: what a failed fill_folder left. */
static void
drop_folder(const char *dir)
{
	static const char *const names[] = { SECRETS_DATABASE, SECRETS_DATABASE "-wal", SECRETS_DATABASE "-shm", SECRETS_TRUST,
		SECRETS_COLLATERAL, SECRETS_TLS_CERT, SECRETS_TLS_KEY };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CLEANUP(free_string) char *path = path_join(dir, names[i]);

		if (path != NULL)
			unlink(path);
	}
	rmdir(dir);
}

jurat_rc
secrets_init(const char *data_dir, const struct secrets_birth *birth, struct jurat_diag *d)
{
	CLEANUP(free_string) char *part = NULL;
	jurat_rc rc;

	if (birth->trust != NULL && (rc = check_trust(birth->trust, birth->trust_len, d)) != JURAT_OK) {
		jurat_in_file(d, SECRETS_TRUST);
		return rc;
	}
	if (birth->collateral != NULL && (rc = check_collateral(birth->collateral, birth->collateral_len, d)) != JURAT_OK) {
		jurat_in_file(d, SECRETS_COLLATERAL);
		return rc;
	}
	if (access(data_dir, F_OK) == 0)
		return jurat_fail(d, JURAT_E_EXISTS, "data", NO_OFFSET, 0, 0);
	/* made beside its place and renamed: it appears whole */
	if (asprintf(&part, "%s.part-%ld", data_dir, (long)getpid()) < 0) {
		part = NULL;
		return jurat_fail(d, JURAT_E_MEMORY, "data", NO_OFFSET, 0, 0);
	}
	if ((rc = dir_create(part, 0700, d)) != JURAT_OK)
		return rc;
	rc = fill_folder(part, birth, d);
	if (rc == JURAT_OK && renameat2(AT_FDCWD, part, AT_FDCWD, data_dir, RENAME_NOREPLACE) != 0)
		rc = jurat_fail(d, errno == EEXIST ? JURAT_E_EXISTS : JURAT_E_IO, "data", NO_OFFSET, 0, (uint64_t)errno);
	if (rc != JURAT_OK)
		drop_folder(part);
	return rc;
}

jurat_rc
secrets_update(const char *data_dir, const char *collateral, size_t len, struct jurat_diag *d)
{
	CLEANUP(free_string) char *path = path_join(data_dir, SECRETS_COLLATERAL);
	jurat_rc rc = check_collateral(collateral, len, d);

	if (rc != JURAT_OK)
		return rc;
	return path != NULL ? file_write_stored(path, collateral, len, 0644, d) : jurat_fail(d, JURAT_E_MEMORY, "data", NO_OFFSET, 0, 0);
}

/* ---- opening ---- */

static jurat_rc
read_trust(struct secrets *s, const char *data_dir, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	struct jurat_diag why = { 0 };
	jurat_rc rc = file_read_in(&text, data_dir, SECRETS_TRUST, JURAT_TRUST_MAX_LEN, &why);

	if (rc == JURAT_E_NOT_FOUND)
		return JURAT_OK;
	if (rc != JURAT_OK) {
		(void)jurat_fail(d, rc, why.field, why.offset, why.wanted, why.got);
		jurat_hint(d, why.hint);
		return rc;
	}
	return jurat_trust_parse(&s->private_root, (const char *)text.p, text.len, d);
}

jurat_rc
secrets_refresh(struct secrets *s, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob text = { 0 };
	static const struct file_kind kind = { SECRETS_COLLATERAL, JURAT_COLLATERAL_MAX_LEN, false };
	struct jurat_collateral *fresh = NULL;
	struct stat st;
	jurat_rc rc;

	if (stat(s->collateral_path, &st) != 0)
		return JURAT_OK; /* none, or gone for a moment: jurat_verify() names what is missing */
	if (s->collateral != NULL && st.st_ino == s->collateral_inode && st.st_mtim.tv_sec == s->collateral_mtime.tv_sec &&
	    st.st_mtim.tv_nsec == s->collateral_mtime.tv_nsec)
		return JURAT_OK;
	jurat_collateral_free(s->collateral);
	s->collateral = NULL;
	if ((rc = file_read_stored(&text, s->collateral_path, &kind, d)) != JURAT_OK ||
	    (rc = jurat_collateral_parse(&fresh, (const char *)text.p, text.len, d)) != JURAT_OK)
		return rc;
	s->collateral = fresh;
	s->collateral_inode = st.st_ino;
	s->collateral_mtime = st.st_mtim;
	return JURAT_OK;
}

/* check_folder: whoever may write there can put in a trust root, collateral and a TLS key of their own. */
static jurat_rc
check_folder(const char *data_dir, struct jurat_diag *d)
{
	struct stat st;

	if (stat(data_dir, &st) != 0)
		return jurat_fail(d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "data", NO_OFFSET, 0, (uint64_t)errno);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return JURAT_OK;
	(void)jurat_fail(d, JURAT_E_PERMISSION, "data.mode", NO_OFFSET, 0700, st.st_mode & 0777);
	jurat_hint(d, "others may write into the data folder: chmod 700 it");
	return JURAT_E_PERMISSION;
}

/* open_store: a database with a damaged page is refused before anything is promised, not when the page is needed. */
static jurat_rc
open_store(struct store **out, const char *data_dir, const struct aes256_key *kek, struct jurat_diag *d)
{
	CLEANUP(free_string) char *path = path_join(data_dir, SECRETS_DATABASE);
	jurat_rc rc;

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "service", NO_OFFSET, 0, 0);
	if ((rc = store_open(out, path, kek, d)) != JURAT_OK || (rc = store_pages_check(*out, d)) != JURAT_OK)
		jurat_in_file(d, SECRETS_DATABASE);
	return rc;
}

jurat_rc
secrets_open(struct secrets **out, const char *data_dir, const struct aes256_key *kek, const struct secrets_clocks *clocks,
    struct jurat_diag *d)
{
	struct secrets *s = calloc(1, sizeof *s);
	jurat_rc rc;

	if (s == NULL || (s->collateral_path = path_join(data_dir, SECRETS_COLLATERAL)) == NULL) {
		free(s);
		return jurat_fail(d, JURAT_E_MEMORY, "service", NO_OFFSET, 0, 0);
	}
	s->clocks = *clocks;
	if ((rc = check_folder(data_dir, d)) != JURAT_OK || (rc = open_store(&s->store, data_dir, kek, d)) != JURAT_OK ||
	    (rc = store_clock_check(s->store, s->clocks.unix_s(), d)) != JURAT_OK ||
	    (rc = read_trust(s, data_dir, d)) != JURAT_OK || (rc = secrets_refresh(s, d)) != JURAT_OK) {
		secrets_close(s);
		return rc;
	}
	*out = s;
	return JURAT_OK;
}

/* record_rest: refusals that were only counted, and that no later record told of: one record for all of them. */
static void
record_rest(struct secrets *s)
{
	static const struct store_secret none = { 0 };
	char detail[REFUSALS_DETAIL_MAX_LEN + 1];
	struct store_note note = { .at_unix_s = s->clocks.unix_s(), .detail = detail };

	if (s->refusals.unrecorded == 0)
		return;
	refusals_detail(detail, &s->refusals, "the service stops");
	(void)!store_refused(s->store, &none, &note, NULL); /* nobody is left to be told */
}

void
secrets_close(struct secrets *s)
{
	if (s == NULL)
		return;
	record_rest(s);
	sessions_clear(&s->sessions);
	store_close(s->store);
	jurat_trust_free(s->private_root);
	jurat_collateral_free(s->collateral);
	free(s->collateral_path);
	free(s);
}

void
secrets_set_server(struct secrets *s, const struct http_server *server)
{
	s->server = server;
}

bool
secrets_root_is_private(const struct secrets *s)
{
	return s->private_root != NULL;
}
