/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists and signatures: a head, a count, and as many entries as it says. */
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "epid/files.h"

#define G1_LEN 64

/* entry_len: also says whether form is a list at all: 0 if not. */
static size_t
entry_len(enum epid_form form, size_t gid_len)
{
	switch (form) {
	case EPID_FORM_PRIVRL:
		return 32; /* f */
	case EPID_FORM_SIGRL:
		return 2 * G1_LEN; /* B, K */
	case EPID_FORM_VERIFIERRL:
		return G1_LEN; /* K */
	case EPID_FORM_GROUPRL:
		return gid_len;
	default:
		return 0;
	}
}

/* parse_as: with this length of group ids. */
static jurat_rc
parse_as(struct epid_list *out, enum epid_form form, size_t gid_len, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct epid_list l = { .form = form, .gid_len = gid_len, .entry_len = entry_len(form, gid_len) };
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	if (form != EPID_FORM_GROUPRL)
		l.gid = reader_take(&r, gid_len);
	if (form == EPID_FORM_VERIFIERRL)
		l.base = reader_take(&r, G1_LEN);
	l.version = reader_u32be(&r);
	l.num = reader_u32be(&r);
	if ((rc = reader_check(&r, "epid.list", d)) != JURAT_OK)
		return rc;
	if (l.num > EPID_LIST_MAX_ENTRIES)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "epid.list.count", r.off - 4, EPID_LIST_MAX_ENTRIES, l.num);
	l.entries = reader_take(&r, l.num * l.entry_len);
	if ((rc = reader_end(&r, "epid.list.count", d)) != JURAT_OK)
		return rc;
	*out = l;
	return JURAT_OK;
}

jurat_rc
epid_list_parse(struct epid_list *out, enum epid_form form, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	if (entry_len(form, EPID_GID_LEN) == 0)
		return jurat_fail(d, JURAT_E_USAGE, "epid.form", NO_OFFSET, 0, (uint64_t)form);
	/* entries and ids have lengths whose remainders differ, so that at most one form fits; the longer one explains what is wrong */
	if (parse_as(out, form, EPID_GID_LEN, p, len, NULL) == JURAT_OK || parse_as(out, form, EPID_SGX_GID_LEN, p, len, NULL) == JURAT_OK)
		return JURAT_OK;
	return parse_as(out, form, EPID_GID_LEN, p, len, d);
}

/* ---- signatures ---- */

static bool
signature_as(struct epid_signature *out, bool split, const uint8_t *p, size_t len)
{
	struct epid_signature s = { .split = split };
	struct reader r;

	s.proof_len = JURAT_EPID_NR_PROOF_LEN(split ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT);
	reader_init(&r, p, len);
	s.basic = reader_take(&r, JURAT_EPID_BASIC_LEN);
	if (split)
		s.nonce = reader_take(&r, 32);
	s.rl_version = reader_u32be(&r);
	s.num_proofs = reader_u32be(&r);
	s.proofs = r.at;
	if (r.failed || r.left % s.proof_len != 0 || r.left / s.proof_len != s.num_proofs)
		return false;
	*out = s;
	return true;
}

jurat_rc
epid_signature_parse(struct epid_signature *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	if (signature_as(out, true, p, len) || signature_as(out, false, p, len))
		return JURAT_OK;
	return jurat_fail(d, JURAT_E_FORMAT, "epid.signature.length", NO_OFFSET, 0, len);
}
