/* SPDX-License-Identifier: Apache-2.0 */
#include "signed_world.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "dcap/chain.h"
#include "dcap/collateral.h"
#include "host/file.h"
#include "json/json.h"
#include "json/write.h"
#include "sgx/quote.h"

#define SEED_MAX_LEN (64u * 1024u)
#define PEM_LINE 48u /* bytes in one line of 64 characters */

static const uint8_t algorithm[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 }; /* ecdsa-with-SHA256 */

/* A signature that was made before: most parts of most evidence are as they were. */
struct made {
	bool is_made;
	uint8_t digest[SHA256_LEN];
	enum world_key key;
	struct p256_signature signature;
};

/* Made once, from the seeds. */
struct world {
	struct p256_private secret[KEY_NUM];
	struct p256_public pub[KEY_NUM];
	struct world_evidence genuine[WORLD_NUM_BASES];
	struct world_bytes root;
	struct made made[WORLD_NUM_BASES][PART_NUM];
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
set_bytes(struct world_bytes *out, const void *p, size_t len)
{
	must(len <= sizeof out->p);
	memcpy(out->p, p, len);
	out->len = len;
}

/* ---- taking genuine evidence apart ---- */

static void
read_seed(struct blob *out, const char *folder, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s/%s", FUZZ_SEEDS, folder, name);
	must(file_read(out, path, SEED_MAX_LEN, NULL) == JURAT_OK);
}

/* make_key: as dcap_der.py does: SHA-256 of the label, plus one (n - 1 is so near 2^256 that these labels need no reduction). */
static void
make_key(struct world *w, enum world_key key, const char *label)
{
	uint8_t *d = w->secret[key].d;

	sha256_once(d, label, strlen(label));
	for (size_t i = 32; i-- > 0 && ++d[i] == 0;)
		continue;
	must(p256_public_of(&w->pub[key], &w->secret[key]) == JURAT_OK);
}

/* set_tbs: the first element inside a signed document. */
static void
set_tbs(struct world_bytes *out, struct x509_span der)
{
	struct reader r, inside, contents;
	struct x509_span tbs;
	unsigned tag;

	reader_init(&r, der.p, der.len);
	must(der_read(&r, DER_SEQUENCE, &inside, "seed", NULL) == JURAT_OK);
	must(der_read_any(&inside, &tag, &contents, &tbs, "seed", NULL) == JURAT_OK);
	set_bytes(out, tbs.p, tbs.len);
}

static void
take_quote(struct world *w, struct world_evidence *e, const uint8_t *p, size_t len)
{
	struct pem pem = { 0 };
	struct quote q;

	must(quote_parse(&q, p, len, NULL) == JURAT_OK);
	set_bytes(&e->sent[PART_HEAD], q.signed_bytes.p, q.signed_bytes.len);
	set_bytes(&e->sent[PART_QE_REPORT], q.qe_report_bytes.p, q.qe_report_bytes.len);
	set_bytes(&e->auth, q.qe_auth_data.p, q.qe_auth_data.len);
	must(pem_decode(&pem, "CERTIFICATE", (const char *)q.cert_data.p, q.cert_data.len, "seed", NULL) == JURAT_OK && pem.num == 3);
	set_tbs(&e->sent[PART_LEAF], pem.block[0]);
	set_tbs(&e->sent[PART_CA], pem.block[1]);
	set_bytes(&w->root, pem.block[2].p, pem.block[2].len);
	pem_clear(&pem);
}

static void
take_collateral(struct world_evidence *e, const char *text, size_t len)
{
	static const struct {
		enum world_part part;
		const char *member;
	} texts[] = { { PART_TCB_INFO, "tcb_info" }, { PART_IDENTITY, "qe_identity" } }, crls[] = { { PART_ROOT_CRL, "root_ca_crl" },
		{ PART_PCK_CRL, "pck_crl" } };
	struct json_value *document = NULL;
	struct pem pem = { 0 };
	const char *chain;

	must(json_parse(&document, text, len, SEED_MAX_LEN, "seed", NULL) == JURAT_OK);
	for (size_t i = 0; i < 2; i++) {
		const char *value = json_text(json_member(document, texts[i].member)), *hex = json_text(json_member(document, crls[i].member));
		uint8_t *der;
		size_t der_len;

		set_bytes(&e->sent[texts[i].part], value, strlen(value));
		must(crl_decode(&der, &der_len, hex, strlen(hex), "seed", NULL) == JURAT_OK);
		set_tbs(&e->sent[crls[i].part], (struct x509_span){ der, der_len });
		free(der);
	}
	chain = json_text(json_member(document, "tcb_info_issuer_chain"));
	must(pem_decode(&pem, "CERTIFICATE", chain, strlen(chain), "seed", NULL) == JURAT_OK && pem.num == 2);
	set_tbs(&e->sent[PART_SIGNER], pem.block[0]);
	pem_clear(&pem);
	json_free(document);
}

static void
take_base(struct world *w, unsigned base, const char *name)
{
	CLEANUP(blob_clear) struct blob seed = { 0 };
	struct world_evidence *e = &w->genuine[base];
	size_t quote_len;

	read_seed(&seed, "verify", name);
	must(seed.len > 4);
	quote_len = load32le(seed.p);
	must(quote_len < seed.len - 4);
	take_quote(w, e, seed.p + 4, quote_len);
	take_collateral(e, (const char *)seed.p + 4 + quote_len, seed.len - 4 - quote_len);
	memcpy(e->signed_part, e->sent, sizeof e->sent);
	for (enum world_part i = 0; i < PART_NUM; i++)
		e->signer[i] = world_signer(i);
	e->base = base;
	e->num_chain = 3;
	for (unsigned i = 0; i < 3; i++)
		e->chain[i] = (enum world_cert)i;
	e->at_unix_s = WORLD_AT;
}

static struct world *
world(void)
{
	static const char *const names[WORLD_NUM_BASES] = { "genuine", "genuine_td", "genuine_td15", "genuine_td15_ex" };
	static const char *const labels[KEY_NUM] = { "root", "ca", "leaf", "tcb", "attestation", "stranger" };
	static struct world *w; /* for as long as the target runs */

	if (w != NULL)
		return w;
	w = calloc(1, sizeof *w);
	must(w != NULL);
	for (enum world_key i = 0; i < KEY_NUM; i++)
		make_key(w, i, labels[i]);
	for (unsigned i = 0; i < WORLD_NUM_BASES; i++)
		take_base(w, i, names[i]);
	return w;
}

void
world_open_evidence(struct world_evidence *out, unsigned base)
{
	*out = world()->genuine[base];
}

enum world_key
world_signer(enum world_part part)
{
	static const enum world_key keys[PART_NUM] = { [PART_HEAD] = KEY_ATTESTATION, [PART_QE_REPORT] = KEY_LEAF, [PART_LEAF] = KEY_CA,
		[PART_CA] = KEY_ROOT, [PART_SIGNER] = KEY_ROOT, [PART_ROOT_CRL] = KEY_ROOT, [PART_PCK_CRL] = KEY_CA,
		[PART_TCB_INFO] = KEY_SIGNER, [PART_IDENTITY] = KEY_SIGNER };

	return keys[part];
}

const struct p256_public *
world_public(enum world_key key)
{
	return &world()->pub[key];
}

const struct world_bytes *
world_root(void)
{
	return &world()->root;
}

/* ---- putting evidence together ---- */

static struct p256_signature
sign(const struct world_evidence *e, enum world_part part)
{
	struct made *made = &world()->made[e->base][part];
	uint8_t digest[SHA256_LEN];

	sha256_once(digest, e->signed_part[part].p, e->signed_part[part].len);
	if (!made->is_made || made->key != e->signer[part] || memcmp(made->digest, digest, sizeof digest) != 0) {
		must(ecdsa_sign(&made->signature, &world()->secret[e->signer[part]], digest) == JURAT_OK);
		memcpy(made->digest, digest, sizeof digest);
		made->key = e->signer[part];
		made->is_made = true;
	}
	return made->signature;
}

void
world_put_head(struct writer *w, uint8_t tag, size_t len)
{
	writer_u8(w, tag);
	if (len >= 0x100) {
		writer_u8(w, 0x82);
		writer_u8(w, (uint8_t)(len >> 8));
	} else if (len >= 0x80) {
		writer_u8(w, 0x81);
	}
	writer_u8(w, (uint8_t)len);
}

static void
put_integer(struct writer *w, const uint8_t v[32])
{
	size_t zeros = 0;

	while (zeros < 31 && v[zeros] == 0)
		zeros++;
	world_put_head(w, DER_INTEGER, 32 - zeros + (v[zeros] >= 0x80));
	if (v[zeros] >= 0x80)
		writer_u8(w, 0);
	writer_copy(w, v + zeros, 32 - zeros);
}

void
world_der(struct world_bytes *out, const struct world_evidence *e, enum world_part part)
{
	const struct p256_signature s = sign(e, part);
	const struct world_bytes *tbs = &e->sent[part];
	uint8_t numbers[80], tail[128];
	struct writer w, whole;

	writer_init(&w, numbers, sizeof numbers);
	put_integer(&w, s.r);
	put_integer(&w, s.s);
	writer_init(&whole, tail, sizeof tail);
	writer_copy(&whole, algorithm, sizeof algorithm);
	world_put_head(&whole, DER_BIT_STRING, w.len + 3);
	writer_u8(&whole, 0);
	world_put_head(&whole, DER_SEQUENCE, w.len);
	writer_copy(&whole, numbers, w.len);
	writer_init(&w, out->p, sizeof out->p);
	world_put_head(&w, DER_SEQUENCE, tbs->len + whole.len);
	writer_copy(&w, tbs->p, tbs->len);
	writer_copy(&w, tail, whole.len);
	must(!w.failed);
	out->len = w.len;
}

static void
put_pem(struct writer *w, const struct world_bytes *der)
{
	uint8_t line[2 * PEM_LINE];

	writer_copy(w, "-----BEGIN CERTIFICATE-----\n", 28);
	for (size_t at = 0; at < der->len; at += PEM_LINE) {
		size_t n = der->len - at < PEM_LINE ? der->len - at : PEM_LINE;

		writer_copy(w, line, (size_t)EVP_EncodeBlock(line, der->p + at, (int)n));
		writer_u8(w, '\n');
	}
	writer_copy(w, "-----END CERTIFICATE-----\n", 26);
}

/* chain_text: the certificates as PEM; NUL-terminated, the caller frees. */
static char *
chain_text(const struct world_evidence *e, const enum world_cert *chain, size_t num)
{
	static const enum world_part parts[CHAIN_NUM] = { [CHAIN_LEAF] = PART_LEAF, [CHAIN_CA] = PART_CA, [CHAIN_SIGNER] = PART_SIGNER };
	char *text = calloc(1, SEED_MAX_LEN);
	struct writer w;

	must(text != NULL);
	writer_init(&w, text, SEED_MAX_LEN - 1);
	for (size_t i = 0; i < num; i++) {
		struct world_bytes der;

		if (chain[i] == CHAIN_ROOT)
			der = *world_root();
		else
			world_der(&der, e, parts[chain[i]]);
		put_pem(&w, &der);
	}
	must(!w.failed);
	return text;
}

static void
put_signature(struct writer *w, const struct p256_signature *s)
{
	writer_copy(w, s->r, 32);
	writer_copy(w, s->s, 32);
}

/* bind: the QE report vouches for the key and the authentication data that are sent. */
static void
bind(struct world_evidence *e, const struct p256_public *key)
{
	struct world_bytes *reports[] = { &e->sent[PART_QE_REPORT], &e->signed_part[PART_QE_REPORT] };

	for (size_t i = 0; i < ARRAY_LEN(reports); i++) {
		uint8_t *data = reports[i]->p + SGX_REPORT_BODY_LEN - SGX_REPORT_DATA_LEN;

		if (reports[i]->len != SGX_REPORT_BODY_LEN)
			continue;
		memset(data, 0, SGX_REPORT_DATA_LEN);
		quote_qe_binding(data, key, e->auth.p, e->auth.len);
	}
}

/* put_certified: QE report, authentication data, chain: what versions 4 and 5 wrap once more. */
static void
put_certified(struct writer *w, const struct world_evidence *e, const char *chain)
{
	const struct p256_signature s = sign(e, PART_QE_REPORT);

	writer_copy(w, e->sent[PART_QE_REPORT].p, e->sent[PART_QE_REPORT].len);
	put_signature(w, &s);
	writer_u16le(w, (uint16_t)e->auth.len);
	writer_copy(w, e->auth.p, e->auth.len);
	writer_u16le(w, QUOTE_CERT_PCK_CHAIN);
	writer_u32le(w, (uint32_t)strlen(chain));
	writer_copy(w, chain, strlen(chain));
}

uint8_t *
world_quote(size_t *out_len, const struct world_evidence *evidence)
{
	struct world_evidence *e = malloc(sizeof *e);
	const struct world_bytes *head = &evidence->sent[PART_HEAD];
	const struct p256_public *key = world_public(evidence->signer[PART_HEAD]);
	uint8_t *out = malloc(SEED_MAX_LEN), *inner = malloc(SEED_MAX_LEN);
	const struct p256_signature s = sign(evidence, PART_HEAD);
	struct writer w, in;
	size_t wrapped = evidence->base == 0 ? 0 : 6;
	char *chain;

	must(e != NULL && out != NULL && inner != NULL);
	*e = *evidence;
	if (!e->keep_binding)
		bind(e, key);
	chain = chain_text(e, e->chain, e->num_chain);
	writer_init(&in, inner, SEED_MAX_LEN);
	put_certified(&in, e, chain);
	writer_init(&w, out, SEED_MAX_LEN);
	writer_copy(&w, head->p, head->len);
	writer_u32le(&w, (uint32_t)(128 + wrapped + in.len));
	put_signature(&w, &s);
	writer_copy(&w, key->x, 32);
	writer_copy(&w, key->y, 32);
	if (wrapped != 0) {
		writer_u16le(&w, QUOTE_CERT_QE_REPORT);
		writer_u32le(&w, (uint32_t)in.len);
	}
	writer_copy(&w, inner, in.len);
	must(!w.failed && !in.failed);
	free(chain);
	free(inner);
	free(e);
	*out_len = w.len;
	return out;
}

static void
put_signed_text(struct json_out *o, const struct world_evidence *e, enum world_part part, const char *name)
{
	const struct p256_signature s = sign(e, part);
	uint8_t raw[64];
	char *text = strndup((const char *)e->sent[part].p, e->sent[part].len), member[64];

	must(text != NULL);
	memcpy(raw, s.r, 32);
	memcpy(raw + 32, s.s, 32);
	json_out_string(o, name, text);
	snprintf(member, sizeof member, "%s_signature", name);
	json_out_hex(o, member, raw, sizeof raw);
	free(text);
}

char *
world_collateral(const struct world_evidence *e)
{
	static const enum world_cert signers[] = { CHAIN_SIGNER, CHAIN_ROOT };
	struct world_bytes crl;
	struct json_out o;
	char *chain = chain_text(e, signers, ARRAY_LEN(signers)), *out = NULL;

	json_out_init_compact(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "pck_crl_issuer_chain", "");
	world_der(&crl, e, PART_ROOT_CRL);
	json_out_hex(&o, "root_ca_crl", crl.p, crl.len);
	world_der(&crl, e, PART_PCK_CRL);
	json_out_hex(&o, "pck_crl", crl.p, crl.len);
	json_out_string(&o, "tcb_info_issuer_chain", chain);
	put_signed_text(&o, e, PART_TCB_INFO, "tcb_info");
	json_out_string(&o, "qe_identity_issuer_chain", chain);
	put_signed_text(&o, e, PART_IDENTITY, "qe_identity");
	json_out_end(&o, '}');
	must(json_out_finish(&o, &out) == JURAT_OK);
	free(chain);
	return out;
}

char *
world_trust(void)
{
	CLEANUP(blob_clear) struct blob seed = { 0 };
	char *text;

	read_seed(&seed, "trust", "private");
	text = strndup((const char *)seed.p, seed.len);
	must(text != NULL);
	return text;
}
