/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listener.h"

#include <errno.h>

#include "cli/cli.h"
#include "core/diag.h"

int
listener_open(struct listener *l, const char *path)
{
	struct jurat_diag d = { 0 };

	if (path == NULL || (l->file = fopen(path, "abe")) != NULL)
		return -1;
	(void)jurat_fail(&d, JURAT_E_IO, "eavesdrop", NO_OFFSET, 0, (uint64_t)errno);
	return cli_fail(JURAT_E_IO, &d, path);
}

/* Each piece is on its way to the file when this returns: a daemon's reader must not wait for its end. */
void
listener_hear(void *ctx, const char *where, const void *p, size_t len)
{
	struct listener *l = ctx;

	if (fprintf(l->file, "\n== %s %zu\n", where, len) < 0 || fwrite(p, 1, len, l->file) != len || fflush(l->file) != 0)
		l->failed = true;
}

void
listener_enclave(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len)
{
	if (in != NULL)
		listener_hear(ctx, "enclave in", in, in_len);
	if (out != NULL)
		listener_hear(ctx, "enclave out", out, out_len);
}

int
listener_end(struct listener *l, const char *path, int exit_code)
{
	if (l->file == NULL || (fflush(l->file) == 0 && !l->failed) || exit_code != EXIT_ACCEPTED)
		return exit_code;
	return cli_fail(JURAT_E_IO, NULL, path);
}

void
listener_close(struct listener *l)
{
	if (l->file != NULL)
		fclose(l->file);
}
