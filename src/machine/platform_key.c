/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/platform_internal.h"

#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "sgx/seal.h"

static const uint8_t magic[8] = { 'J', 'U', 'R', 'A', 'T', 'A', 'T', 'K' };
static const char remedy[] = "remove state/attestation.key: a new one is made at the next start";

/* Where the QE report's body stands in the sealed key's additional text (machine/ops.h). */
enum { AAD_BODY_OFF = 11 + 64 + QUOTING_QE_AUTH_LEN + 2 };

static jurat_rc
check_head(struct reader *r, struct jurat_diag *d)
{
	uint8_t got[sizeof magic];
	uint32_t version;
	jurat_rc rc;

	reader_copy(r, got, sizeof got);
	version = reader_u32le(r);
	rc = reader_check(r, "attestation_key", d);
	if (rc != JURAT_OK)
		return rc;
	if (memcmp(got, magic, sizeof magic) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "attestation_key.magic", 0, 0, 0);
	if (version != ATTESTATION_KEY_VERSION)
		return jurat_fail(d, JURAT_E_VERSION, "attestation_key.version", 8, ATTESTATION_KEY_VERSION, version);
	return JURAT_OK;
}

/* report_of: the body of the QE report inside the sealed key's additional text. */
static jurat_rc
report_of(const uint8_t **out, const struct attestation_key *k, struct jurat_diag *d)
{
	struct sealed_view view;
	jurat_rc rc = sealed_parse(&view, k->sealed, sizeof k->sealed, d);

	if (rc != JURAT_OK)
		return rc;
	if (view.aad_len != AAD_BODY_OFF + SGX_REPORT_BODY_LEN)
		return jurat_fail(
		    d, JURAT_E_FORMAT, "attestation_key.aad", NO_OFFSET, AAD_BODY_OFF + SGX_REPORT_BODY_LEN, view.aad_len);
	*out = view.aad + AAD_BODY_OFF;
	return JURAT_OK;
}

jurat_rc
attestation_key_maker(struct sgx_report_body *out, const struct attestation_key *k, struct jurat_diag *d)
{
	const uint8_t *body = NULL;
	jurat_rc rc = report_of(&body, k, d);

	return rc == JURAT_OK ? report_body_parse(out, body, SGX_REPORT_BODY_LEN, d) : rc;
}

/* check_signature: a damaged file must not become a quote that nobody can verify. */
static jurat_rc
check_signature(const struct attestation_key *k, struct jurat_diag *d)
{
	uint8_t digest[SHA256_LEN];
	const uint8_t *body = NULL;
	jurat_rc rc = report_of(&body, k, d);

	if (rc != JURAT_OK)
		return rc;
	sha256_once(digest, body, SGX_REPORT_BODY_LEN);
	if (ecdsa_verify_vartime(&k->signature, &k->pck, digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "attestation_key.signature", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

jurat_rc
attestation_key_parse(struct attestation_key *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct attestation_key k;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = check_head(&r, d);
	if (rc == JURAT_OK) {
		reader_copy(&r, k.pck.x, sizeof k.pck.x);
		reader_copy(&r, k.pck.y, sizeof k.pck.y);
		reader_copy(&r, k.signature.r, sizeof k.signature.r);
		reader_copy(&r, k.signature.s, sizeof k.signature.s);
		reader_copy(&r, k.sealed, sizeof k.sealed);
		rc = reader_end(&r, "attestation_key", d);
	}
	if (rc == JURAT_OK)
		rc = check_signature(&k, d);
	if (rc != JURAT_OK) {
		jurat_hint(d, remedy);
		return rc;
	}
	*out = k;
	return JURAT_OK;
}

void
attestation_key_encode(uint8_t out[ATTESTATION_KEY_LEN], const struct attestation_key *k)
{
	struct writer w;

	writer_init(&w, out, ATTESTATION_KEY_LEN);
	writer_copy(&w, magic, sizeof magic);
	writer_u32le(&w, ATTESTATION_KEY_VERSION);
	writer_copy(&w, k->pck.x, sizeof k->pck.x);
	writer_copy(&w, k->pck.y, sizeof k->pck.y);
	writer_copy(&w, k->signature.r, sizeof k->signature.r);
	writer_copy(&w, k->signature.s, sizeof k->signature.s);
	writer_copy(&w, k->sealed, sizeof k->sealed);
}
