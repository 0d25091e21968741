/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of `jurat world` share. */
#ifndef CLI_WORLD_H
#define CLI_WORLD_H

#include "cli/cli.h"
#include "dcap/world.h"

/* world_clear: world_close for CLEANUP. */
void world_clear(struct world **w);

/* world_enrol_command: argv[0] is "enrol". */
int world_enrol_command(int argc, char **argv);

#endif
