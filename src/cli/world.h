/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of `jurat world` share. */
#ifndef CLI_WORLD_H
#define CLI_WORLD_H

#include "cli/cli.h"
#include "dcap/world.h"

/* world_clear: world_close for CLEANUP. */
void world_clear(struct world **w);

/*
 * world_built_enclaves: the unsigned enclaves of this program: those of its build folder if it runs from there, else the installed ones. The
 * caller frees; NULL without memory.
 */
char *world_built_enclaves(void);

/* world_enrol_command: argv[0] is "enrol". */
int world_enrol_command(int argc, char **argv);

#endif
