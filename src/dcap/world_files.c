/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/world_files.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "x509/cert.h"
#include "x509/pem.h"

#define KEY_FILE_MAX_LEN 65536u

void
text_clear(char **text)
{
	free(*text);
}

jurat_rc
world_read(struct blob *out, const char *dir, const char *name, size_t max, bool secret, struct jurat_diag *d)
{
	return secret ? file_read_secret_in(out, dir, name, max, d) : file_read_in(out, dir, name, max, d);
}

jurat_rc
world_write(const char *dir, const char *name, const void *p, size_t len, unsigned mode, struct jurat_diag *d)
{
	char *path CLEANUP(text_clear) = path_join(dir, name);

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	return file_write_stored(path, p, len, mode, d);
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

	if (rc == JURAT_OK && (rc = pki_key_from_pem(out, (char *)pem.p, pem.len, NULL)) != JURAT_OK)
		return jurat_fail(d, rc, name, NO_OFFSET, 0, 0);
	return rc;
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

static void
cert_pem_clear(struct pem *p)
{
	pem_clear(p);
}

/* check_certificate: the one certificate in file is key's and was signed by issuer. */
static jurat_rc
check_certificate(const char *dir, const char *file, const struct p256_public *key, const struct p256_public *issuer,
    struct jurat_diag *d)
{
	struct blob text CLEANUP(blob_clear) = { 0 };
	struct pem pem CLEANUP(cert_pem_clear) = { 0 };
	struct x509_cert cert;
	jurat_rc rc = world_read(&text, dir, file, PEM_MAX_LEN, false, d);

	if (rc != JURAT_OK)
		return rc;
	rc = pem_decode(&pem, "CERTIFICATE", (char *)text.p, text.len, file, NULL);
	if (rc == JURAT_E_MISSING || (rc == JURAT_OK && pem.num != 1))
		rc = JURAT_E_FORMAT; /* it is a file of ours, not collateral that somebody has yet to fetch */
	if (rc == JURAT_OK)
		rc = cert_parse(&cert, pem.block[0].p, pem.block[0].len, NULL);
	if (rc == JURAT_OK && memcmp(&cert.key, key, sizeof cert.key) != 0)
		rc = JURAT_E_MISMATCH;
	if (rc == JURAT_OK)
		rc = ecdsa_verify_vartime(&cert.signature, issuer, cert.digest);
	return rc == JURAT_OK ? JURAT_OK : jurat_fail(d, rc, file, NO_OFFSET, 0, 0);
}

jurat_rc
world_check(const char *dir, struct jurat_diag *d)
{
	static const struct {
		const char *key, *certificate;
	} roles[] = { { "keys/root-ca.pem", "trust/root-ca.pem" }, { "keys/platform-ca.pem", "certificates/platform-ca.pem" },
		{ "keys/tcb-signing.pem", "certificates/tcb-signing.pem" } };
	struct p256_public root;
	jurat_rc rc = JURAT_OK;

	for (size_t i = 0; i < ARRAY_LEN(roles) && rc == JURAT_OK; i++) {
		struct pki_key key;

		rc = world_read_key(&key, dir, roles[i].key, d);
		if (rc != JURAT_OK)
			break;
		if (i == 0)
			root = key.pub;
		rc = check_certificate(dir, roles[i].certificate, &key.pub, &root, d);
		pki_key_clear(&key);
	}
	return rc;
}
