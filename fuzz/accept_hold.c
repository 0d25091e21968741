/* SPDX-License-Identifier: Apache-2.0 */
#include "accept_hold.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "dcap/pki_key.h"
#include "sgx/report.h"
#include "x509/cert.h"

#define HARMLESS_FLAGS 0x4c5ull /* INIT, MODE64BIT, CET, KSS, AEXNOTIFY */
#define SEPT_VE_DISABLE_BIT 28u

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- who signed what ---- */

static void
hold_signed(const struct world_evidence *e)
{
	unsigned num[CHAIN_NUM] = { 0 };

	for (enum world_part i = 0; i < PART_NUM; i++) {
		must(e->sent[i].len == e->signed_part[i].len && memcmp(e->sent[i].p, e->signed_part[i].p, e->sent[i].len) == 0);
		/* the quoting enclave may vouch for any key */
		must(e->signer[i] == world_signer(i) || (i == PART_HEAD && !e->keep_binding));
	}
	for (size_t i = 0; i < e->num_chain; i++)
		num[e->chain[i]]++;
	must(num[CHAIN_LEAF] == 1 && num[CHAIN_CA] == 1 && num[CHAIN_ROOT] <= 1 && num[CHAIN_SIGNER] == 0);
}

/* ---- certificates and CRLs, as OpenSSL sees them ---- */

static bool
is_now(const ASN1_TIME *begin, const ASN1_TIME *end, int64_t at_unix_s)
{
	time_t at = at_unix_s, before = at - 1; /* X509_cmp_time calls the same second earlier; an end is included */

	return X509_cmp_time(begin, &at) == -1 && X509_cmp_time(end, &before) == 1;
}

static X509 *
open_cert(const struct world_evidence *e, enum world_part part, enum world_key subject, bool is_ca)
{
	EVP_PKEY *issuer = pki_evp_public(world_public(world_signer(part))), *key = pki_evp_public(world_public(subject));
	struct world_bytes der;
	const uint8_t *at;
	X509 *cert;

	world_der(&der, e, part);
	at = der.p;
	cert = d2i_X509(NULL, &at, (long)der.len);
	must(cert != NULL && at == der.p + der.len && issuer != NULL && key != NULL);
	must(X509_verify(cert, issuer) == 1);
	must(EVP_PKEY_eq(X509_get0_pubkey(cert), key) == 1);
	must(is_now(X509_get0_notBefore(cert), X509_get0_notAfter(cert), e->at_unix_s));
	must((X509_check_ca(cert) == 1) == is_ca);
	must(X509_get_version(cert) == X509_VERSION_3);
	EVP_PKEY_free(issuer);
	EVP_PKEY_free(key);
	return cert;
}

static X509_CRL *
open_crl(const struct world_evidence *e, enum world_part part, const X509_NAME *issuer_name)
{
	EVP_PKEY *issuer = pki_evp_public(world_public(world_signer(part)));
	struct world_bytes der;
	const uint8_t *at;
	X509_CRL *crl;

	world_der(&der, e, part);
	at = der.p;
	crl = d2i_X509_CRL(NULL, &at, (long)der.len);
	must(crl != NULL && at == der.p + der.len && issuer != NULL);
	must(X509_CRL_verify(crl, issuer) == 1);
	must(is_now(X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_nextUpdate(crl), e->at_unix_s));
	must(X509_NAME_cmp(X509_CRL_get_issuer(crl), issuer_name) == 0);
	EVP_PKEY_free(issuer);
	return crl;
}

static bool
is_revoked(X509_CRL *crl, const X509 *cert)
{
	X509_REVOKED *found = NULL;

	return X509_CRL_get0_by_serial(crl, &found, X509_get0_serialNumber(cert)) != 0;
}

static X509 *
open_root(void)
{
	const uint8_t *at = world_root()->p;
	X509 *root = d2i_X509(NULL, &at, (long)world_root()->len);

	must(root != NULL);
	return root;
}

static void
hold_certificates(const struct world_evidence *e)
{
	X509 *root = open_root(), *leaf = open_cert(e, PART_LEAF, KEY_LEAF, false);
	X509 *ca = open_cert(e, PART_CA, KEY_CA, true), *signer = open_cert(e, PART_SIGNER, KEY_SIGNER, false);
	const X509_NAME *root_name = X509_get_subject_name(root), *ca_name = X509_get_subject_name(ca);
	X509_CRL *root_crl = open_crl(e, PART_ROOT_CRL, root_name), *pck_crl = open_crl(e, PART_PCK_CRL, ca_name);

	must(X509_NAME_cmp(X509_get_issuer_name(leaf), ca_name) == 0);
	must(X509_NAME_cmp(X509_get_issuer_name(ca), root_name) == 0 && X509_NAME_cmp(X509_get_issuer_name(signer), root_name) == 0);
	must(!is_revoked(pck_crl, leaf) && !is_revoked(root_crl, ca) && !is_revoked(root_crl, signer));
	X509_CRL_free(root_crl);
	X509_CRL_free(pck_crl);
	X509_free(leaf);
	X509_free(ca);
	X509_free(signer);
	X509_free(root);
}

/* ---- the quote ---- */

/* same: whether these bytes are as in genuine evidence. */
static bool
same(const struct world_evidence *e, const struct world_evidence *genuine, enum world_part part, size_t off, size_t len)
{
	const struct world_bytes *a = &e->sent[part], *b = &genuine->sent[part];

	return a->len == b->len && memcmp(a->p + off, b->p + off, len) == 0;
}

static void
hold_sgx_body(const struct world_evidence *e, const struct world_evidence *genuine)
{
	const uint8_t *body = e->sent[PART_HEAD].p + 48;

	must((load64le(body + 48) & ~HARMLESS_FLAGS) == 0); /* the policy names none */
	must(same(e, genuine, PART_HEAD, 48 + 128, 32) && same(e, genuine, PART_HEAD, 48 + 256, 2)); /* signer, product */
	must(load16le(body + 258) >= 3);
}

static void
hold_td_body(const struct world_evidence *e, const struct world_evidence *genuine)
{
	size_t off = e->sent[PART_HEAD].p[0] == 5 ? 54 : 48;
	uint64_t attributes = load64le(e->sent[PART_HEAD].p + off + 120);

	must((attributes & 0xff) == 0 && (attributes >> SEPT_VE_DISABLE_BIT & 1) == 1);
	must(same(e, genuine, PART_HEAD, off + 136, 48)); /* mr_td */
	must(same(e, genuine, PART_HEAD, off + 112, 8));  /* SEAM attributes: zero */
}

static void
hold_quote(const struct world_evidence *e, const struct world_evidence *genuine)
{
	must(same(e, genuine, PART_HEAD, 0, 8) && same(e, genuine, PART_HEAD, 12, 16)); /* version, key type, TEE; vendor */
	if (e->base == 0)
		hold_sgx_body(e, genuine);
	else
		hold_td_body(e, genuine);
	must(e->sent[PART_QE_REPORT].len == SGX_REPORT_BODY_LEN);
}

void
accept_hold(const struct world_evidence *e)
{
	struct world_evidence *genuine = malloc(sizeof *genuine);
	struct pck_extension platform;
	struct world_bytes der;
	struct x509_cert leaf;

	must(genuine != NULL);
	world_open_evidence(genuine, e->base);
	hold_signed(e);
	hold_certificates(e);
	hold_quote(e, genuine);
	world_der(&der, e, PART_LEAF);
	must(cert_parse(&leaf, der.p, der.len, NULL) == JURAT_OK && pck_extension_parse(&platform, leaf.sgx, NULL) == JURAT_OK);
	accept_hold_tcb(e, &platform);
	free(genuine);
}
