/* SPDX-License-Identifier: Apache-2.0 */
#include "core/diag.h"

jurat_rc
jurat_fail(struct jurat_diag *d, jurat_rc code, const char *field, uint64_t offset, uint64_t wanted, uint64_t got)
{
	if (d != NULL && d->code == JURAT_OK)
		*d = (struct jurat_diag){ .code = code, .field = field, .offset = offset, .wanted = wanted, .got = got };
	return code;
}

void
jurat_hint(struct jurat_diag *d, const char *hint)
{
	if (d != NULL && d->hint == NULL)
		d->hint = hint;
}

void
jurat_in_file(struct jurat_diag *d, const char *file)
{
	if (d != NULL && d->code != JURAT_OK && d->file == NULL)
		d->file = file;
}

void
jurat_name(struct jurat_diag *d, const char *name, size_t len)
{
	if (d == NULL || d->code == JURAT_OK || d->name[0] != '\0')
		return;
	if (len > sizeof d->name - 1)
		len = sizeof d->name - 1;
	for (size_t i = 0; i < len; i++)
		d->name[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
	d->name[len] = '\0';
}

static const struct rc_entry {
	const char *name;
	const char *text;
} rc_table[JURAT_E_MAX] = {
	[JURAT_OK] = { "ok", "no error" },
	[JURAT_E_INTERNAL] = { "internal", "internal error, please report it" },
	[JURAT_E_MEMORY] = { "memory", "out of memory" },
	[JURAT_E_IO] = { "io", "reading or writing failed" },
	[JURAT_E_NO_SPACE] = { "no_space", "no space left on the disk, nothing was stored" },
	[JURAT_E_USAGE] = { "usage", "an argument is not allowed" },
	[JURAT_E_STATE] = { "state", "the call does not fit the present state" },
	[JURAT_E_EXISTS] = { "exists", "it exists already" },
	[JURAT_E_NOT_FOUND] = { "not_found", "it does not exist" },
	[JURAT_E_PERMISSION] = { "permission", "file permissions do not allow it" },
	[JURAT_E_TRUNCATED] = { "truncated", "input ended inside a field" },
	[JURAT_E_TRAILING] = { "trailing", "bytes after the end" },
	[JURAT_E_TOO_LARGE] = { "too_large", "larger than the limit" },
	[JURAT_E_FORMAT] = { "format", "a value that the format does not allow" },
	[JURAT_E_VERSION] = { "version", "a version that this program does not know" },
	[JURAT_E_UNSUPPORTED] = { "unsupported", "known, but not supported" },
	[JURAT_E_DUPLICATE] = { "duplicate", "it stands there twice" },
	[JURAT_E_CRYPTO] = { "crypto", "a cryptographic check failed" },
	[JURAT_E_IDENTITY] = { "identity", "not the expected identity" },
	[JURAT_E_ATTRIBUTES] = { "attributes", "the attributes do not fit" },
	[JURAT_E_MISMATCH] = { "mismatch", "two fields that must agree differ" },
	[JURAT_E_CHAIN] = { "chain", "a certificate does not chain to the trusted root in its role" },
	[JURAT_E_REVOKED] = { "revoked", "it has been revoked" },
	[JURAT_E_EXPIRED] = { "expired", "its validity has ended" },
	[JURAT_E_NOT_YET_VALID] = { "not_yet_valid", "its validity has not begun" },
	[JURAT_E_MISSING] = { "missing", "it is absent" },
	[JURAT_E_TCB] = { "tcb", "the TCB level is not acceptable" },
	[JURAT_E_REPLAY] = { "replay", "it was used before" },
	[JURAT_E_POLICY] = { "policy", "the policy does not allow it" },
	[JURAT_E_DENIED] = { "denied", "the platform's rules do not allow it" },
	[JURAT_E_AUTH] = { "auth", "not authorised" },
	[JURAT_E_TIME] = { "time", "the time cannot be trusted" },
};

const char *
jurat_rc_name(jurat_rc rc)
{
	return (unsigned)rc < JURAT_E_MAX ? rc_table[rc].name : "unknown";
}

const char *
jurat_rc_text(jurat_rc rc)
{
	return (unsigned)rc < JURAT_E_MAX ? rc_table[rc].text : "unknown error";
}
