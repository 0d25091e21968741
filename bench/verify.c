/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verification of a quote costs, in P-256 verifications of the same run. With cached collateral three are needed (PCK certificate, QE
 * report, quote), cold nine (two PCK chain, two CRLs, two TCB signers with one certificate, TCB info, QE identity, QE report, quote: the
 * second signer's certificate is the first's). Cold, a tenth is made for the root that travels along. Rounds alternate, and the medians
 * are compared. Usage: verify SEEDS-FOLDER
 */
#include <string.h>

#include "appraisal/verify.h"
#include "bench.h"
#include "core/bytes.h"
#include "host/file.h"

#define NUM_ROUNDS 15
#define NUM_PER_ROUND 100
#define NEEDED_WARM 3
#define NEEDED_COLD 9
#define AT 1780315200 /* 2026-06-01T12:00:00Z, when the seeds' world is valid */
#define WARM_LIMIT 3.0

struct input {
	struct blob seed, trust, policy_text;
	struct jurat_trust *root;
	struct jurat_policy *policy;
	const uint8_t *quote;
	size_t quote_len;
	const char *collateral_text;
	size_t collateral_len;
};

static struct blob
read_seed(const char *folder, const char *name)
{
	struct jurat_diag d = { 0 };
	struct blob b = { 0 };
	char *path = path_join(folder, name);

	bench_must(file_read(&b, path, 1 << 20, &d), name, &d);
	free(path);
	return b;
}

static struct input
read_input(const char *folder)
{
	struct input in = { .seed = read_seed(folder, "verify/genuine"), .trust = read_seed(folder, "trust/private"),
		.policy_text = read_seed(folder, "policy/small") };
	struct jurat_diag d = { 0 };
	struct reader r, quote;

	reader_init(&r, in.seed.p, in.seed.len);
	quote = reader_sub(&r, reader_u32le(&r));
	in.quote = quote.at;
	in.quote_len = quote.left;
	in.collateral_text = (const char *)r.at;
	in.collateral_len = r.left;
	bench_must(jurat_trust_parse(&in.root, (const char *)in.trust.p, in.trust.len, &d), "trust", &d);
	bench_must(jurat_policy_parse(&in.policy, (const char *)in.policy_text.p, in.policy_text.len, &d), "policy", &d);
	return in;
}

static struct jurat_collateral *
parse_collateral(const struct input *in)
{
	struct jurat_diag d = { 0 };
	struct jurat_collateral *c = NULL;

	bench_must(jurat_collateral_parse(&c, in->collateral_text, in->collateral_len, &d), "collateral", &d);
	return c;
}

static void
verify_once(const struct input *in, const struct jurat_collateral *c)
{
	struct jurat_request request = { .quote = in->quote, .quote_len = in->quote_len, .collateral = c, .root = in->root,
		.at_unix_s = AT, .policy = in->policy };
	struct jurat_diag d = { 0 };
	struct jurat_verdict *v = NULL;

	bench_must(jurat_verify(&v, &request, &d), "verify", &d);
	if (jurat_verdict_outcome(v) != JURAT_ACCEPTED) {
		fprintf(stderr, "bench: the seed's quote was refused by %s\n", jurat_verdict_decisive(v)->name);
		exit(1);
	}
	jurat_verdict_free(v);
}

/* Each returns the seconds of CPU of one piece of work. */
static double
time_warm(const struct input *in, const struct jurat_collateral *c)
{
	double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < NUM_PER_ROUND; i++)
		verify_once(in, c);
	return (bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / NUM_PER_ROUND;
}

static double
time_cold(const struct input *in)
{
	double start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (int i = 0; i < NUM_PER_ROUND / 4; i++) {
		struct jurat_collateral *c = parse_collateral(in);

		verify_once(in, c);
		jurat_collateral_free(c);
	}
	return (bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / (NUM_PER_ROUND / 4);
}

static double
time_p256(const struct quote *q)
{
	uint8_t digest[SHA256_LEN];
	struct jurat_diag d = { 0 };
	double start;

	sha256_once(digest, q->signed_bytes.p, q->signed_bytes.len);
	start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < NUM_PER_ROUND; i++)
		bench_must(ecdsa_verify_vartime(&q->signature, &q->attestation_key, digest), "signature", &d);
	return (bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / NUM_PER_ROUND;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v)
{
	qsort(v, NUM_ROUNDS, sizeof *v, compare);
	return v[NUM_ROUNDS / 2];
}

int
main(int argc, char **argv)
{
	double warm[NUM_ROUNDS], cold[NUM_ROUNDS], p256[NUM_ROUNDS], one;
	struct jurat_diag d = { 0 };
	struct jurat_collateral *c;
	struct input in;
	struct quote q;

	if (argc != 2) {
		fputs("usage: verify SEEDS-FOLDER\n", stderr);
		return 2;
	}
	in = read_input(argv[1]);
	c = parse_collateral(&in);
	bench_must(quote_parse(&q, in.quote, in.quote_len, &d), "quote", &d);
	verify_once(&in, c); /* from here on the collateral's own signatures are known */
	for (int i = 0; i < NUM_ROUNDS; i++) {
		warm[i] = time_warm(&in, c);
		p256[i] = time_p256(&q);
		cold[i] = time_cold(&in);
	}
	one = median(p256);
	bench_report("verify_p256", one * 1e6, "us", 0);
	bench_report("verify_cached", median(warm) * 1e6, "us", 0);
	bench_report("verify_cached_ratio", median(warm) / (NEEDED_WARM * one), "of 3 P-256", WARM_LIMIT);
	bench_report("verify_cold_ratio", median(cold) / (NEEDED_COLD * one), "of 9 P-256", 0);
	jurat_collateral_free(c);
	jurat_policy_free(in.policy);
	jurat_trust_free(in.root);
	blob_clear(&in.seed);
	blob_clear(&in.trust);
	blob_clear(&in.policy_text);
	return 0;
}
