/* SPDX-License-Identifier: Apache-2.0 */
/* From a recipe to certificates, CRLs and signed JSON. */
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "core/hex.h"
#include "dcap/drill_recipe.h"

void
drill_parts_clear(struct drill_parts *p)
{
	for (size_t i = 0; i < CERT_NUM; i++)
		free(p->cert[i]);
	free(p->tcb_info);
	free(p->identity);
	free(p->root_crl);
	free(p->pck_crl);
	*p = (struct drill_parts){ 0 };
}

/* put_with: into out (NULL: only counted) the text with wild in place of each '*'. Returns the length. */
static size_t
put_with(char *out, const char *put, const char *wild, size_t wild_len)
{
	size_t len = 0;

	for (; *put != '\0'; put++) {
		bool is_wild = *put == '*' && wild != NULL;
		const char *from = is_wild ? wild : put;
		size_t n = is_wild ? wild_len : 1;

		if (out != NULL)
			memcpy(out + len, from, n);
		len += n;
	}
	return len;
}

/* find_wild: where find stands in the text, how long that is, and what its '*' stands for (NULL: it has none). */
static const char *
find_wild(const char *text, const char *find, size_t *out_len, const char **out_wild, size_t *out_wild_len)
{
	const char *star = strchr(find, '*'), *at, *end, *tail;
	size_t head = star != NULL ? (size_t)(star - find) : strlen(find);

	*out_wild = NULL;
	*out_wild_len = 0;
	*out_len = head;
	at = memmem(text, strlen(text), find, head);
	if (at == NULL || star == NULL)
		return at;
	tail = star + 1;
	end = *tail != '\0' ? strstr(at + head, tail) : at + strlen(at);
	if (end == NULL)
		return NULL;
	*out_wild = at + head;
	*out_wild_len = (size_t)(end - *out_wild);
	*out_len = head + *out_wild_len + strlen(tail);
	return at;
}

bool
drill_edit(char **text, const struct drill_edit *e)
{
	size_t match_len, wild_len, before, put_len, rest;
	const char *at, *wild;
	char *out;

	if (e->find == NULL)
		return true;
	at = find_wild(*text, e->find, &match_len, &wild, &wild_len);
	if (at == NULL)
		return false;
	before = (size_t)(at - *text);
	put_len = put_with(NULL, e->put, wild, wild_len);
	rest = strlen(at + match_len);
	out = malloc(before + put_len + rest + 1);
	if (out == NULL)
		return false;
	memcpy(out, *text, before);
	put_with(out + before, e->put, wild, wild_len);
	memcpy(out + before + put_len, at + match_len, rest + 1);
	free(*text);
	*text = out;
	return true;
}

/* bend_number: FIPS 186-5: n is the order of P-256's group. */
static void
bend_number(uint8_t p[32], enum drill_number how)
{
	static const uint8_t order[32] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
		0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };
	int borrow = 0;

	if (how == NUMBER_ZERO)
		memset(p, 0, 32);
	else if (how == NUMBER_ORDER)
		memcpy(p, order, 32);
	for (int i = 31; how == NUMBER_NEGATED && i >= 0; i--) {
		int v = order[i] - p[i] - borrow;

		borrow = v < 0;
		p[i] = (uint8_t)(v + (borrow << 8));
	}
}

void
drill_bend(struct p256_signature *sig, const struct drill_bend *bend)
{
	uint8_t r[32];

	bend_number(sig->r, bend->r);
	bend_number(sig->s, bend->s);
	if (!bend->swapped)
		return;
	memcpy(r, sig->r, sizeof r);
	memcpy(sig->r, sig->s, sizeof sig->r);
	memcpy(sig->s, r, sizeof sig->s);
}

/* same: whether two plans, copied from one another and then perhaps changed, are the same byte for byte. Padding can only make them differ. */
#define SAME(A, B) (memcmp(&(A), &(B), sizeof(A)) == 0)

static jurat_rc
copy_text(char **out, const char *text, struct jurat_diag *d)
{
	*out = strdup(text);
	return *out != NULL ? JURAT_OK : jurat_fail(d, JURAT_E_MEMORY, "drill", NO_OFFSET, 0, 0);
}

static jurat_rc
make_cert(char **out, const struct drill_recipe *r, enum drill_cert which, struct jurat_diag *d)
{
	const struct drill_cert_plan *plan = &r->cert[which];
	struct pki_cert_request request = { .role = plan->role, .names = plan->names, .issuer = plan->issuer, .subject = plan->subject->pub,
		.not_before = plan->not_before, .not_after = plan->not_after, .sgx = plan->role == PKI_PCK ? &r->sgx : NULL };
	char *pem = NULL, *changed = NULL;
	jurat_rc rc;

	drill_serial_of(request.serial, which);
	/* the root that travels along is the trusted one, unless the defect is in it */
	if (which == CERT_ROOT && plan->subject == &r->w->root)
		rc = copy_text(&pem, r->w->root_pem, d);
	else
		rc = pki_cert_make(&pem, &request, d);
	if (rc == JURAT_OK && plan->der != NULL) {
		rc = drill_der_remake_pem(&changed, pem, plan->der, plan->issuer, d);
		free(pem);
		pem = changed;
	}
	if (rc == JURAT_OK)
		*out = pem;
	return rc;
}

static jurat_rc
make_certs(struct drill_parts *p, const struct drill_recipe *r, const struct drill_parts *base, const struct drill_recipe *base_recipe,
    struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	for (unsigned i = 0; rc == JURAT_OK && i < CERT_NUM; i++) {
		if (base != NULL && SAME(r->cert[i], base_recipe->cert[i]) && (i != CERT_LEAF || SAME(r->sgx, base_recipe->sgx)))
			rc = copy_text(&p->cert[i], base->cert[i], d);
		else
			rc = make_cert(&p->cert[i], r, i, d);
	}
	return rc;
}

static jurat_rc
make_crl(uint8_t **out, size_t *out_len, const struct drill_crl_plan *plan, struct jurat_diag *d)
{
	uint8_t serial[1][PKI_SERIAL_LEN], *der = NULL;
	struct pki_crl_request request = { .issuer_role = plan->role, .names = plan->names, .issuer = plan->issuer,
		.this_update = plan->this_update, .next_update = plan->next_update, .number = 1, .serials = serial, .num_serials = 1 };
	size_t len = 0;
	jurat_rc rc;

	drill_serial_of(serial[0], plan->revoked);
	rc = pki_crl_make(&der, &len, &request, d);
	if (rc != JURAT_OK || plan->der == NULL) {
		*out = der;
		*out_len = len;
		return rc;
	}
	rc = drill_der_remake(out, out_len, der, len, plan->der, plan->issuer, d);
	free(der);
	return rc;
}

static jurat_rc
copy_crl(uint8_t **out, size_t *out_len, const uint8_t *crl, size_t len, struct jurat_diag *d)
{
	*out = malloc(len);
	if (*out == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill", NO_OFFSET, 0, 0);
	memcpy(*out, crl, len);
	*out_len = len;
	return JURAT_OK;
}

static jurat_rc
make_crls(struct drill_parts *p, const struct drill_recipe *r, const struct drill_parts *base, const struct drill_recipe *base_recipe,
    struct jurat_diag *d)
{
	jurat_rc rc;

	if (base != NULL && SAME(r->root_crl, base_recipe->root_crl))
		rc = copy_crl(&p->root_crl, &p->root_crl_len, base->root_crl, base->root_crl_len, d);
	else
		rc = make_crl(&p->root_crl, &p->root_crl_len, &r->root_crl, d);
	if (rc != JURAT_OK)
		return rc;
	if (base != NULL && SAME(r->pck_crl, base_recipe->pck_crl))
		return copy_crl(&p->pck_crl, &p->pck_crl_len, base->pck_crl, base->pck_crl_len, d);
	return make_crl(&p->pck_crl, &p->pck_crl_len, &r->pck_crl, d);
}

/* bend_text: drill_bend of a signature in hex. */
static void
bend_text(char signature[PKI_SIGNATURE_HEX_LEN + 1], const struct drill_bend *bend)
{
	struct p256_signature sig;

	if (!hex_decode(sig.r, sizeof sig.r, signature, 64) || !hex_decode(sig.s, sizeof sig.s, signature + 64, 64))
		return;
	drill_bend(&sig, bend);
	hex_encode(signature, sig.r, sizeof sig.r);
	hex_encode(signature + 64, sig.s, sizeof sig.s);
}

/* sign_text: edits, signature, edits; the signature is over the text between the two. */
static jurat_rc
sign_text(char **text, char signature[PKI_SIGNATURE_HEX_LEN + 1], const struct drill_json_plan *plan, struct jurat_diag *d)
{
	jurat_rc rc;

	(*text)[strcspn(*text, "\n")] = '\0'; /* signed documents end with their bracket */
	if (!drill_edit(text, &plan->before))
		return jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
	rc = pki_text_sign(signature, plan->signer, *text);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "drill.signature", NO_OFFSET, 0, 0);
	bend_text(signature, &plan->bend);
	if (plan->signature_xor != 0)
		signature[40] = signature[40] == '0' ? '1' : '0';
	return drill_edit(text, &plan->after) ? JURAT_OK : jurat_fail(d, JURAT_E_INTERNAL, "drill.edit", NO_OFFSET, 0, 0);
}

static jurat_rc
make_tcb_info(struct drill_parts *p, const struct drill_recipe *r, struct jurat_diag *d)
{
	jurat_rc rc = pki_tcb_info_make(&p->tcb_info, &r->tcb);

	return rc == JURAT_OK ? sign_text(&p->tcb_info, p->tcb_signature, &r->tcb_plan, d) : rc;
}

static jurat_rc
make_identity(struct drill_parts *p, const struct drill_recipe *r, struct jurat_diag *d)
{
	jurat_rc rc = pki_qe_identity_make(&p->identity, &r->identity);

	return rc == JURAT_OK ? sign_text(&p->identity, p->identity_signature, &r->identity_plan, d) : rc;
}

static jurat_rc
make_documents(struct drill_parts *p, const struct drill_recipe *r, const struct drill_parts *base, const struct drill_recipe *base_recipe,
    struct jurat_diag *d)
{
	jurat_rc rc;

	if (base != NULL && SAME(r->tcb, base_recipe->tcb) && SAME(r->tcb_plan, base_recipe->tcb_plan)) {
		memcpy(p->tcb_signature, base->tcb_signature, sizeof p->tcb_signature);
		rc = copy_text(&p->tcb_info, base->tcb_info, d);
	} else {
		rc = make_tcb_info(p, r, d);
	}
	if (rc != JURAT_OK)
		return rc;
	if (base == NULL || !SAME(r->identity, base_recipe->identity) || !SAME(r->identity_plan, base_recipe->identity_plan))
		return make_identity(p, r, d);
	memcpy(p->identity_signature, base->identity_signature, sizeof p->identity_signature);
	return copy_text(&p->identity, base->identity, d);
}

jurat_rc
drill_parts_make(struct drill_parts *out, const struct drill_recipe *r, const struct drill_parts *base, const struct drill_recipe *base_recipe,
    struct jurat_diag *d)
{
	struct drill_parts p = { 0 };
	jurat_rc rc = make_certs(&p, r, base, base_recipe, d);

	if (rc == JURAT_OK)
		rc = make_crls(&p, r, base, base_recipe, d);
	if (rc == JURAT_OK)
		rc = make_documents(&p, r, base, base_recipe, d);
	if (rc != JURAT_OK) {
		drill_parts_clear(&p);
		return rc;
	}
	*out = p;
	return JURAT_OK;
}
