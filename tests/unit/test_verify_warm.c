/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept between verifications changes their cost and never their answer. Linked with --wrap, so that our own allocations are counted. */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "appraisal/verdict.h"
#include "core/bytes.h"
#include "dcap/platforms.h"

#define AT 1780315200 /* 2026-06-01T12:00:00Z, when the seeds' world is valid */
#define MAX_BYTES_OF_1000 (2u * 1024u * 1024u)

static atomic_size_t num_allocations, num_bytes;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static void
count(size_t n)
{
	num_allocations++;
	num_bytes += n;
}

void *
__wrap_malloc(size_t n)
{
	count(n);
	return __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	count(n * size);
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	count(n);
	return __real_realloc(p, n);
}

struct world {
	uint8_t *seed, *trust, *policy_text, *quote;
	struct jurat_collateral *collateral;
	struct jurat_trust *root;
	struct jurat_policy *policy;
	struct jurat_platforms *platforms;
	struct jurat_request request;
};

static uint8_t *
read_seed(const char *name, size_t *len)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/fuzz/seeds/%s", getenv("JURAT_SOURCE"), name);
	return test_read(path, len);
}

static void
world_open(struct world *w)
{
	size_t len, trust_len, policy_len;
	struct reader r, quote;

	w->seed = read_seed("verify/genuine", &len);
	w->trust = read_seed("trust/private", &trust_len);
	w->policy_text = read_seed("policy/small", &policy_len);
	reader_init(&r, w->seed, len);
	quote = reader_sub(&r, reader_u32le(&r));
	w->quote = malloc(quote.left);
	memcpy(w->quote, quote.at, quote.left);
	assert_int_equal(jurat_collateral_parse(&w->collateral, (const char *)r.at, r.left, NULL), JURAT_OK);
	assert_int_equal(jurat_trust_parse(&w->root, (char *)w->trust, trust_len, NULL), JURAT_OK);
	assert_int_equal(jurat_policy_parse(&w->policy, (char *)w->policy_text, policy_len, NULL), JURAT_OK);
	assert_int_equal(jurat_platforms_new(&w->platforms, 10, NULL), JURAT_OK);
	w->request = (struct jurat_request){ .quote = w->quote, .quote_len = quote.left, .collateral = w->collateral, .root = w->root,
		.at_unix_s = AT, .policy = w->policy, .platforms = w->platforms };
}

static void
world_close(struct world *w)
{
	jurat_platforms_free(w->platforms);
	jurat_policy_free(w->policy);
	jurat_trust_free(w->root);
	jurat_collateral_free(w->collateral);
	free(w->quote);
	free(w->policy_text);
	free(w->trust);
	free(w->seed);
}

/* answer: the whole verdict as JSON, which the caller frees. */
static char *
answer(struct jurat_verdict **v, const struct jurat_request *request)
{
	char *text = NULL;

	assert_int_equal(jurat_verify(v, request, NULL), JURAT_OK);
	assert_int_equal(jurat_verdict_json(&text, *v), JURAT_OK);
	return text;
}

/* check_same: cold, filling, warm, and warm in a verdict used again: one answer. */
static void
check_same(const struct jurat_request *request)
{
	struct jurat_request cold = *request;
	struct jurat_verdict *first = NULL, *again = NULL;
	char *want, *got;

	cold.platforms = NULL;
	want = answer(&first, &cold);
	for (int i = 0; i < 3; i++) {
		got = answer(&again, request);
		assert_string_equal(got, want);
		free(got);
	}
	free(want);
	jurat_verdict_free(first);
	jurat_verdict_free(again);
}

static void
known_platform_gets_the_same_answer(void **state)
{
	struct world w = { 0 };
	struct known_pck unused;
	uint8_t key[SHA256_LEN], at_end;
	struct quote q;

	(void)state;
	world_open(&w);
	assert_int_equal(quote_parse(&q, w.quote, w.request.quote_len, NULL), JURAT_OK);
	known_key(key, w.root, q.cert_data.p, q.cert_data.len);
	assert_false(platforms_find(w.platforms, key, &unused));
	check_same(&w.request);
	assert_true(platforms_find(w.platforms, key, &unused));
	w.request.at_unix_s = 4102444800; /* 2100: everything has ended */
	check_same(&w.request);
	w.request.at_unix_s = 1;
	check_same(&w.request);
	w.request.at_unix_s = AT;
	w.request.root = jurat_trust_intel(); /* known under one root is not known under another */
	check_same(&w.request);
	w.request.root = w.root;
	w.request.policy = NULL;
	w.request.collateral = NULL;
	check_same(&w.request);
	at_end = w.quote[100];
	w.quote[100] ^= 1;
	check_same(&w.request);
	w.quote[100] = at_end;
	world_close(&w);
}

static void
damaged_chain_is_never_known(void **state)
{
	struct world w = { 0 };
	struct jurat_verdict *v = NULL;
	struct quote q;
	size_t from;

	(void)state;
	world_open(&w);
	assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_OK);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
	assert_int_equal(quote_parse(&q, w.quote, w.request.quote_len, NULL), JURAT_OK);
	from = q.cert_data.off;
	for (size_t i = from; i < w.request.quote_len; i += 29) {
		for (int round = 0; round < 2; round++) { /* twice: a wrong one must not have been kept */
			w.quote[i] ^= 1;
			assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_OK);
			if (w.quote[i] != '\r' && w.quote[i] != '\n' && w.quote[i] != '\v')
				assert_int_not_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
			w.quote[i] ^= 1;
		}
	}
	jurat_verdict_free(v);
	world_close(&w);
}

static void
warm_verification_allocates_nothing(void **state)
{
	struct world w = { 0 };
	struct jurat_verdict *v = NULL;
	size_t before;

	(void)state;
	world_open(&w);
	assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_OK);
	before = num_allocations;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_OK);
		assert_int_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
	}
	assert_int_equal(num_allocations, before);
	jurat_verdict_free(v);
	world_close(&w);
}

static void
thousand_platforms_take_at_most_2_mib(void **state)
{
	struct jurat_platforms *p = NULL;
	struct known_pck known = { .num = 2 }, found;
	uint8_t key[SHA256_LEN];
	size_t before = num_bytes, num_found = 0;

	(void)state;
	assert_int_equal(jurat_platforms_new(&p, 1000, NULL), JURAT_OK);
	for (uint32_t i = 0; i < 3000; i++) { /* three times as many: the oldest are forgotten, nothing grows */
		sha256_once(key, &i, sizeof i);
		known.pck.pce_svn = (uint16_t)i;
		platforms_add(p, key, &known);
		assert_true(platforms_find(p, key, &found));
		assert_int_equal(found.pck.pce_svn, i);
	}
	for (uint32_t i = 0; i < 3000; i++) {
		sha256_once(key, &i, sizeof i);
		num_found += platforms_find(p, key, &found) ? 1 : 0;
	}
	assert_in_range(num_found, 900, 1000);
	assert_in_range(num_bytes - before, 1000, MAX_BYTES_OF_1000);
	jurat_platforms_free(p);
}

static void
platforms_have_a_smallest_and_a_largest_number(void **state)
{
	struct jurat_platforms *p = NULL;
	struct jurat_diag d = { 0 };

	(void)state;
	assert_int_equal(jurat_platforms_new(&p, 0, &d), JURAT_E_USAGE);
	assert_string_equal(d.field, "platforms.max");
	assert_int_equal(jurat_platforms_new(&p, JURAT_PLATFORMS_MAX + 1, NULL), JURAT_E_USAGE);
	assert_int_equal(jurat_platforms_new(&p, SIZE_MAX, NULL), JURAT_E_USAGE);
	assert_null(p);
	jurat_platforms_free(p);
}

static void
verdict_used_again_is_refused_after_an_error(void **state)
{
	struct world w = { 0 };
	struct jurat_verdict *v = NULL;
	struct jurat_diag d = { 0 };

	(void)state;
	world_open(&w);
	assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_OK);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
	w.request.root = NULL;
	assert_int_equal(jurat_verify(&v, &w.request, &d), JURAT_E_USAGE);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_REFUSED);
	assert_int_not_equal(jurat_verdict_code(v), JURAT_OK);
	assert_int_equal(jurat_verdict_exit_code(v), 1);
	assert_null(jurat_verdict_tcb_status(v));
	for (size_t i = 0; i < jurat_verdict_num_checks(v); i++)
		assert_int_equal(jurat_verdict_check_at(v, i)->result, JURAT_CHECK_SKIPPED);
	w.request.root = w.root;
	w.request.reserved[2] = &w;
	assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_E_USAGE);
	w.request.reserved[2] = NULL;
	assert_int_equal(jurat_verify(&v, &w.request, NULL), JURAT_OK);
	assert_int_equal(jurat_verdict_outcome(v), JURAT_ACCEPTED);
	jurat_verdict_free(v);
	world_close(&w);
}

static void *
verify_in_thread(void *arg)
{
	const struct world *w = arg;
	struct jurat_verdict *v = NULL;
	bool all_right = true;

	for (int i = 0; i < 50; i++) {
		all_right = jurat_verify(&v, &w->request, NULL) == JURAT_OK && all_right;
		all_right = jurat_verdict_outcome(v) == JURAT_ACCEPTED && all_right;
	}
	jurat_verdict_free(v);
	return all_right ? arg : NULL;
}

static void
threads_share_everything_but_the_verdict(void **state)
{
	struct world w = { 0 };
	pthread_t threads[4];

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, verify_in_thread, &w), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *result = NULL;

		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_platform_gets_the_same_answer),
		cmocka_unit_test(damaged_chain_is_never_known),
		cmocka_unit_test(warm_verification_allocates_nothing),
		cmocka_unit_test(thousand_platforms_take_at_most_2_mib),
		cmocka_unit_test(platforms_have_a_smallest_and_a_largest_number),
		cmocka_unit_test(verdict_used_again_is_refused_after_an_error),
		cmocka_unit_test(threads_share_everything_but_the_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
