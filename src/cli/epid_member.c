/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid join | sign: the member's side */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/epid.h"
#include "core/ct.h"

#define SECRET_LEN 32

/* ---- join ---- */

/* make_secret: f, written before anything that depends on it leaves. */
static int
make_secret(uint8_t f[SECRET_LEN], const struct epid_options *o)
{
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc = jurat_epid_secret_new(f, NULL, &d);

	if (rc != JURAT_EPID_OK)
		return epid_refuse(o, rc, &d, o->value[OPTION_NEW_SECRET]);
	return epid_create_secret(o->value[OPTION_NEW_SECRET], f, SECRET_LEN);
}

static int
request(const struct epid_input *in, const struct epid_options *o)
{
	uint8_t f[SECRET_LEN] = { 0 }, nonce[32], out[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)];
	const char *made = o->value[OPTION_NEW_SECRET];
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc;
	int exit_code;

	if ((made != NULL) == (o->value[OPTION_SECRET] != NULL))
		return cli_usage("epid", "either --secret or --new-secret, please");
	exit_code = epid_read_exactly(nonce, sizeof nonce, o, o->value[OPTION_NONCE], false);
	if (exit_code != EPID_GO_ON)
		return exit_code;
	exit_code = made != NULL ? make_secret(f, o) : epid_read_exactly(f, sizeof f, o, o->value[OPTION_SECRET], true);
	if (exit_code == EPID_GO_ON) {
		rc = jurat_epid_join_request(out, JURAT_EPID_JOIN_REQUEST_LEN(o->kind), in->group, o->kind, f, nonce, NULL, &d);
		exit_code = rc == JURAT_EPID_OK ? epid_write(o, out, JURAT_EPID_JOIN_REQUEST_LEN(o->kind)) :
		    epid_refuse(o, rc, &d, made != NULL ? made : o->value[OPTION_SECRET]);
		if (exit_code != EPID_GO_ON && made != NULL)
			(void)unlink(made); /* no request, no secret */
	}
	wipe(f, sizeof f);
	return exit_code == EPID_GO_ON ? EXIT_ACCEPTED : exit_code;
}

static int
write_key(uint8_t *key, size_t len, const struct epid_options *o)
{
	int exit_code = epid_create_secret(o->value[OPTION_OUTPUT], key, len);

	wipe(key, len);
	return exit_code == EPID_GO_ON ? EXIT_ACCEPTED : exit_code;
}

static int
finish(const struct epid_input *in, const struct epid_options *o)
{
	size_t gid_len = jurat_epid_group_id(in->group).len;
	uint8_t f[SECRET_LEN], credential[JURAT_EPID_CREDENTIAL_LEN(EPID_GID_LEN)], key[JURAT_EPID_PRIVATE_KEY_LEN(EPID_GID_LEN)];
	struct jurat_epid_bytes c = { credential, JURAT_EPID_CREDENTIAL_LEN(gid_len) };
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc;
	int exit_code;

	if (o->value[OPTION_SECRET] == NULL)
		return cli_usage("epid", "--credential wants --secret");
	exit_code = epid_read_exactly(credential, c.len, o, o->value[OPTION_CREDENTIAL], false);
	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_exactly(f, sizeof f, o, o->value[OPTION_SECRET], true);
	if (exit_code != EPID_GO_ON)
		return exit_code; /* f is read whole or not at all */
	rc = jurat_epid_key_from_credential(key, JURAT_EPID_PRIVATE_KEY_LEN(gid_len), in->group, o->kind, c, f, &d);
	wipe(f, sizeof f);
	if (rc != JURAT_EPID_OK)
		return epid_refuse(o, rc, &d, o->value[OPTION_CREDENTIAL]);
	return write_key(key, JURAT_EPID_PRIVATE_KEY_LEN(gid_len), o);
}

static int
decompress(const struct epid_input *in, const struct epid_options *o)
{
	size_t gid_len = jurat_epid_group_id(in->group).len;
	uint8_t compressed[JURAT_EPID_COMPRESSED_KEY_LEN(EPID_GID_LEN)], key[JURAT_EPID_PRIVATE_KEY_LEN(EPID_GID_LEN)];
	struct jurat_epid_bytes c = { compressed, JURAT_EPID_COMPRESSED_KEY_LEN(gid_len) };
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc;
	int exit_code = epid_read_exactly(compressed, c.len, o, o->value[OPTION_COMPRESSED], true);

	if (exit_code != EPID_GO_ON)
		return exit_code;
	rc = jurat_epid_key_decompress(key, JURAT_EPID_PRIVATE_KEY_LEN(gid_len), in->group, o->kind, c, &d);
	wipe(compressed, sizeof compressed);
	if (rc != JURAT_EPID_OK)
		return epid_refuse(o, rc, &d, o->value[OPTION_COMPRESSED]);
	return write_key(key, JURAT_EPID_PRIVATE_KEY_LEN(gid_len), o);
}

int
epid_run_join(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	bool asks = o->value[OPTION_NONCE] != NULL, ends = o->value[OPTION_CREDENTIAL] != NULL, unpacks = o->value[OPTION_COMPRESSED] != NULL;
	int exit_code;

	if (asks + ends + unpacks != 1 || (unpacks && o->value[OPTION_SECRET] != NULL) || (!asks && o->value[OPTION_NEW_SECRET] != NULL))
		return cli_usage("epid", "join wants --nonce and a secret, or --credential and --secret, or --compressed");
	if ((exit_code = epid_read_group(&in, o)) != EPID_GO_ON)
		return exit_code;
	if (asks)
		return request(&in, o);
	return ends ? finish(&in, o) : decompress(&in, o);
}

/* ---- sign ---- */

static int
read_member(struct jurat_epid_member **out, const struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob key = { 0 };
	const char *path = o->value[OPTION_KEY];
	struct jurat_epid_diag ed = { 0 };
	struct jurat_diag d = { 0 };
	jurat_epid_rc erc;
	jurat_rc rc = file_read_secret(&key, path, JURAT_EPID_PRIVATE_KEY_LEN(EPID_GID_LEN), &d);

	if (rc != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_PRIVATE_KEY, rc, &d, path);
	erc = jurat_epid_member_new(out, in->group, o->kind, (struct jurat_epid_bytes){ key.p, key.len }, &ed);
	return erc == JURAT_EPID_OK ? EPID_GO_ON : epid_refuse(o, erc, &ed, path);
}

/* num_entries: of the signature list; a list that cannot be read is left for jurat_epid_sign to refuse. */
static size_t
num_entries(struct jurat_epid_bytes list)
{
	struct epid_list l;

	return list.len != 0 && epid_list_parse(&l, EPID_FORM_SIGRL, list.p, list.len, NULL) == JURAT_OK ? l.num : 0;
}

/* whose_fault: the argument that an error of jurat_epid_sign is about. */
static const char *
whose_fault(jurat_epid_rc rc, const struct epid_options *o)
{
	if (rc == JURAT_EPID_E_BAD_SIGRL || rc == JURAT_EPID_E_BAD_SIGRL_ENTRY)
		return o->value[OPTION_SIGRL];
	return rc == JURAT_EPID_E_BAD_BASENAME ? "--basename" : o->value[OPTION_KEY];
}

static int
sign(const struct jurat_epid_member *member, const struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob out = { 0 };
	const struct jurat_epid_bytes *list = &in->lists[LIST_SIGRL].list;
	struct jurat_epid_sign_request r = { .message = { in->message.p, in->message.len },
		.basename = in->basename.p != NULL ? &in->basename_bytes : NULL, .sigrl = o->value[OPTION_SIGRL] != NULL ? list : NULL };
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc;
	int exit_code;

	out.len = JURAT_EPID_SIGNATURE_LEN(o->kind, num_entries(*list));
	if ((out.p = malloc(out.len)) == NULL)
		return cli_fail(JURAT_E_MEMORY, NULL, o->value[OPTION_OUTPUT]);
	rc = jurat_epid_sign(out.p, out.len, member, &r, &d);
	if (rc != JURAT_EPID_OK)
		return epid_refuse(o, rc, &d, whose_fault(rc, o));
	exit_code = epid_write(o, out.p, out.len);
	return exit_code == EPID_GO_ON ? EXIT_ACCEPTED : exit_code;
}

int
epid_run_sign(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	struct jurat_epid_member *member = NULL;
	int exit_code = epid_read_group(&in, o);

	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_basename(&in, o);
	if (exit_code == EPID_GO_ON && o->value[OPTION_SIGRL] != NULL)
		exit_code = epid_read_list(&in, o, LIST_SIGRL, o->value[OPTION_SIGRL]);
	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_signed(&in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = read_member(&member, &in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = sign(member, &in, o);
	jurat_epid_member_free(member);
	return exit_code;
}
