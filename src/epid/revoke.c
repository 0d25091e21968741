/* SPDX-License-Identifier: Apache-2.0 */
/* Building revocation lists: the old one, one entry more, a version one higher. */
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "epid/diag.h"
#include "epid/member.h"
#include "epid/verifier.h"

/* What stands in front of the version: the group id, for the VerifierRL also B, for the GroupRL nothing. */
struct front {
	const uint8_t *gid, *base; /* NULL: none */
	size_t gid_len;
};

/* append: decides first. old may be a list without entries and of version 0 that was never written. */
static jurat_epid_rc
append(uint8_t *out, size_t cap, size_t *out_len, const struct front *front, const struct epid_list *old, const uint8_t *entry,
    size_t entry_len, struct jurat_epid_diag *d)
{
	size_t front_len = (front->gid != NULL ? front->gid_len : 0) + (front->base != NULL ? G1_LEN : 0);
	struct writer w;

	if (old->version == UINT32_MAX)
		return epid_fail(d, JURAT_EPID_E_MAX_VERSION, JURAT_EPID_NO_DEFECT, "list.version", 0);
	if (old->num >= EPID_LIST_MAX_ENTRIES)
		return epid_fail(d, JURAT_EPID_E_MAX_ENTRIES, JURAT_EPID_NO_DEFECT, "list.count", 0);
	if (cap < front_len + 8 + entry_len * ((size_t)old->num + 1))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	writer_init(&w, out, cap);
	if (front->gid != NULL)
		writer_copy(&w, front->gid, front->gid_len);
	if (front->base != NULL)
		writer_copy(&w, front->base, G1_LEN);
	writer_u32be(&w, old->version + 1);
	writer_u32be(&w, old->num + 1);
	if (old->num != 0)
		writer_copy(&w, old->entries, entry_len * old->num);
	writer_copy(&w, entry, entry_len);
	*out_len = w.len;
	return JURAT_EPID_OK;
}

/* old_list: the caller's, or nothing yet. */
static jurat_epid_rc
old_list(struct epid_list *out, enum epid_form form, struct jurat_epid_bytes in, const struct jurat_epid_group *g, struct jurat_epid_diag *d)
{
	*out = (struct epid_list){ .form = form };
	return in.len == 0 ? JURAT_EPID_OK : epid_list_for(out, form, in, g, d);
}

static struct front
front_of(const struct jurat_epid_group *g)
{
	return (struct front){ .gid = g->public_key, .gid_len = g->gid_len };
}

/* listed: whether the entry is there already. */
static bool
listed(size_t *out_i, const struct epid_list *list, const uint8_t *entry, size_t entry_len)
{
	for (size_t i = 0; i < list->num; i++) {
		if (memcmp(list->entries + entry_len * i, entry, entry_len) != 0)
			continue;
		*out_i = i;
		return true;
	}
	return false;
}

static jurat_epid_rc
append_new(uint8_t *out, size_t cap, size_t *out_len, const struct front *front, const struct epid_list *old, const uint8_t *entry,
    size_t entry_len, struct jurat_epid_diag *d)
{
	size_t i;

	if (listed(&i, old, entry, entry_len))
		return epid_fail(d, JURAT_EPID_E_DUPLICATE, JURAT_EPID_LISTED, "list", i);
	return append(out, cap, out_len, front, old, entry, entry_len, d);
}

jurat_epid_rc
jurat_epid_privrl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list, const struct jurat_epid_group *group,
    enum jurat_epid_kind kind, struct jurat_epid_bytes private_key, struct jurat_epid_diag *d)
{
	struct front front = front_of(group);
	uint8_t f[FR_LEN]; /* public from now on */
	struct epid_list old;
	struct epid_key key;
	jurat_epid_rc rc;

	if ((rc = old_list(&old, EPID_FORM_PRIVRL, list, group, d)) != JURAT_EPID_OK ||
	    (rc = epid_key_read(&key, group, kind, private_key, d)) != JURAT_EPID_OK)
		return rc;
	fr_write(f, &key.f);
	wipe(&key, sizeof key);
	return append_new(out, cap, out_len, &front, &old, f, sizeof f, d);
}

/* check_signature: of a member of the group, over any base, whatever lists there are. */
static jurat_epid_rc
check_signature(const uint8_t **out_basic, const struct jurat_epid_group *g, struct jurat_epid_bytes signature,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	struct epid_signature whole;
	jurat_epid_rc rc;

	if (signature.p == NULL || epid_signature_parse(&whole, signature.p, signature.len, NULL) != JURAT_OK)
		return epid_fail(d, JURAT_EPID_E_BAD_SIGNATURE, JURAT_EPID_BAD_LENGTH, "signature", 0);
	if ((rc = epid_verify_basic(g, NULL, whole.basic, whole.nonce, message, d)) != JURAT_EPID_OK)
		return rc;
	*out_basic = whole.basic;
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_sigrl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list, const struct jurat_epid_group *group,
    struct jurat_epid_bytes signature, struct jurat_epid_bytes message, struct jurat_epid_diag *d)
{
	struct front front = front_of(group);
	const uint8_t *basic = NULL;
	struct epid_list old;
	jurat_epid_rc rc;

	if ((rc = old_list(&old, EPID_FORM_SIGRL, list, group, d)) != JURAT_EPID_OK ||
	    (rc = check_signature(&basic, group, signature, message, d)) != JURAT_EPID_OK)
		return rc;
	return append_new(out, cap, out_len, &front, &old, basic, 2 * G1_LEN, d); /* B K */
}

jurat_epid_rc
jurat_epid_grouprl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list, struct jurat_epid_bytes group_id,
    struct jurat_epid_diag *d)
{
	const struct front front = { .gid = NULL };
	struct epid_list old = { .form = EPID_FORM_GROUPRL };

	if (group_id.p == NULL || (group_id.len != 4 && group_id.len != EPID_GID_MAX))
		return epid_fail(d, JURAT_EPID_E_BAD_GROUP_ID, JURAT_EPID_BAD_LENGTH, "gid", 0);
	if (list.len != 0 && epid_list_parse(&old, EPID_FORM_GROUPRL, list.p, list.len, NULL) != JURAT_OK)
		return epid_fail(d, JURAT_EPID_E_BAD_GROUPRL, JURAT_EPID_BAD_COUNT, "grouprl", 0);
	if (old.num != 0 && old.gid_len != group_id.len)
		return epid_fail(d, JURAT_EPID_E_BAD_GROUPRL, JURAT_EPID_BAD_COUNT, "grouprl", 0);
	return append_new(out, cap, out_len, &front, &old, group_id.p, group_id.len, d);
}

/* ---- the verifier's own list ---- */

jurat_epid_rc
jurat_epid_verifierrl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list,
    const struct jurat_epid_verifier *verifier, struct jurat_epid_bytes signature, struct jurat_epid_bytes message,
    struct jurat_epid_diag *d)
{
	struct front front = front_of(verifier->group);
	struct epid_list old;
	jurat_epid_rc rc;

	front.base = verifier->base_bytes;
	if (!verifier->has_base)
		return epid_fail(d, JURAT_EPID_E_INCONSISTENT_BASENAME, JURAT_EPID_NO_DEFECT, "basename", 0);
	if ((rc = old_list(&old, EPID_FORM_VERIFIERRL, list, verifier->group, d)) != JURAT_EPID_OK)
		return rc;
	if (list.len != 0 && memcmp(old.base, verifier->base_bytes, G1_LEN) != 0)
		return epid_fail(d, JURAT_EPID_E_BAD_VERIFIERRL, JURAT_EPID_WRONG_BASE, "verifierrl.B", 0);
	if ((rc = jurat_epid_verify(verifier, signature, message, d)) != JURAT_EPID_OK)
		return rc;
	return append_new(out, cap, out_len, &front, &old, (const uint8_t *)signature.p + G1_LEN, G1_LEN, d); /* K */
}

jurat_epid_rc
jurat_epid_verifierrl_empty(uint8_t *out, size_t cap, size_t *out_len, const struct jurat_epid_verifier *verifier, uint32_t version,
    struct jurat_epid_diag *d)
{
	const struct jurat_epid_group *g = verifier->group;

	if (!verifier->has_base)
		return epid_fail(d, JURAT_EPID_E_INCONSISTENT_BASENAME, JURAT_EPID_NO_DEFECT, "basename", 0);
	if (cap < JURAT_EPID_VERIFIERRL_LEN(g->gid_len, 0))
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_BAD_LENGTH, "out", 0);
	memcpy(out, g->public_key, g->gid_len);
	memcpy(out + g->gid_len, verifier->base_bytes, G1_LEN);
	store32be(out + g->gid_len + G1_LEN, version);
	store32be(out + g->gid_len + G1_LEN + 4, 0);
	*out_len = JURAT_EPID_VERIFIERRL_LEN(g->gid_len, 0);
	return JURAT_EPID_OK;
}
