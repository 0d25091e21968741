/* SPDX-License-Identifier: Apache-2.0 */
#include "accept_hold.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/hex.h"
#include "dcap/pki_key.h"
#include "host/when.h"
#include "json/json.h"
#include "sgx/report.h"
#include "x509/cert.h"

#define DEBUG_BIT 2u
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
	must(same(e, genuine, PART_HEAD, off + 64, 48) || !same(e, genuine, PART_TCB_INFO, 0, genuine->sent[PART_TCB_INFO].len));
}

static void
hold_quote(const struct world_evidence *e, const struct world_evidence *genuine)
{
	const struct world_bytes *qe = &e->sent[PART_QE_REPORT];

	must(same(e, genuine, PART_HEAD, 0, 8) && same(e, genuine, PART_HEAD, 12, 16)); /* version, key type, TEE; vendor */
	if (e->base == 0)
		hold_sgx_body(e, genuine);
	else
		hold_td_body(e, genuine);
	must(qe->len == SGX_REPORT_BODY_LEN && (load64le(qe->p + 48) & DEBUG_BIT) == 0);
	if (same(e, genuine, PART_IDENTITY, 0, genuine->sent[PART_IDENTITY].len))
		must(same(e, genuine, PART_QE_REPORT, 128, 32) && same(e, genuine, PART_QE_REPORT, 256, 2) && load16le(qe->p + 258) >= 8);
}

/* ---- the signed texts ---- */

static struct json_value *
open_text(const struct world_evidence *e, enum world_part part)
{
	struct json_value *document = NULL;
	const char *begin, *end;
	int64_t from, until;

	must(json_parse(&document, (const char *)e->sent[part].p, e->sent[part].len, WORLD_PART_MAX, "text", NULL) == JURAT_OK);
	begin = json_text(json_member(document, "issueDate"));
	end = json_text(json_member(document, "nextUpdate"));
	must(begin != NULL && end != NULL);
	must(when_parse(&from, begin, strlen(begin)) && when_parse(&until, end, strlen(end)));
	must(from <= e->at_unix_s && e->at_unix_s <= until);
	return document;
}

static int64_t
number(const struct json_value *object, const char *key)
{
	int64_t v;

	must(json_get_integer(object, key, 0, INT64_MAX, &v, NULL) == JURAT_OK);
	return v;
}

static bool
is_up_to_date(const struct json_value *level)
{
	const char *status = json_text(json_member(level, "tcbStatus"));

	return status != NULL && strcmp(status, "UpToDate") == 0;
}

/* reaches: every component from this one on; has NULL: there is nothing to reach. */
static bool
reaches(const uint8_t *has, const struct json_value *needs, size_t from)
{
	for (size_t i = from; i < json_count(needs); i++) {
		if (number(json_at(needs, i), "svn") > has[i])
			return false;
	}
	return true;
}

static void
hold_tcb(const struct world_evidence *e, const struct pck_extension *platform)
{
	struct json_value *info = open_text(e, PART_TCB_INFO);
	const struct json_value *levels = json_member(info, "tcbLevels");
	const char *fmspc = json_text(json_member(info, "fmspc"));
	const uint8_t *head = e->sent[PART_HEAD].p, *svn = head + (head[0] == 5 ? 54 : 48);
	char wanted[13];
	bool found = false;

	hex_encode(wanted, platform->fmspc, sizeof platform->fmspc);
	must(fmspc != NULL && strcasecmp(fmspc, wanted) == 0);
	for (size_t i = 0; i < json_count(levels); i++) {
		const struct json_value *tcb = json_member(json_at(levels, i), "tcb");

		found = found || (is_up_to_date(json_at(levels, i)) && number(tcb, "pcesvn") <= platform->pce_svn &&
			reaches(platform->components, json_member(tcb, "sgxtcbcomponents"), 0) &&
			(e->base == 0 || reaches(svn, json_member(tcb, "tdxtcbcomponents"), svn[1] != 0 ? 2 : 0)));
	}
	must(found);
	json_free(info);
}

static void
hold_identity(const struct world_evidence *e)
{
	struct json_value *identity = open_text(e, PART_IDENTITY);
	const struct json_value *levels = json_member(identity, "tcbLevels");
	bool found = false;

	for (size_t i = 0; i < json_count(levels); i++) {
		found = found || (is_up_to_date(json_at(levels, i)) &&
			number(json_member(json_at(levels, i), "tcb"), "isvsvn") <= load16le(e->sent[PART_QE_REPORT].p + 258));
	}
	must(found);
	json_free(identity);
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
	hold_tcb(e, &platform);
	hold_identity(e);
	free(genuine);
}
