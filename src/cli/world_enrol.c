/* SPDX-License-Identifier: Apache-2.0 */
/* jurat world enrol */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/world.h"
#include "host/file.h"
#include "host/when.h"
#include "machine/platform.h"

static void
free_text(char **text)
{
	free(*text);
}

/* ask_platform: starts the machine's platform software and asks who it is. *out_dir is the machine's folder, which the caller frees. */
static jurat_rc
ask_platform(struct world_platform *out, char **out_dir, const char *name, struct jurat_diag *d)
{
	struct platform *platform = NULL;
	struct machine_facts facts;
	struct platform_info info;
	struct machine *m = NULL;
	jurat_rc rc = machine_open(&m, name, d);

	if (rc != JURAT_OK)
		return rc;
	machine_describe(&facts, m);
	*out_dir = strdup(facts.dir);
	if (*out_dir == NULL)
		rc = JURAT_E_MEMORY;
	if (rc == JURAT_OK)
		rc = platform_start(&platform, m, NULL, d);
	if (rc == JURAT_OK)
		rc = platform_info(&info, platform, d);
	if (rc == JURAT_OK) {
		*out = (struct world_platform){ .pck = info.pck, .pce_svn = info.pce_svn };
		memcpy(out->ppid, info.ppid, sizeof out->ppid);
		memcpy(out->cpusvn, info.cpusvn, sizeof out->cpusvn);
		memcpy(out->fmspc, facts.fmspc, sizeof out->fmspc);
		memcpy(out->pce_id, facts.pce_id, sizeof out->pce_id);
	}
	platform_free(platform);
	machine_close(m);
	return rc;
}

/* machine_name: "sw:DIR" as machine_open wants it; a bare folder is a software machine. */
static char *
machine_name(const char *given)
{
	char *name;

	if (strncmp(given, "sw:", 3) == 0 || strncmp(given, "sgx:", 4) == 0)
		return strdup(given);
	return asprintf(&name, "sw:%s", given) < 0 ? NULL : name;
}

static jurat_rc
enrol(struct world *w, const char *machine, struct jurat_diag *d)
{
	char *name CLEANUP(free_text) = machine_name(machine), *dir CLEANUP(free_text) = NULL;
	char *path CLEANUP(free_text) = NULL, *chain CLEANUP(free_text) = NULL;
	struct world_platform platform;
	int64_t now = when_now();
	jurat_rc rc = name != NULL ? ask_platform(&platform, &dir, name, d) : JURAT_E_MEMORY;

	if (rc == JURAT_OK)
		rc = world_enrol(w, &chain, &platform, now, d);
	if (rc == JURAT_OK && (path = path_join(dir, "state/pck_chain.pem")) == NULL)
		rc = JURAT_E_MEMORY;
	if (rc == JURAT_OK)
		rc = file_write_stored(path, chain, strlen(chain), 0644, d);
	return rc == JURAT_OK ? world_refresh(w, now, NULL, d) : rc;
}

int
world_enrol_command(int argc, char **argv)
{
	static const struct option none[] = { { 0 } };
	struct world *w CLEANUP(world_clear) = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (getopt_long(argc, argv, "", none, NULL) != -1)
		return cli_bad_option("world", argv);
	if (argc - optind != 2)
		return cli_usage("world", "world enrol wants a world and a machine");
	rc = world_open_for_change(&w, argv[optind], &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, argv[optind]);
	rc = enrol(w, argv[optind + 1], &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, argv[optind + 1]);
}
