/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group key, one byte that says which (bit 0: split), then a private key, a compressed key, or a credential with f behind it. A key that comes out is
 * one that signs.
 */
#include "epid_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jurat_epid_rc
try_key(const struct jurat_epid_group *group, enum jurat_epid_kind kind, struct jurat_epid_bytes key)
{
	struct jurat_epid_member *member = NULL;
	jurat_epid_rc rc = jurat_epid_member_new(&member, group, kind, key, NULL);

	if ((rc == JURAT_EPID_OK) != (member != NULL))
		abort();
	jurat_epid_member_free(member);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t key[JURAT_EPID_PRIVATE_KEY_LEN(16)];
	const struct jurat_epid_group *group;
	struct jurat_epid_bytes in;
	enum jurat_epid_kind kind;
	jurat_epid_rc rc;
	struct reader r;
	uint8_t which;

	reader_init(&r, data, size);
	if ((group = group_of(&r)) == NULL || r.left == 0)
		return 0;
	which = reader_u8(&r);
	kind = which % 2 != 0 ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT;
	in = rest_of(&r);
	if (which / 2 % 3 == 0) {
		(void)try_key(group, kind, in);
		return 0;
	}
	if (which / 2 % 3 == 1) {
		rc = jurat_epid_key_decompress(key, sizeof key, group, kind, in, NULL);
	} else {
		if (in.len < 32)
			return 0;
		in.len -= 32;
		rc = jurat_epid_key_from_credential(key, sizeof key, group, kind, in, r.at + in.len, NULL);
	}
	if (rc == JURAT_EPID_OK && try_key(group, kind, (struct jurat_epid_bytes){ key, sizeof key }) != JURAT_EPID_OK)
		abort();
	return 0;
}
