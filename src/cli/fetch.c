/* SPDX-License-Identifier: Apache-2.0 */
/* jurat fetch QUOTE: the only command that talks to somebody else's server. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "appraisal/need.h"
#include "cli/evidence.h"
#include "core/hex.h"
#include "dcap/rollback.h"
#include "host/when.h"
#include "http/pcs.h"

struct options {
	const char *quote, *out, *cache, *url, *ca, *trust, *update_word;
	enum pcs_update update;
};

static int
print_usage(FILE *to)
{
	fputs("usage: jurat fetch QUOTE [--output FILE] [--cache DIR] [options]\n\n"
	      "  --output FILE, -o FILE       where the collateral goes (- is standard output)\n"
	      "  --cache DIR                  keep it there too, and refuse older collateral than what is kept\n"
	      "  --url URL                    a PCCS, https://host:port; default: Intel's service\n"
	      "  --ca FILE                    the server's certificate or CA, in PEM, instead of the system's CAs\n"
	      "  --update early|standard      the TCB evaluation that is next, or that is in force (default)\n"
	      "  --trust DIR                  a private world's trust folder instead of Intel's root\n\n"
	      "Exit: 0 fetched, 1 not reachable, 3 what came is invalid, 5 missing or expired, 7 not authorised.\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

static int
set_update(struct options *o, const char *value)
{
	int exit_code = cli_set_once(&o->update_word, "fetch", value, "--update");

	if (exit_code == -1 && strcmp(value, "early") != 0 && strcmp(value, "standard") != 0)
		exit_code = cli_usage("fetch", "--update wants early or standard");
	o->update = strcmp(value, "early") == 0 ? PCS_EARLY : PCS_STANDARD;
	return exit_code;
}

static int
set_option(struct options *o, int letter, const char *value)
{
	switch (letter) {
	case 'o':
		return cli_set_once(&o->out, "fetch", value, "--output");
	case 'C':
		return cli_set_once(&o->cache, "fetch", value, "--cache");
	case 'u':
		return cli_set_once(&o->url, "fetch", value, "--url");
	case 'k':
		return cli_set_once(&o->ca, "fetch", value, "--ca");
	case 't':
		return cli_set_once(&o->trust, "fetch", value, "--trust");
	case 'h':
		return print_usage(stdout);
	case 'e':
		return set_update(o, value);
	default:
		return EXIT_USAGE;
	}
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option list[] = { { "output", required_argument, NULL, 'o' }, { "cache", required_argument, NULL, 'C' },
		{ "url", required_argument, NULL, 'u' }, { "ca", required_argument, NULL, 'k' }, { "trust", required_argument, NULL, 't' },
		{ "update", required_argument, NULL, 'e' }, { "help", no_argument, NULL, 'h' }, { 0 } };
	int option, exit_code;

	optind = 1;
	while ((option = getopt_long(argc, argv, "o:", list, NULL)) != -1) {
		exit_code = option == '?' ? cli_bad_option("fetch", argv) : set_option(o, option, optarg);
		if (exit_code != -1)
			return exit_code;
	}
	if (argc - optind != 1)
		return cli_usage("fetch", "one quote, please");
	if (o->out == NULL && o->cache == NULL)
		return cli_usage("fetch", "where to? give -o or --cache");
	o->quote = argv[optind];
	return -1;
}

/* ---- what is kept ---- */

/* One place for collateral: a file's path, and what stands there already. */
struct shelf {
	char *path;
	struct blob text;
	struct jurat_collateral *held; /* of the text, if it is collateral */
};

static void
shelf_clear(struct shelf *s)
{
	free(s->path);
	blob_clear(&s->text);
	jurat_collateral_free(s->held);
	*s = (struct shelf){ 0 };
}

/* shelf_open: what is at path. A pipe or device holds nothing; it is not even asked. JURAT_E_NOT_FOUND: nothing is there yet. */
static jurat_rc
shelf_open(struct shelf *s, char *path, struct jurat_diag *d)
{
	static const struct file_kind kind = { .field = "file", .max = JURAT_COLLATERAL_MAX_LEN };
	jurat_rc rc;

	shelf_clear(s);
	s->path = path;
	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "file", NO_OFFSET, 0, 0);
	rc = file_read_stored(&s->text, path, &kind, d);
	return rc == JURAT_OK ? jurat_collateral_parse(&s->held, (const char *)s->text.p, s->text.len, d) : rc;
}

/* open_cache: what is kept is the mark below which nothing is accepted; a mark that cannot be read is no new beginning. */
static int
open_cache(struct shelf *s, char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = shelf_open(s, path, &d);
	int exit_code;

	if (rc == JURAT_OK)
		rc = rollback_check_mark(s->held, &d);
	if (rc == JURAT_OK || rc == JURAT_E_NOT_FOUND)
		return -1;
	jurat_hint(&d, "without what is kept there, older collateral cannot be told from newer: if it is lost, remove the file to begin anew");
	exit_code = cli_fail(rc, &d, path);
	return rc == JURAT_E_MISSING ? EXIT_INVALID : exit_code;
}

/* open_out: a file that is no collateral is replaced like any output file. */
static int
open_out(struct shelf *s, const char *path)
{
	if (strcmp(path, "-") == 0)
		return (s->path = strdup(path)) != NULL ? -1 : cli_fail(JURAT_E_MEMORY, NULL, path);
	return shelf_open(s, strdup(path), NULL) != JURAT_E_MEMORY ? -1 : cli_fail(JURAT_E_MEMORY, NULL, path);
}

static char *
cache_path(const char *dir, const struct pcs_want *want)
{
	char name[80], fmspc[13];

	hex_encode(fmspc, want->fmspc, sizeof want->fmspc);
	snprintf(name, sizeof name, "%s-%s-%s-%s.json", want->is_tdx ? "tdx" : "sgx", fmspc,
	    want->is_processor_ca ? "processor" : "platform", want->update == PCS_EARLY ? "early" : "standard");
	return path_join(dir, name);
}

static jurat_rc
shelf_write(const struct shelf *s, const char *text, struct jurat_diag *d)
{
	return s->path != NULL ? file_write(s->path, text, strlen(text), 0644, d) : JURAT_OK;
}

/* ---- the service ---- */

static void
wait_seconds(void *ctx, unsigned seconds)
{
	(void)ctx;
	cli_progress("the service is busy or cannot be reached; trying again in %u s", seconds);
	sleep(seconds);
}

static bool
is_intels(const char *url)
{
	size_t len = strlen(PCS_INTEL_URL);

	return url == NULL || (strncmp(url, PCS_INTEL_URL, len) == 0 && url[len + strspn(url + len, "/")] == '\0');
}

/* fetch: Intel keeps the root CRL on a host of its own, a cache serves it itself. */
static jurat_rc
fetch(char **out, const struct options *o, const struct pcs_want *want, struct jurat_diag *d)
{
	bool is_intel = is_intels(o->url);
	struct http_client_options options = { .url = is_intel ? PCS_INTEL_URL : o->url, .ca_file = o->ca, .allow_tls12 = true };
	struct pcs_service service = { .root_path = is_intel ? PCS_INTEL_ROOT_PATH : PCS_PCCS_ROOT_PATH, .wait = wait_seconds };
	struct http_client *other = NULL;
	jurat_rc rc = http_client_new(&service.client, &options, d);

	service.root_client = service.client;
	if (rc == JURAT_OK && is_intel) {
		options.url = PCS_INTEL_ROOT_URL;
		rc = http_client_new(&other, &options, d);
		service.root_client = other;
	}
	if (rc == JURAT_OK)
		rc = pcs_fetch(out, &service, want, d);
	http_client_free(other);
	http_client_free(service.client);
	return rc;
}

/* ---- the command ---- */

/* Everything between the options and the files. */
struct fetching {
	struct options o;
	struct evidence e;
	struct pcs_want want;
	struct shelf cache, out;
	int lock_fd; /* while it is open, no other process changes the cache */
	char *text;
	struct jurat_collateral *fresh;
};

static void
fetching_clear(struct fetching *f)
{
	evidence_clear(&f->e);
	shelf_clear(&f->cache);
	shelf_clear(&f->out);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	free(f->text);
	jurat_collateral_free(f->fresh);
}

static int
prepare(struct fetching *f)
{
	const struct evidence_options files = { .quote = f->o.quote, .trust = f->o.trust };
	struct jurat_diag d = { 0 };
	struct need need;
	int exit_code = evidence_read(&f->e, &files);
	jurat_rc rc;

	if (exit_code != -1)
		return exit_code;
	rc = need_of(&need, f->e.quote_bytes.p, f->e.quote_bytes.len, evidence_root(&f->e), &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, f->o.quote);
	f->want = (struct pcs_want){ .is_tdx = need.is_tdx, .is_processor_ca = need.is_processor_ca, .update = f->o.update };
	memcpy(f->want.fmspc, need.fmspc, sizeof f->want.fmspc);
	exit_code = f->o.cache != NULL ? open_cache(&f->cache, cache_path(f->o.cache, &f->want)) : -1;
	return exit_code == -1 && f->o.out != NULL ? open_out(&f->out, f->o.out) : exit_code;
}

/* lock_cache: before what came is judged. Another process may have kept something newer while we were waiting for the service. */
static int
lock_cache(struct fetching *f)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (f->o.cache == NULL)
		return -1;
	f->lock_fd = open(f->o.cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock_fd >= 0 && flock(f->lock_fd, LOCK_EX) == 0)
		return open_cache(&f->cache, cache_path(f->o.cache, &f->want));
	rc = jurat_fail(&d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "lock", NO_OFFSET, 0, (uint64_t)errno);
	return cli_fail(rc, &d, f->o.cache);
}

/* judge: authentic, valid now, and not older than what is held. */
static jurat_rc
judge(struct fetching *f, struct jurat_diag *d)
{
	jurat_rc rc = jurat_collateral_parse(&f->fresh, f->text, strlen(f->text), d);

	if (rc == JURAT_OK)
		rc = need_check(f->e.quote_bytes.p, f->e.quote_bytes.len, f->fresh, evidence_root(&f->e), when_now(), d);
	if (rc == JURAT_OK && f->cache.held != NULL)
		rc = rollback_check(f->cache.held, f->fresh, d);
	if (rc == JURAT_OK && f->out.held != NULL)
		rc = rollback_check(f->out.held, f->fresh, d);
	if (rc == JURAT_E_REPLAY)
		jurat_hint(d, "the service serves older collateral than what is kept already; nothing was changed");
	return rc;
}

/* fall_back: a service that cannot be reached does not matter as long as what is kept is still good. */
static bool
fall_back(struct fetching *f)
{
	if (f->cache.held == NULL)
		return false;
	if (need_check(f->e.quote_bytes.p, f->e.quote_bytes.len, f->cache.held, evidence_root(&f->e), when_now(), NULL) != JURAT_OK)
		return false;
	if (f->out.held != NULL && rollback_check(f->out.held, f->cache.held, NULL) != JURAT_OK)
		return false;
	f->text = strdup((const char *)f->cache.text.p);
	return f->text != NULL;
}

static int
run(struct fetching *f)
{
	const char *service = f->o.url != NULL ? f->o.url : PCS_INTEL_URL;
	struct jurat_diag d = { 0 };
	jurat_rc rc = fetch(&f->text, &f->o, &f->want, &d);
	int exit_code = lock_cache(f);

	if (exit_code != -1)
		return exit_code;
	if (rc == JURAT_E_IO && fall_back(f)) {
		cli_progress("warning: %s cannot be reached; what is kept in %s is still valid", service, f->o.cache);
		rc = JURAT_OK;
	} else if (rc == JURAT_OK) {
		rc = judge(f, &d);
	}
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, service);
	rc = shelf_write(&f->cache, f->text, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, f->cache.path);
	rc = shelf_write(&f->out, f->text, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, f->out.path);
}

int
cmd_fetch(int argc, char **argv)
{
	CLEANUP(fetching_clear) struct fetching f = { .lock_fd = -1 };
	int exit_code = parse_options(&f.o, argc, argv);

	if (exit_code == -1)
		exit_code = prepare(&f);
	return exit_code == -1 ? run(&f) : exit_code;
}
