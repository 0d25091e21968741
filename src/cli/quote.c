/* SPDX-License-Identifier: Apache-2.0 */
/* jurat quote inspect: every field of quotes, certificates, CRLs, TCB infos, identities, collateral and capsules. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "appraisal/capsule.h"
#include "cli/cli.h"
#include "cli/inspect.h"
#include "core/hex.h"
#include "host/file.h"

#define FILE_MAX_LEN CAPSULE_MAX_LEN

static int
print_usage(FILE *to)
{
	fputs("usage: jurat quote inspect FILE... [--json]\n\n"
	      "Shows every field of each file: a quote, certificates or a CRL (DER, PEM, hex), TCB info, an enclave identity (also as Intel's\n"
	      "service answers), collateral, or a capsule. Nothing is judged: jurat verify does that.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

static bool
begins(const struct blob *b, const char *text)
{
	return b->len >= strlen(text) && memcmp(b->p, text, strlen(text)) == 0;
}

/* ---- each kind ---- */

static jurat_rc
show_quote(struct fields *f, const struct blob *b, struct jurat_diag *d)
{
	struct quote q;
	jurat_rc rc = quote_parse(&q, b->p, b->len, d);

	if (rc != JURAT_OK)
		return rc;
	fields_text(f, "kind", "quote");
	inspect_quote(f, &q);
	return JURAT_OK;
}

/* show_der: a CRL or a certificate; of what is neither, the error as a certificate is told. */
static jurat_rc
show_der(struct fields *f, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct jurat_diag as_crl = { 0 };
	struct x509_cert cert;
	struct x509_crl crl;
	jurat_rc rc;

	if (crl_parse(&crl, p, len, &as_crl) == JURAT_OK) {
		fields_text(f, "kind", "crl");
		inspect_crl(f, "crl", &crl);
		return JURAT_OK;
	}
	rc = cert_parse(&cert, p, len, d);
	if (rc != JURAT_OK)
		return rc;
	fields_text(f, "kind", "certificate");
	inspect_cert(f, "certificate", &cert);
	return JURAT_OK;
}

static jurat_rc
show_crl_text(struct fields *f, const struct blob *b, struct jurat_diag *d)
{
	uint8_t *der = NULL;
	size_t len = 0;
	jurat_rc rc = crl_decode(&der, &len, b->p, b->len, "crl", d);

	if (rc == JURAT_OK)
		rc = show_der(f, der, len, d);
	free(der);
	return rc;
}

static jurat_rc
show_tcb_info(struct fields *f, const char *text, size_t len, struct jurat_diag *d)
{
	struct tcb_info info = { 0 };
	jurat_rc rc = tcb_info_parse(&info, text, len, d);

	if (rc != JURAT_OK)
		return rc;
	fields_text(f, "kind", "tcb_info");
	inspect_tcb_info(f, "tcb_info", &info);
	tcb_info_clear(&info);
	return JURAT_OK;
}

static jurat_rc
show_identity(struct fields *f, const char *text, size_t len, struct jurat_diag *d)
{
	struct enclave_identity identity = { 0 };
	jurat_rc rc = identity_parse(&identity, text, len, d);

	if (rc != JURAT_OK)
		return rc;
	fields_text(f, "kind", "enclave_identity");
	inspect_identity(f, "enclave_identity", &identity);
	identity_clear(&identity);
	return JURAT_OK;
}

static jurat_rc
show_collateral(struct fields *f, const char *text, size_t len, struct jurat_diag *d)
{
	struct jurat_collateral *c = NULL;
	jurat_rc rc = jurat_collateral_parse(&c, text, len, d);

	if (rc != JURAT_OK)
		return rc;
	fields_text(f, "kind", "collateral");
	inspect_collateral(f, c);
	jurat_collateral_free(c);
	return JURAT_OK;
}

/* show_member: a signed document inside Intel's answer; json_raw_member gives its bytes as they were signed. */
static jurat_rc
show_member(struct fields *f, const struct blob *b, const char *key, jurat_rc (*show)(struct fields *, const char *, size_t, struct jurat_diag *),
    struct jurat_diag *d)
{
	const char *raw;
	size_t len = 0;
	jurat_rc rc = json_raw_member(&raw, &len, (const char *)b->p, b->len, key, d);

	return rc == JURAT_OK ? show(f, raw, len, d) : rc;
}

static jurat_rc
show_json(struct fields *f, const struct blob *b, struct jurat_diag *d)
{
	CLEANUP(json_clear) struct json_value *document = NULL;
	const char *text = (const char *)b->p;
	jurat_rc rc = json_parse(&document, text, b->len, JURAT_COLLATERAL_MAX_LEN, "file", d);

	if (rc != JURAT_OK)
		return rc;
	if (json_member(document, "tcb_info") != NULL)
		return show_collateral(f, text, b->len, d);
	if (json_member(document, "tcbInfo") != NULL)
		return show_member(f, b, "tcbInfo", show_tcb_info, d);
	if (json_member(document, "enclaveIdentity") != NULL)
		return show_member(f, b, "enclaveIdentity", show_identity, d);
	if (json_member(document, "fmspc") != NULL)
		return show_tcb_info(f, text, b->len, d);
	if (json_member(document, "isvprodid") != NULL)
		return show_identity(f, text, b->len, d);
	return jurat_fail(d, JURAT_E_UNSUPPORTED, "file", NO_OFFSET, 0, 0);
}

static jurat_rc
show_capsule(struct fields *f, const struct blob *b, struct jurat_diag *d)
{
	struct quote q;
	struct capsule c;
	struct jurat_diag inner = { 0 };
	uint8_t id[SHA256_LEN];
	jurat_rc rc = capsule_parse(&c, b->p, b->len, d);

	if (rc != JURAT_OK)
		return rc;
	capsule_signer_id(id, &c.signer);
	fields_text(f, "kind", "capsule");
	fields_time(f, "at", c.input.at_unix_s);
	fields_hex(f, "signer", id, sizeof id);
	fields_number(f, "collateral_length", (int64_t)c.input.collateral_len);
	fields_number(f, "trust_length", (int64_t)c.input.trust_len);
	fields_number(f, "policy_length", (int64_t)c.input.policy_len);
	fields_number(f, "verdict_length", (int64_t)c.verdict_len);
	if (c.input.report_data != NULL)
		fields_hex(f, "report_data", c.input.report_data, SGX_REPORT_DATA_LEN);
	rc = quote_parse(&q, c.input.quote, c.input.quote_len, &inner);
	if (rc != JURAT_OK) {
		fields_error(f, "quote", rc, &inner);
		return JURAT_OK;
	}
	fields_open(f, "quote");
	inspect_quote(f, &q);
	fields_close(f);
	return JURAT_OK;
}

/* ---- which kind ---- */

static const char hex_digits[] = "0123456789abcdefABCDEF";

/* is_hex_text: digits, then line ends alone. */
static bool
is_hex_text(const struct blob *b)
{
	const char *text = (const char *)b->p;
	size_t digits = strspn(text, hex_digits);

	return digits >= 8 && digits + strspn(text + digits, "\r\n ") == b->len;
}

static jurat_rc
show_hex(struct fields *f, const struct blob *b, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob bytes = { 0 };
	size_t digits = strspn((const char *)b->p, hex_digits);

	bytes.len = digits / 2;
	bytes.p = calloc(bytes.len + 1, 1);
	if (bytes.p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "file", NO_OFFSET, bytes.len, 0);
	if (digits % 2 != 0 || !hex_decode(bytes.p, bytes.len, (const char *)b->p, digits))
		return jurat_fail(d, JURAT_E_FORMAT, "file", NO_OFFSET, 0, digits);
	return inspect_bytes(f, &bytes, false, d);
}

jurat_rc
inspect_bytes(struct fields *f, const struct blob *b, bool may_be_hex, struct jurat_diag *d)
{
	if (b->len == 0)
		return jurat_fail(d, JURAT_E_TRUNCATED, "file", 0, 1, 0);
	if (begins(b, "JURATCAP"))
		return show_capsule(f, b, d);
	if (begins(b, "-----BEGIN CERTIFICATE")) {
		fields_text(f, "kind", "certificates");
		inspect_chain(f, "certificates", (const char *)b->p, b->len);
		return JURAT_OK;
	}
	if (begins(b, "-----BEGIN X509 CRL"))
		return show_crl_text(f, b, d);
	if (b->p[strspn((const char *)b->p, " \t\r\n")] == '{')
		return show_json(f, b, d);
	if (may_be_hex && is_hex_text(b))
		return show_hex(f, b, d);
	if (b->p[0] == DER_SEQUENCE)
		return show_der(f, b->p, b->len, d);
	return show_quote(f, b, d);
}

static int
inspect_file(struct fields *f, const char *path)
{
	CLEANUP(blob_clear) struct blob b = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&b, path, FILE_MAX_LEN, &d);

	if (f->as_json)
		fields_open(f, NULL);
	fields_text(f, "file", path);
	if (rc == JURAT_OK)
		rc = inspect_bytes(f, &b, true, &d);
	if (rc != JURAT_OK)
		fields_text(f, "kind", "unknown");
	if (f->as_json)
		fields_close(f);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, path);
}

static int
run_inspect(int argc, char **argv)
{
	static const struct option list[] = { { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	bool as_json = false;
	struct fields f;
	int option, exit_code = EXIT_ACCEPTED;

	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 'h')
			return print_usage(stdout);
		if (option != 'j')
			return cli_bad_option("quote", argv);
		as_json = true;
	}
	if (optind == argc)
		return cli_usage("quote", "quote inspect wants files");
	fields_init(&f, as_json);
	if (as_json) {
		fields_open(&f, NULL);
		fields_number(&f, "version", 1);
		fields_list_open(&f, "files");
	}
	for (int i = optind; i < argc; i++) {
		int code = inspect_file(&f, argv[i]);

		exit_code = exit_code == EXIT_ACCEPTED ? code : exit_code;
	}
	if (as_json) {
		fields_list_close(&f);
		fields_close(&f);
	}
	if (!fields_finish(&f))
		return cli_fail(JURAT_E_IO, NULL, "standard output");
	return exit_code == EXIT_ACCEPTED && f.has_errors ? EXIT_INVALID : exit_code;
}

int
cmd_quote(int argc, char **argv)
{
	optind = 1;
	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	if (strcmp(argv[1], "inspect") == 0)
		return run_inspect(argc - 1, argv + 1);
	return cli_usage("quote", "unknown verb of quote");
}
