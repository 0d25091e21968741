/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group key, one byte that says which list, the list. What a verifier takes is one of the file's forms, of this group; with an index or without it is
 * taken alike.
 */
#include "epid_input.h"

#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jurat_epid_rc
set(struct jurat_epid_verifier *v, enum epid_form form, struct jurat_epid_bytes list, void *memory, size_t memory_len)
{
	switch (form) {
	case EPID_FORM_PRIVRL:
		return jurat_epid_verifier_set_privrl(v, list, memory, memory_len, NULL);
	case EPID_FORM_SIGRL:
		return jurat_epid_verifier_set_sigrl(v, list, NULL);
	case EPID_FORM_GROUPRL:
		return jurat_epid_verifier_set_grouprl(v, list, NULL);
	default:
		return jurat_epid_verifier_set_verifierrl(v, list, memory, memory_len, NULL);
	}
}

static void
check_taken(const struct jurat_epid_group *group, enum epid_form form, struct jurat_epid_bytes list)
{
	struct jurat_epid_bytes gid = jurat_epid_group_id(group);
	struct epid_list l;

	if (epid_list_parse(&l, form, list.p, list.len, NULL) != JURAT_OK)
		abort();
	if (l.gid != NULL && (l.gid_len != gid.len || memcmp(l.gid, gid.p, gid.len) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum epid_form forms[] = { EPID_FORM_PRIVRL, EPID_FORM_SIGRL, EPID_FORM_GROUPRL, EPID_FORM_VERIFIERRL };
	const struct jurat_epid_bytes name = { "site", 4 };
	struct jurat_epid_verifier *v = NULL;
	const struct jurat_epid_group *group;
	struct jurat_epid_bytes list;
	enum epid_form form;
	jurat_epid_rc rc;
	struct reader r;
	size_t room;
	void *memory;

	reader_init(&r, data, size);
	if ((group = group_of(&r)) == NULL || r.left == 0)
		return 0;
	form = forms[reader_u8(&r) % 4];
	list = rest_of(&r);
	room = form == EPID_FORM_PRIVRL ? jurat_epid_privrl_memory(list.len) : jurat_epid_verifierrl_memory(list.len);
	if (jurat_epid_verifier_new(&v, group, form == EPID_FORM_VERIFIERRL ? &name : NULL, 0, NULL) != JURAT_EPID_OK || (memory = malloc(room + 1)) == NULL)
		exit(1);
	rc = set(v, form, list, NULL, 0);
	if (set(v, form, list, memory, room) != rc)
		abort();
	if (rc == JURAT_EPID_OK)
		check_taken(group, form, list);
	jurat_epid_verifier_free(v);
	free(memory);
	return 0;
}
