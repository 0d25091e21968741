/* SPDX-License-Identifier: Apache-2.0 */
/* The versions that the TCB status rests on: what the platform has, what the best status needs, and what must be updated for it. */
#include <stdio.h>
#include <string.h>

#include "appraisal/appraise.h"

#define SIXTEEN(P) P "1", P "2", P "3", P "4", P "5", P "6", P "7", P "8", P "9", P "10", P "11", P "12", P "13", P "14", P "15", P "16"

static const char *const sgx_names[TCB_NUM_COMPONENTS] = { SIXTEEN("sgx_component_") };
static const char *const tdx_names[TCB_NUM_COMPONENTS] = { SIXTEEN("tdx_component_") };

static struct jurat_tcb_part *
add_part(struct jurat_verdict *v, const char *name, unsigned has, unsigned needs, const char *update)
{
	struct jurat_tcb_part *part = &v->part[v->num_parts++];

	*part = (struct jurat_tcb_part){ name, "", "", has < needs ? update : "", has, needs };
	return part;
}

/* add_components: skipped: how many of them are judged elsewhere. */
static void
add_components(struct jurat_verdict *v, const char *const names[TCB_NUM_COMPONENTS], size_t skipped, const uint8_t *has,
    const struct tcb_level *best, bool is_tdx)
{
	const uint8_t *needs = is_tdx ? best->tdx_components : best->components;
	const struct tcb_component_words *words = is_tdx ? v->tdx_words : v->words;

	for (size_t i = skipped; i < TCB_NUM_COMPONENTS; i++) {
		const struct tcb_component_words *w = &words[i];
		const char *update = "BIOS, microcode or platform software";
		struct jurat_tcb_part *part;

		if (has[i] < needs[i] && w->category[0] != '\0')
			update = verdict_note(v, "%s%s%s", w->category, w->type[0] != '\0' ? ": " : "", w->type);
		part = add_part(v, names[i], has[i], needs[i], update);
		part->category = w->category;
		part->type = w->type;
	}
}

void
judge_tcb_parts(struct appraisal *a)
{
	const struct jurat_collateral *c = a->collateral;
	const struct tcb_level *best;
	const struct tdx_module_identity *module;
	struct jurat_verdict *v = a->v;
	unsigned version = v->is_td ? v->td.tee_tcb_svn[1] : 0;

	if (!v->is_authentic)
		return;
	best = tcb_info_best(&c->tcb_info);
	v->best_status = best->common.status;
	memcpy(v->words, c->tcb_info.words, sizeof v->words); /* a verdict outlives the collateral */
	memcpy(v->tdx_words, c->tcb_info.tdx_words, sizeof v->tdx_words);
	add_components(v, sgx_names, 0, v->pck.components, best, false);
	add_part(v, "pce_svn", v->pck.pce_svn, best->pce_svn, "PCE (platform software)");
	if (v->is_td) /* with a version the module's first two are its own, and its identity judges them */
		add_components(v, tdx_names, version > 0 ? 2 : 0, v->td.tee_tcb_svn, best, true);
	module = version > 0 ? tcb_info_module(&c->tcb_info, (uint8_t)version) : NULL;
	if (module != NULL)
		add_part(v, "tdx_module_isv_svn", v->td.tee_tcb_svn[0], isv_levels_best(&module->levels)->isv_svn, "TDX module");
	add_part(v, "qe_isv_svn", a->quote.qe_report.isv_svn, isv_levels_best(&c->qe_identity.levels)->isv_svn, "quoting enclave");
}

size_t
verdict_num_short(const struct jurat_verdict *v)
{
	size_t num = 0;

	for (size_t i = 0; i < v->num_parts; i++)
		num += v->part[i].has < v->part[i].needs;
	return num;
}

static bool
is_among(const char *text, const char *const *list, size_t num)
{
	for (size_t i = 0; i < num; i++) {
		if (strcmp(list[i], text) == 0)
			return true;
	}
	return false;
}

size_t
verdict_updates(const struct jurat_verdict *v, const char *out[VERDICT_MAX_UPDATES])
{
	size_t num = 0;
	bool relaunch = v->has_tcb && !tcb_status_is_of_level(v->tcb_status);

	if (relaunch) /* what runs now is new enough */
		out[num++] = "launch the TD again";
	for (size_t i = 0; !relaunch && i < v->num_parts; i++) {
		if (*v->part[i].update != '\0' && !is_among(v->part[i].update, out, num))
			out[num++] = v->part[i].update;
	}
	if (v->has_tcb && tcb_status_needs_configuration(v->tcb_status))
		out[num++] = "configuration (BIOS settings)";
	return num;
}

void
tcb_part_words(char out[TCB_PART_WORDS_LEN], const struct jurat_tcb_part *part)
{
	bool is_sgx = strncmp(part->name, "sgx_component_", 14) == 0, is_tdx = strncmp(part->name, "tdx_component_", 14) == 0;

	if (is_sgx || is_tdx)
		snprintf(out, TCB_PART_WORDS_LEN, "%s %s%s%s%s", is_sgx ? "component" : "tdx component", part->name + 14,
		    part->category[0] != '\0' ? " (" : "", part->category, part->category[0] != '\0' ? ")" : "");
	else if (strcmp(part->name, "qe_isv_svn") == 0)
		snprintf(out, TCB_PART_WORDS_LEN, "qe isv_svn");
	else
		snprintf(out, TCB_PART_WORDS_LEN, "%s", strcmp(part->name, "pce_svn") == 0 ? "pce_svn" : "tdx module isv_svn");
}

size_t
jurat_verdict_num_tcb_parts(const struct jurat_verdict *v)
{
	return v != NULL ? v->num_parts : 0;
}

const struct jurat_tcb_part *
jurat_verdict_tcb_part_at(const struct jurat_verdict *v, size_t i)
{
	return v != NULL && i < v->num_parts ? &v->part[i] : NULL;
}

const char *
jurat_verdict_best_tcb_status(const struct jurat_verdict *v)
{
	return v != NULL && v->is_authentic ? tcb_status_name(v->best_status) : NULL;
}
