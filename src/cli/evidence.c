/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "host/when.h"

int
evidence_option(struct evidence_options *o, const char *command, int letter, const char *value)
{
	switch (letter) {
	case 'c':
		o->collateral = value;
		return -1;
	case 't':
		o->trust = value;
		return -1;
	case 'p':
		o->policy = value;
		return -1;
	case 'a':
		if (!when_parse(&o->at_unix_s, value, strlen(value)))
			return cli_usage(command, "--at wants a time like 2026-11-24T12:00:00Z");
		return -1;
	case 'r':
		if (!hex_decode(o->report_data, sizeof o->report_data, value, strlen(value)))
			return cli_usage(command, "--report-data wants 128 hex digits");
		o->has_report_data = true;
		return -1;
	default:
		return cli_usage(command, "unknown option, or an option without its value");
	}
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
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, dir);
}

const struct jurat_trust *
evidence_root(const struct evidence *e)
{
	return e->trust != NULL ? e->trust : jurat_trust_intel();
}

static int
read_collateral(struct evidence *out, const char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (path == NULL)
		return -1;
	rc = file_read(&out->collateral_text, path, JURAT_COLLATERAL_MAX_LEN, &d);
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
	return rc == JURAT_OK ? -1 : cli_fail(rc, &d, path);
}

int
evidence_read(struct evidence *out, const struct evidence_options *o)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&out->quote_bytes, o->quote, QUOTE_MAX_LEN, &d);
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
evidence_print(const struct jurat_verdict *v, bool as_json)
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
		fputs("jurat: hint: nothing speaks against this quote, but no policy says that it is acceptable: give one with --policy\n",
		    stderr);
	return jurat_verdict_exit_code(v);
}
