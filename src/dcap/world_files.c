/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/world_files.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"

#define KEY_FILE_MAX_LEN 65536u

void
text_clear(char **text)
{
	free(*text);
}

jurat_rc
world_read(struct blob *out, const char *dir, const char *name, size_t max, bool secret, struct jurat_diag *d)
{
	char *path CLEANUP(text_clear) = path_join(dir, name);

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	return secret ? file_read_secret(out, path, max, d) : file_read(out, path, max, d);
}

jurat_rc
world_write(const char *dir, const char *name, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	char *path CLEANUP(text_clear) = path_join(dir, name);

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	return file_write(path, p, len, mode, d);
}

jurat_rc
world_write_text(const char *dir, const char *name, const char *text, struct jurat_diag *d)
{
	return world_write(dir, name, text, strlen(text), 0644, d);
}

jurat_rc
world_read_key(struct pki_key *out, const char *dir, const char *name, struct jurat_diag *d)
{
	struct blob pem CLEANUP(blob_clear) = { 0 };
	jurat_rc rc = world_read(&pem, dir, name, KEY_FILE_MAX_LEN, true, d);

	return rc == JURAT_OK ? pki_key_from_pem(out, (char *)pem.p, pem.len, d) : rc;
}

jurat_rc
world_write_key(const char *dir, const char *name, const struct pki_key *key, struct jurat_diag *d)
{
	size_t len = 0;
	char *pem;
	jurat_rc rc = pki_key_to_pem(&pem, &len, key, d);

	if (rc != JURAT_OK)
		return rc;
	rc = world_write(dir, name, pem, len, 0600, d);
	wipe(pem, len);
	free(pem);
	return rc;
}
