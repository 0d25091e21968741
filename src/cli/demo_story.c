/* SPDX-License-Identifier: Apache-2.0 */
/* Steps 2 to 7: the services run, the enclave proves itself, the secret arrives; and nobody on the way saw it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/demo_run.h"
#include "core/ct.h"

enum { RECORDING_MAX_LEN = 512 * 1024 * 1024, SEARCH_QUICK_LEN = 8 * 1024 * 1024 };

/* start: a daemon whose words go to DIR/log/NAME. */
static int
start(struct demo *d, struct process *out, const char *name, const char *what, const char *const *args, struct blob *ready)
{
	char *dir = demo_path(d->dir, "log"), *log = NULL;
	struct jurat_diag diag = { 0 };
	jurat_rc rc = JURAT_E_MEMORY;
	int status;

	if (dir != NULL) {
		(void)mkdir(dir, 0700); /* there already after the first */
		log = path_join(dir, name);
	}
	if (log != NULL)
		rc = process_start(out, what, args, log, ready, &diag);
	if (rc != JURAT_OK)
		jurat_hint(&diag, "its own words stand in the log folder of --dir");
	status = rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, what);
	free(dir), free(log);
	return status;
}

int
demo_serve(struct demo *d)
{
	struct demo_paths p;
	const char *platform[] = { "platform", "serve", p.machine_name, "--socket", p.socket, "--eavesdrop", p.recording, NULL };
	const char *secrets[] = { "secrets", "serve", "--data", p.service, "--kek-file", p.kek, "--listen", "127.0.0.1:0", NULL };
	CLEANUP(blob_clear) struct blob ready = { 0 };
	int status;

	if (!demo_paths(&p, d->dir))
		return EXIT_USAGE;
	status = start(d, &d->platform, "platform", "starting the platform software", platform, NULL);
	if (status == EXIT_ACCEPTED)
		status = start(d, &d->service, "secrets", "starting the relying party", secrets, &ready);
	if (status != EXIT_ACCEPTED)
		return status;
	snprintf(d->url, sizeof d->url, "%.*s", (int)strcspn((const char *)ready.p, "\n"), (const char *)ready.p);
	return EXIT_ACCEPTED;
}

/*
 * ask: what the vault answers about a candidate; true: it is the secret. The question is made by the secret's owner, away from the host,
 * which gets to see the question alone: what it carries is in the recording, too.
 */
static int
ask(struct demo *d, const struct demo_paths *p, const char *candidate, bool *out)
{
	char *question = demo_path(d->dir, "question");
	const char *make[] = { "vault", "question", "--candidate", candidate, NULL };
	const char *args[] = { "vault", "ask", "--machine", p->machine_name, "--enclave", p->vault, "--store", p->store, "--question",
		question, "--eavesdrop", p->recording, NULL };
	struct process_result made = { 0 }, r = { 0 };
	struct jurat_diag diag = { 0 };
	int status = question != NULL ? demo_command(d, "making a question", make, &made) : EXIT_INTERNAL;
	jurat_rc rc = JURAT_OK;

	if (status == EXIT_ACCEPTED)
		rc = file_write(question, made.out.p, made.out.len, 0600, &diag);
	if (status == EXIT_ACCEPTED && rc == JURAT_OK)
		rc = process_run(&r, "asking the vault", args, 60, &diag);
	if (rc != JURAT_OK) {
		status = cli_fail(rc, &diag, "vault ask");
	} else if (status == EXIT_ACCEPTED && r.out.len >= 2 && r.status == EXIT_ACCEPTED && memcmp(r.out.p, "ye", 2) == 0) {
		*out = true;
	} else if (status == EXIT_ACCEPTED && r.out.len >= 2 && r.status == EXIT_POLICY && memcmp(r.out.p, "no", 2) == 0) {
		*out = false;
	} else if (status == EXIT_ACCEPTED) {
		fwrite(r.err.p != NULL ? r.err.p : (const uint8_t *)"", 1, r.err.len, stderr);
		status = cli_fail(JURAT_E_FORMAT, NULL, "the vault's answer");
	}
	process_result_clear(&made);
	process_result_clear(&r);
	free(question);
	return status;
}

/* ask_wrong: the secret with one more byte at its end, and with its last bit flipped: both must be told from it. */
static int
ask_wrong(struct demo *d, const struct demo_paths *p, bool *out_any)
{
	char *path = demo_path(d->dir, "candidate");
	struct blob b = { .p = malloc(d->secret.len + 2), .len = d->secret.len, .secret = true };
	struct jurat_diag diag = { 0 };
	int status = EXIT_INTERNAL;

	*out_any = false;
	if (path == NULL || b.p == NULL)
		goto out;
	memcpy(b.p, d->secret.p, b.len);
	b.p[b.len] = 0;
	status = EXIT_ACCEPTED;
	for (int round = 0; round < 2 && status == EXIT_ACCEPTED; round++) {
		size_t len = round == 0 ? b.len + 1 : b.len;
		bool yes = true;
		jurat_rc rc;

		if (round == 1 && b.len == 0)
			break;
		if (round == 1)
			b.p[b.len - 1] ^= 1;
		rc = file_write(path, b.p, len, 0600, &diag);
		status = rc == JURAT_OK ? ask(d, p, path, &yes) : cli_fail(rc, &diag, path);
		*out_any = *out_any || yes;
	}
	(void)remove(path);
out:
	blob_clear(&b);
	free(path);
	return status;
}

/* tell_search: half a second's worth of searching between two lines, on a slow machine. */
static void
tell_search(unsigned percent)
{
	cli_progress("searching the recording for the secret ... %u %%", percent);
}

/* see: whether the secret is in a recording. */
static int
see(struct demo *d, const char *path, enum search_result *out, struct search_hit *hit, size_t *out_len)
{
	CLEANUP(blob_clear) struct blob recording = { 0 };
	struct jurat_diag diag = { 0 };
	jurat_rc rc = file_read(&recording, path, RECORDING_MAX_LEN, &diag);

	if (rc == JURAT_OK)
		rc = search_secret(out, hit, &(struct find_job){ recording.p, recording.len, d->secret.p, d->secret.len },
		    recording.len > SEARCH_QUICK_LEN ? tell_search : NULL, &diag);
	*out_len = recording.len;
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &diag, path);
}

/* caught: whether the search finds the secret in one of the control's recordings. */
static int
caught(struct demo *d, const char *name, bool *out)
{
	char *path = demo_path(d->dir, name);
	enum search_result seen = SEARCH_ABSENT;
	struct search_hit hit;
	size_t len;
	int status = path != NULL ? see(d, path, &seen, &hit, &len) : EXIT_INTERNAL;

	if (path != NULL)
		(void)remove(path);
	free(path);
	*out = seen == SEARCH_FOUND;
	return status;
}

/* control: the same search must find a secret that was sent openly, by either way, or its silence means nothing. */
static int
control(struct demo *d)
{
	const char *args[] = { "demo", "control", "--dir", d->dir, "--url", d->url, "--secret", d->secret_file, NULL };
	bool by_http = false, by_enclave = false;
	int status = demo_command(d, "sending the secret openly, as a control", args, NULL);

	if (status == EXIT_ACCEPTED)
		status = caught(d, DEMO_CONTROL_HTTP, &by_http);
	if (status == EXIT_ACCEPTED)
		status = caught(d, DEMO_CONTROL_ENCLAVE, &by_enclave);
	d->control_caught = by_http && by_enclave;
	return status;
}

static int
eavesdrop(struct demo *d, const struct demo_paths *p)
{
	struct search_hit hit = { 0 };
	int status = see(d, p->recording, &d->seen, &hit, &d->num_recorded);

	if (status != EXIT_ACCEPTED)
		return status;
	if (d->seen == SEARCH_TOO_SHORT || d->seen == SEARCH_TOO_UNIFORM) {
		demo_say(d, "recorded on the host: %zu bytes of HTTP bodies and enclave calls. The secret is too %s to search for: it would be",
		    d->num_recorded, d->seen == SEARCH_TOO_SHORT ? "short" : "uniform");
		demo_say(d, "found by chance");
		return EXIT_ACCEPTED;
	}
	if (d->seen == SEARCH_FOUND) {
		demo_say(d, "THE HOST SAW THE SECRET: %s, at byte %zu of the recording", find_form_name(hit.at.form), hit.at.off);
		return EXIT_ACCEPTED;
	}
	demo_say(d, "recorded on the host: %zu bytes of HTTP bodies and enclave calls; the secret is in none of them,", d->num_recorded);
	demo_say(d, "neither raw nor in hex nor in base64");
	status = control(d);
	if (status == EXIT_ACCEPTED)
		demo_say(d, "control: sent openly, the same search %s", d->control_caught ? "finds it" : "DOES NOT FIND IT");
	return status;
}

static int
receive(struct demo *d, const struct demo_paths *p)
{
	const char *args[] = { "vault", "receive", "--machine", p->machine_name, "--enclave", p->vault, "--platform", p->socket, "--url",
		d->url, "--ca", p->ca, "--service-key", d->service_key, "--secret", "demo", "--store", p->store, "--eavesdrop",
		p->recording, NULL };

	return demo_command(d, "the vault proves itself and receives the secret", args, NULL);
}

int
demo_story(struct demo *d)
{
	struct demo_paths p;
	bool yes = false, wrong_yes = true;
	int status;

	if (!demo_paths(&p, d->dir))
		return EXIT_USAGE;
	demo_step(d, "2",
	    "The enclave makes a report; the quoting enclave checks it and turns it into a quote: signed statements about\n"
	    "     the enclave's measurement.");
	demo_step(d, "3", "The quote goes to the relying party, which owns the secret: msg0, msg1, msg2, msg3 over TLS 1.3.");
	demo_step(d, "4-5", "The quote is verified against the root of trust: it comes from a valid enclave on a genuine, unrevoked machine.");
	demo_step(d, "6", "The relying party inspects the quote: its enclave, its signer, new enough, not a debug build, TCB good?");
	status = receive(d, &p);
	if (status != EXIT_ACCEPTED)
		return status;
	demo_say(d, "accepted by the policy: signer, product, ISVSVN 1 or more, CONFIGID of this relying party, UpToDate");
	demo_step(d, "7", "Enclave and relying party have a key that the host in the middle does not have; the secret travels under it.");
	status = ask(d, &p, d->secret_file, &yes);
	if (status == EXIT_ACCEPTED)
		status = ask_wrong(d, &p, &wrong_yes);
	if (status != EXIT_ACCEPTED)
		return status;
	d->arrived = yes && !wrong_yes;
	demo_say(d, "the secret (%zu bytes) rests sealed on the host; is it this file, the vault is asked: %s; and an altered one: %s",
	    d->secret.len, yes ? "yes" : "NO", wrong_yes ? "YES" : "no");
	return eavesdrop(d, &p);
}
