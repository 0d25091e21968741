/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/epid_update.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "dcap/pki.h"

#define ENTRY_MAX_LEN 128u
#define NEW_LIST_MAX_LEN 256u /* head and one entry of any list */

static const struct {
	enum epid_form form;
	jurat_epid_rc bad;
} kinds[NUM_LISTS] = {
	[LIST_PRIVRL] = { EPID_FORM_PRIVRL, JURAT_EPID_E_BAD_PRIVRL },
	[LIST_SIGRL] = { EPID_FORM_SIGRL, JURAT_EPID_E_BAD_SIGRL },
	[LIST_GROUPRL] = { EPID_FORM_GROUPRL, JURAT_EPID_E_BAD_GROUPRL },
	[LIST_VERIFIERRL] = { EPID_FORM_VERIFIERRL, JURAT_EPID_E_BAD_VERIFIERRL },
};

/* ---- one process at a time ---- */

int
epid_lock(struct epid_lock *out, const char *path)
{
	struct jurat_diag d = { 0 };
	char *copy = strdup(path);
	jurat_rc rc;

	if (copy == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, path);
	out->fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (out->fd >= 0 && flock(out->fd, LOCK_EX) == 0)
		return EPID_GO_ON;
	rc = errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO;
	(void)jurat_fail(&d, rc, "lock", NO_OFFSET, 0, (uint64_t)errno);
	return cli_fail(rc, &d, path);
}

void
epid_unlock(struct epid_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
}

/* ---- lists that grow ---- */

/* check_signer: a list is only continued under the key that signed it, and never loses its signature. */
static int
check_signer(const struct epid_update *u, const struct epid_input *in, const struct epid_options *o, const struct pki_key *ca)
{
	const struct epid_list_file *l = &in->lists[u->which];
	struct jurat_diag d = { 0 };
	struct epid_file f;
	jurat_rc rc;

	if (o->value[OPTION_NEW] != NULL)
		return EPID_GO_ON;
	if (l->is_signed && ca == NULL)
		return cli_usage("epid", "the list is signed: --ca-key must say with which key it is signed again");
	if (!l->is_signed && ca != NULL)
		return cli_usage("epid", "the list is not signed: --ca-key is for signed lists and new ones");
	if (ca == NULL)
		return EPID_GO_ON;
	rc = epid_file_open(&f, kinds[u->which].form, l->file.p, l->file.len, &d);
	if (rc == JURAT_OK)
		rc = epid_file_check_vartime(&f, &ca->pub, &d);
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, u->path);
}

static int
write_list(const struct epid_update *u, const struct epid_options *o, const struct blob *file)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = o->value[OPTION_NEW] != NULL ? file_create(u->path, file->p, file->len, 0644, &d) :
	    file_write(u->path, file->p, file->len, 0644, &d);

	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, u->path);
}

static int
sign_list(const struct epid_update *u, struct blob *file, const struct pki_key *ca)
{
	struct jurat_diag d = { 0 };
	size_t body_len = file->len;
	jurat_rc rc;

	/* the body was built behind where the header goes */
	rc = epid_file_sign(file->p, body_len + EPID_SIGNED_EXTRA_LEN, kinds[u->which].form, file->p + EPID_HEADER_LEN, body_len, &ca->secret, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, u->path);
	file->len = body_len + EPID_SIGNED_EXTRA_LEN;
	return EPID_GO_ON;
}

/* about_list: whether the error is the old list's rather than the new entry's. */
static bool
about_list(unsigned which, jurat_epid_rc rc)
{
	return rc == kinds[which].bad || rc == JURAT_EPID_E_MAX_VERSION || rc == JURAT_EPID_E_MAX_ENTRIES;
}

/* grow_list: the body into a fresh blob, with room around it for header and signature. The entries come in one by one: all of them or none. */
static int
grow_list(struct blob *out, size_t head, const struct epid_update *u, struct epid_input *in, const struct epid_options *o)
{
	struct jurat_epid_bytes list = in->lists[u->which].list;

	for (size_t i = 0; i < u->num; i++) {
		struct epid_grown grown = { .cap = list.len + (list.len == 0 ? NEW_LIST_MAX_LEN : ENTRY_MAX_LEN) };
		struct jurat_epid_diag d = { 0 };
		uint8_t *p = malloc(grown.cap + EPID_SIGNED_EXTRA_LEN);
		jurat_epid_rc rc;

		if (p == NULL)
			return cli_fail(JURAT_E_MEMORY, NULL, u->path);
		grown.p = p + head;
		rc = u->add(&grown, list, u, in, i, &d);
		blob_clear(out);
		out->p = p;
		out->len = grown.len;
		if (rc != JURAT_EPID_OK)
			return epid_refuse(o, rc, &d, about_list(u->which, rc) ? u->path : u->subject);
		list = (struct jurat_epid_bytes){ grown.p, grown.len };
	}
	return EPID_GO_ON;
}

int
epid_update_list(const struct epid_update *u, struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct pki_key ca = { 0 };
	bool has_key = o->value[OPTION_CA_KEY] != NULL;
	int exit_code = EPID_GO_ON;

	if (o->value[OPTION_NEW] != NULL && access(u->path, F_OK) == 0)
		return cli_fail(JURAT_E_EXISTS, NULL, u->path);
	if (o->value[OPTION_NEW] == NULL && in->lists[u->which].list.len == 0) /* a damaged file is no new beginning */
		return epid_refuse(o, kinds[u->which].bad, NULL, u->path);
	if (has_key)
		exit_code = epid_read_ca_key(&ca, o);
	if (exit_code == EPID_GO_ON)
		exit_code = check_signer(u, in, o, has_key ? &ca : NULL);
	if (exit_code == EPID_GO_ON)
		exit_code = grow_list(&file, has_key ? EPID_HEADER_LEN : 0, u, in, o);
	if (exit_code == EPID_GO_ON && has_key)
		exit_code = sign_list(u, &file, &ca);
	pki_key_clear(&ca);
	return exit_code == EPID_GO_ON ? write_list(u, o, &file) : exit_code;
}
