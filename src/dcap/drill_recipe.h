/* SPDX-License-Identifier: Apache-2.0 */
/* How one item of a drill is made: everything right to begin with, one thing changed, then signed. Only src/dcap/drill*.c include this. */
#ifndef DCAP_DRILL_RECIPE_H
#define DCAP_DRILL_RECIPE_H

#include "dcap/drill.h"
#include "dcap/drill_der.h"
#include "sgx/quote.h"

#define DRILL_QUOTE_MAX_LEN QUOTE_MAX_LEN
#define DRILL_CHAIN_MAX 4u
#define DRILL_CERT_BYTES_MAX 408u /* the longest certification data that is no certificate, and some more */
#define DRILL_DAY_S 86400ll
#define DRILL_OUTER_OFF (4u + 64u + 64u) /* behind header and body: length, signature, key; then type and length of what is around the QE report */

enum drill_cert { CERT_LEAF, CERT_CA, CERT_ROOT, CERT_SIGNER, CERT_NUM };

struct drill_cert_plan {
	enum pki_role role;
	const struct pki_names *names;
	const struct pki_key *issuer, *subject;
	int64_t not_before, not_after;
	const struct drill_der *der; /* NULL: as pki_cert_make makes it */
};

struct drill_crl_plan {
	enum pki_role role;
	const struct pki_names *names;
	const struct pki_key *issuer;
	int64_t this_update, next_update;
	enum drill_cert revoked;     /* CERT_NUM: a serial number that none of them has */
	const struct drill_der *der; /* NULL: as pki_crl_make makes it */
};

/* A kind of quote. */
struct drill_shape {
	const char *prefix; /* of the names of its items */
	uint16_t version;
	unsigned body_type; /* QUOTE_BODY_SGX, or enum td_report_kind */
};

/*
 * One replacement in a text; find NULL: none. The first place counts. A '*' in find stands for everything up to what follows it (or to the end), and in put
 * for what it stood for.
 */
struct drill_edit {
	const char *find, *put;
};

/* What becomes of a signature's two numbers. */
enum drill_number { NUMBER_KEPT, NUMBER_ZERO, NUMBER_ORDER, NUMBER_NEGATED };
struct drill_bend {
	enum drill_number r, s;
	bool swapped;
};

struct drill_json_plan {
	const struct pki_key *signer;
	enum drill_cert chain[DRILL_CHAIN_MAX];
	size_t num_chain;
	struct drill_edit before, after; /* of the text, before and after it is signed */
	unsigned signature_xor;
	struct drill_bend bend;
};

struct drill_recipe {
	const struct drill_world *w;
	const struct drill_shape *shape;
	int64_t now, at; /* when everything is made, and when it is verified */
	struct drill_cert_plan cert[CERT_NUM];
	enum drill_cert chain[DRILL_CHAIN_MAX]; /* in the quote */
	size_t num_chain;
	struct drill_edit chain_edit;
	struct pck_extension sgx;
	struct drill_crl_plan root_crl, pck_crl;
	struct pki_tcb_info tcb;
	struct pki_qe_identity identity;
	struct drill_json_plan tcb_plan, identity_plan;
	struct drill_edit collateral_edit, policy_edit;
	struct quote quote; /* header, body, QE report, certification data's type */
	const struct pki_key *report_signer, *attestation;
	const struct p256_public *attestation_point; /* NULL: the attestation key's own; the QE report's data follows it */
	struct drill_bend signature_bend, report_bend;
	uint8_t qe_auth[64];
	size_t qe_auth_len; /* 32 unless the length is the point */
	struct {
		bool is_chain;    /* the certificates, and not the bytes */
		uint8_t bytes[DRILL_CERT_BYTES_MAX];
		size_t len;
	} cert_data;
	bool chain_beside;        /* the chain stands in the collateral */
	bool keep_report_data; /* of the QE report: not the binding */
	struct pki_names other_names, processor_names; /* the latter: the platform CA is called processor CA */
	/* afterwards, over the finished quote: set bytes, or cut and append */
	struct {
		size_t off, len;
		uint8_t xor_with[64];
	} flip;
	size_t cut_to;    /* SIZE_MAX: not */
	size_t append_len;
	uint8_t append_byte;
	bool fix_auth_len; /* appended bytes lie inside the authentication data */
	bool fix_outer_len; /* and inside what is put around the QE report */
};

/* One kind of defect: made with each arg below num. */
struct drill_defect {
	const char *name; /* "%s" stands for what `word` gives */
	const char *check;
	int exit_code;
	unsigned num; /* 0: one, without a word */
	void (*change)(struct drill_recipe *r, unsigned arg);
	const char *(*word)(unsigned arg);
};

/* The tables, each with an empty row at its end. */
extern const struct drill_defect
    /* of every kind of quote */
    drill_quote_defects[], drill_signature_defects[], drill_cert_data_defects[], drill_outer_defects[], drill_v5_defects[],
    /* of enclaves */
    drill_platform_defects[], drill_body_defects[],
    /* of enclaves and once only, since chains and collateral are the same for all kinds */
    drill_chain_defects[], drill_cert_defects[], drill_extension_defects[], drill_crl_defects[], drill_collateral_defects[],
    drill_document_defects[],
    /* of TDs; td15 of TDX 1.5 and later, td15_ex of partitioned ones */
    drill_td_defects[], drill_td_policy_defects[], drill_td15_defects[], drill_td15_ex_defects[], drill_td_body_defects[], drill_tdx_info_defects[];

void drill_recipe_init(struct drill_recipe *r, const struct drill_world *w, int64_t now, const struct drill_shape *shape);

/* The platform's level has another status: one that a policy may accept (arg counts them), or Revoked. SGX and TDX alike. */
#define DRILL_NUM_STATUSES 5u
void drill_platform_status(struct drill_recipe *r, unsigned arg);
const char *drill_status_word(unsigned arg);
void drill_platform_revoked(struct drill_recipe *r, unsigned arg);

/* drill_signed_len: of the header and body of the recipe's quote. */
size_t drill_signed_len(const struct drill_recipe *r);

/*
 * What an item is made of. drill_parts_make takes from base (of recipe base_recipe, or NULL) what the two recipes have in common: most items differ from
 * the genuine quote of their kind in one certificate or one document, or in none.
 */
struct drill_parts {
	char *cert[CERT_NUM];
	char *tcb_info, *identity;
	char tcb_signature[PKI_SIGNATURE_HEX_LEN + 1], identity_signature[PKI_SIGNATURE_HEX_LEN + 1];
	uint8_t *root_crl, *pck_crl;
	size_t root_crl_len, pck_crl_len;
};
MUST_USE jurat_rc drill_parts_make(struct drill_parts *out, const struct drill_recipe *r, const struct drill_parts *base,
    const struct drill_recipe *base_recipe, struct jurat_diag *d);
void drill_parts_clear(struct drill_parts *p);

struct drill_made {
	uint8_t *quote;
	size_t quote_len;
	char *collateral, *policy;
};
MUST_USE jurat_rc drill_make(struct drill_made *out, const struct drill_recipe *r, const struct drill_parts *parts, struct jurat_diag *d);
void drill_made_clear(struct drill_made *m);

/* drill_edit: *text with the replacement made, in fresh memory; false if there is nothing to replace, or no memory. */
MUST_USE bool drill_edit(char **text, const struct drill_edit *e);
/* drill_bend: does it to a signature. */
void drill_bend(struct p256_signature *sig, const struct drill_bend *bend);
/* drill_serial_of: the serial number of this certificate. */
void drill_serial_of(uint8_t out[PKI_SERIAL_LEN], enum drill_cert which);

#endif
