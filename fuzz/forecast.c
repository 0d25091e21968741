/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One quote, two collaterals: quote length and first collateral's length (4 bytes each, little-endian), quote, collateral of now, the other one. Both
 * verdicts are those of jurat_verify, and all three forms can be read.
 */
#include "appraisal/forecast.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "dcap/rollback.h"
#include "host/file.h"
#include "json/json.h"
#include "signed_world.h"
#include "verdict_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FORECAST_MAX_LEN (8u * 1024u * 1024u)

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* hold_verdict: the forecast's verdict is the one that the verifier gives by itself. */
static void
hold_verdict(const struct jurat_verdict *v, const struct jurat_request *request, const struct jurat_collateral *collateral)
{
	struct jurat_request own = *request;
	struct jurat_verdict *again = NULL;
	char *a = NULL, *b = NULL;

	own.collateral = collateral;
	must(jurat_verify(&again, &own, NULL) == JURAT_OK);
	must(jurat_verdict_json(&a, v) == JURAT_OK && jurat_verdict_json(&b, again) == JURAT_OK && strcmp(a, b) == 0);
	free(a);
	free(b);
	jurat_verdict_free(again);
}

static void
hold_forms(const struct forecast *f)
{
	struct json_value *document = NULL;
	char *text = NULL, *json = NULL, *metrics = NULL;

	must(forecast_text(&text, f) == JURAT_OK && forecast_json(&json, f) == JURAT_OK && forecast_metrics(&metrics, f) == JURAT_OK);
	must(is_printable(text) && is_printable(metrics));
	must(json_parse(&document, json, strlen(json), FORECAST_MAX_LEN, "forecast", NULL) == JURAT_OK);
	json_free(document);
	free(text);
	free(json);
	free(metrics);
}

/* hold_rollback: nothing is older than itself. */
static void
hold_rollback(const struct jurat_collateral *now, const struct jurat_collateral *next)
{
	struct jurat_diag d = { 0 };

	must(now == NULL || rollback_check(now, now, NULL) == JURAT_OK);
	if (now != NULL && next != NULL && rollback_check(now, next, &d) != JURAT_OK)
		must(d.field != NULL);
}

static void
run(const struct jurat_request *request, const struct jurat_collateral *next)
{
	struct forecast *f = NULL;

	must(forecast_make(&f, request, next, NULL) == JURAT_OK);
	hold_verdict(forecast_now(f), request, request->collateral);
	hold_verdict(forecast_next(f), request, next);
	must(forecast_exit_code(f) == jurat_verdict_exit_code(forecast_next(f)));
	hold_forms(f);
	forecast_free(f);
}

static struct jurat_collateral *
read_collateral(struct reader r)
{
	struct jurat_collateral *c = NULL;

	return jurat_collateral_parse(&c, (const char *)r.at, r.left, NULL) == JURAT_OK ? c : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_request request = { .at_unix_s = WORLD_AT };
	struct jurat_trust *root = NULL;
	struct jurat_policy *policy = NULL;
	struct jurat_collateral *now, *next;
	struct reader r, quote, first;
	uint32_t quote_len, first_len;
	char *trust;

	reader_init(&r, data, size);
	quote_len = reader_u32le(&r);
	first_len = reader_u32le(&r);
	quote = reader_sub(&r, quote_len);
	first = reader_sub(&r, first_len);
	if (r.failed)
		return 0;
	trust = world_trust();
	must(jurat_trust_parse(&root, trust, strlen(trust), NULL) == JURAT_OK);
	must(jurat_policy_parse(&policy, verdict_hold_policy, strlen(verdict_hold_policy), NULL) == JURAT_OK);
	now = read_collateral(first);
	next = read_collateral(r);
	request.quote = quote.at;
	request.quote_len = quote.left;
	request.root = root;
	request.policy = policy;
	request.collateral = now;
	run(&request, next);
	hold_rollback(now, next);
	jurat_collateral_free(now);
	jurat_collateral_free(next);
	jurat_policy_free(policy);
	jurat_trust_free(root);
	free(trust);
	return 0;
}
