/* SPDX-License-Identifier: Apache-2.0 */
/* Verifier contexts and the lists that are set in them. */
#include "epid/verifier.h"

#include <string.h>

#include "epid/diag.h"
#include "epid/random.h"

_Static_assert(sizeof(struct jurat_epid_verifier) <= JURAT_EPID_VERIFIER_MAX_SIZE, "a verifier fits into what the header promises");
_Static_assert(_Alignof(struct jurat_epid_verifier) <= JURAT_EPID_ALIGN, "and its alignment");

size_t
jurat_epid_verifier_size(void)
{
	return sizeof(struct jurat_epid_verifier);
}

jurat_epid_rc
jurat_epid_verifier_init(struct jurat_epid_verifier **out, void *memory, size_t memory_len, const struct jurat_epid_group *group,
    const struct jurat_epid_bytes *basename, uint32_t flags, struct jurat_epid_diag *d)
{
	struct jurat_epid_verifier *v = epid_memory(memory, memory_len, sizeof *v);
	struct g1_affine base = { FQ_ZERO, FQ_ZERO };

	if (group == NULL)
		return epid_fail(d, JURAT_EPID_E_OUT_OF_SEQUENCE, JURAT_EPID_NO_DEFECT, "group", 0);
	if ((flags & ~JURAT_EPID_COMPAT) != 0)
		return epid_fail(d, JURAT_EPID_E_BAD_ARG, JURAT_EPID_NO_DEFECT, "flags", 0);
	if (basename != NULL && !epid_bytes_ok(*basename))
		return epid_fail(d, JURAT_EPID_E_BAD_BASENAME, JURAT_EPID_BAD_LENGTH, "basename", 0);
	if (v == NULL)
		return epid_fail(d, JURAT_EPID_E_NO_MEMORY, JURAT_EPID_BAD_LENGTH, "memory", 0);
	if (basename != NULL && !g1_hash_vartime(&base, NULL, group->kernels, group->hash, basename->p, basename->len))
		return epid_fail(d, JURAT_EPID_E_MATH, JURAT_EPID_NO_DEFECT, "basename", 0);
	memset(v, 0, offsetof(struct jurat_epid_verifier, base_comb));
	v->group = group;
	v->flags = flags;
	v->has_base = basename != NULL;
	v->base = base;
	g1_write(v->base_bytes, &base);
	if (v->has_base)
		group->kernels->g1_comb_init(&v->base_comb, &base);
	*out = v;
	return JURAT_EPID_OK;
}

/* ---- lists ---- */

/* What differs between the kinds of list. */
static const struct list_rule {
	enum epid_form form;
	jurat_epid_rc bad;
	const char *field;
} rules[] = {
	{ EPID_FORM_PRIVRL, JURAT_EPID_E_BAD_PRIVRL, "privrl" },
	{ EPID_FORM_SIGRL, JURAT_EPID_E_BAD_SIGRL, "sigrl" },
	{ EPID_FORM_GROUPRL, JURAT_EPID_E_BAD_GROUPRL, "grouprl" },
	{ EPID_FORM_VERIFIERRL, JURAT_EPID_E_BAD_VERIFIERRL, "verifierrl" },
};

static const struct list_rule *
rule_of(enum epid_form form)
{
	size_t i = 0;

	while (rules[i].form != form)
		i++;
	return &rules[i];
}

/* shortest: bytes of an empty list. */
static size_t
shortest(enum epid_form form, size_t gid_len)
{
	if (form == EPID_FORM_GROUPRL)
		return JURAT_EPID_GROUPRL_LEN(gid_len, 0);
	return form == EPID_FORM_VERIFIERRL ? JURAT_EPID_VERIFIERRL_LEN(gid_len, 0) : JURAT_EPID_PRIVRL_LEN(gid_len, 0);
}

jurat_epid_rc
epid_list_for(struct epid_list *out, enum epid_form form, struct jurat_epid_bytes in, const struct jurat_epid_group *group,
    struct jurat_epid_diag *d)
{
	const struct list_rule *rule = rule_of(form);
	struct epid_list l;

	if (in.p == NULL || in.len < shortest(form, group->gid_len))
		return epid_fail(d, rule->bad, JURAT_EPID_BAD_LENGTH, rule->field, 0);
	if (epid_list_parse(&l, form, in.p, in.len, NULL) != JURAT_OK)
		return epid_fail(d, rule->bad, JURAT_EPID_BAD_COUNT, rule->field, 0);
	/* an empty group list has no ids whose length could differ */
	if (l.gid_len != group->gid_len && !(form == EPID_FORM_GROUPRL && l.num == 0))
		return epid_fail(d, rule->bad, JURAT_EPID_BAD_COUNT, rule->field, 0);
	if (l.gid != NULL && !epid_gid_equal(group, l.gid))
		return epid_fail(d, rule->bad, JURAT_EPID_WRONG_GROUP, rule->field, 0);
	*out = l;
	return JURAT_EPID_OK;
}

/* newer: the list, unless one with a higher version is set. */
static jurat_epid_rc
newer(struct epid_list *out, enum epid_form form, struct jurat_epid_bytes in, const struct jurat_epid_verifier *v, bool has_old,
    const struct epid_list *old, struct jurat_epid_diag *d)
{
	struct epid_list l;
	jurat_epid_rc rc = epid_list_for(&l, form, in, v->group, d);

	if (rc != JURAT_EPID_OK)
		return rc;
	if (has_old && l.version < old->version)
		return epid_fail(d, JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_WRONG_VERSION, rule_of(form)->field, 0);
	*out = l;
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_verifier_set_sigrl(struct jurat_epid_verifier *verifier, struct jurat_epid_bytes list, struct jurat_epid_diag *d)
{
	struct epid_list l;
	jurat_epid_rc rc = newer(&l, EPID_FORM_SIGRL, list, verifier, verifier->has_sigrl, &verifier->sigrl, d);

	if (rc != JURAT_EPID_OK)
		return rc;
	verifier->sigrl = l;
	verifier->has_sigrl = true;
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_verifier_set_grouprl(struct jurat_epid_verifier *verifier, struct jurat_epid_bytes list, struct jurat_epid_diag *d)
{
	struct epid_list l;
	jurat_epid_rc rc = newer(&l, EPID_FORM_GROUPRL, list, verifier, verifier->has_grouprl, &verifier->grouprl, d);
	size_t i = 0;

	if (rc != JURAT_EPID_OK)
		return rc;
	while (i < l.num && !epid_gid_equal(verifier->group, l.entries + i * l.entry_len))
		i++;
	verifier->grouprl = l;
	verifier->has_grouprl = true;
	verifier->group_is_revoked = i < l.num;
	verifier->group_revoked_at = i;
	return JURAT_EPID_OK;
}

/* ---- lists with an index ---- */

/* An index's memory: slots, then, for a PrivRL, the points. Counts come from lengths that exist, so nothing here overflows. */
static size_t
slots_len(size_t n)
{
	return epid_index_num_slots(n) * sizeof(uint32_t);
}

size_t
jurat_epid_privrl_memory(size_t list_len)
{
	size_t n = list_len / 32;

	return slots_len(n) + n * G1_LEN;
}

size_t
jurat_epid_verifierrl_memory(size_t list_len)
{
	return slots_len(list_len / G1_LEN);
}

static jurat_epid_rc
check_index_memory(const void *memory, size_t memory_len, size_t needed, struct jurat_epid_diag *d)
{
	if (memory == NULL && memory_len == 0)
		return JURAT_EPID_OK;
	if (memory == NULL || memory_len < needed || (uintptr_t)memory % sizeof(uint64_t) != 0)
		return epid_fail(d, JURAT_EPID_E_NO_MEMORY, JURAT_EPID_BAD_LENGTH, "memory", 0);
	return JURAT_EPID_OK;
}

jurat_epid_rc
jurat_epid_verifier_set_verifierrl(struct jurat_epid_verifier *verifier, struct jurat_epid_bytes list, void *memory, size_t memory_len,
    struct jurat_epid_diag *d)
{
	struct jurat_epid_verifier *v = verifier;
	uint8_t key[EPID_INDEX_KEY_LEN];
	struct epid_list l;
	jurat_epid_rc rc;

	if ((rc = newer(&l, EPID_FORM_VERIFIERRL, list, v, v->has_verifierrl, &v->verifierrl, d)) != JURAT_EPID_OK)
		return rc;
	if (!v->has_base)
		return epid_fail(d, JURAT_EPID_E_INCONSISTENT_BASENAME, JURAT_EPID_NO_DEFECT, "basename", 0);
	if (memcmp(l.base, v->base_bytes, G1_LEN) != 0)
		return epid_fail(d, JURAT_EPID_E_BAD_VERIFIERRL, JURAT_EPID_WRONG_BASE, "verifierrl.B", 0);
	if ((rc = check_index_memory(memory, memory_len, jurat_epid_verifierrl_memory(list.len), d)) != JURAT_EPID_OK ||
	    (rc = epid_random(key, sizeof key, NULL, d)) != JURAT_EPID_OK)
		return rc;
	v->verifierrl = l;
	v->has_verifierrl = true;
	v->verifierrl_index = (struct epid_index){ 0 };
	if (memory != NULL)
		epid_index_init(&v->verifierrl_index, l.entries, l.num, memory, key);
	return JURAT_EPID_OK;
}

/* make_points: f * base for each entry, as bytes; an entry that is no scalar makes none, and is remembered. */
static void
make_points(struct jurat_epid_verifier *v, uint8_t *points)
{
	const struct g1_comb *comb = &v->base_comb;
	struct g1 sum[KERNEL_BATCH];
	struct g1_affine affine[KERNEL_BATCH];

	for (size_t i = 0; i < v->privrl.num; i += KERNEL_BATCH) {
		size_t n = v->privrl.num - i < KERNEL_BATCH ? v->privrl.num - i : KERNEL_BATCH;

		for (size_t j = 0; j < n; j++) {
			struct fr f = FR_ZERO;

			if (epid_read_fr(&f, v->privrl.entries + 32 * (i + j)) != JURAT_EPID_NO_DEFECT && !v->privrl_revokes_all) {
				v->privrl_revokes_all = true;
				v->privrl_bad_entry = i + j;
			}
			v->group->kernels->g1_comb_sum_vartime(&sum[j], &comb, &f, 1);
		}
		g1_to_affine_batch(affine, sum, n);
		for (size_t j = 0; j < n; j++)
			g1_write(points + G1_LEN * (i + j), &affine[j]);
	}
}

jurat_epid_rc
jurat_epid_verifier_set_privrl(struct jurat_epid_verifier *verifier, struct jurat_epid_bytes list, void *memory, size_t memory_len,
    struct jurat_epid_diag *d)
{
	struct jurat_epid_verifier *v = verifier;
	uint8_t key[EPID_INDEX_KEY_LEN], *points;
	struct epid_list l;
	jurat_epid_rc rc;

	if ((rc = newer(&l, EPID_FORM_PRIVRL, list, v, v->has_privrl, &v->privrl, d)) != JURAT_EPID_OK ||
	    (rc = check_index_memory(memory, memory_len, jurat_epid_privrl_memory(list.len), d)) != JURAT_EPID_OK ||
	    (rc = epid_random(key, sizeof key, NULL, d)) != JURAT_EPID_OK)
		return rc;
	v->privrl = l;
	v->has_privrl = true;
	v->privrl_index = (struct epid_index){ 0 };
	v->privrl_revokes_all = false;
	if (memory == NULL || !v->has_base)
		return JURAT_EPID_OK;
	points = (uint8_t *)memory + slots_len(l.num);
	make_points(v, points);
	epid_index_init(&v->privrl_index, points, l.num, memory, key);
	return JURAT_EPID_OK;
}
