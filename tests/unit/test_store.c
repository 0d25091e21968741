/* SPDX-License-Identifier: Apache-2.0 */
/* The store's contract. open_store is the only place that knows a backend: the same suite will run over every one. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sqlite3.h>
#include <unistd.h>

#include "host/file.h"
#include "store/kek.h"
#include "store/sql.h"
#include "store/store.h"

static const struct aes256_key kek_a = { { 1, 2, 3 } }, kek_b = { { 9, 8, 7 } };
static const char policy[] = "{\"test\":1}";

struct fixture {
	char *dir, *path;
	struct store *store;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->dir = temp_dir_new();
	f->path = path_join(f->dir, "service.sqlite");
	assert_int_equal(store_create(f->path, &kek_a, NULL), JURAT_OK);
	assert_int_equal(store_open(&f->store, f->path, &kek_a, NULL), JURAT_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	free(f->path);
	temp_dir_remove(f->dir);
	free(f);
	return 0;
}

static jurat_rc
add(struct store *s, const char *name, const void *p, size_t len, bool replace)
{
	struct store_new_secret in = { .name = name, .plain = p, .len = len, .policy = policy, .policy_len = sizeof policy - 1,
		.replace = replace, .at_unix_s = 1000 };

	return store_secret_add(s, &in, NULL);
}

/* read_back: the whole secret, compared. */
static jurat_rc
read_back(struct store *s, const char *name, const uint8_t *want, size_t len)
{
	uint8_t chunk[STORE_CHUNK_LEN];
	struct store_secret secret;
	size_t done = 0, n;
	jurat_rc rc = store_secret_find(s, &secret, name, NULL);

	if (rc != JURAT_OK)
		return rc;
	assert_int_equal(secret.size, len);
	for (uint32_t i = 0; i < store_secret_num_chunks(&secret); i++) {
		if ((rc = store_secret_chunk(s, chunk, &n, &secret, i, NULL)) != JURAT_OK)
			return rc;
		assert_true(n <= len - done);
		assert_memory_equal(chunk, want + done, n);
		done += n;
	}
	assert_int_equal(done, len);
	assert_int_equal(store_secret_chunk(s, chunk, &n, &secret, store_secret_num_chunks(&secret), NULL), JURAT_E_NOT_FOUND);
	return JURAT_OK;
}

static struct store_secret
find(struct store *s, const char *name)
{
	struct store_secret secret;

	assert_int_equal(store_secret_find(s, &secret, name, NULL), JURAT_OK);
	return secret;
}

static void
raw_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void
secrets_of_every_size_come_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 16383, 16384, 16385, 100000, 1 << 20 };
	struct fixture *f = *state;
	uint8_t *p = malloc(1 << 20);

	for (size_t i = 0; i < 1 << 20; i++)
		p[i] = (uint8_t)(i * 7 + i / 251);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char name[16];

		snprintf(name, sizeof name, "s%zu", i);
		assert_int_equal(add(f->store, name, p, sizes[i], false), JURAT_OK);
		assert_int_equal(read_back(f->store, name, p, sizes[i]), JURAT_OK);
	}
	store_close(f->store);
	assert_int_equal(store_open(&f->store, f->path, &kek_a, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char name[16];

		snprintf(name, sizeof name, "s%zu", i);
		assert_int_equal(read_back(f->store, name, p, sizes[i]), JURAT_OK);
	}
	free(p);
}

static void
the_plain_secret_is_nowhere_in_the_folder(void **state)
{
	static const char secret[] = "attack at dawn, and bring the horses";
	struct fixture *f = *state;
	static const char *const names[] = { "service.sqlite", "service.sqlite-wal" };

	assert_int_equal(add(f->store, "plan", secret, sizeof secret - 1, false), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = path_join(f->dir, names[i]);
		struct stat st;
		size_t len;
		uint8_t *p = test_read(path, &len);

		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_true(i == 0 || len > 0);
		assert_null(memmem(p, len, secret, 16));
		free(p);
		free(path);
	}
}

static void
names_are_checked_before_anything_is_written(void **state)
{
	static const char *const bad[] = { "", ".hidden", "-rf", "a/b", "a b", "a\nb", "\xc3\xa4" };
	struct fixture *f = *state;
	char longest[STORE_NAME_MAX_LEN + 2];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(add(f->store, bad[i], "x", 1, false), JURAT_E_FORMAT);
	memset(longest, 'n', sizeof longest);
	longest[STORE_NAME_MAX_LEN + 1] = '\0';
	assert_int_equal(add(f->store, longest, "x", 1, false), JURAT_E_TOO_LARGE);
	longest[STORE_NAME_MAX_LEN] = '\0';
	assert_int_equal(add(f->store, longest, "x", 1, false), JURAT_OK);
}

static void
a_taken_name_is_refused_and_replacing_makes_a_new_version(void **state)
{
	struct fixture *f = *state;
	struct store_secret old;
	uint8_t chunk[STORE_CHUNK_LEN];
	size_t n;

	assert_int_equal(add(f->store, "a", "old", 3, false), JURAT_OK);
	old = find(f->store, "a");
	assert_int_equal(add(f->store, "a", "new", 3, false), JURAT_E_EXISTS);
	assert_int_equal(read_back(f->store, "a", (const uint8_t *)"old", 3), JURAT_OK);
	assert_int_equal(add(f->store, "a", "newer", 5, true), JURAT_OK);
	assert_int_equal(find(f->store, "a").version, 2);
	assert_int_equal(read_back(f->store, "a", (const uint8_t *)"newer", 5), JURAT_OK);
	assert_int_equal(store_secret_chunk(f->store, chunk, &n, &old, 0, NULL), JURAT_E_NOT_FOUND);
	assert_int_equal(store_release(f->store, &old, &(struct store_note){ .detail = "" }, NULL), JURAT_E_NOT_FOUND);
}

#define CHUNK_OF_B_TO_A                                                                                                    \
	"UPDATE chunks SET sealed = (SELECT sealed FROM chunks WHERE secret_id=(SELECT id FROM secrets WHERE name='b'))"   \
	" WHERE secret_id=(SELECT id FROM secrets WHERE name='a')"

static void
a_row_copied_onto_another_does_not_open(void **state)
{
	static const char *const swaps[] = {
		/* the whole content of b under a's name */
		"UPDATE secrets SET wrapped = (SELECT wrapped FROM secrets WHERE name='b') WHERE name='a';" CHUNK_OF_B_TO_A,
		/* one chunk */
		CHUNK_OF_B_TO_A,
		/* names exchanged */
		"UPDATE secrets SET name='c' WHERE name='a'; UPDATE secrets SET name='a' WHERE name='b'",
		/* a version that was never made */
		"UPDATE secrets SET version = 2 WHERE name='a'",
		/* a laxer policy */
		"INSERT INTO policies VALUES(zeroblob(32), '{}'); UPDATE secrets SET policy_hash = zeroblob(32) WHERE name='a'",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(swaps); i++) {
		assert_int_equal(add(f->store, "a", "aaaa", 4, true), JURAT_OK);
		assert_int_equal(add(f->store, "b", "bbbb", 4, true), JURAT_OK);
		assert_int_equal(read_back(f->store, "a", (const uint8_t *)"aaaa", 4), JURAT_OK);
		raw_sql(f->path, swaps[i]);
		if (read_back(f->store, "a", (const uint8_t *)"aaaa", 4) != JURAT_E_CRYPTO)
			fail_msg("swap %zu", i);
		raw_sql(f->path, "DELETE FROM chunks; DELETE FROM secrets");
	}
}

static void
an_altered_policy_is_seen(void **state)
{
	struct fixture *f = *state;
	struct store_secret secret;
	char *text = NULL;
	size_t len;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_secret_policy(f->store, &text, &len, &secret, NULL), JURAT_OK);
	assert_string_equal(text, policy);
	free(text);
	raw_sql(f->path, "UPDATE policies SET json = '{}'");
	assert_int_equal(store_secret_policy(f->store, &text, &len, &secret, NULL), JURAT_E_MISMATCH);
}

static void
absurd_rows_are_refused_by_field(void **state)
{
	static const char *const edits[] = { "size = 99999999999", "size = -1", "state = 7", "version = 0",
		"version = 5000000000", "name = '../a'", "policy_hash = x'00'", "size = 5", "wrapped = x'00'" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		uint8_t chunk[STORE_CHUNK_LEN];
		struct store_secret secret;
		struct jurat_diag d = { 0 };
		char sql[128];
		size_t n;
		jurat_rc rc;

		assert_int_equal(add(f->store, "a", "aaaa", 4, true), JURAT_OK);
		snprintf(sql, sizeof sql, "PRAGMA foreign_keys=OFF; UPDATE secrets SET %s", edits[i]);
		raw_sql(f->path, sql);
		rc = store_secret_find(f->store, &secret, i == 5 ? "../a" : "a", &d);
		if (rc == JURAT_OK)
			rc = store_secret_chunk(f->store, chunk, &n, &secret, 0, &d);
		if (rc != JURAT_E_FORMAT || d.field == NULL)
			fail_msg("%s: %s", edits[i], jurat_rc_name(rc));
		raw_sql(f->path, "DELETE FROM chunks; DELETE FROM secrets");
	}
}

static void
a_secret_is_released_once_until_the_operator_rearms_it(void **state)
{
	struct fixture *f = *state;
	struct store_note note = { .at_unix_s = 5, .detail = "accepted" };
	struct store_secret secret;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_delivered(f->store, &secret, &note, NULL), JURAT_E_REPLAY);
	assert_int_equal(store_rearm(f->store, "a", 6, NULL), JURAT_E_STATE);
	assert_int_equal(store_release(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(find(f->store, "a").state, SECRET_SENT);
	assert_int_equal(store_release(f->store, &secret, &note, NULL), JURAT_E_REPLAY);
	assert_int_equal(store_delivered(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(find(f->store, "a").state, SECRET_DELIVERED);
	assert_int_equal(store_release(f->store, &secret, &note, NULL), JURAT_E_REPLAY);
	assert_int_equal(store_rearm(f->store, "a", 7, NULL), JURAT_OK);
	assert_int_equal(store_release(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(store_rearm(f->store, "nobody", 7, NULL), JURAT_E_NOT_FOUND);
}

static void
an_earlier_release_does_not_acknowledge_a_later_one(void **state)
{
	struct fixture *f = *state;
	struct store_note first = { .at_unix_s = 5, .detail = "accepted", .evidence_hash = { 1 } };
	struct store_note second = { .at_unix_s = 6, .detail = "accepted", .evidence_hash = { 2 } };
	struct store_secret secret;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_release(f->store, &secret, &first, NULL), JURAT_OK);
	assert_int_equal(store_rearm(f->store, "a", 6, NULL), JURAT_OK);
	assert_int_equal(store_release(f->store, &secret, &second, NULL), JURAT_OK);
	assert_int_equal(store_delivered(f->store, &secret, &first, NULL), JURAT_E_REPLAY);
	assert_int_equal(find(f->store, "a").state, SECRET_SENT);
	assert_int_equal(store_delivered(f->store, &secret, &second, NULL), JURAT_OK);
}

static bool
count_record(void *ctx, const struct store_record *r)
{
	(void)r;
	++*(int *)ctx;
	return true;
}

static void
any_change_of_the_log_is_found(void **state)
{
	static const struct {
		const char *sql;
		jurat_rc want;
	} edits[] = {
		{ "UPDATE log SET detail = 'accepted!' WHERE seq = 2", JURAT_E_MISMATCH },
		{ "UPDATE log SET at_unix_s = 1 WHERE seq = 2", JURAT_E_MISMATCH },
		{ "UPDATE log SET event = 3 WHERE seq = 2", JURAT_E_MISMATCH },
		{ "UPDATE log SET event = 258 WHERE seq = 2", JURAT_E_FORMAT }, /* the same in one byte */
		{ "UPDATE log SET version = version + 4294967296 WHERE seq = 2", JURAT_E_FORMAT },
		{ "DELETE FROM log WHERE seq = 2", JURAT_E_MISMATCH },
		{ "DELETE FROM log WHERE seq = 3", JURAT_E_MISMATCH }, /* the secret was sent, and nothing says so */
		{ "DELETE FROM log", JURAT_E_MISMATCH },
		{ "DELETE FROM log WHERE seq = 1", JURAT_E_MISMATCH },
		{ "UPDATE log SET hash = zeroblob(32) WHERE seq = 3", JURAT_E_MISMATCH },
		{ "UPDATE log SET signature = (SELECT signature FROM log WHERE seq = 1) WHERE seq = 3", JURAT_E_CRYPTO },
		{ "UPDATE log SET signature = x'' WHERE seq = 3", JURAT_E_FORMAT },
	};
	struct fixture *f = *state;
	struct store_note note = { .at_unix_s = 5, .detail = "accepted" };
	struct store_secret secret;
	uint8_t head[SHA256_LEN];
	uint64_t num = 9;
	int seen = 0;

	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	assert_int_equal(num, 0);
	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_refused(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(store_release(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	assert_int_equal(num, 3);
	assert_int_equal(store_log_each(f->store, 2, count_record, &seen, NULL), JURAT_OK);
	assert_int_equal(seen, 2);
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		raw_sql(f->path, "CREATE TABLE keep AS SELECT * FROM log");
		raw_sql(f->path, edits[i].sql);
		if (store_log_verify(f->store, NULL, &num, head, NULL) != edits[i].want)
			fail_msg("%s", edits[i].sql);
		raw_sql(f->path, "DELETE FROM log; INSERT INTO log SELECT * FROM keep; DROP TABLE keep");
		assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	}
}

static void
a_log_that_was_cut_and_grown_again_is_found_by_a_noted_head(void **state)
{
	struct fixture *f = *state;
	struct store_note note = { .at_unix_s = 5, .detail = "policy" };
	struct store_secret secret;
	uint8_t noted[SHA256_LEN], head[SHA256_LEN];
	struct jurat_diag d = { 0 };
	uint64_t num;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_refused(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(store_log_verify(f->store, NULL, &num, noted, NULL), JURAT_OK);
	assert_int_equal(store_refused(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(store_log_verify(f->store, noted, &num, head, NULL), JURAT_OK);
	assert_int_equal(num, 3);
	raw_sql(f->path, "DELETE FROM log WHERE seq > 1");
	note.detail = "another";
	assert_int_equal(store_refused(f->store, &secret, &note, NULL), JURAT_OK);
	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	assert_int_equal(store_log_verify(f->store, noted, &num, head, &d), JURAT_E_MISMATCH);
	assert_string_equal(d.field, "log.head");
}

/* What a copy of the folder, made earlier, can put back row by row: the log says what came after. */
static void
a_row_that_was_set_back_is_not_released(void **state)
{
	static const char *const back[] = {
		"UPDATE secrets SET state = 0",
		"UPDATE secrets SET version = 1, state = 0, wrapped = (SELECT wrapped FROM old),"
		" policy_hash = (SELECT policy_hash FROM old); DELETE FROM chunks; INSERT INTO chunks SELECT * FROM old_chunks",
	};
	struct fixture *f = *state;
	struct store_note note = { .at_unix_s = 5, .detail = "accepted" };
	struct store_secret secret;
	struct jurat_diag d = { 0 };
	uint8_t head[SHA256_LEN];
	uint64_t num;

	assert_int_equal(add(f->store, "a", "old", 3, false), JURAT_OK);
	raw_sql(f->path, "CREATE TABLE old AS SELECT * FROM secrets; CREATE TABLE old_chunks AS SELECT * FROM chunks");
	for (size_t i = 0; i < ARRAY_LEN(back); i++) {
		if (i == 1)
			assert_int_equal(add(f->store, "a", "new", 3, true), JURAT_OK);
		secret = find(f->store, "a");
		assert_int_equal(store_release(f->store, &secret, &note, NULL), JURAT_OK);
		raw_sql(f->path, back[i]);
		secret = find(f->store, "a");
		assert_int_equal(secret.state, SECRET_READY);
		assert_int_equal(store_release(f->store, &secret, &note, &d), JURAT_E_MISMATCH);
		assert_string_equal(d.field, "secret.log");
		assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_E_MISMATCH);
	}
}

static void
a_clock_that_was_set_back_is_found_by_the_log(void **state)
{
	static const char *const edits[] = { "UPDATE log SET at_unix_s = 0 WHERE seq = 3", "UPDATE log SET at_unix_s = 9000 WHERE seq = 1" };
	struct fixture *f = *state;
	struct store_note late = { .at_unix_s = 5000, .detail = "policy" }, early = { .at_unix_s = 4000, .detail = "policy" };
	struct store_secret secret;
	struct jurat_diag d = { 0 };

	assert_int_equal(store_clock_check(f->store, 0, NULL), JURAT_OK); /* nothing to compare with */
	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_refused(f->store, &secret, &late, NULL), JURAT_OK);
	/* a later record under an earlier clock does not lower what has been reached */
	assert_int_equal(store_refused(f->store, &secret, &early, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 5000, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 5000 - STORE_CLOCK_LEEWAY_S, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 5000 - STORE_CLOCK_LEEWAY_S - 1, &d), JURAT_E_TIME);
	assert_string_equal(d.field, "clock");
	assert_int_equal(d.wanted, 5000);
	assert_int_equal(d.got, 5000 - STORE_CLOCK_LEEWAY_S - 1);
	assert_int_equal(store_clock_check(f->store, INT64_MIN, NULL), JURAT_E_TIME);
	assert_int_equal(store_clock_check(f->store, INT64_MAX, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		raw_sql(f->path, "CREATE TABLE keep AS SELECT * FROM log");
		raw_sql(f->path, edits[i]);
		if (store_clock_check(f->store, 8000, NULL) != JURAT_E_MISMATCH)
			fail_msg("%s", edits[i]);
		raw_sql(f->path, "DELETE FROM log; INSERT INTO log SELECT * FROM keep; DROP TABLE keep");
		assert_int_equal(store_clock_check(f->store, 8000, NULL), JURAT_OK);
	}
}

static void
times_that_were_ahead_count_no_more_once_the_operator_says_so(void **state)
{
	struct fixture *f = *state;
	struct store_note ahead = { .at_unix_s = 9000, .detail = "policy" };
	struct store_secret secret;
	struct store *s = NULL;
	struct jurat_diag d = { 0 };
	uint8_t head[SHA256_LEN];
	uint64_t num;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	secret = find(f->store, "a");
	assert_int_equal(store_clock_accept(f->store, 2000, &d), JURAT_E_STATE); /* nothing is wrong */
	assert_int_equal(store_refused(f->store, &secret, &ahead, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 2000, NULL), JURAT_E_TIME);
	assert_int_equal(store_open(&s, f->path, NULL, NULL), JURAT_OK);
	assert_int_equal(store_clock_accept(s, 2000, NULL), JURAT_E_AUTH);
	store_close(s);
	assert_int_equal(store_clock_accept(f->store, 2000, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 2000, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 2000 - STORE_CLOCK_LEEWAY_S - 1, NULL), JURAT_E_TIME);
	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	assert_int_equal(num, 3);
	/* later times count again, and nobody else can write such a record */
	assert_int_equal(store_refused(f->store, &secret, &ahead, NULL), JURAT_OK);
	assert_int_equal(store_clock_check(f->store, 2000, NULL), JURAT_E_TIME);
	raw_sql(f->path, "UPDATE log SET event = 7 WHERE seq = 4");
	assert_int_equal(store_clock_check(f->store, 2000, NULL), JURAT_E_MISMATCH);
}

static void
a_row_that_was_deleted_is_found_by_the_log(void **state)
{
	static const char *const deleted[] = {
		"DELETE FROM chunks; DELETE FROM secrets WHERE name = 'b'",
		"DELETE FROM secrets",
	};
	struct fixture *f = *state;
	uint8_t head[SHA256_LEN];
	uint64_t num;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	assert_int_equal(add(f->store, "b", "bbbb", 4, false), JURAT_OK);
	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(deleted); i++) {
		struct jurat_diag d = { 0 };

		raw_sql(f->path, deleted[i]);
		assert_int_equal(store_log_verify(f->store, NULL, &num, head, &d), JURAT_E_MISMATCH);
		assert_string_equal(d.field, "secret.row");
		assert_int_equal(d.offset, i == 0 ? 2 : 1);
		assert_non_null(d.hint);
	}
}

static void
without_the_right_kek_nothing_opens(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	struct store_secret secret;
	uint8_t chunk[STORE_CHUNK_LEN];
	size_t n;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	assert_int_equal(store_open(&s, f->path, &kek_b, NULL), JURAT_E_CRYPTO);
	assert_null(s);
	assert_int_equal(store_open(&s, f->path, NULL, NULL), JURAT_OK);
	assert_null(store_service_key(s));
	secret = find(s, "a");
	assert_int_equal(store_secret_chunk(s, chunk, &n, &secret, 0, NULL), JURAT_E_AUTH);
	assert_int_equal(add(s, "b", "b", 1, false), JURAT_E_AUTH);
	assert_int_equal(store_rotate(s, &kek_b, 0, NULL), JURAT_E_AUTH);
	assert_int_equal(store_release(s, &secret, &(struct store_note){ .detail = "" }, NULL), JURAT_E_AUTH);
	store_close(s);
}

static void
rotation_leaves_only_the_new_kek_working(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	struct p256_public before, after;

	for (int i = 0; i < 20; i++) {
		char name[8];

		snprintf(name, sizeof name, "n%d", i);
		assert_int_equal(add(f->store, name, name, strlen(name), false), JURAT_OK);
	}
	store_service_public(&before, f->store);
	assert_int_equal(store_rotate(f->store, &kek_b, 7, NULL), JURAT_OK);
	assert_int_equal(store_open(&s, f->path, &kek_a, NULL), JURAT_E_CRYPTO);
	assert_int_equal(store_open(&s, f->path, &kek_b, NULL), JURAT_OK);
	store_service_public(&after, s);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(read_back(s, "n7", (const uint8_t *)"n7", 2), JURAT_OK);
	assert_int_equal(read_back(f->store, "n19", (const uint8_t *)"n19", 3), JURAT_OK);
	store_close(s);
}

/* An operator's command that began before a rotation must not leave what no key opens. */
static void
who_opened_before_a_rotation_writes_nothing_under_the_old_kek(void **state)
{
	struct aes256_key kek_c = { { 5 } };
	struct fixture *f = *state;
	struct store *s = NULL;
	struct jurat_diag d = { 0 };

	assert_int_equal(store_open(&s, f->path, &kek_a, NULL), JURAT_OK);
	assert_int_equal(store_check(f->store, NULL), JURAT_OK);
	assert_int_equal(store_rotate(s, &kek_b, 7, NULL), JURAT_OK);
	assert_int_equal(store_check(s, NULL), JURAT_OK);
	assert_int_equal(store_check(f->store, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "service.key");
	assert_int_equal(add(f->store, "late", "x", 1, false), JURAT_E_CRYPTO);
	assert_int_equal(store_rotate(f->store, &kek_c, 8, NULL), JURAT_E_CRYPTO);
	assert_int_equal(add(s, "late", "x", 1, false), JURAT_OK);
	store_close(s);
	assert_int_equal(store_open(&s, f->path, &kek_b, NULL), JURAT_OK);
	assert_int_equal(read_back(s, "late", (const uint8_t *)"x", 1), JURAT_OK);
	store_close(s);
}

static void
rotation_stops_at_a_row_that_does_not_open_and_changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(add(f->store, "a", "aaaa", 4, false), JURAT_OK);
	assert_int_equal(add(f->store, "b", "bbbb", 4, false), JURAT_OK);
	raw_sql(f->path, "UPDATE secrets SET version = 9 WHERE name = 'b'");
	assert_int_equal(store_rotate(f->store, &kek_b, 7, NULL), JURAT_E_CRYPTO);
	assert_int_equal(read_back(f->store, "a", (const uint8_t *)"aaaa", 4), JURAT_OK);
}

/*
 * run_killed: runs work in a child and kills it us microseconds after its first sign of life, so that a slow machine
 * kills in the same places. Returns that first acknowledgement.
 */
static int32_t
run_killed(void (*work)(void *ctx, int ack_fd), void *ctx, const int fds[2], useconds_t us)
{
	pid_t child = fork();
	int32_t first = -1;
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		work(ctx, fds[1]);
		_exit(0);
	}
	assert_int_equal(read(fds[0], &first, sizeof first), sizeof first);
	usleep(us);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return first;
}

static void
add_for_ever(void *ctx, int ack_fd)
{
	struct fixture *f = ctx;
	struct store *s;
	int32_t i = 0;

	if (store_open(&s, f->path, &kek_a, NULL) != JURAT_OK)
		_exit(1);
	for (struct store_secret last; i < 10000; i++) {
		char name[16];

		snprintf(name, sizeof name, "k%d", i);
		if (store_secret_find(s, &last, name, NULL) == JURAT_OK)
			continue;
		if (add(s, name, name, strlen(name), false) != JURAT_OK || store_secret_find(s, &last, name, NULL) != JURAT_OK ||
		    store_release(s, &last, &(struct store_note){ .detail = "x" }, NULL) != JURAT_OK)
			_exit(1);
		if (write(ack_fd, &i, sizeof i) != sizeof i)
			_exit(1);
	}
}

static void
assert_kept(struct fixture *f, int32_t i)
{
	char name[16];

	snprintf(name, sizeof name, "k%d", i);
	assert_int_equal(read_back(f->store, name, (const uint8_t *)name, strlen(name)), JURAT_OK);
	assert_int_equal(find(f->store, name).state, SECRET_SENT);
}

static void
a_killed_process_loses_nothing_that_was_acknowledged(void **state)
{
	struct fixture *f = *state;
	int fds[2];
	int32_t i, acks = 0;

	assert_int_equal(pipe(fds), 0);
	for (useconds_t us = 0; us < 40000; us += 2571, acks++)
		assert_kept(f, run_killed(add_for_ever, f, fds, us));
	close(fds[1]);
	while (read(fds[0], &i, sizeof i) == sizeof i) {
		assert_kept(f, i);
		acks++;
	}
	close(fds[0]);
	uint8_t head[SHA256_LEN];
	uint64_t num;
	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	assert_true(num >= (uint64_t)acks * 2);
}

static void
rotate_for_ever(void *ctx, int ack_fd)
{
	struct fixture *f = ctx;
	struct store *s;
	bool is_b = store_open(&s, f->path, &kek_a, NULL) != JURAT_OK;

	if (is_b && store_open(&s, f->path, &kek_b, NULL) != JURAT_OK)
		_exit(1);
	if (write(ack_fd, &(int32_t){ 0 }, sizeof(int32_t)) != sizeof(int32_t))
		_exit(1);
	for (;; is_b = !is_b) {
		if (store_rotate(s, is_b ? &kek_a : &kek_b, 1, NULL) != JURAT_OK)
			_exit(1);
	}
}

static void
a_rotation_killed_at_any_moment_leaves_exactly_one_working_kek(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < 50; i++) {
		char name[8];

		snprintf(name, sizeof name, "n%d", i);
		assert_int_equal(add(f->store, name, name, strlen(name), false), JURAT_OK);
	}
	for (useconds_t us = 0; us < 40000; us += 1913) {
		struct store *a = NULL, *b = NULL;
		jurat_rc rc_a, rc_b;

		run_killed(rotate_for_ever, f, fds, us);
		rc_a = store_open(&a, f->path, &kek_a, NULL);
		rc_b = store_open(&b, f->path, &kek_b, NULL);
		assert_true((rc_a == JURAT_OK) != (rc_b == JURAT_OK));
		for (int i = 0; i < 50; i++) {
			char name[8];

			snprintf(name, sizeof name, "n%d", i);
			assert_int_equal(read_back(a != NULL ? a : b, name, (const uint8_t *)name, strlen(name)), JURAT_OK);
		}
		store_close(a);
		store_close(b);
	}
	close(fds[0]);
	close(fds[1]);
}

/* fill_disk: in a child whose files may not grow: exit 0 if it was reported as a full disk and everything acknowledged is there. */
static void
fill_disk(struct fixture *f, size_t room)
{
	struct rlimit limit = { room, room };
	struct store *s;
	struct store_secret secret;
	static uint8_t big[50000];
	jurat_rc rc = JURAT_OK;
	int i;

	signal(SIGXFSZ, SIG_IGN);
	if (store_open(&s, f->path, &kek_a, NULL) != JURAT_OK || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(2);
	for (i = 0; i < 100 && rc == JURAT_OK; i++) {
		char name[16];

		snprintf(name, sizeof name, "d%d", i);
		rc = add(s, name, big, sizeof big, false);
		if (rc != JURAT_OK && store_secret_find(s, &secret, name, NULL) != JURAT_E_NOT_FOUND)
			_exit(3);
	}
	if (rc != JURAT_E_NO_SPACE)
		_exit(4);
	for (int j = 0; j < i - 1; j++) {
		char name[16];

		snprintf(name, sizeof name, "d%d", j);
		if (read_back(s, name, big, sizeof big) != JURAT_OK)
			_exit(5);
	}
	_exit(i > 1 ? 0 : 6);
}

static void
a_full_disk_is_reported_and_loses_nothing(void **state)
{
	struct fixture *f = *state;
	pid_t child = fork();
	int status;
	uint8_t head[SHA256_LEN];
	uint64_t num;

	assert_true(child >= 0);
	if (child == 0)
		fill_disk(f, 700000);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(store_log_verify(f->store, NULL, &num, head, NULL), JURAT_OK);
	assert_int_equal(add(f->store, "after", "x", 1, false), JURAT_OK);
}

static void
an_existing_database_is_not_made_anew(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	char *none = path_join(f->dir, "none.sqlite");

	assert_int_equal(store_create(f->path, &kek_a, NULL), JURAT_E_EXISTS);
	assert_int_equal(store_open(&s, none, &kek_a, NULL), JURAT_E_NOT_FOUND);
	assert_int_not_equal(access(none, F_OK), 0);
	assert_int_equal(file_write(none, "this is not a database, not at all, whatever it may say", 55, 0600, NULL), JURAT_OK);
	assert_int_equal(store_open(&s, none, &kek_a, NULL), JURAT_E_FORMAT);
	free(none);
}

/* SQLite would make a new database of either; what an accident left of ours must stay what it is. */
static void
an_emptied_or_foreign_database_is_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	char *path = path_join(f->dir, "emptied.sqlite"), *foreign = path_join(f->dir, "foreign.sqlite");
	struct stat st;

	for (size_t len = 0; len <= 1; len++) {
		assert_int_equal(file_write(path, "S", len, 0600, NULL), JURAT_OK);
		assert_int_equal(store_open(&s, path, &kek_a, NULL), JURAT_E_TRUNCATED);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, len);
	}
	raw_sql(foreign, "CREATE TABLE notes(a)");
	assert_int_equal(store_open(&s, foreign, &kek_a, NULL), JURAT_E_FORMAT);
	raw_sql(foreign, "CREATE TABLE keys(a)"); /* still free: nothing of ours was put into it */
	free(path);
	free(foreign);
}

static void
a_newer_database_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct jurat_diag d = { 0 };
	struct store *s = NULL;

	raw_sql(f->path, "PRAGMA user_version=77");
	assert_int_equal(store_open(&s, f->path, &kek_a, &d), JURAT_E_VERSION);
	assert_string_equal(d.field, "database.version");
	assert_int_equal(d.got, 77);
}

static void
an_older_database_is_upgraded_whole_after_a_backup(void **state)
{
	static const char *const steps[] = { "CREATE TABLE one(a); INSERT INTO one VALUES(1)", "CREATE TABLE two(b)",
		"INSERT INTO two VALUES(1); INSERT INTO nowhere VALUES(1)" };
	struct fixture *f = *state;
	char *path = path_join(f->dir, "old.sqlite"), *copy = path_join(f->dir, "old.sqlite.v1.backup");
	struct sql *db;
	struct stat st;

	assert_int_equal(sql_open(&db, path, true, NULL), JURAT_OK);
	assert_int_equal(sql_migrate(db, steps, 1, NULL), JURAT_OK);
	assert_int_not_equal(access(copy, F_OK), 0);
	/* the third step fails: the second is undone with it */
	assert_int_not_equal(sql_migrate(db, steps, 3, NULL), JURAT_OK);
	assert_int_not_equal(sql_run(db, "SELECT * FROM two", NULL), JURAT_OK);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	raw_sql(copy, "SELECT a FROM one");
	assert_int_equal(sql_migrate(db, steps, 2, NULL), JURAT_OK);
	assert_int_equal(sql_run(db, "SELECT * FROM two", NULL), JURAT_OK);
	assert_int_equal(sql_migrate(db, steps, 1, NULL), JURAT_E_VERSION);
	sql_close(db);
	free(path);
	free(copy);
}

int
main(void)
{
#define T(X) cmocka_unit_test_setup_teardown(X, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(secrets_of_every_size_come_back),
		T(the_plain_secret_is_nowhere_in_the_folder),
		T(names_are_checked_before_anything_is_written),
		T(a_taken_name_is_refused_and_replacing_makes_a_new_version),
		T(a_row_copied_onto_another_does_not_open),
		T(an_altered_policy_is_seen),
		T(absurd_rows_are_refused_by_field),
		T(a_secret_is_released_once_until_the_operator_rearms_it),
		T(an_earlier_release_does_not_acknowledge_a_later_one),
		T(any_change_of_the_log_is_found),
		T(a_log_that_was_cut_and_grown_again_is_found_by_a_noted_head),
		T(a_row_that_was_set_back_is_not_released),
		T(a_clock_that_was_set_back_is_found_by_the_log),
		T(times_that_were_ahead_count_no_more_once_the_operator_says_so),
		T(a_row_that_was_deleted_is_found_by_the_log),
		T(who_opened_before_a_rotation_writes_nothing_under_the_old_kek),
		T(without_the_right_kek_nothing_opens),
		T(rotation_leaves_only_the_new_kek_working),
		T(rotation_stops_at_a_row_that_does_not_open_and_changes_nothing),
		T(a_killed_process_loses_nothing_that_was_acknowledged),
		T(a_rotation_killed_at_any_moment_leaves_exactly_one_working_kek),
		T(a_full_disk_is_reported_and_loses_nothing),
		T(an_existing_database_is_not_made_anew),
		T(an_emptied_or_foreign_database_is_refused_and_left_alone),
		T(a_newer_database_is_refused_by_name),
		T(an_older_database_is_upgraded_whole_after_a_backup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
