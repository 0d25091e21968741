/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/drill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "dcap/drill_recipe.h"
#include "dcap/world_files.h"

#define NAME_MAX_LEN 80

void
drill_world_clear(struct drill_world *w)
{
	struct pki_key *keys[] = { &w->root, &w->platform, &w->signing, &w->processor, &w->pck, &w->attestation, &w->stranger };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		pki_key_clear(keys[i]);
	free(w->root_pem);
	w->root_pem = NULL;
}

static jurat_rc
new_keys(struct pki_key *const *keys, size_t num, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	for (size_t i = 0; rc == JURAT_OK && i < num; i++)
		rc = pki_key_new(keys[i], d);
	return rc;
}

jurat_rc
drill_world_new(struct drill_world *out, const char *name, int64_t now, struct jurat_diag *d)
{
	struct drill_world w = { 0 };
	struct pki_key *keys[] = { &w.root, &w.platform, &w.signing, &w.processor, &w.pck, &w.attestation, &w.stranger };
	struct pki_cert_request request = { .role = PKI_ROOT, .names = &w.names, .issuer = &w.root, .not_before = now - DRILL_DAY_S,
		.not_after = now + 20 * 365 * DRILL_DAY_S };
	jurat_rc rc = pki_names_make(&w.names, name, false, d);

	if (rc == JURAT_OK)
		rc = new_keys(keys, ARRAY_LEN(keys), d);
	if (rc == JURAT_OK)
		rc = pki_serial_new(request.serial, d);
	request.subject = w.root.pub;
	if (rc == JURAT_OK)
		rc = pki_cert_make(&w.root_pem, &request, d);
	if (rc == JURAT_OK)
		*out = w;
	else
		drill_world_clear(&w);
	return rc;
}

jurat_rc
drill_world_open(struct drill_world *out, const char *dir, int64_t now, struct jurat_diag *d)
{
	struct drill_world w = { 0 };
	struct pki_key *keys[] = { &w.processor, &w.pck, &w.attestation, &w.stranger };
	struct blob pem CLEANUP(blob_clear) = { 0 };
	struct world *world = NULL;
	jurat_rc rc = world_open(&world, dir, d);

	if (rc == JURAT_OK)
		w.names = world->names;
	world_close(world);
	if (rc == JURAT_OK)
		rc = world_read_key(&w.root, dir, "keys/root-ca.pem", d);
	if (rc == JURAT_OK)
		rc = world_read_key(&w.platform, dir, "keys/platform-ca.pem", d);
	if (rc == JURAT_OK)
		rc = world_read_key(&w.signing, dir, "keys/tcb-signing.pem", d);
	if (rc == JURAT_OK)
		rc = world_read(&pem, dir, "trust/root-ca.pem", WORLD_FILE_MAX_LEN, false, d);
	if (rc == JURAT_OK && (w.root_pem = strdup((const char *)pem.p)) == NULL)
		rc = jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = new_keys(keys, ARRAY_LEN(keys), d);
	if (rc == JURAT_OK)
		*out = w;
	else
		drill_world_clear(&w);
	return rc;
}

jurat_rc
drill_trust(char **out, const struct drill_world *w)
{
	return pki_trust_make(out, &w->names, w->root_pem);
}

/* What drill_each hands through. */
struct run {
	const struct drill_world *w;
	int64_t now;
	jurat_rc (*take)(void *ctx, const struct drill_item *item);
	void *ctx;
	const struct drill_recipe *base; /* the genuine quote of this kind, and what it is made of */
	struct drill_parts base_parts;
};

static void
name_item(char out[NAME_MAX_LEN], const struct drill_shape *shape, const struct drill_defect *defect, unsigned arg)
{
	const char *place = strstr(defect->name, "%s");

	if (place == NULL) {
		snprintf(out, NAME_MAX_LEN, "%s%s", shape->prefix, defect->name);
		return;
	}
	snprintf(out, NAME_MAX_LEN, "%s%.*s%s%s", shape->prefix, (int)(place - defect->name), defect->name, defect->word(arg), place + 2);
}

/* make_one: *r is the genuine recipe and becomes the item's. */
static jurat_rc
make_one(struct drill_made *out, struct drill_recipe *r, const struct run *run, const struct drill_defect *defect, unsigned arg,
    struct jurat_diag *d)
{
	CLEANUP(drill_parts_clear) struct drill_parts parts = { 0 };
	jurat_rc rc;

	defect->change(r, arg);
	rc = drill_parts_make(&parts, r, &run->base_parts, run->base, d);
	return rc == JURAT_OK ? drill_make(out, r, &parts, d) : rc;
}

static jurat_rc
run_one(const struct run *run, const struct drill_defect *defect, unsigned arg, struct jurat_diag *d)
{
	char name[NAME_MAX_LEN];
	struct drill_recipe *r = malloc(sizeof *r);
	struct drill_item item = { .name = name, .check = defect->check, .exit_code = defect->exit_code };
	struct drill_made made = { 0 };
	jurat_rc rc;

	if (r == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill", NO_OFFSET, 0, 0);
	name_item(name, run->base->shape, defect, arg);
	memcpy(r, run->base, sizeof *r);
	rc = make_one(&made, r, run, defect, arg, d);
	item.at_unix_s = r->at;
	free(r);
	if (rc != JURAT_OK)
		return rc;
	item.quote = made.quote;
	item.quote_len = made.quote_len;
	item.collateral = made.collateral;
	item.policy = made.policy;
	rc = run->take(run->ctx, &item);
	drill_made_clear(&made);
	return rc;
}

static jurat_rc
run_table(const struct run *run, const struct drill_defect *table, struct jurat_diag *d)
{
	for (; table->name != NULL; table++) {
		for (unsigned arg = 0; arg == 0 || arg < table->num; arg++) {
			jurat_rc rc = run_one(run, table, arg, d);

			if (rc != JURAT_OK)
				return rc;
		}
	}
	return JURAT_OK;
}

#define TABLES_MAX 12

/* A kind of quote and its defects. */
struct part {
	struct drill_shape shape;
	const struct drill_defect *tables[TABLES_MAX]; /* up to NULL */
};

static const struct part parts[] = {
	{ { "", 3, QUOTE_BODY_SGX }, { drill_platform_defects, drill_quote_defects, drill_signature_defects, drill_cert_data_defects,
		drill_body_defects, drill_chain_defects, drill_cert_defects,
		drill_extension_defects, drill_crl_defects, drill_collateral_defects, drill_document_defects } },
	{ { "v4-", 4, QUOTE_BODY_SGX }, { drill_platform_defects, drill_quote_defects, drill_signature_defects, drill_cert_data_defects,
		drill_body_defects, drill_outer_defects } },
	{ { "v5-", 5, QUOTE_BODY_SGX }, { drill_platform_defects, drill_quote_defects, drill_signature_defects, drill_cert_data_defects,
		drill_body_defects, drill_outer_defects, drill_v5_defects } },
	{ { "td-v4-", 4, TD_REPORT_10 }, { drill_td_defects, drill_td_policy_defects, drill_tdx_info_defects, drill_quote_defects, drill_signature_defects, drill_cert_data_defects,
		drill_td_body_defects, drill_outer_defects } },
	{ { "td-v5-", 5, TD_REPORT_10 }, { drill_td_defects, drill_td_policy_defects, drill_quote_defects, drill_signature_defects, drill_cert_data_defects,
		drill_td_body_defects, drill_outer_defects, drill_v5_defects } },
	{ { "td15-", 5, TD_REPORT_15 }, { drill_td_defects, drill_td_policy_defects, drill_td15_defects, drill_quote_defects, drill_signature_defects, drill_cert_data_defects,
		drill_td_body_defects, drill_outer_defects,
		drill_v5_defects } },
	{ { "td15ex-", 5, TD_REPORT_15_EX }, { drill_td_defects, drill_td_policy_defects, drill_td15_defects, drill_td15_ex_defects, drill_quote_defects,
		drill_td_body_defects, drill_outer_defects, drill_v5_defects } },
};

static jurat_rc
run_part(struct run *run, const struct part *part, struct jurat_diag *d)
{
	struct drill_recipe *base = calloc(1, sizeof *base);
	jurat_rc rc;

	if (base == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "drill", NO_OFFSET, 0, 0);
	drill_recipe_init(base, run->w, run->now, &part->shape);
	run->base = base;
	rc = drill_parts_make(&run->base_parts, base, NULL, NULL, d);
	for (size_t i = 0; rc == JURAT_OK && i < TABLES_MAX && part->tables[i] != NULL; i++)
		rc = run_table(run, part->tables[i], d);
	drill_parts_clear(&run->base_parts);
	free(base);
	return rc;
}

jurat_rc
drill_each(const struct drill_world *w, int64_t now, jurat_rc (*take)(void *ctx, const struct drill_item *item), void *ctx,
    struct jurat_diag *d)
{
	struct run run = { .w = w, .now = now, .take = take, .ctx = ctx };
	jurat_rc rc = JURAT_OK;

	for (size_t i = 0; rc == JURAT_OK && i < ARRAY_LEN(parts); i++)
		rc = run_part(&run, &parts[i], d);
	return rc;
}
