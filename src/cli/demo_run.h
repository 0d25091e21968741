/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the demo: what it has made so far, and how it speaks. Internal to src/cli/demo*.c. */
#ifndef CLI_DEMO_RUN_H
#define CLI_DEMO_RUN_H

#include <stdio.h>

#include "cli/demo.h"
#include "cli/demo_process.h"
#include "cli/demo_search.h"

struct demo {
	const char *dir;
	const char *secret_file; /* the user's, or the one that the demo made */
	struct blob secret;
	FILE *say;               /* the story; /dev/null with --json */
	struct process platform, service;
	struct process_run their_key; /* somebody else's signing key, made meanwhile */
	char url[96];
	char service_key[129];   /* hex */
	char mrenclave[65], mrsigner[65];
	bool arrived;            /* the vault says that it has this secret, and refuses another */
	enum search_result seen; /* of the secret, in what the host recorded */
	bool control_caught;     /* a secret that was sent openly was found in the same way */
	size_t num_recorded;     /* bytes */
};

/* demo_clear: stops both services. For CLEANUP. */
void demo_clear(struct demo *d);

/*
 * Each part prints what it does and returns EXIT_ACCEPTED, or tells on stderr why the demo cannot go on and returns another code.
 *
 * demo_prepare: step 0 and 1: world, enclaves, machine. demo_serve: starts platform software and secrets service.
 * demo_story: steps 2 to 7. demo_attack: runs one; its row is filled whatever happened.
 */
int demo_prepare(struct demo *d);
int demo_prepare_service(struct demo *d);
int demo_serve(struct demo *d);
int demo_story(struct demo *d);

struct demo_row {
	const struct demo_attack *attack;
	bool refused;     /* by the check that the table names: only this counts */
	bool succeeded;
	char *check, *code, *expected, *found; /* as the attack's process printed them; may be NULL */
	struct blob loot; /* what it got hold of, if it succeeded */
	int took_ms;
};
int demo_attack(struct demo *d, struct demo_row *row, const struct demo_attack *attack);
void demo_row_clear(struct demo_row *row);

/* demo_command: a command of this program that must end with 0; out may be NULL. An error is told with the command's own words. */
int demo_command(struct demo *d, const char *what, const char *const *args, struct process_result *out);

/* demo_finish: the same for a command that was begun with process_begin. */
int demo_finish(struct demo *d, struct process_run *run, struct process_result *out);

/* demo_say: one line of the story, indented. demo_step: its number and what happens, in the words of the design. */
void demo_say(struct demo *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void demo_step(struct demo *d, const char *number, const char *text);

/* demo_member: a string of a JSON object that a command printed; false (and told) if it is not there. out has cap bytes. */
bool demo_member(char *out, size_t cap, const struct blob *json, const char *name);

/* Paths of the demo's folder in fixed buffers, for argument lists. */
struct demo_paths {
	char world[256], vault[256], machine[256], machine_name[264], service[256], ca[256], kek[256], socket[256], store[256],
	    recording[256], policy[256], trust[256], collateral[256], log[256], author[256];
};
bool demo_paths(struct demo_paths *out, const char *dir);

#endif
