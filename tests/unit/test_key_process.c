/* SPDX-License-Identifier: Apache-2.0 */
/* The key process: a real one over its socket, and its session against hostile frames. */
#include "machine_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/diag.h"
#include "host/file.h"
#include "machine/key_server.h"
#include "machine/key_session.h"
#include "machine/local_socket.h"
#include "machine/machine.h"

static struct signer author;
static char *dir, *machine_dir, *jurat;

static int
group_setup(void **state)
{
	struct machine_birth birth = { .cpusvn = { 4, 4 } };
	const char *build = getenv("JURAT_BUILD");

	signer_new(&author);
	dir = temp_dir_new();
	machine_dir = path_join(dir, "m");
	jurat = path_join(build != NULL ? build : "build", "jurat");
	return machine_create(machine_dir, &birth, NULL) == JURAT_OK ? 0 : -1;
}

static int
group_teardown(void **state)
{
	signer_clear(&author);
	temp_dir_remove(dir);
	free(machine_dir);
	free(jurat);
	return 0;
}

static struct key_client *
open_client(void)
{
	struct key_client *k;
	struct jurat_diag d = { 0 };

	if (key_client_open(&k, machine_dir, jurat, &d) != JURAT_OK)
		fail_msg("cannot open: %s", d.field);
	return k;
}

static void
stream_pages(struct key_client *k, uint32_t handle)
{
	struct image_page pages[3];

	tiny_pages(pages);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(key_add(k, handle, &pages[i], NULL), JURAT_OK);
}

/* start_tiny: the tiny enclave, running. */
static uint32_t
start_tiny(struct key_client *k, struct sgx_report_body *identity)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	struct secs_request q;
	struct sgx_sigstruct s;
	uint32_t handle;

	tiny_request(&q);
	tiny_sigstruct(&s);
	sign(sigstruct, &s, &author);
	assert_int_equal(key_create(k, &handle, &q, NULL), JURAT_OK);
	stream_pages(k, handle);
	assert_int_equal(key_init(k, handle, sigstruct, NULL, identity, NULL), JURAT_OK);
	return handle;
}

static jurat_rc
get_key(struct key_client *k, uint32_t handle, uint16_t name, const uint8_t key_id[32], struct aes128_key *out, enum sgx_error *error)
{
	struct sgx_keyrequest q = { .key_name = name, .key_policy = name == SGX_KEY_SEAL ? SGX_POLICY_MRENCLAVE : 0 };
	uint8_t request[SGX_KEYREQUEST_LEN];

	memcpy(q.key_id, key_id, 32);
	keyrequest_encode(request, &q);
	return key_get(k, handle, request, out, error);
}

static void
report_for(struct key_client *k, uint32_t handle, const struct sgx_report_body *target_id, struct sgx_report *out)
{
	uint8_t target_bytes[SGX_TARGETINFO_LEN], data[64] = { 0xda }, report[SGX_REPORT_LEN];
	struct sgx_target target;

	target_of(&target, target_id);
	target_encode(target_bytes, &target);
	assert_int_equal(key_report(k, handle, target_bytes, data, report), JURAT_OK);
	assert_int_equal(report_parse(out, report, sizeof report, NULL), JURAT_OK);
}

static const uint8_t no_key_id[32];

/* ---- a real process ---- */

static void
an_enclave_lives_in_the_key_process(void **state)
{
	struct key_client *k = open_client();
	struct sgx_report_body identity;
	struct sgx_report report;
	struct aes128_key key;
	enum sgx_error error;
	uint8_t want[32];
	uint32_t handle = start_tiny(k, &identity);

	tiny_measure(want);
	assert_memory_equal(identity.mrenclave, want, 32);
	assert_memory_equal(identity.mrsigner, author.mrsigner, 32);
	assert_int_equal(identity.isv_prod_id, 7);
	report_for(k, handle, &identity, &report);
	assert_int_equal(report.body.report_data[0], 0xda);
	assert_int_equal(get_key(k, handle, SGX_KEY_REPORT, report.key_id, &key, &error), JURAT_OK);
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_OK);
	key_client_close(k);
}

static void
sealing_keys_and_reports_reach_from_one_key_process_to_another(void **state)
{
	struct key_client *a = open_client(), *b = open_client();
	struct sgx_report_body id;
	struct sgx_report report;
	struct aes128_key ka, kb;
	enum sgx_error error;
	uint32_t ha = start_tiny(a, &id), hb = start_tiny(b, &id);

	assert_int_equal(get_key(a, ha, SGX_KEY_SEAL, no_key_id, &ka, &error), JURAT_OK);
	assert_int_equal(get_key(b, hb, SGX_KEY_SEAL, no_key_id, &kb, &error), JURAT_OK);
	assert_memory_equal(ka.b, kb.b, 16);
	report_for(a, ha, &id, &report);
	assert_int_equal(get_key(b, hb, SGX_KEY_REPORT, report.key_id, &kb, &error), JURAT_OK);
	assert_int_equal(report_check_mac(&report, &kb, NULL), JURAT_OK);
	key_client_close(a);
	key_client_close(b);
}

static void
a_handle_is_worth_nothing_on_another_connection(void **state)
{
	struct key_client *a = open_client(), *b = open_client();
	uint8_t target[SGX_TARGETINFO_LEN] = { 0 }, data[64] = { 0 }, report[SGX_REPORT_LEN];
	struct sgx_report_body id;
	struct aes128_key key;
	enum sgx_error error;
	uint32_t handle = start_tiny(a, &id);

	assert_int_equal(get_key(b, handle, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_E_NOT_FOUND);
	assert_int_equal(key_report(b, handle, target, data, report), JURAT_E_NOT_FOUND);
	assert_int_equal(get_key(a, handle, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_OK);
	key_client_close(a);
	key_client_close(b);
}

static void
a_destroyed_handle_never_comes_back(void **state)
{
	struct key_client *k = open_client();
	struct sgx_report_body id;
	struct aes128_key key;
	enum sgx_error error;
	uint32_t first = start_tiny(k, &id), second;

	key_destroy(k, first);
	second = start_tiny(k, &id);
	assert_int_not_equal(first, second);
	assert_int_equal(get_key(k, first, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_E_NOT_FOUND);
	assert_int_equal(get_key(k, second, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_OK);
	key_client_close(k);
}

static void
refusals_arrive_with_the_processors_own_words(void **state)
{
	struct key_client *k = open_client();
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	struct sgx_report_body id;
	struct sgx_sigstruct s;
	struct secs_request q;
	struct jurat_diag d = { 0 };
	uint32_t handle;

	tiny_request(&q);
	q.size = 0x5000;
	assert_int_equal(key_create(k, &handle, &q, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "secs.size");
	assert_int_equal(d.got, 0x5000);
	tiny_request(&q);
	tiny_sigstruct(&s);
	s.enclave_hash[0] ^= 1;
	sign(sigstruct, &s, &author);
	assert_int_equal(key_create(k, &handle, &q, NULL), JURAT_OK);
	stream_pages(k, handle);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(key_init(k, handle, sigstruct, NULL, &id, &d), JURAT_E_MISMATCH);
	assert_string_equal(d.field, "sigstruct.enclave_hash");
	assert_int_equal(d.offset, NO_OFFSET);
	key_client_close(k);
}

static void
a_refused_page_is_told_at_the_latest_by_init(void **state)
{
	struct key_client *k = open_client();
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN] = { 0 };
	struct image_page bad = { 0x1000, 1, SGX_PT_REG | SGX_PAGE_W, 0, NULL };
	struct sgx_report_body id;
	struct secs_request q;
	struct jurat_diag d = { 0 };
	uint32_t handle;

	tiny_request(&q);
	assert_int_equal(key_create(k, &handle, &q, NULL), JURAT_OK);
	assert_int_equal(key_add(k, handle, &bad, NULL), JURAT_OK);
	stream_pages(k, handle);
	assert_int_equal(key_init(k, handle, sigstruct, NULL, &id, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "secinfo.write_without_read");
	key_client_close(k);
}

static void
a_request_that_would_raise_gp_and_an_error_code_are_told_apart(void **state)
{
	struct key_client *k = open_client();
	uint8_t request[SGX_KEYREQUEST_LEN];
	struct sgx_report_body id;
	struct aes128_key key = { { 0xaa } };
	enum sgx_error error = SGX_SUCCESS;
	uint32_t handle = start_tiny(k, &id);

	assert_int_equal(get_key(k, handle, SGX_KEY_PROVISION, no_key_id, &key, &error), JURAT_OK);
	assert_int_equal(error, SGX_INVALID_ATTRIBUTE);
	assert_int_equal(key.b[0], 0xaa);
	keyrequest_encode(request, &(struct sgx_keyrequest){ .key_name = SGX_KEY_SEAL });
	request[511] = 1;
	assert_int_equal(key_get(k, handle, request, &key, &error), JURAT_E_FORMAT);
	assert_int_equal(get_key(k, handle, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_OK);
	key_client_close(k);
}

/* child_pid: the newest child of this process. */
static pid_t
child_pid(void)
{
	char path[64];
	int pid = 0, next;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "r");
	assert_non_null(f);
	while (fscanf(f, "%d", &next) == 1)
		pid = next;
	fclose(f);
	assert_int_not_equal(pid, 0);
	return pid;
}

static void
expect_status(pid_t pid, const char *line)
{
	char path[64], text[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(text, sizeof text, f) != NULL)
		found = found || strncmp(text, line, strlen(line)) == 0;
	fclose(f);
	if (!found)
		fail_msg("the key process's status has no line %s", line);
}

static void
the_key_process_is_locked_down(void **state)
{
	struct key_client *k = open_client();
	struct sgx_report_body id;
	pid_t pid = child_pid();

	start_tiny(k, &id); /* it has answered: everything is closed by now */
	expect_status(pid, "Seccomp:\t2");
	expect_status(pid, "NoNewPrivs:\t1");
	key_client_close(k);
}

static void
no_environment_and_no_descriptor_reaches_the_key_process(void **state)
{
	char path[64];
	uint8_t environment[16];
	size_t num_fds = 0;
	struct dirent *e;
	struct key_client *k;
	int extra, fd;
	pid_t pid;
	DIR *fds;

	if (geteuid() != 0)
		skip(); /* its files below /proc are root's, since it cannot be dumped */
	extra = dup(0); /* a descriptor that would be inherited */
	k = open_client();
	pid = child_pid();
	snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, environment, sizeof environment), 0);
	close(fd);
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	fds = opendir(path);
	assert_non_null(fds);
	while ((e = readdir(fds)) != NULL)
		num_fds += e->d_name[0] != '.';
	closedir(fds);
	assert_int_equal(num_fds, 4); /* 0, 1, 2 and the socket */
	close(extra);
	key_client_close(k);
}

static void
a_killed_key_process_is_an_error_and_not_a_hang(void **state)
{
	struct key_client *k = open_client();
	struct sgx_report_body id;
	struct aes128_key key;
	enum sgx_error error;
	struct secs_request q;
	struct jurat_diag d = { 0 };
	uint32_t handle = start_tiny(k, &id);

	kill(child_pid(), SIGKILL);
	assert_int_equal(get_key(k, handle, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_E_IO);
	tiny_request(&q);
	assert_int_equal(key_create(k, &handle, &q, &d), JURAT_E_IO);
	assert_string_equal(d.field, "key_process");
	key_client_close(k);
}

static void
a_child_of_fork_cannot_speak_for_its_parent(void **state)
{
	struct key_client *k = open_client();
	struct sgx_report_body id;
	struct aes128_key key;
	enum sgx_error error;
	uint32_t handle = start_tiny(k, &id);
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(get_key(k, handle, SGX_KEY_SEAL, no_key_id, &key, &error) == JURAT_E_IO ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(get_key(k, handle, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_OK);
	key_client_close(k);
}

struct asker {
	struct key_client *k;
	uint32_t handle;
	uint8_t key_id[32]; /* of its own, and so a key of its own */
	struct aes128_key want;
	unsigned num_wrong;
};

static void *
ask_many(void *ctx)
{
	struct asker *a = ctx;

	for (int i = 0; i < 200; i++) {
		struct aes128_key key = { { 0 } };
		enum sgx_error error;

		if (get_key(a->k, a->handle, SGX_KEY_SEAL, a->key_id, &key, &error) != JURAT_OK || memcmp(key.b, a->want.b, 16) != 0)
			a->num_wrong++;
	}
	return NULL;
}

static void
threads_get_their_own_answers_while_another_loads(void **state)
{
	struct key_client *k = open_client();
	struct sgx_report_body id;
	struct asker askers[4];
	pthread_t threads[4];
	enum sgx_error error;

	for (uint16_t i = 0; i < 4; i++) {
		askers[i] = (struct asker){ .k = k, .handle = start_tiny(k, &id), .key_id = { (uint8_t)i } };
		assert_int_equal(get_key(k, askers[i].handle, SGX_KEY_SEAL, askers[i].key_id, &askers[i].want, &error), JURAT_OK);
		assert_int_equal(pthread_create(&threads[i], NULL, ask_many, &askers[i]), 0);
	}
	for (int i = 0; i < 20; i++)
		key_destroy(k, start_tiny(k, &id));
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(askers[i].num_wrong, 0);
	}
	key_client_close(k);
}

/* ---- a served machine ---- */

/* serve: `jurat machine serve`, listening when this returns. */
static pid_t
serve(void)
{
	int ready[2];
	char number[16], byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	snprintf(number, sizeof number, "%d", ready[1]);
	pid = fork();
	if (pid == 0) {
		execl(jurat, "jurat", "machine", "serve", machine_dir, "--ready-fd", number, (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static int
end(pid_t pid, int signal_number)
{
	int status;

	kill(pid, signal_number);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
a_served_machine_is_joined_by_several_clients(void **state)
{
	pid_t pid = serve();
	struct key_client *a = open_client(), *b = open_client();
	struct sgx_report_body id;
	struct aes128_key ka, kb;
	enum sgx_error error;
	struct stat st;
	char *path = path_join(machine_dir, "keys.socket");
	uint32_t ha = start_tiny(a, &id), hb = start_tiny(b, &id);

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(get_key(a, ha, SGX_KEY_SEAL, no_key_id, &ka, &error), JURAT_OK);
	assert_int_equal(get_key(b, hb, SGX_KEY_SEAL, no_key_id, &kb, &error), JURAT_OK);
	assert_memory_equal(ka.b, kb.b, 16);
	assert_int_equal(end(pid, SIGTERM), 0);
	assert_int_equal(get_key(a, ha, SGX_KEY_SEAL, no_key_id, &ka, &error), JURAT_E_IO);
	assert_int_not_equal(stat(path, &st), 0);
	key_client_close(a);
	key_client_close(b);
	free(path);
}

static void
a_second_server_is_refused_and_a_dead_ones_socket_is_replaced(void **state)
{
	struct key_serve_options options = { .ready_fd = -1 };
	struct jurat_diag d = { 0 };
	struct sgx_report_body id;
	struct key_client *k;
	pid_t pid = serve();
	int status;
	pid_t other = fork();

	if (other == 0)
		_exit(key_serve_dir(machine_dir, &options, &d) == JURAT_E_EXISTS ? 0 : 1);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	end(pid, SIGKILL);
	k = open_client(); /* the dead socket is there still: a process of one's own */
	start_tiny(k, &id);
	key_client_close(k);
	pid = serve();
	k = open_client();
	start_tiny(k, &id);
	key_client_close(k);
	assert_int_equal(end(pid, SIGTERM), 0);
}

static void *
hang_up(void *arg)
{
	int fd = accept(*(const int *)arg, NULL, NULL);

	close(fd);
	return NULL;
}

static void
a_server_that_dies_before_its_greeting_is_done_without(void **state)
{
	char *path = path_join(machine_dir, "keys.socket");
	struct sgx_report_body id;
	struct key_client *k;
	pthread_t thread;
	int fd;

	assert_int_equal(local_listen(&fd, path, "keys.socket", NULL), JURAT_OK);
	assert_int_equal(pthread_create(&thread, NULL, hang_up, &fd), 0);
	k = open_client();
	start_tiny(k, &id);
	key_client_close(k);
	pthread_join(thread, NULL);
	close(fd);
	unlink(path);
	free(path);
}

static void
quiet_connections_keep_nobody_off_a_machine(void **state)
{
	enum { NUM = 64 };
	char *path = path_join(machine_dir, "keys.socket");
	pid_t pid = serve();
	struct key_client *running = open_client(), *late;
	struct sgx_report_body id;
	struct aes128_key key;
	enum sgx_error error;
	uint32_t handle = start_tiny(running, &id);
	int fds[NUM];

	for (int i = 0; i < NUM; i++)
		assert_int_equal(local_connect(&fds[i], path, "keys.socket", NULL), JURAT_OK);
	late = open_client();
	start_tiny(late, &id);
	/* quieter than all of them, but its enclave is running */
	assert_int_equal(get_key(running, handle, SGX_KEY_SEAL, no_key_id, &key, &error), JURAT_OK);
	for (int i = 0; i < NUM; i++)
		close(fds[i]);
	key_client_close(running);
	key_client_close(late);
	assert_int_equal(end(pid, SIGTERM), 0);
	free(path);
}

static void
a_machine_with_all_its_connections_taken_says_so(void **state)
{
	enum { NUM = 64 };
	pid_t pid = serve();
	struct key_client *clients[NUM], *k;
	struct jurat_diag d = { 0 };
	struct sgx_report_body id;

	for (int i = 0; i < NUM; i++) {
		clients[i] = open_client();
		start_tiny(clients[i], &id);
	}
	assert_int_equal(key_client_open(&k, machine_dir, jurat, &d), JURAT_E_TOO_LARGE);
	assert_string_equal(d.field, "connections per machine");
	assert_int_equal(d.wanted, NUM);
	for (int i = 0; i < NUM; i++)
		key_client_close(clients[i]);
	assert_int_equal(end(pid, SIGTERM), 0);
}

/* What the server burns of its processor in half a second with a client that it cannot accept. */
static void
a_server_without_descriptors_does_not_spin(void **state)
{
	char *path = path_join(machine_dir, "keys.socket");
	struct rlimit usual, none;
	struct pollfd p = { .events = POLLIN };
	struct timespec t0, t1;
	pid_t pid = serve();
	clockid_t clock;

	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &usual), 0);
	none = (struct rlimit){ 3, usual.rlim_max };
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &none, NULL), 0);
	assert_int_equal(local_connect(&p.fd, path, "keys.socket", NULL), JURAT_OK);
	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	assert_int_equal(clock_gettime(clock, &t0), 0);
	assert_int_equal(poll(&p, 1, 500), 0);
	assert_int_equal(clock_gettime(clock, &t1), 0);
	assert_true((t1.tv_sec - t0.tv_sec) * 1000000000 + t1.tv_nsec - t0.tv_nsec < 20 * 1000000);
	close(p.fd);
	/* a sanitizer wants descriptors when the server ends */
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &usual, NULL), 0);
	assert_int_equal(end(pid, SIGTERM), 0);
	free(path);
}

/* ---- hostile frames ---- */

static jurat_rc
send_op(struct key_session *s, uint16_t op, uint32_t handle, const void *body, uint32_t len, jurat_rc *answer)
{
	uint8_t out[KEY_ANSWER_MAX_LEN], *copy = test_copy(body, len);
	struct key_request q = { len, op, handle };
	struct key_answer head;
	size_t out_len;
	jurat_rc rc = key_session_answer(s, &q, copy, out, &out_len, NULL);

	free(copy);
	if (rc == JURAT_OK && out_len != 0) {
		assert_int_equal(key_answer_parse(&head, out, NULL), JURAT_OK);
		assert_int_equal(head.body_len + KEY_ANSWER_HEAD_LEN, out_len);
		*answer = head.rc;
	}
	return rc;
}

static void
every_length_of_every_request_is_judged(void **state)
{
	static const uint16_t lens[] = { 0, 1, 3, 23, 24, 105, 106, 107, 384, 511, 512, 513, 575, 576, 577, 1807, 1808, 1809, 2112,
		2113, 4119, 4120, 4121, 60000 };
	static uint8_t body[KEY_BODY_MAX_LEN];
	struct processor cpu = { 0 };
	struct key_session *s = key_session_new(&cpu);
	uint8_t create[KEY_CREATE_LEN];
	struct secs_request q;
	jurat_rc answer;

	tiny_request(&q);
	key_create_encode(create, &q);
	assert_int_equal(send_op(s, KEY_OP_CREATE, 0, create, sizeof create, &answer), JURAT_OK);
	assert_int_equal(answer, JURAT_OK);
	for (uint16_t op = 0; op < 9; op++) {
		for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
			for (uint32_t handle = 0; handle < 3; handle++)
				(void)!send_op(s, op, handle, body, lens[i], &answer);
		}
	}
	key_session_free(s);
}

static void
a_page_for_a_handle_that_is_not_there_ends_the_connection(void **state)
{
	uint8_t add[KEY_ADD_HEAD_LEN];
	struct processor cpu = { 0 };
	struct key_session *s = key_session_new(&cpu);
	jurat_rc answer;

	key_add_encode(add, &(struct image_page){ 0, 1, 0x201, 0, NULL });
	assert_int_equal(send_op(s, KEY_OP_ADD, 1, add, sizeof add, &answer), JURAT_E_NOT_FOUND);
	assert_int_equal(send_op(s, 7, 1, add, sizeof add, &answer), JURAT_E_FORMAT);
	assert_int_equal(send_op(s, KEY_OP_GET, 1, add, sizeof add, &answer), JURAT_OK);
	assert_int_equal(answer, JURAT_E_NOT_FOUND);
	key_session_free(s);
}

static void
one_connection_has_no_more_enclaves_than_the_limit(void **state)
{
	struct processor cpu = { 0 };
	struct key_session *s = key_session_new(&cpu);
	uint8_t create[KEY_CREATE_LEN];
	struct secs_request q;
	jurat_rc answer;

	tiny_request(&q);
	key_create_encode(create, &q);
	for (unsigned i = 0; i < KEY_ENCLAVES_MAX; i++) {
		assert_int_equal(send_op(s, KEY_OP_CREATE, 0, create, sizeof create, &answer), JURAT_OK);
		assert_int_equal(answer, JURAT_OK);
	}
	assert_int_equal(send_op(s, KEY_OP_CREATE, 0, create, sizeof create, &answer), JURAT_OK);
	assert_int_equal(answer, JURAT_E_TOO_LARGE);
	assert_int_equal(send_op(s, KEY_OP_DESTROY, 5, NULL, 0, &answer), JURAT_OK);
	assert_int_equal(send_op(s, KEY_OP_CREATE, 0, create, sizeof create, &answer), JURAT_OK);
	assert_int_equal(answer, JURAT_OK);
	key_session_free(s);
}

static void
the_cost_of_one_enclave_is_limited(void **state)
{
	struct processor cpu = { 0 };
	struct key_session *s = key_session_new(&cpu);
	uint8_t create[KEY_CREATE_LEN], add[KEY_ADD_HEAD_LEN], sigstruct[SGX_SIGSTRUCT_LEN] = { 0 };
	struct secs_request q;
	jurat_rc answer;

	tiny_request(&q);
	q.size = 1ull << 40;
	q.base = 0;
	key_create_encode(create, &q);
	assert_int_equal(send_op(s, KEY_OP_CREATE, 0, create, sizeof create, &answer), JURAT_OK);
	key_add_encode(add, &(struct image_page){ 0, KEY_PAGES_MAX + 1, 0x201, 0, NULL });
	assert_int_equal(send_op(s, KEY_OP_ADD, 1, add, sizeof add, &answer), JURAT_OK); /* at once: nothing was hashed */
	assert_int_equal(send_op(s, KEY_OP_INIT, 1, sigstruct, sizeof sigstruct, &answer), JURAT_OK);
	assert_int_equal(answer, JURAT_E_TOO_LARGE);
	assert_int_equal(send_op(s, KEY_OP_CREATE, 0, create, sizeof create, &answer), JURAT_OK);
	key_add_encode(add, &(struct image_page){ 0, KEY_PAGES_MAX, 0x201, 0xffff, NULL });
	assert_int_equal(send_op(s, KEY_OP_ADD, 2, add, sizeof add, &answer), JURAT_OK);
	assert_int_equal(send_op(s, KEY_OP_INIT, 2, sigstruct, sizeof sigstruct, &answer), JURAT_OK);
	assert_int_equal(answer, JURAT_E_TOO_LARGE);
	key_session_free(s);
}

/* over_socket: what the server's loop says to these bytes, followed by the end of the stream. */
static jurat_rc
over_socket(const void *p, size_t len, struct jurat_diag *d)
{
	static const struct fuses_public known;
	struct processor cpu = { 0 };
	int pair[2];
	jurat_rc rc;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(write(pair[0], p, len), len);
	shutdown(pair[0], SHUT_WR);
	rc = key_serve_connection(pair[1], &cpu, &known, d);
	close(pair[0]);
	close(pair[1]);
	return rc;
}

static void
the_server_ends_a_broken_connection_with_the_reason(void **state)
{
	uint8_t head[KEY_REQUEST_HEAD_LEN];
	struct jurat_diag d = { 0 };

	assert_int_equal(over_socket("", 0, NULL), JURAT_OK);
	key_request_encode(head, &(struct key_request){ 512, KEY_OP_GET, 1 });
	assert_int_equal(over_socket(head, sizeof head, &d), JURAT_E_TRUNCATED);
	assert_int_equal(over_socket(head, 5, NULL), JURAT_E_TRUNCATED);
	key_request_encode(head, &(struct key_request){ KEY_BODY_MAX_LEN + 1, KEY_OP_ADD, 1 });
	d = (struct jurat_diag){ 0 };
	assert_int_equal(over_socket(head, sizeof head, &d), JURAT_E_TOO_LARGE);
	assert_string_equal(d.field, "key_request.length");
	key_request_encode(head, &(struct key_request){ 0, 99, 1 });
	assert_int_equal(over_socket(head, sizeof head, NULL), JURAT_E_FORMAT);
	key_request_encode(head, &(struct key_request){ 0, KEY_OP_DESTROY, 1 });
	head[7] = 1;
	assert_int_equal(over_socket(head, sizeof head, NULL), JURAT_E_FORMAT);
}

/* ---- the table of names ---- */

/* check_literals: every dotted name in a source file that may fail inside the key process must travel. */
static void
check_literals(const char *file)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = path_join(source != NULL ? source : ".", file);
	size_t len;
	char *text = (char *)test_read(path, &len), *at = text;

	while ((at = strchr(at, '"')) != NULL) {
		char *close_quote = strchr(at + 1, '"');

		assert_non_null(close_quote);
		*close_quote = '\0';
		if (strpbrk(at + 1, " /\\\n%") == NULL && strchr(at + 1, '.') != NULL && strncmp(at + 1, "einit.", 6) != 0 &&
		    key_field_index(at + 1) == 0)
			fail_msg("%s: \"%s\" is not in the table of the key process", file, at + 1);
		at = close_quote + 1;
	}
	free(text);
	free(path);
}

static void
every_name_that_the_processor_uses_can_travel(void **state)
{
	check_literals("src/machine/processor.c");
	check_literals("src/machine/processor_einit.c");
	check_literals("src/machine/fuses.c");
	check_literals("src/sgx/sigstruct.c");
	check_literals("src/sgx/einittoken.c");
	check_literals("src/sgx/tcs.c");
	check_literals("src/image/signature.c");
	assert_string_equal(key_field_at(key_field_index("secs.size")), "secs.size");
	assert_null(key_field_at(0));
	assert_null(key_field_at(0xffff));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_enclave_lives_in_the_key_process),
		cmocka_unit_test(sealing_keys_and_reports_reach_from_one_key_process_to_another),
		cmocka_unit_test(a_handle_is_worth_nothing_on_another_connection),
		cmocka_unit_test(a_destroyed_handle_never_comes_back),
		cmocka_unit_test(refusals_arrive_with_the_processors_own_words),
		cmocka_unit_test(a_refused_page_is_told_at_the_latest_by_init),
		cmocka_unit_test(a_request_that_would_raise_gp_and_an_error_code_are_told_apart),
		cmocka_unit_test(the_key_process_is_locked_down),
		cmocka_unit_test(no_environment_and_no_descriptor_reaches_the_key_process),
		cmocka_unit_test(a_killed_key_process_is_an_error_and_not_a_hang),
		cmocka_unit_test(a_child_of_fork_cannot_speak_for_its_parent),
		cmocka_unit_test(threads_get_their_own_answers_while_another_loads),
		cmocka_unit_test(a_served_machine_is_joined_by_several_clients),
		cmocka_unit_test(a_second_server_is_refused_and_a_dead_ones_socket_is_replaced),
		cmocka_unit_test(a_server_that_dies_before_its_greeting_is_done_without),
		cmocka_unit_test(quiet_connections_keep_nobody_off_a_machine),
		cmocka_unit_test(a_server_without_descriptors_does_not_spin),
		cmocka_unit_test(a_machine_with_all_its_connections_taken_says_so),
		cmocka_unit_test(every_length_of_every_request_is_judged),
		cmocka_unit_test(a_page_for_a_handle_that_is_not_there_ends_the_connection),
		cmocka_unit_test(one_connection_has_no_more_enclaves_than_the_limit),
		cmocka_unit_test(the_cost_of_one_enclave_is_limited),
		cmocka_unit_test(the_server_ends_a_broken_connection_with_the_reason),
		cmocka_unit_test(every_name_that_the_processor_uses_can_travel),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
