/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for revocation, as Intel's revoke tools write them; and telling files apart. */
#include "core/diag.h"
#include "epid/files_internal.h"

/* after_header: a reader over what follows the header of this form. */
static jurat_rc
after_header(struct reader *out, enum epid_form form, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	jurat_rc rc = epid_header_check(p, len, form, d);

	if (rc != JURAT_OK)
		return rc;
	reader_init(out, p, len);
	(void)reader_take(out, EPID_HEADER_LEN);
	return JURAT_OK;
}

jurat_rc
epid_privrl_request_parse(const uint8_t **out_key, size_t *out_len, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct reader r;
	jurat_rc rc = after_header(&r, EPID_FORM_PRIVRL_REQUEST, p, len, d);

	if (rc != JURAT_OK)
		return rc;
	if (epid_gid_len_of(EPID_FORM_PRIVATE_KEY, r.left) == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "epid.request.length", r.off, JURAT_EPID_PRIVATE_KEY_LEN(EPID_GID_LEN), r.left);
	*out_key = r.at;
	*out_len = r.left;
	return JURAT_OK;
}

/* sigrl_request_as: r stands behind the header. Every field is checked by the exact end of the message. */
static bool
sigrl_request_as(struct epid_sigrl_request *out, struct reader r, enum jurat_epid_kind kind)
{
	struct epid_sigrl_request q = { .gid_len = EPID_GID_LEN };
	size_t fixed_len = JURAT_EPID_SIGNATURE_LEN(kind, 0), proof_len = JURAT_EPID_NR_PROOF_LEN(kind);
	uint32_t num, message_len;

	q.gid = reader_take(&r, EPID_GID_LEN);
	q.signature = reader_take(&r, fixed_len);
	if (r.failed)
		return false;
	num = load32be(r.at - 4);
	if (num > EPID_LIST_MAX_ENTRIES || reader_take(&r, num * proof_len) == NULL)
		return false;
	q.signature_len = fixed_len + num * proof_len;
	message_len = reader_u32be(&r);
	q.message = reader_take(&r, message_len);
	q.message_len = message_len;
	if (r.failed || r.left != 0)
		return false;
	*out = q;
	return true;
}

jurat_rc
epid_sigrl_request_parse(struct epid_sigrl_request *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct reader r;
	jurat_rc rc = after_header(&r, EPID_FORM_SIGRL_REQUEST, p, len, d);

	if (rc != JURAT_OK)
		return rc;
	if (sigrl_request_as(out, r, JURAT_EPID_SPLIT) || sigrl_request_as(out, r, JURAT_EPID_NOT_SPLIT))
		return JURAT_OK;
	return jurat_fail(d, JURAT_E_FORMAT, "epid.request.length", NO_OFFSET, 0, len);
}

jurat_rc
epid_grouprl_request_parse(struct epid_grouprl_request *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct epid_grouprl_request q;
	struct reader r;
	jurat_rc rc = after_header(&r, EPID_FORM_GROUPRL_REQUEST, p, len, d);

	if (rc != JURAT_OK)
		return rc;
	q.num = reader_u32be(&r);
	if ((rc = reader_check(&r, "epid.request.count", d)) != JURAT_OK)
		return rc;
	if (q.num > EPID_LIST_MAX_ENTRIES)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "epid.request.count", EPID_HEADER_LEN, EPID_LIST_MAX_ENTRIES, q.num);
	q.entries = reader_take(&r, q.num * (size_t)EPID_GROUPRL_REQUEST_ENTRY_LEN);
	if ((rc = reader_end(&r, "epid.request.count", d)) != JURAT_OK)
		return rc;
	*out = q;
	return JURAT_OK;
}

void
epid_privrl_request_write(struct writer *w, const uint8_t *key, size_t key_len)
{
	epid_header_write(w, EPID_FORM_PRIVRL_REQUEST);
	writer_copy(w, key, key_len);
}

void
epid_sigrl_request_write(struct writer *w, const struct epid_sigrl_request *r)
{
	epid_header_write(w, EPID_FORM_SIGRL_REQUEST);
	writer_copy(w, r->gid, r->gid_len);
	writer_copy(w, r->signature, r->signature_len);
	if (r->message_len > UINT32_MAX)
		w->failed = true;
	writer_u32be(w, (uint32_t)r->message_len);
	writer_copy(w, r->message, r->message_len);
}

void
epid_grouprl_request_write(struct writer *w, const struct epid_grouprl_request *r)
{
	epid_header_write(w, EPID_FORM_GROUPRL_REQUEST);
	writer_u32be(w, r->num);
	writer_copy(w, r->entries, r->num * (size_t)EPID_GROUPRL_REQUEST_ENTRY_LEN);
}

/* ---- what is this file? ---- */

/* after_gid: what follows the group id in structures of one length; 0 for those without an id. */
static size_t
after_gid(enum epid_form form)
{
	switch (form) {
	case EPID_FORM_GROUP:
		return JURAT_EPID_GROUP_KEY_LEN(0);
	case EPID_FORM_ISSUER_KEY:
		return JURAT_EPID_ISSUER_KEY_LEN(0);
	case EPID_FORM_PRIVATE_KEY:
		return JURAT_EPID_PRIVATE_KEY_LEN(0);
	case EPID_FORM_COMPRESSED_KEY:
		return JURAT_EPID_COMPRESSED_KEY_LEN(0);
	case EPID_FORM_CREDENTIAL:
		return JURAT_EPID_CREDENTIAL_LEN(0);
	default:
		return 0;
	}
}

size_t
epid_gid_len_of(enum epid_form form, size_t len)
{
	size_t rest = after_gid(form);

	if (rest != 0 && len == EPID_GID_LEN + rest)
		return EPID_GID_LEN;
	return rest != 0 && len == EPID_SGX_GID_LEN + rest ? EPID_SGX_GID_LEN : 0;
}

static bool
could_be_list(enum epid_form form, const uint8_t *p, size_t len)
{
	struct epid_list list;
	struct epid_file f;

	return epid_file_open(&f, form, p, len, NULL) == JURAT_OK && epid_list_parse(&list, form, f.body, f.body_len, NULL) == JURAT_OK;
}

static bool
could_be_signature(bool split, const uint8_t *p, size_t len)
{
	struct epid_signature s;

	return epid_signature_parse(&s, p, len, NULL) == JURAT_OK && s.split == split;
}

static bool
could_be_request(enum epid_form form, const uint8_t *p, size_t len)
{
	struct epid_sigrl_request sig;
	struct epid_grouprl_request group;
	const uint8_t *key;
	size_t key_len;

	if (form == EPID_FORM_PRIVRL_REQUEST)
		return epid_privrl_request_parse(&key, &key_len, p, len, NULL) == JURAT_OK;
	if (form == EPID_FORM_SIGRL_REQUEST)
		return epid_sigrl_request_parse(&sig, p, len, NULL) == JURAT_OK;
	return epid_grouprl_request_parse(&group, p, len, NULL) == JURAT_OK;
}

static bool
could_be(enum epid_form form, const uint8_t *p, size_t len)
{
	struct epid_file f;
	struct epid_ca ca;

	switch (form) {
	case EPID_FORM_CA:
		return epid_ca_parse(&ca, p, len, NULL) == JURAT_OK;
	case EPID_FORM_GROUP:
		return epid_group_file_open(&f, p, len, 0, NULL) == JURAT_OK;
	case EPID_FORM_PRIVRL:
	case EPID_FORM_SIGRL:
	case EPID_FORM_GROUPRL:
	case EPID_FORM_VERIFIERRL:
		return could_be_list(form, p, len);
	case EPID_FORM_PRIVRL_REQUEST:
	case EPID_FORM_SIGRL_REQUEST:
	case EPID_FORM_GROUPRL_REQUEST:
		return could_be_request(form, p, len);
	case EPID_FORM_JOIN_REQUEST:
		return len == JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_NOT_SPLIT);
	case EPID_FORM_SPLIT_JOIN_REQUEST:
		return len == JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT);
	case EPID_FORM_SIGNATURE:
	case EPID_FORM_SPLIT_SIGNATURE:
		return could_be_signature(form == EPID_FORM_SPLIT_SIGNATURE, p, len);
	default:
		return epid_gid_len_of(form, len) != 0;
	}
}

uint32_t
epid_forms_of(const uint8_t *p, size_t len)
{
	uint32_t set = 0;

	for (unsigned k = 0; k < EPID_NUM_FORMS; k++) {
		if (could_be((enum epid_form)k, p, len))
			set |= 1u << k;
	}
	return set;
}
