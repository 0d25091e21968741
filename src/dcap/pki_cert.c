/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/pki_key.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/diag.h"

/* What a role may do. Distribution points are required by the profile; nobody answers under .invalid (RFC 2606). */
static const struct role_rules {
	enum pki_role issuer;
	const char *constraints, *usage, *crl;
} rules[PKI_NUM_ROLES] = {
	[PKI_ROOT] = { PKI_ROOT, "critical,CA:TRUE,pathlen:1", "critical,keyCertSign,cRLSign", "URI:https://world.invalid/root-ca.crl" },
	[PKI_PLATFORM_CA] = { PKI_ROOT, "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign",
	    "URI:https://world.invalid/root-ca.crl" },
	[PKI_PROCESSOR_CA] = { PKI_ROOT, "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign",
	    "URI:https://world.invalid/root-ca.crl" },
	[PKI_TCB_SIGNING] = { PKI_ROOT, "critical,CA:FALSE", "critical,digitalSignature,nonRepudiation",
	    "URI:https://world.invalid/root-ca.crl" },
	[PKI_PCK] = { PKI_PLATFORM_CA, "critical,CA:FALSE", "critical,digitalSignature,nonRepudiation",
	    "URI:https://world.invalid/platform-ca.crl" },
};

jurat_rc
pki_serial_new(uint8_t out[PKI_SERIAL_LEN], struct jurat_diag *d)
{
	uint8_t serial[PKI_SERIAL_LEN];
	jurat_rc rc = crypto_random(serial, sizeof serial);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "serial", NO_OFFSET, 0, 0);
	serial[0] &= 0x7f;
	if (serial[0] == 0)
		serial[0] = 1;
	memcpy(out, serial, sizeof serial);
	return JURAT_OK;
}

static bool
add_text_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, NULL, nid, value);
	bool ok = ext != NULL && X509_add_ext(cert, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	return ok;
}

static bool
add_subject_key_id(X509 *cert, const struct p256_public *subject)
{
	ASN1_OCTET_STRING *ski = ASN1_OCTET_STRING_new();
	uint8_t id[PKI_KEY_ID_LEN];
	bool ok = ski != NULL && pki_key_id(id, subject) && ASN1_OCTET_STRING_set(ski, id, sizeof id) == 1 &&
	    X509_add1_ext_i2d(cert, NID_subject_key_identifier, ski, 0, X509V3_ADD_DEFAULT) == 1;

	ASN1_OCTET_STRING_free(ski);
	return ok;
}

static bool
add_authority_key_id(X509 *cert, const struct p256_public *issuer)
{
	AUTHORITY_KEYID *aki = pki_authority_key_id(issuer);
	bool ok = aki != NULL && X509_add1_ext_i2d(cert, NID_authority_key_identifier, aki, 0, X509V3_ADD_DEFAULT) == 1;

	AUTHORITY_KEYID_free(aki);
	return ok;
}

static bool
add_sgx(X509 *cert, const struct pck_extension *sgx)
{
	uint8_t der[PKI_SGX_MAX_LEN];
	size_t len;
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.840.113741.1.13.1", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext = NULL;
	bool ok = oid != NULL && value != NULL && pki_sgx_encode(der, sizeof der, &len, sgx) == JURAT_OK &&
	    ASN1_OCTET_STRING_set(value, der, (int)len) == 1 &&
	    (ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value)) != NULL && X509_add_ext(cert, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return ok;
}

/* add_extensions: in the order of Intel's certificates. */
static bool
add_extensions(X509 *cert, const struct pki_cert_request *r)
{
	const struct role_rules *rule = &rules[r->role];

	return add_authority_key_id(cert, &r->issuer->pub) && add_text_extension(cert, NID_crl_distribution_points, rule->crl) &&
	    add_subject_key_id(cert, &r->subject) && add_text_extension(cert, NID_key_usage, rule->usage) &&
	    add_text_extension(cert, NID_basic_constraints, rule->constraints) && (r->sgx == NULL || add_sgx(cert, r->sgx));
}

static bool
set_fields(X509 *cert, const struct pki_cert_request *r)
{
	X509_NAME *subject = pki_x509_name(r->names, r->role), *issuer = pki_x509_name(r->names, rules[r->role].issuer);
	ASN1_INTEGER *serial = pki_asn1_serial(r->serial);
	EVP_PKEY *pkey = pki_evp_public(&r->subject);
	bool ok = subject != NULL && issuer != NULL && serial != NULL && pkey != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
	    X509_set_serialNumber(cert, serial) == 1 && X509_set_subject_name(cert, subject) == 1 &&
	    X509_set_issuer_name(cert, issuer) == 1 && X509_set_pubkey(cert, pkey) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)r->not_before) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)r->not_after) != NULL;

	EVP_PKEY_free(pkey);
	ASN1_INTEGER_free(serial);
	X509_NAME_free(issuer);
	X509_NAME_free(subject);
	return ok;
}

static char *
cert_to_pem(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *copy = NULL;
	long len = 0;

	if (bio != NULL && PEM_write_bio_X509(bio, cert) == 1)
		len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		copy = strndup(text, (size_t)len);
	BIO_free(bio);
	return copy;
}

jurat_rc
pki_cert_make(char **out_pem, const struct pki_cert_request *request, struct jurat_diag *d)
{
	EVP_PKEY *key;
	char *pem = NULL;
	X509 *cert;

	if ((request->role == PKI_PCK) != (request->sgx != NULL))
		return jurat_fail(d, JURAT_E_USAGE, "certificate.sgx", NO_OFFSET, 0, 0);
	key = pki_evp_private(request->issuer);
	cert = X509_new();
	if (key != NULL && cert != NULL && set_fields(cert, request) && add_extensions(cert, request) &&
	    X509_sign(cert, key, EVP_sha256()) != 0)
		pem = cert_to_pem(cert);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (pem == NULL)
		return jurat_fail(d, JURAT_E_INTERNAL, "certificate", NO_OFFSET, 0, 0);
	*out_pem = pem;
	return JURAT_OK;
}
