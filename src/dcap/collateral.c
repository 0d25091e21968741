/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/collateral.h"

#include <stdlib.h>
#include <string.h>

#include "core/hex.h"

static jurat_rc
copy_der(uint8_t **out, size_t *out_len, const uint8_t *p, size_t len, const char *field, struct jurat_diag *d)
{
	uint8_t *copy = malloc(len);

	if (copy == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, len, 0);
	memcpy(copy, p, len);
	*out = copy;
	*out_len = len;
	return JURAT_OK;
}

static jurat_rc
decode_hex(uint8_t **out, size_t *out_len, const char *text, size_t len, const char *field, struct jurat_diag *d)
{
	uint8_t *der = malloc(len / 2 + 1);

	if (der == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, field, NO_OFFSET, len / 2, 0);
	if (len % 2 != 0 || !hex_decode(der, len / 2, text, len)) {
		free(der);
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, len);
	}
	*out = der;
	*out_len = len / 2;
	return JURAT_OK;
}

jurat_rc
crl_decode(uint8_t **out, size_t *out_len, const void *p, size_t len, const char *field, struct jurat_diag *d)
{
	const uint8_t *bytes = p;
	struct pem pem = { 0 };
	jurat_rc rc;

	if (len == 0)
		return jurat_fail(d, JURAT_E_MISSING, field, NO_OFFSET, 0, 0);
	if (len > 2u * X509_CRL_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, field, NO_OFFSET, X509_CRL_MAX_LEN, len);
	/* a DER SEQUENCE of more than 127 bytes goes on with 0x81..0x83, which no text has */
	if (len > 1 && bytes[0] == DER_SEQUENCE && bytes[1] > 0x80)
		return copy_der(out, out_len, bytes, len, field, d);
	if (bytes[0] != '-')
		return decode_hex(out, out_len, p, len, field, d);
	rc = pem_decode(&pem, "X509 CRL", p, len, field, d);
	if (rc == JURAT_OK && pem.num != 1)
		rc = jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 1, pem.num);
	if (rc == JURAT_OK)
		rc = copy_der(out, out_len, pem.block[0].p, pem.block[0].len, field, d);
	pem_clear(&pem);
	return rc;
}

/* The member's text, whose presence and type read_members has checked. */
static const char *
text_of(const struct jurat_collateral *c, const char *key)
{
	return json_text(json_member(c->document, key));
}

static void
read_crl(struct jurat_collateral *c, const char *key, struct x509_crl *out, uint8_t **bytes, struct part *part)
{
	const char *text = text_of(c, key);
	size_t len = 0;

	part->rc = crl_decode(bytes, &len, text, strlen(text), key, &part->diag);
	if (part->rc == JURAT_OK)
		part->rc = crl_parse(out, *bytes, len, &part->diag);
}

static void
read_chain(struct jurat_collateral *c, const char *key, struct cert_chain *out, struct part *part)
{
	const char *text = text_of(c, key);

	part->rc = chain_parse(out, text, strlen(text), key, &part->diag);
}

/* read_issuer_chains: Intel signs both objects with one certificate, so the second chain is nearly always the first, byte for byte. */
static void
read_issuer_chains(struct jurat_collateral *c)
{
	static const char *const keys[] = { "tcb_info_issuer_chain", "qe_identity_issuer_chain" };

	read_chain(c, keys[0], &c->tcb_info_chain, &c->tcb_info_chain_part);
	if (c->tcb_info_chain_part.rc != JURAT_OK || strcmp(text_of(c, keys[0]), text_of(c, keys[1])) != 0) {
		read_chain(c, keys[1], &c->qe_identity_chain, &c->qe_identity_chain_part);
		return;
	}
	c->qe_identity_chain = c->tcb_info_chain;
	c->qe_identity_chain.pem.bytes = NULL; /* nothing to free */
}

/* read_signature: r and s as 128 hex digits. */
static jurat_rc
read_signature(struct jurat_collateral *c, const char *key, struct p256_signature *out, struct jurat_diag *d)
{
	const char *text = text_of(c, key);
	uint8_t raw[64];

	if (!hex_decode(raw, sizeof raw, text, strlen(text)))
		return jurat_fail(d, JURAT_E_FORMAT, key, NO_OFFSET, 2 * sizeof raw, strlen(text));
	memcpy(out->r, raw, 32);
	memcpy(out->s, raw + 32, 32);
	return JURAT_OK;
}

static void
read_tcb_info(struct jurat_collateral *c)
{
	struct part *part = &c->tcb_info_part;
	const char *text = text_of(c, "tcb_info");

	part->rc = read_signature(c, "tcb_info_signature", &c->tcb_info_signature, &part->diag);
	if (part->rc == JURAT_OK)
		part->rc = tcb_info_parse(&c->tcb_info, text, strlen(text), &part->diag);
}

static void
read_qe_identity(struct jurat_collateral *c)
{
	struct part *part = &c->qe_identity_part;
	const char *text = text_of(c, "qe_identity");

	part->rc = read_signature(c, "qe_identity_signature", &c->qe_identity_signature, &part->diag);
	if (part->rc == JURAT_OK)
		part->rc = identity_parse(&c->qe_identity, text, strlen(text), &part->diag);
}

/*
 * read_members: nine strings. pck_crl_issuer_chain is not used: a PCK CRL must come from the CA in the quote's own chain.
 * pck_certificate_chain serves quotes without a chain of their own, and those alone; empty it is absent.
 */
static jurat_rc
read_members(struct jurat_collateral *c, struct jurat_diag *d)
{
	static const char *const names[] = { "pck_crl_issuer_chain", "root_ca_crl", "pck_crl", "tcb_info_issuer_chain", "tcb_info",
		"tcb_info_signature", "qe_identity_issuer_chain", "qe_identity", "qe_identity_signature", "pck_certificate_chain" };
	const size_t num_required = ARRAY_LEN(names) - 1;
	size_t pck_chain_len = 0;
	const char *text;
	jurat_rc rc = json_only(c->document, names, ARRAY_LEN(names), "collateral", d);

	for (size_t i = 0; rc == JURAT_OK && i < num_required; i++)
		rc = json_get_string(c->document, names[i], &text, d);
	if (rc == JURAT_OK && json_member(c->document, "pck_certificate_chain") != NULL) {
		rc = json_get_string(c->document, "collateral.pck_certificate_chain", &text, d);
		pck_chain_len = rc == JURAT_OK ? strlen(text) : 0;
	}
	if (rc != JURAT_OK)
		return rc;
	read_crl(c, "root_ca_crl", &c->root_crl, &c->root_crl_bytes, &c->root_crl_part);
	read_crl(c, "pck_crl", &c->pck_crl, &c->pck_crl_bytes, &c->pck_crl_part);
	read_issuer_chains(c);
	read_tcb_info(c);
	read_qe_identity(c);
	c->has_pck_chain = pck_chain_len > 0;
	if (c->has_pck_chain)
		read_chain(c, "pck_certificate_chain", &c->pck_chain, &c->pck_chain_part);
	return JURAT_OK;
}

jurat_rc
jurat_collateral_parse(struct jurat_collateral **out, const char *json, size_t len, struct jurat_diag *d)
{
	struct jurat_collateral *c;
	jurat_rc rc;

	if (out == NULL || (json == NULL && len != 0))
		return jurat_fail(d, JURAT_E_USAGE, out == NULL ? "collateral.out" : "collateral.json", NO_OFFSET, 0, 0);
	c = calloc(1, sizeof *c);
	if (c == NULL || (c->memo = memo_new()) == NULL) {
		free(c);
		return jurat_fail(d, JURAT_E_MEMORY, "collateral", NO_OFFSET, 0, 0);
	}
	rc = json_parse(&c->document, json, len, JURAT_COLLATERAL_MAX_LEN, "collateral", d);
	if (rc == JURAT_OK)
		rc = read_members(c, d);
	if (rc != JURAT_OK) {
		jurat_collateral_free(c);
		return rc;
	}
	*out = c;
	return JURAT_OK;
}

void
jurat_collateral_free(struct jurat_collateral *c)
{
	if (c == NULL)
		return;
	identity_clear(&c->qe_identity);
	tcb_info_clear(&c->tcb_info);
	chain_clear(&c->pck_chain);
	chain_clear(&c->qe_identity_chain);
	chain_clear(&c->tcb_info_chain);
	free(c->root_crl_bytes);
	free(c->pck_crl_bytes);
	memo_free(c->memo);
	json_free(c->document);
	free(c);
}
