/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control of the eavesdropper: a host program that sends the secret openly, once in an HTTP body and once into an enclave, recorded
 * through the same two hooks as the honest run. `jurat demo control`.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/demo.h"
#include "http/client.h"
#include "machine/machine.h"
#include "service/vault_ops.h"

enum { SECRET_MAX_LEN = 16 * 1024 * 1024, BODY_LEN = 32 * 1024 };

/* Where both hooks write. */
struct tap {
	FILE *to;
	bool failed;
};

static void
tap_write(struct tap *t, const void *p, size_t len)
{
	t->failed |= len != 0 && fwrite(p, 1, len, t->to) != len;
}

static void
on_http(void *ctx, bool incoming, const void *p, size_t len)
{
	(void)incoming;
	tap_write(ctx, p, len);
}

static void
on_enclave(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len)
{
	tap_write(ctx, in, in_len);
	tap_write(ctx, out, out_len);
}

/* by_http: the beginning of the secret as the body of a request, which the relying party will refuse as no message of its protocol. */
static jurat_rc
by_http(struct tap *t, const char *url, const char *ca, const struct blob *secret, struct jurat_diag *d)
{
	struct http_client_options options = { .url = url, .ca_file = ca, .hook = on_http, .hook_ctx = t };
	struct http_reply reply = { 0 };
	struct http_client *c = NULL;
	jurat_rc rc = http_client_new(&c, &options, d);

	if (rc == JURAT_OK)
		rc = http_post(c, &reply, "/v1/sessions", secret->p, secret->len < BODY_LEN ? secret->len : BODY_LEN, BODY_LEN, d);
	http_reply_clear(&reply);
	http_client_free(c);
	return rc;
}

/* by_enclave: the same into an enclave in the clear; whatever it answers, the host has seen it. */
static jurat_rc
by_enclave(struct tap *t, const char *machine, const char *path, const struct blob *secret, struct jurat_diag *d)
{
	struct enclave_options options = { .eavesdrop = on_enclave, .eavesdrop_ctx = t };
	CLEANUP(blob_clear) struct blob image = { 0 };
	struct machine *m = NULL;
	struct enclave *e = NULL;
	uint8_t out[16];
	size_t len;
	jurat_rc rc = file_read(&image, path, SECRET_MAX_LEN, d);

	if (rc == JURAT_OK)
		rc = machine_open(&m, machine, d);
	if (rc == JURAT_OK)
		rc = enclave_load(&e, m, image.p, image.len, &options, d);
	if (rc == JURAT_OK) {
		jurat_rc answer = enclave_call(
		    e, VAULT_INFO, secret->p, secret->len < BODY_LEN ? secret->len : BODY_LEN, out, sizeof out, &len, NULL);

		rc = answer != JURAT_OK ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "vault.info", NO_OFFSET, 0, 0);
	}
	if (e != NULL)
		enclave_unload(e);
	machine_close(m);
	return rc;
}

static jurat_rc
tap_open(struct tap *t, const char *dir, const char *name, struct jurat_diag *d)
{
	char *path = demo_path(dir, name);

	*t = (struct tap){ .to = path != NULL ? fopen(path, "we") : NULL };
	free(path);
	return t->to != NULL ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "control", NO_OFFSET, 0, 0);
}

static jurat_rc
tap_close(struct tap *t, struct jurat_diag *d)
{
	t->failed |= fclose(t->to) != 0;
	return t->failed ? jurat_fail(d, JURAT_E_IO, "control", NO_OFFSET, 0, 0) : JURAT_OK;
}

static jurat_rc
record(const char *dir, const char *url, const struct blob *secret, struct jurat_diag *d)
{
	char *ca = demo_path(dir, DEMO_CA), *vault = demo_path(dir, DEMO_VAULT), *machine = NULL;
	struct tap tap;
	jurat_rc rc = JURAT_E_MEMORY, closed;

	if (asprintf(&machine, "sw:%s/" DEMO_MACHINE, dir) < 0)
		machine = NULL;
	if (ca != NULL && vault != NULL && machine != NULL)
		rc = tap_open(&tap, dir, DEMO_CONTROL_HTTP, d);
	if (rc == JURAT_OK) {
		rc = by_http(&tap, url, ca, secret, d);
		closed = tap_close(&tap, d);
		rc = rc == JURAT_OK ? closed : rc;
	}
	if (rc == JURAT_OK)
		rc = tap_open(&tap, dir, DEMO_CONTROL_ENCLAVE, d);
	if (rc == JURAT_OK) {
		rc = by_enclave(&tap, machine, vault, secret, d);
		closed = tap_close(&tap, d);
		rc = rc == JURAT_OK ? closed : rc;
	}
	free(ca), free(vault), free(machine);
	return rc;
}

int
cmd_demo_control(int argc, char **argv)
{
	static const struct option options[] = { { "dir", required_argument, NULL, 'd' }, { "url", required_argument, NULL, 'u' },
		{ "secret", required_argument, NULL, 's' }, { 0 } };
	const char *dir = NULL, *url = NULL, *file = NULL;
	CLEANUP(blob_clear) struct blob secret = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 'u')
			url = optarg;
		else if (c == 's')
			file = optarg;
		else
			return cli_bad_option("demo", argv);
	}
	if (optind != argc || dir == NULL || url == NULL || file == NULL)
		return cli_usage("demo", "demo control is started by the demo");
	rc = file_read(&secret, file, SECRET_MAX_LEN, &d);
	secret.secret = true;
	if (rc == JURAT_OK)
		rc = record(dir, url, &secret, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, "control");
}
