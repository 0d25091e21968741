/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid revoke key | signature | group: the issuer's lists */
#include <string.h>

#include "cli/epid_update.h"

#define REQUEST_MAX_LEN EPID_FILE_MAX_LEN
#define REQUEST_MAX_GROUPS 16384u /* each is looked for in the list, and the list copied: two seconds */

/* run_update: everything but the entry. The list's own signature is checked against --ca-key, which --ca would only repeat. */
static int
run_update(const struct epid_update *u, struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(epid_unlock) struct epid_lock lock = { .fd = -1 };
	bool has_ca = in->has_ca;
	int exit_code = epid_lock(&lock, u->path);

	in->has_ca = in->has_ca && o->value[OPTION_CA_KEY] == NULL;
	if (exit_code == EPID_GO_ON && o->value[OPTION_NEW] == NULL)
		exit_code = epid_read_list(in, o, u->which, u->path);
	in->has_ca = has_ca;
	return exit_code == EPID_GO_ON ? epid_update_list(u, in, o) : exit_code;
}

/* ---- what is revoked ---- */

static int
read_request(struct blob *out, const struct epid_options *o, const char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(out, path, REQUEST_MAX_LEN, &d);

	out->secret = true;
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, path);
}

/* one_of: that exactly one of what is given as parts and --request is. */
static int
one_of(const struct epid_options *o, bool has_parts, const char *parts)
{
	if (has_parts != (o->value[OPTION_REQUEST] != NULL))
		return EPID_GO_ON;
	return cli_usage("epid", "either %s or --request, please", parts);
}

struct key_entry {
	enum jurat_epid_kind kind;
	struct jurat_epid_bytes key;
};

static jurat_epid_rc
add_key(struct epid_grown *out, struct jurat_epid_bytes list, const struct epid_update *u, const struct epid_input *in, size_t i,
    struct jurat_epid_diag *d)
{
	const struct key_entry *e = u->ctx;

	return jurat_epid_privrl_add(out->p, out->cap, &out->len, list, in->group, e->kind, e->key, d);
}

int
epid_run_revoke_key(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct key_entry entry = { .kind = o->kind };
	const char *path = o->value[OPTION_KEY] != NULL ? o->value[OPTION_KEY] : o->value[OPTION_REQUEST];
	struct epid_update u = { .which = LIST_PRIVRL, .path = o->value[OPTION_PRIVRL], .subject = path, .add = add_key, .ctx = &entry, .num = 1 };
	struct jurat_diag d = { 0 };
	const uint8_t *key;
	jurat_rc rc;
	int exit_code = one_of(o, o->value[OPTION_KEY] != NULL, "--key");

	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_group(&in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = read_request(&file, o, path);
	if (exit_code != EPID_GO_ON)
		return exit_code;
	entry.key = (struct jurat_epid_bytes){ file.p, file.len };
	if (o->value[OPTION_REQUEST] != NULL) {
		rc = epid_privrl_request_parse(&key, &entry.key.len, file.p, file.len, &d);
		if (rc != JURAT_OK)
			return cli_fail(rc, &d, path);
		entry.key.p = key;
	}
	return run_update(&u, &in, o);
}

struct signature_entry {
	struct jurat_epid_bytes signature, message;
};

static jurat_epid_rc
add_signature(struct epid_grown *out, struct jurat_epid_bytes list, const struct epid_update *u, const struct epid_input *in, size_t i,
    struct jurat_epid_diag *d)
{
	const struct signature_entry *e = u->ctx;

	return jurat_epid_sigrl_add(out->p, out->cap, &out->len, list, in->group, e->signature, e->message, d);
}

/* request_of_group: the signature and message of a request, which must name this group. */
static int
request_of_group(struct signature_entry *out, const struct blob *file, const struct epid_input *in, const char *path)
{
	struct jurat_epid_bytes gid = jurat_epid_group_id(in->group);
	struct epid_sigrl_request r;
	struct jurat_diag d = { 0 };
	jurat_rc rc = epid_sigrl_request_parse(&r, file->p, file->len, &d);

	if (rc == JURAT_OK && (gid.len != r.gid_len || memcmp(gid.p, r.gid, gid.len) != 0))
		rc = jurat_fail(&d, JURAT_E_MISMATCH, "epid.request.gid", EPID_HEADER_LEN, 0, 0);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, path);
	out->signature = (struct jurat_epid_bytes){ r.signature, r.signature_len };
	out->message = (struct jurat_epid_bytes){ r.message, r.message_len };
	return EPID_GO_ON;
}

int
epid_run_revoke_signature(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct signature_entry entry = { 0 };
	bool has_parts = o->value[OPTION_SIGNATURE] != NULL;
	struct epid_update u = { .which = LIST_SIGRL, .path = o->value[OPTION_SIGRL], .add = add_signature, .ctx = &entry,
		.num = 1, .subject = has_parts ? o->value[OPTION_SIGNATURE] : o->value[OPTION_REQUEST] };
	int exit_code = one_of(o, has_parts, "--signature and --message");

	if (exit_code == EPID_GO_ON && has_parts != (o->value[OPTION_MESSAGE] != NULL))
		exit_code = cli_usage("epid", "--signature and --message go together");
	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_group(&in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = has_parts ? epid_read_signed(&in, o) : read_request(&file, o, u.subject);
	if (exit_code == EPID_GO_ON && !has_parts)
		exit_code = request_of_group(&entry, &file, &in, u.subject);
	if (exit_code != EPID_GO_ON)
		return exit_code;
	if (has_parts) {
		entry.signature = (struct jurat_epid_bytes){ in.signature.p, in.signature.len };
		entry.message = (struct jurat_epid_bytes){ in.message.p, in.message.len };
	}
	return run_update(&u, &in, o);
}

/* Group ids to revoke: gid_len bytes every stride bytes. */
struct group_entries {
	const uint8_t *gids;
	size_t gid_len, stride;
};

static jurat_epid_rc
add_group(struct epid_grown *out, struct jurat_epid_bytes list, const struct epid_update *u, const struct epid_input *in, size_t i,
    struct jurat_epid_diag *d)
{
	const struct group_entries *e = u->ctx;
	jurat_epid_rc rc = jurat_epid_grouprl_add(
	    out->p, out->cap, &out->len, list, (struct jurat_epid_bytes){ e->gids + i * e->stride, e->gid_len }, d);

	if (rc == JURAT_EPID_OK && i > 0)
		memcpy(out->p, list.p, sizeof(uint32_t)); /* one request, one version, with which a GroupRL begins */
	return rc;
}

/* groups_of_request: the reasons that Intel's tool writes beside the ids are nothing that a list holds. */
static int
groups_of_request(struct group_entries *out, size_t *out_num, const struct blob *file, const char *path)
{
	struct epid_grouprl_request r;
	struct jurat_diag d = { 0 };
	jurat_rc rc = epid_grouprl_request_parse(&r, file->p, file->len, &d);

	if (rc == JURAT_OK && r.num == 0)
		rc = jurat_fail(&d, JURAT_E_FORMAT, "epid.request.count", EPID_HEADER_LEN, 1, 0);
	if (rc == JURAT_OK && r.num > REQUEST_MAX_GROUPS)
		rc = jurat_fail(&d, JURAT_E_TOO_LARGE, "epid.request.count", EPID_HEADER_LEN, REQUEST_MAX_GROUPS, r.num);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, path);
	*out = (struct group_entries){ .gids = r.entries, .gid_len = EPID_GID_LEN, .stride = EPID_GROUPRL_REQUEST_ENTRY_LEN };
	*out_num = r.num;
	return EPID_GO_ON;
}

int
epid_run_revoke_group(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	CLEANUP(blob_clear) struct blob file = { 0 };
	struct group_entries entries = { .gids = o->gid, .gid_len = o->gid_len };
	struct epid_update u = { .which = LIST_GROUPRL, .path = o->value[OPTION_GROUPRL], .add = add_group, .ctx = &entries, .num = 1,
		.subject = "--gid" };
	int exit_code = one_of(o, o->value[OPTION_GROUP] != NULL || o->gid_len != 0, "--gid or --group");

	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_ca(&in, o);
	if (exit_code == EPID_GO_ON && o->value[OPTION_REQUEST] != NULL) {
		u.subject = o->value[OPTION_REQUEST];
		exit_code = read_request(&file, o, u.subject);
		if (exit_code == EPID_GO_ON)
			exit_code = groups_of_request(&entries, &u.num, &file, u.subject);
	} else if (exit_code == EPID_GO_ON && o->value[OPTION_GROUP] != NULL) {
		u.subject = o->value[OPTION_GROUP];
		exit_code = epid_read_group(&in, o);
		if (exit_code == EPID_GO_ON) {
			entries.gids = jurat_epid_group_id(in.group).p;
			entries.gid_len = jurat_epid_group_id(in.group).len;
		}
	}
	return exit_code == EPID_GO_ON ? run_update(&u, &in, o) : exit_code;
}
