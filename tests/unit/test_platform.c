/* SPDX-License-Identifier: Apache-2.0 */
/* Platform software: its file and frames, its server behind a backend of the test, and the real enclaves making a real quote. */
#include "support.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "host/file.h"
#include "image/sign.h"
#include "machine/local_socket.h"
#include "machine/machine.h"
#include "machine/platform_internal.h"
#include "sgx/quote.h"
#include "sgx/seal.h"

static struct rsa3072_key *architecture;
static char *dir, *machine_dir, *machine_name, *jurat;

static char *
in_build(const char *name)
{
	const char *build = getenv("JURAT_BUILD");

	return path_join(build != NULL ? build : "build", name);
}

/* sign_enclave: build/enclaves/NAME.so by the settings beside it, with isv_svn unless that is 0, to FOLDER/enclaves. */
static void
sign_enclave(const char *name, const char *folder, uint16_t isv_svn)
{
	struct image_settings settings;
	char path[512], *so, *json;
	size_t len, json_len, signed_len;
	uint8_t *elf, *text, *file;

	snprintf(path, sizeof path, "enclaves/%s.so", name);
	so = in_build(path);
	snprintf(path, sizeof path, "enclaves/%s.json", name);
	json = in_build(path);
	elf = test_read(so, &len);
	text = test_read(json, &json_len);
	assert_int_equal(image_settings_parse(&settings, (const char *)text, json_len, NULL), JURAT_OK);
	if (isv_svn != 0)
		settings.isv_svn = isv_svn;
	assert_int_equal(image_sign(&file, &signed_len, elf, len, &settings, architecture, NULL), JURAT_OK);
	snprintf(path, sizeof path, "%s/enclaves/%s.so", folder, name);
	assert_int_equal(file_write(path, file, signed_len, 0644, NULL), JURAT_OK);
	free(so);
	free(json);
	free(elf);
	free(text);
	free(file);
}

static int
group_setup(void **state)
{
	struct machine_birth birth = { .cpusvn = { 3, 3 } };
	uint8_t modulus[SGX_RSA_LEN];
	char *enclaves;

	dir = temp_dir_new();
	jurat = in_build("jurat");
	enclaves = path_join(dir, "enclaves");
	machine_dir = path_join(dir, "m");
	assert_int_equal(rsa3072_key_new(&architecture, NULL), JURAT_OK);
	assert_int_equal(rsa3072_modulus(modulus, architecture), JURAT_OK);
	sha256_once(birth.provision_signer, modulus, sizeof modulus);
	assert_int_equal(dir_create(enclaves, 0700, NULL), JURAT_OK);
	sign_enclave("quoting", dir, 0);
	sign_enclave("certification", dir, 0);
	birth.enclaves_dir = enclaves;
	assert_int_equal(machine_create(machine_dir, &birth, NULL), JURAT_OK);
	assert_true(asprintf(&machine_name, "sw:%s", machine_dir) > 0);
	free(enclaves);
	return 0;
}

static int
group_teardown(void **state)
{
	rsa3072_key_free(architecture);
	temp_dir_remove(dir);
	free(machine_dir);
	free(machine_name);
	free(jurat);
	return 0;
}

static void
open_both(struct machine **m, struct platform **p)
{
	struct jurat_diag d = { 0 };

	assert_int_equal(machine_open_program(m, machine_name, jurat, NULL), JURAT_OK);
	if (platform_start(p, *m, NULL, &d) != JURAT_OK)
		fail_msg("platform_start: %s at %s", jurat_rc_name(d.code), d.field);
}

static void
close_both(struct machine *m, struct platform *p)
{
	platform_free(p);
	machine_close(m);
}

static char *
in_state(const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/state/%s", machine_dir, name) > 0);
	return path;
}

static void
enrol(const char *chain)
{
	char *path = in_state("pck_chain.pem");

	assert_int_equal(file_write(path, chain, strlen(chain), 0644, NULL), JURAT_OK);
	free(path);
}

/* ---- the real enclaves ---- */

/* report_of_quoting: any report for the quoting enclave does; certification's is at hand by way of a second quoting enclave. */
static void
make_report(struct machine *m, struct platform *p, uint8_t out[SGX_REPORT_LEN])
{
	uint8_t in[SGX_TARGETINFO_LEN + 2] = { 0 }, answer[64 + SGX_REPORT_LEN + QUOTING_SEALED_KEY_LEN];
	char path[512];
	struct sgx_target target;
	struct enclave *e;
	size_t len;
	uint8_t *file;

	snprintf(path, sizeof path, "%s/enclaves/quoting.so", dir);
	file = test_read(path, &len);
	assert_int_equal(enclave_load(&e, m, file, len, NULL, NULL), JURAT_OK);
	assert_int_equal(platform_target(&target, p, NULL), JURAT_OK);
	target_encode(in, &target);
	assert_int_equal(enclave_call(e, QUOTING_NEW_KEY, in, sizeof in, answer, sizeof answer, &len, NULL), JURAT_OK);
	memcpy(out, answer + 64, SGX_REPORT_LEN);
	enclave_unload(e);
	free(file);
}

static void
check_signature(const struct p256_signature *sig, const struct p256_public *key, struct quote_span bytes)
{
	uint8_t digest[SHA256_LEN];

	sha256_once(digest, bytes.p, bytes.len);
	assert_int_equal(ecdsa_verify_vartime(sig, key, digest), JURAT_OK);
}

static void
check_quote(const uint8_t *bytes, size_t len, const uint8_t report[SGX_REPORT_LEN], const struct platform_info *info)
{
	uint8_t binding[SHA256_LEN], body[SGX_REPORT_BODY_LEN];
	struct quote q;

	assert_int_equal(quote_parse(&q, bytes, len, NULL), JURAT_OK);
	assert_int_equal(q.trailing_len, 0);
	report_body_encode(body, &q.body);
	assert_memory_equal(body, report, sizeof body);
	check_signature(&q.signature, &q.attestation_key, q.signed_bytes);
	check_signature(&q.qe_report_signature, &info->pck, q.qe_report_bytes);
	quote_qe_binding(binding, &q.attestation_key, q.qe_auth_data.p, q.qe_auth_data.len);
	assert_memory_equal(q.qe_report.report_data, binding, sizeof binding);
	assert_memory_equal(q.qe_report.mrenclave, info->qe.mrenclave, 32);
	assert_int_equal(q.cert_type, QUOTE_CERT_PCK_CHAIN);
	assert_memory_equal(q.cert_data.p, "CHAIN", 5);
}

static void
a_machine_makes_quotes_whose_signatures_verify(void **state)
{
	uint8_t report[SGX_REPORT_LEN], qe_report[SGX_REPORT_LEN], nonce[16] = { 7 }, *quote;
	struct platform_info info;
	struct platform *p;
	struct machine *m;
	size_t len;

	open_both(&m, &p);
	enrol("CHAIN");
	assert_int_equal(platform_info(&info, p, NULL), JURAT_OK);
	make_report(m, p, report);
	assert_int_equal(platform_quote(&quote, &len, qe_report, p, report, nonce, NULL), JURAT_OK);
	check_quote(quote, len, report, &info);
	free(quote);
	report[416] ^= 1; /* MAC */
	assert_int_equal(platform_quote(&quote, &len, qe_report, p, report, nonce, NULL), JURAT_E_CRYPTO);
	close_both(m, p);
}

static void
a_machine_that_is_not_enrolled_says_so(void **state)
{
	uint8_t report[SGX_REPORT_LEN] = { 0 }, qe_report[SGX_REPORT_LEN], nonce[16] = { 0 }, *quote;
	struct jurat_diag d = { 0 };
	char *path = in_state("pck_chain.pem");
	struct platform *p;
	struct machine *m;
	size_t len;

	open_both(&m, &p);
	unlink(path);
	assert_int_equal(platform_quote(&quote, &len, qe_report, p, report, nonce, &d), JURAT_E_MISSING);
	assert_string_equal(d.field, "state/pck_chain.pem");
	assert_non_null(strstr(d.hint, "jurat world enrol"));
	close_both(m, p);
	free(path);
}

static void
the_attestation_key_is_made_once_and_kept(void **state)
{
	char *path = in_state("attestation.key");
	uint8_t *first, *second;
	struct stat st;
	struct platform *p;
	struct machine *m;
	size_t len;

	open_both(&m, &p);
	close_both(m, p);
	first = test_read(path, &len);
	assert_int_equal(len, ATTESTATION_KEY_LEN);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	open_both(&m, &p);
	close_both(m, p);
	second = test_read(path, &len);
	assert_memory_equal(first, second, len);
	free(first);
	free(second);
	free(path);
}

static void
a_key_certified_by_another_pck_is_made_anew(void **state)
{
	char *path = in_state("attestation.key");
	struct attestation_key k;
	struct p256_private other;
	struct sealed_view view;
	uint8_t seed[48] = { 9 }, digest[SHA256_LEN], encoded[ATTESTATION_KEY_LEN], *bytes;
	struct platform_info info;
	struct platform *p;
	struct machine *m;
	size_t len;

	open_both(&m, &p);
	close_both(m, p);
	bytes = test_read(path, &len);
	assert_int_equal(attestation_key_parse(&k, bytes, len, NULL), JURAT_OK);
	free(bytes);
	assert_int_equal(p256_from_seed(&other, seed), JURAT_OK);
	assert_int_equal(p256_public_of(&k.pck, &other), JURAT_OK);
	assert_int_equal(sealed_parse(&view, k.sealed, sizeof k.sealed, NULL), JURAT_OK);
	sha256_once(digest, view.aad + view.aad_len - SGX_REPORT_BODY_LEN, SGX_REPORT_BODY_LEN);
	assert_int_equal(ecdsa_sign(&k.signature, &other, digest), JURAT_OK);
	attestation_key_encode(encoded, &k);
	assert_int_equal(file_write(path, encoded, sizeof encoded, 0600, NULL), JURAT_OK);
	open_both(&m, &p);
	assert_int_equal(platform_info(&info, p, NULL), JURAT_OK);
	close_both(m, p);
	bytes = test_read(path, &len);
	assert_int_equal(attestation_key_parse(&k, bytes, len, NULL), JURAT_OK);
	assert_memory_equal(k.pck.x, info.pck.x, 32);
	free(bytes);
	free(path);
}

/* qe_svn_of_a_quote: a platform starts and quotes; what its quote says of the quoting enclave, twice. */
static unsigned
qe_svn_of_a_quote(void)
{
	uint8_t report[SGX_REPORT_LEN], qe_report[SGX_REPORT_LEN], nonce[16] = { 7 }, *bytes;
	struct platform_info info;
	struct platform *p;
	struct machine *m;
	struct quote q;
	size_t len;

	open_both(&m, &p);
	enrol("CHAIN");
	assert_int_equal(platform_info(&info, p, NULL), JURAT_OK);
	make_report(m, p, report);
	assert_int_equal(platform_quote(&bytes, &len, qe_report, p, report, nonce, NULL), JURAT_OK);
	check_quote(bytes, len, report, &info);
	assert_int_equal(quote_parse(&q, bytes, len, NULL), JURAT_OK);
	assert_int_equal(q.header.qe_svn, q.qe_report.isv_svn);
	assert_int_equal(q.qe_report.isv_svn, info.qe.isv_svn);
	free(bytes);
	close_both(m, p);
	return q.qe_report.isv_svn;
}

static void
an_updated_quoting_enclave_makes_a_key_of_its_own(void **state)
{
	assert_int_equal(qe_svn_of_a_quote(), 1);
	sign_enclave("quoting", machine_dir, 2);
	assert_int_equal(qe_svn_of_a_quote(), 2);
	/* back again: the older one cannot open the newer one's key, and its quotes say how old it is */
	sign_enclave("quoting", machine_dir, 1);
	assert_int_equal(qe_svn_of_a_quote(), 1);
}

static bool
try_key(void *ctx, const uint8_t *p, size_t len)
{
	struct attestation_key k;

	return attestation_key_parse(&k, p, len, NULL) == JURAT_OK;
}

/* Only the quoting enclave can judge the sealed key itself (GCM); what it does not sign is the PCK's signature's business. */
static bool
sealed_part(size_t byte)
{
	size_t sealed = ATTESTATION_KEY_LEN - QUOTING_SEALED_KEY_LEN;

	return byte >= sealed && byte < ATTESTATION_KEY_LEN - SGX_REPORT_BODY_LEN;
}

static void
a_damaged_attestation_key_is_refused(void **state)
{
	char *path = in_state("attestation.key");
	struct jurat_diag d = { 0 };
	struct attestation_key k;
	struct platform *p;
	struct machine *m;
	uint8_t *bytes;
	size_t len;

	open_both(&m, &p);
	close_both(m, p);
	bytes = test_read(path, &len);
	each_damage(bytes, len, try_key, NULL, sealed_part);
	bytes[8] = 2;
	assert_int_equal(attestation_key_parse(&k, bytes, len, &d), JURAT_E_VERSION);
	assert_int_equal(file_write(path, bytes, len, 0600, NULL), JURAT_OK);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(machine_open_program(&m, machine_name, jurat, NULL), JURAT_OK);
	assert_int_equal(platform_start(&p, m, NULL, &d), JURAT_E_VERSION);
	assert_string_equal(d.field, "attestation_key.version");
	assert_non_null(d.hint);
	machine_close(m);
	unlink(path);
	free(bytes);
	free(path);
}

static void
enclaves_in_each_others_place_are_refused(void **state)
{
	char quoting[512], certification[512], aside[512];
	struct jurat_diag d = { 0 };
	struct platform *p;
	struct machine *m;

	snprintf(quoting, sizeof quoting, "%s/enclaves/quoting.so", machine_dir);
	snprintf(certification, sizeof certification, "%s/enclaves/certification.so", machine_dir);
	snprintf(aside, sizeof aside, "%s/enclaves/aside.so", machine_dir);
	assert_int_equal(rename(quoting, aside) | rename(certification, quoting) | rename(aside, certification), 0);
	assert_int_equal(machine_open_program(&m, machine_name, jurat, NULL), JURAT_OK);
	assert_int_equal(platform_start(&p, m, NULL, &d), JURAT_E_IDENTITY);
	assert_string_equal(d.field, "quoting.isv_prod_id");
	machine_close(m);
	assert_int_equal(rename(quoting, aside) | rename(certification, quoting) | rename(aside, certification), 0);
}

/* ---- frames ---- */

static bool
try_request(void *ctx, const uint8_t *p, size_t len)
{
	struct platform_request q;
	uint16_t op = *(const uint16_t *)ctx;

	return platform_request_parse(&q, p, len, NULL) == JURAT_OK && q.op == op && q.total_len == len;
}

static bool
body_byte(size_t byte)
{
	return byte >= PLATFORM_REQUEST_HEAD_LEN;
}

static void
requests_are_judged_to_the_last_bit_of_their_head(void **state)
{
	uint8_t bytes[PLATFORM_REQUEST_MAX_LEN], body[PLATFORM_REQUEST_BODY_MAX_LEN] = { 1 };
	uint16_t op = PLATFORM_QUOTE;

	platform_request_encode(bytes, op, body, sizeof body);
	each_damage(bytes, sizeof bytes, try_request, &op, body_byte);
	op = PLATFORM_INFO;
	platform_request_encode(bytes, op, NULL, 0);
	each_damage(bytes, PLATFORM_REQUEST_HEAD_LEN, try_request, &op, NULL);
}

static void
answers_are_judged(void **state)
{
	static uint8_t bytes[PLATFORM_ANSWER_BODY_MAX_LEN + 1];
	struct platform_quoted q;
	struct platform_info info;

	store32le(bytes, 10);
	assert_int_equal(platform_quoted_parse(&q, bytes, 4 + 10 + SGX_REPORT_LEN, NULL), JURAT_OK);
	assert_int_equal(platform_quoted_parse(&q, bytes, 4 + 10 + SGX_REPORT_LEN - 1, NULL), JURAT_E_TRUNCATED);
	assert_int_equal(platform_quoted_parse(&q, bytes, 4 + 10 + SGX_REPORT_LEN + 1, NULL), JURAT_E_TRAILING);
	store32le(bytes, QUOTE_MAX_LEN + 1);
	assert_int_equal(platform_quoted_parse(&q, bytes, sizeof bytes, NULL), JURAT_E_TOO_LARGE);
	assert_int_equal(platform_info_parse(&info, bytes, PLATFORM_INFO_LEN - 1, NULL), JURAT_E_TRUNCATED);
	assert_int_equal(platform_info_parse(&info, bytes, PLATFORM_INFO_LEN + 1, NULL), JURAT_E_TRAILING);
}

/* ---- the server behind a backend of the test ---- */

static jurat_rc
test_answer(void *ctx, const struct platform_request *q, uint8_t *out, size_t *out_len, struct jurat_diag *d)
{
	if (q->op == PLATFORM_INFO)
		return JURAT_E_MISSING;
	*out_len = q->op == PLATFORM_TARGET ? SGX_TARGETINFO_LEN : PLATFORM_ANSWER_BODY_MAX_LEN;
	memset(out, 0, *out_len);
	if (q->op == PLATFORM_QUOTE)
		store32le(out, QUOTE_MAX_LEN);
	else
		out[0] = 0x77;
	return JURAT_OK;
}

static pid_t server;
static char *socket_path;

static int
server_setup(void **state)
{
	const struct platform_backend backend = { NULL, test_answer };
	char *folder, byte;
	int ready[2];

	/* a folder whose name alone is longer than sun_path */
	assert_true(asprintf(&folder, "%s/%0*d", dir, 120, 7) > 0);
	assert_true(mkdir(folder, 0700) == 0 || errno == EEXIST);
	socket_path = path_join(folder, "socket");
	free(folder);
	assert_int_equal(pipe(ready), 0);
	server = fork();
	if (server == 0)
		_exit(platform_serve_backend(&backend, socket_path, ready[1], NULL) == JURAT_OK ? 0 : 1);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return 0;
}

static int
server_teardown(void **state)
{
	int status;
	struct stat st;

	kill(server, SIGTERM);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
	assert_int_not_equal(stat(socket_path, &st), 0);
	free(socket_path);
	return 0;
}

static void
several_clients_are_served_side_by_side(void **state)
{
	uint8_t report[SGX_REPORT_LEN] = { 0 }, qe_report[SGX_REPORT_LEN], nonce[16] = { 0 }, *quote;
	struct platform *clients[8];
	struct sgx_target target;
	struct platform_info info;
	struct jurat_diag d = { 0 };
	struct stat st;
	size_t len;

	assert_int_equal(stat(socket_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		assert_int_equal(platform_connect(&clients[i], socket_path, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++) {
		assert_int_equal(platform_target(&target, clients[i], NULL), JURAT_OK);
		assert_int_equal(target.mrenclave[0], 0x77);
		assert_int_equal(platform_quote(&quote, &len, qe_report, clients[i], report, nonce, NULL), JURAT_OK);
		assert_int_equal(len, QUOTE_MAX_LEN);
		free(quote);
	}
	assert_int_equal(platform_info(&info, clients[0], &d), JURAT_E_MISSING);
	assert_non_null(strstr(d.hint, "enrol"));
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		platform_free(clients[i]);
}

/* expect_end: the server ends the connection without an answer. */
static void
expect_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t byte;

	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_true(recv(fd, &byte, 1, 0) <= 0);
	close(fd);
}

static void
hostile_frames_end_their_own_connection_alone(void **state)
{
	static const uint8_t too_large[8] = { 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 0 };
	static const uint8_t newer[8] = { 4, 0, 0, 0, 2, 0, 1, 0 };
	static const uint8_t unknown_op[8] = { 4, 0, 0, 0, 1, 0, 9, 0 };
	static const uint8_t wrong_len[8] = { 3, 0, 0, 0, 1, 0, 1, 0 };
	static const uint8_t *const frames[] = { too_large, newer, unknown_op, wrong_len };
	struct sgx_target target;
	struct platform *good;
	int fd;

	assert_int_equal(platform_connect(&good, socket_path, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		assert_int_equal(local_connect(&fd, socket_path, "socket", NULL), JURAT_OK);
		assert_int_equal(send(fd, frames[i], 8, 0), 8);
		expect_end(fd);
		assert_int_equal(platform_target(&target, good, NULL), JURAT_OK);
	}
	platform_free(good);
}

static void
a_request_in_pieces_and_two_in_one_are_answered(void **state)
{
	uint8_t two[2 * PLATFORM_REQUEST_HEAD_LEN], answer[2 * (PLATFORM_ANSWER_HEAD_LEN + SGX_TARGETINFO_LEN)];
	int fd;

	platform_request_encode(two, PLATFORM_TARGET, NULL, 0);
	platform_request_encode(two + PLATFORM_REQUEST_HEAD_LEN, PLATFORM_TARGET, NULL, 0);
	assert_int_equal(local_connect(&fd, socket_path, "socket", NULL), JURAT_OK);
	for (size_t i = 0; i < PLATFORM_REQUEST_HEAD_LEN; i++)
		assert_int_equal(send(fd, two + i, 1, 0), 1);
	assert_int_equal(fd_read_all(fd, answer, sizeof answer / 2, NULL), JURAT_OK);
	assert_int_equal(send(fd, two, sizeof two, 0), sizeof two);
	assert_int_equal(fd_read_all(fd, answer, sizeof answer, NULL), JURAT_OK);
	assert_int_equal(load32le(answer), 4 + SGX_TARGETINFO_LEN);
	assert_int_equal(answer[PLATFORM_ANSWER_HEAD_LEN], 0x77);
	close(fd);
}

static void
quiet_clients_keep_nobody_away(void **state)
{
	struct sgx_target target;
	struct platform *busy, *last, *late;
	int fds[30];

	assert_int_equal(platform_connect(&busy, socket_path, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		assert_int_equal(local_connect(&fds[i], socket_path, "socket", NULL), JURAT_OK);
	assert_int_equal(platform_connect(&last, socket_path, NULL), JURAT_OK);
	assert_int_equal(platform_target(&target, last, NULL), JURAT_OK); /* all of them are accepted now */
	assert_int_equal(platform_target(&target, busy, NULL), JURAT_OK);
	assert_int_equal(platform_connect(&late, socket_path, NULL), JURAT_OK);
	assert_int_equal(platform_target(&target, late, NULL), JURAT_OK);
	assert_int_equal(platform_target(&target, busy, NULL), JURAT_OK);
	expect_end(fds[0]); /* who was quiet longest */
	for (size_t i = 1; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	platform_free(busy);
	platform_free(last);
	platform_free(late);
}

static void
clients_in_the_middle_of_a_request_are_not_ended_for_others(void **state)
{
	struct sgx_target target;
	struct platform *late;
	int fds[32];

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		assert_int_equal(local_connect(&fds[i], socket_path, "socket", NULL), JURAT_OK);
		assert_int_equal(send(fds[i], "\4", 1, 0), 1);
	}
	assert_int_equal(platform_connect(&late, socket_path, NULL), JURAT_OK);
	assert_int_not_equal(platform_target(&target, late, NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	platform_free(late);
}

/* What a server burns of its processor in half a second with a client that it cannot accept. */
static void
a_server_without_descriptors_does_not_spin(void **state)
{
	struct rlimit none = { 3, 3 }, before;
	struct timespec t0, t1;
	struct pollfd p = { .events = POLLIN };
	clockid_t clock;

	assert_int_equal(prlimit(server, RLIMIT_NOFILE, &none, &before), 0);
	assert_int_equal(local_connect(&p.fd, socket_path, "socket", NULL), JURAT_OK);
	assert_int_equal(clock_getcpuclockid(server, &clock), 0);
	assert_int_equal(clock_gettime(clock, &t0), 0);
	assert_int_equal(poll(&p, 1, 500), 0);
	assert_int_equal(clock_gettime(clock, &t1), 0);
	assert_true((t1.tv_sec - t0.tv_sec) * 1000000000 + t1.tv_nsec - t0.tv_nsec < 20 * 1000000);
	close(p.fd);
}

static void
a_second_server_and_a_foreign_file_are_left_alone(void **state)
{
	const struct platform_backend backend = { NULL, test_answer };
	char *file = path_join(dir, "a-file");
	struct jurat_diag d = { 0 };
	uint8_t *bytes;
	size_t len;

	assert_int_equal(platform_serve_backend(&backend, socket_path, -1, &d), JURAT_E_EXISTS);
	assert_int_equal(file_write(file, "precious", 8, 0600, NULL), JURAT_OK);
	assert_int_equal(platform_serve_backend(&backend, file, -1, NULL), JURAT_E_EXISTS);
	bytes = test_read(file, &len);
	assert_memory_equal(bytes, "precious", 8);
	free(bytes);
	free(file);
}

static void
nobody_listening_is_named(void **state)
{
	struct jurat_diag d = { 0 };
	struct platform *p;

	assert_int_equal(platform_connect(&p, "/nonexistent/socket", &d), JURAT_E_NOT_FOUND);
	assert_string_equal(d.field, "platform.socket");
	assert_non_null(d.hint);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_makes_quotes_whose_signatures_verify),
		cmocka_unit_test(a_machine_that_is_not_enrolled_says_so),
		cmocka_unit_test(the_attestation_key_is_made_once_and_kept),
		cmocka_unit_test(a_key_certified_by_another_pck_is_made_anew),
		cmocka_unit_test(an_updated_quoting_enclave_makes_a_key_of_its_own),
		cmocka_unit_test(a_damaged_attestation_key_is_refused),
		cmocka_unit_test(enclaves_in_each_others_place_are_refused),
		cmocka_unit_test(requests_are_judged_to_the_last_bit_of_their_head),
		cmocka_unit_test(answers_are_judged),
		cmocka_unit_test_setup_teardown(several_clients_are_served_side_by_side, server_setup, server_teardown),
		cmocka_unit_test_setup_teardown(hostile_frames_end_their_own_connection_alone, server_setup, server_teardown),
		cmocka_unit_test_setup_teardown(a_request_in_pieces_and_two_in_one_are_answered, server_setup, server_teardown),
		cmocka_unit_test_setup_teardown(quiet_clients_keep_nobody_away, server_setup, server_teardown),
		cmocka_unit_test_setup_teardown(clients_in_the_middle_of_a_request_are_not_ended_for_others, server_setup, server_teardown),
		cmocka_unit_test_setup_teardown(a_server_without_descriptors_does_not_spin, server_setup, server_teardown),
		cmocka_unit_test_setup_teardown(a_second_server_and_a_foreign_file_are_left_alone, server_setup, server_teardown),
		cmocka_unit_test(nobody_listening_is_named),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
