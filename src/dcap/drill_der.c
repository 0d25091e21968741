/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/drill_der.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "dcap/pki_key.h"
#include "x509/pem.h"

#define F "drill.der"
#define ROOM 4096u /* what an edit adds at most, besides an element once more */

/* One element that was read. */
struct element {
	unsigned tag;
	struct x509_span content, all;
};

static jurat_rc
read_element(struct reader *r, struct element *out, struct jurat_diag *d)
{
	struct reader content;
	struct element e = { 0 };
	jurat_rc rc = der_read_any(r, &e.tag, &content, &e.all, F, d);

	if (rc != JURAT_OK)
		return rc;
	e.content = (struct x509_span){ content.at, content.left };
	*out = e;
	return JURAT_OK;
}

static void
put_element(struct writer *w, unsigned tag, const void *p, size_t len)
{
	pki_put_head(w, (uint8_t)tag, len);
	writer_copy(w, p, len);
}

/* put_long_length: a zero byte more than the length needs (X.690 §10.1 forbids it). */
static void
put_long_length(struct writer *w, const struct element *e)
{
	writer_u8(w, (uint8_t)e->tag);
	writer_u8(w, 0x83);
	writer_u8(w, 0);
	writer_u8(w, (uint8_t)(e->content.len >> 8));
	writer_u8(w, (uint8_t)e->content.len);
	writer_copy(w, e->content.p, e->content.len);
}

/* put_compressed: 00 04 x y becomes 00 02 x or 00 03 x (SEC 1 §2.3.3). */
static void
put_compressed(struct writer *w, const struct element *e)
{
	uint8_t point[34] = { 0 };

	if (e->content.len != 66) {
		w->failed = true;
		return;
	}
	point[1] = (uint8_t)(2 + (e->content.p[65] & 1));
	memcpy(point + 2, e->content.p + 2, 32);
	put_element(w, e->tag, point, sizeof point);
}

/* put_joined: the element with two parts for contents. */
static void
put_joined(struct writer *w, unsigned tag, struct x509_span first, struct x509_span second)
{
	pki_put_head(w, (uint8_t)tag, first.len + second.len);
	writer_copy(w, first.p, first.len);
	writer_copy(w, second.p, second.len);
}

static void
put_changed(struct writer *w, const struct element *e, const struct drill_der_edit *edit)
{
	static const uint8_t zero[1] = { 0 };
	const struct x509_span bytes = { (const uint8_t *)edit->bytes, edit->len };

	switch (edit->op) {
	case DER_REMOVE:
		return;
	case DER_TWICE:
		writer_copy(w, e->all.p, e->all.len);
		writer_copy(w, e->all.p, e->all.len);
		return;
	case DER_REPLACE:
		writer_copy(w, bytes.p, bytes.len);
		return;
	case DER_CONTENT:
		put_element(w, e->tag, bytes.p, bytes.len);
		return;
	case DER_TAG:
		put_element(w, bytes.p[0], e->content.p, e->content.len);
		return;
	case DER_BEHIND:
		writer_copy(w, e->all.p, e->all.len);
		writer_copy(w, bytes.p, bytes.len);
		return;
	case DER_AT_END:
		put_joined(w, e->tag, e->content, bytes);
		return;
	case DER_PADDED:
		put_joined(w, e->tag, (struct x509_span){ zero, 1 }, e->content);
		return;
	case DER_LONG_LENGTH:
		put_long_length(w, e);
		return;
	case DER_COMPRESSED:
		put_compressed(w, e);
		return;
	}
}

/* rewrite: the element with the change where path leads. Recursion ends with the path, which is a literal of a dozen numbers at most. */
static jurat_rc
rewrite(struct writer *w, const struct element *e, const char *path, const struct drill_der_edit *edit, struct jurat_diag *d)
{
	size_t cap = 2 * e->all.len + ROOM;
	char *rest = NULL;
	unsigned long wanted;
	struct writer inner;
	struct reader r;
	uint8_t *buf;
	jurat_rc rc = JURAT_OK;
	bool found = false;

	if (*path == '\0') {
		put_changed(w, e, edit);
		return JURAT_OK;
	}
	buf = malloc(cap);
	if (buf == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	writer_init(&inner, buf, cap);
	reader_init(&r, e->content.p, e->content.len);
	wanted = strtoul(path, &rest, 10);
	if (e->tag == DER_BIT_STRING)
		writer_u8(&inner, reader_u8(&r));
	for (unsigned long i = 0; rc == JURAT_OK && r.left != 0; i++) {
		struct element child;

		rc = read_element(&r, &child, d);
		if (rc == JURAT_OK && i == wanted)
			rc = rewrite(&inner, &child, *rest == '.' ? rest + 1 : rest, edit, d);
		else if (rc == JURAT_OK)
			writer_copy(&inner, child.all.p, child.all.len);
		found = found || i == wanted;
	}
	if (rc == JURAT_OK && !found)
		rc = jurat_fail(d, JURAT_E_INTERNAL, F, r.off, 0, wanted);
	if (rc == JURAT_OK)
		rc = writer_check(&inner, F, d);
	if (rc == JURAT_OK)
		put_element(w, e->tag, buf, inner.len);
	free(buf);
	return rc;
}

/* change_bytes: *bytes after one edit, in fresh memory; what was there is freed. */
static jurat_rc
change_bytes(uint8_t **bytes, size_t *len, const struct drill_der_edit *edit, struct jurat_diag *d)
{
	size_t cap = 2 * *len + ROOM;
	uint8_t *out = malloc(cap);
	struct element whole;
	struct writer w;
	struct reader r;
	jurat_rc rc;

	if (out == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	reader_init(&r, *bytes, *len);
	writer_init(&w, out, cap);
	rc = read_element(&r, &whole, d);
	if (rc == JURAT_OK)
		rc = rewrite(&w, &whole, edit->path, edit, d);
	if (rc == JURAT_OK)
		rc = writer_check(&w, F, d);
	if (rc != JURAT_OK) {
		free(out);
		return rc;
	}
	free(*bytes);
	*bytes = out;
	*len = w.len;
	return JURAT_OK;
}

/* digest_of: what ECDSA on P-256 signs: the first 32 bytes of a longer digest (FIPS 186-5 §6.4.1). */
static bool
digest_of(uint8_t out[SHA256_LEN], struct x509_span signed_part, bool sha384)
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (EVP_Digest(signed_part.p, signed_part.len, digest, NULL, sha384 ? EVP_sha384() : EVP_sha256(), NULL) != 1)
		return false;
	memcpy(out, digest, SHA256_LEN);
	return true;
}

/* put_number: 32 bytes as an INTEGER in its shortest form. */
static void
put_number(struct writer *w, const uint8_t p[32])
{
	uint8_t bytes[33] = { 0 };
	size_t skip = 0;

	memcpy(bytes + 1, p, 32);
	while (skip < 32 && bytes[skip] == 0 && bytes[skip + 1] < 0x80)
		skip++;
	put_element(w, DER_INTEGER, bytes + skip, sizeof bytes - skip);
}

static void
put_signature(struct writer *w, const struct p256_signature *sig)
{
	uint8_t numbers[80], pair[88];
	struct writer inner, outer;

	writer_init(&inner, numbers, sizeof numbers);
	put_number(&inner, sig->r);
	put_number(&inner, sig->s);
	writer_init(&outer, pair, sizeof pair);
	writer_u8(&outer, 0); /* of the BIT STRING: no unused bits */
	put_element(&outer, DER_SEQUENCE, numbers, inner.len);
	put_element(w, DER_BIT_STRING, pair, outer.len);
}

/* sign_again: *bytes = SEQUENCE { contents, algorithm, signature } with a new signature over the contents. */
static jurat_rc
sign_again(uint8_t **bytes, size_t *len, const struct pki_key *issuer, bool sha384, struct jurat_diag *d)
{
	struct element whole, contents, algorithm;
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN], signature[96];
	struct writer w, value;
	struct reader r;
	uint8_t *out;
	jurat_rc rc;

	reader_init(&r, *bytes, *len);
	rc = read_element(&r, &whole, d);
	reader_init(&r, whole.content.p, whole.content.len);
	if (rc == JURAT_OK)
		rc = read_element(&r, &contents, d);
	if (rc == JURAT_OK)
		rc = read_element(&r, &algorithm, d);
	if (rc != JURAT_OK)
		return rc;
	if (!digest_of(digest, contents.all, sha384) || ecdsa_sign(&sig, &issuer->secret, digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_INTERNAL, F, NO_OFFSET, 0, 0);
	writer_init(&value, signature, sizeof signature);
	put_signature(&value, &sig);
	out = malloc(*len + ROOM);
	if (out == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	writer_init(&w, out, *len + ROOM);
	pki_put_head(&w, DER_SEQUENCE, contents.all.len + algorithm.all.len + value.len);
	writer_copy(&w, contents.all.p, contents.all.len);
	writer_copy(&w, algorithm.all.p, algorithm.all.len);
	writer_copy(&w, signature, value.len);
	free(*bytes);
	*bytes = out;
	*len = w.len;
	return writer_check(&w, F, d);
}

static jurat_rc
change_all(uint8_t **bytes, size_t *len, const struct drill_der *change, bool after, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	for (size_t i = 0; rc == JURAT_OK && i < DRILL_DER_EDITS_MAX; i++) {
		if (change->edit[i].path != NULL && change->edit[i].after == after)
			rc = change_bytes(bytes, len, &change->edit[i], d);
	}
	return rc;
}

jurat_rc
drill_der_remake(uint8_t **out, size_t *out_len, const uint8_t *der, size_t len, const struct drill_der *change,
    const struct pki_key *issuer, struct jurat_diag *d)
{
	uint8_t *bytes = malloc(len);
	jurat_rc rc;

	if (bytes == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	memcpy(bytes, der, len);
	rc = change_all(&bytes, &len, change, false, d);
	if (rc == JURAT_OK)
		rc = sign_again(&bytes, &len, issuer, change->sha384, d);
	if (rc == JURAT_OK)
		rc = change_all(&bytes, &len, change, true, d);
	if (rc != JURAT_OK) {
		free(bytes);
		return rc;
	}
	*out = bytes;
	*out_len = len;
	return JURAT_OK;
}

static char *
pem_of(const uint8_t *der, size_t len)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *copy = NULL;
	long text_len = 0;

	if (bio != NULL && PEM_write_bio(bio, PEM_STRING_X509, "", der, (long)len) > 0)
		text_len = BIO_get_mem_data(bio, &text);
	if (text_len > 0)
		copy = strndup(text, (size_t)text_len);
	BIO_free(bio);
	return copy;
}

jurat_rc
drill_der_remake_pem(
    char **out, const char *pem, const struct drill_der *change, const struct pki_key *issuer, struct jurat_diag *d)
{
	struct pem blocks CLEANUP(pem_clear) = { 0 };
	uint8_t *der = NULL;
	size_t len = 0;
	char *text;
	jurat_rc rc = pem_decode(&blocks, PEM_STRING_X509, pem, strlen(pem), F, d);

	if (rc == JURAT_OK)
		rc = drill_der_remake(&der, &len, blocks.block[0].p, blocks.block[0].len, change, issuer, d);
	if (rc != JURAT_OK)
		return rc;
	text = pem_of(der, len);
	free(der);
	if (text == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, 0, 0);
	*out = text;
	return JURAT_OK;
}
