/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes that do not bring their PCK chain along (QuoteLibReference A.4, certification data of types 1 to 4), and the chain beside them. */
#include <string.h>

#include "core/bytes.h"
#include "dcap/drill_recipe.h"

enum { PPID_LEN = 16, PPID_RSA2048_LEN = 256, PPID_RSA3072_LEN = 384 };

/* ask_for: the certification data names the PCK certificate of the recipe's platform. An encrypted PPID is not readable: any bytes do. */
static void
ask_for(struct drill_recipe *r, enum quote_cert_type type)
{
	size_t ppid_len = type == QUOTE_CERT_PPID_PLAIN ? PPID_LEN : type == QUOTE_CERT_PPID_RSA2048 ? PPID_RSA2048_LEN : PPID_RSA3072_LEN;
	struct writer w;

	r->quote.cert_type = (uint16_t)type;
	r->cert_data.is_chain = false;
	writer_init(&w, r->cert_data.bytes, sizeof r->cert_data.bytes);
	if (type == QUOTE_CERT_PPID_PLAIN)
		writer_copy(&w, r->sgx.ppid, sizeof r->sgx.ppid);
	else
		writer_zeros(&w, ppid_len);
	writer_copy(&w, r->sgx.cpusvn, sizeof r->sgx.cpusvn);
	writer_u16le(&w, r->sgx.pce_svn);
	writer_copy(&w, r->sgx.pce_id, sizeof r->sgx.pce_id);
	r->cert_data.len = w.len;
}

/* send_leaf: type 4, the PCK certificate alone. */
static void
send_leaf(struct drill_recipe *r)
{
	r->quote.cert_type = QUOTE_CERT_PCK_LEAF;
	r->num_chain = 1;
}

static void
send(struct drill_recipe *r, unsigned arg)
{
	if (arg == 3)
		send_leaf(r);
	else
		ask_for(r, (enum quote_cert_type)(QUOTE_CERT_PPID_PLAIN + arg));
}

static const char *
type_word(unsigned arg)
{
	static const char *const words[] = { "1", "2", "3", "4" };

	return words[arg];
}

static void
chain_beside(struct drill_recipe *r, unsigned arg)
{
	send(r, arg);
	r->chain_beside = true;
}

/* garbage_beside: the chain in the collateral cannot be read. */
static void
garbage_beside(struct drill_recipe *r, unsigned arg)
{
	chain_beside(r, arg);
	r->collateral_edit = (struct drill_edit){ "\"pck_certificate_chain\": \"*\"", "\"pck_certificate_chain\": \"garbage\"" };
}

/* empty_beside: it is empty, which is none. */
static void
empty_beside(struct drill_recipe *r, unsigned arg)
{
	chain_beside(r, arg);
	r->collateral_edit = (struct drill_edit){ "\"pck_certificate_chain\": \"*\"", "\"pck_certificate_chain\": \"\"" };
}

/* cut_data, add_to_data: one byte. */
static void
cut_data(struct drill_recipe *r, unsigned arg)
{
	chain_beside(r, arg);
	r->cert_data.len--;
}

static void
add_to_data(struct drill_recipe *r, unsigned arg)
{
	chain_beside(r, arg);
	r->cert_data.len++;
}

static void
no_data(struct drill_recipe *r, unsigned arg)
{
	chain_beside(r, arg);
	r->cert_data.len = 0;
}

/* ask_for_another: the chain beside is not the one that the quote asks for. */
static void
ask_for_another(struct drill_recipe *r, unsigned arg)
{
	/* from the end: PCE-ID, PCESVN, CPUSVN, and the PPID of type 1 */
	static const size_t from_end[] = { 1, 3, 5, 21 };

	chain_beside(r, 0);
	r->cert_data.bytes[r->cert_data.len - from_end[arg]] ^= 1;
}

static const char *
another_word(unsigned arg)
{
	static const char *const words[] = { "pce-id", "pce-svn", "cpusvn", "ppid" };

	return words[arg];
}

static void
empty_chain(struct drill_recipe *r, unsigned arg)
{
	r->cert_data.is_chain = false;
}

const struct drill_defect drill_cert_data_defects[] = {
	{ "genuine-cert-data-of-type-%s-and-the-chain-beside", NULL, 0, 4, chain_beside, type_word },
	{ "cert-data-of-type-%s-alone", "certification_data", 5, 4, send, type_word },
	{ "cert-data-of-type-%s-and-an-empty-chain", "certification_data", 5, 4, empty_beside, type_word },
	{ "cert-data-of-type-%s-and-a-chain-of-garbage", "pck_chain_format", 3, 4, garbage_beside, type_word },
	{ "cert-data-of-type-%s-cut", "certification_data", 3, 3, cut_data, type_word },
	{ "cert-data-of-type-%s-with-one-more", "certification_data", 3, 3, add_to_data, type_word },
	{ "cert-data-of-type-%s-empty", "certification_data", 3, 3, no_data, type_word },
	{ "cert-data-of-another-%s", "pck_matches", 3, 4, ask_for_another, another_word },
	{ "cert-data-without-a-chain", "pck_chain_format", 3, 0, empty_chain, NULL },
	{ 0 },
};
