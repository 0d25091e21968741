/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group key, length of the message (2 bytes, big-endian), message, signature. What is accepted is so over this message and this base alone, has
 * the form of a signature, and is accepted among others as well.
 */
#include "epid_input.h"

#include "epid/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* check_accepted: with flags, whatever the list in it. */
static void
check_accepted(const struct jurat_epid_verifier *v, struct jurat_epid_bytes sig, struct jurat_epid_bytes msg)
{
	struct jurat_epid_bytes longer = { NULL, msg.len + 1 }, sigs[2] = { sig, sig }, msgs[2] = { msg, { NULL, 0 } };
	uint8_t *other = malloc(longer.len);
	struct epid_signature s;
	jurat_epid_rc out[2];

	if (other == NULL)
		exit(1);
	if (msg.len != 0)
		memcpy(other, msg.p, msg.len);
	other[msg.len] = 0;
	longer.p = other;
	msgs[1] = longer;
	if (epid_signature_parse(&s, sig.p, sig.len, NULL) != JURAT_OK)
		abort();
	if (jurat_epid_verify(v, sig, longer, NULL) != JURAT_EPID_SIG_INVALID)
		abort();
	if (jurat_epid_verify_batch(out, v, sigs, msgs, 2) != JURAT_EPID_OK || out[0] != JURAT_EPID_OK || out[1] != JURAT_EPID_SIG_INVALID)
		abort();
	free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_epid_verifier *v = NULL;
	const struct jurat_epid_group *group;
	struct jurat_epid_bytes msg, sig;
	struct reader r;

	reader_init(&r, data, size);
	if ((group = group_of(&r)) == NULL)
		return 0;
	msg.len = (size_t)reader_u8(&r) << 8;
	msg.len |= reader_u8(&r);
	msg.p = reader_take(&r, msg.len);
	if (r.failed)
		return 0;
	sig = rest_of(&r);
	if (jurat_epid_verifier_new(&v, group, NULL, JURAT_EPID_COMPAT, NULL) != JURAT_EPID_OK)
		exit(1);
	if (jurat_epid_verify(v, sig, msg, NULL) == JURAT_EPID_OK)
		check_accepted(v, sig, msg);
	jurat_epid_verifier_free(v);
	return 0;
}
