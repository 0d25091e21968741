/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of certificates and CRLs share: keys and small pieces in OpenSSL's form. Only src/dcap/pki_*.c and drill_der.c include this. */
#ifndef DCAP_PKI_KEY_H
#define DCAP_PKI_KEY_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/bytes.h"
#include "dcap/pki.h"

#define PKI_KEY_ID_LEN 20

/* NULL on failure; EVP_PKEY_free. */
EVP_PKEY *pki_evp_public(const struct p256_public *pub);
EVP_PKEY *pki_evp_private(const struct pki_key *key);

/* pki_key_id: SHA-1 of the public point, RFC 5280 §4.2.1.2 (1): an identifier, no protection rests on it. */
MUST_USE bool pki_key_id(uint8_t out[PKI_KEY_ID_LEN], const struct p256_public *pub);

/* pki_x509_name: CN, O, L, ST, C in this order, as Intel writes them; pki_authority_key_id. NULL on failure. */
X509_NAME *pki_x509_name(const struct pki_names *names, enum pki_role role);
AUTHORITY_KEYID *pki_authority_key_id(const struct p256_public *issuer);

/* pki_asn1_serial: NULL on failure. */
ASN1_INTEGER *pki_asn1_serial(const uint8_t serial[PKI_SERIAL_LEN]);

/* pki_put_head: tag and length (below 65,536) of a DER element. */
void pki_put_head(struct writer *w, uint8_t tag, size_t len);

#endif
