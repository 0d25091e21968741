/* SPDX-License-Identifier: Apache-2.0 */
/* Defects of the quote's two signatures as numbers (FIPS 186-5 §6.4.2), and attestation keys that are no points. */
#include <string.h>

#include "dcap/drill_recipe.h"

static const struct {
	const char *name;
	struct drill_bend bend;
} bends[] = { { "r-zero", { NUMBER_ZERO, NUMBER_KEPT, false } }, { "s-zero", { NUMBER_KEPT, NUMBER_ZERO, false } },
	{ "both-zero", { NUMBER_ZERO, NUMBER_ZERO, false } }, { "r-the-order", { NUMBER_ORDER, NUMBER_KEPT, false } },
	{ "s-the-order", { NUMBER_KEPT, NUMBER_ORDER, false } }, { "r-negated", { NUMBER_NEGATED, NUMBER_KEPT, false } },
	{ "swapped", { NUMBER_KEPT, NUMBER_KEPT, true } } };

static const char *
bend_word(unsigned arg)
{
	return bends[arg].name;
}

static void
bend_signature(struct drill_recipe *r, unsigned arg)
{
	r->signature_bend = bends[arg].bend;
}

static void
bend_report_signature(struct drill_recipe *r, unsigned arg)
{
	r->report_bend = bends[arg].bend;
}

static void
bend_tcb_signature(struct drill_recipe *r, unsigned arg)
{
	r->tcb_plan.bend = bends[arg].bend;
}

static void
bend_identity_signature(struct drill_recipe *r, unsigned arg)
{
	r->identity_plan.bend = bends[arg].bend;
}

/* other_s: (r, n - s) is as good a signature of the same message as (r, s); whoever refuses it loses nothing. */
static void
other_s(struct drill_recipe *r, unsigned arg)
{
	static const struct drill_bend negated = { NUMBER_KEPT, NUMBER_NEGATED, false };

	if (arg == 0)
		r->signature_bend = negated;
	else if (arg == 1)
		r->report_bend = negated;
	else
		r->tcb_plan.bend = r->identity_plan.bend = negated;
}

static const char *
other_s_word(unsigned arg)
{
	static const char *const words[] = { "quote", "qe-report", "documents" };

	return words[arg];
}

/* no_point: the QE report speaks for a key that is none. */
static void
no_point(struct drill_recipe *r, unsigned arg)
{
	static const struct p256_public points[] = { { { 0 }, { 0 } }, { { 0 }, { [31] = 1 } },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } };

	r->attestation_point = &points[arg];
}

static const char *
point_word(unsigned arg)
{
	static const char *const words[] = { "zero", "off-the-curve", "above-p" };

	return words[arg];
}

/* bound_to_another: the report speaks for another key than the one that signed. */
static void
bound_to_another(struct drill_recipe *r, unsigned arg)
{
	r->attestation_point = &r->w->stranger.pub;
}

static void
qe_auth_of(struct drill_recipe *r, unsigned arg)
{
	r->qe_auth_len = arg == 0 ? 0 : 64;
}

static const char *
qe_auth_word(unsigned arg)
{
	return arg == 0 ? "0" : "64";
}

const struct drill_defect drill_signature_defects[] = {
	{ "genuine-with-the-other-s-of-the-%s", NULL, 0, 3, other_s, other_s_word },
	{ "genuine-with-qe-auth-data-of-%s-bytes", NULL, 0, 2, qe_auth_of, qe_auth_word },
	{ "quote-signature-%s", "quote_signature", 3, ARRAY_LEN(bends), bend_signature, bend_word },
	{ "quote-qe-report-signature-%s", "qe_report_signature", 3, ARRAY_LEN(bends), bend_report_signature, bend_word },
	{ "tcb-info-signature-%s", "tcb_info_signature", 3, ARRAY_LEN(bends), bend_tcb_signature, bend_word },
	{ "qe-identity-signature-%s", "qe_identity_signature", 3, ARRAY_LEN(bends), bend_identity_signature, bend_word },
	{ "quote-attestation-key-%s", "quote_signature", 3, 3, no_point, point_word },
	{ "quote-signed-by-another-than-the-bound-key", "quote_signature", 3, 0, bound_to_another, NULL },
	{ 0 },
};
