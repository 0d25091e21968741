/* SPDX-License-Identifier: Apache-2.0 */
/* How the demo speaks, starts commands, and lets one attack run. */
#include "cli/demo_run.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "core/ct.h"
#include "json/json.h"

enum { COMMAND_S = 60, JSON_MAX_LEN = 256 * 1024, LOOT_MAX_LEN = 1024 * 1024 };

void
demo_clear(struct demo *d)
{
	process_abandon(&d->their_key);
	process_stop(&d->service);
	process_stop(&d->platform);
	blob_clear(&d->secret);
}

void
demo_say(struct demo *d, const char *format, ...)
{
	va_list ap;

	fputs("     ", d->say);
	va_start(ap, format);
	vfprintf(d->say, format, ap);
	va_end(ap);
	fputc('\n', d->say);
	fflush(d->say);
}

void
demo_step(struct demo *d, const char *number, const char *text)
{
	fprintf(d->say, "\n%-4s %s\n", number, text);
	fflush(d->say);
}

bool
demo_paths(struct demo_paths *out, const char *dir)
{
	const struct {
		char *to;
		const char *name;
	} rows[] = { { out->world, DEMO_WORLD }, { out->vault, DEMO_VAULT }, { out->machine, DEMO_MACHINE },
		{ out->service, DEMO_SERVICE }, { out->ca, DEMO_CA }, { out->kek, DEMO_KEK }, { out->socket, DEMO_SOCKET },
		{ out->store, DEMO_STORE }, { out->recording, DEMO_RECORDING }, { out->policy, DEMO_POLICY },
		{ out->trust, DEMO_WORLD "/trust" }, { out->collateral, DEMO_WORLD "/collateral.json" }, { out->log, "log" },
		{ out->author, DEMO_WORLD "/keys/author.pem" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int n = snprintf(rows[i].to, sizeof out->world, "%s/%s", dir, rows[i].name);

		if (n < 0 || (size_t)n >= sizeof out->world) {
			(void)cli_usage("demo", "the folder's name is too long");
			return false;
		}
	}
	snprintf(out->machine_name, sizeof out->machine_name, "sw:%s", out->machine);
	return true;
}

int
demo_command(struct demo *d, const char *what, const char *const *args, struct process_result *out)
{
	struct process_run run = { 0 };
	struct jurat_diag diag = { 0 };
	jurat_rc rc = process_begin(&run, what, args, &diag);

	(void)d;
	return rc == JURAT_OK ? demo_finish(d, &run, out) : cli_fail(rc, &diag, what);
}

int
demo_finish(struct demo *d, struct process_run *run, struct process_result *out)
{
	const char *what = run->what;
	struct process_result r = { 0 };
	struct jurat_diag diag = { 0 };
	jurat_rc rc = process_end(&r, run, COMMAND_S, &diag);
	int status = r.status;

	(void)d;
	if (rc != JURAT_OK) {
		status = cli_fail(rc, &diag, what);
	} else if (status != EXIT_ACCEPTED) {
		fprintf(stderr, "jurat: error: %s ended with %d\n", what, status);
		fwrite(r.err.p != NULL ? r.err.p : (const uint8_t *)"", 1, r.err.len, stderr);
	}
	if (out != NULL && status == EXIT_ACCEPTED)
		*out = r;
	else
		process_result_clear(&r);
	return status;
}

/* text_of: a fresh copy of a string member, or NULL. */
static char *
text_of(const struct json_value *object, const char *name)
{
	const char *text = json_text(json_member(object, name));

	return text != NULL ? strdup(text) : NULL;
}

bool
demo_member(char *out, size_t cap, const struct blob *json, const char *name)
{
	struct json_value *object = NULL;
	const char *text = NULL;
	bool ok = false;

	if (json_parse(&object, (const char *)json->p, json->len, JSON_MAX_LEN, "output", NULL) == JURAT_OK)
		text = json_text(json_member(object, name));
	if (text != NULL && strlen(text) < cap) {
		memcpy(out, text, strlen(text) + 1);
		ok = true;
	} else {
		(void)cli_fail(JURAT_E_MISSING, NULL, name);
	}
	json_free(object);
	return ok;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* take_row: what the attack's process printed. */
static bool
take_row(struct demo_row *row, const struct blob *printed)
{
	struct json_value *object = NULL;
	const char *outcome;

	if (json_parse(&object, (const char *)printed->p, printed->len, JSON_MAX_LEN, "attack", NULL) != JURAT_OK)
		return false;
	outcome = json_text(json_member(object, "outcome"));
	row->check = text_of(object, "check");
	row->code = text_of(object, "code");
	row->expected = text_of(object, "expected");
	row->found = text_of(object, "found");
	row->succeeded = outcome != NULL && strcmp(outcome, "succeeded") == 0;
	/* refused for another reason than the table's is no proof that the named check works */
	row->refused = outcome != NULL && strcmp(outcome, "refused") == 0 && row->check != NULL &&
	    strcmp(row->check, row->attack->says) == 0;
	json_free(object);
	return true;
}

void
demo_row_clear(struct demo_row *row)
{
	free(row->check);
	free(row->code);
	free(row->expected);
	free(row->found);
	blob_clear(&row->loot);
	*row = (struct demo_row){ 0 };
}

int
demo_attack(struct demo *d, struct demo_row *row, const struct demo_attack *attack)
{
	const char *args[] = { "demo", "attack", attack->name, "--dir", d->dir, "--url", d->url, "--service-key", d->service_key, NULL };
	struct process_result r = { 0 };
	struct jurat_diag diag = { 0 };
	char *loot = demo_path(d->dir, DEMO_LOOT);
	int64_t start = now_ms();
	jurat_rc rc = loot != NULL ? JURAT_OK : JURAT_E_MEMORY;

	*row = (struct demo_row){ .attack = attack };
	if (rc == JURAT_OK && remove(loot) == 0)
		cli_progress("removed what an earlier attack left");
	if (rc == JURAT_OK)
		rc = process_run(&r, attack->title, args, COMMAND_S, &diag);
	if (rc == JURAT_OK && !take_row(row, &r.out)) {
		fwrite(r.err.p != NULL ? r.err.p : (const uint8_t *)"", 1, r.err.len, stderr);
		rc = jurat_fail(&diag, JURAT_E_FORMAT, "attack", NO_OFFSET, 0, (uint64_t)r.status);
	}
	if (rc == JURAT_OK && row->succeeded)
		rc = file_read(&row->loot, loot, LOOT_MAX_LEN, &diag);
	row->took_ms = (int)(now_ms() - start);
	process_result_clear(&r);
	free(loot);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, attack->name);
}
