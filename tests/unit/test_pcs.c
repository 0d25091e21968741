/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching from a service in a process of its own, which serves the seeds' collateral as Intel's and as caches do, and misbehaves on request. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dcap/collateral.h"
#include "dcap/saved_response.h"
#include "http/pcs.h"
#include "http/server.h"
#include "http/tls.h"
#include "json/json.h"

/* What the service does; shared with it. */
struct conduct {
	int status;             /* instead of 200, for the first num_refusals requests of one path */
	unsigned num_refusals;
	const char *retry_after;
	bool old_names, hex_crls, no_chain, broken_escape, zeros, extra_member, short_signature, not_json;
	unsigned num_requests;
	char queries[512];
};

struct fixture {
	char *dir, *cert, *key, *other_cert;
	pid_t server;
	char url[HTTP_ADDRESS_MAX_LEN + 16];
	struct conduct *conduct;
	struct json_value *bundle;
	unsigned waits[16], num_waits;
};

/* ---- the service ---- */

static const char *
part(const struct fixture *f, const char *key)
{
	return json_text(json_member(f->bundle, key));
}

static char *
escaped(const char *text)
{
	char *out = malloc(3 * strlen(text) + 1), *to = out;

	for (; *text != '\0'; text++)
		to += sprintf(to, strchr("\n +/=", *text) != NULL ? "%%%02X" : "%c", *text);
	*to = '\0';
	return out;
}

static void
send_signed(struct fixture *f, struct http_answer *a, const char *member, const char *key, const char *header)
{
	const struct conduct *c = f->conduct;
	char name[64], *body, *chain;

	snprintf(name, sizeof name, "%s_issuer_chain", key);
	chain = escaped(part(f, name));
	if (c->broken_escape)
		memcpy(chain, "%0", 3);
	if (!c->no_chain)
		http_answer_header(a, header, chain);
	snprintf(name, sizeof name, "%s_signature", key);
	if (asprintf(&body, "{\"%s\":%s,%s\"signature\":\"%s\"}", member, part(f, key), c->extra_member ? "\"x\":1," : "",
	        part(f, name) + (c->short_signature ? 2 : 0)) < 0)
		_exit(1);
	http_answer_send(a, 200, "application/json", c->not_json ? "<html>" : body, c->not_json ? 6 : strlen(body));
	free(body);
	free(chain);
}

static void
send_crl(struct fixture *f, struct http_answer *a, const char *key)
{
	char *chain = escaped(part(f, "pck_crl_issuer_chain"));
	size_t len = 0;
	uint8_t *der;

	http_answer_header(a, "SGX-PCK-CRL-Issuer-Chain", chain);
	free(chain);
	if (f->conduct->hex_crls) {
		http_answer_send(a, 200, "application/x-pem-file", part(f, key), strlen(part(f, key)));
		return;
	}
	if (crl_decode(&der, &len, part(f, key), strlen(part(f, key)), "crl", NULL) != JURAT_OK)
		_exit(1);
	http_answer_send(a, 200, "application/pkix-crl", der, len);
	free(der);
}

static void
handle(void *ctx, const struct http_request *r, struct http_answer *a)
{
	static const char zeros[60000];
	struct fixture *f = ctx;
	struct conduct *c = f->conduct;
	bool is_tcb = strstr(r->path, "/certification/v4/tcb") != NULL;

	c->num_requests++;
	snprintf(c->queries + strlen(c->queries), sizeof c->queries - strlen(c->queries), "%s?%s\n", r->path, r->query);
	if (is_tcb && c->num_refusals > 0) {
		c->num_refusals--;
		if (c->retry_after != NULL)
			http_answer_header(a, "Retry-After", c->retry_after);
		http_answer_send(a, c->status, NULL, NULL, 0);
	} else if (c->zeros) {
		http_answer_send(a, 200, "text/plain", zeros, sizeof zeros);
	} else if (is_tcb) {
		send_signed(f, a, "tcbInfo", "tcb_info", c->old_names ? "SGX-TCB-Info-Issuer-Chain" : "TCB-Info-Issuer-Chain");
	} else if (strstr(r->path, "/certification/v4/qe/identity") != NULL) {
		send_signed(f, a, "enclaveIdentity", "qe_identity", "sgx-enclave-identity-issuer-chain");
	} else if (strcmp(r->path, "/sgx/certification/v4/pckcrl") == 0) {
		send_crl(f, a, "pck_crl");
	} else if (strcmp(r->path, PCS_PCCS_ROOT_PATH) == 0) {
		send_crl(f, a, "root_ca_crl");
	} else {
		http_answer_send(a, 404, NULL, NULL, 0);
	}
}

static void
serve(struct fixture *f, int ready_fd)
{
	struct http_server_options options = { .listen = "127.0.0.1:0", .cert_pem = f->cert, .key_pem = f->key, .handle = handle, .ctx = f };
	char address[HTTP_ADDRESS_MAX_LEN] = "";
	struct http_server *s;

	if (http_server_open(&s, &options, NULL) != JURAT_OK)
		_exit(1);
	snprintf(address, sizeof address, "%s", http_server_address(s));
	if (write(ready_fd, address, sizeof address) != sizeof address || http_server_run(s, NULL) != JURAT_OK)
		_exit(1);
	http_server_close(s);
	_exit(0);
}

/* ---- the test's side ---- */

static char *
new_certificate(struct fixture *f, const char *name, char **out_key)
{
	CLEANUP(blob_clear) struct blob cert = { 0 }, key = { 0 };
	char *path = path_join(f->dir, name);

	assert_int_equal(tls_make_self_signed(&cert, &key, "localhost", time(NULL), 30, NULL), JURAT_OK);
	assert_int_equal(file_write(path, cert.p, cert.len, 0644, NULL), JURAT_OK);
	if (out_key == NULL)
		return path;
	*out_key = path_join(f->dir, "key");
	assert_int_equal(file_write(*out_key, key.p, key.len, 0600, NULL), JURAT_OK);
	return path;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char address[HTTP_ADDRESS_MAX_LEN], path[4096];
	uint8_t *text;
	size_t len;
	int ready[2];

	snprintf(path, sizeof path, "%s/fuzz/seeds/collateral/whole", getenv("JURAT_SOURCE"));
	text = test_read(path, &len);
	assert_int_equal(json_parse(&f->bundle, (char *)text, len, len, "bundle", NULL), JURAT_OK);
	free(text);
	f->dir = temp_dir_new();
	f->cert = new_certificate(f, "cert", &f->key);
	f->other_cert = new_certificate(f, "other", NULL);
	f->conduct = mmap(NULL, sizeof *f->conduct, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(f->conduct != MAP_FAILED);
	assert_int_equal(pipe(ready), 0);
	fflush(NULL);
	f->server = fork();
	assert_true(f->server >= 0);
	if (f->server == 0)
		serve(f, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], address, sizeof address), sizeof address);
	close(ready[0]);
	snprintf(f->url, sizeof f->url, "https://%s", address);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	kill(f->server, SIGTERM);
	waitpid(f->server, NULL, 0);
	temp_dir_remove(f->dir);
	json_free(f->bundle);
	munmap(f->conduct, sizeof *f->conduct);
	free(f->cert);
	free(f->key);
	free(f->other_cert);
	free(f);
	return 0;
}

static void
note_wait(void *ctx, unsigned seconds)
{
	struct fixture *f = ctx;

	f->waits[f->num_waits++] = seconds;
}

static const struct pcs_want usual = { .fmspc = { 0x00, 0x90, 0x6e, 0xd5, 0x00, 0x00 } };

/* fetch_pinned: one fetch under this conduct. */
static jurat_rc
fetch_pinned(struct fixture *f, const struct conduct *conduct, const struct pcs_want *want, const char *ca, char **out,
    struct jurat_diag *d)
{
	struct http_client_options options = { .url = f->url, .ca_file = ca, .allow_tls12 = true };
	struct pcs_service service = { .root_path = PCS_PCCS_ROOT_PATH, .wait = note_wait, .wait_ctx = f };
	jurat_rc rc;

	*f->conduct = *conduct;
	f->num_waits = 0;
	assert_int_equal(http_client_new(&service.client, &options, NULL), JURAT_OK);
	service.root_client = service.client;
	rc = pcs_fetch(out, &service, want, d);
	http_client_free(service.client);
	return rc;
}

static void
fetch_fails(struct fixture *f, struct conduct conduct, jurat_rc code, const char *field)
{
	struct jurat_diag d = { 0 };
	char *text = NULL;

	assert_int_equal(fetch_pinned(f, &conduct, &usual, f->cert, &text, &d), code);
	assert_null(text);
	assert_string_equal(d.field, field);
}

static void
fetch_works(struct fixture *f, struct conduct conduct, const struct pcs_want *want)
{
	CLEANUP(json_clear) struct json_value *got = NULL;
	char *text = NULL;

	assert_int_equal(fetch_pinned(f, &conduct, want, f->cert, &text, NULL), JURAT_OK);
	assert_int_equal(json_parse(&got, text, strlen(text), JURAT_COLLATERAL_MAX_LEN, "got", NULL), JURAT_OK);
	assert_true(json_covers(got, f->bundle, NULL));
	free(text);
}

static void
answers_become_the_same_bundle_byte_for_byte(void **state)
{
	struct fixture *f = *state;

	fetch_works(f, (struct conduct){ 0 }, &usual);
	assert_string_equal(f->conduct->queries,
	    "/sgx/certification/v4/tcb?fmspc=00906ed50000\n/sgx/certification/v4/qe/identity?\n"
	    "/sgx/certification/v4/pckcrl?ca=platform&encoding=der\n/sgx/certification/v4/rootcacrl?\n");
	fetch_works(f, (struct conduct){ .hex_crls = true, .old_names = true }, &usual);
}

static void
tdx_early_and_processor_ca_are_asked_for_by_name(void **state)
{
	struct fixture *f = *state;
	struct pcs_want want = { .fmspc = { 1, 2, 3, 4, 5, 6 }, .is_tdx = true, .is_processor_ca = true, .update = PCS_EARLY };

	fetch_works(f, (struct conduct){ 0 }, &want);
	assert_string_equal(f->conduct->queries,
	    "/tdx/certification/v4/tcb?fmspc=010203040506&update=early\n/tdx/certification/v4/qe/identity?update=early\n"
	    "/sgx/certification/v4/pckcrl?ca=processor&encoding=der\n/sgx/certification/v4/rootcacrl?\n");
}

static void
busy_service_is_asked_again_when_it_says_so(void **state)
{
	struct fixture *f = *state;

	fetch_works(f, (struct conduct){ .status = 429, .num_refusals = 1, .retry_after = "7" }, &usual);
	assert_int_equal(f->num_waits, 1);
	assert_int_equal(f->waits[0], 7);
	fetch_works(f, (struct conduct){ .status = 503, .num_refusals = 3 }, &usual);
	assert_int_equal(f->num_waits, 3);
	assert_int_equal(f->waits[0], 1);
	assert_int_equal(f->waits[1], 2);
	assert_int_equal(f->waits[2], 4);
}

static void
busy_service_is_given_up_in_the_end(void **state)
{
	struct fixture *f = *state;

	fetch_fails(f, (struct conduct){ .status = 500, .num_refusals = 100 }, JURAT_E_IO, "pcs.tcb");
	assert_int_equal(f->conduct->num_requests, PCS_ATTEMPTS);
	fetch_fails(f, (struct conduct){ .status = 429, .num_refusals = 100, .retry_after = "86400" }, JURAT_E_IO, "pcs.tcb");
	assert_int_equal(f->conduct->num_requests, 1);
	assert_int_equal(f->num_waits, 0);
	fetch_fails(f, (struct conduct){ .status = 429, .num_refusals = 100, .retry_after = "99999999999999999999999" }, JURAT_E_IO, "pcs.tcb");
	assert_int_equal(f->conduct->num_requests, 1);
}

static void
other_statuses_are_told_apart_and_not_repeated(void **state)
{
	static const struct {
		int status;
		jurat_rc code;
	} cases[] = { { 404, JURAT_E_NOT_FOUND }, { 410, JURAT_E_NOT_FOUND }, { 401, JURAT_E_AUTH }, { 403, JURAT_E_AUTH }, { 400, JURAT_E_FORMAT },
		{ 302, JURAT_E_FORMAT } };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fetch_fails(f, (struct conduct){ .status = cases[i].status, .num_refusals = 1 }, cases[i].code, "pcs.tcb");
		assert_int_equal(f->conduct->num_requests, 1);
	}
}

static void
answers_of_another_protocol_are_refused_by_name(void **state)
{
	struct fixture *f = *state;

	fetch_fails(f, (struct conduct){ .no_chain = true }, JURAT_E_MISSING, "pcs.tcb.issuer_chain");
	fetch_fails(f, (struct conduct){ .broken_escape = true }, JURAT_E_FORMAT, "pcs.tcb.issuer_chain");
	fetch_fails(f, (struct conduct){ .extra_member = true }, JURAT_E_FORMAT, "pcs.tcb.tcbInfo");
	fetch_fails(f, (struct conduct){ .short_signature = true }, JURAT_E_FORMAT, "pcs.tcb.signature");
	fetch_fails(f, (struct conduct){ .not_json = true }, JURAT_E_FORMAT, "pcs.tcb.tcbInfo");
	fetch_fails(f, (struct conduct){ .zeros = true }, JURAT_E_FORMAT, "pcs.tcb.tcbInfo");
}

static void
service_with_another_certificate_than_the_pinned_one_is_refused(void **state)
{
	struct fixture *f = *state;
	struct conduct usual_conduct = { 0 };
	struct jurat_diag d = { 0 };
	char *text = NULL;

	assert_int_equal(fetch_pinned(f, &usual_conduct, &usual, f->other_cert, &text, &d), JURAT_E_AUTH);
	assert_string_equal(d.field, "http.certificate");
	assert_int_equal(fetch_pinned(f, &usual_conduct, &usual, NULL, &text, &d), JURAT_E_AUTH); /* the system's CAs */
	assert_int_equal(f->conduct->num_requests, 0);
	assert_null(text);
}

static void
escapes_in_headers_are_whole_and_never_nul(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = { { "a%20b%0A", "a b\n" }, { "", "" }, { "a+b", "a+b" }, { "%2", NULL }, { "%", NULL }, { "%zz", NULL }, { "%00", NULL } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *text = (char *)test_copy(cases[i].in, strlen(cases[i].in) + 1);

		assert_int_equal(response_unescape(text), cases[i].out != NULL);
		if (cases[i].out != NULL)
			assert_string_equal(text, cases[i].out);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_become_the_same_bundle_byte_for_byte),
		cmocka_unit_test(tdx_early_and_processor_ca_are_asked_for_by_name),
		cmocka_unit_test(busy_service_is_asked_again_when_it_says_so),
		cmocka_unit_test(busy_service_is_given_up_in_the_end),
		cmocka_unit_test(other_statuses_are_told_apart_and_not_repeated),
		cmocka_unit_test(answers_of_another_protocol_are_refused_by_name),
		cmocka_unit_test(service_with_another_certificate_than_the_pinned_one_is_refused),
		cmocka_unit_test(escapes_in_headers_are_whole_and_never_nul),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
