/* SPDX-License-Identifier: Apache-2.0 */
/* For hosts alone: contexts on the heap. What holds secrets is wiped before it is given back. */
#include <stdlib.h>

#include "epid/diag.h"

/* context_new: room for a context whose size is a multiple of its alignment. */
static void *
context_new(size_t size, struct jurat_epid_diag *d)
{
	void *p = aligned_alloc(JURAT_EPID_ALIGN, (size + JURAT_EPID_ALIGN - 1) / JURAT_EPID_ALIGN * JURAT_EPID_ALIGN);

	if (p == NULL)
		(void)epid_fail(d, JURAT_EPID_E_HEAP, JURAT_EPID_NO_DEFECT, "heap", 0);
	return p;
}

/* keep: memory stays with the context that was made in it, and is given back if there is none. */
static jurat_epid_rc
keep(jurat_epid_rc rc, void *memory)
{
	if (rc != JURAT_EPID_OK)
		free(memory);
	return rc;
}

jurat_epid_rc
jurat_epid_group_new(struct jurat_epid_group **out, struct jurat_epid_bytes public_key, enum jurat_epid_hash hash, struct jurat_epid_diag *d)
{
	size_t size = jurat_epid_group_size();
	void *p = context_new(size, d);

	return p == NULL ? JURAT_EPID_E_HEAP : keep(jurat_epid_group_init(out, p, size, public_key, hash, d), p);
}

void
jurat_epid_group_free(struct jurat_epid_group *group)
{
	free(group);
}

jurat_epid_rc
jurat_epid_verifier_new(struct jurat_epid_verifier **out, const struct jurat_epid_group *group, const struct jurat_epid_bytes *basename,
    uint32_t flags, struct jurat_epid_diag *d)
{
	size_t size = jurat_epid_verifier_size();
	void *p = context_new(size, d);

	return p == NULL ? JURAT_EPID_E_HEAP : keep(jurat_epid_verifier_init(out, p, size, group, basename, flags, d), p);
}

void
jurat_epid_verifier_free(struct jurat_epid_verifier *verifier)
{
	free(verifier);
}

jurat_epid_rc
jurat_epid_member_new(struct jurat_epid_member **out, const struct jurat_epid_group *group, enum jurat_epid_kind kind,
    struct jurat_epid_bytes private_key, struct jurat_epid_diag *d)
{
	size_t size = jurat_epid_member_size();
	void *p = context_new(size, d);

	return p == NULL ? JURAT_EPID_E_HEAP : keep(jurat_epid_member_init(out, p, size, group, kind, private_key, d), p);
}

void
jurat_epid_member_free(struct jurat_epid_member *member)
{
	jurat_epid_member_clear(member);
	free(member);
}

jurat_epid_rc
jurat_epid_issuer_new(struct jurat_epid_issuer **out, const struct jurat_epid_group *group, struct jurat_epid_bytes issuer_key,
    struct jurat_epid_diag *d)
{
	size_t size = jurat_epid_issuer_size();
	void *p = context_new(size, d);

	return p == NULL ? JURAT_EPID_E_HEAP : keep(jurat_epid_issuer_init(out, p, size, group, issuer_key, d), p);
}

void
jurat_epid_issuer_free(struct jurat_epid_issuer *issuer)
{
	jurat_epid_issuer_clear(issuer);
	free(issuer);
}
