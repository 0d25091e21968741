/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid inspect | group show: what is in a file. inspect looks at forms alone; group show also checks the key. */
#include <stdio.h>
#include <string.h>

#include "cli/epid.h"
#include "cli/fields.h"
#include "core/bytes.h"

#define MAX_ENTRIES_FOR_PEOPLE 16u

/* A look at one file. */
struct look {
	struct fields f;
	const struct epid_options *o;
	struct epid_input in; /* --ca */
	struct blob file;
};

/* take: the next n bytes as hex. Every caller has checked the whole length. */
static void
take(struct look *l, struct reader *r, const char *name, size_t n)
{
	fields_hex(&l->f, name, reader_take(r, n), n);
}

static void
secret(struct look *l, const char *name)
{
	fields_text(&l->f, name, "(secret: not shown)");
}

static const char *
hash_name(size_t gid_len, const uint8_t *gid)
{
	static const char *const names[] = { "SHA-256", "SHA-384", "SHA-512", "SHA-512/256" };

	if (gid_len == EPID_SGX_GID_LEN)
		return names[0];
	return (gid[0] & 0xf0) == 0 && (gid[1] & 0x0f) < ARRAY_LEN(names) ? names[gid[1] & 0x0f] : "(none that is supported)";
}

/* signed_by: whether the file is signed and, with --ca, by whom. false: it must not be trusted. */
static bool
signed_by(struct look *l, const struct epid_file *file)
{
	bool ok = !l->in.has_ca || epid_file_check_vartime(file, &l->in.ca.pub, NULL) == JURAT_OK;

	if (file->signature == NULL)
		fields_text(&l->f, "signed", ok ? "no" : "no (--ca wants it to be)");
	else if (!l->in.has_ca)
		fields_text(&l->f, "signed", "yes, not checked (--ca)");
	else
		fields_text(&l->f, "signed", ok ? "by --ca" : "NOT by --ca");
	return ok;
}

/* ---- one function for each form ---- */

static bool
show_ca(struct look *l)
{
	struct epid_ca ca;

	if (epid_ca_parse(&ca, l->file.p, l->file.len, NULL) != JURAT_OK)
		return false;
	fields_hex(&l->f, "public_key_x", ca.pub.x, sizeof ca.pub.x);
	fields_hex(&l->f, "public_key_y", ca.pub.y, sizeof ca.pub.y);
	fields_text(&l->f, "self_signed", ca.self_signed ? "yes" : "no");
	return true;
}

static void
show_group_key(struct look *l, const uint8_t *p, size_t len)
{
	size_t gid_len = epid_gid_len_of(EPID_FORM_GROUP, len);
	struct reader r;

	reader_init(&r, p, len);
	fields_text(&l->f, "hash", hash_name(gid_len, p));
	take(l, &r, "gid", gid_len);
	take(l, &r, "h1", 64);
	take(l, &r, "h2", 64);
	take(l, &r, "w", 128);
}

static bool
show_groups(struct look *l)
{
	size_t num = epid_group_file_count(l->file.p, l->file.len);
	struct epid_file file;
	bool ok = true;

	fields_list_open(&l->f, "keys");
	for (size_t i = 0; i < num && epid_group_file_open(&file, l->file.p, l->file.len, i, NULL) == JURAT_OK; i++) {
		fields_open(&l->f, NULL);
		ok = signed_by(l, &file) && ok;
		show_group_key(l, file.body, file.body_len);
		fields_close(&l->f);
	}
	fields_list_close(&l->f);
	return ok;
}

static bool
show_list(struct look *l, enum epid_form form)
{
	struct epid_list list;
	struct epid_file file;
	bool ok;

	if (epid_file_open(&file, form, l->file.p, l->file.len, NULL) != JURAT_OK ||
	    epid_list_parse(&list, form, file.body, file.body_len, NULL) != JURAT_OK)
		return false;
	ok = form == EPID_FORM_VERIFIERRL || signed_by(l, &file);
	if (list.gid != NULL)
		fields_hex(&l->f, "gid", list.gid, list.gid_len);
	if (list.base != NULL)
		fields_hex(&l->f, "B", list.base, 64);
	fields_number(&l->f, "list_version", list.version);
	fields_number(&l->f, "num_entries", list.num);
	fields_list_open(&l->f, "entries");
	for (size_t i = 0; i < list.num && (l->f.as_json || i < MAX_ENTRIES_FOR_PEOPLE); i++)
		fields_hex(&l->f, NULL, list.entries + i * list.entry_len, list.entry_len);
	fields_list_close(&l->f);
	if (!l->f.as_json && list.num > MAX_ENTRIES_FOR_PEOPLE)
		fields_text(&l->f, "more", "(--json shows all)");
	return ok;
}

static bool
show_signature(struct look *l, const uint8_t *p, size_t len)
{
	static const char *const scalars[] = { "c", "sx", "sf", "sa", "sb" };
	struct epid_signature s;
	struct reader r;

	if (epid_signature_parse(&s, p, len, NULL) != JURAT_OK)
		return false;
	reader_init(&r, s.basic, JURAT_EPID_BASIC_LEN);
	take(l, &r, "B", 64);
	take(l, &r, "K", 64);
	take(l, &r, "T", 64);
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
		take(l, &r, scalars[i], 32);
	if (s.nonce != NULL)
		fields_hex(&l->f, "nonce", s.nonce, 32);
	fields_number(&l->f, "sigrl_version", s.rl_version);
	fields_number(&l->f, "num_proofs", s.num_proofs);
	return true;
}

static bool
show_request(struct look *l, enum epid_form form)
{
	struct epid_sigrl_request sig;
	struct epid_grouprl_request groups;

	if (form == EPID_FORM_PRIVRL_REQUEST) {
		fields_hex(&l->f, "gid", l->file.p + EPID_HEADER_LEN, epid_gid_len_of(EPID_FORM_PRIVATE_KEY, l->file.len - EPID_HEADER_LEN));
		secret(l, "private_key");
		return true;
	}
	if (form == EPID_FORM_SIGRL_REQUEST && epid_sigrl_request_parse(&sig, l->file.p, l->file.len, NULL) == JURAT_OK) {
		fields_hex(&l->f, "gid", sig.gid, sig.gid_len);
		fields_number(&l->f, "message_len", (int64_t)sig.message_len);
		return show_signature(l, sig.signature, sig.signature_len);
	}
	if (epid_grouprl_request_parse(&groups, l->file.p, l->file.len, NULL) != JURAT_OK)
		return false;
	fields_list_open(&l->f, "groups");
	for (size_t i = 0; i < groups.num; i++) {
		const uint8_t *entry = groups.entries + i * EPID_GROUPRL_REQUEST_ENTRY_LEN;

		fields_open(&l->f, NULL);
		fields_hex(&l->f, "gid", entry, EPID_GID_LEN);
		fields_number(&l->f, "reason", entry[EPID_GID_LEN]);
		fields_close(&l->f);
	}
	fields_list_close(&l->f);
	return true;
}

static bool
show_key(struct look *l, enum epid_form form)
{
	size_t gid_len = epid_gid_len_of(form, l->file.len);
	struct reader r;

	reader_init(&r, l->file.p, l->file.len);
	take(l, &r, "gid", gid_len);
	if (form == EPID_FORM_CREDENTIAL) {
		take(l, &r, "A", 64);
		take(l, &r, "x", 32);
	} else if (form == EPID_FORM_ISSUER_KEY) {
		secret(l, "gamma");
	} else if (form == EPID_FORM_COMPRESSED_KEY) {
		secret(l, "seed");
	} else {
		secret(l, "A_x_f");
	}
	return true;
}

static bool
show_join_request(struct look *l, bool split)
{
	struct reader r;

	reader_init(&r, l->file.p, l->file.len);
	take(l, &r, "F", 64);
	take(l, &r, "c", 32);
	take(l, &r, "s", 32);
	if (!split)
		return true;
	take(l, &r, "k", 32);
	fields_number(&l->f, "i", reader_u32be(&r));
	take(l, &r, "y", 32);
	return true;
}

static bool
show(struct look *l, enum epid_form form)
{
	switch (form) {
	case EPID_FORM_CA:
		return show_ca(l);
	case EPID_FORM_GROUP:
		return show_groups(l);
	case EPID_FORM_PRIVRL:
	case EPID_FORM_SIGRL:
	case EPID_FORM_GROUPRL:
	case EPID_FORM_VERIFIERRL:
		return show_list(l, form);
	case EPID_FORM_PRIVRL_REQUEST:
	case EPID_FORM_SIGRL_REQUEST:
	case EPID_FORM_GROUPRL_REQUEST:
		return show_request(l, form);
	case EPID_FORM_JOIN_REQUEST:
	case EPID_FORM_SPLIT_JOIN_REQUEST:
		return show_join_request(l, form == EPID_FORM_SPLIT_JOIN_REQUEST);
	case EPID_FORM_SIGNATURE:
	case EPID_FORM_SPLIT_SIGNATURE:
		return show_signature(l, l->file.p, l->file.len);
	default:
		return show_key(l, form);
	}
}

/* ---- commands ---- */

static void
look_clear(struct look *l)
{
	json_out_clear(&l->f.out);
	epid_input_clear(&l->in);
	blob_clear(&l->file);
}

static int
look_open(struct look *l, const struct epid_options *o)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int exit_code;

	l->o = o;
	fields_init(&l->f, o->value[OPTION_JSON] != NULL);
	if ((exit_code = epid_read_ca(&l->in, o)) != EPID_GO_ON)
		return exit_code;
	rc = file_read(&l->file, o->file, EPID_FILE_MAX_LEN, &d);
	l->file.secret = true; /* it may be a key */
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, o->file);
}

/* show_as: the whole answer. Exit code 3 if --ca did not sign it. */
static int
show_as(struct look *l, enum epid_form form)
{
	bool ok;

	if (l->f.as_json) {
		fields_open(&l->f, NULL);
		fields_number(&l->f, "version", 1);
	}
	fields_text(&l->f, "form", epid_form_name(form));
	ok = show(l, form);
	if (l->f.as_json)
		fields_close(&l->f);
	if (!fields_finish(&l->f))
		return EXIT_INTERNAL;
	return ok ? EXIT_ACCEPTED : EXIT_INVALID;
}

/* choose_form: --as, or what it looks like. */
static int
choose_form(enum epid_form *out, const struct look *l)
{
	uint32_t forms = epid_forms_of(l->file.p, l->file.len);
	const char *as = l->o->value[OPTION_AS];

	*out = as != NULL ? epid_form_from_name(as) : (enum epid_form)__builtin_ctz(forms | 1u << EPID_NUM_FORMS);
	if (as != NULL && *out == EPID_NUM_FORMS)
		return cli_usage("epid", "--as wants the name of a form: privrl, sigrl, signature, split_signature ...");
	if (*out == EPID_NUM_FORMS || (forms & 1u << *out) == 0) {
		cli_error(l->o->file, "%s", as != NULL ? "it does not have that form" : "none of EPID 2.0's forms");
		return EXIT_INVALID;
	}
	if (as == NULL && (forms & (forms - 1)) != 0)
		cli_progress("it can be something else, too: choose with --as");
	return EPID_GO_ON;
}

int
epid_run_inspect(const struct epid_options *o)
{
	CLEANUP(look_clear) struct look l = { 0 };
	enum epid_form form;
	int exit_code = look_open(&l, o);

	if (exit_code == EPID_GO_ON)
		exit_code = choose_form(&form, &l);
	return exit_code == EPID_GO_ON ? show_as(&l, form) : exit_code;
}

/* check_keys: that every key of the file is one: points, in their groups, a hash that there is. */
static int
check_keys(const struct look *l)
{
	size_t num = epid_group_file_count(l->file.p, l->file.len);
	struct jurat_diag d = { 0 };
	struct epid_file file;
	jurat_rc rc = epid_file_open(&file, EPID_FORM_GROUP, l->file.p, l->file.len, &d);

	for (size_t i = 0; rc == JURAT_OK && i < num; i++) {
		struct jurat_epid_group *group = NULL;
		struct jurat_epid_diag ed = { 0 };
		jurat_epid_rc erc;

		if ((rc = epid_group_file_open(&file, l->file.p, l->file.len, i, &d)) != JURAT_OK)
			break;
		erc = jurat_epid_group_new(&group, (struct jurat_epid_bytes){ file.body, file.body_len }, JURAT_EPID_HASH_OF_GROUP, &ed);
		jurat_epid_group_free(group);
		if (erc != JURAT_EPID_OK)
			return epid_refuse(l->o, erc, &ed, l->o->file);
	}
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, l->o->file);
}

int
epid_run_group_show(const struct epid_options *o)
{
	CLEANUP(look_clear) struct look l = { 0 };
	int exit_code = look_open(&l, o);

	if (exit_code == EPID_GO_ON)
		exit_code = check_keys(&l);
	return exit_code == EPID_GO_ON ? show_as(&l, EPID_FORM_GROUP) : exit_code;
}
