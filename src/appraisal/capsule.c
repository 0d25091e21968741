/* SPDX-License-Identifier: Apache-2.0 */
#include "appraisal/capsule.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "json/json.h"

#define F "capsule"

static const uint8_t magic[8] = { 'J', 'U', 'R', 'A', 'T', 'C', 'A', 'P' };

enum {
	TAIL_LEN = 64 + 64,          /* signer, signature */
	HEAD_LEN = 8 + 4 + 4 + 8,    /* magic, version, options, instant */
	NUM_PARTS = 6,
	FRAME_LEN = HEAD_LEN + NUM_PARTS * 4 + TAIL_LEN,
};

#define OPTION_PADDING 1u /* zeros may stand after the quote */

/* The parts in the file's order, with their named maxima. */
enum part_id { PART_QUOTE, PART_COLLATERAL, PART_TRUST, PART_POLICY, PART_REPORT_DATA, PART_VERDICT };
static const struct {
	const char *field;
	size_t max;
} parts[NUM_PARTS] = {
	[PART_QUOTE] = { F ".quote", QUOTE_PADDED_MAX_LEN },
	[PART_COLLATERAL] = { F ".collateral", JURAT_COLLATERAL_MAX_LEN },
	[PART_TRUST] = { F ".trust", JURAT_TRUST_MAX_LEN },
	[PART_POLICY] = { F ".policy", JURAT_POLICY_MAX_LEN },
	[PART_REPORT_DATA] = { F ".report_data", SGX_REPORT_DATA_LEN },
	[PART_VERDICT] = { F ".verdict", CAPSULE_VERDICT_MAX_LEN },
};

struct span {
	const void *p;
	size_t len;
};

void
capsule_signer_id(uint8_t out[SHA256_LEN], const struct p256_public *signer)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, signer->x, sizeof signer->x);
	sha256_update(&h, signer->y, sizeof signer->y);
	sha256_final(&h, out);
}

/* ---- judging ---- */

/* What the inputs' texts say, once read. */
struct inputs {
	struct jurat_collateral *collateral;
	struct jurat_trust *trust;
	struct jurat_policy *policy;
};

static void
inputs_clear(struct inputs *in)
{
	jurat_collateral_free(in->collateral);
	jurat_trust_free(in->trust);
	jurat_policy_free(in->policy);
}

static jurat_rc
inputs_read(struct inputs *out, const struct capsule_input *input, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	if (input->collateral_len != 0)
		rc = jurat_collateral_parse(&out->collateral, input->collateral, input->collateral_len, d);
	if (rc == JURAT_OK && input->trust_len != 0)
		rc = jurat_trust_parse(&out->trust, input->trust, input->trust_len, d);
	if (rc == JURAT_OK && input->policy_len != 0)
		rc = jurat_policy_parse(&out->policy, input->policy, input->policy_len, d);
	return rc;
}

static jurat_rc
judge(struct jurat_verdict **out, const struct capsule_input *input, const struct inputs *in, const struct jurat_trust *root,
    struct jurat_diag *d)
{
	struct jurat_request request = { .quote = input->quote, .quote_len = input->quote_len, .collateral = in->collateral,
		.root = root, .at_unix_s = input->at_unix_s, .policy = in->policy, .report_data = input->report_data,
		.flags = input->allow_padding ? JURAT_ALLOW_PADDING : 0 };

	return jurat_verify(out, &request, d);
}

/* ---- writing ---- */

static void
list_parts(struct span out[NUM_PARTS], const struct capsule_input *input, const char *verdict)
{
	out[PART_QUOTE] = (struct span){ input->quote, input->quote_len };
	out[PART_COLLATERAL] = (struct span){ input->collateral, input->collateral_len };
	out[PART_TRUST] = (struct span){ input->trust, input->trust_len };
	out[PART_POLICY] = (struct span){ input->policy, input->policy_len };
	out[PART_REPORT_DATA] = (struct span){ input->report_data, input->report_data != NULL ? SGX_REPORT_DATA_LEN : 0 };
	out[PART_VERDICT] = (struct span){ verdict, strlen(verdict) };
}

/* total_of: the file's length; every part is within its maximum, and the sum of all maxima is far below SIZE_MAX. */
static jurat_rc
total_of(size_t *out, const struct span part[NUM_PARTS], struct jurat_diag *d)
{
	size_t total = FRAME_LEN;

	for (size_t i = 0; i < NUM_PARTS; i++) {
		if (part[i].len > parts[i].max)
			return jurat_fail(d, JURAT_E_TOO_LARGE, parts[i].field, NO_OFFSET, parts[i].max, part[i].len);
		total += part[i].len;
	}
	*out = total;
	return JURAT_OK;
}

static jurat_rc
seal(struct writer *w, const uint8_t *start, const struct p256_private *key, struct jurat_diag *d)
{
	struct p256_public signer;
	struct p256_signature signature;
	uint8_t digest[SHA256_LEN];
	jurat_rc rc = p256_public_of(&signer, key);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, F ".key", NO_OFFSET, 0, 0);
	writer_copy(w, signer.x, sizeof signer.x);
	writer_copy(w, signer.y, sizeof signer.y);
	sha256_once(digest, start, w->len);
	rc = ecdsa_sign(&signature, key, digest);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, F ".key", NO_OFFSET, 0, 0);
	writer_copy(w, signature.r, sizeof signature.r);
	writer_copy(w, signature.s, sizeof signature.s);
	return writer_check(w, F, d);
}

static jurat_rc
encode(struct blob *out, const struct capsule_input *input, const char *verdict, const struct p256_private *key, struct jurat_diag *d)
{
	struct span part[NUM_PARTS];
	struct blob file = { 0 };
	struct writer w;
	jurat_rc rc;

	list_parts(part, input, verdict);
	rc = total_of(&file.len, part, d);
	if (rc != JURAT_OK)
		return rc;
	file.p = malloc(file.len + 1);
	if (file.p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, F, NO_OFFSET, file.len, 0);
	file.p[file.len] = 0;
	writer_init(&w, file.p, file.len);
	writer_copy(&w, magic, sizeof magic);
	writer_u32le(&w, CAPSULE_VERSION);
	writer_u32le(&w, input->allow_padding ? OPTION_PADDING : 0);
	writer_u64le(&w, (uint64_t)input->at_unix_s);
	for (size_t i = 0; i < NUM_PARTS; i++) {
		writer_u32le(&w, (uint32_t)part[i].len);
		writer_copy(&w, part[i].p, part[i].len);
	}
	rc = seal(&w, file.p, key, d);
	if (rc != JURAT_OK) {
		blob_clear(&file);
		return rc;
	}
	*out = file;
	return JURAT_OK;
}

jurat_rc
capsule_make(struct blob *out, struct jurat_verdict **out_verdict, const struct capsule_input *input, const struct p256_private *key,
    struct jurat_diag *d)
{
	CLEANUP(inputs_clear) struct inputs in = { 0 };
	struct jurat_verdict *v = NULL;
	char *text = NULL;
	jurat_rc rc = inputs_read(&in, input, d);

	if (rc == JURAT_OK)
		rc = judge(&v, input, &in, in.trust != NULL ? in.trust : jurat_trust_intel(), d);
	if (rc == JURAT_OK && jurat_verdict_json(&text, v) != JURAT_OK)
		rc = jurat_fail(d, JURAT_E_MEMORY, F ".verdict", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = encode(out, input, text, key, d);
	free(text);
	if (rc == JURAT_OK && out_verdict != NULL)
		*out_verdict = v;
	else
		jurat_verdict_free(v);
	return rc;
}

/* ---- reading ---- */

static jurat_rc
read_head(struct reader *r, struct capsule_input *out, struct jurat_diag *d)
{
	const uint8_t *m = reader_take(r, sizeof magic);
	uint32_t version = reader_u32le(r), options = reader_u32le(r);
	uint64_t at = reader_u64le(r);
	jurat_rc rc = reader_check(r, F, d);

	if (rc != JURAT_OK)
		return rc;
	if (memcmp(m, magic, sizeof magic) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, F ".magic", 0, 0, 0);
	if (version != CAPSULE_VERSION)
		return jurat_fail(d, JURAT_E_VERSION, F ".version", 8, CAPSULE_VERSION, version);
	if ((options & ~OPTION_PADDING) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, F ".options", 12, OPTION_PADDING, options);
	if (at > INT64_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, F ".at", 16, INT64_MAX, at);
	out->at_unix_s = (int64_t)at;
	out->allow_padding = options != 0;
	return JURAT_OK;
}

static jurat_rc
read_parts(struct reader *r, struct span out[NUM_PARTS], struct jurat_diag *d)
{
	for (size_t i = 0; i < NUM_PARTS; i++) {
		size_t len = reader_u32le(r);

		if (!r->failed && len > parts[i].max)
			return jurat_fail(d, JURAT_E_TOO_LARGE, parts[i].field, r->off, parts[i].max, len);
		out[i] = (struct span){ reader_take(r, len), len };
		if (r->failed)
			return reader_check(r, parts[i].field, d);
	}
	if (out[PART_REPORT_DATA].len != 0 && out[PART_REPORT_DATA].len != SGX_REPORT_DATA_LEN)
		return jurat_fail(d, JURAT_E_FORMAT, F ".report_data", NO_OFFSET, SGX_REPORT_DATA_LEN, out[PART_REPORT_DATA].len);
	return JURAT_OK;
}

static jurat_rc
check_seal(struct reader *r, const uint8_t *start, struct p256_public *out_signer, struct jurat_diag *d)
{
	struct p256_signature signature;
	uint8_t digest[SHA256_LEN];
	size_t signed_len;
	jurat_rc rc;

	reader_copy(r, out_signer->x, sizeof out_signer->x);
	reader_copy(r, out_signer->y, sizeof out_signer->y);
	signed_len = r->off;
	reader_copy(r, signature.r, sizeof signature.r);
	reader_copy(r, signature.s, sizeof signature.s);
	rc = reader_end(r, F ".signature", d);
	if (rc != JURAT_OK)
		return rc;
	sha256_once(digest, start, signed_len);
	rc = ecdsa_verify_vartime(&signature, out_signer, digest);
	return rc == JURAT_OK ? JURAT_OK : jurat_fail(d, rc, F ".signature", NO_OFFSET, 0, 0);
}

jurat_rc
capsule_parse(struct capsule *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct capsule c = { 0 };
	struct span part[NUM_PARTS];
	struct reader r;
	jurat_rc rc;

	if (len > CAPSULE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, F, NO_OFFSET, CAPSULE_MAX_LEN, len);
	reader_init(&r, p, len);
	rc = read_head(&r, &c.input, d);
	if (rc == JURAT_OK)
		rc = read_parts(&r, part, d);
	if (rc == JURAT_OK)
		rc = check_seal(&r, p, &c.signer, d);
	if (rc != JURAT_OK)
		return rc;
	c.input.quote = part[PART_QUOTE].p;
	c.input.quote_len = part[PART_QUOTE].len;
	c.input.collateral = part[PART_COLLATERAL].p;
	c.input.collateral_len = part[PART_COLLATERAL].len;
	c.input.trust = part[PART_TRUST].p;
	c.input.trust_len = part[PART_TRUST].len;
	c.input.policy = part[PART_POLICY].p;
	c.input.policy_len = part[PART_POLICY].len;
	c.input.report_data = part[PART_REPORT_DATA].len != 0 ? part[PART_REPORT_DATA].p : NULL;
	c.verdict = part[PART_VERDICT].p;
	c.verdict_len = part[PART_VERDICT].len;
	*out = c;
	return JURAT_OK;
}

/* ---- judging again ---- */

static jurat_rc
check_root(const struct inputs *in, const struct jurat_trust *root, struct jurat_diag *d)
{
	const struct jurat_trust *named = in->trust != NULL ? in->trust : jurat_trust_intel();

	if (trust_is_private(named) == trust_is_private(root) && ct_equal(trust_key(named), trust_key(root), sizeof(struct p256_public)))
		return JURAT_OK;
	(void)jurat_fail(d, JURAT_E_CHAIN, F ".trust", NO_OFFSET, 0, 0);
	jurat_hint(d, trust_is_private(named) ? "this capsule was made under another world's root: give its folder with --trust" :
	                                        "this capsule was made under Intel's root: leave out --trust");
	return JURAT_E_CHAIN;
}

/* same_check: name, result and code; the words in which a check explains itself may become better. */
static bool
same_check(const struct json_value *recorded, const struct json_value *checks)
{
	static const char *const members[] = { "result", "code" };
	const char *name = json_text(json_member(recorded, "name"));

	for (size_t i = 0; name != NULL && i < json_count(checks); i++) {
		const struct json_value *found = json_at(checks, i);
		const char *other = json_text(json_member(found, "name"));

		if (other == NULL || strcmp(name, other) != 0)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(members); k++) {
			const struct json_value *a = json_member(recorded, members[k]), *b = json_member(found, members[k]);

			if ((a == NULL) != (b == NULL) || (a != NULL && !json_covers(b, a, NULL)))
				return false;
		}
		return true;
	}
	return false;
}

static jurat_rc
compare_checks(const struct json_value *recorded, const struct json_value *found, struct jurat_diag *d)
{
	const struct json_value *list = json_member(recorded, "checks"), *others = json_member(found, "checks");

	if (json_count(list) == 0)
		return jurat_fail(d, JURAT_E_MISSING, F ".verdict.checks", NO_OFFSET, 0, 0);
	for (size_t i = 0; i < json_count(list); i++) {
		if (!same_check(json_at(list, i), others))
			return jurat_fail(d, JURAT_E_MISMATCH, F ".verdict.checks", NO_OFFSET, i, i);
	}
	return JURAT_OK;
}

/* compare: everything recorded must be found again; what later versions say in addition does not matter. */
static jurat_rc
compare(const struct json_value *recorded, const struct json_value *found, struct jurat_diag *d)
{
	static const struct {
		const char *key, *field;
	} named[] = { { "outcome", F ".verdict.outcome" }, { "code", F ".verdict.code" }, { "decisive", F ".verdict.decisive" },
		{ "exit_code", F ".verdict.exit_code" }, { "at", F ".verdict.at" }, { "tcb_status", F ".verdict.tcb_status" },
		{ "stains", F ".verdict.stains" } };

	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		const struct json_value *a = json_member(recorded, named[i].key);

		if (a == NULL)
			return jurat_fail(d, JURAT_E_MISSING, named[i].field, NO_OFFSET, 0, 0);
		if (!json_covers(json_member(found, named[i].key), a, NULL))
			return jurat_fail(d, JURAT_E_MISMATCH, named[i].field, NO_OFFSET, 0, 0);
	}
	if (!json_covers(found, recorded, "checks"))
		return jurat_fail(d, JURAT_E_MISMATCH, F ".verdict", NO_OFFSET, 0, 0);
	return compare_checks(recorded, found, d);
}

static jurat_rc
check_verdict(const struct capsule *c, const struct jurat_verdict *v, struct jurat_diag *d)
{
	CLEANUP(json_clear) struct json_value *recorded = NULL, *found = NULL;
	char *text = NULL;
	jurat_rc rc = json_parse(&recorded, c->verdict, c->verdict_len, CAPSULE_VERDICT_MAX_LEN, F ".verdict", d);

	if (rc == JURAT_OK)
		rc = jurat_verdict_json(&text, v);
	if (rc == JURAT_OK)
		rc = json_parse(&found, text, strlen(text), CAPSULE_VERDICT_MAX_LEN, F ".verdict", d);
	if (rc == JURAT_OK)
		rc = compare(recorded, found, d);
	free(text);
	return rc;
}

jurat_rc
capsule_replay(struct jurat_verdict **out, const struct capsule *c, const struct jurat_trust *root, struct jurat_diag *d)
{
	CLEANUP(inputs_clear) struct inputs in = { 0 };
	struct jurat_verdict *v = NULL;
	jurat_rc rc = inputs_read(&in, &c->input, d);

	if (rc == JURAT_OK)
		rc = check_root(&in, root, d);
	if (rc == JURAT_OK)
		rc = judge(&v, &c->input, &in, root, d);
	if (rc == JURAT_OK)
		rc = check_verdict(c, v, d);
	if (rc != JURAT_OK) {
		jurat_verdict_free(v);
		return rc;
	}
	*out = v;
	return JURAT_OK;
}

jurat_rc
capsule_judge_without_policy(struct jurat_verdict **out, const struct capsule *c, const struct jurat_trust *root, struct jurat_diag *d)
{
	CLEANUP(inputs_clear) struct inputs in = { 0 };
	struct capsule_input input = c->input;
	struct jurat_verdict *v = NULL;
	jurat_rc rc;

	input.policy_len = 0;
	rc = inputs_read(&in, &input, d);
	if (rc == JURAT_OK)
		rc = judge(&v, &input, &in, root, d);
	if (rc == JURAT_OK)
		*out = v;
	return rc;
}
