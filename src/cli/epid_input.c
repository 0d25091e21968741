/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid: reading groups, lists, names and keys. A signed file is checked if --ca says by whom; with --ca nothing unsigned is taken. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/epid.h"
#include "core/ct.h"
#include "core/hex.h"
#include "dcap/pki.h"

#define KEY_FILE_MAX_LEN 65536u
#define SIGNATURE_MAX_LEN JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, EPID_LIST_MAX_ENTRIES)
#define MESSAGE_MAX_LEN ((size_t)1 << 30)

static const struct {
	enum epid_form form;
	enum epid_option option;
	jurat_epid_rc bad; /* what a file that cannot be read counts as */
} list_table[NUM_LISTS] = {
	[LIST_PRIVRL] = { EPID_FORM_PRIVRL, OPTION_PRIVRL, JURAT_EPID_E_BAD_PRIVRL },
	[LIST_SIGRL] = { EPID_FORM_SIGRL, OPTION_SIGRL, JURAT_EPID_E_BAD_SIGRL },
	[LIST_GROUPRL] = { EPID_FORM_GROUPRL, OPTION_GROUPRL, JURAT_EPID_E_BAD_GROUPRL },
	[LIST_VERIFIERRL] = { EPID_FORM_VERIFIERRL, OPTION_VERIFIERRL, JURAT_EPID_E_BAD_VERIFIERRL },
};

void
epid_input_clear(struct epid_input *in)
{
	jurat_epid_verifier_free(in->verifier);
	jurat_epid_group_free(in->group);
	for (unsigned i = 0; i < NUM_LISTS; i++) {
		blob_clear(&in->lists[i].file);
		free(in->lists[i].memory);
	}
	blob_clear(&in->group_file);
	blob_clear(&in->basename);
	blob_clear(&in->message);
	blob_clear(&in->signature);
}

static struct jurat_epid_bytes
bytes_of(const struct blob *b)
{
	return (struct jurat_epid_bytes){ b->p, b->len };
}

/* ---- signed files ---- */

int
epid_read_ca(struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (o->value[OPTION_CA] == NULL || in->has_ca)
		return EPID_GO_ON;
	rc = file_read(&file, o->value[OPTION_CA], EPID_CA_LEN, &d);
	if (rc == JURAT_OK)
		rc = epid_ca_parse(&in->ca, file.p, file.len, &d);
	if (rc != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_ARG, rc, &d, o->value[OPTION_CA]);
	in->has_ca = true;
	return EPID_GO_ON;
}

/* check_origin: code is what the object counts as if the CA did not sign it. */
static int
check_origin(const struct epid_input *in, const struct epid_options *o, const struct epid_file *f, jurat_epid_rc code, const char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (!in->has_ca) {
		if (f->signature != NULL)
			cli_progress("%s is signed; by whom was not checked (--ca)", path);
		return EPID_GO_ON;
	}
	rc = epid_file_check_vartime(f, &in->ca.pub, &d);
	if (rc == JURAT_E_MISSING)
		jurat_hint(&d, "with --ca every key and list must be one of Intel's signed files");
	return rc == JURAT_OK ? EPID_GO_ON : epid_refuse_file(o, code, rc, &d, path);
}

/* ---- groups ---- */

/* pick_key: the first key of the file, or the one with this --gid. */
static jurat_rc
pick_key(struct epid_file *out, const struct epid_options *o, const struct blob *file, struct jurat_diag *d)
{
	size_t num = epid_group_file_count(file->p, file->len);

	if (o->gid_len == 0)
		return epid_file_open(out, EPID_FORM_GROUP, file->p, file->len, d);
	for (size_t i = 0; i < num; i++) {
		jurat_rc rc = epid_group_file_open(out, file->p, file->len, i, d);

		if (rc != JURAT_OK)
			return rc;
		if (out->body_len == JURAT_EPID_GROUP_KEY_LEN(o->gid_len) && memcmp(out->body, o->gid, o->gid_len) == 0)
			return JURAT_OK;
	}
	return jurat_fail(d, num == 0 ? JURAT_E_FORMAT : JURAT_E_MISMATCH, "epid.group.gid", NO_OFFSET, 0, 0);
}

int
epid_read_group(struct epid_input *in, const struct epid_options *o)
{
	const char *path = o->value[OPTION_GROUP];
	struct jurat_epid_diag ed = { 0 };
	struct jurat_diag d = { 0 };
	struct epid_file f;
	jurat_epid_rc erc;
	int exit_code = epid_read_ca(in, o);
	jurat_rc rc;

	if (exit_code != EPID_GO_ON)
		return exit_code;
	rc = file_read(&in->group_file, path, EPID_FILE_MAX_LEN, &d);
	if (rc == JURAT_OK)
		rc = pick_key(&f, o, &in->group_file, &d);
	if (rc != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, rc, &d, path);
	if ((exit_code = check_origin(in, o, &f, JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, path)) != EPID_GO_ON)
		return exit_code;
	erc = jurat_epid_group_new(&in->group, (struct jurat_epid_bytes){ f.body, f.body_len }, o->hash, &ed);
	return erc == JURAT_EPID_OK ? EPID_GO_ON : epid_refuse(o, erc, &ed, path);
}

/* ---- names ---- */

/* decode_hex: what stands behind hex: in --basename. */
static int
decode_hex(struct blob *out, const char *text)
{
	size_t len = strlen(text);

	if ((out->p = malloc(len / 2 + 1)) == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, "--basename");
	out->len = len / 2;
	if (len % 2 == 0 && hex_decode(out->p, out->len, text, len))
		return EPID_GO_ON;
	return cli_usage("epid", "--basename wants text, or hex: and pairs of hex digits");
}

int
epid_read_basename(struct epid_input *in, const struct epid_options *o)
{
	const char *text = o->value[OPTION_BASENAME];
	int exit_code = EPID_GO_ON;

	if (text == NULL)
		return EPID_GO_ON;
	if (strncmp(text, "hex:", 4) == 0) {
		exit_code = decode_hex(&in->basename, text + 4);
	} else {
		in->basename.p = (uint8_t *)strdup(text);
		in->basename.len = strlen(text);
		if (in->basename.p == NULL)
			exit_code = cli_fail(JURAT_E_MEMORY, NULL, "--basename");
	}
	in->basename_bytes = bytes_of(&in->basename);
	return exit_code;
}

/* ---- lists ---- */

int
epid_read_list(struct epid_input *in, const struct epid_options *o, unsigned which, const char *path)
{
	struct epid_list_file *l = &in->lists[which];
	struct jurat_diag d = { 0 };
	struct epid_file f;
	jurat_rc rc = file_read(&l->file, path, EPID_FILE_MAX_LEN, &d);

	if (rc == JURAT_OK)
		rc = epid_file_open(&f, list_table[which].form, l->file.p, l->file.len, &d);
	if (rc != JURAT_OK)
		return epid_refuse_file(o, list_table[which].bad, rc, &d, path);
	l->list = (struct jurat_epid_bytes){ f.body, f.body_len };
	l->is_signed = f.signature != NULL;
	if (which == LIST_VERIFIERRL)
		return EPID_GO_ON; /* the verifier's own: there is no signed form */
	return check_origin(in, o, &f, list_table[which].bad, path);
}

/* index_memory: NULL where there is none; then the list is walked through. */
static void *
index_memory(struct epid_list_file *l, size_t len)
{
	l->memory = malloc(len != 0 ? len : 1);
	return l->memory;
}

static jurat_epid_rc
set_list(struct epid_input *in, unsigned which, struct jurat_epid_diag *d)
{
	struct epid_list_file *l = &in->lists[which];
	size_t room;

	switch (which) {
	case LIST_PRIVRL:
		room = jurat_epid_privrl_memory(l->list.len);
		return index_memory(l, room) == NULL ? JURAT_EPID_E_HEAP :
		    jurat_epid_verifier_set_privrl(in->verifier, l->list, l->memory, room, d);
	case LIST_SIGRL:
		return jurat_epid_verifier_set_sigrl(in->verifier, l->list, d);
	case LIST_GROUPRL:
		return jurat_epid_verifier_set_grouprl(in->verifier, l->list, d);
	default:
		room = jurat_epid_verifierrl_memory(l->list.len);
		return index_memory(l, room) == NULL ? JURAT_EPID_E_HEAP :
		    jurat_epid_verifier_set_verifierrl(in->verifier, l->list, l->memory, room, d);
	}
}

/* read_lists: those that are given, in the order in which a verifier takes them. A VERIFIERRL that --new is about to make is none yet. */
static int
read_lists(struct epid_input *in, const struct epid_options *o)
{
	for (unsigned i = 0; i < NUM_LISTS; i++) {
		const char *path = o->value[list_table[i].option];
		struct jurat_epid_diag d = { 0 };
		jurat_epid_rc rc;
		int exit_code;

		if (path == NULL || (i == LIST_VERIFIERRL && o->value[OPTION_NEW] != NULL))
			continue;
		if ((exit_code = epid_read_list(in, o, i, path)) != EPID_GO_ON)
			return exit_code;
		if ((rc = set_list(in, i, &d)) != JURAT_EPID_OK)
			return epid_refuse(o, rc, &d, path);
	}
	return EPID_GO_ON;
}

int
epid_read_verifier(struct epid_input *in, const struct epid_options *o)
{
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc;
	int exit_code = epid_read_group(in, o);

	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_basename(in, o);
	if (exit_code != EPID_GO_ON)
		return exit_code;
	rc = jurat_epid_verifier_new(&in->verifier, in->group, in->basename.p != NULL ? &in->basename_bytes : NULL,
	    o->value[OPTION_COMPAT] != NULL ? JURAT_EPID_COMPAT : 0, &d);
	return rc == JURAT_EPID_OK ? read_lists(in, o) : epid_refuse(o, rc, &d, "--basename");
}

int
epid_read_signed(struct epid_input *in, const struct epid_options *o)
{
	struct jurat_diag d = { 0 };
	const char *signature = o->value[OPTION_SIGNATURE], *message = o->value[OPTION_MESSAGE];
	jurat_rc rc;

	if (signature != NULL && (rc = file_read(&in->signature, signature, SIGNATURE_MAX_LEN, &d)) != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_SIGNATURE, rc, &d, signature);
	if ((rc = file_read(&in->message, message, MESSAGE_MAX_LEN, &d)) != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_MESSAGE, rc, &d, message);
	return EPID_GO_ON;
}

/* ---- keys and nonces ---- */

int
epid_read_exactly(uint8_t *out, size_t len, const struct epid_options *o, const char *path, bool secret)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = secret ? file_read_secret(&file, path, len, &d) : file_read(&file, path, len, &d);

	if (rc == JURAT_OK && file.len != len)
		rc = jurat_fail(&d, JURAT_E_TRUNCATED, "epid.length", NO_OFFSET, len, file.len);
	if (rc != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_ARG, rc, &d, path);
	memcpy(out, file.p, len);
	return EPID_GO_ON;
}

int
epid_read_ca_key(struct pki_key *out, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob file = { 0 };
	const char *path = o->value[OPTION_CA_KEY];
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read_secret(&file, path, KEY_FILE_MAX_LEN, &d);

	if (rc == JURAT_OK && file.len == sizeof out->secret.d) {
		memcpy(out->secret.d, file.p, sizeof out->secret.d);
		rc = p256_public_of(&out->pub, &out->secret);
		if (rc != JURAT_OK)
			(void)jurat_fail(&d, rc, "epid.ca_key", NO_OFFSET, 0, 0);
	} else if (rc == JURAT_OK) {
		rc = pki_key_from_pem(out, (const char *)file.p, file.len, &d);
	}
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, path);
}

/* ---- what verbs write ---- */

/* read_option: the option whose file this is, by whatever name; NUM_OPTIONS: none. */
static unsigned
read_option(const struct epid_options *o, const char *path)
{
	struct stat to, from;

	if (stat(path, &to) != 0 || !S_ISREG(to.st_mode))
		return NUM_OPTIONS;
	for (unsigned i = 0; i < NUM_OPTIONS; i++) {
		if (((EPID_READ_OPTIONS | EPID_NEW_OPTIONS) & OPTION_BIT(i)) != 0 && o->value[i] != NULL && stat(o->value[i], &from) == 0 &&
		    to.st_dev == from.st_dev && to.st_ino == from.st_ino)
			return i;
	}
	return NUM_OPTIONS;
}

int
epid_write(const struct epid_options *o, const void *p, size_t len)
{
	const char *path = o->value[OPTION_OUTPUT];
	unsigned option = read_option(o, path);
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (option != NUM_OPTIONS)
		return cli_usage("epid", "--output is the file of --%s", epid_option_name(option));
	rc = file_write(path, p, len, 0644, &d);
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, path);
}

int
epid_create_secret(const char *path, const void *p, size_t len)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_create(path, p, len, 0600, &d);

	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, path);
}
