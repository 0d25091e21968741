/* SPDX-License-Identifier: Apache-2.0 */
/* The open machine, for the other files of this folder: the engine reaches the key process through it. */
#ifndef MACHINE_MACHINE_INTERNAL_H
#define MACHINE_MACHINE_INTERNAL_H

#include "machine/key_process.h"
#include "machine/machine.h"

struct machine {
	char *dir;               /* without "sw:" */
	struct key_client *keys; /* one connection; thread-safe */
	struct fuses_public known;
};

#endif
