/* SPDX-License-Identifier: Apache-2.0 */
/* From a new group to a revoked member, both kinds of signature, both forms of group id, all hashes: what must hold of bytes of our own making. */
#include "epid_world.h"

#include <pthread.h>
#include <stdio.h>

#include "epid/member.h"

#define NAME "relying party"
#define MESSAGE "a message"

static struct jurat_epid_bytes
bytes(struct epid_made m)
{
	return (struct jurat_epid_bytes){ m.p, m.len };
}

static struct jurat_epid_verifier *
verifier(const struct epid_world *w, const char *name, uint32_t flags)
{
	struct jurat_epid_bytes base = epid_text_bytes(name != NULL ? name : "");
	struct jurat_epid_verifier *v;

	assert_int_equal(jurat_epid_verifier_new(&v, w->group, name != NULL ? &base : NULL, flags, NULL), JURAT_EPID_OK);
	return v;
}

static jurat_epid_rc
verify(const struct jurat_epid_verifier *v, struct epid_made m, const char *message)
{
	struct jurat_epid_diag d = { 0 };
	jurat_epid_rc rc = jurat_epid_verify(v, bytes(m), epid_text_bytes(message), &d);

	assert_int_equal(d.code, rc);
	assert_true((d.field == NULL) == (rc == JURAT_EPID_OK));
	return rc;
}

/* Every combination that there is. */
static const struct {
	size_t gid_len;
	enum jurat_epid_kind kind;
	enum jurat_epid_hash hash;
} worlds[] = {
	{ 16, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA256 },
	{ 16, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA384 },
	{ 16, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA512 },
	{ 16, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA512_256 },
	{ 16, JURAT_EPID_SPLIT, JURAT_EPID_SHA256 },
	{ 16, JURAT_EPID_SPLIT, JURAT_EPID_SHA384 },
	{ 16, JURAT_EPID_SPLIT, JURAT_EPID_SHA512 },
	{ 16, JURAT_EPID_SPLIT, JURAT_EPID_SHA512_256 },
	{ 4, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA256 },
	{ 4, JURAT_EPID_SPLIT, JURAT_EPID_SHA256 },
};

static void
one_round(size_t which)
{
	struct epid_world w;
	struct jurat_epid_verifier *any, *named, *other;
	struct epid_made with_name, with_random_base;

	epid_world_new(&w, worlds[which].gid_len, worlds[which].kind, worlds[which].hash, which + 1);
	any = verifier(&w, NULL, 0);
	named = verifier(&w, NAME, 0);
	other = verifier(&w, "", 0);
	with_name = epid_world_sign(&w, 0, MESSAGE, NAME, NULL);
	with_random_base = epid_world_sign(&w, 1, "", NULL, NULL);
	assert_int_equal(verify(any, with_name, MESSAGE), JURAT_EPID_OK);
	assert_int_equal(verify(named, with_name, MESSAGE), JURAT_EPID_OK);
	assert_int_equal(verify(other, with_name, MESSAGE), JURAT_EPID_SIG_INVALID);
	assert_int_equal(verify(any, with_name, "a massage"), JURAT_EPID_SIG_INVALID);
	assert_int_equal(verify(any, with_random_base, ""), JURAT_EPID_OK);
	assert_int_equal(verify(named, with_random_base, ""), JURAT_EPID_SIG_INVALID);
	free(with_name.p);
	free(with_random_base.p);
	jurat_epid_verifier_free(any);
	jurat_epid_verifier_free(named);
	jurat_epid_verifier_free(other);
	epid_world_clear(&w);
}

static void
what_a_member_signs_verifies_in_every_combination(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++)
		one_round(i);
}

/* ---- one world for the tests below ---- */

static int
set_up(void **state, enum jurat_epid_kind kind)
{
	struct epid_world *w = malloc(sizeof *w);

	assert_non_null(w);
	epid_world_new(w, 16, kind, JURAT_EPID_SHA256, 77);
	*state = w;
	return 0;
}

static int
set_up_not_split(void **state)
{
	return set_up(state, JURAT_EPID_NOT_SPLIT);
}

static int
set_up_split(void **state)
{
	return set_up(state, JURAT_EPID_SPLIT);
}

static int
tear_down(void **state)
{
	epid_world_clear(*state);
	free(*state);
	return 0;
}

/* ---- damage ---- */

static bool
accepted(void *ctx, const uint8_t *p, size_t len)
{
	return jurat_epid_verify(ctx, (struct jurat_epid_bytes){ p, len }, epid_text_bytes(MESSAGE), NULL) == JURAT_EPID_OK;
}

static void
each_altered_bit_of_a_signature_is_refused(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);
	struct epid_made s = epid_world_sign(w, 0, MESSAGE, NULL, NULL);

	each_damage(s.p, s.len, accepted, v, NULL);
	free(s.p);
	jurat_epid_verifier_free(v);
}

/* A list of signatures of the other members. */
static struct epid_made
sigrl_of(struct epid_world *w, size_t n, size_t member)
{
	struct epid_made list = { .p = malloc(JURAT_EPID_SIGRL_LEN(16, n)), .len = 0 };

	assert_non_null(list.p);
	for (size_t i = 0; i < n; i++) {
		struct epid_made old = { .p = test_copy(list.p, list.len), .len = list.len }, s = epid_world_sign(w, member, "m", NULL, NULL);

		assert_int_equal(
		    jurat_epid_sigrl_add(list.p, JURAT_EPID_SIGRL_LEN(16, n), &list.len, bytes(old), w->group, bytes(s), epid_text_bytes("m"), NULL),
		    JURAT_EPID_OK);
		free(old.p);
		free(s.p);
	}
	return list;
}

static void
with_a_list_version_count_and_each_bit_of_the_proofs_count(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);
	struct epid_made list = sigrl_of(w, 2, 1), s;
	struct jurat_epid_bytes list_bytes = bytes(list);

	s = epid_world_sign(w, 0, MESSAGE, NULL, &list_bytes);
	assert_int_equal(jurat_epid_verifier_set_sigrl(v, bytes(list), NULL), JURAT_EPID_OK);
	assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_OK);
	each_damage(s.p, s.len, accepted, v, NULL);
	free(s.p);
	free(list.p);
	jurat_epid_verifier_free(v);
}

static void
a_list_that_nobody_checks_is_refused_unless_asked_for(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *strict = verifier(w, NULL, 0), *compat = verifier(w, NULL, JURAT_EPID_COMPAT);
	struct epid_made list = sigrl_of(w, 1, 1), s;
	struct jurat_epid_bytes list_bytes = bytes(list);
	struct jurat_epid_diag d = { 0 };

	s = epid_world_sign(w, 0, MESSAGE, NAME, &list_bytes);
	assert_int_equal(jurat_epid_verify(strict, bytes(s), epid_text_bytes(MESSAGE), &d), JURAT_EPID_E_BAD_SIGNATURE);
	assert_int_equal(d.defect, JURAT_EPID_LIST_NOT_CHECKED);
	assert_int_equal(verify(compat, s, MESSAGE), JURAT_EPID_OK);
	s.p[40] ^= 1; /* what is wrong anyway is said first */
	assert_int_equal(verify(strict, s, MESSAGE), JURAT_EPID_SIG_INVALID);
	free(s.p);
	free(list.p);
	jurat_epid_verifier_free(strict);
	jurat_epid_verifier_free(compat);
}

/* ---- who was it? ---- */

static void
signatures_are_linked_by_member_and_base_alone(void **state)
{
	struct epid_world *w = *state;
	struct epid_made a = epid_world_sign(w, 0, MESSAGE, NAME, NULL), again = epid_world_sign(w, 0, "more", NAME, NULL);
	struct epid_made b = epid_world_sign(w, 1, MESSAGE, NAME, NULL), elsewhere = epid_world_sign(w, 0, MESSAGE, "other", NULL);
	struct epid_made free1 = epid_world_sign(w, 0, MESSAGE, NULL, NULL), free2 = epid_world_sign(w, 0, MESSAGE, NULL, NULL);

	assert_int_equal(jurat_epid_are_linked(bytes(a), bytes(again)), 1);
	assert_int_equal(jurat_epid_are_linked(bytes(a), bytes(b)), 0);
	assert_int_equal(jurat_epid_are_linked(bytes(a), bytes(elsewhere)), 0);
	assert_int_equal(jurat_epid_are_linked(bytes(free1), bytes(free2)), 0);
	assert_int_equal(jurat_epid_are_linked(bytes(free1), bytes(free1)), 1);
	assert_int_equal(jurat_epid_are_linked((struct jurat_epid_bytes){ a.p, 351 }, bytes(a)), 0);
	/* on the bytes: of linked ones B and K are equal and nothing else is; of others no 32 bytes are */
	assert_memory_equal(a.p, again.p, 128);
	for (size_t i = 128; i < JURAT_EPID_BASIC_LEN; i += 32)
		assert_memory_not_equal(a.p + i, again.p + i, 32);
	for (size_t i = 0; i < JURAT_EPID_BASIC_LEN; i += 32) {
		assert_memory_not_equal(free1.p + i, free2.p + i, 32);
		assert_memory_not_equal(a.p + i, elsewhere.p + i, 32);
	}
	assert_memory_equal(a.p, b.p, 64);
	for (size_t i = 64; i < JURAT_EPID_BASIC_LEN; i += 32)
		assert_memory_not_equal(a.p + i, b.p + i, 32);
	free(a.p);
	free(again.p);
	free(b.p);
	free(elsewhere.p);
	free(free1.p);
	free(free2.p);
}

static void
nothing_of_the_key_stands_in_a_signature(void **state)
{
	struct epid_world *w = *state;
	struct epid_made list = sigrl_of(w, 1, 1), s;
	struct jurat_epid_bytes list_bytes = bytes(list);

	s = epid_world_sign(w, 0, MESSAGE, NULL, &list_bytes);
	for (size_t i = 0; i + 32 <= s.len; i++)
		for (size_t j = 16; j < JURAT_EPID_PRIVATE_KEY_LEN(16); j += 32)
			assert_memory_not_equal(s.p + i, w->key[0] + j, 32);
	free(s.p);
	free(list.p);
}

/* ---- revocation ---- */

static void
a_revoked_private_key_is_found_with_and_without_an_index(void **state)
{
	struct epid_world *w = *state;
	uint8_t list[JURAT_EPID_PRIVRL_LEN(16, 40)];
	uint64_t memory[8192 / 8];
	size_t len = 0;

	for (size_t n = 1; n <= 40; n += 13) {
		struct epid_made mine = epid_world_sign(w, 0, MESSAGE, NAME, NULL), other = epid_world_sign(w, 1, MESSAGE, NAME, NULL);
		struct jurat_epid_bytes bare = { list, JURAT_EPID_PRIVRL_LEN(16, n) };

		/* n - 1 secrets of nobody, then the one that counts */
		assert_int_equal(jurat_epid_privrl_add(list, sizeof list, &len, (struct jurat_epid_bytes){ NULL, 0 }, w->group, w->kind,
				     epid_world_key(w, 0), NULL),
		    JURAT_EPID_OK);
		for (size_t i = 0; i + 1 < n; i++)
			assert_int_equal(jurat_epid_secret_new(list + 24 + 32 * i, &w->random, NULL), JURAT_EPID_OK);
		memcpy(list + 24 + 32 * (n - 1), w->key[0] + 16 + 96, 32);
		list[23] = (uint8_t)n;
		for (int way = 0; way < 3; way++) {
			struct jurat_epid_verifier *v = verifier(w, way == 0 ? NULL : NAME, 0);
			struct jurat_epid_diag d = { 0 };

			assert_true(jurat_epid_privrl_memory(bare.len) <= sizeof memory);
			assert_int_equal(jurat_epid_verifier_set_privrl(v, bare, way == 2 ? memory : NULL,
					     way == 2 ? jurat_epid_privrl_memory(bare.len) : 0, NULL),
			    JURAT_EPID_OK);
			assert_int_equal(jurat_epid_verify(v, bytes(mine), epid_text_bytes(MESSAGE), &d), JURAT_EPID_SIG_REVOKED_IN_PRIVRL);
			assert_int_equal(d.index, n - 1);
			assert_int_equal(verify(v, other, MESSAGE), JURAT_EPID_OK);
			jurat_epid_verifier_free(v);
		}
		free(mine.p);
		free(other.p);
	}
}

static void
an_entry_beyond_the_order_revokes_everybody_as_in_intels_verifier(void **state)
{
	struct epid_world *w = *state;
	struct epid_made s = epid_world_sign(w, 0, MESSAGE, NAME, NULL);
	uint8_t list[JURAT_EPID_PRIVRL_LEN(16, 1)] = { 0 };
	uint64_t memory[256];

	memcpy(list, w->gid, 16);
	list[23] = 1;
	memset(list + 24, 0xff, 32);
	for (int way = 0; way < 3; way++) {
		struct jurat_epid_verifier *v = verifier(w, way == 0 ? NULL : NAME, 0);
		struct jurat_epid_diag d = { 0 };

		assert_int_equal(jurat_epid_verifier_set_privrl(v, (struct jurat_epid_bytes){ list, sizeof list }, way == 2 ? memory : NULL,
				     way == 2 ? sizeof memory : 0, NULL),
		    JURAT_EPID_OK);
		assert_int_equal(jurat_epid_verify(v, bytes(s), epid_text_bytes(MESSAGE), &d), JURAT_EPID_SIG_REVOKED_IN_PRIVRL);
		assert_int_equal(d.defect, JURAT_EPID_SCALAR_RANGE);
		jurat_epid_verifier_free(v);
	}
	free(s.p);
}

static void
a_member_on_a_signature_list_cannot_sign_and_says_so(void **state)
{
	struct epid_world *w = *state;

	for (size_t n = 1; n <= 18; n += 17) { /* short, and with combs over more than two batches */
		struct epid_made list = sigrl_of(w, n, 1), s;
		struct jurat_epid_bytes list_bytes = bytes(list);
		struct jurat_epid_sign_request request = { .message = epid_text_bytes(MESSAGE), .sigrl = &list_bytes, .random = &w->random };
		size_t len = JURAT_EPID_SIGNATURE_LEN(w->kind, n);
		struct jurat_epid_verifier *v = verifier(w, NULL, 0), *named = verifier(w, NAME, 0);
		uint8_t *out = calloc(1, len), *zeros = calloc(1, len);

		assert_non_null(out);
		assert_non_null(zeros);
		assert_int_equal(jurat_epid_sign(out, len, w->member[1], &request, NULL), JURAT_EPID_SIG_REVOKED_IN_SIGRL);
		assert_memory_equal(out, zeros, len);
		assert_int_equal(jurat_epid_verifier_set_sigrl(v, list_bytes, NULL), JURAT_EPID_OK);
		assert_int_equal(jurat_epid_verifier_set_sigrl(named, list_bytes, NULL), JURAT_EPID_OK);
		s = epid_world_sign(w, 0, MESSAGE, NAME, &list_bytes);
		assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_OK);
		assert_int_equal(verify(named, s, MESSAGE), JURAT_EPID_OK);
		s.p[s.len - 33] ^= 1; /* the last proof */
		assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_SIG_REVOKED_IN_SIGRL);
		assert_int_equal(verify(named, s, MESSAGE), JURAT_EPID_SIG_REVOKED_IN_SIGRL);
		free(s.p);
		free(out);
		free(zeros);
		free(list.p);
		jurat_epid_verifier_free(v);
		jurat_epid_verifier_free(named);
	}
}

/* A member who does not stop there makes a proof whose equations hold; what gives it away is that its T is the identity. */
static void
a_proof_of_a_listed_member_is_refused_although_its_equations_hold(void **state)
{
	struct epid_world *w = *state;

	for (size_t n = 1; n <= 6; n += 5) { /* without combs and with */
		struct epid_made list = sigrl_of(w, n, 1), plain = epid_world_sign(w, 1, MESSAGE, NULL, NULL);
		size_t head = JURAT_EPID_SIGNATURE_LEN(w->kind, 0);
		struct epid_made s = { malloc(JURAT_EPID_SIGNATURE_LEN(w->kind, n)), JURAT_EPID_SIGNATURE_LEN(w->kind, n) };
		struct jurat_epid_verifier *v = verifier(w, NULL, 0);
		struct jurat_epid_diag d = { 0 };

		assert_non_null(s.p);
		memcpy(s.p, plain.p, head - 8);
		memcpy(s.p + head - 8, list.p + 16, 8);
		assert_int_equal(epid_prove_all(s.p + head, w->member[1], plain.p, list.p + 24, n, epid_text_bytes(MESSAGE), &w->random, NULL),
		    JURAT_EPID_SIG_REVOKED_IN_SIGRL);
		assert_int_equal(jurat_epid_verifier_set_sigrl(v, bytes(list), NULL), JURAT_EPID_OK);
		assert_int_equal(jurat_epid_verify(v, bytes(s), epid_text_bytes(MESSAGE), &d), JURAT_EPID_SIG_REVOKED_IN_SIGRL);
		assert_int_equal(d.defect, JURAT_EPID_IDENTITY);
		free(list.p);
		free(plain.p);
		free(s.p);
		jurat_epid_verifier_free(v);
	}
}

static void
a_signature_over_another_list_is_told_apart_from_a_revoked_one(void **state)
{
	struct epid_world *w = *state;
	struct epid_made one = sigrl_of(w, 1, 1), two = sigrl_of(w, 2, 1), s, plain;
	struct jurat_epid_bytes one_bytes = bytes(one);
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);

	s = epid_world_sign(w, 0, MESSAGE, NULL, &one_bytes);
	plain = epid_world_sign(w, 0, MESSAGE, NULL, NULL);
	assert_int_equal(jurat_epid_verifier_set_sigrl(v, bytes(two), NULL), JURAT_EPID_OK);
	assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_E_VERSION_MISMATCH);
	assert_int_equal(verify(v, plain, MESSAGE), JURAT_EPID_E_VERSION_MISMATCH);
	two.p[19] = 1; /* the version of the other, another count */
	assert_int_equal(jurat_epid_verifier_set_sigrl(v, bytes(two), NULL), JURAT_EPID_E_VERSION_MISMATCH);
	jurat_epid_verifier_free(v);
	v = verifier(w, NULL, 0);
	assert_int_equal(jurat_epid_verifier_set_sigrl(v, bytes(two), NULL), JURAT_EPID_OK);
	assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_E_BAD_SIGNATURE);
	jurat_epid_verifier_free(v);
	free(s.p);
	free(plain.p);
	free(one.p);
	free(two.p);
}

static void
a_verifiers_own_list_names_members_by_their_k(void **state)
{
	struct epid_world *w = *state;
	struct epid_made s[WORLD_MEMBERS];
	uint8_t list[2][JURAT_EPID_VERIFIERRL_LEN(16, 2)];
	uint64_t memory[64];
	size_t len = 0, longer = 0;

	for (size_t i = 0; i < WORLD_MEMBERS; i++)
		s[i] = epid_world_sign(w, i, MESSAGE, NAME, NULL);
	for (int indexed = 0; indexed < 2; indexed++) {
		struct jurat_epid_verifier *v = verifier(w, NAME, 0), *any = verifier(w, NULL, 0), *elsewhere = verifier(w, "other", 0);
		struct jurat_epid_bytes none = { NULL, 0 }, both;

		assert_int_equal(jurat_epid_verifierrl_add(
				     list[0], sizeof list[0], &len, none, v, bytes(s[0]), epid_text_bytes(MESSAGE), NULL),
		    JURAT_EPID_OK);
		assert_int_equal(jurat_epid_verifierrl_add(list[1], sizeof list[1], &longer, (struct jurat_epid_bytes){ list[0], len }, v,
				     bytes(s[1]), epid_text_bytes(MESSAGE), NULL),
		    JURAT_EPID_OK);
		assert_int_equal(longer, sizeof list[1]);
		both = (struct jurat_epid_bytes){ list[1], longer };
		assert_int_equal(jurat_epid_verifierrl_add(
				     list[0], sizeof list[0], &len, both, v, bytes(s[1]), epid_text_bytes(MESSAGE), NULL),
		    JURAT_EPID_E_DUPLICATE);
		assert_int_equal(jurat_epid_verifier_set_verifierrl(any, both, NULL, 0, NULL), JURAT_EPID_E_INCONSISTENT_BASENAME);
		assert_int_equal(jurat_epid_verifier_set_verifierrl(elsewhere, both, NULL, 0, NULL), JURAT_EPID_E_BAD_VERIFIERRL);
		assert_int_equal(jurat_epid_verifier_set_verifierrl(v, both, indexed ? memory : NULL, indexed ? sizeof memory : 0, NULL), JURAT_EPID_OK);
		assert_int_equal(verify(v, s[0], MESSAGE), JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL);
		assert_int_equal(verify(v, s[1], MESSAGE), JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL);
		assert_int_equal(verify(v, s[2], MESSAGE), JURAT_EPID_OK);
		assert_int_equal(jurat_epid_verifierrl_add(
				     list[0], sizeof list[0], &len, both, v, bytes(s[0]), epid_text_bytes(MESSAGE), NULL),
		    JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL);
		jurat_epid_verifier_free(v);
		jurat_epid_verifier_free(any);
		jurat_epid_verifier_free(elsewhere);
	}
	for (size_t i = 0; i < WORLD_MEMBERS; i++)
		free(s[i].p);
}

static void
a_group_list_revokes_the_group_and_comes_before_the_other_lists(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);
	struct epid_made s = epid_world_sign(w, 0, MESSAGE, NULL, NULL);
	uint8_t list[2][JURAT_EPID_GROUPRL_LEN(16, 2)], other[16] = { 9 }, privrl[JURAT_EPID_PRIVRL_LEN(16, 1)];
	struct jurat_epid_bytes none = { NULL, 0 };
	size_t len[2], privrl_len;

	assert_int_equal(jurat_epid_grouprl_add(list[0], sizeof list[0], &len[0], none, (struct jurat_epid_bytes){ other, 16 }, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_grouprl_add(list[1], sizeof list[1], &len[1], (struct jurat_epid_bytes){ list[0], len[0] },
			     jurat_epid_group_id(w->group), NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_grouprl_add(list[0], sizeof list[0], &len[0], (struct jurat_epid_bytes){ list[1], len[1] },
			     (struct jurat_epid_bytes){ other, 16 }, NULL),
	    JURAT_EPID_E_DUPLICATE);
	assert_int_equal(jurat_epid_privrl_add(privrl, sizeof privrl, &privrl_len, none, w->group, w->kind, epid_world_key(w, 0), NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_set_privrl(v, (struct jurat_epid_bytes){ privrl, privrl_len }, NULL, 0, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_set_grouprl(v, (struct jurat_epid_bytes){ list[0], len[0] }, NULL), JURAT_EPID_OK);
	assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_SIG_REVOKED_IN_PRIVRL);
	assert_int_equal(jurat_epid_verifier_set_grouprl(v, (struct jurat_epid_bytes){ list[1], len[1] }, NULL), JURAT_EPID_OK);
	assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_SIG_REVOKED_IN_GROUPRL);
	assert_int_equal(verify(v, s, "another"), JURAT_EPID_SIG_INVALID);
	free(s.p);
	jurat_epid_verifier_free(v);
}

/* ---- signing in two steps, in batches, alone ---- */

static void
a_pre_signature_serves_once_its_own_member_and_sort(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_bytes name = epid_text_bytes(NAME);
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);

	for (uint32_t flags = 0; flags <= JURAT_EPID_PRESIGN_RANDOM_BASE; flags++) {
		const struct jurat_epid_bytes *right = flags != 0 ? NULL : &name, *wrong = flags != 0 ? &name : NULL;
		struct jurat_epid_presignature pre;
		struct jurat_epid_sign_request request = { .message = epid_text_bytes(MESSAGE), .presignature = &pre, .random = &w->random };
		struct epid_made s = { .len = JURAT_EPID_SIGNATURE_LEN(w->kind, 0) };

		s.p = calloc(1, s.len);
		assert_non_null(s.p);
		assert_int_equal(jurat_epid_presign(&pre, w->member[0], flags, &w->random, NULL), JURAT_EPID_OK);
		request.basename = wrong;
		assert_int_equal(jurat_epid_sign(s.p, s.len, w->member[0], &request, NULL), JURAT_EPID_E_OUT_OF_SEQUENCE);
		request.basename = right;
		assert_int_equal(jurat_epid_sign(s.p, s.len, w->member[1], &request, NULL), JURAT_EPID_E_OUT_OF_SEQUENCE);
		assert_int_equal(jurat_epid_sign(s.p, s.len, w->member[0], &request, NULL), JURAT_EPID_OK);
		assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_OK);
		assert_int_equal(jurat_epid_sign(s.p, s.len, w->member[0], &request, NULL), JURAT_EPID_E_OUT_OF_SEQUENCE);
		for (size_t i = 0; i < sizeof pre.opaque; i++)
			assert_int_equal(pre.opaque[i], 0);
		free(s.p);
	}
	jurat_epid_verifier_free(v);
}

static void
a_batch_says_what_each_would_have_got(void **state)
{
	enum { N = 21 };
	struct epid_world *w = *state;
	struct jurat_epid_verifier *v = verifier(w, NAME, 0);
	struct jurat_epid_bytes signatures[N], messages[N];
	struct epid_made s[N];
	uint8_t privrl[JURAT_EPID_PRIVRL_LEN(16, 1)];
	jurat_epid_rc rc[N];
	size_t len;

	assert_int_equal(jurat_epid_privrl_add(
			     privrl, sizeof privrl, &len, (struct jurat_epid_bytes){ NULL, 0 }, w->group, w->kind, epid_world_key(w, 1), NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_set_privrl(v, (struct jurat_epid_bytes){ privrl, len }, NULL, 0, NULL), JURAT_EPID_OK);
	for (size_t i = 0; i < N; i++) {
		s[i] = epid_world_sign(w, i % 2, MESSAGE, i % 7 == 6 ? NULL : NAME, NULL);
		if (i % 5 == 4)
			s[i].p[200] ^= 4;
		if (i == 12)
			s[i].len--;
		signatures[i] = bytes(s[i]);
		messages[i] = epid_text_bytes(MESSAGE);
	}
	assert_int_equal(jurat_epid_verify_batch(rc, v, signatures, messages, N), JURAT_EPID_OK);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(rc[i], verify(v, s[i], MESSAGE));
		free(s[i].p);
	}
	assert_int_equal(rc[0], JURAT_EPID_OK);
	assert_int_equal(rc[1], JURAT_EPID_SIG_REVOKED_IN_PRIVRL);
	assert_int_equal(rc[4], JURAT_EPID_SIG_INVALID);
	assert_int_equal(rc[6], JURAT_EPID_SIG_INVALID);
	assert_int_equal(rc[12], JURAT_EPID_E_BAD_SIGNATURE);
	jurat_epid_verifier_free(v);
}

static void
one_proof_alone_is_what_stands_in_a_signature(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);
	struct epid_made s = epid_world_sign(w, 0, MESSAGE, NULL, NULL), mine = epid_world_sign(w, 0, "m", NULL, NULL);
	struct epid_made other = epid_world_sign(w, 1, "m", NULL, NULL);
	uint8_t proof[JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT)];
	size_t len = JURAT_EPID_NR_PROOF_LEN(w->kind);
	struct jurat_epid_bytes message = epid_text_bytes(MESSAGE);

	assert_int_equal(jurat_epid_nr_prove(proof, len, w->member[0], s.p, other.p, message, &w->random, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verify_nr_proof(v, s.p, other.p, (struct jurat_epid_bytes){ proof, len }, message, NULL), JURAT_EPID_OK);
	assert_int_equal(
	    jurat_epid_verify_nr_proof(v, s.p, mine.p, (struct jurat_epid_bytes){ proof, len }, message, NULL), JURAT_EPID_E_BAD_NR_PROOF);
	assert_int_equal(
	    jurat_epid_nr_prove(proof, len, w->member[0], s.p, mine.p, message, &w->random, NULL), JURAT_EPID_SIG_REVOKED_IN_SIGRL);
	assert_int_equal(
	    jurat_epid_nr_prove(proof, len, w->member[0], other.p, mine.p, message, &w->random, NULL), JURAT_EPID_E_BAD_SIGNATURE);
	memset(other.p + 64, 1, 32);
	assert_int_equal(
	    jurat_epid_nr_prove(proof, len, w->member[0], s.p, other.p, message, &w->random, NULL), JURAT_EPID_E_BAD_SIGRL_ENTRY);
	free(s.p);
	free(mine.p);
	free(other.p);
	jurat_epid_verifier_free(v);
}

/* ---- randomness ---- */

static void
a_source_that_fails_is_reported_and_nothing_is_written(void **state)
{
	struct epid_world *w = *state;
	struct epid_made list = sigrl_of(w, 2, 1);
	struct jurat_epid_bytes list_bytes = bytes(list);
	struct epid_stream stream = { 5, 0 };
	struct jurat_epid_random random = { epid_stream_fill, &stream };
	struct jurat_epid_sign_request request = { .message = epid_text_bytes(MESSAGE), .sigrl = &list_bytes, .random = &random };
	uint8_t out[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, 2)] = { 0 }, zeros[sizeof out] = { 0 }, nonce[32] = { 0 };
	size_t len = JURAT_EPID_SIGNATURE_LEN(w->kind, 2), draws = 0;
	jurat_epid_rc rc;

	do {
		stream.fail_after = draws++;
		rc = jurat_epid_sign(out, len, w->member[0], &request, NULL);
		assert_true(rc == JURAT_EPID_OK || rc == JURAT_EPID_E_RANDOM);
		if (rc != JURAT_EPID_OK)
			assert_memory_equal(out, zeros, sizeof out);
	} while (rc != JURAT_EPID_OK);
	assert_int_equal(draws - 1, w->kind == JURAT_EPID_SPLIT ? 5 + 1 + 1 + 2 * 4 : 5 + 1 + 2 * 3);
	memset(out, 0, sizeof out);
	stream.fail_after = 0;
	assert_int_equal(jurat_epid_secret_new(out, &random, NULL), JURAT_EPID_E_RANDOM);
	nonce[31] = 1;
	assert_int_equal(jurat_epid_join_request(
			     out, JURAT_EPID_JOIN_REQUEST_LEN(w->kind), w->group, w->kind, nonce, nonce, &random, NULL),
	    JURAT_EPID_E_RANDOM);
	assert_memory_equal(out, zeros, sizeof out);
	free(list.p);
}

static void
the_systems_own_randomness_serves_too(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *v = verifier(w, NULL, 0);
	struct jurat_epid_sign_request request = { .message = epid_text_bytes(MESSAGE) };
	struct epid_made s = { .len = JURAT_EPID_SIGNATURE_LEN(w->kind, 0) };

	s.p = malloc(s.len);
	assert_non_null(s.p);
	assert_int_equal(jurat_epid_sign(s.p, s.len, w->member[0], &request, NULL), JURAT_EPID_OK);
	assert_int_equal(verify(v, s, MESSAGE), JURAT_EPID_OK);
	free(s.p);
	jurat_epid_verifier_free(v);
}

/* ---- threads ---- */

/* What one thread does, and with how much stack: what the header says is enough. Sanitizers need more for themselves. */
#define STACK_LEN (64u * 1024u)
#define LISTS_STACK_LEN (256u * 1024u)
#if defined(__SANITIZE_ADDRESS__)
#define STACK_FACTOR 8u
#else
#define STACK_FACTOR 1u
#endif

struct shared {
	struct epid_world *w;
	const struct jurat_epid_verifier *v;
	const struct jurat_epid_bytes *list;
	struct epid_made signature;
};

static void *
verify_and_sign(void *arg)
{
	const struct shared *s = arg;
	uint8_t out[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, 6)];
	struct jurat_epid_sign_request request = { .message = epid_text_bytes(MESSAGE), .sigrl = s->list };
	size_t len = JURAT_EPID_SIGNATURE_LEN(s->w->kind, s->list != NULL ? 6 : 0);

	for (int i = 0; i < 3; i++)
		if (jurat_epid_verify(s->v, bytes(s->signature), epid_text_bytes(MESSAGE), NULL) != JURAT_EPID_OK ||
		    jurat_epid_sign(out, len, s->w->member[0], &request, NULL) != JURAT_EPID_OK ||
		    jurat_epid_verify(s->v, (struct jurat_epid_bytes){ out, len }, epid_text_bytes(MESSAGE), NULL) != JURAT_EPID_OK)
			return NULL;
	return arg;
}

static void
run_threads(struct shared *s, size_t stack_len)
{
	pthread_t thread[2];
	pthread_attr_t attr;

	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstacksize(&attr, stack_len * STACK_FACTOR), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], &attr, verify_and_sign, s), 0);
	for (int i = 0; i < 2; i++) {
		void *result;

		assert_int_equal(pthread_join(thread[i], &result), 0);
		assert_ptr_equal(result, s);
	}
	pthread_attr_destroy(&attr);
}

static void
threads_share_a_group_a_verifier_and_a_member_on_small_stacks(void **state)
{
	struct epid_world *w = *state;
	struct jurat_epid_verifier *plain = verifier(w, NULL, 0), *listed = verifier(w, NULL, 0);
	struct epid_made list = sigrl_of(w, 6, 1);
	struct jurat_epid_bytes list_bytes = bytes(list);
	struct shared s = { w, plain, NULL, epid_world_sign(w, 1, MESSAGE, NULL, NULL) };

	run_threads(&s, STACK_LEN);
	free(s.signature.p);
	assert_int_equal(jurat_epid_verifier_set_sigrl(listed, list_bytes, NULL), JURAT_EPID_OK);
	s = (struct shared){ w, listed, &list_bytes, epid_world_sign(w, 0, MESSAGE, NULL, &list_bytes) };
	run_threads(&s, LISTS_STACK_LEN);
	free(s.signature.p);
	free(list.p);
	jurat_epid_verifier_free(plain);
	jurat_epid_verifier_free(listed);
}

#define BOTH(TEST) \
	{ #TEST " (not split)", TEST, set_up_not_split, tear_down, NULL }, { #TEST " (split)", TEST, set_up_split, tear_down, NULL }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_member_signs_verifies_in_every_combination),
		BOTH(each_altered_bit_of_a_signature_is_refused),
		BOTH(with_a_list_version_count_and_each_bit_of_the_proofs_count),
		BOTH(a_list_that_nobody_checks_is_refused_unless_asked_for),
		BOTH(signatures_are_linked_by_member_and_base_alone),
		BOTH(nothing_of_the_key_stands_in_a_signature),
		BOTH(a_revoked_private_key_is_found_with_and_without_an_index),
		BOTH(an_entry_beyond_the_order_revokes_everybody_as_in_intels_verifier),
		BOTH(a_member_on_a_signature_list_cannot_sign_and_says_so),
		BOTH(a_proof_of_a_listed_member_is_refused_although_its_equations_hold),
		BOTH(a_signature_over_another_list_is_told_apart_from_a_revoked_one),
		BOTH(a_verifiers_own_list_names_members_by_their_k),
		BOTH(a_group_list_revokes_the_group_and_comes_before_the_other_lists),
		BOTH(a_pre_signature_serves_once_its_own_member_and_sort),
		BOTH(a_batch_says_what_each_would_have_got),
		BOTH(one_proof_alone_is_what_stands_in_a_signature),
		BOTH(a_source_that_fails_is_reported_and_nothing_is_written),
		BOTH(threads_share_a_group_a_verifier_and_a_member_on_small_stacks),
		BOTH(the_systems_own_randomness_serves_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
