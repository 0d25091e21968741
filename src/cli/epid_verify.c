/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid verify | blacklist: the verifier's side */
#include "cli/epid_update.h"

static struct jurat_epid_bytes
bytes_of(const struct blob *b)
{
	return (struct jurat_epid_bytes){ b->p, b->len };
}

int
epid_run_verify(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc;
	int exit_code = epid_read_verifier(&in, o);

	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_signed(&in, o);
	if (exit_code != EPID_GO_ON)
		return exit_code;
	rc = jurat_epid_verify(in.verifier, bytes_of(&in.signature), bytes_of(&in.message), &d);
	if (rc != JURAT_EPID_OK)
		return epid_refuse(o, rc, &d, o->value[OPTION_SIGNATURE]);
	epid_say(o, rc, NULL);
	return EXIT_ACCEPTED;
}

/* ---- the verifier's own list ---- */

static jurat_epid_rc
add_signature(struct epid_grown *out, struct jurat_epid_bytes list, const struct epid_update *u, const struct epid_input *in, size_t i,
    struct jurat_epid_diag *d)
{
	return jurat_epid_verifierrl_add(
	    out->p, out->cap, &out->len, list, in->verifier, bytes_of(&in->signature), bytes_of(&in->message), d);
}

int
epid_run_blacklist(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	CLEANUP(epid_unlock) struct epid_lock lock = { .fd = -1 };
	const struct epid_update update = { .which = LIST_VERIFIERRL, .path = o->value[OPTION_VERIFIERRL], .add = add_signature, .num = 1, .subject = o->value[OPTION_SIGNATURE] };
	int exit_code = epid_lock(&lock, update.path);

	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_verifier(&in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = epid_read_signed(&in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = epid_update_list(&update, &in, o);
	if (exit_code == EXIT_ACCEPTED)
		epid_say(o, JURAT_EPID_OK, NULL);
	return exit_code;
}
