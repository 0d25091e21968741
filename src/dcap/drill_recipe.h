/* SPDX-License-Identifier: Apache-2.0 */
/* How one item of a drill is made: everything right to begin with, one thing changed, then signed. Only src/dcap/drill*.c include this. */
#ifndef DCAP_DRILL_RECIPE_H
#define DCAP_DRILL_RECIPE_H

#include "dcap/drill.h"
#include "sgx/quote.h"

#define DRILL_QUOTE_MAX_LEN (256u * 1024u)
#define DRILL_CHAIN_MAX 4u
#define DRILL_DAY_S 86400ll

enum drill_cert { CERT_LEAF, CERT_CA, CERT_ROOT, CERT_SIGNER, CERT_NUM };

struct drill_cert_plan {
	enum pki_role role;
	const struct pki_names *names;
	const struct pki_key *issuer, *subject;
	int64_t not_before, not_after;
};

struct drill_crl_plan {
	enum pki_role role;
	const struct pki_names *names;
	const struct pki_key *issuer;
	int64_t this_update, next_update;
	int revoked; /* enum drill_cert, or -1 */
};

/* One replacement in a text; find NULL: none. The first place counts. */
struct drill_edit {
	const char *find, *put;
};

struct drill_json_plan {
	const struct pki_key *signer;
	enum drill_cert chain[DRILL_CHAIN_MAX];
	size_t num_chain;
	struct drill_edit before, after; /* of the text, before and after it is signed */
	unsigned signature_xor;
};

struct drill_recipe {
	const struct drill_world *w;
	int64_t now;
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
	uint8_t qe_auth[32];
	bool keep_report_data; /* of the QE report: not the binding */
	struct pki_names other_names;
	/* afterwards, over the finished quote: set bytes, or cut and append */
	struct {
		size_t off, len;
		uint8_t xor_with[64];
	} flip;
	size_t cut_to;    /* SIZE_MAX: not */
	size_t append_len;
	uint8_t append_byte;
	bool fix_auth_len; /* appended bytes lie inside the authentication data */
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
extern const struct drill_defect drill_quote_defects[], drill_v4_defects[], drill_chain_defects[], drill_collateral_defects[],
    drill_platform_defects[];

/* version: 3 or 4, of SGX. */
void drill_recipe_init(struct drill_recipe *r, const struct drill_world *w, int64_t now, uint16_t version);

struct drill_made {
	uint8_t *quote;
	size_t quote_len;
	char *collateral, *policy;
};
MUST_USE jurat_rc drill_make(struct drill_made *out, const struct drill_recipe *r, struct jurat_diag *d);
void drill_made_clear(struct drill_made *m);

#endif
