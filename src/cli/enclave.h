/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `jurat enclave`, one file each where they are long. argv[0] is the verb. */
#ifndef CLI_ENCLAVE_H
#define CLI_ENCLAVE_H

#include "host/file.h"
#include "image/image.h"

/* An enclave's file, open. */
struct enclave_file {
	struct blob file, sig;
	struct image *image;
};

/* enclave_file_open: prints what went wrong and returns the exit code. sig may be NULL. For CLEANUP: enclave_file_clear. */
int enclave_file_open(struct enclave_file *out, const char *path, bool flat, const char *sig);
void enclave_file_clear(struct enclave_file *f);

int enclave_inspect(int argc, char **argv);

#endif
