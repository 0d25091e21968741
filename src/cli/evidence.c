/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/hex.h"
#include "dcap/collateral_folder.h"
#include "host/when.h"

static int
set_time(struct evidence_options *o, const char *command, const char *value)
{
	int exit_code = cli_set_once(&o->at, command, value, "--at");

	if (exit_code == -1 && !when_parse(&o->at_unix_s, value, strlen(value)))
		exit_code = cli_usage(command, "--at wants a time like 2026-11-24T12:00:00Z");
	return exit_code;
}

static int
set_report_data(struct evidence_options *o, const char *command, const char *value)
{
	if (o->has_report_data)
		return cli_usage(command, "--report-data stands there twice");
	if (!hex_decode(o->report_data, sizeof o->report_data, value, strlen(value)))
		return cli_usage(command, "--report-data wants 128 hex digits");
	o->has_report_data = true;
	return -1;
}

int
evidence_option(struct evidence_options *o, const char *command, int letter, const char *value)
{
	switch (letter) {
	case 'c':
		return cli_set_once(&o->collateral, command, value, "--collateral");
	case 't':
		return cli_set_once(&o->trust, command, value, "--trust");
	case 'p':
		return cli_set_once(&o->policy, command, value, "--policy");
	case 'a':
		return set_time(o, command, value);
	case 'r':
		return set_report_data(o, command, value);
	default:
		return cli_usage(command, "unknown option, or an option without its value");
	}
}

int
evidence_check_stdin(const struct evidence_options *o, const char *command)
{
	const char *const inputs[] = { o->quote, o->collateral, o->policy };
	unsigned num = 0;

	for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
		num += inputs[i] != NULL && strcmp(inputs[i], "-") == 0;
	return num <= 1 ? -1 : cli_usage(command, "only one file can be - (standard input)");
}

/* fail_file: a file of the caller's that lacks a member is an invalid file; what JURAT_E_MISSING says elsewhere is that collateral is absent. */
static int
fail_file(jurat_rc rc, const struct jurat_diag *d, const char *path)
{
	int exit_code = cli_fail(rc, d, path);

	return rc == JURAT_E_MISSING ? EXIT_INVALID : exit_code;
}

int
evidence_read_trust(struct evidence *out, const char *dir)
{
	struct jurat_diag d = { 0 };
	char *path;
	jurat_rc rc;

	if (dir == NULL)
		return -1;
	path = path_join(dir, "trust.json");
	rc = path != NULL ? file_read(&out->trust_text, path, JURAT_TRUST_MAX_LEN, &d) : JURAT_E_MEMORY;
	free(path);
	if (rc == JURAT_OK)
		rc = jurat_trust_parse(&out->trust, (const char *)out->trust_text.p, out->trust_text.len, &d);
	return rc == JURAT_OK ? -1 : fail_file(rc, &d, dir);
}

const struct jurat_trust *
evidence_root(const struct evidence *e)
{
	return e->trust != NULL ? e->trust : jurat_trust_intel();
}

/* read_collateral_text: a collateral file, or what a folder's files are together. */
static jurat_rc
read_collateral_text(struct blob *out, const char *path, struct jurat_diag *d)
{
	struct stat st;
	char *text;
	jurat_rc rc;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return file_read(out, path, JURAT_COLLATERAL_MAX_LEN, d);
	rc = collateral_folder_read(&text, path, d);
	if (rc == JURAT_OK)
		*out = (struct blob){ .p = (uint8_t *)text, .len = strlen(text) };
	return rc;
}

static int
read_collateral(struct evidence *out, const char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (path == NULL)
		return -1;
	rc = read_collateral_text(&out->collateral_text, path, &d);
	if (rc == JURAT_OK)
		rc = jurat_collateral_parse(&out->collateral, (const char *)out->collateral_text.p, out->collateral_text.len, &d);
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, path);
}

static int
read_policy(struct evidence *out, const char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (path == NULL)
		return -1;
	rc = file_read(&out->policy_text, path, JURAT_POLICY_MAX_LEN, &d);
	if (rc == JURAT_OK)
		rc = jurat_policy_parse(&out->policy, (const char *)out->policy_text.p, out->policy_text.len, &d);
	return rc == JURAT_OK ? -1 : fail_file(rc, &d, path);
}

int
evidence_read(struct evidence *out, const struct evidence_options *o)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&out->quote_bytes, o->quote, QUOTE_PADDED_MAX_LEN, &d);
	int exit_code = rc == JURAT_OK ? -1 : cli_fail(rc, &d, o->quote);

	if (exit_code == -1)
		exit_code = evidence_read_trust(out, o->trust);
	if (exit_code == -1)
		exit_code = read_collateral(out, o->collateral);
	if (exit_code == -1)
		exit_code = read_policy(out, o->policy);
	return exit_code;
}

void
evidence_clear(struct evidence *e)
{
	blob_clear(&e->quote_bytes);
	blob_clear(&e->collateral_text);
	blob_clear(&e->trust_text);
	blob_clear(&e->policy_text);
	jurat_collateral_free(e->collateral);
	jurat_trust_free(e->trust);
	jurat_policy_free(e->policy);
}

int
evidence_print(const struct jurat_verdict *v, bool as_json, const char *hint)
{
	char *text = NULL;
	jurat_rc rc = as_json ? jurat_verdict_json(&text, v) : jurat_verdict_text(&text, v);
	bool written;

	if (rc != JURAT_OK)
		return cli_fail(rc, NULL, "verdict");
	written = fputs(text, stdout) >= 0 && fflush(stdout) == 0;
	free(text);
	if (!written)
		return cli_fail(JURAT_E_IO, NULL, "standard output");
	if (jurat_verdict_outcome(v) == JURAT_UNDECIDED)
		fprintf(stderr, "jurat: hint: %s\n", hint);
	return jurat_verdict_exit_code(v);
}
