/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/diag.h"
#include "epid/files_internal.h"

/* file_parser.h: EPID 2.0 writes its version as 02 00, EPID 1.1 as 01 00. */
#define VERSION_2_0 0x0200u
#define VERSION_1_1 0x0100u
#define GROUP_RECORD_LEN(GID_LEN) (JURAT_EPID_GROUP_KEY_LEN(GID_LEN) + EPID_SIGNED_EXTRA_LEN)

static const struct form_row {
	const char *name;
	uint16_t type; /* of the header; 0: without one */
	bool can_be_signed;
} forms[EPID_NUM_FORMS] = {
	[EPID_FORM_CA] = { "ca", 0x0011, true },
	[EPID_FORM_GROUP] = { "group", 0x000c, true },
	[EPID_FORM_PRIVRL] = { "privrl", 0x000d, true },
	[EPID_FORM_SIGRL] = { "sigrl", 0x000e, true },
	[EPID_FORM_GROUPRL] = { "grouprl", 0x000f, true },
	[EPID_FORM_VERIFIERRL] = { "verifierrl", 0, false },
	[EPID_FORM_PRIVRL_REQUEST] = { "privrl_request", 0x0003, false },
	[EPID_FORM_SIGRL_REQUEST] = { "sigrl_request", 0x000b, false },
	[EPID_FORM_GROUPRL_REQUEST] = { "grouprl_request", 0x0013, false },
	[EPID_FORM_ISSUER_KEY] = { "issuer_key", 0, false },
	[EPID_FORM_PRIVATE_KEY] = { "private_key", 0, false },
	[EPID_FORM_COMPRESSED_KEY] = { "compressed_key", 0, false },
	[EPID_FORM_CREDENTIAL] = { "credential", 0, false },
	[EPID_FORM_JOIN_REQUEST] = { "join_request", 0, false },
	[EPID_FORM_SPLIT_JOIN_REQUEST] = { "split_join_request", 0, false },
	[EPID_FORM_SIGNATURE] = { "signature", 0, false },
	[EPID_FORM_SPLIT_SIGNATURE] = { "split_signature", 0, false },
};

/* secp256r1, as the certificate repeats it: p, a, b, G, n (SEC 2, 2.4.2). */
static const uint8_t curve_parameters[192] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,
	0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd, 0x55, 0x76, 0x98, 0x86, 0xbc,
	0x65, 0x1d, 0x06, 0xb0, 0xcc, 0x53, 0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b,
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
	0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

const char *
epid_form_name(enum epid_form form)
{
	return (unsigned)form < EPID_NUM_FORMS ? forms[form].name : "unknown";
}

enum epid_form
epid_form_from_name(const char *name)
{
	for (unsigned k = 0; k < EPID_NUM_FORMS; k++) {
		if (strcmp(forms[k].name, name) == 0)
			return (enum epid_form)k;
	}
	return EPID_NUM_FORMS;
}

/* ---- the header ---- */

static bool
type_is_known(uint16_t type)
{
	for (unsigned k = 0; k < EPID_NUM_FORMS; k++) {
		if (forms[k].type != 0 && forms[k].type == type)
			return true;
	}
	return false;
}

bool
epid_header_read(uint16_t *out_version, uint16_t *out_type, const uint8_t *p, size_t len)
{
	uint32_t word;

	if (len < EPID_HEADER_LEN)
		return false;
	word = load32be(p);
	if ((word >> 16 != VERSION_2_0 && word >> 16 != VERSION_1_1) || !type_is_known((uint16_t)word))
		return false;
	*out_version = (uint16_t)(word >> 16);
	*out_type = (uint16_t)word;
	return true;
}

jurat_rc
epid_header_check(const uint8_t *p, size_t len, enum epid_form form, struct jurat_diag *d)
{
	uint16_t version, type;

	if (len < EPID_HEADER_LEN)
		return jurat_fail(d, JURAT_E_TRUNCATED, "epid.header", 0, EPID_HEADER_LEN, len);
	if (!epid_header_read(&version, &type, p, len) || type != forms[form].type)
		return jurat_fail(d, JURAT_E_FORMAT, "epid.header.type", 2, forms[form].type, load32be(p) & 0xffff);
	if (version != VERSION_2_0)
		return jurat_fail(d, JURAT_E_VERSION, "epid.header.version", 0, VERSION_2_0, version);
	return JURAT_OK;
}

void
epid_header_write(struct writer *w, enum epid_form form)
{
	writer_u32be(w, VERSION_2_0 << 16 | forms[form].type);
}

/* ---- signed and bare ---- */

static bool
has_header(const uint8_t *p, size_t len)
{
	uint16_t version, type;

	return epid_header_read(&version, &type, p, len);
}

/* open_signed: p is all of one record. */
static jurat_rc
open_signed(struct epid_file *out, enum epid_form form, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	jurat_rc rc = epid_header_check(p, len, form, d);

	if (rc != JURAT_OK)
		return rc;
	if (len < EPID_SIGNED_EXTRA_LEN)
		return jurat_fail(d, JURAT_E_TRUNCATED, "epid.file.signature", EPID_HEADER_LEN, EPID_FILE_SIGNATURE_LEN, len - EPID_HEADER_LEN);
	out->signed_part = p;
	out->signed_len = len - EPID_FILE_SIGNATURE_LEN;
	out->body = p + EPID_HEADER_LEN;
	out->body_len = len - EPID_SIGNED_EXTRA_LEN;
	out->signature = p + out->signed_len;
	return JURAT_OK;
}

jurat_rc
epid_file_open(struct epid_file *out, enum epid_form form, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	if (form == EPID_FORM_GROUP)
		return epid_group_file_open(out, p, len, 0, d);
	if ((unsigned)form >= EPID_NUM_FORMS || (!forms[form].can_be_signed && form != EPID_FORM_VERIFIERRL))
		return jurat_fail(d, JURAT_E_USAGE, "epid.form", NO_OFFSET, 0, (uint64_t)form);
	if (form == EPID_FORM_CA || has_header(p, len))
		return open_signed(out, form, p, len, d);
	*out = (struct epid_file){ .body = p, .body_len = len };
	return JURAT_OK;
}

/* record_len: of a signed group file's records, which all have one length; 0 if p is no such file. */
static size_t
record_len(const uint8_t *p, size_t len)
{
	static const size_t lengths[] = { GROUP_RECORD_LEN(EPID_GID_LEN), GROUP_RECORD_LEN(EPID_SGX_GID_LEN) };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		size_t at = 0;

		if (len == 0 || len % lengths[i] != 0)
			continue;
		while (at < len && has_header(p + at, lengths[i]))
			at += lengths[i];
		if (at == len)
			return lengths[i];
	}
	return 0;
}

size_t
epid_group_file_count(const uint8_t *p, size_t len)
{
	size_t record;

	if (!has_header(p, len))
		return epid_gid_len_of(EPID_FORM_GROUP, len) != 0;
	record = record_len(p, len);
	return record != 0 ? len / record : 0;
}

jurat_rc
epid_group_file_open(struct epid_file *out, const uint8_t *p, size_t len, size_t i, struct jurat_diag *d)
{
	size_t num = epid_group_file_count(p, len), record;

	if (has_header(p, len) && num == 0) {
		jurat_rc rc = epid_header_check(p, len, EPID_FORM_GROUP, d);

		return rc != JURAT_OK ? rc : jurat_fail(d, JURAT_E_FORMAT, "epid.group.length", NO_OFFSET, GROUP_RECORD_LEN(EPID_GID_LEN), len);
	}
	if (num == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "epid.group.length", NO_OFFSET, JURAT_EPID_GROUP_KEY_LEN(EPID_GID_LEN), len);
	if (i >= num)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "epid.group", NO_OFFSET, i, num);
	if (has_header(p, len)) {
		record = len / num;
		return open_signed(out, EPID_FORM_GROUP, p + i * record, record, d);
	}
	*out = (struct epid_file){ .body = p, .body_len = len };
	return JURAT_OK;
}

static void
signature_read(struct p256_signature *out, const uint8_t p[EPID_FILE_SIGNATURE_LEN])
{
	memcpy(out->r, p, sizeof out->r);
	memcpy(out->s, p + sizeof out->r, sizeof out->s);
}

jurat_rc
epid_file_check_vartime(const struct epid_file *f, const struct p256_public *ca, struct jurat_diag *d)
{
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];

	if (f->signature == NULL)
		return jurat_fail(d, JURAT_E_MISSING, "epid.file.signature", NO_OFFSET, 0, 0);
	signature_read(&sig, f->signature);
	sha256_once(digest, f->signed_part, f->signed_len);
	if (p256_check(ca) != JURAT_OK || ecdsa_verify_vartime(&sig, ca, digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "epid.file.signature", f->signed_len, 0, 0);
	return JURAT_OK;
}

/* sign_record: the signature behind the len bytes at p. */
static jurat_rc
sign_record(uint8_t *p, size_t len, const struct p256_private *ca, struct jurat_diag *d)
{
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];
	jurat_rc rc;

	sha256_once(digest, p, len);
	rc = ecdsa_sign(&sig, ca, digest);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "epid.ca_key", NO_OFFSET, 0, 0);
	memcpy(p + len, sig.r, sizeof sig.r);
	memcpy(p + len + sizeof sig.r, sig.s, sizeof sig.s);
	return JURAT_OK;
}

jurat_rc
epid_file_sign(uint8_t *out, size_t cap, enum epid_form form, const uint8_t *body, size_t body_len, const struct p256_private *ca,
    struct jurat_diag *d)
{
	if ((unsigned)form >= EPID_NUM_FORMS || !forms[form].can_be_signed || form == EPID_FORM_CA)
		return jurat_fail(d, JURAT_E_USAGE, "epid.form", NO_OFFSET, 0, (uint64_t)form);
	if (cap < EPID_SIGNED_EXTRA_LEN || cap - EPID_SIGNED_EXTRA_LEN < body_len)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "epid.file", NO_OFFSET, cap, body_len);
	memmove(out + EPID_HEADER_LEN, body, body_len);
	store32be(out, VERSION_2_0 << 16 | forms[form].type);
	return sign_record(out, EPID_HEADER_LEN + body_len, ca, d);
}

/* ---- the issuing CA's certificate ---- */

jurat_rc
epid_ca_parse(struct epid_ca *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct epid_file f;
	struct epid_ca ca;
	struct reader r;
	const uint8_t *parameters;
	jurat_rc rc = open_signed(&f, EPID_FORM_CA, p, len, d);

	if (rc != JURAT_OK)
		return rc;
	reader_init(&r, f.body, f.body_len);
	reader_copy(&r, ca.pub.x, sizeof ca.pub.x);
	reader_copy(&r, ca.pub.y, sizeof ca.pub.y);
	parameters = reader_take(&r, sizeof curve_parameters);
	if ((rc = reader_end(&r, "epid.ca", d)) != JURAT_OK)
		return rc;
	if (memcmp(parameters, curve_parameters, sizeof curve_parameters) != 0)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "epid.ca.curve", EPID_HEADER_LEN + sizeof ca.pub, 0, 0);
	if (p256_check(&ca.pub) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "epid.ca.public_key", EPID_HEADER_LEN, 0, 0);
	ca.self_signed = epid_file_check_vartime(&f, &ca.pub, NULL) == JURAT_OK;
	*out = ca;
	return JURAT_OK;
}

jurat_rc
epid_ca_write(uint8_t out[EPID_CA_LEN], const struct p256_private *key, struct jurat_diag *d)
{
	uint8_t cert[EPID_CA_LEN];
	struct p256_public pub;
	struct writer w;
	jurat_rc rc = p256_public_of(&pub, key);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "epid.ca_key", NO_OFFSET, 0, 0);
	writer_init(&w, cert, sizeof cert);
	epid_header_write(&w, EPID_FORM_CA);
	writer_copy(&w, pub.x, sizeof pub.x);
	writer_copy(&w, pub.y, sizeof pub.y);
	writer_copy(&w, curve_parameters, sizeof curve_parameters);
	if ((rc = writer_check(&w, "epid.ca", d)) != JURAT_OK || (rc = sign_record(cert, w.len, key, d)) != JURAT_OK)
		return rc;
	memcpy(out, cert, sizeof cert);
	return JURAT_OK;
}
