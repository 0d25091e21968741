/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/pki_key.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "core/diag.h"

static bool
set_times(X509_CRL *crl, int64_t this_update, int64_t next_update)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)this_update), *to = ASN1_TIME_set(NULL, (time_t)next_update);
	bool ok = from != NULL && to != NULL && X509_CRL_set1_lastUpdate(crl, from) == 1 && X509_CRL_set1_nextUpdate(crl, to) == 1;

	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return ok;
}

static bool
add_number(X509_CRL *crl, int64_t number)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	bool ok = n != NULL && ASN1_INTEGER_set_int64(n, number) == 1 &&
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, X509V3_ADD_DEFAULT) == 1;

	ASN1_INTEGER_free(n);
	return ok;
}

static bool
add_authority_key_id(X509_CRL *crl, const struct p256_public *issuer)
{
	AUTHORITY_KEYID *aki = pki_authority_key_id(issuer);
	bool ok = aki != NULL && X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, aki, 0, X509V3_ADD_DEFAULT) == 1;

	AUTHORITY_KEYID_free(aki);
	return ok;
}

static bool
fill_entry(X509_REVOKED *entry, const uint8_t serial[PKI_SERIAL_LEN], int64_t since)
{
	ASN1_TIME *when = ASN1_TIME_set(NULL, (time_t)since);
	ASN1_INTEGER *number = pki_asn1_serial(serial);
	ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
	bool ok = when != NULL && number != NULL && reason != NULL && ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE) == 1 &&
	    X509_REVOKED_set_serialNumber(entry, number) == 1 && X509_REVOKED_set_revocationDate(entry, when) == 1 &&
	    X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, X509V3_ADD_DEFAULT) == 1;

	ASN1_ENUMERATED_free(reason);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(when);
	return ok;
}

static bool
add_entry(X509_CRL *crl, const uint8_t serial[PKI_SERIAL_LEN], int64_t since)
{
	X509_REVOKED *entry = X509_REVOKED_new();

	if (entry != NULL && fill_entry(entry, serial, since) && X509_CRL_add0_revoked(crl, entry) == 1)
		return true;
	X509_REVOKED_free(entry);
	return false;
}

static bool
fill(X509_CRL *crl, const struct pki_crl_request *r)
{
	X509_NAME *issuer = pki_x509_name(r->names, r->issuer_role);
	bool ok = issuer != NULL && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 && X509_CRL_set_issuer_name(crl, issuer) == 1 &&
	    set_times(crl, r->this_update, r->next_update) && add_number(crl, r->number) &&
	    add_authority_key_id(crl, &r->issuer->pub);

	X509_NAME_free(issuer);
	for (size_t i = 0; ok && i < r->num_serials; i++)
		ok = add_entry(crl, r->serials[i], r->this_update);
	return ok && X509_CRL_sort(crl) == 1;
}

jurat_rc
pki_crl_make(uint8_t **out, size_t *out_len, const struct pki_crl_request *request, struct jurat_diag *d)
{
	EVP_PKEY *key = pki_evp_private(request->issuer);
	X509_CRL *crl = X509_CRL_new();
	uint8_t *der = NULL, *at;
	int len = -1;

	if (key != NULL && crl != NULL && fill(crl, request) && X509_CRL_sign(crl, key, EVP_sha256()) != 0)
		len = i2d_X509_CRL(crl, NULL);
	if (len > 0 && (at = der = malloc((size_t)len)) != NULL)
		len = i2d_X509_CRL(crl, &at);
	X509_CRL_free(crl);
	EVP_PKEY_free(key);
	if (der == NULL || len <= 0) {
		free(der);
		return jurat_fail(d, JURAT_E_INTERNAL, "crl", NO_OFFSET, 0, 0);
	}
	*out = der;
	*out_len = (size_t)len;
	return JURAT_OK;
}
