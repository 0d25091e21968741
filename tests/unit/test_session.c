/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "core/hex.h"
#include "service/session.h"

static struct sessions *
sessions(void)
{
	struct sessions *all = calloc(1, sizeof *all);

	assert_non_null(all);
	return all;
}

static struct session *
begin(struct sessions *all, uint64_t now, char id[33])
{
	struct session *s = NULL;

	assert_int_equal(session_new(all, &s, now, NULL), JURAT_OK);
	hex_encode(id, s->id, sizeof s->id);
	return s;
}

static void
a_session_is_found_by_its_name_alone(void **state)
{
	struct sessions *all = sessions();
	char id[33], other[33];
	struct session *a = begin(all, 0, id), *b = begin(all, 0, other);

	(void)state;
	assert_ptr_not_equal(a, b);
	assert_string_not_equal(id, other);
	assert_ptr_equal(session_find(all, id, 32, 5), a);
	assert_ptr_equal(session_find(all, other, 32, 5), b);
	assert_null(session_find(all, id, 31, 5));
	assert_null(session_find(all, "zz", 2, 5));
	assert_null(session_find(all, "00000000000000000000000000000000", 32, 5)); /* the id of free slots */
	id[0] = id[0] == '0' ? '1' : '0';
	assert_null(session_find(all, id, 32, 5));
	free(all);
}

static void
a_session_lives_sixty_seconds(void **state)
{
	struct sessions *all = sessions();
	char id[33];
	struct session *s = begin(all, 1000, id);

	(void)state;
	assert_int_equal(sessions_active(all, 1000), 1);
	assert_ptr_equal(session_find(all, id, 32, 1000 + SESSION_LIFE_MS - 1), s);
	assert_null(session_find(all, id, 32, 1000 + SESSION_LIFE_MS));
	assert_int_equal(sessions_active(all, 1000 + SESSION_LIFE_MS), 0);
	s->step = SESSION_SENDING; /* a stream points at it */
	assert_ptr_equal(session_find(all, id, 32, 1000 + SESSION_LIFE_MS), s);
	free(all);
}

static void
an_ended_session_keeps_its_name_but_no_key(void **state)
{
	struct sessions *all = sessions();
	uint8_t zero[sizeof(struct sigma_responder)] = { 0 };
	char id[33];
	struct session *s = begin(all, 0, id);

	(void)state;
	memset(&s->sigma, 0xaa, sizeof s->sigma);
	session_end(s);
	assert_ptr_equal(session_find(all, id, 32, 5), s);
	assert_int_equal(s->step, SESSION_OVER);
	assert_memory_equal(&s->sigma, zero, sizeof s->sigma);
	free(all);
}

static void
their_number_is_bounded_and_who_begins_many_keeps_nobody_out(void **state)
{
	struct sessions *all = sessions();
	struct session *s, *over;
	char id[33], first[33], second[33];

	(void)state;
	begin(all, 0, first);
	over = begin(all, 1, second);
	for (unsigned i = 2; i < SESSIONS_MAX; i++)
		begin(all, i, id);
	/* one that is over makes room */
	session_end(over);
	assert_ptr_equal(begin(all, 500, id), over);
	assert_null(session_find(all, second, 32, 500));
	/* else the one that has waited longest; the others stay */
	assert_non_null(session_find(all, first, 32, 500));
	begin(all, 500, second);
	assert_null(session_find(all, first, 32, 500));
	assert_non_null(session_find(all, id, 32, 500));
	/* but none whose secret is on its way */
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		all->slots[i].step = i % 2 == 0 ? SESSION_SENDING : SESSION_WANTS_ACK;
	assert_int_equal(session_new(all, &s, 501, NULL), JURAT_E_STATE);
	assert_non_null(session_find(all, second, 32, 501));
	/* until its time ends */
	begin(all, SESSION_LIFE_MS + 3, id);
	assert_null(session_find(all, first, 32, SESSION_LIFE_MS + 3));
	free(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_found_by_its_name_alone),
		cmocka_unit_test(a_session_lives_sixty_seconds),
		cmocka_unit_test(an_ended_session_keeps_its_name_but_no_key),
		cmocka_unit_test(their_number_is_bounded_and_who_begins_many_keeps_nobody_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
