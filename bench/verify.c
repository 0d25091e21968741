/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verification of a quote costs, in P-256 verifications of the same run, measured as `openssl speed ecdsap256` does: one key object made
 * before, EVP_PKEY_verify in a loop. Warm: collateral, platform and verdict are kept, and two signatures are left (QE report, quote). Cold:
 * nothing is kept, nine are needed (two PCK chain, two CRLs, two TCB signers with one certificate, TCB info, QE identity, QE report, quote: the
 * second signer's certificate is the first's). Rounds alternate, so that a disturbance meets all kinds of work alike, and the smallest time
 * of each kind counts: other processes only ever add. Two threads are compared with two that do nothing but P-256.
 * TCB information and revocation lists are as large as Intel's largest (tests/vectors/dcap_bench.py).
 * Usage: verify INPUT-FOLDER
 */
#include <pthread.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "appraisal/verify.h"
#include "bench.h"
#include "core/bytes.h"
#include "host/file.h"

#define NUM_ROUNDS 41
#define NUM_PER_ROUND 40
#define NUM_PER_THREAD 200
#define NUM_THREAD_ROUNDS 9
#define NEEDED_WARM 2
#define NEEDED_COLD 9
#define AT 1780315200 /* 2026-06-01T12:00:00Z, when the input's world is valid */
#define WARM_LIMIT 1.20
#define COLD_LIMIT 1.40
#define SCALING_LIMIT 1.053 /* two threads do at least 1.9 times the work of one: 2 / 1.9 */

struct input {
	struct blob evidence, trust, policy_text;
	struct jurat_trust *root;
	struct jurat_policy *policy;
	struct jurat_collateral *collateral;
	struct jurat_platforms *platforms;
	const uint8_t *quote;
	size_t quote_len;
	const char *collateral_text;
	size_t collateral_len;
};

static struct blob
read_part(const char *folder, const char *name)
{
	struct jurat_diag d = { 0 };
	struct blob b = { 0 };
	char *path = path_join(folder, name);

	bench_must(file_read(&b, path, 1 << 20, &d), name, &d);
	free(path);
	return b;
}

static struct jurat_collateral *
parse_collateral(const struct input *in)
{
	struct jurat_diag d = { 0 };
	struct jurat_collateral *c = NULL;

	bench_must(jurat_collateral_parse(&c, in->collateral_text, in->collateral_len, &d), "collateral", &d);
	return c;
}

static struct input
read_input(const char *folder, const char *evidence, const char *policy)
{
	struct input in = { .evidence = read_part(folder, evidence), .trust = read_part(folder, "trust"),
		.policy_text = read_part(folder, policy) };
	struct jurat_diag d = { 0 };
	struct reader r, quote;

	reader_init(&r, in.evidence.p, in.evidence.len);
	quote = reader_sub(&r, reader_u32le(&r));
	in.quote = quote.at;
	in.quote_len = quote.left;
	in.collateral_text = (const char *)r.at;
	in.collateral_len = r.left;
	in.collateral = parse_collateral(&in);
	bench_must(jurat_trust_parse(&in.root, (const char *)in.trust.p, in.trust.len, &d), "trust", &d);
	bench_must(jurat_policy_parse(&in.policy, (const char *)in.policy_text.p, in.policy_text.len, &d), "policy", &d);
	bench_must(jurat_platforms_new(&in.platforms, 1000, &d), "platforms", &d);
	return in;
}

static void
verify_once(struct jurat_verdict **v, const struct input *in, const struct jurat_collateral *c, struct jurat_platforms *platforms)
{
	struct jurat_request request = { .quote = in->quote, .quote_len = in->quote_len, .collateral = c, .root = in->root,
		.at_unix_s = AT, .policy = in->policy, .platforms = platforms };
	struct jurat_diag d = { 0 };

	bench_must(jurat_verify(v, &request, &d), "verify", &d);
	if (jurat_verdict_outcome(*v) != JURAT_ACCEPTED) {
		fprintf(stderr, "bench: the quote was refused by %s\n", jurat_verdict_decisive(*v)->name);
		exit(1);
	}
}

static void
do_warm(const struct input *in, int num)
{
	struct jurat_verdict *v = NULL;

	for (int i = 0; i < num; i++)
		verify_once(&v, in, in->collateral, in->platforms);
	jurat_verdict_free(v);
}

static void
do_cold(const struct input *in, int num)
{
	for (int i = 0; i < num; i++) {
		struct jurat_collateral *c = parse_collateral(in);
		struct jurat_verdict *v = NULL;

		verify_once(&v, in, c, NULL);
		jurat_verdict_free(v);
		jurat_collateral_free(c);
	}
}

static void
do_p256(const struct input *in, int num)
{
	static const uint8_t digest[32] = { 1, 2, 3 };
	uint8_t signature[80];
	size_t len = sizeof signature;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool ok = EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, signature, &len, digest, sizeof digest) == 1 &&
	    EVP_PKEY_verify_init(ctx) == 1;

	(void)in;
	for (int i = 0; ok && i < num; i++)
		ok = EVP_PKEY_verify(ctx, signature, len, digest, sizeof digest) == 1;
	if (!ok)
		fputs("bench: OpenSSL failed\n", stderr);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	if (!ok)
		exit(1);
}

typedef void work(const struct input *in, int num);

/* seconds_of: of processor time for one piece of work; two sizes, so that what surrounds the loop falls away. */
static double
seconds_of(work *w, const struct input *in, int num)
{
	double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID), middle;

	w(in, num);
	middle = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
	w(in, 1);
	return (middle - start - (bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - middle)) / (num - 1);
}

struct job {
	work *w;
	const struct input *in;
};

static void *
run_job(void *arg)
{
	const struct job *job = arg;

	job->w(job->in, NUM_PER_THREAD);
	return NULL;
}

/* seconds_of_two: by the clock on the wall, for two threads of this work. */
static double
seconds_of_two(work *w, const struct input *in)
{
	struct job job = { w, in };
	double start = bench_seconds(CLOCK_MONOTONIC);
	pthread_t other;

	if (pthread_create(&other, NULL, run_job, &job) != 0)
		exit(1);
	run_job(&job);
	(void)pthread_join(other, NULL);
	return bench_seconds(CLOCK_MONOTONIC) - start;
}

static double
seconds_of_one(work *w, const struct input *in)
{
	struct job job = { w, in };
	double start = bench_seconds(CLOCK_MONOTONIC);

	run_job(&job);
	return bench_seconds(CLOCK_MONOTONIC) - start;
}

static void
least(double *sum, double v)
{
	if (*sum == 0 || v < *sum)
		*sum = v;
}

static void
bench_threads(const struct input *in)
{
	double one = 0, two = 0, one_p256 = 0, two_p256 = 0;

	for (int i = 0; i < NUM_THREAD_ROUNDS; i++) {
		least(&one, seconds_of_one(do_warm, in));
		least(&two, seconds_of_two(do_warm, in));
		least(&one_p256, seconds_of_one(do_p256, in));
		least(&two_p256, seconds_of_two(do_p256, in));
	}
	bench_report("verify_two_threads_speedup", 2 * one / two, "times", 0);
	bench_report("verify_two_threads_cost", two / one / (two_p256 / one_p256), "of P-256's", SCALING_LIMIT);
}

/* report: names are JSON's, NAME_warm, NAME_warm_ratio and so on. */
static void
report(const char *name, const char *what, double value, const char *unit, double limit)
{
	char text[64];

	snprintf(text, sizeof text, "%s_%s", name, what);
	bench_report(text, value, unit, limit);
}

static void
bench_quote(const struct input *in, const char *name)
{
	double warm = 0, cold = 0, p256 = 0;

	do_warm(in, 1); /* from here on platform and collateral are known */
	for (int i = 0; i < NUM_ROUNDS; i++) {
		least(&p256, seconds_of(do_p256, in, NUM_PER_ROUND));
		least(&warm, seconds_of(do_warm, in, NUM_PER_ROUND));
		least(&cold, seconds_of(do_cold, in, NUM_PER_ROUND / 4));
	}
	report(name, "p256", p256 * 1e6, "us", 0);
	report(name, "warm", warm * 1e6, "us", 0);
	report(name, "warm_ratio", warm / (NEEDED_WARM * p256), "of 2 P-256", WARM_LIMIT);
	report(name, "cold", cold * 1e6, "us", 0);
	report(name, "cold_ratio", cold / (NEEDED_COLD * p256), "of 9 P-256", COLD_LIMIT);
}

static void
input_clear(struct input *in)
{
	jurat_platforms_free(in->platforms);
	jurat_collateral_free(in->collateral);
	jurat_policy_free(in->policy);
	jurat_trust_free(in->root);
	blob_clear(&in->evidence);
	blob_clear(&in->trust);
	blob_clear(&in->policy_text);
}

int
main(int argc, char **argv)
{
	struct input sgx, tdx;

	if (argc != 2) {
		fputs("usage: verify INPUT-FOLDER\n", stderr);
		return 2;
	}
	sgx = read_input(argv[1], "sgx_v3", "sgx_v3_policy");
	tdx = read_input(argv[1], "tdx_v4", "tdx_v4_policy");
	bench_quote(&sgx, "verify_sgx_v3");
	bench_quote(&tdx, "verify_tdx_v4");
	bench_threads(&sgx);
	input_clear(&sgx);
	input_clear(&tdx);
	return 0;
}
