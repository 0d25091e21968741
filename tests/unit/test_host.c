/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/draft.h"
#include "host/file.h"
#include "host/when.h"

static char *dir;

static int
make_dir(void **state)
{
	(void)state;
	dir = temp_dir_new();
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	temp_dir_remove(dir);
	return 0;
}

static char *
in_dir(const char *name)
{
	char *path = path_join(dir, name);

	assert_non_null(path);
	return path;
}

static size_t
num_entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2; /* "." and ".." */
}

static void
assert_content(const char *path, const char *want)
{
	struct blob b = { 0 };

	assert_int_equal(file_read(&b, path, 1 << 20, NULL), JURAT_OK);
	assert_int_equal(b.len, strlen(want));
	assert_string_equal((char *)b.p, want);
	blob_clear(&b);
}

/* ---- reading ---- */

static void
files_up_to_the_limit_are_read_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };
	char *path = in_dir("file");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint8_t *p = malloc(sizes[i] + 1);
		struct blob b = { 0 };
		struct jurat_diag d = { 0 };

		memset(p, (int)('a' + i), sizes[i]);
		assert_int_equal(file_write(path, p, sizes[i], 0644, NULL), JURAT_OK);
		assert_int_equal(file_read(&b, path, sizes[i], NULL), JURAT_OK);
		assert_int_equal(b.len, sizes[i]);
		assert_memory_equal(b.p, p, sizes[i]);
		assert_int_equal(b.p[b.len], 0);
		blob_clear(&b);
		assert_null(b.p);
		if (sizes[i] != 0) {
			assert_int_equal(file_read(&b, path, sizes[i] - 1, &d), JURAT_E_TOO_LARGE);
			assert_int_equal(d.wanted, sizes[i] - 1);
			assert_null(b.p);
		}
		free(p);
	}
	free(path);
}

static void
what_cannot_be_read_says_why(void **state)
{
	char *path = in_dir("missing");
	struct jurat_diag d = { 0 };
	struct blob b = { 0 };

	(void)state;
	assert_int_equal(file_read(&b, path, 10, &d), JURAT_E_NOT_FOUND);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(file_read(&b, dir, 10, &d), JURAT_E_IO);
	assert_int_equal(d.got, EISDIR);
	assert_int_equal(file_read(&b, "/dev/zero", 10, NULL), JURAT_E_TOO_LARGE); /* endless, and still bounded */
	assert_int_equal(file_read(&b, "/proc/self/mem", 10, &d), JURAT_E_IO);
	assert_null(b.p);
	free(path);
}

static void
secrets_that_others_may_touch_are_refused(void **state)
{
	static const unsigned bad[] = { 0640, 0620, 0604, 0602, 0610, 0666 };
	char *path = in_dir("secret");
	struct jurat_diag d = { 0 };
	struct blob b = { 0 };

	(void)state;
	assert_int_equal(file_write(path, "s", 1, 0600, NULL), JURAT_OK);
	assert_int_equal(file_read_secret(&b, path, 10, NULL), JURAT_OK);
	assert_true(b.secret);
	blob_clear(&b);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(chmod(path, bad[i]), 0);
		assert_int_equal(file_read_secret(&b, path, 10, &d), JURAT_E_PERMISSION);
		assert_null(b.p);
	}
	assert_string_equal(d.field, "file.mode");
	assert_non_null(d.hint);
	free(path);
}

static void
a_secret_of_another_user_is_refused(void **state)
{
	char *path = in_dir("foreign");
	struct jurat_diag d = { 0 };
	struct blob b = { 0 };

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give files away, and read those of others */
	assert_int_equal(file_write(path, "s", 1, 0600, NULL), JURAT_OK);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(file_read_secret(&b, path, 10, &d), JURAT_E_PERMISSION);
	assert_string_equal(d.field, "file.owner");
	assert_non_null(d.hint);
	assert_null(b.p);
	assert_int_equal(file_read(&b, path, 10, NULL), JURAT_OK); /* what is no secret may be anybody's */
	blob_clear(&b);
	free(path);
}

static void
a_secret_is_a_regular_file_and_a_pipe_does_not_hold_the_reader(void **state)
{
	char *path = in_dir("pipe");
	struct jurat_diag d = { 0 };
	struct blob b = { 0 };

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_int_equal(file_read_secret(&b, path, 10, &d), JURAT_E_IO);
	alarm(0);
	assert_non_null(d.hint);
	assert_int_equal(file_read_secret(&b, "/dev/zero", 10, NULL), JURAT_E_IO);
	assert_null(b.p);
	free(path);
}

static void
pipes_are_read_to_their_end(void **state)
{
	char path[64];
	struct blob b = { 0 };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fd_write_all(fds[1], "through a pipe", 14, NULL), JURAT_OK);
	close(fds[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
	assert_int_equal(file_read(&b, path, 100, NULL), JURAT_OK);
	assert_string_equal((char *)b.p, "through a pipe");
	blob_clear(&b);
	close(fds[0]);
}

/* ---- writing ---- */

static void
written_files_replace_and_have_the_mode(void **state)
{
	char *path = in_dir("new");
	struct stat st;

	(void)state;
	assert_int_equal(file_write(path, "old", 3, 0600, NULL), JURAT_OK);
	assert_int_equal(file_write(path, "newer", 5, 0644, NULL), JURAT_OK);
	assert_content(path, "newer");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(num_entries(), 1);
	free(path);
}

static void
create_refuses_what_is_there(void **state)
{
	char *path = in_dir("once");

	(void)state;
	assert_int_equal(file_create(path, "first", 5, 0600, NULL), JURAT_OK);
	assert_int_equal(file_create(path, "second", 6, 0600, NULL), JURAT_E_EXISTS);
	assert_content(path, "first");
	assert_int_equal(num_entries(), 1);
	assert_int_equal(dir_create(dir, 0700, NULL), JURAT_E_EXISTS);
	free(path);
}

static void
links_and_devices_stay_what_they_are(void **state)
{
	char *path = in_dir("target"), *link_path = in_dir("link");
	struct stat st;

	(void)state;
	assert_int_equal(file_write(path, "a", 1, 0600, NULL), JURAT_OK);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(file_write(link_path, "b", 1, 0600, NULL), JURAT_OK);
	assert_content(path, "b");
	assert_int_equal(lstat(link_path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(file_write("/dev/null", "x", 1, 0600, NULL), JURAT_OK);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(file_write("/dev/full", "x", 1, 0600, NULL), JURAT_E_NO_SPACE);
	assert_int_equal(file_write(dir, "x", 1, 0600, NULL), JURAT_E_IO);
	free(path), free(link_path);
}

static void
missing_folder_is_named_as_not_found(void **state)
{
	char *path = in_dir("no/such/file");

	(void)state;
	assert_int_equal(file_write(path, "a", 1, 0600, NULL), JURAT_E_NOT_FOUND);
	assert_int_equal(file_create(path, "a", 1, 0600, NULL), JURAT_E_NOT_FOUND);
	free(path);
}

/* in_child: the limit of a file's size stays with the process, so a child takes it. */
static void
write_under_a_file_size_limit(const char *path)
{
	struct rlimit limit = { 1000, 1000 };
	uint8_t big[5000] = { 0 };
	jurat_rc rc;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(2);
	rc = file_write(path, big, sizeof big, 0600, NULL);
	_exit(rc == JURAT_E_NO_SPACE ? 0 : 1);
}

static void
no_space_keeps_the_old_file_and_leaves_no_other(void **state)
{
	char *path = in_dir("kept");
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(file_write(path, "old", 3, 0600, NULL), JURAT_OK);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_under_a_file_size_limit(path);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_content(path, "old");
	assert_int_equal(num_entries(), 1);
	free(path);
}

static void
full_disk_keeps_the_old_file_and_leaves_no_other(void **state)
{
	uint8_t *big = calloc(1, 1 << 20);
	char *path = in_dir("kept");

	(void)state;
	assert_non_null(big);
	if (mount("tmpfs", dir, "tmpfs", 0, "size=64k") != 0) {
		fputs("*** SKIPPED: no small file system can be mounted here (needs root) ***\n", stderr);
	} else {
		assert_int_equal(file_write(path, "old", 3, 0600, NULL), JURAT_OK);
		assert_int_equal(file_write(path, big, 1 << 20, 0600, NULL), JURAT_E_NO_SPACE);
		assert_int_equal(file_create(path, big, 1 << 20, 0600, NULL), JURAT_E_NO_SPACE);
		assert_content(path, "old");
		assert_int_equal(num_entries(), 1);
		assert_int_equal(umount(dir), 0);
	}
	free(big), free(path);
}

/* The kernel ends the child in the middle of its writing: beyond the limit of a file's size, SIGXFSZ. */
static void
a_writer_killed_in_the_middle_leaves_nothing_behind(void **state)
{
	static const uint8_t big[5000];
	const struct rlimit limit = { 1000, 1000 }, none = { 0, 0 };
	char *path = in_dir("new"), *kept = in_dir("kept");

	(void)state;
	assert_int_equal(file_write(kept, "old", 3, 0600, NULL), JURAT_OK);
	for (int replace = 0; replace < 2; replace++) {
		int status;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			signal(SIGXFSZ, SIG_DFL);
			if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
				_exit(2);
			_exit((replace ? file_write(kept, big, sizeof big, 0600, NULL) : file_create(path, big, sizeof big, 0600, NULL)) != 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(num_entries(), 1);
		assert_content(kept, "old");
	}
	free(path), free(kept);
}

/* replace_forever: two contents of very different length, until the parent kills it. */
static void
replace_forever(const char *path, const uint8_t *long_one, size_t long_len)
{
	for (;;) {
		if (file_write(path, "short", 5, 0600, NULL) != JURAT_OK ||
		    file_write(path, long_one, long_len, 0600, NULL) != JURAT_OK)
			_exit(1);
	}
}

static void
killed_writer_leaves_one_whole_file(void **state)
{
	size_t long_len = 1 << 18;
	uint8_t *long_one = malloc(long_len);
	char *path = in_dir("whole");

	(void)state;
	assert_non_null(long_one);
	memset(long_one, 'l', long_len);
	for (int round = 0; round < 20; round++) {
		struct blob b = { 0 };
		int status;
		pid_t child;

		assert_int_equal(file_write(path, "short", 5, 0600, NULL), JURAT_OK);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			replace_forever(path, long_one, long_len);
		for (int i = 0; i < 50; i++) { /* the reader's work is the waiting time */
			assert_int_equal(file_read(&b, path, long_len, NULL), JURAT_OK);
			assert_true(b.len == 5 || b.len == long_len);
			assert_true(b.len == 5 ? memcmp(b.p, "short", 5) == 0 : memcmp(b.p, long_one, long_len) == 0);
			blob_clear(&b);
		}
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(file_read(&b, path, long_len, NULL), JURAT_OK);
		assert_true(b.len == 5 || b.len == long_len);
		blob_clear(&b);
	}
	free(long_one), free(path);
}

/* ---- descriptors ---- */

static void
closed_peer_is_an_error_and_no_signal(void **state)
{
	uint8_t buf[8];
	struct jurat_diag d = { 0 };
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(fd_write_all(fds[0], "abc", 3, NULL), JURAT_OK);
	close(fds[0]);
	assert_int_equal(fd_read_all(fds[1], buf, sizeof buf, &d), JURAT_E_TRUNCATED);
	assert_int_equal(d.wanted, 8);
	assert_int_equal(d.got, 3);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(fd_write_all(fds[1], "abc", 3, &d), JURAT_E_IO);
	assert_int_equal(d.got, EPIPE);
	close(fds[1]);
	assert_int_equal(fd_read_all(-1, buf, 1, NULL), JURAT_E_IO);
}

static void
paths_join_with_one_slash(void **state)
{
	char *a = path_join("a", "b"), *b = path_join("a/", "b"), *c = path_join("/", "b");

	(void)state;
	assert_string_equal(a, "a/b");
	assert_string_equal(b, "a/b");
	assert_string_equal(c, "/b");
	free(a), free(b), free(c);
}

/* ---- time: expected numbers by date -u -d ... +%s ---- */

static void
times_are_read_and_written_alike(void **state)
{
	static const struct {
		const char *text;
		int64_t unix_s;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1999-12-31T23:59:59Z", 946684799 },
		{ "2000-02-29T12:34:56Z", 951827696 },
		{ "2026-11-24T14:00:00Z", 1795528800 },
		{ "2038-01-19T03:14:08Z", 2147483648 },
		{ "2100-03-01T00:00:00Z", 4107542400 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
	};
	char text[WHEN_TEXT_LEN + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t t = -1;

		assert_true(when_parse(&t, cases[i].text, WHEN_TEXT_LEN));
		assert_true(t == cases[i].unix_s);
		when_format(text, t);
		assert_string_equal(text, cases[i].text);
	}
	when_format(text, -1);
	assert_string_equal(text, "out of range");
	when_format(text, 253402300800);
	assert_string_equal(text, "out of range");
}

static void
times_of_any_other_form_are_refused(void **state)
{
	static const char *const bad[] = { "", "2026-11-24", "2026-11-24T14:00:00", "2026-11-24T14:00:00z", "2026-11-24 14:00:00Z",
		"2026-11-24T14:00:00+0", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
		"1969-12-31T23:59:59Z", "2026-1a-01T00:00:00Z", "2026-11-24T14:00:00Z ", " 026-11-24T14:00:00Z", "-026-11-24T14:00:00Z" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t t = 77;

		if (when_parse(&t, bad[i], strlen(bad[i])))
			fail_msg("accepted %s", bad[i]);
		assert_true(t == 77);
	}
}

static void
drafts_are_new_files_and_settle_together(void **state)
{
	char *path = in_dir("a"), *missing = in_dir("nowhere/a");
	struct jurat_diag d = { 0 };

	(void)state;
	assert_int_equal(draft_write(path, "text", 4, 0644, &d), JURAT_OK);
	assert_content(path, "text");
	assert_int_equal(draft_write(path, "other", 5, 0644, &d), JURAT_E_EXISTS);
	assert_content(path, "text");
	assert_int_equal(draft_write(missing, "text", 4, 0644, NULL), JURAT_E_NOT_FOUND);
	assert_int_equal(draft_settle(dir, NULL), JURAT_OK);
	assert_int_equal(draft_settle(missing, NULL), JURAT_E_NOT_FOUND);
	free(path);
	free(missing);
}

int
main(void)
{
#define IN_DIR(F) cmocka_unit_test_setup_teardown(F, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		IN_DIR(files_up_to_the_limit_are_read_whole),
		IN_DIR(what_cannot_be_read_says_why),
		IN_DIR(secrets_that_others_may_touch_are_refused),
		IN_DIR(a_secret_of_another_user_is_refused),
		IN_DIR(a_secret_is_a_regular_file_and_a_pipe_does_not_hold_the_reader),
		cmocka_unit_test(pipes_are_read_to_their_end),
		IN_DIR(written_files_replace_and_have_the_mode),
		IN_DIR(create_refuses_what_is_there),
		IN_DIR(links_and_devices_stay_what_they_are),
		IN_DIR(missing_folder_is_named_as_not_found),
		IN_DIR(no_space_keeps_the_old_file_and_leaves_no_other),
		IN_DIR(full_disk_keeps_the_old_file_and_leaves_no_other),
		IN_DIR(a_writer_killed_in_the_middle_leaves_nothing_behind),
		IN_DIR(killed_writer_leaves_one_whole_file),
		cmocka_unit_test(closed_peer_is_an_error_and_no_signal),
		IN_DIR(drafts_are_new_files_and_settle_together),
		cmocka_unit_test(paths_join_with_one_slash),
		cmocka_unit_test(times_are_read_and_written_alike),
		cmocka_unit_test(times_of_any_other_form_are_refused),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
