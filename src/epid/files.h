/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel's EPID 2.0 files: what stands around and between the structures of jurat/epid.h (docs/formats/epid.md). Parsing gives views that borrow
 * the input; nothing here knows the curve, so points and scalars are checked by those who use them. Numbers are big-endian, lengths exact.
 *
 * A signed file is a header of four bytes, a body, and ECDSA P-256 over both (SHA-256, r and s big-endian). A bare file is the body alone. The
 * two are told apart by the header: a body can begin with the same four bytes, and then does not count as bare (its length would not fit a
 * signed file, so that nothing is ever taken for what it is not).
 *
 * Two forms of group id exist: 16 bytes (EPID SDK 7 and later) and 4 (SGX). Lengths tell which; where they do not (a group list), its count does.
 */
#ifndef EPID_FILES_H
#define EPID_FILES_H

#include "core/bytes.h"
#include "crypto/crypto.h"
#include "jurat/epid.h"

#define EPID_GID_LEN 16
#define EPID_SGX_GID_LEN 4
#define EPID_HEADER_LEN 4
#define EPID_FILE_SIGNATURE_LEN 64
#define EPID_SIGNED_EXTRA_LEN (EPID_HEADER_LEN + EPID_FILE_SIGNATURE_LEN)
#define EPID_CA_LEN 324

/* More entries than any list of Intel's has had; what a reader of files is ready to hold (SigRL: 128 MiB). */
#define EPID_LIST_MAX_ENTRIES (1u << 20)
#define EPID_FILE_MAX_LEN ((size_t)EPID_LIST_MAX_ENTRIES * 128 + 4096)

/* What a file is. The values are nobody's wire format. */
enum epid_form {
	EPID_FORM_CA,
	EPID_FORM_GROUP,
	EPID_FORM_PRIVRL,
	EPID_FORM_SIGRL,
	EPID_FORM_GROUPRL,
	EPID_FORM_VERIFIERRL,      /* never signed: the verifier's own */
	EPID_FORM_PRIVRL_REQUEST,  /* requests to the issuer, as Intel's tools write them; not signed */
	EPID_FORM_SIGRL_REQUEST,
	EPID_FORM_GROUPRL_REQUEST,
	EPID_FORM_ISSUER_KEY,
	EPID_FORM_PRIVATE_KEY,
	EPID_FORM_COMPRESSED_KEY,
	EPID_FORM_CREDENTIAL,
	EPID_FORM_JOIN_REQUEST,
	EPID_FORM_SPLIT_JOIN_REQUEST,
	EPID_FORM_SIGNATURE,
	EPID_FORM_SPLIT_SIGNATURE,
	EPID_NUM_FORMS,
};

/* epid_form_name: "privrl", "split_signature"; never NULL. epid_form_from_name: EPID_NUM_FORMS if there is none. */
const char *epid_form_name(enum epid_form form);
enum epid_form epid_form_from_name(const char *name);

/* ---- signed and bare ---- */

struct epid_file {
	const uint8_t *signed_part; /* header and body */
	size_t signed_len;
	const uint8_t *body;
	size_t body_len;
	const uint8_t *signature; /* 64 bytes; NULL: the file is bare */
};

/*
 * epid_file_open: form is one of CA, GROUP, PRIVRL, SIGRL, GROUPRL (each may be signed) or VERIFIERRL. The body's own form is not looked into. A file
 * whose header is that of another kind is refused (JURAT_E_FORMAT, "epid.header.type"), as is another version (JURAT_E_VERSION), a signed file
 * too short for its signature (JURAT_E_TRUNCATED), and any header at all before a VERIFIERRL. Of a signed GROUP file with several keys this is the
 * first one, as Intel's parser does it; epid_group_file_open gives each.
 */
MUST_USE jurat_rc epid_file_open(struct epid_file *out, enum epid_form form, const uint8_t *p, size_t len, struct jurat_diag *d);

/*
 * epid_group_file_count: how many keys a GROUP file has: N records of 340 (or 328) bytes, or one bare key; 0 if it is no such file.
 * epid_group_file_open: the i-th; JURAT_E_NOT_FOUND beyond the last.
 */
size_t epid_group_file_count(const uint8_t *p, size_t len);
MUST_USE jurat_rc epid_group_file_open(
    struct epid_file *out, const uint8_t *p, size_t len, size_t i, struct jurat_diag *d);

/* epid_file_check_vartime: JURAT_E_CRYPTO unless ca signed it; JURAT_E_MISSING for a bare file. */
MUST_USE jurat_rc epid_file_check_vartime(const struct epid_file *f, const struct p256_public *ca, struct jurat_diag *d);

/*
 * epid_file_sign: header, body, signature to out (body_len + EPID_SIGNED_EXTRA_LEN bytes); JURAT_E_TOO_LARGE if cap is less, JURAT_E_USAGE for a form
 * that is never signed. body may lie at out + EPID_HEADER_LEN, else they do not overlap. Constant time in the key.
 */
MUST_USE jurat_rc epid_file_sign(uint8_t *out, size_t cap, enum epid_form form, const uint8_t *body, size_t body_len,
    const struct p256_private *ca, struct jurat_diag *d);

/* ---- the issuing CA's certificate: 324 bytes, a P-256 key beside the curve's own parameters ---- */

struct epid_ca {
	struct p256_public pub;
	bool self_signed; /* the certificate's signature is its own key's; a CA above it is nothing that this format names */
};

/*
 * epid_ca_parse: JURAT_E_UNSUPPORTED for any other curve, JURAT_E_CRYPTO for a key that is no point. It does not authenticate: whoever names the
 * file trusts it. epid_ca_write: the self-signed certificate of this key.
 */
MUST_USE jurat_rc epid_ca_parse(struct epid_ca *out, const uint8_t *p, size_t len, struct jurat_diag *d);
MUST_USE jurat_rc epid_ca_write(uint8_t out[EPID_CA_LEN], const struct p256_private *key, struct jurat_diag *d);

/* ---- lists ---- */

struct epid_list {
	enum epid_form form;
	const uint8_t *gid; /* NULL for a GROUPRL */
	size_t gid_len;     /* of the list, and of a GROUPRL's entries */
	const uint8_t *base; /* VERIFIERRL: B, 64 bytes */
	uint32_t version;
	uint32_t num;
	const uint8_t *entries;
	size_t entry_len;
};

/*
 * epid_list_parse: a body of form PRIVRL, SIGRL, GROUPRL or VERIFIERRL; its length must be exactly what its count says: JURAT_E_TRUNCATED,
 * JURAT_E_TRAILING, JURAT_E_TOO_LARGE above EPID_LIST_MAX_ENTRIES. An empty GROUPRL counts as one of 16-byte ids.
 */
MUST_USE jurat_rc epid_list_parse(
    struct epid_list *out, enum epid_form form, const uint8_t *p, size_t len, struct jurat_diag *d);

/* ---- requests for revocation ---- */

struct epid_sigrl_request {
	const uint8_t *gid;
	size_t gid_len;
	const uint8_t *signature; /* its length follows from its count of proofs */
	size_t signature_len;
	const uint8_t *message;
	size_t message_len;
};

/* epid_privrl_request_parse: the private key (gid, A, x, f), 144 or 132 bytes. */
MUST_USE jurat_rc epid_privrl_request_parse(
    const uint8_t **out_key, size_t *out_len, const uint8_t *p, size_t len, struct jurat_diag *d);
/*
 * epid_sigrl_request_parse: Intel's tool writes 16-byte ids alone, and so must this be. Where a length fits both kinds of signature the split one is
 * taken, as everywhere (epid_signature_parse).
 */
MUST_USE jurat_rc epid_sigrl_request_parse(
    struct epid_sigrl_request *out, const uint8_t *p, size_t len, struct jurat_diag *d);

struct epid_grouprl_request {
	uint32_t num;
	const uint8_t *entries; /* num times gid (16 bytes) and a reason (1 byte) */
};
#define EPID_GROUPRL_REQUEST_ENTRY_LEN (EPID_GID_LEN + 1)
MUST_USE jurat_rc epid_grouprl_request_parse(
    struct epid_grouprl_request *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* The writers say with w whether all fitted (writer_check). */
void epid_privrl_request_write(struct writer *w, const uint8_t *key, size_t key_len);
void epid_sigrl_request_write(struct writer *w, const struct epid_sigrl_request *r);
void epid_grouprl_request_write(struct writer *w, const struct epid_grouprl_request *r);

/* ---- signatures ---- */

struct epid_signature {
	bool split;
	const uint8_t *basic; /* B, K, T, c, sx, sf, sa, sb */
	const uint8_t *nonce; /* split: 32 bytes; else NULL */
	uint32_t rl_version;
	uint32_t num_proofs;
	const uint8_t *proofs;
	size_t proof_len; /* 160, split 192 */
};

/*
 * epid_signature_parse: which of the two kinds it is follows from length and count alone, the split one first (Intel's sig_types.c). JURAT_E_FORMAT if
 * neither fits.
 */
MUST_USE jurat_rc epid_signature_parse(struct epid_signature *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* ---- what is this file? ---- */

/*
 * epid_forms_of: a set (bit 1 << form) of what p can be by header, length and count. Empty lists look alike; otherwise two members are a
 * coincidence of 2^-32.
 */
uint32_t epid_forms_of(const uint8_t *p, size_t len);

/* epid_gid_len_of: of a bare structure with one length for each form of group id (GROUP, keys, credential): 16, 4, or 0 if the length is wrong. */
size_t epid_gid_len_of(enum epid_form form, size_t len);

#endif
